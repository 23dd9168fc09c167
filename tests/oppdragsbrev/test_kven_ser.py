"""Who sees what of a letter: director all, a unit its own, whom a bullet was given to that bullet; everybody else nothing."""

import pytest
from sqlalchemy import event, select

from kjerne.config import Config
from kjerne.db import Databases
from kjerne.jobs import Runner
from kjerne.models import Epost
from oppdragsbrev.jobs import JOBS
from oppdragsbrev.models import Brevkule, Brevpunkt, Brevsvar, Oppdragsbrev, Punktmottak
from tests import make
from tests.cast import Cast
from tests.conftest import ClientFor, Clock
from tests.oppdragsbrev.conftest import Brev, Send, issue, make_draft, read_letter, versions

CANARY, OTHER = "Kanarifugl over natta", "gulspurv i hekken"


@pytest.fixture
def written(cast: Cast, brev: Brev, client_for: ClientFor, send: Send) -> Brev:
    """Two bullets of HO-IT-01 answered, one with each canary."""
    leader = client_for(cast.leif)
    for place, text in (((1, 1), CANARY), ((2, 1), OTHER)):
        sent = send(leader, f"{brev.eining()}/svar/{brev.svar[place]}", tekst=text, status="i_gang", versjon="1")
        assert sent.status_code == 303, sent.text
    return brev


def test_each_role_sees_its_own(cast: Cast, written: Brev, client_for: ClientFor, send: Send) -> None:
    path = written.eining()
    reads = {"leif", "signe", "kval", "lise", "rita"}
    for name, person in cast.people.items():
        browser = client_for(person)
        page = browser.get(path)
        assert page.status_code == (200 if name in reads else 404), name
        assert (CANARY in page.text) == (name in reads), name
        whole = browser.get(f"/oppdragsbrev/{written.id}", follow_redirects=True)
        assert whole.status_code == (200 if name in {*reads, "nils"} else 404), name
        assert cast.it01.namn not in whole.text or name in reads, name
        assert browser.get("/oppdragsbrev/").status_code == (200 if name in {*reads, "nils"} else 404), name
        answers = send(browser, f"{path}/svar/{written.svar[1, 2]}", tekst="Mitt ord", status="ferdig", versjon="1")
        # Signe leads the whole sector, but she accepts the answers: those of a unit with a leader are the leader's
        assert answers.status_code == {"leif": 303}.get(name, 404), name
        if name in {"leif", "kval", "rita", "nils"}:  # each holds some right, none of them this one
            for step in ("skriv", "fristar"):
                assert browser.get(f"/oppdragsbrev/{written.id}/{step}").status_code == 404, (name, step)
            for step in ("godta", "retur", "frist"):
                done = send(browser, f"{path}/punkt/{written.deler[1]}/{step}", versjon="1", grunn="x", frist="2027-05-05")
                assert done.status_code == 404, (name, step)
            assert browser.get("/oppdragsbrev/malar").status_code == 404, name
            assert send(browser, "/oppdragsbrev/nytt", tittel="x", aar="2027", kjelde="mal-1").status_code == 404, name


def test_a_draft_is_the_directors_alone(cast: Cast, client_for: ClientFor, send: Send) -> None:
    made = make_draft(client_for(cast.signe), send, tittel=f"Brev om {OTHER}")
    for name in ("leif", "kval", "rita", "kari"):
        assert client_for(cast.people[name]).get(f"/oppdragsbrev/{made}").status_code == 404, name
        assert OTHER not in client_for(cast.people[name]).get("/oppdragsbrev/").text, name


