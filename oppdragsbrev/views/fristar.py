"""Who gets a letter and by when: a deadline for each point, those of single units or departments, and the sending."""

from datetime import date

from flask import flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from kjerne.access import Right
from kjerne.errors import Refused
from kjerne.i18n import gettext as _
from kjerne.i18n import ngettext
from kjerne.web import render
from kjerne.work import Work
from oppdragsbrev import actions
from oppdragsbrev.actions import Fristar
from oppdragsbrev.models import Oppdragsbrev
from oppdragsbrev.queries import brev as letters
from oppdragsbrev.queries import fristar as deadlines
from oppdragsbrev.rules import Brevtilstand, said
from oppdragsbrev.views.area import area
from oppdragsbrev.views.felt import Feil, day, kept, version

#: With so few units to choose among, nothing is folded.
FEW_UNITS = 12
#: The buttons that choose: all units, or those of one department (its code after it).
ALL = "alle"


def _page(work: Work, row: Oppdragsbrev, feil: Feil, status: int) -> Response:
    receivers = letters.receivers(work, row)
    typed = set(request.form.getlist("eining")) if feil.pairs else {unit.kode for _row, unit in receivers}
    groups = deadlines.groups(work, row, typed)
    points = deadlines.deadlines(work, row, letters.points_of(work, row))
    page = render(
        work,
        "oppdragsbrev/fristar.html",
        brev=row,
        punkt=points,
        opne={one.punkt.punkt.id for one in points if _refused(one, feil)},
        grupper=groups,
        avdelingar=[group.eining for group in groups if len(group.einingar) > 1],
        brett=sum(len(group.einingar) for group in groups) > FEW_UNITS and "eining" not in feil.felt,
        fatt=[(mottak, unit) for mottak, unit in receivers if mottak.sendt],
        mottakarar=[unit for _row, unit in receivers],
        heile=deadlines.WHOLE,
        kladd=row.status == Brevtilstand.KLADD,
        feil=feil,
        said=lambda one: said(one, work.sprak),
    )
    return make_response(page, status)


def _refused(one: deadlines.Punktfrist, feil: Feil) -> bool:
    number = one.punkt.punkt.id
    names = {f"n{number}", f"d{number}", *(f"e{held.mottak.id}_{number}" for held in one.unntak)}
    return bool(names & set(feil.felt))


@area.page("/<id:brev_id>/fristar", needs=Right.BREV_SKRIV)
def fristar(work: Work, brev_id: int) -> Response:
    """Which units get it, and by when."""
    return _page(work, letters.get_open(work, brev_id), Feil(), 200)


@area.page("/<id:brev_id>/fristar", needs=Right.BREV_SKRIV, method="POST")
def fristar_send(work: Work, brev_id: int) -> ResponseReturnValue:
    """Save units and deadlines; `gjer=send` issues the letter to those who have not got it, `gjer=alle…` chooses units."""
    row, wanted = letters.get_open(work, brev_id), request.form.get("gjer", "")
    if feil := kept(work, lambda: _save(work, row, wanted), "eining"):
        return _page(work, letters.get_open(work, brev_id), feil, 422)
    if wanted == "send":
        return redirect(url_for("oppdragsbrev.brev", brev_id=row.id), 303)
    flash(_("Einingar og fristar er lagra."), "ok")
    return redirect(url_for("oppdragsbrev.fristar", brev_id=row.id, _anchor="einingar" if wanted.startswith(ALL) else None), 303)


def _save(work: Work, row: Oppdragsbrev, wanted: str) -> None:
    """All that the form says; with the button for it the letter is issued."""
    _choose(work, row, wanted)
    actions.set_deadlines(work, row, _read(work, row), version=version())
    if wanted == "send":
        sent = actions.issue(work, row)
        flash(ngettext("Brevet er sendt til %(num)s eining.", "Brevet er sendt til %(num)s einingar.", sent), "ok")


def _choose(work: Work, row: Oppdragsbrev, wanted: str) -> None:
    """The ticked units, and with a button for it those of a department, or all."""
    codes = set(request.form.getlist("eining"))
    if wanted.startswith(ALL):
        group = wanted.removeprefix(ALL).removeprefix("-")
        codes |= {
            unit.kode
            for one in deadlines.groups(work, row, ())
            if not group or one.eining.kode == group
            for unit, _chosen in one.einingar
        }
    actions.choose(work, row, [unit for unit in letters.units_to_choose(work, row) if unit.kode in codes])


def _read(work: Work, row: Oppdragsbrev) -> Fristar:
    """The form's deadlines. Raises `Refused` on the field."""
    points = [one.punkt.id for one in letters.points_of(work, row)]
    common = {number: day(f"f{number}") for number in points if f"f{number}" in request.form}
    own: dict[tuple[int, int], date | None] = {
        (mottak.id, number): day(f"e{mottak.id}_{number}")
        for mottak, _unit in letters.receivers(work, row)
        for number in points
        if f"e{mottak.id}_{number}" in request.form
    }
    for number in points:
        code, when = request.form.get(f"n{number}", ""), day(f"d{number}")
        if not code and when is None:
            continue
        if not code:
            raise Refused(_("Vel kven fristen gjeld."), f"n{number}")
        if when is None:
            raise Refused(_("Skriv fristen."), f"d{number}")
        if when < work.today:
            raise Refused(_("Fristen er alt ute. Vel ein dato frå i dag."), f"d{number}")
        meant = deadlines.meant(work, row, code)
        if not meant:
            raise Refused(_("Eininga er ikkje vald til å få brevet."), f"n{number}")
        own |= {(mottak.id, number): when for mottak in meant}
    return Fristar(common, own)
