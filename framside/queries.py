"""What the front page counts: cases and events per month for those who may see numbers."""

from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import pairwise
from typing import Any

from sqlalchemy import and_, case, func, select

from avvik.models import Avvik
from avvik.queries.lists import kept_promises
from kjerne.access import Right
from kjerne.clock import from_oslo
from kjerne.katalog import Art, by_code
from kjerne.work import Work

MONTHS = 12


@dataclass(frozen=True)
class Manad:
    """A whole month in Oslo: cases filed, and the events they stand for (a series is several)."""

    fyrste: date
    saker: int
    hendingar: int


def _months(today: date) -> list[date]:
    """The first days of the twelve months up to this one, and of the next."""
    count = today.year * 12 + today.month - 1
    return [date((count - back) // 12, (count - back) % 12 + 1, 1) for back in range(MONTHS - 1, -2, -1)]


def per_month(work: Work) -> list[Manad]:
    """Deviations per month in the units whose numbers she may see, this month last. One query.

    Improvement proposals and praise are no deviations; a case that is a varsel is counted nowhere.
    """
    firsts = _months(work.today)
    edges = [from_oslo(datetime.combine(first, time())) for first in firsts]
    columns: list[Any] = []
    for start, end in pairwise(edges):
        inside = and_(Avvik.meldt >= start, Avvik.meldt < end)
        columns += [func.sum(case((inside, 1), else_=0)), func.sum(case((inside, Avvik.serie_tal), else_=0))]
    counted = [code for code, row in by_code(work.db, Art, work.today).items() if row.tel_som_avvik]
    sums = work.db.execute(
        select(*columns).where(
            Avvik.eining_id.in_(work.units(Right.AVVIK_TAL)),
            Avvik.er_varsel.is_(False),
            Avvik.art.in_(counted),
            Avvik.meldt >= edges[0],
        )
    ).one()
    numbers = [int(value or 0) for value in sums]
    return [Manad(first, numbers[2 * index], numbers[2 * index + 1]) for index, first in enumerate(firsts[:-1])]


def kept_here(work: Work) -> tuple[int, int]:
    """(answered in time, due) over all units whose numbers she may see: the sum of what the receipts and the list show."""
    units = kept_promises(work)
    return sum(unit.halde for unit in units), sum(unit.rekna for unit in units)
