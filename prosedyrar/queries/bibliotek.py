"""The library: its shelves, and what is narrowed to. Everything here is valid unless said, so everybody may read it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from kjerne.access import Right
from kjerne.clock import add_months
from kjerne.i18n import Lazy
from kjerne.i18n import lazy as _l
from kjerne.models import Eining
from kjerne.work import Work
from prosedyrar.models import (
    Prosedyre,
    ProsedyreFavoritt,
    ProsedyreOpning,
    ProsedyreVersjon,
)
from prosedyrar.queries.access import WORKPLACE, memberships, visible
from prosedyrar.rules import OPEN, Dokumenttype, Tema, Tilstand

PAGE = 50


class Hylle(StrEnum):
    """The tabs of the library."""

    ALLE = "alle"
    MINE = "gjeld-meg"
    FAVORITTAR = "favorittar"
    MEST_LESNE = "mest-lesne"
    OVER_FRIST = "over-frist"
    ARBEID = "under-arbeid"


HYLLENAMN: dict[Hylle, Lazy] = {
    Hylle.ALLE: _l("Alle"),
    Hylle.MINE: _l("Gjeld meg"),
    Hylle.FAVORITTAR: _l("Favorittar"),
    Hylle.MEST_LESNE: _l("Mest lesne"),
    Hylle.OVER_FRIST: _l("Passert frist"),
    Hylle.ARBEID: _l("Under arbeid"),
}


@dataclass(frozen=True)
class Filter:
    """What the list is narrowed to; None: not narrowed."""

    dokumenttype: Dokumenttype | None = None
    tema: Tema | None = None
    eining_id: int | None = None

    @property
    def on(self) -> bool:
        """Whether it is narrowed at all."""
        return any((self.dokumenttype, self.tema, self.eining_id))


class Cursor(NamedTuple):
    """The last line of the page before."""

    tittel: str
    id: int


class Row(NamedTuple):
    """One line of the library, in one query."""

    prosedyre: Prosedyre
    versjon_id: int
    major: int
    minor: int
    tilstand: str
    gyldig_fra: Any
    eining: str
    favoritt: bool
    under_arbeid: bool

    @property
    def nummer(self) -> str:
        """The version's number."""
        return f"{self.major}.{self.minor}"


def _narrowed(narrow: Filter) -> list[ColumnElement[bool]]:
    parts: list[ColumnElement[bool]] = []
    if narrow.dokumenttype:
        parts.append(Prosedyre.dokumenttype == narrow.dokumenttype)
    if narrow.tema:
        parts.append(Prosedyre.tema == narrow.tema)
    if narrow.eining_id is not None:
        top = select(Eining.sti).where(Eining.id == narrow.eining_id).scalar_subquery()
        parts.append(Prosedyre.eining_id.in_(select(Eining.id).where(Eining.sti.startswith(top))))
    return parts


def applies_to(work: Work) -> ColumnElement[bool]:
    """What applies to this person: of the units she works in and those above, up to the municipality's own."""
    return Prosedyre.eining_id.in_(memberships(work).get(WORKPLACE, frozenset()))


def _favourite(work: Work) -> ColumnElement[bool]:
    return Prosedyre.id.in_(select(ProsedyreFavoritt.prosedyre_id).where(ProsedyreFavoritt.person_id == work.me.id))


def _shelf(work: Work, hylle: Hylle) -> ColumnElement[bool]:
    """The rows of one tab."""
    open_to_me = and_(ProsedyreVersjon.tilstand.in_(OPEN), visible(work))
    if hylle is Hylle.ARBEID:
        return open_to_me
    valid = ProsedyreVersjon.tilstand == Tilstand.GYLDIG
    match hylle:
        case Hylle.MINE:
            return and_(valid, applies_to(work))
        case Hylle.FAVORITTAR:
            return and_(valid, _favourite(work))
        case Hylle.OVER_FRIST:
            return and_(valid, Prosedyre.revisjonsfrist < work.today)
        case _:
            return valid


