"""The kinds of reports: page, paper and workbook say the same numbers, parts add up to the whole, nobody sees more than she may."""

import io
import json
import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import event, select

from avvik.models import Avvik, AvvikMeldeplikt
from avvik.queries.tal import Tal, by_month, figures
from avvik.queries.tal_periode import Periode, months
from kjerne.db import Databases
from kjerne.models import Eining, Person
from rapportar import dokument
from rapportar.rules.dokument import Dokument, Tabell, written
from rapportar.rules.perioder import BadPeriod, Rytme, due_day, last_ended, moved, name_of, period_of, read_period
from rapportar.slag import ALLE, SLAG
from tests.cast import Cast
from tests.conftest import ClientFor, Clock, Csrf, WorkFor
from tests.rapportar.conftest import text_of

KINDS = [one.kode for one in ALLE]


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def said_by(page: str) -> str:
    return squeezed(re.sub(r"<[^>]+>", " ", page).replace("&amp;", "&").replace("&#39;", "'"))


def built(databases: Databases, work_for: WorkFor, who: Person, kind: str, unit: Eining, periode: str) -> Dokument:
    with databases.reading() as db:
        return dokument.build(work_for(db, who), SLAG[kind], unit, read_period(periode))


def table_of(doc: Dokument, section: str) -> Tabell:
    return next(table for bolk, table in doc.tabellar() if bolk.kode == section)


@pytest.mark.parametrize(
    ("code", "words", "first", "last", "before", "year"),
    [
        ("2026", "2026", date(2026, 1, 1), date(2026, 12, 31), "2025", "2025"),
        ("2026-T1", "1. tertial 2026", date(2026, 1, 1), date(2026, 4, 30), "2025-T3", "2025-T1"),
        ("2026-K4", "4. kvartal 2026", date(2026, 10, 1), date(2026, 12, 31), "2026-K3", "2025-K4"),
        ("2028-02", "februar 2028", date(2028, 2, 1), date(2028, 2, 29), "2028-01", "2027-02"),
        (
            "2025-11_2026-02",
            "november 2025 – februar 2026",
            date(2025, 11, 1),
            date(2026, 2, 28),
            "2025-07_2025-10",
            "2024-11_2025-02",
        ),
    ],
)
def test_a_period_is_whole_months_and_knows_its_neighbours(
    code: str, words: str, first: date, last: date, before: str, year: str
) -> None:
    val = read_period(code)
    assert (name_of(code), val.forste, val.siste, val.fore.kode, val.ifjor.kode) == (words, first, last, before, year)


@pytest.mark.parametrize(
    "code", ["", "2026-13", "2026-T4", "2026-K0", "1999", "2026-1", "２０２６", "2026-05_2026-02", "2020-01_2026-12"]
)
def test_what_is_no_period_is_refused(code: str) -> None:
    with pytest.raises(BadPeriod):
        read_period(code)


def test_each_day_of_three_years_lies_in_the_period_named_for_it() -> None:
    day = date(2026, 1, 1)
    while day < date(2029, 1, 1):
        for rytme in Rytme:
            val = read_period(period_of(rytme, day))
            assert val.forste <= day <= val.siste
            assert moved(last_ended(rytme, day), {"manad": 1, "kvartal": 3, "tertial": 4, "ar": 12}[rytme.value]) == val.kode
        day = date.fromordinal(day.toordinal() + 5)
    assert due_day("2026-12", 1) == date(2027, 1, 4)


@pytest.mark.usefixtures("october")
def test_page_paper_workbook_and_json_say_the_same_numbers(
    cast: Cast, databases: Databases, work_for: WorkFor, client_for: ClientFor
) -> None:
    browser = client_for(cast.kval)
    for kind in KINDS:
        doc = built(databases, work_for, cast.kval, kind, cast.ho, "2026-10")
        wanted = [[written(cell) for cell in row] for _bolk, table in doc.tabellar() for row in table.rader]
        assert len(wanted) > 5
        where = f"/rapportar/{kind}?eining=HO&periode=2026-10"
        page = said_by(browser.get(where).get_data(as_text=True))
        file = where.replace(kind, f"{kind}/fil")
        paper = squeezed(text_of(browser.get(f"{file}&format=pdf").data))
        book = load_workbook(io.BytesIO(browser.get(f"{file}&format=xlsx").data))
        cells = [[written(cell.value) for cell in row if cell.value is not None] for sheet in book for row in sheet.iter_rows()]
        told = json.loads(browser.get(f"{file}&format=json").data)
        rows = [[written(cell) for cell in row] for part in told["bolkar"] for table in part["tabellar"] for row in table["rader"]]
        assert rows == wanted
        assert [row for row in wanted if row not in cells] == []
        plain = [row for row in wanted if "(" not in "".join(row)]  # lights are drawn, not written, on page and paper
        assert [row for row in plain if squeezed(row[-1]) not in page or squeezed(row[-1]) not in paper] == []
        for bolk in doc.bolkar:
            assert squeezed(bolk.tittel) in page
            assert squeezed(bolk.tittel) in paper
        for name, figure, *_rest in table_of(doc, "hovudtal").rader if kind != "oppdragsbrev_status" else ():
            assert squeezed(f"{name}{written(figure)}") in page
            assert squeezed(f"{name}{written(figure)}") in paper


