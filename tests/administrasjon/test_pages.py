"""The administrator's pages over HTTP: who gets in, what is kept when a form is wrong, what a change does at once."""

import io
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from kjerne import log
from kjerne.access import Rolle
from kjerne.db import Databases
from kjerne.innstilling import put, settings
from kjerne.models import Eining, EiningHistorie, Epost, Loggline, Person, PersonEining, Tilgang, TilgangsgruppeMedlem
from tests import make
from tests.cast import Cast
from tests.conftest import Clock

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


def test_searching_is_a_post_and_finds_norwegian_letters(
    cast: Cast, client_for: ClientFor, csrf: Csrf, databases: Databases
) -> None:
    with databases.writing() as db:
        make.person(db, "Åse Ærlig", eining=cast.it01)
        make.person(db, "100% Underleg_namn", eining=cast.it01)
        db.commit()
    adam = client_for(cast.adam)

    def names(q: str) -> str:
        return adam.post("/personar/sok", data={"q": q, "csrf_token": csrf(adam)}).get_data(as_text=True)

    assert "Åse Ærlig" in names("åse")
    assert "Åse Ærlig" not in names("kari")
    assert "Underleg" in names("100%")
    assert "Åse" not in names("%")
    assert "Ingen treff" in names("' OR 1=1 --")
    assert adam.post("/personar/sok", data={"q": "\x00", "csrf_token": csrf(adam)}).status_code == 200


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


def test_import_in_the_browser_writes_only_after_yes(cast: Cast, client_for: ClientFor, csrf: Csrf, databases: Databases) -> None:
    adam = client_for(cast.adam)
    text = "Ansattnummer,Navn,Enhet\n8001,Frå Fil,HO-IT-01\n8002,Feil Eining,XX\n".encode("cp1252")
    data = {"slag": "personar", "fil": (io.BytesIO(text), "folk.csv"), "csrf_token": csrf(adam)}
    answer = adam.post("/innlesing/prov", data=data)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "Frå Fil" in page
    assert "XX" in page
    with databases.reading() as db:
        assert db.scalars(select(Person).where(Person.ansattnr == "8001")).first() is None
    kept = re.search(r'name="innhald" value="([^"]+)"', page)[1]
    yes = {"slag": "personar", "filnamn": "folk.csv", "innhald": kept, "csrf_token": csrf(adam)}
    assert adam.post("/innlesing/skriv", data=yes).status_code == 303
    with databases.reading() as db:
        assert db.scalars(select(Person.namn).where(Person.ansattnr == "8001")).one() == "Frå Fil"
    data = {"slag": "personar", "fil": (io.BytesIO(text), "folk.csv"), "csrf_token": csrf(adam)}
    assert "Fila endrar ingenting" in adam.post("/innlesing/prov", data=data).get_data(as_text=True)


@pytest.mark.parametrize("content", [b"", b"\x00\xff\xfe", b"PK\x03\x04", b"a;b\n1;2\n"])
def test_a_file_nobody_can_read(content: bytes, cast: Cast, client_for: ClientFor, csrf: Csrf) -> None:
    adam = client_for(cast.adam)
    data = {"slag": "einingar", "fil": (io.BytesIO(content), "../x\x00.csv"), "csrf_token": csrf(adam)}
    answer = adam.post("/innlesing/prov", data=data)
    assert answer.status_code == 422
    assert 'href="#fil"' in answer.get_data(as_text=True)


def test_broken_content_on_confirming(cast: Cast, client_for: ClientFor, csrf: Csrf) -> None:
    adam = client_for(cast.adam)
    data = {"slag": "personar", "innhald": "%%%", "csrf_token": csrf(adam)}
    assert adam.post("/innlesing/skriv", data=data).status_code == 422
    assert adam.post("/innlesing/skriv", data={**data, "slag": "avvik"}).status_code == 404


def test_settings_and_scheme(cast: Cast, client_for: ClientFor, csrf: Csrf, databases: Databases) -> None:
    kval = client_for(cast.kval)
    assert "Stadfest ordninga" in kval.get("/innstillingar/").get_data(as_text=True)
    data = {"kommune": "Prøvekommunen", "sprak": "nb", "varselkanal": "Ring 1\nMøt 2", "csrf_token": csrf(kval)}
    assert kval.post("/innstillingar/", data=data).status_code == 303
    assert kval.post("/innstillingar/", data={**data, "kommune": ""}).status_code == 422
    assert kval.post("/innstillingar/", data={**data, "sprak": "sv"}).status_code == 422
    scheme = {"meldeordning": "alvorleg_hending_b", "csrf_token": csrf(kval)}
    assert kval.post("/innstillingar/meldeordning", data=scheme).status_code == 422
    assert kval.post("/innstillingar/meldeordning", data={**scheme, "stadfest": "y"}).status_code == 303
    with databases.reading() as db:
        ours = settings(db)
    assert ours["kommune"] == "Prøvekommunen"
    assert ours["varselkanal"] == "Ring 1\nMøt 2"
    assert (ours["meldeordning"], ours["meldeordning_stadfesta"]) == ("alvorleg_hending_b", "2026-11-22")


def test_the_log_speaks_plainly_and_names_no_one_on_cases(
    cast: Cast, client_for: ClientFor, csrf: Csrf, databases: Databases, work_for: Callable[..., object]
) -> None:
    adam = client_for(cast.adam)
    adam.post(f"/personar/{cast.kari.id}/steng", data={"csrf_token": csrf(adam)})
    with databases.writing() as db:
        log.record(work_for(db, cast.nina), "avvik", "2026-1", "avvik:meldt")
        db.commit()
    page = adam.get("/logg").get_data(as_text=True)
    assert "konto stengd" in page
    assert "Kari Tilsett" in page
    assert "2026-1" in page
    assert "Nina Nabo" not in page, "the log page could tell who reported a confidential case"
    assert "2026-1" not in adam.get("/logg?slag=person").get_data(as_text=True)
    assert adam.get("/logg?slag=tull&fra=x&for=abc").status_code == 200
    assert adam.get("/logg?fra=2027-01-01").get_data(as_text=True).count("<tr>") == 0
    with databases.reading() as db:
        assert db.scalars(select(Loggline).where(Loggline.hending == "konto:stengd")).one().subjekt_id == str(cast.kari.id)


def test_letters_are_shown_in_demo_mode_to_their_receiver(
    cast: Cast, client_for: ClientFor, csrf: Csrf, databases: Databases
) -> None:
    adam, kari, nina = client_for(cast.adam), client_for(cast.kari), client_for(cast.nina)
    adam.post(f"/personar/{cast.kari.id}/inviter", data={"csrf_token": csrf(adam)})
    assert kari.get("/brev").status_code == 404, "not outside demo mode"
    with databases.writing() as db:
        put(db, "demo", "1")
        letter = db.scalars(select(Epost)).one()
        db.commit()
        letter_id, secret = letter.id, re.search(r"/invitasjon/\S+", letter.tekst)[0]
    assert letter.emne in kari.get("/brev").get_data(as_text=True)
    assert secret in kari.get(f"/brev/{letter_id}").get_data(as_text=True)
    assert letter.emne not in nina.get("/brev").get_data(as_text=True)
    assert nina.get(f"/brev/{letter_id}").status_code == 404
    adam.get("/min-side")  # the message about the invitation has been shown
    headings = adam.get("/brev").get_data(as_text=True)
    assert letter.emne in headings
    assert secret not in headings
    assert cast.kari.epost not in headings
    assert adam.get(f"/brev/{letter_id}").status_code == 404
