"""The gap map: what each unit needs of each competence on a day, and what it has. One pass over a handful of questions.

The number of questions does not grow with units, competences or persons. Counted persons are those employed on the day; a
person who works in two units counts in both. Somebody who is away still counts: why is none of this system's business.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from kjerne.katalog import in_force
from kjerne.models import Eining, Person, PersonEining, Tilgang
from kompetanse.models import Delegasjon, Kompetanse, Kompetansebehov, Kompetansebevis
from kompetanse.rules import Omfang, Status, asked_of
from prosedyrar.queries.behov import kinds


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of the map."""

    id: int
    namn: str
    sti: str
    over: int | None
    type: str


@dataclass(frozen=True, slots=True)
class Folk:
    """A person in a unit, as far as needs ask."""

    id: int
    yrke: str
    vakter: frozenset[str]


@dataclass(frozen=True, slots=True)
class Behov:
    """A need as the map reads it."""

    id: int
    kompetanse_id: int
    eining_id: int
    sti: str
    einingsslag: str
    yrker: frozenset[str]
    rolle: str
    vakt: str
    omfang: Omfang
    tal: int
    niva: int
    overstyrer_id: int | None


@dataclass(slots=True)
class Rute:
    """A cell: persons asked for and found. `kan`: those in the unit who can it at the level the need asks for."""

    behov: int = 0
    har: int = 0
    kan: int = 0
    eineste: int | None = None

    @property
    def manglar(self) -> int:
        """How many are missing."""
        return self.behov - self.har


@dataclass(frozen=True)
class Snitt:
    """What the map is narrowed to: a profession and a shift; empty is all."""

    yrke: str = ""
    vakt: str = ""

    def holds(self, person: Folk) -> bool:
        """Whether a person is in it."""
        return (not self.yrke or person.yrke == self.yrke) and (not self.vakt or self.vakt in person.vakter)


@dataclass(frozen=True)
class Tenkt:
    """What a plan would add, unit by unit: levels people would have, persons that would come, persons that would stay."""

    niva: Mapping[tuple[int, int], int] = field(default_factory=dict)
    nye: Mapping[tuple[int, int], int] = field(default_factory=dict)
    blir: frozenset[tuple[int, int]] = frozenset()


@dataclass(frozen=True)
class Grunnlag:
    """Everything the pass reads, for one set of units and one day."""

    dag: date
    units: Sequence[Unit]
    kompetansar: Sequence[Kompetanse]
    behov: Mapping[int, Sequence[Behov]]
    folk: Mapping[int, Sequence[Folk]]
    roller: frozenset[tuple[int, str]]
    niva: Mapping[tuple[int, int], int]
    stader: Mapping[tuple[int, int], frozenset[str]] = field(default_factory=dict)
    """(person, competence) → the paths of the units a personal delegation was given for."""


def units_of(db: Session, ids: Collection[int], day: date) -> list[Unit]:
    """The units that exist on a day, in the tree's order, with their kind."""
    rows = db.scalars(
        select(Eining)
        .where(Eining.id.in_(ids), Eining.gjeld_fra <= day, or_(Eining.gjeld_til.is_(None), Eining.gjeld_til >= day))
        .order_by(Eining.kode)
    ).all()
    of = kinds(db, rows)
    return [Unit(row.id, row.namn, row.sti, row.overordna_id, of[row.id].value) for row in rows]


def all_units(db: Session, day: date) -> list[Unit]:
    """Every unit where somebody works, for what concerns the whole municipality."""
    return units_of(db, set(db.scalars(select(PersonEining.eining_id).distinct())), day)


def needs_in_force(db: Session, day: date) -> list[Behov]:
    """All needs that hold on a day."""
    rows = db.execute(
        select(Kompetansebehov, Eining.sti)
        .join(Eining, Eining.id == Kompetansebehov.eining_id)
        .where(Kompetansebehov.gjeld_fra <= day, or_(Kompetansebehov.gjeld_til.is_(None), Kompetansebehov.gjeld_til >= day))
        .order_by(Kompetansebehov.id)
    )
    return [
        Behov(
            one.id,
            one.kompetanse_id,
            one.eining_id,
            sti,
            one.einingsslag,
            frozenset(code for code in one.yrker.split("|") if code),
            one.rolle,
            one.vakt,
            Omfang(one.omfang),
            one.tal,
            one.niva,
            one.overstyrer_id,
        )
        for one, sti in rows
    ]


def needs_of(unit: Unit, needs: Sequence[Behov]) -> list[Behov]:
    """The needs of one unit: its own and those from above of its type, without those an override nearer by replaces."""
    here = [one for one in needs if unit.sti.startswith(one.sti) and one.einingsslag in {"", unit.type}]
    replaced = {one.overstyrer_id for one in here if one.overstyrer_id is not None}
    return [one for one in here if one.id not in replaced and one.omfang is not Omfang.INGEN]


