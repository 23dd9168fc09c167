"""How the databases find what waits for somebody: by an index of hers, also when nearly all open cases are others'."""

from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import Engine, Select, event, insert, select, text
from sqlalchemy.orm import Session

from avvik.models import Avvik
from avvik.queries.lists import Lister
from avvik.queries.lists import _count as count
from kjerne.db import Databases, table
from tests.avvik.conftest import FileCase
from tests.cast import Cast
from tests.conftest import WorkFor

#: Open cases, and how many of them are hers: one here and one there, so that each of hers lies on a page of its own.
OPEN, EACH = 8000, 20


def many(db: Session, cast: Cast) -> None:
    """Copies of the one case there is: hers, and between them those of the neighbouring unit and its leader."""
    cases = table(Avvik)
    row = dict(db.execute(select(cases)).one()._mapping)
    first = row.pop("id") + 1
    theirs = {**row, "eining_id": cast.it02.id, "sakshandsamar_id": cast.nina.id, "meldar_id": cast.nils.id}
    copies = ({**(theirs if n % EACH else row), "id": first + n, "lopenr": 1000 + n} for n in range(OPEN))
    db.execute(insert(cases), list(copies))
    db.execute(text("ANALYZE"))
    db.commit()


def plan(db: Session, query: Select[Any], prefix: str) -> list[str]:
    """How the database would answer it, in its own words, line by line."""
    sent: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, values: Any, *_rest: object) -> None:
        sent.append((statement, values))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        db.execute(query).all()
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    statement, values = sent[-1]
    return [str(row[-1]) for row in db.connection().exec_driver_sql(f"{prefix} {statement}", values)]


def walked(lines: list[str]) -> list[str]:
    """Where the index of all that is open is gone through instead of looked up in, and where all of somebody's are read."""
    found = [(line, after) for line, after in pairwise([*lines, ""]) if "ix_avvik_open " in line]
    whole = [line for line in lines if "Bitmap Heap Scan on avvik " in line]
    return [*whole, *(line for line, after in found if "SEARCH" not in line and "Index Cond" not in after)]


@pytest.mark.both
def test_what_waits_for_her_is_counted_by_her_own_index(
    file_case: FileCase, databases: Databases, work_for: WorkFor, cast: Cast
) -> None:
    file_case()
    with databases.writing() as db:
        many(db, cast)
    explain = "EXPLAIN QUERY PLAN" if databases.is_sqlite else "EXPLAIN"
    for settled in (False, True):
        with databases.reading(settled=settled) as db:
            leif = work_for(db, cast.leif)
            assert leif.me.id == cast.leif.id
            waits = plan(db, count(leif, Lister.VENTAR, 100), explain)
            assert any("ix_avvik_open_handsamar" in line or "ix_avvik_frist_handsamar" in line for line in waits), waits
            here = plan(db, count(leif, Lister.OPNE, 100), explain)
            assert any("ix_avvik_open_eining" in line or "ix_avvik_frist_eining" in line for line in here), here
            assert not walked([*waits, *here])


@pytest.mark.both
def test_a_page_that_asks_the_same_of_everybody_is_planned_once(databases: Databases) -> None:
    if databases.is_sqlite:
        pytest.skip("SQLite plans a statement once for any values anyway")
    said = {}
    for settled in (False, True):
        with databases.reading(settled=settled) as db:
            said[settled] = db.scalar(text("SHOW plan_cache_mode"))
            assert db.scalar(text("SHOW default_transaction_read_only")) == "on"
            assert db.scalar(text("SHOW random_page_cost")) == "1.1"
    assert said == {False: "auto", True: "force_generic_plan"}
    with databases.writing() as db:
        assert db.scalar(text("SHOW random_page_cost")) == "1.1"
