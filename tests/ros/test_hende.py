"""A case is what a row had foreseen: tied in the case, shown at the row to those who may open the case, and to nobody else."""

from datetime import timedelta

import pytest

from avvik.models import Avvik, AvvikRos
from kjerne.clock import oslo_date
from kjerne.db import Databases
from ros.actions.analyse import Hovud, copy_analyse
from ros.models import RosAnalyse, RosHending
from ros.queries.access import get_analyse
from ros.rules import Akse
from tests.avvik.make_sak import report
from tests.cast import Cast
from tests.conftest import ClientFor, Clock, Csrf, WorkFor
from tests.ros.conftest import CANARY, MakeRad, MakeRos


@pytest.fixture
def nr(cast: Cast, databases: Databases, work_for: WorkFor) -> str:
    """Kari's case of severity 5 in Leif's unit."""
    with databases.writing() as db:
        made = report(work_for(db, cast.kari), cast.it01, alvor=5).nr
        db.commit()
    return made


def test_this_happened(
    client_for: ClientFor, cast: Cast, csrf: Csrf, nr: str, make_ros: MakeRos, make_rad: MakeRad, databases: Databases, clock: Clock
) -> None:
    analyse = make_ros()
    rad = make_rad(analyse, kategori="fall_utan_skade")
    other = make_rad(analyse, "Straumbrot")
    leif = client_for(cast.leif)
    page = leif.get(f"/avvik/{nr}/ros").get_data(as_text=True)
    assert page.index(CANARY) < page.index("Straumbrot"), "the same kind stands first"
    assert CANARY not in leif.get(f"/avvik/{nr}/ros?q=straum").get_data(as_text=True).partition('id="treff"')[2]
    assert leif.post(f"/avvik/{nr}/ros", data={"csrf_token": csrf(leif), "rad": rad}).status_code == 303
    assert leif.post(f"/avvik/{nr}/ros", data={"csrf_token": csrf(leif), "rad": rad}).status_code == 303
    assert CANARY in leif.get(f"/avvik/{nr}").get_data(as_text=True)
    assert "Har hendt 1 gong" in leif.get(f"/ros/{analyse}").get_data(as_text=True)
    assert f"/avvik/{nr}" in leif.get(f"/ros/{analyse}/rad/{rad}").get_data(as_text=True)
    assert f"/avvik/{nr}" not in leif.get(f"/ros/{analyse}/rad/{other}").get_data(as_text=True)
    with databases.reading() as db:
        assert db.query(AvvikRos).count() == 1
        assert db.get_one(RosAnalyse, analyse).neste_revisjon == oslo_date(clock()) + timedelta(days=30)
        assert {row.slag for row in db.query(RosHending)} >= {"framskunda"}


def test_who_may_not_open_the_case_does_not_see_that_it_happened(
    client_for: ClientFor, cast: Cast, csrf: Csrf, nr: str, make_ros: MakeRos, make_rad: MakeRad
) -> None:
    analyse = make_ros()
    rad = make_rad(analyse)
    leif, vera = client_for(cast.leif), client_for(cast.vera)
    leif.post(f"/avvik/{nr}/ros", data={"csrf_token": csrf(leif), "rad": rad})
    assert CANARY in vera.get(f"/ros/{analyse}").get_data(as_text=True)
    for path in (f"/ros/{analyse}", f"/ros/{analyse}/rad/{rad}", f"/ros/{analyse}/rader"):
        said = vera.get(path).get_data(as_text=True)
        assert "Har hendt" not in said, path
        assert f"/avvik/{nr}" not in said, path


def test_a_row_of_a_neighbour_is_not_offered_and_not_taken(
    client_for: ClientFor, cast: Cast, csrf: Csrf, nr: str, make_ros: MakeRos, make_rad: MakeRad, databases: Databases
) -> None:
    theirs = make_rad(make_ros(av=cast.nils, eining_id=cast.it02.id), av=cast.nils)
    leif, kari = client_for(cast.leif), client_for(cast.kari)
    assert CANARY not in leif.get(f"/avvik/{nr}/ros").get_data(as_text=True)
    assert leif.post(f"/avvik/{nr}/ros", data={"csrf_token": csrf(leif), "rad": theirs}).status_code == 422
    assert kari.get(f"/avvik/{nr}/ros").status_code == 404, "who only filed it does not handle it"
    assert kari.post(f"/avvik/{nr}/ros", data={"csrf_token": csrf(kari), "rad": theirs}).status_code == 404
    with databases.reading() as db:
        assert db.query(AvvikRos).count() == 0
        assert db.query(Avvik).count() == 1


def test_beside_this_years_revision_last_years_rows_are_not_offered_but_an_old_link_stays(
    client_for: ClientFor,
    cast: Cast,
    csrf: Csrf,
    nr: str,
    make_ros: MakeRos,
    make_rad: MakeRad,
    databases: Databases,
    work_for: WorkFor,
) -> None:
    old = make_ros("I fjor")
    tied, free = make_rad(old, "Fall i fjor"), make_rad(old, "Brann i fjor")
    leif = client_for(cast.leif)
    assert leif.post(f"/avvik/{nr}/ros", data={"csrf_token": csrf(leif), "rad": tied}).status_code == 303
    with databases.writing() as db:
        work = work_for(db, cast.leif)
        head = Hovud("I år", "teneste", (Akse.LIV_HELSE, Akse.DRIFT))
        copy_analyse(work, get_analyse(work, old), cast.it01.id, head, revisjon=True)
        db.commit()
    page = leif.get(f"/avvik/{nr}/ros").get_data(as_text=True)
    assert f'value="{free}"' not in page
    assert page.count('class="pickrow"') == 2, "this year's two rows"
    assert f"/ros/{old}/rad/{tied}" in leif.get(f"/avvik/{nr}").get_data(as_text=True)
    report = leif.get("/rapportar/ros-mot-avvik").get_data(as_text=True)
    assert f"/ros/{old}/" not in report
