"""One measure: its page with the steps, a new one, a change, its place in the order and what it waits for."""

from dataclasses import dataclass

from flask import flash, make_response, redirect, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from kjerne.access import Right
from kjerne.errors import NotFound, Refused
from kjerne.i18n import gettext as _
from kjerne.models import Eining, Person
from kjerne.web import Open, render
from kjerne.work import Work
from tiltak import actions, queries, rules
from tiltak.events import OpphavSpurt
from tiltak.forms import EditForm, GuardedForm, MoveForm, NewForm, StepForm, WaitForm
from tiltak.models import Tiltak, TiltakHending
from tiltak.rules import Steg
from tiltak.views.area import area

#: What the form for a new measure takes as its origin; the other kinds make theirs where they are.
FROM = frozenset({rules.Kjelde.PROSEDYRE, rules.Kjelde.BREV})


@dataclass(frozen=True)
class Line:
    """A line of history as this reader may see it."""

    hending: TiltakHending
    kven: str
    kva: str
    tekst: str


def _named(tiltak: Tiltak) -> set[int]:
    return {one for one in (tiltak.ansvarleg_id, tiltak.laga_av_id, tiltak.flytta_av_id) if one is not None}


def _lines(work: Work, tiltak: Tiltak) -> list[Line]:
    """The history. Who only carries out a shielded measure sees what happened and her own words, no names."""
    rows = queries.history(work.db, tiltak.id)
    full = queries.sees_all(work, tiltak)
    names = queries.names(work.db, {row.person_id for row in rows if row.person_id} if full else {work.me.id})
    return [
        Line(
            row,
            names.get(row.person_id or 0, _("Den som følgjer opp") if row.person_id else _("Systemet")),
            str(rules.HENDINGNAMN[row.slag]),
            row.tekst if full or row.person_id == work.me.id else "",
        )
        for row in rows
    ]


def show(
    work: Work,
    tiltak: Tiltak,
    tried: StepForm | None = None,
    *,
    flytt: MoveForm | None = None,
    vent: WaitForm | None = None,
) -> str:
    """The page, with a form that was refused in its place."""
    full = queries.sees_all(work, tiltak)
    hats = queries.hats(work, tiltak)
    if tiltak.skjerma:
        work.read("tiltak", tiltak.id, "les")
    forms = []
    for step in rules.open_steps(tiltak.status, hats):
        form = tried if tried is not None and tried.step is step else StepForm(version=str(tiltak.version))
        form.set_up(step)
        forms.append(form)
    return render(
        work,
        "tiltak/vis.html",
        t=tiltak,
        full=full,
        eining=work.db.get(Eining, tiltak.eining_id),
        namn=queries.names(work.db, _named(tiltak) if full else {tiltak.ansvarleg_id}),
        opphav=_origins(work, tiltak) if full else [],
        historie=_lines(work, tiltak),
        forms=forms,
        tried=tried,
        kan_endre=full and rules.may_edit(tiltak.status, hats),
        kan_flytte=queries.may_order(work, tiltak),
        flytt=flytt or MoveForm(version=str(tiltak.version)),
        vent=vent or WaitForm(),
        framfor=queries.ahead(work, tiltak.id) if full else (),
        bak=queries.behind(work, tiltak.id) if full else (),
        over=rules.is_overdue(tiltak.status, tiltak.frist, work.today),
        rules=rules,
    )


def _origins(work: Work, tiltak: Tiltak) -> list[tuple[str, str]]:
    """The names of what it came from, with the page of each that she may open."""
    found = []
    for row in queries.origins(work.db, tiltak.id):
        if row.synleg:
            asked = OpphavSpurt(row.slag, row.ref_id)
            work.announce(asked)
            found.append((row.namn, asked.vegen))
    return found


@area.page("/<id:tiltak_id>", needs=Open.LOGGED_IN)
def vis(work: Work, tiltak_id: int) -> str:
    """One measure: what, who, by when, its history, and what can be done now."""
    return show(work, queries.get_tiltak(work, tiltak_id))


def _take(work: Work, tiltak: Tiltak, form: StepForm) -> None:
    """Do the step: one action for each row of the table."""
    text, version = form.tekst.data or "", form.read_version
    match form.step.steg:
        case Steg.START:
            actions.start(work, tiltak, version=version)
        case Steg.FERDIG | Steg.FULLFOR:
            actions.mark_done(work, tiltak, text, version=version)
        case Steg.GODKJENN:
            actions.accept(work, tiltak, version=version)
        case Steg.RETUR:
            actions.return_back(work, tiltak, text, version=version)
        case Steg.UTSETT:
            actions.postpone(work, tiltak, text, form.frist.data or work.today, version=version)
        case Steg.AVLYS:
            actions.cancel(work, tiltak, text, version=version)
        case Steg.VURDER:
            actions.evaluate(work, tiltak, form.resultat.data or "", text, version=version)


def _known_words(work: Work) -> frozenset[str]:
    """The units' names are no persons."""
    return frozenset(work.db.scalars(select(Eining.namn)))


def may_keep(work: Work, form: GuardedForm) -> bool:
    """Whether the form's texts pass the identity guard."""
    return form.passes_guard(work.today, _known_words(work))


