"""The letter's way: from the template to the units, answered, given on, delivered, returned, accepted; told and logged."""

import io
import re

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from werkzeug.test import TestResponse

from kjerne.db import Databases
from kjerne.models import Epost, Fil, Loggline
from oppdragsbrev.models import Brevlenkje, Brevlevering, Brevmal, Brevsvar, Brevutgave, Oppdragsbrev
from oppdragsbrev.queries import bevis
from oppdragsbrev.queries import brev as letters
from oppdragsbrev.rules import internal
from tests.cast import Cast
from tests.conftest import ClientFor, WorkFor
from tests.oppdragsbrev.conftest import Brev, Send, issue, versions

CANARY = "Kanarifugl over natta"
FNR = "01010750160"


def test_the_real_letter_ships_in_three_languages_with_known_evidence(cast: Cast, databases: Databases, work_for: WorkFor) -> None:
    with databases.reading() as db:
        work = work_for(db, cast.signe)
        points = letters.points_of(work, db.scalars(select(Brevmal)).one())
        counts = [len(one.kuler) for one in points]
        words = [(row.nn, row.nb, row.en) for one in points for row in (one.punkt, *one.kuler)]
        codes = {code for one in points for kule in one.kuler for code in kule.bevis.split(",")}
    assert counts == [3, 4, 4, 3, 2, 1, 1], "the real letter's bullets"
    assert all(all(three) for three in words)
    assert codes <= {one.kode for one in bevis.ALLE}


def test_the_director_issues_and_the_leader_is_told(cast: Cast, brev: Brev, client_for: ClientFor, databases: Databases) -> None:
    page = client_for(cast.leif).get(f"/oppdragsbrev/{brev.id}", follow_redirects=True)
    assert page.request.path == brev.eining()
    assert "Gjennomføre ROS-analyse" in page.text
    assert "1. mars 2027" in page.text
    assert "Godkjend risikoanalyse" in page.text, "the evidence stands beside the bullet"
    listed = client_for(cast.leif).get("/oppdragsbrev/").text
    assert "Dette skal du svare på" in listed
    with databases.reading() as db:
        mails = db.scalars(select(Epost).where(Epost.til_person_id == cast.leif.id)).all()
        log = db.scalars(select(Loggline.hending).where(Loggline.subjekt_type == "oppdragsbrev")).all()
    assert [mail.emne for mail in mails] == ["Oppdragsbrevet for 2027 er sendt til eininga di"]
    assert brev.eining() in mails[0].tekst
    assert cast.it01.namn in mails[0].tekst
    assert log.count("oppdragsbrev:sendt") == 2


def answer(browser: FlaskClient, send: Send, brev: Brev, place: tuple[int, int], **fields: object) -> TestResponse:
    """Answer a bullet; version 1 unless said."""
    path = f"{brev.eining()}/svar/{brev.svar[place]}"
    return send(browser, path, **{"tekst": f"Gjort i haust. {CANARY}.", "status": "ferdig", "versjon": "1", **fields})


@pytest.mark.both
def test_the_letter_s_history_has_one_line_for_each_sending_and_a_unit_its_own(
    cast: Cast, brev: Brev, client_for: ClientFor, send: Send, databases: Databases
) -> None:
    director = client_for(cast.signe)
    page = director.get(f"/oppdragsbrev/{brev.id}").text
    assert page.count("Brevet er sendt til 2 einingar.") == 1
    assert issue(director, send, databases, brev.id, "HO-IT").status_code == 303
    page = director.get(f"/oppdragsbrev/{brev.id}").text
    assert (
        page.index("Brevet er sendt til 1 eining.")
        < page.index("Brevet er sendt til 2 einingar.")
        < page.index("Kladden blei laga")
    )
    unit = director.get(brev.eining()).text
    assert unit.count("Brevet blei sendt til eininga.") == 1
    assert "Brevet er sendt til" not in unit, "the unit's letter tells of its own sending alone"


