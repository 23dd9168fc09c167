"""The duties, a unit's own judgement, and the folder for a supervisor."""

import csv
import hashlib
import html
import io
import re
import zipfile
from datetime import date

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select
from werkzeug.test import TestResponse

from kjerne.db import Databases
from kjerne.models import Leselogg, Loggline
from krav.katalog import duties
from krav.models import Kravvurdering
from krav.rules import Status, standing
from oppdragsbrev.queries import bevis
from oppdragsbrev.rules import Lys
from register.models import Registerforing
from tests.avvik.make_sak import report
from tests.cast import Cast
from tests.conftest import ClientFor, Clock, Csrf, WorkFor

CANARY = "Kanarifugl i vurderinga"
FNR = "01010750160"


def test_each_duty_has_texts_a_source_and_known_evidence() -> None:
    known = {kind.kode for kind in bevis.KJELDER}
    rows = duties().values()
    assert len(rows) >= 80
    for one in rows:
        assert one.nn, one.kode
        assert one.nb, one.kode
        assert one.heimel, one.kode
        assert set(one.bevis) <= known, one.kode
    assert 0 < sum(one.stadfesta for one in rows) < len(rows)


def test_nobody_talks_a_red_light_green() -> None:
    assert standing(Status.OPPFYLT, [Lys.BAD]) is Lys.BAD
    assert standing(Status.OPPFYLT, []) is Lys.OK
    assert standing(Status.UAKTUELT, [Lys.BAD]) is Lys.NONE
    assert standing(None, []) is Lys.NONE


def test_the_list_is_folded_by_theme_and_narrowed_by_theme_and_light(cast: Cast, client_for: ClientFor) -> None:
    browser = client_for(cast.kval)

    def shown(query: str) -> tuple[int, int, int]:
        page = browser.get(f"/krav/?{query}").text
        part = page[page.index('class="lovtema"') :]
        return part.count("<details"), part.count(" open>"), part.count('<li><span class="lys')

    themes, open_, rows = shown("")
    assert (themes, open_, rows) == (9, 0, len(duties())), "all of it is there, folded"
    assert shown("opne=1") == (9, 9, rows)
    assert shown("tema=1.2") == (1, 1, sum(one.gruppe == "1.2" for one in duties().values()))
    red, *_rest = (shown(f"tema=1.2&lys={kind.value}") for kind in Lys)
    assert sum(shown(f"lys={kind.value}")[2] for kind in Lys) == rows, "each duty has one light"
    assert red[2] < rows
    page = browser.get("/krav/?tema=1.2").text
    counts = [int(n) for n in re.findall(r"</span> (\d+)</span>", page[page.index("lovtema__tal") :])]
    assert sum(counts) == shown("tema=1.2")[2], "the summary's counts add up"
    assert "Ingen krav har den statusen" in browser.get("/krav/?tema=finst-ikkje").text


@pytest.mark.parametrize("sprak", ["nn", "nb", "en"])
def test_the_list_says_what_is_not_confirmed(cast: Cast, client_for: ClientFor, csrf: Csrf, sprak: str) -> None:
    browser = client_for(cast.kval)
    browser.post("/sprak", data={"sprak": sprak, "csrf_token": csrf(browser)})
    page = browser.get("/krav/").text
    assert {"nn": "ikkje stadfesta", "nb": "ikke bekreftet", "en": "not confirmed"}[sprak] in page
    assert browser.get("/krav/AML-6_7").status_code == 200
    assert browser.get("/krav/FINST-IKKJE").status_code == 404


def judge(browser: FlaskClient, token: str, eining: str = "HO-IT-01", **more: str) -> TestResponse:
    sent = {"eining": eining, "status": "delvis", "grunn": CANARY, "csrf_token": token, **more}
    return browser.post("/krav/HPL-21/vurder", data=sent)


@pytest.mark.parametrize("who", ["lise", "kval"])
def test_no_evidence_leads_to_not_found(cast: Cast, client_for: ClientFor, who: str) -> None:
    browser = client_for(cast.people[who])
    page = browser.get("/krav/").text
    lines = re.findall(r'<p class="sub">.*?</p>', page, re.DOTALL)
    behind = {html.unescape(address) for line in lines for address in re.findall(r'href="([^"]+)"', line)}
    assert behind
    for address in sorted(behind):
        assert browser.get(address).status_code in {200, 303}, address
    assert any(address.startswith("/ros/") for address in behind) == (who == "kval")


def test_a_leader_judges_her_own_unit_only(cast: Cast, client_for: ClientFor, csrf: Csrf, databases: Databases) -> None:
    leader = client_for(cast.leif)
    assert judge(leader, csrf(leader)).status_code == 303
    assert CANARY in leader.get("/krav/HPL-21?eining=HO-IT-01").text
    for name in ("nils", "kari", "adam", "lise"):
        other = client_for(cast.people[name])
        assert judge(other, csrf(other)).status_code == 404, name
        assert CANARY not in other.get("/krav/HPL-21").text
    empty = judge(leader, csrf(leader), grunn=" ")
    assert (empty.status_code, "Skriv kva vurderinga" in empty.text) == (422, True)
    number = judge(leader, csrf(leader), grunn=f"Sjå {FNR}")
    assert 'data-feil="identitet"' in number.text
    with databases.reading() as db:
        assert len(db.scalars(select(Kravvurdering)).all()) == 1
        assert CANARY not in str([line.endring for line in db.scalars(select(Loggline))])


