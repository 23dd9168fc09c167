"""Reading as a report's receiver, the cases past their deadline, the archive, and which reports a person may open."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, case, func, not_, or_, select

from avvik.models import Avvik, AvvikInhabil
from avvik.queries.access import in_line
from avvik.rules import OPEN, Status
from kjerne.access import Right
from kjerne.errors import NotFound
from kjerne.fullmakt import load_grants
from kjerne.models import Eining, Leselogg, Person
from kjerne.work import Work
from rapportar.models import Rapport

MOST_ROWS = 200
#: What the archive lists: reports that are made, and earlier ones that are made when they are first opened.
SHOWN = ("laga", "kvilar")
RECEIVER_NEEDS = (Right.RAPPORT_LES, Right.AVVIK_TAL, Right.AVVIK_BEHANDLE)
STILL_COUNTED = tuple(status.value for status in OPEN if status is not Status.VENTAR_EFFEKT)


@dataclass(frozen=True)
class Forfallen:
    """A case past its deadline for closing: its number, unit, severity and deadline. Never a text."""

    nr: str
    eining: str
    alvor: int
    frist: date
    dagar: int


@dataclass(frozen=True)
class Sending:
    """When a unit's report on a period goes to its receivers (while leaders may write), and when the last was made."""

    send_fra: date | None
    laga: datetime | None


def sending(work: Work, slag: str, eining: Eining, periode: str) -> Sending:
    """What has become of the ordered reports of a kind, unit and period, whoever receives them. One query."""
    waits = case((Rapport.status == "ventar", Rapport.send_fra))
    found = work.db.execute(
        select(func.min(waits), func.max(Rapport.laga)).where(
            Rapport.slag == slag, Rapport.eining_id == eining.id, Rapport.periode == periode
        )
    ).one()
    return Sending(*found)


@dataclass(frozen=True)
class Arkivrad:
    """A row of the archive."""

    rapport: Rapport
    eining: str
    mottakar: str


def work_of(work: Work, receiver: Person) -> Work:
    """The same work, seen with the receiver's rights and in her language: a report's scope is its receiver's alone."""
    grants = load_grants(work.db, receiver.id, work.today)
    return replace(work, person=receiver, grants=grants, sprak=receiver.sprak or work.sprak, okt=None, memo={})


def overdue(work: Work, eining: Eining) -> tuple[list[Forfallen], int]:
    """The first cases past their deadline today, and how many there are. Two queries."""
    late = _overdue(work, eining)
    rows = work.db.execute(
        select(Avvik.aar, Avvik.lopenr, Eining.namn, Avvik.alvor, Avvik.frist_lukking)
        .join(Eining, Eining.id == Avvik.eining_id)
        .where(late)
        .order_by(Avvik.frist_lukking, Avvik.id)
        .limit(MOST_ROWS)
    ).all()
    found = [Forfallen(f"{aar}-{nr}", unit, alvor, frist, (work.today - frist).days) for aar, nr, unit, alvor, frist in rows]
    return found, work.db.scalar(select(func.count(Avvik.id)).join(Eining, Eining.id == Avvik.eining_id).where(late)) or 0


def _overdue(work: Work, eining: Eining) -> ColumnElement[bool]:
    """Open ordinary cases of the unit and below past their deadline, as far as she reads them by line.

    Cases of a closed group, about a leader or with somebody concerned are left out: others who read the unit open the report too.
    """
    return and_(
        Eining.sti.startswith(eining.sti, autoescape=False),
        Avvik.status.in_(STILL_COUNTED),
        Avvik.frist_lukking < work.today,
        in_line(work),
        not_(or_(Avvik.er_varsel, Avvik.gjeld_leiar)),
        Avvik.id.not_in(select(AvvikInhabil.avvik_id)),
    )


def readable(work: Work) -> ColumnElement[bool]:
    """The reports she may open: her own while she handles the unit's cases, and those of units she reads reports and cases of.

    Small numbers stand open in most, so reading only numbers is not enough; her own with small numbers hidden she may open too.
    """
    units = work.units(Right.RAPPORT_LES)
    handled = Rapport.eining_id.in_(units & work.units(Right.AVVIK_BEHANDLE))
    hidden = and_(Rapport.heilt.is_(False), Rapport.eining_id.in_(units))
    mine = and_(Rapport.mottakar_id == work.me.id, or_(handled, hidden))
    return and_(Rapport.status.in_(SHOWN), or_(mine, Rapport.eining_id.in_(units & work.units(Right.AVVIK_LES))))


def archive(work: Work, before: int | None, limit: int, *, slag: str = "", eining: str = "", periode: str = "") -> list[Arkivrad]:
    """The newest reports first, from the one before `before` on, of a kind, a unit and a period where they are given. One query."""
    query = (
        select(Rapport, Eining.namn, Person.namn)
        .join(Eining, Eining.id == Rapport.eining_id)
        .join(Person, Person.id == Rapport.mottakar_id)
        .where(readable(work))
        .order_by(Rapport.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(Rapport.id < before)
    if slag:
        query = query.where(Rapport.slag == slag)
    if eining:
        query = query.where(Eining.kode == eining)
    if periode:
        query = query.where(Rapport.periode == periode)
    return [Arkivrad(*row) for row in work.db.execute(query)]


def archived_units(work: Work) -> list[Eining]:
    """The units that have reports she may open, in the organisation's order. One query."""
    return list(
        work.db.scalars(select(Eining).where(Eining.id.in_(select(Rapport.eining_id).where(readable(work)))).order_by(Eining.sti))
    )


def readings(work: Work, reports: Sequence[int]) -> dict[int, list[tuple[str, datetime]]]:
    """Who has read each of some reports and when last, newest first; from the read log, in one query."""
    rows = work.db.execute(
        select(Leselogg.subjekt_id, Person.namn, func.max(Leselogg.tid).label("sist"))
        .join(Person, Person.id == Leselogg.person_id)
        .where(
            Leselogg.subjekt_type == "rapport",
            Leselogg.subjekt_id.in_([str(one) for one in reports]),
            Leselogg.avvist.is_(False),
        )
        .group_by(Leselogg.subjekt_id, Person.namn)
    )
    found: dict[int, list[tuple[str, datetime]]] = {}
    for report, namn, sist in sorted(rows, key=lambda row: row.sist, reverse=True):
        found.setdefault(int(report), []).append((namn, sist))
    return found


def get_rapport(work: Work, rapport_id: int) -> Rapport:
    """The report, if she may open it; else `NotFound`, and a denied attempt is noted in the read log."""
    found = work.db.scalar(select(Rapport).where(Rapport.id == rapport_id, readable(work)))
    if found is not None:
        return found
    if work.db.get(Rapport, rapport_id) is not None:
        work.read("rapport", rapport_id, "opne", denied=True)
    raise NotFound
