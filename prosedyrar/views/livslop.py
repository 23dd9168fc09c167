"""The steps of a version, its hearing with comments and answers, the review without change, and requests for revision."""

from collections.abc import Callable
from datetime import timedelta

from flask import flash, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from kjerne import vakt
from kjerne.access import ROLLENAMN, Open, Right, Rolle
from kjerne.errors import NotFound, Refused
from kjerne.i18n import gettext as _
from kjerne.inndata import typed_date, typed_person
from kjerne.models import Eining
from kjerne.vakt import Guarded, Verdict
from kjerne.web import render
from kjerne.work import Work
from prosedyrar import rules
from prosedyrar.actions import hoyring, livslop
from prosedyrar.actions.hoyring import Spurd
from prosedyrar.actions.onske import decline
from prosedyrar.forms import people_to_choose
from prosedyrar.models import Prosedyre, ProsedyreVersjon
from prosedyrar.queries import access, onske, vising
from prosedyrar.queries import hoyring as hearing_queries
from prosedyrar.queries.mitt import units_in_force
from prosedyrar.queries.onskeord import words
from prosedyrar.rules import Steg
from prosedyrar.views.area import area, confirmed, number, typed, typed_line, version_number
from prosedyrar.views.dokument import page

PEOPLE, PLACES = 4, 3


def _version(work: Work, prosedyre_id: int, v: str) -> tuple[Prosedyre, ProsedyreVersjon]:
    return access.get_prosedyre(work, prosedyre_id), access.by_number(work, prosedyre_id, version_number(v))


def _again(work: Work, found: ProsedyreVersjon, where: str, problem: Refused) -> Response:
    """The version's page again, with what was typed and what is wrong with it, at its own form."""
    verdict = problem.verdict if isinstance(problem, Guarded) else None
    shown = page(
        work,
        vising.opened(work, found.id),
        prov=where,
        feil=[(problem.field or where, problem.message)] if verdict is None else [],
        verdict=verdict,
        skrive=dict(request.form),
    )
    return make_response(shown, 422)


#: One action for each row of the steps' table; a hearing has a page of its own.
TAKE: dict[Steg, Callable[[Work, int, str, int | None], ProsedyreVersjon]] = {
    Steg.AVSLUTT: lambda work, id_, _text, seen: livslop.end_hearing(work, id_, versjon=seen),
    Steg.TIL_GODKJENNING: lambda work, id_, _text, seen: livslop.submit(work, id_, versjon=seen),
    Steg.GODKJENN: lambda work, id_, _text, seen: livslop.publish(work, id_, versjon=seen),
    Steg.TREKK: lambda work, id_, text, seen: livslop.withdraw(work, id_, text, versjon=seen),
    Steg.RETUR: lambda work, id_, text, seen: livslop.return_back(work, id_, text, versjon=seen),
    Steg.FORKAST: lambda work, id_, text, seen: livslop.throw_away(work, id_, text, versjon=seen),
    Steg.UTGAA: lambda work, id_, text, seen: livslop.retire(work, id_, text, versjon=seen),
}


@area.page("/<id:prosedyre_id>/versjon/<v>/steg/<steg>", needs=Open.LOGGED_IN, method="POST")
def steg(work: Work, prosedyre_id: int, v: str, steg: str) -> Response:
    """Take one step. The table says whether she may."""
    prosedyre, found = _version(work, prosedyre_id, v)
    if steg not in TAKE:
        raise NotFound
    try:
        said = typed("tekst")
        vakt.demand(work.db, {"tekst": said}, today=work.today, confirmed=confirmed())
        done = TAKE[Steg(steg)](work, found.id, said, number(request.form.get("versjon", "")) or 0)
    except Refused as refused:
        return _again(work, found, steg, refused)
    flash(_("Lagra. Versjonen står no som «%(tilstand)s».", tilstand=rules.TILSTANDNAMN[rules.Tilstand(done.tilstand)]), "ok")
    target = url_for("prosedyrar.vis", prosedyre_id=prosedyre.id)
    if steg == Steg.AVSLUTT:
        target = url_for("prosedyrar.skriv", prosedyre_id=prosedyre.id)
    elif done.tilstand in rules.OPEN:
        target = url_for("prosedyrar.versjon", prosedyre_id=prosedyre.id, v=done.nummer)
    elif access.valid_version(work.db, prosedyre.id) is None and done.tilstand == rules.Tilstand.FORKASTA:
        target = url_for("prosedyrar.liste")
    return redirect(target, 303)


