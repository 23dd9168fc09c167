"""Units: the tree, one unit with its history, and what an administrator does with it."""

from collections.abc import Callable
from typing import Any

from flask import flash, make_response, redirect, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from administrasjon import rules
from administrasjon.actions import einingar as actions
from administrasjon.forms import NewUnitForm, TargetForm, UnitForm
from administrasjon.queries import einingar as queries
from administrasjon.views.skjema import attempt, numberless, version_of
from kjerne.access import Right
from kjerne.errors import Refused
from kjerne.i18n import gettext as _
from kjerne.models import Eining, Person
from kjerne.text import clean
from kjerne.web import Area, render
from kjerne.work import Work

area = Area("einingar", __name__, url_prefix="/einingar")


@area.page("/", needs=Right.PERSON_LES)
def liste(work: Work) -> str:
    """The tree, with who leads each unit today."""
    ended = request.args.get("avslutta") == "1"
    return render(work, "administrasjon/einingar.html", tre=queries.tree(work, ended=ended), avslutta=ended, niva=rules.NIVA)


def _person(number: str | None, field: str) -> Callable[[Work], Person | None]:
    def find(work: Work) -> Person | None:
        typed = (number or "").strip()
        if not typed:
            return None
        person = work.db.scalars(select(Person).where(Person.ansattnr == typed)).one_or_none()
        if person is None:
            raise Refused(_("Ingen har tilsettnummer %(nr)s.", nr=typed), field)
        return person

    return find


def _save_leaders(work: Work, unit: Eining, form: UnitForm) -> None:
    leiar = _person(form.leiar.data, "leiar")(work)
    stedfortredar = _person(form.stedfortredar.data, "stedfortredar")(work)
    actions.set_leaders(work, unit, leiar, stedfortredar)


def _new_form(work: Work, data: Any = None, **values: object) -> NewUnitForm:
    form = NewUnitForm(data, **values)
    form.overordna.choices = queries.choices(work, Right.EINING_SKRIV)
    return form


@area.page("/ny", needs=Right.EINING_SKRIV)
def ny(work: Work) -> str:
    """The form for a new unit."""
    under = request.args.get("under", "")
    form = _new_form(work, overordna=under, niva="eining", gjeld_fra=work.today)
    return render(work, "administrasjon/eining_ny.html", form=form)


@area.page("/ny", needs=Right.EINING_SKRIV, method="POST")
def ny_send(work: Work) -> Response:
    """Add a unit."""
    form = _new_form(work, request.form)
    made: list[Eining] = []

    def add() -> None:
        over = queries.get_unit(work, int(form.overordna.data), Right.EINING_SKRIV)
        unit = actions.add_unit(
            work,
            kode=clean(form.kode.data or "", max_len=40, multiline=False),
            namn=numberless(work, clean(form.namn.data or "", max_len=160, multiline=False), "namn"),
            niva=form.niva.data,
            overordna=over,
            gjeld_fra=form.gjeld_fra.data,
        )
        actions.set_leaders(
            actions.refreshed(work),
            unit,
            _person(form.leiar.data, "leiar")(work),
            _person(form.stedfortredar.data, "stedfortredar")(work),
        )
        made.append(unit)

    if not attempt(work, form, add):
        return make_response(render(work, "administrasjon/eining_ny.html", form=form), 422)
    flash(_("Eininga er laga."), "ok")
    return redirect(url_for("einingar.vis", nr=made[0].id), 303)


