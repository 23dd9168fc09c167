"""The sums beside the cases hold after every step, also at the rollback of a step, and `verify` finds a cell that lies."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from avvik import actions, sums
from avvik.models import AvvikSum, AvvikTid
from kjerne.work import Work
from tests.avvik.make_sak import report
from tests.cast import Cast
from tests.conftest import Clock, WorkFor

pytestmark = pytest.mark.both


@pytest.fixture(autouse=True)
def _kept() -> None:
    sums.install()


def _total(db: Session) -> tuple[int, int]:
    row = db.execute(select(func.sum(AvvikSum.saker), func.sum(AvvikSum.hendingar))).one()
    return row[0] or 0, row[1] or 0


def test_filing_counts_cases_and_events(cast: Cast, db: Session, work_for: WorkFor) -> None:
    report(work_for(db, cast.kari), cast.it01)
    report(work_for(db, cast.kari), cast.it01, serie_tal=7)
    assert _total(db) == (2, 8)
    assert sums.verify(db) == []


def test_every_step_moves_the_case_between_cells(cast: Cast, db: Session, work_for: WorkFor, clock: Clock) -> None:
    avvik = report(work_for(db, cast.kari), cast.it01)
    clock.forward(days=2)
    leader: Work = work_for(db, cast.leif)
    actions.answer_reporter(leader, avvik, "Takk, vi ser på det.")
    actions.classify(
        leader, avvik, hovudtype="hms", underkategori="stikkskade", alvor=3, alvor_mogleg=None, art="avvik", reason="Ser det slik."
    )
    actions.add_cause(leader, avvik, {"opplaering": ""})
    actions.set_outcome(leader, avvik, {"ny_praksis": ""}, "Vi gjer det annleis no.")
    db.flush()
    assert sums.verify(db) == []
    assert db.scalar(select(AvvikTid.dagar).where(AvvikTid.slag == "svar", AvvikTid.saker > 0)) == 2


def test_whistleblowing_is_counted_nowhere(cast: Cast, db: Session, work_for: WorkFor) -> None:
    avvik = report(work_for(db, cast.kari), cast.it01)
    actions.mark_whistleblowing(work_for(db, cast.leif), avvik, "Gjeld kritikkverdige forhold.")
    db.flush()
    assert _total(db) == (0, 0)
    assert sums.verify(db) == []


def test_a_case_about_the_leader_is_counted_above(cast: Cast, db: Session, work_for: WorkFor) -> None:
    report(work_for(db, cast.kari), cast.it01, gjeld_leiar=True)
    assert db.scalar(select(AvvikSum.eining_id).where(AvvikSum.saker > 0)) == cast.it.id


def test_verify_finds_a_cell_that_lies_and_rebuild_mends_it(cast: Cast, db: Session, work_for: WorkFor) -> None:
    report(work_for(db, cast.kari), cast.it01)
    db.execute(update(AvvikSum).values(saker=AvvikSum.saker + 1).execution_options(synchronize_session=False))
    assert len(sums.verify(db)) == 1
    sums.rebuild(db)
    assert sums.verify(db) == []
    assert _total(db) == (1, 1)


def test_answer_days_are_whole_days(cast: Cast, db: Session, work_for: WorkFor, clock: Clock) -> None:
    avvik = report(work_for(db, cast.kari), cast.it01)
    clock.now += timedelta(hours=23)
    actions.answer_reporter(work_for(db, cast.leif), avvik, "Takk.")
    db.flush()
    assert db.scalar(select(AvvikTid.dagar).where(AvvikTid.slag == "svar", AvvikTid.saker > 0)) == 0
