"""Kept cells: the same numbers as counted from the rows, forgotten by every change they rest on, and not read on another day."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from kjerne.clock import add_months, oslo_date
from kjerne.db import Databases
from kjerne.models import Person, PersonEining
from kompetanse.actions import bevis, ruter
from kompetanse.actions.ruter import count_stale
from kompetanse.models import Kompetanse, Kompetanserute, Kompetansestand
from kompetanse.queries import kart, lagra
from kompetanse.queries.kart import Snitt
from kompetanse.rules import HORISONTAR
from tests import make
from tests.cast import Cast
from tests.conftest import Clock, WorkFor
from tests.kompetanse.conftest import GiveBevis, SetBehov


@pytest.fixture
def counted(databases: Databases, work_for: WorkFor, cast: Cast, set_behov: SetBehov, give: GiveBevis) -> Cast:
    """Needs and evidence in two units, and their cells counted by the job."""
    ruter.install()
    with databases.writing() as db:
        db.get_one(Person, cast.kari.id).yrke = "sjukepleiar"
        db.get_one(Person, cast.nina.id).vakter = "natt,helg"
        db.commit()
    set_behov("hlr", cast.ho)
    set_behov("injeksjon", cast.it, "minst", 2)
    give(cast.kari, "hlr", dagar=100)
    give(cast.nina, "hlr", dagar=300)
    give(cast.kari, "injeksjon", dagar=20)
    with databases.writing() as db:
        while count_stale(work_for(db, None), limit=2):
            pass
        db.commit()
    return cast


def stands(databases: Databases, today: date) -> int:
    with databases.reading() as db:
        return db.scalar(select(func.count()).select_from(Kompetansestand).where(Kompetansestand.dag == today)) or 0


def test_kept_and_counted_are_the_same(counted: Cast, databases: Databases, clock: Clock) -> None:
    today = oslo_date(clock())
    ids = [counted.it01.id, counted.it02.id]
    assert stands(databases, today) >= 2
    with databases.reading() as db:
        assert db.scalars(select(Kompetanserute)).first() is not None
        for months in HORISONTAR:
            for snitt in (Snitt(), Snitt(yrke="sjukepleiar"), Snitt(vakt="natt"), Snitt("sjukepleiar", "dag")):
                live = kart.cells(kart.read(db, ids, today=today, day=add_months(today, months)), snitt)
                assert lagra.cells(db, ids, today, months, snitt) == live, (months, snitt)
                assert live or snitt.vakt == "natt" or snitt.yrke
        kept = lagra.expiries(db, ids, today)
        fresh = lagra.count_expiries(db, ids, today)
        assert {month: count for month, count in kept.items() if count} == {key[1]: count for key, count in fresh.items()}
        assert sum(kept.values()) == 3


def test_every_change_is_seen_at_once(counted: Cast, databases: Databases, work_for: WorkFor, clock: Clock) -> None:
    today = oslo_date(clock())

    def change(what: int) -> None:
        with databases.writing() as db:
            leif = work_for(db, counted.leif)
            kari = db.get_one(Person, counted.kari.id)
            if what == 0:
                row = db.scalars(select(Kompetanse).where(Kompetanse.kode == "hlr")).one()
                bevis.record_for(leif, kari, row, niva=3, dato=today, slag="kurs")
            elif what == 1:
                kari.tilsett_til = today + timedelta(days=10)
            elif what == 2:
                make.person(db, "Ny Tilsett", eining=counted.it01)
            elif what == 3:
                db.delete(db.get_one(PersonEining, (counted.astrid.id, counted.it01.id)))
            else:
                db.scalars(select(Kompetanse).where(Kompetanse.kode == "hlr")).one().manader = 6
            db.commit()

    for what in range(5):
        with databases.writing() as db:
            ruter.count(db, [counted.it01.id], today)
            db.commit()
        assert stands(databases, today) >= 1
        change(what)
        with databases.reading() as db:
            assert counted.it01.id not in lagra.fresh(db, [counted.it01.id], today), what


def test_a_password_or_a_language_forgets_nothing(counted: Cast, databases: Databases, clock: Clock) -> None:
    before = stands(databases, oslo_date(clock()))
    with databases.writing() as db:
        db.get_one(Person, counted.kari.id).sprak = "nb"
        db.commit()
    assert stands(databases, oslo_date(clock())) == before > 0


def test_tomorrow_nothing_kept_is_read(counted: Cast, databases: Databases, clock: Clock) -> None:
    clock.forward(days=1)
    with databases.reading() as db:
        assert lagra.fresh(db, [counted.it01.id], oslo_date(clock())) == set()
