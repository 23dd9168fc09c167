"""Savings: real tables as they are, twice without change, totals rows and unknown departments, who sees which rows."""

import io
import os
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from flask.testing import FlaskClient

from kjerne.db import Databases
from kjerne.errors import NotFound, Refused
from kjerne.models import Person
from tests.cast import Cast
from tests.conftest import ClientFor, Csrf, WorkFor
from tiltak import sparetabell
from tiltak.actions.omstilling import Tabellplan, apply_table, map_department, plan_table
from tiltak.models import Omstillingsbelop, Omstillingsrad, Omstillingstabell, Tiltak
from tiltak.queries import omstilling as reading
from tiltak.sparetabell import Felt

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"
TODAY = date(2026, 11, 22)
TABLE = (
    "Avdeling;Ansvar;Tiltak;2024;2025;Kven;Status\n"
    "Solbakken 1. etasje;3700;Færre vakter;140 000;100000;Leif;I gang\n"
    ";;Rimelegare vask;60.000;;Leif;\n"
    "Sum;;;200 000;100 000;;\n"
    "Heimetenesta;3840;Kanarifugl i gruva;50000;;Eli;Planlagt\n"
    "Totalt;;;250000;100000;;\n"
)
Import = Callable[..., Tabellplan]


def real(name: str) -> bytes:
    path = SHARED / name
    if not path.exists():
        assert os.environ.get("CI") != "true", f"{path} must be there in CI"
        pytest.skip(f"../shared/data/{name} is not on this machine")
    return path.read_bytes()


@pytest.fixture
def importer(databases: Databases, work_for: WorkFor) -> Import:
    """Give a function that reads a table in, as somebody or as the system."""

    def run(data: bytes | str, filename: str = "tabell.csv", person: Person | None = None, **options: object) -> Tabellplan:
        raw = data if isinstance(data, bytes) else data.encode()
        with databases.writing() as db:
            work = work_for(db, person)
            plan = plan_table(work, raw, filename, **options)  # type: ignore[arg-type]  # a test's shorthand
            apply_table(work, plan)
            db.commit()
        return plan

    return run


