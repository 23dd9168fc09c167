"""The demo's three years cut into portions of days: each has a source of chance of its own and can be made by itself.

So the same seed gives the same rows however many processes make them. Pure: it draws, it knows no database.
"""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from demo import fordeling
from kjerne.clock import from_oslo

__all__ = ["AAR", "BOLK", "Bolk", "cut", "filing_days", "moments"]

AAR: Final = 3
#: A portion has at least this many cases, all of whole days, and at least three days.
BOLK: Final = 4000
_MIN_DAGAR: Final = 3
_TIMAR: Final = (3, 2, 2, 2, 2, 3, 7, 9, 5, 5, 6, 6, 5, 7, 12, 11, 4, 4, 5, 6, 8, 12, 10, 5)


@dataclass(frozen=True)
class Bolk:
    """Days in order and how many drawn cases each has; the told cases (demo/scener.py) that fall on them, by place in the list.

    `first_id` is the id of its first case, `numbers` the last case number of each year before it.
    """

    nummer: int
    dagar: tuple[tuple[date, int], ...]
    told: tuple[int, ...]
    first_id: int
    numbers: tuple[tuple[int, int], ...]

    @property
    def tal(self) -> int:
        """How many cases it has."""
        return sum(count for _day, count in self.dagar) + len(self.told)


def filing_days(rng: random.Random, today: date, tal: int) -> Counter[date]:
    """How many of `tal` cases are filed on each day of the last three years: season, weekday, and a culture that grows."""
    days = [today - timedelta(days=back) for back in range(365 * AAR, -1, -1)]
    return Counter(rng.choices(days, fordeling.day_weights(days), k=tal))


def cut(drawn: Counter[date], told: Sequence[date]) -> list[Bolk]:
    """Portions of whole days in order. `told`: on which days the told cases are filed."""
    bolkar: list[Bolk] = []
    numbers: Counter[int] = Counter()
    for held in _whole_days(drawn, told):
        within = frozenset(held)
        mine = tuple(place for place, day in enumerate(told) if day in within)
        first = bolkar[-1].first_id + bolkar[-1].tal if bolkar else 1
        bolkar.append(Bolk(len(bolkar), tuple((day, drawn[day]) for day in held), mine, first, tuple(sorted(numbers.items()))))
        for day in held:
            numbers[day.year] += drawn[day]
        for place in mine:
            numbers[told[place].year] += 1
    return bolkar


def _whole_days(drawn: Counter[date], told: Sequence[date]) -> Iterator[list[date]]:
    """The days with a case, gathered until there are enough; what is left at the end goes with the last."""
    portions: list[list[date]] = []
    held: list[date] = []
    for day in sorted({*drawn, *told}):
        held.append(day)
        if len(held) >= _MIN_DAGAR and sum(drawn[one] for one in held) >= BOLK:
            portions.append(held)
            held = []
    if held and portions and len(held) < _MIN_DAGAR:
        portions[-1] += held
    elif held:
        portions.append(held)
    yield from portions


def moments(rng: random.Random, bolk: Bolk, now: datetime) -> list[datetime]:
    """The filing times of a portion's drawn cases, in order; what would lie ahead was filed some hours ago instead."""
    found = []
    for day, count in bolk.dagar:
        midnight = from_oslo(datetime.combine(day, time()))
        for hour in rng.choices(range(24), _TIMAR, k=count):
            moment = midnight + timedelta(seconds=hour * 3600 + rng.randrange(3600))
            found.append(moment if moment < now else now - timedelta(minutes=rng.randint(5, 600)))
    return sorted(found)
