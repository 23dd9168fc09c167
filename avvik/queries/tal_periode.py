"""The periods numbers are shown for: always whole calendar months, as 202611, in the order of time."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kjerne.i18n import fdate
from kjerne.i18n import gettext as _

YEAR = 12
TERTIAL = 4
RUN = 24
#: A year, a tertial, a quarter or a month, as addresses, reports and the command line write them: 2026, 2026-T2, 2026-K3, 2026-10.
CODE = re.compile(r"(?P<aar>20\d\d)(?:-(?:T(?P<t>[1-3])|K(?P<k>[1-4])|(?P<m>0[1-9]|1[0-2])))?")


@dataclass(frozen=True)
class Periode:
    """A choice of months. `kode` stands in the address."""

    kode: str
    namn: str
    manadar: tuple[int, ...]

    @property
    def fra_til(self) -> str:
        """The first and last month in words: des. 2025 – nov. 2026."""
        first, last = month_name(self.manadar[0]), month_name(self.manadar[-1])
        return first if first == last else f"{first} – {last}"


def month_of(day: date) -> int:
    """The month of a date."""
    return day.year * 100 + day.month


def shift(month: int, count: int) -> int:
    """The month so many months later (or earlier)."""
    number = month // 100 * YEAR + month % 100 - 1 + count
    return number // YEAR * 100 + number % YEAR + 1


def months(first: int, count: int) -> tuple[int, ...]:
    """So many months from `first` on."""
    return tuple(shift(first, place) for place in range(count))


def first_day(month: int) -> date:
    """The first day of a month."""
    return date(month // 100, month % 100, 1)


def month_name(month: int) -> str:
    """The month in words with its year: nov. 2026."""
    return fdate(first_day(month), "MMM y")


def choices(today: date, *, whole: bool) -> list[Periode]:
    """The periods on offer. `whole`: without the running month, so that no day's filing can be told from the day before."""
    now = month_of(today)
    end = shift(now, -1) if whole else now
    year = now // 100
    found = [
        Periode("siste12", _("Siste 12 månader"), months(shift(end, 1 - YEAR), YEAR)),
        Periode("i-ar", _("I år"), months(year * 100 + 1, YEAR)),
        Periode("i-fjor", _("I fjor"), months((year - 1) * 100 + 1, YEAR)),
    ]
    for of in (year, year - 1):
        found += [
            Periode(f"{of}-t{n}", _("%(n)s. tertial %(aar)s", n=n, aar=of), months(of * 100 + (n - 1) * TERTIAL + 1, TERTIAL))
            for n in (3, 2, 1)
        ]
    cut = [Periode(one.kode, one.namn, tuple(month for month in one.manadar if month <= end)) for one in found]
    return [one for one in cut if one.manadar]


def span_of(kode: str) -> tuple[int, int] | None:
    """The first month of a period's code and how many there are; None when it is none."""
    found = CODE.fullmatch(kode) if kode.isascii() else None
    if found is None:
        return None
    year = int(found["aar"]) * 100
    if found["t"]:
        return year + (int(found["t"]) - 1) * TERTIAL + 1, TERTIAL
    if found["k"]:
        return year + (int(found["k"]) - 1) * 3 + 1, 3
    return (year + int(found["m"]), 1) if found["m"] else (year + 1, YEAR)


def understood(kode: str, offered: Sequence[Periode]) -> Periode | None:
    """The period somebody asks for: one on offer, or any code, cut where those on offer end. None when there is no such."""
    known = next((one for one in offered if one.kode == kode.lower()), None)
    span = span_of(kode.upper())
    if known is not None or span is None:
        return known
    end = max(one.manadar[-1] for one in offered)
    held = tuple(month for month in months(*span) if month <= end)
    return Periode(kode.upper(), _named(kode.upper(), *span), held) if held else None


def _named(kode: str, first: int, count: int) -> str:
    year = first // 100
    if "T" in kode:
        return _("%(n)s. tertial %(aar)s", n=kode[-1], aar=year)
    if "K" in kode:
        return _("%(n)s. kvartal %(aar)s", n=kode[-1], aar=year)
    return str(year) if count == YEAR else month_name(first)


def previous(manadar: Sequence[int]) -> tuple[int, ...]:
    """The same months a year before."""
    return tuple(shift(month, -YEAR) for month in manadar)
