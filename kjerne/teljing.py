"""What SQLite is told of how its tables are filled, where its own count would lead it astray."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from sqlalchemy import Connection

__all__ = ["correct"]

_INDEXES: Final = "SELECT name, partial FROM pragma_index_list(?)"
_COLUMNS: Final = "SELECT name FROM pragma_index_info(?) ORDER BY seqno"


class _Index(NamedTuple):
    """An index, its columns, and its line of figures: rows in all, to each value of the first column, of the first two."""

    name: str
    partial: bool
    columns: Sequence[str]
    figures: Sequence[int]


def correct(connection: Connection) -> None:
    """An index of some rows never finds more to a value than the index of all rows does: say so after `ANALYZE`.

    It counts the mean of the values that are there. Where few have open cases and those few have many, the index of open cases
    seems to find more than the index of all, and SQLite reads all of somebody's to find those that are open.
    """
    lines: dict[str, dict[str, str]] = {}
    for table, index, figures in connection.exec_driver_sql("SELECT tbl, idx, stat FROM sqlite_stat1 WHERE idx IS NOT NULL"):
        lines.setdefault(table, {})[index] = figures
    for table, figures_of in lines.items():
        indexes = _indexes(connection, table, figures_of)
        whole = [one for one in indexes if not one.partial]
        for part in (one for one in indexes if one.partial):
            figures = list(part.figures)
            for full in whole:
                for place in range(1, _shared(part.columns, full.columns) + 1):
                    figures[place] = min(figures[place], full.figures[place])
            for place in range(2, len(figures)):  # and to two columns never more than to the first of them
                figures[place] = min(figures[place], figures[place - 1])
            if figures != list(part.figures):
                said = " ".join([str(one) for one in figures] + figures_of[part.name].split()[len(figures) :])
                connection.exec_driver_sql("UPDATE sqlite_stat1 SET stat = ? WHERE tbl = ? AND idx = ?", (said, table, part.name))
    connection.exec_driver_sql("ANALYZE sqlite_schema")  # counts nothing: reads what stands there now


def _indexes(connection: Connection, table: str, figures_of: Mapping[str, str]) -> list[_Index]:
    found = []
    for name, partial in connection.exec_driver_sql(_INDEXES, (table,)).all():
        if name in figures_of:
            columns = [str(row[0]) for row in connection.exec_driver_sql(_COLUMNS, (name,))]
            figures = [int(one) for one in figures_of[name].split() if one.isdigit()]
            found.append(_Index(name, bool(partial), columns, figures))
    return found


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    """How many of the first columns are the same."""
    return next((n for n, (mine, theirs) in enumerate(zip(one, other, strict=False)) if mine != theirs), min(len(one), len(other)))
