"""A measure's place in the order, and which other it waits for."""

from flask import flash, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from kjerne.access import Right
from kjerne.errors import NotFound, Refused
from kjerne.i18n import gettext as _
from kjerne.web import Open
from kjerne.work import Work
from tiltak import actions, queries
from tiltak.forms import MoveForm, WaitForm
from tiltak.models import Tiltak
from tiltak.views.area import area
from tiltak.views.sak import editable, may_keep, show


def _number(raw: str | None) -> int:
    """A measure's number as typed. Raises ValueError for anything else."""
    typed = (raw or "").strip().removeprefix("#")
    if not (typed.isascii() and typed.isdigit() and len(typed) < 10):
        raise ValueError(typed)
    return int(typed)


def _other(work: Work, raw: str | None, field: str) -> Tiltak:
    """The measure a number stands for, if she sees it. Raises `Refused` for what is none, hidden or not."""
    try:
        return queries.get_tiltak(work, _number(raw))
    except (ValueError, NotFound):
        raise Refused(_("Skriv nummeret på eit tiltak du kan sjå."), field) from None


@area.page("/<id:tiltak_id>/flytt", needs=Right.TILTAK_SKRIV, method="POST")
def flytt(work: Work, tiltak_id: int) -> Response:
    """Place it by hand, with the reason."""
    tiltak = queries.get_tiltak(work, tiltak_id)
    form = MoveForm(request.form)
    if form.validate() and may_keep(work, form):
        try:
            framfor = _other(work, form.framfor.data, "framfor") if (form.framfor.data or "").strip() else None
            actions.move(work, tiltak, framfor, form.tekst.data or "", version=form.read_version)
        except Refused as refused:
            form[refused.field or "tekst"].errors = [refused.message]
        else:
            flash(_("Tiltaket er flytta i prioriteringa. Grunnen står i historia."), "ok")
            return redirect(url_for("tiltak.vis", tiltak_id=tiltak.id), 303)
    return make_response(show(work, tiltak, flytt=form), 422)


@area.page("/<id:tiltak_id>/flytt-tilbake", needs=Right.TILTAK_SKRIV, method="POST")
def flytt_tilbake(work: Work, tiltak_id: int) -> Response:
    """Let the order be computed again."""
    tiltak = queries.get_tiltak(work, tiltak_id)
    actions.put_back(work, tiltak, version=MoveForm(request.form).read_version)
    flash(_("Plassen blir rekna ut att."), "ok")
    return redirect(url_for("tiltak.vis", tiltak_id=tiltak.id), 303)


@area.page("/<id:tiltak_id>/ventar-pa", needs=Open.LOGGED_IN, method="POST")
def ventar_pa(work: Work, tiltak_id: int) -> Response:
    """Say what it waits for."""
    tiltak = editable(work, tiltak_id)
    form = WaitForm(request.form)
    try:
        other = _other(work, form.nr.data, "nr")
        actions.add_dependency(work, tiltak, other)
    except Refused as refused:
        form.nr.errors = [refused.message]
        return make_response(show(work, tiltak, vent=form), 422)
    flash(_("Lagra. Tiltaket ventar på nr. %(nr)s.", nr=other.id), "ok")
    return redirect(url_for("tiltak.vis", tiltak_id=tiltak.id), 303)


@area.page("/<id:tiltak_id>/ventar-pa/<id:anna_id>/fjern", needs=Open.LOGGED_IN, method="POST")
def ventar_ikkje(work: Work, tiltak_id: int, anna_id: int) -> Response:
    """Say that it does not wait for that one."""
    tiltak = editable(work, tiltak_id)
    actions.drop_dependency(work, tiltak, anna_id)
    flash(_("Fjerna. Tiltaket ventar ikkje lenger på nr. %(nr)s.", nr=anna_id), "ok")
    return redirect(url_for("tiltak.vis", tiltak_id=tiltak.id), 303)
