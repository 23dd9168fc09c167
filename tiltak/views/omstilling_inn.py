"""Reading in a table of savings: choose a file, see what each column is taken for and what would change, then confirm."""

import base64
import binascii

from flask import flash, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from administrasjon.innlesing import MAX_BYTES
from kjerne.access import Right
from kjerne.errors import Refused
from kjerne.i18n import gettext as _
from kjerne.text import clean
from kjerne.web import render
from kjerne.work import Work
from tiltak import queries, rules
from tiltak.actions import omstilling as actions
from tiltak.forms import UploadForm
from tiltak.sparetabell import MAX_COLUMNS, Felt, Kolonne, columns_of
from tiltak.views.area import area


def _form(work: Work) -> UploadForm:
    form = UploadForm(request.form)
    form.fill_units(queries.units(work, Right.OMSTILLING_SKRIV))
    return form


def _start(work: Work, form: UploadForm, status: int = 200) -> Response:
    return make_response(render(work, "tiltak/omstilling_inn.html", form=form), status)


@area.page("/omstilling/les-inn", needs=Right.OMSTILLING_SKRIV)
def omstilling_inn(work: Work) -> Response:
    """Choose a file; nothing is written by trying it."""
    return _start(work, _form(work))


def _chosen() -> dict[int, tuple[Felt, int]] | None:
    """What the person said each column holds; None when she was not asked yet."""
    if "kol_0" not in request.form:
        return None
    found: dict[int, tuple[Felt, int]] = {}
    for nr in range(MAX_COLUMNS):
        kind, year = request.form.get(f"kol_{nr}", ""), request.form.get(f"aar_{nr}", "").strip()
        if kind in set(Felt):
            fits = year.isascii() and year.isdigit() and len(year) == 4 and 2000 <= int(year) <= 2100
            found[nr] = (Felt(kind), int(year) if fits else 0)
    return found


def _sent() -> tuple[bytes, str]:
    """The file and its name: freshly chosen, or carried along from the page before."""
    sent = request.files.get("fil")
    if sent is not None and sent.filename:
        return sent.read(MAX_BYTES + 1), clean(sent.filename[:200], max_len=200, multiline=False)[:100]
    try:
        data = base64.b64decode(request.form.get("innhald", ""), validate=True)
    except (binascii.Error, ValueError):
        raise Refused(_("Fila kom ikkje heil fram. Prøv innlesinga på nytt."), "fil") from None
    if not data:
        raise Refused(_("Vel ei fil."), "fil")
    return data, clean(request.form.get("filnamn", "fil")[:200], max_len=200, multiline=False)[:100]


@area.page("/omstilling/prov", needs=Right.OMSTILLING_SKRIV, method="POST")
def omstilling_prov(work: Work) -> Response:
    """The trial: the columns, the sums by year, and every row that would be new, changed or refused. Writes nothing."""
    return _tried(work, 200)


def _tried(work: Work, status: int, *, ask: bool = False) -> Response:
    form = _form(work)
    columns: tuple[Kolonne, ...] = ()
    data, filename = b"", ""
    if not form.validate():
        return _start(work, form, 422)
    try:
        data, filename = _sent()
        columns = columns_of(data)
        plan = actions.plan_table(work, data, filename, namn=form.namn.data or "", maal=form.maal.data, chosen=_chosen())
    except Refused as refused:
        form[refused.field if refused.field in form else "fil"].errors = [refused.message]
        if not columns:
            return _start(work, form, 422)
        plan, status = None, 422
    return make_response(
        render(
            work,
            "tiltak/omstilling_prov.html",
            form=form,
            plan=plan,
            kolonnar=_shown(columns),
            filnamn=filename,
            innhald=base64.b64encode(data).decode(),
            rules=rules,
            ask=ask,
        ),
        status,
    )


def _shown(columns: tuple[Kolonne, ...]) -> list[Kolonne]:
    """The columns with what is chosen for each: by the person, else by their headings."""
    chosen = _chosen()
    if chosen is None:
        return list(columns)
    return [Kolonne(one.nr, one.namn, *chosen.get(one.nr, (Felt.INGEN, 0))) for one in columns]


@area.page("/omstilling/skriv", needs=Right.OMSTILLING_SKRIV, method="POST")
def omstilling_skriv(work: Work) -> Response:
    """Do it: the same file is planned again in this transaction, and the good rows go in."""
    form = _form(work)
    if not form.validate():
        return _start(work, form, 422)
    data, filename = _sent()
    plan = actions.plan_table(work, data, filename, namn=form.namn.data or "", maal=form.maal.data, chosen=_chosen())
    if plan.warnings and not form.stadfest.data:
        return _tried(work, 422, ask=True)
    table = actions.apply_table(work, plan, confirmed=bool(form.stadfest.data), eining_id=int(form.eining_id.data))
    flash(_("Tabellen er lesen inn: %(n)s rader er skrivne.", n=plan.changes), "ok")
    return redirect(url_for("tiltak.omstilling", tabell=table.id), 303)
