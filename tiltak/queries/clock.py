"""What the clock asks of measures: what to remind of, and whom what is late is lifted to."""

from datetime import date

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from kjerne.models import Eining, Person
from tiltak.models import Tiltak
from tiltak.rules import OPEN, Status


def due(today: date, soon: date, since: date) -> Select[Tiltak]:
    """What the clock must remind of: open with a deadline from `since` to `soon`, or done and due for judging."""
    return select(Tiltak).where(
        or_(
            and_(Tiltak.status.in_(OPEN), Tiltak.frist.between(since, soon)),
            and_(Tiltak.status == Status.UTFORT, Tiltak.effekt_frist.between(since, today)),
        )
    )


def responsible_leader(db: Session, eining_id: int, owner_id: int, today: date) -> Person | None:
    """The leader of the unit, or her deputy when she is away or the owner herself; else the next up."""
    here: int | None = eining_id
    while here is not None:
        unit = db.get(Eining, here)
        if unit is None:
            return None
        for person_id in (unit.leiar_id, unit.stedfortredar_id):
            person = db.get(Person, person_id) if person_id and person_id != owner_id else None
            if person is not None and person.is_employed(today) and not person.is_away(today):
                return person
        here = unit.overordna_id
    return None
