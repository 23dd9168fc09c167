"""What can be done with people: their facts, where they work. Accounts themselves are the package konto's."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import select

from administrasjon.actions import tilgangar
from kjerne import log, sessions
from kjerne.access import Right, Rolle
from kjerne.errors import Conflict, NotFound, Refused
from kjerne.i18n import gettext as _
from kjerne.models import Person, PersonEining
from kjerne.work import Work
from konto.actions import create_person

FIELDS = (
    "namn",
    "epost",
    "yrke",
    "stillingsprosent",
    "tilsett_fra",
    "tilsett_til",
    "tilsetjingsform",
    "vakter",
    "borte_fra",
    "borte_til",
)


def add_person(work: Work, *, ansattnr: str, facts: Mapping[str, object], units: Sequence[int]) -> Person:
    """Add an employee with her units, the first one her main unit."""
    _require_units(work, units)
    _check_dates(facts)
    epost = facts.get("epost")
    rest = {name: value for name, value in facts.items() if name not in {"namn", "epost"}}
    person = create_person(work, ansattnr=ansattnr, namn=str(facts["namn"]), epost=str(epost) if epost else None, **rest)
    place(work, person, units)
    return person


def edit_person(work: Work, person: Person, facts: Mapping[str, object], version: int | None = None) -> bool:
    """Change a person's facts; returns whether anything changed. Somebody whose employment has ended is logged out."""
    if version is not None and version != person.version:
        raise Conflict(_("Nokon har endra personen medan du hadde sida open. Last ho på nytt og gjer endringa igjen."))
    _check_dates({name: facts.get(name, getattr(person, name)) for name in FIELDS})
    changed = [name for name in FIELDS if name in facts and getattr(person, name) != facts[name]]
    if "epost" in changed and facts["epost"]:
        taken = select(Person.id).where(Person.epost == facts["epost"], Person.id != person.id)
        if work.db.scalar(taken) is not None:
            raise Refused(_("E-postadressa er alt i bruk av ein annan."), "epost")
    for name in changed:
        setattr(person, name, facts[name])
    if changed:
        work.db.flush()
        log.record(work, "person", person.id, "person:endra", felt=",".join(changed))
    if not person.is_employed(work.today):
        sessions.end_all(work.db, person.id, work.now)
    return bool(changed)


def _check_dates(facts: Mapping[str, object]) -> None:
    for fra, til in (("tilsett_fra", "tilsett_til"), ("borte_fra", "borte_til")):
        first, last = facts.get(fra), facts.get(til)
        if isinstance(first, date) and isinstance(last, date) and last < first:
            raise Refused(_("Til-datoen er før frå-datoen."), til)
        if first is None and last is not None:
            raise Refused(_("Skriv òg frå og med når."), fra)


def _require_units(work: Work, units: Sequence[int]) -> None:
    if work.person is not None and not set(units) <= work.units(Right.PERSON_SKRIV):
        raise NotFound


def place(work: Work, person: Person, units: Sequence[int]) -> bool:
    """Say where she works, the first unit her main one; the role tilsett follows. Returns whether it changed."""
    present = {row.eining_id: row for row in work.db.scalars(select(PersonEining).filter_by(person_id=person.id))}
    wanted = list(dict.fromkeys(units))
    _require_units(work, [unit for unit in {*present, *wanted} if (unit in present) != (unit in wanted)])
    changed = False
    for eining_id in set(present) - set(wanted):
        work.db.delete(present[eining_id])
        tilgangar.end_role(work, person.id, eining_id, Rolle.TILSETT)
        changed = True
    for order, eining_id in enumerate(wanted):
        row = present.get(eining_id)
        if row is None:
            work.db.add(PersonEining(person_id=person.id, eining_id=eining_id, hovud=order == 0))
            changed = True
        elif row.hovud != (order == 0):
            row.hovud = order == 0
            changed = True
        changed = tilgangar.ensure_role(work, person.id, eining_id, Rolle.TILSETT) or changed
    work.db.flush()
    if changed:
        log.record(work, "person", person.id, "person:plassert", einingar=",".join(map(str, wanted)))
    return changed
