"""The demo's procedures: the library in all states, hearings, readings, requests from cases, and which needs they cover."""

import csv
import random
from pathlib import Path
from typing import Final

from sqlalchemy import Table, insert, text
from sqlalchemy.orm import Session

from avvik.models import AvvikHending, AvvikProsedyre
from demo.bibliotek import Library
from demo.prosedyresaker import add_cases
from demo.verda import Verda
from kjerne.db import Base
from prosedyrar import sok
from prosedyrar.models import (
    Hoyring,
    HoyringDeltakar,
    HoyringMerknad,
    Kontrollsporsmal,
    Lesekrav,
    Lesekvittering,
    Prosedyre,
    ProsedyreFavoritt,
    ProsedyreHending,
    ProsedyreOpning,
    ProsedyreVersjon,
    Revisjonsonske,
)
from prosedyrar.models.behov import Eigenrutine, Rutinedekning

__all__ = ["fill"]

_LIST: Final = Path(__file__).resolve().parent / "prosedyrar.csv"
#: A row may point at rows of tables before its own.
_TABLES: Final[tuple[type[Base], ...]] = (
    Prosedyre,
    ProsedyreVersjon,
    ProsedyreHending,
    ProsedyreOpning,
    ProsedyreFavoritt,
    Hoyring,
    HoyringDeltakar,
    HoyringMerknad,
    Kontrollsporsmal,
    Lesekrav,
    Lesekvittering,
    Revisjonsonske,
    Eigenrutine,
    Rutinedekning,
    AvvikProsedyre,
    AvvikHending,
)


def fill(db: Session, verda: Verda) -> None:
    """All of it, from demo/prosedyrar.csv; rows are sent in bulk."""
    made = Library(verda, random.Random(f"prosedyrar-{len(verda.folk.alle)}-{verda.now.year}"))
    with _LIST.open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle, delimiter=";"):
            made.add(row)
    made.coverage()
    made.readings()
    add_cases(db, made)
    for table in _TABLES:
        found = made.rows.get(table.__tablename__)
        if found:
            target: Table = table.__table__  # type: ignore[assignment]  # a mapped class's table is a Table
            db.connection().execute(insert(target), found)
    _go_on(db)
    sok.rebuild(db)


def _go_on(db: Session) -> None:
    """On PostgreSQL: let each table's own numbering go on after the ids given here."""
    if db.connection().dialect.name != "postgresql":
        return
    for model in _TABLES:
        name = model.__tablename__
        if "id" in model.__table__.c:
            last = f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT coalesce(max(id), 1) FROM {name}))"  # noqa: S608 - a table's own name
            db.connection().execute(text(last))
