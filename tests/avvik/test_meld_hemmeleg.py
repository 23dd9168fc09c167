"""Names that must not be known: confidential, anonymous, and cases about a leader."""

import io
import re
import uuid
from datetime import datetime
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import MetaData, Table, select

from avvik.models import Avvik, AvvikInhabil, AvvikMeldarLoynd, AvvikNokkel
from kjerne.db import Databases
from kjerne.models import Epost, Fil, Leselogg, Loggline
from tests.avvik.skjema import body, send
from tests.cast import Cast
from tests.conftest import ClientFor, Clock, Csrf

CODE = re.compile(r"[A-Z2-7]{4}(?:-[A-Z2-7]{4}){3}")
Rows = dict[str, list[dict[str, Any]]]


def dump(databases: Databases) -> Rows:
    """Every row of every table."""
    everything = MetaData()
    everything.reflect(databases.engine)
    with databases.engine.connect() as raw:
        return {table.name: [dict(row) for row in raw.execute(select(table)).mappings()] for table in everything.sorted_tables}


def columns_to_person(databases: Databases) -> dict[str, set[str]]:
    """Table → the columns that point at a person, as the database itself says."""
    everything = MetaData()
    everything.reflect(databases.engine)

    def pointing(table: Table) -> set[str]:
        return {key.parent.name for key in table.foreign_keys if key.column.table.name == "person"}

    return {table.name: pointing(table) for table in everything.sorted_tables}


def new_rows(before: Rows, after: Rows) -> list[tuple[str, dict[str, Any]]]:
    return [(name, row) for name, rows in after.items() for row in rows if row not in before.get(name, [])]


def picture() -> tuple[io.BytesIO, str]:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x013B] = "Nina Nabo"  # artist
    Image.new("RGB", (30, 20), "white").save(out, "JPEG", exif=exif)
    return io.BytesIO(out.getvalue()), "nina-sitt-bilete.jpg"


