"""Search in cases: every word must be there, the last one may be half written; always within what the person may see."""

from typing import Any

from markupsafe import Markup
from sqlalchemy import Select, select

from avvik.models import Avvik, AvvikOrd
from avvik.queries.access import visible
from avvik.queries.lists import ROW
from kjerne.models import Eining
from kjerne.sok import Ledd, marked, terms, words
from kjerne.work import Work


def search_query(work: Work, asked: list[Ledd], *, before: int | None = None, limit: int = 25) -> Select[*tuple[Any, ...]]:
    """Rows of the hits, newest first; one row more than `limit` tells whether there is a next page."""
    query = (
        select(*ROW, Avvik.skildring, Avvik.strakstiltak, Avvik.forslag, Avvik.arsak_meldar, Avvik.sensitiv_gruppe)
        .join(Eining, Eining.id == Avvik.eining_id)
        .where(visible(work), *(Avvik.id.in_(select(AvvikOrd.avvik_id).where(term.among(AvvikOrd.ord))) for term in asked))
    )
    if before is not None:
        query = query.where(Avvik.id < before)
    return query.order_by(Avvik.id.desc()).limit(limit + 1)


def snippet(row: Any, asked: list[Ledd]) -> Markup:
    """The text of a hit that holds most of the words. A case only a group sees shows no text in a list."""
    if row.sensitiv_gruppe:
        return Markup()
    texts = [" ".join(text.split()) for text in (row.skildring, row.strakstiltak, row.forslag, row.arsak_meldar) if text]
    best = max(texts, key=lambda text: sum(any(term.hits(word) for word in words(text)) for term in asked), default="")
    return marked(best, asked)


__all__ = ["Ledd", "marked", "search_query", "snippet", "terms"]
