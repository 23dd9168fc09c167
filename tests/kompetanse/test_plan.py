"""From a gap to a plan to a closed gap: lines are measures, money is summed, the map afterwards foreseen; carried on."""

import io
from datetime import date

import pypdf
import pytest
from sqlalchemy import select

from avvik import actions as avvik_actions
from kjerne.db import Databases
from kompetanse.models import Kompetansebevis, Kompetanseplan, Opplaeringsbehov, Plandeltakar, Planrad
from tests.avvik.make_sak import report
from tests.cast import Cast
from tests.conftest import ClientFor, Csrf, WorkFor
from tests.kompetanse.conftest import Entry, GiveBevis, SetBehov
from tiltak.models import Tiltak

FRIST = "2026-12-20"


class Planner:
    """Leif at work on the plan of HO-IT-01 for 2026."""

    def __init__(self, client_for: ClientFor, csrf: Csrf, databases: Databases, cast: Cast) -> None:
        self.browser, self.csrf, self.databases, self.cast = client_for(cast.leif), csrf, databases, cast

    def post(self, path: str, **form: object) -> int:
        answer = self.browser.post(path, data={"csrf_token": self.csrf(self.browser), **form})
        self.text = answer.get_data(as_text=True)
        return answer.status_code

    def start(self, aar: int = 2026) -> int:
        assert self.post("/kompetanse/plan", eining_id=self.cast.it01.id, aar=aar) == 303
        with self.databases.reading() as db:
            return db.scalars(select(Kompetanseplan.id).where(Kompetanseplan.aar == aar)).one()

    def line(self, plan: int, **form: object) -> int:
        values = {
            "slag": "utdanne",
            "niva": "2",
            "tittel": "HLR-kurs i desember",
            "ansvarleg_id": self.cast.leif.id,
            "frist": FRIST,
            "kostnad": "12 000",
            "finansiering": "tilskot",
            "deltakar": [self.cast.kari.id, self.cast.astrid.id],
        }
        return self.post(f"/kompetanse/plan/{plan}/rad", **{**values, **form})

    def page(self, plan: int) -> str:
        return self.browser.get(f"/kompetanse/plan/{plan}").get_data(as_text=True)


@pytest.fixture
def planner(client_for: ClientFor, csrf: Csrf, databases: Databases, cast: Cast) -> Planner:
    return Planner(client_for, csrf, databases, cast)


def test_gap_to_plan_to_closed_gap(
    planner: Planner, databases: Databases, cast: Cast, entry: Entry, set_behov: SetBehov, give: GiveBevis
) -> None:
    set_behov("hlr", cast.it01)
    give(cast.leif, "hlr")
    plan = planner.start()
    assert planner.line(plan, kompetanse_id=entry("hlr")) == 303
    with databases.reading() as db:
        tiltak = db.scalars(select(Tiltak)).one()
        assert (tiltak.kostnad, tiltak.ansvarleg_id, tiltak.kjelde) == (12_000, cast.leif.id, "kompetanseplan")
        assert tiltak.frist == date(2026, 12, 20)
    page = planner.page(plan)
    assert "12\u00a0000" in page
    after = page.split('id="etter"')[1]
    row = after[after.index("HLR") :].split("</tr>")[0]
    assert row.count("1 av 3") == 2
    assert "3 av 3" in row, "as it will be when the plan is done"
    people = {"person": [cast.kari.id, cast.astrid.id], "dato": "2026-11-21"}
    assert planner.post("/kompetanse/plan/rad/1/fullfort", **people) == 303
    assert "3 av 3" in planner.browser.get("/kompetanse/kart").get_data(as_text=True)
    with databases.reading() as db:
        made = db.scalars(select(Kompetansebevis).where(Kompetansebevis.kjelde == "plan")).all()
        assert {(row.person_id, row.status, str(row.gyldig_til)) for row in made} == {
            (cast.kari.id, "stadfesta", "2027-11-21"),
            (cast.astrid.id, "stadfesta", "2027-11-21"),
        }


def test_recruiting_and_keeping_are_foreseen(
    planner: Planner, cast: Cast, entry: Entry, set_behov: SetBehov, give: GiveBevis
) -> None:
    set_behov("injeksjon", cast.it01, "minst", 3)
    give(cast.kari, "injeksjon", dagar=10)
    plan = planner.start()
    assert planner.line(plan, kompetanse_id=entry("injeksjon"), slag="rekruttere", tal="1", deltakar=[]) == 303
    assert (
        planner.line(plan, kompetanse_id=entry("injeksjon"), slag="behalde", deltakar=[cast.kari.id], finansiering="eigne") == 303
    )
    row = planner.page(plan).split('id="etter"')[1].split("Injeksjon", 1)[1].split("</tr>")[0]
    assert ["1 av 3" in row, "0 av 3" in row, "2 av 3" in row] == [True, True, True]


