"""Read and understood: who must read what by when, and who has. Membership is asked of the database, never kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from kjerne import asked
from kjerne.access import Right
from kjerne.models import Eining, Person, PersonEining, Tilgang
from kjerne.work import Work
from prosedyrar.models import Lesekrav, Lesekvittering, Prosedyre, ProsedyreVersjon
from prosedyrar.queries.access import WORKPLACE, belongs, memberships
from prosedyrar.rules import Tilstand

NOBODY = "-"
_FIRST: Final = aliased(ProsedyreVersjon)


@dataclass(frozen=True)
class Lesing:
    """A document somebody must read, and by when."""

    prosedyre_id: int
    tittel: str
    nummer: str
    frist: date
    over: bool


@dataclass(frozen=True)
class Leseliste:
    """One line of a document's reading status: a person, where she works, and when she signed."""

    person_id: int
    namn: str
    yrke: str
    eining_id: int
    eining: str
    frist: date
    medsignatur: bool
    kvittering_id: int | None
    lese: datetime | None
    medsignert: datetime | None

    def over(self, today: date) -> bool:
        """Not read, and past the deadline."""
        return self.lese is None and self.frist < today


def _asked_of_me(work: Work) -> ColumnElement[bool]:
    places = memberships(work)
    by_role = [and_(Lesekrav.rolle == rolle, Lesekrav.eining_id.in_(units)) for rolle, units in places.items()]
    profession = or_(Lesekrav.yrke == "", Lesekrav.yrke == (work.me.yrke or NOBODY))
    works = Lesekrav.eining_id.in_(places.get(WORKPLACE, frozenset()))
    return and_(or_(literal(value=False), *by_role), profession, works)


def _unread(work: Work) -> Select[*tuple[Any, ...]]:
    """Requirements that mean this person for valid documents she has not signed: with the major version's first day."""
    first = _FIRST
    signed = select(Lesekvittering.id).where(
        Lesekvittering.prosedyre_id == Prosedyre.id,
        Lesekvittering.major == ProsedyreVersjon.major,
        Lesekvittering.person_id == work.me.id,
    )
    return (
        select(
            Prosedyre.id,
            Prosedyre.tittel,
            ProsedyreVersjon.major,
            ProsedyreVersjon.minor,
            first.gyldig_fra,
            Lesekrav.fra,
            Lesekrav.frist_dagar,
        )
        .join(ProsedyreVersjon, ProsedyreVersjon.prosedyre_id == Prosedyre.id)
        .join(
            first,
            and_(
                first.prosedyre_id == Prosedyre.id,
                first.major == ProsedyreVersjon.major,
                first.minor == 0,
                first.tilstand != Tilstand.FORKASTA,
            ),
        )
        .join(Lesekrav, Lesekrav.prosedyre_id == Prosedyre.id)
        .where(ProsedyreVersjon.tilstand == Tilstand.GYLDIG, _asked_of_me(work), ~signed.exists())
    )


def due(first: date | None, employed: date, wanted: date, days: int) -> date:
    """The deadline: so many days after the latest of in force, employed and asked."""
    return max(first or wanted, employed, wanted) + timedelta(days=days)


def reading_list(work: Work) -> list[Lesing]:
    """What this person has to read, the earliest deadline first; several requirements of one document are one line."""
    found: dict[int, Lesing] = {}
    for id_, tittel, major, minor, first, wanted, days in work.db.execute(_unread(work)):
        frist = due(first, work.me.tilsett_fra, wanted, days)
        known = found.get(id_)
        if known is None or frist < known.frist:
            found[id_] = Lesing(id_, tittel, f"{major}.{minor}", frist, frist < work.today)
    return sorted(found.values(), key=lambda row: (row.frist, row.tittel))


def _waiting(work: Work, _belongs: object, _yrke: str | None) -> Select[int]:
    unread = _unread(work).with_only_columns(Prosedyre.id).distinct().subquery()
    return select(func.count()).select_from(unread)


