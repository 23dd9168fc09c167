"""The sheet for the staff meeting, key figures from other systems with rates and quiet units, the plan's page, earlier reports."""

import io
import random
from itertools import product
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from avvik import sums
from cli.main import main
from kjerne.config import Config
from kjerne.db import Databases
from kjerne.models import Epost, Person
from rapportar import dokument, nokkeltal
from rapportar.models import Abonnement, Nokkeltal, Rapport
from rapportar.rules.nokkeltal import at_most, is_quiet, rate
from rapportar.rules.perioder import read_period
from rapportar.rules.serie import frozen, limits
from rapportar.slag import SLAG
from rapportar.vi_gjorde import at_least
from tests.avvik.make_sak import report
from tests.cast import Cast
from tests.conftest import ClientFor, Clock, Csrf, WorkFor
from tests.rapportar.conftest import text_of

SHEET = "/rapportar/vi-gjorde?eining=HO-IT-01&periode=2026-10"
FILE = (
    "eining;manad;arbeidstimar;liggjedogn;sjukefravaer_dagar;dagsverk_avtalt\n"
    "HO-IT-01;2026-10;{timar};900;12,5;160\nHO-IT-02;2026-10;1000;;1;15\n"
)


@pytest.mark.usefixtures("october")
def test_the_sheet_hides_small_numbers_and_prints_what_the_leader_wrote(cast: Cast, client_for: ClientFor, csrf: Csrf) -> None:
    browser = client_for(cast.leif)
    page = browser.get(SHEET).get_data(as_text=True)
    assert "Pasient/brukar (tenestekvalitet): 5" in page
    assert "HMS (tilsett): nokre få" in page
    assert "Takk! De melde minst 6 avvik." in page, "what the lines under say, and no more"
    assert "Kanarifugl" not in page
    fields = {"csrf_token": csrf(browser), "eining": "HO-IT-01", "periode": "2026-10", "bolk": "snakk", "versjon": "0"}
    refused = browser.post("/rapportar/vi-gjorde", data={**fields, "tekst": "Om 13097248022"})
    assert refused.status_code == 422
    assert 'data-feil="identitet"' in refused.get_data(as_text=True)
    assert browser.post("/rapportar/vi-gjorde", data={**fields, "tekst": "Sjekk <b>dosen</b> & tid"}).status_code == 303
    assert browser.post("/rapportar/vi-gjorde", data={**fields, "tekst": "Noko anna"}).status_code == 409
    said = text_of(browser.get(SHEET.replace("?", "/ark?")).data)
    assert "Sjekk <b>dosen</b> & tid" in said
    assert "Side 1 av 1" in said
    assert client_for(cast.nils).get(SHEET).status_code == 404
    assert client_for(cast.kari).get(SHEET).status_code == 404
    assert browser.get("/rapportar/vi-gjorde?eining=HO-IT-01&periode=2026").status_code == 422


FAMILIES = ((0, 1, 2, 3, 4), (0, 1, 2), (3, 4), (0,), (1,), (2,), (3,), (4,))


@pytest.mark.parametrize("seed", range(40))
def test_no_sheet_and_no_two_sheets_give_a_small_count_back(seed: int) -> None:
    """Every way the units' own counts could be that prints the same sheets, at every level: no small count is the same in all."""
    rng = random.Random(seed)
    counts = [rng.choice([0, 0, 1, 1, 2, 2, 3, 5]) for _unit in range(5)]
    small = [unit for unit, count in enumerate(counts) if 0 < count < 3]
    could = product(*[(1, 2) if unit in small else (count,) for unit, count in enumerate(counts)])
    told = [at_least([counts[unit] for unit in family], 3) for family in FAMILIES]
    same = [one for one in could if [at_least([one[unit] for unit in family], 3) for family in FAMILIES] == told]
    assert tuple(counts) in same
    assert all(len({one[unit] for one in same}) == 2 for unit in small)
    assert at_least(counts, 3) == (
        (True, sum(counts)) if not small else (False, sum(counts) - sum(counts[unit] - 1 for unit in small))
    )


