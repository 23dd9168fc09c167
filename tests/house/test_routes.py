"""House rules for the routes: each has a right, a GET changes nothing, a POST without a token is refused."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import text
from werkzeug.routing import IntegerConverter, Rule, UUIDConverter

from kjerne.access import Open, Right
from kjerne.db import Databases
from migrations.tables import metadata
from tests.cast import Cast
from tests.conftest import ClientFor

#: Written at a GET by the edge itself, and by nobody else.
EDGES_OWN = {"leselogg", "okt"}
EXAMPLES: dict[str, str] = {"nr": "2026-1", "path": "x", "filename": "app.js", "namn": "hovudtype", "tabell": "hovudtype"}


def rules(app: Flask, method: str) -> Iterator[Rule]:
    """Our own routes of a method; files under /static are Flask's."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint != "static" and method in (rule.methods or ()):
            yield rule


def example(name: str, rule: Rule) -> object:
    """Something a converter takes."""
    kind = rule._converters[name]
    if isinstance(kind, UUIDConverter):
        return UUID(int=1)
    return 1 if isinstance(kind, IntegerConverter) else EXAMPLES.get(name, "x")


def address(app: Flask, rule: Rule) -> str:
    """An address of a route, with something in each place."""
    values = {name: example(name, rule) for name in rule.arguments}
    with app.test_request_context():
        found = app.url_map.bind("localhost").build(rule.endpoint, values, method=next(iter(rule.methods or {"GET"})))
    return str(found)


def contents(databases: Databases) -> dict[str, list[Any]]:
    """Everything in the database but what the edge writes itself."""
    with databases.reading() as db:
        return {
            name: sorted(map(repr, db.execute(text(f'SELECT * FROM "{name}"')).all()))
            for name in metadata.tables
            if name not in EDGES_OWN
        }


def test_every_route_has_a_right(app: Flask) -> None:
    needs = app.extensions["internkontroll_needs"]
    without = [rule.rule for rule in app.url_map.iter_rules() if rule.endpoint not in needs and rule.endpoint != "static"]
    assert not without, f"{without}: publish pages with @area.page(…, needs=…)"
    assert all(isinstance(need, Right | Open) for need in needs.values())


def test_no_page_is_open_to_all_by_accident(app: Flask) -> None:
    """The list is written by hand: whoever opens a page to the world says so here too."""
    needs = app.extensions["internkontroll_needs"]
    opened = {rule.rule for rule in app.url_map.iter_rules() if needs.get(rule.endpoint) is Open.ALL}
    assert opened <= {
        "/livez",
        "/readyz",
        "/metrics",
        "/utsjanad.css",
        "/utsjanad/logo",
        "/logg-inn",
        "/logg-ut",
        "/sprak",
        "/invitasjon/<token>",
        "/okt",
        "/avvik/sporing",
        "/tilgjenge",
        "/hjelp",
        "/hjelp/<namn>",
        "/tiltak/kalender/<token>.ics",
    }, opened


def test_each_route_is_one_method(app: Flask) -> None:
    mixed = [rule.rule for rule in app.url_map.iter_rules() if {"GET", "POST"} <= (rule.methods or set())]
    assert not mixed, f"{mixed}: one view for GET and one for POST, so that the edge knows which of them writes"


@pytest.mark.parametrize("who", ["kari", "leif", "signe", "kval", "adam", "rita"])
def test_no_get_changes_anything_and_none_breaks(
    app: Flask, client_for: ClientFor, databases: Databases, cast: Cast, who: str
) -> None:
    browser = client_for(cast.people[who])
    before = contents(databases)
    for rule in rules(app, "GET"):
        path = address(app, rule)
        status = browser.get(path).status_code
        assert status < 500, f"GET {path} as {who}: {status}"
    assert contents(databases) == before


def test_a_post_without_a_token_is_refused_and_changes_nothing(
    app: Flask, client_for: ClientFor, databases: Databases, cast: Cast
) -> None:
    browser = client_for(cast.adam)
    before = contents(databases)
    for rule in rules(app, "POST"):
        path = address(app, rule)
        status = browser.post(path, data={"namn": "x"}).status_code
        assert 400 <= status < 500, f"POST {path} without a token: {status}"
    assert contents(databases) == before


def test_pages_that_need_somebody_send_strangers_to_the_login(app: Flask) -> None:
    needs = app.extensions["internkontroll_needs"]
    stranger = app.test_client()
    for rule in rules(app, "GET"):
        if needs[rule.endpoint] is Open.ALL:
            continue
        answer = stranger.get(address(app, rule))
        assert answer.status_code == 303, rule.rule
        assert answer.headers["Location"].startswith("/logg-inn"), rule.rule


def test_every_answer_carries_the_headers_that_protect(app: Flask, client_for: ClientFor, cast: Cast) -> None:
    for path in ("/", "/finst-ikkje", "/livez", "/logg-inn"):
        answer = client_for(cast.kari).get(path)
        assert answer.headers["Cache-Control"] == "no-store", path
        assert answer.headers["X-Content-Type-Options"] == "nosniff", path
        assert "unsafe" not in answer.headers["Content-Security-Policy"], path
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"], path
