"""The list of letters, what waits for whom, and how a new one begins."""

from flask import flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from werkzeug.wrappers import Response

from kjerne.access import Open, Right
from kjerne.errors import NotFound, Refused
from kjerne.i18n import gettext as _
from kjerne.text import BadText, bounded_int
from kjerne.web import render
from kjerne.work import Work
from oppdragsbrev import actions
from oppdragsbrev.models import Oppdragsbrev
from oppdragsbrev.queries import brev as letters
from oppdragsbrev.queries import matrise
from oppdragsbrev.rules import BREVMERKE, NAMN_MAX, TILSTANDNAMN, Brevtilstand, said
from oppdragsbrev.views.area import area
from oppdragsbrev.views.felt import Feil, failed, guard, read


@area.page("/", needs=Open.LOGGED_IN)
def liste(work: Work) -> str:
    """The letters she sees, and what in them waits for her. `NotFound` for those nothing concerns."""
    brev = letters.letters(work)
    given = list(work.db.execute(matrise.given_open(work)))
    if not brev and not given and not work.has(Right.BREV_LES):
        raise NotFound
    return render(
        work,
        "oppdragsbrev/liste.html",
        brev=brev,
        tal=matrise.standings(work, brev),
        svare=list(work.db.execute(matrise.to_deliver(work))),
        gitt=given,
        vurdere=list(work.db.execute(matrise.to_judge(work))),
        kan_skrive=work.has(Right.BREV_SKRIV),
        kan_lese=work.has(Right.BREV_LES),
        tilstand=TILSTANDNAMN,
        merke=BREVMERKE,
        said=lambda row: said(row, work.sprak),
    )


def _new_page(work: Work, feil: Feil, status: int) -> Response:
    page = render(
        work,
        "oppdragsbrev/nytt.html",
        malar=letters.templates(work),
        fjor=_earlier(work),
        valt=request.values.get("kjelde", ""),
        aar=work.today.year + 1 if work.today.month > 6 else work.today.year,
        feil=feil,
    )
    return make_response(page, status)


def _earlier(work: Work) -> list[Oppdragsbrev]:
    """The letters a new one may be made from."""
    units = work.units(Right.BREV_SKRIV)
    return list(
        work.db.scalars(
            select(Oppdragsbrev)
            .where(Oppdragsbrev.eining_id.in_(units), Oppdragsbrev.status != Brevtilstand.KLADD)
            .order_by(Oppdragsbrev.aar.desc(), Oppdragsbrev.id.desc())
        )
    )


@area.page("/nytt", needs=Right.BREV_SKRIV)
def nytt(work: Work) -> Response:
    """Choose what the new letter is made from."""
    return _new_page(work, Feil(), 200)


@area.page("/nytt", needs=Right.BREV_SKRIV, method="POST")
def nytt_send(work: Work) -> ResponseReturnValue:
    """Make a draft from a template (`mal-3`) or from an earlier letter (`brev-7`)."""
    try:
        tittel = read("tittel", NAMN_MAX, multiline=False, needed=_("Skriv kva brevet skal heite."))
        guard(work, {"tittel": tittel})
        made = _make(work, tittel, _year(request.form.get("aar", "")))
    except Refused as refused:
        return _new_page(work, failed(refused, "kjelde"), 422)
    flash(_("Kladden er laga. Sjå over teksten, vel einingar og set fristar."), "ok")
    return redirect(url_for("oppdragsbrev.brev", brev_id=made.id), 303)


def _make(work: Work, tittel: str, aar: int) -> Oppdragsbrev:
    kind, _dash, raw = request.form.get("kjelde", "").partition("-")
    number = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else 0
    if kind == "mal":
        return actions.make_letter(work, letters.get_template(work, number), aar=aar, tittel=tittel)
    if kind == "brev":
        only = request.form.get("berre_uferdig") == "1"
        return actions.next_year(work, letters.get_own(work, number), aar=aar, tittel=tittel, only_unfinished=only)
    raise Refused(_("Vel kva brevet skal lagast frå."), "kjelde")


def _year(raw: str) -> int:
    try:
        return bounded_int(raw, 2000, 2100)
    except BadText as bad:
        raise Refused(bad.message, "aar") from bad
