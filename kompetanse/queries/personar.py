"""Whose competence a person may see, and what they have. Fetching is authorising."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from kjerne.access import Right, Rolle
from kjerne.errors import NotFound
from kjerne.models import Eining, Fil, Person, PersonEining
from kjerne.work import Work
from kompetanse import rules
from kompetanse.models import Delegasjon, Kompetanse, Kompetansebevis
from kompetanse.queries.kart import Behov, Grunnlag, employed, group_of, read
from kompetanse.rules import Gyldig, Omfang, Stadfestar, Status

EXPERTS = (Rolle.FAGANSVARLEG, Rolle.KVALITETSKOORDINATOR)


@dataclass(frozen=True)
class Linje:
    """A piece of evidence with its words."""

    bevis: Kompetansebevis
    kompetanse: Kompetanse
    stand: Gyldig
    delegasjon: Delegasjon | None = None
    fil: Fil | None = None


@dataclass(frozen=True)
class Plikt:
    """What a person must have: the competence, the level asked, what she has, and by when something must be done."""

    kompetanse: Kompetanse
    niva: int
    har: int
    stand: Gyldig
    frist: date | None


def in_units(work: Work, right: Right) -> ColumnElement[bool]:
    """Persons who work in a unit where the right is held."""
    return Person.id.in_(select(PersonEining.person_id).where(PersonEining.eining_id.in_(work.units(right))))


def get_person(work: Work, person_id: int, right: Right = Right.KOMPETANSE_LES) -> Person:
    """A person whose competence she may see: one of her units'. Her own is on her own page. Raises `NotFound`."""
    found = work.db.scalars(select(Person).where(Person.id == person_id, in_units(work, right))).one_or_none()
    if found is None:
        raise NotFound
    return found


