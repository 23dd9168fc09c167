"""The needs of a unit: its own and inherited, set, overridden with a reason, ended."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from kjerne.access import ROLLENAMN, Right, Rolle
from kjerne.errors import NotFound, Refused
from kjerne.i18n import gettext as _
from kjerne.i18n import ngettext
from kjerne.katalog import in_force
from kjerne.models import Eining
from kjerne.work import Work
from kompetanse import rules
from kompetanse.actions import behov as actions
from kompetanse.forms import Feil, fault
from kompetanse.models import Kompetanse
from kompetanse.queries import behov as queries
from kompetanse.queries.eining import get_unit
from kompetanse.views.area import area, asked_id, professions, sent, show, units_with
from prosedyrar.behov import SLAGNAMN

ROLES = (Rolle.LEIAR, Rolle.VERNEOMBOD, Rolle.FAGANSVARLEG, Rolle.BRANNVERNLEIAR, Rolle.KVALITETSKOORDINATOR)


def _page(work: Work, unit: Eining, feil: Feil | None = None, overstyr: int | None = None) -> Response:
    setning = queries.Setning.of(work)
    lines = queries.lines(work, unit)
    return show(
        work,
        "kompetanse/behov.html",
        feil,
        eining=unit,
        einingar=units_with(work, Right.KOMPETANSE_TAL),
        linjer=lines,
        setning=setning,
        skriv=work.has(Right.KOMPETANSE_SKRIV, unit.id),
        katalog=work.db.scalars(in_force(Kompetanse, work.today)).all(),
        yrke=professions(work),
        roller=[(rolle.value, str(ROLLENAMN[rolle])) for rolle in ROLES],
        slag=[(slag.value, str(name)) for slag, name in SLAGNAMN.items()],
        overstyr=next((line for line in lines if line.rad.id == overstyr), None),
    )


def _unit(work: Work) -> Eining:
    """The unit of the address, else the first of those she may set needs in."""
    asked = asked_id("eining")
    if asked is not None:
        return get_unit(work, asked)
    for right in (Right.KOMPETANSE_SKRIV, Right.KOMPETANSE_TAL):
        found = units_with(work, right)
        if found:
            return get_unit(work, found[0][0])
    raise NotFound


@area.page("/behov", needs=Right.KOMPETANSE_TAL)
def behov(work: Work) -> Response:
    """What one unit needs."""
    return _page(work, _unit(work), overstyr=asked_id("overstyr"))


@area.page("/behov/<id:eining_id>", needs=Right.KOMPETANSE_SKRIV, method="POST")
def behov_set(work: Work, eining_id: int) -> ResponseReturnValue:
    """Set a need, or override one from above."""
    unit = get_unit(work, eining_id, Right.KOMPETANSE_SKRIV)
    form = sent()
    base = form.id("overstyrer_id")
    try:
        lines = {line.rad.id: line.rad for line in queries.lines(work, unit)}
        if base and base not in lines:
            raise NotFound
        grunn = form.text("grunn", rules.GRUNN_MAX)
        form.guard(work, {"grunn": grunn})
        actions.set_need(
            work,
            unit,
            kompetanse_id=form.id("kompetanse_id"),
            omfang=form.among("omfang", set(rules.Omfang), _("Vel kor mange det gjeld.")),
            tal=form.number("tal", 0, rules.TAL_MAX, 0),
            niva=form.number("niva", 1, 4, rules.STANDARD_NIVA),
            gjeld_fra=form.day("gjeld_fra", required=False) or work.today,
            einingsslag=request.form.get("einingsslag", ""),
            yrker=request.form.getlist("yrker"),
            rolle=request.form.get("rolle", ""),
            vakt=request.form.get("vakt", ""),
            overstyrer=lines.get(base),
            grunn=grunn,
        )
    except Refused as refused:
        return _page(work, unit, fault(refused), base or None)
    flash(_("Behovet er sett. Kartet viser det no."), "ok")
    return redirect(url_for("kompetanse.behov", eining=unit.id), 303)


@area.page("/behov/<id:behov_id>/avslutt", needs=Right.KOMPETANSE_SKRIV, method="POST")
def behov_avslutt(work: Work, behov_id: int) -> ResponseReturnValue:
    """End a need that was set on one of my units."""
    row = queries.get_need(work, behov_id)
    actions.end_need(work, row, sent().version)
    flash(_("Behovet gjeld ikkje lenger."), "ok")
    return redirect(url_for("kompetanse.behov", eining=row.eining_id), 303)


@area.page("/behov/<id:eining_id>/framlegg", needs=Right.KOMPETANSE_SKRIV, method="POST")
def behov_framlegg(work: Work, eining_id: int) -> ResponseReturnValue:
    """Take in the proposal of needs, on a unit and all beneath."""
    unit = get_unit(work, eining_id, Right.KOMPETANSE_SKRIV)
    count = actions.take_proposal(work, unit)
    flash(ngettext("%(num)s behov er teke inn.", "%(num)s behov er tekne inn.", count), "ok")
    return redirect(url_for("kompetanse.behov", eining=unit.id), 303)
