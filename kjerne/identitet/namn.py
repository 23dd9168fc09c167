"""Probable names of persons: a first name people bear, two unknown words with capitals, a title with a surname."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

Span = tuple[int, int]

_TOKEN = re.compile(r"[^\W\d_]+(?:[-'][^\W\d_]+)*")
_OPENING = re.compile(r"[.!?:;\n\t•*\"«(]")
_SPACE = re.compile(r" {1,2}|\t")
_SHORTEST_ORDINARY = 5
_SHORTEST_UPPER = 3


def _load() -> dict[str, frozenset[str]]:
    lists: dict[str, list[str]] = json.loads(Path(__file__).with_name("ord.json").read_text(encoding="utf-8"))
    return {name: frozenset(" ".join(lines).split()) for name, lines in lists.items()}


_LISTS = _load()
FIRST_NAMES = _LISTS["fornamn"]
AMBIGUOUS = _LISTS["tvitydige"]  # first names that are words too: alone they say nothing
SURNAMES = _LISTS["etternamn"]
COMMON = _LISTS["vanlege"] | _LISTS["legemiddel"]
_PARTICLES = _LISTS["partiklar"]
_COURTESY = _LISTS["titlar"]
_ROLES = _LISTS["roller"]  # pasienten Kvikstad
_ORDINARY_ENDS = tuple(_LISTS["vanlege_endingar"])
_PLACE_ENDS = tuple(_LISTS["stadendingar"])


@dataclass(frozen=True, slots=True)
class Token:
    """One word: where it stands, in lower case, how it is written and whether a sentence opens with it."""

    start: int
    end: int
    text: str
    low: str
    opens: bool
    known: bool


def _in(names: frozenset[str], low: str) -> bool:
    """Whether a word is one of the names, also in the genitive or hyphenated of several."""
    if low in names or (low.endswith("s") and low[:-1].rstrip("'") in names):
        return True
    return "-" in low and all(part in names for part in low.split("-"))


@lru_cache(maxsize=64)
def _phrases(known_words: frozenset[str]) -> tuple[frozenset[str], dict[str, list[tuple[str, ...]]]]:
    """Known words one by one (never those that are names of people), and known phrases by their first word."""
    single: set[str] = set()
    phrases: dict[str, list[tuple[str, ...]]] = {}
    for phrase in sorted(known_words):
        words = tuple(match.group() for match in _TOKEN.finditer(phrase.lower()))
        single.update(word for word in words if not (_in(FIRST_NAMES, word) or _in(SURNAMES, word)))
        if words:
            phrases.setdefault(words[0], []).append(words)
    return frozenset(single), phrases


def _is_common(low: str, single: frozenset[str]) -> bool:
    """Whether a word is ordinary, a medicine, a unit or a place rather than a person."""
    if low in single or low in COMMON:
        return True
    if _in(FIRST_NAMES, low) or _in(SURNAMES, low):
        return False
    if "-" in low and any(part in single or part in COMMON for part in low.split("-")):
        return True
    return low.endswith(_PLACE_ENDS) or (low.endswith("s") and (low[:-1] in single or low[:-1] in COMMON))


def _masked(lows: list[str], phrases: dict[str, list[tuple[str, ...]]]) -> set[int]:
    """The indexes of the tokens that belong to a known phrase, such as the name of a unit."""
    hidden: set[int] = set()
    for at, low in enumerate(lows):
        for phrase in phrases.get(low, ()):
            if tuple(lows[at : at + len(phrase)]) == phrase:
                hidden.update(range(at, at + len(phrase)))
    return hidden


def _tokens(text: str, known_words: frozenset[str]) -> list[Token]:
    single, phrases = _phrases(known_words)
    matches = list(_TOKEN.finditer(text))
    lows = [match.group().lower() for match in matches]
    hidden = _masked(lows, phrases)
    tokens: list[Token] = []
    for at, match in enumerate(matches):
        gap = text[matches[at - 1].end() : match.start()] if at else "."
        opens = bool(_OPENING.search(gap)) and not (gap == ". " and at > 0 and len(lows[at - 1]) == 1)
        known = at in hidden or _is_common(lows[at], single)
        tokens.append(Token(match.start(), match.end(), match.group(), lows[at], opens, known))
    return tokens


def _is_name(low: str) -> bool:
    return _in(FIRST_NAMES, low) or _in(SURNAMES, low)


def _capital(token: Token) -> bool:
    """Whether a word is written as a name: Olav, McDonald, or OLAV when that is a name people bear."""
    if len(token.text) < 2 or not token.text[0].isupper() or token.known:
        return False
    if token.text.upper() != token.text:
        return True
    return len(token.text) >= _SHORTEST_UPPER and _is_name(token.low)


def _initial(token: Token) -> bool:
    return len(token.text) == 1 and token.text.isupper()


def _joined(text: str, left: Token, right: Token) -> bool:
    """Whether two words stand side by side; a tab (two cells) joins only after a first name."""
    gap = text[left.end : right.start]
    if _initial(left) and gap == ". ":
        return True
    return bool(_SPACE.fullmatch(gap)) and (gap != "\t" or _in(FIRST_NAMES, left.low))


def _run(text: str, tokens: list[Token], first: int) -> list[Token]:
    """The words of a possible name that begins with tokens[first]: capitals, initials and particles between them."""
    run = [tokens[first]]
    pending: list[Token] = []
    for at in range(first + 1, len(tokens)):
        token = tokens[at]
        left = pending[-1] if pending else run[-1]
        if not _joined(text, left, token) or len(pending) > 2:
            break
        if _capital(token):
            run += [*pending, token]
            pending = []
        elif (_initial(token) or token.low in _PARTICLES) and not token.opens:
            pending.append(token)
        else:
            break
    if pending and _initial(pending[0]) and text[pending[0].end : pending[0].end + 1] == ".":
        run.append(pending[0])
    return run


def _ordinary(low: str) -> bool:
    return len(low) >= _SHORTEST_ORDINARY and low.endswith(_ORDINARY_ENDS)


def _without_opening(run: list[Token]) -> list[Token]:
    """The run without a first word that has its capital only because the sentence opens there."""
    words = [token for token in run if _capital(token)]
    if not run[0].opens or _is_name(run[0].low) or len(words) < 2:
        return run
    if len(words) > 2 or _ordinary(run[0].low) or _in(FIRST_NAMES, words[1].low):
        return run[run.index(words[1]) :]
    return run


def _says_who(run: list[Token], before: Token | None) -> bool:
    """Whether the words tell who somebody is; `before` is the word that stands right in front of them."""
    words = [token for token in run if _capital(token)]
    first = words[0]
    if len(words) > 1 or (len(run) > 1 and _in(FIRST_NAMES, first.low)):
        return True
    if before is not None and (before.low in _COURTESY or (before.low in _ROLES and not first.opens)):
        return True
    if _in(FIRST_NAMES, first.low):
        return not _in(AMBIGUOUS, first.low)
    return _in(SURNAMES, first.low) and first.low.removesuffix("s").endswith("sen")


def _in_lower_case(text: str, left: Token, right: Token) -> bool:
    """Whether two words in lower case are a full name: olav nilsen, fru hansen."""
    if right.known or right.low not in SURNAMES or not _joined(text, left, right):
        return False
    return left.low in _COURTESY or (left.low in FIRST_NAMES and left.low not in AMBIGUOUS)


def _title(text: str, before: Token | None, first: Token) -> Token | None:
    """The word in front, when it stands right before (also "Dr. Hansen")."""
    if before is not None and text[before.end : first.start] in {" ", ". ", ".", "  "}:
        return before
    return None


def names(text: str, known_words: frozenset[str]) -> Iterable[Span]:
    """Where probable names stand in a plain text (norm.plain). Linear in its length."""
    tokens = _tokens(text, known_words)
    at = 0
    while at < len(tokens):
        token = tokens[at]
        before = tokens[at - 1] if at else None
        if _capital(token):
            run = _run(text, tokens, at)
            kept = _without_opening(run)
            title = _title(text, before, token) if kept[0] is token else None
            if _says_who(kept, title):
                start = title.start if title is not None and title.low in _COURTESY else kept[0].start
                yield start, kept[-1].end
            at += len(run)
            continue
        if at + 1 < len(tokens) and _in_lower_case(text, token, tokens[at + 1]):
            yield token.start, tokens[at + 1].end
            at += 1
        at += 1