def get_bevis(work: Work, bevis_id: int) -> Kompetansebevis:
    """A piece of evidence: her own, or of a person whose competence she may see. Raises `NotFound`."""
    found = work.db.scalars(
        select(Kompetansebevis)
        .join(Person, Person.id == Kompetansebevis.person_id)
        .where(Kompetansebevis.id == bevis_id, or_(Person.id == work.me.id, in_units(work, Right.KOMPETANSE_LES)))
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def confirmable(work: Work) -> ColumnElement[bool]:
    """Evidence this person may judge: of her units' people, never her own, and what only experts judge in theirs alone."""
    experts: set[int] = set()
    for rolle in EXPERTS:
        experts |= work.grants.roles.get(rolle, frozenset())
    hers = work.units(Right.KOMPETANSE_SKRIV)

    def works_in(units: frozenset[int] | set[int]) -> ColumnElement[bool]:
        return Kompetansebevis.person_id.in_(select(PersonEining.person_id).where(PersonEining.eining_id.in_(units)))

    by_leader = Kompetansebevis.kompetanse_id.in_(select(Kompetanse.id).where(Kompetanse.stadfestar == Stadfestar.LEIAR))
    return and_(
        Kompetansebevis.person_id != work.me.id,
        or_(and_(by_leader, works_in(hers)), works_in(experts & hers)),
    )


def waiting_count(work: Work) -> int:
    """How many self-assessments she may judge."""
    if not work.has(Right.KOMPETANSE_SKRIV):
        return 0
    asked = select(func.count()).select_from(Kompetansebevis).where(Kompetansebevis.status == Status.SJOLV, confirmable(work))
    return work.db.scalar(asked) or 0


def own_expiring(work: Work, days: int = 30) -> int:
    """How many of her own competences go out within so many days and are not renewed."""
    last = (
        select(func.max(func.coalesce(Kompetansebevis.gyldig_til, date.max)).label("til"))
        .where(Kompetansebevis.person_id == work.me.id, Kompetansebevis.status == Status.STADFESTA)
        .group_by(Kompetansebevis.kompetanse_id)
        .subquery()
    )
    soon = work.today + timedelta(days=days)
    return work.db.scalar(select(func.count()).select_from(last).where(last.c.til.between(work.today, soon))) or 0


def _lines(db: Session, query: Select[*tuple[Any, ...]], today: date) -> list[Linje]:
    return [
        Linje(row[0], row[1], rules.standing(row[0].status, row[0].gyldig_til, today), row[2], row[3]) for row in db.execute(query)
    ]


def _evidence() -> Select[*tuple[Any, ...]]:
    return (
        select(Kompetansebevis, Kompetanse, Delegasjon, Fil)
        .join(Kompetanse, Kompetanse.id == Kompetansebevis.kompetanse_id)
        .outerjoin(Delegasjon, Delegasjon.bevis_id == Kompetansebevis.id)
        .outerjoin(Fil, and_(Fil.subjekt_type == "kompetansebevis", Fil.subjekt_id == Kompetansebevis.id))
    )


def evidence_of(db: Session, person_id: int, today: date) -> list[Linje]:
    """All a person has, by the catalogue's order, the newest of each first. For a caller that may see her.

    A delegation whose course has gone out has gone out too.
    """
    rows = _lines(
        db,
        _evidence()
        .where(Kompetansebevis.person_id == person_id)
        .order_by(Kompetanse.rekkje, Kompetansebevis.dato.desc(), Kompetansebevis.id.desc()),
        today,
    )
    live = {one.kompetanse.kode for one in rows if one.stand in {Gyldig.GYLDIG, Gyldig.SNART} and one.bevis.niva >= 2}
    return [_lapsed(one, live) for one in rows]


def _lapsed(one: Linje, live: set[str]) -> Linje:
    rests = one.kompetanse.delegasjon and one.kompetanse.bak and one.kompetanse.bak not in live
    if rests and one.stand in {Gyldig.GYLDIG, Gyldig.SNART}:
        return Linje(one.bevis, one.kompetanse, Gyldig.UTGATT, one.delegasjon, one.fil)
    return one


def current(lines: Sequence[Linje]) -> list[Linje]:
    """Of each competence the line that counts: what holds the longest, else what waits, else the newest."""
    order = {Gyldig.GYLDIG: 0, Gyldig.SNART: 1, Gyldig.VENTAR: 2, Gyldig.UTGATT: 3, Gyldig.AVVIST: 4}
    best: dict[int, Linje] = {}
    for one in lines:
        held = best.get(one.kompetanse.id)
        if held is None or order[one.stand] < order[held.stand]:
            best[one.kompetanse.id] = one
    return list(best.values())


def unit_ids(db: Session, person_id: int) -> list[int]:
    """Where a person works, her main unit first."""
    rows = select(PersonEining.eining_id).where(PersonEining.person_id == person_id)
    return list(db.scalars(rows.order_by(PersonEining.hovud.desc(), PersonEining.eining_id)))


def units_and_leaders(db: Session, person_id: int) -> list[tuple[Eining, int | None]]:
    """Where a person works, with the unit's leader."""
    rows = db.scalars(
        select(Eining)
        .join(PersonEining, PersonEining.eining_id == Eining.id)
        .where(PersonEining.person_id == person_id)
        .order_by(PersonEining.hovud.desc(), Eining.kode)
    )
    return [(unit, unit.leiar_id) for unit in rows]


def _asked(grunn: Grunnlag, person_id: int) -> dict[int, int]:
    """Competence → the highest level asked of everyone in a group she is in. "At least N" is asked of the unit, not of her."""
    found: dict[int, int] = {}
    for unit in grunn.units:
        me = [one for one in grunn.folk.get(unit.id, ()) if one.id == person_id]
        for behov in grunn.behov[unit.id]:
            if me and behov.omfang is Omfang.ALLE and group_of(grunn, behov, me):
                found[behov.kompetanse_id] = max(found.get(behov.kompetanse_id, 0), behov.niva)
    return found


def duties(db: Session, person_id: int, lines: Sequence[Linje], today: date) -> list[Plikt]:
    """What is asked of a person, what is missing first, then what goes out next."""
    grunn = read(db, unit_ids(db, person_id), today=today)
    asked, have = _asked(grunn, person_id), {one.kompetanse.id: one for one in current(lines)}
    found = []
    for row in grunn.kompetansar:
        if row.id not in asked:
            continue
        line = have.get(row.id)
        held = grunn.niva.get((person_id, row.id), 0)
        stand = line.stand if line else Gyldig.MANGLAR
        if stand in {Gyldig.GYLDIG, Gyldig.SNART} and held < asked[row.id]:
            stand = Gyldig.MANGLAR
        found.append(Plikt(row, asked[row.id], held, stand, line.bevis.gyldig_til if line else None))
    order = [Gyldig.MANGLAR, Gyldig.AVVIST, Gyldig.UTGATT, Gyldig.VENTAR, Gyldig.SNART, Gyldig.GYLDIG]
    return sorted(found, key=lambda one: (order.index(one.stand), one.frist or date.max))


@dataclass(frozen=True)
class Medarbeidar:
    """A person of the leader's list: what is expiring or out, what waits."""

    id: int
    namn: str
    yrke: str
    eining: str
    gyldige: int
    snart: int
    ute: int
    ventar: int


def people(work: Work, eining_id: int | None = None) -> list[Medarbeidar]:
    """The people she may see by name, with counts of their competences. Four questions whatever their number."""
    today, units = work.today, work.units(Right.KOMPETANSE_LES)
    if eining_id is not None:
        units &= {eining_id}
    rows = work.db.execute(
        select(Person.id, Person.namn, Person.yrke, Eining.namn)
        .join(PersonEining, PersonEining.person_id == Person.id)
        .join(Eining, Eining.id == PersonEining.eining_id)
        .where(Eining.id.in_(units), employed(today))
        .order_by(Eining.kode, Person.namn)
    ).all()
    counts = _counts(work.db, units, today)
    found = []
    for person_id, namn, yrke, eining in rows:
        told = counts.get(person_id, {})
        found.append(
            Medarbeidar(
                person_id,
                namn,
                yrke or "",
                eining,
                told.get(Gyldig.GYLDIG, 0),
                told.get(Gyldig.SNART, 0),
                told.get(Gyldig.UTGATT, 0),
                told.get(Gyldig.VENTAR, 0),
            )
        )
    return found


def _counts(db: Session, units: frozenset[int], today: date) -> dict[int, dict[Gyldig, int]]:
    """Person → how many competences stand how; of each competence the evidence that holds the longest counts."""
    never = date.max
    rows = db.execute(
        select(
            Kompetansebevis.person_id,
            Kompetansebevis.kompetanse_id,
            Kompetansebevis.status,
            func.max(func.coalesce(Kompetansebevis.gyldig_til, never)),
        )
        .where(
            Kompetansebevis.person_id.in_(select(PersonEining.person_id).where(PersonEining.eining_id.in_(units))),
            Kompetansebevis.status != Status.AVVIST,
        )
        .group_by(Kompetansebevis.person_id, Kompetansebevis.kompetanse_id, Kompetansebevis.status)
    )
    found: dict[int, dict[Gyldig, int]] = {}
    for person_id, _kompetanse, status, til in rows:
        stand = rules.standing(status, None if til == never else til, today)
        told = found.setdefault(person_id, {})
        told[stand] = told.get(stand, 0) + 1
    return found


def names(db: Session, ids: set[int]) -> dict[int, str]:
    """The names of some persons. One question."""
    return {row.id: row.namn for row in db.execute(select(Person.id, Person.namn).where(Person.id.in_(ids)))} if ids else {}


__all__ = [
    "EXPERTS",
    "Behov",
    "Linje",
    "Medarbeidar",
    "Plikt",
    "confirmable",
    "current",
    "duties",
    "employed",
    "evidence_of",
    "get_bevis",
    "get_person",
    "in_units",
    "names",
    "own_expiring",
    "people",
    "unit_ids",
    "units_and_leaders",
    "waiting_count",
]