def test_whom_a_bullet_was_given_to_sees_and_answers_that_alone(
    cast: Cast, written: Brev, client_for: ClientFor, send: Send, databases: Databases
) -> None:
    leader, kari = client_for(cast.leif), client_for(cast.kari)
    give = f"{written.eining()}/svar/{written.svar[1, 1]}/gi"
    assert send(leader, give, person=str(cast.nina.id)).status_code == 422, "she works elsewhere"
    assert send(leader, give, person=str(cast.kari.id)).status_code == 303
    assert "Oppdragsbrev" in kari.get("/").text
    assert "Gjennomføre ROS-analyse" in kari.get("/oppdragsbrev/").text
    page = kari.get(f"/oppdragsbrev/{written.id}", follow_redirects=True)
    assert page.status_code == 200
    assert CANARY in page.text
    assert OTHER not in page.text
    assert "Det systemet veit" not in page.text
    mine = f"{written.eining()}/svar/{written.svar[1, 1]}"
    assert send(kari, mine, tekst="Gjort i dag", status="ferdig", versjon="3").status_code == 303
    other = f"{written.eining()}/svar/{written.svar[2, 1]}"
    assert send(kari, other, tekst="x", status="ferdig", versjon="2").status_code == 404
    assert send(kari, give, person=str(cast.astrid.id)).status_code == 404, "only the leader gives"
    assert send(kari, f"{written.eining()}/punkt/{written.deler[1]}/lever", versjon="1", sett="1").status_code == 404
    assert send(leader, give, person="").status_code == 303
    assert kari.get(written.eining()).status_code == 404, "taken back"
    with databases.reading() as db:
        told = db.scalars(select(Epost.emne).where(Epost.til_person_id == cast.kari.id)).all()
    assert told == ["Du er beden om å svare på ein del av oppdragsbrevet for 2027"]


def test_questions_go_both_ways(cast: Cast, written: Brev, client_for: ClientFor, send: Send) -> None:
    leader, director = client_for(cast.leif), client_for(cast.signe)
    path = f"{written.eining()}/punkt/{written.deler[4]}/sporsmal"
    assert send(leader, path, tekst="").status_code == 422
    assert send(leader, path, tekst="Skal natta vere med?").status_code == 303
    assert "Skal natta vere med?" in director.get(written.eining()).text
    assert send(director, path, tekst="Ja, som eiga gruppe.").status_code == 303
    assert "Ja, som eiga gruppe." in leader.get(written.eining()).text
    assert send(client_for(cast.kval), path, tekst="Eg og").status_code == 404, "who only reads, asks nothing"


def test_a_unit_gets_another_deadline_and_is_told(
    cast: Cast, written: Brev, client_for: ClientFor, send: Send, databases: Databases
) -> None:
    director = client_for(cast.signe)
    path = f"{written.eining()}/punkt/{written.deler[6]}/frist"
    seen = versions(director.get(written.eining()).text, path)
    assert send(director, path, **seen, frist="2026-01-01").status_code == 422
    assert send(director, path, **seen, frist="2027-06-15").status_code == 303
    assert send(director, path, **seen, frist="2027-07-15").status_code == 409
    assert "15. juni 2027" in client_for(cast.leif).get(written.eining()).text
    with databases.reading() as db:
        assert "Ny frist i oppdragsbrevet for 2027, punkt 6" in db.scalars(select(Epost.emne)).all()


@pytest.mark.both
def test_reminders_go_once_before_and_once_after(
    cast: Cast, brev: Brev, databases: Databases, config: Config, clock: Clock
) -> None:
    runner = Runner(databases, config, clock, {})
    job = next(one for one in JOBS if one.name == "oppdragsbrev-paminning")

    def told() -> int:
        runner.run(job)
        with databases.reading() as db:
            return len(db.scalars(select(Epost).where(Epost.til_person_id == cast.leif.id, Epost.emne.contains("Fristen"))).all())

    assert told() == 0
    clock.set_oslo(2027, 2, 20)
    assert told() == 7
    assert told() == 7, "once only"
    clock.set_oslo(2027, 3, 2)
    assert told() == 14
    assert told() == 14


