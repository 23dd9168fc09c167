"""The one door to measures. Fetching is authorising: nothing here finds a measure the person may not see."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from kjerne.access import Right
from kjerne.errors import NotFound
from kjerne.models import Person
from kjerne.work import Work
from tiltak.models import Tiltak, TiltakAvheng, TiltakHending, TiltakOpphav
from tiltak.rules import Hat


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


def names(db: Session, ids: set[int]) -> dict[int, str]:
    """The names of some persons. One query."""
    return {row.id: row.namn for row in db.execute(select(Person.id, Person.namn).where(Person.id.in_(ids)))}


def may_order(work: Work, tiltak: Tiltak) -> bool:
    """Whether she may move it in the order: it is open, not shielded, and hers to follow up in that unit."""
    return not tiltak.skjerma and not tiltak.avslutta and work.has(Right.TILTAK_SKRIV, tiltak.eining_id)


def waited_for(db: Session, tiltak_id: int) -> frozenset[int]:
    """All measures this one waits for, by however many steps. One recursive query; ends also when there is a circle."""
    first = select(TiltakAvheng.ventar_pa_id).where(TiltakAvheng.tiltak_id == tiltak_id).cte("ventar", recursive=True)
    further = select(TiltakAvheng.ventar_pa_id).join(first, TiltakAvheng.tiltak_id == first.c.ventar_pa_id)
    return frozenset(db.scalars(select(first.union(further).c.ventar_pa_id)))


def ahead(work: Work, tiltak_id: int) -> Sequence[Tiltak]:
    """The measures this one waits for directly, of those she sees."""
    waits = select(TiltakAvheng.ventar_pa_id).where(TiltakAvheng.tiltak_id == tiltak_id)
    return work.db.scalars(select(Tiltak).where(Tiltak.id.in_(waits), visible(work)).order_by(Tiltak.id)).all()


def behind(work: Work, tiltak_id: int) -> Sequence[Tiltak]:
    """The measures that wait for this one directly, of those she sees."""
    waiting = select(TiltakAvheng.tiltak_id).where(TiltakAvheng.ventar_pa_id == tiltak_id)
    return work.db.scalars(select(Tiltak).where(Tiltak.id.in_(waiting), visible(work)).order_by(Tiltak.id)).all()
