"""The area all pages of the library belong to, and what their addresses and forms hold."""

from flask import request

from kjerne.errors import NotFound
from kjerne.text import clean
from kjerne.web import Area
from prosedyrar import rules

area = Area("prosedyrar", __name__, url_prefix="/prosedyrar")

ID_DIGITS = 9


def number(raw: str) -> int | None:
    """A row's id from an address or a form; None for anything else."""
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) <= ID_DIGITS else None


def typed(field: str, max_len: int = rules.KORT_MAX, *, multiline: bool = True) -> str:
    """What stands in a field of the form, cleaned."""
    return clean(request.form.get(field, ""), max_len=max_len, multiline=multiline)


def typed_line(field: str, max_len: int = rules.TITTEL_MAX) -> str:
    """A one-line field, cleaned."""
    return typed(field, max_len, multiline=False)


def confirmed() -> bool:
    """Whether she has said that no patient can be known from the text."""
    return request.form.get("stadfest") == "1"


def version_number(raw: str) -> tuple[int, int]:
    """A version's number from an address. Raises `NotFound` for anything else."""
    found = rules.parse_number(raw)
    if found is None:
        raise NotFound
    return found
