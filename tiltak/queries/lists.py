"""The list of measures in its kept order, and its counts.

The order is a column (`tiltak.rang`), and each unit's first rows are read from an index of its own: a page costs the same
with two hundred or two hundred thousand measures.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, false, func, literal_column, or_, select, union_all

from kjerne import asked
from kjerne.access import Right
from kjerne.db import at_most
from kjerne.models import Eining, Person
from kjerne.work import Work
from tiltak.models import Tiltak
from tiltak.queries.access import visible
from tiltak.rules import OPEN, SETTLED, Kjelde, Status, Utval

PAGE = 50
#: A tab says "99+" from here on: counting further would cost by the row.
COUNT_MAX = 100
#: SQLite takes 500 parts in one compound question.
_PARTS = 200
#: With fewer places than this each is read to the list's length at once; no place gives fewer rows than this.
_FEW = 8


class Row(NamedTuple):
    """One line of the list, in one query with its names. `risk`: whether she may see more than title and deadline."""

    tiltak: Tiltak
    ansvarleg: str
    eining: str


@dataclass(frozen=True)
class Filter:
    """What the list is narrowed to; None: not narrowed. `eining_id` includes the subtree."""

    status: Status | None = None
    eining_id: int | None = None
    ansvarleg_id: int | None = None
    kjelde: Kjelde | None = None

    def named(self) -> dict[str, Any]:
        """The fields that narrow, as an address holds them."""
        pairs = {"status": self.status, "eining": self.eining_id, "ansvarleg": self.ansvarleg_id, "kjelde": self.kjelde}
        return {name: value for name, value in pairs.items() if value is not None}


class Cursor(NamedTuple):
    """The last line of the page before: its place and its number."""

    rang: int
    id: int


def subtree(work: Work, eining_id: int) -> frozenset[int]:
    """A unit and all below it."""
    top = select(Eining.sti).where(Eining.id == eining_id).scalar_subquery()
    return frozenset(work.db.scalars(select(Eining.id).where(Eining.sti.startswith(top))))


def conditions(work: Work, narrow: Filter, units: frozenset[int] | None) -> list[ColumnElement[bool]]:
    """What the filter asks of a row. Where a shielded measure came from is asked only of those who may know it."""
    parts: list[ColumnElement[bool]] = []
    if narrow.status is not None:
        parts.append(Tiltak.status == narrow.status.value)
    if narrow.ansvarleg_id is not None:
        parts.append(Tiltak.ansvarleg_id == narrow.ansvarleg_id)
    if narrow.kjelde is not None:
        parts.append(and_(Tiltak.kjelde == narrow.kjelde.value, or_(Tiltak.skjerma.is_(False), Tiltak.laga_av_id == work.me.id)))
    if units is not None:
        parts.append(Tiltak.eining_id.in_(units))
    return parts


def chosen(work: Work, utval: Utval) -> ColumnElement[bool]:
    """The rows of one tab, whoever owns them."""
    tabs: dict[Utval, ColumnElement[bool]] = {
        Utval.OPNE: Tiltak.avslutta.is_(False),
        Utval.MINE: and_(Tiltak.avslutta.is_(False), Tiltak.ansvarleg_id == work.me.id),
        Utval.VENTAR: waits(work),
        Utval.OVER: and_(Tiltak.avslutta.is_(False), Tiltak.status.in_(OPEN), Tiltak.frist < work.today),
        Utval.AVSLUTTA: Tiltak.avslutta.is_(True),
        Utval.ALLE: Tiltak.id.is_not(None),
    }
    return tabs[utval]


def waits(work: Work) -> ColumnElement[bool]:
    """What this person must do something with: her own that are open or due for judging, and what she may accept."""
    me = work.me.id
    return or_(
        and_(Tiltak.ansvarleg_id == me, _own_waits(work)),
        and_(
            Tiltak.ansvarleg_id != me,
            Tiltak.status == Status.VENTAR_GODKJENNING,
            or_(
                and_(Tiltak.eining_id.in_(work.units(Right.TILTAK_SKRIV)), Tiltak.skjerma.is_(False)),
                and_(Tiltak.laga_av_id == me, Tiltak.skjerma.is_(True)),
            ),
        ),
    )


def _own_waits(work: Work) -> ColumnElement[bool]:
    return or_(*_own_kinds(work))


def _own_kinds(work: Work) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """The two ways her own wait for her, no row in both."""
    return Tiltak.status.in_(OPEN), and_(Tiltak.status == Status.UTFORT, Tiltak.effekt_frist <= work.today)


def _places(work: Work, utval: Utval, narrow: Filter, units: frozenset[int] | None) -> list[list[ColumnElement[bool]]]:
    """Where rows are looked for: each place is the head of an index, so that its first rows need no sorting.

    Her own, those she follows up, and unit by unit those that are not shielded.
    """
    me = work.me.id
    asked = conditions(work, narrow, None)
    inside = [] if units is None else [Tiltak.eining_id.in_(units)]
    own: list[ColumnElement[bool]] = [Tiltak.ansvarleg_id == me, *inside, *asked]
    if utval is Utval.MINE or narrow.ansvarleg_id == me:
        return [[*own, *state] for state in _states(work, utval, narrow)]
    if narrow.ansvarleg_id is not None:
        return [[visible(work), *inside, *asked, *state] for state in _states(work, utval, narrow)]
    follows = [Tiltak.laga_av_id == me, Tiltak.ansvarleg_id != me, *inside, *asked]
    right = Right.TILTAK_SKRIV if utval is Utval.VENTAR else Right.TILTAK_LES
    readable = work.units(right) if units is None else work.units(right) & units
    free = [Tiltak.skjerma.is_(False), Tiltak.ansvarleg_id != me, Tiltak.laga_av_id != me, *asked]
    if utval is Utval.VENTAR:
        waiting = Tiltak.status == Status.VENTAR_GODKJENNING.value
        here = [[Tiltak.eining_id == unit, waiting, *free] for unit in sorted(readable)]
        return [[*own, _own_waits(work)], [*follows, waits(work)], *here]
    whole = [own, follows, *([Tiltak.eining_id == unit, *free] for unit in sorted(readable))]
    return [[*place, *state] for place in whole for state in _states(work, utval, narrow)]


def _states(work: Work, utval: Utval, narrow: Filter) -> list[list[ColumnElement[bool]]]:
    """What a tab asks of the state, so that an index answers it: settled or not, or the one state narrowed to."""
    halves = (False, True) if utval is Utval.ALLE else (utval is Utval.AVSLUTTA,)
    late = [Tiltak.status.in_(OPEN), Tiltak.frist < work.today] if utval is Utval.OVER else []
    if utval is Utval.VENTAR:
        return [[waits(work)]]
    if narrow.status is not None:
        return [late] if (narrow.status in SETTLED) in halves else [[false()]]
    return [[Tiltak.avslutta.is_(half), *late] for half in halves]


def heads(work: Work, utval: Utval, narrow: Filter, share: int, after: Cursor | None = None) -> Select[int, int, int]:
    """The first `share` rows of each place rows are looked for in: (place, number, rang). `after`: where the page before ended."""
    units = None if narrow.eining_id is None else subtree(work, narrow.eining_id)
    every = _places(work, utval, narrow, units)
    return _united([_head(n, place, after, None, share) for n, place in enumerate(every)])


def _head(plass: int, place: Sequence[ColumnElement[bool]], after: Cursor | None, until: int | None, share: int) -> Select[Any]:
    """The first rows of one place, after a row and with no greater rang than `until`."""
    parts = [*place]
    if after is not None:
        parts.append(Tiltak.rang >= after.rang)
        parts.append(or_(Tiltak.rang > after.rang, and_(Tiltak.rang == after.rang, Tiltak.id > after.id)))
    if until is not None:
        parts.append(Tiltak.rang <= until)
    number: ColumnElement[int] = literal_column(str(plass)).label("plass")
    head = select(number, Tiltak.id, Tiltak.rang).where(*parts).order_by(Tiltak.rang, Tiltak.id).limit(at_most(share)).subquery()
    return select(head.c.plass, head.c.id, head.c.rang)


def _united(parts: Sequence[Select[Any]]) -> Select[int, int, int]:
    bundles = [union_all(*parts[start : start + _PARTS]).subquery() for start in range(0, len(parts), _PARTS)]
    whole = union_all(*(select(one.c.plass, one.c.id, one.c.rang) for one in bundles)).subquery()
    return select(whole.c.plass, whole.c.id, whole.c.rang)


def first_ids(work: Work, utval: Utval, narrow: Filter, after: Cursor | None = None, limit: int = PAGE + 1) -> list[int]:
    """Numbers of the list's first rows in their kept order, in at most two questions.

    Each place gives a few rows first. What they show bounds how far the list goes; only places that were cut short before that
    are asked for the rest. So the rows read follow the list's length, not that times the number of units.
    """
    few = utval is Utval.MINE or narrow.ansvarleg_id is not None or len(work.units(Right.TILTAK_LES)) < _FEW
    share = limit if few else max(2 * limit // len(work.units(Right.TILTAK_LES)), _FEW)
    if narrow.eining_id is None and after is None:
        found = asked.rows(work, heads, utval, narrow, share)
    else:
        found = list(work.db.execute(heads(work, utval, narrow, share, after)))
    keys = sorted(Cursor(row.rang, row.id) for row in found)
    held = Counter(row.plass for row in found)
    last: dict[int, Cursor] = {}
    for row in found:
        last[row.plass] = max(last.get(row.plass, Cursor(row.rang, row.id)), Cursor(row.rang, row.id))
    bound = keys[limit - 1] if len(keys) >= limit else None
    cut = [plass for plass, count in held.items() if count == share < limit and (bound is None or last[plass] < bound)]
    if cut:
        units = None if narrow.eining_id is None else subtree(work, narrow.eining_id)
        every = _places(work, utval, narrow, units)
        until = bound.rang if bound else None
        rest = work.db.execute(_united([_head(plass, every[plass], last[plass], until, limit) for plass in cut]))
        keys = sorted([*keys, *(Cursor(row.rang, row.id) for row in rest)])
    return [key.id for key in keys[:limit]]


def listing(work: Work, utval: Utval, narrow: Filter, after: Cursor | None = None, limit: int = PAGE + 1) -> list[Row]:
    """The list's first rows in their kept order, with names. At most three questions: which ones, then those by their numbers."""
    ids = first_ids(work, utval, narrow, after, limit)
    if not ids:
        return []
    rows = work.db.execute(
        select(Tiltak, Person.namn, Eining.namn)
        .join(Person, Person.id == Tiltak.ansvarleg_id)
        .join(Eining, Eining.id == Tiltak.eining_id)
        .where(Tiltak.id.in_(ids))
    )
    by_id = {row[0].id: Row(*row) for row in rows}
    return [by_id[id_] for id_ in ids]


