"""The leader's pages: her people, what goes out, what to confirm, and one person with her delegations."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from kjerne.access import Right
from kjerne.errors import NotFound, Refused
from kjerne.i18n import gettext as _
from kjerne.i18n import ngettext
from kjerne.katalog import in_force
from kjerne.models import Person
from kjerne.web import Open
from kjerne.work import Work
from kompetanse import rules
from kompetanse.actions import bevis as actions
from kompetanse.forms import Feil, fault, read_file
from kompetanse.models import Kompetanse
from kompetanse.queries import personar, ventar
from kompetanse.views.area import area, asked_id, professions, sent, show, units_with

#: With more units than this the page asks which one before it lists people.
FEW_UNITS = 4


def _next(name: str, value: str, anchor: str) -> str:
    """The same page with the next part of one of its lists."""
    kept: dict[str, Any] = {key: asked for key in ("eining", "etter", "utlop") if (asked := request.args.get(key))}
    return url_for("kompetanse.heim", **{**kept, name: value, "_anchor": anchor})


def _home(work: Work, feil: Feil | None = None) -> Response:
    units = units_with(work, Right.KOMPETANSE_LES)
    few = asked_id("eining") is not None or len(units) <= FEW_UNITS
    judges = work.has(Right.KOMPETANSE_SKRIV)
    waiting = ventar.waiting(work, asked_id("etter")) if judges else []
    going = ventar.expiring(work, ventar.read_cursor(request.args.get("utlop", "")))
    return show(
        work,
        "kompetanse/leiar.html",
        feil,
        ventar=waiting[: ventar.PAGE],
        ventar_alle=personar.waiting_count(work),
        ventar_neste=_next("etter", str(waiting[ventar.PAGE - 1].bevis.id), "bevis") if len(waiting) > ventar.PAGE else None,
        kryss_alle=request.args.get("kryss") == "alle",
        kryss_href=_next("kryss", "alle", "bevis"),
        utlop=going[: ventar.PAGE],
        utlop_neste=_next("utlop", going[ventar.PAGE - 1].cursor, "utlop") if len(going) > ventar.PAGE else None,
        folk=personar.people(work, asked_id("eining")) if few else [],
        einingar=units,
        mange=not few,
        eining=asked_id("eining"),
        yrke=professions(work),
    )


@area.page("/", needs=Open.LOGGED_IN)
def heim(work: Work) -> ResponseReturnValue:
    """The leader's page; everybody else is led to her own."""
    if not work.has(Right.KOMPETANSE_LES):
        return redirect(url_for("kompetanse.kart" if work.has(Right.KOMPETANSE_TAL) else "kompetanse.meg"), 303)
    return _home(work)


@area.page("/stadfest", needs=Right.KOMPETANSE_SKRIV, method="POST")
def stadfest(work: Work) -> ResponseReturnValue:
    """Confirm those that were ticked."""
    count = actions.confirm(work, sent().ids("bevis"))
    if not count:
        return _home(work, Feil("bevis", _("Kryss av minst éin som du vil stadfeste.")))
    flash(ngettext("%(num)s kompetanse er stadfest.", "%(num)s kompetansar er stadfeste.", count), "ok")
    return redirect(url_for("kompetanse.heim"), 303)


@area.page("/bevis/<id:bevis_id>/avvis", needs=Right.KOMPETANSE_SKRIV, method="POST")
def avvis(work: Work, bevis_id: int) -> ResponseReturnValue:
    """Do not accept one, with a reason."""
    form = sent()
    try:
        grunn = form.text("grunn", rules.GRUNN_MAX, required=_("Skriv kvifor. Den det gjeld får sjå grunngivinga."))
        form.guard(work, {"grunn": grunn})
        row = actions.refuse(work, bevis_id, grunn, form.version)
    except Refused as refused:
        return _home(work, fault(refused))
    flash(_("Ikkje godteken. Grunngivinga står på sida til den det gjeld."), "ok")
    return redirect(url_for("kompetanse.person", person_id=row.person_id), 303)


