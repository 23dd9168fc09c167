"""The map's cells, computed from the rows in one pass."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy.orm import Session

from kjerne.katalog import in_force
from kompetanse import rules
from kompetanse.models import Kompetanse
from kompetanse.queries import kart
from kompetanse.queries.kart import Rute, Snitt


def cells(db: Session, ids: Sequence[int], today: date, manader: int, snitt: Snitt) -> dict[tuple[int, int], Rute]:
    """(unit, competence) → its cell so many months from now."""
    return kart.cells(kart.read(db, ids, today=today, day=rules.add_months(today, manader)), snitt)


def columns(db: Session, found: Mapping[tuple[int, int], Rute], today: date) -> list[Kompetanse]:
    """The competences something is needed of, in the catalogue's order."""
    wanted = {kompetanse for _unit, kompetanse in found}
    return [row for row in db.scalars(in_force(Kompetanse, today)) if row.id in wanted]
