"""Make a free measure, change one: rights, what is refused, and two people at once."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from kjerne.db import Databases
from kjerne.errors import Conflict, Refused
from kjerne.models import Epost
from tests.cast import Cast
from tests.conftest import ClientFor, Csrf, WorkFor
from tests.tiltak.conftest import MakeTiltak
from tiltak import actions, queries
from tiltak.models import Tiltak

FNR = "01010750160"


@pytest.fixture
def form(cast: Cast) -> dict[str, str]:
    return {
        "tittel": "Byt batteri i alarmane",
        "skildring": "Alle rom.",
        "eining_id": str(cast.it01.id),
        "ansvarleg_id": str(cast.kari.id),
        "frist": "2026-12-18",
        "type": "forebyggjande",
        "prioritet": "1",
    }


def all_rows(databases: Databases) -> list[Tiltak]:
    with databases.reading() as db:
        return list(db.scalars(select(Tiltak)))


@pytest.mark.both
def test_leader_makes_one_and_the_owner_gets_a_letter(
    client_for: ClientFor, csrf: Csrf, databases: Databases, cast: Cast, form: dict[str, str]
) -> None:
    browser = client_for(cast.leif)
    answer = browser.post("/tiltak/nytt", data={**form, "csrf_token": csrf(browser, "/tiltak/nytt")})
    assert answer.status_code == 303
    (row,) = all_rows(databases)
    assert answer.headers["Location"] == f"/tiltak/{row.id}"
    assert (row.tittel, row.type, row.prioritet, row.frist) == (form["tittel"], "forebyggjande", 1, date(2026, 12, 18))
    assert (row.status, row.laga_av_id, row.ansvarleg_id) == ("planlagt", cast.leif.id, cast.kari.id)
    with databases.reading() as db:
        letter = db.scalars(select(Epost)).one()
        assert letter.til_person_id == cast.kari.id


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tittel", ""),
        ("tittel", "x" * 201),
        ("skildring", "x" * 4001),
        ("frist", ""),
        ("frist", "2026-11-21"),
        ("frist", "2099-01-01"),
        ("frist", "18. desember"),
        ("type", "anna"),
        ("prioritet", "4"),
        ("ansvarleg_id", ""),
        ("ansvarleg_id", "0"),
        ("eining_id", "999999999999"),
        ("tittel", "Ring \ud800"),
    ],
)
def test_bad_input_is_refused_and_nothing_typed_is_lost(
    client_for: ClientFor, csrf: Csrf, databases: Databases, cast: Cast, form: dict[str, str], field: str, value: str
) -> None:
    browser = client_for(cast.leif)
    kept = form["skildring"] if field != "skildring" else form["tittel"]
    data = {**form, "csrf_token": csrf(browser), field: value.encode("utf-8", "surrogatepass")}
    answer = browser.post("/tiltak/nytt", data=data)
    page = answer.get_data(as_text=True)
    if value != "Ring \ud800":
        assert answer.status_code == 422
        assert kept in page
        assert 'id="feil"' in page
        assert "Not a valid" not in page
        assert not all_rows(databases)
    assert answer.status_code < 500


def test_a_unit_or_person_out_of_reach_is_refused(
    client_for: ClientFor, csrf: Csrf, databases: Databases, cast: Cast, form: dict[str, str]
) -> None:
    browser = client_for(cast.leif)
    for change in ({"eining_id": str(cast.it02.id)}, {"ansvarleg_id": str(cast.nina.id)}):
        answer = browser.post("/tiltak/nytt", data={**form, **change, "csrf_token": csrf(browser)})
        assert answer.status_code == 422
    assert not all_rows(databases)


def test_who_may_not_make_measures_has_no_such_page(client_for: ClientFor, csrf: Csrf, cast: Cast, form: dict[str, str]) -> None:
    for person in (cast.kari, cast.fred, cast.rita, cast.adam, cast.lise):
        browser = client_for(person)
        assert browser.get("/tiltak/nytt").status_code == 404
        assert browser.post("/tiltak/nytt", data={**form, "csrf_token": csrf(browser)}).status_code == 404


def test_identity_in_title_or_description(
    client_for: ClientFor, csrf: Csrf, databases: Databases, cast: Cast, form: dict[str, str]
) -> None:
    browser = client_for(cast.leif)
    for field in ("tittel", "skildring"):
        number = browser.post("/tiltak/nytt", data={**form, field: FNR, "stadfest": "1", "csrf_token": csrf(browser)})
        assert number.status_code == 422
        assert 'data-feil="identitet"' in number.get_data(as_text=True)
    named = {**form, "skildring": "Avtalt med Ola Nordmann.", "csrf_token": csrf(browser)}
    warned = browser.post("/tiltak/nytt", data=named)
    assert warned.status_code == 422
    assert 'data-feil="stadfest"' in warned.get_data(as_text=True)
    assert not all_rows(databases)
    assert browser.post("/tiltak/nytt", data={**named, "stadfest": "1"}).status_code == 303


def test_the_action_refuses_a_number_whoever_calls(databases: Databases, work_for: WorkFor, cast: Cast) -> None:
    with databases.writing() as db, pytest.raises(Refused):
        actions.create_tiltak(
            work_for(db, cast.leif),
            tittel=f"Hjelp {FNR}",
            skildring="",
            ansvarleg=cast.kari,
            eining_id=cast.it01.id,
            frist=date(2026, 12, 18),
        )


def test_change_owner_and_text(
    make_tiltak: MakeTiltak, client_for: ClientFor, csrf: Csrf, databases: Databases, cast: Cast
) -> None:
    nr = make_tiltak()
    browser = client_for(cast.leif)
    page = browser.get(f"/tiltak/{nr}/endre").get_data(as_text=True)
    assert "Test kvar sensor." in page
    data = {"tittel": "Ny tittel", "skildring": "Ny tekst", "ansvarleg_id": str(cast.astrid.id), "type": "strakstiltak"}
    data |= {"prioritet": "3", "version": "1", "csrf_token": csrf(browser)}
    assert browser.post(f"/tiltak/{nr}/endre", data=data).status_code == 303
    (row,) = all_rows(databases)
    assert (row.tittel, row.skildring, row.ansvarleg_id, row.type, row.prioritet) == (
        "Ny tittel",
        "Ny tekst",
        cast.astrid.id,
        "strakstiltak",
        3,
    )
    with databases.reading() as db:
        assert db.scalars(select(Epost.til_person_id).order_by(Epost.id)).all() == [cast.kari.id, cast.astrid.id]
    old = browser.post(f"/tiltak/{nr}/endre", data={**data, "skildring": "Min tekst frå ei gammal side"})
    assert old.status_code == 409
    assert "Min tekst frå ei gammal side" in old.get_data(as_text=True)
    assert "Ny tekst" in old.get_data(as_text=True)


def test_who_carries_it_out_may_not_change_it(make_tiltak: MakeTiltak, client_for: ClientFor, csrf: Csrf, cast: Cast) -> None:
    nr = make_tiltak()
    for person in (cast.kari, cast.fred, cast.nils):
        browser = client_for(person)
        assert browser.get(f"/tiltak/{nr}/endre").status_code == 404
        assert browser.post(f"/tiltak/{nr}/endre", data={"csrf_token": csrf(browser)}).status_code == 404


def test_two_at_once_the_second_is_told(make_tiltak: MakeTiltak, databases: Databases, work_for: WorkFor, cast: Cast) -> None:
    nr = make_tiltak()
    with databases.reading() as early:
        seen = queries.get_tiltak(work_for(early, cast.leif), nr)
        early.expunge(seen)
    with databases.writing() as db:
        kari = work_for(db, cast.kari)
        actions.start(kari, queries.get_tiltak(kari, nr))
        db.commit()
    with databases.writing() as db:
        db.add(seen)
        with pytest.raises(Conflict) as refused:
            actions.cancel(work_for(db, cast.leif), seen, "Trengst ikkje.")
        assert refused.value.mine == "Trengst ikkje."


@pytest.mark.both
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("status", "utfort"),
        ("status", "vurdert"),
        ("status", "i_gang"),
        ("status", "utsett"),
        ("status", "tull"),
        ("prioritet", 0),
        ("type", "anna"),
        ("effekt_resultat", "god"),
        ("effekt_frist", date(2027, 1, 1)),
    ],
)
def test_the_database_keeps_columns_true_to_the_state(
    make_tiltak: MakeTiltak, databases: Databases, column: str, value: object
) -> None:
    nr = make_tiltak()
    with databases.writing() as db:
        row = db.get(Tiltak, nr)
        setattr(row, column, value)
        with pytest.raises(IntegrityError):
            db.flush()
