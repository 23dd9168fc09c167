"""Analyses to test with: made through the action, committed, in Leif's unit unless said otherwise."""

from collections.abc import Callable

import pytest
from sqlalchemy import event

from kjerne.db import Databases
from kjerne.models import Person
from ros.actions.analyse import Hovud, create_analyse
from ros.actions.rader import Radinnhald, add_rad
from ros.queries.access import get_analyse
from ros.rules import Akse
from tests.cast import Cast
from tests.conftest import WorkFor

MakeRos = Callable[..., int]
MakeRad = Callable[..., int]
CountQueries = Callable[[Callable[[], object]], int]
CANARY = "Kanarifugl i dusjen"


@pytest.fixture
def make_ros(databases: Databases, work_for: WorkFor, cast: Cast) -> MakeRos:
    """Give a function that makes an analysis: Leif made it for HO-IT-01 without rows, unless said otherwise."""

    def make(
        tittel: str = "Natt og legemiddel", *, av: Person | None = None, eining_id: int = 0, mal: str = "", **more: object
    ) -> int:
        said = Hovud(tittel, "teneste", (Akse.LIV_HELSE, Akse.DRIFT), **more)  # type: ignore[arg-type]  # a test's shorthand
        with databases.writing() as db:
            made = create_analyse(work_for(db, av or cast.leif), eining_id or cast.it01.id, said, mal=mal)
            db.commit()
            return made.id

    return make


@pytest.fixture
def make_rad(databases: Databases, work_for: WorkFor, cast: Cast) -> MakeRad:
    """Give a function that adds a row: `make_rad(analyse_id, s=4, k=4)`; `rs` and `rk` are after measures."""

    def make(
        analyse_id: int,
        hending: str = CANARY,
        *,
        s: int | None = 4,
        k: int | None = 3,
        rs: int | None = None,
        rk: int | None = None,
        av: Person | None = None,
        **more: str,
    ) -> int:
        said = Radinnhald(
            hending,
            sannsyn=s,
            verdi={Akse.LIV_HELSE: k} if k else {},
            rest_sannsyn=rs,
            rest={Akse.LIV_HELSE: rk} if rk else {},
            **more,  # type: ignore[arg-type]  # a test's shorthand
        )
        with databases.writing() as db:
            work = work_for(db, av or cast.leif)
            rad = add_rad(work, get_analyse(work, analyse_id, lock=True), said)
            db.commit()
            return rad.id

    return make


@pytest.fixture
def count_queries(databases: Databases) -> CountQueries:
    """Give a function that counts the questions a call asks the database."""

    def count(call: Callable[[], object]) -> int:
        asked: list[str] = []
        engines = (databases.engine, databases._read_engine)

        def note(*args: object) -> None:
            asked.append(str(args[2]))

        for engine in engines:
            event.listen(engine, "before_cursor_execute", note)
        call()
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)
        return len(asked)

    return count