def _capped(*where: ColumnElement[bool]) -> Any:
    return select(func.count()).select_from(select(Tiltak.id).where(*where).limit(at_most(COUNT_MAX)).subquery()).scalar_subquery()


def counts(work: Work, narrow: Filter) -> dict[Utval, int]:
    """How many each tab holds, up to `COUNT_MAX`. One query, each part of it from an index and cut short.

    Nothing when narrowed by source or state: what is rare there would be looked for through everything.
    """
    if narrow.kjelde is not None or narrow.status is not None:
        return {}
    me = work.me.id
    units = None if narrow.eining_id is None else subtree(work, narrow.eining_id)
    asked = conditions(work, narrow, units)
    readable = work.units(Right.TILTAK_LES)
    sums = []
    for utval in Utval:
        wanted = [chosen(work, utval), *asked]
        total = _capped(Tiltak.ansvarleg_id == me, *wanted)
        if utval is not Utval.MINE:
            total = total + _capped(Tiltak.laga_av_id == me, Tiltak.ansvarleg_id != me, *wanted)
            others = [Tiltak.skjerma.is_(False), Tiltak.ansvarleg_id != me, Tiltak.laga_av_id != me, *wanted]
            if utval is Utval.VENTAR:
                others.append(Tiltak.status == Status.VENTAR_GODKJENNING.value)
            total = total + _capped(Tiltak.eining_id.in_(readable), *others)
        sums.append(total)
    row = work.db.execute(select(*sums)).one()
    return {utval: min(int(count), COUNT_MAX) for utval, count in zip(Utval, row, strict=True)}


def _waiting(work: Work) -> Select[int]:
    me = work.me.id
    waiting = (Tiltak.status == Status.VENTAR_GODKJENNING.value, Tiltak.ansvarleg_id != me)
    open_, due = _own_kinds(work)  # each by itself: of both in one condition PostgreSQL reads all before it takes a hundred
    return select(
        _capped(Tiltak.ansvarleg_id == me, open_)
        + _capped(Tiltak.ansvarleg_id == me, due)
        + _capped(Tiltak.eining_id.in_(work.units(Right.TILTAK_SKRIV)), Tiltak.skjerma.is_(False), *waiting)
        + _capped(Tiltak.laga_av_id == me, Tiltak.skjerma.is_(True), *waiting)
    )


def asks_waiting(_work: Work) -> list[asked.Asking]:
    """What `waiting_count` asks, to be asked together with other things (`asked.ahead`)."""
    return [(_waiting,)]


def waiting_count(work: Work) -> int:
    """How many measures wait for this person, up to `COUNT_MAX`: the number on the menu, as in the tab."""
    return min(int(asked.value(work, _waiting) or 0), COUNT_MAX)
