"""Statements that write, kept as the driver takes them: for rows that no mapper holds. The counterpart of `asked.py`.

SQLAlchemy says once what a statement is called in the driver's own words and how each value is kept; after that only the
values are put in. Its own handling of each statement costs several times what the database does.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection, Dialect, Insert, TextClause, Update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.schema import ScalarElementColumnDefault

__all__ = ["driver_rows", "write", "write_new"]

Statement: TypeAlias = Insert | Update | TextClause


@dataclass(frozen=True, slots=True)
class _Written:
    """A statement as the driver takes it. `places`: each value's name, what it is when it is not given, and how it is kept."""

    sql: str
    places: tuple[tuple[str, Any, Any], ...]
    named: bool

    def filled(self, row: Mapping[str, Any]) -> Any:
        """A row's values as the driver takes them."""
        made = [
            row.get(name, default) if keep is None else keep(row.get(name, default))  # a value is never left out and None too
            for name, default, keep in self.places
        ]
        return dict(zip((place[0] for place in self.places), made, strict=True)) if self.named else made


_held: Final[dict[tuple[Statement, str, bool, tuple[str, ...]], _Written]] = {}


def write(connection: Connection, statement: Statement, *rows: Mapping[str, Any]) -> Any:
    """Execute a statement of a module for each row; what a single row's RETURNING gives (the first column), else None.

    All rows have the same names. Columns that are not given get their default where that is a plain value. The caller has
    flushed what is pending. Raises what SQLAlchemy would. Through SQLAlchemy where somebody listens to what is executed.
    """
    if connection.dispatch.before_cursor_execute:
        result = connection.execute(statement, rows[0] if len(rows) == 1 else rows)
        return result.scalar() if result.returns_rows else None
    written = _kept(connection, statement, rows[0])
    with _driver_cursor(connection, written.sql) as cursor:
        if len(rows) > 1:
            cursor.executemany(written.sql, [written.filled(row) for row in rows])
            return None
        cursor.execute(written.sql, written.filled(rows[0]))
        found = cursor.fetchall() if cursor.description else ()
    return found[0][0] if found else None


def write_new(connection: Connection, statement: Insert, row: Mapping[str, Any]) -> int:
    """Insert a row of a table whose only key is a number the database gives; that number."""
    if connection.dispatch.before_cursor_execute:
        key = connection.execute(statement, row).inserted_primary_key
        return int(key[0]) if key else 0
    written = _kept(connection, statement, row, numbered=True)
    with _driver_cursor(connection, written.sql) as cursor:
        cursor.execute(written.sql, written.filled(row))
        return int(cursor.fetchall()[0][0] if cursor.description else cursor.lastrowid)


def _kept(connection: Connection, statement: Statement, row: Mapping[str, Any], *, numbered: bool = False) -> _Written:
    key = (statement, connection.dialect.name, numbered, tuple(row))
    found = _held.get(key)
    if found is None:
        found = _held[key] = _compiled(statement, connection.dialect, list(row), numbered=numbered)
    return found


def _compiled(statement: Statement, dialect: Dialect, names: list[str], *, numbered: bool) -> _Written:
    if isinstance(statement, Insert):
        statement = statement.inline()  # no RETURNING but what is asked for
        if numbered and dialect.name != "sqlite":  # whose driver tells the number, and whose RETURNING costs
            statement = statement.returning(*statement.table.primary_key)
    made = statement.compile(dialect=dialect, column_keys=names if isinstance(statement, Insert) else None)
    if not isinstance(made, SQLCompiler):
        raise TypeError("only SQL has values")
    defaults = dict(made.params)
    for column in made.insert_prefetch:
        if not isinstance(column.default, ScalarElementColumnDefault):
            raise TypeError(f"{column} has a default that must be given")
        defaults[column.key] = column.default.arg
    kinds = {name: bind.type.dialect_impl(dialect).bind_processor(dialect) for bind, name in made.bind_names.items()}
    places = made.positiontup if made.positiontup is not None else list(kinds)
    return _Written(str(made), tuple((name, defaults[name], kinds[name]) for name in places), made.positiontup is None)


def driver_rows(connection: Connection, sql: str, values: Any) -> Sequence[Sequence[Any]]:
    """All rows from the driver itself: SQLAlchemy's own handling of a result costs more than most answers.

    Through SQLAlchemy where somebody listens to what is asked. Raises what SQLAlchemy would.
    """
    if connection.dispatch.before_cursor_execute:
        result = connection.exec_driver_sql(sql, values)
        return result.fetchall() if result.returns_rows else ()
    with _driver_cursor(connection, sql) as cursor:
        cursor.execute(sql, values)
        found: Sequence[Sequence[Any]] = cursor.fetchall()
    return found


@contextmanager
def _driver_cursor(connection: Connection, sql: str) -> Iterator[Any]:
    """The driver's cursor; its errors become those of SQLAlchemy."""
    dialect, driver = connection.dialect, connection.connection.dbapi_connection
    errors = dialect.loaded_dbapi.Error
    cursor: Any = None
    try:
        cursor = driver.cursor()  # type: ignore[union-attr]  # a connection that is open has one
        yield cursor
    except errors as error:
        gone = dialect.is_disconnect(error, driver, cursor)
        if gone:
            connection.invalidate(error)
        raise DBAPIError.instance(
            sql, None, error, errors, hide_parameters=True, connection_invalidated=gone, dialect=dialect
        ) from error
    finally:
        if cursor is not None:
            cursor.close()
