"""The numbers page: scope, small numbers, parts that add up, text that equals the rows, and a constant number of queries."""

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event, func, select, update

from avvik import actions, sums
from avvik.jobs.sums import JOBS, hold_against_rows
from avvik.models import Avvik, AvvikSum
from avvik.queries.tal import Figurar, figures, periods, units_of_numbers
from avvik.queries.tal_periode import choices, month_of, previous, shift, understood
from kjerne.db import Databases
from kjerne.models import Person
from tests.avvik.conftest import FileCase, Post
from tests.avvik.rekning import Span
from tests.cast import Cast
from tests.conftest import ClientFor, Clock, WorkFor

Read = Callable[..., Figurar]


@pytest.fixture(autouse=True)
def _kept() -> None:
    sums.install()


@pytest.fixture
def read(databases: Databases, work_for: WorkFor) -> Read:
    """Give a function that reads the figures of a unit: `read(cast.leif, "HO-IT-01", "i-ar")`."""

    def figures_of(person: Person, kode: str, periode: str = "siste12") -> Figurar:
        with databases.reading() as db:
            work = work_for(db, person)
            units = units_of_numbers(work)
            unit = next(row for row in units.values() if row.kode == kode)
            chosen = next(one for one in periods(work, units, unit) if one.kode == periode)
            return figures(work, unit, chosen, units)

    return figures_of


@pytest.fixture
def full(cast: Cast, file_case: FileCase, clock: Clock) -> None:
    """Two months of cases in three units: many falls, a few of other types."""
    plan = [
        (cast.it01, "pasient_brukar", "fall_utan_skade", 7),
        (cast.it01, "hms", "stikkskade", 1),
        (cast.it01, "bygg_utstyr", "inneklima", 4),
        (cast.it02, "pasient_brukar", "fall_utan_skade", 5),
        (cast.it02, "hms", "stikkskade", 4),
        (cast.it02, "bygg_utstyr", "inneklima", 2),
        (cast.it, "hms", "stikkskade", 3),
    ]
    clock.set_oslo(2026, 9, 10)
    for _month in range(2):
        for unit, hovudtype, underkategori, count in plan:
            for place in range(count):
                file_case(eining_id=unit.id, hovudtype=hovudtype, underkategori=underkategori, alvor=1 + place % 5)
        clock.forward(days=31)
    clock.set_oslo(2026, 11, 22)


@pytest.fixture
def pages(client_for: ClientFor) -> Callable[..., tuple[int, str]]:
    def get(person: Person, query: str = "") -> tuple[int, str]:
        answer = client_for(person).get(f"/avvik/tal{query}")
        return answer.status_code, answer.get_data(as_text=True)

    return get


def test_periods_are_whole_months() -> None:
    assert shift(202601, -1) == 202512
    assert shift(202612, 1) == 202701
    assert previous([202601, 202612]) == (202501, 202512)
    mine = {one.kode: one.manadar for one in choices(Clock().now.date(), whole=False)}
    assert mine["siste12"] == (202512, *range(202601, 202612))
    assert mine["i-ar"][-1] == 202611
    assert mine["2026-t3"] == (202609, 202610, 202611)
    others = {one.kode: one.manadar for one in choices(Clock().now.date(), whole=True)}
    assert all(month < 202611 for found in others.values() for month in found)


def test_an_address_may_name_any_period_reports_know(
    cast: Cast, pages: Callable[..., tuple[int, str]], file_case: FileCase, client_for: ClientFor
) -> None:
    offered = choices(Clock().now.date(), whole=False)
    spans = {"2025": (202501, 12), "2024-T2": (202405, 4), "2026-K3": (202607, 3), "2026-k4": (202610, 2), "2026-03": (202603, 1)}
    for kode, (first, count) in spans.items():
        found = understood(kode, offered)
        assert found is not None, kode
        assert (found.manadar[0], len(found.manadar)) == (first, count)
    assert understood("2026-T3", offered) == next(one for one in offered if one.kode == "2026-t3")
    for strange in ("2027", "2026-K5", "2026-13", "26", "i-morgon", "2026-K3x", "２０２６"):
        assert understood(strange, offered) is None
    page = pages(cast.leif, "?periode=2026-K3")[1]
    assert '<option value="2026-K3" selected>3. kvartal 2026</option>' in page
    assert "Vi kjenner ikkje perioden" not in page
    strange = pages(cast.leif, "?periode=2026-K9")[1]
    assert "Vi kjenner ikkje perioden «2026-K9»" in strange
    assert '<option value="siste12" selected>' in strange
    file_case()
    leif = client_for(cast.leif)
    assert "Talet er 7; du ser 1 av dei." in leif.get("/avvik/?liste=alle&tel=avvik&av=7").text
    assert "du ser" not in leif.get("/avvik/?liste=alle&tel=avvik&av=1").text
    assert "&amp;av=1" in pages(cast.leif)[1]


