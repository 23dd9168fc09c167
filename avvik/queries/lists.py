"""Lists of cases: composable Selects within what a person may see, paged by key, never by offset."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, not_, or_, select

from avvik.models import Avvik, AvvikMeldeplikt, AvvikTiltak, AvvikUtfall
from avvik.queries.access import by_role, mine, visible
from avvik.queries.prosedyre import tied_to
from avvik.rules import ENDED, GREEN, OPEN
from kjerne.access import Right
from kjerne.clock import end_of_day, from_oslo
from kjerne.models import Eining
from kjerne.work import Work

PROMISE_WINDOW = timedelta(days=90)
ROW = (
    Avvik.id,
    Avvik.aar,
    Avvik.lopenr,
    Avvik.hovudtype,
    Avvik.underkategori,
    Avvik.alvor,
    Avvik.alvor_mogleg,
    Avvik.status,
    Avvik.meldt,
    Avvik.frist_svar,
    Avvik.frist_lukking,
    Avvik.forste_svar_tid,
    Avvik.sakshandsamar_id,
    Avvik.serie_tal,
    Avvik.ventar_meldar,
    Eining.namn.label("eining"),
    Eining.kode.label("eining_kode"),
)


class Lister(StrEnum):
    """The ready lists."""

    VENTAR = "ventar"
    OPNE = "opne"
    OVER_FRIST = "over-frist"
    MINE = "mine"
    ALLE = "alle"


@dataclass(frozen=True)
class Innsnevring:
    """What a list is narrowed to; empty fields do not narrow.

    `eining` is a unit's code, its subtree included; `fra` and `til` are the first and last day of filing, in Oslo.
    """

    eining: str = ""
    hovudtype: str = ""
    underkategori: str = ""
    art: str = ""
    alvor: int | None = None
    status: str = ""
    utfall: str = ""
    fra: date | None = None
    til: date | None = None
    prosedyre: int | None = None

    def conditions(self, work: Work) -> list[ColumnElement[bool]]:
        """The conditions, to be laid on top of what the person may see."""
        columns = {
            Avvik.hovudtype: self.hovudtype,
            Avvik.underkategori: self.underkategori,
            Avvik.art: self.art,
            Avvik.status: self.status,
        }
        found: list[ColumnElement[bool]] = [column == value for column, value in columns.items() if value]
        if self.eining:
            top = select(Eining.sti).where(Eining.kode == self.eining).scalar_subquery()
            found.append(Avvik.eining_id.in_(select(Eining.id).where(Eining.sti.startswith(top))))
        if self.alvor is not None:
            found.append(Avvik.alvor == self.alvor)
        if self.fra is not None:
            found.append(Avvik.meldt >= from_oslo(datetime.combine(self.fra, time())))
        if self.til is not None:
            found.append(Avvik.meldt <= end_of_day(self.til))
        if self.utfall:
            found.append(_led_to(work, self.utfall))
        if self.prosedyre is not None:
            found.append(tied_to(work, self.prosedyre))
        return found

    def named(self) -> dict[str, str]:
        """The fields that narrow, as an address and a saved filter hold them."""
        return {name: str(value) for name, value in vars(self).items() if value}


NOTHING = Innsnevring()


def _led_to(work: Work, utfall: str) -> ColumnElement[bool]:
    """Cases with an outcome. Her own reporter learns it when the case is ended, not while the handler is choosing."""
    chosen = Avvik.id.in_(select(AvvikUtfall.avvik_id).where(AvvikUtfall.utfall == utfall))
    return and_(chosen, or_(by_role(work), Avvik.status.in_([status.value for status in ENDED])))


def condition(work: Work, liste: Lister) -> ColumnElement[bool]:
    """The condition of a ready list, always within `visible`."""
    is_open = Avvik.status.in_([status.value for status in OPEN])
    conditions: dict[Lister, ColumnElement[bool]] = {
        Lister.VENTAR: and_(Avvik.sakshandsamar_id == work.me.id, is_open, not_(Avvik.ventar_meldar)),
        Lister.OPNE: is_open,
        Lister.OVER_FRIST: and_(is_open, Avvik.frist_lukking < work.today),
        Lister.MINE: mine(work),
        Lister.ALLE: Avvik.id > 0,
    }
    return and_(visible(work), conditions[liste])


def list_query(
    work: Work, liste: Lister, *, before: int | None = None, limit: int = 25, innsnevring: Innsnevring = NOTHING
) -> Select[*tuple[Any, ...]]:
    """Rows of a ready list, newest first; one row more than `limit` tells whether there is a next page."""
    query = select(*ROW).join(Eining, Eining.id == Avvik.eining_id).where(condition(work, liste), *innsnevring.conditions(work))
    if before is not None:
        query = query.where(Avvik.id < before)
    return query.order_by(Avvik.id.desc()).limit(limit + 1)


def green_query(work: Work, limit: int = 50) -> Select[Avvik, str]:
    """Cases that wait for me, of severity 1-2, without measures and without an open duty, filed by others: closed many at once."""
    measures = select(AvvikTiltak.avvik_id).where(AvvikTiltak.avvik_id == Avvik.id)
    duties = select(AvvikMeldeplikt.id).where(AvvikMeldeplikt.avvik_id == Avvik.id, AvvikMeldeplikt.status == "open")
    return (
        select(Avvik, Eining.namn)
        .join(Eining, Eining.id == Avvik.eining_id)
        .where(
            condition(work, Lister.VENTAR),
            Avvik.alvor <= GREEN,
            not_(measures.exists()),
            not_(duties.exists()),
            not_(mine(work)),
        )
        .order_by(Avvik.id)
        .limit(limit)
    )


def has_green(work: Work) -> bool:
    """Whether there is anything to close many at once."""
    return work.db.execute(green_query(work, 1)).first() is not None


def open_count(work: Work, liste: Lister, cap: int = 100) -> int:
    """How many cases a list holds, counted no further than `cap`: the same rows as the list, so badge and list agree."""
    inner = select(Avvik.id).where(condition(work, liste)).limit(cap).subquery()
    return work.db.scalar(select(func.count()).select_from(inner)) or 0


@dataclass(frozen=True)
class Lofte:
    """How a unit keeps the promise: answered in time out of those due."""

    eining: str
    halde: int
    rekna: int


def kept_promises(work: Work) -> list[Lofte]:
    """The promise by unit, for the units whose numbers this person sees; units with nothing due are left out. One query."""
    rows = work.db.execute(
        select(Eining.sti, Eining.namn, Avvik.frist_svar, Avvik.forste_svar_tid)
        .join(Eining, Eining.id == Avvik.eining_id)
        .where(Avvik.eining_id.in_(work.units(Right.AVVIK_TAL)), *_due_since(work))
        .order_by(Eining.sti)
    )
    counts: dict[str, list[int]] = {}
    names: dict[str, str] = {}
    for sti, namn, due, at in rows:
        names[sti] = namn
        count = counts.setdefault(sti, [0, 0])
        count[0] += at is not None and at <= end_of_day(due)
        count[1] += 1
    return [Lofte(names[sti], kept, due) for sti, (kept, due) in counts.items()]


def _due_since(work: Work) -> tuple[ColumnElement[bool], ...]:
    answered = Avvik.forste_svar_tid.is_not(None)
    return (
        Avvik.sensitiv_gruppe == "",
        Avvik.meldt >= work.now - PROMISE_WINDOW,
        answered | (Avvik.frist_svar < work.today),
    )


def kept_promise(work: Work, eining_id: int) -> tuple[int, int]:
    """(answered in time, due) for a unit's cases of the last 90 days whose first answer was due or given."""
    rows = work.db.execute(
        select(Avvik.frist_svar, Avvik.forste_svar_tid).where(Avvik.eining_id == eining_id, *_due_since(work))
    ).all()
    kept = sum(1 for due, at in rows if at is not None and at <= end_of_day(due))
    return kept, len(rows)
