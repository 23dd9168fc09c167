"""Hearings: the one that runs, who is asked, what was said, and what still lacks an answer."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from kjerne import asked
from kjerne.errors import NotFound
from kjerne.models import Eining, Person, PersonEining, Tilgang
from kjerne.work import Work
from prosedyrar.models import Hoyring, HoyringDeltakar, HoyringMerknad, ProsedyreVersjon
from prosedyrar.queries.access import asked_in, belongs, visible
from prosedyrar.rules import Tilstand


def running(db: Session, versjon_id: int) -> Hoyring | None:
    """The hearing of a version that has not ended."""
    return db.scalar(select(Hoyring).where(Hoyring.versjon_id == versjon_id, Hoyring.avslutta.is_(None)))


def hearings(db: Session, versjon_id: int) -> Sequence[Hoyring]:
    """All hearings of a version, newest first."""
    return db.scalars(select(Hoyring).where(Hoyring.versjon_id == versjon_id).order_by(Hoyring.id.desc())).all()


def is_asked(work: Work, hoyring_id: int) -> bool:
    """Whether this person is among those asked."""
    query = select(HoyringDeltakar.id).where(HoyringDeltakar.hoyring_id == hoyring_id, asked_in(work)).limit(1)
    return work.db.scalar(query) is not None


def has_answered(work: Work, hoyring_id: int) -> bool:
    """Whether this person has said anything in it, also that she has nothing to add."""
    said = select(HoyringMerknad.id).where(HoyringMerknad.hoyring_id == hoyring_id, HoyringMerknad.person_id == work.me.id)
    return work.db.scalar(said.limit(1)) is not None


def participants(db: Session, hoyring_id: int) -> Sequence[tuple[str | None, str | None, str]]:
    """Those asked: a person's name, or a unit's name and a role's code (empty: everybody there)."""
    query = (
        select(Person.namn, Eining.namn, HoyringDeltakar.rolle)
        .outerjoin(Person, Person.id == HoyringDeltakar.person_id)
        .outerjoin(Eining, Eining.id == HoyringDeltakar.eining_id)
        .where(HoyringDeltakar.hoyring_id == hoyring_id)
        .order_by(HoyringDeltakar.id)
    )
    return [(person, unit, rolle) for person, unit, rolle in db.execute(query)]


def comments(db: Session, versjon_id: int) -> Sequence[HoyringMerknad]:
    """What was said to a version, oldest first, in the order of its hearings. For a reader who is let in already."""
    query = select(HoyringMerknad).join(Hoyring, Hoyring.id == HoyringMerknad.hoyring_id)
    return db.scalars(query.where(Hoyring.versjon_id == versjon_id).order_by(HoyringMerknad.id)).all()


def unanswered(db: Session, versjon_id: int) -> int:
    """How many comments to a version lack an answer."""
    query = select(func.count(HoyringMerknad.id)).join(Hoyring, Hoyring.id == HoyringMerknad.hoyring_id)
    return db.scalar(query.where(Hoyring.versjon_id == versjon_id, HoyringMerknad.svar.is_(None))) or 0


def get_comment(work: Work, merknad_id: int) -> tuple[HoyringMerknad, ProsedyreVersjon]:
    """A comment and the version it is about, when she may read that."""
    query = (
        select(HoyringMerknad, ProsedyreVersjon)
        .join(Hoyring, Hoyring.id == HoyringMerknad.hoyring_id)
        .join(ProsedyreVersjon, ProsedyreVersjon.id == Hoyring.versjon_id)
        .where(HoyringMerknad.id == merknad_id, visible(work))
    )
    row = work.db.execute(query).one_or_none()
    if row is None:
        raise NotFound
    return row[0], row[1]


def people(hoyring_id: int, day: date) -> Select[Person]:
    """Everybody who is asked: by name, by place of work, or by a role there that is in force."""
    row, place, work_unit, role_unit = aliased(HoyringDeltakar), aliased(Eining), aliased(Eining), aliased(Eining)
    by_name = select(row.person_id).where(row.hoyring_id == hoyring_id, row.person_id.is_not(None))
    by_place = (
        select(PersonEining.person_id)
        .join(work_unit, work_unit.id == PersonEining.eining_id)
        .join(place, work_unit.sti.startswith(place.sti, autoescape=False))
        .join(row, row.eining_id == place.id)
        .where(row.hoyring_id == hoyring_id, row.rolle == "")
    )
    by_role = (
        select(Tilgang.person_id)
        .join(role_unit, role_unit.id == Tilgang.eining_id)
        .join(place, role_unit.sti.startswith(place.sti, autoescape=False))
        .join(row, row.eining_id == place.id)
        .where(
            row.hoyring_id == hoyring_id,
            row.rolle == Tilgang.rolle,
            Tilgang.gjeld_fra <= day,
            or_(Tilgang.gjeld_til.is_(None), Tilgang.gjeld_til >= day),
        )
    )
    return select(Person).where(or_(Person.id.in_(by_name), Person.id.in_(by_place), Person.id.in_(by_role))).order_by(Person.id)


def without_answer(hoyring_id: int, day: date) -> Select[Person]:
    """Those who are asked and have said nothing yet."""
    said = select(HoyringMerknad.person_id).where(HoyringMerknad.hoyring_id == hoyring_id)
    return people(hoyring_id, day).where(Person.id.not_in(said))


def mine(work: Work) -> Select[*tuple[Any, ...]]:
    """Hearings that run, where I am asked and have said nothing yet: version id and deadline."""
    said = select(HoyringMerknad.hoyring_id).where(HoyringMerknad.person_id == work.me.id)
    return (
        select(Hoyring.versjon_id, Hoyring.frist)
        .join(HoyringDeltakar, HoyringDeltakar.hoyring_id == Hoyring.id)
        .join(ProsedyreVersjon, ProsedyreVersjon.id == Hoyring.versjon_id)
        .where(
            Hoyring.avslutta.is_(None),
            Hoyring.frist >= work.today,
            ProsedyreVersjon.tilstand == Tilstand.PAA_HOYRING,
            asked_in(work),
            Hoyring.id.not_in(said),
        )
        .distinct()
    )


def _waiting(work: Work, _belongs: object) -> Select[int]:
    return select(func.count()).select_from(mine(work).subquery())


def waiting_count(work: Work) -> int:
    """How many hearings wait for her word."""
    return int(asked.value(work, _waiting, belongs(work)))
