"""Figures read from the coarse sums are those of the fine ones, whatever the period: added up here by hand, cell by cell."""

import random
from collections import Counter
from math import ceil

import pytest

from avvik import sums
from avvik.queries.tal import Figurar, figures, find_unit, units_of_numbers
from avvik.queries.tal_lesing import parted
from avvik.queries.tal_periode import Periode, months
from kjerne.db import Databases
from tests.cast import Cast
from tests.conftest import Clock, WorkFor

TYPES = ("pasient_brukar", "hms", "bygg_utstyr")
ARTS = ("avvik", "nesten", "forbetring")


def made(units: list[int], rng: random.Random) -> sums.Cells:
    """Two years of cells, many a month."""
    cells = sums.Cells.empty()
    for unit in units:
        for month in months(202411, 25):
            for _place in range(6):
                kind, art, alvor = rng.choice(TYPES), rng.choice(ARTS), rng.randint(1, 5)
                stand, endra = rng.choice(("open", "lukka", "lukka", "avvist")), rng.random() < 0.3
                count = rng.randint(1, 3)
                key = unit, month, kind, rng.choice(("fall", "anna")), art, alvor, stand, endra
                cells.sums[key] += count
                cells.events[key] += count + rng.randint(0, 4)
            for _place in range(4):
                slag = rng.choice(("svar", "lukk"))
                cells.times[unit, month, slag, rng.randint(0, 30), slag == "lukk" or rng.random() < 0.7] += rng.randint(1, 3)
    return cells


def quantile(days: Counter[int], share: float, fewest: int) -> int | None:
    every = sorted(days.elements())
    if len(every) < fewest:
        return None
    return every[max(ceil(len(every) * share), 1) - 1]


@pytest.mark.both
def test_every_figure_is_the_sum_of_the_fine_cells(cast: Cast, databases: Databases, work_for: WorkFor, clock: Clock) -> None:
    place = {"HO-IT-01": cast.it01.id, "HO-IT-02": cast.it02.id, "": cast.it.id}
    cells = made([cast.ho.id, *place.values()], random.Random(7))
    with databases.writing() as db:
        sums.replace(db, cells)
        db.commit()
    clock.set_oslo(2026, 11, 22)
    with databases.reading() as db:
        work = work_for(db, cast.kval)
        units = units_of_numbers(work)
        for first, count in ((202512, 12), (202503, 12), (202601, 11), (202507, 3), (202610, 1), (202411, 24)):
            chosen = months(first, count)
            hold(figures(work, find_unit(units, "HO-IT"), Periode("prøve", "", chosen), units), cells, place, chosen)


def hold(f: Figurar, cells: sums.Cells, place: dict[str, int], chosen: tuple[int, ...]) -> None:
    """Each figure of the unit against the cells of its parts."""
    below = set(place.values())
    assert f.heilt
    ours = {key: count for key, count in cells.sums.items() if key[0] in below}
    within = {key: count for key, count in ours.items() if key[1] in chosen}
    counted = {key: count for key, count in within.items() if key[4] != "forbetring" and key[6] != "avvist"}
    assert f.saker.n == sum(counted.values())
    assert f.hendingar.n == sum(cells.events[key] for key in counted)
    assert f.endra.del_.n == sum(count for key, count in counted.items() if key[7])
    assert f.nesten.del_.n == sum(count for key, count in counted.items() if key[4] == "nesten")
    levels = [sum(count for key, count in counted.items() if key[5] == niva) for niva in range(1, 6)]
    assert [tal.n for _niva, _namn, tal in f.alvor] == levels
    assert f.avvist.n == sum(count for key, count in within.items() if key[6] == "avvist")
    beside = sum(count for key, count in within.items() if key[4] == "forbetring" and key[6] != "avvist")
    assert {kode: tal.n for kode, _namn, tal in f.utanfor}["forbetring"] == beside
    for row in f.typar.rader:
        of_type = [sum(n for key, n in counted.items() if key[2] == row.kode and key[1] == month) for month in chosen]
        assert [cell.n for cell in row.celler] == of_type
    for row in f.einingar.rader:
        unit = place[row.kode]
        of_unit = [sum(n for key, n in counted.items() if key[0] == unit and key[2] == kode) for kode, _namn in f.einingar.kolonnar]
        assert ([cell.n for cell in row.celler], row.sum.n) == (of_unit, sum(of_unit))
    changed = [sum(n for key, n in counted.items() if key[0] == unit and key[7]) for unit in place.values()]
    assert [tal.n for _kode, _namn, tal in f.endra_einingar] == changed
    live = sum(n for key, n in ours.items() if key[6] == "open" and key[4] != "forbetring" and key[1] <= 202611)
    assert f.opne_alle.n == live
    for slag, told in (("svar", f.svar), ("lukk", f.lukk)):
        days: Counter[int] = Counter()
        for (unit, month, of, dagar, _in_time), count in cells.times.items():
            if unit in below and month in chosen and of == slag:
                days[dagar] += count
        assert (told.median, told.p90) == (quantile(days, 0.5, 3), quantile(days, 0.9, 10))
    answers = {key: n for key, n in cells.times.items() if key[0] in below and key[1] in chosen and key[2] == "svar"}
    assert f.lofte.av.n == sum(answers.values())
    assert f.lofte.del_.n == sum(n for key, n in answers.items() if key[4])


def test_months_are_parted_into_years_more_and_less_in_few_rows() -> None:
    running = 202611
    for first in months(202401, 34):
        for count in range(1, 37):
            shown = months(first, count)
            years, more, less = parted(shown, running)
            assert all(year % 100 == 0 for year in years)
            held = Counter(month for year in years for month in months(year + 1, 12))
            held.update(more)
            held.subtract(less)
            assert dict.fromkeys(shown, 1) == {month: times for month, times in held.items() if times}
            real = [month for month in (*more, *less) if month <= running]
            assert len(real) <= 6 * len({month // 100 for month in shown})
    assert parted([202512, *months(202601, 11)], running) == ((202600,), (202512,), (202612,))
    assert parted((), running) == ((), (), ())
