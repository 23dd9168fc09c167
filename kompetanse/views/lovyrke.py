"""The professions the law asks of the municipality as a whole: who is there, and the list the municipality keeps."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from werkzeug.wrappers import Response

from kjerne.access import Right
from kjerne.errors import NotFound, Refused
from kjerne.i18n import gettext as _
from kjerne.work import Work
from kompetanse import rules
from kompetanse.actions.lovyrke import save_law_profession
from kompetanse.forms import Feil, Skjema, fault
from kompetanse.models import Lovyrke
from kompetanse.queries import behov as queries
from kompetanse.views.area import area, professions, sent, show


@area.page("/lovyrke", needs=Right.KOMPETANSE_TAL)
def lovyrke(work: Work) -> Response:
    """All of them, also retired ones, and whether the municipality has each today."""
    return show(
        work,
        "kompetanse/lovyrke.html",
        rader=work.db.scalars(select(Lovyrke).order_by(Lovyrke.rekkje, Lovyrke.id)).all(),
        stand={one.id: one for one in queries.law_professions(work)},
        yrke=professions(work),
        endre=work.has(Right.KATALOG_ENDRE),
    )


def _form(work: Work, row: Lovyrke | None, feil: Feil | None = None) -> Response:
    return show(work, "kompetanse/lovyrke_endre.html", feil, rad=row, yrke=professions(work))


def _get(work: Work, lovyrke_id: int) -> Lovyrke:
    row = work.db.get(Lovyrke, lovyrke_id)
    if row is None:
        raise NotFound
    return row


@area.page("/lovyrke/ny", needs=Right.KATALOG_ENDRE)
def lovyrke_ny(work: Work) -> Response:
    """The form for one more."""
    return _form(work, None)


@area.page("/lovyrke/<id:lovyrke_id>", needs=Right.KATALOG_ENDRE)
def lovyrke_endre(work: Work, lovyrke_id: int) -> Response:
    """The form for one that is there."""
    return _form(work, _get(work, lovyrke_id))


def _values(work: Work, form: Skjema) -> dict[str, object]:
    texts = {code: form.text(code, rules.NAMN_MAX, required=_("Skriv namnet på alle tre språka.")) for code in ("nn", "nb", "en")}
    heimel = form.text("heimel", rules.NAMN_MAX, required=_("Skriv kvar i lova det står."))
    form.guard(work, {**texts, "heimel": heimel})
    return {
        **texts,
        "heimel": heimel,
        "yrker": "|".join(request.form.getlist("yrker"))[:200],
        "gjeld_fra": form.must_day("gjeld_fra"),
        "gjeld_til": form.day("gjeld_til", required=False),
    }


def _save(work: Work, row: Lovyrke | None) -> ResponseReturnValue:
    form = sent()
    try:
        kode = row.kode if row else form.text("kode", 60, required=_("Skriv ein kode som ingen annan rad har."))
        save_law_profession(work, row, kode, _values(work, form), form.version if row else None)
    except Refused as refused:
        return _form(work, row, fault(refused))
    flash(_("Lagra."), "ok")
    return redirect(url_for("kompetanse.lovyrke"), 303)


@area.page("/lovyrke/ny", needs=Right.KATALOG_ENDRE, method="POST")
def lovyrke_ny_send(work: Work) -> ResponseReturnValue:
    """Add one."""
    return _save(work, None)


@area.page("/lovyrke/<id:lovyrke_id>", needs=Right.KATALOG_ENDRE, method="POST")
def lovyrke_endre_send(work: Work, lovyrke_id: int) -> ResponseReturnValue:
    """Change one, or retire it with a last day; a form drawn before somebody else's change answers 409."""
    return _save(work, _get(work, lovyrke_id))
