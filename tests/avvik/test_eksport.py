"""Exports over HTTP: the list's own rows and no others, texts as they were written, no formula, logged before it is sent."""

import csv
import io
from datetime import datetime

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape
from sqlalchemy import select

from kjerne.db import Databases
from kjerne.models import Leselogg
from kjerne.rekneark import harmless
from tests.avvik.conftest import FileCase, Post
from tests.cast import Cast
from tests.conftest import ClientFor
from tests.make import canary

HOSTILE = [
    "=1+1",
    '=HYPERLINK("http://x.test","x")',
    "+47 55 00 00 00 ring",
    "@SUM(A1)",
    "-2+3",
    "＝1+1",
    "http://example.test",
    'Ho sa "hei"; så; gjekk',
    "to\nlinjer\n=1+1",
    "<b>æøå</b> & 😀",
    "{{7*7}}",
    "_x0041_ bokstav",
    "'apostrof",
]


def csv_rows(browser: FlaskClient, **asked: str) -> list[dict[str, str]]:
    answer = browser.get("/avvik/eksport.csv", query_string=asked)
    assert answer.status_code == 200
    assert answer.data.startswith("\ufeff".encode())
    assert answer.headers["Content-Type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"), newline=""), delimiter=";"))


def xlsx_rows(browser: FlaskClient, **asked: str) -> list[dict[str, object]]:
    answer = browser.get("/avvik/eksport.xlsx", query_string=asked)
    assert answer.status_code == 200
    sheet = load_workbook(io.BytesIO(answer.data)).active
    assert sheet is not None
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert all(cell.hyperlink is None for row in sheet.iter_rows() for cell in row)
    head, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(map(str, head), row, strict=True)) for row in rows]


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1", "'=1"),
        ("+1", "'+1"),
        ("@x", "'@x"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("\nx", "'\nx"),
        ("＝x", "'＝x"),
        ("  =x", "'  =x"),
        ("-5", "-5"),
        ("-5,25", "-5,25"),
        ("-5+1", "'-5+1"),
        ("vanleg", "vanleg"),
    ],
)
def test_a_formula_is_neutralised_and_a_negative_number_stays(text: str, safe: str) -> None:
    assert harmless(text) == safe


@pytest.mark.both
def test_what_was_written_comes_out_as_written(cast: Cast, client_for: ClientFor, file_case: FileCase) -> None:
    for text in HOSTILE:
        file_case(skildring=text)
    leif = client_for(cast.leif)
    wanted = HOSTILE[::-1]
    assert [unescape(str(row["Skildring"])) for row in xlsx_rows(leif, liste="alle")] == wanted  # as a spreadsheet reads it
    told = [row["Skildring"] for row in csv_rows(leif, liste="alle")]
    assert told == [harmless(text) for text in wanted]
    assert [text.removeprefix("'") for text in told] == [text.removeprefix("'") for text in wanted]


@pytest.mark.both
def test_the_file_holds_the_filtered_rows_with_their_columns(
    cast: Cast, client_for: ClientFor, file_case: FileCase, post: Post
) -> None:
    nr = file_case(alvor=3, serie_tal=4)
    file_case(alvor=1)
    assert post(cast.leif, nr, "arsak", arsak="utstyr").status_code == 303
    assert post(cast.leif, nr, "utfall", utfall=["opplaering"], sluttsvar="Vi lærer opp.").status_code == 303
    leif = client_for(cast.leif)
    rows = csv_rows(leif, liste="alle", alvor="3")
    assert [row["Saksnummer"] for row in rows] == [nr]
    assert rows[0]["Eining"] == "Solbakken 1. etasje"
    assert rows[0]["Hendingar"] == "4"
    assert rows[0]["Årsak"]
    assert rows[0]["Utfall"]
    assert rows[0]["Meldt av"] == "Kari Tilsett"
    sheet = xlsx_rows(leif, liste="alle", alvor="3")
    assert [row["Saksnummer"] for row in sheet] == [nr]
    assert sheet[0]["Alvor"] == 3
    assert isinstance(sheet[0]["Hende"], datetime)
    assert f"{sheet[0]['Hende']:%Y-%m-%d %H:%M}" == rows[0]["Hende"]