def test_next_year_takes_along_what_was_not_finished(
    cast: Cast, written: Brev, client_for: ClientFor, send: Send, databases: Databases
) -> None:
    director, leader = client_for(cast.signe), client_for(cast.leif)
    with databases.writing() as db:
        for row in db.scalars(select(Brevsvar)):
            row.status, row.tekst = "ferdig", row.tekst or "Gjort."
        left = db.get_one(Brevsvar, written.svar[1, 1])
        left.status = "i_gang"
        db.commit()
    made = make_draft(director, send, tittel="Oppdragsbrev 2028", aar="2028", kjelde=f"brev-{written.id}", berre_uferdig="1")
    with databases.reading() as db:
        bullets = db.scalars(select(Brevkule).where(Brevkule.fra_id.is_not(None))).all()
        assert [row.nn for row in bullets] == ["Gjennomføre ROS-analyse for å avdekkje område der det er fare for svikt"]
    sent = issue(director, send, databases, made, "HO-IT-01", "HO-IT-02", frist="2028-03-01")
    assert sent.status_code == 303, sent.text
    new = read_letter(databases, made, cast.it01.id)
    page = leader.get(new.eining()).text
    assert "I det førre brevet: I gang" in page
    assert CANARY in page
    with databases.writing() as db:
        answer = db.get_one(Brevsvar, written.svar[1, 1])
        answer.status = "ferdig"
        point = db.get_one(Punktmottak, answer.punktmottak_id)
        point.status, point.grunn = "retur", "Skriv meir."
        db.commit()
    again = make_draft(director, send, tittel="Oppdragsbrev 2029", aar="2029", kjelde=f"brev-{written.id}", berre_uferdig="1")
    with databases.reading() as db:
        points = db.scalars(select(Brevpunkt.nr).where(Brevpunkt.brev_id == again)).all()
        assert points == [1], "what was sent back is not finished, whatever its answers say"
    assert director.get(f"/oppdragsbrev/{written.id}").status_code == 200


def test_an_ended_letter_is_only_read(cast: Cast, written: Brev, client_for: ClientFor, send: Send) -> None:
    director, leader = client_for(cast.signe), client_for(cast.leif)
    assert send(leader, f"/oppdragsbrev/{written.id}/avslutt").status_code == 404
    assert send(director, f"/oppdragsbrev/{written.id}/avslutt").status_code == 303
    assert send(leader, f"{written.eining()}/svar/{written.svar[3, 1]}", tekst="x", status="ferdig", versjon="1").status_code == 404
    assert director.get(f"/oppdragsbrev/{written.id}/skriv").status_code == 404
    assert CANARY in leader.get(written.eining()).text


def test_nothing_is_issued_without_units_or_deadlines(cast: Cast, client_for: ClientFor, send: Send, databases: Databases) -> None:
    director = client_for(cast.signe)
    made = make_draft(director, send)
    assert issue(director, send, databases, made).status_code == 422
    assert issue(director, send, databases, made, "HO-IT-01", frist="").status_code == 422
    past = issue(director, send, databases, made, "HO-IT-01", frist="2026-01-01")
    assert past.status_code == 422
    assert "Fristen er alt ute" in past.text
    with databases.reading() as db:
        assert db.get_one(Oppdragsbrev, made).status == "kladd"
        assert db.scalars(select(Punktmottak)).all() == []


def test_a_template_is_copied_changed_and_retired(cast: Cast, client_for: ClientFor, send: Send) -> None:
    director = client_for(cast.signe)
    made = send(director, "/oppdragsbrev/malar", namn="Kort mal", kopi="1")
    assert made.status_code == 303
    page = director.get(made.location).text
    assert "Gjennomføre ROS-analyse" in page
    path = made.location
    sent = {"tittel": "Kort mal", "innleiing": "Hei.", "sprak": "nn", "versjon": "1", "nytt": "Beredskap"}
    assert send(director, path, **sent).status_code == 303
    assert "Beredskap" in director.get(path).text
    assert send(director, path, **{**sent, "innleiing": "Nei."}).status_code == 409
    assert send(director, f"{path}/bort").status_code == 303
    assert director.get(path).status_code == 404


def test_the_directors_matrix_costs_the_same_with_more_units(
    cast: Cast, brev: Brev, client_for: ClientFor, send: Send, databases: Databases
) -> None:
    director = client_for(cast.signe)
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    def asked(path: str) -> int:
        said.clear()
        assert director.get(path).status_code == 200
        return len(said)

    paths = (f"/oppdragsbrev/{brev.id}", "/oppdragsbrev/oversikt", "/oppdragsbrev/")
    event.listen(databases._read_engine, "before_cursor_execute", note)
    for path in paths:
        asked(path)  # what is read once for each process
    few = [asked(path) for path in paths]
    with databases.writing() as db:
        for nr in range(10, 20):
            make.eining(db, f"HO-IT-{nr}", over=db.merge(cast.it))
        db.commit()
    sent = issue(director, send, databases, brev.id, *(f"HO-IT-{nr}" for nr in range(10, 20)))
    assert sent.status_code == 303, sent.text
    for path in paths:
        asked(path)  # what the process keeps is read anew after a change of the organisation
    assert [asked(path) for path in paths] == few
