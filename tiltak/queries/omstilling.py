"""Tables of savings within what a person may see: the whole table with the right on its unit, else the rows of her units.

Each table stands alone: no sum is taken across tables, so made-up rows never mix with real ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from kjerne.access import Right
from kjerne.errors import NotFound
from kjerne.models import Eining
from kjerne.work import Work
from tiltak.models import Omstillingsbelop, Omstillingsrad, Omstillingstabell


@dataclass(frozen=True)
class Sum:
    """Kroner planned and realised; `av`: how much of the planned stands on rows where something realised is written."""

    planlagt: int = 0
    realisert: int | None = None
    rader: int = 0


@dataclass(frozen=True)
class Tabellsum:
    """A table with its sums by year, as far as this person sees it."""

    tabell: Omstillingstabell
    rader: int
    heile: bool
    per_aar: dict[int, Sum] = field(default_factory=dict)

    @property
    def planlagt(self) -> int:
        """Planned over all years."""
        return sum(one.planlagt for one in self.per_aar.values())

    @property
    def realisert(self) -> int:
        """Realised over all years, of what is written so far."""
        return sum(one.realisert or 0 for one in self.per_aar.values())


def _whole(work: Work, right: Right) -> ColumnElement[bool]:
    """The tables she sees in full: of a unit she holds the right on; one of no unit, when she holds it on a top unit."""
    units = work.units(right)
    top = select(Eining.id).where(Eining.id.in_(units), Eining.overordna_id.is_(None)).exists()
    return or_(Omstillingstabell.eining_id.in_(units), and_(Omstillingstabell.eining_id.is_(None), top))


def visible_rows(work: Work) -> ColumnElement[bool]:
    """The rows she may see, in a question that joins their table."""
    return or_(_whole(work, Right.OMSTILLING_LES), Omstillingsrad.eining_id.in_(work.units(Right.OMSTILLING_LES)))


def get_table(work: Work, tabell_id: int) -> Omstillingstabell:
    """The table, if she sees it or a row of it. Raises `NotFound` else."""
    rows = (
        select(Omstillingsrad.id)
        .where(Omstillingsrad.tabell_id == Omstillingstabell.id, Omstillingsrad.eining_id.in_(work.units(Right.OMSTILLING_LES)))
        .exists()
    )
    found = work.db.scalars(
        select(Omstillingstabell).where(Omstillingstabell.id == tabell_id, or_(_whole(work, Right.OMSTILLING_LES), rows))
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def get_row(work: Work, rad_id: int) -> tuple[Omstillingstabell, Omstillingsrad]:
    """A row with its table, if she sees it. Raises `NotFound` else."""
    found = work.db.execute(
        select(Omstillingstabell, Omstillingsrad)
        .join(Omstillingsrad, Omstillingsrad.tabell_id == Omstillingstabell.id)
        .where(Omstillingsrad.id == rad_id, visible_rows(work))
    ).one_or_none()
    if found is None:
        raise NotFound
    return found[0], found[1]


def may_write(work: Work, table: Omstillingstabell) -> bool:
    """Whether she may change the table."""
    units = work.units(Right.OMSTILLING_SKRIV)
    return bool(units) and table.eining_id in {None, *units}


def tables(work: Work) -> list[Tabellsum]:
    """Every table with its sums, real ones first and newest first. Three questions, however many rows."""
    seen = visible_rows(work)
    counted = work.db.execute(
        select(Omstillingstabell, func.count(Omstillingsrad.id), _whole(work, Right.OMSTILLING_LES).label("heile"))
        .outerjoin(Omstillingsrad, Omstillingsrad.tabell_id == Omstillingstabell.id)
        .where(seen)
        .group_by(Omstillingstabell.id)
        .order_by(Omstillingstabell.demo, Omstillingstabell.innlest.desc(), Omstillingstabell.id.desc())
    ).all()
    sums = work.db.execute(
        select(
            Omstillingsrad.tabell_id,
            Omstillingsbelop.aar,
            func.sum(Omstillingsbelop.planlagt),
            func.sum(Omstillingsbelop.realisert),
            func.count(),
        )
        .join(Omstillingsrad, Omstillingsrad.id == Omstillingsbelop.rad_id)
        .join(Omstillingstabell, Omstillingstabell.id == Omstillingsrad.tabell_id)
        .where(seen)
        .group_by(Omstillingsrad.tabell_id, Omstillingsbelop.aar)
        .order_by(Omstillingsbelop.aar)
    ).all()
    by_table: dict[int, dict[int, Sum]] = {}
    for tabell_id, aar, planned, realised, rows in sums:
        by_table.setdefault(tabell_id, {})[aar] = Sum(int(planned), None if realised is None else int(realised), rows)
    return [Tabellsum(table, rows, bool(whole), by_table.get(table.id, {})) for table, rows, whole in counted]


def grouped(work: Work, tabell_id: int, by: str) -> dict[str, dict[int, Sum]]:
    """The table's sums by department or by kind (`avdeling`, `slag`) and year, in the table's own order."""
    column = {"avdeling": Omstillingsrad.avdeling, "slag": Omstillingsrad.slag}[by]
    rows = work.db.execute(
        select(
            column,
            Omstillingsbelop.aar,
            func.sum(Omstillingsbelop.planlagt),
            func.sum(Omstillingsbelop.realisert),
            func.count(),
            func.min(Omstillingsrad.nr).label("forst"),
        )
        .join(Omstillingsrad, Omstillingsrad.id == Omstillingsbelop.rad_id)
        .join(Omstillingstabell, Omstillingstabell.id == Omstillingsrad.tabell_id)
        .where(Omstillingsrad.tabell_id == tabell_id, visible_rows(work))
        .group_by(column, Omstillingsbelop.aar)
        .order_by("forst")
    )
    found: dict[str, dict[int, Sum]] = {}
    for name, aar, planned, realised, count, _first in rows:
        found.setdefault(name, {})[aar] = Sum(int(planned), None if realised is None else int(realised), count)
    return found


def rows_of(work: Work, tabell_id: int) -> list[tuple[Omstillingsrad, str | None]]:
    """The table's rows with the name of the unit each is mapped to, in the table's own order."""
    rows = work.db.execute(
        select(Omstillingsrad, Eining.namn)
        .join(Omstillingstabell, Omstillingstabell.id == Omstillingsrad.tabell_id)
        .outerjoin(Eining, Eining.id == Omstillingsrad.eining_id)
        .where(Omstillingsrad.tabell_id == tabell_id, visible_rows(work))
        .order_by(Omstillingsrad.nr, Omstillingsrad.id)
    )
    return [(row, unit) for row, unit in rows]


def amounts_of(db: Session, rad_ids: Sequence[int]) -> dict[int, dict[int, Any]]:
    """Kroner of rows already fetched, by row and year."""
    found: dict[int, dict[int, Any]] = {}
    if rad_ids:
        rows = db.scalars(
            select(Omstillingsbelop)
            .where(Omstillingsbelop.rad_id.in_(rad_ids))
            .order_by(Omstillingsbelop.rad_id, Omstillingsbelop.aar)
        )
        for row in rows:
            found.setdefault(row.rad_id, {})[row.aar] = row
    return found
