"""Two texts held against each other, line by line and then word by word. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

WORD = re.compile(r"\s+|[\w-]+|[^\w\s]")
#: Lines less alike than this are shown as one taken out and one put in: a mosaic of words helps nobody.
ALIKE = 0.4
LONGEST = 2_000
MANY_LINES = 2_000
CONTEXT = 2


class Slag(StrEnum):
    """What happened to a piece of text."""

    LIK = "lik"
    UT = "ut"
    INN = "inn"


@dataclass(frozen=True)
class Bit:
    """A piece of a line: kept, taken out or put in."""

    slag: Slag
    tekst: str


@dataclass(frozen=True)
class Linje:
    """A line as it is shown: `form` is h, li or p; `hopp` counts unchanged lines left out before it."""

    form: str
    bitar: tuple[Bit, ...]
    hopp: int = 0

    @property
    def endra(self) -> bool:
        """Whether anything in it was changed."""
        return any(bit.slag is not Slag.LIK for bit in self.bitar)


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines() if line.strip()]


def _form(line: str) -> str:
    if line.startswith("#"):
        return "h"
    return "li" if re.match(r"\s*(?:[-*+]|\d+[.)])\s", line) else "p"


def _bare(line: str) -> str:
    """The line without the signs that only say how it looks."""
    if re.fullmatch(r"[\s|:-]+", line):
        return ""
    line = re.sub(r"^\s*#+\s+|\*\*|__|^\s*\|\s*|\s*\|\s*$", "", line)
    line = re.sub(r"!?\[([^\]]*)\]\(([^)\s]*)\)", r"\1 (\2)", line)
    line = re.sub(r"^\s*[-*+]\s+(?:\[([ xX])\]\s+)?", lambda found: {None: "• ", " ": "☐ "}.get(found[1], "☑ "), line)
    return line.replace(" | ", " · ")


def words(older: str, newer: str) -> tuple[Bit, ...]:
    """One line against another, word by word; lines that have too little in common stand whole."""
    old, new = WORD.findall(older), WORD.findall(newer)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if len(old) + len(new) > LONGEST or matcher.quick_ratio() < ALIKE or matcher.ratio() < ALIKE:
        return tuple(Bit(slag, text) for slag, text in ((Slag.UT, older), (Slag.INN, newer)) if text)
    return tuple(_merged(matcher.get_opcodes(), old, new))


def _merged(codes: Sequence[tuple[str, int, int, int, int]], old: Sequence[str], new: Sequence[str]) -> Iterator[Bit]:
    """Neighbouring changes with nothing but a blank between them are one: "til tabletten" → "og sjå", not word about word."""
    out, into = "", ""
    for place, (tag, a, b, c, d) in enumerate(codes):
        if tag == "equal":
            text = "".join(old[a:b])
            if text.isspace() and 0 < place < len(codes) - 1:
                out, into = out + text, into + text
                continue
            yield from _changed(out, into)
            out, into = "", ""
            yield Bit(Slag.LIK, text)
            continue
        out, into = out + "".join(old[a:b]), into + "".join(new[c:d])
    yield from _changed(out, into)


def _changed(out: str, into: str) -> Iterator[Bit]:
    if out.strip():
        yield Bit(Slag.UT, out)
    if into.strip() or (into and not out.strip()):
        yield Bit(Slag.INN, into)


def _pairs(older: Sequence[str], newer: Sequence[str]) -> Iterator[Linje]:
    matcher = SequenceMatcher(None, older, newer, autojunk=len(older) + len(newer) > MANY_LINES)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            yield from (Linje(_form(line), (Bit(Slag.LIK, _bare(line)),)) for line in newer[c:d])
            continue
        both = min(b - a, d - c)
        for step in range(both):
            yield Linje(_form(newer[c + step]), words(_bare(older[a + step]), _bare(newer[c + step])))
        yield from (Linje(_form(line), (Bit(Slag.UT, _bare(line)),)) for line in older[a + both : b])
        yield from (Linje(_form(line), (Bit(Slag.INN, _bare(line)),)) for line in newer[c + both : d])


def compare(older: str, newer: str, *, context: int = CONTEXT) -> list[Linje]:
    """The changed lines with what stands around them; equal stretches in between are counted, not shown."""
    found = [line for line in _pairs(_lines(older), _lines(newer)) if any(bit.tekst.strip() for bit in line.bitar)]
    near = {
        place
        for at, line in enumerate(found)
        if line.endra
        for place in range(max(0, at - context), min(len(found), at + context + 1))
    }
    shown, skipped = [], 0
    for place, line in enumerate(found):
        if place in near:
            shown.append(Linje(line.form, line.bitar, skipped))
            skipped = 0
        else:
            skipped += 1
    return shown
