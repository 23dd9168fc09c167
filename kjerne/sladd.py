"""Redaction of text: which passages go, and what stands instead. The places are rows of the packages above.

A passage is removed where it stands as whole words, in any case of letters, with a genitive s; one that nowhere does so is
removed wherever its characters stand.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from kjerne.errors import Refused
from kjerne.i18n import gettext as _
from kjerne.log import chain_key

MARK = "[sladda]"
SHORTEST, MOST_PASSAGES = 2, 60
Span = tuple[int, int]


@dataclass(frozen=True)
class Stad:
    """A place with text: the form's name for it, what people call it, and the row and column that hold it."""

    namn: str
    merkelapp: str
    rad: Any
    kolonne: str
    synleg_meldar: bool = False

    @property
    def tekst(self) -> str:
        """What stands there."""
        return str(getattr(self.rad, self.kolonne) or "")

    def write(self, text: str) -> None:
        """Put a text there, no longer than the column holds."""
        room = self.rad.__table__.c[self.kolonne].type.length
        setattr(self.rad, self.kolonne, text[:room])


def passages(raw: str) -> list[str]:
    """What was typed, a passage a line. Raises `Refused` for one of a single character, or for too many."""
    found = list(dict.fromkeys(line.strip() for line in raw.splitlines() if line.strip()))
    if any(len(passage) < SHORTEST for passage in found):
        raise Refused(_("Skriv minst to teikn på kvar linje som skal bort."), "ord")
    if len(found) > MOST_PASSAGES:
        raise Refused(_("Ta høgst %(n)s ord eller setningar om gongen.", n=MOST_PASSAGES), "ord")
    return found


def _whole(passage: str) -> re.Pattern[str]:
    inner = r"\s+".join(re.escape(part) for part in passage.split())
    first = r"(?<!\w)" if passage[0].isalnum() else ""
    last = r"(?:['’]?s)?(?!\w)" if passage[-1].isalnum() else ""
    return re.compile(f"{first}{inner}{last}", re.IGNORECASE)


def exactly(found: Iterable[str]) -> list[re.Pattern[str]]:
    """Passages that were found in texts, looked for as they are written, longest first: one pattern for all."""
    ordered = sorted(set(found), key=lambda text: (-len(text), text))
    return [re.compile("|".join(_whole(passage).pattern for passage in ordered))] if ordered else []


def patterns(words: Iterable[str], texts: Sequence[str]) -> list[re.Pattern[str]]:
    """How each passage is looked for in these texts. Raises `Refused` for one that stands in none of them."""
    found = []
    for passage in words:
        whole = _whole(passage)
        loose = re.compile(re.escape(passage), re.IGNORECASE)
        pattern = next((one for one in (whole, loose) if any(one.search(text) for text in texts)), None)
        if pattern is None:
            raise Refused(_("«%(ord)s» står ikkje i teksten. Skriv det slik det står.", ord=passage), "ord")
        found.append(pattern)
    return found


def spans(text: str, wanted: Iterable[re.Pattern[str]]) -> list[Span]:
    """Where the passages stand, in order, joined where they meet or overlap."""
    hits = sorted(match.span() for pattern in wanted for match in pattern.finditer(text) if match.group())
    joined: list[Span] = []
    for start, end in hits:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def parts(text: str, gone: Sequence[Span]) -> list[tuple[str, bool]]:
    """The text in pieces: (piece, whether it goes)."""
    found, at = [], 0
    for start, end in gone:
        found += [(text[at:start], False), (text[start:end], True)]
        at = end
    return [(piece, goes) for piece, goes in [*found, (text[at:], False)] if piece]


def without(text: str, gone: Sequence[Span]) -> str:
    """The text with the mark where pieces are gone."""
    return "".join(MARK if goes else piece for piece, goes in parts(text, gone))


def digest(removed: Iterable[str], secret_key: str) -> str:
    """Proof of what was removed, with the log's key: a name or a number cannot be guessed back from it."""
    said = "\x1f".join(removed).encode()
    return hmac.new(chain_key(secret_key), b"sladd/" + said, hashlib.sha256).hexdigest()[:32]
