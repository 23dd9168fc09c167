"""The organisation as it stands, kept in the process: who lies below whom. Changed seldom, asked on every page."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from kjerne.kept import kept, watch
from kjerne.models import Eining

__all__ = ["Tre", "tree"]

watch([Eining])


@dataclass(frozen=True)
class Tre:
    """All units by id, in the organisation's order, and for each the ids of its subtree, itself included.

    The rows belong to no session: they are read, never changed.
    """

    einingar: Mapping[int, Eining]
    under: Mapping[int, frozenset[int]]


def tree(db: Session) -> Tre:
    """The organisation, ended units included."""
    return kept(db, "einingar", _load)


def _load(db: Session) -> Tre:
    units = {unit.id: unit for unit in db.scalars(select(Eining).order_by(Eining.sti))}
    under: dict[int, set[int]] = {one: set() for one in units}
    for unit in units.values():
        for above in units.values():
            if unit.sti.startswith(above.sti):
                under[above.id].add(unit.id)
    return Tre(units, {one: frozenset(below) for one, below in under.items()})
