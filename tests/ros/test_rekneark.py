"""The workbook out and in: nothing is lost on the way, nobody is overwritten, nothing dangerous gets through."""

import io

from openpyxl import Workbook, load_workbook
from sqlalchemy import select
from werkzeug.test import TestResponse

from kjerne.db import Databases
from kjerne.models import Person
from ros.models import RosKonsekvens, RosRad
from tests.cast import Cast
from tests.conftest import ClientFor, Csrf
from tests.ros.conftest import CANARY, MakeRad, MakeRos

HARD = "=HYPERLINK(\"x\")\nlinje to; med «teikn» _x0041_ 'og' 1,5"


def fetch(client_for: ClientFor, person: Person, nr: int) -> bytes:
    return client_for(person).get(f"/ros/{nr}/eksport.xlsx").data


def send(client_for: ClientFor, csrf: Csrf, person: Person, nr: int, data: bytes, **form: str) -> TestResponse:
    browser = client_for(person)
    sent = {"csrf_token": csrf(browser), "fil": (io.BytesIO(data), "ros.xlsx"), **form}
    return browser.post(f"/ros/{nr}/innlesing", data=sent, content_type="multipart/form-data")


def rows(databases: Databases, nr: int) -> list[tuple[object, ...]]:
    """All that a row says, without the numbers of the database."""
    texts = "hending omrade kategori arsaker sarbarheit barrierar dempande grunngiving uvisse"
    judged = "sannsyn konsekvens risiko farge rest_farge"
    with databases.reading() as db:
        found = db.scalars(select(RosRad).where(RosRad.analyse_id == nr, RosRad.fjerna.is_(False)).order_by(RosRad.nr)).all()
        levels = {
            row.id: sorted(
                (v.akse, v.niva or 0, v.rest or 0) for v in db.scalars(select(RosKonsekvens).where(RosKonsekvens.rad_id == row.id))
            )
            for row in found
        }
        return [(*(getattr(row, name) for name in (texts + " " + judged).split()), levels[row.id]) for row in found]


def test_the_round_trip_loses_nothing(
    client_for: ClientFor, csrf: Csrf, cast: Cast, make_ros: MakeRos, make_rad: MakeRad, databases: Databases
) -> None:
    nr, empty = make_ros(mal="legemiddel"), make_ros()
    make_rad(
        nr, HARD.replace("\n", " "), s=5, k=4, rs=2, rk=3, arsaker=HARD, kategori="fall_utan_skade", uvisse="hog", omrade="Bad"
    )
    make_rad(nr, "Berre tekst", s=None, k=None)
    data = fetch(client_for, cast.leif, nr)
    assert not any(cell.data_type == "f" for line in load_workbook(io.BytesIO(data)).worksheets[0].iter_rows() for cell in line)
    same = send(client_for, csrf, cast.leif, nr, data).get_data(as_text=True)
    assert same.count("Uendra") == 8
    assert send(client_for, csrf, cast.leif, empty, data).status_code == 200
    assert rows(databases, empty) == rows(databases, nr)
    with databases.writing() as db:
        db.get_one(Person, cast.leif.id).sprak = "en"
        db.commit()
    english = fetch(client_for, cast.leif, nr)
    assert load_workbook(io.BytesIO(english)).worksheets[0]["C1"].value == "Unwanted event"
    assert send(client_for, csrf, cast.leif, nr, english).get_data(as_text=True).count("Unchanged") == 8


def test_a_trial_run_writes_nothing_and_a_changed_row_is_not_overwritten(
    client_for: ClientFor, csrf: Csrf, cast: Cast, make_ros: MakeRos, make_rad: MakeRad, databases: Databases
) -> None:
    nr = make_ros()
    rad = make_rad(nr)
    book = load_workbook(io.BytesIO(fetch(client_for, cast.leif, nr)))
    sheet = book.worksheets[0]
    sheet["C2"] = "Endra i reknearket"
    sheet["C3"] = "Ny i reknearket"
    held = io.BytesIO()
    book.save(held)
    trial = send(client_for, csrf, cast.leif, nr, held.getvalue(), prov="1").get_data(as_text=True)
    assert "Dette var ei prøve" in trial
    assert [row[0] for row in rows(databases, nr)] == [CANARY]
    leif = client_for(cast.leif)
    leif.post(f"/ros/{nr}/rad/{rad}", data={"csrf_token": csrf(leif), "hending": "Endra på skjermen"})
    done = send(client_for, csrf, cast.leif, nr, held.getvalue()).get_data(as_text=True)
    assert "Ho er ikkje skriven over" in done
    assert [row[0] for row in rows(databases, nr)] == ["Endra på skjermen", "Ny i reknearket"]


def test_bad_files_are_refused_with_a_sentence(client_for: ClientFor, csrf: Csrf, cast: Cast, make_ros: MakeRos) -> None:
    nr = make_ros()
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Uønskt hending", "Sannsyn før tiltak"])
    sheet.append(["Fall hos 13097248022", 3])
    held = io.BytesIO()
    book.save(held)
    number = send(client_for, csrf, cast.leif, nr, held.getvalue())
    assert number.status_code == 422
    assert 'data-feil="identitet"' in number.get_data(as_text=True)
    for data in (b"", b"PK\x03\x04rot", b"hending;s\nFall;3\n"):
        assert send(client_for, csrf, cast.leif, nr, data).status_code == 422, data
    sheet["A2"], sheet["B2"] = "Fall", 9
    held = io.BytesIO()
    book.save(held)
    assert "heiltal frå 1 til 5" in send(client_for, csrf, cast.leif, nr, held.getvalue()).get_data(as_text=True)