def _page(work: Work, unit: Eining, status: int = 200, **forms: object) -> Response:
    people = {one.id: one for one in queries.people_of(work, unit)}
    for one in (unit.leiar_id, unit.stedfortredar_id):
        person = work.db.get(Person, one) if one else None
        if person is not None:
            people[person.id] = person
    targets = queries.choices(work, Right.EINING_SKRIV)
    targets.pop(str(unit.id), None)
    context: dict[str, Any] = {
        "form": _edit_form(unit, people),
        "flytt": TargetForm(version=unit.version, prefix="flytt-"),
        "saman": TargetForm(version=unit.version, prefix="saman-"),
        **forms,
    }
    for name in ("flytt", "saman"):
        context[name].til.choices = {"": "", **targets}
    page = render(
        work,
        "administrasjon/eining.html",
        eining=unit,
        over=work.db.get(Eining, unit.overordna_id) if unit.overordna_id else None,
        arvtakar=work.db.get(Eining, unit.arvtakar_id) if unit.arvtakar_id else None,
        leiar=people.get(unit.leiar_id or 0),
        stedfortredar=people.get(unit.stedfortredar_id or 0),
        i_dag=queries.in_charge(work, people, unit),
        folk=list(people.values()),
        historie=queries.history(work, unit),
        kan_endre=work.has(Right.EINING_SKRIV, unit.id) and unit.is_active(work.today),
        niva=rules.NIVA,
        **context,
    )
    return make_response(page, status)


def _edit_form(unit: Eining, people: dict[int, Person]) -> UnitForm:
    leiar, vara = people.get(unit.leiar_id or 0), people.get(unit.stedfortredar_id or 0)
    return UnitForm(
        namn=unit.namn,
        niva=unit.niva,
        gjeld_fra=unit.gjeld_fra,
        leiar=leiar.ansattnr if leiar else "",
        stedfortredar=vara.ansattnr if vara else "",
        version=unit.version,
    )


@area.page("/<id:nr>", needs=Right.PERSON_LES)
def vis(work: Work, nr: int) -> Response:
    """One unit: who leads it, what it was before, and its forms."""
    return _page(work, queries.get_unit(work, nr))


@area.page("/<id:nr>/endre", needs=Right.EINING_SKRIV, method="POST")
def endre(work: Work, nr: int) -> Response:
    """Change a unit's facts and leaders."""
    unit = queries.get_unit(work, nr, Right.EINING_SKRIV)
    form = UnitForm(request.form)

    def save() -> None:
        actions.edit_unit(
            work,
            unit,
            namn=numberless(work, clean(form.namn.data or "", max_len=160, multiline=False), "namn"),
            niva=form.niva.data,
            gjeld_fra=form.gjeld_fra.data or unit.gjeld_fra,
            gjeld_til=unit.gjeld_til,
            version=version_of(form),
        )
        _save_leaders(work, unit, form)

    if not attempt(work, form, save):
        return _page(work, unit, 422, form=form)
    flash(_("Eininga er lagra."), "ok")
    return redirect(url_for("einingar.vis", nr=nr), 303)


@area.page("/<id:nr>/flytt", needs=Right.EINING_SKRIV, method="POST")
def flytt(work: Work, nr: int) -> Response:
    """Move a unit with everything below it."""
    return _to_target(work, nr, "flytt", _("Eininga er flytta, med alt som ligg under."))


@area.page("/<id:nr>/slaa-saman", needs=Right.EINING_SKRIV, method="POST")
def slaa_saman(work: Work, nr: int) -> Response:
    """Merge a unit into another."""
    return _to_target(work, nr, "saman", _("Einingane er slegne saman. Folk og underliggande einingar er flytta."))


def _to_target(work: Work, nr: int, which: str, done: str) -> Response:
    unit = queries.get_unit(work, nr, Right.EINING_SKRIV)
    form = TargetForm(request.form, prefix=f"{which}-")
    form.til.choices = queries.choices(work, Right.EINING_SKRIV)

    def go() -> None:
        target = queries.get_unit(work, int(form.til.data), Right.EINING_SKRIV)
        action = actions.move_unit if which == "flytt" else actions.merge_unit
        action(work, unit, target, version=version_of(form))

    if not attempt(work, form, go):
        return _page(work, unit, 422, **{which: form})
    flash(done, "ok")
    return redirect(url_for("einingar.vis", nr=nr), 303)


@area.page("/<id:nr>/avslutt", needs=Right.EINING_SKRIV, method="POST")
def avslutt(work: Work, nr: int) -> Response:
    """End a unit that has neither units nor people."""
    unit = queries.get_unit(work, nr, Right.EINING_SKRIV)
    actions.end_unit(work, unit)
    flash(_("Eininga er avslutta."), "ok")
    return redirect(url_for("einingar.liste"), 303)
