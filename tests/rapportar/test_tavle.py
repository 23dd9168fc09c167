"""Boards: the reports' own numbers, links that open, and views that only their owner has, as long as she sees the unit."""

import re

import pytest
from sqlalchemy import delete, select

from kjerne.access import Rolle
from kjerne.db import Databases
from kjerne.models import Tilgang
from rapportar import tavle
from rapportar.models import Vising
from tests.cast import Cast
from tests.conftest import ClientFor, Clock, Csrf, WorkFor

pytestmark = pytest.mark.usefixtures("october")
BOARD = "/rapportar/tavle?tavle={tavle}&eining=HO-IT-01&periode=2026-10"
#: Written by hand: whose board each sees first, and who has none.
FIRST = {"leif": "Eininga mi", "kval": "Kvalitet", "lise": "Leiing", "vera": "HMS", "kari": None, "adam": None, "hege": None}


@pytest.mark.parametrize("who", FIRST)
def test_each_role_has_its_board_and_every_link_on_it_opens(who: str, cast: Cast, client_for: ClientFor) -> None:
    browser = client_for(cast.people[who])
    answer = browser.get("/rapportar/tavle")
    if FIRST[who] is None:
        assert answer.status_code == 404
        return
    page = answer.get_data(as_text=True)
    assert f"<h1>{FIRST[who]}</h1>" in page
    links = set()
    for one in tavle.ALLE:
        page = browser.get(f"/rapportar/tavle?tavle={one.kode}").get_data(as_text=True)
        grid = page[page.index("tavle__grid") :]
        links |= {href.replace("&amp;", "&") for href in re.findall(r'class="link small noprint" href="([^"]+)"', grid)}
    assert links
    assert {href: browser.get(href).status_code for href in links} == dict.fromkeys(links, 200)


def test_the_board_says_what_the_report_says_and_no_more_than_she_may_see(cast: Cast, client_for: ClientFor) -> None:
    browser = client_for(cast.leif)
    board = browser.get(BOARD.format(tavle="leiar")).get_data(as_text=True)
    report = browser.get("/rapportar/manad_eining?eining=HO-IT-01&periode=2026-10").get_data(as_text=True)
    figures = re.findall(r'keyfig__label">([^<]+)</span><span class="keyfig__n">([^<]+)<', report)
    assert len(figures) == 6
    assert re.findall(r'keyfig__label">([^<]+)</span><span class="keyfig__n">([^<]+)<', board) == figures
    assert client_for(cast.nils).get(BOARD.format(tavle="leiar")).status_code == 404
    assert browser.get(BOARD.format(tavle="finst-ikkje")).status_code == 404
    assert browser.get("/rapportar/tavle?eining=HO-IT-01&periode=2026-13").status_code == 422
    numbers = client_for(cast.lise).get(BOARD.format(tavle="leiar")).get_data(as_text=True)
    assert 'id="forfalne"' not in numbers
    assert 'id="forfalne"' in board
    assert "Små tal er skjulte" in numbers


def test_a_view_is_kept_for_its_owner_stays_current_and_goes_with_the_unit(
    cast: Cast, client_for: ClientFor, csrf: Csrf, databases: Databases, clock: Clock
) -> None:
    browser = client_for(cast.leif)
    fields = {"csrf_token": csrf(browser), "tavle": "leiar", "eining": "HO-IT-01", "periode": "siste-manad"}
    assert browser.post("/rapportar/tavle", data={**fields, "namn": ""}).status_code == 422
    refused = browser.post("/rapportar/tavle", data={**fields, "namn": "Om 13097248022"})
    assert (refused.status_code, 'data-feil="identitet"' in refused.get_data(as_text=True)) == (422, True)
    assert browser.post("/rapportar/tavle", data={**fields, "eining": "HO-IT-02", "namn": "Naboen"}).status_code == 404
    for _ in range(2):
        kept = browser.post("/rapportar/tavle", data={**fields, "namn": "Mi <eining>"})
        assert kept.status_code == 303
    href = kept.headers["Location"]
    assert "Mi &lt;eining&gt;" in browser.get("/").get_data(as_text=True), "it stands on the front page"
    assert "Mi &lt;eining&gt;" not in client_for(cast.kval).get("/").get_data(as_text=True)
    assert "oktober 2026" in browser.get(href).get_data(as_text=True)
    clock.set_oslo(2026, 12, 3)
    browser = client_for(cast.leif)
    assert "november 2026" in browser.get(href).get_data(as_text=True)
    with databases.reading() as db:
        number = db.scalars(select(Vising.id)).one()
    other = client_for(cast.nils)
    assert other.post(f"/rapportar/tavle/{number}/slett", data={"csrf_token": csrf(other)}).status_code == 404
    with databases.writing() as db:
        db.execute(delete(Tilgang).where(Tilgang.person_id == cast.leif.id, Tilgang.rolle == Rolle.LEIAR))
        db.commit()
    assert "Mi &lt;eining&gt;" not in client_for(cast.leif).get("/").get_data(as_text=True)


def test_she_may_save_so_many_and_delete_her_own(
    cast: Cast, client_for: ClientFor, csrf: Csrf, databases: Databases, work_for: WorkFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tavle, "MOST", 2)
    browser = client_for(cast.kval)
    fields = {"csrf_token": csrf(browser), "tavle": "kvalitet", "eining": "HO", "periode": "2026-K3"}
    answers = [browser.post("/rapportar/tavle", data={**fields, "namn": name}).status_code for name in ("Ei", "To", "Tre")]
    assert answers == [303, 303, 422]
    with databases.reading() as db:
        number = db.scalars(select(Vising.id).where(Vising.namn == "Ei")).one()
    assert browser.post(f"/rapportar/tavle/{number}/slett", data={"csrf_token": csrf(browser)}).status_code == 303
    with databases.reading() as db:
        assert [row.namn for row, _kode in tavle.saved(work_for(db, cast.kval))] == ["To"]
