"""A person's own page and her leader's: register, confirm many, refuse, delegate; who reaches whose evidence and files."""

import html
import io
import re
from datetime import timedelta

import pypdf
from PIL import Image
from sqlalchemy import select, text

from administrasjon.actions.slutta import pseudonymise
from kjerne.clock import oslo_date
from kjerne.db import Databases
from kjerne.models import Fil, Leselogg, Person
from kompetanse.models import Delegasjon, Kompetansebevis
from kompetanse.queries import ventar
from tests import make
from tests.cast import Cast
from tests.conftest import ClientFor, Clock, Csrf, WorkFor
from tests.kompetanse.conftest import Entry, GiveBevis, SetBehov

CANARY = "Kanarifugl-kurset"


def png() -> bytes:
    """A small picture."""
    held = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(held, "PNG")
    return held.getvalue()


def rows(databases: Databases) -> list[Kompetansebevis]:
    with databases.reading() as db:
        found = list(db.scalars(select(Kompetansebevis).order_by(Kompetansebevis.id)))
        db.expunge_all()
        return found


def test_a_person_registers_and_her_leader_confirms_many(
    client_for: ClientFor, csrf: Csrf, databases: Databases, cast: Cast, entry: Entry, set_behov: SetBehov
) -> None:
    set_behov("hlr", cast.it01)
    kari, leif = client_for(cast.kari), client_for(cast.leif)
    assert "Manglar" in kari.get("/kompetanse/meg").get_data(as_text=True)
    for kode, day in (("hlr", "2026-11-01"), ("sar", "2026-10-01")):
        form = {"kompetanse_id": entry(kode), "slag": "kurs", "niva": "2", "dato": day, "referanse": CANARY}
        assert kari.post("/kompetanse/meg", data={"csrf_token": csrf(kari), **form}).status_code == 303
    assert [row.status for row in rows(databases)] == ["sjolv", "sjolv"]
    assert [str(row.gyldig_til) for row in rows(databases)] == ["2027-11-01", "2029-10-01"]
    page = leif.get("/kompetanse/").get_data(as_text=True)
    assert page.count(CANARY) == 2
    assert " checked" not in page, "she ticks herself"
    assert leif.get("/kompetanse/?kryss=alle").get_data(as_text=True).count(" checked") == 2
    ids = [row.id for row in rows(databases)]
    assert leif.post("/kompetanse/stadfest", data={"csrf_token": csrf(leif), "bevis": ids}).status_code == 303
    assert {row.status for row in rows(databases)} == {"stadfesta"}
    assert "Ingenting manglar no" in kari.get("/kompetanse/meg").get_data(as_text=True)
    empty = leif.post("/kompetanse/stadfest", data={"csrf_token": csrf(leif)})
    assert empty.status_code == 422


def test_long_lists_are_read_to_the_end_page_by_page(
    client_for: ClientFor, cast: Cast, databases: Databases, clock: Clock, entry: Entry
) -> None:
    """Both lists of the leader's page, with more lines than a page holds and many on one day."""
    today, last = oslo_date(clock()), 2 * ventar.PAGE + 5
    kinds = [entry(kode) for kode in ("hlr", "news2", "sar")]
    with databases.writing() as db:
        staff = [make.person(db, f"Tilsett {n}", eining=cast.it01) for n in range(last)]
        for n, person in enumerate(staff):
            common = {"person_id": person.id, "niva": 2, "slag": "kurs", "laga": clock(), "grunn": ""}
            til = today + timedelta(days=10 + n % 2)
            db.add(
                Kompetansebevis(
                    kompetanse_id=kinds[n % 2], dato=today, gyldig_til=til, status="stadfesta", vurdert_tid=clock(), **common
                )
            )
            db.add(Kompetansebevis(kompetanse_id=kinds[2], dato=today, gyldig_til=til, status="sjolv", vurdert_tid=None, **common))
        db.commit()
    leif = client_for(cast.leif)
    for heading, stop in (('id="bevis"', "</section>"), ('id="utlop"', "</section>")):
        seen: list[str] = []
        path = "/kompetanse/?eining=0"
        for _page in range(5):
            page = leif.get(path).get_data(as_text=True).partition(heading)[2].partition(stop)[0]
            seen += re.findall(r"<(?:a|b)[^>]*>(?:<b>)?(Tilsett \d+)<", page)
            following = re.search(r'href="([^"]+)" rel="next"', page)
            if following is None:
                break
            path = html.unescape(following[1])
        assert sorted(seen) == sorted(f"Tilsett {n}" for n in range(last)), heading
    for nonsense in ("x", "2026-12-01", "2026-12-01.1.2", "2026-12-01.1.2.x", "2026-12-01.1.2.99999999999"):
        assert leif.get(f"/kompetanse/?utlop={nonsense}&etter={nonsense}").status_code == 200