@pytest.fixture
def filled(cast: Cast, databases: Databases, work_for: WorkFor, clock: Clock) -> None:
    with databases.writing() as db:
        for _ in range(4):
            report(work_for(db, cast.kari), cast.it01)
        secret = report(work_for(db, cast.kari), cast.it01, skildring="Kanari frå konfidensiell sak", konfidensiell=True)
        assert secret.konfidensiell
        db.add(
            Registerforing(
                slag="personalmote",
                eining_id=cast.it01.id,
                dato=date(2026, 11, 3),
                neste=date(2026, 12, 3),
                tittel="=1+1 personalmøte",
                samandrag=f"{cast.kari.namn} la fram avvika.",
                laga_av_id=cast.leif.id,
                laga=clock.now,
            )
        )
        db.commit()


def folder(browser: FlaskClient, token: str, **more: object) -> zipfile.ZipFile:
    sent = {"eining": ["HO-IT-01"], "gruppe": ["1.1", "1.9"], "fra": "2026-01-01", "til": "2026-11-22", "csrf_token": token, **more}
    answer = browser.post("/krav/tilsynsmappe", data=sent)
    assert answer.status_code == 200, answer.text
    assert answer.headers["X-Content-SHA256"] == hashlib.sha256(answer.data).hexdigest()
    return zipfile.ZipFile(io.BytesIO(answer.data))


def test_the_folder_holds_what_was_chosen_with_checksums_and_without_names(
    cast: Cast, filled: None, client_for: ClientFor, csrf: Csrf, databases: Databases
) -> None:
    browser = client_for(cast.kval)
    made = folder(browser, csrf(browser))
    for line in made.read("SHA256SUMS").decode().splitlines():
        sha, name = line.split("  ", 1)
        assert hashlib.sha256(made.read(name)).hexdigest() == sha, name
    register = list(csv.reader(io.StringIO(made.read("04-register.csv").decode("utf-8-sig")), delimiter=";"))
    assert register[1][3] == "'=1+1 personalmøte", "a text never becomes a formula"
    whole = "".join(made.read(name).decode("utf-8", "replace") for name in made.namelist() if not name.endswith(".pdf"))
    assert cast.kari.namn not in whole
    assert "[sladda]" in whole
    assert "Kanari frå konfidensiell sak" not in whole
    counts = list(csv.reader(io.StringIO(made.read("02-avvik-tal.csv").decode("utf-8-sig")), delimiter=";"))
    assert counts[1][2] == "5"
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(made.read("00-indeks.pdf"))).pages)
    assert "04-register.csv" in text
    assert "Møte, rundar og undersøkingar" in text, "the index says what each file is"
    listed = list(csv.DictReader(io.StringIO(made.read("01-krav.csv").decode("utf-8-sig")), delimiter=";"))
    assert {one["Krav"] for one in listed} <= {one.nn for one in duties().values()}
    assert listed[0]["Krav"][:30] in text.replace("\n", " "), "a duty stands there in words"
    with databases.reading() as db:
        logged = [line.endring["sha256"] for line in db.scalars(select(Loggline).where(Loggline.hending == "krav:tilsynsmappe"))]
        assert len(logged) == 1
        assert db.scalar(select(Leselogg.id).where(Leselogg.subjekt_type == "tilsynsmappe")) is not None
    named = folder(browser, csrf(browser), med_namn="1")
    assert cast.kari.namn in named.read("04-register.csv").decode()


@pytest.mark.usefixtures("filled")
def test_a_unit_brings_the_lists_of_those_below_along(cast: Cast, client_for: ClientFor, csrf: Csrf) -> None:
    browser = client_for(cast.kval)
    above = folder(browser, csrf(browser), eining=["HO-IT"]).read("04-register.csv").decode()
    assert f"Personalmøte;{cast.it01.namn}" in above
    beside = folder(browser, csrf(browser), eining=["HO-IT-02"]).read("04-register.csv").decode()
    assert cast.it01.namn not in beside


def test_single_duties_are_chosen_too(cast: Cast, client_for: ClientFor, csrf: Csrf) -> None:
    browser = client_for(cast.kval)
    made = folder(browser, csrf(browser), gruppe=[], krav=["FLK-4", "HPL-21"])
    rows = csv.DictReader(io.StringIO(made.read("01-krav.csv").decode("utf-8-sig")), delimiter=";")
    assert {row["Kode"] for row in rows} == {"FLK-4", "HPL-21"}


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"eining": []}, "minst éi eining"),
        ({"gruppe": [], "krav": ["FINST-IKKJE"]}, "minst éi gruppe"),
        ({"til": "2027-01-01"}, "ende i dag"),
        ({"fra": "2019-01-01"}, "høgst fem år"),
        ({"fra": "x"}, "Skriv datoen"),
    ],
)
def test_a_folder_that_makes_no_sense_is_refused(
    cast: Cast, client_for: ClientFor, csrf: Csrf, wrong: dict[str, object], says: str
) -> None:
    browser = client_for(cast.kval)
    sent = {"eining": ["HO-IT-01"], "gruppe": ["1.1"], "fra": "2026-01-01", "til": "2026-11-22", "csrf_token": csrf(browser)}
    answer = browser.post("/krav/tilsynsmappe", data={**sent, **wrong})
    assert answer.status_code == 422
    assert says in answer.text


def test_only_who_makes_folders_makes_them(cast: Cast, filled: None, client_for: ClientFor, csrf: Csrf) -> None:
    for name in ("kari", "leif", "nils", "lise", "adam", "rita", "vera"):
        browser = client_for(cast.people[name])
        assert browser.get("/krav/tilsynsmappe").status_code == 404, name
        sent = {"eining": ["HO-IT-01"], "gruppe": ["1.1"], "csrf_token": csrf(browser)}
        assert browser.post("/krav/tilsynsmappe", data=sent).status_code == 404, name
