"""What was typed in a step's form: texts cleaned, moments and units read, or a plain refusal."""

from datetime import datetime

from flask import request
from sqlalchemy import select

from kjerne.clock import from_oslo
from kjerne.errors import Refused
from kjerne.i18n import gettext as _
from kjerne.models import Eining
from kjerne.text import clean
from kjerne.work import Work

LONG, SHORT = 8000, 200


def typed(field: str, max_len: int = LONG, *, multiline: bool = True) -> str:
    """What stands in a field, cleaned."""
    return clean(request.form.get(field, ""), max_len=max_len, multiline=multiline)


def typed_moment(field: str) -> datetime | None:
    """A moment in Oslo time from a datetime field; None when empty."""
    raw = request.form.get(field, "").strip()[:16]
    if not raw:
        return None
    try:
        return from_oslo(datetime.fromisoformat(raw).replace(tzinfo=None))
    except (ValueError, OverflowError):
        raise Refused(_("Skriv dato og klokkeslett."), field) from None


def typed_unit(work: Work, field: str) -> Eining:
    """A unit by its code."""
    found = work.db.scalar(select(Eining).where(Eining.kode == clean(request.form.get(field, ""), max_len=40, multiline=False)))
    if found is None or not found.is_active(work.today):
        raise Refused(_("Vel ei eining frå lista."), field)
    return found
