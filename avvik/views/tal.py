"""The numbers page: the figures of `avvik.queries.tal` in words and charts, the same rows in the tables beside."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import request, url_for

from avvik.queries.tal import Figurar, Rutenett, Tal, figures, find_unit, periods, units_of_numbers
from avvik.queries.tal_periode import first_day, shift, understood
from avvik.views.area import area
from kjerne.access import Right
from kjerne.i18n import fnumber
from kjerne.i18n import gettext as _
from kjerne.models import Eining
from kjerne.signal import Signal
from kjerne.web import render
from kjerne.work import Work

HIDDEN = "–"


@area.page("/tal", needs=Right.AVVIK_TAL)
def tal(work: Work) -> str:
    """The numbers of a unit and a period. A unit outside her numbers is 404."""
    units = units_of_numbers(work)
    eining = find_unit(units, request.args.get("eining", "")[:40])
    choices = periods(work, units, eining)
    asked = request.args.get("periode", "").strip()[:20]
    wanted = understood(asked, choices)
    periode = wanted or choices[0]
    if periode not in choices:
        choices = [periode, *choices]
    found = figures(work, eining, periode, units)
    return render(
        work,
        "avvik/tal.html",
        f=found,
        einingar=list(units.values()),
        delar=len([row for row in units.values() if row.sti.startswith(eining.sti)]),
        periodar=choices,
        ukjend=asked if asked and wanted is None else "",
        periode=found.periode,
        vist=shown,
        grenser=steps,
        endring=change(found),
        **_charts(found),
        **_links(work, units, found),
    )


def _charts(found: Figurar) -> dict[str, object]:
    """What the charts draw, and the rows of the tables beside them: the same numbers."""
    read = found.serie.signal
    ages = [{"namn": name, "tal": number.n, "vist": shown(number)} for name, number in found.opne]
    return {
        "punkt": [{"namn": name, "tal": count} for name, count in found.serie.punkt],
        "median": fnumber(read.median, 1) if read and found.serie.punkt else None,
        "medianverdi": read.median if read and found.serie.punkt else None,
        "seier": say(read),
        "spenn": read.spenn if read else None,
        "nivaa": _bars(found),
        "alvorsrader": [[f"{level} {name}", shown(number)] for level, name, number in found.alvor],
        "opne": ages,
        "openrader": [[name, shown(number)] for name, number in found.opne] + [[_("Alle"), shown(found.opne_alle)]],
    }


def shown(number: Tal) -> str:
    """A number as the page writes it: with its separators, "minst" when a part is hidden, a dash when nothing is known."""
    if number.heil:
        return fnumber(number.n)
    return _("minst %(n)s", n=fnumber(number.n)) if number.n else HIDDEN


def _bars(found: Figurar) -> list[dict[str, object]]:
    """Severity as bars: count and share in words."""
    whole = found.saker
    return [
        {"namn": name, "tal": number.n, "vist": _with_share(number, whole), "niva": level, "kode": level}
        for level, name, number in found.alvor
    ]


def _with_share(number: Tal, whole: Tal) -> str:
    if not (number.heil and whole.heil and whole.n):
        return shown(number)
    return f"{shown(number)} ({round(100 * number.n / whole.n)} %)"


def _links(work: Work, units: Mapping[int, Eining], found: Figurar) -> dict[str, object]:
    """Where the numbers lead: each part's own numbers, and the cases behind a cell where she reads all of them.

    The list shows what she may open, without cases of a closed group: it may be shorter than the number, and says so then.
    """
    reads = work.units(Right.AVVIK_LES)
    readable = {row.kode for row in units.values() if found.eining.id in {row.id, row.overordna_id} and all_in(reads, units, row)}
    months = found.periode.manadar
    of_unit = found.eining.kode in readable
    return {
        "sider": {
            row.kode: url_for("avvik.tal", eining=row.kode, periode=found.periode.kode) for row in found.einingar.rader if row.kode
        },
        "typesider": {
            row.kode: url_for("avvik.tal_kategoriar", eining=found.eining.kode, periode=found.periode.kode, hovudtype=row.kode)
            for row in found.typar.rader
            if of_unit
        },
        "typelenkjer": {
            row.kode: {str(month): cases_behind(found.eining.kode, row.kode, month, month) for month in months}
            for row in found.typar.rader
            if of_unit
        },
        "einingslenkjer": {
            row.kode: {kode: cases_behind(row.kode, kode, months[0], months[-1]) for kode, _name in found.einingar.kolonnar}
            for row in found.einingar.rader
            if row.kode in readable
        },
    }


def all_in(ids: frozenset[int], units: Mapping[int, Eining], top: Eining) -> bool:
    """Whether the unit and all below it are among these."""
    return all(key in ids for key, row in units.items() if row.sti.startswith(top.sti))


def cases_behind(eining: str, hovudtype: str, first: int, last: int, underkategori: str = "") -> str:
    """The list behind a cell: the unit's cases of a type (and a category), filed in those months."""
    start, end = first_day(first), first_day(shift(last, 1)) - timedelta(days=1)
    narrow: dict[str, Any] = {
        "eining": eining,
        "hovudtype": hovudtype,
        **({"underkategori": underkategori} if underkategori else {}),
        "fra": start.isoformat(),
        "til": end.isoformat(),
        "tel": "avvik",
    }
    return url_for("avvik.liste", liste="alle", **narrow)


def change(found: Figurar) -> str:
    """How the count of the whole months compares with the same months a year before, in words."""
    if not (found.no.heil and found.fore.heil):
        return _("Små tal er skjulte, så endringa står ikkje her.")
    if not found.fore.n:
        return _("Ingen tal frå året før.")
    percent = round(100 * (found.no.n - found.fore.n) / found.fore.n)
    if not percent:
        return _("Like mange som året før.")
    if percent > 0:
        return _("%(n)s %% fleire enn året før (%(fore)s).", n=percent, fore=fnumber(found.fore.n))
    return _("%(n)s %% færre enn året før (%(fore)s).", n=-percent, fore=fnumber(found.fore.n))


def say(found: Signal | None) -> str:
    """What the run chart says, in a sentence with run, limit and crossings."""
    if found is None:
        return _("Nokre månader har for få saker til å vise fram her.")
    if not found.nok:
        return _("For få tilfelle til å seie noko.")
    facts = _(
        "Lengste serie på éi side av medianen er %(lengst)s (grense %(grense)s), %(kryss)s kryssingar (minst %(venta)s venta).",
        lengst=found.lengst,
        grense=found.grense,
        kryss=found.kryssingar,
        venta=found.venta,
    )
    if not found.signal:
        return _("Ikkje signal: endringane er ikkje større enn tilfeldige.") + " " + facts
    if not found.lang_serie:
        return _("Signal: færre kryssingar av medianen enn tilfeldig.") + " " + facts
    return (_("Signal: varig fleire.") if found.side > 0 else _("Signal: varig færre.")) + " " + facts


def steps(grid: Rutenett) -> str:
    """Where a darker step begins, in words under the table."""
    limits = ", ".join(str(limit) for limit in grid.grenser)
    return _("Mørkare frå: %(grenser)s.", grenser=limits) if limits else ""
