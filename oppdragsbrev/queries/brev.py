"""Who sees which letter, and a letter's own text. Fetching is authorising.

A draft is for those who write there, a sent letter for those who read in a receiving unit, and for whoever a bullet was given to.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from kjerne.access import Right
from kjerne.errors import NotFound
from kjerne.models import Eining, Person, PersonEining
from kjerne.work import Work
from oppdragsbrev.models import (
    Brevhending,
    Brevkule,
    Brevmal,
    Brevmottak,
    Brevpunkt,
    Brevsvar,
    Brevutgave,
    Oppdragsbrev,
    Punktmottak,
)
from oppdragsbrev.rules import Brevtilstand

SUBJECT = "oppdragsbrev"
#: The line of the whole letter's history that tells of a sending; each unit has its own.
SENT_OUT = "utsendt"


@dataclass(frozen=True)
class Punktkuler:
    """A point with its bullets, in order; what was taken out is left out."""

    punkt: Brevpunkt
    kuler: list[Brevkule]


def works_in(person_id: int, eining: type[Eining]) -> ColumnElement[bool]:
    """Whether a person is employed in a unit or below it."""
    place = aliased(Eining)
    return exists(
        select(PersonEining.person_id)
        .join(place, place.id == PersonEining.eining_id)
        .where(PersonEining.person_id == person_id, place.sti.startswith(eining.sti, autoescape=False))
    )


def given_to_me(work: Work) -> Select[int]:
    """Ids of the answers that were given to her, in units where she still works, of letters that were sent."""
    return (
        select(Brevsvar.id)
        .join(Punktmottak, Punktmottak.id == Brevsvar.punktmottak_id)
        .join(Brevmottak, Brevmottak.id == Punktmottak.mottak_id)
        .join(Eining, Eining.id == Brevmottak.eining_id)
        .where(Brevsvar.delegert_til_id == work.me.id, Brevmottak.sendt.is_not(None), works_in(work.me.id, Eining))
    )


def visible(work: Work) -> Select[Oppdragsbrev]:
    """The letters she may see something of: the one door."""
    read = select(Brevmottak.brev_id).where(Brevmottak.eining_id.in_(work.units(Right.BREV_LES)), Brevmottak.sendt.is_not(None))
    given = (
        select(Brevmottak.brev_id)
        .join(Punktmottak, Punktmottak.mottak_id == Brevmottak.id)
        .join(Brevsvar, Brevsvar.punktmottak_id == Punktmottak.id)
        .where(Brevsvar.id.in_(given_to_me(work)))
    )
    return select(Oppdragsbrev).where(
        or_(
            Oppdragsbrev.eining_id.in_(work.units(Right.BREV_SKRIV)),
            and_(Oppdragsbrev.status != Brevtilstand.KLADD, or_(Oppdragsbrev.id.in_(read), Oppdragsbrev.id.in_(given))),
        )
    )


def letters(work: Work) -> list[Oppdragsbrev]:
    """All letters she may see something of, newest year first."""
    return list(work.db.scalars(visible(work).order_by(Oppdragsbrev.aar.desc(), Oppdragsbrev.id.desc())))


def get_brev(work: Work, brev_id: int) -> Oppdragsbrev:
    """A letter she may see something of, else `NotFound`."""
    found = work.db.scalars(visible(work).where(Oppdragsbrev.id == brev_id)).one_or_none()
    if found is None:
        raise NotFound
    return found


def writes(work: Work, brev: Oppdragsbrev) -> bool:
    """Whether she directs it: writes, issues, accepts."""
    return work.has(Right.BREV_SKRIV, brev.eining_id)


def get_own(work: Work, brev_id: int) -> Oppdragsbrev:
    """A letter she directs, else `NotFound`."""
    brev = get_brev(work, brev_id)
    if not writes(work, brev):
        raise NotFound
    return brev


def get_open(work: Work, brev_id: int) -> Oppdragsbrev:
    """A letter she directs that is not ended, else `NotFound`."""
    brev = get_own(work, brev_id)
    if brev.status == Brevtilstand.AVSLUTTA:
        raise NotFound
    return brev


def in_force(work: Work) -> Oppdragsbrev | None:
    """The newest letter that is sent and not ended, read in some unit of hers."""
    query = visible(work).where(Oppdragsbrev.status == Brevtilstand.SENDT)
    return work.db.scalars(query.order_by(Oppdragsbrev.aar.desc(), Oppdragsbrev.id.desc()).limit(1)).first()


def seat(work: Work) -> Eining:
    """The unit she writes from: the topmost where she may. `NotFound` when she may nowhere."""
    found = work.db.scalars(
        select(Eining).where(Eining.id.in_(work.units(Right.BREV_SKRIV))).order_by(func.length(Eining.sti), Eining.id).limit(1)
    ).first()
    if found is None:
        raise NotFound
    return found


def points_of(work: Work, owner: Brevmal | Oppdragsbrev) -> list[Punktkuler]:
    """The points of a template or letter with their bullets. Two queries."""
    column = Brevpunkt.mal_id if isinstance(owner, Brevmal) else Brevpunkt.brev_id
    points = list(
        work.db.scalars(
            select(Brevpunkt).where(column == owner.id, Brevpunkt.fjerna.is_(False)).order_by(Brevpunkt.nr, Brevpunkt.id)
        )
    )
    bullets = work.db.scalars(
        select(Brevkule)
        .where(Brevkule.punkt_id.in_([point.id for point in points]), Brevkule.fjerna.is_(False))
        .order_by(Brevkule.nr, Brevkule.id)
    )
    by_point: dict[int, list[Brevkule]] = {}
    for bullet in bullets:
        by_point.setdefault(bullet.punkt_id, []).append(bullet)
    return [Punktkuler(point, by_point.get(point.id, [])) for point in points]


def templates(work: Work) -> list[tuple[Brevmal, int]]:
    """The templates in use with how many bullets each has, by name. For those who write letters."""
    if not work.has(Right.BREV_SKRIV):
        raise NotFound
    rows = work.db.execute(
        select(Brevmal, func.count(Brevkule.id))
        .outerjoin(Brevpunkt, and_(Brevpunkt.mal_id == Brevmal.id, Brevpunkt.fjerna.is_(False)))
        .outerjoin(Brevkule, and_(Brevkule.punkt_id == Brevpunkt.id, Brevkule.fjerna.is_(False)))
        .where(Brevmal.gjeld.is_(True))
        .group_by(Brevmal.id)
        .order_by(Brevmal.laga_av_id.is_not(None), Brevmal.namn, Brevmal.id)
    )
    return [(row, count) for row, count in rows]


def get_template(work: Work, mal_id: int) -> Brevmal:
    """A template in use, else `NotFound`."""
    found = next((row for row, _count in templates(work) if row.id == mal_id), None)
    if found is None:
        raise NotFound
    return found


def receivers(work: Work, brev: Oppdragsbrev) -> list[tuple[Brevmottak, Eining]]:
    """The units that get a letter, as far as she reads them; who directs it sees all, also those chosen but not issued to."""
    query = (
        select(Brevmottak, Eining)
        .join(Eining, Eining.id == Brevmottak.eining_id)
        .where(Brevmottak.brev_id == brev.id)
        .order_by(Eining.sti)
    )
    if not writes(work, brev):
        query = query.where(Brevmottak.eining_id.in_(work.units(Right.BREV_LES)), Brevmottak.sendt.is_not(None))
    return [(row, unit) for row, unit in work.db.execute(query)]


def units_to_choose(work: Work, brev: Oppdragsbrev) -> list[Eining]:
    """Active units under the one the letter is written from, where she may write, in the organisation's order."""
    top = work.db.get_one(Eining, brev.eining_id)
    rows = work.db.scalars(
        select(Eining)
        .where(Eining.sti.startswith(top.sti, autoescape=False), Eining.id.in_(work.units(Right.BREV_SKRIV)))
        .order_by(Eining.sti)
    )
    return [row for row in rows if row.is_active(work.today)]


