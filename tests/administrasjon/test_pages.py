"""Who gets in to the administrator's pages: the table is written by hand, everybody else gets 404."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests.cast import Cast

ClientFor = Callable[..., FlaskClient]
Csrf = Callable[..., str]

#: Path → those of the cast who get in. Written by hand: everybody else gets 404.
LEADERS = {"leif", "nils", "signe", "kval", "hege", "adam"}
PAGES: dict[str, set[str] | None] = {
    "/einingar/": LEADERS,
    "/einingar/ny": {"adam"},
    "/personar/": LEADERS,
    "/personar/ny": {"adam"},
    "/innlesing/": {"adam"},
    "/logg": {"adam"},
    "/logg/lesing?slag=person&nr=1": {"adam"},
    "/innstillingar/": {"adam", "kval"},
    "/innstillingar/meldeordning": {"adam", "kval"},
    "/tilgang": None,
    "/min-side": None,
    "/passord": None,
}


@pytest.mark.parametrize("path", PAGES)
def test_who_gets_in(path: str, cast: Cast, client: FlaskClient, client_for: ClientFor) -> None:
    allowed = PAGES[path]
    for name, person in cast.people.items():
        status = client_for(person).get(path).status_code
        assert status == (200 if allowed is None or name in allowed else 404), f"{name} {path}"
    assert client.get(path).status_code == 303


def test_a_leader_sees_her_own_people_only(cast: Cast, client_for: ClientFor, csrf: Csrf) -> None:
    leif = client_for(cast.leif)
    page = leif.get("/personar/").get_data(as_text=True)
    assert "Kari Tilsett" in page
    assert "Nina Nabo" not in page
    assert leif.get(f"/personar/{cast.kari.id}").status_code == 200
    assert leif.get(f"/personar/{cast.nina.id}").status_code == 404
    assert leif.get(f"/personar/{cast.kari.id}/endre").status_code == 404
    assert leif.get(f"/einingar/{cast.it02.id}").status_code == 404
    assert leif.get(f"/personar/?eining={cast.it02.id}").status_code == 404
    found = leif.post("/personar/sok", data={"q": "nina", "csrf_token": csrf(leif)}).get_data(as_text=True)
    assert "Nina Nabo" not in found


POSTS = (
    "/einingar/ny",
    "/einingar/{it01}/endre",
    "/einingar/{it01}/flytt",
    "/einingar/{it01}/slaa-saman",
    "/einingar/{it01}/avslutt",
    "/personar/ny",
    "/personar/{kari}/endre",
    "/personar/{kari}/rolle",
    "/personar/{kari}/inviter",
    "/personar/{kari}/steng",
    "/personar/{kari}/opne",
    "/innlesing/prov",
    "/innlesing/skriv",
    "/tilgang/1/inn",
    "/tilgang/1/ut/1",
    "/innstillingar/",
    "/innstillingar/meldeordning",
)


@pytest.mark.parametrize("path", POSTS)
def test_nobody_without_the_right_posts(path: str, cast: Cast, client_for: ClientFor, csrf: Csrf) -> None:
    path = path.format(it01=cast.it01.id, kari=cast.kari.id)
    for person in (cast.kari, cast.leif, cast.signe, cast.vera, cast.rita, cast.hege):
        browser = client_for(person)
        assert browser.post(path, data={"csrf_token": csrf(browser)}).status_code == 404, f"{person.namn} {path}"