@area.page("/<id:tiltak_id>/steg/<steg>", needs=Open.LOGGED_IN, method="POST")
def steg(work: Work, tiltak_id: int, steg: str) -> Response:
    """Take one step. The table says whether she may."""
    tiltak = queries.get_tiltak(work, tiltak_id)
    if steg not in set(Steg):
        raise NotFound
    form = StepForm(request.form)
    form.set_up(rules.find_step(Steg(steg)))
    if form.complete() and may_keep(work, form):
        try:
            _take(work, tiltak, form)
        except Refused as refused:
            form[refused.field or "tekst"].errors = [refused.message]
        else:
            flash(_("Lagra. Tiltaket står no som «%(status)s».", status=rules.STATUSNAMN[rules.Status(tiltak.status)]), "ok")
            return redirect(url_for("tiltak.vis", tiltak_id=tiltak.id), 303)
    return make_response(show(work, tiltak, form), 422)


def _asked_origin(work: Work) -> OpphavSpurt | None:
    """What the address says it comes from ("prosedyre-12"), when those above know it and she may see it."""
    slag, _dash, raw = request.values.get("fra", "").partition("-")
    if slag not in FROM or not (raw.isascii() and raw.isdigit() and len(raw) < 10):
        return None
    found = OpphavSpurt(slag, int(raw))
    work.announce(found)
    return found if found.namn else None


def _new_page(work: Work, form: NewForm, status: int = 200) -> Response:
    return make_response(render(work, "tiltak/nytt.html", form=form, fra=_asked_origin(work)), status)


def _new_form(work: Work) -> NewForm:
    form = NewForm(request.form, prioritet="2", type=rules.Type.KORRIGERANDE.value)
    form.fill(queries.candidates(work))
    form.fill_units(queries.units(work, Right.TILTAK_SKRIV))
    return form


def _person(work: Work, form: EditForm) -> Person:
    person = work.db.get(Person, int(form.ansvarleg_id.data))
    if person is None:
        raise NotFound
    return person


@area.page("/nytt", needs=Right.TILTAK_SKRIV)
def nytt(work: Work) -> Response:
    """The form for a measure that comes from no case."""
    return _new_page(work, _new_form(work))


@area.page("/nytt", needs=Right.TILTAK_SKRIV, method="POST")
def nytt_send(work: Work) -> Response:
    """Make a measure in one of my units."""
    form, fra = _new_form(work), _asked_origin(work)
    good = form.validate()
    if not (may_keep(work, form) and good):
        return _new_page(work, form, 422)
    try:
        tiltak = actions.create_tiltak(
            work,
            tittel=form.tittel.data or "",
            skildring=form.skildring.data or "",
            ansvarleg=_person(work, form),
            eining_id=int(form.eining_id.data),
            frist=form.frist.data or work.today,
            type=form.type.data,
            prioritet=int(form.prioritet.data),
            plan=form.plan(),
            opphav=(fra.slag, fra.ref_id, fra.namn, True) if fra else None,
        )
    except Refused as refused:
        form[refused.field].errors = [refused.message]
        return _new_page(work, form, 422)
    flash(_("Tiltak %(nr)s er laga. Den ansvarlege får brev.", nr=tiltak.id), "ok")
    return redirect(url_for("tiltak.vis", tiltak_id=tiltak.id), 303)


def editable(work: Work, tiltak_id: int) -> Tiltak:
    """The measure, for one who may change it; a settled or shielded one she only carries out does not exist here."""
    tiltak = queries.get_tiltak(work, tiltak_id)
    if not queries.sees_all(work, tiltak) or not rules.may_edit(tiltak.status, queries.hats(work, tiltak)):
        raise NotFound
    return tiltak


def _edit_form(work: Work, tiltak: Tiltak) -> EditForm:
    form = EditForm(
        request.form,
        tittel=tiltak.tittel,
        skildring=tiltak.skildring,
        ansvarleg_id=str(tiltak.ansvarleg_id),
        type=tiltak.type,
        prioritet=str(tiltak.prioritet),
        start=tiltak.start,
        kostnad=tiltak.kostnad,
        effekt_kr=tiltak.effekt_kr,
        ansvar=tiltak.ansvar,
        finansiering=tiltak.finansiering,
        version=str(tiltak.version),
    )
    owner = queries.names(work.db, {tiltak.ansvarleg_id})
    form.fill({_("Ansvarleg no"): list(owner.items()), **queries.candidates(work)})
    return form


@area.page("/<id:tiltak_id>/endre", needs=Open.LOGGED_IN)
def endre(work: Work, tiltak_id: int) -> Response:
    """The form for changing what it is and whose it is."""
    tiltak = editable(work, tiltak_id)
    return make_response(render(work, "tiltak/endre.html", t=tiltak, form=_edit_form(work, tiltak)))


@area.page("/<id:tiltak_id>/endre", needs=Open.LOGGED_IN, method="POST")
def endre_send(work: Work, tiltak_id: int) -> Response:
    """Change it; a form drawn before somebody else's change answers 409 with both texts."""
    tiltak = editable(work, tiltak_id)
    form = _edit_form(work, tiltak)
    good = form.validate()
    if may_keep(work, form) and good:
        try:
            actions.edit(
                work,
                tiltak,
                tittel=form.tittel.data or "",
                skildring=form.skildring.data or "",
                ansvarleg=_person(work, form),
                type=form.type.data,
                prioritet=int(form.prioritet.data),
                plan=form.plan(),
                version=form.read_version,
            )
        except Refused as refused:
            form[refused.field].errors = [refused.message]
        else:
            flash(_("Endringa er lagra."), "ok")
            return redirect(url_for("tiltak.vis", tiltak_id=tiltak.id), 303)
    return make_response(render(work, "tiltak/endre.html", t=tiltak, form=form), 422)
