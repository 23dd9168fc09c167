"""What can be read of measures. Fetching is authorising: nothing here finds a measure the person may not see."""

from tiltak.queries.access import (
    ahead,
    behind,
    get_tiltak,
    hats,
    history,
    may_order,
    names,
    of_origin,
    origins,
    sees_all,
    visible,
    waited_for,
)
from tiltak.queries.clock import due, responsible_leader
from tiltak.queries.lists import (
    COUNT_MAX,
    PAGE,
    Cursor,
    Filter,
    Row,
    counts,
    listing,
    subtree,
    waiting_count,
)
from tiltak.queries.val import candidates, owners, units

__all__ = [
    "COUNT_MAX",
    "PAGE",
    "Cursor",
    "Filter",
    "Row",
    "ahead",
    "behind",
    "candidates",
    "counts",
    "due",
    "get_tiltak",
    "hats",
    "history",
    "listing",
    "may_order",
    "names",
    "of_origin",
    "origins",
    "owners",
    "responsible_leader",
    "sees_all",
    "subtree",
    "units",
    "visible",
    "waited_for",
    "waiting_count",
]
