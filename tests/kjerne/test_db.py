"""The database rules: no update is lost, a reader cannot write, moments are aware, the disk is waited for."""

import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.pool import QueuePool

from kjerne.db import Databases, count_for_the_planner
from kjerne.models import Epost, Innstilling, Jobbkoyring, Logghovud, Person
from tests import make
from tests.cast import Cast

THREADS, ROUNDS = 6, 30


@pytest.mark.both
def test_the_cast_stands_in_a_migrated_database(databases: Databases, cast: Cast) -> None:
    with databases.reading() as db:
        assert db.get(Logghovud, 1) is not None
        assert {db.get_one(Person, person.id).namn for person in cast.people.values()} == {
            person.namn for person in cast.people.values()
        }


@pytest.mark.both
def test_six_threads_that_read_then_write_lose_no_update(databases: Databases) -> None:
    with databases.writing() as db:
        db.add(Innstilling(nokkel="teljar", verdi="0"))
        db.commit()
    failures: list[DBAPIError] = []

    def count_up() -> None:
        for _ in range(ROUNDS):
            try:
                with databases.writing() as db:
                    row = db.scalars(select(Innstilling).where(Innstilling.nokkel == "teljar").with_for_update()).one()
                    row.verdi = str(int(row.verdi) + 1)
                    db.commit()
            except DBAPIError as error:
                failures.append(error)

    crowd = [threading.Thread(target=count_up) for _ in range(THREADS)]
    for thread in crowd:
        thread.start()
    for thread in crowd:
        thread.join()
    with databases.reading() as db:
        assert failures == []
        assert db.scalars(select(Innstilling.verdi).where(Innstilling.nokkel == "teljar")).one() == str(THREADS * ROUNDS)


def test_two_processes_lose_no_update_on_sqlite_either(databases: Databases) -> None:
    """Without the lock inside one process, two engines on one file stand for two processes: `BEGIN IMMEDIATE` alone holds."""
    if not databases.is_sqlite:
        pytest.skip("about SQLite's own waiting")
    with databases.writing() as db:
        db.add(Innstilling(nokkel="teljar", verdi="0"))
        db.commit()
    engines = [Databases(str(databases.engine.url)) for _ in range(2)]

    def count_up(mine: Databases) -> None:
        for _ in range(ROUNDS):
            with mine.writing() as db:
                row = db.scalars(select(Innstilling).where(Innstilling.nokkel == "teljar")).one()
                row.verdi = str(int(row.verdi) + 1)
                db.commit()

    crowd = [threading.Thread(target=count_up, args=[engine]) for engine in engines]
    for thread in crowd:
        thread.start()
    for thread in crowd:
        thread.join()
    with databases.reading() as db:
        assert db.get_one(Innstilling, "teljar").verdi == str(2 * ROUNDS)
    for engine in engines:
        engine.dispose()


