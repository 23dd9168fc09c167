"""The page of key figures: what is kept of a unit's last twelve months, and a file to bring in."""

from flask import flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from avvik.queries.tal_periode import YEAR, month_name, month_of, months, shift
from kjerne.access import Right
from kjerne.errors import NotFound, Refused
from kjerne.i18n import gettext as _
from kjerne.web import render
from kjerne.work import Work
from rapportar import nokkeltal
from rapportar.rules.nokkeltal import KINDS
from rapportar.views import area


def _page(work: Work, **more: object) -> str:
    units = nokkeltal.writable(work)
    asked = request.args.get("eining", "")[:40]
    eining = next((one for one in units if one.kode == asked), None)
    if asked and eining is None:
        raise NotFound
    eining = eining or units[0]
    end = month_of(work.today)
    window = months(shift(end, 1 - YEAR), YEAR)
    context = {
        "einingar": units,
        "eining": eining,
        "manadar": [(month, month_name(month)) for month in reversed(window)],
        "slag": [(slag.value, kind.namn) for slag, kind in KINDS.items()],
        "verdi": nokkeltal.kept(work, eining, window),
        "sist": f"{window[-2] // 100}-{window[-2] % 100:02d}",
        "feil": "",
        "rader": [],
        **more,
    }
    return render(work, "rapportar/nokkeltal.html", **context)


@area.page("/nokkeltal", needs=Right.RAPPORT_SKRIV)
def nokkeltala(work: Work) -> str:
    """What is kept of a unit, month by month."""
    return _page(work)


@area.page("/nokkeltal", needs=Right.RAPPORT_SKRIV, method="POST")
def nokkeltal_les(work: Work) -> ResponseReturnValue:
    """Bring in a file: all of it, or nothing when a row is refused."""
    sent = request.files.get("fil")
    raw = sent.stream.read(nokkeltal.MOST_BYTES + 1) if sent else b""
    try:
        read = nokkeltal.plan(work, raw, nokkeltal.writable(work))
        if read.feil:
            return make_response(
                _page(work, feil=_("Ingenting er lagra. Rett desse radene og prøv igjen."), rader=read.feil[:100]), 422
            )
        nokkeltal.apply(work, read)
    except Refused as refused:
        return make_response(_page(work, feil=refused.message), 422)
    flash(_("%(n)s nye tal, %(m)s endra, %(k)s som før.", n=read.nye, m=read.endra, k=read.uendra), "ok")
    if read.hoppa_over:
        flash(_("Desse kolonnane blir hoppa over: %(namn)s", namn=", ".join(read.hoppa_over)), "obs")
    return redirect(url_for("rapportar.nokkeltala"), 303)
