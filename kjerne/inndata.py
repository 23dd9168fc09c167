"""What more than one package reads from a posted form: a day, a person. What cannot be read is a plain refusal at its field."""

from datetime import date

from flask import request
from sqlalchemy import select

from kjerne.errors import Refused
from kjerne.i18n import gettext as _
from kjerne.models import Person
from kjerne.text import clean
from kjerne.work import Work

__all__ = ["typed_date", "typed_day", "typed_person"]


def typed_day(field: str) -> date | None:
    """A date from a date field; empty is None. Raises `Refused`."""
    raw = request.form.get(field, "").strip()
    try:
        return date.fromisoformat(raw[:10]) if raw else None
    except ValueError:
        raise Refused(_("Vel ein dato."), field) from None


def typed_date(field: str) -> date:
    """A date from a date field that must be filled in. Raises `Refused`."""
    found = typed_day(field)
    if found is None:
        raise Refused(_("Vel ein dato."), field)
    return found


def typed_person(work: Work, field: str) -> Person:
    """A person employed today by employee number, as people know each other. Raises `Refused` for any other."""
    number = clean(request.form.get(field, "").partition(" ")[0], max_len=40, multiline=False)
    found = work.db.scalar(select(Person).where(Person.ansattnr == number))
    if found is None or not found.is_employed(work.today):
        raise Refused(_("Vel ein person frå lista."), field)
    return found
