"""A letter: units × points for those who read several, its text, its receivers and deadlines, its editions."""

from flask import flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from kjerne.access import Open, Right
from kjerne.errors import NotFound, Refused
from kjerne.i18n import gettext as _
from kjerne.i18n import ngettext
from kjerne.models import Eining
from kjerne.web import render
from kjerne.work import Work
from oppdragsbrev import actions
from oppdragsbrev.actions import Fristar
from oppdragsbrev.models import Oppdragsbrev
from oppdragsbrev.queries import brev as letters
from oppdragsbrev.queries import matrise
from oppdragsbrev.rules import BREVMERKE, PUNKTMERKE, PUNKTTILSTANDNAMN, TILSTANDNAMN, Brevtilstand, said
from oppdragsbrev.views.area import area
from oppdragsbrev.views.felt import Feil, day, failed, version
from oppdragsbrev.views.historie import lines


@area.page("/<id:brev_id>", needs=Open.LOGGED_IN)
def brev(work: Work, brev_id: int) -> ResponseReturnValue:
    """Units × points with how far each has come. Who has one unit goes to that unit's letter."""
    row = letters.get_brev(work, brev_id)
    sjef = letters.writes(work, row)
    if not sjef:
        units = _units_of_mine(work, row)
        if len(units) == 1:
            return redirect(url_for("oppdragsbrev.mottak", brev_id=row.id, kode=units[0].kode), 303)
        if not work.has(Right.BREV_LES):
            return render(work, "oppdragsbrev/mine.html", brev=row, einingar=units)
    rows = matrise.rows(work, row)
    points = letters.points_of(work, row)
    return render(
        work,
        "oppdragsbrev/brev.html",
        brev=row,
        sjef=sjef,
        rader=rows,
        punkt=points,
        mangel=sorted((one for one in rows if one.open), key=lambda one: (-one.late(work.today), -len(one.open), one.eining.sti)),
        mottakarar=len(letters.receivers(work, row)),
        utgaver=letters.editions(work, row),
        historie=lines(letters.history(work, row)) if sjef else [],
        tilstand=TILSTANDNAMN,
        kladd=row.status == Brevtilstand.KLADD,
        sendt=row.status == Brevtilstand.SENDT,
        merke=BREVMERKE,
        punktmerke=PUNKTMERKE,
        punktnamn=PUNKTTILSTANDNAMN,
        said=lambda one: said(one, work.sprak),
    )


def _units_of_mine(work: Work, row: Oppdragsbrev) -> list[Eining]:
    """The units she would open: those she reads, and those she was given a bullet of."""
    rows = work.db.execute(matrise.given_all(work).where(Oppdragsbrev.id == row.id))
    given = {unit.id: unit for _svar, _kule, _del, unit, _brev in rows}
    reads = {unit.id: unit for _mottak, unit in letters.receivers(work, row)} if work.has(Right.BREV_LES) else {}
    return sorted({**given, **reads}.values(), key=lambda unit: unit.sti)


def _deadline_page(work: Work, row: Oppdragsbrev, feil: Feil, status: int) -> Response:
    page = render(
        work,
        "oppdragsbrev/fristar.html",
        brev=row,
        punkt=letters.points_of(work, row),
        einingar=letters.units_to_choose(work, row),
        mottak=letters.receivers(work, row),
        eigne=letters.own_deadlines(work, row),
        kladd=row.status == Brevtilstand.KLADD,
        feil=feil,
        said=lambda one: said(one, work.sprak),
    )
    return make_response(page, status)


def _open_own(work: Work, brev_id: int) -> Oppdragsbrev:
    row = letters.get_own(work, brev_id)
    if row.status == Brevtilstand.AVSLUTTA:
        raise NotFound
    return row


@area.page("/<id:brev_id>/fristar", needs=Right.BREV_SKRIV)
def fristar(work: Work, brev_id: int) -> Response:
    """Which units get it, and by when."""
    return _deadline_page(work, _open_own(work, brev_id), Feil(), 200)


@area.page("/<id:brev_id>/fristar", needs=Right.BREV_SKRIV, method="POST")
def fristar_send(work: Work, brev_id: int) -> ResponseReturnValue:
    """Save units and deadlines; `gjer=send` issues the letter to those who have not got it, `gjer=alle` chooses all."""
    row = _open_own(work, brev_id)
    send = request.form.get("gjer") == "send"
    try:
        points = letters.points_of(work, row)
        own = {
            (mottak.id, one.punkt.id): day(f"e{mottak.id}_{one.punkt.id}")
            for mottak, _unit in letters.receivers(work, row)
            for one in points
            if f"e{mottak.id}_{one.punkt.id}" in request.form
        }
        common = {one.punkt.id: day(f"f{one.punkt.id}") for one in points if f"f{one.punkt.id}" in request.form}
        codes = set(request.form.getlist("eining"))
        everyone = request.form.get("gjer") == "alle"
        chosen = [unit for unit in letters.units_to_choose(work, row) if everyone or unit.kode in codes]
        with work.db.begin_nested():  # all or nothing
            actions.set_deadlines(work, row, Fristar(common, own), version=version())
            actions.choose(work, row, chosen)
            sent = actions.issue(work, row) if send else 0
    except Refused as refused:
        return _deadline_page(work, letters.get_own(work, brev_id), failed(refused, "eining"), 422)
    if send:
        flash(ngettext("Brevet er sendt til %(num)s eining.", "Brevet er sendt til %(num)s einingar.", sent), "ok")
        return redirect(url_for("oppdragsbrev.brev", brev_id=row.id), 303)
    flash(_("Einingar og fristar er lagra."), "ok")
    return redirect(url_for("oppdragsbrev.fristar", brev_id=row.id), 303)


@area.page("/<id:brev_id>/avslutt", needs=Right.BREV_SKRIV, method="POST")
def avslutt(work: Work, brev_id: int) -> ResponseReturnValue:
    """End the letter."""
    row = letters.get_own(work, brev_id)
    actions.close(work, row)
    flash(_("Brevet er avslutta. Det som ikkje er ferdig, kan du ta med i det neste."), "ok")
    return redirect(url_for("oppdragsbrev.brev", brev_id=row.id), 303)


@area.page("/<id:brev_id>/utgave/<id:utgave>", needs=Right.BREV_LES)
def utgave(work: Work, brev_id: int, utgave: int) -> str:
    """An edition as it was sent."""
    row = letters.get_brev(work, brev_id)
    found = next(((one, namn) for one, namn in letters.editions(work, row) if one.utgave == utgave), None)
    if found is None:
        raise NotFound
    return render(work, "oppdragsbrev/utgave.html", brev=row, utgave=found[0], namn=found[1], pick=_pick(work.sprak))


def _pick(sprak: str) -> object:
    """The words of a kept row in the reader's language."""

    def pick(held: dict[str, str]) -> str:
        return held.get(sprak) or held.get("nn") or held.get("nb") or held.get("en") or ""

    return pick
