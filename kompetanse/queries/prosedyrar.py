"""The procedures competences rest on. Only procedures with a valid version: those everybody may read."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from kjerne.work import Work
from kompetanse.models import KompetanseProsedyre
from prosedyrar.models import Prosedyre, ProsedyreVersjon
from prosedyrar.rules import Tilstand


def choices(work: Work) -> Sequence[tuple[int, str]]:
    """The procedures in force, by title."""
    rows = work.db.execute(
        select(Prosedyre.id, Prosedyre.tittel)
        .where(Prosedyre.id.in_(select(ProsedyreVersjon.prosedyre_id).where(ProsedyreVersjon.tilstand == Tilstand.GYLDIG)))
        .order_by(Prosedyre.tittel)
    )
    return [(row[0], row[1]) for row in rows]


def linked(work: Work, kompetanse_id: int) -> Mapping[int, bool]:
    """The procedures of one competence, and whether a new major version of each asks for training."""
    rows = work.db.scalars(select(KompetanseProsedyre).where(KompetanseProsedyre.kompetanse_id == kompetanse_id))
    return {row.prosedyre_id: row.opplaering for row in rows}


def titles(work: Work) -> Mapping[int, Sequence[tuple[int, str]]]:
    """Competence → its procedures in force, as (id, title)."""
    rows = work.db.execute(
        select(KompetanseProsedyre.kompetanse_id, Prosedyre.id, Prosedyre.tittel)
        .join(Prosedyre, Prosedyre.id == KompetanseProsedyre.prosedyre_id)
        .where(Prosedyre.id.in_(select(ProsedyreVersjon.prosedyre_id).where(ProsedyreVersjon.tilstand == Tilstand.GYLDIG)))
        .order_by(Prosedyre.tittel)
    )
    found: dict[int, list[tuple[int, str]]] = {}
    for kompetanse, prosedyre, tittel in rows:
        found.setdefault(kompetanse, []).append((prosedyre, tittel))
    return found
