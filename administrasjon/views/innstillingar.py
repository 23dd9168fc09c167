"""The settings: the start page with the checklist, the municipality itself, its look, and the scheme for serious events."""

from flask import flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from administrasjon import rules
from administrasjon.actions import innstillingar
from administrasjon.forms import SchemeForm
from administrasjon.forms.kommunen import ColourForm, LimitForm, LogoForm, ReportForm, SettingsForm
from administrasjon.queries import katalog, oppstart
from administrasjon.rules import farge
from administrasjon.rules.tabellar import BOLKAR, TABELLAR
from administrasjon.views.drift import area
from administrasjon.views.skjema import attempt
from kjerne import vakt
from kjerne.access import Open, Right
from kjerne.errors import NotFound
from kjerne.i18n import SPRAKNAMN
from kjerne.i18n import gettext as _
from kjerne.text import clean
from kjerne.utsjanad import own_look
from kjerne.vakt import Guarded
from kjerne.web import our_settings, render
from kjerne.work import Work

KEYS = ("kommune", "sprak", "varselkanal", "klagekanal", "tilgjengelegheitserklaering")
CHANNELS = ("varselkanal", "klagekanal")
YEAR = 31_536_000


@area.page("/innstillingar/", needs=Right.KATALOG_ENDRE)
def innstillingar_vis(work: Work) -> str:
    """What can be set, in plain words, and what is left before the municipality is up."""
    ours = our_settings()
    steps = oppstart.checklist(work, ours)
    return render(
        work,
        "administrasjon/innstillingar/index.html",
        ours=ours,
        steg=steps,
        att=sum(not step.gjort for step in steps),
        bolkar=[(title, [TABELLAR[code] for code in codes]) for title, codes in BOLKAR],
        tal_i=katalog.counts(work),
        sist=katalog.latest_changes(work),
        ordningar=rules.MELDEORDNINGAR,
    )


def _kommunen(
    work: Work,
    form: SettingsForm,
    *,
    colour: ColourForm | None = None,
    logo: LogoForm | None = None,
    limits: LimitForm | None = None,
    feil: str = "",
) -> str:
    ours = our_settings()
    form.sprak.choices = dict(SPRAKNAMN)
    return render(
        work,
        "administrasjon/innstillingar/kommunen.html",
        form=form,
        fargeskjema=colour or ColourForm(farge=ours["farge"]),
        logoskjema=logo or LogoForm(),
        grenseskjema=limits or LimitForm(data={key: ours[key] for key in rules.GRENSER}),
        grenser=rules.GRENSER,
        rapportskjema=ReportForm(rapport_vedlegg=ours["rapport_vedlegg"] == "1"),
        ours=ours,
        data_feil=feil,
    )


def _form() -> SettingsForm:
    ours = our_settings()
    kept = {key: ours[key] for key in KEYS}
    return SettingsForm(data={**kept, "versjon": innstillingar.version(kept)})


@area.page("/innstillingar/kommunen", needs=Right.KATALOG_ENDRE)
def kommunen(work: Work) -> str:
    """Name, language, channels, logo and colour."""
    return _kommunen(work, _form())


@area.page("/innstillingar/", needs=Right.KATALOG_ENDRE, method="POST")
def innstillingar_lagre(work: Work) -> ResponseReturnValue:
    """Keep name, language and channels. A page without `versjon` (an outside program) is not held against others' changes."""
    form = SettingsForm(request.form)
    form.sprak.choices = dict(SPRAKNAMN)
    if not form.validate():
        return make_response(_kommunen(work, form), 422)
    values = {key: clean(form[key].data or "", max_len=2000, multiline=key in CHANNELS) for key in KEYS}
    try:
        # A channel is a published way to reach somebody: her name and telephone belong there, an identity number never.
        vakt.demand(work.db, {key: values[key] for key in ("kommune", *CHANNELS)}, today=work.today, confirmed=True)
        innstillingar.save(work, values, form.versjon.data or None)
    except Guarded as guarded:
        for name, texts in guarded.verdict.messages().items():
            form[name].errors = texts
        return make_response(_kommunen(work, form, feil=guarded.verdict.feil), 422)
    flash(_("Innstillingane er lagra."), "ok")
    return redirect(url_for("administrasjon.kommunen"), 303)