@pytest.mark.usefixtures("october")
def test_the_parts_add_up_to_the_whole(cast: Cast, databases: Databases, work_for: WorkFor) -> None:
    doc = built(databases, work_for, cast.kval, "kvalitet", cast.ho, "2026-K4")
    whole = table_of(doc, "hovudtal").rader[0][1]
    assert whole == 10
    assert sum(int(row[1]) for row in table_of(doc, "typar").rader) == whole
    assert sum(int(row[1]) for row in table_of(doc, "alvor").rader) == whole
    *units, sums = table_of(doc, "einingar").rader
    assert sum(int(row[-1]) for row in units) == sums[-1] == whole
    months = [built(databases, work_for, cast.kval, "kvalitet", cast.ho, f"2026-{m}") for m in (10, 11)]
    assert [table_of(one, "hovudtal").rader[0][1] for one in months[:1]] == [whole]


@pytest.mark.usefixtures("october")
def test_the_months_of_the_chart_are_those_of_the_figures(cast: Cast, databases: Databases, work_for: WorkFor) -> None:
    window = months(202512, 11)
    with databases.reading() as db:
        for who, unit in ((cast.kval, cast.ho), (cast.leif, cast.it01), (cast.lise, cast.it01)):
            work = work_for(db, who)
            whole = figures(work, unit, Periode("alle", "", window))
            assert by_month(work, unit, window) == list(whole.typar.sum)
        assert by_month(work_for(db, cast.kval), cast.ho, window)[-1] == Tal(10)


@pytest.mark.usefixtures("october")
def test_a_reports_scope_is_its_readers(cast: Cast, client_for: ClientFor, databases: Databases, work_for: WorkFor) -> None:
    assert client_for(cast.leif).get("/rapportar/kvalitet?eining=HO-IT-02").status_code == 404
    assert client_for(cast.leif).get("/rapportar/kvalitet/fil?eining=HO-IT-02&format=xlsx").status_code == 404
    assert client_for(cast.kari).get("/rapportar/kvalitet?eining=HO-IT-01").status_code == 404
    assert client_for(cast.kari).get("/rapportar/").status_code == 404
    full = built(databases, work_for, cast.leif, "manad_eining", cast.it01, "2026-10")
    assert [row[1] for row in table_of(full, "alvor").rader] == [1, 2, 2, 1, 0]
    seen = built(databases, work_for, cast.lise, "manad_eining", cast.it01, "2026-10")
    assert not seen.heilt
    assert not any(row[1] in {1, 2} for row in table_of(seen, "alvor").rader)
    assert {"forfalne", "tiltak"} <= {kode for kode, _tittel, _grunn in seen.ikkje_med}


@pytest.mark.usefixtures("october")
def test_no_text_of_a_case_and_no_name_of_a_reporter_is_in_any_report(cast: Cast, client_for: ClientFor) -> None:
    browser = client_for(cast.kval)
    for kind in KINDS:
        for form in ("pdf", "csv", "json"):
            data = browser.get(f"/rapportar/{kind}/fil?eining=HO&periode=2026-10&format={form}").data
            said = text_of(data) if form == "pdf" else data.decode()
            assert not [word for word in ("Kanarifugl", "Bebuaren", "Kari", "Nina") if word in said]


@pytest.mark.usefixtures("october")
def test_the_privacy_report_counts_what_became_of_the_duty_to_notify(
    cast: Cast, databases: Databases, work_for: WorkFor, clock: Clock
) -> None:
    with databases.writing() as db:
        cases = list(db.scalars(select(Avvik).where(Avvik.eining_id == cast.it01.id).order_by(Avvik.id)))
        late = clock() + timedelta(hours=80)
        became = (("meldt", clock()), ("meldt", late), ("ikkje_meldt", clock()), ("open", None))
        for case, (status, decided) in zip(cases, became, strict=False):
            reason = "Ingen risiko." if status == "ikkje_meldt" else ""
            duty = {"meldeplikt": "personvern_brot", "status": status, "avgjort_tid": decided, "grunngiving": reason}
            db.add(AvvikMeldeplikt(avvik_id=case.id, frist=clock() + timedelta(hours=72), **duty))
        db.commit()
    doc = built(databases, work_for, cast.kval, "personvern_ar", cast.ho, "2026")
    assert [row[1] for row in table_of(doc, "meldeplikt").rader] == [2, 1, 1, 1]
    assert [row[2] for row in table_of(doc, "meldeplikt").rader] == [0] * 4
    seen = built(databases, work_for, cast.lise, "personvern_ar", cast.ho, "2026")
    assert "meldeplikt" in {kode for kode, _tittel, _grunn in seen.ikkje_med}, "small numbers outside what she reads"


