"""Filters of the lists, alone and together, and the filters a person saves for herself."""

import re

import pytest
from flask.testing import FlaskClient

from avvik.models import AvvikFilter
from kjerne.db import Databases
from tests.avvik.conftest import FileCase, Post
from tests.cast import Cast
from tests.conftest import ClientFor, Clock, Csrf


def shown(browser: FlaskClient, **asked: str) -> list[str]:
    page = browser.get("/avvik/", query_string={"liste": "alle", **asked})
    assert page.status_code == 200
    return re.findall(r'class="caserow" href="/avvik/(20\d\d-\d+)', page.text)


@pytest.mark.both
def test_each_filter_narrows_and_together_they_narrow_more(
    cast: Cast, client_for: ClientFor, file_case: FileCase, post: Post, clock: Clock
) -> None:
    old = file_case(alvor=1, art="nesten")
    clock.forward(days=3)
    fall = file_case(alvor=3)
    medicine = file_case(alvor=3, underkategori="legemiddel_feil_dose")
    neighbour = file_case(av=cast.nina, eining_id=cast.it02.id)
    assert post(cast.leif, fall, "utfall", utfall=["opplaering"], sluttsvar="Vi lærer opp.").status_code == 303
    kval = client_for(cast.kval)
    assert shown(kval) == [neighbour, medicine, fall, old]
    assert shown(kval, eining="HO-IT-01") == [medicine, fall, old]
    assert shown(kval, eining="HO-IT") == [neighbour, medicine, fall, old]
    assert shown(kval, eining="HO-IT-02") == [neighbour]
    assert shown(kval, underkategori="legemiddel_feil_dose") == [medicine]
    assert shown(kval, art="nesten") == [old]
    assert shown(kval, alvor="3") == [medicine, fall]
    assert shown(kval, utfall="opplaering") == [fall]
    assert shown(kval, status="under_behandling") == [fall]
    assert shown(kval, fra="2026-11-25") == [neighbour, medicine, fall]
    assert shown(kval, til="2026-11-22") == [old]
    assert shown(kval, fra="2026-11-23", til="2026-11-24") == []
    assert shown(kval, alvor="3", underkategori="fall_utan_skade", eining="HO-IT-01") == [fall]
    assert shown(client_for(cast.nils), eining="HO-IT-01") == []


def test_what_is_not_understood_does_not_narrow_and_breaks_nothing(cast: Cast, client_for: ClientFor, file_case: FileCase) -> None:
    nr = file_case()
    leif = client_for(cast.leif)
    for asked in (
        {"alvor": "9"},
        {"status": "x"},
        {"fra": "i går"},
        {"til": "9999-99-99"},
        {"eining": "\x00"},
        {"fra": "0001-01-01"},
    ):
        assert shown(leif, **asked) == [nr], asked
    assert shown(leif, til="2199-12-31") == [nr]


def test_a_saved_filter_is_my_own(cast: Cast, client_for: ClientFor, file_case: FileCase, csrf: Csrf, databases: Databases) -> None:
    file_case(alvor=3)
    leif = client_for(cast.leif)
    fields = {"csrf_token": csrf(leif), "namn": "Alvorlege <fall>", "liste": "alle", "alvor": "3", "eining": "HO-IT-01"}
    answer = leif.post("/avvik/filter", data=fields)
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/avvik/?liste=alle&eining=HO-IT-01&alvor=3"
    page = leif.get(answer.headers["Location"]).text
    assert "Alvorlege &lt;fall&gt;" in page
    assert 'href="/avvik/?liste=alle&amp;eining=HO-IT-01&amp;alvor=3"' in page
    assert leif.post("/avvik/filter", data={**fields, "alvor": "4"}).status_code == 303
    with databases.reading() as db:
        row = db.query(AvvikFilter).one()
    assert row.sporjing == "liste=alle&eining=HO-IT-01&alvor=4"
    nils = client_for(cast.nils)
    assert "Alvorlege" not in nils.get("/avvik/").text
    assert nils.post(f"/avvik/filter/{row.id}/slett", data={"csrf_token": csrf(nils)}).status_code == 404
    assert leif.post(f"/avvik/filter/{row.id}/slett", data={"csrf_token": csrf(leif)}).status_code == 303
    with databases.reading() as db:
        assert db.query(AvvikFilter).count() == 0


def test_a_filter_needs_a_name_and_there_is_an_end_to_them(cast: Cast, client_for: ClientFor, csrf: Csrf) -> None:
    leif = client_for(cast.leif)
    assert leif.post("/avvik/filter", data={"csrf_token": csrf(leif), "namn": "  "}).status_code == 422
    codes = [leif.post("/avvik/filter", data={"csrf_token": csrf(leif), "namn": f"F{n}"}).status_code for n in range(21)]
    assert codes == [303] * 20 + [422]
