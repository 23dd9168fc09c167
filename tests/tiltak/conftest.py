"""Measures to test with: made through the action, committed, with their owner and follower named."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from kjerne.clock import oslo_date
from kjerne.db import Databases
from kjerne.models import Person
from tests.cast import Cast
from tests.conftest import Clock, WorkFor
from tiltak import actions
from tiltak.models import Tiltak

MakeTiltak = Callable[..., int]


@pytest.fixture
def make_tiltak(databases: Databases, work_for: WorkFor, cast: Cast, clock: Clock) -> MakeTiltak:
    """Give a function that makes a measure: Leif made it for Kari in HO-IT-01, ten days ahead, unless said otherwise."""

    def make(
        tittel: str = "Sjekk rørslesensorane",
        *,
        av: Person | None = None,
        ansvarleg: Person | None = None,
        frist: date | None = None,
        dagar: int = 10,
        **fields: object,
    ) -> int:
        values: dict[str, object] = {"skildring": "Test kvar sensor.", "eining_id": cast.it01.id, **fields}
        with databases.writing() as db:
            work = work_for(db, av or cast.leif)
            tiltak: Tiltak = actions.create_tiltak(
                work,
                tittel=tittel,
                ansvarleg=db.get_one(Person, (ansvarleg or cast.kari).id),
                frist=frist or oslo_date(clock()) + timedelta(days=dagar),
                **values,  # type: ignore[arg-type]  # a test's shorthand
            )
            db.commit()
            return tiltak.id

    return make