def test_answered_delivered_returned_delivered_again_and_accepted(
    cast: Cast, brev: Brev, client_for: ClientFor, send: Send, databases: Databases
) -> None:
    leader, director = client_for(cast.leif), client_for(cast.signe)
    point = f"{brev.eining()}/punkt/{brev.deler[5]}"
    early = send(leader, f"{point}/lever", versjon="1", sett="2")
    assert early.status_code == 422
    assert "Svar på alle kulepunkta" in early.text
    for place in ((5, 1), (5, 2)):
        assert answer(leader, send, brev, place).status_code == 303
    page = leader.get(brev.eining()).text
    assert send(leader, f"{point}/lever", **versions(page, f"{point}/lever")).status_code == 303
    locked = answer(leader, send, brev, (5, 1), versjon="2", tekst="For seint")
    assert locked.status_code == 404, "what is delivered stands until it comes back"
    assert "Levert" in director.get(f"/oppdragsbrev/{brev.id}").text
    assert cast.it01.namn in director.get("/oppdragsbrev/").text
    page = director.get(brev.eining()).text
    seen = versions(page, f"{point}/godta")
    assert send(director, f"{point}/retur", **seen, grunn="").status_code == 422
    assert send(director, f"{point}/retur", **seen, grunn="Skriv når undersøkinga var.").status_code == 303
    assert send(director, f"{point}/godta", **seen).status_code == 409, "it was returned in between"
    assert "Skriv når undersøkinga var." in leader.get(brev.eining()).text
    assert answer(leader, send, brev, (5, 1), versjon="2", tekst="Undersøkinga var i mai.").status_code == 303
    page = leader.get(brev.eining()).text
    assert send(leader, f"{point}/lever", **versions(page, f"{point}/lever")).status_code == 303
    page = director.get(brev.eining()).text
    assert send(director, f"{point}/godta", **versions(page, f"{point}/godta")).status_code == 303
    with databases.reading() as db:
        kept = db.scalars(select(Brevlevering).order_by(Brevlevering.nr)).all()
        texts = [row.innhald[0]["tekst"] for row in kept]
        decided = [row.avgjerd for row in kept]
        subjects = db.scalars(select(Epost.emne).where(Epost.til_person_id == cast.leif.id).order_by(Epost.id)).all()
        said = str([(row.endring, row.hending) for row in db.scalars(select(Loggline))])
        mails = str(db.scalars(select(Epost.tekst)).all())
    assert texts == [f"Gjort i haust. {CANARY}.", "Undersøkinga var i mai."], "each delivery is kept as it was"
    assert decided == ["retur", "godteken"]
    assert subjects[1:] == [
        "Punkt 5 i oppdragsbrevet for 2027 er sendt tilbake",
        "Punkt 5 i oppdragsbrevet for 2027 er godteke",
    ]
    assert CANARY not in said + mails


def test_two_who_answer_the_same_bullet_get_both_texts(cast: Cast, brev: Brev, client_for: ClientFor, send: Send) -> None:
    leader = client_for(cast.leif)
    assert answer(leader, send, brev, (1, 1), tekst="Den første.").status_code == 303
    second = answer(leader, send, brev, (1, 1), tekst="Den andre.")
    assert second.status_code == 409
    assert "Den første." in second.text
    assert "Den andre." in second.text


def test_what_was_changed_after_she_looked_is_not_delivered(cast: Cast, brev: Brev, client_for: ClientFor, send: Send) -> None:
    leader = client_for(cast.leif)
    answer(leader, send, brev, (7, 1))
    path = f"{brev.eining()}/punkt/{brev.deler[7]}/lever"
    seen = versions(leader.get(brev.eining()).text, path)
    answer(leader, send, brev, (7, 1), tekst="Noko anna.", versjon="2")
    assert send(leader, path, **seen).status_code == 409


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"tekst": f"Fødselsnummer {FNR}"}, 'data-feil="identitet"'),
        ({"tekst": "Vi snakka med Kari Nordmann om dette."}, 'data-feil="stadfest"'),
        ({"tekst": ""}, "Skriv kort kva de har gjort"),
        ({"status": "nesten"}, "Vel kor langt de har kome"),
        ({"lenkje": "https://example.com/ros"}, "Andre nettstader kan ikkje lenkjast"),
        ({"lenkje": "javascript:alert(1)"}, "Andre nettstader kan ikkje lenkjast"),
        ({"fil": (io.BytesIO(b"<svg/>"), "bilete.svg")}, "fil-"),
    ],
)
def test_an_answer_that_cannot_be_kept_comes_back_whole(
    cast: Cast, brev: Brev, client_for: ClientFor, send: Send, databases: Databases, fields: dict[str, object], says: str
) -> None:
    found = answer(client_for(cast.leif), send, brev, (1, 1), **fields)
    assert found.status_code == 422
    assert says in found.text
    with databases.reading() as db:
        assert db.get_one(Brevsvar, brev.svar[1, 1]).tekst == ""
        assert db.scalars(select(Fil)).all() == []


def test_a_refused_answer_asks_for_its_file_again_and_lists_a_few_names_only(
    cast: Cast, brev: Brev, client_for: ClientFor, send: Send
) -> None:
    names = [f"{first} {last}" for first in ("Kari", "Ola", "Anne") for last in ("Nordmann", "Hansen", "Olsen", "Berg")]
    text = "\n".join(f"Vi snakka med {name}." for name in names)
    picture = io.BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "PNG")
    picture.seek(0)
    found = answer(client_for(cast.leif), send, brev, (1, 1), tekst=text, fil=(picture, "tavle.png"))
    assert found.status_code == 422
    assert "Vel fila ein gong til" in found.text
    assert found.text.count("ser ut som eit namn") <= 2 * 6, "under the field and in the list"
    assert re.search(r"… og \d+ til i den same teksten", found.text)


