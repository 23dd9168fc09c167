"""The user guide: all languages tell the same, what it quotes exists, its links lead somewhere, each role gets her own first."""

import re
from functools import cache

import pytest
from flask import Flask
from werkzeug.exceptions import MethodNotAllowed, NotFound

from framside import kapittel
from framside.kapittel import FOLDER, KAPITTEL, PAGES, chapter_for, source
from kjerne.access import Rolle
from kjerne.db import Databases
from kjerne.i18n import SPRAK
from kjerne.models import Person
from scripts import texts
from tests.cast import Cast
from tests.conftest import ClientFor

NAMES = [each.namn for each in KAPITTEL]
QUOTE = re.compile(r"[«“]([^»”]+)[»”]")
OTHERS = SPRAK[1:]
LINK = re.compile(r"\]\(([^)]+)\)")
HEADING = re.compile(r"^(#+) ", re.MULTILINE)
NUMBER = re.compile(r"\d+")


@cache
def translated(sprak: str) -> dict[str, set[str]]:
    """Each nynorsk text of the program → what it is called in that language; a plural is a text of its own."""
    catalogue = texts.catalogue(sprak)
    found: dict[str, set[str]] = {}
    for one, text in texts.texts().items():
        forms = catalogue.get(one, ("",))
        for said, form in ((one, forms[0]), (text.plural or one, forms[-1])):
            found.setdefault(said, set()).add(form)
    return found


def as_kept(said: str, known: dict[str, set[str]]) -> str:
    """«Lever punkt 4» stands in the catalogue as «Lever punkt %(nr)s»."""
    numbered = NUMBER.sub("%(nr)s", said)
    return numbered if said not in known and any(numbered in {one, *names} for one, names in known.items()) else said


def headings(namn: str, sprak: str) -> list[int]:
    return [len(found) for found in HEADING.findall(source(namn, sprak))]


