"""What is past its retention, by the municipality's own rules, and the list a person looks over before anything goes."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, not_, or_, select

from avvik.models import Avvik, AvvikMeldeplikt, AvvikTillegg, AvvikTiltak
from avvik.models_kassasjon import AvvikKassasjon
from avvik.queries.access import NUMBER, visible
from avvik.rules import ENDED
from kjerne.access import Right
from kjerne.clock import end_of_day
from kjerne.errors import NotFound
from kjerne.katalog import Oppbevaring, in_force
from kjerne.models import Eining, Epost
from kjerne.work import Work
from tiltak.models import Tiltak
from tiltak.rules import Status as Stand

#: A list is looked over by a person: the oldest so many at a time.
MOST = 200
WORST = 5
INJURIES = ("stikkskade", "fall_tilsett", "belastning_ergonomi", "kjemikalie")
BREV = "brev"
_ENDED = tuple(status.value for status in ENDED)
_AT_WORK = (Stand.PLANLAGT, Stand.I_GANG, Stand.VENTAR_GODKJENNING, Stand.UTFORT, Stand.UTSETT)


def rules_in_force(work: Work) -> dict[str, Oppbevaring]:
    """The retention rules of today, by code."""
    return {row.kode: row for row in work.db.scalars(in_force(Oppbevaring, work.today))}


def years_before(day: date, years: int) -> date:
    """The same day so many years ago; 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def cutoff(work: Work, rule: Oppbevaring | None) -> datetime | None:
    """The last moment that is past the rule's years; None when the rule keeps for good, or says no years."""
    if rule is None or rule.bevar or rule.ar is None:
        return None
    return end_of_day(years_before(work.today, rule.ar) - timedelta(days=1))


def _kinds() -> dict[str, ColumnElement[bool]]:
    """Which rule a case falls under: the first that fits. Whistleblowing has its own, and is never proposed."""
    told = exists().where(AvvikMeldeplikt.avvik_id == Avvik.id, AvvikMeldeplikt.status == "meldt")
    hurt = exists().where(AvvikTillegg.avvik_id == Avvik.id, AvvikTillegg.felt == "personskade", AvvikTillegg.verdi == "ja")
    severe = or_(Avvik.alvor == WORST, Avvik.alvor_meldt == WORST, told)
    injury = and_(Avvik.hovudtype == "hms", or_(Avvik.underkategori.in_(INJURIES), hurt))
    return {
        "avvik_alvorleg": severe,
        "hms_skade": and_(not_(severe), injury),
        "avvik": and_(not_(severe), not_(injury)),
    }


def past_retention(work: Work, kode: str, rule: Oppbevaring | None) -> ColumnElement[bool] | None:
    """The condition of ended cases past this rule, with no measure still at work; None when the rule lets nothing go."""
    limit = cutoff(work, rule)
    if limit is None:
        return None
    busy = exists().where(AvvikTiltak.avvik_id == Avvik.id, Tiltak.id == AvvikTiltak.tiltak_id, Tiltak.status.in_(_AT_WORK))
    return and_(
        Avvik.status.in_(_ENDED),
        Avvik.lukka_tid <= limit,
        not_(Avvik.er_varsel),
        _kinds()[kode],
        not_(busy),
    )


def due_now(work: Work) -> dict[str, ColumnElement[bool]]:
    """Rule → the cases that are past it now."""
    rules = rules_in_force(work)
    found = {kode: past_retention(work, kode, rules.get(kode)) for kode in _kinds()}
    return {kode: condition for kode, condition in found.items() if condition is not None}


def _scope(work: Work) -> list[ColumnElement[bool]]:
    """A person's units; the command line has all."""
    return [] if work.person is None else [Avvik.eining_id.in_(work.units(Right.AVVIK_KASSER))]


@dataclass(frozen=True)
class Framlegg:
    """A proposed case as the list shows it."""

    id: int
    nr: str
    eining: str
    lukka: datetime
    regel: str
    underkategori: str
    alvor: int
    meldt: datetime