def rows_of(work: Work, *, few: bool = False) -> Select[*tuple[Any, ...]]:
    """The lines of the library, not yet narrowed to any. `few`: a handful of documents is asked for, each by its id."""
    next_one = select(ProsedyreVersjon.prosedyre_id).where(ProsedyreVersjon.tilstand.in_(OPEN), visible(work))
    if few:
        under_way: ColumnElement[bool] = next_one.where(ProsedyreVersjon.prosedyre_id == Prosedyre.id).correlate(Prosedyre).exists()
    else:
        under_way = Prosedyre.id.in_(next_one)
    return (
        select(
            Prosedyre,
            ProsedyreVersjon.id,
            ProsedyreVersjon.major,
            ProsedyreVersjon.minor,
            ProsedyreVersjon.tilstand,
            ProsedyreVersjon.gyldig_fra,
            Eining.namn,
            _favourite(work).label("favoritt"),
            under_way.label("under_arbeid"),
        )
        .join(ProsedyreVersjon, ProsedyreVersjon.prosedyre_id == Prosedyre.id)
        .join(Eining, Eining.id == Prosedyre.eining_id)
    )


def listing(work: Work, hylle: Hylle, narrow: Filter, after: Cursor | None = None) -> list[Row]:
    """One page of a shelf by title, and one row more when there is a next. The most read stand by openings in a year."""
    query = rows_of(work).where(_shelf(work, hylle), *_narrowed(narrow))
    if hylle is Hylle.MEST_LESNE:
        since = add_months(work.today.replace(day=1), -12)
        read = (
            select(ProsedyreOpning.prosedyre_id, func.sum(ProsedyreOpning.tal).label("tal"))
            .where(ProsedyreOpning.maanad >= since)
            .group_by(ProsedyreOpning.prosedyre_id)
            .subquery()
        )
        query = query.join(read, read.c.prosedyre_id == Prosedyre.id).order_by(read.c.tal.desc(), Prosedyre.id).limit(PAGE)
        return [Row(*row) for row in work.db.execute(query)]
    if after is not None:
        query = query.where(or_(Prosedyre.tittel > after.tittel, and_(Prosedyre.tittel == after.tittel, Prosedyre.id > after.id)))
    query = query.order_by(Prosedyre.tittel, Prosedyre.id).limit(PAGE + 1)
    return [Row(*row) for row in work.db.execute(query)]


def counts(work: Work, narrow: Filter) -> dict[str, int]:
    """How many stand on each shelf but the most read. One query."""
    shelves = [hylle for hylle in Hylle if hylle is not Hylle.MEST_LESNE]
    query = (
        select(*(func.count(ProsedyreVersjon.id).filter(_shelf(work, hylle)) for hylle in shelves))
        .select_from(Prosedyre)
        .join(ProsedyreVersjon, ProsedyreVersjon.prosedyre_id == Prosedyre.id)
        .where(*_narrowed(narrow))
    )
    return dict(zip((hylle.value for hylle in shelves), work.db.execute(query).one(), strict=True))


def owning_units(work: Work) -> Sequence[tuple[int, str]]:
    """Units that own a valid document, for the filter."""
    query = (
        select(Eining.id, Eining.namn)
        .where(
            Eining.id.in_(
                select(Prosedyre.eining_id).where(
                    Prosedyre.id.in_(select(ProsedyreVersjon.prosedyre_id).where(ProsedyreVersjon.tilstand == Tilstand.GYLDIG))
                )
            )
        )
        .order_by(Eining.namn)
    )
    return [(id_, namn) for id_, namn in work.db.execute(query)]


def units_to_write_in(work: Work) -> Sequence[tuple[int, str]]:
    """Units she may make documents for, the highest first."""
    query = select(Eining.id, Eining.namn).where(
        Eining.id.in_(work.units(Right.PROSEDYRE_SKRIV)), or_(Eining.gjeld_til.is_(None), Eining.gjeld_til >= work.today)
    )
    return [(id_, namn) for id_, namn in work.db.execute(query.order_by(func.length(Eining.sti), Eining.namn))]
