"""Cases to test with: filed through the action, committed; and a hand that posts steps as a page does."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from avvik import actions
from avvik.actions import Melding
from avvik.models import Avvik
from kjerne.db import Databases
from kjerne.models import Person
from tests.cast import Cast
from tests.conftest import ClientFor, Clock, Csrf, WorkFor

FileCase = Callable[..., str]
Post = Callable[..., TestResponse]
Load = Callable[[str], Avvik]


def find(databases: Databases, nr: str) -> Avvik:
    """The case's row as it stands in the database now, detached."""
    aar, lopenr = (int(part) for part in nr.split("-"))
    with databases.reading() as db:
        row = db.scalars(select(Avvik).where(Avvik.aar == aar, Avvik.lopenr == lopenr)).one()
        db.expunge(row)
        return row


@pytest.fixture
def load(databases: Databases) -> Load:
    """Give a function that reads a case's row: `load("2026-1").status`."""
    return lambda nr: find(databases, nr)


@pytest.fixture
def file_case(databases: Databases, work_for: WorkFor, cast: Cast, clock: Clock) -> FileCase:
    """Give a function that files a case and returns its number: Kari's, a fall in HO-IT-01, severity 2, unless said otherwise."""

    def file(*, av: Person | None = None, **said: object) -> str:
        values: dict[str, object] = {
            "nokkel": str(uuid.uuid4()),
            "eining_id": cast.it01.id,
            "hendt": clock() - timedelta(hours=2),
            "hovudtype": "pasient_brukar",
            "underkategori": "fall_utan_skade",
            "skildring": "Bebuaren vart funnen på golvet ved senga.",
            "alvor": 2,
            **said,
        }
        with databases.writing() as db:
            work = work_for(db, av or cast.kari)
            nr = actions.report_avvik(work, Melding(**values)).avvik.nr  # type: ignore[arg-type]  # a test's shorthand
            db.commit()
            return nr

    return file


@pytest.fixture
def post(client_for: ClientFor, csrf: Csrf) -> Post:
    """Give a function that posts a step, newly logged in: `post(cast.leif, nr, "svar", tekst="…")`."""

    def send(person: Person, nr: str, steg: str, /, **fields: object) -> TestResponse:
        browser = client_for(person)
        return browser.post(f"/avvik/{nr}/{steg}", data={"csrf_token": csrf(browser), **fields})

    return send
