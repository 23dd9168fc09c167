"""What can be read of measures. Fetching is authorising: nothing here finds a measure the person may not see."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from kjerne.access import Right
from kjerne.errors import NotFound
from kjerne.models import Eining, Person, PersonEining
from kjerne.work import Work
from tiltak.models import Tiltak, TiltakHending, TiltakOpphav
from tiltak.rules import OPEN, SETTLED, UNSETTLED, Hat, Status, Utval

PAGE = 50


def visible(work: Work) -> ColumnElement[bool]:
    """The measures this person may see: her own, those she follows up, and her units' own that are not shielded."""
    me = work.me.id
    return or_(
        Tiltak.ansvarleg_id == me,
        Tiltak.laga_av_id == me,
        and_(Tiltak.eining_id.in_(work.units(Right.TILTAK_LES)), Tiltak.skjerma.is_(False)),
    )


def get_tiltak(work: Work, tiltak_id: int) -> Tiltak:
    """The measure, if this person may see it. Raises `NotFound` both when it is hidden and when there is none."""
    found = work.db.scalars(select(Tiltak).where(Tiltak.id == tiltak_id, visible(work))).one_or_none()
    if found is None:
        raise NotFound
    return found


def sees_all(work: Work, tiltak: Tiltak) -> bool:
    """Whether she sees more than title and deadline: not when it is shielded and she only carries it out."""
    return not tiltak.skjerma or tiltak.laga_av_id == work.me.id


def hats(work: Work, tiltak: Tiltak) -> frozenset[Hat]:
    """What this person is to the measure. Nobody accepts her own work, unless nobody else is there to do it (`rules.Hat`).

    For a caller that already let her see the measure; a shielded one is followed up by whoever made it, and by those who
    reach it through its case.
    """
    me, may_write = work.me.id, work.has(Right.TILTAK_SKRIV, tiltak.eining_id)
    made_it = tiltak.laga_av_id == me
    if tiltak.ansvarleg_id == me:
        return frozenset({Hat.SJOLV if may_write and (made_it or not tiltak.skjerma) else Hat.EIGAR})
    return frozenset({Hat.OPPFOLGJAR}) if may_write or (made_it and tiltak.skjerma) else frozenset()


def of_origin(db: Session, slag: str, ref_id: int) -> Sequence[Tiltak]:
    """All measures that came from one case, oldest first. For the package above, whose page has already authorised."""
    return db.scalars(
        select(Tiltak)
        .join(TiltakOpphav, TiltakOpphav.tiltak_id == Tiltak.id)
        .where(TiltakOpphav.slag == slag, TiltakOpphav.ref_id == ref_id)
        .order_by(Tiltak.id)
    ).all()


def origins(db: Session, tiltak_id: int) -> Sequence[TiltakOpphav]:
    """Where a measure came from, oldest first. Draw the name only of those that are `synleg`."""
    return db.scalars(select(TiltakOpphav).where(TiltakOpphav.tiltak_id == tiltak_id).order_by(TiltakOpphav.id)).all()


def history(db: Session, tiltak_id: int) -> Sequence[TiltakHending]:
    """The measure's history, oldest first."""
    return db.scalars(select(TiltakHending).where(TiltakHending.tiltak_id == tiltak_id).order_by(TiltakHending.id)).all()


class Row(NamedTuple):
    """One line of the list, in one query with its names."""

    tiltak: Tiltak
    ansvarleg: str
    eining: str


class Filter(NamedTuple):
    """What the list is narrowed to; None: not narrowed."""

    status: Status | None = None
    eining_id: int | None = None
    ansvarleg_id: int | None = None


class Cursor(NamedTuple):
    """The last line of the page before: 0 for my own and 1 for others, its deadline, its number."""

    rank: int
    frist: date
    id: int


def waits(work: Work) -> ColumnElement[bool]:
    """What this person must do something with: her own that are open or due for judging, and what she may accept."""
    me = work.me.id
    mine = Tiltak.ansvarleg_id == me
    accepts = or_(
        Tiltak.eining_id.in_(work.units(Right.TILTAK_SKRIV)),
        and_(Tiltak.laga_av_id == me, Tiltak.skjerma.is_(True)),
    )
    return or_(
        and_(mine, Tiltak.status.in_(OPEN)),
        and_(mine, Tiltak.status == Status.UTFORT, Tiltak.effekt_frist <= work.today),
        and_(~mine, Tiltak.status == Status.VENTAR_GODKJENNING, accepts),
    )