def employed(day: date) -> ColumnElement[bool]:
    """Persons employed on a day."""
    return and_(
        Person.deaktivert.is_(False), Person.tilsett_fra <= day, or_(Person.tilsett_til.is_(None), Person.tilsett_til >= day)
    )


def holds_on(day: date) -> ColumnElement[bool]:
    """Evidence that is confirmed and valid on a day."""
    return and_(
        Kompetansebevis.status == Status.STADFESTA,
        Kompetansebevis.dato <= day,
        or_(Kompetansebevis.gyldig_til.is_(None), Kompetansebevis.gyldig_til >= day),
    )


def _people(db: Session, ids: Sequence[int], day: date, today: date, stays: frozenset[tuple[int, int]]) -> dict[int, list[Folk]]:
    rows = db.execute(
        select(PersonEining.eining_id, Person.id, Person.yrke, Person.vakter, Person.tilsett_til)
        .join(Person, Person.id == PersonEining.person_id)
        .where(PersonEining.eining_id.in_(ids), employed(today))
        .order_by(PersonEining.eining_id, Person.id)
    )
    kept = {person for person, _kompetanse in stays}
    shifts: dict[str, frozenset[str]] = {}
    found: dict[int, list[Folk]] = {}
    for eining_id, person_id, yrke, vakter, til in rows:
        if til is not None and til < day and person_id not in kept:
            continue
        if vakter not in shifts:
            shifts[vakter] = frozenset(vakter.split(","))
        found.setdefault(eining_id, []).append(Folk(person_id, yrke or "", shifts[vakter]))
    return found


def _levels(db: Session, ids: Sequence[int], asked: Sequence[int], day: date) -> dict[tuple[int, int], int]:
    """(person, competence) → the highest level that holds on a day, for those who work in the units."""
    there = select(PersonEining.person_id).where(PersonEining.eining_id.in_(ids))
    rows = db.execute(
        select(Kompetansebevis.person_id, Kompetansebevis.kompetanse_id, func.max(Kompetansebevis.niva))
        .where(holds_on(day), Kompetansebevis.kompetanse_id.in_(asked), Kompetansebevis.person_id.in_(there))
        .group_by(Kompetansebevis.person_id, Kompetansebevis.kompetanse_id)
    )
    return {(person, kompetanse): niva for person, kompetanse, niva in rows}


def _places(db: Session, ids: Sequence[int], personal: Sequence[int], day: date) -> dict[tuple[int, int], frozenset[str]]:
    """Where personal delegations hold: each in its own unit only."""
    there = select(PersonEining.person_id).where(PersonEining.eining_id.in_(ids))
    rows = db.execute(
        select(Kompetansebevis.person_id, Kompetansebevis.kompetanse_id, Eining.sti)
        .join(Delegasjon, Delegasjon.bevis_id == Kompetansebevis.id)
        .join(Eining, Eining.id == Delegasjon.eining_id)
        .where(holds_on(day), Kompetansebevis.kompetanse_id.in_(personal), Kompetansebevis.person_id.in_(there))
    )
    found: dict[tuple[int, int], frozenset[str]] = {}
    for person, kompetanse, sti in rows:
        found[person, kompetanse] = found.get((person, kompetanse), frozenset()) | {sti}
    return found


def _lapse(levels: dict[tuple[int, int], int], kompetansar: Sequence[Kompetanse]) -> None:
    """A delegation lapses with the course behind it."""
    ids = {row.kode: row.id for row in kompetansar}
    behind = {row.id: ids[row.bak] for row in kompetansar if row.delegasjon and row.bak in ids}
    for person, kompetanse in [key for key in levels if key[1] in behind]:
        if levels.get((person, behind[kompetanse]), 0) < 2:
            del levels[person, kompetanse]


