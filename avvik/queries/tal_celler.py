"""The kept sums of a unit, month by month, with what this person may not see left out. See docs/tal.md.

Units whose cases she reads (`avvik:les` or `avvik:behandle`) count in full. Of the others in her `avvik:tal` only what
`kjerne.smaatal` leaves is known; a sum that holds a hidden cell says "at least".
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from avvik.models import AvvikSum, AvvikTid
from kjerne.access import Right
from kjerne.katalog import Art, by_code
from kjerne.models import Eining
from kjerne.smaatal import Oppdeling, Tre, hide_totals
from kjerne.work import Work

#: Key of a cell: population, breakdown ("" for the total), kind, node, month.
Key = tuple[str, str, str, int, int]
AVVIK, HENDING, ENDRA, OPEN, SVAR, AVVIST = "avvik", "hending", "endra", "open", "svar", "avvist"
TYPE, ALVOR, ART, TID = "type", "alvor", "art", "tid"
I_TIDE, SEINT = "i_tide", "seint"


@dataclass(frozen=True)
class Tal:
    """A number. `heil` is False when a part of it is hidden: then it says "at least" `n`, or nothing when `n` is 0."""

    n: int = 0
    heil: bool = True

    def __add__(self, other: "Tal") -> "Tal":
        return Tal(self.n + other.n, self.heil and other.heil)


def total(parts: Iterable[Tal]) -> Tal:
    """The sum of numbers; whole only when all are."""
    found = Tal()
    for part in parts:
        found += part
    return found


@dataclass(frozen=True)
class Omfang:
    """What a person sees numbers of: the unit, its parts in the organisation's order, and which units she reads and which not."""

    eining: Eining
    delar: Sequence[Eining]
    lesne: Mapping[int, Eining]
    andre: Mapping[int, Eining]
    grense: int

    @property
    def heilt(self) -> bool:
        """Whether she reads all of the unit: nothing is hidden then."""
        return not self.andre

    def path(self) -> list[int]:
        """From the top of what she does not read, down to the unit; empty when she reads the unit itself."""
        return [node for node in path_of(self.eining) if node in self.andre]


def path_of(eining: Eining) -> list[int]:
    """The ids from the top down to the unit."""
    return [int(part) for part in eining.sti.split("/") if part]


def scope(work: Work, eining: Eining, units: Mapping[int, Eining], limit: int) -> Omfang:
    """Sort the units: those she reads below `eining`, and those of her numbers she does not read (all, when one lies below)."""
    reads = work.units(Right.AVVIK_LES) | work.units(Right.AVVIK_BEHANDLE)
    below = {key: row for key, row in units.items() if row.sti.startswith(eining.sti)}
    unread = {key: row for key, row in units.items() if key not in reads}
    return Omfang(
        eining=eining,
        delar=[row for row in below.values() if row.overordna_id == eining.id],
        lesne={key: row for key, row in below.items() if key in reads},
        andre=unread if set(unread) & set(below) else {},
        grense=limit,
    )


