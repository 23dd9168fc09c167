"""Key figures the municipality brings from other systems: denominators for rates, sick leave and economy. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import exp, lgamma, log

from kjerne.i18n import Lazy
from kjerne.i18n import lazy as _l

MOST = 10_000_000_000
#: Rates are told per so many hours or days.
PER = 1000
#: Sick leave is told only where so many working days a month are agreed, about five positions: below that it is somebody's health.
FEW_DAYS = 80
#: A rate of fewer cases than this says nothing.
FEWEST = 5
#: A unit is quiet when so few reports would come by chance less than once in twenty.
QUIET = 0.05
#: History asked for: so many whole months, with so many cases.
HISTORY, EXPECTED = 12, 5.0


class Slag(StrEnum):
    """Kinds of key figures, stored by value."""

    ARBEIDSTIMAR = "arbeidstimar"
    LIGGJEDOGN = "liggjedogn"
    SJUKEFRAVAER = "sjukefravaer_dagar"
    DAGSVERK = "dagsverk_avtalt"
    BUDSJETT = "budsjett_kr"
    REKNESKAP = "rekneskap_kr"


@dataclass(frozen=True)
class Kind:
    """A kind: its name, its unit of measure, and whether it divides deviations."""

    namn: Lazy
    eining: Lazy
    nemnar: bool = False


KINDS: Mapping[Slag, Kind] = {
    Slag.ARBEIDSTIMAR: Kind(_l("Arbeidde timar"), _l("timar"), nemnar=True),
    Slag.LIGGJEDOGN: Kind(_l("Liggjedøgn"), _l("døgn"), nemnar=True),
    Slag.SJUKEFRAVAER: Kind(_l("Dagsverk borte med sjukefråvær"), _l("dagsverk")),
    Slag.DAGSVERK: Kind(_l("Avtalte dagsverk"), _l("dagsverk")),
    Slag.BUDSJETT: Kind(_l("Budsjett"), _l("kr")),
    Slag.REKNESKAP: Kind(_l("Rekneskap"), _l("kr")),
}


def rate(saker: int, nemnar: float) -> float | None:
    """Cases per 1,000 of the denominator; None without one or with too few cases."""
    return PER * saker / nemnar if nemnar > 0 and saker >= FEWEST else None


def at_most(count: int, expected: float) -> float:
    """The chance of so few events or fewer, when `expected` were to come (Poisson)."""
    if expected <= 0:
        return 1.0
    return min(1.0, sum(exp(k * log(expected) - expected - lgamma(k + 1)) for k in range(count + 1)))


def is_quiet(count: int, months: int, history: int, history_months: int) -> bool:
    """Whether a unit filed so few that its own history does not explain it. Without history enough: no."""
    if history_months < HISTORY or months < 1:
        return False
    expected = history / history_months * months
    return expected >= EXPECTED and count < expected and at_most(count, expected) < QUIET
