"""The list of the register and one line of it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import flash, make_response, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from kjerne import files, vakt
from kjerne.access import Right
from kjerne.errors import NotFound, Refused
from kjerne.felt import parse_date
from kjerne.filinnhald import BadFile, inspect
from kjerne.i18n import gettext as _
from kjerne.text import BadText, bounded_int
from kjerne.web import render
from kjerne.work import Work
from register import actions, queries
from register.forms import ForingForm, MeasureForm
from register.models import Registerforing
from register.queries import Narrow
from register.rules import KINDS, PUNKTNAMN, SLAGNAMN, Punkt, Slag, light, next_date
from register.views.area import area
from tiltak.queries import candidates


@dataclass(frozen=True)
class Kort:
    """How one expected kind stands in the chosen unit."""

    slag: Slag
    stand: queries.Standing | None


def _slag(raw: str) -> Slag | None:
    return Slag(raw) if raw in set(Slag) else None


def _punkt(raw: str) -> Punkt | None:
    return next((punkt for punkt in Punkt if str(punkt.value) == raw), None)


def typed_int(raw: str, lo: int, hi: int) -> int | None:
    """A whole number of the address; None when it is not one."""
    try:
        return bounded_int(raw, lo, hi)
    except BadText:
        return None


def narrow_from(work: Work) -> Narrow:
    """What the address asks for; what is not understood is left out."""
    kode = request.args.get("eining", "")
    unit = next((one for one in queries.units_of(work, Right.REGISTER_LES) if one.kode == kode), None)
    return Narrow(
        eining_id=unit.id if unit else None,
        punkt=_punkt(request.args.get("punkt", "")),
        slag=_slag(request.args.get("slag", "")),
        aar=typed_int(request.args.get("aar", ""), 2000, 2100),
    )


def _after(raw: str) -> tuple[date, int] | None:
    day, _dot, number = raw.partition(".")
    place = typed_int(number, 1, 2_000_000_000)
    try:
        return (parse_date(day), place) if place else None
    except ValueError:
        return None


@area.page("/", needs=Right.REGISTER_LES)
def liste(work: Work) -> str:
    """The register: how the expected kinds stand in a unit, and the lines, newest first."""
    narrow = narrow_from(work)
    einingar = queries.units_of(work, Right.REGISTER_LES)
    rows, after = queries.listing(work, narrow, _after(request.args.get("etter", "")))
    unit = next((one for one in einingar if one.id == narrow.eining_id), None) or (einingar[0] if len(einingar) == 1 else None)
    kort: list[Kort] = []
    if unit is not None:
        expected = [slag for slag, kind in KINDS.items() if kind.venta]
        found = {row.slag: row for row in queries.latest(work, [unit.id], expected)}
        kort = [Kort(slag, found.get(slag)) for slag in expected]
    kept: dict[str, Any] = {name: value for name in ("eining", "punkt", "slag", "aar") if (value := request.args.get(name, ""))}
    return render(
        work,
        "register/liste.html",
        rader=rows,
        neste=url_for("register.liste", **kept, etter=f"{after[0].isoformat()}.{after[1]}") if after else None,
        narrow=narrow,
        einingar=einingar,
        unit=unit,
        kort=kort,
        arkiv=queries.archives(work, [unit.id]).get(unit.id) if unit else None,
        kan_skrive=work.has(Right.REGISTER_SKRIV),
        light=light,
        slagnamn=SLAGNAMN,
        punktnamn=PUNKTNAMN,
        Slag=Slag,
        valt=kept,
    )


def _form(work: Work, **values: object) -> ForingForm:
    form = ForingForm(request.form if request.method == "POST" else None, data=values)
    form.offer([(one.kode, one.namn) for one in queries.units_of(work, Right.REGISTER_SKRIV)])
    return form


def _guard(work: Work, form: ForingForm | MeasureForm, *names: str) -> vakt.Verdict:
    """The identity guard on the form's texts; what it finds stands under the fields."""
    verdict = vakt.judge(
        {name: form[name].data or "" for name in names},
        today=work.today,
        confirmed=request.form.get(vakt.CONFIRM_FIELD) == "1",
        words=vakt.known_words(work.db),
    )
    for name, messages in verdict.messages().items():
        form[name].errors = [*form[name].errors, *messages]
    return verdict