@pytest.mark.usefixtures("october")
def test_two_sheets_together_give_no_small_count_back(
    cast: Cast, databases: Databases, work_for: WorkFor, client_for: ClientFor, clock: Clock
) -> None:
    clock.set_oslo(2026, 10, 8)
    with databases.writing() as db:
        report(work_for(db, cast.kari), cast.it02, hovudtype="hms", underkategori="stikkskade", skildring="Ei nål.")
        db.commit()
    clock.set_oslo(2026, 11, 2)
    page = client_for(cast.kval).get(SHEET.replace("HO-IT-01", "HO")).get_data(as_text=True)
    assert "HMS (tilsett): nokre få" in page, "one and one: the sum would say so"
    assert "Takk! De melde minst 11 avvik." in page
    assert "De melde 11 avvik" not in page


@pytest.mark.usefixtures("october")
def test_key_figures_are_read_once_within_her_units_and_make_rates(
    cast: Cast, client_for: ClientFor, csrf: Csrf, databases: Databases, work_for: WorkFor
) -> None:
    def send(who: Person, text: str) -> tuple[int, str]:
        browser = client_for(who)
        answer = browser.post(
            "/rapportar/nokkeltal", data={"csrf_token": csrf(browser), "fil": (io.BytesIO(text.encode()), "tal.csv")}
        )
        return answer.status_code, answer.get_data(as_text=True)

    status, page = send(cast.leif, FILE.format(timar="2 000"))
    assert (status, "Rad 3" in page) == (422, True), "the neighbour's row is not hers"
    assert send(cast.kval, FILE.format(timar="mange"))[0] == 422
    assert send(cast.kval, "navn;tal\n1;2\n")[0] == 422
    assert send(cast.kval, FILE.format(timar="2 000"))[0] == 303
    other = "eining;manad;budsjett_kr;liggedogn\nHO-IT-01;2026-10;;820\n"
    browser = client_for(cast.kval)
    form = {"csrf_token": csrf(browser), "fil": (io.BytesIO(other.encode()), "tal.csv")}
    assert "hoppa over: liggedogn" in browser.post("/rapportar/nokkeltal", data=form, follow_redirects=True).text
    with databases.reading() as db:
        assert len(list(db.scalars(select(Nokkeltal)))) == 7
        again = nokkeltal.plan(work_for(db, cast.kval), FILE.format(timar="2100").encode(), [cast.it01, cast.it02])
        assert (again.nye, again.endra, again.uendra) == (0, 1, 6)
        doc = dokument.build(work_for(db, cast.kval), SLAG["kvalitet"], cast.it01, read_period("2026-10"))
        sick = dokument.build(work_for(db, cast.kval), SLAG["manad_eining"], cast.it02, read_period("2026-10"))
    told = {table.tittel: table.rader for _bolk, table in doc.tabellar()}
    assert told["Saker målt mot aktivitet"][0][1] == 3.0  # 6 cases on 2,000 hours
    assert told["Saker målt mot aktivitet"][1][1] == pytest.approx(6.7)
    assert "sjukefravaer" in {kode for kode, _tittel, _grunn in sick.ikkje_med}, "15 working days are one person's"


def test_a_unit_is_quiet_only_against_its_own_history() -> None:
    assert at_most(0, 3) == pytest.approx(0.0498, abs=1e-4)
    assert at_most(5, 5) == pytest.approx(0.6160, abs=1e-4)
    assert is_quiet(3, 3, 96, 24)
    assert not is_quiet(8, 3, 96, 24)
    assert not is_quiet(0, 3, 24, 24), "too few were to be expected"
    assert not is_quiet(0, 3, 90, 11), "too little history"
    assert (rate(4, 1000), rate(5, 0), rate(5, 1000)) == (None, None, 5.0)


