"""Employees who have left: whose time is out, and what still keeps some of them."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import or_, select

from administrasjon.events import SluttaSpurd
from kjerne.access import Right
from kjerne.i18n import Lazy
from kjerne.i18n import lazy as _l
from kjerne.innstilling import settings
from kjerne.models import Eining, Person, PersonEining
from kjerne.work import Work

#: What a person who has lost her name has for an employee number: nobody else's begins so.
MARK = "slutta-"
LEADS = _l("einingar med leiar- eller stedfortredaransvar")


@dataclass(frozen=True)
class Slutta:
    """Somebody who has left, the day from which her name can go, and what keeps her (empty: nothing)."""

    person: Person
    fra: date
    hald: list[tuple[Lazy, int]]


def left(work: Work, *, until: date) -> list[Person]:
    """Those whose employment ended on that day or before and who still have their names."""
    query = select(Person).where(Person.tilsett_til <= until, Person.ansattnr.not_like(f"{MARK}%"))
    return list(work.db.scalars(query.order_by(Person.tilsett_til, Person.id)))


def wait_days(work: Work) -> int:
    """How many days a name stays after the employment has ended: the municipality's setting."""
    return int(settings(work.db)["slutta_dagar"])


def kept(work: Work, people: list[Person]) -> dict[int, list[tuple[Lazy, int]]]:
    """What keeps each of them: units they lead, and what the packages above answer."""
    ids = [person.id for person in people]
    asked = SluttaSpurd(ids)
    units = work.db.execute(
        select(Eining.leiar_id, Eining.stedfortredar_id).where(
            or_(Eining.leiar_id.in_(ids), Eining.stedfortredar_id.in_(ids)),
            or_(Eining.gjeld_til.is_(None), Eining.gjeld_til >= work.today),
        )
    ).all()
    for person_id in ids:
        count = sum(person_id in row for row in units)
        if count:
            asked.keep(person_id, LEADS, count)
    if ids:
        work.announce(asked)
    return asked.hald


def list_left(work: Work) -> list[Slutta]:
    """Those who have left the units this person sees employees of, oldest first."""
    days = timedelta(days=wait_days(work))
    people = left(work, until=work.today - timedelta(days=1))
    units = work.units(Right.PERSON_LES)
    placed = select(PersonEining.person_id).where(PersonEining.eining_id.in_(units))
    mine = set(work.db.scalars(placed))
    seen = [person for person in people if person.id in mine]
    hold = kept(work, seen)
    return [Slutta(person, person.tilsett_til + days, hold.get(person.id, [])) for person in seen if person.tilsett_til]
