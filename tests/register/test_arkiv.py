"""A unit's archive description: nine parts, earlier editions kept, two writers."""

from sqlalchemy import select

from kjerne.db import Databases
from register import queries
from register.models import ArkivskildringDel
from tests.cast import Cast
from tests.conftest import ClientFor, Csrf, WorkFor

ADDRESS = "/register/arkiv/HO-IT-01"


def parts(**texts: str) -> dict[str, str]:
    return {f"del_{nr}": texts.get(f"del_{nr}", f"Del {nr}.") for nr in range(1, 10)}


def test_the_leader_writes_it_and_it_is_due_in_a_year(
    cast: Cast, client_for: ClientFor, csrf: Csrf, databases: Databases, work_for: WorkFor
) -> None:
    leader = client_for(cast.leif)
    assert leader.post(ADDRESS, data={**parts(), "versjon": "0", "csrf_token": csrf(leader)}).status_code == 303
    again = {**parts(del_6="Ny regel for kassasjon.", del_9=""), "versjon": "1", "csrf_token": csrf(leader)}
    assert leader.post(ADDRESS, data=again).status_code == 303
    page = leader.get(ADDRESS).text
    assert "Ny regel for kassasjon." in page
    assert "22. november 2027" in page
    with databases.reading() as db:
        stand = queries.archives(work_for(db, cast.leif), [cast.it01.id])[cast.it01.id]
        assert (stand.delar, stand.heil) == (8, False)
        assert "Del 6." in db.scalars(select(ArkivskildringDel.tekst).where(ArkivskildringDel.utgave == 1)).all()


def test_an_old_form_is_a_conflict_and_nothing_is_lost(cast: Cast, client_for: ClientFor, csrf: Csrf) -> None:
    leader = client_for(cast.leif)
    token = csrf(leader)
    assert leader.post(ADDRESS, data={**parts(), "versjon": "0", "csrf_token": token}).status_code == 303
    late = leader.post(ADDRESS, data={**parts(del_1="Mitt."), "versjon": "0", "csrf_token": token})
    assert late.status_code == 409
    assert "Mitt." in late.text
    assert "Del 1." in late.text


def test_only_her_own_units_and_an_empty_one_is_refused(cast: Cast, client_for: ClientFor, csrf: Csrf) -> None:
    neighbour = client_for(cast.nils)
    assert neighbour.get(ADDRESS).status_code == 404
    assert neighbour.post(ADDRESS, data={**parts(), "versjon": "0", "csrf_token": csrf(neighbour)}).status_code == 404
    leader = client_for(cast.leif)
    empty = {f"del_{nr}": " " for nr in range(1, 10)}
    assert leader.post(ADDRESS, data={**empty, "versjon": "0", "csrf_token": csrf(leader)}).status_code == 422
