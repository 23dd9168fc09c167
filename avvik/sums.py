"""Sums beside the cases, so that numbers cost the same at a thousand and at a million.

Each case contributes to a few cells. When a case is added or changed, what it contributed before is taken off and what it
contributes now is put on, in the same transaction. `verify` holds all cells against the rows.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Table, delete, event, insert, inspect, select
from sqlalchemy.dialects.postgresql import insert as _postgres_insert
from sqlalchemy.dialects.sqlite import insert as _sqlite_insert
from sqlalchemy.orm import Mapper, Session

from avvik.models import Avvik, AvvikSum, AvvikTid
from avvik.rules import ENDED
from kjerne.clock import end_of_day
from kjerne.models import Eining

MAX_DAYS = 400
PORTION = 5000
FIELDS = (
    "eining_id",
    "manad",
    "hovudtype",
    "underkategori",
    "art",
    "alvor",
    "status",
    "endra_praksis",
    "serie_tal",
    "er_varsel",
    "gjeld_leiar",
    "meldt",
    "forste_svar_tid",
    "lukka_tid",
    "frist_svar",
)

SumKey = tuple[int, int, str, str, str, int, str, bool]
TidKey = tuple[int, int, str, int, bool]


@dataclass(frozen=True)
class Cells:
    """What a set of cases contributes: cell → (cases, events), and time cell → cases."""

    sums: Counter[SumKey]
    events: Counter[SumKey]
    times: Counter[TidKey]

    @staticmethod
    def empty() -> "Cells":
        """Nothing yet."""
        return Cells(Counter(), Counter(), Counter())

    def add(self, case: Mapping[str, Any], parents: Mapping[int, int | None], sign: int = 1) -> None:
        """Put a case's contribution on (or off, with -1)."""
        if case["er_varsel"]:
            return
        unit = case["eining_id"]
        if case["gjeld_leiar"]:
            unit = parents.get(unit) or unit
        key = (
            unit,
            case["manad"],
            case["hovudtype"],
            case["underkategori"],
            case["art"],
            case["alvor"],
            standing(case["status"]),
            case["endra_praksis"],
        )
        self.sums[key] += sign
        self.events[key] += sign * case["serie_tal"]
        for slag, at in (("svar", case["forste_svar_tid"]), ("lukk", case["lukka_tid"])):
            if at is not None:
                in_time = slag == "lukk" or at <= end_of_day(case["frist_svar"])
                self.times[unit, case["manad"], slag, _days(case["meldt"], at), in_time] += sign

    def put(self, other: "Cells") -> None:
        """Put on what another set of cases contributes."""
        self.sums.update(other.sums)
        self.events.update(other.events)
        self.times.update(other.times)


def standing(status: str) -> str:
    """Open, lukka or avvist."""
    return status if status in {found.value for found in ENDED} else "open"


def _days(start: datetime, end: datetime) -> int:
    return min(max((end - start).days, 0), MAX_DAYS)


def _now(avvik: Avvik) -> dict[str, Any]:
    """The case's fields as they are about to be written."""
    return {name: getattr(avvik, name) for name in FIELDS}


def _before(connection: Connection, avvik: Avvik) -> dict[str, Any]:
    """The case's fields as the database has them."""
    columns = [getattr(Avvik, name) for name in FIELDS]
    return dict(connection.execute(select(*columns).where(Avvik.id == avvik.id)).mappings().one())


def _parents(connection: Connection, avvik: Avvik) -> dict[int, int | None]:
    if not avvik.gjeld_leiar:
        return {}
    rows = connection.execute(select(Eining.id, Eining.overordna_id).where(Eining.id == avvik.eining_id))
    return {row.id: row.overordna_id for row in rows}


def _after_insert(_mapper: Mapper[Avvik], connection: Connection, avvik: Avvik) -> None:
    count_in(connection, _now(avvik), _parents(connection, avvik))


def _before_update(_mapper: Mapper[Avvik], connection: Connection, avvik: Avvik) -> None:
    if not any(inspect(avvik).attrs[name].history.has_changes() for name in FIELDS):
        return
    parents = _parents(connection, avvik)
    cells = Cells.empty()
    cells.add(_before(connection, avvik), parents, -1)
    cells.add(_now(avvik), parents)
    _apply(connection, cells)


def install() -> None:
    """Keep the sums from now on. Called once by whoever puts the application together."""
    if not event.contains(Avvik, "after_insert", _after_insert):
        event.listen(Avvik, "after_insert", _after_insert)
        event.listen(Avvik, "before_update", _before_update)


