"""From draft to valid through the pages: who may do what, and that the valid version stands until the next is approved."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select

from app import HANDLERS
from kjerne.clock import add_months
from kjerne.db import Databases
from kjerne.errors import Refused
from kjerne.models import Epost
from prosedyrar import actions, jobs, mal, queries, rules
from prosedyrar.events import ProsedyreRevidert
from prosedyrar.models import Prosedyre, ProsedyreVersjon, Revisjonsonske
from tests.cast import Cast
from tests.conftest import ClientFor, Clock, Csrf, WorkFor
from tests.prosedyrar.conftest import MakeProsedyre

Revise = Callable[..., str]
HEARD = {"eining-1": "", "rolle-1": "", "frist": "2026-12-10", "melding": "Er dosane rette?"}


def version_of(page: str) -> str:
    found = re.search(r'name="versjon" value="(\d+)"', page)
    assert found
    return found[1]


def test_write_hear_approve_through_the_pages(cast: Cast, client_for: ClientFor, csrf: Csrf, databases: Databases) -> None:
    leif, kari, kval = client_for(cast.leif), client_for(cast.kari), client_for(cast.kval)
    made = leif.post(
        "/prosedyrar/ny",
        data={
            "csrf_token": csrf(leif),
            "tittel": "Handhygiene",
            "dokumenttype": "prosedyre",
            "tema": "smittevern",
            "eining_id": cast.it01.id,
            "eigar": cast.leif.ansattnr,
        },
    )
    assert made.status_code == 303, made.text
    where = made.headers["Location"].removesuffix("/skriv")
    editor = leif.get(f"{where}/skriv").text
    assert "## Formål" in editor
    saved = leif.post(
        f"{where}/skriv",
        data={"csrf_token": csrf(leif), "versjon": version_of(editor), "tekst": "## Formål\n\nReine hender.\n\n## Ansvar\n\nAlle."},
    )
    assert saved.status_code == 303
    assert kari.get(where).status_code == 404
    asked = {**HEARD, "eining-1": str(cast.it01.id), "csrf_token": csrf(leif)}
    assert leif.post(f"{where}/versjon/1.0/hoyring", data=asked).status_code == 303
    heard = kari.get(f"{where}/versjon/1.0").text
    assert "Er dosane rette?" in heard
    said = {"csrf_token": csrf(kari), "seksjon": "Ansvar", "tekst": "Kva med vikarane?"}
    assert kari.post(f"{where}/versjon/1.0/merknad", data=said).status_code == 303
    page = leif.get(f"{where}/versjon/1.0").text
    early = {"csrf_token": csrf(leif), "versjon": version_of(page)}
    refused = leif.post(f"{where}/versjon/1.0/steg/til-godkjenning", data=early)
    assert refused.status_code == 422
    assert "merknadene" in refused.text
    comment = re.search(r'id="merknad-(\d+)"', page)
    assert comment
    answer = {"csrf_token": csrf(leif), "svar": "teken_inn", "svar_tekst": ""}
    assert leif.post(f"/prosedyrar/merknad/{comment[1]}", data=answer).status_code == 303
    assert leif.post(f"{where}/versjon/1.0/steg/til-godkjenning", data=early).status_code == 303
    assert leif.post(f"{where}/versjon/1.0/steg/godkjenn", data=early).status_code == 404, "nobody approves her own"
    mine = {"csrf_token": csrf(kval), "versjon": version_of(kval.get(f"{where}/versjon/1.0").text)}
    assert kval.post(f"{where}/versjon/1.0/steg/godkjenn", data=mine).status_code == 303
    assert "Reine hender." in kari.get(where).text
    with databases.reading() as db:
        letters = set(db.scalars(select(Epost.til_adresse)))
        prosedyre = db.get_one(Prosedyre, int(where.rpartition("/")[2]))
        assert prosedyre.revisjonsfrist == date(2028, 11, 22)
    assert {cast.kari.epost, cast.kval.epost, cast.leif.epost} <= letters


def test_the_valid_version_stands_until_the_next_is_approved(
    cast: Cast, client_for: ClientFor, make_prosedyre: MakeProsedyre, revise: Revise, databases: Databases
) -> None:
    number = make_prosedyre(tekst="Gamal tekst.")
    revise(number, "Ny tekst.", til="til_godkjenning")
    kari = client_for(cast.kari)
    page = kari.get(f"/prosedyrar/{number}").text
    assert "Gamal tekst." in page
    assert "Ny tekst." not in page
    assert "Ny versjon under arbeid" not in page, "a reader is not told of drafts she may not open"
    assert "Ny versjon under arbeid" in client_for(cast.leif).get(f"/prosedyrar/{number}").text
    with databases.reading() as db:
        states = set(db.scalars(select(ProsedyreVersjon.tilstand).where(ProsedyreVersjon.prosedyre_id == number)))
    assert states == {"gyldig", "til_godkjenning"}


def test_a_version_in_force_ends_the_one_before_and_tells_those_above(
    cast: Cast, make_prosedyre: MakeProsedyre, revise: Revise, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[ProsedyreRevidert] = []
    monkeypatch.setitem(HANDLERS, ProsedyreRevidert, (lambda _work, event: told.append(event),))
    number = make_prosedyre()
    assert revise(number, "Retta.", stor=False) == "1.1"
    assert revise(number, "Endra.", stor=True) == "2.0"
    assert [(event.prosedyre_id, event.major) for event in told] == [(number, True), (number, False), (number, True)]
    with databases.reading() as db:
        rows = {
            row.nummer: row
            for row in db.scalars(
                select(ProsedyreVersjon).where(ProsedyreVersjon.prosedyre_id == number).order_by(ProsedyreVersjon.id)
            )
        }
    assert rows["1.0"].gyldig_til == rows["1.1"].gyldig_fra
    assert [row.tilstand for row in rows.values()] == ["utgaatt", "utgaatt", "gyldig"]


def test_an_overdue_document_stays_valid_and_a_review_moves_its_deadline(
    cast: Cast, client_for: ClientFor, csrf: Csrf, make_prosedyre: MakeProsedyre, clock: Clock
) -> None:
    number = make_prosedyre(revisjonsintervall=12)
    clock.set_oslo(2028, 1, 10)
    leif = client_for(cast.leif)
    assert "Passert revisjonsfrist" in leif.get(f"/prosedyrar/{number}").text
    assert "Sikre rett dosering." in client_for(cast.kari).get(f"/prosedyrar/{number}").text
    assert f'href="/prosedyrar/{number}"' in leif.get("/prosedyrar/?hylle=over-frist").text
    page = leif.get(f"/prosedyrar/{number}").text
    form = page[page.index('id="gjennomgatt"') :]
    data = {"csrf_token": csrf(leif), "versjon": version_of(form), "notat": "Lese saman på personalmøtet."}
    assert leif.post(f"/prosedyrar/{number}/gjennomgatt", data={**data, "notat": ""}).status_code == 422
    assert leif.post(f"/prosedyrar/{number}/gjennomgatt", data=data).status_code == 303
    assert "Passert revisjonsfrist" not in leif.get(f"/prosedyrar/{number}").text
    kari = client_for(cast.kari)
    assert kari.post(f"/prosedyrar/{number}/gjennomgatt", data={**data, "csrf_token": csrf(kari)}).status_code == 404


def test_a_hearing_lasts_14_days_unless_a_reason_is_given(
    cast: Cast, client_for: ClientFor, csrf: Csrf, make_prosedyre: MakeProsedyre
) -> None:
    number = make_prosedyre(til="kladd")
    leif = client_for(cast.leif)
    short = {**HEARD, "eining-1": str(cast.it01.id), "frist": "2026-11-30", "csrf_token": csrf(leif)}
    refused = leif.post(f"/prosedyrar/{number}/versjon/1.0/hoyring", data=short)
    assert refused.status_code == 422
    assert "14 dagar" in refused.text
    nobody = {**short, "frist": "2026-12-24", "eining-1": ""}
    assert leif.post(f"/prosedyrar/{number}/versjon/1.0/hoyring", data=nobody).status_code == 422
    assert (
        leif.post(f"/prosedyrar/{number}/versjon/1.0/hoyring", data={**short, "kort_grunn": "Tilsynet krev det."}).status_code
        == 303
    )


def test_returned_withdrawn_and_thrown_away(
    cast: Cast, client_for: ClientFor, csrf: Csrf, make_prosedyre: MakeProsedyre, databases: Databases
) -> None:
    number = make_prosedyre(til="til_godkjenning")
    kval, leif = client_for(cast.kval), client_for(cast.leif)
    where = f"/prosedyrar/{number}/versjon/1.0"
    shown = kval.get(where).text
    seen = {"csrf_token": csrf(kval), "versjon": version_of(shown)}
    assert kval.post(f"{where}/steg/retur", data={**seen, "tekst": ""}).status_code == 422
    assert kval.post(f"{where}/steg/retur", data={**seen, "tekst": "Ansvaret manglar."}).status_code == 303
    assert "Ansvaret manglar." in leif.get(where).text
    assert shown.index('id="godkjenn"') < shown.index('id="retur"'), "the answer one came to give is the first"
    seen = {"csrf_token": csrf(leif), "tekst": "Dekt av ein annan prosedyre."}
    assert leif.post(f"{where}/steg/forkast", data={**seen, "versjon": "1"}).status_code == 409, "drawn from an older saving"
    seen["versjon"] = version_of(leif.get(where).text)
    assert leif.post(f"{where}/steg/forkast", data=seen).status_code == 303
    assert leif.get(where).status_code == 404, "a draft thrown away holds no number"
    with databases.reading() as db:
        assert db.scalar(select(ProsedyreVersjon.tilstand).where(ProsedyreVersjon.prosedyre_id == number)) == "forkasta"


def test_taken_out_of_use(cast: Cast, client_for: ClientFor, csrf: Csrf, make_prosedyre: MakeProsedyre) -> None:
    number = make_prosedyre(tittel="Faksrutine")
    kval, kari = client_for(cast.kval), client_for(cast.kari)
    assert "Faksrutine" in kari.get("/prosedyrar/sok?q=faks").text
    page = kval.get(f"/prosedyrar/{number}").text
    data = {"csrf_token": csrf(kval), "versjon": version_of(page[page.index('id="utgaa"') :]), "tekst": "Faksen er borte."}
    assert kval.post(f"/prosedyrar/{number}/versjon/1.0/steg/utgaa", data=data).status_code == 303
    assert kari.get(f"/prosedyrar/{number}").status_code == 404
    assert "Faksrutine" not in kari.get("/prosedyrar/sok?q=faks").text
    assert "gjekk ut" in kval.get(f"/prosedyrar/{number}/versjon/1.0").text


def test_two_who_write_at_once_lose_nothing(cast: Cast, client_for: ClientFor, csrf: Csrf, make_prosedyre: MakeProsedyre) -> None:
    number = make_prosedyre(til="kladd")
    leif, kval = client_for(cast.leif), client_for(cast.kval)
    seen = version_of(leif.get(f"/prosedyrar/{number}/skriv").text)
    first = {"csrf_token": csrf(kval), "versjon": seen, "tekst": "Det fyrste som blei lagra."}
    assert kval.post(f"/prosedyrar/{number}/skriv", data=first).status_code == 303
    late = {"csrf_token": csrf(leif), "versjon": seen, "tekst": "Ein heilt annan tekst."}
    by_itself = leif.post(f"/prosedyrar/{number}/kladd", data=late)
    assert by_itself.status_code == 409
    both = leif.post(f"/prosedyrar/{number}/skriv", data=late)
    assert both.status_code == 409
    assert "Det fyrste som blei lagra." in both.text
    assert "data-identitet>Ein heilt annan tekst.</textarea>" in both.text
    again = {**late, "versjon": version_of(both.text), "tekst": "Begge tekstane."}
    assert leif.post(f"/prosedyrar/{number}/skriv", data=again).status_code == 303


def test_the_page_saves_by_itself(cast: Cast, client_for: ClientFor, csrf: Csrf, make_prosedyre: MakeProsedyre) -> None:
    number = make_prosedyre(til="kladd")
    leif = client_for(cast.leif)
    seen = version_of(leif.get(f"/prosedyrar/{number}/skriv").text)
    data = {"csrf_token": csrf(leif), "versjon": seen, "tekst": "Halvvegs."}
    saved = leif.post(f"/prosedyrar/{number}/kladd", data=data)
    assert saved.status_code == 200
    assert saved.json
    assert saved.json["versjon"] > int(seen)
    number_in_it = {**data, "versjon": str(saved.json["versjon"]), "tekst": "Fødselsnummer 15076500565"}
    assert leif.post(f"/prosedyrar/{number}/kladd", data=number_in_it).status_code == 422
    named = {**number_in_it, "tekst": "Ring Kari Nordmann."}
    assert leif.post(f"/prosedyrar/{number}/kladd", data=named).status_code == 422
    assert "Halvvegs." in leif.get(f"/prosedyrar/{number}/skriv").text
    assert leif.post(f"/prosedyrar/{number}/kladd", data={**named, "stadfest": "1"}).status_code == 200


def test_names_in_a_text_are_asked_about_and_numbers_stopped(
    cast: Cast, client_for: ClientFor, csrf: Csrf, make_prosedyre: MakeProsedyre
) -> None:
    number = make_prosedyre(til="kladd")
    leif = client_for(cast.leif)
    data = {"csrf_token": csrf(leif), "versjon": version_of(leif.get(f"/prosedyrar/{number}/skriv").text)}
    stopped = leif.post(f"/prosedyrar/{number}/skriv", data={**data, "tekst": "Gjeld 15076500565."})
    assert stopped.status_code == 422
    assert 'data-feil="identitet"' in stopped.text
    asked = leif.post(f"/prosedyrar/{number}/skriv", data={**data, "tekst": "Ring Kari Nordmann."})
    assert asked.status_code == 422
    assert 'data-feil="stadfest"' in asked.text
    assert (
        leif.post(f"/prosedyrar/{number}/skriv", data={**data, "tekst": "Ring Kari Nordmann.", "stadfest": "1"}).status_code == 303
    )


def test_numbers_and_months() -> None:
    assert rules.next_number(None, stor=False) == (1, 0)
    assert rules.next_number((1, 4), stor=True) == (2, 0)
    assert rules.next_number((1, 4), stor=False) == (1, 5)
    assert add_months(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert add_months(date(2026, 12, 15), 12) == date(2027, 12, 15)
    assert add_months(date(2026, 11, 30), 1) == date(2026, 12, 30)
    assert [rules.parse_number(raw) for raw in ("2.0", "2", "a.b", "10.12", "1.")] == [(2, 0), None, None, (10, 12), None]


def test_a_request_is_taken_up_or_declined_with_a_reason(
    cast: Cast,
    client_for: ClientFor,
    csrf: Csrf,
    make_prosedyre: MakeProsedyre,
    databases: Databases,
    work_for: WorkFor,
) -> None:
    number = make_prosedyre()
    with databases.writing() as db:
        work = work_for(db, cast.kval)
        for origin, title in ((1, "Uklart steg"), (2, "For lang")):
            actions.request_revision(work, number, "avvik", origin, skjerma=False, tittel=title, eining_id=cast.it01.id)
        again = actions.request_revision(work, number, "avvik", 1, skjerma=False, tittel="Same sak", eining_id=cast.it01.id)
        actions.request_revision(work, None, "avvik", 3, skjerma=True, tittel="Ny rutine for sensor", eining_id=cast.it01.id)
        db.commit()
        assert again.tittel == "Uklart steg", "the same case asks once"
    leif, kari, nils = client_for(cast.leif), client_for(cast.kari), client_for(cast.nils)
    page = leif.get("/prosedyrar/onske").text
    assert "Uklart steg" in page
    assert "frå ei sak som få kan sjå" in page
    assert "Uklart steg" not in kari.get(f"/prosedyrar/{number}").text
    assert "Uklart steg" not in nils.get("/prosedyrar/onske").text
    no = {"csrf_token": csrf(leif), "grunn": "Han er alt delt i to."}
    assert leif.post("/prosedyrar/onske/2/avsla", data={**no, "grunn": ""}).status_code == 422
    assert nils.post("/prosedyrar/onske/2/avsla", data={**no, "csrf_token": csrf(nils)}).status_code == 404
    assert leif.post("/prosedyrar/onske/2/avsla", data=no).status_code == 303
    assert leif.post(f"/prosedyrar/{number}/ny-versjon", data={"csrf_token": csrf(leif)}).status_code == 303
    assert leif.post(f"/prosedyrar/{number}/ny-versjon", data={"csrf_token": csrf(leif)}).status_code == 409, "one at a time"
    made = {
        "csrf_token": csrf(leif),
        "tittel": "Sensorrutine",
        "dokumenttype": "rutine",
        "tema": "utstyr",
        "eining_id": cast.it01.id,
        "eigar": cast.leif.ansattnr,
        "onske": "3",
    }
    assert leif.post("/prosedyrar/ny", data=made).status_code == 303
    with databases.reading() as db:
        states = dict.fromkeys(range(1, 4), "")
        for row in db.scalars(select(Revisjonsonske)):
            states[row.id] = row.tilstand
    assert states == {1: "teken", 2: "avslegen", 3: "teken"}


def test_who_has_not_answered_is_reminded_once_before_the_hearing_ends(
    cast: Cast, client_for: ClientFor, csrf: Csrf, make_prosedyre: MakeProsedyre, databases: Databases, work_for: WorkFor,
    clock: Clock,
) -> None:  # fmt: skip
    number = make_prosedyre(til="kladd")
    leif, kari = client_for(cast.leif), client_for(cast.kari)
    where = f"/prosedyrar/{number}/versjon/1.0"
    asked = {**HEARD, "eining-1": str(cast.it01.id), "person-1": cast.nils.ansattnr, "csrf_token": csrf(leif)}
    assert leif.post(f"{where}/hoyring", data=asked).status_code == 303
    assert "Eg har ingen merknader" in kari.get(where).text
    for _time in range(2):
        assert kari.post(f"{where}/merknad", data={"csrf_token": csrf(kari), "ingen": "1"}).status_code == 303
    page = kari.get(where).text
    assert page.count("Har lese, og har ingen merknader.") == 1
    assert "Eg har ingen merknader" not in page
    assert "Send til godkjenning" in leif.get(where).text, "that answer waits for none"

    def run(day: int) -> set[str]:
        clock.set_oslo(2026, 12, day, 7)
        with databases.writing() as db:
            before = set(db.scalars(select(Epost.id)))
            jobs.remind_of_hearings(work_for(db, None))
            db.commit()
            return set(db.scalars(select(Epost.til_adresse).where(Epost.id.not_in(before))))

    assert run(6) == set()
    assert run(7) == {cast.nils.epost, cast.astrid.epost}, "not Kari, who has answered, nor Leif, who asks"
    assert run(8) == set()
    assert run(12) == set()
    with databases.reading() as db:
        body = db.scalars(select(Epost.tekst).where(Epost.til_adresse == cast.nils.epost).order_by(Epost.id.desc())).first()
        assert body
        assert "10. desember 2026" in body


def test_the_templates_prompts_are_no_text_and_the_writer_sees_who_approves(
    cast: Cast, client_for: ClientFor, csrf: Csrf, make_prosedyre: MakeProsedyre, databases: Databases, work_for: WorkFor
) -> None:
    number = make_prosedyre(til="kladd", tekst=mal.template_text().replace("_Kven gjer kva?_", "Leiaren syter for opplæring."))
    leif, kval = client_for(cast.leif), client_for(cast.kval)
    where = f"/prosedyrar/{number}/versjon/1.0"
    page = leif.get(where).text
    assert "berre hjelpeteksten frå malen" in page
    assert 'id="til-godkjenning"' not in page
    sent = leif.post(f"{where}/steg/til-godkjenning", data={"csrf_token": csrf(leif), "versjon": version_of(page)})
    assert sent.status_code == 422
    told = re.search(r"frå malen: ([^.]+)\. Skriv dei", sent.text)
    assert told
    assert told[1] == "Formål, Omfang, Framgangsmåte, Avvik, Dokumentasjon, Referansar"

    def write(tekst: str) -> str:
        with databases.writing() as db:
            work = work_for(db, cast.leif)
            draft = queries.open_version(work, number)
            assert draft is not None
            actions.save_draft(work, draft.id, tekst=tekst)
            db.commit()
        seen = version_of(leif.get(where).text)
        answer = leif.post(f"{where}/steg/til-godkjenning", data={"csrf_token": csrf(leif), "versjon": seen})
        return answer.text if answer.status_code == 422 else str(answer.status_code)

    assert "Det er ingen tekst å godkjenne enno" in write("")
    assert "hjelpeteksten" in write("## Purpose\n\n*Hva skal prosedyren sikre?*"), "in any language and any look"
    assert write("## Formål\n\nSikre rett dosering.") == "303"
    waits = leif.get(where).text
    assert "Sendt til godkjenning 22. nov. 2026" in waits
    assert "Ventar på" in waits
    assert cast.kval.namn in waits
    with databases.writing() as db:
        draft = queries.open_version(work_for(db, cast.leif), number)
        assert draft is not None
        draft.tekst = mal.template_text()
        db.commit()
    data = {"csrf_token": csrf(kval), "versjon": version_of(kval.get(where).text)}
    assert kval.post(f"{where}/steg/godkjenn", data=data).status_code == 422, "approving asks the same"
    with databases.writing() as db:
        draft = queries.open_version(work_for(db, cast.leif), number)
        assert draft is not None
        draft.tekst = "Ferdig."
        db.commit()
    data["versjon"] = version_of(kval.get(where).text)
    assert kval.post(f"{where}/steg/godkjenn", data=data).status_code == 303
    with databases.reading() as db:
        letter = db.scalars(select(Epost.tekst).where(Epost.til_adresse == cast.leif.epost).order_by(Epost.id.desc())).first()
        assert f"Godkjend av {cast.kval.namn} 22. november 2026." in (letter or "")


def test_an_external_source_is_a_link_that_is_checked_each_year(
    cast: Cast, client_for: ClientFor, make_prosedyre: MakeProsedyre, databases: Databases
) -> None:
    link = "https://www.helsebiblioteket.no/vaer"
    about = {"dokumenttype": "ekstern", "tekst": "", "ekstern_lenkje": link}
    number = make_prosedyre("Aktuelle råd", **about)
    assert link in client_for(cast.kari).get(f"/prosedyrar/{number}").text
    with databases.reading() as db:
        assert db.get_one(Prosedyre, number).revisjonsfrist == date(2027, 11, 22)
    with pytest.raises(Refused, match="minst kvart år"):
        make_prosedyre("For sjeldan", **about, revisjonsintervall=24)
    with pytest.raises(Refused, match="slik ho står i nettlesaren"):
        make_prosedyre("Felle", **{**about, "ekstern_lenkje": "javascript:alert(1)"})