@dataclass
class Celler:
    """The cells of a unit and its parts. A unit's own cases, beside those of its parts, stand under `-id`."""

    omfang: Omfang
    lesne: Counter[Key] = field(default_factory=Counter)
    andre: Counter[Key] = field(default_factory=Counter)
    skjult: set[Key] = field(default_factory=set)
    dagar: Counter[tuple[str, int, int]] = field(default_factory=Counter)
    _nodes: dict[int, tuple[Counter[Key], Sequence[int]]] = field(default_factory=dict)

    def add(self, unit: int, month: int, count: int, population: str, kinds: Mapping[str, str]) -> None:
        """Put a count on the totals of the unit and those above it, as far as they are needed, and on a breakdown of each."""
        self.add_part(unit, month, count, population, {"": "", **kinds})

    def add_part(self, unit: int, month: int, count: int, population: str, kinds: Mapping[str, str]) -> None:
        """The same of a further breakdown of what the totals hold already."""
        into, nodes = self._places(unit)
        for node in nodes:
            for breakdown, kind in kinds.items():
                into[population, breakdown, kind, node, month] += count

    def _places(self, unit: int) -> tuple[Counter[Key], Sequence[int]]:
        """Where a unit's cases are put, worked out once a unit."""
        if unit not in self._nodes:
            row = self.omfang.lesne.get(unit)
            into, path = (self.lesne, [self.omfang.eining.id]) if row else (self.andre, self.omfang.path())
            self._nodes[unit] = into, nodes_of(row or self.omfang.andre[unit], path)
        return self._nodes[unit]

    def hide(self, kinds: Mapping[tuple[str, str], Sequence[str]], months: Iterable[int], populations: Iterable[str]) -> None:
        """Find what is hidden: for each month and population first the totals, then each breakdown."""
        path = self.omfang.path()
        if not path:
            return
        tree = Tre([path[0]], {node: parts(self.omfang.andre, node) for node in path})
        months = list(months)
        for population in populations:
            nodes = set(tree.down(path[0]))
            for month in months:
                totals = {node: self.andre[population, "", "", node, month] for node in nodes}
                hidden = hide_totals(tree, totals, self.omfang.grense)
                self.skjult |= {(population, "", "", node, month) for node in hidden}
                for (of, breakdown), names in kinds.items():
                    if of == population:
                        values = {(node, kind): self.andre[of, breakdown, kind, node, month] for node in nodes for kind in names}
                        gone = Oppdeling(tree, hidden, values, names, self.omfang.grense).hide()
                        self.skjult |= {(of, breakdown, kind, node, month) for node, kind in gone}

    def tal(self, population: str, months: Iterable[int], node: int | None = None, breakdown: str = "", kind: str = "") -> Tal:
        """The number of a node (the unit itself unless said) over some months. Events are hidden where their cases are."""
        where = self.omfang.eining.id if node is None else node
        found = Tal()
        for month in months:
            hides: Key = (AVVIK if population == HENDING else population, breakdown, kind, where, month)
            key: Key = (population, breakdown, kind, where, month)
            whole = hides not in self.skjult
            found += Tal(self.lesne[key] + (self.andre[key] if whole else 0), whole)
        return found

    def true_count(self, population: str, months: Iterable[int], breakdown: str, kind: str) -> int:
        """The unit's number with nothing hidden: only for a percent that gives no small number back, never to be shown itself."""
        keys: list[Key] = [(population, breakdown, kind, self.omfang.eining.id, month) for month in months]
        return sum(self.lesne[key] + self.andre[key] for key in keys)


def parts(units: Mapping[int, Eining], node: int) -> list[int]:
    """A unit's parts among some units: those right below it and its own cases; none when there is no unit below."""
    below = [row.id for row in units.values() if row.overordna_id == node]
    return [-node, *below] if below else []


def nodes_of(row: Eining, path: Sequence[int]) -> list[int]:
    """The nodes a unit's cases count in: those of the path it lies under, and its part of the last of them."""
    line = path_of(row)
    found = [node for node in path if node in line]
    if found:
        place = line.index(found[-1]) + 1
        found.append(line[place] if place < len(line) else -found[-1])
    return found


@dataclass(frozen=True)
class Utval:
    """What is read: totals and types of the `wanted` months; the other breakdowns and the days of those `shown` alone.

    Where something is hidden, all of it is needed for all months: a hidden cell must not be told from its neighbours.
    `near` is the nature whose share is shown.
    """

    wanted: Sequence[int]
    shown: Sequence[int]
    near: str


def read_cells(work: Work, omfang: Omfang, utval: Utval, arts: Mapping[str, Art] | None = None) -> Celler:
    """Read the cells of the wanted months: seven queries on the kept sums, whatever the number of cases."""
    cells = Celler(omfang)
    arts = arts or by_code(work.db, Art, work.today)
    ids = [*omfang.lesne, *omfang.andre]
    counted = {code for code, row in arts.items() if row.tel_som_avvik}
    _read_sums(work, cells, ids, utval, counted)
    _read_open(work, cells, ids, counted)
    _read_times(work, cells, ids, utval)
    return cells


