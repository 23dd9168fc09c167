"""ROS held against what happened: the interval is exact, the verdict follows it, rare events get more years; blind spots."""

import math
from datetime import timedelta

import pytest
from flask import Flask

from kjerne.db import Databases
from rapportar.rate import Dom, expected, interval, judge
from rapportar.ros_mot_avvik import compare
from ros.actions.analyse import Hovud, create_analyse
from ros.actions.rader import Radinnhald, add_rad
from ros.rules import Akse, Status
from tests.avvik.make_sak import report
from tests.cast import Cast
from tests.conftest import Clock, WorkFor


def tail(count: int, mean: float) -> float:
    """P(X >= count) of a Poisson variable, summed term by term."""
    return 1 - sum(math.exp(-mean) * mean**k / math.factorial(k) for k in range(count))


@pytest.mark.parametrize("count", [0, 1, 2, 5, 10, 40])
def test_the_interval_is_exact(count: int) -> None:
    low, high = expected(count)
    assert low == pytest.approx(0) if count == 0 else tail(count, low) == pytest.approx(0.025, abs=1e-6)
    assert 1 - tail(count + 1, high) == pytest.approx(0.025, abs=1e-6)


@pytest.mark.parametrize(
    ("count", "years", "bounds", "dom"),
    [
        (0, 1, (0.2, 1), Dom.FOR_FA),
        (0, 1, (12, None), Dom.SJELDNARE),
        (30, 1, (1, 12), Dom.OFTARE),
        (8, 1, (1, 12), Dom.STEMMER),
        (3, 5, (0.2, 1), Dom.FOR_FA),
        (1, 5, (12, None), Dom.SJELDNARE),
        (14, 1, (12, None), Dom.STEMMER),
    ],
)
def test_the_verdict(count: int, years: float, bounds: tuple[float, float | None], dom: Dom) -> None:
    assert judge(count, years, bounds) is dom
    assert interval(count, years)[1] > 0


@pytest.fixture
def filled(app: Flask, cast: Cast, databases: Databases, work_for: WorkFor, clock: Clock) -> Cast:
    """Twenty falls last month, one lost key four years ago, one case in the neighbour unit; and rows for the first two.

    The application keeps the sums, so it is asked for.
    """
    now = clock.now
    with databases.writing() as db:
        clock.now = now - timedelta(days=4 * 365)
        report(work_for(db, cast.kari), cast.it01, hovudtype="info_personvern", underkategori="tapt_utstyr")
        clock.now = now - timedelta(days=30)
        for _each in range(20):
            report(work_for(db, cast.kari), cast.it01)
        report(work_for(db, cast.kari), cast.it01, underkategori="trykksar")
        report(work_for(db, cast.nina), cast.it02, underkategori="ernaering")
        clock.now = now
        work = work_for(db, cast.leif)
        made = create_analyse(work, cast.it01.id, Hovud("Natt", "teneste", (Akse.LIV_HELSE,)))
        for hending, kategori, s in (
            ("Fall", "fall_utan_skade", 2),
            ("Telefon borte", "tapt_utstyr", 3),
            ("Snoking", "snoking", 5),
        ):
            add_rad(work, made, Radinnhald(hending, kategori=kategori, sannsyn=s, verdi={Akse.LIV_HELSE: 2}))
        db.commit()
    return cast


@pytest.mark.both
def test_rows_are_judged_and_blind_spots_listed(filled: Cast, databases: Databases, work_for: WorkFor) -> None:
    with databases.reading() as db:
        found = compare(work_for(db, filled.leif))
        said = {line.rad.hending: (line.dom, line.tal, line.ar) for line in found.linjer}
        spots = {spot.kategori: spot.tal for spot in found.flekkar}
        first = found.linjer[0].rad.hending
    assert said == {"Fall": (Dom.OFTARE, 20, 1), "Telefon borte": (Dom.FOR_FA, 1, 4), "Snoking": (Dom.SJELDNARE, 0, 4)}
    assert first == "Fall", "what is flagged stands first"
    assert spots == {"Trykksår": 1}, "only in units whose cases she reads, and only kinds without a row"


def test_an_analysis_of_the_unit_above_covers_it(filled: Cast, databases: Databases, work_for: WorkFor) -> None:
    with databases.writing() as db:
        work = work_for(db, filled.signe)
        made = create_analyse(work, filled.ho.id, Hovud("Heile sektoren", "teneste", (Akse.LIV_HELSE,)))
        add_rad(work, made, Radinnhald("Sår", kategori="trykksar", sannsyn=4, verdi={Akse.LIV_HELSE: 2}))
        assert made.status == Status.I_ARBEID
        found = compare(work_for(db, filled.signe))
    assert {spot.kategori for spot in found.flekkar} == {"Ernæring/væske"}
    assert {line.rad.hending for line in found.linjer} >= {"Sår", "Fall"}


def test_who_does_not_read_the_cases_gets_no_number(filled: Cast, databases: Databases, work_for: WorkFor) -> None:
    with databases.reading() as db:
        found = compare(work_for(db, filled.vera))
        assert {line.dom for line in found.linjer} == {Dom.SKJULT}
        assert {line.tal for line in found.linjer} == {0}
        assert found.flekkar == []
