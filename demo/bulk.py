"""Rows on their way into the database: gathered by table, made ready for the driver, sent in portions, parents before children.

A million cases have ninety million rows. So rows go past SQLAlchemy: as tuples to SQLite, as COPY text to PostgreSQL. Each
column's own type decides how a value is written, and its default stands in where a row does not name it.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from itertools import repeat
from typing import Any, Final, Literal

from sqlalchemy import JSON, Boolean, Date, Integer, Table
from sqlalchemy.sql.schema import Column

from avvik import models as avvik
from kjerne.db import UtcDateTime
from kjerne.models import Epost, Leselogg, Loggline
from tiltak import models as tiltak

__all__ = ["ORDEN", "Kind", "Rader", "Ready", "columns_of", "ready", "ready_words"]

Kind = Literal["sqlite", "postgresql"]
#: What one portion of a table is when it is ready: tuples for SQLite, COPY text for PostgreSQL.
Ready = Sequence[tuple[Any, ...]] | bytes
_MODELS: Final = (
    avvik.Avvik,
    tiltak.Tiltak,
    tiltak.TiltakOpphav,
    tiltak.TiltakHending,
    avvik.AvvikNokkel,
    avvik.AvvikMeldarLoynd,
    avvik.AvvikInhabil,
    avvik.AvvikHending,
    avvik.AvvikArsak,
    avvik.AvvikUtfall,
    avvik.AvvikMeldeplikt,
    avvik.AvvikTillegg,
    avvik.AvvikTiltak,
    avvik.AvvikLenkje,
    Epost,
    Leselogg,
    Loggline,
    avvik.AvvikOrd,
)
#: A row may point at rows of tables before its own.
ORDEN: Final[tuple[Table, ...]] = tuple(model.metadata.tables[model.__tablename__] for model in _MODELS)
_NULL: Final = "\\N"


class Rader:
    """Gathers the rows of a portion. Each table's rows must name the same columns."""

    def __init__(self, first: dict[str, int] | None = None) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {table.name: [] for table in ORDEN}
        self._next = dict(first or {})

    def number(self, table: str) -> int:
        """The next id of a table whose ids the demo gives itself."""
        self._next[table] = self._next.get(table, 0) + 1
        return self._next[table]

    def add(self, table: str, **values: object) -> None:
        """One row."""
        self.rows[table].append(values)


def columns_of(table: Table, rows: Sequence[dict[str, Any]]) -> list[str]:
    """The columns a portion fills: those its rows name, and those with a default. The database numbers the rest."""
    return [column.name for column in table.c if column.name in rows[0] or column.default is not None]


def ready(kind: Kind, rader: Rader) -> dict[str, tuple[list[str], Ready]]:
    """The gathered rows by table, with the names of their columns."""
    found: dict[str, tuple[list[str], Ready]] = {}
    for table in ORDEN:
        rows = rader.rows[table.name]
        if rows:
            names = columns_of(table, rows)
            found[table.name] = names, _write(kind, [_values(kind, table.c[name], rows) for name in names])
    return found


def _write(kind: Kind, columns: list[Iterable[Any]]) -> Ready:
    if kind == "sqlite":
        return list(zip(*columns, strict=False))
    return ("\n".join(map("\t".join, zip(*columns, strict=False))) + "\n").encode()


def _values(kind: Kind, column: Column[Any], rows: Sequence[dict[str, Any]]) -> Iterable[Any]:
    name = column.name
    default: Any = column.default  # a scalar: the demo's rows name the columns whose default is worked out
    values: Iterable[Any] = [row[name] for row in rows] if name in rows[0] else repeat(default.arg, len(rows))
    writer = _writer(kind, column)
    return map(writer, values) if writer else values


def _writer(kind: Kind, column: Column[Any]) -> Callable[[Any], Any] | None:
    """How a value of the column is written; None as it is."""
    of = column.type
    if kind == "sqlite":
        if isinstance(of, UtcDateTime):
            return _sqlite_moment
        return _iso if isinstance(of, Date) else json.dumps if isinstance(of, JSON) else None
    if isinstance(of, UtcDateTime | Date):
        return _copy_iso
    if isinstance(of, Boolean):
        return _copy_bool
    if isinstance(of, JSON):
        return _copy_json
    return _copy_number if isinstance(of, Integer) else _copy_text


def _sqlite_moment(value: datetime | None) -> str | None:
    """As SQLAlchemy writes a moment in SQLite: UTC without zone, always with microseconds."""
    if value is None:
        return None
    moment = value if value.tzinfo is UTC else value.astimezone(UTC)
    return moment.isoformat(" ", "microseconds")[:26]


def _iso(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


def _copy_iso(value: date | None) -> str:
    return _NULL if value is None else value.isoformat()


def _copy_bool(value: bool | None) -> str:  # noqa: FBT001 - a column's value
    return _NULL if value is None else "t" if value else "f"


def _copy_number(value: int | None) -> str:
    return _NULL if value is None else str(value)


def _copy_json(value: object) -> str:
    return _copy_text(json.dumps(value))


def _copy_text(value: str | None) -> str:
    """COPY's text form: the three signs that would end a cell or a row are written with a backslash."""
    if value is None:
        return _NULL
    if "\\" in value or "\n" in value or "\t" in value or "\r" in value:
        return value.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
    return value


def ready_words(kind: Kind, cases: Iterable[tuple[int, Iterable[str]]]) -> Ready:
    """The words of each case for the search index: one JSON list a case for SQLite, one line a word for PostgreSQL."""
    if kind == "sqlite":
        return [(case, json.dumps(sorted(words), ensure_ascii=False)) for case, words in cases]
    lines = []
    for case, words in cases:
        start = f"{case}\t"
        lines += [f"{start}{word}\n" for word in sorted(words)]
    return "".join(lines).encode()
