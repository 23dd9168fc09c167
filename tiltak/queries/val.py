"""The lists to choose from in the pages of measures: who owns one, which units, and whom one may be given to."""

from collections.abc import Sequence

from sqlalchemy import or_, select

from kjerne.access import Right
from kjerne.models import Eining, Person, PersonEining
from kjerne.work import Work
from tiltak.models import Tiltak


def owners(work: Work) -> Sequence[tuple[int, str]]:
    """Who owns a measure in her units, and she herself: the choices of the list's filter."""
    theirs = select(Tiltak.id).where(
        Tiltak.ansvarleg_id == Person.id, Tiltak.eining_id.in_(work.units(Right.TILTAK_LES)), Tiltak.skjerma.is_(False)
    )
    rows = work.db.execute(
        select(Person.id, Person.namn).where(or_(Person.id == work.me.id, theirs.exists())).order_by(Person.namn)
    )
    return [(id_, namn) for id_, namn in rows]


def units(work: Work, right: Right) -> Sequence[tuple[int, str]]:
    """The units in force today where a right is held, by the tree's order."""
    today = work.today
    rows = work.db.execute(
        select(Eining.id, Eining.namn)
        .where(
            Eining.id.in_(work.units(right)),
            Eining.gjeld_fra <= today,
            or_(Eining.gjeld_til.is_(None), Eining.gjeld_til >= today),
        )
        .order_by(Eining.sti)
    )
    return [(id_, namn) for id_, namn in rows]


def candidates(work: Work) -> dict[str, list[tuple[int, str]]]:
    """Whom she may give a measure: those who work in her units today, by unit."""
    today = work.today
    rows = work.db.execute(
        select(Eining.namn, Person.id, Person.namn)
        .join(PersonEining, PersonEining.eining_id == Eining.id)
        .join(Person, Person.id == PersonEining.person_id)
        .where(
            Eining.id.in_(work.units(Right.TILTAK_SKRIV)),
            Person.deaktivert.is_(False),
            Person.tilsett_fra <= today,
            or_(Person.tilsett_til.is_(None), Person.tilsett_til >= today),
        )
        .order_by(Eining.sti, Person.namn)
    )
    found: dict[str, list[tuple[int, str]]] = {}
    for unit, id_, namn in rows:
        found.setdefault(unit, []).append((id_, namn))
    return found