@dataclass(frozen=True)
class Liste:
    """The list: cases she may see by number, how many more there are that she may not see, and letters past their rule.

    `ids`: all that an approval takes; `sett`: the mark of exactly these.
    """

    saker: Sequence[Framlegg]
    skjulte: int
    ids: Sequence[int]
    alle: int
    regel_av: Mapping[int, str]
    brev: int
    brev_til: datetime | None
    haldne: Sequence[tuple[Framlegg, str]]

    @property
    def sett(self) -> str:
        """What a person has looked over: an approval takes these, or nothing."""
        said = ",".join(str(found) for found in self.ids) + f"/{self.brev_til.isoformat() if self.brev_til else ''}"
        return hashlib.sha256(said.encode()).hexdigest()[:24]


def _rows(work: Work, status: str) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Avvik.id,
            Avvik.aar,
            Avvik.lopenr,
            Eining.namn,
            Avvik.lukka_tid,
            AvvikKassasjon.regel,
            AvvikKassasjon.grunn,
            Avvik.underkategori,
            Avvik.alvor,
            Avvik.meldt,
        )
        .join(AvvikKassasjon, AvvikKassasjon.avvik_id == Avvik.id)
        .join(Eining, Eining.id == Avvik.eining_id)
        .where(AvvikKassasjon.status == status, *_scope(work))
        .order_by(Avvik.lukka_tid, Avvik.id)
        .limit(MOST)
    )


def _shown(rows: Sequence[Row[*tuple[Any, ...]]], seen: set[int]) -> list[tuple[Framlegg, str]]:
    return [
        (Framlegg(key, f"{aar}-{lopenr}", unit, ended, rule, kind, level, filed), reason)
        for key, aar, lopenr, unit, ended, rule, reason, kind, level, filed in rows
        if key in seen
    ]


def letters_due(work: Work) -> ColumnElement[bool] | None:
    """Letters sent so long ago that their rule lets them go."""
    limit = cutoff(work, rules_in_force(work).get(BREV))
    return None if limit is None else and_(Epost.sendt.is_not(None), Epost.sendt <= limit)


def read_list(work: Work) -> Liste:
    """The list as it stands, within what the person may approve. A constant number of queries."""
    proposed = work.db.execute(_rows(work, "foreslege")).all()
    held = work.db.execute(_rows(work, "halde")).all()
    ids: list[int] = [row[0] for row in proposed]
    wanted = [*ids, *(row[0] for row in held)]
    seen: set[int] = set(wanted)
    if work.person is not None:
        seen = set(work.db.scalars(select(Avvik.id).where(Avvik.id.in_(wanted), visible(work))))
    letters = letters_due(work)
    everything = (
        select(func.count())
        .select_from(AvvikKassasjon)
        .join(Avvik, Avvik.id == AvvikKassasjon.avvik_id)
        .where(AvvikKassasjon.status == "foreslege", *_scope(work))
    )
    count = 0 if letters is None else work.db.scalar(select(func.count()).select_from(Epost).where(letters)) or 0
    cases = [case for case, _reason in _shown(proposed, seen)]
    return Liste(
        saker=cases,
        skjulte=len(ids) - len(cases),
        ids=sorted(ids),
        alle=work.db.scalar(everything) or 0,
        regel_av={row[0]: row[5] for row in proposed},
        brev=count,
        brev_til=cutoff(work, rules_in_force(work).get(BREV)) if count else None,
        haldne=_shown(held, seen),
    )


def proposal(work: Work, nr: str, status: str) -> AvvikKassasjon:
    """The proposal of a case she may see and approve, in that state; else `NotFound`."""
    match = NUMBER.fullmatch(nr)
    if match is None:
        raise NotFound
    found = work.db.scalar(
        select(AvvikKassasjon)
        .join(Avvik, Avvik.id == AvvikKassasjon.avvik_id)
        .where(
            Avvik.aar == int(match[1]),
            Avvik.lopenr == int(match[2]),
            AvvikKassasjon.status == status,
            visible(work),
            *_scope(work),
        )
    )
    if found is None:
        raise NotFound
    return found


def proposed_count(work: Work) -> int:
    """How many wait for a person to approve: the front page's card."""
    return (
        work.db.scalar(
            select(func.count())
            .select_from(AvvikKassasjon)
            .join(Avvik, Avvik.id == AvvikKassasjon.avvik_id)
            .where(AvvikKassasjon.status == "foreslege", *_scope(work))
        )
        or 0
    )
