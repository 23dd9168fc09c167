"""What was typed in the filing form, read: moments, keys, texts and the values of extra fields."""

import re
import uuid
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from kjerne.clock import OSLO, from_oslo
from kjerne.i18n import gettext as _
from kjerne.katalog import Tilleggsfelt
from kjerne.text import BadText, bounded_int, clean

EXTRA = 500
OLDEST = timedelta(days=2 * 366)
MAX_EXTRA_NUMBER = 1_000_000
WHEN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?")
LONGEST_KEY = 45  # a UUID in its longest way of writing


class Gale(Exception):
    """What was typed in a field breaks its rule."""


class Sagt(Protocol):
    """A field as the rules know it."""

    data: Any
    errors: Any


def local_stamp(moment: datetime) -> str:
    """A moment as the form writes it: YYYY-MM-DDTHH:MM in Oslo."""
    return moment.astimezone(OSLO).strftime("%Y-%m-%dT%H:%M")


def stamp_to_utc(raw: str) -> datetime | None:
    """The moment behind YYYY-MM-DDTHH:MM in Oslo; None when it is not understood."""
    if not raw.isascii() or not WHEN.fullmatch(raw):
        return None
    try:
        return from_oslo(datetime.fromisoformat(raw[:16]))
    except (ValueError, OverflowError):
        return None


def parse_key(raw: str) -> str | None:
    """A form's UUID in its one way of writing; None when it is no UUID."""
    try:
        return str(uuid.UUID(raw.strip()[:LONGEST_KEY]))
    except ValueError:
        return None


def keep_clean(field: Sagt, max_len: int) -> None:
    """Replace what was typed by what is kept; what cannot be kept stays as typed, with a sentence."""
    try:
        field.data = clean(field.data or "", max_len=max_len, multiline=True)
    except BadText as bad:
        raise Gale(bad.message) from None


def extra_value(row: Tilleggsfelt, raw: str, now: datetime) -> str:
    """An extra field's value as it is kept: choices by their nynorsk text, dates as YYYY-MM-DD. Raises `BadText`."""
    text = clean(raw, max_len=EXTRA, multiline=False)
    if not text:
        return ""
    if row.type == "val" and text not in row.val_nn.split("|"):
        raise BadText(_("Vel frå lista: %(felt)s", felt=row.label))
    if row.type == "ja_nei" and text not in {"ja", "nei"}:
        raise BadText(_("Vel ja eller nei: %(felt)s", felt=row.label))
    if row.type == "tal":
        return str(bounded_int(text, 0, MAX_EXTRA_NUMBER))
    if row.type == "dato":
        try:
            day = date.fromisoformat(text)
        except ValueError:
            raise BadText(_("Skriv datoen: %(felt)s", felt=row.label)) from None
        if day > now.astimezone(OSLO).date() or day < (now - OLDEST).date():
            raise BadText(_("Datoen kan ikkje vere rett: %(felt)s", felt=row.label))
        return day.isoformat()
    return text
