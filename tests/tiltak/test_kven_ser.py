"""Who sees a measure: its owner, who follows it up, and those who read measures in the unit; a shielded one far fewer."""

import pytest
from sqlalchemy import text

from kjerne.access import Right, Rolle
from kjerne.db import Databases
from kjerne.errors import NotFound
from kjerne.models import Leselogg
from tests import make
from tests.cast import Cast
from tests.conftest import ClientFor, Csrf, WorkFor
from tests.tiltak.conftest import MakeTiltak
from tiltak import actions, queries
from tiltak.models import Tiltak

CANARY = "Kanarifugl-i-gruva"
#: Written by hand: who of the cast reads an ordinary measure that Leif made for Kari in HO-IT-01.
READERS = {"kari", "leif", "signe", "kval", "fred", "rita"}


def test_ordinary_measure_is_seen_by_these_and_no_other(make_tiltak: MakeTiltak, client_for: ClientFor, cast: Cast) -> None:
    nr = make_tiltak(skildring=CANARY)
    seen = set()
    for name, person in cast.people.items():
        page = client_for(person).get(f"/tiltak/{nr}")
        assert (CANARY in page.get_data(as_text=True)) == (page.status_code == 200), name
        if page.status_code == 200:
            seen.add(name)
    assert seen == READERS


def test_no_text_of_a_shielded_measure_reaches_anybody_but_its_maker(
    make_tiltak: MakeTiltak, client_for: ClientFor, databases: Databases, work_for: WorkFor, cast: Cast
) -> None:
    nr = make_tiltak("Snakk med avdelinga", skildring=CANARY, skjerma=True, opphav=("avvik", 7, "2026-777", True))
    for name, person in cast.people.items():
        browser = client_for(person)
        pages = [
            browser.get(path)
            for path in (f"/tiltak/{nr}", f"/tiltak/{nr}/endre", "/tiltak/", "/tiltak/?vis=alle", "/tiltak/?vis=ventar")
        ]
        said = "".join(page.get_data(as_text=True) for page in pages)
        assert (CANARY in said) == (name == "leif"), name
        assert ("2026-777" in said) == (name == "leif"), name
        assert ("Snakk med avdelinga" in said) == (name in {"leif", "kari"}), name
        assert pages[0].status_code == (200 if name in {"leif", "kari"} else 404), name
    with databases.reading() as db:
        for table in ("epost", "loggline"):
            assert CANARY not in str(db.execute(text(f"SELECT * FROM {table}")).all())


def test_owner_of_a_shielded_measure_sees_no_name_and_no_word_but_her_own(
    make_tiltak: MakeTiltak, client_for: ClientFor, databases: Databases, work_for: WorkFor, cast: Cast
) -> None:
    nr = make_tiltak(skjerma=True)
    with databases.writing() as db:
        kari, leif = work_for(db, cast.kari), work_for(db, cast.leif)
        tiltak = queries.get_tiltak(kari, nr)
        actions.mark_done(kari, tiltak, "Eg har gjort det.")
        actions.return_back(leif, tiltak, "Sjå punkt to.")
        actions.postpone(leif, tiltak, CANARY, tiltak.frist.replace(month=12, day=24))
        db.commit()
    page = client_for(cast.kari).get(f"/tiltak/{nr}").get_data(as_text=True)
    assert "Eg har gjort det." in page
    assert "Sjå punkt to." in page
    assert CANARY not in page
    assert "Leif" not in page


def test_refused_and_old_forms_tell_the_owner_of_a_shielded_measure_nothing(
    make_tiltak: MakeTiltak, client_for: ClientFor, csrf: Csrf, databases: Databases, work_for: WorkFor, cast: Cast
) -> None:
    nr = make_tiltak(skildring=CANARY, skjerma=True)
    with databases.writing() as db:
        leif = work_for(db, cast.leif)
        tiltak = queries.get_tiltak(leif, nr)
        actions.postpone(leif, tiltak, CANARY, tiltak.frist.replace(month=12, day=24))
        db.commit()
    browser = client_for(cast.kari)
    for form in ({"tekst": "Gjort.", "version": "1"}, {"tekst": "", "version": "2"}):
        answer = browser.post(f"/tiltak/{nr}/steg/ferdig", data={"csrf_token": csrf(browser), **form})
        assert answer.status_code in {409, 422}
        assert CANARY not in answer.get_data(as_text=True)


def test_reading_a_shielded_measure_is_in_the_read_log(
    make_tiltak: MakeTiltak, client_for: ClientFor, databases: Databases, cast: Cast
) -> None:
    open_nr, nr = make_tiltak(), make_tiltak(skjerma=True)
    browser = client_for(cast.kari)
    browser.get(f"/tiltak/{open_nr}")
    browser.get(f"/tiltak/{nr}")
    with databases.reading() as db:
        lines = db.query(Leselogg).filter(Leselogg.subjekt_type == "tiltak").all()
        assert [(line.person_id, line.subjekt_id, line.kva) for line in lines] == [(cast.kari.id, str(nr), "les")]


