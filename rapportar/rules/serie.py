"""A series of months read before and after a chosen month, and its XmR limits. Pure.

XmR: the mean plus and minus 2.66 times the mean moving range (Wheeler); a count is never below nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from kjerne import signal

XMR = 2.66
FEWEST_XMR = 10


@dataclass(frozen=True)
class Grenser:
    """The mean, the limits, and the places of the points outside them."""

    snitt: float
    nedre: float
    ovre: float
    utanfor: Sequence[int]


def limits(values: Sequence[float], frozen_at: int | None = None) -> Grenser | None:
    """The XmR limits of a series, of the points before `frozen_at` when it is given; None when they are too few to say anything."""
    ground = values[:frozen_at]
    if len(ground) < FEWEST_XMR:
        return None
    mean = sum(ground) / len(ground)
    moving = sum(abs(after - before) for before, after in pairwise(ground)) / (len(ground) - 1)
    low, high = max(0.0, mean - XMR * moving), mean + XMR * moving
    return Grenser(mean, low, high, [place for place, value in enumerate(values) if not low <= value <= high])


def frozen(values: Sequence[float], place: int) -> tuple[float, int, int]:
    """The median of what was before `place`, and how many points from there on lie over and under it."""
    middle = signal.read(values[:place]).median
    after = values[place:]
    return middle, sum(value > middle for value in after), sum(value < middle for value in after)