@pytest.mark.both
@pytest.mark.usefixtures("full")
def test_the_parts_add_up_to_the_whole_and_to_the_rows(cast: Cast, databases: Databases, read: Read) -> None:
    f = read(cast.kval, "HO")
    with databases.reading() as db:
        assert f.saker.n == db.scalar(select(func.count()).select_from(Avvik)) == 52
    assert f.heilt
    assert sum(tal.n for _niva, _namn, tal in f.alvor) == f.saker.n
    for grid in (f.typar, f.einingar):
        assert sum(cell.n for row in grid.rader for cell in row.celler) == grid.alle.n == f.saker.n
        assert [cell.n for cell in grid.sum] == [sum(row.celler[place].n for row in grid.rader) for place in range(len(grid.sum))]
        assert all(row.sum.n == sum(cell.n for cell in row.celler) for row in grid.rader)
    assert f.opne_alle.n == f.saker.n
    assert sum(count for _name, count in f.serie.punkt) == f.saker.n
    parts = [read(cast.kval, kode).saker.n for kode in ("HO-IT-01", "HO-IT-02")]
    assert sum(parts) + 6 == read(cast.kval, "HO-IT").saker.n


def test_cases_and_events_severity_and_what_stands_beside(cast: Cast, file_case: FileCase, post: Post, read: Read) -> None:
    file_case(serie_tal=4, alvor=3)
    file_case(art="nesten", alvor=1)
    file_case(art="forbetring")
    file_case(art="skryt")
    nr = file_case()
    assert post(cast.leif, nr, "avvis", grunngiving="Dette er inga avvik.", slag="ikkje_avvik").status_code in {200, 303}
    f = read(cast.leif, "HO-IT-01", "i-ar")
    outside = {kode: tal.n for kode, _namn, tal in f.utanfor}
    assert (outside["forbetring"], outside["skryt"]) == (1, 1)
    assert (f.saker.n, f.avvist.n) == (2, 1)
    assert f.hendingar.n == f.saker.n + 3
    assert f.nesten.del_.n == 1
    assert {niva: tal.n for niva, _namn, tal in f.alvor}[3] == 1


def test_a_number_leads_to_exactly_its_cases(cast: Cast, file_case: FileCase, post: Post, client_for: ClientFor) -> None:
    counted, idea, rejected = file_case(), file_case(art="forbetring"), file_case()
    post(cast.leif, rejected, "avvis", grunngiving="Dette er inga avvik.", slag="ikkje_avvik")
    found = client_for(cast.leif).get("/avvik/eksport.csv?liste=alle&tel=avvik").text
    assert counted in found
    assert idea not in found
    assert rejected not in found
    assert idea in client_for(cast.leif).get("/avvik/eksport.csv?liste=alle").text


def test_a_type_leads_to_its_categories_by_month_and_a_number_there_to_exactly_its_cases(
    cast: Cast, file_case: FileCase, client_for: ClientFor
) -> None:
    falls = [file_case() for _ in range(3)]
    file_case(underkategori="legemiddel_feil_dose")
    file_case(hovudtype="hms", underkategori="stikkskade")
    kval = client_for(cast.kval)
    href = re.findall(r'href="(/avvik/tal/kategoriar[^"]+pasient_brukar)"', kval.get("/avvik/tal?eining=HO-IT-01").text)[0]
    page = kval.get(html.unescape(href)).text
    found = dict(re.findall(r'underkategori=(\w+)[^"]*">(\d+)</a>', page))
    assert found == {"fall_utan_skade": "3", "legemiddel_feil_dose": "1"}
    behind = html.unescape(re.findall(r'href="(/avvik/\?[^"]*fall_utan_skade[^"]*)"', page)[0])
    assert sorted(re.findall(r'class="caserow" href="/avvik/(20\d\d-\d+)', kval.get(behind).text)) == sorted(falls)
    own = "/avvik/tal/kategoriar?eining=HO-IT-01&hovudtype=pasient_brukar"
    assert client_for(cast.leif).get(own).status_code == 200
    for other in (cast.nils, cast.kari, cast.lise, cast.signe):
        assert client_for(other).get(own).status_code == 404, other.namn
    assert client_for(cast.leif).get("/avvik/tal/kategoriar?eining=HO-IT-01").status_code == 200, "the first type"
    for wrong in ("eining=HO-IT-02&hovudtype=hms", "eining=HO-IT-01&hovudtype=x"):
        assert client_for(cast.leif).get(f"/avvik/tal/kategoriar?{wrong}").status_code == 404, wrong


