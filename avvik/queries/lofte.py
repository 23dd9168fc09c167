"""How the promise of an answer within its deadline is kept, from the kept sums: the same cost at a thousand and a million cases.

Counted are cases filed in the running month and the two before it whose first answer is given, or whose deadline has passed
without one. Definitions: docs/tal.md.
"""

from dataclasses import dataclass

from sqlalchemy import Select, case, func, literal, select, union_all

from avvik.models import Avvik, AvvikGrovsum
from avvik.queries.tal_periode import month_of, shift
from kjerne import asked
from kjerne.access import Right
from kjerne.einingar import tree
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
    in_time = func.sum(case((AvvikGrovsum.kode == "i_tide", AvvikGrovsum.saker), else_=0))
    return (
        select(AvvikGrovsum.eining_id, in_time, func.sum(AvvikGrovsum.saker))
        .where(AvvikGrovsum.eining_id.in_(units), AvvikGrovsum.slag == "svar", AvvikGrovsum.manad >= first)
        .group_by(AvvikGrovsum.eining_id)
    )


def _late(work: Work, units: frozenset[int], first: int) -> Select[int, int, int]:
    return (
        select(Avvik.eining_id, literal(0), func.count())
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


def _due(work: Work, units: frozenset[int], first: int) -> Select[int, int, int]:
    both = union_all(_answered(work, units, first), _late(work, units, first)).subquery()
    return select(*both.c)


def _by_unit(work: Work, units: frozenset[int]) -> dict[int, tuple[int, int]]:
    """(answered in time, due) by unit id; units with nothing due are left out. One query."""
    first = shift(month_of(work.today), -_MONTHS_BEFORE)
    found: dict[int, tuple[int, int]] = {}
    for unit, in_time, count in asked.rows(work, _due, units, first):
        kept, due = found.get(unit, (0, 0))
        if count:
            found[unit] = kept + int(in_time), due + int(count)
    return found


def kept_promises(work: Work) -> list[Lofte]:
    """The promise by unit, for the units whose numbers this person sees, in the organisation's order. One query."""
    units = work.units(Right.AVVIK_TAL)
    counts = _by_unit(work, units) if units else {}
    return [Lofte(row.namn, *counts[unit]) for unit, row in tree(work.db).einingar.items() if unit in counts]


def kept_promise(work: Work, eining_id: int) -> tuple[int, int]:
    """(answered in time, due) for one unit."""
    return _by_unit(work, frozenset({eining_id})).get(eining_id, (0, 0))
