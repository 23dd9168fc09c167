"""Every page, as people see it: axe finds nothing in any language and colour scheme, nothing runs out at the side.

The pages are the application's own GET routes, so a new page is walked without anybody remembering it. Who opens a page is
asked once; it is loaded once in each language. Colours are the same in all of them, so they are looked at in both schemes in
the first language, and in every language in the sweep.
"""

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page
from sqlalchemy import select
from werkzeug.exceptions import HTTPException

from kjerne import sessions
from kjerne.config import Config
from kjerne.db import Databases
from kjerne.models import Person
from prosedyrar.models import ProsedyreVersjon
from tests.browser.conftest import TABLET, NewContext
from tests.conftest import Clock

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
PHONE = (390, 844)
#: As long as the longest page, so that the bar at the bottom of the screen lies over nothing that could be scrolled up.
PHONE_WHOLE = (390, 9000)
SIZES = [TABLET, (820, 1180), PHONE, (320, 640)]
LANGUAGES = ("nn", "nb", "en")
#: The walk is cut in parts, so that several workers share it.
PARTS = 12
#: Files, fragments, machine answers, and addresses with a secret in them: no page to look at, or none in the demo.
NOT_PAGES = re.compile(
    r"/(static|livez|readyz|metrics|okt|favicon|utsjanad|invitasjon|avvik/mottakar|avvik/eksport|logg-ut)\b"
    r"|.*(uuid:|/fil$|/ark$|/pdf$|\.pdf$|\.xlsx$|\.ics$|eksport\.<|rapportar/<id:rapport_id>$|/rader$|rad/<id:rad_id>/skjema$)"
)
NOBODY = ""
#: Who opens a page: the first whose answer is 200.
ROLES = (
    *[NOBODY, "leiar", "kvalitetskoordinator", "kommunalsjef", "administrator", "tilsett", "leiing", "personvernombod"],
    *["fagansvarleg"],
)
#: Each looks around here first; most other pages are found by the links of those that stand.
STARTS = ("/logg-inn", "/", "/prosedyrar/", "/prosedyrar/oversikt", "/personar/", "/oppdragsbrev/")
#: What stands in an address that no link led to.
EXAMPLES = {
    "nr": "2026-1",
    "tabell": "hovudtype",
    "kode": "HO-IT-02",
    "steg": "svar",
    "v": "1.0",
    "slag": "kvalitet",
    "namn": "meld",
}
#: Pages that show what the demo has none of; their own tests open them.
NOT_IN_DEMO = {"/prosedyrar/importer/<id:innlesing_id>", "/prosedyrar/oversikt/eigne/<kode>"}
LINK = re.compile(r'href="(/[^"#?]*)')
ALL_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOUR_RULES = ["color-contrast", "link-in-text-block"]
RUN_AXE = """async (options) => {
  const found = await axe.run(document, {...options, resultTypes: ["violations"], preload: false});
  return found.violations.map(v => v.id + ": " + v.nodes.map(n => n.target.join(" ")).slice(0, 3).join(" | "));
}"""


def _example(rule: str) -> str:
    """An address of a rule, with the demo's first case, unit, person, measure … in its places."""
    parts = [part.strip("<>") if part.startswith("<") else f"={part}" for part in rule.split("/")]
    known = {"id:brev_id": "2"}
    return "/".join(part[1:] if part[:1] == "=" else known.get(part) or EXAMPLES.get(part, "1") for part in parts)


class Doors:
    """Finds an address of each page, and who opens it: by the links a page holds, else by example."""

    def __init__(self, app: Flask, client: FlaskClient, tokens: dict[str, dict[str, str]]) -> None:
        self._client = client
        self._tokens = tokens
        self._map = app.url_map.bind("localhost")
        rules = (rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()))
        self.rules = {rule.rule for rule in rules if not NOT_PAGES.match(rule.rule)} - NOT_IN_DEMO
        self.found: dict[str, tuple[str, str]] = {}
        self._asked: set[tuple[str, str]] = set()

    def find(self, hints: list[str]) -> dict[str, tuple[str, str]]:
        """Rule → role and address. `hints` are addresses that no link is sure to lead to."""
        for path in (*STARTS, *sorted(self.rules)):
            for role in ROLES:
                if "<" not in path and (path in STARTS or path not in self.found):
                    self._look_around(role, path)
        for path in (*hints, *map(_example, sorted(self.rules - self.found.keys()))):
            for role in ROLES:
                self._look_around(role, path)
        return self.found

    def _look_around(self, role: str, path: str) -> None:
        waiting = [path]
        while waiting:
            path = waiting.pop()
            rule = self._rule(path)
            is_known = rule in self.found and path not in STARTS
            if rule not in self.rules or is_known or (role, path) in self._asked:
                continue
            self._asked.add((role, path))
            page = self._get(role, path)
            if page is not None:
                self.found.setdefault(rule, (role, path))
                waiting += [unescape(link) for link in reversed(list(dict.fromkeys(LINK.findall(page))))]

    def _rule(self, path: str) -> str:
        try:
            rule, _values = self._map.match(path, method="GET", return_rule=True)
        except HTTPException:
            return ""
        return rule.rule

    def _get(self, role: str, path: str) -> str | None:
        self._client.delete_cookie(self._tokens["leiar"]["name"])
        if role != NOBODY:
            self._client.set_cookie(self._tokens[role]["name"], self._tokens[role]["value"])
        with self._client.get(path) as answer:
            assert answer.status_code < 500, f"{path} broke for {role}"
            is_page = answer.status_code == 200 and answer.mimetype == "text/html"
            return answer.get_data(as_text=True) if is_page else None


