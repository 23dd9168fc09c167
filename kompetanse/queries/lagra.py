"""The map's cells and expiries: those that are kept and still right, the rest counted from the rows. The same either way."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from kjerne.clock import add_months
from kjerne.katalog import in_force
from kjerne.models import Person, PersonEining
from kompetanse.models import Kompetanse, Kompetansebevis, Kompetanserute, Kompetansestand, Kompetanseutlop
from kompetanse.queries import kart
from kompetanse.queries.kart import Rute, Snitt
from kompetanse.rules import Status


def fresh(db: Session, ids: Collection[int], today: date) -> set[int]:
    """The units whose kept cells are right today."""
    return set(
        db.scalars(select(Kompetansestand.eining_id).where(Kompetansestand.eining_id.in_(ids), Kompetansestand.dag == today))
    )


def mark(snitt: Snitt) -> str | None:
    """The name a narrowing is kept under; None: it is never kept (a profession and a shift at once)."""
    if snitt.yrke and snitt.vakt:
        return None
    return f"y:{snitt.yrke}" if snitt.yrke else f"v:{snitt.vakt}" if snitt.vakt else ""


def cells(db: Session, ids: Sequence[int], today: date, manader: int, snitt: Snitt) -> dict[tuple[int, int], Rute]:
    """(unit, competence) → its cell so many months from now."""
    name = mark(snitt)
    kept = fresh(db, ids, today) if name is not None else set()
    found: dict[tuple[int, int], Rute] = {}
    if kept:
        rows = db.execute(
            select(
                Kompetanserute.eining_id,
                Kompetanserute.kompetanse_id,
                Kompetanserute.behov,
                Kompetanserute.har,
                Kompetanserute.kan,
                Kompetanserute.eineste_id,
            ).where(Kompetanserute.eining_id.in_(kept), Kompetanserute.manader == manader, Kompetanserute.snitt == name)
        )
        found = {(row[0], row[1]): Rute(row[2], row[3], row[4], row[5]) for row in rows}
    rest = [one for one in ids if one not in kept]
    if rest:
        found |= kart.cells(kart.read(db, rest, today=today, day=add_months(today, manader)), snitt)
    return found


def columns(db: Session, found: Mapping[tuple[int, int], Rute], today: date) -> list[Kompetanse]:
    """The competences something is needed of, in the catalogue's order."""
    wanted = {kompetanse for _unit, kompetanse in found}
    return [row for row in db.scalars(in_force(Kompetanse, today)) if row.id in wanted]


def months(today: date) -> list[date]:
    """The first day of this month and of the eleven after it."""
    return [add_months(today.replace(day=1), ahead) for ahead in range(12)]


def expiries(db: Session, ids: Collection[int], today: date) -> dict[date, int]:
    """Month → how much evidence goes out in it and is not renewed, for people whose main unit is one of these."""
    counts = dict.fromkeys(months(today), 0)
    kept = fresh(db, ids, today)
    rows = db.execute(
        select(Kompetanseutlop.manad, func.sum(Kompetanseutlop.tal))
        .where(Kompetanseutlop.eining_id.in_(kept))
        .group_by(Kompetanseutlop.manad)
    )
    for month, count in rows:
        if month in counts:
            counts[month] += count
    for (_unit, month), count in count_expiries(db, set(ids) - kept, today).items():
        counts[month] += count
    return counts


def count_expiries(db: Session, ids: Collection[int], today: date) -> dict[tuple[int, date], int]:
    """(main unit, month) → the same, counted from the rows."""
    if not ids:
        return {}
    last = (
        select(PersonEining.eining_id, func.max(func.coalesce(Kompetansebevis.gyldig_til, date.max)).label("til"))
        .join(Person, Person.id == Kompetansebevis.person_id)
        .join(PersonEining, and_(PersonEining.person_id == Person.id, PersonEining.hovud))
        .where(Kompetansebevis.status == Status.STADFESTA, PersonEining.eining_id.in_(ids), kart.employed(today))
        .group_by(PersonEining.eining_id, Kompetansebevis.person_id, Kompetansebevis.kompetanse_id)
        .subquery()
    )
    end = add_months(today.replace(day=1), 12)
    found: dict[tuple[int, date], int] = {}
    asked = select(last.c.eining_id, last.c.til, func.count()).where(last.c.til >= today, last.c.til < end)
    for unit, til, count in db.execute(asked.group_by(last.c.eining_id, last.c.til)):
        key = (unit, til.replace(day=1))
        found[key] = found.get(key, 0) + count
    return found
