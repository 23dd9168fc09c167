"""Small numbers: which cells are hidden so that no sum or difference of the tables offered gives them back. Pure.

Each month is a closed table of its own: units in a tree, kinds beside, with sums both ways. What is hidden in a month is hidden
in every view and every sum that holds it, so no choice of period, unit or kind opens it. A cell of 1 to `limit` - 1 is hidden, and
with it the smallest others in its row and column, until each hidden cell lies on a closed loop of hidden cells: only then do the
sums of rows and columns not determine it (they determine a bridge in the graph of rows and columns). What is hidden above is
hidden below.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

Cell = tuple[int, str]
Key = TypeVar("Key", int, str)


@dataclass(frozen=True)
class Tre:
    """Units as a tree. `barn` gives the parts of a unit that has units below; its own cases are the part `-id`."""

    topp: Sequence[int]
    barn: Mapping[int, Sequence[int]]

    def down(self, node: int) -> Iterator[int]:
        """A node and all beneath."""
        yield node
        for child in self.barn.get(node, ()):
            yield from self.down(child)


def hide_totals(tree: Tre, totals: Mapping[int, int], limit: int) -> set[int]:
    """The units whose total is hidden: small ones, in each family at least two, and all beneath a hidden one."""
    hidden: set[int] = set()

    def visit(node: int) -> None:
        if node in hidden:
            hidden.update(tree.down(node))
            return
        parts = tree.barn.get(node, ())
        small = {part for part in parts if _small(totals.get(part, 0), limit)}
        if len(parts) == 1:
            small = set()
        elif len(small) == 1:
            small.add(_next_smallest([(totals.get(part, 0), part) for part in parts if part not in small]))
        hidden.update(small)
        for part in parts:
            visit(part)

    for top in tree.topp:
        if _small(totals.get(top, 0), limit):
            hidden.add(top)
        visit(top)
    return hidden


@dataclass(frozen=True)
class Oppdeling:
    """One breakdown of one month: the units' totals that are hidden, and the value of each (unit, kind)."""

    tree: Tre
    totals_hidden: set[int]
    values: Mapping[Cell, int]
    kinds: Sequence[str]
    limit: int

    def hide(self) -> set[Cell]:
        """The (unit, kind) cells that are hidden: top-down, each family as one table of rows and columns."""
        hidden: set[Cell] = set()
        for top in self.tree.topp:
            if top in self.totals_hidden:
                hidden |= {(node, kind) for node in self.tree.down(top) for kind in self.kinds}
                continue
            row = {kind for kind in self.kinds if _small(self.values.get((top, kind), 0), self.limit)}
            if len(row) == 1 and len(self.kinds) > 1:
                row.add(_next_smallest([(self.values.get((top, kind), 0), kind) for kind in self.kinds if kind not in row]))
            hidden |= {(top, kind) for kind in row}
            self._visit(top, hidden)
        return hidden

    def _visit(self, node: int, hidden: set[Cell]) -> None:
        parts = self.tree.barn.get(node, ())
        above = {kind for kind in self.kinds if (node, kind) in hidden}
        if len(parts) == 1:
            hidden |= {(parts[0], kind) for kind in above}
        elif parts:
            rows = {part for part in parts if part in self.totals_hidden}
            hidden |= Familie(parts, self.kinds, self.values, rows, above).hide(self.limit)
        for part in parts:
            self._visit(part, hidden)


@dataclass(frozen=True)
class Familie:
    """One table: the parts of a unit (rows) by kind (columns). Rows and columns that are hidden from above are hidden whole."""

    rows: Sequence[int]
    kinds: Sequence[str]
    values: Mapping[Cell, int]
    hidden_rows: set[int]
    hidden_kinds: set[str]

    def hide(self, limit: int) -> set[Cell]:
        """The hidden cells of this table."""
        hidden = {
            (row, kind)
            for row in self.rows
            for kind in self.kinds
            if row in self.hidden_rows or kind in self.hidden_kinds or _small(self.values.get((row, kind), 0), limit)
        }
        while loose := self._loose(hidden):
            added = {cell for one in loose for cell in self._beside(one, hidden)}
            if not added:
                return {(row, kind) for row in self.rows for kind in self.kinds}
            hidden |= added
        return hidden

    def _beside(self, cell: Cell, hidden: set[Cell]) -> Iterator[Cell]:
        """The smallest cell still shown in the same row, and in the same column."""
        row, kind = cell
        in_row = [(self.values.get((row, other), 0), other) for other in self.kinds if (row, other) not in hidden]
        in_column = [(self.values.get((other, kind), 0), other) for other in self.rows if (other, kind) not in hidden]
        if in_row:
            yield row, _next_smallest(in_row)
        if in_column:
            yield _next_smallest(in_column), kind

    def _loose(self, hidden: set[Cell]) -> list[Cell]:
        """Hidden cells that the sums would give back: those on no closed loop. Rows with a hidden total are known only together."""
        edges = sorted((0 if row in self.hidden_rows else row, kind, row) for row, kind in hidden)
        found = bridges([((0, row), (1, kind)) for row, kind, _row in edges])
        return [(edges[place][2], edges[place][1]) for place in found if edges[place][1] not in self.hidden_kinds]


Node = tuple[int, int | str]


def bridges(edges: Sequence[tuple[Node, Node]]) -> list[int]:
    """The places of the edges that lie on no closed loop (Tarjan). Two edges between the same nodes are a loop."""
    beside: dict[Node, list[tuple[Node, int]]] = {}
    for place, (one, other) in enumerate(edges):
        beside.setdefault(one, []).append((other, place))
        beside.setdefault(other, []).append((one, place))
    order: dict[Node, int] = {}
    low: dict[Node, int] = {}
    found: list[int] = []

    def walk(node: Node, came_by: int) -> None:
        order[node] = low[node] = len(order)
        for other, place in beside[node]:
            if place == came_by:
                continue
            if other in order:
                low[node] = min(low[node], order[other])
                continue
            walk(other, place)
            low[node] = min(low[node], low[other])
            if low[other] > order[node]:
                found.append(place)

    for node in beside:
        if node not in order:
            walk(node, -1)
    return found


def _small(value: int, limit: int) -> bool:
    return 0 < value < limit


def _next_smallest(found: Sequence[tuple[int, Key]]) -> Key:
    """The key of the smallest value above nothing; a zero only when there is nothing else."""
    return min(found, key=lambda pair: (pair[0] == 0, pair[0], pair[1]))[1]
