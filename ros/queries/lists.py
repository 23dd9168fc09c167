"""The list of analyses, what waits for a person, and what the clock must remind of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from kjerne.access import Right
from kjerne.models import Eining
from kjerne.work import Work
from ros.models import RosAnalyse, RosEining, RosRad
from ros.queries.access import visible
from ros.rules import LIVE, Slag, Status
from tiltak.rules import Farge

PAGE = 50
LETTER_AFTER = timedelta(days=7)


class Filter(NamedTuple):
    """What the list is narrowed to; None: not narrowed; a unit with its subtree. `ventar`: only what waits for this person."""

    status: Status | None = None
    slag: Slag | None = None
    eining_id: int | None = None
    ventar: bool = False


@dataclass(frozen=True)
class Line:
    """A line of the list, with how many rows stand in each colour after measures."""

    analyse: RosAnalyse
    eining: str
    rader: int
    raude: int
    gule: int
    grone: int


def waits(work: Work) -> ColumnElement[bool]:
    """What this person must do something with: approve, or look at again because the day has come."""
    return or_(
        and_(RosAnalyse.status == Status.TIL_GODKJENNING, RosAnalyse.eining_id.in_(work.units(Right.ROS_GODKJENN))),
        and_(_due(work.today), RosAnalyse.eining_id.in_(work.units(Right.ROS_SKRIV))),
    )


def _due(today: date) -> ColumnElement[bool]:
    return and_(RosAnalyse.status == Status.GODKJEND, RosAnalyse.neste_revisjon <= today)


def _narrowed(work: Work, narrow: Filter) -> list[ColumnElement[bool]]:
    parts = [visible(work)]
    parts.append(RosAnalyse.status == narrow.status if narrow.status is not None else RosAnalyse.status.in_(LIVE))
    if narrow.slag is not None:
        parts.append(RosAnalyse.slag == narrow.slag)
    if narrow.eining_id is not None:
        top = select(Eining.sti).where(Eining.id == narrow.eining_id).scalar_subquery()
        below = select(Eining.id).where(Eining.sti.startswith(top))
        parts.append(RosAnalyse.id.in_(select(RosEining.analyse_id).where(RosEining.eining_id.in_(below))))
    if narrow.ventar:
        parts.append(waits(work))
    return parts


def listing(work: Work, narrow: Filter, before: int | None, limit: int) -> list[Line]:
    """The newest first, from the one before `before` on. Two queries."""
    query = (
        select(RosAnalyse, Eining.namn)
        .join(Eining, Eining.id == RosAnalyse.eining_id)
        .where(*_narrowed(work, narrow))
        .order_by(RosAnalyse.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(RosAnalyse.id < before)
    rows = work.db.execute(query).all()
    tally = _tally(work, [analyse.id for analyse, _namn in rows])
    return [Line(analyse, namn, *tally.get(analyse.id, (0, 0, 0, 0))) for analyse, namn in rows]


def _tally(work: Work, shown: list[int]) -> dict[int, tuple[int, int, int, int]]:
    """Rows by colour after measures, for the analyses of one page."""
    now = func.coalesce(RosRad.rest_farge, RosRad.farge)
    counted = [func.sum(case((now == colour, 1), else_=0)) for colour in (Farge.RAUD, Farge.GUL, Farge.GRON)]
    rows = work.db.execute(
        select(RosRad.analyse_id, func.count(), *counted)
        .where(RosRad.analyse_id.in_(shown), RosRad.fjerna.is_(False))
        .group_by(RosRad.analyse_id)
    )
    return {row[0]: (int(row[1]), int(row[2]), int(row[3]), int(row[4])) for row in rows}


def _held(work: Work, right: Right) -> ColumnElement[bool]:
    """Analyses whose own unit she holds a right on and may read: an analysis covers its own unit, so it is visible to her."""
    return RosAnalyse.eining_id.in_(work.units(right) & work.units(Right.ROS_LES))


def approving_count(work: Work) -> int:
    """How many analyses wait for this person's approval."""
    waiting = select(func.count()).where(RosAnalyse.status == Status.TIL_GODKJENNING, _held(work, Right.ROS_GODKJENN))
    return work.db.scalar(waiting) or 0


def revising_count(work: Work) -> int:
    """How many approved analyses this person shall look at again now."""
    return work.db.scalar(select(func.count()).where(_due(work.today), _held(work, Right.ROS_SKRIV))) or 0


def units(work: Work, right: Right) -> Sequence[Eining]:
    """The units in force today where a right is held, in the tree's order."""
    today = work.today
    return work.db.scalars(
        select(Eining)
        .where(
            Eining.id.in_(work.units(right)),
            Eining.gjeld_fra <= today,
            or_(Eining.gjeld_til.is_(None), Eining.gjeld_til >= today),
        )
        .order_by(Eining.sti)
    ).all()


def to_copy(work: Work) -> list[tuple[int, str]]:
    """Analyses she may copy from, newest first: title and unit."""
    rows = work.db.execute(
        select(RosAnalyse.id, RosAnalyse.tittel, Eining.namn)
        .join(Eining, Eining.id == RosAnalyse.eining_id)
        .where(visible(work))
        .order_by(RosAnalyse.id.desc())
        .limit(200)
    )
    return [(id_, f"{tittel} · {namn}") for id_, tittel, namn in rows]


def to_revise(today: date, soon: date) -> Select[RosAnalyse]:
    """Approved analyses whose revision comes within so many days, or has passed."""
    return select(RosAnalyse).where(
        RosAnalyse.status == Status.GODKJEND,
        RosAnalyse.neste_revisjon <= soon,
        RosAnalyse.neste_revisjon >= today - timedelta(days=60),
    )


def to_approve(sent_before: object) -> Select[RosAnalyse]:
    """Analyses that have waited for approval since before a moment."""
    return select(RosAnalyse).where(RosAnalyse.status == Status.TIL_GODKJENNING, RosAnalyse.sendt_tid <= sent_before)