@pytest.mark.usefixtures("october")
def test_the_plan_is_steered_by_those_whose_units_they_are(
    cast: Cast, client_for: ClientFor, csrf: Csrf, databases: Databases, clock: Clock
) -> None:
    def post(who: FlaskClient, where: str, **fields: str) -> int:
        return who.post(f"/rapportar/plan/{where}", data={"csrf_token": csrf(who), **fields}).status_code

    leif, nils, kval = client_for(cast.leif), client_for(cast.nils), client_for(cast.kval)
    typed = {
        "slag": "kvalitet",
        "eining": "HO-IT-01",
        "til": "meg",
        "rytme": "manad",
        "arbeidsdag": "1",
        "vindauge": "0",
        "sprak": "nb",
    }
    assert post(nils, "ny", **typed) == 422
    assert post(leif, "ny", **{**typed, "arbeidsdag": "99"}) == 422
    assert post(leif, "ny", **typed) == 303
    with databases.reading() as db:
        made = db.scalars(select(Abonnement)).one()
    assert post(nils, f"{made.id}/stopp") == 404
    assert post(client_for(cast.lise), f"{made.id}/no") == 404
    assert post(leif, f"{made.id}/no") == 303
    assert post(leif, f"{made.id}/no") == 303
    with databases.reading() as db:
        row = db.scalars(select(Rapport)).one()
    assert (row.periode, row.mottakar_id, row.status, row.sprak) == ("2026-10", cast.leif.id, "ventar", "nb")
    page = leif.get("/rapportar/plan").get_data(as_text=True)
    assert "Kvalitetsrapport, oktober 2026, Solbakken 1. etasje" in page
    assert "Kvalitetsrapport, oktober" not in nils.get("/rapportar/plan").get_data(as_text=True)
    assert post(kval, f"{made.id}/stopp") == 303
    assert "Stoppa" in leif.get("/rapportar/plan").get_data(as_text=True)
    assert client_for(cast.lise).get("/rapportar/plan").status_code == 404


@pytest.mark.usefixtures("october")
def test_an_earlier_report_is_made_when_it_is_opened_and_the_archive_says_who_read_it(
    cast: Cast, client_for: ClientFor, csrf: Csrf, databases: Databases, clock: Clock
) -> None:
    with databases.writing() as db:
        rows = [
            Rapport(
                slag="tertial",
                eining_id=cast.ho.id,
                periode=kode,
                mottakar_id=cast.signe.id,
                sprak="nn",
                status="kvilar",
                tinga=clock(),
            )
            for kode in ("2026-T1", "2026-T2")
        ]
        db.add_all(rows)
        db.commit()
        number = rows[1].id
    signe, kval = client_for(cast.signe), client_for(cast.kval)
    assert "Tertialrapport, 2. tertial 2026, Helse og omsorg" in signe.get("/rapportar/arkiv").get_data(as_text=True)
    assert signe.get(f"/rapportar/{number}").status_code == 404
    leif = client_for(cast.leif)
    assert leif.post(f"/rapportar/{number}/lag", data={"csrf_token": csrf(leif)}).status_code == 404
    assert signe.post(f"/rapportar/{number}/lag", data={"csrf_token": csrf(signe)}).status_code == 303
    assert "2. tertial 2026" in text_of(signe.get(f"/rapportar/{number}").data)
    page = kval.get("/rapportar/arkiv").get_data(as_text=True)
    assert "Lesen av Signe Sjef" in page
    with databases.reading() as db:
        assert db.get_one(Rapport, number).status == "laga"
        assert list(db.scalars(select(Epost).where(Epost.nokkel.like("rapport-%")))) == []


