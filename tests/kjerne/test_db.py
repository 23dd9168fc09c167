"""The database rules: no update is lost, a reader cannot write, moments are aware, the disk is waited for."""

import threading
from datetime import datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, StatementError

from kjerne.db import Databases
from kjerne.models import Innstilling, Logghovud
from tests import make
from tests.cast import Cast


@pytest.mark.both
def test_the_cast_stands_in_a_migrated_database(databases: Databases, cast: Cast) -> None:
    with databases.reading() as db:
        assert db.get(Logghovud, 1) is not None
    assert len(cast.people) == 16


@pytest.mark.both
def test_six_threads_that_read_then_write_lose_no_update(databases: Databases) -> None:
    threads, rounds = 6, 30
    with databases.writing() as db:
        db.add(Innstilling(nokkel="teljar", verdi="0"))
        db.commit()
    failures: list[BaseException] = []

    def count_up() -> None:
        for _ in range(rounds):
            try:
                with databases.writing() as db:
                    row = db.scalars(select(Innstilling).where(Innstilling.nokkel == "teljar").with_for_update()).one()
                    row.verdi = str(int(row.verdi) + 1)
                    db.commit()
            except DBAPIError as error:
                failures.append(error)

    crowd = [threading.Thread(target=count_up) for _ in range(threads)]
    for thread in crowd:
        thread.start()
    for thread in crowd:
        thread.join()
    with databases.reading() as db:
        assert failures == []
        assert db.scalars(select(Innstilling.verdi).where(Innstilling.nokkel == "teljar")).one() == str(threads * rounds)
