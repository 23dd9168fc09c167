"""Kept cells of the map: forgotten in the transaction that changes what they rest on, counted anew by a job, a few units at a time.

The map reads a unit's kept cells only while `Kompetansestand` says they are right for the day; else it counts from the rows.
So the map costs the same whether a unit has twenty people or two hundred, and never shows an old number.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import delete, event, insert, inspect, select
from sqlalchemy.orm import Session

from kjerne.clock import add_months
from kjerne.models import Eining, Person, PersonEining, Tilgang
from kjerne.work import Work
from kompetanse import rules
from kompetanse.models import Kompetanse, Kompetansebehov, Kompetanserute, Kompetansestand, Kompetanseutlop
from kompetanse.queries import kart, lagra
from kompetanse.queries.kart import Snitt
from prosedyrar.models.behov import Einingsslag

#: Units counted in one transaction: nobody who files waits for the map.
PORTION = 4
#: What of a person the map reads.
OF_PERSON = ("yrke", "vakter", "tilsett_fra", "tilsett_til", "deaktivert")
REST_ON = (PersonEining, Tilgang, Eining, Einingsslag, Kompetanse, Kompetansebehov)


def forget_person(db: Session, person_id: int) -> None:
    """What the map kept of this person's units holds no more."""
    there = select(PersonEining.eining_id).where(PersonEining.person_id == person_id)
    db.execute(delete(Kompetansestand).where(Kompetansestand.eining_id.in_(there)).execution_options(synchronize_session=False))


def forget_all(db: Session) -> None:
    """A need, the catalogue, the tree or somebody's workplace changed: nothing kept holds."""
    db.execute(delete(Kompetansestand).execution_options(synchronize_session=False))


def _rests_on(row: object) -> bool:
    if isinstance(row, Person):
        return any(inspect(row).attrs[name].history.has_changes() for name in OF_PERSON)
    return isinstance(row, REST_ON)


def _before_flush(session: Session, _context: object, _instances: object) -> None:
    if any(_rests_on(row) for rows in (session.new, session.dirty, session.deleted) for row in rows):
        with session.no_autoflush:
            forget_all(session)


def install() -> None:
    """Notice from now on what the map rests on. Called once by whoever puts the application together."""
    if not event.contains(Session, "before_flush", _before_flush):
        event.listen(Session, "before_flush", _before_flush)


def count(db: Session, ids: Sequence[int], today: date) -> None:
    """Count the cells of some units anew, for all looks ahead, professions and shifts, and say that they are right today."""
    for table in (Kompetanserute, Kompetanseutlop, Kompetansestand):
        db.execute(delete(table).where(table.eining_id.in_(ids)).execution_options(synchronize_session=False))
    rows: list[dict[str, object]] = []
    for months in rules.HORISONTAR:
        grunn = kart.read(db, ids, today=today, day=add_months(today, months))
        for snitt in _cuts(grunn):
            rows += [
                {
                    "eining_id": unit,
                    "kompetanse_id": kompetanse,
                    "manader": months,
                    "snitt": lagra.mark(snitt),
                    "behov": rute.behov,
                    "har": rute.har,
                    "kan": rute.kan,
                    "eineste_id": rute.eineste,
                }
                for (unit, kompetanse), rute in kart.cells(grunn, snitt).items()
            ]
    out = [{"eining_id": unit, "manad": month, "tal": tal} for (unit, month), tal in lagra.count_expiries(db, ids, today).items()]
    right = [{"eining_id": one, "dag": today} for one in ids]
    connection = db.connection()
    for table, values in ((Kompetanserute, rows), (Kompetanseutlop, out), (Kompetansestand, right)):
        if values:
            connection.execute(insert(table), values)


def _cuts(grunn: kart.Grunnlag) -> Iterable[Snitt]:
    yield Snitt()
    for shift in rules.VAKTNAMN:
        yield Snitt(vakt=shift)
    for code in sorted({person.yrke for people in grunn.folk.values() for person in people if person.yrke}):
        yield Snitt(yrke=code)


def count_stale(work: Work, limit: int = PORTION) -> int:
    """Count the units whose cells do not hold today, a few at a time. Returns how many were counted."""
    staffed = set(work.db.scalars(select(PersonEining.eining_id).distinct()))
    live = {unit.id for unit in kart.units_of(work.db, staffed, work.today)}
    stale = sorted(live - lagra.fresh(work.db, live, work.today))[:limit]
    if stale:
        count(work.db, stale, work.today)
    return len(stale)
