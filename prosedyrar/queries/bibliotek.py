"""The library: its shelves, and what is narrowed to. Everything here is valid unless said, so everybody may read it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, func, or_, select

from kjerne import asked
from kjerne.access import Right
from kjerne.i18n import Lazy
from kjerne.i18n import lazy as _l
from kjerne.models import Eining
from kjerne.work import Work
from prosedyrar.models import (
    Prosedyre,
    ProsedyreFavoritt,
    ProsedyreVersjon,
)
from prosedyrar.queries.access import WORKPLACE, memberships, visible
from prosedyrar.rules import OPEN, Dokumenttype, Tema, Tilstand

PAGE = 50


class Hylle(StrEnum):
    """The tabs of the library."""

    VENTAR = "ventar-meg"
    ALLE = "alle"
    MINE = "gjeld-meg"
    FAVORITTAR = "favorittar"
    MEST_LESNE = "mest-lesne"
    OVER_FRIST = "over-frist"
    ARBEID = "under-arbeid"


HYLLENAMN: dict[Hylle, Lazy] = {
    Hylle.VENTAR: _l("Ventar på meg"),
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

    prosedyre: Any
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


def applies_to(work: Work) -> ColumnElement[bool]:
    """What applies to this person: of the units she works in and those above, up to the municipality's own."""
    return Prosedyre.eining_id.in_(memberships(work).get(WORKPLACE, frozenset()))


def favourites(work: Work) -> Select[int]:
    """The documents she keeps at hand, by number."""
    return select(ProsedyreFavoritt.prosedyre_id).where(ProsedyreFavoritt.person_id == work.me.id)


def has_valid() -> ColumnElement[bool]:
    """Whether a document has a version in force."""
    valid = select(ProsedyreVersjon.id).where(
        ProsedyreVersjon.prosedyre_id == Prosedyre.id, ProsedyreVersjon.tilstand == Tilstand.GYLDIG
    )
    return valid.correlate(Prosedyre).exists()


def under_way(work: Work) -> ColumnElement[bool]:
    """Whether a document has a version on its way that she may read. Asked for each row that is shown, never for all."""
    open_one = select(ProsedyreVersjon.id).where(
        ProsedyreVersjon.prosedyre_id == Prosedyre.id, ProsedyreVersjon.tilstand.in_(OPEN), visible(work)
    )
    return open_one.correlate(Prosedyre).exists()


def rows_of(work: Work) -> Select[*tuple[Any, ...]]:
    """The lines of the library for a handful of documents, not yet narrowed to them."""
    return (
        select(
            Prosedyre,
            ProsedyreVersjon.id,
            ProsedyreVersjon.major,
            ProsedyreVersjon.minor,
            ProsedyreVersjon.tilstand,
            ProsedyreVersjon.gyldig_fra,
            Eining.namn,
            Prosedyre.id.in_(favourites(work)).label("favoritt"),
            under_way(work).label("under_arbeid"),
        )
        .join(ProsedyreVersjon, ProsedyreVersjon.prosedyre_id == Prosedyre.id)
        .join(Eining, Eining.id == Prosedyre.eining_id)
    )


def owning_units(work: Work) -> Sequence[tuple[int, str]]:
    """Units that own a valid document, for the filter."""
    return [(row.id, row.namn) for row in asked.rows(work, _owning)]


def _owning(_work: Work) -> Select[*tuple[int, str]]:
    owns = select(Prosedyre.id).where(Prosedyre.eining_id == Eining.id, has_valid()).correlate(Eining)
    return select(Eining.id, Eining.namn).where(owns.exists()).order_by(Eining.namn)


def units_to_write_in(work: Work) -> Sequence[tuple[int, str]]:
    """Units she may make documents for, the highest first."""
    query = select(Eining.id, Eining.namn).where(
        Eining.id.in_(work.units(Right.PROSEDYRE_SKRIV)), or_(Eining.gjeld_til.is_(None), Eining.gjeld_til >= work.today)
    )
    return [(id_, namn) for id_, namn in work.db.execute(query.order_by(func.length(Eining.sti), Eining.namn))]
