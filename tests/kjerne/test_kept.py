"""Reference data kept between requests: never older than the last change, and never another session's half-done one."""

import pytest
from sqlalchemy import delete, event, select, update

from kjerne import katalog
from kjerne.db import Databases
from kjerne.innstilling import settings
from kjerne.katalog import Art
from kjerne.kept import STAMP
from tests.conftest import Clock


def label(databases: Databases, clock: Clock) -> str:
    with databases.reading() as db:
        return katalog.by_code(db, Art, clock().date())["avvik"].nn


@pytest.mark.both
def test_a_change_is_seen_by_the_next_and_by_who_makes_it(databases: Databases, clock: Clock) -> None:
    first = label(databases, clock)
    with databases.writing() as db:
        row = db.scalars(select(Art).where(Art.kode == "avvik")).one()
        row.nn = "Noko anna"
        db.flush()
        assert katalog.by_code(db, Art, clock().date())["avvik"].nn == "Noko anna"
        assert label(databases, clock) == first
        db.commit()
    assert label(databases, clock) == "Noko anna"
    with databases.writing() as db:
        db.execute(update(Art).where(Art.kode == "avvik").values(nn="I ein jafs"))
        db.commit()
    assert label(databases, clock) == "I ein jafs"
    with databases.writing() as db:
        db.execute(delete(Art).where(Art.kode == "ros"))
        db.rollback()
    assert label(databases, clock) == "I ein jafs"


def test_nothing_is_asked_twice_and_the_stamp_is_no_setting(databases: Databases, clock: Clock) -> None:
    label(databases, clock)
    asked: list[str] = []
    with databases.reading() as db:
        connection = db.connection()
        event.listen(connection, "before_cursor_execute", lambda *told: asked.append(told[2]))
        assert STAMP not in settings(db)
        katalog.by_code(db, Art, clock().date())
        katalog.live(db, Art, clock().date())
    assert len(asked) == 1