def figures(page: str) -> str:
    """The page with plain blanks and without mark-up."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.replace("\u202f", " ").replace("\xa0", " ")))


@pytest.mark.both
def test_the_real_table_as_it_is_and_twice(importer: Import, client_for: ClientFor, databases: Databases, cast: Cast) -> None:
    data = real("tiltak-rennebu.csv")
    plan = importer(data, "tiltak-rennebu.csv", maal=15_640_000)
    assert len(plan.rader) == 19
    assert plan.count("ny") == 19
    assert plan.tabell.sums == {2024: 12_575_000, 2025: 3_465_000}
    assert "Hjemmetjenesten" in plan.ukjende
    again = importer(data, "tiltak-rennebu.csv", maal=15_640_000)
    assert (again.count("uendra"), again.changes, again.borte) == (19, 0, 0)
    with databases.reading() as db:
        assert db.query(Omstillingsrad).count() == 19
        assert db.query(Omstillingsbelop).count() == 24
        before = [row.version for row in db.query(Omstillingsrad).all()]
        assert set(before) == {1}
    said = figures(client_for(cast.lise).get("/tiltak/omstilling").get_data(as_text=True))
    for figure in ("12 575 000 kr", "3 465 000 kr", "15 640 000 kr", "16 040 000 kr"):
        assert figure in said, figure
    departments = reading_groups(databases, cast)
    assert departments["Sykehjemmet"] == {2024: 4_880_000, 2025: 1_900_000}
    assert sum(per[2024] for per in departments.values() if 2024 in per) == 12_575_000


def reading_groups(databases: Databases, cast: Cast) -> dict[str, dict[int, int]]:
    """Planned kroner by department, straight from the rows."""
    with databases.reading() as db:
        found: dict[str, dict[int, int]] = {}
        for row in db.query(Omstillingsrad).all():
            for one in db.query(Omstillingsbelop).filter(Omstillingsbelop.rad_id == row.id):
                per = found.setdefault(row.avdeling, {})
                per[one.aar] = per.get(one.aar, 0) + one.planlagt
        return found


def test_new_and_possible_measures_keep_their_kind(importer: Import) -> None:
    plan = importer(real("tiltak-nye-rennebu.csv"), "tiltak-nye-rennebu.csv")
    kinds = [row.linje.slag.value for row in plan.rader]
    assert (kinds.count("nytt"), kinds.count("mogleg"), kinds.count("vedteke")) == (3, 2, 0)
    assert plan.tabell.sums == {0: 4_440_000}


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode("utf-8"),
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.encode("cp1252"),
        lambda text: text.replace(";", ",").encode("cp1252"),
        lambda text: ("Innsparing 2024\n\n" + text).encode(),
        lambda text: (
            text.replace("Avdeling;Ansvar;Tiltak", "Område;Ansvarsnr.;Beskrivelse av tiltak").replace("Kven", "Hvem").encode()
        ),
    ],
)
def test_encodings_delimiters_titles_and_headings(encode: Callable[[str], bytes]) -> None:
    table = sparetabell.read(encode(TABLE), TODAY)
    assert table.sums == {2024: 250_000, 2025: 100_000}
    assert [line.avdeling for line in table.linjer] == ["Solbakken 1. etasje", "Solbakken 1. etasje", "Heimetenesta"]
    assert (len(table.summar), table.merknader) == (2, ())


def test_a_workbook_reads_like_the_text() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Avdeling", "Ansvar", "Tiltak", 2024, "Realisert 2024", "Sum"])
    sheet.append(["Kjøkken", 3115, "Drift 50 %", 245000.0, 200000, 245000])
    sheet.append(["Sum", None, None, 245000, None, None])
    held = io.BytesIO()
    book.save(held)
    table = sparetabell.read(held.getvalue(), TODAY)
    (line,) = table.linjer
    assert (line.ansvar, line.planlagt, line.realisert) == ("3115", {2024: 245_000}, {2024: 200_000})


def test_a_total_that_is_not_the_sum_is_said_and_a_bad_amount_keeps_its_row_out() -> None:
    table = sparetabell.read(b"tiltak;2024;kven\nEin;ca 100;A\nTo;5000;B\nSum;7000;\n", TODAY)
    assert [len(line.faults) for line in table.linjer] == [1, 0]
    assert table.sums == {2024: 5000}
    assert len(table.merknader) == 1
    for bad in ("", "namn;farge\nA;B\n", "tiltak;kven\nA;B\n", "tiltak;2024\nFnr 01010750160;5\n"):
        if "Fnr" in bad:
            assert sparetabell.read(bad.encode(), TODAY).linjer[0:1] == () or sparetabell.read(bad.encode(), TODAY).sums == {}
        else:
            with pytest.raises(Refused):
                sparetabell.read(bad.encode(), TODAY)


def test_columns_can_be_said_by_hand() -> None:
    data = b"A;B;C\nVask;Kanskje;5000\n"
    with pytest.raises(Refused):
        sparetabell.read(data, TODAY)
    table = sparetabell.read(data, TODAY, {0: (Felt.TILTAK, 0), 1: (Felt.STATUS, 0), 2: (Felt.PLANLAGT, 2025)})
    assert table.linjer[0].status == "Kanskje"
    assert table.sums == {2025: 5000}


@pytest.mark.both
def test_made_up_rows_never_mix_into_a_real_table(
    importer: Import, client_for: ClientFor, databases: Databases, work_for: WorkFor, cast: Cast
) -> None:
    with databases.writing() as db:
        demo = Omstillingstabell(namn="tabell", demo=True, innlest=work_for(db, None).now, eining_id=cast.ho.id)
        db.add(demo)
        db.flush()
        row = Omstillingsrad(tabell_id=demo.id, nokkel="x", nr=1, tiltak="Oppdikta")
        db.add(row)
        db.flush()
        db.add(Omstillingsbelop(rad_id=row.id, aar=2024, planlagt=999_999))
        db.commit()
    importer(TABLE)
    with databases.reading() as db:
        first, second = reading.tables(work_for(db, cast.lise))
        assert (first.tabell.demo, first.planlagt, first.rader) == (False, 350_000, 3)
        assert (second.tabell.demo, second.planlagt) == (True, 999_999)
    said = figures(client_for(cast.lise).get("/tiltak/omstilling").get_data(as_text=True))
    assert "1 349 999" not in said
    assert "1 249 999" not in said


#: Written by hand: who of the cast opens the page at all, and who sees a row that belongs to no unit of hers.
OPENS = {"leif", "nils", "signe", "kval", "lise", "rita"}
SEES_ALL = {"signe", "kval", "lise", "rita"}


def test_who_sees_the_table_its_rows_and_its_export(
    importer: Import, client_for: ClientFor, databases: Databases, cast: Cast
) -> None:
    importer(TABLE, person=cast.signe)
    with databases.reading() as db:
        canary = db.query(Omstillingsrad.id).filter(Omstillingsrad.tiltak.startswith("Kanari")).scalar()
        own = db.query(Omstillingsrad.id).filter(Omstillingsrad.tiltak.startswith("Færre")).scalar()
    opens, whole = set(), set()
    for name, person in cast.people.items():
        browser = client_for(person)
        pages = [
            browser.get(path)
            for path in (
                "/tiltak/omstilling",
                "/tiltak/omstilling?tabell=1",
                "/tiltak/omstilling/1/eksport.csv",
                f"/tiltak/omstilling/rad/{canary}",
            )
        ]
        said = "".join(page.get_data(as_text=True) for page in pages)
        if pages[0].status_code == 200:
            opens.add(name)
        if "Kanarifugl" in said or "50 000" in figures(said) or "50000" in said:
            whole.add(name)
        assert (browser.get(f"/tiltak/omstilling/rad/{own}").status_code == 200) == (name in SEES_ALL | {"leif"}), name
        assert (browser.get("/tiltak/omstilling/les-inn").status_code == 200) == (name == "signe"), name
    assert (opens, whole) == (OPENS, SEES_ALL)
    leif = figures(client_for(cast.leif).get("/tiltak/omstilling").get_data(as_text=True))
    assert "200 000 kr" in leif
    assert "250 000" not in leif


def upload(browser: FlaskClient, token: str, data: bytes, **fields: str) -> str:
    """The trial page's text."""
    answer = browser.post("/tiltak/omstilling/prov", data={"csrf_token": token, "fil": (io.BytesIO(data), "spar.csv"), **fields})
    assert answer.status_code == 200, answer.get_data(as_text=True)[-2000:]
    return answer.get_data(as_text=True)


