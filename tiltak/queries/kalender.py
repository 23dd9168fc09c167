"""The measures in a person's calendar, with her rights as they are when it is fetched."""

from dataclasses import replace
from typing import Final

from sqlalchemy import and_, or_, select

from kjerne.access import Right
from kjerne.errors import NotFound
from kjerne.fullmakt import load_grants
from kjerne.models import Person
from kjerne.work import Work
from tiltak.models import Kalenderlenkje, Tiltak

#: A calendar with more entries than this helps nobody.
MOST: Final = 500


def link_of(work: Work) -> Kalenderlenkje | None:
    """Her own address, if she has made one."""
    return work.db.scalars(select(Kalenderlenkje).where(Kalenderlenkje.person_id == work.me.id)).one_or_none()


def as_owner(work: Work, hashed: str) -> tuple[Work, Kalenderlenkje]:
    """The work of the person an address belongs to. Raises `NotFound` for an unknown one, and when she may not log in."""
    link = work.db.scalars(select(Kalenderlenkje).where(Kalenderlenkje.hash == hashed)).one_or_none()
    person = work.db.get(Person, link.person_id) if link else None
    if link is None or person is None or person.deaktivert or not person.is_employed(work.today):
        raise NotFound
    return replace(work, person=person, grants=load_grants(work.db, person.id, work.today)), link


def entries(work: Work, *, einingar: bool) -> list[Tiltak]:
    """Her own open measures by deadline; with `einingar` also those of the units where she follows up, not shielded ones."""
    mine = Tiltak.ansvarleg_id == work.me.id
    units = work.units(Right.TILTAK_SKRIV)
    wanted = or_(mine, and_(Tiltak.eining_id.in_(units), Tiltak.skjerma.is_(False))) if einingar and units else mine
    query = select(Tiltak).where(Tiltak.avslutta.is_(False), wanted).order_by(Tiltak.frist, Tiltak.id).limit(MOST)
    return list(work.db.scalars(query))
