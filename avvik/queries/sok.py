"""Search in cases: every word must be there, the last one may be half written; always within what the person may see."""

from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape
from sqlalchemy import ColumnElement, Select, and_, or_, select

from avvik.models import Avvik, AvvikOrd
from avvik.queries.access import visible
from avvik.queries.lists import ROW
from avvik.sok import WORD, key, plain, stem, words
from kjerne.models import Eining
from kjerne.work import Work

MAX_TERMS = 8
SNIPPET = 170
BEFORE = 50
LAST = "\U0010ffff"


@dataclass(frozen=True)
class Ledd:
    """A word of the question: what it is looked up by, and whether it may be the beginning of a longer one."""

    keys: frozenset[str]
    starts: frozenset[str]

    def condition(self) -> ColumnElement[bool]:
        """The cases that have the word."""
        begins = [and_(AvvikOrd.ord >= start, AvvikOrd.ord < start + LAST) for start in sorted(self.starts)]
        return Avvik.id.in_(select(AvvikOrd.avvik_id).where(or_(AvvikOrd.ord.in_(sorted(self.keys)), *begins)))

    def hits(self, word: str) -> bool:
        """Whether a plain word of a text is one of those asked for."""
        return any(token in self.keys or token.startswith(tuple(self.starts)) for token in (key(word), stem(word)))


def terms(question: str) -> list[Ledd]:
    """The words asked for, at most eight. The last is matched as a beginning, unless it is a number or a single letter."""
    asked = words(question)[:MAX_TERMS]
    found = [Ledd(frozenset({key(word)}), frozenset()) for word in asked]
    if asked and asked[-1].isalpha() and len(asked[-1]) > 1:
        found[-1] = Ledd(frozenset({key(asked[-1])}), frozenset({key(asked[-1]), stem(asked[-1])}))
    return found


def search_query(work: Work, asked: list[Ledd], *, before: int | None = None, limit: int = 25) -> Select[*tuple[Any, ...]]:
    """Rows of the hits, newest first; one row more than `limit` tells whether there is a next page."""
    query = (
        select(*ROW, Avvik.skildring, Avvik.strakstiltak, Avvik.forslag, Avvik.arsak_meldar, Avvik.sensitiv_gruppe)
        .join(Eining, Eining.id == Avvik.eining_id)
        .where(visible(work), *(term.condition() for term in asked))
    )
    if before is not None:
        query = query.where(Avvik.id < before)
    return query.order_by(Avvik.id.desc()).limit(limit + 1)


def marked(text: str, asked: list[Ledd]) -> Markup:
    """The part of a text around the first hit, escaped, with each hit in <mark>."""
    spans = [match.span() for match in WORD.finditer(text) if any(term.hits(plain(match[0])) for term in asked)]
    start = max(0, spans[0][0] - BEFORE) if spans else 0
    if start:
        start = text.find(" ", start, spans[0][0]) + 1 or start
    stop = min(len(text), start + SNIPPET)
    parts, at = [Markup("… ") if start else Markup()], start
    for low, high in spans:
        if low >= at and high <= stop:
            parts += [escape(text[at:low]), Markup("<mark>{}</mark>").format(text[low:high])]
            at = high
    parts += [escape(text[at:stop]), Markup(" …") if stop < len(text) else Markup()]
    return Markup().join(parts)


def snippet(row: Any, asked: list[Ledd]) -> Markup:
    """The text of a hit that holds most of the words. A case only a group sees shows no text in a list."""
    if row.sensitiv_gruppe:
        return Markup()
    texts = [" ".join(text.split()) for text in (row.skildring, row.strakstiltak, row.forslag, row.arsak_meldar) if text]
    best = max(texts, key=lambda text: sum(any(term.hits(word) for word in words(text)) for term in asked), default="")
    return marked(best, asked)
