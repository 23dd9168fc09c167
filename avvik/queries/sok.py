"""Search in cases: every word must be there, the last one may be half written; always within what the person may see."""

from collections.abc import Iterable
from typing import Any

from markupsafe import Markup
from sqlalchemy import Select, select

from avvik.models import Avvik, AvvikHending, AvvikOrd
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


def _told(row: Any, asked: list[Ledd]) -> bool:
    """Whether all words asked for stand in what a row shows without the talk."""
    shown = words(f"{row.skildring} {row.strakstiltak} {row.forslag} {row.arsak_meldar} {row.eining}")
    return all(any(term.hits(word) for word in shown) for term in asked)


def talk_of(work: Work, rows: Iterable[Any], asked: list[Ledd]) -> dict[int, list[str]]:
    """The talk with the reporter, of hits whose own texts do not hold all the words: there the words stand. One query."""
    ids = [row.id for row in rows if not row.sensitiv_gruppe and not _told(row, asked)]
    found: dict[int, list[str]] = {}
    if ids:
        lines = select(AvvikHending.avvik_id, AvvikHending.tekst).where(
            AvvikHending.avvik_id.in_(ids), AvvikHending.synleg_meldar, AvvikHending.tekst != ""
        )
        for avvik_id, text in work.db.execute(lines.order_by(AvvikHending.id)):
            found.setdefault(avvik_id, []).append(text)
    return found


def snippet(row: Any, asked: list[Ledd], talk: Iterable[str] = ()) -> Markup:
    """The text of a hit that holds most of the words. A case only a group sees shows no text in a list."""
    if row.sensitiv_gruppe:
        return Markup()
    own = (row.skildring, row.strakstiltak, row.forslag, row.arsak_meldar)
    texts = [" ".join(text.split()) for text in (*own, *talk) if text]
    best = max(texts, key=lambda text: sum(any(term.hits(word) for word in words(text)) for term in asked), default="")
    return marked(best, asked)


__all__ = ["Ledd", "marked", "search_query", "snippet", "talk_of", "terms"]
