"""How the promise of an answer within its deadline is kept, from the kept sums: the same cost at a thousand and a million cases.

Counted are cases filed in the running month and the two before it whose first answer is given, or whose deadline has passed
without one. Definitions: docs/tal.md.
"""

from dataclasses import dataclass

from sqlalchemy import Select, case, func, select

from avvik.models import Avvik, AvvikTid
from avvik.queries.tal_periode import month_of, shift
from kjerne import asked
from kjerne.access import Right
from kjerne.models import Eining
from kjerne.work import Work

__all__ = ["Lofte", "kept_promise", "kept_promises"]

_MONTHS_BEFORE = 2


@dataclass(frozen=True)
class Lofte:
    """How a unit keeps the promise: answered in time out of those due."""

    eining: str
    halde: int
    rekna: int


def _answered(_work: Work, units: frozenset[int], first: int) -> Select[int, int, int]:
    in_time = func.sum(case((AvvikTid.i_tide, AvvikTid.saker), else_=0))
    return (
        select(AvvikTid.eining_id, in_time, func.sum(AvvikTid.saker))
        .where(AvvikTid.eining_id.in_(units), AvvikTid.manad >= first, AvvikTid.slag == "svar")
        .group_by(AvvikTid.eining_id)
    )


def _late(work: Work, units: frozenset[int], first: int) -> Select[int, int]:
    return (
        select(Avvik.eining_id, func.count())
        .where(
            Avvik.forste_svar_tid.is_(None),
            Avvik.eining_id.in_(units),
            Avvik.frist_svar < work.today,
            Avvik.manad >= first,
            Avvik.er_varsel.is_(False),
            Avvik.gjeld_leiar.is_(False),
        )
        .group_by(Avvik.eining_id)
    )


def _by_unit(work: Work, units: frozenset[int]) -> dict[int, tuple[int, int]]:
    """(answered in time, due) by unit id; units with nothing due are left out. Two queries."""
    first = shift(month_of(work.today), -_MONTHS_BEFORE)
    found = {unit: (int(kept), int(due)) for unit, kept, due in asked.rows(work, _answered, units, first) if due}
    for unit, count in asked.rows(work, _late, units, first):
        kept, due = found.get(unit, (0, 0))
        found[unit] = kept, due + count
    return found


def _names(_work: Work, units: frozenset[int]) -> Select[int, str]:
    return select(Eining.id, Eining.namn).where(Eining.id.in_(units)).order_by(Eining.sti)


def kept_promises(work: Work) -> list[Lofte]:
    """The promise by unit, for the units whose numbers this person sees, in the organisation's order. Three queries."""
    units = work.units(Right.AVVIK_TAL)
    counts = _by_unit(work, units) if units else {}
    if not counts:
        return []
    return [Lofte(namn, *counts[unit]) for unit, namn in asked.rows(work, _names, frozenset(counts))]


def kept_promise(work: Work, eining_id: int) -> tuple[int, int]:
    """(answered in time, due) for one unit."""
    return _by_unit(work, frozenset({eining_id})).get(eining_id, (0, 0))