def test_the_same_date_twice_a_future_date_and_a_kind_that_does_not_count_are_refused(
    client_for: ClientFor, csrf: Csrf, databases: Databases, cast: Cast, entry: Entry
) -> None:
    kari = client_for(cast.kari)
    good = {"kompetanse_id": entry("hlr"), "slag": "kurs", "niva": "2", "dato": "2026-11-01"}

    def post(**other: object) -> int:
        return kari.post("/kompetanse/meg", data={"csrf_token": csrf(kari), **good, **other}).status_code

    assert post() == 303
    assert post() == 422
    for other in ({"dato": "2026-12-24"}, {"dato": ""}, {"slag": "fagprove"}, {"niva": "9"}, {"kompetanse_id": "0"}):
        assert post(**{"dato": "2026-10-01", **other}) == 422, other
    assert post(kompetanse_id=entry("legemiddel_fullmakt"), slag="delegasjon", dato="2026-10-01") == 422
    for referanse, why in (("Kurs for 13097248022", "identitet"), ("Kurs med Olav Nilsen", "stadfest")):
        other = {"csrf_token": csrf(kari), **good, "dato": "2026-09-01", "referanse": referanse}
        answer = kari.post("/kompetanse/meg", data=other)
        assert answer.status_code == 422
        assert f'data-feil="{why}"' in answer.get_data(as_text=True)
    assert len(rows(databases)) == 1
    assert kari.post("/kompetanse/meg", data={**other, "csrf_token": csrf(kari), "stadfest": "1"}).status_code == 303


def test_nobody_confirms_her_own_and_only_experts_confirm_what_is_theirs(
    client_for: ClientFor, csrf: Csrf, databases: Databases, cast: Cast, give: GiveBevis
) -> None:
    """Written by hand: who of the cast makes each confirmed by posting its id."""
    expected = {"hlr": {"leif", "signe", "kval", "fred"}, "tvang_kap9": {"kval", "fred"}}
    for kode, allowed in expected.items():
        did = set()
        for name, person in cast.people.items():
            if kode == "tvang_kap9" and name not in {"kari", "leif", "signe", "nils", "kval", "fred", "hege"}:
                continue
            with databases.writing() as db:
                db.execute(text("DELETE FROM kompetansebevis"))
                db.commit()
            mine = give(cast.kari, kode, status="sjolv")
            own = give(person, "news2", status="sjolv")
            browser = client_for(person)
            browser.post("/kompetanse/stadfest", data={"csrf_token": csrf(browser), "bevis": [mine, own]})
            state = {row.id: row.status for row in rows(databases)}
            assert state[own] == "sjolv", name
            if state[mine] == "stadfesta":
                did.add(name)
        assert did == allowed, kode


def test_refused_with_a_reason_that_the_person_sees(
    client_for: ClientFor, csrf: Csrf, databases: Databases, cast: Cast, give: GiveBevis
) -> None:
    key = give(cast.kari, "hlr", status="sjolv")
    leif, nils = client_for(cast.leif), client_for(cast.nils)
    form = {"grunn": "Kurset var for eldre barn.", "versjon": "1"}
    assert nils.post(f"/kompetanse/bevis/{key}/avvis", data={"csrf_token": csrf(nils), **form}).status_code == 404
    assert leif.post(f"/kompetanse/bevis/{key}/avvis", data={"csrf_token": csrf(leif), **form, "grunn": ""}).status_code == 422
    assert leif.post(f"/kompetanse/bevis/{key}/avvis", data={"csrf_token": csrf(leif), **form}).status_code == 303
    assert leif.post(f"/kompetanse/bevis/{key}/avvis", data={"csrf_token": csrf(leif), **form}).status_code == 409
    assert form["grunn"] in client_for(cast.kari).get("/kompetanse/meg").get_data(as_text=True)


def test_a_delegation_needs_its_course_and_is_gone_with_it(
    client_for: ClientFor, csrf: Csrf, databases: Databases, cast: Cast, entry: Entry, give: GiveBevis, clock: Clock
) -> None:
    leif = client_for(cast.leif)
    form = {
        "kompetanse_id": entry("legemiddel_fullmakt"),
        "eining_id": cast.it01.id,
        "oppgaver": "Gi faste legemiddel frå multidose.",
        "gitt_som": "lege",
        "dato": "2026-11-20",
        "gyldig_til": "2028-01-01",
    }
    path = f"/kompetanse/person/{cast.kari.id}/delegasjon"
    assert leif.post(path, data={"csrf_token": csrf(leif), **form}).status_code == 422, "no course"
    give(cast.kari, "legemiddel_grunn", dagar=40)
    assert leif.post(path, data={"csrf_token": csrf(leif), **form, "eining_id": cast.it02.id}).status_code == 404
    assert leif.post(path, data={"csrf_token": csrf(leif), **form}).status_code == 303
    with databases.reading() as db:
        row = db.scalars(select(Delegasjon)).one()
        assert (row.eining_id, row.gitt_av_id, row.gitt_som) == (cast.it01.id, cast.leif.id, "lege")
    assert "Gått ut" not in client_for(cast.kari).get("/kompetanse/meg").get_data(as_text=True)
    clock.forward(days=45)
    page = client_for(cast.kari).get("/kompetanse/meg").get_data(as_text=True)
    assert page.count("Gått ut") >= 2, "the course and the delegation on it"


