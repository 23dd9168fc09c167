"""Questions that are built once: the text of a statement and its values are kept for those who ask the same again.

To write a large Select in SQLAlchemy takes a hundred times as long as to ask it. What is kept is the statement, never its
answer: the database is asked every time. A question is a function of a `Work` and plain values; besides those it may read
the person, her grants, the day and the reference data (`kept.py`), all of which are part of what it is kept under.
What is new each time, such as the number of a case, the question names with `bindparam("avvik")` and is given with the asking.
"""

from collections import namedtuple
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count, takewhile
from sys import intern
from threading import Lock
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection, CursorResult, Dialect, Select, select
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from kjerne.db import UtcDateTime
from kjerne.kept import READS_ONLY, stamp_of, where_of
from kjerne.known import known, scope_of
from kjerne.work import Work
from kjerne.written import driver_rows

__all__ = ["Asking", "ahead", "fixed", "rows", "unread", "value"]

#: So many statements are kept in a process; the oldest go first.
_MOST: Final = 8000
#: Tests say True: every question is then written anew too, and must be the one that was kept.
CHECK: bool = False

Statement: TypeAlias = Select[*tuple[Any, ...]]
Question: TypeAlias = Callable[..., Statement]
#: A question and its parts, to be asked together with others (`ahead`).
Asking: TypeAlias = tuple[Any, ...]
Reader: TypeAlias = Callable[[Any], Any] | None

_row_class: Final[Any] = namedtuple  # noqa: PYI024 - the columns are known when it is asked
_lock = Lock()
_held: dict[Hashable, "_Built"] = {}


@dataclass(frozen=True, slots=True)
class _Built:
    """A statement as the driver takes it, its values, and how the driver's answer is read."""

    sql: str
    values: Any
    open: tuple[tuple[Any, str, Reader], ...]
    readers: tuple[Reader, ...] | None
    make: Callable[[Sequence[Any]], Any]
    statement: Statement | None

    def filled(self, given: Mapping[str, Any]) -> Any:
        """The values with those that are given this time."""
        if not self.open:
            return self.values
        made = dict(self.values) if isinstance(self.values, dict) else list(self.values)
        for place, name, write in self.open:
            made[place] = given[name] if write is None else write(given[name])
        return made if isinstance(made, dict) else tuple(made)

    def read(self, found: Sequence[Sequence[Any]]) -> list[Any]:
        """The driver's rows as the question's."""
        make = self.make
        if self.readers is None:
            return [make(row) for row in found]
        readers = self.readers
        return [make([one if read is None else read(one) for read, one in zip(readers, row, strict=True)]) for row in found]


def rows(work: Work, question: Question, *parts: Hashable, **given: object) -> list[Any]:
    """The rows of `question(work, *parts)`, the columns' names as attributes. A question selects columns, not classes.

    `given`: the value of each `bindparam` the question names.
    """
    key = _key(work, question, parts)
    if key is None:
        return list(work.db.execute(question(work, *parts), given))
    connection = _connection(work.db)
    built = _held.get(key)
    if built is None:
        statement = question(work, *parts)
        result = connection.execute(statement, given)
        built = _keep(key, result, statement, given)
        return [built.make(row) for row in result]
    if CHECK:
        _check(built, question(work, *parts), question)
    return built.read(driver_rows(connection, built.sql, built.filled(given)))


def value(work: Work, question: Question, *parts: Hashable, **given: object) -> Any:
    """The first column of the first row, None without one."""
    if not given:
        answered = work.memo.get("asked ahead")
        if answered is not None and (question, parts) in answered:
            return answered[question, parts]
    found = rows(work, question, *parts, **given)
    return found[0][0] if found else None


def fixed(db: Session, statement: Statement, **given: object) -> list[Any]:
    """The rows of a statement that is the same for everybody, written once in a module: no `Work` is needed."""
    key = (statement, where_of(db))
    connection = _connection(db)
    built = _held.get(key)
    if built is None:
        result = connection.execute(statement, given)
        built = _keep(key, result, statement, given)
        return [built.make(row) for row in result]
    return built.read(driver_rows(connection, built.sql, built.filled(given)))


def unread(
    db: Session, statement: Statement, **given: object
) -> tuple[Sequence[Sequence[Any]], Callable[[Sequence[Sequence[Any]]], list[Any]]]:
    """The driver's own rows of such a statement, and how they are read: for those who know already what the same rows say."""
    built = _held.get((statement, where_of(db)))
    if built is None:  # the first who asks has them read at once
        return fixed(db, statement, **given), list
    connection = db.info.get(READS_ONLY) or _connection(db)  # who only reads need not begin to ask one thing
    return driver_rows(connection, built.sql, built.filled(given)), built.read


