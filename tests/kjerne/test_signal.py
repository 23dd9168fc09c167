"""The run rules, against the limits of the published table and series whose answer is known."""

import pytest

from kjerne import signal


@pytest.mark.parametrize(
    ("points", "longest", "fewest"), [(10, 6, 2), (12, 7, 3), (16, 7, 4), (20, 7, 6), (24, 8, 8), (30, 8, 10), (60, 9, 23)]
)
def test_the_limits_are_those_of_the_article(points: int, longest: int, fewest: int) -> None:
    assert signal.longest_allowed(points) == longest
    assert signal.fewest_crossings(points) == fewest


def test_points_on_the_median_count_in_neither_rule() -> None:
    read = signal.read([1, 5, 9, 5, 1, 5, 9, 5, 5])
    assert (read.median, read.brukande, read.lengst, read.kryssingar) == (5, 4, 1, 3)


def test_a_run_goes_on_over_a_point_on_the_median() -> None:
    assert signal.read([1, 9, 9, 5, 9, 1, 1]).lengst == 3


def test_a_lasting_fall_is_a_signal_and_says_where() -> None:
    read = signal.read([20, 21, 22, 19, 23, 24, 21, 22, 20, 21, 9, 8, 7, 9, 6, 8, 9, 7, 8, 9])
    assert read.signal
    assert read.lang_serie
    assert (read.lengst, read.grense, read.kryssingar) == (10, 7, 1)
    assert read.spenn == (0, 9)
    assert read.side == 1


def test_what_swings_by_chance_is_no_signal() -> None:
    read = signal.read([12, 9, 11, 8, 13, 10, 7, 12, 8, 11, 9, 13])
    assert not read.signal
    assert read.spenn is None


@pytest.mark.parametrize("values", [[], [4], [4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4], [1, 2, 3, 4, 5, 6]])
def test_too_few_points_say_nothing(values: list[float]) -> None:
    read = signal.read(values)
    assert not read.nok
    assert not read.signal