def _form_page(work: Work, form: ForingForm, row: Registerforing | None, verdict: vakt.Verdict | None, status: int) -> Response:
    return make_response(
        render(work, "register/skjema.html", form=form, foring=row, feil=verdict.feil if verdict else "", idag=work.today), status
    )


@area.page("/ny", needs=Right.REGISTER_SKRIV)
def ny(work: Work) -> Response:
    """The form for a new line, with today and the usual next date."""
    slag = _slag(request.args.get("slag", "")) or Slag.PERSONALMOTE
    values = {
        "slag": slag.value,
        "eining": request.args.get("eining", ""),
        "dato": work.today,
        "neste": next_date(slag, work.today),
    }
    return _form_page(work, _form(work, **values), None, None, 200)


@area.page("/ny", needs=Right.REGISTER_SKRIV, method="POST")
def ny_send(work: Work) -> Response:
    """Enter a line."""
    form = _form(work)
    good = form.validate()
    verdict = _guard(work, form, "tittel", "samandrag")
    if not (good and verdict.ok):
        return _form_page(work, form, None, verdict, 422)
    slag = Slag(form.slag.data)
    try:
        row = actions.add_line(
            work,
            slag=slag,
            eining=queries.get_unit(work, form.eining.data, Right.REGISTER_SKRIV),
            dato=form.dato.data or work.today,
            tittel=form.tittel.data or "",
            samandrag=form.samandrag.data or "",
            tal=form.antal,
            neste=form.neste.data,
        )
    except Refused as refused:
        form[refused.field].errors = [refused.message]
        return _form_page(work, form, None, None, 422)
    flash(_("Ført. Legg ved filer eller lag tiltak her om det trengst."), "ok")
    return redirect(url_for("register.vis", foring_id=row.id), 303)


def _measure_form(work: Work, **values: object) -> MeasureForm:
    form = MeasureForm(request.form if request.method == "POST" else None, data=values)
    form.ansvarleg_id.choices = {unit: [(str(id_), namn) for id_, namn in rows] for unit, rows in candidates(work).items()}
    return form


def _show(work: Work, row: Registerforing, measure: MeasureForm | None, *, feil: str = "", filfeil: str = "") -> str:
    may = work.has(Right.REGISTER_SKRIV, row.eining_id)
    return render(
        work,
        "register/vis.html",
        foring=row,
        eining=next((one.namn for one in queries.units_of(work, Right.REGISTER_LES) if one.id == row.eining_id), ""),
        namn=queries.person_name(work, row.laga_av_id),
        filer=queries.files_of(work, row),
        tiltak=queries.measures_of(work, row),
        slag=SLAGNAMN[Slag(row.slag)],
        lys=light(row.neste, work.today),
        kan_skrive=may,
        kan_tiltak=may and work.has(Right.TILTAK_SKRIV, row.eining_id),
        maling=(measure or _measure_form(work)) if may else None,
        feil=feil,
        filfeil=filfeil,
    )


@area.page("/<id:foring_id>", needs=Right.REGISTER_LES)
def vis(work: Work, foring_id: int) -> str:
    """One line: what it was, what came of it, its files and measures."""
    return _show(work, queries.get_foring(work, foring_id), None)


def _writable(work: Work, foring_id: int) -> Registerforing:
    row = queries.get_foring(work, foring_id)
    if not work.has(Right.REGISTER_SKRIV, row.eining_id):
        raise NotFound
    return row


@area.page("/<id:foring_id>/endre", needs=Right.REGISTER_SKRIV)
def endre(work: Work, foring_id: int) -> Response:
    """The form for correcting a line."""
    row = _writable(work, foring_id)
    unit = next(one.kode for one in queries.units_of(work, Right.REGISTER_SKRIV) if one.id == row.eining_id)
    values = {"slag": row.slag, "eining": unit, "dato": row.dato, "tittel": row.tittel, "samandrag": row.samandrag}
    values |= {"tal": "" if row.tal is None else str(row.tal), "neste": row.neste, "versjon": str(row.version)}
    return _form_page(work, _form(work, **values), row, None, 200)