def test_sqlite_waits_for_the_disk_at_every_commit(databases: Databases) -> None:
    if not databases.is_sqlite:
        pytest.skip("about SQLite's pragmas")
    with databases.writing() as db:
        found = {name: db.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous", "foreign_keys")}
        waiting = db.scalar(text("PRAGMA busy_timeout"))
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    assert waiting >= 10_000


@pytest.mark.both
def test_a_page_that_only_reads_cannot_write(databases: Databases) -> None:
    with databases.reading() as db:
        db.add(Innstilling(nokkel="smugla", verdi="1"))
        with pytest.raises(DBAPIError):
            db.flush()
    with databases.reading() as db:
        assert db.get(Innstilling, "smugla") is None


@pytest.mark.both
def test_what_is_not_committed_by_the_edge_is_gone(databases: Databases) -> None:
    with databases.writing() as db:
        db.add(Innstilling(nokkel="gloymd", verdi="1"))
        db.flush()
    with databases.reading() as db:
        assert db.get(Innstilling, "gloymd") is None


@pytest.mark.both
def test_moments_come_back_as_aware_utc_and_naive_ones_are_refused(databases: Databases) -> None:
    given = datetime(2026, 10, 25, 2, 30, tzinfo=timezone(timedelta(hours=2)))
    with databases.writing() as db:
        db.add(Jobbkoyring(jobb="a", nokkel="1", starta=given))
        db.commit()
        found = db.scalars(select(Jobbkoyring.starta)).one()
        assert found == given
        assert found.utcoffset() == timedelta(0)
        db.add(Jobbkoyring(jobb="a", nokkel="2", starta=datetime(2026, 10, 25, 2, 30)))  # noqa: DTZ001 - the point
        with pytest.raises(StatementError, match="naive"):
            db.flush()


@pytest.mark.both
def test_the_second_to_save_an_old_version_is_told(databases: Databases) -> None:
    with databases.writing() as db:
        person = make.person(db)
        db.commit()
        number = person.id
    with databases.writing() as db:
        mine = db.get_one(Person, number)
        stale = mine.version
        mine.namn = "Ny"
        db.commit()
    with databases.writing() as db:
        theirs = db.get_one(Person, number)
        db.execute(text("UPDATE person SET version = version + 1"))
        assert theirs.version == stale + 1
        theirs.namn = "Nyare"
        with pytest.raises(StaleDataError):
            db.flush()


@pytest.mark.both
def test_an_error_tells_nothing_of_what_people_wrote(databases: Databases) -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)

    def letter() -> Epost:
        return Epost(nokkel="same", til_adresse="a@b.no", emne="e", tekst="KANARIFUGL", laga=now, neste_forsok=now)

    with databases.writing() as db:
        db.add(letter())
        db.flush()
        db.add(letter())
        with pytest.raises(DBAPIError) as caught:
            db.flush()
    assert "KANARIFUGL" not in str(caught.value)


@pytest.mark.both
def test_the_planner_is_told_how_the_tables_are_filled(databases: Databases, cast: Cast) -> None:
    count_for_the_planner(databases, None, datetime.now(UTC))
    with databases.reading() as db:
        if databases.is_sqlite:
            told = db.scalars(text("SELECT stat FROM sqlite_stat1 WHERE tbl = 'person'")).first()
            assert int(str(told).split()[0]) == len(cast.people)
        assert db.scalars(select(Person.id)).first() is not None


def test_an_index_of_some_rows_is_not_said_to_find_more_than_that_of_all(tmp_path: Path) -> None:
    """Two have all that is open: the mean of those who have any is then greater than the mean of all."""
    databases = Databases(f"sqlite:///{tmp_path / 'tal.db'}")
    with databases.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE sak (hos INTEGER, nr INTEGER, lukka INTEGER)")
        connection.exec_driver_sql("CREATE INDEX alle ON sak (hos, nr)")
        connection.exec_driver_sql("CREATE INDEX opne ON sak (hos, nr) WHERE lukka IS NULL")
        rows = [(n % 200, n, 1) for n in range(600)] + [(n % 2, 600 + n, None) for n in range(200)]
        connection.exec_driver_sql("INSERT INTO sak VALUES (?, ?, ?)", rows)
    count_for_the_planner(databases, None, datetime.now(UTC))
    with databases.engine.begin() as connection:
        told = {row[0]: row[1] for row in connection.exec_driver_sql("SELECT idx, stat FROM sqlite_stat1")}
        plan = connection.exec_driver_sql("EXPLAIN QUERY PLAN SELECT nr FROM sak WHERE hos = 1 AND lukka IS NULL LIMIT 9").all()
    databases.dispose()
    assert told == {"alle": "800 4 1", "opne": "200 4 1"}
    assert [row[-1] for row in plan] == ["SEARCH sak USING INDEX opne (hos=?)"]


@pytest.mark.both
def test_connections_are_opened_ahead_and_stay(databases: Databases, cast: Cast) -> None:
    """Whoever comes first after a start finds one; a database that does not answer is told to whoever asks."""
    url = databases.engine.url.render_as_string(hide_password=False)
    ahead = Databases(url)
    ahead.open(3)
    pools = [engine.pool for engine in (ahead.engine, ahead._settled, ahead._read_engine)]
    assert [pool.checkedin() for pool in pools if isinstance(pool, QueuePool)] == [3, 3, 3 if ahead.is_sqlite else 2]
    ahead.dispose()
    Databases("postgresql+psycopg://nobody@127.0.0.1:1/none").open(1)
