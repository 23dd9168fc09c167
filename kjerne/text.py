"""The one validation layer for what people type: the same on SQLite and PostgreSQL, and a sentence when it is refused."""

import re
import unicodedata

from kjerne.errors import Refused
from kjerne.i18n import fnumber
from kjerne.i18n import gettext as _

# Control characters but tab and line feed, the marks that turn the reading direction, invisible fillers and non-characters.
_DROPPED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufdd0-\ufdef\ufeff"
    "\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e0fff]",
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_BLANKS = re.compile(r"\s+")
_MAX_MARKS = 8  # combining marks on one letter; normalising a longer pile costs the square of its length
_SHRINK = 4  # NFC makes a text at most this much shorter, so a longer one is too long whatever it holds
_MAX_DIGITS = 18


class BadText(Refused, ValueError):
    """What was typed cannot be kept. The message is a sentence for the person; the edge answers 422."""


def _without_piles(value: str) -> str:
    """The text with at most eight combining marks in a row."""
    if value.isascii():
        return value
    kept: list[str] = []
    marks = 0
    for char in value:
        marks = marks + 1 if char > "\u02ff" and unicodedata.category(char)[0] == "M" else 0
        if marks <= _MAX_MARKS:
            kept.append(char)
    return "".join(kept)


def _refuse_long(length: int, max_len: int) -> None:
    if length > max_len:
        raise BadText(
            _(
                "Teksten er %(over)s teikn for lang. Han kan ha høgst %(maks)s teikn.",
                over=fnumber(length - max_len),
                maks=fnumber(max_len),
            ),
        )


def clean(value: str, *, max_len: int, multiline: bool) -> str:
    """The text as it is kept: NFC, LF, without control characters and direction marks, no blanks at the ends.

    On one line every run of blanks becomes one space. `max_len` counts characters (code points) after cleaning.
    Raises `BadText` for a lone surrogate (no database can hold it) and for a text that is too long.
    """
    _refuse_long(-(-len(value) // _SHRINK), max_len)
    if _SURROGATE.search(value):
        raise BadText(_("Teksten inneheld teikn som ikkje kan lagrast. Skriv han på nytt."))
    text = _DROPPED.sub("", _LINE_ENDS.sub("\n", value))
    text = unicodedata.normalize("NFC", _without_piles(text))
    text = text.strip() if multiline else _BLANKS.sub(" ", text).strip()
    _refuse_long(len(text), max_len)
    return text


def bounded_int(text: str, lo: int, hi: int) -> int:
    """A whole number from `lo` to `hi`, both included. Raises `BadText` for anything else, however long."""
    typed = unicodedata.normalize("NFKC", text[: _MAX_DIGITS * 2]).strip().replace("\u2212", "-")
    digits = typed[1:] if typed[:1] in {"-", "+"} else typed
    readable = digits.isdecimal() and len(digits) <= _MAX_DIGITS and len(text) <= _MAX_DIGITS * 2
    if not readable or not lo <= int(typed) <= hi:
        raise BadText(_("Skriv eit heiltal frå %(lo)s til %(hi)s.", lo=fnumber(lo), hi=fnumber(hi)))
    return int(typed)
