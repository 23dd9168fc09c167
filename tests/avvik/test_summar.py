"""The sums beside the cases hold after every step, also at the rollback of a step, and `verify` finds a cell that lies."""

from datetime import timedelta

import pytest
from sqlalchemy import event, func, select, update
from sqlalchemy.orm import Session

from avvik import actions, sums
from avvik.models import Avvik, AvvikGrovsum, AvvikSum, AvvikTid
from kjerne.work import Work
from tests.avvik.make_sak import report
from tests.cast import Cast
from tests.conftest import Clock, WorkFor

pytestmark = pytest.mark.both


@pytest.fixture(autouse=True)
def _kept() -> None:
    sums.install()


def _total(db: Session) -> tuple[int, int]:
    sums.settle(db)
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
    sums.settle(db)
    assert db.scalar(select(AvvikSum.eining_id).where(AvvikSum.saker > 0)) == cast.it.id
    assert set(db.scalars(select(AvvikGrovsum.eining_id).where(AvvikGrovsum.saker > 0))) == {cast.it.id}


def test_verify_finds_a_cell_that_lies_and_rebuild_mends_it(cast: Cast, db: Session, work_for: WorkFor) -> None:
    report(work_for(db, cast.kari), cast.it01)
    sums.settle(db)
    db.execute(update(AvvikSum).values(saker=AvvikSum.saker + 1).execution_options(synchronize_session=False))
    assert len(sums.verify(db)) == 1
    sums.rebuild(db)
    assert sums.verify(db) == []
    assert _total(db) == (1, 1)


def test_answer_days_are_whole_days(cast: Cast, db: Session, work_for: WorkFor, clock: Clock) -> None:
    avvik = report(work_for(db, cast.kari), cast.it01)
    clock.now += timedelta(hours=23)
    actions.answer_reporter(work_for(db, cast.leif), avvik, "Takk.")
    sums.settle(db)
    assert db.scalar(select(AvvikTid.dagar).where(AvvikTid.slag == "svar", AvvikTid.saker > 0)) == 0


@pytest.mark.parametrize("slag", ["art", "type", "svar", "svardagar"])
def test_a_coarse_cell_that_lies_is_found_and_mended(cast: Cast, db: Session, work_for: WorkFor, clock: Clock, slag: str) -> None:
    avvik = report(work_for(db, cast.kari), cast.it01)
    clock.forward(days=1)
    actions.answer_reporter(work_for(db, cast.leif), avvik, "Takk.")
    sums.settle(db)
    wrong = update(AvvikGrovsum).where(AvvikGrovsum.slag == slag).values(saker=AvvikGrovsum.saker + 1)
    db.execute(wrong.execution_options(synchronize_session=False))
    assert [line.partition(" ")[0] for line in sums.verify(db)] == ["avvik_grovsum"]
    sums.rebuild(db)
    assert sums.verify(db) == []


def test_a_coarse_cell_that_is_missing_or_too_much_is_found(cast: Cast, db: Session, work_for: WorkFor) -> None:
    report(work_for(db, cast.kari), cast.it01)
    sums.settle(db)
    cell = db.scalars(select(AvvikGrovsum).where(AvvikGrovsum.slag == "type")).one()
    db.delete(cell)
    db.flush()
    assert len(sums.verify(db)) == 1
    db.add(AvvikGrovsum(eining_id=cast.it02.id, manad=202611, slag="art", kode="avvik", saker=1))
    db.flush()
    assert len(sums.verify(db)) == 2


def test_a_month_has_one_row_an_art_and_one_a_type(cast: Cast, db: Session, work_for: WorkFor, clock: Clock) -> None:
    for place in range(4):
        report(work_for(db, cast.kari), cast.it01, serie_tal=1 + place, alvor=2 + place % 2)
    idea = report(work_for(db, cast.kari), cast.it01, art="forbetring")
    leader = work_for(db, cast.leif)
    actions.reject(leader, report(work_for(db, cast.kari), cast.it01), "Dette er inga avvik.")
    clock.forward(days=1)
    actions.answer_reporter(leader, idea, "Takk.")
    sums.settle(db)
    rows = {(row.slag, row.kode): row for row in db.scalars(select(AvvikGrovsum))}
    art = rows["art", "avvik"]
    assert (art.saker, art.hendingar, art.opne, art.avvist, art.alvor2, art.alvor3, art.endra) == (4, 10, 4, 1, 2, 2, 0)
    assert rows["art", "forbetring"].saker == 1
    assert [(kode, row.saker) for (slag, kode), row in rows.items() if slag == "type"] == [("pasient_brukar", 4)]
    assert sums.verify(db) == []


def test_filing_writes_its_sums_last_in_two_statements(cast: Cast, db: Session, work_for: WorkFor) -> None:
    seen: list[str] = []
    report(work_for(db, cast.kari), cast.it01)
    db.commit()
    event.listen(db.get_bind(), "before_cursor_execute", lambda *args: seen.append(args[2]))
    report(work_for(db, cast.kari), cast.it01)
    db.commit()
    written = [statement for statement in seen if not statement.startswith("SELECT")]
    last = [statement.split()[:3] for statement in written[-2:]]
    assert last == [["INSERT", "INTO", "avvik_sum"], ["INSERT", "INTO", "avvik_grovsum"]]
    assert not any("avvik_sum" in statement or "avvik_grovsum" in statement for statement in written[:-2])


def test_what_is_rolled_back_is_not_counted(cast: Cast, db: Session, work_for: WorkFor) -> None:
    avvik = report(work_for(db, cast.kari), cast.it01)
    db.commit()
    part = db.begin_nested()
    avvik.alvor = 5
    db.flush()
    with pytest.raises(RuntimeError):
        report(work_for(db, cast.kari), cast.it01)
    part.rollback()
    report(work_for(db, cast.kari), cast.it01)
    db.commit()
    assert _total(db) == (2, 2)
    assert sums.verify(db) == []
    report(work_for(db, cast.kari), cast.it01)
    db.rollback()
    db.scalars(select(Avvik)).first()
    db.commit()
    assert _total(db) == (2, 2)
    assert sums.verify(db) == []