def chosen(work: Work, utval: Utval) -> ColumnElement[bool]:
    """The rows of one tab."""
    tabs: dict[Utval, ColumnElement[bool]] = {
        Utval.OPNE: Tiltak.status.in_(UNSETTLED),
        Utval.VENTAR: waits(work),
        Utval.OVER: and_(Tiltak.status.in_(OPEN), Tiltak.frist < work.today),
        Utval.AVSLUTTA: Tiltak.status.in_(SETTLED),
        Utval.ALLE: Tiltak.id.is_not(None),
    }
    return tabs[utval]


def _narrowed(work: Work, narrow: Filter) -> list[ColumnElement[bool]]:
    parts = [visible(work)]
    if narrow.status is not None:
        parts.append(Tiltak.status == narrow.status)
    if narrow.eining_id is not None:
        parts.append(Tiltak.eining_id == narrow.eining_id)
    if narrow.ansvarleg_id is not None:
        parts.append(Tiltak.ansvarleg_id == narrow.ansvarleg_id)
    return parts


def listing(work: Work, utval: Utval, narrow: Filter, after: Cursor | None = None) -> Select[Tiltak, str, str]:
    """The list: my own first, then by deadline. `after` is where the page before ended (keyset, no page numbers)."""
    rank = case((Tiltak.ansvarleg_id == work.me.id, 0), else_=1)
    query = (
        select(Tiltak, Person.namn, Eining.namn)
        .join(Person, Person.id == Tiltak.ansvarleg_id)
        .join(Eining, Eining.id == Tiltak.eining_id)
        .where(*_narrowed(work, narrow), chosen(work, utval))
        .order_by(rank, Tiltak.frist, Tiltak.id)
    )
    if after is not None:
        later = or_(Tiltak.frist > after.frist, and_(Tiltak.frist == after.frist, Tiltak.id > after.id))
        query = query.where(or_(rank > after.rank, and_(rank == after.rank, later)))
    return query


def counts(work: Work, narrow: Filter) -> dict[Utval, int]:
    """How many each tab holds. One query."""
    sums = [func.coalesce(func.sum(case((chosen(work, utval), 1), else_=0)), 0) for utval in Utval]
    row = work.db.execute(select(*sums).where(*_narrowed(work, narrow))).one()
    return dict(zip(Utval, row, strict=True))


def waiting_count(work: Work) -> int:
    """How many measures wait for this person: the number on the menu, from the tab's own query."""
    return work.db.scalar(select(func.count()).where(visible(work), waits(work))) or 0


def owners(work: Work) -> Sequence[tuple[int, str]]:
    """Who owns a measure this person may see."""
    rows = work.db.execute(
        select(Person.id, Person.namn).where(Person.id.in_(select(Tiltak.ansvarleg_id).where(visible(work)))).order_by(Person.namn)
    )
    return [(id_, namn) for id_, namn in rows]


def units(work: Work, right: Right) -> Sequence[tuple[int, str]]:
    """The units in force today where a right is held, by the tree's order."""
    today = work.today
    rows = work.db.execute(
        select(Eining.id, Eining.namn)
        .where(
            Eining.id.in_(work.units(right)),
            Eining.gjeld_fra <= today,
            or_(Eining.gjeld_til.is_(None), Eining.gjeld_til >= today),
        )
        .order_by(Eining.sti)
    )
    return [(id_, namn) for id_, namn in rows]


def candidates(work: Work) -> dict[str, list[tuple[int, str]]]:
    """Whom she may give a measure: those who work in her units today, by unit."""
    today = work.today
    rows = work.db.execute(
        select(Eining.namn, Person.id, Person.namn)
        .join(PersonEining, PersonEining.eining_id == Eining.id)
        .join(Person, Person.id == PersonEining.person_id)
        .where(
            Eining.id.in_(work.units(Right.TILTAK_SKRIV)),
            Person.deaktivert.is_(False),
            Person.tilsett_fra <= today,
            or_(Person.tilsett_til.is_(None), Person.tilsett_til >= today),
        )
        .order_by(Eining.sti, Person.namn)
    )
    found: dict[str, list[tuple[int, str]]] = {}
    for unit, id_, namn in rows:
        found.setdefault(unit, []).append((id_, namn))
    return found


def names(db: Session, ids: set[int]) -> dict[int, str]:
    """The names of some persons. One query."""
    return {row.id: row.namn for row in db.execute(select(Person.id, Person.namn).where(Person.id.in_(ids)))}


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
