"""Who gets a case: by rule, never chosen by the reporter (domene 3.7: the nearest leader of the place it happened)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from kjerne import asked
from kjerne.access import Right, Rolle, roles_with
from kjerne.db import row_of
from kjerne.einingar import tree
from kjerne.models import Eining, Person, Tilgang
from kjerne.work import Work


@dataclass(frozen=True)
class Mottakar:
    """Who has the case: the person, the unit she answers for, and whether she stands in for somebody. Read only."""

    person: Person
    eining: Eining
    stedfortredar: bool


def _fit(person: Person, today: date, excluded: frozenset[int]) -> bool:
    return person.id not in excluded and person.is_employed(today) and not person.is_away(today)


_COLUMNS: Final = tuple(Person.__table__.c)
_PAIR: Final = select(*_COLUMNS).where(Person.id.in_((bindparam("leader"), bindparam("deputy"))))


def _pair(db: Session, eining: Eining) -> Iterator[tuple[Person, bool]]:
    """The leader and the deputy of a unit, and whether it is the deputy; read only: the rows belong to no session."""
    if eining.leiar_id is None and eining.stedfortredar_id is None:
        return
    rows = {row.id: row for row in asked.fixed(db, _PAIR, leader=eining.leiar_id, deputy=eining.stedfortredar_id)}
    for person_id, is_deputy in ((eining.leiar_id, False), (eining.stedfortredar_id, True)):
        row = rows.get(person_id)
        if row is not None:
            yield row_of(Person, row), is_deputy


def find_mottakar(db: Session, eining: Eining, today: date, excluded: frozenset[int] = frozenset()) -> Mottakar | None:
    """The active leader of the unit; away or none: her deputy; else the next up. `excluded` may not have it.

    When the whole line is empty: a quality coordinator of the top. None only when the municipality has nobody.
    """
    step: Eining | None = eining
    while step is not None:
        for person, is_deputy in _pair(db, step):
            if _fit(person, today, excluded):
                return Mottakar(person, step, is_deputy)
        step = tree(db).einingar[step.overordna_id] if step.overordna_id is not None else None
    for rolle in roles_with(Right.AVVIK_LUKK_ALVORLEG):
        for person in holders(db, eining, rolle, today):
            if _fit(person, today, excluded):
                return Mottakar(person, eining, stedfortredar=True)
    return None


def holders(db: Session, eining: Eining, rolle: Rolle, today: date) -> list[Person]:
    """The active holders of a role for a unit: given on it or on a unit above it."""
    above = [int(part) for part in eining.sti.split("/") if part]
    found = db.scalars(
        select(Person)
        .join(Tilgang, Tilgang.person_id == Person.id)
        .where(
            Tilgang.rolle == rolle.value,
            Tilgang.eining_id.in_(above),
            Tilgang.gjeld_fra <= today,
            or_(Tilgang.gjeld_til.is_(None), Tilgang.gjeld_til >= today),
        )
        .order_by(Person.id)
        .distinct()
    )
    return [person for person in found if person.is_employed(today)]


def concerned_leaders(db: Session, einingar: list[Eining]) -> frozenset[int]:
    """The leaders and deputies of units: whom "saka gjeld leiaren min" is about."""
    return frozenset(person_id for eining in einingar for person_id in (eining.leiar_id, eining.stedfortredar_id) if person_id)


def handlers_for(work: Work, eining: Eining) -> list[Person]:
    """Who may be given the case: those who today have the right to handle in the unit's line, and the unit's deputy."""
    above = [int(part) for part in eining.sti.split("/") if part]
    found = work.db.scalars(
        select(Person)
        .join(Tilgang, Tilgang.person_id == Person.id)
        .where(
            Tilgang.eining_id.in_(above),
            Tilgang.rolle.in_([rolle.value for rolle in roles_with(Right.AVVIK_BEHANDLE)]),
            Tilgang.gjeld_fra <= work.today,
            or_(Tilgang.gjeld_til.is_(None), Tilgang.gjeld_til >= work.today),
        )
        .distinct()
    ).all()
    people = {person.id: person for person in found if person.is_employed(work.today)}
    deputy = work.db.get(Person, eining.stedfortredar_id) if eining.stedfortredar_id else None
    if deputy and deputy.is_employed(work.today):
        people[deputy.id] = deputy
    return sorted(people.values(), key=lambda person: person.namn)
