"""House rules for the code. Each failure says which rule, where, and what to do instead."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PASSED_OVER = {".venv", "node_modules", "var", "dist", "static", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".nodeenv"}
MAX_LINES, MAX_FUNCTION_LINES = 400, 60
MAY_COMMIT = ("kjerne/web.py", "kjerne/jobs.py", "kjerne/mail.py", "cli/", "demo/", "bench/")
LOOKS_AT_THE_CLOCK = ("kjerne/clock.py", "cli/", "scripts/", "demo/", "bench/")
FORBIDDEN_NAMES = {"utils.py", "helpers.py", "common.py", "base.py", "manager.py", "misc.py"}
IMPURE = {"flask", "sqlalchemy", "wtforms", "kjerne.db", "kjerne.web", "kjerne.models"}
GENERATED = "migrations/versions/"
Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def walk(*kinds: str) -> tuple[str, ...]:
    """Our own files of some kinds, as paths from the root, without walking through what is not ours."""
    tops = [path for path in ROOT.iterdir() if path.name not in PASSED_OVER and not path.name.startswith(".git")]
    return tuple(
        sorted(
            str(path.relative_to(ROOT))
            for top in tops
            for kind in kinds
            for path in ([top] if top.is_file() and top.match(kind) else top.rglob(kind))
            if not PASSED_OVER & set(path.relative_to(ROOT).parts)
        )
    )


def files(*, tests: bool = False) -> list[str]:
    """Our own Python files."""
    return [name for name in walk("*.py") if tests or not name.startswith("tests/")]


@cache
def tree(name: str) -> ast.Module:
    return ast.parse((ROOT / name).read_text(encoding="utf-8"))


def nodes(*, tests: bool = False, but: tuple[str, ...] = ()) -> Iterator[tuple[str, ast.AST]]:
    """Every node of our code with the place it stands at."""
    for name in files(tests=tests):
        if not name.startswith(but):
            for node in ast.walk(tree(name)):
                yield f"{name}:{getattr(node, 'lineno', 0)}", node


def is_call_of(node: ast.AST, *names: str) -> bool:
    """Whether a node calls a method of one of these names."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in names


def test_there_is_code_to_look_at() -> None:
    assert {"app.py", "kjerne/web.py", "avvik/models.py", "cli/main.py"} <= set(files())


def test_a_file_says_what_it_is_for() -> None:
    silent = [name for name in files(tests=True) if not ast.get_docstring(tree(name))]
    assert not silent, f"{silent} have no docstring: say in a line what the file is for"


def test_a_file_can_be_read_in_one_sitting() -> None:
    lines = {name: len((ROOT / name).read_text(encoding="utf-8").splitlines()) for name in files(tests=True)}
    long = {name: count for name, count in lines.items() if count > MAX_LINES and not name.startswith(GENERATED)}
    assert not long, f"over {MAX_LINES} lines, make it a folder of the same name with one thing in each file: {long}"


def test_a_function_does_one_thing() -> None:
    long = [
        f"{place} {node.name}"
        for place, node in nodes(but=(GENERATED,))
        if isinstance(node, Function) and (node.end_lineno or 0) - node.lineno >= MAX_FUNCTION_LINES
    ]
    assert not long, f"over {MAX_FUNCTION_LINES} lines, split: {long}"


def test_only_the_edge_commits() -> None:
    found = [place for place, node in nodes(but=MAY_COMMIT) if is_call_of(node, "commit")]
    assert not found, f"{found} commit. Flush at most; kjerne/web.py commits when the view returns"


def test_imports_stand_on_top() -> None:
    found = [
        f"{place} {node.name}"
        for place, node in nodes(tests=True)
        if isinstance(node, Function) and any(isinstance(inner, ast.Import | ast.ImportFrom) for inner in ast.walk(node))
    ]
    assert not found, f"{found} import inside a function. Two that need each other want a third below them"


def test_no_error_is_swallowed_whole() -> None:
    found = [
        place
        for place, node in nodes(tests=True)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"}))
    ]
    assert not found, f"{found} catch everything. Name the errors you can do something about"


def test_an_exception_to_a_check_says_why() -> None:
    silent = re.compile(r"#\s*(?:[n]oqa(?!.* - \S)|[t]ype: ignore(?!\[[^\]]+\]\s+# \S))")
    bare = [
        f"{name}:{number}"
        for name in files(tests=True)
        for number, line in enumerate((ROOT / name).read_text(encoding="utf-8").splitlines(), start=1)
        if silent.search(line)
    ]
    assert not bare, f"write the reason after the exception, or do without it: {bare}"


def test_no_drawer_for_odds_and_ends() -> None:
    found = [name for name in files() if Path(name).name in FORBIDDEN_NAMES]
    assert not found, f"{found}: a file is named by what is in it"


def test_rules_and_events_are_pure() -> None:
    found = []
    for place, node in nodes():
        if not (place.split(":")[0].endswith(("/rules.py", "/events.py")) or "/rules/" in place):
            continue
        modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        modules += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        found += [f"{place} {module}" for module in modules if module in IMPURE or module.split(".")[0] in IMPURE]
    assert not found, f"{found}: rules need neither a database nor a web server"


def test_time_is_handed_in() -> None:
    found = [
        place
        for place, node in nodes(but=LOOKS_AT_THE_CLOCK)
        if is_call_of(node, "now", "utcnow", "today")
        and isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in {"datetime", "date", "dt"}
    ]
    assert not found, f"{found} look at the clock. Use work.now and work.today"


def test_a_public_function_says_its_rule() -> None:
    silent = [
        f"{name} {node.name}"
        for name in files()
        if not name.startswith(("migrations/", "scripts/"))
        for node in tree(name).body
        if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_") and not ast.get_docstring(node)
    ]
    assert not silent, f"{silent} lack a docstring with the rule, units, errors or source"


def test_no_file_knows_this_machine() -> None:
    kinds = ("*.py", "*.sh", "*.md", "*.toml", "*.json", "*.html", "*.lock", "*.mjs", "*.js", "*.css", "Makefile")
    found = [name for name in walk(*kinds) if f"{ROOT}/" in (ROOT / name).read_text(encoding="utf-8", errors="replace")]
    assert not found, f"{found} hold an absolute path of this machine"
