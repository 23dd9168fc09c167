"""Choosing a procedure while typing: for a deviation, a supplement, a need."""

from dataclasses import dataclass

from kjerne.sok import half_written
from kjerne.work import Work
from prosedyrar.queries.treff import search

PICKED = 10


@dataclass(frozen=True)
class Valg:
    """One that may be chosen: its id, title, the number of its valid version, and the unit that owns it."""

    id: int
    tittel: str
    nummer: str
    eining: str


def pick(work: Work, typed: str, *, limit: int = PICKED) -> list[Valg]:
    """Valid procedures that have every word, in any form; each may be half written. Those with it in the title come first."""
    rows = search(work, half_written(typed), limit=limit)
    return [Valg(row.prosedyre.id, row.prosedyre.tittel, row.nummer, row.eining) for row in rows]