def _hearing_page(
    work: Work, prosedyre: Prosedyre, found: ProsedyreVersjon, feil: Refused | None = None, verdict: Verdict | None = None
) -> Response:
    shown = render(
        work,
        "prosedyrar/hoyring.html",
        p=prosedyre,
        v=found,
        skrive=request.form,
        personar=people_to_choose(work),
        einingar=units_in_force(work),
        roller={rolle.value: str(namn) for rolle, namn in ROLLENAMN.items()},
        feil=[(feil.field, feil.message)] if feil and verdict is None else [],
        verdict=verdict,
        frist=work.today + timedelta(days=rules.HOYRING_DAGAR),
        talet=(range(1, PEOPLE + 1), range(1, PLACES + 1)),
        rules=rules,
    )
    return make_response(shown, 422 if feil else 200)


@area.page("/<id:prosedyre_id>/versjon/<v>/hoyring", needs=Open.LOGGED_IN)
def hoyring_skjema(work: Work, prosedyre_id: int, v: str) -> Response:
    """The form for a hearing: who is asked, until when, and what about."""
    prosedyre, found = _version(work, prosedyre_id, v)
    if not access.may_write(work, prosedyre) or found.tilstand not in rules.find_step(Steg.HOYRING).source:
        raise NotFound
    return _hearing_page(work, prosedyre, found)


def _asked(work: Work) -> list[Spurd]:
    """Those who are chosen: people by number, units with or without a role."""
    found = [
        Spurd(person=typed_person(work, f"person-{n}")) for n in range(1, PEOPLE + 1) if request.form.get(f"person-{n}", "").strip()
    ]
    for n in range(1, PLACES + 1):
        unit_id = number(request.form.get(f"eining-{n}", ""))
        unit = work.db.get(Eining, unit_id) if unit_id is not None else None
        rolle = request.form.get(f"rolle-{n}", "")
        if unit is not None:
            found.append(Spurd(eining=unit, rolle=rolle if rolle in set(Rolle) else ""))
    return found


@area.page("/<id:prosedyre_id>/versjon/<v>/hoyring", needs=Open.LOGGED_IN, method="POST")
def hoyring_send(work: Work, prosedyre_id: int, v: str) -> Response:
    """Send it; everybody asked gets a letter with a link."""
    prosedyre, found = _version(work, prosedyre_id, v)
    try:
        texts = {"melding": typed("melding"), "kort_grunn": typed_line("kort_grunn")}
        vakt.demand(work.db, texts, today=work.today, confirmed=confirmed())
        hoyring.send_hearing(work, found, frist=typed_date("frist"), spurde=_asked(work), **texts)
    except Guarded as guarded:
        return _hearing_page(work, prosedyre, found, guarded, guarded.verdict)
    except Refused as refused:
        return _hearing_page(work, prosedyre, found, refused)
    flash(_("Versjonen er på høyring. Dei du spør, får brev."), "ok")
    return redirect(url_for("prosedyrar.versjon", prosedyre_id=prosedyre.id, v=found.nummer), 303)