def own_deadlines(work: Work, brev: Oppdragsbrev) -> dict[tuple[int, int], Punktmottak]:
    """(receiving, point) → what stands for it, in a draft only where the unit has a deadline of its own. One query."""
    rows = work.db.scalars(
        select(Punktmottak).join(Brevmottak, Brevmottak.id == Punktmottak.mottak_id).where(Brevmottak.brev_id == brev.id)
    )
    return {(row.mottak_id, row.punkt_id): row for row in rows}


def editions(work: Work, brev: Oppdragsbrev) -> list[tuple[Brevutgave, str]]:
    """The letter's editions, newest first, with who sent each."""
    rows = work.db.execute(
        select(Brevutgave, Person.namn)
        .join(Person, Person.id == Brevutgave.person_id)
        .where(Brevutgave.brev_id == brev.id)
        .order_by(Brevutgave.utgave.desc())
    )
    return [(row, namn) for row, namn in rows]


def history(work: Work, brev: Oppdragsbrev, mottak_id: int | None = None) -> list[tuple[Brevhending, str]]:
    """What was done with the letter, or with a unit's part of it together with the whole's, newest first."""
    whole = Brevhending.mottak_id.is_(None)
    mine = whole if mottak_id is None else or_(whole & (Brevhending.slag != SENT_OUT), Brevhending.mottak_id == mottak_id)
    rows = work.db.execute(
        select(Brevhending, Person.namn)
        .outerjoin(Person, Person.id == Brevhending.person_id)
        .where(Brevhending.brev_id == brev.id, mine)
        .order_by(Brevhending.id.desc())
    )
    return [(row, namn or "") for row, namn in rows]


def names(work: Work, ids: Iterable[int | None]) -> dict[int, str]:
    """The names of some persons. One query."""
    wanted = {one for one in ids if one is not None}
    rows = work.db.execute(select(Person.id, Person.namn).where(Person.id.in_(wanted)))
    return {id_: namn for id_, namn in rows}  # noqa: C416 - rows are no pairs to mypy


def staff_of(work: Work, eining: Eining) -> list[tuple[int, str]]:
    """Who works in a unit or below it today, by name: those a bullet may be given to."""
    place = aliased(Eining)
    rows = work.db.execute(
        select(Person.id, Person.namn)
        .join(PersonEining, PersonEining.person_id == Person.id)
        .join(place, place.id == PersonEining.eining_id)
        .where(place.sti.startswith(eining.sti, autoescape=False), *employed(work.today))
        .group_by(Person.id, Person.namn)
        .order_by(Person.namn)
    )
    return [(row, namn) for row, namn in rows]


def employed(today: date) -> tuple[ColumnElement[bool], ...]:
    """Employed that day and not disabled."""
    return (
        Person.deaktivert.is_(False),
        Person.tilsett_fra <= today,
        or_(Person.tilsett_til.is_(None), Person.tilsett_til >= today),
    )
