"""Statements that write past the mapper: the same rows and the same errors as SQLAlchemy's own way, on both databases."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import event, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from avvik.models import Avvik
from kjerne.models import Epost, Innstilling, Jobbkoyring, Leselogg, Loggline
from kjerne.written import write, write_new

pytestmark = pytest.mark.both
WHEN = datetime(2026, 11, 22, 14, 5, tzinfo=timezone(timedelta(hours=1)))
LINE = insert(Loggline)
READ = insert(Leselogg)
RUN = insert(Jobbkoyring)
LETTER = insert(Epost)
SETTING = insert(Innstilling)
CHANGE = update(Innstilling).where(Innstilling.nokkel == "farge").values(verdi=text("verdi || :more"))
#: The month of a case is worked out of when it was filed.
WORKED_OUT = insert(Avvik)
RAISED = text("UPDATE innstilling SET verdi = verdi || :more WHERE nokkel = 'farge' RETURNING verdi")


@pytest.fixture(params=["driver", "listened to"])
def heard(request: pytest.FixtureRequest, db: Session) -> Iterator[list[str]]:
    """What is executed, where somebody listens: then SQLAlchemy does it."""
    found: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        found.append(statement)

    if request.param == "driver":
        yield found
        return
    event.listen(db.get_bind(), "before_cursor_execute", hear)
    yield found
    event.remove(db.get_bind(), "before_cursor_execute", hear)
    assert found


def test_values_are_kept_as_the_mapper_keeps_them(db: Session, heard: list[str]) -> None:
    """JSON, moments of another zone, and truth; a default that is a plain value need not be given."""
    line = {"id": 9, "tid": WHEN, "aktor": "1", "subjekt_type": "x", "subjekt_id": "1", "hending": "x", "mac": "m"}
    write(db.connection(), LINE, line | {"endring": {"å": [1, None]}})
    found = db.scalars(select(Loggline).where(Loggline.id == 9)).one()
    assert (found.tid, found.endring) == (WHEN.astimezone(UTC), {"å": [1, None]})
    number = write_new(db.connection(), READ, {"tid": WHEN, "subjekt_type": "x", "subjekt_id": "1", "kva": "x"})
    row = db.get_one(Leselogg, number)
    assert (row.tid, row.avvist, row.person_id) == (WHEN.astimezone(UTC), False, None)


def test_many_rows_and_what_comes_back(db: Session, heard: list[str]) -> None:
    """Several rows are one call; RETURNING gives the first column; an update gives nothing."""
    connection = db.connection()
    write(connection, RUN, *({"jobb": "j", "nokkel": str(number), "starta": WHEN} for number in range(3)))
    assert len(db.scalars(select(Jobbkoyring)).all()) == 3
    assert write(connection, SETTING, {"nokkel": "farge", "verdi": "raud"}) is None
    assert write(connection, CHANGE, {"more": "leg"}) is None
    assert write(connection, RAISED, {"more": "!"}) == "raudleg!"


def test_numbers_rise(db: Session, heard: list[str]) -> None:
    """Each new row has its own number, whichever way the driver tells it."""
    made = [write_new(db.connection(), RUN, {"jobb": "j", "nokkel": str(number), "starta": WHEN}) for number in range(3)]
    assert made == [row.id for row in db.scalars(select(Jobbkoyring).order_by(Jobbkoyring.nokkel))]
    assert len(set(made)) == 3


def test_an_error_is_sqlalchemys_and_holds_no_values(db: Session, heard: list[str]) -> None:
    """What a page catches is the same, and what people wrote does not stand in it."""
    letter = {"nokkel": "n", "til_adresse": "a@b.example", "emne": "e", "tekst": "KANARI", "laga": WHEN, "neste_forsok": WHEN}
    write(db.connection(), LETTER, letter)
    with pytest.raises(IntegrityError) as caught:
        write(db.connection(), LETTER, letter)
    assert "KANARI" not in str(caught.value)


def test_a_default_that_is_worked_out_must_be_given(db: Session) -> None:
    """Rather an error than a row without it."""
    with pytest.raises(TypeError, match="must be given"):
        write(db.connection(), WORKED_OUT, {"aar": 2026})
