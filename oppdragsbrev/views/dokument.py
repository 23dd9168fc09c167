"""The text of templates and letters: one form, one language at a time."""

from flask import flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from kjerne.access import Right
from kjerne.errors import Refused
from kjerne.i18n import SPRAK, SPRAKNAMN
from kjerne.i18n import gettext as _
from kjerne.web import render
from kjerne.work import Work
from oppdragsbrev import actions
from oppdragsbrev.actions import Dokument, Kuletekst, Punkttekst
from oppdragsbrev.models import Brevmal, Oppdragsbrev
from oppdragsbrev.queries import bevis
from oppdragsbrev.queries import brev as letters
from oppdragsbrev.queries.bevis import Bevis
from oppdragsbrev.rules import KULE_MAX, NAMN_MAX, PUNKTNAMN, TEKST_MAX, Brevtilstand, Punkt, said
from oppdragsbrev.views.area import area
from oppdragsbrev.views.felt import Feil, failed, guard, kept, number, read, version

#: So many empty lines for new bullets stand under each point.
EMPTY_LINES = 2


def _language(work: Work) -> str:
    chosen = request.values.get("sprak", "")
    return chosen if chosen in SPRAK else work.sprak


def _evidence(punkt: int | None) -> list[Bevis]:
    """The kinds of evidence a bullet of that point may show: its own, or all for a point of the municipality's."""
    return bevis.of_point(Punkt(punkt)) if punkt else list(bevis.ALLE)


def _page(work: Work, owner: Brevmal | Oppdragsbrev, feil: Feil, status: int) -> Response:
    is_template = isinstance(owner, Brevmal)
    sprak = _language(work)
    points = letters.points_of(work, owner)
    sent = isinstance(owner, Oppdragsbrev) and owner.status != Brevtilstand.KLADD
    page = render(
        work,
        "oppdragsbrev/dokument.html",
        eigar=owner,
        er_mal=is_template,
        namn=owner.namn if isinstance(owner, Brevmal) else owner.tittel,
        sendt=sent,
        kan_flytte=not sent,
        punkt=[(one, _evidence(one.punkt.punkt)) for one in points],
        punktnamn=PUNKTNAMN,
        sprak=sprak,
        spraka=SPRAKNAMN,
        said=lambda row: said(row, work.sprak),
        own=lambda row: getattr(row, sprak),
        tomme=range(EMPTY_LINES),
        feil=feil,
        handling=url_for("oppdragsbrev.mal_send", mal_id=owner.id)
        if is_template
        else url_for("oppdragsbrev.skriv_send", brev_id=owner.id),
        tilbake=url_for("oppdragsbrev.malar") if is_template else url_for("oppdragsbrev.brev", brev_id=owner.id),
    )
    return make_response(page, status)


def _read_document(work: Work, owner: Brevmal | Oppdragsbrev) -> Dokument:
    """All texts of the form, cleaned and held against the guard. Raises `Refused`."""
    points = letters.points_of(work, owner)
    title = read("tittel", NAMN_MAX, multiline=False, needed=_("Skriv eit namn."))
    texts = {"tittel": title, "innleiing": read("innleiing", TEKST_MAX)}
    point_texts: dict[int, Punkttekst] = {}
    bullets: dict[int, Kuletekst] = {}
    for one in points:
        here = f"p{one.punkt.id}"
        if here not in request.form:
            continue
        new = {f"ny{one.punkt.id}_{nr}": read(f"ny{one.punkt.id}_{nr}", KULE_MAX, multiline=False) for nr in range(EMPTY_LINES)}
        texts |= {here: read(here, KULE_MAX, multiline=False), **new}
        gone = request.form.get(f"{here}_bort") == "1"
        added = tuple(text for text in new.values() if text)
        point_texts[one.punkt.id] = Punkttekst(texts[here], gone, added, plass=number(f"{here}_plass"))
        known = {kind.kode for kind in _evidence(one.punkt.punkt)}
        for kule in one.kuler:
            name = f"k{kule.id}"
            if name not in request.form:
                continue
            texts[name] = read(name, KULE_MAX, multiline=False)
            codes = tuple(code for code in request.form.getlist(f"{name}_bevis") if code in known)
            gone = request.form.get(f"{name}_bort") == "1"
            bullets[kule.id] = Kuletekst(texts[name], codes, gone, plass=number(f"{name}_plass"))
    texts["nytt"] = read("nytt", KULE_MAX, multiline=False)
    guard(work, texts)
    place = number("nytt_punkt")
    return Dokument(
        tittel=title,
        innleiing=texts["innleiing"],
        sprak=_language(work),
        punkt=point_texts,
        kuler=bullets,
        nytt=texts["nytt"],
        nytt_punkt=place if place in set(Punkt) else None,
    )


