"""People in the pages: search, paging, adding, inviting, closing; a wrong form keeps what was typed."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from kjerne.db import Databases
from kjerne.models import Epost, Person, Tilgang
from tests import make
from tests.cast import Cast
from tests.conftest import Clock

ClientFor = Callable[..., FlaskClient]
Csrf = Callable[..., str]


def test_the_list_pages_by_key(cast: Cast, client_for: ClientFor, csrf: Csrf, databases: Databases) -> None:
    with databases.writing() as db:
        for number in range(120):
            make.person(db, f"Same Namn{number % 3}", eining=cast.it02)
        db.commit()
    adam, seen, after = client_for(cast.adam), [], ""
    for _ in range(9):
        data = {"q": "same", "etter": after, "csrf_token": csrf(adam)}
        page = adam.post("/personar/sok", data=data).get_data(as_text=True)
        seen += re.findall(r'href="/personar/(\d+)"', page)
        found = re.search(r'name="etter" value="(\d+)"', page)
        if found is None:
            break
        after = found[1]
    assert len(seen) == len(set(seen)) == 120


def new_person(**fields: str) -> dict[str, object]:
    return {
        "ansattnr": "9001",
        "namn": "Ny Person",
        "epost": "ny@kommune.test",
        "yrke": "sjukepleiar",
        "stillingsprosent": "80",
        "tilsetjingsform": "fast",
        "vakter": ["dag", "natt"],
        "tilsett_fra": "2026-11-01",
        **fields,
    }


def test_add_invite_log_in(
    cast: Cast, client: FlaskClient, client_for: ClientFor, csrf: Csrf, databases: Databases, clock: Clock
) -> None:
    adam = client_for(cast.adam)
    data = new_person(hovudeining=str(cast.it01.id), csrf_token=csrf(adam))
    answer = adam.post("/personar/ny", data=data)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    with databases.reading() as db:
        person = db.scalars(select(Person).where(Person.ansattnr == "9001")).one()
        assert person.vakter == "dag,natt"
        assert db.scalars(select(Tilgang.rolle).where(Tilgang.person_id == person.id)).all() == ["tilsett"]
    adam.post(f"/personar/{person.id}/inviter", data={"csrf_token": csrf(adam)})
    with databases.reading() as db:
        letter = db.scalars(select(Epost).where(Epost.til_person_id == person.id)).one()
    path = re.search(r"/invitasjon/\S+", letter.tekst)[0]
    assert client.get(path).status_code == 200
    weak = client.post(path, data={"nytt": "kort", "gjenta": "kort", "csrf_token": csrf(client)})
    assert weak.status_code == 422
    unlike = client.post(path, data={"nytt": "ein heil setning", "gjenta": "ei anna", "csrf_token": csrf(client)})
    assert unlike.status_code == 422
    good = {"nytt": "ein heil setning", "gjenta": "ein heil setning", "csrf_token": csrf(client)}
    assert client.post(path, data=good).status_code == 303
    assert client.post(path, data=good).status_code == 404, "an invitation works once"
    login = {"brukarnamn": "9001", "passord": "ein heil setning", "csrf_token": csrf(client)}
    assert client.post("/logg-inn", data=login).status_code == 303


def test_an_invitation_ends_after_seven_days(
    cast: Cast, client: FlaskClient, client_for: ClientFor, csrf: Csrf, databases: Databases, clock: Clock
) -> None:
    adam = client_for(cast.adam)
    adam.post(f"/personar/{cast.kari.id}/inviter", data={"csrf_token": csrf(adam)})
    with databases.reading() as db:
        letter = db.scalars(select(Epost).where(Epost.til_person_id == cast.kari.id)).one()
        stored = db.get_one(Person, cast.kari.id).invitasjon_hash
    path = re.search(r"/invitasjon/(\S+)", letter.tekst)
    assert path[1] != stored, "only a hash is kept"
    clock.forward(days=6, hours=23)
    assert client.get(path[0]).status_code == 200
    clock.forward(hours=2)
    assert client.get(path[0]).status_code == 404


def test_without_email_the_link_is_shown_once(cast: Cast, client_for: ClientFor, csrf: Csrf, databases: Databases) -> None:
    with databases.writing() as db:
        db.get_one(Person, cast.kari.id).epost = None
        db.commit()
    adam = client_for(cast.adam)
    page = adam.post(f"/personar/{cast.kari.id}/inviter", data={"csrf_token": csrf(adam)}).get_data(as_text=True)
    assert "/invitasjon/" in page
    assert "/invitasjon/" not in adam.get(f"/personar/{cast.kari.id}").get_data(as_text=True)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("ansattnr", ""),
        ("namn", ""),
        ("epost", "ikkje adresse"),
        ("stillingsprosent", "140"),
        ("tilsett_fra", "31.02.2026"),
        ("tilsetjingsform", "slave"),
        ("hovudeining", "99999"),
        ("tilsett_til", "2020-01-01"),
    ],
)
def test_a_wrong_form_keeps_what_was_typed(
    field: str, value: str, cast: Cast, client_for: ClientFor, csrf: Csrf, databases: Databases
) -> None:
    adam = client_for(cast.adam)
    data = new_person(**{"hovudeining": str(cast.it01.id), field: value}, csrf_token=csrf(adam))
    answer = adam.post("/personar/ny", data=data)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert f'href="#{field}"' in page, "the error summary points to the field"
    for kept in {"ny@kommune.test", "Ny Person", "9001"} if field not in {"epost", "namn", "ansattnr"} else {"80"}:
        assert kept in page
    with databases.reading() as db:
        assert db.scalars(select(Person).where(Person.ansattnr == "9001")).first() is None


def test_taken_number_is_told_on_its_field(cast: Cast, client_for: ClientFor, csrf: Csrf) -> None:
    adam = client_for(cast.adam)
    data = new_person(ansattnr=cast.kari.ansattnr, hovudeining=str(cast.it01.id), csrf_token=csrf(adam))
    page = adam.post("/personar/ny", data=data)
    assert page.status_code == 422
    assert 'href="#ansattnr"' in page.get_data(as_text=True)


def test_a_stale_form_overwrites_nothing(cast: Cast, client_for: ClientFor, csrf: Csrf) -> None:
    adam = client_for(cast.adam)
    form = adam.get(f"/personar/{cast.kari.id}/endre").get_data(as_text=True)
    version = re.search(r'name="version"[^>]*value="(\d+)"', form)[1]
    data = new_person(hovudeining=str(cast.it01.id), version=version, epost="", csrf_token=csrf(adam))
    assert adam.post(f"/personar/{cast.kari.id}/endre", data={**data, "namn": "Kari Først"}).status_code == 303
    answer = adam.post(f"/personar/{cast.kari.id}/endre", data={**data, "namn": "Kari Sist"})
    assert answer.status_code == 409
    assert "Kari Først" in adam.get(f"/personar/{cast.kari.id}").get_data(as_text=True)


def test_disabling_logs_out_at_once(cast: Cast, client_for: ClientFor, csrf: Csrf) -> None:
    adam, kari = client_for(cast.adam), client_for(cast.kari)
    assert kari.get("/min-side").status_code == 200
    adam.post(f"/personar/{cast.kari.id}/steng", data={"csrf_token": csrf(adam)})
    assert kari.get("/min-side").status_code == 303
    assert adam.post(f"/personar/{cast.adam.id}/steng", data={"csrf_token": csrf(adam)}).status_code == 422


def test_away_by_herself_and_by_her_leader_only(cast: Cast, client_for: ClientFor, csrf: Csrf, databases: Databases) -> None:
    kari, leif, nils, hege = (client_for(one) for one in (cast.kari, cast.leif, cast.nils, cast.hege))
    data = {"borte_fra": "23.11.2026", "borte_til": "2026-11-30"}

    def away() -> object:
        with databases.reading() as db:
            return db.get_one(Person, cast.kari.id).borte_fra

    path = f"/personar/{cast.kari.id}/borte"
    assert nils.post(path, data={**data, "csrf_token": csrf(nils)}).status_code == 404
    assert hege.post(path, data={**data, "csrf_token": csrf(hege)}).status_code == 404
    assert away() is None
    assert kari.post("/min-side/borte", data={**data, "csrf_token": csrf(kari)}).status_code == 303
    assert away() is not None
    wrong = kari.post("/min-side/borte", data={"borte_fra": "2026-11-30", "borte_til": "tull", "csrf_token": csrf(kari)})
    assert wrong.status_code == 422
    assert "tull" in wrong.get_data(as_text=True)
    assert leif.post(path, data={"borte_fra": "", "borte_til": "", "csrf_token": csrf(leif)}).status_code == 303
    assert away() is None
