"""The municipality's own needed routines: the list, one of them, a new one, and taking one out of the list."""

from flask import flash, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from kjerne import vakt
from kjerne.access import ROLLENAMN, Right
from kjerne.errors import NotFound, Refused
from kjerne.felt import parse_date
from kjerne.i18n import gettext as _
from kjerne.vakt import Guarded
from kjerne.web import render
from kjerne.work import Work
from prosedyrar.actions import rutinar as actions
from prosedyrar.behov import ALL, SLAGNAMN, Slag, all_needs
from prosedyrar.forms import RutineForm
from prosedyrar.models.behov import Eigenrutine
from prosedyrar.queries.rutinar import Kjede, chains, get_chain, may_edit
from prosedyrar.rules import TEMANAMN, Tema
from prosedyrar.views.area import area


def kinds_in_words(row: Eigenrutine) -> str:
    """Which units need it."""
    if row.slag == ALL:
        return _("Alle einingar")
    return ", ".join(str(SLAGNAMN[Slag(kode)]) for kode in row.slag.split("|"))


def whose(kode: str) -> str:
    """The role that sees to it that a routine exists, in words; empty when nobody has said."""
    return next((str(namn) for rolle, namn in ROLLENAMN.items() if rolle.value == kode), "")


@area.page("/oversikt/eigne", needs=Right.PROSEDYRE_STATUS)
def eigne_rutinar(work: Work) -> str:
    """The routines the municipality has added, those in use first."""
    return render(
        work,
        "prosedyrar/rutinar.html",
        rutinar=chains(work),
        kan_endre=may_edit(work),
        slag_i_ord=kinds_in_words,
        ansvar_i_ord=whose,
        temanamn=lambda row: TEMANAMN[Tema(row.tema)],
        framlegg=len(all_needs()),
    )


def _demand_editor(work: Work) -> None:
    if not may_edit(work):
        raise NotFound


def _form(work: Work, chain: Kjede | None) -> RutineForm:
    typed = request.form if request.method == "POST" and "nn" in request.form else None
    if chain is None:
        return RutineForm(typed, None, work.today)
    return RutineForm(typed, chain.nyaste, max(work.today, chain.nyaste.gjeld_fra), chain.stempel)


def _page(work: Work, form: RutineForm, chain: Kjede | None, *, feil: str = "", slutt_feil: str = "") -> Response:
    shown = render(
        work, "prosedyrar/rutine.html", form=form, kjede=chain, data_feil=feil, slutt_feil=slutt_feil, slag_i_ord=kinds_in_words
    )
    return make_response(shown, 422 if request.method == "POST" else 200)


@area.page("/oversikt/eigne/ny", needs=Right.PROSEDYRE_SKRIV)
def rutine_ny(work: Work) -> Response:
    """A form for one more."""
    _demand_editor(work)
    return _page(work, _form(work, None), None)


@area.page("/oversikt/eigne/ny", needs=Right.PROSEDYRE_SKRIV, method="POST")
def rutine_legg_til(work: Work) -> Response:
    """Add it."""
    _demand_editor(work)
    return _save(work, None)


@area.page("/oversikt/eigne/<kode>", needs=Right.PROSEDYRE_SKRIV)
def rutine_endre(work: Work, kode: str) -> Response:
    """One of them: its words, who needs it, and what has held when."""
    _demand_editor(work)
    chain = get_chain(work, kode)
    return _page(work, _form(work, chain), chain)


@area.page("/oversikt/eigne/<kode>", needs=Right.PROSEDYRE_SKRIV, method="POST")
def rutine_lagre(work: Work, kode: str) -> Response:
    """Change it from a day on."""
    _demand_editor(work)
    return _save(work, get_chain(work, kode))


def _save(work: Work, chain: Kjede | None) -> Response:
    """Read the form, guard its texts, do it. What is refused comes back with everything that was typed."""
    form = _form(work, chain)
    if not form.validate() or form.gjeld_fra.data is None:
        return _page(work, form, chain)
    try:
        vakt.demand(work.db, form.texts(), today=work.today, confirmed=request.form.get(vakt.CONFIRM_FIELD) == "1")
        rutine, first = form.rutine(), form.gjeld_fra.data
        if chain is None:
            actions.add(work, rutine, first)
            said = _("Lagt til. Rutina er med i oversikta frå den dagen.")
        else:
            done = actions.change(work, chain.kode, rutine, first, form.versjon.data or "")
            said = _("Lagra.") if done else _("Ingenting var endra.")
    except Guarded as guarded:
        for name, texts in guarded.verdict.messages().items():
            form[name].errors = texts
        return _page(work, form, chain, feil=guarded.verdict.feil)
    except Refused as refused:
        form[refused.field if refused.field in form else "gjeld_fra"].errors = [refused.message]
        return _page(work, form, chain)
    flash(said, "ok")
    return redirect(url_for("prosedyrar.eigne_rutinar"), 303)


@area.page("/oversikt/eigne/<kode>/avslutt", needs=Right.PROSEDYRE_SKRIV, method="POST")
def rutine_avslutt(work: Work, kode: str) -> Response:
    """Nobody needs it from a day on."""
    _demand_editor(work)
    chain = get_chain(work, kode)
    try:
        try:
            day = parse_date(request.form.get("slutt_fra", ""))
        except ValueError:
            raise Refused(_("Skriv datoen som 22.11.2026."), "slutt_fra") from None
        actions.retire(work, kode, day, request.form.get("versjon", ""))
    except Refused as refused:
        return _page(work, _form(work, chain), chain, slutt_feil=refused.message)
    flash(_("Lagra. Rutina er ute av oversikta frå den dagen."), "ok")
    return redirect(url_for("prosedyrar.eigne_rutinar"), 303)