def test_a_hidden_reporter_is_the_reporter_and_no_name(cast: Cast, client_for: ClientFor, file_case: FileCase) -> None:
    file_case(konfidensiell=True)
    file_case(anonym=True)
    for name in ("leif", "kval", "rita"):
        browser = client_for(cast.people[name])
        rows = csv_rows(browser, liste="alle")
        assert [row["Meldt av"] for row in rows] == ["meldaren", "meldaren"]
        assert "Kari" not in str(rows) + str(xlsx_rows(browser, liste="alle"))


def test_nothing_leaves_to_those_who_may_not_see_it(cast: Cast, client_for: ClientFor, file_case: FileCase, post: Post) -> None:
    plain, leader, whistle, neighbour = (canary() for _ in range(4))
    file_case(skildring=f"Om {plain} her.")
    file_case(skildring=f"Om {leader} her.", gjeld_leiar=True)
    nr = file_case(skildring=f"Om {whistle} her.")
    assert post(cast.leif, nr, "varsel", grunngiving="Gjeld leiinga").status_code == 303
    file_case(av=cast.nina, eining_id=cast.it02.id, skildring=f"Om {neighbour} her.")
    expected = {
        "kari": {plain, leader, whistle},
        "leif": {plain},
        "astrid": set(),
        "nils": {neighbour},
        "nina": {neighbour},
        "signe": {leader},
        "kval": {plain, neighbour},
        "rita": {plain, neighbour},
        "lise": set(),
        "adam": set(),
        "hege": set(),
    }
    for name, found in expected.items():
        browser = client_for(cast.people[name])
        rows, sheet = csv_rows(browser, liste="alle"), xlsx_rows(browser, liste="alle")
        assert len(rows) == len(sheet) == len(found), name
        for told in (str(rows), str(sheet)):
            assert {word for word in (plain, leader, whistle, neighbour) if word in told} == found, name


def test_a_reporter_does_not_learn_cause_and_outcome_too_early(
    cast: Cast, client_for: ClientFor, file_case: FileCase, post: Post
) -> None:
    nr = file_case()
    post(cast.leif, nr, "arsak", arsak="utstyr")
    post(cast.leif, nr, "utfall", utfall=["opplaering"], sluttsvar="Vi lærer opp.")
    kari = client_for(cast.kari)
    row = csv_rows(kari, liste="mine")[0]
    assert (row["Saksnummer"], row["Årsak"], row["Utfall"]) == (nr, "", "")
    assert csv_rows(kari, liste="mine", utfall="opplaering") == []
    assert len(csv_rows(client_for(cast.leif), liste="alle", utfall="opplaering")) == 1
    assert post(cast.leif, nr, "lukk").status_code == 303
    row = csv_rows(kari, liste="mine", utfall="opplaering")[0]
    assert row["Utfall"]
    assert row["Årsak"] == ""


def test_the_read_log_has_it_before_the_content_is_sent(
    cast: Cast, client_for: ClientFor, file_case: FileCase, databases: Databases
) -> None:
    file_case()
    browser = client_for(cast.leif)
    answer = browser.get("/avvik/eksport.csv?liste=alle", buffered=False)
    with databases.reading() as db:
        rows = db.execute(select(Leselogg.person_id, Leselogg.kva).where(Leselogg.subjekt_type == "avvik-liste")).all()
    assert [tuple(row) for row in rows] == [(cast.leif.id, "eksport-csv")]
    assert answer.is_streamed
    answer.close()


def test_without_the_read_log_nothing_is_sent(cast: Cast, client_for: ClientFor, file_case: FileCase, databases: Databases) -> None:
    word = canary()
    file_case(skildring=word)
    browser = client_for(cast.leif)
    with databases.writing() as db:
        db.connection().exec_driver_sql("ALTER TABLE leselogg RENAME TO leselogg_borte")
        db.commit()
    for kind in ("csv", "xlsx"):
        answer = browser.get(f"/avvik/eksport.{kind}?liste=alle")
        assert answer.status_code >= 500
        assert word.encode() not in answer.data
