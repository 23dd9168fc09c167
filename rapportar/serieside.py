"""A run chart of a unit: the median frozen at a chosen month (a measure, a procedure's version), and XmR limits when asked for."""

from flask import request

from avvik.queries.tal import Tal, figures, units_of_numbers
from avvik.queries.tal_periode import RUN, Periode, month_name, month_of, months, shift
from kjerne import signal
from kjerne.access import Right
from kjerne.errors import NotFound
from kjerne.i18n import fnumber
from kjerne.i18n import gettext as _
from kjerne.web import render
from kjerne.work import Work
from rapportar import dokument
from rapportar.rules import serie as rules
from rapportar.seriesvar import say
from rapportar.sider import units
from rapportar.views import area

#: The fewest months on each side of a chosen one.
SIDE = 3


def _points(work: Work, kode: str, slag: str) -> tuple[str, list[tuple[int, Tal]], list[tuple[str, str]]]:
    """The series' name, its months with their numbers, and the types on offer."""
    eining = dokument.get_unit(work, kode)
    known = units_of_numbers(work)
    if eining.id not in known:
        raise NotFound
    window = months(shift(month_of(work.today), -RUN), RUN)
    found = figures(work, eining, Periode("serie", "", window), known)
    types = [(row.kode, row.namn) for row in found.typar.rader]
    row = next((one for one in found.typar.rader if one.kode == slag), None)
    numbers = row.celler if row is not None else found.typar.sum
    return row.namn if row is not None else _("Alle typar"), list(zip(window, numbers, strict=True)), types


@area.page("/serie", needs=Right.RAPPORT_LES)
def serie(work: Work) -> str:
    """The last 24 whole months of a unit and a type. Where a month is hidden from her nothing is drawn."""
    kode, slag, delt = (request.args.get(name, "")[:40] for name in ("eining", "type", "delt"))
    name, points, types = _points(work, kode, slag)
    while points and points[0][1] == Tal():
        points.pop(0)
    whole = all(tal.heil for _month, tal in points)
    values = [tal.n for _month, tal in points] if whole else []
    place = next((place for place, (month, _tal) in enumerate(points) if f"{month // 100}-{month % 100:02d}" == delt), None)
    split = place if place is not None and SIDE <= place <= len(values) - SIDE else None
    read = signal.read(values)
    xmr = rules.limits(values) if request.args.get("xmr") == "1" else None
    middle = rules.frozen(values, split)[0] if split is not None else read.median
    return render(
        work,
        "rapportar/serie.html",
        namn=name,
        einingar=units(work),
        eining=dokument.get_unit(work, kode),
        typar=types,
        type=slag,
        delt=delt,
        manadar=[(f"{month // 100}-{month % 100:02d}", month_name(month)) for month, _tal in points],
        punkt=[{"namn": month_name(month), "tal": tal.n} for month, tal in points] if whole else [],
        median=middle if values else None,
        spenn=read.spenn if split is None else None,
        hending={"i": split, "namn": month_name(points[split][0])} if split is not None else None,
        seier=_says(values, split, read),
        xmr=xmr,
        xmrord=_limits(xmr, points) if xmr else "",
        vil_xmr=request.args.get("xmr") == "1",
    )


def _says(values: list[int], split: int | None, read: signal.Signal) -> str:
    if not values:
        return _("Enkeltmånader er små tal utanfor det du les, så seriediagrammet står ikkje her.")
    if split is None:
        return say(read)
    middle, over, under = rules.frozen(values, split)
    told = _(
        "Medianen er frosen på %(m)s frå før månaden du valde. Etter ligg %(over)s månader over han og %(under)s under.",
        m=fnumber(middle, 1),
        over=over,
        under=under,
    )
    return f"{told} " + _("Etterpå for seg: %(seier)s", seier=say(signal.read(values[split:])))


def _limits(xmr: rules.Grenser, points: list[tuple[int, Tal]]) -> str:
    told = _(
        "XmR: snittet er %(s)s, og grensene er %(n)s og %(o)s.",
        s=fnumber(xmr.snitt, 1),
        n=fnumber(xmr.nedre, 1),
        o=fnumber(xmr.ovre, 1),
    )
    outside = ", ".join(f"{month_name(points[place][0])} ({points[place][1].n})" for place in xmr.utanfor)
    return f"{told} " + (_("Utanfor grensene: %(kva)s.", kva=outside) if outside else _("Ingen månader er utanfor."))
