"""What all kinds of files share: the answer, the refusal and a safe name."""

import re
import unicodedata
from dataclasses import dataclass

from kjerne.errors import Refused

_UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"/\\|?*\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff]')
_MAX_STEM = 80
_SAME = {"jpeg": "jpg"}


class BadFile(Refused, ValueError):
    """The file cannot be attached. The message is a sentence for the person; the edge answers 422."""


@dataclass(frozen=True, slots=True)
class Inspected:
    """A file that may be kept: safe bytes, true type, safe name, and its text (empty for images)."""

    data: bytes
    mime: str
    filename: str
    text: str

    @property
    def guard_text(self) -> str:
        """All that the identity guard must read: the name of the file and its text."""
        return f"{self.filename}\n{self.text}"


@dataclass(frozen=True, slots=True)
class Made:
    """What a reader of one kind hands back."""

    data: bytes
    mime: str
    ending: str
    text: str = ""


def safe_name(filename: str, ending: str) -> str:
    """The last part of a name without anything a file system, a header or a reader could trip on, with its true ending."""
    last = unicodedata.normalize("NFC", filename[-400:].replace("\\", "/").rsplit("/", 1)[-1])
    stem, dot, given = _UNSAFE.sub("_", last).strip(" .").rpartition(".")
    if not dot or len(given) > 5:
        stem = f"{stem}{dot}{given}"
    return f"{stem[:_MAX_STEM].strip(' .') or 'vedlegg'}.{ending}"
