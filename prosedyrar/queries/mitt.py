"""What waits for one person in the library, and the units of the house: for her front page and her lists."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from kjerne.access import Right
from kjerne.models import Eining
from kjerne.work import Work
from prosedyrar.models import Prosedyre, ProsedyreHending, ProsedyreVersjon
from prosedyrar.rules import PAMINNING_DAGAR, Tilstand


def units_in_force(work: Work) -> Sequence[tuple[int, str]]:
    """All units of today, the highest first."""
    query = select(Eining.id, Eining.namn).where(or_(Eining.gjeld_til.is_(None), Eining.gjeld_til >= work.today))
    return [(id_, namn) for id_, namn in work.db.execute(query.order_by(func.length(Eining.sti), Eining.namn))]


def subtree(db: Session, top: Eining) -> frozenset[int]:
    """Ids of a unit and all under it."""
    return frozenset(db.scalars(select(Eining.id).where(Eining.sti.startswith(top.sti, autoescape=True))))


def waits_for_approval(work: Work) -> ColumnElement[bool]:
    """Versions that wait for approval where she may approve, and that she has not written in."""
    wrote = select(ProsedyreHending.versjon_id).where(
        ProsedyreHending.person_id == work.me.id,
        ProsedyreHending.slag.in_(("laga", "endra")),
        ProsedyreHending.versjon_id.is_not(None),
    )
    there = select(Prosedyre.id).where(Prosedyre.eining_id.in_(work.units(Right.PROSEDYRE_GODKJENN)))
    return and_(
        ProsedyreVersjon.tilstand == Tilstand.TIL_GODKJENNING,
        ProsedyreVersjon.prosedyre_id.in_(there),
        ProsedyreVersjon.forfattar_id != work.me.id,
        ProsedyreVersjon.id.not_in(wrote),
    )


def approval_count(work: Work) -> int:
    """How many versions wait for her approval."""
    return work.db.scalar(select(func.count(ProsedyreVersjon.id)).where(waits_for_approval(work))) or 0


def to_revise(work: Work) -> Sequence[tuple[Prosedyre, str]]:
    """Valid documents she owns, or of a unit she leads, whose revision deadline is within 60 days or has passed.

    Each with its unit's name, the earliest deadline first.
    """
    query = (
        select(Prosedyre, Eining.namn).join(Eining, Eining.id == Prosedyre.eining_id).where(_to_revise(work, PAMINNING_DAGAR[0]))
    )
    rows = work.db.execute(query.order_by(Prosedyre.revisjonsfrist, Prosedyre.id).limit(200))
    return [(prosedyre, namn) for prosedyre, namn in rows]


def _to_revise(work: Work, days: int) -> ColumnElement[bool]:
    leads = select(Eining.id).where(or_(Eining.leiar_id == work.me.id, Eining.stedfortredar_id == work.me.id))
    has_valid = select(ProsedyreVersjon.prosedyre_id).where(ProsedyreVersjon.tilstand == Tilstand.GYLDIG)
    return and_(
        or_(Prosedyre.eigar_id == work.me.id, Prosedyre.eining_id.in_(leads)),
        Prosedyre.revisjonsfrist <= work.today + timedelta(days=days),
        Prosedyre.id.in_(has_valid),
    )


def overdue_count(work: Work) -> int:
    """How many of them have passed their deadline."""
    return work.db.scalar(select(func.count(Prosedyre.id)).where(_to_revise(work, -1))) or 0
