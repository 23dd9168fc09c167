"""The timeline's geometry: which days it shows, and where each bar stands, in percent across and pixels down. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from kjerne.i18n import Lazy
from kjerne.i18n import lazy as _l

ROW: Final = 44
BAR: Final = 18


class Zoom(StrEnum):
    """How much time one look takes in."""

    MANAD = "manad"
    KVARTAL = "kvartal"
    AAR = "aar"


class Etter(StrEnum):
    """What the measures are grouped by."""

    EINING = "eining"
    ANSVARLEG = "ansvarleg"
    KJELDE = "kjelde"


ZOOMNAMN: dict[Zoom, Lazy] = {Zoom.MANAD: _l("Månad"), Zoom.KVARTAL: _l("Kvartal"), Zoom.AAR: _l("År")}
ETTERNAMN: dict[Etter, Lazy] = {Etter.EINING: _l("Eining"), Etter.ANSVARLEG: _l("Ansvarleg"), Etter.KJELDE: _l("Kjelde")}
#: Months shown, months before this one it begins, months between two lines, months one step moves.
_SHAPE: Final = {Zoom.MANAD: (3, 1, 1, 1), Zoom.KVARTAL: (12, 3, 1, 3), Zoom.AAR: (36, 12, 3, 12)}


def add_months(day: date, months: int) -> date:
    """The first of the month so many months on."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


@dataclass(frozen=True)
class Vindauge:
    """The days shown: from `fra` up to, not with, `til`; both are the first of a month."""

    zoom: Zoom
    fra: date

    @property
    def til(self) -> date:
        """The day after the last one shown."""
        return add_months(self.fra, _SHAPE[self.zoom][0])

    @property
    def siste(self) -> date:
        """The last day shown."""
        return date.fromordinal(self.til.toordinal() - 1)

    def moved(self, steps: int) -> date:
        """Where it begins after so many steps forward (or back)."""
        return add_months(self.fra, steps * _SHAPE[self.zoom][3])

    def ticks(self) -> list[tuple[float, date]]:
        """The lines across time, each with its day."""
        months, _before, every, _step = _SHAPE[self.zoom]
        days = [add_months(self.fra, number) for number in range(0, months, every)]
        return [(self.at(day), day) for day in days]

    def at(self, day: date) -> float:
        """How far across a day begins, in percent, held within the picture."""
        share = (day - self.fra).days / (self.til - self.fra).days * 100
        return round(min(max(share, 0.0), 100.0), 1)

    def shows(self, first: date, last: date) -> bool:
        """Whether any of these days is in the picture."""
        return first < self.til and last >= self.fra


@dataclass(frozen=True)
class Lina:
    """A line of the list beside: a heading, or a measure with its last day."""

    namn: str
    nr: int = 0
    frist: date | None = None
    over: int = 0
    ferdig: bool = False


def window(zoom: Zoom, today: date, fra: date | None = None) -> Vindauge:
    """The window asked for; without a start, the one around today. Where the lines are quarters, it begins with one."""
    begin = add_months(fra, 0) if fra else add_months(today, -_SHAPE[zoom][1])
    return Vindauge(zoom, add_months(begin, -((begin.month - 1) % _SHAPE[zoom][2])))


@dataclass(frozen=True)
class Stolpe:
    """A bar: its row, its place and width; `sein` is the overdue tail's width, `fri` whether it is settled."""

    nr: int
    y: int
    x: float
    breidde: float
    hale_x: float = 0.0
    hale: float = 0.0
    ferdig: bool = False


@dataclass(frozen=True)
class Spenn:
    """The days of one measure: first, last, and whether it is settled or late."""

    nr: int
    fyrste: date
    siste: date
    ferdig: bool
    sein: bool


@dataclass
class Bilete:
    """What is drawn, row by row."""

    linjer: list[Lina] = field(default_factory=list)
    stolpar: list[Stolpe] = field(default_factory=list)


def place(span: Spenn, row: int, look: Vindauge, today: date) -> Stolpe | None:
    """The bar of a measure on its row; None when no day of it is in the picture."""
    last = max(span.siste, today) if span.sein else span.siste
    first = min(span.fyrste, span.siste)
    if not look.shows(first, last):
        return None
    top = row * ROW + (ROW - BAR) // 2
    x = look.at(first)
    after = look.at(date.fromordinal(span.siste.toordinal() + 1))
    tail = look.at(date.fromordinal(today.toordinal() + 1)) if span.sein else after
    return Stolpe(span.nr, top, x, round(max(after - x, 0.4), 1), after, round(max(tail - after, 0.0), 1), span.ferdig)


def outline(boxes: Iterable[tuple[float, float, int]]) -> str:
    """Boxes of (left, width, top) as one path on a field 1000 wide: far fewer bytes than one shape each."""
    return "".join(f"M{round(x * 10)} {y}h{max(round(wide * 10), 2)}v{BAR}H{round(x * 10)}z" for x, wide, y in boxes)


def arrows(pairs: Iterable[tuple[int, int]], bars: Sequence[Stolpe]) -> str:
    """The lines from the end of a measure to the start of the one that waits for it, as one path on a field 1000 wide."""
    by_nr = {bar.nr: bar for bar in bars}
    parts = []
    for waiting, ahead in pairs:
        one, other = by_nr.get(ahead), by_nr.get(waiting)
        if one is not None and other is not None:
            x, y = round((one.x + one.breidde) * 10), one.y + BAR // 2
            parts.append(f"M{x} {y}h6V{other.y + BAR // 2}H{round(other.x * 10)}")
    return "".join(parts)


__all__ = [
    "BAR",
    "ETTERNAMN",
    "ROW",
    "ZOOMNAMN",
    "Bilete",
    "Etter",
    "Lina",
    "Spenn",
    "Stolpe",
    "Vindauge",
    "Zoom",
    "arrows",
    "outline",
    "place",
    "window",
]