def _read_sums(work: Work, cells: Celler, ids: Sequence[int], utval: Utval, counted: set[str]) -> None:
    """Four small groupings, each of one breakdown: the databases add up faster than we do, and give back few rows."""
    place = AvvikSum.eining_id, AvvikSum.manad
    whole = cells.omfang.heilt
    here = AvvikSum.eining_id.in_(ids), AvvikSum.saker != 0
    within = (*here, _between(AvvikSum.manad, utval.wanted))
    inside = (*here, _between(AvvikSum.manad, utval.shown if whole else utval.wanted))
    ours = AvvikSum.stand != "avvist", AvvikSum.art.in_(counted)
    arts = AvvikSum.art.in_(counted & {utval.near} if whole else counted)

    def grouped(*by: InstrumentedAttribute[Any], where: Sequence[ColumnElement[bool]]) -> Iterable[Any]:
        sums = func.sum(AvvikSum.saker), func.sum(AvvikSum.hendingar)
        return work.db.execute(select(*place, *by, *sums).where(*where).group_by(*place, *by))

    by_type = grouped(AvvikSum.hovudtype, AvvikSum.endra_praksis, where=(*within, *ours))
    for unit, month, hovudtype, endra, saker, hendingar in by_type:
        cells.add(unit, month, saker, AVVIK, {TYPE: hovudtype})
        cells.add(unit, month, hendingar, HENDING, {})
        if endra:
            cells.add(unit, month, saker, ENDRA, {TYPE: hovudtype})
    for unit, month, alvor, saker, _events in grouped(AvvikSum.alvor, where=(*inside, *ours)):
        cells.add_part(unit, month, saker, AVVIK, {ALVOR: str(alvor)})
    for unit, month, art, saker, _events in grouped(AvvikSum.art, where=(*within, AvvikSum.stand != "avvist", arts)):
        cells.add_part(unit, month, saker, AVVIK, {ART: art})
    beside = (*inside, or_(AvvikSum.stand == "avvist", AvvikSum.art.not_in(counted)))
    for unit, month, stand, art, saker, _events in grouped(AvvikSum.stand, AvvikSum.art, where=beside):
        cells.add(unit, month, saker, AVVIST if stand == "avvist" else art, {})


def _read_open(work: Work, cells: Celler, ids: Sequence[int], counted: set[str]) -> None:
    rows = work.db.execute(
        select(AvvikSum.eining_id, AvvikSum.manad, func.sum(AvvikSum.saker))
        .where(AvvikSum.eining_id.in_(ids), AvvikSum.stand == "open", AvvikSum.art.in_(counted), AvvikSum.saker != 0)
        .group_by(AvvikSum.eining_id, AvvikSum.manad)
    )
    for unit, month, saker in rows:
        cells.add(unit, month, saker, OPEN, {})


def _read_times(work: Work, cells: Celler, ids: Sequence[int], utval: Utval) -> None:
    """The promise by unit and month, and how many cases took how many days in the unit and below."""
    promised = utval.shown if cells.omfang.heilt else utval.wanted
    group = AvvikTid.eining_id, AvvikTid.manad, AvvikTid.i_tide
    within = AvvikTid.eining_id.in_(ids), _between(AvvikTid.manad, promised), AvvikTid.saker != 0
    answers = select(*group, func.sum(AvvikTid.saker)).where(*within, AvvikTid.slag == SVAR).group_by(*group)
    for unit, month, i_tide, saker in work.db.execute(answers):
        cells.add(unit, month, saker, SVAR, {TID: I_TIDE if i_tide else SEINT})
    line, rows_of = cells.omfang.eining.sti, {**cells.omfang.andre, **cells.omfang.lesne}
    below = [unit for unit, row in rows_of.items() if row.sti.startswith(line)]
    days = AvvikTid.slag, AvvikTid.manad, AvvikTid.dagar
    where = AvvikTid.eining_id.in_(below), _between(AvvikTid.manad, utval.shown), AvvikTid.saker != 0
    for slag, month, dagar, saker in work.db.execute(select(*days, func.sum(AvvikTid.saker)).where(*where).group_by(*days)):
        cells.dagar[slag, month, dagar] += saker


def _between(column: InstrumentedAttribute[int], chosen: Sequence[int]) -> ColumnElement[bool]:
    return column.between(min(chosen), max(chosen))
