"""The page «did it help?»: changed procedures with the deviations before and after, and how the library stands."""

from flask import request

from avvik.queries.tal import figures, find_unit, periods, units_of_numbers
from avvik.views.tal import shown
from kjerne.access import Right
from kjerne.i18n import fdate, fnumber
from kjerne.i18n import gettext as _
from kjerne.signal import Signal
from kjerne.web import render
from kjerne.work import Work
from rapportar.prosedyreeffekt import Bolk, Effekt, Lesen, basis, below, effects, read_in_time, reading, standing
from rapportar.views import area


@area.page("/prosedyreeffekt", needs=Right.RAPPORT_LES)
def prosedyreeffekt(work: Work) -> str:
    """Per changed procedure: deviations of its categories and units, per month before and after; and the library's numbers."""
    units = units_of_numbers(work)
    top = find_unit(units, request.args.get("eining", "")[:40])
    choices = periods(work, units, top)
    asked = request.args.get("periode", "")
    periode = next((one for one in choices if one.kode == asked), choices[0])
    ground = basis(work, top, units)
    found = effects(work, top, ground)
    chosen = _chosen(found, request.args.get("prosedyre", ""))
    lesen = reading(work, chosen, ground) if chosen else None
    mine = below(units, top)
    return render(
        work,
        "rapportar/prosedyreeffekt.html",
        f=figures(work, top, periode, units),
        vist=shown,
        topp=top,
        einingar=list(units.values()),
        periodar=choices,
        periode=periode,
        effektar=[(one, compared(one)) for one in found],
        vald=chosen,
        punkt=[{"namn": name, "tal": count} for name, count in chosen.punkt] if chosen else [],
        seier=_says(chosen) if chosen else "",
        lesen=lesen,
        leseord=_read_words(lesen) if lesen else [],
        stand=standing(work, mine),
        lesing=read_in_time(work, mine, ground.limit),
        snitt=average,
    )


def _chosen(found: list[Effekt], raw: str) -> Effekt | None:
    """The procedure the chart shows: the one asked for, else the newest that can be drawn."""
    asked = next((one for one in found if str(one.prosedyre_id) == raw), None)
    return asked or next((one for one in found if one.punkt and one.nok), None) or next((one for one in found if one.punkt), None)


def average(part: Bolk) -> str:
    """Cases a month, in words; a dash when hidden or without months."""
    return fnumber(part.snitt, 1) if part.snitt is not None else "–"


def compared(one: Effekt) -> str:
    """What the numbers say, in a sentence; too few say so."""
    if not one.kategoriar:
        return _("Ingen saker er knytte til prosedyren, så vi veit ikkje kva avvik han gjeld.")
    if not one.nok or one.fore.snitt is None or one.etter.snitt is None:
        return _("For få tilfelle eller månader til å seie noko.")
    if not one.fore.snitt:
        return _("Ingen slike avvik før endringa.")
    percent = round(100 * (one.etter.snitt - one.fore.snitt) / one.fore.snitt)
    if abs(percent) < 1:
        return _("Like mange i månaden som før.")
    return _("%(n)s %% færre i månaden enn før.", n=-percent) if percent < 0 else _("%(n)s %% fleire i månaden enn før.", n=percent)


def _says(one: Effekt) -> str:
    """The chart in words: the two rules of a run chart, or that there is too little."""
    if one.signal is None:
        return _("Du les ikkje alle einingane prosedyren gjeld, så enkeltmånader står ikkje her.")
    return f"{_signal(one.signal)} {compared(one)}"


def _signal(read: Signal) -> str:
    if not read.nok:
        return _("For få tilfelle til å seie om endringane er meir enn tilfeldige.")
    facts = _(
        "Lengste serie på éi side av medianen er %(lengst)s (grense %(grense)s), %(kryss)s kryssingar (minst %(venta)s venta).",
        lengst=read.lengst,
        grense=read.grense,
        kryss=read.kryssingar,
        venta=read.venta,
    )
    head = _("Signal: noko anna enn tilfeldig variasjon.") if read.signal else _("Ikkje signal: variasjonen kan vere tilfeldig.")
    return f"{head} {facts}"


def _read_words(lesen: Lesen) -> list[str]:
    """When enough had read it, and what followed, in sentences."""
    if not lesen.kravde:
        return [_("Ingen er bedne om å lese prosedyren.")]
    said = [_("%(lesne)s av %(kravde)s har lese versjonen.", lesne=lesen.lesne, kravde=lesen.kravde)]
    if lesen.dag is None:
        said.append(_("Færre enn fire av fem har lese han."))
    else:
        said.append(_("Fire av fem hadde lese han %(dag)s.", dag=fdate(lesen.dag)))
    if lesen.fore and lesen.etter:
        said.append(
            _(
                "Før det: %(fore)s avvik i månaden (%(m1)s månader). Etter: %(etter)s i månaden (%(m2)s månader).",
                fore=average(lesen.fore),
                m1=lesen.fore.manadar,
                etter=average(lesen.etter),
                m2=lesen.etter.manadar,
            )
        )
    return said