def visible_text(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_each_chapter_is_a_file_and_each_file_a_chapter() -> None:
    for sprak in SPRAK:
        assert {path.stem for path in (FOLDER / sprak).glob("*.md")} == set(NAMES)


@pytest.mark.parametrize("namn", NAMES)
def test_all_languages_have_the_same_headings_in_the_same_order(namn: str) -> None:
    assert headings(namn, "nn").count(1) == 1
    assert len(headings(namn, "nn")) > 3
    for sprak in OTHERS:
        assert headings(namn, sprak) == headings(namn, "nn")
        assert LINK.findall(source(namn, sprak)) == LINK.findall(source(namn, "nn"))


@pytest.mark.parametrize("sprak", OTHERS)
@pytest.mark.parametrize("namn", NAMES)
def test_what_stands_in_quotes_is_what_the_program_calls_it(namn: str, sprak: str) -> None:
    """Rename a button, and the chapters that name it turn red, in the language it was renamed in."""
    known = translated(sprak)
    nynorsk, other = ([as_kept(said, known) for said in QUOTE.findall(source(namn, each))] for each in ("nn", sprak))
    assert nynorsk, "a chapter names what one presses"
    assert not [said for said in nynorsk if said not in known], "no such button, field or page in nynorsk"
    wrong = [(said, called) for said, called in zip(nynorsk, other, strict=True) if called not in known[said]]
    assert not wrong, "called something else in that language"


def test_each_link_leads_to_a_page(app: Flask) -> None:
    addresses = app.url_map.bind("localhost")
    for link in [link for namn in NAMES for link in LINK.findall(source(namn, "nn"))]:
        path = link.partition("?")[0].partition("#")[0]
        assert path.startswith("/"), f"{link}: the guide sends nobody out of the program"
        try:
            endpoint, values = addresses.match(path, method="GET")
        except (NotFound, MethodNotAllowed):
            pytest.fail(f"{link} is no page")
        if endpoint == "hjelp.vis":
            assert values["namn"] in NAMES, link


def test_a_chapter_is_drawn_once() -> None:
    assert kapittel.text("meld", "nn") is kapittel.text("meld", "nn")


def test_every_role_reads_every_chapter_and_finds_her_own_first(client_for: ClientFor, cast: Cast) -> None:
    for person in cast.people.values():
        browser = client_for(person)
        page = browser.get("/hjelp").get_data(as_text=True)
        shown = re.findall(r'<a href="/hjelp/([\w-]+)">', page)
        assert sorted(shown) == sorted(NAMES), person.namn
        assert all(browser.get(f"/hjelp/{namn}").status_code == 200 for namn in (shown[0], shown[-1]))
    leif, adam, kari = (
        re.findall(r'<a href="/hjelp/([\w-]+)">', client_for(one).get("/hjelp").text) for one in (cast.leif, cast.adam, cast.kari)
    )
    assert leif[0] == "leiar"
    assert adam[0] == "oppsett"
    assert kari[:4] == ["meld", "les-og-kvitter", "personvern", "feil"]


def test_a_stranger_may_read_it_too(app: Flask) -> None:
    for namn in NAMES:
        page = app.test_client().get(f"/hjelp/{namn}").get_data(as_text=True)
        assert f"<h1>{kapittel.text(namn, 'nn').tittel}</h1>" in page
        assert '<h2 id="del-1">' in page, "headings can be linked to"


def test_an_unknown_chapter_is_not_found(app: Flask) -> None:
    assert app.test_client().get("/hjelp/tull").status_code == 404


@pytest.mark.parametrize(("sprak", "title"), [("nn", "Meld eit avvik"), ("nb", "Meld et avvik"), ("en", "Report a deviation")])
def test_it_speaks_the_readers_language(client_for: ClientFor, cast: Cast, databases: Databases, sprak: str, title: str) -> None:
    with databases.writing() as db:
        db.get_one(Person, cast.kari.id).sprak = sprak
        db.commit()
    assert f"<h1>{title}</h1>" in client_for(cast.kari).get("/hjelp/meld").get_data(as_text=True)


@pytest.mark.parametrize(
    ("who", "helped"),
    [
        ("kari", {"/avvik/nytt": "meld", "/avvik/": "meld", "/kompetanse/meg": "les-og-kvitter", "/prosedyrar/": "les-og-kvitter"}),
        (
            "leif",
            {
                "/avvik/": "leiar",
                "/kompetanse/kart": "kompetanse",
                "/prosedyrar/ny": "prosedyrar",
                "/ros/ny": "ros",
                "/tiltak/tidslinje": "tiltak",
                "/oppdragsbrev/": "oppdragsbrev",
                "/rapportar/": "rapportar",
                "/krav/": "tilsyn",
            },
        ),
        ("adam", {"/innstillingar/": "oppsett", "/logg": "personvern"}),
    ],
)
def test_a_page_points_at_its_own_chapter(client_for: ClientFor, cast: Cast, who: str, helped: dict[str, str]) -> None:
    browser = client_for(cast.people[who])
    for path, namn in helped.items():
        page = browser.get(path).get_data(as_text=True)
        assert f'href="/hjelp/{namn}"' in page, path
        assert "Hjelp til denne sida" in visible_text(page)


def test_the_frame_leads_to_the_guide_where_no_chapter_fits(app: Flask, client_for: ClientFor, cast: Cast) -> None:
    assert 'href="/hjelp"' in client_for(cast.kari).get("/").get_data(as_text=True)
    assert 'href="/hjelp/feil"' in app.test_client().get("/logg-inn").get_data(as_text=True)


def test_each_row_of_the_table_of_pages_helps_somebody(app: Flask) -> None:
    rules = [re.sub(r"<id:[^>]+>", "1", re.sub(r"<(?!id:)[^>]+>", "x", rule.rule)) for rule in app.url_map.iter_rules()]
    everybody = [(), *[(rolle,) for rolle in Rolle]]
    hit = {
        (pattern, namn)
        for path in rules
        for roller in everybody
        for pattern, namn in PAGES
        if pattern.match(path) and chapter_for(path, roller) == namn
    }
    assert hit == set(PAGES)
