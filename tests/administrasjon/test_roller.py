"""Roles and groups: given and withdrawn at once, and what nobody may give."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from kjerne.access import Rolle
from kjerne.db import Databases
from kjerne.models import Eining, Tilgang, TilgangsgruppeMedlem
from tests.cast import Cast

ClientFor = Callable[..., FlaskClient]
Csrf = Callable[..., str]


def test_a_role_counts_at_once_and_ends_at_once(cast: Cast, client_for: ClientFor, csrf: Csrf, databases: Databases) -> None:
    adam, kari = client_for(cast.adam), client_for(cast.kari)
    assert kari.get("/personar/").status_code == 404
    data = {"rolle-rolle": "hr", "rolle-eining": str(cast.it01.id), "rolle-gjeld_fra": "22.11.2026"}
    assert adam.post(f"/personar/{cast.kari.id}/rolle", data={**data, "csrf_token": csrf(adam)}).status_code == 303
    assert kari.get("/personar/").status_code == 200
    with databases.reading() as db:
        row = db.scalars(select(Tilgang).where(Tilgang.person_id == cast.kari.id, Tilgang.rolle == "hr")).one()
    adam.post(f"/personar/{cast.kari.id}/rolle/{row.id}/trekk", data={"csrf_token": csrf(adam)})
    assert kari.get("/personar/").status_code == 404


def test_the_role_of_leader_alone_moves_no_cases_and_the_page_says_so(
    cast: Cast, client_for: ClientFor, csrf: Csrf, databases: Databases
) -> None:
    adam = client_for(cast.adam)
    for leader, warned in ((cast.leif.id, False), (None, True)):
        with databases.writing() as db:
            db.get_one(Eining, cast.it01.id).leiar_id = leader
            db.commit()
        person = cast.kari if leader else cast.astrid
        data = {
            "rolle-rolle": "leiar",
            "rolle-eining": str(cast.it01.id),
            "rolle-gjeld_fra": "22.11.2026",
            "csrf_token": csrf(adam),
        }
        assert adam.post(f"/personar/{person.id}/rolle", data=data).status_code == 303
        assert ("Nye saker går enno til den neste over" in adam.get(f"/personar/{person.id}").text) is warned


@pytest.mark.parametrize(
    ("rolle", "more"),
    [
        ("sektorleiar", {}),
        ("revisor", {"rolle-heimel": "Tilsyn"}),
        ("revisor", {"rolle-gjeld_til": "2027-01-01"}),
        ("revisor", {"rolle-gjeld_til": "2029-01-01", "rolle-heimel": "Tilsyn"}),
        ("hr", {"rolle-gjeld_til": "2020-01-01"}),
        ("hr", {"rolle-eining": "99999"}),
        ("", {}),
    ],
)
def test_roles_that_are_refused(rolle: str, more: dict[str, str], cast: Cast, client_for: ClientFor, csrf: Csrf) -> None:
    adam = client_for(cast.adam)
    data = {"rolle-rolle": rolle, "rolle-eining": str(cast.it01.id), "rolle-gjeld_fra": "2026-11-22", **more}
    assert adam.post(f"/personar/{cast.kari.id}/rolle", data={**data, "csrf_token": csrf(adam)}).status_code == 422


def test_nobody_gives_herself_a_role_or_a_group(cast: Cast, client_for: ClientFor, csrf: Csrf, databases: Databases) -> None:
    adam = client_for(cast.adam)
    data = {"rolle-rolle": "kvalitetskoordinator", "rolle-eining": str(cast.ho.id), "rolle-gjeld_fra": "2026-11-22"}
    assert adam.post(f"/personar/{cast.adam.id}/rolle", data={**data, "csrf_token": csrf(adam)}).status_code == 422
    answer = adam.post("/tilgang/1/inn", data={"person": cast.adam.ansattnr, "csrf_token": csrf(adam)})
    assert answer.status_code == 422
    with databases.reading() as db:
        assert db.scalars(select(TilgangsgruppeMedlem)).all() == []


def test_the_last_administrator_stays(cast: Cast, client_for: ClientFor, csrf: Csrf, databases: Databases) -> None:
    adam = client_for(cast.adam)
    with databases.reading() as db:
        row = db.scalars(select(Tilgang).where(Tilgang.rolle == Rolle.ADMINISTRATOR.value)).one()
    path = f"/personar/{cast.adam.id}/rolle/{row.id}/trekk"
    assert adam.post(path, data={"csrf_token": csrf(adam)}).status_code == 422
    assert adam.get("/logg").status_code == 200


def test_group_members(cast: Cast, client_for: ClientFor, csrf: Csrf, databases: Databases) -> None:
    adam = client_for(cast.adam)
    data = {"person": cast.pia.ansattnr, "csrf_token": csrf(adam)}
    assert adam.post("/tilgang/1/inn", data=data).status_code == 303
    assert "Pia Personvern" in adam.get("/tilgang").get_data(as_text=True)
    assert "Pia Personvern" not in client_for(cast.kari).get("/tilgang").get_data(as_text=True)
    assert adam.post("/tilgang/1/inn", data={**data, "person": "finst ikkje"}).status_code == 422
    assert adam.post(f"/tilgang/1/ut/{cast.pia.id}", data={"csrf_token": csrf(adam)}).status_code == 303
    with databases.reading() as db:
        assert db.scalars(select(TilgangsgruppeMedlem)).all() == []