@pytest.mark.both
def test_nothing_joins_an_anonymous_case_to_its_writer(
    client_for: ClientFor, csrf: Csrf, cast: Cast, databases: Databases, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    browser = client_for(cast.nina)
    said = body(anonym="1", hovudtype="hms", underkategori="psykososialt", skildring="Tonen på vaktrommet er hard.")
    browser.post("/avvik/kladd", data={"csrf_token": csrf(browser), **said, "anonym": ""})
    before = dump(databases)
    capsys.readouterr()
    answer = send(browser, csrf, **said, bilete=picture())
    browser.post("/avvik/kladd", data={"csrf_token": csrf(browser), **said, "anonym": ""})  # the page's last autosave
    log = capsys.readouterr()
    after = dump(databases)
    assert answer.status_code == 200
    assert "Location" not in answer.headers
    code = CODE.search(answer.get_data(as_text=True))
    assert code, "the receipt shows the code"

    added = new_rows(before, after)
    pointing = columns_to_person(databases)
    assert {name for name, _row in added} >= {"avvik", "avvik_nokkel", "avvik_hending", "loggline", "fil", "epost"}
    for name, row in added:
        for column in pointing[name]:
            assert row[column] != cast.nina.id, f"{name}.{column} points at the writer"
        for column, value in row.items():
            text = str(value)
            for secret in ("Nina", "nina", cast.nina.ansattnr, code[0]):
                assert secret not in text, f"{name}.{column} holds {secret}"
            if isinstance(value, datetime):
                assert (value.minute, value.second) == (0, 0), f"{name}.{column} tells the minute"
    assert [row["aktor"] for name, row in added if name == "loggline"] == ["anonym"]
    assert said["nokkel"] not in {row["nokkel"] for row in after["avvik_kladd"]}
    assert after["leselogg"] == before["leselogg"]
    for secret in ("Nina", cast.nina.ansattnr, "vaktrommet", code[0], str(said["nokkel"])):
        assert secret not in log.out + log.err


def test_an_anonymous_filing_again_shows_the_same_code(client_for: ClientFor, csrf: Csrf, cast: Cast, databases: Databases) -> None:
    browser = client_for(cast.nina)
    said = body(anonym="1")
    codes = [CODE.findall(send(browser, csrf, **said).get_data(as_text=True))[0] for _time in range(2)]
    assert codes[0] == codes[1]
    with databases.reading() as db:
        assert len(db.scalars(select(Avvik)).all()) == 1
        assert db.scalars(select(AvvikNokkel)).one().person_id is None
    assert "2026-1" not in browser.get("/").get_data(as_text=True), "it is not among hers"
    assert browser.get("/avvik/2026-1").status_code == 404


def test_types_that_do_not_allow_it_refuse(client_for: ClientFor, csrf: Csrf, cast: Cast) -> None:
    browser = client_for(cast.kari)
    no_anonymous = send(browser, csrf, hovudtype="brann", underkategori="roming", anonym="1")
    no_hidden = send(browser, csrf, hovudtype="bygg_utstyr", underkategori="reinhald_bygg", konfidensiell="1")
    assert (no_anonymous.status_code, no_hidden.status_code) == (422, 422)
    assert 'href="#anonym"' in no_anonymous.get_data(as_text=True)
    assert 'href="#konfidensiell"' in no_hidden.get_data(as_text=True)


def test_a_confidential_name_is_on_no_page_letter_or_log_line(
    client_for: ClientFor, csrf: Csrf, cast: Cast, databases: Databases, capsys: pytest.CaptureFixture[str]
) -> None:
    nina = client_for(cast.nina)  # from the neighbour unit, so that her name stands in no list of staff
    capsys.readouterr()
    place = send(nina, csrf, konfidensiell="1", bilete=picture()).headers["Location"]
    assert "Leif Leiar" in nina.get(place).get_data(as_text=True), "she has her own page"
    nina.post(f"{place}/svar-sporsmal", data={"csrf_token": csrf(nina), "tekst": "Eg kom på noko meir."})
    pages = ["/", "/avvik/", "/avvik/?liste=opne", "/avvik/?liste=alle", place, f"{place}/lesarar"]
    for reader in (cast.leif, cast.kval):
        browser = client_for(reader)
        for path in pages:
            answer = browser.get(path)
            page = answer.get_data(as_text=True)
            assert answer.status_code in {200, 404}
            assert "Nina" not in page, f"{path} shows the name to {reader.namn}"
    assert "meldaren" in client_for(cast.leif).get(place).get_data(as_text=True)
    with databases.reading() as db:
        case = db.scalars(select(Avvik)).one()
        assert (case.konfidensiell, case.meldar_id) == (True, None)
        assert db.scalars(select(AvvikMeldarLoynd)).one().person_id == cast.nina.id
        assert db.scalars(select(Fil)).one().person_id is None
        for letter in db.scalars(select(Epost)):
            assert "Nina" not in letter.tekst + letter.emne
        for line in db.scalars(select(Loggline).where(Loggline.subjekt_type == "avvik")):
            assert line.aktor != str(cast.nina.id)
            assert "Nina" not in str(line.endring)
        assert db.scalar(select(Leselogg.id).where(Leselogg.person_id == cast.nina.id)) is None, "her readings would name her"
    log = capsys.readouterr()
    assert "Nina" not in log.out + log.err


@pytest.mark.both
def test_about_my_leader_goes_past_her_and_her_deputy(client_for: ClientFor, csrf: Csrf, cast: Cast, databases: Databases) -> None:
    kari = client_for(cast.kari)
    place = send(kari, csrf, gjeld_leiar="1", hovudtype="hms", underkategori="psykososialt").headers["Location"]
    page = kari.get(place).get_data(as_text=True)
    assert "Signe Sjef" in page
    for concerned in (cast.leif, cast.astrid):
        browser = client_for(concerned)
        assert browser.get(place).status_code == 404
        for path in ("/", "/avvik/", "/avvik/?liste=alle", "/avvik/?liste=opne"):
            assert "2026-1" not in browser.get(path).get_data(as_text=True)
    assert client_for(cast.signe).get(place).status_code == 200
    with databases.reading() as db:
        assert set(db.scalars(select(AvvikInhabil.person_id))) == {cast.leif.id, cast.astrid.id}
        assert set(db.scalars(select(Epost.til_person_id))) == {cast.signe.id}


def test_the_tracking_page_shows_and_answers_by_code_alone(
    client_for: ClientFor, csrf: Csrf, cast: Cast, databases: Databases
) -> None:
    nina, leif = client_for(cast.nina), client_for(cast.leif)
    receipt = send(nina, csrf, anonym="1").get_data(as_text=True)
    code = CODE.findall(receipt)[0]
    asked = leif.post("/avvik/2026-1/sporsmal", data={"csrf_token": csrf(leif), "tekst": "Når på dagen hende det?"})
    assert asked.status_code == 303, asked.get_data(as_text=True)[:1500]
    shown = nina.post("/avvik/sporing", data={"csrf_token": csrf(nina), "kode": code.lower().replace("-", " ")})
    assert shown.status_code == 200
    assert "Når på dagen hende det?" in shown.get_data(as_text=True)
    answered = nina.post("/avvik/sporing", data={"csrf_token": csrf(nina), "kode": code, "tekst": "Ved frukosten."})
    assert answered.status_code == 200
    assert "Ved frukosten." in leif.get("/avvik/2026-1").get_data(as_text=True)
    with databases.reading() as db:
        case = db.scalars(select(Avvik)).one()
        assert not case.ventar_meldar
        assert code not in str(case.sporingskode_hash)
        about = [line.aktor for line in db.scalars(select(Loggline).where(Loggline.subjekt_type == "avvik"))]
        assert str(cast.nina.id) not in about
    refused = nina.post("/avvik/sporing", data={"csrf_token": csrf(nina), "kode": code, "tekst": "Gjeld 13097248022"})
    assert refused.status_code == 422
    assert 'data-feil="identitet"' in refused.get_data(as_text=True)


def test_guessing_codes_is_slow_and_counted_in_the_database(
    client_for: ClientFor, csrf: Csrf, cast: Cast, client: Any, clock: Clock
) -> None:
    code = CODE.findall(send(client_for(cast.nina), csrf, anonym="1").get_data(as_text=True))[0]
    token = csrf(client)
    statuses = [
        client.post("/avvik/sporing", data={"csrf_token": token, "kode": str(uuid.uuid4())}).status_code for _each in range(12)
    ]
    assert statuses == [422] * 10 + [429] * 2
    assert client.post("/avvik/sporing", data={"csrf_token": token, "kode": code}).status_code == 429
    clock.forward(minutes=16)
    assert client.post("/avvik/sporing", data={"csrf_token": token, "kode": code}).status_code == 200


def test_the_code_is_never_taken_from_an_address(client: Any, client_for: ClientFor, csrf: Csrf, cast: Cast) -> None:
    code = CODE.findall(send(client_for(cast.nina), csrf, anonym="1").get_data(as_text=True))[0]
    page = client.get(f"/avvik/sporing?kode={code}").get_data(as_text=True)
    assert "2026-1" not in page
    assert code not in page
