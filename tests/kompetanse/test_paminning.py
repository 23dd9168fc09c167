"""Reminders 90, 30 and 7 days before: to the person and her leader, each once, and never a word of what or who."""

from datetime import date

from sqlalchemy import select

from kjerne.db import Databases
from kjerne.models import Epost
from kompetanse.jobs import remind
from tests.cast import Cast
from tests.conftest import Clock, WorkFor
from tests.kompetanse.conftest import GiveBevis


def letters(databases: Databases) -> list[tuple[int | None, str, str]]:
    with databases.reading() as db:
        rows = db.scalars(select(Epost).order_by(Epost.id))
        return [(row.til_person_id, row.emne, row.tekst) for row in rows]


def run(databases: Databases, work_for: WorkFor) -> int:
    with databases.writing() as db:
        count = remind(work_for(db, None))
        db.commit()
        return count


def test_each_stage_once_to_her_and_her_leader(
    databases: Databases, work_for: WorkFor, cast: Cast, give: GiveBevis, clock: Clock
) -> None:
    give(cast.kari, "hlr", dagar=91)
    give(cast.kari, "news2", dagar=95)
    give(cast.astrid, "hlr", dagar=92)
    assert run(databases, work_for) == 0
    for days, stages in ((1, 1), (0, 0), (59, 2), (1, 1), (23, 3), (4, 2)):
        clock.forward(days=days)
        assert run(databases, work_for) == stages, days
        assert run(databases, work_for) == 0, "the same day again"
    told = letters(databases)
    assert {who for who, _subject, _text in told} == {cast.kari.id, cast.astrid.id, cast.leif.id}
    for _who, subject, body in told:
        for secret in ("HLR", "NEWS2", "Kari", "Astrid"):
            assert secret not in subject + body


def test_renewed_left_and_unconfirmed_are_not_reminded_of(
    databases: Databases, work_for: WorkFor, cast: Cast, give: GiveBevis
) -> None:
    give(cast.kari, "hlr", dagar=20)
    give(cast.kari, "hlr", dagar=300, dato=date(2026, 11, 1))
    give(cast.kari, "news2", dagar=20, status="sjolv")
    assert run(databases, work_for) == 0


def test_a_leader_herself_is_told_to_the_one_above(databases: Databases, work_for: WorkFor, cast: Cast, give: GiveBevis) -> None:
    give(cast.leif, "hlr", dagar=5)
    assert run(databases, work_for) == 1
    assert [who for who, _subject, _text in letters(databases)] == [cast.leif.id, cast.signe.id]
