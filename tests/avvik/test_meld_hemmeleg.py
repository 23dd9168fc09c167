"""Names that must not be known: confidential, anonymous, and cases about a leader."""

import io
import json
import re
import uuid
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import MetaData, Table, select

from avvik.actions.history import log_anonymous_lines
from avvik.models import Avvik, AvvikInhabil, AvvikMeldarLoynd, AvvikNokkel
from kjerne import files, mail
from kjerne.config import Config
from kjerne.db import Databases
from kjerne.log import verify
from kjerne.models import Epost, Fil, Leselogg, Loggline
from tests import make
from tests.avvik.skjema import body, send
from tests.cast import Cast
from tests.conftest import ClientFor, Clock, Csrf, WorkFor

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


KINDS: tuple[dict[str, object], ...] = (
    {"hovudtype": "hms", "underkategori": "psykososialt"},
    {"hovudtype": "pasient_brukar", "underkategori": "fall_utan_skade", "alvorsgrad": "kritisk"},
)


@pytest.mark.both
@pytest.mark.parametrize("kind", KINDS, ids=["mild", "with duties"])
def test_nothing_joins_an_anonymous_case_to_its_writer(
    client_for: ClientFor,
    csrf: Csrf,
    cast: Cast,
    databases: Databases,
    work_for: WorkFor,
    kind: dict[str, object],
    capsys: pytest.CaptureFixture[str],
) -> None:
    browser = client_for(cast.nina)
    said = body(anonym="1", skildring="Tonen på vaktrommet er hard.", **kind)
    browser.post("/avvik/kladd", data={"csrf_token": csrf(browser), **said, "anonym": ""})
    before = dump(databases)
    capsys.readouterr()
    answer = send(browser, csrf, **said, bilete=picture())
    browser.post("/avvik/kladd", data={"csrf_token": csrf(browser), **said, "anonym": ""})  # the page's last autosave
    log = capsys.readouterr()
    assert dump(databases)["loggline"] == before["loggline"], "the chain waits for the night"
    with databases.writing() as db:
        assert log_anonymous_lines(work_for(db, None)) == 1
        assert log_anonymous_lines(work_for(db, None)) == 0, "once"
        db.commit()
    after = dump(databases)
    assert answer.status_code == 200
    assert "Location" not in answer.headers
    sent = [json.loads(line) for line in log.out.splitlines() if '"POST"' in line and '"/avvik/nytt"' in line]
    assert [line["status"] for line in sent] == [303], "the request log knows no anonymous filing from another"
    code = CODE.search(answer.get_data(as_text=True))
    assert 'action="/sprak"' not in answer.get_data(as_text=True), "changing language would leave the one page that shows the code"
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


def test_between_login_and_logout_the_log_holds_nothing_of_an_anonymous_case(
    client: FlaskClient, csrf: Csrf, cast: Cast, databases: Databases, config: Config, work_for: WorkFor
) -> None:
    client.post(
        "/logg-inn", data={"brukarnamn": cast.nina.ansattnr, "passord": make.PASSORD, "csrf_token": csrf(client, "/logg-inn")}
    )
    code = CODE.findall(send(client, csrf, anonym="1").get_data(as_text=True))[0]
    client.post("/logg-ut", data={"csrf_token": csrf(client)})
    asked = {"kode": code, "tekst": "Det hende att i dag.", "csrf_token": csrf(client)}
    assert client.post("/avvik/sporing", data=asked).status_code == 200
    with databases.writing() as db:
        assert {line.subjekt_type for line in db.scalars(select(Loggline))} == {"person"}
        assert log_anonymous_lines(work_for(db, None)) == 2
        lines = db.scalars(select(Loggline).where(Loggline.subjekt_type == "avvik")).all()
        assert {(line.hending, line.aktor) for line in lines} == {("avvik:meldt", "anonym"), ("avvik:opplysning", "anonym")}
        assert {(line.tid.minute, line.tid.second) for line in lines} == {(0, 0)}
        assert all(line.endring.get("tekst") for line in lines if line.hending == "avvik:opplysning"), (
            "the text is proven by its digest"
        )
        assert verify(db, config.secret_key).broken_at is None


def test_the_disk_does_not_tell_the_minute_of_an_anonymous_file(
    client_for: ClientFor, csrf: Csrf, cast: Cast, databases: Databases, config: Config
) -> None:
    send(client_for(cast.nina), csrf, anonym="1", bilete=picture())
    with databases.reading() as db:
        row = db.scalars(select(Fil)).one()
    assert files.path_of(config.data_dir, row.sha256).stat().st_mtime == row.lasta_opp.timestamp()
    assert row.lasta_opp.minute == 0


def test_a_letter_about_an_anonymous_case_is_sent_at_an_hour(
    client_for: ClientFor,
    csrf: Csrf,
    cast: Cast,
    databases: Databases,
    config: Config,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("kjerne.mail._send", lambda _config, _row: None)
    send(client_for(cast.nina), csrf, anonym="1")
    clock.forward(minutes=3)
    send(client_for(cast.nina), csrf)
    assert mail.send_outbox(databases, replace(config, smtp_url="smtp://127.0.0.1:1"), clock()) == 2
    with databases.reading() as db:
        first, second = db.scalars(select(Epost).order_by(Epost.id))
    assert first.sendt == first.neste_forsok == clock().replace(minute=0)
    assert second.sendt == clock()


@pytest.mark.both
def test_the_key_of_an_anonymous_filing_tells_others_nothing(
    client_for: ClientFor, csrf: Csrf, cast: Cast, databases: Databases
) -> None:
    said = body(anonym="1")
    first = client_for(cast.nina)
    page = send(first, csrf, **said).get_data(as_text=True)
    assert CODE.search(page)
    again = client_for(cast.nina)  # a new login: its forms have a new secret
    for browser in (client_for(cast.kari), client_for(cast.leif), again):
        answer = send(browser, csrf, **said)
        assert answer.status_code == 409
        told = answer.get_data(as_text=True)
        assert not CODE.search(told)
        assert "2026-1" not in told
    assert send(first, csrf, **{**said, "skildring": "Noko anna."}).status_code == 409
    assert CODE.findall(send(first, csrf, **said).get_data(as_text=True)) == CODE.findall(page)
    with databases.reading() as db:
        assert len(db.scalars(select(Avvik)).all()) == 1


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
