"""The needed routines: the starter list and, beside it, those the municipality has added, as they hold on a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from kjerne.access import Right
from kjerne.errors import NotFound
from kjerne.katalog import live
from kjerne.models import Eining
from kjerne.work import Work
from prosedyrar.behov import Behov, all_needs
from prosedyrar.models.behov import Eigenrutine


def as_need(row: Eigenrutine) -> Behov:
    """A routine of the municipality's own, as the overview knows needs."""
    return Behov(row.kode, row.tema, row.nn, row.nb, row.en, frozenset(row.slag.split("|")), row.heimel, row.ansvar, eigen=True)


def needs(db: Session, day: date) -> dict[str, Behov]:
    """All needed routines of a day by code: the starter list, then the municipality's own."""
    return {**all_needs(), **{row.kode: as_need(row) for row in live(db, Eigenrutine, day)}}


@dataclass(frozen=True)
class Kjede:
    """One own routine through time: its rows, oldest first. There is always one."""

    rader: Sequence[Eigenrutine]
    today: date

    @property
    def nyaste(self) -> Eigenrutine:
        """The last row: the one that is changed."""
        return self.rader[-1]

    @property
    def kode(self) -> str:
        """Its code, the same in all rows."""
        return self.nyaste.kode

    @property
    def vist(self) -> Eigenrutine:
        """The row that holds today; else the last that has begun, else the first that will."""
        begun = [row for row in self.rader if row.gjeld_fra <= self.today]
        return begun[-1] if begun else self.rader[0]

    @property
    def planlagd(self) -> bool:
        """Whether the last row begins later than today."""
        return self.nyaste.gjeld_fra > self.today

    @property
    def slutta(self) -> bool:
        """Whether it is not needed any more."""
        return self.nyaste.gjeld_til is not None and self.nyaste.gjeld_til < self.today

    @property
    def stempel(self) -> str:
        """What a form was drawn from."""
        return f"{self.nyaste.id}.{self.nyaste.versjon}"


def chains(work: Work) -> list[Kjede]:
    """All own routines, those in use first, in the order they were made."""
    found: dict[str, list[Eigenrutine]] = {}
    for row in work.db.scalars(select(Eigenrutine).order_by(Eigenrutine.gjeld_fra, Eigenrutine.id)):
        found.setdefault(row.kode, []).append(row)
    return sorted((Kjede(rows, work.today) for rows in found.values()), key=lambda one: (one.slutta, one.rader[0].id))


def get_chain(work: Work, kode: str) -> Kjede:
    """One own routine. Raises `NotFound`."""
    rows = work.db.scalars(select(Eigenrutine).where(Eigenrutine.kode == kode).order_by(Eigenrutine.gjeld_fra, Eigenrutine.id))
    found = list(rows)
    if not found:
        raise NotFound
    return Kjede(found, work.today)


def may_edit(work: Work) -> bool:
    """The list is the municipality's: who may write procedures for its topmost unit edits it."""
    units = work.units(Right.PROSEDYRE_SKRIV)
    return bool(units) and work.db.scalar(select(Eining.id).where(Eining.id.in_(units), Eining.overordna_id.is_(None))) is not None
