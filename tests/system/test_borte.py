"""A full disk, and a database that is away and comes back: nothing half is kept, and the same form sent again is one case."""

import errno
import io
from collections.abc import Iterator

import psycopg
import pytest
from flask import Flask
from PIL import Image
from psycopg import sql
from sqlalchemy import event, func, select
from sqlalchemy.engine import make_url

from avvik.models import Avvik, AvvikNokkel
from kjerne import files
from kjerne.config import Config
from kjerne.db import Databases
from kjerne.models import Fil
from tests.avvik.skjema import body, send
from tests.cast import Cast
from tests.conftest import ClientFor, Csrf
from tests.settings import chosen_database

FULL, AWAY = 507, 503


@pytest.fixture(autouse=True)
def as_served(app: Flask) -> None:
    """Errors are answered, as in the running program, not raised to the test."""
    app.config["PROPAGATE_EXCEPTIONS"] = False


def picture() -> tuple[io.BytesIO, str]:
    out = io.BytesIO()
    Image.new("RGB", (30, 20), "white").save(out, "PNG")
    return io.BytesIO(out.getvalue()), "golvet.png"


def count(databases: Databases) -> tuple[int, int, int]:
    with databases.reading() as db:
        found = [db.scalar(select(func.count()).select_from(table)) or 0 for table in (Avvik, AvvikNokkel, Fil)]
    return found[0], found[1], found[2]


def test_a_full_disk_under_the_database_keeps_nothing_and_the_same_form_goes_later(
    client_for: ClientFor, csrf: Csrf, cast: Cast, databases: Databases
) -> None:
    if chosen_database() != "sqlite":
        pytest.skip("How full its disk is, PostgreSQL alone decides; the answer to its refusal is the same line of code.")
    kari = client_for(cast.kari)
    said = body(skildring="Lang tekst. " * 600)
    with databases.engine.connect() as raw:
        pages = raw.exec_driver_sql("PRAGMA page_count").scalar()

    def no_room(dbapi: object, _record: object, _proxy: object) -> None:
        dbapi.execute(f"PRAGMA max_page_count = {pages}")  # type: ignore[attr-defined]  # the driver's own connection

    event.listen(databases.engine, "checkout", no_room)
    refused = send(kari, csrf, **said)
    event.remove(databases.engine, "checkout", no_room)
    databases.dispose()
    assert refused.status_code == FULL
    assert "Disken" in refused.get_data(as_text=True)
    assert count(databases) == (0, 0, 0)
    assert send(kari, csrf, **said).status_code == 303
    assert count(databases) == (1, 1, 0)


def test_a_full_disk_under_the_files_keeps_neither_case_nor_file(
    client_for: ClientFor, csrf: Csrf, cast: Cast, databases: Databases, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    kari = client_for(cast.kari)
    said = body()

    def no_room(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(files.os, "fsync", no_room)
        refused = send(kari, csrf, **said, bilete=picture())
    assert refused.status_code == FULL
    assert count(databases) == (0, 0, 0)
    assert [path for path in (config.data_dir / "filer").rglob("*") if path.is_file()] == [], "what was begun is cleared away"
    assert send(kari, csrf, **said, bilete=picture()).status_code == 303
    assert count(databases) == (1, 1, 1)


class Cut:
    """Shuts everybody out of a PostgreSQL database, and lets them in again."""

    def __init__(self, server: str, name: str) -> None:
        self._server, self._name = server, name

    def shut(self) -> None:
        with psycopg.connect(self._server, autocommit=True) as admin:
            admin.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(sql.Identifier(self._name)))
            admin.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s", [self._name])

    def open(self) -> None:
        with psycopg.connect(self._server, autocommit=True) as admin:
            admin.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(sql.Identifier(self._name)))


@pytest.fixture
def cut(request: pytest.FixtureRequest, config: Config) -> Iterator[Cut]:
    made = Cut(request.getfixturevalue("postgres_server").get_uri(), str(make_url(config.database_url).database))
    yield made
    made.open()


@pytest.mark.postgres
def test_a_database_that_was_away_comes_back_without_a_restart(
    client_for: ClientFor, csrf: Csrf, cast: Cast, databases: Databases, cut: Cut
) -> None:
    kari = client_for(cast.kari)
    assert send(kari, csrf).status_code == 303
    said = body()
    cut.shut()
    for refused in (send(kari, csrf, **said), kari.get("/avvik/nytt")):
        assert refused.status_code == AWAY
        assert "<main" in refused.get_data(as_text=True), "a page of ours says what to do"
    cut.open()
    assert send(kari, csrf, **said).status_code == 303
    assert count(databases)[:2] == (2, 2)
