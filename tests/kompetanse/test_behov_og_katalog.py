"""Needs and catalogue over HTTP: set, override with a reason, end; edited by the municipality; who may."""

from sqlalchemy import func, select

from kjerne.db import Databases
from kompetanse.models import Kompetanse, Kompetansebehov
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

    assert post(f"/kompetanse/katalog/{key}", laering_url="javascript:alert(1)") == 422
    assert post(f"/kompetanse/katalog/{key}", delegasjon="1") == 422, "which course does it rest on?"
    assert post(f"/kompetanse/katalog/{key}") == 303
    assert post(f"/kompetanse/katalog/{key}") == 409, "an old form"
    assert post("/kompetanse/katalog/ny", kode="hlr") == 422
    assert post("/kompetanse/katalog/ny", kode="sarstell") == 303
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
