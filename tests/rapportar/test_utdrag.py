"""An answer to the control committee: its sections are chosen, and it is made on request alone."""

import re
from datetime import date

import pytest
from sqlalchemy import select

from kjerne.db import Databases
from kjerne.jobs import Runner
from rapportar import actions
from rapportar.jobs import JOBS
from rapportar.models import Abonnement, Rapport
from tests.avvik.make_sak import report
from tests.cast import Cast
from tests.conftest import ClientFor, Clock, Csrf, WorkFor
from tests.rapportar.conftest import text_of

_ORDER, MAKE = JOBS
WHERE = "/rapportar/kontrollutval?eining=HO&periode=2026-10"
CHOICE = "&utdrag=typar&utdrag=finst-ikkje"


def sections(page: str) -> list[str]:
    return re.findall(r'<h2 id="([a-z_]+)-h">', page)


@pytest.mark.usefixtures("october")
def test_only_what_was_chosen_is_in_the_answer_on_page_and_paper(cast: Cast, client_for: ClientFor, csrf: Csrf) -> None:
    browser = client_for(cast.signe)
    assert {"hovudtal", "typar", "lysmatrise", "krav"} < set(sections(browser.get(WHERE).text)), "without a choice all of it"
    where = {"eining": "HO", "periode": "2026-10", "bolk": "sporsmal", "versjon": "0", "utdrag": "typar"}
    text = "Utvalet spurde i mai kva avvika gjeld."
    sent = browser.post("/rapportar/kontrollutval/kommentar", data={"csrf_token": csrf(browser), **where, "tekst": text})
    assert sent.location.endswith("&utdrag=typar#sporsmal"), "the choice is kept"
    page = browser.get(WHERE + CHOICE).text
    assert sections(page) == ["svar", "sporsmal", "typar"]
    assert "Dette er eit utdrag" in page
    paper = text_of(browser.get(WHERE.replace("?", "/fil?") + CHOICE).data)
    assert text in paper
    assert "Saker etter type" in paper
    assert "Perioden i tal" not in paper
    other = browser.get("/rapportar/kvalitet?eining=HO&periode=2026-10&utdrag=typar").text
    assert "hovudtal" in sections(other), "the other kinds are always whole"


@pytest.mark.usefixtures("october")
def test_it_is_made_on_request_alone(cast: Cast, client_for: ClientFor, csrf: Csrf) -> None:
    browser = client_for(cast.kval)
    assert 'value="kontrollutval"' not in browser.get("/rapportar/plan").text
    typed = {"slag": "kontrollutval", "eining": "HO", "til": "meg", "rytme": "ar"}
    assert browser.post("/rapportar/plan/ny", data={"csrf_token": csrf(browser), **typed}).status_code == 422


@pytest.mark.usefixtures("october")
@pytest.mark.parametrize("kind", ["oppdragsbrev_status", "kvalitet"])
def test_who_reads_numbers_alone_opens_the_report_that_was_sent_to_her(
    kind: str, cast: Cast, client_for: ClientFor, databases: Databases, work_for: WorkFor, runner: Runner, clock: Clock
) -> None:
    sub = Abonnement(slag=kind, rytme="manad", rolle="leiing", eining_id=cast.ho.id, fra=date(2026, 10, 1), endra=clock())
    with databases.writing() as db:
        db.add(sub)
        db.flush()
        assert actions.order_now(work_for(db, cast.kval), sub) == 1
        db.commit()
    runner.run(MAKE)
    with databases.reading() as db:
        row = db.scalars(select(Rapport)).one()
    assert (row.status, row.mottakar_id) == ("laga", cast.lise.id)
    assert client_for(cast.lise).get(f"/rapportar/{row.id}").status_code == 200


@pytest.mark.usefixtures("october")
def test_the_page_says_until_when_she_may_write_and_when_it_is_made(
    cast: Cast, client_for: ClientFor, databases: Databases, csrf: Csrf, clock: Clock
) -> None:
    row = Rapport(slag="kvalitet", eining_id=cast.ho.id, periode="2026-10", mottakar_id=cast.kval.id, sprak="nn", tinga=clock())
    row.send_fra = date(2026, 11, 9)
    with databases.writing() as db:
        db.add(row)
        db.flush()
        number = row.id
        db.commit()
    where = "/rapportar/kvalitet?eining=HO&periode=2026-10"
    browser = client_for(cast.kval)
    assert "Rapporten blir send 9. november 2026" in browser.get(where).text
    assert "Rapporten blir send" not in client_for(cast.lise).get(where).text, "she writes nothing"
    with databases.writing() as db:
        kept = db.get_one(Rapport, number)
        kept.status, kept.laga, kept.sha256 = "laga", clock(), "0" * 64
        db.commit()
    assert "ligg i arkivet slik han var då" in browser.get(where).text
    said = {"eining": "HO", "periode": "2026-10", "bolk": "samandrag", "versjon": "0", "tekst": "Seint ute."}
    browser.post("/rapportar/kvalitet/kommentar", data={"csrf_token": csrf(browser), **said})
    assert "Han står her og i nye filer." in browser.get(where).text


@pytest.mark.usefixtures("october")
def test_a_run_chart_keeps_its_size_on_a_phone_and_the_key_figures_say_what_they_are(
    cast: Cast, client_for: ClientFor, databases: Databases, work_for: WorkFor, clock: Clock
) -> None:
    with databases.writing() as db:
        for month in (8, 9):
            clock.set_oslo(2026, month, 5)
            for _ in range(3):
                report(work_for(db, cast.kari), cast.it01)
        db.commit()
    clock.set_oslo(2026, 11, 2, 5, 30)
    browser = client_for(cast.kval)
    for page in ("/rapportar/kvalitet?eining=HO&periode=2026-10", "/rapportar/tavle?tavle=kvalitet&eining=HO&periode=2026-10"):
        found = re.search(r'<section class="([^"]*)" id="utvikling"', browser.get(page).text)
        assert found, page
        assert "tal__run" in found[1], page
    figures = browser.get("/rapportar/nokkeltal?eining=HO-IT-01").text
    assert "HO-IT-01;2026-10;3120" in figures, "the example is a row of her own unit"
    assert "I rapportane er einingane under lagde til." in figures


@pytest.mark.usefixtures("october")
def test_a_unit_s_subscription_goes_to_who_has_the_role_there_or_above_and_says_when_nobody_has(
    cast: Cast, client_for: ClientFor, csrf: Csrf, databases: Databases
) -> None:
    browser = client_for(cast.kval)

    def order(role: str, unit: str = "HO-IT-01") -> str:
        typed = {"slag": "kvalitet", "eining": unit, "til": role, "rytme": "manad"}
        assert browser.post("/rapportar/plan/ny", data={"csrf_token": csrf(browser), **typed}).status_code == 303
        made = browser.get("/rapportar/plan").text
        with databases.reading() as db:
            number = max(db.scalars(select(Abonnement.id)))
        assert browser.post(f"/rapportar/plan/{number}/no", data={"csrf_token": csrf(browser)}).status_code == 303
        return made + browser.get("/rapportar/plan").text

    said = order("leiing")
    assert "1 rapport er tinga" in said
    assert "Ingen kan få rapporten no" not in said
    with databases.reading() as db:
        row = db.scalars(select(Rapport)).one()
    assert (row.eining_id, row.mottakar_id) == (cast.it01.id, cast.lise.id), "her role is given on the unit at the top"
    assert order("leiar", "HO-IT").count("Ingen kan få rapporten no") == 2, "said when it is made and when it is run"
