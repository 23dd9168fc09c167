"""The plan: one for each unit and year, from the gaps, with owners, money and participants; printed and carried on."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from kjerne.access import Right
from kjerne.errors import Conflict, NotFound, Refused
from kjerne.i18n import gettext as _
from kjerne.i18n import ngettext
from kjerne.katalog import in_force
from kjerne.models import Eining
from kjerne.web import error_page
from kjerne.work import Work
from kompetanse import pdf_plan, rules
from kompetanse.actions import bevis
from kompetanse.actions import opplaering as needs
from kompetanse.actions import plan as actions
from kompetanse.forms import Feil, Skjema, fault
from kompetanse.models import Kompetanse, Kompetanseplan
from kompetanse.queries import opplaering, personar
from kompetanse.queries import plan as queries
from kompetanse.queries.eining import get_unit
from kompetanse.rules import Plansteg
from kompetanse.views.area import area, asked_id, sent, show, units_with
from tiltak.kroner import parse_kroner


def _year(work: Work) -> int:
    raw = request.args.get("aar", "")
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) == 4 else queries.default_year(work.today)


@area.page("/plan", needs=Right.KOMPETANSE_TAL)
def plan(work: Work) -> ResponseReturnValue:
    """The plans of a year. With a unit in the address: straight to its plan, with the line to make filled in."""
    aar, eining_id = _year(work), asked_id("eining")
    if eining_id is not None:
        unit = get_unit(work, eining_id)
        found = queries.find(work, unit.id, aar)
        if found is not None:
            chosen: dict[str, Any] = {key: asked for key in ("kompetanse", "behov") if (asked := asked_id(key))}
            return redirect(url_for("kompetanse.plan_vis", plan_id=found.id, _anchor="rad" if chosen else None, **chosen), 303)
    rows = queries.listing(work, aar)
    have = {row.plan.eining_id for row in rows}
    needs_here = opplaering.open_needs(work, before=asked_id("etter")) if work.has(Right.KOMPETANSE_SKRIV) else []
    more = needs_here[opplaering.PAGE - 1].behov.id if len(needs_here) > opplaering.PAGE else None
    writable = [one for one in units_with(work, Right.KOMPETANSE_SKRIV) if queries.may_write(work, one[0])]
    return show(
        work,
        "kompetanse/plan.html",
        aar=aar,
        rader=rows,
        ledige=[one for one in writable if one[0] not in have],
        eining=eining_id,
        vidare={key: asked_id(key) for key in ("kompetanse", "behov") if asked_id(key)},
        opne=needs_here[: opplaering.PAGE],
        opne_alle=opplaering.open_count(work) if needs_here else 0,
        opne_neste=url_for("kompetanse.plan", aar=aar, etter=more, _anchor="opne") if more else None,
    )


@area.page("/plan", needs=Right.KOMPETANSE_SKRIV, method="POST")
def plan_start(work: Work) -> ResponseReturnValue:
    """Begin a unit's plan."""
    form = sent()
    unit = get_unit(work, form.id("eining_id"), Right.KOMPETANSE_SKRIV)
    made = actions.start_plan(work, unit, form.number("aar", 2000, 2200))
    chosen: dict[str, Any] = {key: form.id(key) for key in ("kompetanse", "behov") if form.id(key)}
    return redirect(url_for("kompetanse.plan_vis", plan_id=made.id, _anchor="rad" if chosen else None, **chosen), 303)