@area.page("/innstillingar/rapportar", needs=Right.KATALOG_ENDRE, method="POST")
def lagre_rapportar(work: Work) -> Response:
    """Say whether reports without single cases may go with their letters; else a letter has the link alone."""
    innstillingar.save(work, {"rapport_vedlegg": "1" if ReportForm(request.form).rapport_vedlegg.data else ""})
    flash(_("Innstillinga er lagra."), "ok")
    return redirect(url_for("administrasjon.kommunen") + "#rapportar", 303)


@area.page("/innstillingar/grenser", needs=Right.KATALOG_ENDRE, method="POST")
def lagre_grenser(work: Work) -> Response:
    """Days and smallest counts: for who has left, for judging an effect, and for what is said about a group."""
    form = LimitForm(request.form)
    if not form.validate():
        return make_response(_kommunen(work, _form(), limits=form), 422)
    innstillingar.save(work, form.values())
    flash(_("Innstillinga er lagra."), "ok")
    return redirect(url_for("administrasjon.kommunen") + "#grenser", 303)


@area.page("/innstillingar/farge", needs=Right.KATALOG_ENDRE, method="POST")
def lagre_farge(work: Work) -> Response:
    """Choose the colour, or go back to the program's own."""
    form = ColourForm(request.form)
    chosen = "" if request.form.get("standard") == "1" else form.farge.data or ""
    if not attempt(work, form, lambda: innstillingar.save_colour(work, chosen)):
        return make_response(_kommunen(work, _form(), colour=form), 422)
    flash(_("Fargen er lagra."), "ok")
    return redirect(url_for("administrasjon.kommunen") + "#utsjanad", 303)


@area.page("/innstillingar/logo", needs=Right.KATALOG_ENDRE, method="POST")
def lagre_logo(work: Work) -> Response:
    """Put a logo there, or take it away."""
    form = LogoForm(request.form)
    sent = request.files.get("logo")

    def save() -> None:
        if request.form.get("fjern") == "1":
            innstillingar.remove_logo(work)
        else:
            innstillingar.save_logo(work, sent.read() if sent else b"", sent.filename or "logo" if sent else "logo")

    if not attempt(work, form, save):
        return make_response(_kommunen(work, _form(), logo=form), 422)
    flash(_("Logoen er lagra.") if request.form.get("fjern") != "1" else _("Logoen er teken bort."), "ok")
    return redirect(url_for("administrasjon.kommunen") + "#utsjanad", 303)


def _kept(answer: Response, mark: str) -> Response:
    """An answer a browser may keep: for a year under its own version, else asked about each time."""
    answer.set_etag(mark)
    forever = request.args.get("v") == mark
    answer.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable" if forever else "no-cache"
    return answer.make_conditional(request)


@area.page("/utsjanad.css", needs=Open.ALL)
def utsjanad_css(_work: Work) -> Response:
    """The municipality's colour as a style sheet: CSP allows no style in the page."""
    colour = our_settings()["farge"]
    answer = make_response(farge.stylesheet(colour) if farge.is_colour(colour) else "")
    answer.mimetype = "text/css"
    return _kept(answer, colour.removeprefix("#") or "standard")


@area.page("/utsjanad/logo", needs=Open.ALL)
def utsjanad_logo(work: Work) -> Response:
    """The municipality's logo."""
    image = own_look(work).logo
    if not image:
        raise NotFound
    answer = make_response(image)
    answer.mimetype = "image/png"
    return _kept(answer, our_settings()["logo"][:16])


@area.page("/innstillingar/meldeordning", needs=Right.KATALOG_ENDRE)
def meldeordning(work: Work) -> str:
    """Ask which scheme for serious events is in force (domene 2.1)."""
    ours = our_settings()
    form = SchemeForm(meldeordning=ours["meldeordning"])
    return render(work, "administrasjon/meldeordning.html", form=form, ours=ours)


@area.page("/innstillingar/meldeordning", needs=Right.KATALOG_ENDRE, method="POST")
def meldeordning_lagre(work: Work) -> Response:
    """Confirm which scheme is in force."""
    form = SchemeForm(request.form)
    if not attempt(work, form, lambda: innstillingar.confirm_scheme(work, form.meldeordning.data)):
        return make_response(render(work, "administrasjon/meldeordning.html", form=form, ours=our_settings()), 422)
    flash(_("Takk. Ordninga er stadfesta."), "ok")
    return redirect(url_for("administrasjon.innstillingar_vis"), 303)
