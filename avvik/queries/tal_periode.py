"""The periods numbers are shown for: always whole calendar months, as 202611, in the order of time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kjerne.i18n import fdate
from kjerne.i18n import gettext as _

YEAR = 12
TERTIAL = 4
RUN = 24


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


def previous(manadar: Sequence[int]) -> tuple[int, ...]:
    """The same months a year before."""
    return tuple(shift(month, -YEAR) for month in manadar)
