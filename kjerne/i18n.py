"""Language: nynorsk is the source, bokmål and English are catalogues of plain .po files, one per package and language.

The language in force is a context variable that the edge sets; jobs and letters set their receiver's.
A text without translation falls back to nynorsk (a test keeps the catalogues complete).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from babel.dates import format_date, format_datetime, format_time
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from kjerne.clock import OSLO

SPRAK = ("nn", "nb", "en")
SPRAKNAMN = {"nn": "Nynorsk", "nb": "Bokmål", "en": "English"}
FOLDER = Path(__file__).resolve().parent.parent / "translations"
_LOCALE = {"nn": "nn_NO", "nb": "nb_NO", "en": "en_GB"}
_current: ContextVar[str] = ContextVar("sprak", default="nn")


@lru_cache
def catalogue(sprak: str) -> dict[str, tuple[str, ...]]:
    """All texts of one language: the nynorsk text → its translation (singular, plural)."""
    texts: dict[str, tuple[str, ...]] = {}
    for path in sorted((FOLDER / sprak).glob("*.po")):
        with path.open("rb") as handle:
            for message in read_po(handle, locale=sprak):
                if not message.id or not message.string:
                    continue
                key = message.id if isinstance(message.id, str) else message.id[0]
                texts[key] = (message.string,) if isinstance(message.string, str) else tuple(message.string)
    return texts


def current() -> str:
    """The language in force: nn, nb or en."""
    return _current.get()


@contextmanager
def language(sprak: str) -> Iterator[None]:
    """Everything inside is written in that language."""
    token = _current.set(sprak if sprak in SPRAK else "nn")
    try:
        yield
    finally:
        _current.reset(token)


def gettext(text: str, **values: object) -> str:
    """The text in the language in force, with %(name)s filled in."""
    sprak = _current.get()
    found = text if sprak == "nn" else catalogue(sprak).get(text, (text,))[0]
    return found % values if values else found


def ngettext(one: str, many: str, num: int, **values: object) -> str:
    """The singular or plural form for `num`; %(num)s is filled in."""
    sprak = _current.get()
    forms = (one, many) if sprak == "nn" else catalogue(sprak).get(one, (one, many))
    chosen = forms[0] if num == 1 or len(forms) == 1 else forms[1]
    return chosen % {"num": num, **values}


class Lazy:
    """A text that is translated when it is shown, for labels at module level."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        return gettext(self.text)

    def __html__(self) -> str:
        return gettext(self.text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    def __mod__(self, values: object) -> str:
        return gettext(self.text) % values

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Lazy) and other.text == self.text

    def __hash__(self) -> int:
        return hash(self.text)


def lazy(text: str) -> Lazy:
    """Mark a text for translation when it is shown."""
    return Lazy(text)


def fdate(value: date | datetime | None, form: str = "d. MMMM y") -> str:
    """A date such as 22. november 2026, in Oslo."""
    if value is None:
        return "–"
    if isinstance(value, datetime):
        value = value.astimezone(OSLO).date()
    return _date(value, form, current())


@lru_cache(maxsize=4096)
def _date(day: date, form: str, sprak: str) -> str:
    return format_date(day, form.replace("d.", "d") if sprak == "en" else form, locale=_LOCALE[sprak])


def fshort(value: date | datetime | None) -> str:
    """A short date such as 22. nov."""
    return fdate(value, "d. MMM")


def ftime(value: datetime | None) -> str:
    """A moment such as 22. nov. 2026 kl. 14:05, in Oslo."""
    if value is None:
        return "–"
    return _moment(value.astimezone(OSLO), current())


@lru_cache(maxsize=4096)
def _moment(moment: datetime, sprak: str) -> str:
    form = "d MMM y 'at' HH:mm" if sprak == "en" else "d. MMM y 'kl.' HH:mm"
    return format_datetime(moment, form, locale=_LOCALE[sprak])


def fclock(value: datetime) -> str:
    """The time of day, 14:05, in Oslo."""
    return format_time(value.astimezone(OSLO), "HH:mm", locale=_LOCALE[current()])


def fweekday(value: date) -> str:
    """A date with its weekday, such as onsdag 25. november."""
    return format_date(value, "EEEE d MMMM" if current() == "en" else "EEEE d. MMMM", locale=_LOCALE[current()])


def fnumber(value: float, decimals: int = 0) -> str:
    """A number with the language's own separators (thin space and comma in Norwegian)."""
    return format_decimal(round(value, decimals), locale=_LOCALE[current()])
