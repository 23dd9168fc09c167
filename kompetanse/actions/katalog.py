"""The catalogue: the starter set, and what the municipality changes in it."""

import csv
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from kjerne import log
from kjerne.db import Base
from kjerne.errors import Conflict, Refused
from kjerne.i18n import gettext as _
from kjerne.work import Work
from kompetanse import rules
from kompetanse.models import Kompetanse, KompetanseProsedyre, Lovyrke

START = Path(__file__).resolve().parent.parent / "startsett"
TABLES: dict[str, type[Kompetanse | Lovyrke]] = {
    "kompetanse": Kompetanse,
    "lovyrke": Lovyrke,
}
Entry = TypeVar("Entry", Kompetanse, Lovyrke)
#: What the form of an entry may change.
FIELDS = (
    "nn",
    "nb",
    "en",
    "gruppe",
    "bevis",
    "manader",
    "heimel",
    "stadfestar",
    "delegasjon",
    "bak",
    "kursnamn",
    "tema",
    "laering_url",
    "gjeld_fra",
    "gjeld_til",
)


def read_rows(name: str) -> list[dict[str, str]]:
    """The rows of one file of the starter set."""
    with (START / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle, delimiter=";"))


def _value(table: type[Base], column: str, raw: str) -> object:
    kind = table.__table__.c[column].type.python_type
    if kind is bool:
        return raw == "1"
    return (int(raw) if raw else None) if kind is int else raw


def load_starter_set(db: Session) -> None:
    """Fill empty tables of the catalogue from the starter set; a table that has rows is left alone."""
    for name, table in TABLES.items():
        if db.scalar(select(func.count()).select_from(table)):
            continue
        for row in read_rows(name):
            db.add(table(**{key: _value(table, key, raw) for key, raw in row.items() if raw}))
    db.flush()


def _courses() -> Select[int]:
    """The entries a delegation may rest on: those that are no delegations themselves."""
    return select(Kompetanse.id).where(Kompetanse.delegasjon.is_(False)).limit(1)


def save(work: Work, row: Kompetanse | None, kode: str, values: dict[str, object], version: int | None) -> Kompetanse:
    """Make an entry, or change one. Raises `Conflict` when it was changed meanwhile, `Refused` for what does not fit."""
    if row is not None and version != row.version:
        raise Conflict(_("Kompetansen blei endra av ein annan medan du skreiv."), mine=str(values["nn"]), theirs=row.nn)
    kept = {name: values[name] for name in FIELDS}
    demand_order(kept)
    if kept["bak"] and (kept["bak"] == kode or not work.db.scalar(_courses().where(Kompetanse.kode == kept["bak"]))):
        raise Refused(_("Vel eit kurs i lista."), "bak")
    if kept["delegasjon"] and not kept["bak"]:
        raise Refused(_("Vel kva kurs delegasjonen kviler på. Han fell bort saman med kurset."), "bak")
    return put(work, Kompetanse, row, kode, kept, taken=_("Skriv ein kode som ingen annan kompetanse har."))


def demand_order(kept: Mapping[str, object]) -> None:
    """Raises `Refused` when the last day is before the first."""
    fra, til = kept["gjeld_fra"], kept["gjeld_til"]
    if isinstance(fra, date) and isinstance(til, date) and til < fra:
        raise Refused(_("Til-datoen er før frå-datoen."), "gjeld_til")


def put(work: Work, table: type[Entry], row: Entry | None, kode: str, kept: Mapping[str, object], *, taken: str) -> Entry:
    """Change an entry of the catalogue, or add one last under a code of its own; logged. Raises `Refused` with `taken`."""
    name = table.__tablename__
    new = row is None
    if row is None:
        if not kode or work.db.scalar(select(table.id).where(table.kode == kode)) is not None:
            raise Refused(taken, "kode")
        last = work.db.scalar(select(func.max(table.rekkje))) or 0
        row = table(kode=kode, rekkje=last + 1, merke="P", **kept)
        work.db.add(row)
    else:
        for column, value in kept.items():
            setattr(row, column, value)
    work.db.flush()
    log.record(work, name, row.id, f"{name}:laga" if new else f"{name}:endra", kode=row.kode)
    return row


def link_procedures(work: Work, row: Kompetanse, chosen: Iterable[int], *, opplaering: bool) -> None:
    """Set which procedures a competence rests on, and whether a new major version of them asks for training."""
    wanted = set(chosen)
    for old in work.db.scalars(select(KompetanseProsedyre).where(KompetanseProsedyre.kompetanse_id == row.id)):
        if old.prosedyre_id in wanted:
            wanted.discard(old.prosedyre_id)
            old.opplaering = opplaering
        else:
            work.db.delete(old)
    work.db.add_all(KompetanseProsedyre(kompetanse_id=row.id, prosedyre_id=one, opplaering=opplaering) for one in wanted)
    work.db.flush()
    log.record(work, "kompetanse", row.id, "kompetanse:prosedyrar", tal=len(wanted))


def end(work: Work, row: Kompetanse) -> None:
    """An entry is used no more from today. What people have of it stays."""
    row.gjeld_til = max(row.gjeld_fra, work.today - timedelta(days=1))
    work.db.flush()
    log.record(work, "kompetanse", row.id, "kompetanse:avslutta", kode=row.kode)


__all__ = ["FIELDS", "end", "link_procedures", "load_starter_set", "read_rows", "rules", "save"]