class Walker:
    """Stands on pages as whoever may open them."""

    def __init__(self, page: Page, address: str, tokens: dict[str, dict[str, str]]) -> None:
        self.page = page
        self.address = address
        self.tokens = tokens

    def open(self, role: str, path: str) -> None:
        """Stand on the page as her."""
        self.page.context.clear_cookies()
        if role != NOBODY:
            self.page.context.add_cookies([{**self.tokens[role], "url": self.address}])
        answer = self.page.goto(self.address + path)
        assert answer is not None
        assert answer.status == 200, f"{path} gave {answer.status} to {role}"


@pytest.fixture
def walker_at(address: str, tokens: dict[str, dict[str, str]], new_context: NewContext) -> Callable[..., Walker]:
    """Give a function that starts a walk with axe at hand: `walker_at(size=PHONE, scheme="dark")`."""
    assert AXE.exists(), "axe-core is missing: make env"

    def start(**options: object) -> Walker:
        context = new_context(reduced_motion="reduce", **options)
        context.add_init_script(path=AXE)
        return Walker(context.new_page(), address, tokens)

    return start


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
            if role != NOBODY
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


FOUND: dict[str, tuple[str, str]] = {}
"""The doors of the demo, asked for once a worker: each test's copy of it is the same."""


def _drafts(databases: Databases) -> list[str]:
    """What only a draft has."""
    with databases.reading() as db:
        rows = db.scalars(
            select(ProsedyreVersjon).where(ProsedyreVersjon.tilstand == "kladd").order_by(ProsedyreVersjon.id).limit(5)
        )
        at = [(f"/prosedyrar/{row.prosedyre_id}", f"{row.major}.{row.minor}") for row in rows]
    return [f"{place}/skriv" for place, _v in at] + [f"{place}/versjon/{v}/hoyring" for place, v in at]


@pytest.fixture
def doors(app: Flask, client: FlaskClient, tokens: dict[str, dict[str, str]], databases: Databases) -> list[tuple[str, str]]:
    """Who opens which address, one for each page. A page that nobody opens is a fault, of the demo or of `EXAMPLES`."""
    if not FOUND:
        looking = Doors(app, client, tokens)
        FOUND.update(looking.find(_drafts(databases)))
        missing = sorted(looking.rules - FOUND.keys())
        assert not missing, f"nobody was let in to {missing}"
    return [door for _rule, door in sorted(FOUND.items())]


def _speak(databases: Databases, people: dict[str, int], sprak: str) -> None:
    with databases.writing() as db:
        for person in people.values():
            db.get_one(Person, person).sprak = sprak
        db.commit()


def _faults(page: Page, path: str, sprak: str, schemes: tuple[str, str], *, colours: bool) -> list[str]:
    """What is wrong with the page that stands: every rule; those about colours in both schemes, where `colours` are asked."""
    at = f"{path} ({sprak})"
    first, other = schemes
    off = {} if colours else {name: {"enabled": False} for name in COLOUR_RULES}
    found = [f"{at}, {first}: {fault}" for fault in page.evaluate(RUN_AXE, {"runOnly": ALL_RULES, "rules": off})]
    if colours:
        page.emulate_media(color_scheme=other)
        options = {"runOnly": {"type": "rule", "values": COLOUR_RULES}}
        found += [f"{at}, {other}: {fault}" for fault in page.evaluate(RUN_AXE, options)]
        page.emulate_media(color_scheme=first)
    mains, lang = page.evaluate("[document.querySelectorAll('main').length, document.documentElement.lang]")
    if mains != 1:
        found.append(f"{at}: {mains} <main>")
    if lang != sprak:
        found.append(f"{at}: lang is {lang}")
    return found


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize(
    ("size", "schemes"), [(TABLET, ("light", "dark")), pytest.param(PHONE_WHOLE, ("dark", "light"), marks=pytest.mark.sweep)]
)
def test_axe_finds_nothing(
    doors: list[tuple[str, str]],
    walker_at: Callable[..., Walker],
    databases: Databases,
    people: dict[str, int],
    size: tuple[int, int],
    schemes: tuple[str, str],
    part: int,
) -> None:
    walker = walker_at(size=size, scheme=schemes[0])
    faults: list[str] = []
    for sprak in LANGUAGES:
        _speak(databases, people, sprak)
        for role, path in doors[part::PARTS]:
            walker.open(role, path)
            colours = sprak == LANGUAGES[0] or size == PHONE_WHOLE
            faults += _faults(walker.page, path, sprak if role != NOBODY else "nn", schemes, colours=colours)
    assert not faults, "\n".join(faults)


@pytest.mark.sweep
@pytest.mark.parametrize("size", SIZES)
def test_nothing_runs_out_at_the_side(
    doors: list[tuple[str, str]], walker_at: Callable[..., Walker], size: tuple[int, int]
) -> None:
    walker = walker_at(size=size)
    wide = []
    for role, path in doors:
        walker.open(role, path)
        if walker.page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1"):
            wide.append(path)
    assert not wide, f"wider than {size[0]} px: {wide}"