def test_the_case_above_reaches_a_shielded_measure_and_its_handler_accepts(
    make_tiltak: MakeTiltak, databases: Databases, work_for: WorkFor, cast: Cast
) -> None:
    nr = make_tiltak(skjerma=True, opphav=("avvik", 7, "2026-777", False))
    with databases.writing() as db:
        (tiltak,) = queries.of_origin(db, "avvik", 7)
        assert tiltak.id == nr
        assert not queries.of_origin(db, "avvik", 8)
        actions.mark_done(work_for(db, cast.kari), tiltak, "Gjort.")
        coordinator = work_for(db, cast.kval)
        with pytest.raises(NotFound):
            queries.get_tiltak(coordinator, nr)
        actions.accept(coordinator, tiltak)
        assert actions.is_settled(tiltak)


def test_a_case_that_becomes_hidden_takes_its_measure_along(
    make_tiltak: MakeTiltak, client_for: ClientFor, databases: Databases, work_for: WorkFor, cast: Cast
) -> None:
    nr = make_tiltak(skildring=CANARY, opphav=("avvik", 7, "2026-777", True))
    assert "2026-777" in client_for(cast.leif).get(f"/tiltak/{nr}").get_data(as_text=True)
    with databases.writing() as db:
        kval = work_for(db, cast.kval)
        actions.shield(kval, queries.get_tiltak(kval, nr), follower=kval.me)
        db.commit()
    assert client_for(cast.leif).get(f"/tiltak/{nr}").status_code == 404
    owner = client_for(cast.kari).get(f"/tiltak/{nr}").get_data(as_text=True)
    assert CANARY not in owner
    assert "2026-777" not in owner
    assert CANARY in client_for(cast.kval).get(f"/tiltak/{nr}").get_data(as_text=True)


def test_one_measure_serves_many_cases_each_once(
    make_tiltak: MakeTiltak, databases: Databases, work_for: WorkFor, cast: Cast
) -> None:
    nr = make_tiltak(opphav=("avvik", 7, "2026-7", True))
    with databases.writing() as db:
        leif = work_for(db, cast.leif)
        tiltak = queries.get_tiltak(leif, nr)
        for _ in range(2):
            actions.add_origin(leif, tiltak, "avvik", 8, "2026-8", False)
        assert [(row.namn, row.synleg) for row in queries.origins(db, nr)] == [("2026-7", True), ("2026-8", False)]
        assert queries.of_origin(db, "avvik", 8) == [tiltak]


@pytest.mark.parametrize("skjerma", [False, True])
def test_owner_who_leads_and_made_it_may_settle_it_herself(
    make_tiltak: MakeTiltak, databases: Databases, work_for: WorkFor, cast: Cast, *, skjerma: bool
) -> None:
    nr = make_tiltak(ansvarleg=cast.leif, skjerma=skjerma)
    with databases.writing() as db:
        leif = work_for(db, cast.leif)
        tiltak = queries.get_tiltak(leif, nr)
        actions.mark_done(leif, tiltak, "Gjort.")
        assert tiltak.status == "utfort"


def test_leader_who_owns_a_shielded_measure_of_somebody_else_waits_for_her(
    make_tiltak: MakeTiltak, databases: Databases, work_for: WorkFor, cast: Cast
) -> None:
    nr = make_tiltak(av=cast.kval, ansvarleg=cast.leif, skjerma=True)
    with databases.writing() as db:
        leif = work_for(db, cast.leif)
        tiltak = queries.get_tiltak(leif, nr)
        actions.mark_done(leif, tiltak, "Gjort.")
        assert tiltak.status == "ventar_godkjenning"


def test_a_right_on_the_neighbour_unit_gives_nothing_here(make_tiltak: MakeTiltak, client_for: ClientFor, cast: Cast) -> None:
    nr = make_tiltak(eining_id=cast.it02.id)
    assert client_for(cast.nils).get(f"/tiltak/{nr}").status_code == 200
    assert client_for(cast.astrid).get(f"/tiltak/{nr}").status_code == 404


def test_a_role_that_has_ended_gives_nothing(make_tiltak: MakeTiltak, databases: Databases, work_for: WorkFor, cast: Cast) -> None:
    nr = make_tiltak()
    with databases.writing() as db:
        day = work_for(db, None).today
        gone = make.person(db, "Gunn Gjekk", eining=cast.it01)
        make.tilgang(db, gone, cast.it01, Rolle.LEIAR, til=day.replace(day=day.day - 1))
        work = work_for(db, gone)
        assert not work.has(Right.TILTAK_LES)
        with pytest.raises(NotFound):
            queries.get_tiltak(work, nr)
        assert db.get(Tiltak, nr) is not None
