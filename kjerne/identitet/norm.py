"""Plain writing: the text with every disguise of a digit, space or dash taken off, and the way back to the original."""

import re
import unicodedata
from dataclasses import dataclass

_PLAIN = re.compile(r"[\t\n\r\x20-\x7e]*")
_MAX_MARKS = 8  # a longer pile of combining marks is no word, and sorting it costs the square of its length
_BY_CATEGORY = {"Cf": "", "Cc": "", "Zs": " ", "Zl": "\n", "Zp": "\n", "Pd": "-"}
_BY_CHAR = {
    "\t": "\t", "\n": "\n", "\r": "\r", "\u2212": "-", "\u2018": "'", "\u2019": "'", "\u02bc": "'", "\u00b4": "'",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plain:
    """The plain text, and for each of its characters where the original's character starts and ends."""

    text: str
    starts: list[int] | range
    ends: list[int] | range

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The place in the original of plain[start:end] (end > start)."""
        return self.starts[start], self.ends[end - 1]


def _plain_char(char: str) -> str:
    """One normalised character made plain: digits of any script 0-9, spaces ' ', dashes '-', invisible ones nothing."""
    known = _BY_CHAR.get(char)
    if known is not None:
        return known
    category = unicodedata.category(char)
    if category == "Nd":
        return str(unicodedata.decimal(char))
    return _BY_CATEGORY.get(category, char)


def plain(text: str) -> Plain:
    """NFKC, cluster by cluster, so that every index still points into the original text. Linear in its length."""
    if _PLAIN.fullmatch(text):
        return Plain(text, range(len(text)), range(1, len(text) + 1))
    out: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    cache: dict[str, str] = {}
    at = 0
    while at < len(text):
        end = at + 1
        while end < len(text) and end - at <= _MAX_MARKS and text[end] > "\u02ff" and unicodedata.category(text[end])[0] == "M":
            end += 1
        cluster = text[at:end]
        made = cache.get(cluster)
        if made is None:
            made = "".join(_plain_char(char) for char in unicodedata.normalize("NFKC", cluster))
            cache[cluster] = made
        for char in made:
            out.append(char)
            starts.append(at)
            ends.append(end)
        at = end
    return Plain("".join(out), starts, ends)