@pytest.mark.usefixtures("october")
def test_a_section_without_data_is_listed_and_not_made_up(cast: Cast, client_for: ClientFor) -> None:
    page = client_for(cast.signe).get("/rapportar/tertial?eining=HO&periode=2026-T3").get_data(as_text=True)
    left = page[page.index("ikkje-h") :]
    assert "Budsjett og rekneskap er ikkje lesne inn" in left
    assert "Sjukefråværet er ikkje lese inn" in left
    assert 'id="okonomi-h"' not in page


@pytest.mark.usefixtures("october")
def test_a_leader_writes_to_a_section_guarded_and_kept(cast: Cast, client_for: ClientFor, csrf: Csrf) -> None:
    browser = client_for(cast.leif)
    where = {"eining": "HO-IT-01", "periode": "2026-10", "bolk": "samandrag", "versjon": "0"}

    def send(who: FlaskClient, **fields: str) -> tuple[int, str]:
        answer = who.post("/rapportar/manad_eining/kommentar", data={"csrf_token": csrf(who), **where, **fields})
        return answer.status_code, answer.get_data(as_text=True)

    status, page = send(browser, tekst="Fødselsnummer 01010112345 og 13097248022")
    assert (status, 'data-feil="identitet"' in page) == (422, True)
    hostile = "Roleg <b>månad</b> & =1+1 {{7*7}} </para>"
    assert send(browser, tekst=hostile)[0] == 303
    assert send(browser, tekst="Ein annan tekst")[0] == 409
    assert send(browser, tekst="Ny tekst", versjon="1", bolk="finst-ikkje")[0] == 404
    assert send(client_for(cast.nils), tekst="Utanfor")[0] == 404
    assert send(client_for(cast.lise), tekst="Berre tal")[0] == 404
    page = browser.get("/rapportar/manad_eining?eining=HO-IT-01&periode=2026-10").get_data(as_text=True)
    assert "Roleg &lt;b&gt;månad&lt;/b&gt; &amp; =1+1 {{7*7}} &lt;/para&gt;" in page
    file = "/rapportar/manad_eining/fil?eining=HO-IT-01&periode=2026-10&format="
    assert hostile in text_of(browser.get(f"{file}pdf").data)
    book = load_workbook(io.BytesIO(browser.get(f"{file}xlsx").data))
    kept = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value == hostile]
    assert [cell.data_type for cell in kept] == ["s"]
    assert send(browser, tekst="x " * 1900 + "slutt", versjon="1")[0] == 303
    assert "slutt" in text_of(browser.get(f"{file}pdf").data)


@pytest.mark.usefixtures("october")
@pytest.mark.parametrize("query", ["periode=2026-13", "periode=2027", "fra=2026-05&til=2026-02", "periode=" + "9" * 300])
def test_a_period_that_is_none_says_so(query: str, cast: Cast, client_for: ClientFor) -> None:
    answer = client_for(cast.kval).get(f"/rapportar/kvalitet?{query}")
    assert answer.status_code == 422
    assert client_for(cast.kval).get(f"/rapportar/kvalitet/fil?{query}").status_code == 422
    assert client_for(cast.kval).get("/rapportar/finst-ikkje").status_code == 404
    assert client_for(cast.kval).get("/rapportar/kvalitet/fil?format=exe").status_code == 404


@pytest.mark.usefixtures("october")
@pytest.mark.parametrize(("sprak", "words"), [("nb", "Kvalitetsrapport"), ("en", "Quality report")])
def test_the_report_is_in_the_readers_language(
    sprak: str, words: str, cast: Cast, client_for: ClientFor, speaks: Callable[[Person, str], None]
) -> None:
    speaks(cast.kval, sprak)
    page = client_for(cast.kval).get("/rapportar/kvalitet?eining=HO&periode=2026-10").get_data(as_text=True)
    assert f"<h1>{words}</h1>" in page
    assert "Kva avvika gjaldt" not in page


@pytest.mark.usefixtures("october")
def test_the_number_of_questions_does_not_grow_with_the_cases(
    cast: Cast, databases: Databases, work_for: WorkFor, call: Callable[[Eining, str], None]
) -> None:
    counts = []
    for periode in ("2026-10", "2026"):
        seen: list[str] = []
        event.listen(databases.engine, "before_cursor_execute", lambda *args, held=seen: held.append(args[2]))
        built(databases, work_for, cast.kval, "kvalitet", cast.ho, periode)
        counts.append(len(seen))
    assert counts[0] < 120
    assert abs(counts[0] - (counts[1])) < 12
