"""The newest cases somebody sees, each reason asked by its own index: the cost is that of a page, not of the table.

One condition with OR between the reasons makes a database read everything one of them finds, a million rows for the few on a
page. Here each reason gives its newest ids and no more, and the page is the newest of those.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, CompoundSelect, Select, select, union

from avvik.models import Avvik
from avvik.queries.access import Grunn
from kjerne.db import at_most

__all__ = ["newest"]

#: So many units are asked one by one; more of them are a large enough part of all that the newest cases are gone through.
_FEW: Final = 6


def _branches(reasons: Sequence[Grunn]) -> Iterator[tuple[ColumnElement[bool], ...]]:
    for one in reasons:
        if one.einingar is None:
            yield (one.vilkar,)
        elif len(one.einingar) <= _FEW:
            yield from ((Avvik.eining_id == unit, one.vilkar) for unit in sorted(one.einingar))
        else:  # plus nothing: the unit's index is of no use here, the order of ids is
            yield (Avvik.eining_id + 0).in_(one.einingar), one.vilkar


def newest(
    reasons: Sequence[Grunn], conditions: Sequence[ColumnElement[bool]], limit: int, *, counted: bool = False
) -> CompoundSelect[Any]:
    """The ids of the newest `limit` cases of each reason that meet the conditions, each id once. No reason gives none.

    `counted`: any of them will do, so that each database takes the index that finds the fewest.
    """
    parts: list[Select[Any]] = []
    for branch in _branches(reasons):
        part = select(Avvik.id).where(*branch, *conditions).limit(at_most(limit))
        parts.append(select((part if counted else part.order_by(Avvik.id.desc())).subquery().c.id))
    return union(*parts)