def test_times_and_the_promise_come_from_the_histogram(
    cast: Cast, databases: Databases, work_for: WorkFor, file_case: FileCase, clock: Clock, read: Read
) -> None:
    for days in (0, 1, 2, 9):
        nr = file_case()
        clock.forward(days=days, minutes=1)
        with databases.writing() as db:
            row = db.scalars(select(Avvik).order_by(Avvik.id.desc()).limit(1)).one()
            assert row.nr == nr
            actions.answer_reporter(work_for(db, cast.leif), row, "Takk.")
            db.commit()
    f = read(cast.leif, "HO-IT-01", "i-ar")
    assert f.svar.median == 1
    assert f.svar.p90 is None
    assert (f.lofte.del_.n, f.lofte.av.n, f.lofte.prosent) == (3, 4, 75)


def test_what_led_to_change_is_counted(
    cast: Cast, databases: Databases, file_case: FileCase, read: Read, pages: Callable[..., tuple[int, str]]
) -> None:
    for _place in range(3):
        file_case()
    with databases.writing() as db:
        for row in db.scalars(select(Avvik).limit(2)):
            row.endra_praksis = True
        db.commit()
    f = read(cast.leif, "HO-IT-01")
    assert (f.endra.del_.n, f.endra.prosent) == (2, 67)
    assert '<p class="ledto__n">2</p>' in pages(cast.leif)[1]


@pytest.mark.usefixtures("full")
def test_the_page_shows_the_rows(cast: Cast, pages: Callable[..., tuple[int, str]], read: Read) -> None:
    status, html = pages(cast.leif)
    f = read(cast.leif, "HO-IT-01")
    assert status == 200
    body = re.search(r'<section class="chart tal-grid">(?:(?!</section>).)*?id="typar-h".*?</tbody>', html, re.DOTALL)
    assert body
    shown = [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r'<td class="(?:v\d|heat__sum)">(.*?)</td>', body[0])]
    assert shown == [str(cell.n) for row in f.typar.rader for cell in [*row.celler, row.sum]]
    assert f'<span class="keyfig__n">{f.saker.n} <small>saker' in html
    assert "Fleire meldingar kan bety betre meldekultur." in html
    assert "For få tilfelle til å seie noko." in html


@pytest.mark.usefixtures("full")
def test_a_leader_sees_no_number_of_the_neighbour(cast: Cast, pages: Callable[..., tuple[int, str]], read: Read) -> None:
    assert read(cast.nils, "HO-IT-02").saker.n == 22
    for kode in ("HO-IT-01", "HO-IT", "HO", "FINST-IKKJE"):
        assert pages(cast.nils, f"?eining={kode}")[0] == 404
    html = pages(cast.nils)[1]
    assert "Solbakken 1. etasje" not in html
    assert "Institusjonstenesta" not in html


def test_those_without_the_right_get_no_page(cast: Cast, pages: Callable[..., tuple[int, str]]) -> None:
    for person in (cast.kari, cast.adam, cast.pia):
        assert pages(person)[0] == 404


@pytest.mark.usefixtures("full")
def test_links_lead_to_cases_only_where_she_reads_them(
    cast: Cast, client_for: ClientFor, pages: Callable[..., tuple[int, str]]
) -> None:
    assert "/avvik/?liste=" not in pages(cast.lise)[1].partition('<main id="main"')[2]
    link = re.search(r'href="(/avvik/\?liste=alle[^"]*hovudtype=hms[^"]*)">1</a>', pages(cast.leif)[1])
    assert link
    assert client_for(cast.leif).get(link[1].replace("&amp;", "&")).status_code == 200


def test_whistleblowing_is_in_no_figure(
    cast: Cast, databases: Databases, work_for: WorkFor, file_case: FileCase, read: Read
) -> None:
    file_case()
    file_case()
    before = read(cast.kval, "HO")
    with databases.writing() as db:
        avvik = db.scalars(select(Avvik).limit(1)).one()
        actions.mark_whistleblowing(work_for(db, cast.leif), avvik, "Gjeld kritikkverdige forhold.")
        db.commit()
    after = read(cast.kval, "HO")
    assert (before.saker.n, after.saker.n, after.opne_alle.n, after.hendingar.n) == (2, 1, 1, 1)


