"""A measure from planned to judged, over HTTP, and every way it may be refused."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from kjerne.db import Databases
from kjerne.models import Epost, Loggline, Person
from tests.cast import Cast
from tests.conftest import ClientFor, Clock, Csrf
from tests.tiltak.conftest import MakeTiltak
from tiltak.models import Tiltak, TiltakHending

Step = Callable[..., TestResponse]
FNR = "01010750160"


@pytest.fixture
def step(client_for: ClientFor, csrf: Csrf, databases: Databases) -> Step:
    """Give a function that takes a step as somebody, with the version the page has now unless another is said."""

    def take(who: Person, tiltak_id: int, steg: str, **fields: object) -> TestResponse:
        browser = client_for(who)
        if "version" not in fields:
            fields["version"] = fetch(databases, tiltak_id).version
        data = {"csrf_token": csrf(browser), **{key: str(value) for key, value in fields.items()}}
        return browser.post(f"/tiltak/{tiltak_id}/steg/{steg}", data=data)

    return take


def fetch(databases: Databases, tiltak_id: int) -> Tiltak:
    with databases.reading() as db:
        found = db.get(Tiltak, tiltak_id)
        assert found is not None
        db.expunge(found)
        return found


def letters_to(databases: Databases, person: Person) -> list[Epost]:
    with databases.reading() as db:
        return list(db.scalars(select(Epost).where(Epost.til_person_id == person.id).order_by(Epost.id)))


@pytest.mark.both
def test_from_planned_to_judged(make_tiltak: MakeTiltak, step: Step, databases: Databases, cast: Cast, clock: Clock) -> None:
    nr = make_tiltak()
    assert step(cast.kari, nr, "start").status_code == 303
    assert fetch(databases, nr).start == date(2026, 11, 22)
    assert step(cast.kari, nr, "ferdig", tekst="Alle er testa.").status_code == 303
    assert fetch(databases, nr).status == "ventar_godkjenning"
    assert step(cast.leif, nr, "retur", tekst="Rom 4 manglar.").status_code == 303
    returned = fetch(databases, nr)
    assert (returned.status, returned.retur_grunn, returned.ferdig_tid) == ("i_gang", "Rom 4 manglar.", None)
    assert step(cast.kari, nr, "ferdig", tekst="No er rom 4 med.").status_code == 303
    assert step(cast.leif, nr, "godkjenn").status_code == 303
    done = fetch(databases, nr)
    assert (done.status, done.retur_grunn, done.effekt_frist) == ("utfort", "", date(2026, 11, 22) + timedelta(days=90))
    clock.forward(days=90)
    answer = step(cast.kari, nr, "vurder", resultat="delvis", tekst="Færre fall.")
    assert answer.status_code == 303
    judged = fetch(databases, nr)
    assert (judged.status, judged.effekt_resultat, judged.effekt_tid) == ("vurdert", "delvis", clock())
    with databases.reading() as db:
        history = db.scalars(select(TiltakHending.slag).where(TiltakHending.tiltak_id == nr).order_by(TiltakHending.id))
        assert list(history) == ["laga", "start", "ferdig", "retur", "ferdig", "godkjenn", "vurder"]
        logged = db.scalars(select(Loggline).where(Loggline.subjekt_type == "tiltak").order_by(Loggline.id)).all()
        assert [line.hending for line in logged][-1] == "tiltak:vurder"
        assert not [line for line in logged if "Rom 4" in str(line.endring)]


def test_owner_cannot_accept_her_own(make_tiltak: MakeTiltak, step: Step, databases: Databases, cast: Cast) -> None:
    nr = make_tiltak()
    step(cast.kari, nr, "fullfor", tekst="Gjort.")
    assert fetch(databases, nr).status == "ventar_godkjenning"
    assert step(cast.kari, nr, "godkjenn").status_code == 404
    assert step(cast.kari, nr, "avlys", tekst="Vil ikkje.").status_code == 404
    assert step(cast.kari, nr, "fullfor", tekst="Gjort.").status_code == 409
    assert fetch(databases, nr).status == "ventar_godkjenning"


def test_leader_who_owns_it_is_done_at_once(make_tiltak: MakeTiltak, step: Step, databases: Databases, cast: Cast) -> None:
    nr = make_tiltak(ansvarleg=cast.leif)
    assert step(cast.leif, nr, "fullfor", tekst="Gjort.").status_code == 303
    assert fetch(databases, nr).status == "utfort"


def test_a_step_that_is_not_open_now_is_a_conflict(make_tiltak: MakeTiltak, step: Step, cast: Cast) -> None:
    nr = make_tiltak()
    assert step(cast.leif, nr, "godkjenn").status_code == 409
    assert step(cast.kari, nr, "vurder", resultat="god", tekst="Bra.").status_code == 409


def test_an_unknown_step_is_not_found(make_tiltak: MakeTiltak, step: Step, cast: Cast) -> None:
    assert step(cast.leif, make_tiltak(), "slett").status_code == 404


def test_postponing_is_counted_and_needs_a_later_deadline_and_a_reason(
    make_tiltak: MakeTiltak, step: Step, databases: Databases, cast: Cast
) -> None:
    nr = make_tiltak(frist=date(2026, 12, 1))
    assert step(cast.kari, nr, "utsett", tekst="Delar er forseinka.", frist="2026-12-01").status_code == 422
    assert step(cast.kari, nr, "utsett", tekst="", frist="2026-12-10").status_code == 422
    assert step(cast.kari, nr, "utsett", tekst="Delar er forseinka.", frist="i morgon").status_code == 422
    assert fetch(databases, nr).utsett_tal == 0
    assert step(cast.kari, nr, "utsett", tekst="Delar er forseinka.", frist="10.12.2026").status_code == 303
    after = fetch(databases, nr)
    assert (after.status, after.utsett_tal, after.frist) == ("utsett", 1, date(2026, 12, 10))
    assert [letter.emne for letter in letters_to(databases, cast.leif)] == [f"Tiltak {nr} har fått ny frist"]


def test_cancelling_needs_a_reason_and_tells_the_owner(
    make_tiltak: MakeTiltak, step: Step, databases: Databases, cast: Cast
) -> None:
    nr = make_tiltak()
    assert step(cast.leif, nr, "avlys", tekst=" ").status_code == 422
    assert step(cast.leif, nr, "avlys", tekst="Sensorane er bytte ut.").status_code == 303
    assert fetch(databases, nr).status == "avlyst"
    assert letters_to(databases, cast.kari)[-1].emne == f"Tiltak {nr} er avlyst"


def test_an_old_form_gets_both_texts(make_tiltak: MakeTiltak, step: Step, databases: Databases, cast: Cast) -> None:
    nr = make_tiltak()
    old = fetch(databases, nr).version
    step(cast.kari, nr, "ferdig", tekst="Alle sensorar er testa.")
    answer = step(cast.leif, nr, "avlys", tekst="Vi treng det ikkje.", version=old)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "Vi treng det ikkje." in page
    assert "Alle sensorar er testa." in page
    assert fetch(databases, nr).status == "ventar_godkjenning"


def test_identity_number_is_refused_and_a_name_needs_confirmation(
    make_tiltak: MakeTiltak, step: Step, databases: Databases, cast: Cast
) -> None:
    nr = make_tiltak()
    refused = step(cast.kari, nr, "ferdig", tekst=f"Gjort for {FNR}", stadfest="1")
    assert refused.status_code == 422
    assert 'data-feil="identitet"' in refused.get_data(as_text=True)
    warned = step(cast.kari, nr, "ferdig", tekst="Snakka med Ola Nordmann.")
    page = warned.get_data(as_text=True)
    assert warned.status_code == 422
    assert 'data-feil="stadfest"' in page
    assert "Snakka med Ola Nordmann." in page
    assert fetch(databases, nr).status == "planlagt"
    assert step(cast.kari, nr, "ferdig", tekst="Snakka med Ola Nordmann.", stadfest="1").status_code == 303


def test_letters_carry_number_unit_and_link_only(make_tiltak: MakeTiltak, step: Step, databases: Databases, cast: Cast) -> None:
    nr = make_tiltak("Kanarititel", skildring="Kanariskildring")
    step(cast.kari, nr, "ferdig", tekst="Kanarinotat")
    step(cast.leif, nr, "retur", tekst="Kanarigrunn")
    letters = letters_to(databases, cast.kari) + letters_to(databases, cast.leif)
    assert [letter.emne for letter in letters] == [
        f"Du har fått ansvar for tiltak {nr}",
        f"Tiltak {nr} er sendt tilbake til deg",
        f"Tiltak {nr} ventar på godkjenning",
    ]
    for letter in letters:
        assert "Kanari" not in letter.emne + letter.tekst
        assert f"/tiltak/{nr}" in letter.tekst
        assert "Solbakken 1. etasje" in letter.tekst


def test_page_shows_the_steps_she_may_take_and_no_other(make_tiltak: MakeTiltak, client_for: ClientFor, cast: Cast) -> None:
    nr = make_tiltak()

    def posts(browser: FlaskClient) -> set[str]:
        page = browser.get(f"/tiltak/{nr}").get_data(as_text=True)
        return {steg for steg in ("start", "ferdig", "fullfor", "godkjenn", "utsett", "avlys", "vurder") if f"/steg/{steg}" in page}

    assert posts(client_for(cast.kari)) == {"start", "ferdig", "utsett"}
    assert posts(client_for(cast.leif)) == {"utsett", "avlys"}
    assert posts(client_for(cast.rita)) == set()
