"""The order of measures: red before yellow, then risk reduction per krone, then deadline; what the risk above writes."""

import random
from datetime import date, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from kjerne.db import Databases
from kjerne.errors import NotFound, Refused
from tests.cast import Cast
from tests.conftest import WorkFor
from tests.tiltak.conftest import MakeTiltak
from tiltak import actions
from tiltak.models import Tiltak
from tiltak.rang import GAP, between, order_key

DAY = date(2026, 12, 1)


def test_red_comes_before_yellow_then_reduction_per_krone_then_deadline() -> None:
    wanted = [
        ("raud", 4, 0, DAY),
        ("raud", 12, 10_000, DAY),
        ("raud", 6, 10_000, DAY),
        ("raud", 6, 10_000, DAY + timedelta(days=1)),
        ("raud", 16, 900_000, DAY),
        ("raud", 16, None, DAY),
        ("raud", 2, None, DAY),
        ("raud", None, 5, DAY - timedelta(days=30)),
        ("raud", 0, 5, DAY),
        ("gul", 20, 0, DAY - timedelta(days=300)),
        ("gron", 4, 0, DAY),
        (None, None, None, DAY - timedelta(days=5)),
        (None, None, None, DAY),
    ]
    shuffled = wanted.copy()
    random.Random(7).shuffle(shuffled)
    assert sorted(shuffled, key=lambda row: order_key(*row)) == wanted


def test_the_largest_place_fits_the_column() -> None:
    last = order_key(None, None, None, date(2500, 1, 1))
    assert 0 <= order_key("raud", 25, 0, date(1990, 1, 1)) < last < 2**63 - GAP


def test_a_place_between_two_lies_between_them_as_often_as_anybody_moves() -> None:
    low, high = order_key("raud", 6, 1000, DAY), order_key("raud", 6, 1000, DAY + timedelta(days=1))
    for _ in range(10):
        place = between(low, high)
        assert low < place < high
        high = place
    assert between(None, low) < low


def test_risk_from_above_moves_the_measure_and_the_same_twice_writes_nothing(
    make_tiltak: MakeTiltak, databases: Databases, work_for: WorkFor, cast: Cast
) -> None:
    plain, risky = make_tiltak(dagar=2), make_tiltak(dagar=200)
    with databases.writing() as db:
        work = work_for(db, cast.leif)
        actions.set_risk(work, risky, "raud", 9)
        row = db.get_one(Tiltak, risky)
        assert row.rang < db.get_one(Tiltak, plain).rang
        version = row.version
        actions.set_risk(work, risky, "raud", 9)
        assert row.version == version
        actions.set_risk(work, risky, None, None)
        assert row.rang > db.get_one(Tiltak, plain).rang
        for bad in (("blå", 3), ("raud", 26)):
            with pytest.raises(Refused):
                actions.set_risk(work, risky, *bad)
        with pytest.raises(NotFound):
            actions.set_risk(work, 999, "raud", 1)


def test_the_place_of_a_shielded_measure_tells_nothing_of_its_risk(
    make_tiltak: MakeTiltak, databases: Databases, work_for: WorkFor, cast: Cast
) -> None:
    plain, hidden = make_tiltak(dagar=20), make_tiltak(dagar=20, skjerma=True)
    with databases.writing() as db:
        actions.set_risk(work_for(db, cast.leif), hidden, "raud", 20)
        assert db.get_one(Tiltak, hidden).rang == db.get_one(Tiltak, plain).rang


def test_the_table_itself_keeps_settled_true_to_the_state(
    make_tiltak: MakeTiltak, databases: Databases, work_for: WorkFor, cast: Cast
) -> None:
    nr = make_tiltak(ansvarleg=cast.leif)
    with databases.writing() as db:
        row = db.get_one(Tiltak, nr)
        actions.mark_done(work_for(db, cast.leif), row, "Gjort.")
        assert row.avslutta
        row.avslutta = False
        with pytest.raises(IntegrityError):
            db.flush()


def test_the_first_origin_says_where_it_came_from(make_tiltak: MakeTiltak, databases: Databases) -> None:
    own, ros = make_tiltak(), make_tiltak(opphav=("ros", 4, "ROS 1, rad 2", True))
    with databases.reading() as db:
        assert [db.get_one(Tiltak, nr).kjelde for nr in (own, ros)] == ["fri", "ros"]
    with pytest.raises(ValueError, match="hylle"):
        make_tiltak(opphav=("hylle", 4, "x", True))
