"""The log: a chain that shows what was changed, removed, added or cut, and where. Never a text in it."""

import json
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from kjerne import log
from kjerne.config import Config
from kjerne.db import Databases
from kjerne.models import Loggline
from tests.cast import Cast
from tests.conftest import Clock, WorkFor


@pytest.fixture
def lines(databases: Databases, work_for: WorkFor, cast: Cast, clock: Clock) -> int:
    """Seven lines, three of them after the head was written outside."""
    with databases.writing() as db:
        work = work_for(db, cast.leif)
        for number in range(4):
            log.record(work, "avvik", number, "avvik:meldt", alvor=number, eining=cast.it01.id, tom=None)
        log.write_head(work)
        for number in range(3):
            log.record(work, "avvik", number, "avvik:lukka", svar=log.digest("eit svar"))
        db.commit()
        return db.query(Loggline).count()


def tamper(databases: Databases, statement: str) -> None:
    """Change the log as somebody who owns the database can: the triggers off first."""
    with databases.engine.begin() as connection:
        if databases.is_sqlite:
            for what in ("update", "delete"):
                connection.execute(text(f"DROP TRIGGER IF EXISTS loggline_no_{what}"))
        else:
            connection.execute(text("DROP TRIGGER IF EXISTS loggline_append_only ON loggline"))
        connection.execute(text(statement))


def check(databases: Databases, config: Config) -> log.Verdict:
    with databases.reading() as db:
        return log.verify(db, config.secret_key, log.read_heads(config.data_dir))


@pytest.mark.both
def test_an_untouched_chain_holds(databases: Databases, config: Config, lines: int) -> None:
    verdict = check(databases, config)
    assert (verdict.lines, verdict.broken_at, verdict.why) == (lines, None, "")


@pytest.mark.both
@pytest.mark.parametrize(
    ("statement", "where", "why"),
    [
        ("UPDATE loggline SET aktor = '999' WHERE id = 3", 3, "changed"),
        ("UPDATE loggline SET tid = '2020-01-01 00:00:00' WHERE id = 5", 5, "changed"),
        ("DELETE FROM loggline WHERE id = 2", 2, "gap"),
        ("DELETE FROM loggline WHERE id = 7", 7, "head"),
        ("UPDATE loggline SET id = 70 WHERE id = 7", 7, "head"),
        ("DELETE FROM loggline WHERE id = 1", 1, "gap"),
    ],
)
def test_a_break_is_found_and_placed(
    databases: Databases, config: Config, lines: int, statement: str, where: int, why: str
) -> None:
    assert lines == 7
    tamper(databases, statement)
    verdict = check(databases, config)
    assert (verdict.broken_at, verdict.why) == (where, why)


@pytest.mark.both
def test_a_tail_cut_together_with_the_head_is_seen_from_outside(databases: Databases, config: Config, lines: int) -> None:
    tamper(databases, f"DELETE FROM loggline WHERE id > {lines - 4}")
    tamper(databases, "UPDATE logghovud SET siste_id = 3, mac = (SELECT mac FROM loggline WHERE id = 3)")
    with databases.reading() as db:
        assert log.verify(db, config.secret_key).broken_at is None, "the database alone cannot know"
    verdict = check(databases, config)
    assert (verdict.broken_at, verdict.why) == (4, "cut")


def test_lines_older_than_a_signed_head_may_go(databases: Databases, config: Config, lines: int) -> None:
    tamper(databases, "DELETE FROM loggline WHERE id <= 4")
    verdict = check(databases, config)
    assert (verdict.lines, verdict.broken_at) == (lines - 4, None)
    tamper(databases, "DELETE FROM loggline WHERE id = 5")
    assert check(databases, config).broken_at is not None


def test_a_head_nobody_signed_is_refused(databases: Databases, config: Config, lines: int) -> None:
    path = log.heads_path(config.data_dir)
    head = json.loads(path.read_text())
    path.write_text(json.dumps({**head, "siste_id": 2}) + "\n")
    assert check(databases, config).why == "outside"
    path.write_text("ikkje noko hovud\n")
    with pytest.raises(ValueError, match="line 1"):
        check(databases, config)


def test_another_key_verifies_nothing(databases: Databases, lines: int) -> None:
    with databases.reading() as db:
        assert log.verify(db, "ein heilt annan nøkkel enn den rette").broken_at == 1


def test_the_head_is_safe_on_the_disk_when_it_is_written(
    databases: Databases, work_for: WorkFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    monkeypatch.setattr("kjerne.log.os.fsync", synced.append)
    with databases.writing() as db:
        log.write_head(work_for(db, None))
    assert len(synced) == 1


@pytest.mark.both
def test_a_line_stands_and_falls_with_its_transaction(databases: Databases, work_for: WorkFor, config: Config) -> None:
    with databases.writing() as db:
        log.record(work_for(db, None), "avvik", 1, "avvik:meldt")
        db.rollback()
    with databases.writing() as db:
        log.record(work_for(db, None), "avvik", 2, "avvik:meldt")
        db.commit()
    with databases.reading() as db:
        assert [(line.id, line.subjekt_id) for line in db.query(Loggline)] == [(1, "2")]
        assert log.verify(db, config.secret_key).broken_at is None


def test_actor_is_the_person_the_system_or_anonym(cast: Cast, db: Session, work_for: WorkFor) -> None:
    log.record(work_for(db, cast.kari), "avvik", 1, "a")
    log.record(work_for(db, None), "avvik", 1, "b")
    log.record(work_for(db, cast.kari), "avvik", 1, "c", actor=log.ANONYM)
    assert [line.aktor for line in db.query(Loggline).order_by(Loggline.id)] == [str(cast.kari.id), "system", "anonym"]


@pytest.mark.parametrize("portion", [1, 2, 7, 8])
def test_lines_are_read_in_portions(
    databases: Databases, config: Config, lines: int, monkeypatch: pytest.MonkeyPatch, portion: int
) -> None:
    monkeypatch.setattr(log, "PORTION", portion)
    verdict = check(databases, config)
    assert (verdict.lines, verdict.broken_at) == (lines, None)


def test_a_line_added_behind_the_head_is_seen(databases: Databases, config: Config, lines: int) -> None:
    tamper(
        databases,
        "INSERT INTO loggline (id, tid, aktor, subjekt_type, subjekt_id, hending, endring, mac) "
        f"SELECT {lines + 1}, tid, aktor, subjekt_type, subjekt_id, hending, endring, mac FROM loggline WHERE id = 1",
    )
    assert check(databases, config).why == "head"


def test_no_heads_is_no_fault(tmp_path: Path) -> None:
    assert log.read_heads(tmp_path) == []
