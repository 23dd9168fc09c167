"""What is known is worked out again as soon as anything was changed, whoever changed it, and holds nothing people wrote."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.engine import Engine

from avvik.actions import Melding, report_avvik
from avvik.models import Avvik, AvvikFilter
from kjerne import kept, known
from kjerne.db import Databases
from kjerne.models import Innstilling
from tests.avvik.skjema import Csrf, send
from tests.cast import Cast
from tests.conftest import ClientFor, Clock, WorkFor

CANARY = "Kanarifuglen song i gangen"
File = Callable[..., str]


@pytest.fixture
def file(databases: Databases, work_for: WorkFor, cast: Cast, clock: Clock) -> File:
    """Give a function that files a case, as another process would, and gives its number."""

    def make(text: str = "Ein brukar fall.") -> str:
        said = Melding(
            nokkel=str(uuid4()),
            eining_id=cast.it01.id,
            hendt=clock() - timedelta(hours=1),
            hovudtype="pasient_brukar",
            underkategori="fall_utan_skade",
            skildring=text,
            alvor=2,
        )
        with databases.writing() as db:
            nr = report_avvik(work_for(db, cast.kari), said).avvik.nr
            db.commit()
        return nr

    return make


@pytest.fixture
def asked_for(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[FlaskClient, str], int]]:
    """Give a function that says how many statements a page takes, as outside tests: without the answers being checked."""
    monkeypatch.setattr(known, "CHECK", False)
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    event.listen(Engine, "before_cursor_execute", note)

    def count(browser: FlaskClient, path: str) -> int:
        said.clear()
        assert browser.get(path).status_code == 200
        return len([one for one in said if one.startswith("SELECT")])

    yield count
    event.remove(Engine, "before_cursor_execute", note)


@pytest.mark.both
def test_an_unchanged_list_is_one_question_and_a_change_is_seen_at_once(
    cast: Cast, client_for: ClientFor, file: File, asked_for: Callable[[FlaskClient, str], int]
) -> None:
    first = file()
    leif = client_for(cast.leif)
    leif.get("/avvik/")
    assert asked_for(leif, "/avvik/") == 1, "who she is, what she may, and whether anything was changed"
    second = file()
    shown = leif.get("/avvik/").text
    assert f"/avvik/{first}" in shown
    assert f"/avvik/{second}" in shown
    assert asked_for(leif, "/avvik/") == 1


@pytest.mark.both
def test_what_is_not_in_the_log_raises_the_stamp(
    cast: Cast, client_for: ClientFor, file: File, databases: Databases, asked_for: Callable[[FlaskClient, str], int]
) -> None:
    nr = file()
    leif = client_for(cast.leif)
    assert f"/avvik/{nr}" in leif.get("/avvik/").text
    with databases.writing() as db:
        before = db.get(Innstilling, kept.ANSWERS)
        stood = before.verdi if before else "0"
        db.add(AvvikFilter(person_id=cast.leif.id, namn="Nattevakter", sporjing="liste=alle"))
        db.commit()
    assert "Nattevakter" in leif.get("/avvik/").text
    with databases.writing() as db:
        now = db.get(Innstilling, kept.ANSWERS)
        assert now is not None
        assert now.verdi != stood
        nummer = int(nr.partition("-")[2])
        db.query(Avvik).where(Avvik.lopenr == nummer).update({"alvor": 4})
        db.commit()
    assert "niva-4" in leif.get("/avvik/").text or "Høg" in leif.get("/avvik/").text


def test_a_line_that_was_taken_back_does_not_count_as_one(
    cast: Cast, client_for: ClientFor, file: File, databases: Databases, work_for: WorkFor
) -> None:
    file()
    leif = client_for(cast.leif)
    leif.get("/avvik/")
    with databases.writing() as db:
        point = db.begin_nested()
        db.info[known.LOGGED] = True
        point.rollback()
        db.add(AvvikFilter(person_id=cast.leif.id, namn="Etter angringa", sporjing="liste=alle"))
        db.commit()
    assert "Etter angringa" in leif.get("/avvik/").text


@pytest.mark.both
def test_an_anonymous_report_is_seen_at_once_though_its_line_comes_by_night(
    cast: Cast, client_for: ClientFor, csrf: Csrf, file: File
) -> None:
    file()
    leif, kari = client_for(cast.leif), client_for(cast.kari)
    kari.get("/avvik/nytt")
    leif.get("/avvik/")
    answer = send(kari, csrf, anonym="1", underkategori="fall_utan_skade")
    nr = re.findall(r"\d{4}-\d+", answer.text)[0]
    assert f"/avvik/{nr}" in leif.get("/avvik/").text


def test_nobody_is_given_what_another_knows(cast: Cast, client_for: ClientFor, file: File) -> None:
    nr = file()
    assert f"/avvik/{nr}" in client_for(cast.leif).get("/avvik/?liste=alle").text
    assert f"/avvik/{nr}" not in client_for(cast.nils).get("/avvik/?liste=alle").text
    assert f"/avvik/{nr}" in client_for(cast.leif).get("/avvik/?liste=alle").text


def test_no_case_text_stays_in_memory(cast: Cast, client_for: ClientFor, file: File) -> None:
    nr = file(CANARY)
    leif, kari = client_for(cast.leif), client_for(cast.kari)
    for browser in (leif, kari):
        for path in ("/", "/avvik/", "/avvik/?liste=alle", f"/avvik/{nr}", "/avvik/tal"):
            browser.get(path)
    assert known._held, "something is known"
    assert CANARY not in repr(list(known._held.values()))
