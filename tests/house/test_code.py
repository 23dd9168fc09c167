"""House rules for the code. Each failure says which rule, where, and what to do instead."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PASSED_OVER = {".venv", "node_modules", "var", "dist", "static"}
MAX_LINES, MAX_FUNCTION_LINES = 400, 60
MAY_COMMIT = {"kjerne/web.py", "kjerne/jobs.py", "kjerne/mail.py"}
FORBIDDEN_NAMES = {"utils.py", "helpers.py", "common.py", "base.py", "manager.py", "misc.py"}
PURE = {"rules.py", "events.py"}


def files(*, tests: bool = False) -> list[str]:
    """Our own Python files, as paths from the root."""
    found = []
    for path in sorted(ROOT.rglob("*.py")):
        relative = path.relative_to(ROOT)
        if not PASSED_OVER & set(relative.parts) and (tests or relative.parts[0] != "tests"):
            found.append(str(relative))
    return found


def tree(name: str) -> ast.Module:
    return ast.parse((ROOT / name).read_text(encoding="utf-8"))


def places(name: str) -> Iterator[ast.AST]:
    yield from ast.walk(tree(name))


def test_there_is_code_to_look_at() -> None:
    assert {"app.py", "kjerne/web.py", "avvik/models.py", "cli/main.py"} <= set(files())


@pytest.mark.parametrize("name", files(tests=True))
def test_a_file_says_what_it_is_for(name: str) -> None:
    assert ast.get_docstring(tree(name)), f"{name} has no docstring: say in a line what the file is for"


@pytest.mark.parametrize("name", files(tests=True))
def test_a_file_can_be_read_in_one_sitting(name: str) -> None:
    if name.startswith("migrations/versions/"):
        return  # made once, and read by Alembic
    lines = len((ROOT / name).read_text(encoding="utf-8").splitlines())
    assert lines <= MAX_LINES, f"{name} has {lines} lines: make it a folder of the same name, one thing in each file"


@pytest.mark.parametrize("name", files())
def test_a_function_does_one_thing(name: str) -> None:
    if name.startswith("migrations/versions/"):
        return
    long = [
        f"{node.name} ({node.end_lineno - node.lineno + 1} lines)"
        for node in places(name)
        if isinstance(node, ast.FunctionDef) and node.end_lineno and node.end_lineno - node.lineno >= MAX_FUNCTION_LINES
    ]
    assert not long, f"{name}: split {long}"


@pytest.mark.parametrize("name", files())
def test_only_the_edge_commits(name: str) -> None:
    if name in MAY_COMMIT or name.startswith(("cli/", "demo/")):
        return
    found = [
        node.lineno
        for node in places(name)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
    ]
    assert not found, f"{name}:{found} commits. Flush at most; kjerne/web.py commits when the view returns"


@pytest.mark.parametrize("name", files())
def test_imports_stand_on_top(name: str) -> None:
    found = [
        inner.lineno
        for node in places(name)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]
    assert not found, f"{name}:{found} imports inside a function. Two that need each other want a third below them"


@pytest.mark.parametrize("name", files(tests=True))
def test_no_error_is_swallowed_whole(name: str) -> None:
    found = [
        node.lineno
        for node in places(name)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"}))
    ]
    assert not found, f"{name}:{found} catches everything. Name the errors you can do something about"


def test_no_drawer_for_odds_and_ends() -> None:
    found = [name for name in files() if Path(name).name in FORBIDDEN_NAMES]
    assert not found, f"{found}: a file is named by what is in it"


@pytest.mark.parametrize("name", [name for name in files() if Path(name).name in PURE or "/rules/" in name])
def test_rules_are_pure(name: str) -> None:
    bought = {"flask", "sqlalchemy", "wtforms", "kjerne.db", "kjerne.web", "kjerne.models"}
    imported = {
        module
        for node in places(name)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for module in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names])
    }
    wrong = {module for module in imported if module in bought or module.partition(".")[0] in bought}
    assert not wrong, f"{name} imports {wrong}: rules need neither a database nor a web server"


@pytest.mark.parametrize("name", [n for n in files() if not n.startswith(("cli/", "scripts/", "demo/", "migrations/"))])
def test_time_is_handed_in(name: str) -> None:
    if name == "kjerne/clock.py":
        return
    found = [
        node.lineno
        for node in places(name)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"now", "utcnow", "today"}
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in {"datetime", "date", "dt"}
    ]
    assert not found, f"{name}:{found} looks at the clock. Use work.now and work.today"


@pytest.mark.parametrize("name", files())
def test_a_public_function_says_its_rule(name: str) -> None:
    if name.startswith(("migrations/", "scripts/")):
        return
    silent = [
        node.name
        for node in tree(name).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_") and not ast.get_docstring(node)
    ]
    assert not silent, f"{name}: {silent} lack a docstring with the rule, units, errors or source"


def test_no_file_knows_this_machine() -> None:
    found = [
        str(path.relative_to(ROOT))
        for kind in ("*.py", "*.sh", "*.md", "*.toml", "*.json", "*.html", "*.lock", "*.mjs", "Makefile")
        for path in ROOT.rglob(kind)
        if not PASSED_OVER & set(path.relative_to(ROOT).parts) and path.name != "test_code.py"
        if str(ROOT) + "/" in path.read_text(encoding="utf-8", errors="replace")
    ]
    assert not found, f"{found} hold an absolute path of this machine"
