"""The cells of a unit, month by month, with what this person may not see left out. See docs/tal.md.

Units whose cases she reads (`avvik:les` or `avvik:behandle`) count in full. Of the others in her `avvik:tal` only what
`kjerne.smaatal` leaves is known; a sum that holds a hidden cell says "at least".
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from kjerne.access import Right
from kjerne.models import Eining
from kjerne.smaatal import Oppdeling, Tre, hide_totals
from kjerne.work import Work

#: Key of a cell: population, breakdown ("" for the total), kind, node, month.
Key = tuple[str, str, str, int, int]
AVVIK, HENDING, ENDRA, OPEN, SVAR, AVVIST = "avvik", "hending", "endra", "open", "svar", "avvist"
TYPE, ALVOR, ART, TID = "type", "alvor", "art", "tid"
I_TIDE, SEINT = "i_tide", "seint"
#: The month under which parts of a unit that is read in full stand: all the months shown at once.
PERIODE = 0


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
    """The cells of a unit and its parts. A unit's own cases, beside those of its parts, stand under `-id`.

    `shown`: the months a part's number is the sum of.
    """

    omfang: Omfang
    shown: Sequence[int] = ()
    lesne: Counter[Key] = field(default_factory=Counter)
    andre: Counter[Key] = field(default_factory=Counter)
    skjult: set[Key] = field(default_factory=set)
    dagar: Counter[tuple[str, int]] = field(default_factory=Counter)
    _nodes: dict[int, tuple[Counter[Key], Sequence[int]]] = field(default_factory=dict)

    def places(self, unit: int) -> tuple[Counter[Key], Sequence[int]]:
        """Where a unit's cases are put: on the unit shown and those above it, as far as they are needed, and on its part."""
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

    def part(self, population: str, node: int, breakdown: str = "", kind: str = "") -> Tal:
        """The number of a part of the unit over the months shown."""
        return self.tal(population, [PERIODE] if self.omfang.heilt else self.shown, node, breakdown, kind)

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
