"""A run chart of a unit: the median frozen at a chosen month (a measure, a procedure's version), and XmR limits when asked for.

The chart is one part of a document, as in a report: the page, the paper and the files draw the same part.
"""

from dataclasses import dataclass

from flask import request
from werkzeug.wrappers import Response

from avvik.queries.tal import Tal, figures, units_of_numbers
from avvik.queries.tal_periode import RUN, Periode, month_name, month_of, months, shift
from kjerne import signal
from kjerne.access import Right
from kjerne.errors import NotFound
from kjerne.i18n import fnumber
from kjerne.i18n import gettext as _
from kjerne.models import Eining
from kjerne.web import render
from kjerne.work import Work
from rapportar import dokument
from rapportar.rules import dokument as delar
from rapportar.rules import serie as rules
from rapportar.seriesvar import say
from rapportar.sider import KINDS, units
from rapportar.sider import answer as answer_with
from rapportar.views import area

#: The fewest months on each side of a chosen one.
SIDE = 3


@dataclass(frozen=True)
class Valt:
    """What is drawn: the unit, the type's code and name, the months with their numbers, the month it is split at, limits or not."""

    eining: Eining
    type: str
    namn: str
    punkt: list[tuple[int, Tal]]
    delt: str
    xmr: bool
    typar: list[tuple[str, str]]

    @property
    def verdiar(self) -> list[int]:
        """The counts; none where a month is hidden from her."""
        return [tal.n for _month, tal in self.punkt] if all(tal.heil for _month, tal in self.punkt) else []

    @property
    def skilje(self) -> int | None:
        """The place of the chosen month, when there are months enough on both sides."""
        place = next((place for place, (month, _tal) in enumerate(self.punkt) if code(month) == self.delt), None)
        return place if place is not None and SIDE <= place <= len(self.verdiar) - SIDE else None


def code(month: int) -> str:
    """202610 as 2026-10."""
    return f"{month // 100}-{month % 100:02d}"


def chosen(work: Work) -> Valt:
    """What the address asks for: the last 24 whole months of a unit and a type, from the first with a case on."""
    kode, slag, delt = (request.args.get(name, "")[:40] for name in ("eining", "type", "delt"))
    eining = dokument.get_unit(work, kode)
    known = units_of_numbers(work)
    if eining.id not in known:
        raise NotFound
    window = months(shift(month_of(work.today), -RUN), RUN)
    found = figures(work, eining, Periode("serie", "", window), known, beside=False)
    row = next((one for one in found.typar.rader if one.kode == slag), None)
    points = list(zip(window, row.celler if row is not None else found.typar.sum, strict=True))
    while points and points[0][1] == Tal():
        points.pop(0)
    name = row.namn if row is not None else _("Alle typar")
    types = [(one.kode, one.namn) for one in found.typar.rader]
    return Valt(eining, slag, name, points, delt, request.args.get("xmr") == "1", types)


def parts(valt: Valt) -> list[delar.Del]:
    """The chart with its numbers; a sentence where there is nothing to draw."""
    values, split = valt.verdiar, valt.skilje
    if not values:
        return [delar.Setning(_says(values, split, signal.read(values)))]
    read = signal.read(values)
    middle = rules.frozen(values, split)[0] if split is not None else read.median
    xmr = rules.limits(values, split) if valt.xmr else None
    names = [month_name(month) for month, _tal in valt.punkt]
    chart = delar.Serie(
        valt.namn,
        _("Saker per heile månad, %(eining)s", eining=valt.eining.namn),
        list(zip(names, values, strict=True)),
        middle,
        read.spenn if split is None else None,
        _says(values, split, read),
        grenser=xmr,
        delt=(split, _("Frosen frå %(manad)s", manad=names[split])) if split is not None else None,
    )
    found: list[delar.Del] = [chart]
    if xmr:
        rows: list[list[delar.Celle]] = [
            [_("Median"), middle],
            [_("Snitt"), xmr.snitt],
            [_("Nedre grense"), xmr.nedre],
            [_("Øvre grense"), xmr.ovre],
        ]
        found += [delar.Setning(_limits(xmr, valt)), delar.Tabell(_("Linjene i diagrammet"), [_("Linje"), _("Verdi")], rows)]
    elif valt.xmr:
        found.append(delar.Setning(_("For få månader til XmR-grenser.")))
    return found


def built(work: Work, valt: Valt) -> delar.Dokument:
    """The chart as a document of one section."""
    first, last = (month_name(valt.punkt[place][0]) for place in (0, -1)) if valt.punkt else ("", "")
    return delar.Dokument(
        slag="serie",
        namn=_("Seriediagram"),
        eining=valt.eining.namn,
        einingskode=valt.eining.kode,
        periode=f"{code(valt.punkt[0][0])}_{code(valt.punkt[-1][0])}" if valt.punkt else "",
        periodenamn=f"{first} – {last}",
        ferdig=True,
        tid=work.now,
        bolkar=[delar.Bolk("serie", valt.namn, parts(valt))],
        ikkje_med=[],
        heilt=bool(valt.verdiar),
        merknader=[dokument.culture()],
    )


@area.page("/serie", needs=Right.RAPPORT_LES)
def serie(work: Work) -> str:
    """The last 24 whole months of a unit and a type. Where a month is hidden from her nothing is drawn."""
    valt = chosen(work)
    doc = built(work, valt)
    return render(
        work,
        "rapportar/serie.html",
        valt=valt,
        bolk=doc.bolkar[0],
        einingar=units(work),
        manadar=[(code(month), month_name(month)) for month, _tal in valt.punkt],
        skriven=delar.written,
        art=lambda part: type(part).__name__,
    )


@area.page("/serie/fil", needs=Right.RAPPORT_LES)
def serie_fil(work: Work) -> Response:
    """The chart and its numbers as a file; the reading is logged."""
    form = request.args.get("format", "pdf")
    if form not in KINDS:
        raise NotFound
    return answer_with(work, built(work, chosen(work)), form)


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


def _limits(xmr: rules.Grenser, valt: Valt) -> str:
    told = _(
        "XmR: snittet er %(s)s, og grensene er %(n)s og %(o)s.",
        s=fnumber(xmr.snitt, 1),
        n=fnumber(xmr.nedre, 1),
        o=fnumber(xmr.ovre, 1),
    )
    outside = ", ".join(f"{month_name(valt.punkt[place][0])} ({valt.punkt[place][1].n})" for place in xmr.utanfor)
    return f"{told} " + (_("Utanfor grensene: %(kva)s.", kva=outside) if outside else _("Ingen månader er utanfor."))
