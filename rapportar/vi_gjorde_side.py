"""The page of «de melde – vi gjorde»: the sheet as it will be printed, and the three texts to edit."""

from flask import flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from kjerne import vakt
from kjerne.access import Right
from kjerne.errors import NotFound, Refused
from kjerne.i18n import gettext as _
from kjerne.models import Eining
from kjerne.text import BadText, clean
from kjerne.web import render
from kjerne.work import Work
from rapportar import dokument, tekstar
from rapportar import vi_gjorde as sheet
from rapportar.rules.perioder import Rytme, Val, offered, rhythm_of
from rapportar.sider import units
from rapportar.views import area

MONTHS = 13


def _chosen(work: Work, where: dict[str, str]) -> tuple[Eining, Val]:
    """The unit and the month; without a month the last whole one. Raises `Refused` for what is no month."""
    eining = dokument.get_unit(work, where.get("eining", "")[:40])
    if not work.has(Right.AVVIK_TAL, eining.id):
        raise NotFound
    kode = where.get("periode", "")[:20] or offered(work.today, Rytme.MANAD, count=2)[1].kode
    val = dokument.get_period(work, kode)
    if rhythm_of(val.kode) is not Rytme.MANAD:
        raise Refused(_("Arket er for éin månad. Skriv han som 2026-10."), "periode")
    return eining, val


def _page(work: Work, eining: Eining, val: Val, **more: object) -> str:
    return render(
        work,
        "rapportar/vi_gjorde.html",
        **{
            "ark": sheet.build(work, eining, val),
            "titlar": sheet.TITLES,
            "eining": eining,
            "val": val,
            "einingar": [one for one in units(work) if work.has(Right.AVVIK_TAL, one.id)],
            "periodar": offered(work.today, Rytme.MANAD, count=MONTHS),
            "kan_skrive": work.has(Right.RAPPORT_SKRIV, eining.id),
            "prova": None,
            "dommen": None,
            "feil": "",
            **more,
        },
    )


@area.page("/vi-gjorde", needs=Right.RAPPORT_LES)
def vi_gjorde(work: Work) -> str:
    """The sheet of a unit and a month."""
    eining, val = _chosen(work, request.args)
    return _page(work, eining, val)


@area.page("/vi-gjorde/ark", needs=Right.RAPPORT_LES)
def vi_gjorde_ark(work: Work) -> Response:
    """The sheet as a PDF for print."""
    eining, val = _chosen(work, request.args)
    work.read("rapport", f"vi_gjorde {eining.kode} {val.kode}"[:60], "lasta-ned")
    answer = Response(sheet.paper(work, sheet.build(work, eining, val)), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f"attachment; filename=vi-gjorde-{val.kode}.pdf"
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


@area.page("/vi-gjorde", needs=Right.RAPPORT_SKRIV, method="POST")
def vi_gjorde_send(work: Work) -> ResponseReturnValue:
    """Keep one of the three texts; an empty one brings the proposal back."""
    eining, val = _chosen(work, request.form)
    bolk, raw = request.form.get("bolk", ""), request.form.get("tekst", "")
    if bolk not in sheet.TITLES:
        raise NotFound
    try:
        text = clean(raw, max_len=tekstar.LONGEST, multiline=True)
        vakt.demand(work.db, {"tekst": text}, today=work.today, confirmed=request.form.get(vakt.CONFIRM_FIELD) == "1")
    except vakt.Guarded as guarded:
        tried = {"bolk": bolk, "tekst": raw}
        return make_response(_page(work, eining, val, prova=tried, dommen=guarded.verdict, feil=guarded.message), 422)
    except BadText as bad:
        return make_response(_page(work, eining, val, prova={"bolk": bolk, "tekst": raw}, feil=bad.message), 422)
    tekstar.keep(work, tekstar.Stad(sheet.SLAG, eining, val.kode, bolk), text, versjon=request.form.get("versjon", ""))
    flash(_("Teksten er lagra."), "ok")
    return redirect(url_for("rapportar.vi_gjorde", eining=eining.kode, periode=val.kode), 303)
