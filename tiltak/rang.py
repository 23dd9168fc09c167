"""The order of measures as one number, so that a list is read from an index and never sorted. Pure (domene 4.5).

Red before yellow, then risk reduction per krone, then deadline: the smallest number comes first.
"""

from datetime import date
from typing import Final

from tiltak.rules import Farge

_EPOCH: Final = date(2000, 1, 1).toordinal()
#: Room for a deadline up to the year 2190, then for the worth, then for the colour; `GAP` leaves room between neighbours.
_DAYS: Final = 70_000
_WORTH: Final = 1_000_000_000
GAP: Final = 20_000
_COLOUR: Final = {Farge.RAUD: 0, Farge.GUL: 1, Farge.GRON: 2}
_NO_COLOUR: Final = 3
_FREE_ENDS, _PRICED_ENDS = 1_000, 900_000_000


def order_key(farge: str | None, risikoreduksjon: int | None, kostnad: int | None, frist: date) -> int:
    """The place of a measure: smaller comes first.

    `risikoreduksjon` in points of the 5 × 5 matrix, `kostnad` in kroner. Within a colour: what costs nothing by its
    reduction, then reduction per krone, then what has no stated cost by its reduction, then what reduces nothing.
    """
    colour = _NO_COLOUR if farge is None else _COLOUR[Farge(farge)]
    days = min(max(frist.toordinal() - _EPOCH, 0), _DAYS - 1)
    return ((colour * _WORTH + _worth(risikoreduksjon, kostnad)) * _DAYS + days) * GAP


def _worth(risikoreduksjon: int | None, kostnad: int | None) -> int:
    if not risikoreduksjon or risikoreduksjon < 0:
        return _WORTH - 1
    if kostnad is None:
        return _PRICED_ENDS + 100 - risikoreduksjon
    if kostnad == 0:
        return 100 - risikoreduksjon
    return min(_FREE_ENDS + round(kostnad / risikoreduksjon), _PRICED_ENDS - 1)


def between(before: int | None, after: int) -> int:
    """A place just ahead of `after` and behind `before` (None: nothing stands ahead of it on the list)."""
    return after - GAP // 2 if before is None or before >= after else (before + after) // 2


__all__ = ["GAP", "between", "order_key"]
