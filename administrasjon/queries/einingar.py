"""Units: the tree with who leads today, one unit, its history."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select

from kjerne.access import Right
from kjerne.errors import NotFound
from kjerne.models import Eining, EiningHistorie, Person, PersonEining
from kjerne.work import Work


@dataclass(frozen=True)
class Branch:
    """One line of the tree: the unit, how deep it lies, who leads it, and who has it today."""

    eining: Eining
    depth: int
    leiar: Person | None
    stedfortredar: Person | None
    i_dag: str
    folk: int


def tree(work: Work, *, ended: bool = False) -> list[Branch]:
    """The units I may see people in, parents before children, each level by name. Three queries whatever the size."""
    reached = work.units(Right.PERSON_LES)
    units = [
        unit
        for unit in work.db.scalars(select(Eining).order_by(Eining.kode))
        if unit.id in reached and (ended or unit.gjeld_til is None or unit.gjeld_til >= work.today)
    ]
    people = _leaders(work, units)
    counts = dict(work.db.execute(select(PersonEining.eining_id, func.count()).group_by(PersonEining.eining_id)).all())
    return [
        Branch(
            unit,
            depth,
            people.get(unit.leiar_id or 0),
            people.get(unit.stedfortredar_id or 0),
            in_charge(work, people, unit),
            counts.get(unit.id, 0),
        )
        for unit, depth in _in_order(units)
    ]


def _leaders(work: Work, units: list[Eining]) -> dict[int, Person]:
    wanted = {unit.leiar_id for unit in units} | {unit.stedfortredar_id for unit in units}
    rows = work.db.scalars(select(Person).where(Person.id.in_([one for one in wanted if one is not None])))
    return {person.id: person for person in rows}


def in_charge(work: Work, people: Mapping[int, Person], unit: Eining) -> str:
    """Who has the unit today: `leiar`, `stedfortredar` when the leader is away, or `over`: the next one up."""
    for name in ("leiar", "stedfortredar"):
        person = people.get(getattr(unit, f"{name}_id") or 0)
        if person is not None and person.is_employed(work.today) and not person.is_away(work.today):
            return name
    return "over"


def _in_order(units: list[Eining]) -> list[tuple[Eining, int]]:
    ids = {unit.id for unit in units}
    children: dict[int | None, list[Eining]] = {}
    for unit in units:
        children.setdefault(unit.overordna_id if unit.overordna_id in ids else None, []).append(unit)
    ordered: list[tuple[Eining, int]] = []
    waiting = [(unit, 0) for unit in reversed(children.get(None, []))]
    while waiting:
        unit, depth = waiting.pop()
        ordered.append((unit, depth))
        waiting.extend((child, depth + 1) for child in reversed(children.get(unit.id, [])))
    return ordered


def get_unit(work: Work, eining_id: int, right: Right = Right.PERSON_LES) -> Eining:
    """The unit, within what I hold the right on. Raises `NotFound`."""
    unit = work.db.get(Eining, eining_id)
    if unit is None or not work.has(right, unit.id):
        raise NotFound
    return unit


def choices(work: Work, right: Right) -> dict[str, str]:
    """The active units I hold the right on, in the order of the tree, for a select: id → indented name."""
    reached = work.units(right)
    units = [
        unit for unit in work.db.scalars(select(Eining).order_by(Eining.kode)) if unit.id in reached and unit.is_active(work.today)
    ]
    return {str(unit.id): "\u2003" * depth + unit.namn for unit, depth in _in_order(units)}


@dataclass(frozen=True)
class Change:
    """One row of a unit's history, and who did it."""

    row: EiningHistorie
    kven: str


def history(work: Work, unit: Eining) -> list[Change]:
    """What the unit was before, the newest first."""
    rows = work.db.execute(
        select(EiningHistorie, Person.namn)
        .outerjoin(Person, Person.id == EiningHistorie.person_id)
        .where(EiningHistorie.eining_id == unit.id)
        .order_by(EiningHistorie.id.desc())
    )
    return [Change(row, namn or "") for row, namn in rows]


def people_of(work: Work, unit: Eining, limit: int = 300) -> list[Person]:
    """Those who work in the unit and those below it, for choosing a leader."""
    below = select(Eining.id).where(Eining.sti.startswith(unit.sti, autoescape=False))
    places = select(PersonEining.person_id).where(PersonEining.eining_id.in_(below))
    return list(
        work.db.scalars(
            select(Person).where(Person.id.in_(places), Person.deaktivert.is_(False)).order_by(Person.namn, Person.id).limit(limit)
        )
    )