def test_who_sees_a_persons_page_and_file(
    client_for: ClientFor, csrf: Csrf, databases: Databases, cast: Cast, entry: Entry
) -> None:
    """Canary: the reference and the file's name reach these and no other, by any page. Written by hand."""
    kari = client_for(cast.kari)
    form = {"kompetanse_id": str(entry("hlr")), "slag": "kurs", "niva": "2", "dato": "2026-11-01", "referanse": CANARY}
    sent = {"csrf_token": csrf(kari), **form, "fil": (io.BytesIO(png()), f"{CANARY}.png")}
    assert kari.post("/kompetanse/meg", data=sent, content_type="multipart/form-data").status_code == 303
    with databases.reading() as db:
        fil = db.scalars(select(Fil).where(Fil.subjekt_type == "kompetansebevis")).one().offentleg_id
    unit, person_path = f"/kompetanse/kart/{cast.it01.id}", f"/kompetanse/person/{cast.kari.id}"
    paths = ["/kompetanse/", "/kompetanse/kart", unit, "/kompetanse/plan", person_path]
    said, files, person_page = set(), set(), set()
    for name, person in cast.people.items():
        browser = client_for(person)
        pages = {path: browser.get(path, follow_redirects=True) for path in paths}
        if any(CANARY in page.get_data(as_text=True) for page in pages.values()):
            said.add(name)
        with browser.get(f"/kompetanse/bevis/1/fil/{fil}") as answer:
            if answer.status_code == 200:
                files.add(name)
        if pages[person_path].status_code == 200:
            person_page.add(name)
    assert said == files == {"kari", "leif", "signe", "kval", "hege", "fred"}
    assert person_page == {"leif", "signe", "kval", "hege", "fred"}
    with databases.reading() as db:
        for table in ("epost", "loggline", "leselogg"):
            assert CANARY not in str(db.execute(text(f"SELECT * FROM {table}")).all())
        readers = {row.person_id for row in db.scalars(select(Leselogg).where(Leselogg.kva == "vedlegg"))}
    assert readers == {cast.people[name].id for name in ("leif", "signe", "kval", "hege", "fred")}


def test_printout_is_tagged_and_says_what_is_confirmed(client_for: ClientFor, cast: Cast, give: GiveBevis) -> None:
    give(cast.leif, "hlr")
    give(cast.leif, "news2", status="sjolv")
    answer = client_for(cast.leif).get("/kompetanse/meg/utskrift.pdf")
    said = pypdf.PdfReader(io.BytesIO(answer.data))
    assert "/StructTreeRoot" in said.trailer["/Root"]
    words = said.pages[0].extract_text()
    assert "HLR med hjartestartar" in words
    assert "NEWS2" not in words
    assert "ingen helseopplysningar" in words


def test_who_has_left_and_is_forgotten_leaves_no_competence(
    databases: Databases, work_for: WorkFor, cast: Cast, give: GiveBevis
) -> None:
    give(cast.kari, "hlr")
    give(cast.leif, "hlr")
    with databases.writing() as db:
        pseudonymise(work_for(db, None), db.get_one(Person, cast.kari.id))
        db.commit()
    assert [row.person_id for row in rows(databases)] == [cast.leif.id]


def test_the_page_says_that_no_health_data_is_kept(client_for: ClientFor, cast: Cast) -> None:
    page = client_for(cast.kari).get("/kompetanse/meg").get_data(as_text=True)
    assert re.search(r"aldri helseopplysningar", page)


def test_what_is_missing_stands_before_what_goes_out(
    client_for: ClientFor, cast: Cast, give: GiveBevis, set_behov: SetBehov, clock: Clock
) -> None:
    set_behov("hlr", cast.it01)
    set_behov("news2", cast.it01)
    set_behov("sar", cast.it01, "minst", 1)
    give(cast.kari, "hlr", dagar=20)
    page = client_for(cast.kari).get("/kompetanse/meg").get_data(as_text=True)
    must = page.split('id="ma"')[1].split('id="har"')[0]
    assert must.index("NEWS2") < must.index("HLR")
    assert "Sår" not in must, "at least one is asked of the unit, not of her"
    assert (oslo_date(clock()) + timedelta(days=20)).strftime("%d").lstrip("0") in must
