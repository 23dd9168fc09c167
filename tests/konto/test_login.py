"""Logging in and out: the session is the server's, made new each time, and dead when it has ended."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from kjerne import sessions
from kjerne.config import Config
from kjerne.db import Databases
from kjerne.models import Innloggingsforsok, Loggline, Okt, Person
from tests import make
from tests.cast import Cast
from tests.conftest import Clock

Csrf = Callable[..., str]


def log_in(client: FlaskClient, csrf: Csrf, name: str, password: str = make.PASSORD, **fields: str) -> object:
    form = {"brukarnamn": name, "passord": password, "csrf_token": csrf(client, "/logg-inn"), **fields}
    return client.post("/logg-inn", data=form)


def token_of(client: FlaskClient, config: Config) -> str | None:
    cookie = client.get_cookie(sessions.cookie_name(config))
    return cookie.value if cookie else None


@pytest.mark.both
def test_number_and_email_both_open(client: FlaskClient, csrf: Csrf, cast: Cast, config: Config) -> None:
    for name in (cast.kari.ansattnr, "KARI@kommune.test "):
        answer = log_in(client, csrf, name)
        assert answer.status_code == 303
        assert answer.headers["Location"] == "/"
        assert token_of(client, config)
        client.post("/logg-ut", data={"csrf_token": csrf(client, "/min-side")})


def test_a_session_replayed_after_logout_is_dead(client: FlaskClient, csrf: Csrf, cast: Cast, config: Config) -> None:
    log_in(client, csrf, cast.kari.ansattnr)
    token = token_of(client, config)
    assert client.get("/min-side").status_code == 200
    answer = client.post("/logg-ut", data={"csrf_token": csrf(client, "/min-side")})
    assert answer.status_code == 303
    assert token_of(client, config) is None
    client.set_cookie(sessions.cookie_name(config), str(token))
    assert client.get("/min-side").status_code == 303


def test_login_fixes_no_session(client: FlaskClient, csrf: Csrf, cast: Cast, config: Config, databases: Databases) -> None:
    name = sessions.cookie_name(config)
    client.set_cookie(name, "valt-av-ein-annan")
    log_in(client, csrf, cast.kari.ansattnr)
    first = token_of(client, config)
    assert first != "valt-av-ein-annan"
    assert len(str(first)) >= 32
    form = {"brukarnamn": cast.leif.ansattnr, "passord": make.PASSORD, "csrf_token": csrf(client, "/min-side")}
    client.post("/logg-inn", data=form)
    second = token_of(client, config)
    assert second != first
    client.set_cookie(name, str(first))
    assert client.get("/min-side").status_code == 303, "the session before the second login must have ended"
    with databases.reading() as db:
        assert first not in {okt.hash for okt in db.scalars(select(Okt))}, "the cookie's value is kept as a hash only"


def test_the_forms_secret_is_new_after_login(client: FlaskClient, csrf: Csrf, cast: Cast) -> None:
    before = csrf(client, "/logg-inn")
    client.post("/logg-inn", data={"brukarnamn": cast.kari.ansattnr, "passord": make.PASSORD, "csrf_token": before})
    assert client.post("/logg-ut", data={"csrf_token": before}).status_code == 400
    assert client.get("/min-side").status_code == 200


def test_wrong_and_unknown_get_the_same_answer(client: FlaskClient, csrf: Csrf, cast: Cast) -> None:
    def page(name: str) -> str:
        answer = log_in(client, csrf, name, "feil passord her")
        assert answer.status_code == 422
        text = answer.get_data(as_text=True)
        assert name in text, "what was typed is kept"
        assert "feil passord her" not in text, "but no password comes back"
        return text.split("<main", 1)[1].replace(name, "NAMN").split("csrf_token")[0]

    assert page(cast.kari.ansattnr) == page("99999999")


@pytest.mark.parametrize("name", ["", " ", "\x00", "a" * 5000, "\u202ekari", "x\ny", "' OR 1=1 --"])
def test_nasty_names_are_refused_with_a_sentence(client: FlaskClient, csrf: Csrf, cast: Cast, name: str) -> None:
    assert log_in(client, csrf, name, "x").status_code == 422


def test_a_disabled_or_ended_person_is_not_let_in(
    client: FlaskClient, csrf: Csrf, cast: Cast, databases: Databases, clock: Clock
) -> None:
    with databases.writing() as db:
        db.get_one(Person, cast.kari.id).deaktivert = True
        db.get_one(Person, cast.leif.id).tilsett_til = clock().date().replace(day=1)
        db.commit()
    assert log_in(client, csrf, cast.kari.ansattnr).status_code == 422
    assert log_in(client, csrf, cast.leif.ansattnr).status_code == 422


@pytest.mark.both
def test_failures_slow_down_and_never_lock_for_good(
    client: FlaskClient, csrf: Csrf, cast: Cast, clock: Clock, databases: Databases
) -> None:
    for _ in range(5):
        assert log_in(client, csrf, cast.kari.ansattnr, "feil passord her").status_code == 422
    answer = log_in(client, csrf, cast.kari.ansattnr)
    assert answer.status_code == 429, "even the right password must wait"
    assert answer.headers["Retry-After"] == "5"
    assert "Vent" in answer.get_data(as_text=True)
    waits = []
    for _ in range(12):
        clock.forward(seconds=int(log_in(client, csrf, cast.kari.ansattnr, "x").headers["Retry-After"]))
        assert log_in(client, csrf, cast.kari.ansattnr, "feil passord her").status_code == 422
        waits.append(int(log_in(client, csrf, cast.kari.ansattnr, "x").headers["Retry-After"]))
    assert waits == sorted(waits)
    assert max(waits) == 900
    clock.forward(seconds=900)
    assert log_in(client, csrf, cast.kari.ansattnr).status_code == 303
    with databases.reading() as db:
        assert list(db.scalars(select(Loggline.hending).where(Loggline.hending == "konto:bremsa"))) == ["konto:bremsa"]


def test_a_forged_forwarded_address_resets_nothing(client: FlaskClient, csrf: Csrf, cast: Cast, databases: Databases) -> None:
    for number in range(8):
        log_in(client, csrf, f"ukjend{number}", "feil passord her")
    for number in range(8):
        client.post(
            "/logg-inn",
            data={"brukarnamn": f"x{number}", "passord": "feil passord", "csrf_token": csrf(client, "/logg-inn")},
            headers={"X-Forwarded-For": f"10.0.0.{number}"},
        )
    with databases.reading() as db:
        rows = list(db.scalars(select(Innloggingsforsok).where(Innloggingsforsok.nokkel.startswith("adresse:"))))
    assert [row.tal for row in rows] == [16], "all tries are counted on the one address the connection came from"


def test_an_address_that_guesses_is_slowed_but_a_known_tablet_there_is_let_in(
    client: FlaskClient, csrf: Csrf, cast: Cast, databases: Databases, clock: Clock
) -> None:
    tablet = client
    log_in(tablet, csrf, cast.leif.ansattnr)
    tablet.post("/logg-ut", data={"csrf_token": csrf(tablet, "/min-side")})
    stranger = tablet.application.test_client()
    log_in(stranger, csrf, "ukjend", "feil passord her")
    with databases.writing() as db:
        row = db.scalars(select(Innloggingsforsok).where(Innloggingsforsok.nokkel.startswith("adresse:"))).one()
        row.tal, row.sist = 100, clock()
        db.commit()
    refused = log_in(stranger, csrf, cast.nina.ansattnr)
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "10"
    assert log_in(tablet, csrf, cast.kari.ansattnr).status_code == 303, "the tablet has logged somebody in before"
    clock.forward(seconds=10)
    assert log_in(stranger, csrf, cast.nina.ansattnr).status_code == 303


def test_a_forged_device_cookie_opens_nothing(client: FlaskClient, csrf: Csrf, cast: Cast, databases: Databases) -> None:
    client.set_cookie("internkontroll_kjend", "WyJhIixbXV0.forfalska")
    log_in(client, csrf, cast.kari.ansattnr, "feil passord her")
    with databases.reading() as db:
        keys = [row.nokkel.partition(":")[0] for row in db.scalars(select(Innloggingsforsok))]
    assert sorted(keys) == ["adresse", "konto"]


def test_strangers_guessing_does_not_keep_her_out_of_her_own_tablet(client: FlaskClient, csrf: Csrf, cast: Cast) -> None:
    log_in(client, csrf, cast.kari.ansattnr)
    client.post("/logg-ut", data={"csrf_token": csrf(client, "/min-side")})
    stranger = client.application.test_client()
    for _ in range(6):
        log_in(stranger, csrf, cast.kari.ansattnr, "feil passord her")
    assert log_in(stranger, csrf, cast.kari.ansattnr).status_code == 429
    assert log_in(client, csrf, cast.kari.ansattnr).status_code == 303


@pytest.mark.parametrize(
    ("goal", "arrives"),
    [
        ("/min-side", "/min-side"),
        ("/passord?x=1", "/passord?x=1"),
        ("", "/"),
        ("//evil.no", "/"),
        ("/\\evil.no", "/"),
        ("/%5Cevil.no", "/"),
        ("/%09/evil.no", "/"),
        ("/\t/evil.no", "/"),
        ("/%2F/evil.no", "/"),
        ("https://evil.no/min-side", "/"),
        ("javascript:alert(1)", "/"),
        ("/finst-ikkje", "/"),
        ("/logg-ut", "/"),
        ("/static/app.js", "/"),
    ],
)
def test_next_goes_only_to_pages_we_know(client: FlaskClient, csrf: Csrf, cast: Cast, goal: str, arrives: str) -> None:
    assert log_in(client, csrf, cast.kari.ansattnr, next=goal).headers["Location"] == arrives


def test_shared_tablet_is_preticked_and_remembered(client: FlaskClient, csrf: Csrf, cast: Cast, databases: Databases) -> None:
    def ticked() -> bool:
        page = client.get("/logg-inn").get_data(as_text=True)
        return (
            'name="delt"' in page
            and "checked" in page.split('name="delt"')[0].rpartition("<input")[2] + page.split('name="delt"')[1].partition(">")[0]
        )

    def last_is_shared() -> bool:
        with databases.reading() as db:
            return db.scalars(select(Okt.delt_nettbrett).order_by(Okt.id.desc())).first() is True

    assert ticked()
    log_in(client, csrf, cast.kari.ansattnr, delt="y", delt_vist="1")
    assert last_is_shared()
    client.post("/logg-ut", data={"csrf_token": csrf(client, "/min-side")})
    assert ticked()
    log_in(client, csrf, cast.kari.ansattnr, delt_vist="1")
    assert not last_is_shared()
    client.post("/logg-ut", data={"csrf_token": csrf(client, "/min-side")})
    assert not ticked()


def test_the_small_dialog_keeps_the_tablet_shared(client: FlaskClient, csrf: Csrf, cast: Cast, databases: Databases) -> None:
    log_in(client, csrf, cast.kari.ansattnr, delt="y", delt_vist="1")
    client.post("/logg-ut", data={"csrf_token": csrf(client, "/min-side")})
    log_in(client, csrf, cast.kari.ansattnr)
    with databases.reading() as db:
        assert list(db.scalars(select(Okt.delt_nettbrett))) == [True, True]


def test_a_shared_tablet_left_alone_logs_out(client: FlaskClient, csrf: Csrf, cast: Cast, clock: Clock) -> None:
    log_in(client, csrf, cast.kari.ansattnr, delt="y", delt_vist="1")
    clock.forward(minutes=3)
    assert client.get("/min-side").status_code == 200
    clock.forward(minutes=5)
    assert client.get("/min-side").status_code == 303


def test_the_cookie_is_shut_off_from_scripts(client: FlaskClient, csrf: Csrf, cast: Cast, config: Config) -> None:
    answer = log_in(client, csrf, cast.kari.ansattnr)
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith(sessions.cookie_name(config) + "="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert "Expires" not in cookie
    assert "Max-Age" not in cookie
    assert answer.headers["Cache-Control"] == "no-store"


def test_log_out_everywhere(client: FlaskClient, csrf: Csrf, cast: Cast, client_for: Callable[..., FlaskClient]) -> None:
    other = client_for(cast.kari)
    assert other.get("/min-side").status_code == 200
    log_in(client, csrf, cast.kari.ansattnr)
    client.post("/logg-ut-overalt", data={"csrf_token": csrf(client, "/min-side")})
    assert other.get("/min-side").status_code == 303
    assert client.get("/min-side").status_code == 303


def test_logging_out_twice_is_no_error(client: FlaskClient, csrf: Csrf, cast: Cast, clock: Clock) -> None:
    log_in(client, csrf, cast.kari.ansattnr)
    token = csrf(client, "/min-side")
    clock.forward(hours=2)
    assert client.post("/logg-ut", data={"csrf_token": token}).headers["Location"] == "/logg-inn"


def test_log_out_needs_the_form(client: FlaskClient, csrf: Csrf, cast: Cast) -> None:
    log_in(client, csrf, cast.kari.ansattnr)
    assert client.post("/logg-ut").status_code == 400
    assert client.get("/logg-ut").status_code == 404
    assert client.get("/min-side").status_code == 200


def test_okt_tells_the_page_who_is_in(client: FlaskClient, csrf: Csrf, cast: Cast) -> None:
    assert client.get("/okt").json["innlogga"] is False
    log_in(client, csrf, cast.kari.ansattnr)
    answer = client.get("/okt").json
    assert answer["person"] == cast.kari.id
    assert client.post("/logg-ut", data={"csrf_token": answer["csrf_token"]}).status_code == 303
