"""Points: delivered by the unit, accepted or returned by the director, asked about by both."""

from flask import flash
from flask.typing import ResponseReturnValue

from kjerne.access import Right
from kjerne.errors import Refused
from kjerne.i18n import gettext as _
from kjerne.work import Work
from oppdragsbrev import actions
from oppdragsbrev.queries import svar as answers
from oppdragsbrev.rules import TEKST_MAX
from oppdragsbrev.views.area import area
from oppdragsbrev.views.felt import day, failed, guarded, number, version
from oppdragsbrev.views.svar import back, page


@area.page("/<id:brev_id>/eining/<kode>/punkt/<id:del_id>/lever", needs=Right.BREV_SVAR, method="POST")
def lever(work: Work, brev_id: int, kode: str, del_id: int) -> ResponseReturnValue:
    """Deliver a point as it was seen."""
    syn, del_ = answers.get_del(work, brev_id, kode, del_id)
    try:
        actions.deliver(work, syn, del_, version=version(), sett=number("sett"))
    except Refused as refused:
        return page(work, syn, failed(refused, f"lever-{del_.id}"), her=f"del-{del_.id}", status=422)
    flash(_("Punktet er levert til kommunalsjefen."), "ok")
    return back(syn, f"del-{del_.id}")


@area.page("/<id:brev_id>/eining/<kode>/punkt/<id:del_id>/godta", needs=Right.BREV_SKRIV, method="POST")
def godta(work: Work, brev_id: int, kode: str, del_id: int) -> ResponseReturnValue:
    """Accept a delivered point."""
    syn, del_ = answers.get_del(work, brev_id, kode, del_id)
    actions.accept(work, syn, del_, version=version())
    flash(_("Punktet er godteke."), "ok")
    return back(syn, f"del-{del_.id}")


@area.page("/<id:brev_id>/eining/<kode>/punkt/<id:del_id>/retur", needs=Right.BREV_SKRIV, method="POST")
def retur(work: Work, brev_id: int, kode: str, del_id: int) -> ResponseReturnValue:
    """Return a point with a reason."""
    syn, del_ = answers.get_del(work, brev_id, kode, del_id)
    try:
        grunn = guarded(work, "grunn", TEKST_MAX, sent_as=f"grunn-{del_.id}")
        actions.return_back(work, syn, del_, grunn=grunn, version=version())
    except Refused as refused:
        return page(work, syn, failed(refused, f"grunn-{del_.id}"), her=f"retur-{del_.id}", status=422)
    flash(_("Punktet er sendt tilbake. Leiaren får brev."), "ok")
    return back(syn, f"del-{del_.id}")


@area.page("/<id:brev_id>/eining/<kode>/punkt/<id:del_id>/sporsmal", needs=Right.BREV_LES, method="POST")
def sporsmal(work: Work, brev_id: int, kode: str, del_id: int) -> ResponseReturnValue:
    """Ask about a point, or answer."""
    syn, del_ = answers.get_del(work, brev_id, kode, del_id)
    try:
        actions.ask(work, syn, del_, guarded(work, "tekst", TEKST_MAX, sent_as=f"sporsmal-{del_.id}"))
    except Refused as refused:
        return page(work, syn, failed(refused, f"sporsmal-{del_.id}"), her=f"samtale-{del_.id}", status=422)
    flash(_("Sendt."), "ok")
    return back(syn, f"samtale-{del_.id}")


@area.page("/<id:brev_id>/eining/<kode>/punkt/<id:del_id>/frist", needs=Right.BREV_SKRIV, method="POST")
def frist(work: Work, brev_id: int, kode: str, del_id: int) -> ResponseReturnValue:
    """Give this unit another deadline for the point."""
    syn, del_ = answers.get_del(work, brev_id, kode, del_id)
    try:
        new = day("frist")
        with work.db.begin_nested():
            actions.set_deadline(work, syn, del_, new or del_.frist, version=version())
    except Refused as refused:
        return page(work, syn, failed(Refused(refused.message, f"frist-{del_.id}"), ""), her=f"ny-frist-{del_.id}", status=422)
    flash(_("Fristen er sett. Leiaren får brev."), "ok")
    return back(syn, f"del-{del_.id}")
