"""The developers' papers tell of what exists: files, addresses, commands, settings and make's targets."""

import argparse
import re
from dataclasses import fields
from itertools import product
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter, RequestRedirect

from cli.main import parser
from kjerne.config import PREFIX, Config

ROOT = Path(__file__).resolve().parents[2]
PAPERS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#]+)")
QUOTED = re.compile(r"`([^`\n]+)`")
FILE = re.compile(r"[a-z_]+/[\w./*-]*|[\w-]+\.(?:md|py|toml|lock|json|sh)")
PLACE = re.compile(r"<[^>]+>")
EXAMPLES = ("1", "x", "2026-17", "00000000-0000-0000-0000-000000000001")
#: Made where the program or the tests run; not part of the tree.
MADE = ("static/dist", "node_modules", "filer/", "logg/", "metrics/", "database/")
TESTS_OWN = {"TEST_DB"}


def quoted(paper: Path) -> list[str]:
    return QUOTED.findall(paper.read_text(encoding="utf-8"))


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.name)
def test_each_link_and_file_is_there(paper: Path) -> None:
    links = [link for link in LINK.findall(paper.read_text(encoding="utf-8")) if not (paper.parent / link).exists()]
    assert not links
    named = [name for name in quoted(paper) if FILE.fullmatch(name) and "/" in name and not name.startswith(MADE)]
    gone = [name for name in named if (ROOT / name.split("/")[0]).is_dir() and not any(ROOT.glob(name.rstrip("/")))]
    assert not [name for name in gone if not is_function(name)]


def is_function(name: str) -> bool:
    """`rapportar/dokument.build` is the function of that module."""
    module, _dot, function = name.rpartition(".")
    path = ROOT / f"{module}.py"
    return path.exists() and f"def {function}(" in path.read_text(encoding="utf-8")


def answers(addresses: MapAdapter, path: str) -> bool:
    """Whether a route takes the address, with something in each <place>."""
    parts = PLACE.split(path)
    for filled in product(EXAMPLES, repeat=len(parts) - 1):
        address = "".join(one + other for one, other in zip(parts, [*filled, ""], strict=True))
        for method in ("GET", "POST"):
            try:
                addresses.match(address, method=method)
            except RequestRedirect:
                return True
            except HTTPException:
                continue
            return True
    return False


def test_each_address_outside_programs_rely_on_is_a_route(app: Flask) -> None:
    """A row may shorten: `/ros/<id>/rad`, `/godta` stands for what follows the first address or its folder."""
    addresses = app.url_map.bind("localhost")
    missing = []
    for line in (ROOT / "docs" / "grensesnitt.md").read_text(encoding="utf-8").splitlines():
        named = (
            [name.partition("?")[0] for name in QUOTED.findall(line.split("|")[1]) if name.startswith("/")]
            if line.startswith("|")
            else []
        )
        for name in named:
            first = named[0]
            tried = [name, first.rstrip("/") + name, first.rstrip("/").rpartition("/")[0] + name]
            if not any(answers(addresses, path) for path in tried):
                missing.append(name)
    assert not missing


def commands() -> set[str]:
    found = next(action for action in parser()._actions if isinstance(action, argparse._SubParsersAction))
    return set(found.choices)


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.name)
def test_each_command_and_setting_exists(paper: Path) -> None:
    text = paper.read_text(encoding="utf-8")
    assert set(re.findall(r"(?:^    |`)internkontroll ([a-z-]+)", text, re.MULTILINE)) <= commands()
    targets = set(re.findall(r"(?:^    |`)make ([a-z]+)", text, re.MULTILINE))
    assert targets <= set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    settings = set(re.findall(rf"{PREFIX}([A-Z_]+)", text)) - TESTS_OWN
    assert settings <= {field.name.upper() for field in fields(Config)}