def ahead(work: Work, *wanted: Asking) -> None:
    """Ask several questions of one value at once: `value` then finds the answers. Each is (question, *parts).

    They are asked again only when something was changed since (`known.py`). For pages that only read: where something was
    written meanwhile the answers would be old, so there this does nothing.
    """
    if not work.db.info.get(READS_ONLY):
        return
    answered = work.memo.setdefault("asked ahead", {})
    asking = tuple(dict.fromkeys((one[0], one[1:]) for one in wanted if (one[0], one[1:]) not in answered))
    if asking:
        answered.update(zip(asking, known(work, _answers, asking), strict=True))


def _answers(work: Work, asking: tuple[tuple[Question, tuple[Hashable, ...]], ...]) -> tuple[Any, ...]:
    return tuple(rows(work, _all_of, asking)[0])


def _all_of(work: Work, asking: tuple[tuple[Question, tuple[Hashable, ...]], ...]) -> Statement:
    """One row of all values. A question of one column and at most one row each."""
    return select(*(question(work, *parts).scalar_subquery() for question, parts in asking))


def _connection(db: Session) -> Connection:
    """The session's connection in this transaction, with everything pending written."""
    connection: Connection | None = db.info.get(READS_ONLY)
    if connection is None:
        db.flush()
        return db.connection()
    if not connection.in_transaction():  # one moment for all questions from here on; the session joins it when it is asked itself
        connection.begin()
    return connection


def _key(work: Work, question: Question, parts: tuple[Hashable, ...]) -> Hashable | None:
    """Everything a question may depend on. None for what must not be kept: reference data changed in this very transaction."""
    stamp = stamp_of(work.db)
    if stamp is None:
        return None
    return (question, scope_of(work), stamp, parts)


def _keep(key: Hashable, result: CursorResult[Any], statement: Statement, given: Mapping[str, Any]) -> _Built:
    context = result.context
    kinds = zip(statement.selected_columns, context.cursor.description, strict=True)
    found = [_reader(column.type, context.dialect, said[1]) for column, said in kinds]
    places = _open(context, given)
    kept: Any = dict(context.parameters[0]) if isinstance(context.parameters[0], dict) else list(context.parameters[0])
    for place, _name, _write in places:
        kept[place] = None  # what was given this time is nobody's afterwards
    svar = _row_class("svar", list(result.keys()), rename=True)
    built = _Built(
        sql=intern(str(context.statement)),
        values=kept if isinstance(kept, dict) else tuple(kept),
        open=places,
        readers=tuple(found) if any(found) else None,
        make=svar._make,
        statement=statement if CHECK else None,
    )
    with _lock:
        while len(_held) >= _MOST:
            del _held[next(iter(_held))]
        _held[key] = built
    return built


def _reader(kind: TypeEngine[Any], dialect: Dialect, said: object) -> Reader:
    """How a column's values are read; a moment that SQLite keeps as text in one step instead of three."""
    if isinstance(kind, UtcDateTime) and dialect.name == "sqlite":
        return _moment
    return kind.dialect_impl(dialect).result_processor(dialect, said)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).replace(tzinfo=UTC)


def _open(context: Any, given: Mapping[str, Any]) -> tuple[tuple[Any, str, Reader], ...]:
    """Where in the driver's values those stand that are given each time, and how each is written."""
    if not given:
        return ()
    compiled, values = context.compiled, context.parameters[0]
    if isinstance(values, dict):
        places: list[tuple[Any, str]] = [(name, name) for name in values]
    else:
        said = context.compiled_parameters[0]  # where a list is spread it holds name_1, name_2 … instead of the name
        names: list[str] = []
        for one in compiled.positiontup:
            names += [one] if one in said else takewhile(said.__contains__, (f"{one}_{n}" for n in count(1)))
        if len(names) != len(values):
            raise AssertionError("a statement's values do not stand where they are said to")
        places = list(enumerate(names))
    kinds = {name: compiled.binds[name].type.dialect_impl(context.dialect).bind_processor(context.dialect) for name in given}
    return tuple((place, name, kinds[name]) for place, name in places if name in given)


def _check(built: _Built, statement: Statement, question: Question) -> None:
    if built.statement is not None and not _same(built.statement, statement):
        raise AssertionError(f"{question.__module__}.{question.__name__} depends on more than it is kept under")


def _same(one: Statement, other: Statement) -> bool:
    try:
        return one.compare(other)
    except AttributeError:  # parts in any order are held against each other, and SQLAlchemy cannot do so across classes
        first, second = one.compile(), other.compile()
        return str(first) == str(second) and first.params == second.params
