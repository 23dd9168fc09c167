"""Bad requests get a clear answer: no address, method, field or value makes the program fail (5xx)."""

import random
import string
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.cast import Cast
from tests.conftest import ClientFor, Csrf

NASTY = [
    "",
    "0",
    "-1",
    "9" * 5000,
    str(2**63),
    "\x00",
    "a\x00b",
    "\ud800",
    "\u202eabc\u202c",
    "{{7*7}}",
    "../../etc/passwd",
    "' OR 1=1 --",
    "<script>alert(1)</script>",
    "[" * 20_000,
    "x" * 100_000,
    "NaN",
    "2026-02-30",
    "2026-13-45T99:99",
    "0001-01-01T00:00",
    "9999-12-31T23:59",
    "%s%s%n",
    "＝1+1",
    "nn",
    "true",
]
QUICK, LONG = 400, 10_000


def _value(rng: random.Random) -> str:
    if rng.random() < 0.6:
        return rng.choice(NASTY)
    return "".join(rng.choice(string.printable + "æøåÆØÅ\u200f") for _ in range(rng.randint(0, 60)))


def _path(rng: random.Random, app: Flask) -> str:
    rule = rng.choice([rule for rule in app.url_map.iter_rules() if rule.endpoint != "static" and "logg-ut" not in rule.rule])
    parts = []
    for piece in rule.rule.split("/"):
        if not piece.startswith("<"):
            parts.append(piece)
        elif rng.random() < 0.5:
            parts.append(rng.choice(["2026-1", "1", "7", "999999999", "start", "nn", "abc"]))
        else:
            parts.append("".join(ch for ch in _value(rng)[:200] if ch not in "/?#") or "x")
    return quote("/".join(parts).encode("utf-8", "surrogatepass"), safe="/") or "/"


def _names(app: Flask) -> list[str]:
    return [
        *["nokkel", "eining", "tidspunkt", "hovudtype", "underkategori", "skildring", "alvorsgrad", "art", "serie_tal", "alvor"],
        *["tekst", "grunngiving", "versjon", "plikt", "gjer", "kjent", "arsak", "utfall", "sluttsvar", "tittel", "frist", "nr"],
        *["ansvarleg", "brukarnamn", "passord", "sprak", "next", "liste", "for", "person", "rolle", "q", "stadfest", "kode"],
    ]


def storm(app: Flask, browsers: list[FlaskClient], csrf: Csrf, *, count: int, seed: int) -> None:
    """Send `count` odd requests as different people; every answer is below 500."""
    rng = random.Random(seed)
    tokens = [csrf(browser) for browser in browsers]
    for _n in range(count):
        which = rng.randrange(len(browsers))
        path = _path(rng, app)
        fields = {name: _value(rng) for name in rng.sample(_names(app), rng.randint(0, 8))}
        method = rng.choice(["GET", "POST", "POST", "PUT", "HEAD", "DELETE"])
        body = fields | ({"csrf_token": tokens[which]} if rng.random() < 0.9 else {})
        encoded = {
            key.encode("utf-8", "surrogatepass").decode("latin-1"): value.encode("utf-8", "surrogatepass")
            for key, value in body.items()
        }
        if method == "GET":
            answer = browsers[which].get(path, query_string={key: value[:500] for key, value in encoded.items()})
        else:
            answer = browsers[which].open(path, method=method, data=encoded)
        assert answer.status_code < 500, f"{method} {path[:200]!r} {fields!r:.500} gave {answer.status_code}"


@pytest.fixture
def browsers(cast: Cast, client: FlaskClient, client_for: ClientFor) -> list[FlaskClient]:
    """Nobody, and four people with different rights."""
    return [client, *(client_for(person) for person in (cast.kari, cast.leif, cast.kval, cast.adam))]


def test_odd_requests_get_a_clear_answer(app: Flask, browsers: list[FlaskClient], csrf: Csrf) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    storm(app, browsers, csrf, count=QUICK, seed=20261122)


@pytest.mark.sweep
def test_ten_thousand_odd_requests(app: Flask, browsers: list[FlaskClient], csrf: Csrf) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    storm(app, browsers, csrf, count=LONG, seed=7)
