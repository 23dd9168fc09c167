"""Search in the cases one may see: hits with the words marked, paged by key. The words stand in no log."""

from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from markupsafe import Markup

from avvik.queries.sak import ordliste
from avvik.queries.sok import Ledd, marked, search_query, snippet, talk_of, terms
from avvik.views.area import area
from avvik.views.filter import before_of
from avvik.views.liste import PAGE_SIZE, Rad, draw
from kjerne.access import Open
from kjerne.text import clean
from kjerne.web import render
from kjerne.work import Work

MAX_QUESTION = 80


@dataclass(frozen=True)
class Treff:
    """A hit: the row as in the lists, with the words marked in its title, its unit and a piece of its text."""

    rad: Rad
    tittel: Markup
    eining: Markup
    tekst: Markup


def _hit(rad: Rad, text: Markup, asked: list[Ledd]) -> Treff:
    return Treff(rad, marked(rad.tittel, asked), marked(rad.eining, asked), text)


def _next_url(question: str, last: int) -> str:
    values: dict[str, Any] = {"q": question, "for": last}
    return url_for("avvik.sok", **values)


@area.page("/sok", needs=Open.LOGGED_IN)
def sok(work: Work) -> str:
    """Cases with every word asked for, within what this person may open."""
    question = clean(request.args.get("q", ""), max_len=MAX_QUESTION, multiline=False)
    before = before_of(request.args)
    asked = terms(question)
    found = list(work.db.execute(search_query(work, asked, before=before, limit=PAGE_SIZE))) if asked else []
    more, found = len(found) > PAGE_SIZE, found[:PAGE_SIZE]
    words, talk = ordliste(work.db, work.today), talk_of(work, found, asked)
    return render(
        work,
        "avvik/sok.html",
        spurd=question,
        treff=[_hit(draw(work, row, words), snippet(row, asked, talk.get(row.id, ())), asked) for row in found],
        fleire=more,
        side=before is not None,
        next_url=_next_url(question, found[-1].id) if more else None,
    )
