"""Units in the pages: added, moved, merged, ended, with their history."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from kjerne.db import Databases
from kjerne.models import Eining, EiningHistorie, PersonEining
from tests import make
from tests.cast import Cast
from tests.conftest import Clock

ClientFor = Callable[..., FlaskClient]
Csrf = Callable[..., str]


def test_add_change_and_move_a_unit(cast: Cast, client_for: ClientFor, csrf: Csrf, databases: Databases) -> None:
    adam = client_for(cast.adam)
    data = {
        "kode": "HO-IT-09",
        "namn": "Solbakken loft",
        "overordna": str(cast.it.id),
        "niva": "eining",
        "gjeld_fra": "2026-11-22",
        "leiar": cast.kari.ansattnr,
        "csrf_token": csrf(adam),
    }
    assert adam.post("/einingar/ny", data={**data, "leiar": "finst ikkje"}).status_code == 422
    assert adam.post("/einingar/ny", data=data).status_code == 303
    again = adam.post("/einingar/ny", data=data)
    assert again.status_code == 422
    assert "Solbakken loft" in again.get_data(as_text=True)
    with databases.reading() as db:
        unit = db.scalars(select(Eining).where(Eining.kode == "HO-IT-09")).one()
        assert unit.sti == f"{cast.it.sti}{unit.id}/"
        assert unit.leiar_id == cast.kari.id
    assert client_for(cast.kari).get(f"/einingar/{unit.id}").status_code == 200, "the leader got her role"
    move = {"flytt-til": str(cast.it01.id), "csrf_token": csrf(adam)}
    assert adam.post(f"/einingar/{unit.id}/flytt", data=move).status_code == 303
    circle = {"flytt-til": str(unit.id), "csrf_token": csrf(adam)}
    assert adam.post(f"/einingar/{cast.it01.id}/flytt", data=circle).status_code == 422
    with databases.reading() as db:
        assert db.get_one(Eining, unit.id).sti == f"{cast.it01.sti}{unit.id}/"
    page = adam.get(f"/einingar/{unit.id}").get_data(as_text=True)
    assert "HO-IT" in page
    assert "Adam Administrator" in page, "the history says who"


def test_no_identity_number_in_names_and_grounds(cast: Cast, client_for: ClientFor, csrf: Csrf, databases: Databases) -> None:
    adam = client_for(cast.adam)
    name = "Bustad 13097248022"
    fields = {"niva": "eining", "gjeld_fra": "2026-11-22", "versjon": str(cast.it01.version), "csrf_token": csrf(adam)}
    assert adam.post(f"/einingar/{cast.it01.id}/endre", data=fields | {"namn": name}).status_code == 422
    made = {"kode": "HO-IT-09", "namn": name, "overordna": str(cast.it.id)}
    assert adam.post("/einingar/ny", data=fields | made).status_code == 422
    role = {"rolle-rolle": "revisor", "rolle-eining": str(cast.it01.id), "rolle-gjeld_fra": "2026-11-22"}
    role |= {"rolle-gjeld_til": "2027-01-01", "csrf_token": csrf(adam)}
    path = f"/personar/{cast.nina.id}/rolle"
    assert adam.post(path, data=role | {"rolle-heimel": f"Tilsyn, {name}"}).status_code == 422
    assert adam.post(path, data=role | {"rolle-heimel": "Tilsyn"}).status_code == 303
    with databases.reading() as db:
        assert db.scalars(select(Eining).where(Eining.namn == name)).all() == []


@pytest.mark.both
def test_merging_moves_people_and_children_and_keeps_the_old(
    cast: Cast, client_for: ClientFor, csrf: Csrf, databases: Databases, clock: Clock
) -> None:
    with databases.writing() as db:
        child = make.eining(db, "HO-IT-01-A", over=db.get_one(Eining, cast.it01.id))
        db.commit()
        child_id = child.id
    adam = client_for(cast.adam)
    data = {"saman-til": str(cast.it02.id), "csrf_token": csrf(adam)}
    assert adam.post(f"/einingar/{cast.it01.id}/slaa-saman", data=data).status_code == 303
    with databases.reading() as db:
        old, heir = db.get_one(Eining, cast.it01.id), db.get_one(Eining, cast.it02.id)
        assert old.arvtakar_id == heir.id
        assert old.gjeld_til == clock().date() - timedelta(days=1)
        assert db.get_one(Eining, child_id).overordna_id == heir.id
        places = set(db.scalars(select(PersonEining.person_id).where(PersonEining.eining_id == heir.id)))
        assert {cast.kari.id, cast.leif.id, cast.nina.id} <= places
        assert not db.scalars(select(PersonEining).where(PersonEining.eining_id == old.id)).all()
        assert db.scalars(select(EiningHistorie).where(EiningHistorie.felt == "arvtakar")).one().til == "HO-IT-02"
    nils, leif = client_for(cast.nils), client_for(cast.leif)
    assert nils.get(f"/einingar/{cast.it01.id}").status_code == 200, "the heir's leader reaches the old unit"
    assert nils.get(f"/personar/{cast.kari.id}").status_code == 200
    assert leif.get(f"/einingar/{cast.it01.id}").status_code == 404, "the former leader leads nothing"


def test_ending_a_unit_with_people_is_refused(cast: Cast, client_for: ClientFor, csrf: Csrf, databases: Databases) -> None:
    adam = client_for(cast.adam)
    assert adam.post(f"/einingar/{cast.it01.id}/avslutt", data={"csrf_token": csrf(adam)}).status_code == 422
    assert adam.post(f"/einingar/{cast.it.id}/avslutt", data={"csrf_token": csrf(adam)}).status_code == 422
    with databases.writing() as db:
        empty = make.eining(db, "TOM", over=db.get_one(Eining, cast.it.id)).id
        db.commit()
    assert adam.post(f"/einingar/{empty}/avslutt", data={"csrf_token": csrf(adam)}).status_code == 303
    assert "TOM" not in adam.get("/einingar/").get_data(as_text=True)
    assert "TOM" in adam.get("/einingar/?avslutta=1").get_data(as_text=True)
