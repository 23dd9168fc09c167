"""The catalogue of competences: for everybody to read, for the municipality to edit."""

from urllib.parse import urlsplit

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from werkzeug.wrappers import Response

from kjerne.access import Right
from kjerne.errors import NotFound, Refused
from kjerne.i18n import gettext as _
from kjerne.innstilling import put, settings
from kjerne.web import Open
from kjerne.work import Work
from kompetanse import rules
from kompetanse.actions import katalog as actions
from kompetanse.forms import Feil, Skjema, fault
from kompetanse.models import Kompetanse, KompetanseProsedyre
from kompetanse.queries.prosedyrar import choices, linked, titles
from kompetanse.views.area import area, sent, show

SCHEMES = frozenset({"https", "http"})


@area.page("/katalog", needs=Open.LOGGED_IN)
def katalog(work: Work) -> Response:
    """All entries, also ended ones."""
    rows = work.db.scalars(select(Kompetanse).order_by(Kompetanse.rekkje, Kompetanse.id)).all()
    ours = settings(work.db)
    return show(
        work,
        "kompetanse/katalog.html",
        rader=rows,
        prosedyrar=titles(work),
        endre=work.has(Right.KATALOG_ENDRE),
        god=ours["kompetanse_god"],
        lag=ours["kompetanse_lag"],
    )


@area.page("/katalog/grenser", needs=Right.KATALOG_ENDRE, method="POST")
def katalog_grenser(work: Work) -> ResponseReturnValue:
    """The two limits of the map's colours, in percent."""
    form = sent()
    god, lag = form.number("god", 2, 100), form.number("lag", 1, 99)
    if lag >= god:
        raise Refused(_("Den nedste grensa må vere lågare enn den øvste."))
    put(work.db, "kompetanse_god", str(god))
    put(work.db, "kompetanse_lag", str(lag))
    flash(_("Grensene er lagra."), "ok")
    return redirect(url_for("kompetanse.katalog"), 303)


def is_safe_address(address: str) -> bool:
    """Whether an address is one of the web with a host, or a path of our own: nothing that runs, no half address."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    if any(mark.isspace() or mark in "\\<>\"'" for mark in address):
        return False
    if not parts.scheme and not parts.netloc:
        return address.startswith("/") and not address.startswith("//")
    return parts.scheme in SCHEMES and "." in (parts.hostname or "")


def _get(work: Work, kompetanse_id: int) -> Kompetanse:
    row = work.db.get(Kompetanse, kompetanse_id)
    if row is None:
        raise NotFound
    return row


def _form(work: Work, row: Kompetanse | None, feil: Feil | None = None) -> Response:
    return show(
        work,
        "kompetanse/katalog_endre.html",
        feil,
        rad=row,
        alle=work.db.scalars(select(Kompetanse).order_by(Kompetanse.rekkje)).all(),
        prosedyrar=choices(work),
        valde=linked(work, row.id) if row else {},
    )


@area.page("/katalog/ny", needs=Right.KATALOG_ENDRE)
def katalog_ny(work: Work) -> Response:
    """The form for a new entry."""
    return _form(work, None)


@area.page("/katalog/<id:kompetanse_id>", needs=Right.KATALOG_ENDRE)
def katalog_endre(work: Work, kompetanse_id: int) -> Response:
    """The form for an entry."""
    return _form(work, _get(work, kompetanse_id))


def _values(work: Work, form: Skjema) -> dict[str, object]:
    kinds = [code for code in request.form.getlist("bevis") if code in rules.BEVISSLAG]
    if not kinds:
        raise Refused(_("Vel minst eitt slag bevis."), "bevis")
    address = form.text("laering_url", rules.URL_MAX)
    if address and not is_safe_address(address):
        raise Refused(_("Skriv ei adresse som byrjar med https://."), "laering_url")
    months = form.number("manader", 0, rules.MANAD_MAX, 0)
    texts = {code: form.text(code, rules.NAMN_MAX, required=_("Skriv namnet på alle tre språka.")) for code in ("nn", "nb", "en")}
    lists = {"kursnamn": form.text("kursnamn", rules.TEKST_MAX), "tema": form.text("tema", rules.TEKST_MAX)}
    heimel = form.text("heimel", rules.NAMN_MAX)
    form.guard(work, {**texts, **lists, "heimel": heimel})
    return {
        **texts,
        **lists,
        "heimel": heimel,
        "gruppe": form.among("gruppe", rules.GRUPPER, _("Vel ei gruppe.")),
        "bevis": "|".join(kinds),
        "manader": months or None,
        "stadfestar": form.among("stadfestar", set(rules.Stadfestar), _("Vel kven som stadfestar.")),
        "delegasjon": request.form.get("delegasjon") == "1",
        "bak": form.text("bak", 60),
        "laering_url": address,
        "gjeld_fra": form.must_day("gjeld_fra"),
        "gjeld_til": form.day("gjeld_til", required=False),
    }


def _save(work: Work, row: Kompetanse | None) -> ResponseReturnValue:
    form = sent()
    try:
        values = _values(work, form)
        kode = row.kode if row else form.text("kode", 60, required=_("Skriv ein kode som ingen annan kompetanse har."))
        saved = actions.save(work, row, kode, values, form.version if row else None)
        known = dict(choices(work))
        actions.link_procedures(
            work, saved, [one for one in form.ids("prosedyre") if one in known], opplaering=request.form.get("opplaering") == "1"
        )
    except Refused as refused:
        return _form(work, row, fault(refused))
    flash(_("Lagra."), "ok")
    return redirect(url_for("kompetanse.katalog"), 303)


@area.page("/katalog/ny", needs=Right.KATALOG_ENDRE, method="POST")
def katalog_ny_send(work: Work) -> ResponseReturnValue:
    """Make an entry."""
    return _save(work, None)


@area.page("/katalog/<id:kompetanse_id>", needs=Right.KATALOG_ENDRE, method="POST")
def katalog_endre_send(work: Work, kompetanse_id: int) -> ResponseReturnValue:
    """Change an entry; a form drawn before somebody else's change answers 409."""
    return _save(work, _get(work, kompetanse_id))


__all__ = ["KompetanseProsedyre"]
