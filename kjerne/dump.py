"""Tables as JSON Lines, the same from SQLite and from PostgreSQL: the first line names the columns, then one line a row."""

import gzip
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, Date, Table, bindparam, delete, func, insert, select, text, update
from sqlalchemy.orm import Session

from kjerne.bundle import Damaged
from kjerne.db import Base, Databases, UtcDateTime

PORTION = 2_000


def tables() -> list[Table]:
    """All tables of the program, each after those it points at."""
    return list(Base.metadata.sorted_tables)


@contextmanager
def snapshot(databases: Databases) -> Iterator[Connection]:
    """A connection that sees one moment of the database while others write; it stops nobody."""
    if databases.is_sqlite:
        with databases.reading() as db:
            yield db.connection()
        return
    with databases.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection, connection.begin():
        yield connection


def _plain(value: object) -> str:
    """What JSON cannot say by itself. Raises TypeError for a kind no column has today, instead of losing it."""
    if isinstance(value, date):  # a datetime is one too
        return value.isoformat()
    raise TypeError(f"a {type(value).__name__} cannot be backed up")


def write(connection: Connection, table: Table, target: Path) -> int:
    """Write a table; answers how many rows. Memory does not grow with the table."""
    written = json.JSONEncoder(separators=(",", ":"), default=_plain).encode
    count = 0
    with target.open("wb") as raw, gzip.GzipFile("", "wb", compresslevel=3, fileobj=raw, mtime=0) as packed:
        packed.write(written([column.name for column in table.c]).encode() + b"\n")
        rows = connection.execution_options(yield_per=PORTION).execute(select(table).order_by(*table.primary_key))
        for portion in rows.partitions(PORTION):
            packed.write("".join(f"{written(list(row))}\n" for row in portion).encode())
            count += len(portion)
    return count


def _rows(table: Table, handle: IO[bytes]) -> Iterator[dict[str, Any]]:
    """The rows as the database takes them. Raises `Damaged` when the columns are not the program's."""
    with gzip.GzipFile(fileobj=handle) as packed:
        names = json.loads(packed.readline())
        if names != [column.name for column in table.c]:
            raise Damaged(f"The backup's table {table.name} has other columns than this program's. Nothing was restored.")
        moments = [column.name for column in table.c if isinstance(column.type, UtcDateTime)]
        days = [column.name for column in table.c if isinstance(column.type, Date)]
        for line in packed:
            row = dict(zip(names, json.loads(line), strict=True))
            for name in moments:
                row[name] = _of(datetime, row[name])
            for name in days:
                row[name] = _of(date, row[name])
            yield row


def _of(kind: type[date], value: str | None) -> date | None:
    """A day or a moment from its ISO text; None stays None."""
    return None if value is None else kind.fromisoformat(value)


def read(db: Session, table: Table, handle: IO[bytes]) -> int:
    """Put a table's rows in; answers how many. What points at the table itself is put in when all its rows are there."""
    connection = db.connection()
    key = table.primary_key.columns.values()[0]
    own = [c.name for c in table.c if c.nullable and any(fk.column.table is table for fk in c.foreign_keys)]
    later: list[dict[str, Any]] = []
    count = 0
    for portion in _portions(_rows(table, handle)):
        later += [{"own_key": row[key.name], **{name: row[name] for name in own}} for row in portion if any(row[n] for n in own)]
        connection.execute(insert(table), [{**row, **dict.fromkeys(own)} for row in portion])
        count += len(portion)
    if later:
        connection.execute(update(table).where(key == bindparam("own_key")), later)
    return count


def _portions(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    source = iter(rows)
    while portion := list(islice(source, PORTION)):
        yield portion


def clear_filled(db: Session) -> None:
    """Take out what `migrate` puts into an empty database, children first. The log is not touched: it is empty."""
    for table in reversed(tables()):
        if db.scalar(select(func.count()).select_from(table)):
            db.execute(delete(table))


def align_numbering(db: Session) -> None:
    """PostgreSQL numbers new rows from a counter of its own: let it go on after the restored ones."""
    if db.connection().dialect.name != "postgresql":
        return
    for table in tables():
        column = table.autoincrement_column
        if column is not None:
            newest = db.scalar(select(func.max(column)))
            if newest is not None:
                counter = text("SELECT setval(pg_get_serial_sequence(:t, :c), :n)")
                db.execute(counter, {"t": table.name, "c": column.name, "n": newest})