@area.page("/malar", needs=Right.BREV_SKRIV)
def malar(work: Work) -> Response:
    """The templates."""
    return _templates_page(work, Feil(), 200)


def _templates_page(work: Work, feil: Feil, status: int) -> Response:
    return make_response(render(work, "oppdragsbrev/malar.html", malar=letters.templates(work), feil=feil), status)


@area.page("/malar", needs=Right.BREV_SKRIV, method="POST")
def malar_send(work: Work) -> ResponseReturnValue:
    """Make a template, empty or as a copy."""
    try:
        namn = read("namn", NAMN_MAX, multiline=False, needed=_("Skriv kva malen skal heite."))
        guard(work, {"namn": namn})
    except Refused as refused:
        return _templates_page(work, failed(refused, "namn"), 422)
    source = number("kopi")
    made = actions.make_template(work, namn, letters.get_template(work, source) if source else None)
    flash(_("Malen er laga. Skriv teksten her."), "ok")
    return redirect(url_for("oppdragsbrev.mal", mal_id=made.id), 303)


@area.page("/mal/<id:mal_id>", needs=Right.BREV_SKRIV)
def mal(work: Work, mal_id: int) -> Response:
    """A template's text."""
    return _page(work, letters.get_template(work, mal_id), Feil(), 200)


@area.page("/mal/<id:mal_id>", needs=Right.BREV_SKRIV, method="POST")
def mal_send(work: Work, mal_id: int) -> ResponseReturnValue:
    """Save it."""
    row = letters.get_template(work, mal_id)
    if feil := kept(work, lambda: actions.save_template(work, row, _read_document(work, row), version=version()), "tittel"):
        return _page(work, row, feil, 422)
    flash(_("Malen er lagra."), "ok")
    return redirect(url_for("oppdragsbrev.mal", mal_id=row.id, sprak=_language(work)), 303)


@area.page("/mal/<id:mal_id>/bort", needs=Right.BREV_SKRIV, method="POST")
def mal_bort(work: Work, mal_id: int) -> ResponseReturnValue:
    """Take a template out of use."""
    actions.retire_template(work, letters.get_template(work, mal_id))
    flash(_("Malen er teken ut av bruk. Brev som er laga frå han, står som dei er."), "ok")
    return redirect(url_for("oppdragsbrev.malar"), 303)


@area.page("/<id:brev_id>/skriv", needs=Right.BREV_SKRIV)
def skriv(work: Work, brev_id: int) -> Response:
    """A letter's text."""
    return _page(work, letters.get_open(work, brev_id), Feil(), 200)


@area.page("/<id:brev_id>/skriv", needs=Right.BREV_SKRIV, method="POST")
def skriv_send(work: Work, brev_id: int) -> ResponseReturnValue:
    """Save it; one that was sent gets a new edition."""
    row = letters.get_open(work, brev_id)
    if feil := kept(work, lambda: actions.save_letter(work, row, _read_document(work, row), version=version()), "tittel"):
        return _page(work, row, feil, 422)
    flash(_("Teksten er lagra."), "ok")
    return redirect(url_for("oppdragsbrev.skriv", brev_id=row.id, sprak=_language(work)), 303)
