"""The periods a report is made for, as they stand in addresses and on the command line. Pure.

`2026` is a year, `2026-T2` a tertial, `2026-K3` a quarter, `2026-10` a month, and `2026-02_2026-05` some months chosen freely.
A period is always whole months; deadlines after it are counted in Norwegian working days.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from avvik.queries.tal_periode import YEAR, Periode, first_day, month_of, months, shift, span_of
from kjerne.clock import add_working_days
from kjerne.i18n import Lazy, fdate
from kjerne.i18n import gettext as _
from kjerne.i18n import lazy as _l

FREE = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])_(20\d\d)-(0[1-9]|1[0-2])")
LONGEST_FREE = 36


class BadPeriod(ValueError):
    """The code is no period."""


class Rytme(StrEnum):
    """How often a report is made; the value is stored."""

    MANAD = "manad"
    KVARTAL = "kvartal"
    TERTIAL = "tertial"
    AR = "ar"


RYTMENAMN: dict[Rytme, Lazy] = {
    Rytme.MANAD: _l("Kvar månad"),
    Rytme.KVARTAL: _l("Kvart kvartal"),
    Rytme.TERTIAL: _l("Kvart tertial"),
    Rytme.AR: _l("Kvart år"),
}
LENGTH = {Rytme.MANAD: 1, Rytme.KVARTAL: 3, Rytme.TERTIAL: 4, Rytme.AR: YEAR}


@dataclass(frozen=True)
class Val:
    """A chosen period with the one before it and the same one a year earlier, in the language in force."""

    no: Periode
    fore: Periode
    ifjor: Periode

    @property
    def kode(self) -> str:
        """Its code."""
        return self.no.kode

    @property
    def forste(self) -> date:
        """Its first day."""
        return first_day(self.no.manadar[0])

    @property
    def siste(self) -> date:
        """Its last day."""
        return first_day(shift(self.no.manadar[-1], 1)) - timedelta(days=1)

    def over(self, today: date) -> bool:
        """Whether it has ended."""
        return self.siste < today


def _span(kode: str) -> tuple[int, int]:
    """The first month and how many. Raises `BadPeriod`."""
    found = span_of(kode)
    if found:
        return found
    free = FREE.fullmatch(kode) if kode.isascii() else None
    if not free:
        raise BadPeriod(kode)
    first, last = int(free[1] + free[2]), int(free[3] + free[4])
    count = (last // 100 - first // 100) * YEAR + last % 100 - first % 100 + 1
    if not 0 < count <= LONGEST_FREE:
        raise BadPeriod(kode)
    return first, count


def name_of(kode: str) -> str:
    """A period in words, in the language in force. Raises `BadPeriod`."""
    first, count = _span(kode)
    year = str(first // 100)
    if "T" in kode:
        return _("%(n)s. tertial %(aar)s", n=kode[-1], aar=year)
    if "K" in kode:
        return _("%(n)s. kvartal %(aar)s", n=kode[-1], aar=year)
    if "_" not in kode and count == YEAR:
        return year
    last = shift(first, count - 1)
    words = [fdate(first_day(month), "MMMM y") for month in (first, last)]
    return words[0] if first == last else f"{words[0]} – {words[1]}"


def is_period(kode: str) -> bool:
    """Whether a code is that of a period."""
    try:
        return bool(_span(kode))
    except BadPeriod:
        return False


def _made(kode: str) -> Periode:
    return Periode(kode, name_of(kode), months(*_span(kode)))


def read_period(kode: str) -> Val:
    """The period of a code. Raises `BadPeriod`."""
    count = _span(kode)[1]
    return Val(_made(kode), _made(moved(kode, -count)), _made(moved(kode, -YEAR)))


def moved(kode: str, by: int) -> str:
    """The code of the period of the same kind, so many months later; `by` is a multiple of its length, or a year."""
    first, count = _span(kode)
    start = shift(first, by)
    year, month = divmod(start, 100)
    if "_" in kode:
        end = shift(start, count - 1)
        return f"{year}-{month:02d}_{end // 100}-{end % 100:02d}"
    if "T" in kode:
        return f"{year}-T{(month - 1) // 4 + 1}"
    if "K" in kode:
        return f"{year}-K{(month - 1) // 3 + 1}"
    return f"{year}-{month:02d}" if count == 1 else str(year)


def period_of(rytme: Rytme, day: date) -> str:
    """The code of the period a day lies in."""
    if rytme is Rytme.AR:
        return str(day.year)
    if rytme is Rytme.MANAD:
        return f"{day.year}-{day.month:02d}"
    letter = "T" if rytme is Rytme.TERTIAL else "K"
    return f"{day.year}-{letter}{(day.month - 1) // LENGTH[rytme] + 1}"


def rhythm_of(kode: str) -> Rytme | None:
    """The rhythm a code belongs to; None for one chosen freely."""
    if "_" in kode:
        return None
    if "T" in kode or "K" in kode:
        return Rytme.TERTIAL if "T" in kode else Rytme.KVARTAL
    return Rytme.MANAD if "-" in kode else Rytme.AR


def last_ended(rytme: Rytme, day: date) -> str:
    """The code of the last period that ended before a day."""
    now = period_of(rytme, day)
    return moved(now, -LENGTH[rytme])


def next_period(kode: str) -> str:
    """The code of the period after."""
    return moved(kode, _span(kode)[1])


def due_day(kode: str, working_day: int) -> date:
    """The working day a report on the period is due: the first working day after it is 1."""
    return add_working_days(read_period(kode).siste, working_day)


def offered(today: date, rytme: Rytme, *, count: int) -> list[Periode]:
    """The running period and those before it, newest first."""
    kode = period_of(rytme, today)
    found = []
    for _place in range(count):
        found.append(_made(kode))
        kode = moved(kode, -LENGTH[rytme])
    return found


__all__ = [
    "LENGTH",
    "RYTMENAMN",
    "BadPeriod",
    "Rytme",
    "Val",
    "due_day",
    "is_period",
    "last_ended",
    "month_of",
    "moved",
    "name_of",
    "next_period",
    "offered",
    "period_of",
    "read_period",
    "rhythm_of",
]
