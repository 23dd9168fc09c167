"""Import of units and people: try a file, see what would change row by row, then confirm."""

import base64
import binascii

from flask import flash, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from administrasjon.actions.innlesing import apply_import, plan_import, right_for
from administrasjon.actions.plan import Kind
from administrasjon.forms import ImportForm
from administrasjon.innlesing import MAX_BYTES
from kjerne.access import Right
from kjerne.errors import NotFound, Refused
from kjerne.i18n import gettext as _
from kjerne.text import clean
from kjerne.web import Area, render
from kjerne.work import Work

area = Area("innlesing", __name__, url_prefix="/innlesing")
SHOWN_UNCHANGED = 20


@area.page("/", needs=Right.PERSON_SKRIV)
def start(work: Work) -> str:
    """Choose a file; nothing is written by trying it."""
    slag = request.args.get("slag", "personar")
    return render(work, "administrasjon/innlesing.html", form=ImportForm(slag=slag))


@area.page("/prov", needs=Right.PERSON_SKRIV, method="POST")
def prov(work: Work) -> Response:
    """The trial run: what would change, and every bad row with its reason. Writes nothing."""
    form = ImportForm(request.form)
    sent = request.files.get("fil")
    data = sent.read(MAX_BYTES + 1) if sent else b""
    if form.validate() and not data:
        form.fil.errors = [_("Vel ei fil.")]
    if not form.errors:
        try:
            kind = _kind(work, str(form.slag.data))
            name = clean((sent.filename or "fil")[:200] if sent else "fil", max_len=100, multiline=False)
            plan = plan_import(work, kind, data, name)
        except Refused as refused:
            form.fil.errors = [refused.message]
        else:
            packed = base64.b64encode(data).decode()
            return make_response(render(work, "administrasjon/innlesing_prov.html", plan=plan, innhald=packed))
    return make_response(render(work, "administrasjon/innlesing.html", form=form), 422)


def _kind(work: Work, code: str) -> Kind:
    if code not in set(Kind):
        raise NotFound
    kind = Kind(code)
    if not work.has(right_for(kind)):
        raise NotFound
    return kind


@area.page("/skriv", needs=Right.PERSON_SKRIV, method="POST")
def skriv(work: Work) -> Response:
    """Do it: the same file is planned again in this transaction, and the good rows go in."""
    kind = _kind(work, request.form.get("slag", ""))
    try:
        data = base64.b64decode(request.form.get("innhald", ""), validate=True)
    except (binascii.Error, ValueError):
        raise Refused(_("Fila kom ikkje heil fram. Prøv innlesinga på nytt.")) from None
    plan = plan_import(work, kind, data, clean(request.form.get("filnamn", "fil"), max_len=100, multiline=False))
    result = apply_import(work, plan)
    flash(
        _(
            "Innlesinga er ferdig: %(nye)s nye, %(endra)s endra, %(like)s uendra, %(feil)s rader med feil er ikkje tekne med.",
            nye=result.new,
            endra=result.changed,
            like=result.unchanged,
            feil=result.bad,
        ),
        "ok",
    )
    return redirect(url_for("einingar.liste" if kind is Kind.EININGAR else "personar.liste"), 303)
