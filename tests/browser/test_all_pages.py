"""Every page, as people see it: axe finds nothing in any language and colour scheme, nothing runs out at the side.

The pages are the application's own GET routes, so a new page is walked without anybody remembering it.
"""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page
from werkzeug.serving import make_server

from avvik import actions
from kjerne import sessions
from kjerne.config import Config
from kjerne.db import Databases
from kjerne.models import Person
from tests.avvik.make_sak import report
from tests.browser.conftest import NewContext
from tests.cast import Cast
from tests.conftest import Clock, WorkFor

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
SIZES = [(1024, 768), (820, 1180), (390, 844), (320, 640)]
LOOKS = [("nn", "light"), ("nb", "dark"), ("en", "light"), ("nn", "dark"), ("nb", "light"), ("en", "dark")]
NOT_PAGES = ("/static", "/livez", "/readyz", "/metrics", "/okt", "/avvik/mottakar", "/avvik/eksport", "/favicon", "/invitasjon")
#: Who opens a page: the first whose answer is 200.
ROLES = ("leif", "kval", "adam", "kari", "lise")
RUN_AXE = """async () => {
  const found = await axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]});
  return found.violations.map(v => v.id + ": " + v.nodes.map(n => n.target.join(" ")).slice(0, 3).join(" | "));
}"""


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The application behind a real socket."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def filled(cast: Cast, databases: Databases, work_for: WorkFor) -> Cast:
    """Two cases: one answered and classified, one personal-data breach with a running duty."""
    with databases.writing() as db:
        one = report(work_for(db, cast.kari), cast.it01, alvor=3)
        report(work_for(db, cast.kari), cast.it01, hovudtype="info_personvern", underkategori="feilsending")
        leader = work_for(db, cast.leif)
        actions.answer_reporter(leader, one, "Takk for at du melde. Vi ser på det.")
        actions.add_cause(leader, one, {"opplaering": "Ingen hadde vist det."})
        db.commit()
    return cast


def paths(app: Flask) -> list[str]:
    """Each GET route once, with the first case, unit, person or measure in its places."""
    found = []
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.rule.startswith(NOT_PAGES) or "uuid:" in rule.rule:
            continue
        parts = [_example(part) if part.startswith("<") else part for part in rule.rule.split("/")]
        found.append("/".join(parts))
    return sorted(set(found))


def _example(part: str) -> str:
    if part == "<nr>":
        return "2026-1"
    return "1" if "id" in part else {"<kode>": "HO-IT-01", "<steg>": "svar"}.get(part, "1")


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
        """The page, or None when nobody gets a 200 (such as an address for another kind of row)."""
        for name in ROLES:
            page = self.pages[name]
            answer = page.goto(self.address + path)
            if answer is not None and answer.status == 200 and "text/html" in answer.headers.get("content-type", ""):
                return page
        return None


@pytest.fixture
def tokens(config: Config, databases: Databases, clock: Clock, filled: Cast) -> dict[str, dict[str, str]]:
    """A session for each of the roles that open pages."""
    found = {}
    with databases.writing() as db:
        for name in ROLES:
            token = sessions.start(db, filled.people[name], clock(), shared=False)
            found[name] = {"name": sessions.cookie_name(config), "value": token}
        db.commit()
    return found


def _speak(databases: Databases, filled: Cast, sprak: str) -> None:
    with databases.writing() as db:
        for name in ROLES:
            db.get_one(Person, filled.people[name].id).sprak = sprak
        db.commit()


def _faults(page: Page, path: str, sprak: str) -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = [f"{path}: {fault}" for fault in page.evaluate(RUN_AXE)]
    if page.locator("main").count() != 1:
        found.append(f"{path}: {page.locator('main').count()} <main>")
    if page.locator("html").get_attribute("lang") != sprak:
        found.append(f"{path}: lang is not {sprak}")
    return found


@pytest.mark.parametrize(("sprak", "scheme"), LOOKS)
def test_axe_finds_nothing(
    app: Flask,
    new_context: NewContext,
    address: str,
    tokens: dict[str, dict[str, str]],
    databases: Databases,
    filled: Cast,
    sprak: str,
    scheme: str,
) -> None:
    assert AXE.exists(), "axe-core is missing: make env"
    _speak(databases, filled, sprak)
    walker = Walker(new_context, address, tokens, scheme=scheme)
    faults: list[str] = []
    walked = 0
    for path in paths(app):
        page = walker.open(path)
        if page is not None:
            walked += 1
            faults += _faults(page, path, sprak)
    assert walked >= 12, f"only {walked} pages opened"
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