@pytest.mark.usefixtures("october")
def test_the_command_writes_the_same_report_and_reads_key_figures(
    config: Config, cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("INTERNKONTROLL_DATABASE_URL", config.database_url)
    monkeypatch.setenv("INTERNKONTROLL_DATA_DIR", str(config.data_dir))
    monkeypatch.setenv("INTERNKONTROLL_SECRET_KEY", config.secret_key)
    out = tmp_path / "r.pdf"
    asked = ["rapport", "kvalitet", "--eining", "HO", "--periode", "2026-10", "--ut", str(out)]
    assert main([*asked, "--sprak", "en"]) == 0
    assert "Quality report" in text_of(out.read_bytes())
    assert main([*asked[:3], "FINST-IKKJE", *asked[4:]]) == 1
    assert main([*asked, "--for", cast.kari.ansattnr]) == 1
    table = tmp_path / "tal.csv"
    table.write_text(FILE.format(timar="2000"), encoding="utf-8")
    assert main(["import", "nokkeltal", str(table)]) == 0
    assert main(["import", "nokkeltal", str(table)]) == 0
    assert "Nye: 0. Endra: 0. Uendra: 7. Avviste: 0." in capsys.readouterr().out


def test_xmr_limits_and_a_frozen_median_by_hand() -> None:
    found = limits([10, 12, 11, 13, 12, 11, 10, 12, 11, 40])
    assert found is not None
    assert found.snitt == pytest.approx(14.2)
    assert found.ovre == pytest.approx(14.2 + 2.66 * 40 / 9)
    assert found.utanfor == [9]
    assert limits([1] * 9) is None
    before = limits([10, 12, 11, 13, 12, 11, 10, 12, 11, 12, 40, 41], 10)
    assert before is not None
    assert before.snitt == pytest.approx(11.4)
    assert before.utanfor == [10, 11], "the limits stand as they were before the month, and what came after is held against them"
    assert frozen([10, 11, 12, 20, 21, 9, 11], 3) == (11.0, 2, 1)


@pytest.mark.usefixtures("october")
def test_the_run_chart_is_for_her_units_and_draws_no_hidden_month(cast: Cast, client_for: ClientFor) -> None:
    where = "/rapportar/serie?eining=HO-IT-01&xmr=1&delt=2026-05"
    assert client_for(cast.leif).get(where).status_code == 200
    assert client_for(cast.nils).get(where).status_code == 404
    assert client_for(cast.kari).get(where).status_code == 404
    assert client_for(cast.nils).get(where.replace("?", "/fil?")).status_code == 404
    seen = client_for(cast.lise).get("/rapportar/serie?eining=HO-IT-01&type=hms").get_data(as_text=True)
    assert "Enkeltmånader er små tal" in seen


def test_limits_and_the_frozen_month_stand_in_the_chart_the_same_on_page_and_paper(
    cast: Cast, client_for: ClientFor, databases: Databases, clock: Clock
) -> None:
    counts = [4, 6, 5, 7, 5, 6, 4, 6, 5, 6, 19, 5, 6, 7, 5, 6]
    with databases.writing() as db:
        cells = sums.Cells.empty()
        for place, count in enumerate(counts):
            month = (2025 * 12 + 6 + place) // 12 * 100 + (6 + place) % 12 + 1
            cell = cast.it01.id, month, "hms", "stikkskade", "avvik", 1, "lukka", False
            cells.sums[cell] = cells.events[cell] = count
        sums.replace(db, cells)
        db.commit()
    clock.set_oslo(2026, 11, 2)
    where = "/rapportar/serie?eining=HO-IT-01&xmr=1&delt=2026-05"
    browser = client_for(cast.leif)
    page = browser.get(where).get_data(as_text=True)
    paper = text_of(browser.get(where.replace("?", "/fil?")).data)
    table = browser.get(where.replace("?", "/fil?") + "&format=csv").get_data(as_text=True)
    found = limits(counts, 10)
    assert found is not None
    for name, value in (("Nedre grense", found.nedre), ("Øvre grense", found.ovre)):
        told = f"{value:.1f}".replace(".", ",")
        assert f"{name} {told}</text>" in page
        assert f"{name} {told}" in paper
        assert f"{name};Verdi;{told}" in table
    assert "Frosen frå mai 2026</text>" in page
    assert "Frosen frå mai 2026" in paper
    assert page.count('class="limit"') == 2
    assert page.count('class="s-ring"') == len(found.utanfor) == 1
