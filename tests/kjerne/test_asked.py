"""A question is built once and asked every time; what it depends on is what it is kept under."""

from datetime import date
from types import SimpleNamespace

import pytest
from sqlalchemy import Select, select

from kjerne import asked
from kjerne.access import Right
from kjerne.db import Databases
from kjerne.models import Eining, Person
from kjerne.work import Work
from tests.cast import Cast
from tests.conftest import Clock, WorkFor

CALLS: list[str] = []
HIDDEN = SimpleNamespace(code="HO-IT-01")


def _name(work: Work, kode: str) -> Select[str, date]:
    CALLS.append(kode)
    return select(Eining.namn, Eining.gjeld_fra).where(Eining.kode == kode, Eining.id.in_(work.units(Right.AVVIK_LES)))


def _in_force(work: Work) -> Select[int]:
    return select(Eining.id).where(Eining.gjeld_fra <= work.today)


def _careless(_work: Work) -> Select[str]:
    return select(Eining.namn).where(Eining.kode == HIDDEN.code)


@pytest.mark.both
def test_the_answer_is_of_now_though_the_question_is_kept(cast: Cast, databases: Databases, work_for: WorkFor) -> None:
    with databases.reading() as db:
        first = asked.rows(work_for(db, cast.leif), _name, "HO-IT-01")[0]
    assert (first.namn, first.gjeld_fra) == (cast.it01.namn, cast.it01.gjeld_fra)
    with databases.writing() as db:
        db.get_one(Eining, cast.it01.id).namn = "Eit anna namn"
        seen = asked.value(work_for(db, cast.leif), _name, "HO-IT-01")  # what this transaction has changed, it sees
        db.commit()
    assert seen == "Eit anna namn"
    with databases.reading() as db:
        again = asked.rows(work_for(db, cast.leif), _name, "HO-IT-01")[0]
    assert tuple(again) == ("Eit anna namn", cast.it01.gjeld_fra)


def test_it_is_kept_by_person_rights_day_and_parts(cast: Cast, databases: Databases, work_for: WorkFor, clock: Clock) -> None:
    asked.CHECK = False
    try:
        CALLS.clear()
        with databases.reading() as db:
            leif, nils = work_for(db, cast.leif), work_for(db, cast.nils)
            for _ in range(3):
                assert asked.value(leif, _name, "HO-IT-01") == cast.it01.namn
                assert asked.value(nils, _name, "HO-IT-01") is None
                assert asked.value(leif, _name, "HO-IT-02") is None
        assert CALLS == ["HO-IT-01", "HO-IT-01", "HO-IT-02"]
        clock.forward(days=1)
        with databases.reading() as db:
            assert asked.value(work_for(db, cast.leif), _name, "HO-IT-01") == cast.it01.namn
            clock.set_oslo(1990, 1, 1)
            assert asked.rows(work_for(db, cast.leif), _in_force) == []
        assert len(CALLS) == 4
    finally:
        asked.CHECK = True


def test_a_question_that_depends_on_more_is_found(cast: Cast, databases: Databases, work_for: WorkFor) -> None:
    with databases.reading() as db:
        asked.rows(work_for(db, cast.leif), _careless)
        HIDDEN.code = "HO-IT-02"
        with pytest.raises(AssertionError, match="_careless depends on more"):
            asked.rows(work_for(db, cast.leif), _careless)
    HIDDEN.code = "HO-IT-01"


def test_no_person_asks_under_nobody(cast: Cast, databases: Databases, work_for: WorkFor) -> None:
    with databases.reading() as db:
        assert asked.rows(work_for(db, None), _name, "HO-IT-01") == []
        assert db.get_one(Person, cast.leif.id).namn
