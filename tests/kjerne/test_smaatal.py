"""No sum or difference of what is shown gives a hidden number back: tried by elimination on many made-up months."""

import random

import pytest

from kjerne.smaatal import Oppdeling, Tre, bridges, hide_totals
from tests.avvik.rekning import Span

LIMIT = 3
KINDS = ("a", "b", "c", "d", "e")
TREE = Tre([1], {1: (-1, 2, 3, 4), 2: (-2, 5, 6), 3: (-3, 7), 4: (-4, 8, 9, 10)})
LEAVES = [node for node in TREE.down(1) if node not in TREE.barn]


def month(seed: int) -> dict[tuple[int, str], int]:
    """One month: leaf and kind → cases, many of them few; rolled up on the units above."""
    random_ = random.Random(seed)
    weights = random_.choice([(6, 3, 2, 1, 1, 1), (2, 3, 3, 3, 2, 2), (12, 2, 1, 0, 0, 1)])
    values = {(leaf, kind): random_.choices(range(6), weights)[0] for leaf in LEAVES for kind in KINDS}
    for node in TREE.barn:
        for kind in KINDS:
            values[node, kind] = sum(values[leaf, kind] for leaf in TREE.down(node) if leaf in LEAVES)
    return values


def atoms(node: int, kinds: tuple[str, ...] = KINDS) -> list[tuple[int, str]]:
    """What a cell adds up."""
    return [(leaf, kind) for leaf in TREE.down(node) if leaf in LEAVES for kind in kinds]


def hide(values: dict[tuple[int, str], int]) -> tuple[dict[int, int], set[int], set[tuple[int, str]]]:
    totals = {node: sum(values[node, kind] for kind in KINDS) for node in TREE.down(1)}
    hidden = hide_totals(TREE, totals, LIMIT)
    return totals, hidden, Oppdeling(TREE, hidden, values, KINDS, LIMIT).hide()


@pytest.mark.parametrize("seed", range(150))
def test_no_difference_of_what_is_shown_gives_a_hidden_cell(seed: int) -> None:
    values = month(seed)
    totals, hidden_totals, hidden = hide(values)
    span = Span(atoms(node) for node in totals if node not in hidden_totals)
    for node, kind in values:
        if (node, kind) not in hidden:
            span.add(atoms(node, (kind,)))
    for node, kind in hidden:
        assert not span.gives(atoms(node, (kind,))), (node, kind)
    for node in hidden_totals:
        assert not span.gives(atoms(node)), node


@pytest.mark.parametrize("seed", range(20))
def test_each_small_cell_is_hidden_and_never_alone_in_its_row(seed: int) -> None:
    values = month(seed)
    totals, hidden_totals, hidden = hide(values)
    small = {cell for cell, value in values.items() if 0 < value < LIMIT}
    assert small <= hidden
    assert {node for node, value in totals.items() if 0 < value < LIMIT} <= hidden_totals
    for node in set(totals) - hidden_totals:
        assert sum(1 for kind in KINDS if (node, kind) in hidden) != 1, node


def test_something_is_left_to_see() -> None:
    """Hiding everything would be safe and useless."""
    values = month(1)
    _totals, hidden_totals, hidden = hide(values)
    assert len(hidden) < len(values)
    assert 1 not in hidden_totals


def test_the_elimination_finds_what_a_careless_hiding_gives_away() -> None:
    span = Span([["a", "b", "c"], ["b"], ["c"]])
    assert span.gives(["a"])
    assert not Span([["a", "b", "c"], ["c"]]).gives(["a"])


def test_bridges() -> None:
    square = [((0, 1), (1, "a")), ((0, 1), (1, "b")), ((0, 2), (1, "a")), ((0, 2), (1, "b"))]
    assert bridges(square) == []
    assert bridges([*square, ((0, 2), (1, "c"))]) == [4]
    assert bridges([((0, 0), (1, "a")), ((0, 0), (1, "a"))]) == []
