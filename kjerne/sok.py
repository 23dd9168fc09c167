"""Words for search: Norwegian stems, nynorsk and bokmål as one. What is kept of a text, what a question asks, what is marked.

Each package keeps its own table of words and says what may be indexed; this is what they have in common.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer
from markupsafe import Markup, escape
from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.orm import InstrumentedAttribute

from kjerne.ordpar import PARTS, SAME, SMALL

MAX_WORD = 40
MAX_TERMS = 8
SNIPPET = 170
BEFORE = 50
LAST = "\U0010ffff"
WORD = re.compile(r"20\d\d-\d{1,8}|[^\W_]+")
_stemmer = snowballstemmer.stemmer("norwegian")
_SMALL = frozenset(SMALL.split())


def plain(text: str) -> str:
    """Lower case, without accents; æ, ø and å are letters of their own."""
    kept = text.casefold().replace("å", "\ue000").replace("ø", "\ue001").replace("æ", "\ue002")
    kept = "".join(sign for sign in unicodedata.normalize("NFKD", kept) if not unicodedata.combining(sign))
    return kept.replace("\ue000", "å").replace("\ue001", "ø").replace("\ue002", "æ")


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """The stem of a plain word: endings off twice (brukaren → brukar → bruk), a doubled last letter once."""
    if not word.isalpha():
        return word
    found: str = _stemmer.stemWord(_stemmer.stemWord(word))
    return found[:-1] if len(found) > 4 and found[-1] == found[-2] else found


_SAME = {stem(plain(nn)): stem(plain(nb)) for nn, nb in SAME}
_SAME.update({nb: _SAME[nb] for nb in set(_SAME.values()) if nb in _SAME})


@lru_cache(maxsize=20_000)
def key(word: str) -> str:
    """What a plain word is looked up by: its stem in bokmål, so that sjukeheimen and sykehjemmet are one."""
    found = stem(word)
    if found in _SAME:
        return _SAME[found]
    for nn, nb in PARTS:
        found = found.replace(nn, nb)
    return _SAME.get(found, found)


def words(text: str) -> list[str]:
    """The plain words of a text in order. A case number is one word."""
    return [word[:MAX_WORD] for word in WORD.findall(plain(unicodedata.normalize("NFC", text)))]


@lru_cache(maxsize=50_000)
def _of_piece(piece: str) -> frozenset[str]:
    """The same for what stands between two spaces: texts are long, but made of few different pieces."""
    return frozenset(token for word in words(piece) if word not in _SMALL for token in (key(word), stem(word)) if token)


def tokens(texts: Iterable[str]) -> set[str]:
    """What is kept of texts: each word's key, and its own stem, so that the beginning of either spelling finds it.

    Small words are not kept: they would be a fifth of all rows, and every case has them.
    """
    found: set[str] = set()
    for text in texts:
        found.update(*map(_of_piece, text.split()))
    return found


@dataclass(frozen=True)
class Ledd:
    """A word of the question: what it is looked up by, and whether it may be the beginning of a longer one."""

    keys: frozenset[str]
    starts: frozenset[str]

    def among(self, column: InstrumentedAttribute[str]) -> ColumnElement[bool]:
        """The rows of a table of words that have it."""
        begins = [and_(column >= start, column < start + LAST) for start in sorted(self.starts)]
        return or_(column.in_(sorted(self.keys)), *begins)

    def hits(self, word: str) -> bool:
        """Whether a plain word of a text is one of those asked for."""
        return any(token in self.keys or token.startswith(tuple(self.starts)) for token in (key(word), stem(word)))


def _asked(question: str) -> list[str]:
    """The words of a question, at most eight, the small ones left out; when there is nothing else, they are what is asked for."""
    said = words(question)
    return ([word for word in said if word not in _SMALL] or said)[:MAX_TERMS]


def terms(question: str) -> list[Ledd]:
    """The words asked for, at most eight. The last is matched as a beginning, unless it is a number or a single letter."""
    asked = _asked(question)
    found = [Ledd(frozenset({key(word)}), frozenset()) for word in asked]
    if asked and asked[-1].isalpha() and len(asked[-1]) > 1:
        found[-1] = Ledd(frozenset({key(asked[-1])}), frozenset({key(asked[-1]), stem(asked[-1])}))
    return found


def half_written(question: str, *, shortest: int = 1) -> list[Ledd]:
    """The words asked for, at most eight, each also as the beginning of a longer one when it has so many letters.

    So «legemidler» finds «legemiddelhandtering», wherever it stands. A number, and a single letter at the end, is whole.
    """
    asked = _asked(question)
    found = []
    for place, word in enumerate(asked, start=1):
        begun = word.isalpha() and (len(word) >= max(shortest, 2) or (place == len(asked) and len(word) > 1))
        found.append(Ledd(frozenset({key(word)}), frozenset({key(word), stem(word)} if begun else ())))
    return found


@lru_cache(maxsize=50_000)
def _forms(written: str) -> frozenset[str]:
    """Key and stem of a word as it is written in a text."""
    word = plain(written)
    return frozenset({key(word), stem(word)})


def _spans(text: str, asked: list[Ledd]) -> list[tuple[int, int]]:
    """Where the hits stand, from the first one as far as is shown; the rest of a long text is not read."""
    keys = frozenset[str]().union(*(term.keys for term in asked))
    starts = tuple(start for term in asked for start in term.starts)
    found: list[tuple[int, int]] = []
    for match in WORD.finditer(text):
        if found and match.start() > found[0][0] + SNIPPET:
            break
        for token in _forms(match[0]):
            if token in keys or token.startswith(starts):
                found.append(match.span())
                break
    return found


def marked(text: str, asked: list[Ledd]) -> Markup:
    """The part of a text around the first hit, escaped, with each hit in <mark>."""
    spans = _spans(text, asked)
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
