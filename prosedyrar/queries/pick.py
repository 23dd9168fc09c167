"""Choosing a procedure while typing: for a deviation, a supplement, a need."""

from dataclasses import dataclass

from sqlalchemy import func, select

from kjerne.models import Eining
from kjerne.work import Work
from prosedyrar.models import Prosedyre, ProsedyreVersjon
from prosedyrar.queries.access import visible
from prosedyrar.rules import Tilstand

PICKED = 10


@dataclass(frozen=True)
class Valg:
    """One that may be chosen: its id, title, the number of its valid version, and the unit that owns it."""

    id: int
    tittel: str
    nummer: str
    eining: str


def pick(work: Work, words: str, *, limit: int = PICKED) -> list[Valg]:
    """Valid procedures that have every word in their title."""
    asked = words.split()[:8]
    if not asked:
        return []
    rows = work.db.execute(
        select(Prosedyre.id, Prosedyre.tittel, ProsedyreVersjon.major, ProsedyreVersjon.minor, Eining.namn)
        .join(ProsedyreVersjon, ProsedyreVersjon.prosedyre_id == Prosedyre.id)
        .join(Eining, Eining.id == Prosedyre.eining_id)
        .where(ProsedyreVersjon.tilstand == Tilstand.GYLDIG, visible(work))
        .where(*(func.lower(Prosedyre.tittel).contains(word.lower(), autoescape=True) for word in asked))
        .order_by(Prosedyre.tittel, Prosedyre.id)
        .limit(limit)
    )
    return [Valg(id_, tittel, f"{major}.{minor}", namn) for id_, tittel, major, minor, namn in rows]
