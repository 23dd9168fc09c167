"""What happened makes training needs: a deviation's cause or outcome, and a new major version of a procedure."""

from sqlalchemy import select

from avvik import actions
from avvik.actions.handle import mark_whistleblowing
from kjerne.db import Databases
from kompetanse.actions.opplaering import decline
from kompetanse.models import KompetanseProsedyre, Opplaeringsbehov
from kompetanse.queries.opplaering import cases_about
from prosedyrar.events import ProsedyreRevidert
from prosedyrar.models import Prosedyre, ProsedyreVersjon
from tests.avvik.make_sak import report
from tests.cast import Cast
from tests.conftest import ClientFor, Clock, WorkFor
from tests.kompetanse.conftest import Entry, SetBehov


def needs(databases: Databases) -> list[tuple[int, int | None, str, str]]:
    """(unit, competence, name, state) of all training needs."""
    with databases.reading() as db:
        rows = db.scalars(select(Opplaeringsbehov).order_by(Opplaeringsbehov.id))
        return [(row.eining_id, row.kompetanse_id, row.namn, row.status) for row in rows]


def test_missing_training_as_cause_asks_once_and_is_taken_back(
    databases: Databases, work_for: WorkFor, cast: Cast, entry: Entry
) -> None:
    with databases.writing() as db:
        avvik = report(work_for(db, cast.kari), cast.it01, underkategori="smitte_hygiene")
        leif = work_for(db, cast.leif)
        actions.add_cause(leif, avvik, {"opplaering": "Ingen hadde vist det."})
        actions.add_cause(leif, avvik, {"opplaering": "", "bemanning": ""})
        db.commit()
        nr = avvik.nr
    assert needs(databases) == [(cast.it01.id, entry("smittevern"), nr, "open")]
    with databases.writing() as db:
        leif = work_for(db, cast.leif)
        actions.add_cause(leif, db.merge(avvik), {"bemanning": ""})
        db.commit()
    assert needs(databases) == []


def test_training_as_outcome_asks_and_an_unmapped_theme_leaves_the_choice(
    databases: Databases, work_for: WorkFor, cast: Cast
) -> None:
    with databases.writing() as db:
        avvik = report(work_for(db, cast.kari), cast.it01, hovudtype="organisasjon", underkategori="kompetanse_mangel")
        actions.set_outcome(work_for(db, cast.leif), avvik, {"opplaering": ""}, "Vi lærer opp.")
        db.commit()
    assert [(row[0], row[1], row[3]) for row in needs(databases)] == [(cast.it01.id, None, "open")]


def test_a_case_that_becomes_one_few_may_see_takes_its_need_away(databases: Databases, work_for: WorkFor, cast: Cast) -> None:
    with databases.writing() as db:
        avvik = report(work_for(db, cast.kari), cast.it01, underkategori="smitte_hygiene")
        leif = work_for(db, cast.leif)
        actions.add_cause(leif, avvik, {"opplaering": ""})
        mark_whistleblowing(leif, avvik, "Det er eit varsel.")
        db.commit()
    assert needs(databases) == []


def test_an_answered_need_of_such_a_case_is_in_no_count(
    databases: Databases, work_for: WorkFor, cast: Cast, entry: Entry, clock: Clock
) -> None:
    with databases.writing() as db:
        avvik = report(work_for(db, cast.kari), cast.it01, underkategori="smitte_hygiene")
        leif = work_for(db, cast.leif)
        actions.add_cause(leif, avvik, {"opplaering": ""})
        decline(leif, db.scalars(select(Opplaeringsbehov)).one())
        assert cases_about(leif, [cast.it01.id], clock()) == {(cast.it01.id, entry("smittevern")): 1}
        mark_whistleblowing(leif, avvik, "Det er eit varsel.")
        assert cases_about(leif, [cast.it01.id], clock()) == {}
        db.commit()
    assert [row[2:] for row in needs(databases)] == [("", "avvist")]


def test_the_number_of_a_case_is_for_who_reads_cases(
    databases: Databases, work_for: WorkFor, cast: Cast, client_for: ClientFor, set_behov: SetBehov
) -> None:
    """Written by hand: the plan page's list and the flag in the map."""
    set_behov("smittevern", cast.it01)
    with databases.writing() as db:
        avvik = report(work_for(db, cast.kari), cast.it01, underkategori="smitte_hygiene")
        actions.add_cause(work_for(db, cast.leif), avvik, {"opplaering": ""})
        db.commit()
        nr = avvik.nr
    named, flagged = set(), set()
    for name, person in cast.people.items():
        browser = client_for(person)
        if nr in browser.get("/kompetanse/plan").get_data(as_text=True):
            named.add(name)
        if "avvik med opplæring som årsak" in browser.get("/kompetanse/kart").get_data(as_text=True):
            flagged.add(name)
    assert named == {"leif", "kval"}
    assert flagged == {"leif", "kval", "rita"}


def test_a_major_version_asks_for_training_where_set_and_a_minor_does_not(
    databases: Databases, work_for: WorkFor, cast: Cast, clock: Clock, entry: Entry, set_behov: SetBehov
) -> None:
    set_behov("hlr", cast.it01)
    with databases.writing() as db:
        prosedyre = Prosedyre(tittel="HLR", eining_id=cast.ho.id, eigar_id=cast.kval.id, laga=clock(), laga_av_id=cast.kval.id)
        db.add(prosedyre)
        db.flush()
        values = {"forfattar_id": cast.kval.id, "laga": clock(), "endra": clock(), "endra_av_id": cast.kval.id}
        versjon = ProsedyreVersjon(prosedyre_id=prosedyre.id, major=2, minor=0, **values)
        db.add(versjon)
        db.add(KompetanseProsedyre(kompetanse_id=entry("hlr"), prosedyre_id=prosedyre.id, opplaering=True))
        db.flush()
        work = work_for(db, cast.kval)
        work.announce(ProsedyreRevidert(prosedyre.id, versjon.id, major=False))
        assert db.scalars(select(Opplaeringsbehov)).all() == []
        for _ in range(2):
            work.announce(ProsedyreRevidert(prosedyre.id, versjon.id, major=True))
        db.commit()
    assert needs(databases) == [(cast.it01.id, entry("hlr"), "HLR 2.0", "open")]