def waiting_count(work: Work) -> int:
    """How many documents she has to read."""
    return int(asked.value(work, _waiting, belongs(work), work.me.yrke))


def _unread_one(work: Work, _belongs: object, _yrke: str | None) -> Select[*tuple[Any, ...]]:
    return _unread(work).where(Prosedyre.id == bindparam("prosedyre"))


def must_read(work: Work, prosedyre_id: int) -> Lesing | None:
    """Her line for one document, when she has not signed its major version."""
    rows = asked.rows(work, _unread_one, belongs(work), work.me.yrke, prosedyre=prosedyre_id)
    if not rows:
        return None
    frist = min(due(first, work.me.tilsett_fra, wanted, days) for *_head, first, wanted, days in rows)
    return Lesing(prosedyre_id, rows[0][1], f"{rows[0][2]}.{rows[0][3]}", frist, frist < work.today)


def my_receipt(work: Work, prosedyre_id: int, major: int) -> Lesekvittering | None:
    """Her receipt for a major version."""
    return work.db.scalar(
        select(Lesekvittering).where(
            Lesekvittering.prosedyre_id == prosedyre_id,
            Lesekvittering.major == major,
            Lesekvittering.person_id == work.me.id,
        )
    )


def requirements(db: Session, prosedyre_id: int) -> Sequence[tuple[Lesekrav, str]]:
    """Who must read a document: each requirement with its unit's name, the highest unit first."""
    query = select(Lesekrav, Eining.namn).join(Eining, Eining.id == Lesekrav.eining_id)
    rows = db.execute(
        query.where(Lesekrav.prosedyre_id == prosedyre_id).order_by(func.length(Eining.sti), Eining.namn, Lesekrav.id)
    )
    return [(krav, namn) for krav, namn in rows]


def _holds_role(top: type[Eining], day: date) -> ColumnElement[bool]:
    """Whether the person holds the requirement's role that day in the unit it stands on, or below."""
    role_unit = aliased(Eining)
    return (
        select(Tilgang.id)
        .join(role_unit, role_unit.id == Tilgang.eining_id)
        .where(
            Tilgang.person_id == Person.id,
            Tilgang.rolle == Lesekrav.rolle,
            Tilgang.gjeld_fra <= day,
            or_(Tilgang.gjeld_til.is_(None), Tilgang.gjeld_til >= day),
            role_unit.sti.startswith(top.sti, autoescape=False),
        )
        .exists()
    )


def readers(day: date) -> Select[*tuple[Any, ...]]:
    """Everybody employed who must read a valid document that day: one row for each person, requirement and place of work.

    Columns: prosedyre_id, major, versjon_id, first day in force of the major version, krav, person, eining, kvittering.
    """
    top, unit, first = aliased(Eining), Eining, aliased(ProsedyreVersjon)
    employed = and_(
        Person.deaktivert.is_(False), Person.tilsett_fra <= day, or_(Person.tilsett_til.is_(None), Person.tilsett_til >= day)
    )
    return (
        select(
            Prosedyre.id.label("prosedyre_id"),
            ProsedyreVersjon.major.label("major"),
            first.gyldig_fra.label("gyldig_fra"),
            Lesekrav.fra.label("fra"),
            Lesekrav.frist_dagar.label("frist_dagar"),
            Lesekrav.medsignatur.label("medsignatur"),
            Person.id.label("person_id"),
            Person.namn.label("namn"),
            Person.yrke.label("yrke"),
            Person.tilsett_fra.label("tilsett_fra"),
            unit.id.label("eining_id"),
            unit.namn.label("eining"),
            Lesekvittering.id.label("kvittering_id"),
            Lesekvittering.tid.label("lese"),
            Lesekvittering.medsignert.label("medsignert"),
        )
        .select_from(Lesekrav)
        .join(Prosedyre, Prosedyre.id == Lesekrav.prosedyre_id)
        .join(
            ProsedyreVersjon,
            and_(ProsedyreVersjon.prosedyre_id == Prosedyre.id, ProsedyreVersjon.tilstand == Tilstand.GYLDIG),
        )
        .join(
            first,
            and_(
                first.prosedyre_id == Prosedyre.id,
                first.major == ProsedyreVersjon.major,
                first.minor == 0,
                first.tilstand != Tilstand.FORKASTA,
            ),
        )
        .join(top, top.id == Lesekrav.eining_id)
        .join(unit, unit.sti.startswith(top.sti, autoescape=False))
        .join(PersonEining, PersonEining.eining_id == unit.id)
        .join(Person, and_(Person.id == PersonEining.person_id, employed))
        .outerjoin(
            Lesekvittering,
            and_(
                Lesekvittering.prosedyre_id == Prosedyre.id,
                Lesekvittering.major == ProsedyreVersjon.major,
                Lesekvittering.person_id == Person.id,
            ),
        )
        .where(or_(Lesekrav.yrke == "", Lesekrav.yrke == Person.yrke), or_(Lesekrav.rolle == "", _holds_role(top, day)))
    )


