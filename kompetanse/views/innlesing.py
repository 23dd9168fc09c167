"""Import of course lists: try a file, see who and what was matched, then confirm."""

import base64
import binascii

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from administrasjon.innlesing import MAX_BYTES
from kjerne.access import Right
from kjerne.errors import Refused
from kjerne.i18n import gettext as _
from kjerne.i18n import ngettext
from kjerne.text import clean
from kjerne.work import Work
from kompetanse.actions.innlesing import UTFALLNAMN, Utfall, apply_import, plan_import
from kompetanse.forms import Feil, fault
from kompetanse.views.area import area, show


@area.page("/innlesing", needs=Right.KOMPETANSE_SKRIV)
def innlesing(work: Work) -> Response:
    """Choose a file; nothing is written by trying it."""
    return show(work, "kompetanse/innlesing.html")


@area.page("/innlesing/prov", needs=Right.KOMPETANSE_SKRIV, method="POST")
def innlesing_prov(work: Work) -> ResponseReturnValue:
    """The trial run: who and what each row was matched with, and every row that is not taken in with its reason."""
    chosen = request.files.get("fil")
    data = chosen.read(MAX_BYTES + 1) if chosen else b""
    if not data or chosen is None:
        return show(work, "kompetanse/innlesing.html", Feil("fil", _("Vel ei fil.")))
    try:
        name = clean((chosen.filename or "fil")[:200], max_len=100, multiline=False)
        plan = plan_import(work, data, name)
    except Refused as refused:
        return show(work, "kompetanse/innlesing.html", fault(refused))
    work.read("kompetanse", "innlesing", "prove")
    packed = base64.b64encode(data).decode()
    return show(work, "kompetanse/innlesing_prov.html", plan=plan, innhald=packed, utfall=UTFALLNAMN, Utfall=Utfall)


@area.page("/innlesing/skriv", needs=Right.KOMPETANSE_SKRIV, method="POST")
def innlesing_skriv(work: Work) -> ResponseReturnValue:
    """Do it: the same file is planned again in this transaction, and the good rows go in."""
    try:
        data = base64.b64decode(request.form.get("innhald", ""), validate=True)
    except (binascii.Error, ValueError):
        raise Refused(_("Fila kom ikkje heil fram. Prøv innlesinga på nytt.")) from None
    plan = plan_import(work, data, clean(request.form.get("filnamn", "fil"), max_len=100, multiline=False))
    count = apply_import(work, plan)
    flash(ngettext("%(num)s bevis er lese inn og stadfest.", "%(num)s bevis er lesne inn og stadfeste.", count), "ok")
    return redirect(url_for("kompetanse.heim"), 303)
