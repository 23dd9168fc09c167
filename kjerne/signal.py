"""Run charts: whether a series of months says anything (Anhøj & Olesen 2014). Pure.

Two rules about the median: an unusually long run on one side of it, and unusually few crossings of it. Points on the
median count in neither. With fewer than `FEWEST` points off the median nothing is said.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb, log2
from statistics import median

FEWEST = 10
QUANTILE = 0.05


@dataclass(frozen=True)
class Signal:
    """What a run chart says. Indexes are places in the series; `spenn` is the longest run, first and last, when it is a signal.

    `brukande` is how many points lie off the median; `grense` the longest run chance allows; `venta` the fewest crossings.
    `side` is 1 when the longest run lies over the median, -1 under, 0 when there is none.
    """

    median: float
    brukande: int
    lengst: int
    grense: int
    kryssingar: int
    venta: int
    side: int
    spenn: tuple[int, int] | None

    @property
    def nok(self) -> bool:
        """Whether there are points enough to say anything."""
        return self.brukande >= FEWEST

    @property
    def lang_serie(self) -> bool:
        """The longest run is longer than chance allows."""
        return self.nok and self.lengst > self.grense

    @property
    def signal(self) -> bool:
        """Either rule is broken: something else than chance."""
        return self.nok and (self.lengst > self.grense or self.kryssingar < self.venta)


def longest_allowed(points: int) -> int:
    """The longest run that chance allows among so many points off the median: round(log2(n) + 3)."""
    return round(log2(points) + 3) if points > 0 else 0


def fewest_crossings(points: int) -> int:
    """The 5 % quantile of Binomial(n - 1, 1/2): fewer crossings than this is a signal."""
    trials = points - 1
    if trials < 1:
        return 0
    total = 0
    for crossings in range(trials + 1):
        total += comb(trials, crossings)
        if total >= QUANTILE * 2**trials:
            return crossings
    return trials


def read(values: Sequence[float]) -> Signal:
    """Read a series in its order. An empty one has median 0 and says nothing."""
    middle = float(median(values)) if values else 0.0
    sides = [(place, 1 if value > middle else -1) for place, value in enumerate(values) if value != middle]
    runs: list[tuple[int, int, int, int]] = []
    for place, side in sides:
        if runs and runs[-1][1] == side:
            length, _side, first, _last = runs[-1]
            runs[-1] = (length + 1, side, first, place)
        else:
            runs.append((1, side, place, place))
    length, side, first, last = max(runs, key=lambda run: run[0], default=(0, 0, 0, 0))
    allowed = longest_allowed(len(sides))
    long = len(sides) >= FEWEST and length > allowed
    return Signal(
        median=middle,
        brukande=len(sides),
        lengst=length,
        grense=allowed,
        kryssingar=max(len(runs) - 1, 0),
        venta=fewest_crossings(len(sides)),
        side=side,
        spenn=(first, last) if long else None,
    )
