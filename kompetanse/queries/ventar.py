"""What waits for a leader, a page at a time: evidence to confirm, what goes out, and what asked for training. Pages by keyset."""

from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import and_, func, or_, select

from kjerne.access import Right
from kjerne.models import Eining, Fil, Person, PersonEining
from kjerne.work import Work
from kompetanse.models import Kompetanse, Kompetansebevis
from kompetanse.queries.kart import employed
from kompetanse.queries.personar import confirmable
from kompetanse.rules import Status

PAGE = 50
#: What went out this long ago and was not renewed still stands on the list.
LATE = timedelta(days=30)


class Ventande(NamedTuple):
    """A self-assessment with who and which, and its file."""

    bevis: Kompetansebevis
    kompetanse: Kompetanse
    person: Person
    fil: Fil | None


class Utlop(NamedTuple):
    """A competence of somebody that goes out, or went out, and is not renewed."""

    person_id: int
    namn: str
    eining_id: int
    eining: str
    kompetanse: Kompetanse
    til: date

    @property
    def cursor(self) -> str:
        """Where the next page begins, as an address holds it."""
        return f"{self.til.isoformat()}.{self.person_id}.{self.kompetanse.id}.{self.eining_id}"


class Cursor(NamedTuple):
    """The last line of the page before."""

    til: date
    person_id: int
    kompetanse_id: int
    eining_id: int


def read_cursor(raw: str) -> Cursor | None:
    """A cursor from the address; nonsense counts as none."""
    day, *numbers = raw.split(".")
    try:
        til = date.fromisoformat(day)
    except ValueError:
        return None
    if len(numbers) != 3 or not all(one.isascii() and one.isdigit() and len(one) < 10 for one in numbers):
        return None
    return Cursor(til, *(int(one) for one in numbers))


def waiting(work: Work, after: int | None = None, limit: int = PAGE + 1) -> list[Ventande]:
    """The self-assessments she may judge, the first registered first, from the one after `after` on."""
    query = (
        select(Kompetansebevis, Kompetanse, Person, Fil)
        .join(Kompetanse, Kompetanse.id == Kompetansebevis.kompetanse_id)
        .join(Person, Person.id == Kompetansebevis.person_id)
        .outerjoin(Fil, and_(Fil.subjekt_type == "kompetansebevis", Fil.subjekt_id == Kompetansebevis.id))
        .where(Kompetansebevis.status == Status.SJOLV, confirmable(work))
        .order_by(Kompetansebevis.id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(Kompetansebevis.id > after)
    return [Ventande(*row) for row in work.db.execute(query)]


def expiring(work: Work, after: Cursor | None = None, days: int = 90, limit: int = PAGE + 1) -> list[Utlop]:
    """What goes out in her units within so many days, or went out in the last 30, and nobody has renewed. The soonest first."""
    today, units = work.today, work.units(Right.KOMPETANSE_LES)
    newest = (
        select(
            Kompetansebevis.person_id,
            Kompetansebevis.kompetanse_id,
            func.max(func.coalesce(Kompetansebevis.gyldig_til, date.max)).label("til"),
        )
        .where(
            Kompetansebevis.status == Status.STADFESTA,
            Kompetansebevis.person_id.in_(select(PersonEining.person_id).where(PersonEining.eining_id.in_(units))),
        )
        .group_by(Kompetansebevis.person_id, Kompetansebevis.kompetanse_id)
        .subquery()
    )
    place = (newest.c.til, Person.id, Kompetanse.id, Eining.id)
    query = (
        select(Person.id, Person.namn, Eining.id, Eining.namn, Kompetanse, newest.c.til)
        .join(newest, newest.c.person_id == Person.id)
        .join(Kompetanse, Kompetanse.id == newest.c.kompetanse_id)
        .join(PersonEining, and_(PersonEining.person_id == Person.id, PersonEining.eining_id.in_(units)))
        .join(Eining, Eining.id == PersonEining.eining_id)
        .where(newest.c.til.between(today - LATE, today + timedelta(days=days)), employed(today))
        .order_by(*place)
        .limit(limit)
    )
    if after is not None:
        query = query.where(
            or_(
                *(
                    and_(*(column == value for column, value in zip(place[:n], after[:n], strict=True)), place[n] > after[n])
                    for n in range(len(place))
                )
            )
        )
    return [Utlop(*row) for row in work.db.execute(query)]


__all__ = ["PAGE", "Cursor", "Utlop", "Ventande", "expiring", "read_cursor", "waiting"]
