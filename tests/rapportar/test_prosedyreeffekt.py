"""Did it help: before and after, too little said as too little, small numbers hidden, and the one figure of /avvik/tal."""

import re
import uuid
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import event

from avvik.actions import Melding, report_avvik
from avvik.models import Avvik, AvvikUtfall
from avvik.queries.tal import figures, find_unit, periods, units_of_numbers
from kjerne.db import Databases
from kjerne.models import Eining, Person
from kjerne.work import Work
from prosedyrar import actions as procedures
from prosedyrar.models import Lesekrav, Lesekvittering, Prosedyre, ProsedyreVersjon
from prosedyrar.queries import open_version
from rapportar.prosedyreeffekt import Bolk, basis, effects, read_in_time, reading, split
from rapportar.prosedyreside import compared
from tests.cast import Cast
from tests.conftest import ClientFor, Clock, WorkFor

File = Callable[..., int]


@pytest.fixture
def at(databases: Databases, work_for: WorkFor, cast: Cast, clock: Clock) -> File:
    """Give a function that files cases in a month at a unit and ties them to a procedure."""

    def file(aar: int, manad: int, count: int, prosedyre_id: int | None = None, unit: Eining | None = None) -> int:
        last = 0
        clock.set_oslo(aar, manad, 10)
        with databases.writing() as db:
            work = work_for(db, cast.kari)
            for _ in range(count):
                said = Melding(
                    nokkel=str(uuid.uuid4()), eining_id=(unit or cast.it01).id, hendt=work.now - timedelta(hours=1),
                    hovudtype="pasient_brukar", underkategori="fall_utan_skade", skildring="Fall.", alvor=2,
                    prosedyre_id=prosedyre_id,
                )  # fmt: skip
                last = report_avvik(work, said).avvik.id
            db.commit()
        return last

    return file


@pytest.fixture
def changed(databases: Databases, work_for: WorkFor, cast: Cast, clock: Clock) -> Callable[[Eining], int]:
    """Give a function that makes a procedure 1.0 in January 2025 and 2.0 in March 2026."""

    def make(unit: Eining) -> int:
        def version(db_work: Callable[[Person], Work], prosedyre_id: int) -> None:
            draft = open_version(db_work(cast.kval), prosedyre_id)
            assert draft is not None
            procedures.submit(db_work(cast.kval), draft.id)
            procedures.publish(db_work(cast.signe), draft.id)

        with databases.writing() as db:
            clock.set_oslo(2025, 1, 5)
            work = work_for(db, cast.kval)
            made = procedures.create_prosedyre(work, tittel="Fallførebygging", eining_id=unit.id, eigar=work.me, tekst="A.")
            version(lambda who: work_for(db, who), made.id)
            clock.set_oslo(2026, 3, 15)
            procedures.begin_version(work_for(db, cast.kval), made, stor=True)
            version(lambda who: work_for(db, who), made.id)
            db.commit()
            return made.id

    return make


def test_before_and_after_leave_the_month_of_change_out() -> None:
    fore, etter = split([3, 3, 9, 1, 0], 2, 3, whole=True)
    assert (fore, etter) == (Bolk(2, 6), Bolk(2, 1))
    assert fore.snitt == 3
    hidden = split([3, 3, 9, 1, 0], 2, 3, whole=False)
    assert hidden == (Bolk(2, 6), Bolk(2, None))
    assert split([], 0, 3, whole=True)[1].snitt is None


