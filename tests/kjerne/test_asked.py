"""A question is built once and asked every time; what it depends on is what it is kept under."""

import sys
from datetime import date
from types import SimpleNamespace

import pytest
from sqlalchemy import Select, event, literal_column, select
from sqlalchemy.exc import DBAPIError

from kjerne import asked, written
from kjerne.access import Right
from kjerne.db import Databases
from kjerne.models import Eining, Person
from kjerne.work import Work
from tests.cast import Cast
from tests.conftest import Clock, WorkFor

CALLS: list[str] = []
ENGINE = ""
HIDDEN = SimpleNamespace(code="HO-IT-01")


def _name(work: Work, kode: str) -> Select[str, date]:
    CALLS.append(kode)
    return select(Eining.namn, Eining.gjeld_fra).where(Eining.kode == kode, Eining.id.in_(work.units(Right.AVVIK_LES)))


def _in_force(work: Work) -> Select[int]:
    return select(Eining.id).where(Eining.gjeld_fra <= work.today)


def _only_name(_work: Work, kode: str) -> Select[str]:
    return select(Eining.namn).where(Eining.kode == kode)


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


def _wrong(_work: Work) -> Select[str]:
    return select(literal_column("1/0" if "postgresql" in ENGINE else "abs(-9223372036854775808)").label("feil"))


@pytest.mark.both
def test_a_question_the_database_cannot_answer_fails_as_any_other(
    cast: Cast, databases: Databases, work_for: WorkFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules[__name__], "ENGINE", str(databases.engine.url))
    with databases.reading() as db, pytest.raises(DBAPIError):
        asked.rows(work_for(db, cast.leif), _wrong)
    with databases.reading() as db:
        built = asked.rows(work_for(db, cast.leif), _name, "HO-IT-01")
        with pytest.raises(DBAPIError) as said:
            written.driver_rows(db.connection(), "SELECT finst_ikkje FROM person", ())
    assert built
    assert said.value.hide_parameters


@pytest.mark.both
def test_values_asked_ahead_are_asked_once_and_only_where_nothing_is_written(
    cast: Cast, databases: Databases, work_for: WorkFor
) -> None:
    def day(name: str) -> tuple[object, ...]:
        return (_only_name, name)

    said: list[str] = []
    with databases.reading() as db:
        work = work_for(db, cast.leif)
        event.listen(db.connection(), "before_cursor_execute", lambda *told: said.append(told[2]))
        asked.ahead(work, day("HO-IT-01"), day("finst ikkje"), day("HO-IT-01"))
        assert (asked.value(work, _only_name, "HO-IT-01"), asked.value(work, _only_name, "finst ikkje")) == (cast.it01.namn, None)
        assert len(said) == 1
    with databases.writing() as db:
        work = work_for(db, cast.leif)
        asked.ahead(work, day("HO-IT-01"))
        db.get_one(Eining, cast.it01.id).namn = "Nytt namn"
        assert asked.value(work, _only_name, "HO-IT-01") == "Nytt namn"


def test_no_person_asks_under_nobody(cast: Cast, databases: Databases, work_for: WorkFor) -> None:
    with databases.reading() as db:
        assert asked.rows(work_for(db, None), _name, "HO-IT-01") == []
        assert db.get_one(Person, cast.leif.id).namn
