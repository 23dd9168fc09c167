"""Sums beside the cases, so that numbers cost the same at a thousand and at a million.

Each case contributes to a few cells. When a case is added or changed, what it contributed before is taken off and what it
contributes now is put on, in the same transaction: right before it commits, so that the cells, which many share, are held
for a moment only and always last (two filers cannot wait for each other in a ring). `verify` holds all cells against the rows.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Table, delete, event, insert, inspect, select, text
from sqlalchemy.dialects.postgresql import insert as _postgres_insert
from sqlalchemy.dialects.sqlite import insert as _sqlite_insert
from sqlalchemy.orm import Mapper, Session, object_session

from avvik.models import Avvik, AvvikGrovsum, AvvikSum, AvvikTid
from avvik.sums.celler import FIELDS, Cells, GrovKey, rough, standing
from kjerne.db import table as table_of
from kjerne.katalog import Art, versions
from kjerne.models import Eining
from kjerne.written import write

PORTION: Final = 5000
#: The cases of a transaction that were added or changed: id → the case, and its fields before (None when it is new).
_TOUCHED: Final = "avvik_summar"
#: New cases of a transaction whose rows were written past the mapper: their fields.
_FILED: Final = "avvik_summar_nye"

Touched = dict[int, tuple[Avvik, dict[str, Any] | None]]
Row = tuple[dict[str, Any], dict[str, int]]


#: In the order they are written.
TABLES: Final = tuple(table_of(model) for model in (AvvikSum, AvvikTid, AvvikGrovsum))
#: What names a cell of each, and what it counts.
_KEYS: Final = {table.name: tuple(column.name for column in table.primary_key) for table in TABLES}
_COUNTS: Final = {table.name: tuple(column.name for column in table.c if not column.primary_key) for table in TABLES}


def counted(db: Session) -> frozenset[str]:
    """The arts that count as deviations. The municipality may rename an art, never change what counts."""
    return frozenset(code for code, rows in versions(db, Art).items() if rows[-1].tel_som_avvik)


def _touched(avvik: Avvik) -> Touched:
    session = object_session(avvik)
    return session.info.setdefault(_TOUCHED, {}) if session is not None else {}


def _after_insert(_mapper: Mapper[Avvik], _connection: Connection, avvik: Avvik) -> None:
    _touched(avvik)[avvik.id] = avvik, None


def _before_update(_mapper: Mapper[Avvik], connection: Connection, avvik: Avvik) -> None:
    held = _touched(avvik)
    if avvik.id in held or not any(inspect(avvik).attrs[name].history.has_changes() for name in FIELDS):
        return
    columns = [getattr(Avvik, name) for name in FIELDS]
    before = connection.execute(select(*columns).where(Avvik.id == avvik.id)).mappings().one()
    held[avvik.id] = avvik, dict(before)


def filed(db: Session, case: Mapping[str, Any]) -> None:
    """Count a new case whose row was written past the mapper, with all else of this transaction. `case` has its `FIELDS`.

    Raises RuntimeError within a savepoint: a part that is rolled back alone would be counted.
    """
    if db.in_nested_transaction():
        raise RuntimeError("a case is filed in the transaction itself")
    db.info.setdefault(_FILED, []).append(case)


def settle(db: Session) -> None:
    """Put what this transaction has done to cases into the sums. Done by itself before it commits; earlier for who reads them."""
    db.flush()
    held: Touched = db.info.pop(_TOUCHED, {})
    new: list[Mapping[str, Any]] = db.info.pop(_FILED, [])
    if not held and not new:
        return
    cells, parents = Cells.empty(), _parents(db, held, new)
    for case in new:
        cells.add(case, parents)
    for avvik, before in held.values():
        if not inspect(avvik).persistent:  # added within a part that was rolled back
            continue
        if before is not None:
            cells.add(before, parents, -1)
        cells.add({name: getattr(avvik, name) for name in FIELDS}, parents)
    connection = db.connection()
    for table, rows in _rows(db, cells):
        _put(connection, table, rows)


def _parents(db: Session, held: Touched, new: Sequence[Mapping[str, Any]]) -> dict[int, int | None]:
    """The units above those with a case about a leader."""
    units = {case["eining_id"] for case in new if case["gjeld_leiar"]}
    units |= {avvik.eining_id for avvik, before in held.values() if avvik.gjeld_leiar or (before and before["gjeld_leiar"])}
    units |= {before["eining_id"] for _avvik, before in held.values() if before and before["gjeld_leiar"]}
    if not units:
        return {}
    rows = db.execute(select(Eining.id, Eining.overordna_id).where(Eining.id.in_(units)))
    return {row.id: row.overordna_id for row in rows}


def _before_commit(db: Session) -> None:
    if not db.in_nested_transaction():
        settle(db)


def _after_rollback(db: Session) -> None:
    if not db.in_nested_transaction():
        db.info.pop(_TOUCHED, None)
        db.info.pop(_FILED, None)


def install() -> None:
    """Keep the sums from now on. Called once by whoever puts the application together."""
    if not event.contains(Avvik, "after_insert", _after_insert):
        event.listen(Avvik, "after_insert", _after_insert)
        event.listen(Avvik, "before_update", _before_update)
        event.listen(Session, "before_commit", _before_commit)
        event.listen(Session, "after_rollback", _after_rollback)


def _rows(db: Session, cells: Cells) -> Iterator[tuple[Table, list[Row]]]:
    """The cells as (key, counts) by table, in one order, without those that stay as they are."""
    sums, times, grov = TABLES
    yield (
        sums,
        [
            (_key(sums, key), {"saker": count, "hendingar": cells.events[key]})
            for key, count in sorted(cells.sums.items())
            if count or cells.events[key]
        ],
    )
    yield times, [(_key(times, key), {"saker": count}) for key, count in sorted(cells.times.items()) if count]
    columns = _COUNTS[grov.name]
    found = sorted(rough(cells, counted(db)).items())
    yield grov, [(_key(grov, key), {name: row[name] for name in columns}) for key, row in found]


def _key(table: Table, values: Sequence[object]) -> dict[str, Any]:
    return dict(zip(_KEYS[table.name], values, strict=True))


def _upsert(table: Table, dialect: str) -> Any:
    """Add to cells, or make them."""
    made: Any = (_postgres_insert if dialect == "postgresql" else _sqlite_insert)(table)
    keys = _KEYS[table.name]
    added = {column.name: column + made.excluded[column.name] for column in table.c if not column.primary_key}
    return made.on_conflict_do_update(index_elements=keys, set_=added)


_UPSERTS: Final = {(table.name, kind): _upsert(table, kind) for table in TABLES for kind in ("sqlite", "postgresql")}


def _put(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """One statement for all cells of a table."""
    if rows:
        write(connection, _UPSERTS[table.name, connection.dialect.name], *(key | change for key, change in rows))


def rebuild(db: Session) -> None:
    """Count everything anew, in portions: when `verify` found a difference."""
    replace(db, count_all(db))


def replace(db: Session, cells: Cells) -> None:
    """Let `cells` be what is kept: everything that has been counted."""
    for model in (AvvikSum, AvvikTid, AvvikGrovsum):
        db.execute(delete(model))
    for table, rows in _rows(db, cells):
        if rows:
            db.connection().execute(insert(table), [key | change for key, change in rows])


def hold_still(db: Session) -> None:
    """Let no other transaction change a sum until this one ends; SQLite's writers are one at a time already."""
    if db.get_bind().dialect.name == "postgresql":
        names = ", ".join(table.name for table in TABLES)
        db.execute(text(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE"))


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
    settle(db)
    wrong: list[str] = []
    for table, rows in _rows(db, count_all(db)):
        keys, counts = _KEYS[table.name], _COUNTS[table.name]
        true = {tuple(key.values()): tuple(change.values()) for key, change in rows}
        none = (0,) * len(counts)
        kept = {tuple(row[name] for name in keys): tuple(row[name] for name in counts) for row in _held(db, table)}
        wrong += [f"{table.name} {key}" for key in kept | true if kept.get(key, none) != true.get(key, none)]
    return wrong


def _held(db: Session, table: Table) -> Iterator[Mapping[str, Any]]:
    for row in db.execute(select(table).execution_options(yield_per=PORTION)).mappings():
        yield dict(row)


__all__ = [
    "Cells",
    "GrovKey",
    "count_all",
    "counted",
    "hold_still",
    "install",
    "rebuild",
    "replace",
    "settle",
    "standing",
    "verify",
]
