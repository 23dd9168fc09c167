"""People: the list, one person, her facts, roles, account. Searching is a POST, so that no name stands in an address."""

from typing import Any

from flask import flash, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from administrasjon import rules
from administrasjon.actions import personar as actions
from administrasjon.actions import tilgangar
from administrasjon.forms import NewPersonForm, PersonForm, RoleForm
from administrasjon.queries import einingar as units
from administrasjon.queries import personar as queries
from administrasjon.views.skjema import attempt, numberless, version_of
from kjerne.access import Right, Rolle
from kjerne.errors import NotFound, Refused
from kjerne.i18n import gettext as _
from kjerne.models import Person, Tilgang
from kjerne.text import clean
from kjerne.web import Area, Open, render
from kjerne.work import Work
from konto import actions as konto
from konto.forms import AwayForm

area = Area("personar", __name__, url_prefix="/personar")


@area.page("/", needs=Right.PERSON_LES)
def liste(work: Work) -> str:
    """The people in my units, by name."""
    return _list(work, "", _number(request.args.get("eining")), _number(request.args.get("etter")))


@area.page("/sok", needs=Right.PERSON_LES, method="POST")
def sok(work: Work) -> str:
    """Search by name, number or e-mail."""
    q = clean(request.form.get("q", "")[:400], max_len=100, multiline=False)
    return _list(work, q, _number(request.form.get("eining")), _number(request.form.get("etter")))


def _number(raw: str | None) -> int | None:
    return int(raw) if raw and raw.isascii() and raw.isdigit() and len(raw) < 10 else None


def _list(work: Work, q: str, eining_id: int | None, after: int | None) -> str:
    if eining_id is not None and not work.has(Right.PERSON_LES, eining_id):
        raise NotFound
    return render(
        work,
        "administrasjon/personar.html",
        folk=queries.page(work, queries.people(work, q, eining_id), after),
        q=q,
        eining_id=eining_id,
        einingar=units.choices(work, Right.PERSON_LES),
        yrke=queries.professions(work),
        kan_endre=work.has(Right.PERSON_SKRIV),
    )


def _offer(work: Work, form: PersonForm) -> None:
    places = units.choices(work, Right.PERSON_SKRIV)
    form.yrke.choices = {"": "", **queries.professions(work)}
    form.hovudeining.choices = {"": _("Ingen"), **places}
    form.einingar.choices = places


def _facts(form: PersonForm) -> dict[str, object]:
    epost = clean(form.epost.data or "", max_len=200, multiline=False).lower()
    chosen = set(form.vakter.data or ())
    return {
        "namn": clean(form.namn.data or "", max_len=160, multiline=False),
        "epost": epost or None,
        "yrke": form.yrke.data or None,
        "stillingsprosent": int((form.stillingsprosent.data or "0").strip().removesuffix("%").strip()),
        "tilsetjingsform": form.tilsetjingsform.data,
        "vakter": ",".join(code for code in rules.VAKTER if code in chosen),
        "tilsett_fra": form.tilsett_fra.data,
        "tilsett_til": form.tilsett_til.data,
        "borte_fra": form.borte_fra.data,
        "borte_til": form.borte_til.data,
    }


def _places(form: PersonForm) -> list[int]:
    main = [form.hovudeining.data] if form.hovudeining.data else []
    return [int(one) for one in dict.fromkeys([*main, *(form.einingar.data or ())])]


@area.page("/ny", needs=Right.PERSON_SKRIV)
def ny(work: Work) -> str:
    """The form for a new employee."""
    form = NewPersonForm(stillingsprosent="100", tilsetjingsform="fast", vakter=["dag"], tilsett_fra=work.today, yrke="")
    _offer(work, form)
    return render(work, "administrasjon/person_ny.html", form=form)


@area.page("/ny", needs=Right.PERSON_SKRIV, method="POST")
def ny_send(work: Work) -> Response:
    """Add an employee. She gets her account by an invitation."""
    form = NewPersonForm(request.form)
    _offer(work, form)
    made: list[Person] = []

    def add() -> None:
        number = clean(form.ansattnr.data or "", max_len=40, multiline=False)
        made.append(actions.add_person(work, ansattnr=number, facts=_facts(form), units=_places(form)))

    if not attempt(work, form, add):
        return make_response(render(work, "administrasjon/person_ny.html", form=form), 422)
    flash(_("Personen er lagd inn. Inviter henne, så får ho velje passord."), "ok")
    return redirect(url_for("personar.vis", nr=made[0].id), 303)


def _page(work: Work, person: Person, status: int = 200, lenkje: str = "", **forms: object) -> Response:
    may_edit = _may_edit(work, person)
    context: dict[str, Any] = {
        "rolle": RoleForm(gjeld_fra=work.today, prefix="rolle-"),
        "borte": AwayForm(borte_fra=person.borte_fra, borte_til=person.borte_til),
        **forms,
    }
    context["rolle"].eining.choices = units.choices(work, Right.TILGANG_GI)
    page = render(
        work,
        "administrasjon/person.html",
        den=person,
        einingar=queries.unit_names(work, person),
        roller=queries.roles_of(work, person) if may_edit else [],
        yrke=queries.professions(work),
        former=rules.TILSETJINGSFORM,
        vakter=rules.VAKTER,
        kan_endre=may_edit,
        kan_borte=may_edit or queries.leads(work, person),
        kan_gi=may_edit and work.has(Right.TILGANG_GI) and person.id != work.me.id,
        lenkje=lenkje,
        **context,
    )
    return make_response(page, status)


def _may_edit(work: Work, person: Person) -> bool:
    try:
        queries.get_person(work, person.id, Right.PERSON_SKRIV)
    except NotFound:
        return False
    return True


