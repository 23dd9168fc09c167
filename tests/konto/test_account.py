"""My own account: password, language, what my page tells me; and the rules of waiting without a database."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app import JOBS
from kjerne import passwords
from kjerne.config import Config
from kjerne.db import Databases
from kjerne.jobs import Runner
from kjerne.models import Innloggingsforsok, Loggline, Okt, Person
from konto import rules
from konto.rules import Count
from tests import make
from tests.cast import Cast
from tests.conftest import Clock

ClientFor = Callable[..., FlaskClient]
Csrf = Callable[..., str]
NOW = datetime(2026, 11, 22, 21, 40, tzinfo=UTC)
NEW = "ei heilt ny setning"


def change(client: FlaskClient, csrf: Csrf, **fields: str) -> int:
    data = {"no": make.PASSORD, "nytt": NEW, "gjenta": NEW, "csrf_token": csrf(client), **fields}
    return int(client.post("/passord", data=data).status_code)


def test_a_new_password_ends_my_sessions_elsewhere(
    cast: Cast, client_for: ClientFor, csrf: Csrf, databases: Databases, config: Config
) -> None:
    here, there = client_for(cast.kari), client_for(cast.kari)
    assert change(here, csrf) == 303
    assert here.get("/min-side").status_code == 200
    assert there.get("/min-side").status_code == 303
    with databases.reading() as db:
        stored = db.get_one(Person, cast.kari.id).passord_hash
        said = db.scalars(select(Loggline).where(Loggline.hending == "konto:passord-endra")).one()
    assert passwords.check(config, stored, NEW)
    assert NEW not in str(said.endring)


@pytest.mark.parametrize(
    "fields",
    [
        {"no": "feil passord her"},
        {"no": ""},
        {"nytt": "kort", "gjenta": "kort"},
        {"gjenta": "noko anna heilt"},
        {"nytt": "aaaaaaaaaaaa", "gjenta": "aaaaaaaaaaaa"},
        {"nytt": "kari@kommune.test", "gjenta": "kari@kommune.test"},
        {"nytt": "x" * 300, "gjenta": "x" * 300},
        {"nytt": "abcdefgh\x00ij", "gjenta": "abcdefgh\x00ij"},
    ],
)
def test_a_password_that_will_not_do(
    fields: dict[str, str], cast: Cast, client_for: ClientFor, csrf: Csrf, databases: Databases
) -> None:
    kari = client_for(cast.kari)
    assert change(kari, csrf, **fields) == 422
    with databases.reading() as db:
        assert db.get_one(Person, cast.kari.id).passord_hash == cast.kari.passord_hash


def test_guessing_the_present_password_is_slowed(cast: Cast, client_for: ClientFor, csrf: Csrf) -> None:
    kari = client_for(cast.kari)
    statuses = [change(kari, csrf, no="feil passord her") for _ in range(7)]
    assert statuses == [422] * 5 + [429] * 2


def test_language_follows_the_person_and_the_device(
    cast: Cast, client: FlaskClient, client_for: ClientFor, csrf: Csrf, databases: Databases
) -> None:
    assert 'lang="nn"' in client.get("/logg-inn").get_data(as_text=True)
    assert client.post("/sprak", data={"sprak": "en", "csrf_token": csrf(client)}).status_code == 303
    page = client.get("/logg-inn").get_data(as_text=True)
    assert 'lang="en"' in page
    assert "Shared tablet" in page
    kari = client_for(cast.kari)
    answer = kari.post("/sprak", data={"sprak": "nb", "next": "/min-side", "csrf_token": csrf(kari)})
    assert answer.headers["Location"] == "/min-side"
    assert 'lang="nb"' in client_for(cast.kari).get("/min-side").get_data(as_text=True)
    assert kari.post("/sprak", data={"sprak": "sv", "csrf_token": csrf(kari)}).status_code == 422
    back = {"headers": {"Referer": "http://localhost/passord"}}
    assert kari.post("/sprak", data={"sprak": "nn", "csrf_token": csrf(kari)}, **back).headers["Location"] == "/passord"
    away = {"headers": {"Referer": "http://evil.no/passord"}}
    assert kari.post("/sprak", data={"sprak": "nn", "csrf_token": csrf(kari)}, **away).headers["Location"] == "/"


def test_my_page_tells_my_roles_and_where(cast: Cast, client_for: ClientFor) -> None:
    page = client_for(cast.leif).get("/min-side").get_data(as_text=True)
    assert "Solbakken 1. etasje" in page
    assert "Leiar" in page
    assert cast.leif.ansattnr in page


def test_nobody_else_sees_that_an_invitation_exists(client: FlaskClient, csrf: Csrf) -> None:
    assert client.get("/invitasjon/tull").status_code == 404
    assert client.post("/invitasjon/tull", data={"csrf_token": csrf(client)}).status_code == 404


def test_counters_and_old_sessions_are_swept(
    cast: Cast, client: FlaskClient, client_for: ClientFor, csrf: Csrf, databases: Databases, config: Config, clock: Clock
) -> None:
    client_for(cast.kari)
    client.post("/logg-inn", data={"brukarnamn": "x", "passord": "y", "csrf_token": csrf(client)})
    clock.forward(hours=25)
    client_for(cast.leif)
    gone = client_for(cast.nina)
    gone.post("/logg-ut", data={"csrf_token": csrf(gone)})
    job = next(job for job in JOBS if job.name == "konto-rydding")
    Runner(databases, config, clock, {}).run(job)
    with databases.reading() as db:
        assert db.scalar(select(func.count()).select_from(Innloggingsforsok)) == 0
        assert list(db.scalars(select(Okt.person_id))) == [cast.leif.id]


@pytest.mark.parametrize(("failures", "waits"), [(0, 0), (4, 0), (5, 5), (6, 10), (7, 20), (12, 640), (13, 900), (10_000, 900)])
def test_the_wait_doubles_and_stops_at_fifteen_minutes(failures: int, waits: int) -> None:
    assert rules.account_wait(Count(failures, NOW), NOW) == waits
    assert rules.account_wait(Count(failures, NOW), NOW + timedelta(seconds=waits)) == 0


def test_an_hour_of_quiet_starts_anew() -> None:
    old = Count(50, NOW)
    assert rules.account_failures(old, NOW + timedelta(minutes=59)) == 51
    assert rules.account_failures(old, NOW + timedelta(minutes=61)) == 1


def test_the_address_leaks_one_each_ten_seconds() -> None:
    full = Count(100, NOW)
    assert rules.origin_wait(full, NOW) == 10
    assert rules.origin_wait(full, NOW + timedelta(seconds=10)) == 0
    assert rules.origin_level(full, NOW + timedelta(minutes=30)) == 0
    assert rules.origin_level(full, NOW - timedelta(minutes=30)) == 100, "a clock set back opens nothing"


@pytest.mark.parametrize("text", ["2026-17", "2026-1234567"])
def test_case_numbers(text: str) -> None:
    assert rules.is_case_number(text)


@pytest.mark.parametrize("text", ["", "2026", "2026-", "-17", "2026-17<", "20266-1", "2026-12345678", "２０２６-17"])
def test_what_is_no_case_number_is_not_shown(text: str) -> None:
    assert not rules.is_case_number(text)
