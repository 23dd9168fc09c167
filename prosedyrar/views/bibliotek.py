"""The library's list and search, and keeping a document at hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from kjerne.access import Open, Right
from kjerne.i18n import gettext as _
from kjerne.sok import Ledd, half_written, marked
from kjerne.text import clean
from kjerne.web import render
from kjerne.work import Work
from prosedyrar import rules
from prosedyrar.actions.mitt import keep_at_hand
from prosedyrar.queries import bibliotek, hyller
from prosedyrar.queries.access import get_prosedyre
from prosedyrar.queries.bibliotek import HYLLENAMN, PAGE, Cursor, Filter, Hylle, Row
from prosedyrar.queries.treff import attached, search, texts
from prosedyrar.rules import Dokumenttype, Tema
from prosedyrar.views.area import area, number

MAX_QUESTION = 80
HITS = 25
MOST_PAGES = 10
#: A word of so many letters may be the beginning of a longer one, wherever it stands in the question.
SHORTEST = 4
MARK: Final = "<mark>"


@dataclass(frozen=True)
class Treff:
    """A hit: the row as in the library, with the words marked in its title and in a piece of its text."""

    rad: Row
    tittel: Markup
    tekst: Markup


def _filter() -> Filter:
    kind, theme = request.args.get("type", ""), request.args.get("tema", "")
    return Filter(
        Dokumenttype(kind) if kind in set(Dokumenttype) else None,
        Tema(theme) if theme in set(Tema) else None,
        number(request.args.get("eining", "")),
    )


def _cursor() -> Cursor | None:
    last = number(request.args.get("etter", ""))
    title = request.args.get("fra", "")
    return Cursor(clean(title, max_len=rules.TITTEL_MAX, multiline=False), last) if last is not None and title else None


@area.page("/", needs=Open.LOGGED_IN)
def liste(work: Work) -> str:
    """What is valid, on its shelves; what is on its way, for those who have to do with it."""
    raw = request.args.get("hylle", "")
    hylle = Hylle(raw) if raw in set(Hylle) else Hylle.ALLE
    narrow = _filter()
    found = hyller.listing(work, hylle, narrow, _cursor())
    rows, kept = found[:PAGE], {"type": narrow.dokumenttype, "tema": narrow.tema, "eining": narrow.eining_id}
    following = None
    if len(found) > PAGE:
        last = rows[-1].prosedyre
        values: dict[str, Any] = {"hylle": hylle.value, "fra": last.tittel, "etter": last.id, **kept}
        following = url_for("prosedyrar.liste", **values)
    return render(
        work,
        "prosedyrar/liste.html",
        rader=rows,
        hylle=hylle,
        hyller=HYLLENAMN,
        tal_i=hyller.counts(work, narrow),
        mest=hyller.COUNT_MAX,
        narrow=narrow,
        kept=kept,
        neste=following,
        einingar=bibliotek.owning_units(work),
        kan_skrive=work.has(Right.PROSEDYRE_SKRIV),
        rules=rules,
    )


def _hit(row: Row, text: str, files: Sequence[str], asked: list[Ledd]) -> Treff:
    title, said = marked(row.prosedyre.tittel, asked), marked(text, asked)
    if MARK not in title + said:
        said = _named(row, files, asked) + said
    return Treff(row, title, said)


def _named(row: Row, files: Sequence[str], asked: list[Ledd]) -> Markup:
    """Where the words stand when neither title nor text has them, in the order they weigh: else nobody sees why it is a hit."""
    document = row.prosedyre
    places = [
        (_("Nøkkelord"), document.nokkelord),
        *((_("Vedlegg"), name) for name in files),
        (_("Heimel"), document.heimel),
        (_("Tema"), str(rules.TEMANAMN[Tema(document.tema)])),
        (_("Type"), str(rules.TYPENAMN[Dokumenttype(document.dokumenttype)])),
        (_("Eining"), row.eining),
    ]
    found = [Markup("{}: {} · ").format(place, said) for place, raw in places if MARK in (said := marked(raw, asked))]
    return Markup().join(found)


@area.page("/sok", needs=Open.LOGGED_IN)
def sok(work: Work) -> str:
    """Valid documents with every word asked for, in titles, texts, keywords and names of attachments."""
    question = clean(request.args.get("q", ""), max_len=MAX_QUESTION, multiline=False)
    asked = half_written(question, shortest=SHORTEST)
    side = min(number(request.args.get("side", "")) or 1, MOST_PAGES)
    found = search(work, asked, limit=HITS + 1, after=(side - 1) * HITS)
    shown, more = found[:HITS], len(found) > HITS
    ids = [row.prosedyre.id for row in shown]
    text, files = texts(work.db, ids), attached(work.db, ids)
    return render(
        work,
        "prosedyrar/sok.html",
        spurd=question,
        treff=[_hit(row, text.get(row.prosedyre.id, ""), files.get(row.prosedyre.id, ()), asked) for row in shown],
        fleire=more,
        side=side,
        neste=url_for("prosedyrar.sok", q=question, side=side + 1) if more and side < MOST_PAGES else None,
        forrige=url_for("prosedyrar.sok", q=question, side=side - 1) if side > 1 else None,
        rules=rules,
    )


@area.page("/<id:prosedyre_id>/favoritt", needs=Open.LOGGED_IN, method="POST")
def favoritt(work: Work, prosedyre_id: int) -> Response:
    """Keep a document at hand, or not any more."""
    prosedyre = get_prosedyre(work, prosedyre_id)
    keep_at_hand(work, prosedyre, keep=request.form.get("favoritt") == "1")
    return redirect(url_for("prosedyrar.vis", prosedyre_id=prosedyre.id), 303)