def _person(work: Work, person: Person, feil: Feil | None = None, skjema: str = "") -> Response:
    lines = personar.evidence_of(work.db, person.id, work.today)
    mine = person.id == work.me.id
    work.read("kompetanse", person.id, "les")
    where = [unit for unit, _leiar in personar.units_and_leaders(work.db, person.id)]
    katalog = [row for row in work.db.scalars(in_force(Kompetanse, work.today)) if actions.may_judge(work, row, person)]
    return show(
        work,
        "kompetanse/person.html",
        feil,
        person=person,
        plikter=personar.duties(work.db, person.id, lines, work.today),
        linjer=personar.current(lines),
        alle=lines,
        einingar=where,
        mine_einingar=[(one.id, one.namn) for one in where if work.has(Right.KOMPETANSE_SKRIV, one.id)],
        katalog=[] if mine else [row for row in katalog if not row.delegasjon],
        delegasjonar=[] if mine else [row for row in katalog if row.delegasjon],
        namn=personar.names(work.db, _judges(lines)),
        yrke=professions(work).get(person.yrke or "", ""),
        skjema=skjema,
    )


def _judges(lines: list[personar.Linje]) -> set[int]:
    """Whose names the page shows beside the evidence."""
    found = {one.bevis.vurdert_av_id for one in lines if one.bevis.vurdert_av_id}
    return found | {one.delegasjon.gitt_av_id for one in lines if one.delegasjon}


@area.page("/person/<id:person_id>", needs=Open.LOGGED_IN)
def person(work: Work, person_id: int) -> ResponseReturnValue:
    """One person of my units."""
    return _person(work, personar.get_person(work, person_id))


def _entry(work: Work, kompetanse_id: int) -> Kompetanse:
    return actions.entry(work, kompetanse_id)


@area.page("/person/<id:person_id>/bevis", needs=Right.KOMPETANSE_SKRIV, method="POST")
def person_bevis(work: Work, person_id: int) -> ResponseReturnValue:
    """Record what one of my people has; it is confirmed at once."""
    who = personar.get_person(work, person_id, Right.KOMPETANSE_SKRIV)
    form = sent()
    try:
        referanse = form.text("referanse", rules.REFERANSE_MAX)
        found = read_file(request.files.get("fil"))
        form.guard(work, {"referanse": referanse, "fil": f"{found.filename}\n{found.text}" if found else ""})
        row = actions.record_checked(
            work,
            who,
            _entry(work, form.id("kompetanse_id")),
            niva=form.number("niva", 0, 4, rules.STANDARD_NIVA),
            dato=form.must_day("dato"),
            slag=form.among("slag", rules.BEVISSLAG, _("Vel kva slags bevis det er.")),
            referanse=referanse,
        )
        if found:
            actions.attach(work, row, found)
    except Refused as refused:
        return _person(work, who, fault(refused), "bevis")
    flash(_("Registrert og stadfest."), "ok")
    return redirect(url_for("kompetanse.person", person_id=who.id), 303)


@area.page("/person/<id:person_id>/delegasjon", needs=Right.KOMPETANSE_SKRIV, method="POST")
def person_delegasjon(work: Work, person_id: int) -> ResponseReturnValue:
    """Delegate a task to one of my people."""
    who = personar.get_person(work, person_id, Right.KOMPETANSE_SKRIV)
    form = sent()
    try:
        oppgaver = form.text("oppgaver", rules.TEKST_MAX, multiline=True, required=_("Skriv kva oppgåver delegasjonen gjeld."))
        form.guard(work, {"oppgaver": oppgaver})
        actions.delegate(
            work,
            who,
            _entry(work, form.id("kompetanse_id")),
            eining_id=form.id("eining_id"),
            oppgaver=oppgaver,
            gitt_som=form.among("gitt_som", {"lege", "leiar"}, _("Vel om lege eller leiar gir delegasjonen.")),
            dato=form.must_day("dato"),
            gyldig_til=form.day("gyldig_til", required=False),
        )
    except Refused as refused:
        return _person(work, who, fault(refused), "delegasjon")
    flash(_("Delegasjonen er gitt. Han fell bort når kurset han kviler på går ut."), "ok")
    return redirect(url_for("kompetanse.person", person_id=who.id), 303)


@area.page("/bevis/<id:bevis_id>/trekk", needs=Right.KOMPETANSE_SKRIV, method="POST")
def trekk(work: Work, bevis_id: int) -> ResponseReturnValue:
    """Withdraw a delegation, or evidence that holds no more."""
    bevis = personar.get_bevis(work, bevis_id)
    who = personar.get_person(work, bevis.person_id, Right.KOMPETANSE_SKRIV)
    row = work.db.get(Kompetanse, bevis.kompetanse_id)
    if row is None:
        raise NotFound
    actions.end_early(work, bevis, who, row)
    flash(_("Trekt tilbake frå i dag."), "ok")
    return redirect(url_for("kompetanse.person", person_id=who.id), 303)
