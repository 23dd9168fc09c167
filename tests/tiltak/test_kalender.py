"""The calendar feed: title and date only, by a secret address shown once, and dead when its person may not log in."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from kjerne.access import Rolle
from kjerne.db import Databases
from kjerne.models import Person, Tilgang
from tests.cast import Cast
from tests.conftest import ClientFor, Clock, Csrf
from tests.tiltak.conftest import MakeTiltak
from tiltak.ical import Dag, calendar
from tiltak.models import Kalenderlenkje


def address(browser: FlaskClient, csrf: Csrf, **fields: str) -> str:
    answer = browser.post("/tiltak/kalender", data={"csrf_token": csrf(browser), **fields})
    assert answer.status_code == 200
    found = re.search(r'value="[^"]*(/tiltak/kalender/[^"]+\.ics)"', answer.get_data(as_text=True))
    assert found
    return found[1]


def fetch(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/calendar")
    return answer.get_data(as_text=True).replace("\r\n ", "")


def test_title_and_date_only_and_of_a_shielded_one_the_number(
    make_tiltak: MakeTiltak, client_for: ClientFor, client: FlaskClient, csrf: Csrf, databases: Databases, cast: Cast
) -> None:
    nr = make_tiltak("Sjekk dørlås, vindauge; og kjellar", skildring="Kanariskildring", opphav=("avvik", 7, "2026-777", True))
    hidden = make_tiltak("Kanarititel", skjerma=True)
    make_tiltak("Leif sitt", ansvarleg=cast.leif)
    browser = client_for(cast.kari)
    path = address(browser, csrf)
    said = fetch(client, path)
    assert "SUMMARY:Sjekk dørlås\\, vindauge\\; og kjellar\r\n" in said
    assert f"SUMMARY:Tiltak {hidden}\r\n" in said
    assert f"UID:tiltak-{nr}@" in said
    assert "DTSTART;VALUE=DATE:20261202\r\n" in said
    assert said.count("BEGIN:VEVENT") == 2
    for canary in ("Kanari", "2026-777", "Leif", "http"):
        assert canary not in said
    token = path.rsplit("/", 1)[1].removesuffix(".ics")
    assert token not in browser.get("/tiltak/kalender").get_data(as_text=True)
    with databases.reading() as db:
        for table in ("kalenderlenkje", "loggline", "leselogg"):
            assert token not in str(db.execute(text(f"SELECT * FROM {table}")).all())


def test_a_new_address_ends_the_old_and_a_removed_one_is_dead(
    make_tiltak: MakeTiltak, client_for: ClientFor, client: FlaskClient, csrf: Csrf, databases: Databases, cast: Cast
) -> None:
    make_tiltak()
    browser = client_for(cast.kari)
    first = address(browser, csrf)
    second = address(browser, csrf)
    assert client.get(first).status_code == 404
    assert "Sjekk" in fetch(client, second)
    assert browser.post("/tiltak/kalender/fjern", data={"csrf_token": csrf(browser)}).status_code == 303
    assert client.get(second).status_code == 404
    for nonsense in ("x", "²" * 30, "a" * 43, "a" * 500):
        assert client.get(f"/tiltak/kalender/{nonsense}.ics").status_code == 404
    with databases.reading() as db:
        assert db.query(Kalenderlenkje).count() == 0


@pytest.mark.both
def test_rights_are_read_at_each_fetch_and_a_disabled_person_has_none(
    make_tiltak: MakeTiltak, client_for: ClientFor, client: FlaskClient, csrf: Csrf, databases: Databases, cast: Cast, clock: Clock
) -> None:
    make_tiltak("Kari sitt")
    make_tiltak("Leif sitt", ansvarleg=cast.leif)
    make_tiltak("Skjerma for Kari", av=cast.kval, skjerma=True)
    make_tiltak("Nabo sitt", eining_id=cast.it02.id, av=cast.nils, ansvarleg=cast.nina)
    path = address(client_for(cast.leif), csrf, einingar="1")
    said = fetch(client, path)
    assert [name in said for name in ("Kari sitt", "Leif sitt", "Skjerma", "Nabo")] == [True, True, False, False]
    only_own = address(client_for(cast.kari), csrf, einingar="1")
    assert "Leif sitt" not in fetch(client, only_own)
    with databases.writing() as db:
        db.query(Tilgang).filter(Tilgang.person_id == cast.leif.id, Tilgang.rolle == Rolle.LEIAR.value).delete()
        db.commit()
    said = fetch(client, path)
    assert [name in said for name in ("Kari sitt", "Leif sitt")] == [False, True]
    with databases.writing() as db:
        db.get_one(Person, cast.leif.id).deaktivert = True
        db.commit()
    assert client.get(path).status_code == 404


def test_long_lines_are_folded_without_cutting_a_letter(clock: Clock) -> None:
    title = "Å vere førebudd på øving i brann og røyk på natta, " * 4 + "\nny lina"
    file = calendar("Tiltak", [Dag("a@b", clock().date(), title)], clock())
    assert all(len(line.encode()) <= 75 for line in file.split("\r\n"))
    assert title.replace(",", "\\,").replace("\n", "\\n") in file.replace("\r\n ", "")