def test_a_changed_procedure_is_compared_in_words(
    cast: Cast,
    databases: Databases,
    work_for: WorkFor,
    clock: Clock,
    at: File,
    changed: Callable[[Eining], int],
    client_for: ClientFor,
) -> None:
    found = changed(cast.it01)
    for manad in range(1, 13):
        at(2025, manad, 2, found if manad == 1 else None)
    for manad in (5, 7, 9):
        at(2026, manad, 1)
    clock.set_oslo(2026, 11, 22)
    with databases.reading() as db:
        work = work_for(db, cast.leif)
        units = units_of_numbers(work)
        one = effects(work, units[cast.it01.id], basis(work, units[cast.it01.id], units))[0]
        assert (one.nummer, one.fra_nummer, one.gyldig_fra) == ("2.0", "1.0", date(2026, 3, 15))
        assert one.kategoriar == ["Fall utan skade"]
        assert [n for _name, n in one.punkt] == [0, 0] + [2] * 12 + [0, 0, 0, 0, 1, 0, 1, 0, 1, 0]
        assert (one.fore, one.etter) == (Bolk(16, 24), Bolk(7, 3))
        assert compared(one) == "71 % færre i månaden enn før."
    page = client_for(cast.leif).get("/rapportar/prosedyreeffekt").get_data(as_text=True)
    assert "71 % færre i månaden enn før." in page
    assert "Signal: noko anna enn tilfeldig variasjon." in page
    assert "Vis tabell" in page
    assert f"/prosedyrar/{found}/samanlikn?fra=1.0&amp;til=2.0" in page


def test_too_little_says_so(
    cast: Cast, databases: Databases, clock: Clock, at: File, changed: Callable[[Eining], int], client_for: ClientFor
) -> None:
    found = changed(cast.it01)
    at(2025, 6, 2, found)
    clock.set_oslo(2026, 11, 22)
    page = client_for(cast.leif).get("/rapportar/prosedyreeffekt").get_data(as_text=True)
    assert "For få tilfelle eller månader til å seie noko." in page
    assert "For få tilfelle til å seie om endringane er meir enn tilfeldige." in page


def test_outside_what_one_reads_single_months_and_small_sums_are_hidden(
    cast: Cast,
    databases: Databases,
    work_for: WorkFor,
    clock: Clock,
    at: File,
    changed: Callable[[Eining], int],
    client_for: ClientFor,
) -> None:
    found = changed(cast.it)
    for manad in range(1, 13):
        at(2025, manad, 1, found if manad == 1 else None)
    at(2026, 5, 2)
    clock.set_oslo(2026, 11, 22)
    with databases.reading() as db:
        work = work_for(db, cast.lise)
        units = units_of_numbers(work)
        one = effects(work, units[cast.it.id], basis(work, units[cast.it.id], units))[0]
        assert one.punkt == []
        assert one.signal is None
        assert (one.fore.n, one.etter.n) == (12, None)
        assert not one.nok
    page = client_for(cast.lise).get("/rapportar/prosedyreeffekt").get_data(as_text=True)
    assert "Seriediagram" not in page
    assert "For få tilfelle eller månader til å seie noko." in page


def test_categories_of_closed_groups_do_not_show(
    cast: Cast, databases: Databases, work_for: WorkFor, clock: Clock, at: File, changed: Callable[[Eining], int]
) -> None:
    found = changed(cast.it01)
    last = at(2026, 5, 1, found)
    with databases.writing() as db:
        db.get_one(Avvik, last).sensitiv_gruppe = "vald"
        db.commit()
    clock.set_oslo(2026, 11, 22)
    with databases.reading() as db:
        work = work_for(db, cast.leif)
        units = units_of_numbers(work)
        one = effects(work, units[cast.it01.id], basis(work, units[cast.it01.id], units))[0]
        assert one.kategoriar == []
        assert compared(one).startswith("Ingen saker er knytte til prosedyren")


def test_the_day_four_of_five_had_read_it(
    cast: Cast, databases: Databases, work_for: WorkFor, clock: Clock, at: File, changed: Callable[[Eining], int]
) -> None:
    found = changed(cast.it01)
    for manad in range(1, 13):
        at(2025, manad, 1, found if manad == 1 else None)
    clock.set_oslo(2026, 11, 22)
    with databases.writing() as db:
        db.add(Lesekrav(prosedyre_id=found, eining_id=cast.it01.id, fra=date(2026, 3, 15), laga_av_id=cast.kval.id))
        version = db.query(ProsedyreVersjon).filter_by(prosedyre_id=found, major=2).one()
        for month, day, person in ((3, 20, cast.kari), (4, 9, cast.leif), (4, 20, cast.astrid)):
            moment = clock().replace(month=month, day=day)
            db.add(Lesekvittering(prosedyre_id=found, versjon_id=version.id, major=2, person_id=person.id, tid=moment))
        db.commit()
        work = work_for(db, cast.leif)
        units = units_of_numbers(work)
        ground = basis(work, units[cast.it01.id], units)
        one = effects(work, units[cast.it01.id], ground)[0]
        lesen = reading(work, one, ground)
        assert (lesen.kravde, lesen.lesne, lesen.dag) == (3, 3, date(2026, 4, 20))
        assert lesen.fore == Bolk(17, 12)
        assert lesen.etter == Bolk(6, 0)
        rows = read_in_time(work, ground.units, 3)
        assert [(row.rekna, row.i_tide) for row in rows] == [(3, 1)]  # due on 29 March
        assert read_in_time(work, ground.units, 4)[0].i_tide is None


