"""What the front page counts: cases and events per month for those who may see numbers."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from avvik.models import AvvikGrovsum
from avvik.queries.lofte import kept_promises
from avvik.queries.tal_lesing import of_arts
from avvik.queries.tal_periode import month_of, months, shift
from kjerne.access import Right
from kjerne.katalog import Art, by_code
from kjerne.work import Work

MONTHS = 12


@dataclass(frozen=True)
class Manad:
    """A whole month in Oslo: cases filed, and the events they stand for (a series is several)."""

    fyrste: date
    saker: int
    hendingar: int


def per_month(work: Work) -> list[Manad]:
    """Deviations per month in the units whose numbers she may see, this month last: twelve months, from the kept sums.

    Improvement proposals and praise are no deviations, rejected cases neither; a case that is a varsel is counted nowhere.
    """
    running = month_of(work.today)
    within = months(shift(running, 1 - MONTHS), MONTHS)
    counted = [code for code, row in by_code(work.db, Art, work.today).items() if row.tel_som_avvik]
    rows = work.db.execute(
        select(AvvikGrovsum.manad, func.sum(AvvikGrovsum.saker), func.sum(AvvikGrovsum.hendingar))
        .where(*of_arts(work.units(Right.AVVIK_TAL), counted, within[0], running))
        .group_by(AvvikGrovsum.manad)
    )
    found = {month: (int(cases), int(events)) for month, cases, events in rows}
    return [Manad(date(month // 100, month % 100, 1), *found.get(month, (0, 0))) for month in within]


def kept_here(work: Work) -> tuple[int, int]:
    """(answered in time, due) over all units whose numbers she may see: the sum of what the receipts and the list show."""
    units = kept_promises(work)
    return sum(unit.halde for unit in units), sum(unit.rekna for unit in units)