def test_who_accepts_does_not_write_the_answer_of_a_unit_that_has_a_leader(
    cast: Cast, brev: Brev, client_for: ClientFor, send: Send
) -> None:
    director = client_for(cast.signe)
    assert "Lagre svaret" not in director.get(brev.eining()).text
    assert answer(director, send, brev, (1, 1)).status_code == 404
    assert "Lagre svaret" in client_for(cast.leif).get(brev.eining()).text


def test_file_and_link_stand_with_the_answer_and_go_again(
    cast: Cast, brev: Brev, client_for: ClientFor, send: Send, databases: Databases
) -> None:
    leader = client_for(cast.leif)
    picture = io.BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "PNG")
    picture.seek(0)
    sent = answer(leader, send, brev, (1, 1), lenkje="http://127.0.0.1:8000/tiltak/?vis=over", fil=(picture, "tavle.png"))
    assert sent.status_code == 303, sent.text
    page = leader.get(brev.eining()).text
    assert 'href="/tiltak/?vis=over">Tiltak</a>' in page
    found = re.search(r'href="(/[^"]*/fil/[^"]*)">tavle', page)
    assert found
    got = leader.get(found[1])
    assert got.status_code == 200
    assert "attachment" in got.headers["Content-Disposition"]
    got.close()
    assert client_for(cast.nils).get(found[1]).status_code == 404
    with databases.reading() as db:
        link = db.scalars(select(Brevlenkje.id)).one()
    assert send(leader, f"{brev.eining()}/svar/{brev.svar[1, 1]}/lenkje/{link}/bort").status_code == 303
    assert send(leader, f"{found[1]}/bort").status_code == 303
    page = leader.get(brev.eining()).text
    assert 'href="/tiltak/?vis=over">Tiltak</a>' not in page
    assert "tavle.png" not in page


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        ("/ros/3", "/ros/3"),
        ("/tiltak/?vis=over#x", "/tiltak/?vis=over#x"),
        ("//evil.example/ros/", None),
        ("https://evil.example/ros/", None),
        ("/logg-ut", None),
        ("/ros/../logg-ut", None),
        ("/ros\\..\\x", None),
        ("ros/3", None),
        ("/ros/ 3", None),
        ("/", None),
        ("", None),
        ("/ros/" + "x" * 400, None),
    ],
)
def test_only_paths_of_our_own_are_internal(raw: str, path: str | None) -> None:
    assert internal(raw) == path


def test_a_new_edition_keeps_the_former_and_the_answers(
    cast: Cast, brev: Brev, client_for: ClientFor, send: Send, databases: Databases, work_for: WorkFor
) -> None:
    leader, director = client_for(cast.leif), client_for(cast.signe)
    answer(leader, send, brev, (1, 1))
    with databases.reading() as db:
        points = letters.points_of(work_for(db, cast.signe), db.get_one(Oppdragsbrev, brev.id))
        version = db.get_one(Oppdragsbrev, brev.id).version
    form = {f"p{one.punkt.id}": one.punkt.nn for one in points} | {f"k{k.id}": k.nn for one in points for k in one.kuler}
    form |= {f"k{points[0].kuler[0].id}": "Gjennomføre ROS-analyse to gonger i året"}
    form |= {f"ny{points[0].punkt.id}_0": "Eit heilt nytt kulepunkt"}
    path = f"/oppdragsbrev/{brev.id}/skriv"
    sent = {"tittel": "Oppdragsbrev 2027", "innleiing": "Nytt innleiingsord.", "sprak": "nn", "versjon": str(version), **form}
    assert send(director, path, **sent).status_code == 303
    again = send(director, path, **{**sent, "innleiing": "Den andre skreiv dette."})
    assert again.status_code == 409
    assert "Den andre skreiv dette." in again.text
    assert "Nytt innleiingsord." in again.text
    page = leader.get(brev.eining()).text
    assert "to gonger i året" in page
    assert "Eit heilt nytt kulepunkt" in page
    assert CANARY in page
    former = leader.get(f"/oppdragsbrev/{brev.id}/utgave/1").text
    assert "Gjennomføre ROS-analyse for å avdekkje" in former
    assert "to gonger i året" not in former
    with databases.reading() as db:
        assert db.scalars(select(Brevutgave.utgave).order_by(Brevutgave.utgave)).all() == [1, 2]
        assert len(db.scalars(select(Epost).where(Epost.emne.contains("ny utgåve"))).all()) == 2, "each unit is told once"