def hidden(page: str) -> dict[str, str]:
    """The fields of the trial's form, as a browser would send them."""
    found = dict(re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', page))
    for name, body in re.findall(r'<select[^>]*name="(kol_\d+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', body)
        found[name] = chosen[1] if chosen else ""
    return {name: value for name, value in found.items() if name != "stadfest"}


def test_in_the_browser_tried_then_written_then_followed_up(
    client_for: ClientFor, csrf: Csrf, databases: Databases, cast: Cast
) -> None:
    browser = client_for(cast.signe)
    token = csrf(browser)
    page = upload(browser, token, TABLE.encode(), eining_id=str(cast.ho.id), maal="300 000")
    assert "Heimetenesta" in page
    with databases.reading() as db:
        assert db.query(Omstillingstabell).count() == 0
    fields = {**hidden(page), "csrf_token": token, "namn": "Sparing"}
    assert browser.post("/tiltak/omstilling/skriv", data=fields).status_code == 303
    with databases.reading() as db:
        table = db.query(Omstillingstabell).one()
        assert (table.namn, table.maal, table.eining_id, table.demo) == ("Sparing", 300_000, cast.ho.id, False)
        rows = {row.tiltak: row for row in db.query(Omstillingsrad)}
        assert rows["Færre vakter"].eining_id == cast.it01.id
        assert rows["Kanarifugl i gruva"].eining_id is None
    kople = {"csrf_token": token, "avdeling": "Heimetenesta", "eining_id": str(cast.it02.id)}
    assert browser.post("/tiltak/omstilling/1/kople", data=kople).status_code == 303
    assert "Kanarifugl" in client_for(cast.nils).get("/tiltak/omstilling").get_data(as_text=True)
    nr = rows["Færre vakter"].id
    row_page = browser.get(f"/tiltak/omstilling/rad/{nr}").get_data(as_text=True)
    version = re.search(r'name="version"[^>]*value="(\d+)"', row_page)
    assert version
    kept = {"csrf_token": token, "version": version[1], "status": "Halvvegs", "slag": "vedteke", "realisert_2024": "70 000"}
    assert browser.post(f"/tiltak/omstilling/rad/{nr}", data={**kept, "realisert_2024": "noko"}).status_code == 422
    assert browser.post(f"/tiltak/omstilling/rad/{nr}", data=kept).status_code == 303
    assert browser.post(f"/tiltak/omstilling/rad/{nr}", data=kept).status_code == 409
    made = browser.post(
        f"/tiltak/omstilling/rad/{nr}/tiltak",
        data={"csrf_token": token, "ansvarleg_id": str(cast.leif.id), "frist": "2026-12-20"},
    )
    assert made.status_code == 303
    with databases.reading() as db:
        tiltak = db.query(Tiltak).one()
        assert (tiltak.kjelde, tiltak.effekt_kr, tiltak.ansvar, tiltak.eining_id) == ("omstilling", 100_000, "3700", cast.it01.id)
        amount = db.get_one(Omstillingsbelop, (nr, 2024))
        assert (amount.planlagt, amount.realisert) == (140_000, 70_000)
    again = upload(browser, token, TABLE.encode(), eining_id=str(cast.ho.id), namn="Sparing")
    browser.post("/tiltak/omstilling/skriv", data={**hidden(again), "csrf_token": token})
    with databases.reading() as db:
        assert db.get_one(Omstillingsbelop, (nr, 2024)).realisert == 70_000
    exported = browser.get("/tiltak/omstilling/1/eksport.csv").get_data(as_text=True)
    assert sparetabell.read(exported.encode(), TODAY).sums == {2024: 250_000, 2025: 100_000}


def test_names_are_asked_about_and_numbers_keep_the_row_out(
    client_for: ClientFor, csrf: Csrf, databases: Databases, cast: Cast
) -> None:
    browser = client_for(cast.signe)
    token = csrf(browser)
    table = "tiltak;2024;kven\nSnakk med Ola Nordmann;5000;Per Hansen\nFnr 01010750160;7000;Eli\n"
    page = upload(browser, token, table.encode(), eining_id=str(cast.ho.id))
    assert 'data-feil="stadfest"' in page
    assert "01010750160" not in page.replace(hidden(page)["innhald"], "")
    fields = {**hidden(page), "csrf_token": token}
    assert browser.post("/tiltak/omstilling/skriv", data=fields).status_code == 422
    assert browser.post("/tiltak/omstilling/skriv", data={**fields, "stadfest": "1"}).status_code == 303
    with databases.reading() as db:
        assert [row.tiltak for row in db.query(Omstillingsrad)] == ["Snakk med Ola Nordmann"]


def test_a_department_is_mapped_by_who_may_only(importer: Import, databases: Databases, work_for: WorkFor, cast: Cast) -> None:
    importer(TABLE, person=cast.signe)

    with databases.writing() as db:
        table = db.query(Omstillingstabell).one()
        for person in (cast.leif, cast.lise, cast.kval):
            with pytest.raises(NotFound):
                map_department(work_for(db, person), table, "Heimetenesta", cast.it02.id)