@area.page("/<id:prosedyre_id>/versjon/<v>/merknad", needs=Open.LOGGED_IN, method="POST")
def merknad(work: Work, prosedyre_id: int, v: str) -> Response:
    """Say something to a section of what is on hearing."""
    prosedyre, found = _version(work, prosedyre_id, v)
    try:
        if request.form.get("ingen") == "1":
            hoyring.nothing_to_add(work, found)
            flash(_("Takk. Vi har notert at du ikkje har merknader."), "ok")
            return redirect(f"{url_for('prosedyrar.versjon', prosedyre_id=prosedyre.id, v=found.nummer)}#merknader", 303)
        said = typed("tekst")
        vakt.demand(work.db, {"tekst": said}, today=work.today, confirmed=confirmed())
        hoyring.comment(work, found, seksjon=typed_line("seksjon"), tekst=said)
    except Refused as refused:
        return _again(work, found, "merknad", refused)
    flash(_("Takk. Merknaden er sendt, og du får sjå kva som skjer med han her."), "ok")
    return redirect(f"{url_for('prosedyrar.versjon', prosedyre_id=prosedyre.id, v=found.nummer)}#merknader", 303)


@area.page("/merknad/<id:merknad_id>", needs=Open.LOGGED_IN, method="POST")
def merknad_svar(work: Work, merknad_id: int) -> Response:
    """Answer a comment: taken in or not, and why."""
    row, found = hearing_queries.get_comment(work, merknad_id)
    prosedyre = access.get_prosedyre(work, found.prosedyre_id)
    where = f"merknad-{row.id}"
    try:
        said = typed("svar_tekst")
        vakt.demand(work.db, {"svar_tekst": said}, today=work.today, confirmed=confirmed())
        hoyring.answer(work, row, found, svar=request.form.get("svar", ""), tekst=said)
    except Refused as refused:
        return _again(work, found, where, refused)
    return redirect(f"{url_for('prosedyrar.versjon', prosedyre_id=prosedyre.id, v=found.nummer)}#{where}", 303)


@area.page("/<id:prosedyre_id>/gjennomgatt", needs=Open.LOGGED_IN, method="POST")
def gjennomgatt(work: Work, prosedyre_id: int) -> Response:
    """Looked through and good as it stands: a new revision deadline for this one document."""
    prosedyre = access.get_prosedyre(work, prosedyre_id)
    valid = access.valid_version(work.db, prosedyre.id)
    if valid is None:
        raise NotFound
    try:
        said = typed("notat")
        vakt.demand(work.db, {"notat": said}, today=work.today, confirmed=confirmed())
        livslop.confirm_review(work, prosedyre, said, versjon=number(request.form.get("versjon", "")) or 0)
    except Refused as refused:
        return _again(work, valid, "gjennomgatt", refused)
    flash(_("Gjennomgangen er lagra, og revisjonsfristen er flytta."), "ok")
    return redirect(url_for("prosedyrar.vis", prosedyre_id=prosedyre.id), 303)


def _requests(work: Work, tried: int | None = None, feil: Refused | None = None) -> str:
    verdict = feil.verdict if isinstance(feil, Guarded) else None
    rows = onske.waiting(work)
    return render(
        work,
        "prosedyrar/onske.html",
        rader=rows,
        onskeord=words(work, [row for row, _title, _unit in rows]),
        prov=tried,
        feil=[(f"grunn-{tried}", feil.message)] if feil and verdict is None else [],
        verdict=verdict,
        skrive=request.form.get("grunn", ""),
        rules=rules,
    )


@area.page("/onske", needs=Right.PROSEDYRE_SKRIV)
def onske_liste(work: Work) -> str:
    """Requests that wait: for revision of documents she owns or writes, and for new ones in her units."""
    return _requests(work)


@area.page("/onske/<id:onske_id>/avsla", needs=Open.LOGGED_IN, method="POST")
def onske_avsla(work: Work, onske_id: int) -> Response:
    """Do not follow a request, with the reason."""
    row = onske.get_onske(work, onske_id)
    try:
        said = typed("grunn")
        vakt.demand(work.db, {"grunn": said}, today=work.today, confirmed=confirmed())
        decline(work, row, said)
    except Refused as refused:
        return make_response(_requests(work, row.id, refused), 422)
    flash(_("Ønsket er avslått, og grunnen er lagra."), "ok")
    if row.prosedyre_id is not None:
        return redirect(f"{url_for('prosedyrar.vis', prosedyre_id=row.prosedyre_id)}#onske", 303)
    return redirect(url_for("prosedyrar.onske_liste"), 303)
