"""Every page, as people see it: axe finds nothing in any language and colour scheme, nothing runs out at the side.

The pages are the application's own GET routes, so a new page is walked without anybody remembering it.
"""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import select

from kjerne import sessions
from kjerne.config import Config
from kjerne.db import Databases
from kjerne.models import Person
from tests.browser.conftest import NewContext
from tests.conftest import Clock

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
SIZES = [(1024, 768), (820, 1180), (390, 844), (320, 640)]
LOOKS = [("nn", "light"), ("nb", "dark"), ("en", "light")]
OTHER_LOOKS = [("nn", "dark"), ("nb", "light"), ("en", "dark")]
#: Files, fragments and machine answers: no whole page to look at.
NOT_PAGES = (
    "/static",
    "/livez",
    "/readyz",
    "/metrics",
    "/okt",
    "/avvik/mottakar",
    "/avvik/eksport",
    "/ros/<id:analyse_id>/rad/<id:rad_id>/skjema",
    "/favicon",
    "/invitasjon",
    "/utsjanad",
)
#: Who opens a page: the first whose answer is 200.
ROLES = ("leiar", "kvalitetskoordinator", "kommunalsjef", "administrator", "tilsett", "leiing", "personvernombod")
EXAMPLES = {"nr": "2026-1", "tabell": "hovudtype", "kode": "HO-IT-02", "steg": "svar", "v": "1.0", "slag": "kvalitet", "namn": "meld"}
RUN_AXE = """async () => {
  const found = await axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]});
  return found.violations.map(v => v.id + ": " + v.nodes.map(n => n.target.join(" ")).slice(0, 3).join(" | "));
}"""


def paths(app: Flask) -> list[str]:
    """Each GET route once, with the demo's first case, unit, person, measure … in its places."""
    found = []
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.rule.startswith(NOT_PAGES) or "uuid:" in rule.rule:
            continue
        parts = [_example(part) if part.startswith("<") else part for part in rule.rule.split("/")]
        found.append("/".join(parts))
    return sorted(set(found))


def _example(part: str) -> str:
    return EXAMPLES.get(part.strip("<>").rpartition(":")[2], "1")


class Walker:
    """Opens each page as the first person who may."""

    def __init__(self, new_context: NewContext, address: str, tokens: dict[str, dict[str, str]], **options: object) -> None:
        self.address = address
        self.pages: dict[str, Page] = {}
        for name, cookie in tokens.items():
            context = new_context(**options)
            context.add_cookies([{**cookie, "url": address}])
            self.pages[name] = context.new_page()

    def open(self, path: str) -> Page | None:
        """The page, or None when nobody gets a page (such as an address for another kind of row, or a file)."""
        for name in ROLES:
            context = self.pages[name].context
            answer = context.request.get(self.address + path, max_redirects=0)
            assert answer.status < 500, f"{path} broke for {name}"
            if answer.status == 200 and "text/html" in answer.headers.get("content-type", ""):
                self.pages[name].goto(self.address + path)
                return self.pages[name]
        return None


@pytest.fixture
def people(demo: dict[str, Any], databases: Databases) -> dict[str, int]:
    """The demo's first login of each role that opens pages."""
    with databases.reading() as db:
        return {
            role: db.scalars(
                select(Person.id).where(
                    Person.ansattnr == next(one["brukarnamn"] for one in demo["innloggingar"] if one["rolle"] == role)
                )
            ).one()
            for role in ROLES
        }


@pytest.fixture
def tokens(config: Config, databases: Databases, clock: Clock, people: dict[str, int]) -> dict[str, dict[str, str]]:
    """A session for each of them."""
    found = {}
    with databases.writing() as db:
        for role, person in people.items():
            token = sessions.start(db, db.get_one(Person, person), clock(), shared=False)
            found[role] = {"name": sessions.cookie_name(config), "value": token}
        db.commit()
    return found


def _speak(databases: Databases, people: dict[str, int], sprak: str) -> None:
    with databases.writing() as db:
        for person in people.values():
            db.get_one(Person, person).sprak = sprak
        db.commit()


def _faults(page: Page, path: str, sprak: str) -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = [f"{path}: {fault}" for fault in page.evaluate(RUN_AXE)]
    if page.locator("main").count() != 1:
        found.append(f"{path}: {page.locator('main').count()} <main>")
    if page.locator("html").get_attribute("lang") != sprak:
        found.append(f"{path}: lang is not {sprak}")
    return found


def shares() -> list[object]:
    """Each look walks its third of the pages in every run, so that each page is walked; the sweep walks them all in all looks."""
    return [
        pytest.param(*look, share, marks=() if place == share else pytest.mark.sweep)
        for place, look in enumerate([*LOOKS, *OTHER_LOOKS])
        for share in range(len(LOOKS))
    ]


@pytest.mark.parametrize(("sprak", "scheme", "share"), shares())
def test_axe_finds_nothing(
    app: Flask,
    new_context: NewContext,
    address: str,
    tokens: dict[str, dict[str, str]],
    databases: Databases,
    people: dict[str, int],
    sprak: str,
    scheme: str,
    share: int,
) -> None:
    assert AXE.exists(), "axe-core is missing: make env"
    _speak(databases, people, sprak)
    walker = Walker(new_context, address, tokens, scheme=scheme)
    faults: list[str] = []
    walked = 0
    for path in paths(app)[share :: len(LOOKS)]:
        page = walker.open(path)
        if page is not None:
            walked += 1
            faults += _faults(page, path, sprak)
    assert walked >= 30, f"only {walked} pages opened"
    assert not faults, "\n".join(faults)


@pytest.mark.sweep
@pytest.mark.parametrize("size", SIZES)
def test_nothing_runs_out_at_the_side(
    app: Flask, new_context: NewContext, address: str, tokens: dict[str, dict[str, str]], size: tuple[int, int]
) -> None:
    walker = Walker(new_context, address, tokens, size=size)
    wide = []
    for path in paths(app):
        page = walker.open(path)
        if page is not None and page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1"):
            wide.append(path)
    assert not wide, f"wider than {size[0]} px: {wide}"