def test_bad_lines_come_back_with_what_was_typed(planner: Planner, cast: Cast, entry: Entry) -> None:
    plan = planner.start()
    hlr = entry("hlr")
    for bad in (
        {"kompetanse_id": "0"},
        {"kompetanse_id": hlr, "deltakar": []},
        {"kompetanse_id": hlr, "deltakar": [cast.nina.id]},
        {"kompetanse_id": hlr, "kostnad": "mykje"},
        {"kompetanse_id": hlr, "frist": "2020-01-01"},
        {"kompetanse_id": hlr, "slag": "rekruttere", "tal": "0"},
        {"kompetanse_id": hlr, "tittel": "Kurs for 13097248022"},
    ):
        assert planner.line(plan, **bad) == 422, bad
        assert 'value="12 000"' in planner.text or "mykje" in planner.text
    with planner.databases.reading() as db:
        assert db.scalars(select(Tiltak)).all() == []


def test_approved_is_closed_for_changes_and_carried_on_with_what_remains(
    planner: Planner, databases: Databases, cast: Cast, entry: Entry
) -> None:
    plan = planner.start()
    assert planner.post(f"/kompetanse/plan/{plan}/steg/godkjenn", versjon="1") == 409  # neither goals nor measures
    assert planner.line(plan, kompetanse_id=entry("hlr")) == 303
    assert planner.post("/kompetanse/plan/rad/1/fullfort", person=[cast.kari.id], dato="2026-11-20") == 303
    assert planner.post(f"/kompetanse/plan/{plan}/steg/godkjenn", versjon="1") == 303
    assert planner.line(plan, kompetanse_id=entry("hlr")) == 409
    assert planner.post(f"/kompetanse/plan/{plan}/steg/godkjenn", versjon="1") == 409
    assert planner.post(f"/kompetanse/plan/{plan}/steg/vidarefor", versjon="2") == 303
    with databases.reading() as db:
        following = db.scalars(select(Kompetanseplan).where(Kompetanseplan.aar == 2027)).one()
        assert (following.forrige_id, following.status) == (plan, "utkast")
        row = db.scalars(select(Planrad).where(Planrad.plan_id == following.id)).one()
        left = db.scalars(select(Plandeltakar.person_id).where(Plandeltakar.rad_id == row.id)).all()
        assert left == [cast.astrid.id], "Kari has finished"
        assert len(db.scalars(select(Tiltak)).all()) == 1, "the same measure goes on"


def test_a_deviation_asks_the_plan_answers(
    planner: Planner, databases: Databases, work_for: WorkFor, cast: Cast, entry: Entry
) -> None:
    with databases.writing() as db:
        avvik = report(work_for(db, cast.kari), cast.it01, underkategori="smitte_hygiene")
        avvik_actions.add_cause(work_for(db, cast.leif), avvik, {"opplaering": ""})
        db.commit()
        nr = avvik.nr
    plan = planner.start()
    assert nr in planner.page(plan)
    assert planner.line(plan, kompetanse_id=entry("smittevern"), tittel="Handhygiene på personalmøte") == 303
    with databases.reading() as db:
        assert db.scalars(select(Opplaeringsbehov)).one().status == "i_plan"
    assert planner.post("/kompetanse/plan/rad/1/ut", grunn="Vi gjer det på ein annan måte.") == 303
    with databases.reading() as db:
        assert db.scalars(select(Opplaeringsbehov)).one().status == "open"
        assert db.scalars(select(Tiltak)).one().status == "avlyst"


def test_who_opens_and_who_writes_a_plan(planner: Planner, client_for: ClientFor, csrf: Csrf, cast: Cast, entry: Entry) -> None:
    """Written by hand. Names of participants only where names may be seen, titles where measures are read."""
    plan = planner.start()
    assert planner.line(plan, kompetanse_id=entry("hlr")) == 303
    opens, names, titles, writes, approves = set(), set(), set(), set(), set()
    for name, person in cast.people.items():
        browser = client_for(person)
        page = browser.get(f"/kompetanse/plan/{plan}")
        if name in {"kari", "lise", "nils"}:
            assert browser.get(f"/kompetanse/plan/{plan}.pdf").status_code == page.status_code, name
        text = page.get_data(as_text=True)
        if page.status_code == 200:
            opens.add(name)
        if page.status_code == 200 and "Astrid Stedfortredar" in text:
            names.add(name)
        if page.status_code == 200 and "HLR-kurs i desember" in text:
            titles.add(name)
        goals = {"csrf_token": csrf(browser), "maal": "Alle kan HLR.", "versjon": "0"}
        if browser.post(f"/kompetanse/plan/{plan}/maal", data=goals).status_code != 404:
            writes.add(name)
        step = browser.post(f"/kompetanse/plan/{plan}/steg/godkjenn", data={"csrf_token": csrf(browser), "versjon": "0"})
        if step.status_code != 404:
            approves.add(name)
    assert opens == {"leif", "signe", "kval", "hege", "fred", "lise", "rita"}
    assert names == {"leif", "signe", "kval", "hege", "fred"}
    assert titles == {"leif", "signe", "kval", "fred", "rita"}
    paper = pypdf.PdfReader(io.BytesIO(client_for(cast.lise).get(f"/kompetanse/plan/{plan}.pdf").data))
    said = " ".join("\n".join(sheet.extract_text() for sheet in paper.pages).split())
    assert "Utdanne og lære opp" in said
    assert "HLR-kurs i desember" not in said
    assert writes == {"leif", "signe", "kval"}
    assert approves == {"leif", "signe"}
