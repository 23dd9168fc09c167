"""Import in the browser, settings, the log in plain words, letters in demo mode."""

import ast
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from administrasjon import ord_for_loggen
from administrasjon.loggord import FIELDS
from administrasjon.queries.drift import LETTERS
from avvik.tekstar import HENDINGAR
from kjerne import log
from kjerne.db import Databases
from kjerne.innstilling import put, settings
from kjerne.models import Epost, Loggline, Person
from oppdragsbrev.queries.brev import SENT_OUT
from oppdragsbrev.views.historie import WORDS
from prosedyrar import rules as prosedyrar
from ros import rules as ros
from tests import make
from tests.cast import Cast
from tiltak import rules as tiltak

ROOT = Path(ord_for_loggen.__file__).resolve().parents[1]
PACKAGES = {"administrasjon", "konto", "kjerne", "tiltak", "prosedyrar", "ros", "kompetanse", "avvik", "register", "oppdragsbrev"}
PACKAGES |= {"krav", "rapportar", "cli"}

ClientFor = Callable[..., FlaskClient]
Csrf = Callable[..., str]


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


def test_each_line_anything_writes_in_the_log_has_words() -> None:
    sources = [file.read_text("utf-8") for name in PACKAGES for file in (ROOT / name).rglob("*.py")]
    nodes = [node for source in sources for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    named = [node for node in nodes if getattr(node.func, "attr", getattr(node.func, "id", "")) == "record"]
    calls = [node for node in named if len(node.args) > 3]
    kinds = {"tiltak": tiltak.HENDINGNAMN, "ros": ros.HENDINGNAMN, "prosedyre": prosedyrar.HENDINGNAMN}
    kinds |= {"avvik": HENDINGAR, "oppdragsbrev": {**WORDS, SENT_OUT: ""}}
    events = {f"{subject}:{kind}" for subject, words in kinds.items() for kind in words}
    events |= {call.args[3].value for call in calls if isinstance(call.args[3], ast.Constant)}
    subjects = {call.args[1].value for call in calls if isinstance(call.args[1], ast.Constant)}
    fields = {one.arg for call in calls for one in call.keywords if one.arg not in {None, "actor", "at"}}
    assert len(events) > 200
    lines = {code: Loggline(hending=code, endring={}) for code in events}
    assert {code for code, line in lines.items() if ord_for_loggen.event(line) == code and ":" in code} == set()
    assert {code for code in subjects if ord_for_loggen.subject(code) == code} == set()
    assert {name for name in fields if name not in FIELDS} == set()
    assert ord_for_loggen.change(Loggline(hending="konto:logga-inn", endring={"delt": True})) == "delt maskin: ja"


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
    with databases.writing() as db:
        db.add_all(
            Epost(
                nokkel=f"prove-{n}",
                til_person_id=cast.kari.id,
                til_adresse="kari@eksempel.no",
                emne=f"Brev nr. {n:03}",
                tekst=".",
                laga=letter.laga,
                neste_forsok=letter.laga,
            )
            for n in range(LETTERS + 5)
        )
        db.commit()
    first = kari.get("/brev").get_data(as_text=True)
    following = re.search(r"/brev\?mine=\d+", first)
    assert following
    both = first + kari.get(following[0]).get_data(as_text=True)
    assert [both.count(f"Brev nr. {n:03}") for n in range(LETTERS + 5)] == [1] * (LETTERS + 5), "each once"
    assert "Brev nr. 000" not in first
    assert re.search(r"/brev\?ut=\d+#alle", adam.get("/brev").get_data(as_text=True))
