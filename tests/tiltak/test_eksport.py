"""The list as a file, what became of a year, and what a page costs when there are many measures."""

import csv
import io
import random
import re
from datetime import date, timedelta
from typing import Any

import openpyxl
import pytest
from sqlalchemy import event, insert, select
from werkzeug.test import TestResponse

from kjerne.db import Databases
from kjerne.models import Eining, Leselogg, Person
from tests import make
from tests.cast import Cast
from tests.conftest import ClientFor, Clock, WorkFor
from tests.tiltak.conftest import MakeTiltak
from tiltak import actions, queries
from tiltak.models import Tiltak
from tiltak.queries.lists import Cursor, Filter, first_ids, heads
from tiltak.rang import order_key
from tiltak.rules import Utval


def table(answer: TestResponse) -> list[list[str]]:
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff")), delimiter=";"))


def test_the_file_holds_the_lists_rows_for_each_of_the_cast_and_no_text_of_a_shielded_one(
    make_tiltak: MakeTiltak, client_for: ClientFor, databases: Databases, cast: Cast
) -> None:
    make_tiltak("Kanari open", skildring="Kanariskildring")
    make_tiltak("Kanari skjerma", skildring="Kanariløynd", skjerma=True)
    make_tiltak("Kanari nabo", eining_id=cast.it02.id, av=cast.nils, ansvarleg=cast.nina)
    for name, person in cast.people.items():
        browser = client_for(person)
        rows = table(browser.get("/tiltak/eksport.csv?vis=alle"))
        listed = browser.get("/tiltak/?vis=alle").get_data(as_text=True)
        assert {row[1] for row in rows[1:]} == {
            title for title in ("Kanari open", "Kanari skjerma", "Kanari nabo") if title in listed
        }, name
        assert ("Kanariløynd" in str(rows)) == (name == "leif"), name
        assert all(len(row) == len(rows[0]) for row in rows)
    browser = client_for(cast.leif)
    book = openpyxl.load_workbook(io.BytesIO(browser.get("/tiltak/eksport.xlsx").data))
    assert [row[1] for row in book.worksheets[0].iter_rows(min_row=2, values_only=True)] == ["Kanari open", "Kanari skjerma"]
    assert browser.get("/tiltak/eksport.pdf").status_code == 404
    with databases.reading() as db:
        assert db.query(Leselogg).filter(Leselogg.kva == "eksport-xlsx").count() == 1


def test_a_formula_stays_a_text(make_tiltak: MakeTiltak, client_for: ClientFor, cast: Cast) -> None:
    make_tiltak("=HYPERLINK(1)", skildring="@SUM(A1)")
    browser = client_for(cast.leif)
    row = table(browser.get("/tiltak/eksport.csv"))[1]
    assert row[1] == "'=HYPERLINK(1)"
    book = openpyxl.load_workbook(io.BytesIO(browser.get("/tiltak/eksport.xlsx").data))
    assert book.worksheets[0]["B2"].data_type == "s"


def test_what_became_of_a_year_counts_by_unit_and_leaves_shielded_ones_out(
    make_tiltak: MakeTiltak, client_for: ClientFor, databases: Databases, work_for: WorkFor, cast: Cast, clock: Clock
) -> None:
    done, gone = make_tiltak(ansvarleg=cast.leif), make_tiltak()
    make_tiltak(skjerma=True)
    make_tiltak(eining_id=cast.it02.id, av=cast.nils, ansvarleg=cast.nina)
    make_tiltak(frist=date(2027, 2, 1))
    with databases.writing() as db:
        leif = work_for(db, cast.leif)
        row = queries.get_tiltak(leif, done)
        actions.mark_done(leif, row, "Gjort.")
        actions.evaluate(leif, row, "god", "Færre fall.")
        actions.cancel(leif, queries.get_tiltak(leif, gone), "Trengst ikkje.")
        db.commit()
    clock.forward(days=60)

    def cells(person: Person, query: str = "") -> list[list[str]]:
        page = client_for(person).get(f"/tiltak/aaret{query}").get_data(as_text=True)
        body = page[page.find("<tbody>") : page.find("</table>")]
        return [
            [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row)]
            for row in re.findall(r"<tr>.*?</tr>", body)
        ]

    assert cells(cast.leif) == [["2", "1", "1", "0", "0", "0", "1", "0", "0"]] * 2
    assert cells(cast.kval)[-1] == ["3", "1", "1", "0", "0", "0", "1", "1", "0"]
    assert cells(cast.leif, "?aar=2027")[-1][0] == "1"
    assert cells(cast.leif, "?aar=1999x") == cells(cast.leif)
    assert client_for(cast.kari).get("/tiltak/aaret").status_code == 404