def _page(work: Work, found: Kompetanseplan, feil: Feil | None = None, skjema: str = "") -> Response:
    rows = queries.rows_of(work, found)
    may = queries.may_write(work, found.eining_id)
    wanted = opplaering.open_needs(work, found.eining_id, asked_id("etter")) if may else []
    more = wanted[opplaering.PAGE - 1].behov.id if len(wanted) > opplaering.PAGE else None
    answered = asked_id("behov")
    chosen = opplaering.find_open(work, answered, found.eining_id) if may and answered else None
    return show(
        work,
        "kompetanse/plan_vis.html",
        feil,
        plan=found,
        eining=work.db.get_one(Eining, found.eining_id),
        rader=rows,
        pengar=queries.money(rows),
        etter=queries.after(work, found),
        skriv=may,
        endre=may and rules.may_edit_plan(found.status),
        steg=rules.open_plan_steps(found.status, empty=not rows and not found.maal)
        if queries.may_approve(work, found.eining_id)
        else (),
        folk=bevis.people_by_unit(work, found.eining_id) if may else {},
        katalog=work.db.scalars(in_force(Kompetanse, work.today)).all(),
        opne=wanted[: opplaering.PAGE],
        opne_alle=opplaering.open_count(work, found.eining_id) if wanted else 0,
        opne_neste=url_for("kompetanse.plan_vis", plan_id=found.id, etter=more, _anchor="opne") if more else None,
        vald=asked_id("kompetanse") or (chosen.kompetanse_id if chosen else None),
        behov=answered if chosen else None,
        manglar=queries.lacking(work, found.eining_id, asked_id("kompetanse") or (chosen.kompetanse_id if chosen else None)),
        godkjend_av=personar.names(work.db, {found.godkjend_av_id}) if found.godkjend_av_id else {},
        skjema=skjema,
    )


@area.page("/plan/<id:plan_id>", needs=Right.KOMPETANSE_TAL)
def plan_vis(work: Work, plan_id: int) -> Response:
    """One plan: lines, money, and what the map looks like when it is carried out."""
    return _page(work, queries.get_plan(work, plan_id))


def _writable(work: Work, plan_id: int) -> Kompetanseplan:
    found = queries.get_plan(work, plan_id)
    if not queries.may_write(work, found.eining_id):
        raise NotFound
    return found


@area.page("/plan/<id:plan_id>/maal", needs=Right.KOMPETANSE_SKRIV, method="POST")
def plan_maal(work: Work, plan_id: int) -> ResponseReturnValue:
    """Goals and evaluation."""
    found, form = _writable(work, plan_id), sent()
    try:
        maal = form.text("maal", rules.MAL_MAX, multiline=True)
        evaluering = form.text("evaluering", rules.MAL_MAX, multiline=True)
        form.guard(work, {"maal": maal, "evaluering": evaluering})
        actions.write_goals(work, found, maal, evaluering, form.version)
    except Refused as refused:
        return _page(work, found, fault(refused), "maal")
    except Conflict as conflict:
        return error_page(work, conflict)
    flash(_("Lagra."), "ok")
    return redirect(url_for("kompetanse.plan_vis", plan_id=found.id), 303)


def _kroner(form: Skjema) -> int | None:
    try:
        return parse_kroner(form.text("kostnad", 40))
    except ValueError:
        raise Refused(_("Skriv kostnaden i heile kroner, til dømes 25 000."), "kostnad") from None


def _new_row(work: Work, form: Skjema) -> actions.NyRad:
    tittel = form.text("tittel", 200, required=_("Skriv kva som skal gjerast."))
    skildring = form.text("skildring", rules.TEKST_MAX, multiline=True)
    form.guard(work, {"tittel": tittel, "skildring": skildring})
    return actions.NyRad(
        kompetanse_id=form.id("kompetanse_id"),
        slag=form.among("slag", set(rules.Radslag), _("Vel kva som skal gjerast og kven som betaler.")),
        niva=form.number("niva", 1, 4, rules.STANDARD_NIVA),
        tittel=tittel,
        skildring=skildring,
        ansvarleg_id=form.id("ansvarleg_id"),
        frist=form.must_day("frist"),
        kostnad=_kroner(form),
        finansiering=form.among("finansiering", set(rules.Finansiering), _("Vel kva som skal gjerast og kven som betaler.")),
        deltakarar=tuple(form.ids("deltakar")),
        tal=form.number("tal", 0, rules.TAL_MAX, 0),
        behov_id=form.id("behov_id"),
    )


