"""Who sees which analysis: pages, counts, polling, exports, paper and report, with a canary in the row."""

import io

import pypdf
import pytest
from openpyxl import load_workbook

from kjerne.db import Databases
from ros.models import RosAnalyse, RosRad
from tests.cast import Cast
from tests.conftest import ClientFor, Csrf
from tests.ros.conftest import CANARY, MakeRad, MakeRos

#: Everybody of the cast who holds `ros:les` on HO-IT-01; the others find nothing there.
READERS = {"leif", "signe", "kval", "vera", "pia", "bjorn", "ivar", "fred", "rita"}
WRITERS = {"leif", "signe", "kval", "bjorn", "ivar", "fred"}
#: One of each sort for every run; the sweep asks everybody.
SOME = ("kari", "leif", "nils", "signe", "vera", "lise", "rita")
EVERYBODY = pytest.param(
    tuple(sorted(field for field in Cast.__annotations__ if field not in {"ho", "it", "it01", "it02"})), marks=pytest.mark.sweep
)


@pytest.fixture
def made(make_ros: MakeRos, make_rad: MakeRad) -> tuple[int, int]:
    """Leif's analysis with one red row."""
    nr = make_ros("Hemmeleg tittel")
    return nr, make_rad(nr, s=5, k=5, kategori="fall_utan_skade", arsaker=CANARY)


def pages(nr: int, rad: int) -> list[str]:
    """Every address that shows something of an analysis."""
    return [
        f"/ros/{nr}",
        f"/ros/{nr}/rader",
        f"/ros/{nr}/rad/{rad}",
        f"/ros/{nr}/rad/{rad}/skjema",
        f"/ros/{nr}/matrise",
        f"/ros/{nr}/pdf",
        f"/ros/{nr}/eksport.xlsx",
        f"/rapportar/ros-mot-avvik?analyse={nr}",
    ]


def _text(data: bytes, kind: str) -> str:
    if "pdf" in kind:
        return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)
    if "sheet" in kind:
        return "\n".join(str(cell) for row in load_workbook(io.BytesIO(data)).worksheets[0].values for cell in row)
    return data.decode()


@pytest.mark.parametrize("who", [SOME, EVERYBODY])
def test_the_canary_is_seen_by_its_readers_alone(
    client_for: ClientFor, cast: Cast, made: tuple[int, int], who: tuple[str, ...]
) -> None:
    nr, rad = made
    for name in who:
        browser = client_for(cast.people[name])
        for path in pages(nr, rad):
            answer = browser.get(path)
            if name in READERS:
                assert answer.status_code == 200, f"{name} {path}"
                assert CANARY in _text(answer.data, answer.headers["Content-Type"]), f"{name} {path}"
            else:
                assert answer.status_code == 404, f"{name} {path}"
                assert CANARY.encode() not in answer.data
        listed = browser.get("/ros/").get_data(as_text=True)
        assert ("Hemmeleg tittel" in listed) is (name in READERS), name
        report = browser.get("/rapportar/ros-mot-avvik").get_data(as_text=True)
        assert (CANARY in report) is (name in READERS), name


@pytest.mark.parametrize("who", [SOME, EVERYBODY])
def test_only_writers_of_the_unit_change_it(
    client_for: ClientFor, cast: Cast, csrf: Csrf, made: tuple[int, int], databases: Databases, who: tuple[str, ...]
) -> None:
    nr, rad = made
    for name in set(who) - WRITERS:
        browser = client_for(cast.people[name])
        form = {"csrf_token": csrf(browser), "hending": "Endra", "tekst": "x", "grunn": "x", "tittel": "x", "gjer": "x"}
        for path in (
            f"/ros/{nr}/rad",
            f"/ros/{nr}/rad/{rad}",
            f"/ros/{nr}/rad/{rad}/fjern",
            f"/ros/{nr}/rad/{rad}/godta",
            f"/ros/{nr}/om",
            f"/ros/{nr}/innlesing",
            f"/ros/{nr}/steg/start",
        ):
            assert browser.post(path, data=form).status_code == 404, f"{name} {path}"
    with databases.reading() as db:
        assert [row.hending for row in db.query(RosRad)] == [CANARY]
        assert db.get_one(RosAnalyse, nr).status == "i_arbeid"


def test_an_analysis_covers_more_units(client_for: ClientFor, cast: Cast, make_ros: MakeRos, make_rad: MakeRad) -> None:
    nr = make_ros(av=cast.signe, einingar=frozenset({cast.it01.id, cast.it02.id}))
    make_rad(nr, av=cast.signe)
    assert CANARY in client_for(cast.nils).get(f"/ros/{nr}").get_data(as_text=True)


def test_numbers_are_kept_from_those_who_do_not_read_the_cases(client_for: ClientFor, cast: Cast, made: tuple[int, int]) -> None:
    page = client_for(cast.vera).get("/rapportar/ros-mot-avvik").get_data(as_text=True)
    assert "Tala ser berre dei som les sakene" in page
    assert "gonger" not in page.partition("<tbody>")[2].partition("</tbody>")[0]