def read(db: Session, ids: Collection[int], *, today: date, day: date | None = None, tenkt: Tenkt | None = None) -> Grunnlag:
    """Read what the map of these units rests on, as it is `day` if nothing is done (None: today)."""
    when, added = day or today, tenkt or Tenkt()
    units = units_of(db, ids, today)
    needs = needs_in_force(db, when)
    by_unit = {unit.id: needs_of(unit, needs) for unit in units}
    wanted = {one.kompetanse_id for rows in by_unit.values() for one in rows}
    alle = db.scalars(in_force(Kompetanse, today)).all()
    behind = {row.bak for row in alle if row.id in wanted and row.bak}
    asked = [row.id for row in alle if row.id in wanted or row.kode in behind]
    where = [unit.id for unit in units]
    levels = _levels(db, where, asked, when)
    for key, niva in added.niva.items():
        levels[key] = max(levels.get(key, 0), niva)
    if added.blir:
        now = _levels(db, where, asked, today)
        levels.update({key: now[key] for key in added.blir if key in now})
    _lapse(levels, alle)
    roles: frozenset[tuple[int, str]] = frozenset()
    if any(one.rolle for rows in by_unit.values() for one in rows):
        held = db.execute(
            select(Tilgang.person_id, Tilgang.rolle).where(
                Tilgang.rolle.in_({one.rolle for rows in by_unit.values() for one in rows if one.rolle}),
                Tilgang.gjeld_fra <= today,
                or_(Tilgang.gjeld_til.is_(None), Tilgang.gjeld_til >= today),
            )
        )
        roles = frozenset((person, rolle) for person, rolle in held)
    shown = [row for row in alle if row.id in wanted]
    personal = [row.id for row in shown if row.delegasjon]
    places = _places(db, where, personal, when) if personal else {}
    return Grunnlag(when, units, shown, by_unit, _people(db, where, when, today, added.blir), roles, levels, places)


def group_of(grunn: Grunnlag, behov: Behov, folk: Sequence[Folk]) -> list[Folk]:
    """The persons of a unit a need is about."""
    return [
        one
        for one in folk
        if (not behov.yrker or one.yrke in behov.yrker)
        and (not behov.rolle or (one.id, behov.rolle) in grunn.roller)
        and (not behov.vakt or behov.vakt in one.vakter)
    ]


def _here(grunn: Grunnlag, unit: Unit, kompetanse_id: int, folk: Sequence[Folk]) -> dict[int, int]:
    """Person → her level of a competence in this unit: a delegation for another unit is worth nothing here."""
    found = {}
    for person in folk:
        key = (person.id, kompetanse_id)
        places = grunn.stader.get(key)
        if places is None or any(unit.sti.startswith(sti) for sti in places):
            found[person.id] = grunn.niva.get(key, 0)
    return found


def _cell(grunn: Grunnlag, niva: Mapping[int, int], needs: Sequence[Behov], folk: Sequence[Folk], new: int) -> Rute:
    """One cell: "everyone" rows are merged, each person at the highest level asked of her; the others are added.

    `niva`: person → her level here. `new`: persons a plan would recruit, who can what they are recruited for.
    """
    rute = Rute()
    everyone: dict[int, int] = {}
    lowest = min((one.niva for one in needs), default=1)
    for one in needs:
        group = group_of(grunn, one, folk)
        if one.omfang is Omfang.ALLE:
            for person in group:
                everyone[person.id] = max(everyone.get(person.id, 0), one.niva)
            continue
        able = [person for person in group if niva.get(person.id, 0) >= one.niva]
        if one.omfang is Omfang.MINST_VAKT:
            for shift in {shift for person in folk for shift in person.vakter}:
                rute.behov += one.tal
                rute.har += min(one.tal, sum(1 for person in able if shift in person.vakter) + new)
        else:
            asked = asked_of(one.omfang, one.tal, len(group))
            rute.behov += asked
            rute.har += min(asked, len(able) + new)
    rute.behov += len(everyone) + (new if everyone else 0)
    rute.har += sum(1 for person, level in everyone.items() if niva.get(person, 0) >= level)
    rute.har += new if everyone else 0
    can = [person.id for person in folk if niva.get(person.id, 0) >= lowest]
    rute.kan = len(can) + new
    shared = rute.behov > 1 or any(one.omfang is not Omfang.ALLE for one in needs)
    rute.eineste = can[0] if rute.kan == 1 and can and len(folk) > 1 and shared else None
    return rute


def cells(grunn: Grunnlag, snitt: Snitt | None = None, tenkt: Tenkt | None = None) -> dict[tuple[int, int], Rute]:
    """(unit, competence) → its cell, where something is needed."""
    narrow, added = snitt or Snitt(), tenkt or Tenkt()
    found: dict[tuple[int, int], Rute] = {}
    for unit in grunn.units:
        folk = [one for one in grunn.folk.get(unit.id, ()) if narrow.holds(one)]
        if not folk and not added.nye:
            continue
        by_kind: dict[int, list[Behov]] = {}
        for one in grunn.behov[unit.id]:
            by_kind.setdefault(one.kompetanse_id, []).append(one)
        for kompetanse_id, needs in by_kind.items():
            niva = _here(grunn, unit, kompetanse_id, folk)
            rute = _cell(grunn, niva, needs, folk, added.nye.get((unit.id, kompetanse_id), 0))
            if rute.behov:
                found[unit.id, kompetanse_id] = rute
    return found
