"""The colour grid and the scales: the starter grid of domene 4.4, a new set from a day on; an old analysis keeps its own."""

from datetime import timedelta

import pytest

from kjerne.clock import oslo_date
from kjerne.db import Databases
from kjerne.i18n import SPRAK, language
from ros.models import RosAnalyse, RosRad
from ros.queries.sett import hazards, starter, templates
from ros.rules import LEVELS, STEPS, Hat, Mangel, RowFacts, Status, assess, missing, next_revision, open_steps
from tests.cast import Cast
from tests.conftest import ClientFor, Clock, Csrf
from tests.ros.conftest import MakeRad, MakeRos
from tiltak.rules import Farge


def test_the_starter_grid_is_the_one_of_the_source() -> None:
    grid = starter().grid
    for s in LEVELS:
        for k in LEVELS:
            wanted = Farge.GRON if s * k <= 5 else Farge.GUL if s * k <= 11 else Farge.RAUD
            if k == 5:
                wanted = Farge.RAUD if s >= 3 else Farge.GUL
            assert grid[s, k] is wanted, (s, k)


def test_the_worst_colour_decides_and_the_product_only_orders_equals() -> None:
    grid = {(s, k): Farge.GRON for s in LEVELS for k in LEVELS} | {(2, 2): Farge.RAUD}
    found = assess(grid, 2, [2, 5])
    assert found is not None
    assert (found.farge, found.tal, found.konsekvens) == (Farge.RAUD, 4, 2)
    assert assess(grid, None, [2]) is None
    assert assess(grid, 2, []) is None


def test_what_is_missing_is_said_with_its_rows() -> None:
    assert missing([]) == {Mangel.RADER: [0]}
    rows = [
        RowFacts(1, None, None, 0, accepted=False),
        RowFacts(2, "raud", None, 0, accepted=False),
        RowFacts(3, "raud", "raud", 1, accepted=True),
        RowFacts(4, "gul", None, 0, accepted=False),
    ]
    assert missing(rows) == {Mangel.VURDERING: [1], Mangel.TILTAK: [2], Mangel.REST: [2], Mangel.AKSEPT: [2]}


def test_every_state_has_a_way_in_and_an_ended_analysis_none_out() -> None:
    both = frozenset(Hat)
    assert {step.target for step in STEPS} | {Status.PLANLAGD} == set(Status)
    assert open_steps(Status.AVSLUTTA, both) == ()
    assert all(open_steps(state, both) for state in Status if state is not Status.AVSLUTTA)
    assert open_steps(Status.TIL_GODKJENNING, frozenset({Hat.SKRIVAR})) == ()


def test_each_starter_has_hazards_that_point_at_known_kinds() -> None:
    assert len(templates()) >= 6
    for mal in templates():
        found = hazards(mal.kode)
        assert len(found) >= 4, mal.kode
        assert all(fare.hending and fare.akse for fare in found)


@pytest.mark.parametrize("sprak", SPRAK)
def test_a_starter_reads_whole_in_each_language(sprak: str) -> None:
    with language(sprak):
        starters = [(mal, hazards(mal.kode)) for mal in templates()]
    with language("nn"):
        first = [(mal, hazards(mal.kode)) for mal in templates()]
    for (mal, found), (_nn, nynorsk) in zip(starters, first, strict=True):
        assert mal.namn, mal.kode
        assert mal.foremal, mal.kode
        for one, other in zip(found, nynorsk, strict=True):
            for name in ("hending", "arsaker", "barrierar", "dempande"):
                said = getattr(one, name).split("\n")
                assert all(said), (mal.kode, one.hending, name)
                assert len(said) == len(getattr(other, name).split("\n")), (mal.kode, one.hending, name)
    if sprak == "en":
        assert "Fall with fracture" in {fare.hending for _mal, found in starters for fare in found}


def test_a_leap_day_is_followed_by_the_28th(clock: Clock) -> None:
    clock.set_oslo(2028, 2, 29)
    assert next_revision(oslo_date(clock())).isoformat() == "2029-02-28"


def grid_form(**changes: str) -> dict[str, str]:
    """The grid as the page sends it."""
    return {f"rute-{s}-{k}": colour.value for (s, k), colour in starter().grid.items()} | changes


def test_a_new_grid_holds_for_new_analyses_only(
    client_for: ClientFor, csrf: Csrf, cast: Cast, make_ros: MakeRos, make_rad: MakeRad, clock: Clock, databases: Databases
) -> None:
    old = make_ros()
    first = make_rad(old, s=1, k=1)
    kval = client_for(cast.kval)
    tomorrow = (oslo_date(clock()) + timedelta(days=1)).isoformat()
    form = grid_form(**{"rute-1-1": "raud"}) | {
        "csrf_token": csrf(kval),
        "gjeld_fra": tomorrow,
        "liv_helse-2-def-nn": "Små skrubbsår",
    }
    assert kval.get("/ros/oppsett").status_code == 200
    assert kval.post("/ros/oppsett", data=form).status_code == 303
    clock.forward(days=1)
    new = make_ros()
    second = make_rad(new, s=1, k=1)
    late = make_rad(old, "Lagd etterpå", s=1, k=1)
    with databases.reading() as db:
        assert [db.get_one(RosRad, one).farge for one in (first, second, late)] == ["gron", "raud", "gron"]
        assert db.get_one(RosAnalyse, old).sett_id != db.get_one(RosAnalyse, new).sett_id
    leif = client_for(cast.leif)
    assert "Små skrubbsår" in leif.get(f"/ros/{new}").get_data(as_text=True)
    assert "Små skrubbsår" not in leif.get(f"/ros/{old}").get_data(as_text=True)


def test_a_bad_set_is_refused(client_for: ClientFor, csrf: Csrf, cast: Cast, clock: Clock) -> None:
    kval = client_for(cast.kval)
    good = grid_form() | {"csrf_token": csrf(kval), "gjeld_fra": oslo_date(clock()).isoformat()}
    bad = ({"gjeld_fra": "2020-01-01"}, {"rute-3-3": "lilla"}, {"grense-1": "5"}, {"grense-2": "mykje"}, {"gjeld_fra": "i går"})
    for changes in bad:
        assert kval.post("/ros/oppsett", data=good | changes).status_code == 422, changes
    assert client_for(cast.leif).get("/ros/oppsett").status_code == 404