@area.page("/<id:nr>", needs=Right.PERSON_LES)
def vis(work: Work, nr: int) -> Response:
    """One person: her facts, and for an administrator her roles and account."""
    return _page(work, queries.get_person(work, nr))


@area.page("/<id:nr>/endre", needs=Right.PERSON_SKRIV)
def endre(work: Work, nr: int) -> str:
    """The form for her facts."""
    person = queries.get_person(work, nr, Right.PERSON_SKRIV)
    values = {name: getattr(person, name) for name in actions.FIELDS}
    values |= {"stillingsprosent": str(person.stillingsprosent), "vakter": person.vakter.split(",")}
    places = [str(one) for one in queries.unit_ids(work, person)]
    form = PersonForm(**{**values, "hovudeining": places[0] if places else "", "einingar": places[1:], "version": person.version})
    _offer(work, form)
    return render(work, "administrasjon/person_endre.html", form=form, den=person)


@area.page("/<id:nr>/endre", needs=Right.PERSON_SKRIV, method="POST")
def endre_send(work: Work, nr: int) -> Response:
    """Change her facts and where she works."""
    person = queries.get_person(work, nr, Right.PERSON_SKRIV)
    form = PersonForm(request.form)
    _offer(work, form)

    def save() -> None:
        actions.edit_person(work, person, _facts(form), version_of(form))
        actions.place(work, person, _places(form))

    if not attempt(work, form, save):
        return make_response(render(work, "administrasjon/person_endre.html", form=form, den=person), 422)
    flash(_("Personen er lagra."), "ok")
    return redirect(url_for("personar.vis", nr=nr), 303)


@area.page("/<id:nr>/borte", needs=Open.LOGGED_IN, method="POST")
def borte(work: Work, nr: int) -> Response:
    """Note from when to when she is away: by her leader or an administrator (herself: on her own page)."""
    person = queries.get_person(work, nr)
    if not (queries.leads(work, person) or _may_edit(work, person)):
        raise NotFound
    form = AwayForm(request.form)
    if not attempt(work, form, lambda: konto.set_away(work, person, form.borte_fra.data, form.borte_til.data)):
        return _page(work, person, 422, borte=form)
    flash(_("Fråværet er lagra."), "ok")
    return redirect(url_for("personar.vis", nr=nr), 303)


@area.page("/<id:nr>/rolle", needs=Right.TILGANG_GI, method="POST")
def gi_rolle(work: Work, nr: int) -> Response:
    """Give her a role on a unit, with dates."""
    person = queries.get_person(work, nr, Right.PERSON_SKRIV)
    form = RoleForm(request.form, prefix="rolle-")
    form.eining.choices = units.choices(work, Right.TILGANG_GI)

    def give() -> None:
        unit = units.get_unit(work, int(form.eining.data), Right.TILGANG_GI)
        tilgangar.give_role(
            work,
            person,
            unit,
            form.rolle.data,
            fra=form.gjeld_fra.data or work.today,
            til=form.gjeld_til.data,
            heimel=numberless(work, clean(form.heimel.data or "", max_len=200, multiline=False), "heimel"),
        )

    if not attempt(work, form, give):
        return _page(work, person, 422, rolle=form)
    flash(_("Rolla er gitt. Ho gjeld med ein gong."), "ok")
    unit = units.get_unit(work, int(form.eining.data), Right.TILGANG_GI)
    if form.rolle.data == Rolle.LEIAR and unit.leiar_id is None:
        flash(_("Nye saker går enno til den neste over. Før opp leiaren på sida til eininga %(namn)s òg.", namn=unit.namn), "obs")
    return redirect(url_for("personar.vis", nr=nr), 303)


@area.page("/<id:nr>/rolle/<id:tilgang>/trekk", needs=Right.TILGANG_GI, method="POST")
def trekk_rolle(work: Work, nr: int, tilgang: int) -> Response:
    """Take a role back, at once."""
    row = work.db.get(Tilgang, tilgang)
    if row is None or row.person_id != nr:
        raise NotFound
    tilgangar.withdraw_role(work, row)
    flash(_("Rolla er teken tilbake. Det gjeld med ein gong."), "ok")
    return redirect(url_for("personar.vis", nr=nr), 303)


@area.page("/<id:nr>/inviter", needs=Right.PERSON_SKRIV, method="POST")
def inviter(work: Work, nr: int) -> Response:
    """Send her a letter to choose a password; without an e-mail the link is shown here, this once."""
    person = queries.get_person(work, nr, Right.PERSON_SKRIV)
    address = konto.invite(work, person)
    if person.epost:
        flash(_("Invitasjonen er sendt til %(epost)s.", epost=person.epost), "ok")
        return redirect(url_for("personar.vis", nr=nr), 303)
    return _page(work, person, lenkje=address)


@area.page("/<id:nr>/steng", needs=Right.PERSON_SKRIV, method="POST")
def steng(work: Work, nr: int) -> Response:
    """Close her account; her sessions end at once."""
    person = queries.get_person(work, nr, Right.PERSON_SKRIV)
    if person.id == work.me.id:
        raise Refused(_("Du kan ikkje stengje din eigen konto."))
    konto.disable(work, person)
    flash(_("Kontoen er stengd, og personen er logga ut overalt."), "ok")
    return redirect(url_for("personar.vis", nr=nr), 303)


@area.page("/<id:nr>/opne", needs=Right.PERSON_SKRIV, method="POST")
def opne(work: Work, nr: int) -> Response:
    """Open a closed account again."""
    person = queries.get_person(work, nr, Right.PERSON_SKRIV)
    konto.enable(work, person)
    flash(_("Kontoen er open igjen."), "ok")
    return redirect(url_for("personar.vis", nr=nr), 303)
