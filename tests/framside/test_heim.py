"""The front page per role: filing first, what waits, numbers for those who may see them."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import event

from framside.cards import CARDS
from framside.queries import Manad
from framside.views import trend_text
from kjerne.access import Right
from kjerne.db import Databases
from kjerne.models import Person
from tests.avvik.skjema import body, send
from tests.cast import Cast
from tests.conftest import ClientFor, Clock, Csrf


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_tilsett_meets_one_big_button_and_no_numbers(client_for: ClientFor, cast: Cast) -> None:
    page = client_for(cast.kari).get("/").get_data(as_text=True)
    assert 'class="bigstart" href="/avvik/nytt"' in page
    assert "/avvik/nytt?hurtig=vald" in page
    assert "Du har ikkje meldt noko enno" in page
    assert "Saker per månad" not in page
    assert page.count("<main") == 1


def test_leiar_meets_what_waits_for_her(client_for: ClientFor, csrf: Csrf, cast: Cast, clock: Clock) -> None:
    assert "ventar på deg no" in client_for(cast.leif).get("/").get_data(as_text=True)
    send(client_for(cast.kari), csrf)
    page = client_for(cast.leif).get("/").get_data(as_text=True)
    assert "Sak ventar på deg" in page
    assert 'href="/avvik/?liste=ventar"' in page
    clock.forward(days=40)
    late = text_of(client_for(cast.leif).get("/").get_data(as_text=True))
    assert "Sak over fristen 1" in late


def test_what_was_done_stands_beside_what_was_filed(client_for: ClientFor, csrf: Csrf, cast: Cast) -> None:
    kari, leif = client_for(cast.kari), client_for(cast.leif)
    send(kari, csrf)
    answer = {"csrf_token": csrf(leif), "tekst": "Takk, stolen er bytt ut."}
    assert leif.post("/avvik/2026-1/svar", data=answer).status_code == 303
    page = kari.get("/").get_data(as_text=True)
    assert "slo seg ikkje" in page
    assert "Takk, stolen er bytt ut." in page
    leif.post("/avvik/2026-1/sporsmal", data={"csrf_token": csrf(leif), "tekst": "Kva stol var det?"})
    assert "Nokon spør om noko i 2026-1." in kari.get("/").get_data(as_text=True)


@pytest.mark.both
def test_leiing_sees_numbers_of_cases_and_events_and_no_case(client_for: ClientFor, csrf: Csrf, cast: Cast, clock: Clock) -> None:
    kari = client_for(cast.kari)
    for said in (body(), body(serie_tal="5"), body(hovudtype="forbetring", underkategori="", alvorsgrad="")):
        assert send(kari, csrf, **said).status_code == 303
    page = client_for(cast.lise).get("/").get_data(as_text=True)
    shown = text_of(page)
    assert "Meld avvik" not in shown
    assert "november 2026 2 6" in shown, "two deviations, six events; a proposal is no deviation"
    assert "desember 2025 0 0" in shown
    assert "2026-1" not in page
    assert "slo seg" not in page
    nina = client_for(cast.nils).get("/").get_data(as_text=True)
    assert "november 2026 0 0" in text_of(nina), "the neighbour leader sees her own unit's numbers only"


def months(*counts: int) -> list[Manad]:
    return [Manad(None, count, count) for count in counts]  # type: ignore[arg-type]  # the text does not ask for the day


def test_the_trend_is_said_in_words() -> None:
    assert trend_text(months(*[0] * 12)) == "For få tilfelle til å seie noko."
    more = trend_text(months(0, 0, 0, 0, 0, 4, 4, 4, 6, 6, 6, 1))
    assert more == "6 fleire dei tre siste heile månadene enn dei tre før. Fleire meldingar kan bety betre meldekultur."
    assert trend_text(months(0, 0, 0, 0, 0, 6, 6, 6, 4, 4, 4, 99)).startswith("6 færre")
    assert trend_text(months(0, 0, 0, 0, 0, 4, 4, 4, 4, 4, 4, 0)).startswith("Like mange")


def test_every_role_gets_a_front_page(client_for: ClientFor, cast: Cast) -> None:
    for person in cast.people.values():
        answer = client_for(person).get("/")
        assert answer.status_code == 200, person.namn


@pytest.mark.parametrize(("sprak", "said"), [("nb", "Meld avvik"), ("en", "Report a deviation")])
def test_in_bokmal_and_english(client_for: ClientFor, cast: Cast, databases: Databases, sprak: str, said: str) -> None:
    with databases.writing() as db:
        db.get_one(Person, cast.kari.id).sprak = sprak
        db.commit()
    assert said in text_of(client_for(cast.kari).get("/").get_data(as_text=True))


def test_cards_lead_somewhere_and_name_rights_that_exist(app: Flask, client_for: ClientFor, cast: Cast) -> None:
    leader, administrator, coordinator = client_for(cast.leif), client_for(cast.adam), client_for(cast.kval)
    for card in CARDS:
        browser = administrator if Right.DRIFT in card.rights else coordinator if Right.AVVIK_KASSER in card.rights else leader
        assert browser.get(card.href).status_code == 200
        assert all(isinstance(right, Right) for right in card.rights)


def test_the_page_asks_the_same_number_of_questions_however_many_cases(
    client_for: ClientFor, csrf: Csrf, cast: Cast, databases: Databases, clock: Clock
) -> None:
    kari = client_for(cast.kari)

    def questions(view: Callable[[], object]) -> int:
        asked: list[str] = []
        listener = lambda *given: asked.append(str(given[2]))  # noqa: E731 - SQLAlchemy counts its arguments
        for engine in databases._engines():
            event.listen(engine, "before_cursor_execute", listener)
        try:
            view()
        finally:
            for engine in databases._engines():
                event.remove(engine, "before_cursor_execute", listener)
        return len(asked)

    for _each in range(3):
        send(kari, csrf)
    kari.get("/")  # what the process keeps is read once
    few = questions(lambda: kari.get("/"))
    for _each in range(12):
        send(kari, csrf)
        clock.now += timedelta(seconds=1)
    many = questions(lambda: kari.get("/"))
    assert few == many > 0


def test_an_administrator_is_asked_which_scheme_is_in_force_until_she_has_said_it(
    cast: Cast, client_for: ClientFor, csrf: Csrf
) -> None:
    browser = client_for(cast.adam)
    asked = "/innstillingar/meldeordning"
    assert asked in browser.get("/").get_data(as_text=True)
    assert asked not in client_for(cast.kari).get("/").get_data(as_text=True)
    form = {"csrf_token": csrf(browser), "meldeordning": "alvorleg_hending_a", "stadfest": "1"}
    assert browser.post(asked, data=form).status_code == 303
    assert asked not in browser.get("/").get_data(as_text=True)


def test_an_administrator_is_led_to_what_is_left_before_the_municipality_is_up(
    cast: Cast, client_for: ClientFor, csrf: Csrf
) -> None:
    browser = client_for(cast.adam)

    def left() -> int:
        found = re.search(r'href="/innstillingar/#oppstart".*?(\d+)\s*<', browser.get("/").get_data(as_text=True), re.DOTALL)
        return int(found[1]) if found else 0

    before = left()
    assert before > 0
    assert f"{before} ting står att" in text_of(browser.get("/innstillingar/").get_data(as_text=True))
    form = {"csrf_token": csrf(browser), "meldeordning": "alvorleg_hending_a", "stadfest": "1"}
    assert browser.post("/innstillingar/meldeordning", data=form).status_code == 303
    assert left() == before - 1
    assert "#oppstart" not in client_for(cast.leif).get("/").get_data(as_text=True)


def test_the_page_of_letters_is_linked_only_where_there_is_one(cast: Cast, client_for: ClientFor) -> None:
    browser = client_for(cast.adam)
    assert 'href="/logg"' in browser.get("/").get_data(as_text=True)
    linked = 'href="/brev"' in browser.get("/").get_data(as_text=True)
    assert linked == (browser.get("/brev").status_code == 200)
    assert not linked
