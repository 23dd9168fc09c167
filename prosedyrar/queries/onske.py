"""Requests for revision: those of one document, those of one case above, and those nobody has taken."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, bindparam, func, or_, select
from sqlalchemy.orm import Session

from kjerne.access import Right
from kjerne.errors import NotFound
from kjerne.models import Eining
from kjerne.work import Work
from prosedyrar.models import Prosedyre, Revisjonsonske
from prosedyrar.rules import Onske


def visible_requests(work: Work) -> ColumnElement[bool]:
    """The requests she may see: to documents she owns or writes, to her units, and those she sent."""
    units = work.units(Right.PROSEDYRE_SKRIV)
    mine = select(Prosedyre.id).where(or_(Prosedyre.eigar_id == work.me.id, Prosedyre.eining_id.in_(units)))
    to_unit = Revisjonsonske.prosedyre_id.is_(None) & Revisjonsonske.eining_id.in_(units)
    return or_(Revisjonsonske.prosedyre_id.in_(mine), to_unit, Revisjonsonske.bedd_av_id == work.me.id)


def get_onske(work: Work, onske_id: int) -> Revisjonsonske:
    """The request, if she may see it."""
    found = work.db.scalar(select(Revisjonsonske).where(Revisjonsonske.id == onske_id, visible_requests(work)))
    if found is None:
        raise NotFound
    return found


def of_document(work: Work, prosedyre_id: int) -> Sequence[Revisjonsonske]:
    """The requests to one document that she may see, newest first."""
    query = select(Revisjonsonske).where(Revisjonsonske.prosedyre_id == prosedyre_id, visible_requests(work))
    return work.db.scalars(query.order_by(Revisjonsonske.id.desc()).limit(100)).all()


_OF_ORIGIN: Final = (
    select(Revisjonsonske)
    .where(Revisjonsonske.opphav_type == bindparam("type"), Revisjonsonske.opphav_id == bindparam("origin"))
    .order_by(Revisjonsonske.id)
)


def of_origin(db: Session, opphav_type: str, opphav_id: int) -> Sequence[Revisjonsonske]:
    """All requests of one case, oldest first. For the package above, whose page has already authorised."""
    return db.scalars(_OF_ORIGIN, {"type": opphav_type, "origin": opphav_id}).all()


def unanswered(work: Work) -> ColumnElement[bool]:
    """Those that wait for somebody who may write: to her documents, or for a new one in her units."""
    units = work.units(Right.PROSEDYRE_SKRIV)
    owned = select(Prosedyre.id).where(Prosedyre.eigar_id == work.me.id)
    for_new = Revisjonsonske.prosedyre_id.is_(None) & Revisjonsonske.eining_id.in_(units)
    return (Revisjonsonske.tilstand == Onske.OPEN) & or_(Revisjonsonske.prosedyre_id.in_(owned), for_new)


def waiting_count(work: Work) -> int:
    """How many requests wait for her."""
    return work.db.scalar(select(func.count()).select_from(Revisjonsonske).where(unanswered(work))) or 0


def waiting(work: Work) -> list[tuple[Revisjonsonske, str, str]]:
    """Open requests she may answer, oldest first: each with its document's title (empty: a new one) and its unit's name."""
    units = work.units(Right.PROSEDYRE_SKRIV)
    mine = or_(Prosedyre.eigar_id == work.me.id, Prosedyre.eining_id.in_(units))
    for_new = Revisjonsonske.prosedyre_id.is_(None) & Revisjonsonske.eining_id.in_(units)
    query = (
        select(Revisjonsonske, Prosedyre.tittel, Eining.namn)
        .outerjoin(Prosedyre, Prosedyre.id == Revisjonsonske.prosedyre_id)
        .join(Eining, Eining.id == Revisjonsonske.eining_id)
        .where(Revisjonsonske.tilstand == Onske.OPEN, or_(mine, for_new))
        .order_by(Revisjonsonske.laga, Revisjonsonske.id)
        .limit(200)
    )
    return [(onske, tittel or "", namn) for onske, tittel, namn in work.db.execute(query)]