def _sums_shown(f: Figurar, below: dict[str, list[str]]) -> Iterator[tuple[list[tuple[str, str, int]], int]]:
    """Every whole number of the two grids, as the atoms (unit, type, month) it adds up."""
    types = [row.kode for row in f.typar.rader]
    months = f.periode.manadar
    here = below[f.eining.kode]

    def cell(units: list[str], kinds: list[str], of: list[int]) -> list[tuple[str, str, int]]:
        return [(unit, kind, month) for unit in units for kind in kinds for month in of]

    for row in f.typar.rader:
        yield from ((cell(here, [row.kode], [month]), tal.n) for month, tal in zip(months, row.celler, strict=True) if tal.heil)
        if row.sum.heil:
            yield cell(here, [row.kode], list(months)), row.sum.n
    yield from ((cell(here, types, [month]), tal.n) for month, tal in zip(months, f.typar.sum, strict=True) if tal.heil)
    for row in f.einingar.rader:
        units = below[row.kode] if row.kode else [f.eining.kode]
        yield from ((cell(units, [kind], list(months)), tal.n) for kind, tal in zip(types, row.celler, strict=True) if tal.heil)
        if row.sum.heil:
            yield cell(units, types, list(months)), row.sum.n


@pytest.mark.usefixtures("full")
def test_no_difference_of_the_tables_offered_gives_leiing_a_small_number(cast: Cast, databases: Databases, read: Read) -> None:
    below = {
        "HO": ["HO", "HO-IT", "HO-IT-01", "HO-IT-02"],
        "HO-IT": ["HO-IT", "HO-IT-01", "HO-IT-02"],
        "HO-IT-01": ["HO-IT-01"],
        "HO-IT-02": ["HO-IT-02"],
    }
    kode_of = {row.id: row.kode for row in (cast.ho, cast.it, cast.it01, cast.it02)}
    with databases.reading() as db:
        rows = db.execute(
            select(Avvik.eining_id, Avvik.hovudtype, Avvik.manad, func.count()).group_by(
                Avvik.eining_id, Avvik.hovudtype, Avvik.manad
            )
        )
        true = {(kode_of[unit], kind, month): count for unit, kind, month, count in rows}
    span, seen = Span(), 0
    for kode in below:
        for periode in ("siste12", "i-ar", "2026-t3", "2026-t2"):
            f = read(cast.lise, kode, periode)
            assert not f.heilt
            for atoms, value in _sums_shown(f, below):
                assert value == sum(true.get(atom, 0) for atom in atoms)
                span.add(atoms)
                seen += 1
    small = {atom for atom, count in true.items() if 0 < count < 3}
    assert small
    assert seen > 400
    assert [atom for atom in small if span.gives([atom])] == []
    pair = [("HO-IT-01", "hms", month) for month in (202609, 202610)]
    assert not span.gives(pair)
    assert read(cast.leif, "HO-IT-01").typar.rader[1].sum.n == 2


@pytest.mark.usefixtures("full")
def test_the_running_month_is_not_for_those_who_see_numbers_only(cast: Cast, file_case: FileCase, read: Read, clock: Clock) -> None:
    before = read(cast.lise, "HO").saker
    file_case()
    assert read(cast.lise, "HO").saker == before
    assert month_of(clock.now.date()) not in read(cast.lise, "HO", "i-ar").periode.manadar
    assert read(cast.kval, "HO").saker.n == before.n + 1


def test_many_cases_cost_no_more_queries(cast: Cast, databases: Databases, file_case: FileCase, client_for: ClientFor) -> None:
    browser, seen = client_for(cast.lise), []
    event.listen(databases.engine, "before_cursor_execute", lambda *_args: seen.append(1))
    counts = []
    for _round in range(3):
        seen.clear()
        assert browser.get("/avvik/tal?eining=HO-IT").status_code == 200
        counts.append(len(seen))
        for _place in range(5):
            file_case()
    assert counts[1] == counts[2] <= 30, counts


def test_a_period_handed_in_is_cut_where_small_numbers_are_hidden(cast: Cast, databases: Databases, work_for: WorkFor) -> None:
    with databases.reading() as db:
        work = work_for(db, cast.lise)
        units = units_of_numbers(work)
        top = units[cast.ho.id]
        periode = replace(periods(work, units, top)[0], manadar=(202610, 202611))
        assert figures(work, top, periode, units).periode.manadar == (202610,)


@pytest.mark.both
def test_the_night_job_finds_and_mends_a_cell(cast: Cast, databases: Databases, work_for: WorkFor, file_case: FileCase) -> None:
    file_case()
    with databases.writing() as db:
        db.execute(update(AvvikSum).values(saker=AvvikSum.saker + 3))
        work = work_for(db, None)
        assert hold_against_rows(work) == 1
        assert hold_against_rows(work) == 0
        assert db.scalar(select(func.sum(AvvikSum.saker))) == 1
    assert timedelta(hours=JOBS[0].hour or 0, minutes=JOBS[0].minute) == timedelta(hours=3, minutes=20)
