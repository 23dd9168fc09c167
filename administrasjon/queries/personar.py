"""People: the list within my units, one person, her roles. Keyset paging; a name never stands in an address."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, true

from kjerne.access import ROLLENAMN, Right, Rolle
from kjerne.errors import NotFound
from kjerne.katalog import Yrke
from kjerne.models import Eining, Person, PersonEining, Tilgang
from kjerne.work import Work

PAGE = 50


def within_reach(work: Work, right: Right) -> ColumnElement[bool]:
    """Whether a person works in, or holds a role on, a unit where I hold the right.

    Those who are nowhere at all are seen by the ones who may change people.
    """
    units = work.units(right)
    works_there = exists().where(PersonEining.person_id == Person.id, PersonEining.eining_id.in_(units))
    if not work.has(Right.PERSON_SKRIV):
        return works_there
    holds = exists().where(Tilgang.person_id == Person.id, Tilgang.eining_id.in_(work.units(Right.PERSON_SKRIV)))
    nowhere = ~exists().where(PersonEining.person_id == Person.id) & ~exists().where(Tilgang.person_id == Person.id)
    return or_(works_there, holds, nowhere)


def people(work: Work, q: str = "", eining_id: int | None = None) -> Select[Person]:
    """The people I may see, by name; `q` matches name, number or e-mail."""
    found = select(Person).where(within_reach(work, Right.PERSON_LES)).order_by(Person.namn, Person.id)
    for word in q.lower().split()[:5]:
        like = f"%{_escape(word)}%"
        found = found.where(
            or_(
                func.lower(Person.namn).like(like, escape="\\"),
                Person.namn.like(f"%{_escape(word.capitalize())}%", escape="\\"),  # SQLite lowers a-z only, not Å
                func.lower(Person.ansattnr).like(like, escape="\\"),
                func.lower(func.coalesce(Person.epost, "")).like(like, escape="\\"),
            )
        )
    if eining_id is not None:
        found = found.where(exists().where(PersonEining.person_id == Person.id, PersonEining.eining_id == eining_id))
    return found


def _escape(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


@dataclass(frozen=True)
class PersonRow:
    """One line of the list."""

    person: Person
    einingar: str


@dataclass(frozen=True)
class People:
    """A page of the list; `etter` is the last person's id when more follow."""

    rows: list[PersonRow]
    etter: int | None


def page(work: Work, query: Select[Person], after_id: int | None) -> People:
    """The next people after one of them."""
    last = work.db.get(Person, after_id) if after_id else None
    if last is not None:
        query = query.where(or_(Person.namn > last.namn, and_(Person.namn == last.namn, Person.id > last.id)))
    found = list(work.db.scalars(query.limit(PAGE + 1)))
    shown = found[:PAGE]
    names = _unit_names(work, [person.id for person in shown])
    rows = [PersonRow(person, ", ".join(names.get(person.id, []))) for person in shown]
    return People(rows, shown[-1].id if len(found) > PAGE else None)


def _unit_names(work: Work, ids: list[int]) -> dict[int, list[str]]:
    names: dict[int, list[str]] = {}
    rows = work.db.execute(
        select(PersonEining.person_id, Eining.namn)
        .join(Eining, Eining.id == PersonEining.eining_id)
        .where(PersonEining.person_id.in_(ids))
        .order_by(PersonEining.hovud.desc(), Eining.namn)
    )
    for person_id, namn in rows:
        names.setdefault(person_id, []).append(namn)
    return names


def get_person(work: Work, person_id: int, right: Right = Right.PERSON_LES) -> Person:
    """The person, within my reach for that right. Raises `NotFound`."""
    reach = within_reach(work, right) if work.has(right) else ~true()
    person = work.db.scalars(select(Person).where(Person.id == person_id, reach)).one_or_none()
    if person is None:
        raise NotFound
    return person


def unit_ids(work: Work, person: Person) -> list[int]:
    """Where she works, the main unit first."""
    return list(
        work.db.scalars(
            select(PersonEining.eining_id)
            .where(PersonEining.person_id == person.id)
            .order_by(PersonEining.hovud.desc(), PersonEining.eining_id)
        )
    )


def unit_names(work: Work, person: Person) -> list[str]:
    """The names of the units she works in, the main unit first."""
    return _unit_names(work, [person.id]).get(person.id, [])


def leads(work: Work, person: Person) -> bool:
    """Whether I lead a unit she works in (hers, or one above it)."""
    units = unit_ids(work, person)
    return any(work.has_role(rolle, unit) for rolle in (Rolle.LEIAR, Rolle.SEKTORLEIAR) for unit in units)


@dataclass(frozen=True)
class HeldRole:
    """One of a person's roles, as shown: past ones too."""

    row: Tilgang
    rolle: str
    eining: str
    gjeld_no: bool
    kan_takast: bool


def roles_of(work: Work, person: Person) -> list[HeldRole]:
    """Her roles, those in force first."""
    rows = work.db.execute(
        select(Tilgang, Eining.namn)
        .join(Eining, Eining.id == Tilgang.eining_id)
        .where(Tilgang.person_id == person.id)
        .order_by(Tilgang.gjeld_fra.desc(), Tilgang.id.desc())
    )
    held = [
        HeldRole(
            row,
            str(ROLLENAMN[Rolle(row.rolle)]),
            namn,
            row.gjeld_til is None or row.gjeld_til >= work.today,
            (row.gjeld_til is None or row.gjeld_til >= work.today) and work.has(Right.TILGANG_GI, row.eining_id),
        )
        for row, namn in rows
    ]
    return sorted(held, key=lambda one: not one.gjeld_no)


def professions(work: Work) -> dict[str, str]:
    """The professions in force: code → name in the language in force."""
    rows = work.db.scalars(select(Yrke).order_by(Yrke.rekkje, Yrke.id))
    return {row.kode: row.label for row in rows if row.gjeld_til is None or row.gjeld_til >= work.today}