@area.page("/<id:foring_id>/endre", needs=Right.REGISTER_SKRIV, method="POST")
def endre_send(work: Work, foring_id: int) -> Response:
    """Correct a line; kind and unit stand."""
    row = _writable(work, foring_id)
    form = _form(work)
    del form.slag, form.eining
    good = form.validate()
    verdict = _guard(work, form, "tittel", "samandrag")
    if not (good and verdict.ok):
        return _form_page(work, form, row, verdict, 422)
    try:
        actions.change_line(
            work,
            row,
            version=form.read_version,
            dato=form.dato.data or row.dato,
            tittel=form.tittel.data or "",
            samandrag=form.samandrag.data or "",
            tal=form.antal,
            neste=form.neste.data,
        )
    except Refused as refused:
        form[refused.field].errors = [refused.message]
        return _form_page(work, form, row, None, 422)
    flash(_("Endringa er lagra."), "ok")
    return redirect(url_for("register.vis", foring_id=row.id), 303)


@area.page("/<id:foring_id>/fil", needs=Right.REGISTER_SKRIV, method="POST")
def fil(work: Work, foring_id: int) -> ResponseReturnValue:
    """Attach minutes or a report."""
    row = _writable(work, foring_id)
    sent = request.files.get("fil")
    if sent is None or not sent.filename:
        return _show(work, row, None, filfeil=_("Vel ei fil først.")), 422
    try:
        found = inspect(sent.read(), sent.filename)
        vakt.demand(
            work.db,
            {"fil": f"{found.filename}\n{found.text}"},
            today=work.today,
            confirmed=request.form.get(vakt.CONFIRM_FIELD) == "1",
        )
    except BadFile as bad:
        return _show(work, row, None, filfeil=bad.message), 422
    except vakt.Guarded as guarded:
        sentence = " ".join(guarded.verdict.messages()["fil"][:3])
        return _show(work, row, None, feil=guarded.verdict.feil, filfeil=sentence), 422
    actions.attach(work, row, found)
    flash(_("Fila er lagd ved."), "ok")
    return redirect(url_for("register.vis", foring_id=row.id), 303)


@area.page("/<id:foring_id>/fil/<uuid:fil_id>", needs=Right.REGISTER_LES)
def hent(work: Work, foring_id: int, fil_id: object) -> Response:
    """A file, always as a download, only through a line she may read."""
    row = queries.get_foring(work, foring_id)
    found = next((one for one in queries.files_of(work, row) if one.offentleg_id == str(fil_id)), None)
    path = files.path_of(work.config.data_dir, found.sha256) if found else None
    if found is None or path is None or not path.exists():
        raise NotFound
    answer = send_file(path, mimetype=found.mime, as_attachment=True, download_name=found.namn, conditional=False, etag=False)
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


@area.page("/<id:foring_id>/tiltak", needs=Right.REGISTER_SKRIV, method="POST")
def tiltak(work: Work, foring_id: int) -> ResponseReturnValue:
    """Make a measure out of what came up."""
    row = _writable(work, foring_id)
    if not work.has(Right.TILTAK_SKRIV, row.eining_id):
        raise NotFound
    form = _measure_form(work)
    good = form.validate()
    verdict = _guard(work, form, "tittel")
    if not (good and verdict.ok):
        return _show(work, row, form, feil=verdict.feil), 422
    try:
        actions.ask_for_measure(
            work,
            row,
            tittel=form.tittel.data or "",
            ansvarleg=actions.owner_of_measure(work, int(form.ansvarleg_id.data)),
            frist=form.frist.data or work.today,
        )
    except Refused as refused:
        form[refused.field if refused.field in form else "tittel"].errors = [refused.message]
        return _show(work, row, form), 422
    flash(_("Tiltaket er laga. Den ansvarlege får brev."), "ok")
    return redirect(url_for("register.vis", foring_id=row.id), 303)
