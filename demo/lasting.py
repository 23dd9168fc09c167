"""The doors a great load goes through: no index, foreign key or second journal is kept up row by row, all stand again after.

One transaction as before: a load that is broken off leaves nothing.
"""

import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from demo.bulk import ORDEN, Ready
from kjerne import teljing
from kjerne.db import Databases

__all__ = ["align_sequences", "opened", "send", "take_stock", "without_indexes"]

_NAMES: Final = tuple(table.name for table in ORDEN)
_WORDS: Final = "avvik_ord"
#: Kilobytes SQLite keeps in memory while it loads.
_CACHE: Final = 300_000


def _raw(connection: Connection) -> Any:
    return connection.connection.driver_connection


@contextmanager
def opened(databases: Databases) -> Iterator[Session]:
    """A session for one transaction; whoever opened it commits.

    SQLite alone with its file writes each page once (a rollback journal holds only what was there before: nothing) and
    checks no foreign keys; when somebody else has the file open, it writes ahead as always.
    """
    databases.dispose()
    with databases.writing() as db:
        if not databases.is_sqlite:
            yield db
            return
        raw: sqlite3.Connection = _raw(db.connection())
        raw.execute("ROLLBACK")
        raw.execute("PRAGMA foreign_keys=OFF")
        _journal(raw, "DELETE")
        raw.execute("BEGIN IMMEDIATE")
        try:
            yield db
        finally:
            db.rollback()  # after a commit there is nothing to roll back
            db.connection().exec_driver_sql("ROLLBACK")
            _journal(raw, "WAL")
    databases.dispose()  # the connection's settings were the load's


def _journal(raw: sqlite3.Connection, mode: str) -> None:
    raw.execute(f"PRAGMA cache_size=-{_CACHE}")
    raw.execute("PRAGMA busy_timeout=0")
    try:
        raw.execute(f"PRAGMA journal_mode={mode}")
    except sqlite3.OperationalError:  # somebody else has the file open
        return
    finally:
        raw.execute("PRAGMA busy_timeout=30000")


@contextmanager
def without_indexes(connection: Connection) -> Iterator[None]:
    """Take away the indexes of the demo's tables (on PostgreSQL their foreign keys too), and make them anew afterwards."""
    made = _sqlite_indexes(connection) if connection.dialect.name == "sqlite" else _postgres_indexes(connection)
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA threads={os.cpu_count() or 1}")  # they sort what an index is made of
    for drop, _make in made:
        connection.exec_driver_sql(drop)
    yield
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL maintenance_work_mem = '512MB'")
        connection.exec_driver_sql("SET LOCAL max_parallel_maintenance_workers = 2")
    for _drop, make in reversed(made):
        connection.exec_driver_sql(make)


def take_stock(connection: Connection) -> None:
    """Let the database count what each table holds, when all is in: its plans for queries rest on it."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA analysis_limit=2000")
    connection.exec_driver_sql("ANALYZE")
    if connection.dialect.name == "sqlite":
        teljing.correct(connection)


def _sqlite_indexes(connection: Connection) -> list[tuple[str, str]]:
    rows = connection.exec_driver_sql("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
    return [(f'DROP INDEX "{name}"', sql) for name, table, sql in rows if table in _NAMES]


def _postgres_indexes(connection: Connection) -> list[tuple[str, str]]:
    """Foreign keys first to go and last to come; then the indexes that are no constraint, and the words' primary key."""
    keys = connection.execute(
        text(
            "SELECT conrelid::regclass::text AS tbl, conname, contype, pg_get_constraintdef(oid) AS made FROM pg_constraint "
            "WHERE connamespace = current_schema()::regnamespace AND contype IN ('f', 'p') ORDER BY conname"
        )
    ).all()
    indexes = connection.execute(
        text(
            "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() "
            "AND indexname NOT IN (SELECT conname FROM pg_constraint) ORDER BY indexname"
        )
    ).all()

    def constraint(row: Any) -> tuple[str, str]:
        return (
            f'ALTER TABLE {row.tbl} DROP CONSTRAINT "{row.conname}"',
            f'ALTER TABLE {row.tbl} ADD CONSTRAINT "{row.conname}" {row.made}',
        )

    found = [constraint(row) for row in keys if row.contype == "f" and row.tbl in _NAMES]
    found += [(f'DROP INDEX "{row.indexname}"', row.indexdef) for row in indexes if row.tablename in _NAMES]
    return found + [constraint(row) for row in keys if row.contype == "p" and row.tbl == _WORDS]


def send(connection: Connection, portions: Mapping[str, tuple[Sequence[str], Ready]]) -> None:
    """Put a portion of each table into the database, in the order of the tables."""
    for name in _NAMES:
        if name in portions:
            columns, rows = portions[name]
            _copy(connection, name, columns, rows)


def _copy(connection: Connection, name: str, columns: Sequence[str], rows: Ready) -> None:
    raw = _raw(connection)
    listed = ", ".join(columns)
    if isinstance(rows, bytes):
        with raw.cursor().copy(f"COPY {name} ({listed}) FROM STDIN") as copy:
            copy.write(rows)
    elif name == _WORDS:
        raw.executemany(f"INSERT INTO {name} ({listed}) SELECT ?1, value FROM json_each(?2)", rows)  # noqa: S608 - names of our own tables
    else:
        marks = ", ".join("?" * len(columns))
        raw.executemany(f"INSERT INTO {name} ({listed}) VALUES ({marks})", rows)  # noqa: S608 - names of our own tables


def align_sequences(connection: Connection) -> None:
    """On PostgreSQL: let each table's own numbering go on after the ids the demo has given."""
    if connection.dialect.name != "postgresql":
        return
    metadata = ORDEN[0].metadata
    for name in (*_NAMES, "eining", "person"):
        key = metadata.tables[name].primary_key.columns
        if len(key) == 1 and "id" in key and key["id"].autoincrement is not False:
            connection.execute(
                text(
                    f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT coalesce(max(id), 1) FROM {name}))"  # noqa: S608 - as above
                )
            )
