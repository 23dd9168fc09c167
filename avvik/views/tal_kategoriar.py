"""The numbers of one main type, category by category: where the grid of types leads who reads all the cases."""

from flask import request, url_for

from avvik.queries.sak import ordliste
from avvik.queries.tal import find_unit, periods, units_of_numbers
from avvik.queries.tal_kategoriar import by_category
from avvik.queries.tal_periode import understood
from avvik.views.area import area
from avvik.views.tal import all_in, cases_behind, shown, steps
from kjerne.access import Right
from kjerne.errors import NotFound
from kjerne.katalog import Hovudtype, versions
from kjerne.web import render
from kjerne.work import Work


@area.page("/tal/kategoriar", needs=Right.AVVIK_TAL)
def tal_kategoriar(work: Work) -> str:
    """Category by month within a main type, the first one when none is named. For who reads every case below; else 404."""
    units = units_of_numbers(work)
    eining = find_unit(units, request.args.get("eining", "")[:40])
    types = versions(work.db, Hovudtype)
    kode = request.args.get("hovudtype", "")[:60] or next(iter(types), "")
    if kode not in types or not all_in(work.units(Right.AVVIK_LES), units, eining):
        raise NotFound
    choices = periods(work, units, eining)
    periode = understood(request.args.get("periode", "").strip()[:20], choices) or choices[0]
    words = ordliste(work.db, work.today)
    below = [key for key, row in units.items() if row.sti.startswith(eining.sti)]
    found = by_category(work, below, kode, periode.manadar, words)
    return render(
        work,
        "avvik/tal_kategoriar.html",
        grid=found,
        eining=eining,
        periode=periode,
        namn=words.label("hovudtype", kode),
        attende=url_for("avvik.tal", eining=eining.kode, periode=periode.kode),
        vist=shown,
        grenser=steps(found),
        lenkjer={
            row.kode: {str(month): cases_behind(eining.kode, kode, month, month, row.kode) for month in periode.manadar}
            for row in found.rader
        },
    )
