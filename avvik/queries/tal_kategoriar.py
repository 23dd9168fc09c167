"""The categories of one main type month by month: unit × category × month, read from the kept sums. For who reads all the cases."""

from collections.abc import Collection, Sequence

from sqlalchemy import func, select

from avvik.models import AvvikSum
from avvik.queries.sak import Ordliste
from avvik.queries.tal import Rutenett, grid, grid_row
from avvik.queries.tal_celler import Tal
from avvik.queries.tal_periode import month_name
from kjerne.katalog import Art, by_code
from kjerne.work import Work


def by_category(work: Work, units: Collection[int], hovudtype: str, manadar: Sequence[int], words: Ordliste) -> Rutenett:
    """Counted cases of a main type in these units by category and month; categories in the words' order. One query.

    Nothing is hidden: the page has demanded that she reads every case of these units. What is counted is as on the numbers' page.
    """
    counted = [code for code, row in by_code(work.db, Art, work.today).items() if row.tel_som_avvik]
    rows = work.db.execute(
        select(AvvikSum.underkategori, AvvikSum.manad, func.sum(AvvikSum.saker))
        .where(
            AvvikSum.eining_id.in_(units),
            AvvikSum.manad.between(manadar[0], manadar[-1]),
            AvvikSum.hovudtype == hovudtype,
            AvvikSum.art.in_(counted),
            AvvikSum.stand != "avvist",
        )
        .group_by(AvvikSum.underkategori, AvvikSum.manad)
    )
    found: dict[str, dict[int, int]] = {}
    for code, month, count in rows:
        if count:
            found.setdefault(code, {})[month] = int(count)
    names = sorted((words.label("underkategori", code), code) for code in found)
    lines = [grid_row(code, name, [Tal(found[code].get(month, 0)) for month in manadar]) for name, code in names]
    sums = [Tal(sum(months.get(month, 0) for months in found.values())) for month in manadar]
    return grid([(str(month), month_name(month)) for month in manadar], lines, sums)