@area.page("/plan/<id:plan_id>/rad", needs=Right.KOMPETANSE_SKRIV, method="POST")
def plan_rad(work: Work, plan_id: int) -> ResponseReturnValue:
    """Put a line in."""
    found = _writable(work, plan_id)
    try:
        actions.add_row(work, found, _new_row(work, sent()))
    except Refused as refused:
        return _page(work, found, fault(refused), "rad")
    flash(_("Tiltaket er lagt i planen. Den ansvarlege får brev."), "ok")
    return redirect(url_for("kompetanse.plan_vis", plan_id=found.id), 303)


@area.page("/plan/rad/<id:rad_id>/ut", needs=Right.KOMPETANSE_SKRIV, method="POST")
def plan_rad_ut(work: Work, rad_id: int) -> ResponseReturnValue:
    """Take a line out of a draft, with a reason."""
    rad, found = queries.get_row(work, rad_id)
    form = sent()
    try:
        grunn = form.text("grunn", rules.GRUNN_MAX, required=_("Skriv kvifor tiltaket går ut av planen."))
        form.guard(work, {"grunn": grunn})
        actions.take_out(work, rad, found, grunn)
    except Refused as refused:
        return _page(work, found, fault(refused), "ut")
    flash(_("Teke ut av planen."), "ok")
    return redirect(url_for("kompetanse.plan_vis", plan_id=found.id), 303)


@area.page("/plan/rad/<id:rad_id>/fullfort", needs=Right.KOMPETANSE_SKRIV, method="POST")
def plan_fullfort(work: Work, rad_id: int) -> ResponseReturnValue:
    """Record who finished: they get confirmed evidence, and the map shows it."""
    rad, found = queries.get_row(work, rad_id)
    form = sent()
    try:
        count = actions.record_finished(work, rad, form.ids("person"), form.must_day("dato"))
    except Refused as refused:
        return _page(work, found, fault(refused), "fullfort")
    flash(ngettext("%(num)s person har fått kompetansen stadfest.", "%(num)s personar har fått kompetansen stadfest.", count), "ok")
    return redirect(url_for("kompetanse.plan_vis", plan_id=found.id), 303)


@area.page("/plan/<id:plan_id>/steg/<steg>", needs=Right.KOMPETANSE_SKRIV, method="POST")
def plan_steg(work: Work, plan_id: int, steg: str) -> ResponseReturnValue:
    """Approve, open again, or carry on to next year."""
    if steg not in set(Plansteg):
        raise NotFound
    found = actions.take_step(work, _writable(work, plan_id), Plansteg(steg), sent().version)
    flash(_("Planen står no som «%(status)s».", status=rules.PLANNAMN[rules.Planstatus(found.status)]), "ok")
    return redirect(url_for("kompetanse.plan_vis", plan_id=found.id), 303)


@area.page("/opplaering/<id:behov_id>/avvis", needs=Right.KOMPETANSE_SKRIV, method="POST")
def opplaering_avvis(work: Work, behov_id: int) -> ResponseReturnValue:
    """No training is needed because of what happened."""
    row = opplaering.get_need(work, behov_id)
    needs.decline(work, row)
    flash(_("Sett som ikkje aktuelt."), "ok")
    return redirect(url_for("kompetanse.plan", eining=row.eining_id), 303)


@area.page("/plan/<id:plan_id>.pdf", needs=Right.KOMPETANSE_TAL)
def plan_pdf(work: Work, plan_id: int) -> ResponseReturnValue:
    """The plan on paper, with exactly what the page shows this reader."""
    found = queries.get_plan(work, plan_id)
    work.read("kompetanseplan", found.id, "eksport-pdf")
    answer = Response(pdf_plan.paper(work, found), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f"attachment; filename=kompetanseplan-{found.aar}-{found.id}.pdf"
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer
