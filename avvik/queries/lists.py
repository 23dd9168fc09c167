"""Lists of cases: composable Selects within what a person may see, paged by key, never by offset."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, and_, func, not_, select

from avvik.models import Avvik
from avvik.queries.access import mine, visible
from avvik.rules import OPEN
from kjerne.clock import end_of_day
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
class Listefilter:
    """What a list is narrowed to; empty fields do not narrow. `before` is the id a page continues below."""

    liste: Lister = Lister.ALLE
    before: int | None = None


def condition(work: Work, liste: Lister) -> Any:
    """The condition of a ready list, always within `visible`."""
    is_open = Avvik.status.in_([status.value for status in OPEN])
    conditions: dict[Lister, Any] = {
        Lister.VENTAR: and_(Avvik.sakshandsamar_id == work.me.id, is_open, not_(Avvik.ventar_meldar)),
        Lister.OPNE: is_open,
        Lister.OVER_FRIST: and_(is_open, Avvik.frist_lukking < work.today),
        Lister.MINE: mine(work),
        Lister.ALLE: Avvik.id > 0,
    }
    return and_(visible(work), conditions[liste])


def list_query(work: Work, liste: Lister, *, before: int | None = None, limit: int = 25) -> Select[*tuple[Any, ...]]:
    """Rows of a ready list, newest first; one row more than `limit` tells whether there is a next page."""
    query = select(*ROW).join(Eining, Eining.id == Avvik.eining_id).where(condition(work, liste))
    if before is not None:
        query = query.where(Avvik.id < before)
    return query.order_by(Avvik.id.desc()).limit(limit + 1)


def open_count(work: Work, liste: Lister, cap: int = 100) -> int:
    """How many cases a list holds, counted no further than `cap`: the same rows as the list, so badge and list agree."""
    inner = select(Avvik.id).where(condition(work, liste)).limit(cap).subquery()
    return work.db.scalar(select(func.count()).select_from(inner)) or 0


def kept_promise(work: Work, eining_id: int) -> tuple[int, int]:
    """(answered in time, due) for a unit's cases of the last 90 days whose first answer was due or given."""
    since = work.now - PROMISE_WINDOW
    answered = Avvik.forste_svar_tid.is_not(None)
    rows = work.db.execute(
        select(Avvik.frist_svar, Avvik.forste_svar_tid).where(
            Avvik.eining_id == eining_id,
            Avvik.sensitiv_gruppe == "",
            Avvik.meldt >= since,
            answered | (Avvik.frist_svar < work.today),
        )
    ).all()
    kept = sum(1 for due, at in rows if at is not None and at <= end_of_day(due))
    return kept, len(rows)
