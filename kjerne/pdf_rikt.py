"""A line of a paper with pieces that look different: bold, italics, code, struck out, a link. Every piece is escaped here.

ReportLab's own small markup is made from the pieces; nobody hands in markup, and an address is only what the caller has let in.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from xml.sax.saxutils import escape, quoteattr

LINK, CODE_GROUND = "#0F4A53", "#ECEAE3"
_WORDS = re.compile(r"\S+\s*|\s+")
Plain = Callable[[object], str]
Drawable = Callable[[str], bool]


@dataclass(frozen=True)
class Bit:
    """A piece of a line. `href`: a whole address, or empty. `breaks`: the line is broken here, and there is no text."""

    text: str
    bold: bool = False
    italic: bool = False
    struck: bool = False
    code: bool = False
    href: str = ""
    breaks: bool = False

    def markup(self, plain: Plain, slants: Drawable) -> str:
        """The piece in ReportLab's markup. `plain` says what can be drawn, `slants` whether the italic font has all of it."""
        if self.breaks:
            return "<br/>"
        said = plain(self.text)
        found = escape(said)
        if self.code:
            found = f'<font backColor="{CODE_GROUND}">{found}</font>'
        if self.struck:
            found = f"<strike>{found}</strike>"
        if self.italic and slants(said):
            found = f"<i>{found}</i>"
        if self.bold:
            found = f"<b>{found}</b>"
        return f'<a href={quoteattr(self.href)} color="{LINK}"><u>{found}</u></a>' if self.href else found


@dataclass(frozen=True)
class Rich:
    """The pieces of a line, in order."""

    bits: tuple[Bit, ...]

    @property
    def text(self) -> str:
        """The words alone."""
        return "".join("\n" if bit.breaks else bit.text for bit in self.bits)

    def __str__(self) -> str:
        return self.text

    def markup(self, plain: Plain, slants: Drawable) -> str:
        """All of it in ReportLab's markup."""
        return "".join(bit.markup(plain, slants) for bit in self.bits)

    def portions(self, most: int) -> list["Rich"]:
        """Split between words into lines of at most `most` characters; a longer word is cut. An empty line is none."""
        found: list[list[Bit]] = [[]]
        length = 0
        for bit in self._words(most):
            if length and length + len(bit.text) > most:
                found.append([])
                length = 0
            found[-1].append(bit)
            length += len(bit.text)
        return [Rich(tuple(bits)) for bits in found if any(bit.text.strip() for bit in bits)]

    def _words(self, most: int) -> Iterable[Bit]:
        for bit in self.bits:
            if len(bit.text) <= most // 4 or bit.breaks:
                yield bit
                continue
            for word in _WORDS.findall(bit.text):
                for start in range(0, len(word), most):
                    yield replace(bit, text=word[start : start + most])
