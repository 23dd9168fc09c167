"""The area all pages of the library belong to, and what their addresses and forms hold."""

from datetime import date

from flask import request
from sqlalchemy import select

from kjerne.errors import NotFound, Refused
from kjerne.i18n import gettext as _
from kjerne.models import Person
from kjerne.text import clean
from kjerne.web import Area
from kjerne.work import Work
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


def typed_date(field: str) -> date:
    """A date from a date field."""
    try:
        return date.fromisoformat(request.form.get(field, "").strip()[:10])
    except ValueError:
        raise Refused(_("Vel ein dato."), field) from None


def typed_person(work: Work, field: str) -> Person:
    """A person by employee number, as people know each other; unknown numbers are refused."""
    code = clean(request.form.get(field, "").partition(" ")[0], max_len=40, multiline=False)
    found = work.db.scalar(select(Person).where(Person.ansattnr == code))
    if found is None or not found.is_employed(work.today):
        raise Refused(_("Vel ein person frå lista."), field)
    return found


def confirmed() -> bool:
    """Whether she has said that no patient can be known from the text."""
    return request.form.get("stadfest") == "1"


def version_number(raw: str) -> tuple[int, int]:
    """A version's number from an address. Raises `NotFound` for anything else."""
    found = rules.parse_number(raw)
    if found is None:
        raise NotFound
    return found
