"""Needs and catalogue over HTTP: set, override with a reason, end; edited by the municipality; who may."""

from sqlalchemy import func, select

from kjerne.db import Databases
from kompetanse.models import Kompetanse, Kompetansebehov, Lovyrke
from tests.cast import Cast
from tests.conftest import ClientFor, Csrf
from tests.kompetanse.conftest import Entry, SetBehov


def test_set_override_with_a_reason_and_end(
    client_for: ClientFor, csrf: Csrf, databases: Databases, cast: Cast, entry: Entry, set_behov: SetBehov
) -> None:
    base = set_behov("hlr", cast.ho)
    leif, hlr = client_for(cast.leif), entry("hlr")
    path = f"/kompetanse/behov/{cast.it01.id}"

    def post(where: str = path, **form: object) -> int:
        return leif.post(where, data={"csrf_token": csrf(leif), "kompetanse_id": hlr, "niva": "2", **form}).status_code

    assert post(omfang="ingen") == 422, "only as an exception"
    assert post(omfang="minst", tal="0") == 422
    assert post(omfang="andel", tal="120") == 422
    assert post(omfang="ingen", overstyrer_id=base) == 422, "a reason is missing"
    assert post(omfang="minst", tal="1", overstyrer_id=base, grunn="Berre éin her har pasientar.") == 303
    assert post(f"/kompetanse/behov/{cast.it02.id}", omfang="alle") == 404, "Nils' unit"
    page = leif.get(f"/kompetanse/behov?eining={cast.it01.id}").get_data(as_text=True)
    assert "Berre éin her har pasientar." in page
    assert "Unntak gjeld her" in page
    assert leif.post(f"/kompetanse/behov/{base}/avslutt", data={"csrf_token": csrf(leif), "versjon": "1"}).status_code == 404
    assert leif.post(f"/kompetanse/behov/{base + 1}/avslutt", data={"csrf_token": csrf(leif), "versjon": "1"}).status_code == 303
    assert "Unntak gjeld her" not in leif.get(f"/kompetanse/behov?eining={cast.it01.id}").get_data(as_text=True)


def test_the_proposal_is_taken_in_once(client_for: ClientFor, csrf: Csrf, databases: Databases, cast: Cast) -> None:
    kval = client_for(cast.kval)
    for _ in range(2):
        path = f"/kompetanse/behov/{cast.ho.id}/framlegg"
        assert kval.post(path, data={"csrf_token": csrf(kval)}).status_code == 303
        with databases.reading() as db:
            assert db.scalar(select(func.count()).select_from(Kompetansebehov)) == 58


def test_the_catalogue_is_edited_by_the_municipality(
    client_for: ClientFor, csrf: Csrf, databases: Databases, cast: Cast, entry: Entry
) -> None:
    kval, key = client_for(cast.kval), entry("hlr")
    form = {
        "nn": "HLR",
        "nb": "HLR",
        "en": "CPR",
        "gruppe": "akutt",
        "bevis": ["kurs"],
        "manader": "24",
        "stadfestar": "leiar",
        "gjeld_fra": "2020-01-01",
        "versjon": "1",
    }

    def post(path: str, **other: object) -> int:
        return kval.post(path, data={"csrf_token": csrf(kval), **form, **other}).status_code

    bad = (
        "javascript:alert(1)",
        "//vond.test/x",
        "/\\vond.test",
        "kurs.test",
        "https:///x",
        "data:text/html,x",
        "https://kurs.test/a b",
    )
    for address in bad:
        assert post(f"/kompetanse/katalog/{key}", laering_url=address) == 422, address
    assert post(f"/kompetanse/katalog/{key}", bak="finst_ikkje") == 422
    assert post(f"/kompetanse/katalog/{key}", bak="legemiddel_fullmakt") == 422, "a delegation is no course"
    assert post(f"/kompetanse/katalog/{key}", delegasjon="1") == 422, "which course does it rest on?"
    assert post(f"/kompetanse/katalog/{key}") == 303
    assert post(f"/kompetanse/katalog/{key}") == 409, "an old form"
    assert post("/kompetanse/katalog/ny", kode="hlr") == 422
    assert post("/kompetanse/katalog/ny", kode="sarstell") == 303
    assert post("/kompetanse/katalog/ny", kode="sarlakking", laering_url="https://kurs.test/sar?id=1") == 303
    assert post("/kompetanse/katalog/ny", kode="melding", laering_url="/avvik/hjelp") == 303
    with databases.reading() as db:
        assert {
            row.kode: row.manader for row in db.scalars(select(Kompetanse).where(Kompetanse.kode.in_(("hlr", "sarstell"))))
        } == {
            "hlr": 24,
            "sarstell": 24,
        }
    for name in ("kari", "leif", "lise"):
        browser = client_for(cast.people[name])
        assert browser.get("/kompetanse/katalog").status_code == 200
        assert browser.get("/kompetanse/katalog/ny").status_code == 404


def test_the_laws_professions_are_the_municipalitys_own_list(
    client_for: ClientFor, csrf: Csrf, databases: Databases, cast: Cast
) -> None:
    kval = client_for(cast.kval)
    form = {"nn": "Tannpleiar", "nb": "Tannpleier", "en": "Dental hygienist", "yrker": ["psykolog"], "heimel": "Lov § 1"}
    form |= {"gjeld_fra": "2026-01-01", "kode": "tannpleiar"}

    def post(path: str = "/kompetanse/lovyrke/ny", **other: object) -> int:
        return kval.post(path, data={"csrf_token": csrf(kval), **form, **other}).status_code

    for bad in ({"heimel": " "}, {"yrker": []}, {"yrker": ["tryllekunstnar"]}, {"gjeld_fra": ""}, {"gjeld_til": "2025-01-01"}):
        assert post(**bad) == 422, bad
    assert post() == 303
    assert post() == 422, "the code is taken"
    with databases.reading() as db:
        row = db.scalars(select(Lovyrke).where(Lovyrke.kode == "tannpleiar")).one()
    assert "Tannpleiar" in kval.get("/kompetanse/kart").get_data(as_text=True)
    path = f"/kompetanse/lovyrke/{row.id}"
    assert "Lov § 1" in kval.get(path).get_data(as_text=True)
    assert post(path, versjon=row.version, gjeld_til="2026-11-21") == 303, "retired"
    assert post(path, versjon=row.version) == 409, "an old form"
    assert "Tannpleiar" not in kval.get("/kompetanse/kart").get_data(as_text=True)
    listed = kval.get("/kompetanse/lovyrke").get_data(as_text=True)
    assert "Tannpleiar" in listed
    assert "Gjeld ikkje i dag" in listed
    for name, seen in (("kari", 404), ("leif", 200), ("lise", 200)):
        browser = client_for(cast.people[name])
        assert browser.get("/kompetanse/lovyrke").status_code == seen, name
        assert browser.get("/kompetanse/lovyrke/ny").status_code == 404, name
        sent = {"csrf_token": csrf(browser), **form, "versjon": 2}
        assert browser.post(path, data=sent).status_code == 404, name