def _rows(cells: Cells) -> Iterator[tuple[Table, dict[str, Any], dict[str, int]]]:
    sums: Table = AvvikSum.__table__  # type: ignore[assignment]  # a mapped class's table is a Table
    times: Table = AvvikTid.__table__  # type: ignore[assignment]  # a mapped class's table is a Table
    names = [column.name for column in sums.primary_key]
    for key, count in cells.sums.items():
        if count or cells.events[key]:
            yield sums, dict(zip(names, key, strict=True)), {"saker": count, "hendingar": cells.events[key]}
    names = [column.name for column in times.primary_key]
    for time_key, count in cells.times.items():
        if count:
            yield times, dict(zip(names, time_key, strict=True)), {"saker": count}


def _adding(make: Callable[[Table], Any], model: type[AvvikSum | AvvikTid]) -> Any:
    """Add to cells, new ones too; two who make the same cell at once both count. The statement of a table is always the same."""
    table: Table = model.__table__  # type: ignore[assignment]  # a mapped class's table is a Table
    new = make(table)
    added = {column.name: column + new.excluded[column.name] for column in table.c if not column.primary_key}
    return new.on_conflict_do_update(index_elements=list(table.primary_key), set_=added)


_ADDING: Final = {
    (dialect, model.__tablename__): _adding(make, model)
    for dialect, make in (("sqlite", _sqlite_insert), ("postgresql", _postgres_insert))
    for model in (AvvikSum, AvvikTid)
}


def _apply(connection: Connection, cells: Cells) -> None:
    """Change the cells, a statement a table, in one order (two filers cannot wait for each other in a ring)."""
    changes: dict[str, list[dict[str, Any]]] = {}
    for table, key, change in sorted(_rows(cells), key=lambda row: (row[0].name, [str(part) for part in row[1].values()])):
        changes.setdefault(table.name, []).append({**key, **change})
    for name, rows in changes.items():
        connection.execute(_ADDING[connection.dialect.name, name], rows)


def count_in(connection: Connection, case: Mapping[str, Any], parents: Mapping[int, int | None]) -> None:
    """Count a case whose row was written past the mapper. `case`: its fields (`FIELDS`); `parents`: unit → the one above."""
    cells = Cells.empty()
    cells.add(case, parents)
    _apply(connection, cells)


def rebuild(db: Session) -> None:
    """Count everything anew, in portions: after a bulk load, or when `verify` found a difference."""
    replace(db, count_all(db))


def replace(db: Session, cells: Cells) -> None:
    """Let `cells` be what is kept: everything that has been counted."""
    db.execute(delete(AvvikSum))
    db.execute(delete(AvvikTid))
    rows: dict[Table, list[dict[str, Any]]] = {}
    for table, key, change in _rows(cells):
        rows.setdefault(table, []).append({**key, **change})
    for table, values in rows.items():
        db.connection().execute(insert(table), values)


def count_all(db: Session) -> Cells:
    """What all cases contribute, read from the rows."""
    parents = {row.id: row.overordna_id for row in db.execute(select(Eining.id, Eining.overordna_id))}
    columns = [getattr(Avvik, name) for name in FIELDS]
    cells = Cells.empty()
    for row in db.execute(select(*columns).execution_options(yield_per=PORTION)).mappings():
        cells.add(dict(row), parents)
    return cells


def verify(db: Session) -> list[str]:
    """The cells that differ from the rows, in words for the log; empty when all hold."""
    kept = Cells.empty()
    for cell in db.scalars(select(AvvikSum)):
        key = (
            cell.eining_id,
            cell.manad,
            cell.hovudtype,
            cell.underkategori,
            cell.art,
            cell.alvor,
            cell.stand,
            cell.endra_praksis,
        )
        kept.sums[key], kept.events[key] = cell.saker, cell.hendingar
    for time in db.scalars(select(AvvikTid)):
        kept.times[time.eining_id, time.manad, time.slag, time.dagar, time.i_tide] = time.saker
    true = count_all(db)
    wrong = [f"sum {key}" for key in kept.sums | true.sums if kept.sums[key] != true.sums[key]]
    wrong += [f"events {key}" for key in kept.events | true.events if kept.events[key] != true.events[key]]
    wrong += [f"time {key}" for key in kept.times | true.times if kept.times[key] != true.times[key]]
    return wrong


__all__ = ["Cells", "count_all", "count_in", "install", "rebuild", "replace", "standing", "verify"]
