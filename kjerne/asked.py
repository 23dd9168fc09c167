"""Questions that are built once: the text of a statement and its values are kept for those who ask the same again.

To write a large Select in SQLAlchemy takes a hundred times as long as to ask it. What is kept is the statement, never its
answer: the database is asked every time. A question is a function of a `Work` and plain values; besides those it may read
the person, her grants, the day and the reference data (`kept.py`), all of which are part of what it is kept under.
"""

from collections import namedtuple
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from sys import intern
from threading import Lock
from typing import Any, Final, TypeAlias

from sqlalchemy import CursorResult
from sqlalchemy.sql.selectable import SelectBase

from kjerne.kept import READS_ONLY, stamp_of
from kjerne.work import Work

__all__ = ["rows", "value"]

#: So many statements are kept in a process; the oldest go first.
_MOST: Final = 8000
#: Tests say True: every question is then written anew too, and must be the one that was kept.
CHECK: bool = False

Question: TypeAlias = Callable[..., SelectBase]
Reader: TypeAlias = Callable[[Any], Any] | None

_lock = Lock()
_held: dict[Hashable, "_Built"] = {}


@dataclass(frozen=True, slots=True)
class _Built:
    """A statement as the driver takes it, its values, and how the driver's answer is read."""

    sql: str
    values: Any
    readers: tuple[Reader, ...] | None
    make: Callable[[Sequence[Any]], Any]
    statement: SelectBase | None

    def read(self, found: Sequence[Sequence[Any]]) -> list[Any]:
        """The driver's rows as the question's."""
        make = self.make
        if self.readers is None:
            return [make(row) for row in found]
        readers = self.readers
        return [make([one if read is None else read(one) for read, one in zip(readers, row, strict=True)]) for row in found]


def rows(work: Work, question: Question, *parts: Hashable) -> list[Any]:
    """The rows of `question(work, *parts)`, the columns' names as attributes. A question selects columns, not classes."""
    key = _key(work, question, parts)
    if key is None:
        return list(work.db.execute(question(work, *parts)))
    if not work.db.info.get(READS_ONLY):
        work.db.flush()
    connection = work.db.connection()
    built = _held.get(key)
    if built is None:
        statement = question(work, *parts)
        result = connection.execute(statement)
        built = _keep(key, result, statement)
        return [built.make(row) for row in result]
    if CHECK:
        _check(built, question(work, *parts), question)
    return built.read(connection.exec_driver_sql(built.sql, built.values).fetchall())


def value(work: Work, question: Question, *parts: Hashable) -> Any:
    """The first column of the first row, None without one."""
    found = rows(work, question, *parts)
    return found[0][0] if found else None


def _key(work: Work, question: Question, parts: tuple[Hashable, ...]) -> Hashable | None:
    """Everything a question may depend on. None for what must not be kept: reference data changed in this very transaction."""
    stamp = stamp_of(work.db)
    if stamp is None:
        return None
    scope = work.memo.get("asked")
    if scope is None:
        scope = work.memo["asked"] = (
            work.db.get_bind().engine.url,
            work.person.id if work.person else 0,
            work.grants.key,
            work.today,
        )
    return (question, scope, stamp, parts)


def _keep(key: Hashable, result: CursorResult[Any], statement: SelectBase) -> _Built:
    context = result.context
    kinds = zip(statement.selected_columns, context.cursor.description, strict=True)
    found = [column.type.dialect_impl(context.dialect).result_processor(context.dialect, said[1]) for column, said in kinds]
    built = _Built(
        sql=intern(str(context.statement)),
        values=context.parameters[0],
        readers=tuple(found) if any(found) else None,
        make=namedtuple("Svar", list(result.keys()), rename=True)._make,  # noqa: PYI024 - the columns are not known before
        statement=statement if CHECK else None,
    )
    with _lock:
        while len(_held) >= _MOST:
            del _held[next(iter(_held))]
        _held[key] = built
    return built


def _check(built: _Built, statement: SelectBase, question: Question) -> None:
    if built.statement is not None and not built.statement.compare(statement):
        raise AssertionError(f"{question.__module__}.{question.__name__} depends on more than it is kept under")
