"""The list: mine first, then by deadline; tabs with counts, filters, pages by keyset, and a fixed number of queries."""

import re
from datetime import date

import pytest
from sqlalchemy import event

from kjerne.db import Databases
from tests.cast import Cast
from tests.conftest import ClientFor, Clock, WorkFor
from tests.tiltak.conftest import MakeTiltak
from tiltak import actions, queries
from tiltak.queries import PAGE


def titles(page: str) -> list[str]:
    return re.findall(r'caserow__t">([^<]+)<', page)


def test_red_first_then_yellow_then_by_deadline(
    make_tiltak: MakeTiltak, client_for: ClientFor, databases: Databases, work_for: WorkFor, cast: Cast
) -> None:
    make_tiltak("Seint", dagar=30)
    make_tiltak("Snart", dagar=1)
    red, yellow, hidden = make_tiltak("Raudt", dagar=90), make_tiltak("Gult", dagar=3), make_tiltak("Løynt", dagar=5, skjerma=True)
    with databases.writing() as db:
        work = work_for(db, cast.leif)
        for nr, farge in ((red, "raud"), (yellow, "gul"), (hidden, "raud")):
            actions.set_risk(work, nr, farge, 6)
        db.commit()
    page = client_for(cast.leif).get("/tiltak/").get_data(as_text=True)
    assert titles(page) == ["Raudt", "Gult", "Snart", "Løynt", "Seint"]
    assert page.index("Raud risiko") < page.index("Gul risiko") < page.index("Utan risikovurdering")
    owner = client_for(cast.kari).get("/tiltak/").get_data(as_text=True)
    assert titles(owner) == ["Raudt", "Gult", "Snart", "Løynt", "Seint"]


def test_tabs_count_what_they_show(
    make_tiltak: MakeTiltak, client_for: ClientFor, databases: Databases, work_for: WorkFor, cast: Cast, clock: Clock
) -> None:
    make_tiltak("Open", dagar=9)
    make_tiltak("Sein", dagar=1)
    waiting, gone = make_tiltak("Ventar"), make_tiltak("Avlyst")
    with databases.writing() as db:
        actions.mark_done(work_for(db, cast.kari), queries.get_tiltak(work_for(db, cast.kari), waiting), "Gjort.")
        actions.cancel(work_for(db, cast.leif), queries.get_tiltak(work_for(db, cast.leif), gone), "Trengst ikkje.")
        db.commit()
    clock.forward(days=2)
    browser = client_for(cast.leif)
    expected = {
        "opne": ["Sein", "Open", "Ventar"],
        "mine": [],
        "over": ["Sein"],
        "ventar": ["Ventar"],
        "avslutta": ["Avlyst"],
        "alle": ["Sein", "Open", "Ventar", "Avlyst"],
    }
    for tab, shown in expected.items():
        page = browser.get(f"/tiltak/?vis={tab}").get_data(as_text=True)
        assert titles(page) == shown, tab
        counts = dict(re.findall(r'vis=(\w+)"[^>]*>[^<]*<span class="count[^"]*">(\d+)<', page))
        assert counts == {name: str(len(rows)) for name, rows in expected.items()}
    assert '<span class="badge">1<' in browser.get("/tiltak/").get_data(as_text=True)


def test_filters_narrow_and_nonsense_is_passed_over(make_tiltak: MakeTiltak, client_for: ClientFor, cast: Cast) -> None:
    make_tiltak("I 1. etasje")
    make_tiltak("I 2. etasje", eining_id=cast.it02.id, ansvarleg=cast.nina)
    browser = client_for(cast.kval)

    def shown(query: str) -> list[str]:
        return titles(browser.get(f"/tiltak/?{query}").get_data(as_text=True))

    assert shown(f"eining={cast.it02.id}") == ["I 2. etasje"]
    assert shown(f"ansvarleg={cast.kari.id}") == ["I 1. etasje"]
    assert shown("status=i_gang") == []
    assert len(shown("status=planlagt")) == 2
    for nonsense in (
        "status=x",
        "eining=-1",
        "ansvarleg=9999999999999",
        "etter=0.x",
        "etter=²",
        "vis=%00",
        "etter=-.²",
        "kjelde=hylle",
        "etter=9999999999999999999.1",
    ):
        assert len(shown(nonsense)) == 2, nonsense


def test_pages_by_keyset_hold_each_measure_once(make_tiltak: MakeTiltak, client_for: ClientFor, cast: Cast) -> None:
    for number in range(PAGE + 5):
        make_tiltak(f"Nr {number}", frist=date(2026, 12, 1 + number % 3), ansvarleg=cast.leif if number % 2 else cast.kari)
    browser = client_for(cast.leif)
    first = browser.get("/tiltak/").get_data(as_text=True)
    following = re.search(r'href="([^"]*etter=[^"]*)"', first)
    assert following
    second = browser.get(following[1].replace("&amp;", "&")).get_data(as_text=True)
    seen = titles(first) + titles(second)
    assert len(titles(first)) == PAGE
    assert sorted(seen) == sorted(f"Nr {number}" for number in range(PAGE + 5))
    assert "etter=" not in second


@pytest.mark.both
def test_queries_do_not_grow_with_rows(make_tiltak: MakeTiltak, client_for: ClientFor, databases: Databases, cast: Cast) -> None:
    browser = client_for(cast.leif)

    def count(path: str) -> int:
        said: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            said.append(statement)

        event.listen(databases._read_engine, "before_cursor_execute", note)
        browser.get(path)
        event.remove(databases._read_engine, "before_cursor_execute", note)
        return len(said)

    make_tiltak()
    browser.get("/tiltak/")
    few = count("/tiltak/?vis=alle")
    for number in range(12):
        make_tiltak(f"Nr {number}", ansvarleg=cast.leif if number % 2 else cast.kari)
    assert few > 3
    assert count("/tiltak/?vis=alle") == few


def test_empty_list_says_what_it_is_for(client_for: ClientFor, cast: Cast) -> None:
    assert "Når du får ansvar for eit tiltak" in client_for(cast.nina).get("/tiltak/").get_data(as_text=True)
    assert "/tiltak/nytt" in client_for(cast.leif).get("/tiltak/").get_data(as_text=True)