def many(databases: Databases, count: int) -> None:
    """So many more measures like the first, spread over deadlines."""
    with databases.writing() as db:
        base = db.query(Tiltak).order_by(Tiltak.id).first()
        assert base is not None
        common = {column.name: getattr(base, column.name) for column in Tiltak.__table__.c if column.name != "id"}
        days = [base.frist + timedelta(days=n % 700) for n in range(count)]
        db.execute(insert(Tiltak), [{**common, "frist": day, "rang": order_key(None, None, None, day)} for day in days])
        db.commit()


def test_a_page_of_the_list_is_read_from_an_index_and_never_sorted_whole(
    make_tiltak: MakeTiltak, databases: Databases, work_for: WorkFor, cast: Cast
) -> None:
    if not databases.is_sqlite:
        pytest.skip("reads SQLite's own plan; PostgreSQL's is another language")
    make_tiltak()
    many(databases, 3000)
    with databases.reading() as db:
        work = work_for(db, cast.kval)
        steps: dict[str, Any] = {"n": 0}

        def count(_connection: object, _cursor: object, statement: str, parameters: object, *_rest: object) -> None:
            steps["sql"], steps["values"] = statement, parameters

        event.listen(databases._read_engine, "before_cursor_execute", count)
        rows = db.execute(heads(work, Utval.OPNE, Filter(), queries.PAGE + 1)).all()
        event.remove(databases._read_engine, "before_cursor_execute", count)
        assert len(rows) == queries.PAGE + 1
        plan = db.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {steps['sql']}", steps["values"]).all()
        said = [str(row[-1]) for row in plan]
        assert any("ix_tiltak_eining_rang" in line for line in said)
        touched = [line for line in said if " tiltak " in line]
        assert all(line.startswith("SEARCH tiltak") and "_rang (" in line for line in touched), touched


@pytest.mark.sweep
def test_twenty_thousand_measures_cost_no_more_than_two_hundred(
    make_tiltak: MakeTiltak, client_for: ClientFor, databases: Databases, cast: Cast
) -> None:
    if not databases.is_sqlite:
        pytest.skip("counts SQLite's own instructions; PostgreSQL tells none")
    make_tiltak()
    many(databases, 200)
    browser = client_for(cast.kval)

    def instructions() -> int:
        """Opcodes of SQLite for one page: what it costs, whatever else the machine does."""
        total = 0

        def tick() -> int:
            nonlocal total
            total += 1
            return 0

        def hook(connection: Any, *_rest: object) -> None:
            connection.connection.driver_connection.set_progress_handler(tick, 100)

        event.listen(databases._read_engine, "before_cursor_execute", hook)
        assert browser.get("/tiltak/").status_code == 200
        event.remove(databases._read_engine, "before_cursor_execute", hook)
        return total

    few = instructions()
    many(databases, 20_000)
    assert instructions() <= few * 1.5


def test_the_first_rows_are_the_same_whatever_units_they_lie_in(
    make_tiltak: MakeTiltak, databases: Databases, work_for: WorkFor, cast: Cast
) -> None:
    """Most lie in one unit, some units have one, ranks are shared: read in portions they come as if all were sorted at once."""
    make_tiltak()
    rng = random.Random(3)
    with databases.writing() as db:
        base = db.query(Tiltak).one()
        common = {column.name: getattr(base, column.name) for column in Tiltak.__table__.c if column.name != "id"}
        units = [make.eining(db, f"MANGE-{n}", over=db.get_one(Eining, cast.ho.id)).id for n in range(14)]
        chosen = [units[0]] * 60 + [rng.choice(units) for _n in range(60)] + units
        db.execute(insert(Tiltak), [{**common, "eining_id": unit, "rang": rng.randrange(90)} for unit in chosen])
        db.commit()
    with databases.reading() as db:
        work = work_for(db, cast.kval)
        wanted = [(rang, id_) for rang, id_ in db.execute(select(Tiltak.rang, Tiltak.id).order_by(Tiltak.rang, Tiltak.id))]
        for limit in (1, 9, 20, 51, 130, 200):
            assert first_ids(work, Utval.OPNE, Filter(), None, limit) == [id_ for _rang, id_ in wanted][:limit]
            for place in (0, 33, 100, len(wanted) - 1):
                after = Cursor(*wanted[place])
                assert first_ids(work, Utval.OPNE, Filter(), after, limit) == [id_ for _rang, id_ in wanted][place + 1 :][:limit]
