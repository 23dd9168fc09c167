"""What the steps' forms offer to choose from: pairs of value and text, read only for steps that are open."""

from collections.abc import Collection, Iterable
from typing import Any, Final

from sqlalchemy import Select, bindparam, or_, select

from avvik.models import Avvik
from avvik.queries.routing import handlers_for
from avvik.queries.sak import Ordliste, Sak
from avvik.rules import Steg
from kjerne import asked
from kjerne.katalog import Arsak, Art, Hovudtype, Meldeplikt, Post, Underkategori, Utfall, live
from kjerne.models import Eining, Person, PersonEining
from kjerne.work import Work
from tiltak.models import Tiltak
from tiltak.queries import visible
from tiltak.rules import UNSETTLED

MOST_PEOPLE = 200
MOST_MEASURES = 50
Par = list[tuple[str, str]]


def _in_force(work: Work, table: type[Post], now: Iterable[str] = ()) -> Par:
    """Rows of a table that hold today, and the codes the case already has."""
    keep = set(now)
    rows = {row.kode: row.label for row in live(work.db, table, work.today)}
    gone = keep - set(rows)
    if gone:
        rows |= {
            row.kode: row.label for row in work.db.scalars(select(table).where(table.kode.in_(gone)).order_by(table.gjeld_fra))
        }
    return list(rows.items())


def choices(work: Work, avvik: Avvik, words: Ordliste) -> dict[str, Par]:
    """The reference rows the forms offer."""
    return {
        "hovudtype": _in_force(work, Hovudtype, [avvik.hovudtype]),
        "underkategori": _in_force(work, Underkategori, [avvik.underkategori]),
        "art": _in_force(work, Art, [avvik.art]),
        "alvor": [(str(niva), f"{niva} {words.alvor[niva].label}") for niva in sorted(words.alvor)],
        "arsak": _in_force(work, Arsak),
        "utfall": _in_force(work, Utfall),
    }


_STAFF: Final = (
    select(Person)
    .join(PersonEining, PersonEining.person_id == Person.id)
    .where(PersonEining.eining_id == bindparam("unit"), Person.deaktivert.is_(False))
    .order_by(Person.namn)
    .limit(MOST_PEOPLE)
)


def _owners(work: Work, eining: Eining, handlers: Iterable[Person]) -> list[Person]:
    """Who may own a measure: the unit's people, and those who may handle the case."""
    staff = work.db.scalars(_STAFF, {"unit": eining.id})
    people = {person.id: person for person in (*handlers, work.me)}
    people.update({person.id: person for person in staff if person.is_employed(work.today)})
    return sorted(people.values(), key=lambda person: person.namn)


def _numbers(people: Iterable[Person]) -> Par:
    return [(person.ansattnr, person.namn) for person in people]


def _measures(work: Work, sak: Sak) -> Par:
    """Measures that are not settled, that she sees, and that do not serve the case yet."""
    have = {row.id for row, _owner in sak.tiltak}
    rows = asked.rows(work, _unsettled, MOST_MEASURES + len(have))
    return [(str(row.id), row.tittel) for row in rows if row.id not in have][:MOST_MEASURES]


def _unsettled(work: Work, most: int) -> Select[int, str]:
    found = select(Tiltak.id, Tiltak.tittel).where(visible(work), Tiltak.status.in_(UNSETTLED))
    return found.order_by(Tiltak.id.desc()).limit(most)


def _units(work: Work) -> Select[*tuple[Any, ...]]:
    """The units that are active today."""
    active = or_(Eining.gjeld_til.is_(None), Eining.gjeld_til >= work.today)
    return select(Eining.kode, Eining.namn).where(Eining.gjeld_fra <= work.today, active).order_by(Eining.sti)


def for_steps(work: Work, sak: Sak, words: Ordliste, steps: Collection[Steg]) -> dict[str, object]:
    """The choices of the open steps, by the names the template uses."""
    duties = live(work.db, Meldeplikt, work.today) if Steg.MELDEPLIKT in steps else []
    handlers = handlers_for(work, sak.eining) if {Steg.TILDEL, Steg.TILTAK} & set(steps) else []
    return {
        "val": choices(work, sak.avvik, words) if Steg.KLASSIFISER in steps else {},
        "plikter": [(row.kode, f"{row.text('styresmakt')}: {row.label}") for row in duties],
        "einingar": asked.rows(work, _units) if Steg.SEND_VIDARE in steps else [],
        "handterarar": _numbers(handlers) if Steg.TILDEL in steps else [],
        "eigarar": _numbers(_owners(work, sak.eining, handlers)) if Steg.TILTAK in steps else [],
        "andre_tiltak": _measures(work, sak) if Steg.TILTAK in steps else [],
    }
