"""What asked for training, and the courses a person is put up for in a plan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kjerne.access import Right
from kjerne.errors import NotFound
from kjerne.innstilling import settings
from kjerne.models import Eining
from kjerne.work import Work
from kompetanse.models import Kompetanse, Kompetanseplan, Opplaeringsbehov, Plandeltakar, Planrad
from kompetanse.rules import Behovstatus, Opphav
from tiltak.models import Tiltak
from tiltak.rules import UNSETTLED

LOOK_BACK = timedelta(days=365)
PAGE = 50


@dataclass(frozen=True)
class Kurs:
    """A line of a plan a person takes part in and has not finished."""

    kompetanse: Kompetanse
    frist: date
    tittel: str


def courses_of(db: Session, person_id: int) -> list[Kurs]:
    """The training a person is put up for and has not done, the soonest first."""
    rows = db.execute(
        select(Kompetanse, Tiltak.frist, Tiltak.tittel)
        .join(Planrad, Planrad.kompetanse_id == Kompetanse.id)
        .join(Plandeltakar, Plandeltakar.rad_id == Planrad.id)
        .join(Tiltak, Tiltak.id == Planrad.tiltak_id)
        .where(Plandeltakar.person_id == person_id, Plandeltakar.fullfort.is_(None), Tiltak.status.in_(UNSETTLED))
        .order_by(Tiltak.frist)
    )
    return [Kurs(row[0], row[1], row[2]) for row in rows]


def cases_about(work: Work, units: Sequence[int], now: datetime) -> Mapping[tuple[int, int], int]:
    """(unit, competence) → deviations of the last twelve months with missing training as cause.

    Told in full to those who read the unit's cases; to others who see its numbers from the setting `gruppegrense` on; else not.
    A case that few may see is in no count, also when somebody answered its need before it became one.
    """
    full, some = work.units(Right.AVVIK_LES), work.units(Right.AVVIK_TAL)
    limit = int(settings(work.db)["gruppegrense"])
    rows = work.db.execute(
        select(Opplaeringsbehov.eining_id, Opplaeringsbehov.kompetanse_id, func.count(func.distinct(Opplaeringsbehov.ref_id)))
        .where(
            Opplaeringsbehov.slag == Opphav.AVVIK,
            Opplaeringsbehov.synleg.is_(True),
            Opplaeringsbehov.kompetanse_id.is_not(None),
            Opplaeringsbehov.eining_id.in_(set(units) & (full | some)),
            Opplaeringsbehov.laga >= now - LOOK_BACK,
        )
        .group_by(Opplaeringsbehov.eining_id, Opplaeringsbehov.kompetanse_id)
    )
    return {(row[0], row[1] or 0): row[2] for row in rows if row[0] in full or row[2] >= limit}


@dataclass(frozen=True)
class Onske:
    """A training need as its list shows it. `namn` is empty when the reader may not know what it came from."""

    behov: Opplaeringsbehov
    eining: str
    kompetanse: Kompetanse | None
    namn: str


def open_needs(work: Work, eining_id: int | None = None, before: int | None = None, limit: int = PAGE + 1) -> list[Onske]:
    """The training needs nobody has answered, in her units, the newest first, from the one before `before` on (keyset).

    A case's number is for those who read cases there.
    """
    units = work.units(Right.KOMPETANSE_SKRIV)
    if eining_id is not None:
        units &= {eining_id}
    older = [] if before is None else [Opplaeringsbehov.id < before]
    rows = work.db.execute(
        select(Opplaeringsbehov, Eining.namn, Kompetanse)
        .join(Eining, Eining.id == Opplaeringsbehov.eining_id)
        .outerjoin(Kompetanse, Kompetanse.id == Opplaeringsbehov.kompetanse_id)
        .where(Opplaeringsbehov.status == Behovstatus.OPEN, Opplaeringsbehov.eining_id.in_(units), *older)
        .order_by(Opplaeringsbehov.id.desc())
        .limit(limit)
    )
    return [Onske(row[0], row[1], row[2], row[0].namn if _may_name(work, row[0]) else "") for row in rows]


def _may_name(work: Work, behov: Opplaeringsbehov) -> bool:
    if behov.slag == Opphav.PROSEDYRE:
        return True
    return behov.synleg and work.has(Right.AVVIK_LES, behov.eining_id)


def get_need(work: Work, behov_id: int) -> Opplaeringsbehov:
    """A training need in one of her units. Raises `NotFound`."""
    found = work.db.scalars(
        select(Opplaeringsbehov).where(
            Opplaeringsbehov.id == behov_id, Opplaeringsbehov.eining_id.in_(work.units(Right.KOMPETANSE_SKRIV))
        )
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def find_open(work: Work, behov_id: int, eining_id: int) -> Opplaeringsbehov | None:
    """A training need of a unit of hers that nobody has answered; None when it is no such."""
    return work.db.scalars(
        select(Opplaeringsbehov).where(
            Opplaeringsbehov.id == behov_id,
            Opplaeringsbehov.status == Behovstatus.OPEN,
            Opplaeringsbehov.eining_id == eining_id,
            Opplaeringsbehov.eining_id.in_(work.units(Right.KOMPETANSE_SKRIV)),
        )
    ).one_or_none()


def open_count(work: Work, eining_id: int | None = None) -> int:
    """How many training needs wait in her units, or in one of them."""
    units = work.units(Right.KOMPETANSE_SKRIV)
    if eining_id is not None:
        units &= {eining_id}
    asked = select(func.count()).where(Opplaeringsbehov.status == Behovstatus.OPEN, Opplaeringsbehov.eining_id.in_(units))
    return work.db.scalar(asked) or 0


__all__ = [
    "PAGE",
    "Kompetanseplan",
    "Kurs",
    "Onske",
    "cases_about",
    "courses_of",
    "find_open",
    "get_need",
    "open_count",
    "open_needs",
]
