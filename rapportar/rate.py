"""How often something happens, from a count: exact Poisson interval, and whether an assumed likelihood lies inside it. Pure."""

from enum import StrEnum
from functools import lru_cache
from math import exp, lgamma, log, sqrt

from kjerne.i18n import Lazy
from kjerne.i18n import lazy as _l

LEVEL = 0.95
#: With fewer events than this nothing is said unless the interval lies wholly outside the assumed level.
FEWEST = 5
_TINY, _STEPS = 1e-12, 400


class Dom(StrEnum):
    """What the counts say of an assumed likelihood."""

    OFTARE = "oftare"
    SJELDNARE = "sjeldnare"
    STEMMER = "stemmer"
    FOR_FA = "for_fa"
    SKJULT = "skjult"


DOMNAMN: dict[Dom, Lazy] = {
    Dom.OFTARE: _l("Hender oftare enn analysen seier"),
    Dom.SJELDNARE: _l("Hender sjeldnare enn analysen seier"),
    Dom.STEMMER: _l("Stemmer med analysen"),
    Dom.FOR_FA: _l("For få til å seie noko"),
    Dom.SKJULT: _l("Tala ser berre dei som les sakene i alle einingane"),
}
LYS: dict[Dom, str] = {Dom.OFTARE: "bad", Dom.SJELDNARE: "obs", Dom.STEMMER: "ok", Dom.FOR_FA: "none", Dom.SKJULT: "none"}


def _lower_gamma(a: float, x: float) -> float:
    """The regularised lower incomplete gamma function P(a, x), by series or continued fraction."""
    if x <= 0:
        return 0.0
    head = exp(a * log(x) - x - lgamma(a))
    if x < a + 1:
        term = total = 1.0 / a
        at = a
        while term > total * _TINY:
            at += 1
            term *= x / at
            total += term
        return head * total
    b = x + 1 - a
    c, d = 1e300, 1 / b
    fraction = d
    for step in range(1, _STEPS * 10):
        factor = -step * (step - a)
        b += 2
        d = 1 / (factor * d + b or 1e-300)
        c = b + factor / c or 1e-300
        change = c * d
        fraction *= change
        if abs(change - 1) < _TINY:
            break
    return 1 - head * fraction


def _solve(a: float, wanted: float) -> float:
    """The x with P(a, x) = wanted, by halving."""
    low, high = 0.0, a + 10 * sqrt(a) + 20
    for _step in range(80):
        middle = (low + high) / 2
        if _lower_gamma(a, middle) < wanted:
            low = middle
        else:
            high = middle
    return (low + high) / 2


@lru_cache(maxsize=4096)
def expected(count: int) -> tuple[float, float]:
    """The exact 95 % interval for the expected number of events when `count` were seen (Garwood 1936)."""
    tail = (1 - LEVEL) / 2
    low = _solve(count, tail) if count else 0.0
    return low, _solve(count + 1, 1 - tail)


def interval(count: int, years: float) -> tuple[float, float]:
    """The interval in times a year."""
    low, high = expected(count)
    return low / years, high / years


def judge(count: int, years: float, bounds: tuple[float, float | None]) -> Dom:
    """Hold an assumed level (times a year, from and up to) against a count over some years."""
    low, high = interval(count, years)
    start, end = bounds
    if end is not None and low >= end:
        return Dom.OFTARE
    if high < start:
        return Dom.SJELDNARE
    return Dom.STEMMER if count >= FEWEST else Dom.FOR_FA