def test_led_to_change_is_the_figure_of_the_numbers_page(
    cast: Cast, databases: Databases, work_for: WorkFor, clock: Clock, at: File, client_for: ClientFor
) -> None:
    ids = [at(2026, 9, 1), at(2026, 10, 1), at(2026, 10, 1, None, cast.it02)]
    clock.set_oslo(2026, 11, 22)
    with databases.writing() as db:
        for avvik_id in ids:
            row = db.get_one(Avvik, avvik_id)
            row.status, row.lukka_tid, row.endra_praksis = "lukka", clock(), True
            db.add(AvvikUtfall(avvik_id=avvik_id, utfall="prosedyre_endra"))
        db.commit()
        work = work_for(db, cast.kval)
        units = units_of_numbers(work)
        top = find_unit(units, "")
        f = figures(work, top, periods(work, units, top)[0], units)
        assert f.endra.del_.n == 3
        assert sum(tal.n for _kode, _namn, tal in f.endra_einingar) == 3
    kval = client_for(cast.kval)
    shown = [
        re.search(r'ledto__n">([^<]+)<', kval.get(path).get_data(as_text=True))
        for path in ("/avvik/tal", "/rapportar/prosedyreeffekt")
    ]
    assert [hit[1] for hit in shown if hit] == ["3", "3"]


def test_who_may_see_it(cast: Cast, client_for: ClientFor) -> None:
    assert client_for(cast.kari).get("/rapportar/prosedyreeffekt").status_code == 404
    leif = client_for(cast.leif)
    assert leif.get("/rapportar/prosedyreeffekt").status_code == 200
    assert leif.get(f"/rapportar/prosedyreeffekt?eining={cast.it02.kode}").status_code == 404
    assert "Ingen prosedyrar her er endra" in leif.get("/rapportar/prosedyreeffekt?prosedyre=999").get_data(as_text=True)


def test_counts_of_documents_and_requests(
    cast: Cast, databases: Databases, clock: Clock, changed: Callable[[Eining], int], client_for: ClientFor, work_for: WorkFor
) -> None:
    found = changed(cast.it01)
    clock.set_oslo(2026, 11, 22)
    with databases.writing() as db:
        work = work_for(db, cast.leif)
        procedures.create_prosedyre(work, tittel="Kladd", eining_id=cast.it01.id, eigar=work.me, tekst="B.")
        procedures.request_revision(work, found, "avvik", 7, skjerma=False, tittel="Endre", eining_id=cast.it01.id)
        db.get_one(Prosedyre, found).revisjonsfrist = date(2026, 1, 1)
        db.commit()
    page = client_for(cast.leif).get("/rapportar/prosedyreeffekt").get_data(as_text=True)
    assert "0 av 1 gyldige." in page
    assert "1 på veg, 0 tekne ut av bruk." in page
    assert "1 nyare enn 30 dagar, 0 til 90, 0 eldre." in page


def test_it_costs_the_same_with_more_changed_procedures(
    cast: Cast, databases: Databases, clock: Clock, changed: Callable[[Eining], int], client_for: ClientFor
) -> None:
    leif = client_for(cast.leif)

    def cost() -> int:
        seen: list[str] = []
        for engine in (databases.engine, databases._read_engine):
            event.listen(engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
        leif.get("/rapportar/prosedyreeffekt")
        return len(seen)

    changed(cast.it01)
    clock.set_oslo(2026, 11, 22)
    cost()
    before = cost()
    changed(cast.it01)
    changed(cast.it01)
    clock.set_oslo(2026, 11, 22)
    assert cost() == before