def status(work: Work, prosedyre_id: int) -> list[Leseliste]:
    """The reading status of one document in the units where she oversees reading: by unit and name, each person once."""
    query = readers(work.today).where(Prosedyre.id == prosedyre_id, Eining.id.in_(work.units(Right.PROSEDYRE_STATUS)))
    found: dict[int, Leseliste] = {}
    for row in work.db.execute(query.order_by(Eining.namn, Person.namn, Person.id)):
        frist = due(row.gyldig_fra, row.tilsett_fra, row.fra, row.frist_dagar)
        known = found.get(row.person_id)
        if known is not None and known.frist <= frist and (known.medsignatur or not row.medsignatur):
            continue
        found[row.person_id] = Leseliste(
            row.person_id,
            row.namn,
            row.yrke or "",
            known.eining_id if known else row.eining_id,
            known.eining if known else row.eining,
            min(frist, known.frist) if known else frist,
            row.medsignatur or bool(known and known.medsignatur),
            row.kvittering_id,
            row.lese,
            row.medsignert,
        )
    return list(found.values())


def to_cosign(work: Work) -> Select[*tuple[Any, ...]]:
    """Receipts that wait for this leader's own signature: of people in her units, where the requirement asks for it."""
    units = work.units(Right.PROSEDYRE_GODKJENN)
    return readers(work.today).where(
        Lesekrav.medsignatur.is_(True),
        Eining.id.in_(units),
        Lesekvittering.id.is_not(None),
        Lesekvittering.medsignert.is_(None),
        Person.id != work.me.id,
    )


def cosign_rows(work: Work) -> list[tuple[int, str, str, int, str]]:
    """Receipt id, person, document's title and id, and unit of what waits for her signature, the oldest first."""
    query = to_cosign(work).add_columns(Prosedyre.tittel.label("tittel")).order_by(Lesekvittering.tid, Lesekvittering.id)
    found = {
        row.kvittering_id: (row.kvittering_id, row.namn, row.tittel, row.prosedyre_id, row.eining) for row in work.db.execute(query)
    }
    return list(found.values())


def _unsigned(work: Work) -> Select[int]:
    wanted = select(Lesekrav.prosedyre_id).where(Lesekrav.medsignatur.is_(True))
    hers = select(PersonEining.person_id).where(PersonEining.eining_id.in_(work.units(Right.PROSEDYRE_GODKJENN)))
    waiting = select(Lesekvittering.id).where(
        Lesekvittering.prosedyre_id.in_(wanted), Lesekvittering.medsignert.is_(None), Lesekvittering.person_id.in_(hers)
    )
    return waiting.limit(1)


def _cosigning(work: Work) -> Select[int]:
    rows = to_cosign(work).with_only_columns(Lesekvittering.id).distinct().subquery()
    return select(func.count()).select_from(rows)


def cosign_count(work: Work) -> int:
    """How many receipts wait for her. Most days there is none: that is asked first, of the receipts alone."""
    if not work.units(Right.PROSEDYRE_GODKJENN) or asked.value(work, _unsigned) is None:
        return 0
    return int(asked.value(work, _cosigning))
