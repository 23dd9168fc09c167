"""Lists of cases: composable Selects within what a person may see, paged by key, never by offset."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, func, not_, or_, select

from avvik.models import Avvik, AvvikMeldeplikt, AvvikTiltak, AvvikUtfall
from avvik.queries.access import Grunn, by_role, mine, mine_reasons, not_about_her, reasons, seen, visible
from avvik.queries.nyaste import newest
from avvik.queries.prosedyre import tied_to
from avvik.rules import ENDED, GREEN, Status
from kjerne import asked
from kjerne.clock import end_of_day, from_oslo
from kjerne.db import at_most
from kjerne.katalog import Art, by_code
from kjerne.models import Eining
from kjerne.work import Work

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
    Avvik.duplikat_av_id,
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

    `eining` is a unit's code, its subtree included; `fra` and `til` are the first and last day of filing, in Oslo;
    `tel` is "avvik": only what the numbers count as a deviation (docs/tal.md).
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
    tel: str = ""

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
        if self.tel:
            counted = [code for code, row in by_code(work.db, Art, work.today).items() if row.tel_som_avvik]
            found += [Avvik.art.in_(counted), Avvik.status != Status.AVVIST.value]
        return found

    def named(self) -> dict[str, str]:
        """The fields that narrow, as an address and a saved filter hold them."""
        return {name: str(value) for name, value in vars(self).items() if value}


NOTHING = Innsnevring()


def _led_to(work: Work, utfall: str) -> ColumnElement[bool]:
    """Cases with an outcome. Her own reporter learns it when the case is ended, not while the handler is choosing."""
    chosen = Avvik.id.in_(select(AvvikUtfall.avvik_id).where(AvvikUtfall.utfall == utfall))
    return and_(chosen, or_(by_role(work), Avvik.status.in_([status.value for status in ENDED])))


#: Open is what has no end: the databases keep an index of those alone.
IS_OPEN: Final = Avvik.lukka_tid.is_(None)


def _kind(work: Work, liste: Lister) -> ColumnElement[bool]:
    """What makes a case one of a ready list, besides that she sees it."""
    conditions: dict[Lister, ColumnElement[bool]] = {
        Lister.VENTAR: and_(IS_OPEN, not_(Avvik.ventar_meldar)),
        Lister.OPNE: IS_OPEN,
        Lister.OVER_FRIST: and_(IS_OPEN, Avvik.frist_lukking < work.today, Avvik.status != Status.VENTAR_EFFEKT.value),
        Lister.MINE: Avvik.id > 0,
        Lister.ALLE: Avvik.id > 0,
    }
    return conditions[liste]


def _waits(work: Work) -> Grunn:
    return Grunn(Avvik.sakshandsamar_id == work.me.id)


def condition(work: Work, liste: Lister) -> ColumnElement[bool]:
    """The condition of a ready list, always within `visible`: for those who read all its rows, such as an export."""
    own = {Lister.VENTAR: _waits(work).condition, Lister.MINE: mine(work)}
    return and_(visible(work), *(own[name] for name in own if name is liste), _kind(work, liste))


def _ids(
    work: Work, liste: Lister, conditions: Sequence[ColumnElement[bool]], limit: int, *, counted: bool = False
) -> CompoundSelect[Any]:
    """The ids of a ready list, newest first (any of them when only counted), found by the reasons she has to see them."""
    kind = _kind(work, liste)
    if liste is Lister.VENTAR:
        return newest([_waits(work)], [kind, seen(work), *conditions], limit, counted=counted)
    if liste is Lister.MINE:
        return newest(mine_reasons(work), [kind, seen(work), *conditions], limit, counted=counted)
    return newest(reasons(work), [kind, not_about_her(work), *conditions], limit, counted=counted)


def list_query(
    work: Work, liste: Lister, before: int | None = None, limit: int = 25, innsnevring: Innsnevring = NOTHING
) -> Select[*tuple[Any, ...]]:
    """Rows of a ready list, newest first; one row more than `limit` tells whether there is a next page."""
    conditions = innsnevring.conditions(work)
    if before is not None:
        conditions.append(Avvik.id < before)
    found = _ids(work, liste, conditions, limit + 1).subquery()
    joined = select(*ROW).select_from(found).join(Avvik, Avvik.id == found.c.id).join(Eining, Eining.id == Avvik.eining_id)
    return joined.order_by(Avvik.id.desc()).limit(at_most(limit + 1))


def green_query(work: Work, limit: int = 50) -> Select[Avvik, str]:
    """Cases that wait for me, of severity 1-2, without measures and without an open duty, filed by others: closed many at once."""
    measures = select(AvvikTiltak.avvik_id).where(AvvikTiltak.avvik_id == Avvik.id)
    duties = select(AvvikMeldeplikt.id).where(AvvikMeldeplikt.avvik_id == Avvik.id, AvvikMeldeplikt.status == "open")
    return (
        select(Avvik, Eining.namn)
        .join(Eining, Eining.id == Avvik.eining_id)
        .where(
            _waits(work).condition,
            _kind(work, Lister.VENTAR),
            seen(work),
            Avvik.alvor <= GREEN,
            not_(measures.exists()),
            not_(duties.exists()),
            not_(mine(work)),
        )
        .order_by(Avvik.id)
        .limit(at_most(limit))
    )


def _any_green(work: Work) -> Select[bool]:
    return select(green_query(work, 1).with_only_columns(Avvik.id).order_by(None).exists())


def asks_green() -> list[asked.Asking]:
    """What `has_green` asks."""
    return [(_any_green,)]


def has_green(work: Work) -> bool:
    """Whether there is anything to close many at once."""
    return bool(asked.value(work, _any_green))


def open_count(work: Work, liste: Lister, cap: int = 100) -> int:
    """How many cases a list holds, counted no further than `cap`: the same rows as the list, so badge and list agree."""
    return open_counts(work, [liste], cap)[liste]


def _count(work: Work, liste: Lister, cap: int) -> Select[int]:
    return select(func.count()).select_from(_ids(work, liste, (), cap, counted=True).subquery())


def asks_counts(_work: Work, lists: Sequence[Lister], cap: int = 100) -> list[asked.Asking]:
    """What `open_counts` asks, for those who ask it together with something else (`asked.ahead`)."""
    return [(_count, one, cap) for one in lists]


def open_counts(work: Work, lists: Sequence[Lister], cap: int = 100) -> dict[Lister, int]:
    """The same for several lists in one query; what was counted on this page already is not counted again."""
    asked.ahead(work, *asks_counts(work, lists, cap))
    return {liste: min(asked.value(work, _count, liste, cap), cap) for liste in lists}
