"""The set-up keeps its promises: locked, free of addresses, explained, and complete."""

import hashlib
import re
import subprocess
import tomllib
from configparser import ConfigParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = ("requirements.lock", "requirements-test.lock", "requirements-node.lock")
AGPL_3_SHA256 = "0d96a4ff68ad6d4b6f1f30f713b18d5184912ba8dd389f86aa7710db079abcb0"
NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*")


def names(requirements: list[str]) -> set[str]:
    """Package names of requirement lines, as the lock writes them."""
    found = (NAME.match(line) for line in requirements)
    return {match[0].lower().replace("_", "-") for match in found if match}


def pinned(lock: str) -> dict[str, str]:
    """Name and version of each package in the lock; those with markers keep the last."""
    return dict(re.findall(r"^([a-z0-9.-]+)(?:\[[a-z,]+\])?==(\S+)", (ROOT / lock).read_text(), re.MULTILINE))


def committed() -> list[Path]:
    """Every file git knows."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("lock", [*LOCKS, "package-lock.json"])
def test_a_lock_names_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    if lock == "package-lock.json":
        assert '"resolved"' not in text, "npm wrote addresses: .npmrc must hold omit-lockfile-registry-resolved=true"
    else:
        assert "://" not in text, "run scripts/lock.sh"


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_of_a_lock_has_a_hash(lock: str) -> None:
    blocks = re.split(r"\n(?=\S)", (ROOT / lock).read_text().strip())
    assert len(blocks) > 1
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_the_locks_hold_what_pyproject_asks_for_and_agree() -> None:
    run, test = pinned("requirements.lock"), pinned("requirements-test.lock")
    extras = PROJECT["project"]["optional-dependencies"]
    assert names(PROJECT["project"]["dependencies"] + extras["build"]) - run.keys() == set(), "run scripts/lock.sh"
    assert names(extras["test"]) - test.keys() == set(), "run scripts/lock.sh"
    assert {name: version for name, version in run.items() if test.get(name) != version} == {}


def test_every_dependency_is_explained_in_docs_val() -> None:
    text = (ROOT / "docs" / "val.md").read_text(encoding="utf-8").lower()
    extras = PROJECT["project"]["optional-dependencies"]
    wanted = names(PROJECT["project"]["dependencies"] + extras["build"] + extras["test"])
    assert {name for name in wanted if name not in text} == set(), "each dependency has a line in docs/val.md"


def test_every_package_is_under_the_import_rules() -> None:
    rules = ConfigParser()
    rules.read(ROOT / ".importlinter")
    listed = set(rules["importlinter"]["root_packages"].split())
    ours = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
    assert listed == ours, "a package stands in root_packages of .importlinter, and takes its place in the layers"


def test_the_program_that_is_built_holds_every_package() -> None:
    built = set(PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"])
    ours = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
    assert ours - built == set(), "add it to only-include in pyproject.toml"


def test_the_licence_is_the_exact_text() -> None:
    assert hashlib.sha256((ROOT / "LICENSE").read_bytes()).hexdigest() == AGPL_3_SHA256


def test_links_between_our_documents_lead_somewhere() -> None:
    """Of the guide's links, that go to the program's own pages, tests/framside/test_rettleiing.py sees to the rest."""
    broken = [
        f"{path.relative_to(ROOT)} → {target}"
        for path in committed()
        if path.suffix == ".md"
        for target in re.findall(r"\]\(([^)#\s]+)", path.read_text(encoding="utf-8"))
        if "://" not in target and not (path.parent / target).exists()
        if not (target.startswith("/") and "rettleiing" in path.parts)
    ]
    assert broken == []


def test_what_is_made_here_is_never_committed() -> None:
    made = {"node_modules", ".venv", ".nodeenv", "var", "__pycache__"}
    parts = [path.relative_to(ROOT).parts for path in committed()]
    assert [part for part in parts if made & set(part) or part[:2] == ("static", "dist")] == []
