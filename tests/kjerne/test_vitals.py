"""Alive, ready, figures for the right asker, and a request log that holds no text."""

import json

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kjerne import migrering, vitals
from kjerne.config import Config
from kjerne.db import Databases
from tests.cast import Cast
from tests.conftest import ClientFor


def test_alive_and_ready(client: FlaskClient) -> None:
    assert client.get("/livez").status_code == 200
    assert client.get("/readyz").status_code == 200


def test_a_database_of_another_version_is_alive_but_not_ready(client: FlaskClient, databases: Databases) -> None:
    migrering.downgrade(databases, "0001")
    assert client.get("/livez").status_code == 200
    answer = client.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "migration\n")


def test_a_database_that_is_away_is_alive_but_not_ready(client: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    away = Databases("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    house = app.extensions["internkontroll"]
    monkeypatch.setitem(app.extensions, "internkontroll", type(house)(house.config, away, house.clock))
    assert client.get("/livez").status_code == 200
    answer = client.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "database\n")
    assert client.get("/logg-inn").status_code == 503


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("10.0.0.7", {}, 404),
        ("10.0.0.7", {"Authorization": "Bearer feil"}, 404),
        ("10.0.0.7", {"Authorization": "Bearer rett-teikn"}, 200),
        ("10.0.0.7", {"X-Forwarded-For": "127.0.0.1"}, 404),
        ("127.0.0.1", {"X-Forwarded-For": "10.0.0.7"}, 404),
    ],
)
def test_figures_are_for_this_machine_or_the_token(app: Flask, address: str, headers: dict[str, str], status: int) -> None:
    house = app.extensions["internkontroll"]
    config = Config(**{**vars(house.config), "metrics_token": "rett-teikn"})
    app.extensions["internkontroll"] = type(house)(config, house.databases, house.clock)
    answer = app.test_client().get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": address})
    assert answer.status_code == status


def test_without_a_token_set_no_token_opens(client: FlaskClient) -> None:
    answer = client.get("/metrics", headers={"Authorization": "Bearer "}, environ_base={"REMOTE_ADDR": "10.0.0.7"})
    assert answer.status_code == 404


def test_requests_are_counted_by_rule_not_by_address(client: FlaskClient) -> None:
    client.get("/avvik/2026-4711")
    shown = client.get("/metrics").text
    assert 'rule="/avvik/<nr>"' in shown
    assert "2026-4711" not in shown
    assert "internkontroll_request_seconds_bucket" in shown


def test_the_request_log_has_the_rule_and_no_words_of_anybody(
    client_for: ClientFor, cast: Cast, capsys: pytest.CaptureFixture[str]
) -> None:
    client_for(cast.kari).get("/avvik/?q=KANARIFUGL&side=2")
    client_for(cast.kari).get("/finst/KANARIFUGL")
    written = capsys.readouterr().out
    assert "KANARIFUGL" not in written
    lines = [json.loads(line) for line in written.splitlines() if '"request"' in line]
    assert [line["rule"] for line in lines] == ["/avvik/", "-"]
    assert set(lines[0]) == {"method", "rule", "status", "ms", "request_id", "event", "level", "timestamp"}


@pytest.mark.parametrize(
    "value",
    [
        "Ola Nordmann fall i gangen",
        "01017012345",
        "010170 12345",
        "010170-12345",
        1017012345_0,
        "æøå",
        "a" * 200,
        ["liste"],
        {"kva": "som helst"},
    ],
)
def test_the_guard_removes_sentences_and_identity_numbers(value: object) -> None:
    assert vitals.guard(None, "info", {"event": "x", "a": value}) == {"event": "x", "a": vitals.REMOVED}


@pytest.mark.parametrize("value", ["/avvik/<nr>", "IntegrityError", 200, 12.5, None, True, "2026-11-22"])
def test_the_guard_lets_codes_and_numbers_through(value: object) -> None:
    assert vitals.guard(None, "info", {"a": value}) == {"a": value}
