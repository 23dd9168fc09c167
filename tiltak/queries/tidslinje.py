"""The bars of the timeline: the first measures of the kept order, and which of them wait for each other."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import select

from kjerne.work import Work
from tiltak.models import TiltakAvheng
from tiltak.queries.lists import Filter, Row, listing
from tiltak.rules import Utval

#: More bars than this nobody reads; the page says so and asks to narrow.
BARS: Final = 500


def bars(work: Work, utval: Utval, narrow: Filter) -> tuple[list[Row], bool]:
    """At most `BARS` measures she sees, and whether there are more."""
    found = listing(work, utval, narrow, limit=BARS + 1)
    return found[:BARS], len(found) > BARS


def waits_among(work: Work, ids: Sequence[int]) -> list[tuple[int, int]]:
    """Pairs of (measure, the one it waits for) where both are shown."""
    if not ids:
        return []
    rows = work.db.execute(
        select(TiltakAvheng.tiltak_id, TiltakAvheng.ventar_pa_id)
        .where(TiltakAvheng.tiltak_id.in_(ids), TiltakAvheng.ventar_pa_id.in_(ids))
        .order_by(TiltakAvheng.tiltak_id, TiltakAvheng.ventar_pa_id)
    )
    return [(one, other) for one, other in rows]
