"""What most tests stand on: a migrated database of their own, a clock they set, the app, logged-in clients, the cast."""

import hashlib
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy.orm import Session

import app as application
from kjerne import katalog, migrering, sessions
from kjerne.clock import OSLO, oslo_date
from kjerne.config import Config
from kjerne.db import Databases
from kjerne.models import Person
from kjerne.work import Grants, Work, load_grants
from kompetanse.actions.katalog import load_starter_set as load_competence
from oppdragsbrev.actions import load_starter_set as load_letter
from tests import cast as standing
from tests.settings import SECRET, SUNDAY_NIGHT, chosen_database

pytest_plugins = ("tests.fixtures_postgres", "tests.fixtures_demo")

ClientFor = Callable[..., FlaskClient]
Csrf = Callable[..., str]
WorkFor = Callable[..., Work]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test marked `both` runs on SQLite and on PostgreSQL; all others on the one the run has chosen."""
    if "db_kind" not in metafunc.fixturenames:
        return
    both = metafunc.definition.get_closest_marker("both") is not None
    metafunc.parametrize("db_kind", ["sqlite", "postgres"] if both else [chosen_database()], scope="function")


@dataclass
class Clock:
    """A clock that stands still until the test moves it. Starts Sunday 22 November 2026 at 22:40 in Oslo."""

    now: datetime = field(default=SUNDAY_NIGHT)

    def __call__(self) -> datetime:
        """Aware UTC, as the program asks for."""
        return self.now

    def forward(self, **much: float) -> None:
        """Move on: `clock.forward(days=3, minutes=5)`."""
        self.now += timedelta(**much)

    def set_oslo(self, year: int, month: int, day: int, hour: int = 12, minute: int = 0) -> None:
        """Set it to a wall-clock time in Oslo."""
        self.now = datetime(year, month, day, hour, minute, tzinfo=OSLO).astimezone(UTC)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def migrate_template(url: str) -> None:
    """Run the migrations and load the reference data, as `internkontroll migrate` does."""
    databases = Databases(url)
    try:
        migrering.upgrade(databases)
        with databases.writing() as db:
            katalog.load_starter_set(db)
            load_competence(db)
            load_letter(db)
            db.commit()
    finally:
        databases.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, made once for each worker and copied for each test."""
    path = tmp_path_factory.mktemp("mal") / "mal.db"
    migrate_template(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_template(make_postgres_database: Callable[..., str]) -> str:
    """A migrated PostgreSQL database, made once for each worker: `CREATE DATABASE … TEMPLATE` copies it for each test."""
    url = make_postgres_database()
    migrate_template(url)
    return url


@pytest.fixture
def database_url(db_kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """The URL of a migrated database that is this test's own, with the demo in it for a test that asks for `demo`."""
    wants = "demo" in request.fixturenames
    if db_kind == "postgres":
        make: Callable[..., str] = request.getfixturevalue("make_postgres_database")
        return make(template=request.getfixturevalue("demo_postgres")[0] if wants else request.getfixturevalue("postgres_template"))
    path = tmp_path / "internkontroll.db"
    shutil.copyfile(
        request.getfixturevalue("demo_sqlite") / "mal.db" if wants else request.getfixturevalue("sqlite_template"), path
    )
    return f"sqlite:///{path}"


@pytest.fixture
def config(database_url: str, tmp_path: Path) -> Config:
    """Settings with a data directory of the test's own and a password hash that costs nothing."""
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    return Config(database_url=database_url, data_dir=data_dir, secret_key=SECRET, argon_time=1, argon_memory_kib=8)


@pytest.fixture
def databases(config: Config) -> Iterator[Databases]:
    """The test's own migrated database, with the starter set of reference data."""
    databases = Databases(config.database_url)
    yield databases
    databases.dispose()


@pytest.fixture
def db(databases: Databases) -> Iterator[Session]:
    """One open transaction for rules that need rows but no pages. It is rolled back unless the test commits."""
    with databases.writing() as session:
        yield session


@pytest.fixture
def cast(databases: Databases, config: Config) -> standing.Cast:
    """Kari, Leif and the others, committed. See `tests/cast.py`."""
    return standing.build(databases, config)


@pytest.fixture
def app(config: Config, databases: Databases, clock: Clock) -> Flask:
    """The whole application on the test's own database and clock."""
    made = application.create_app(config, databases, clock)
    made.config["TESTING"] = True
    return made


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Somebody who is not logged in."""
    return app.test_client()


@pytest.fixture
def client_for(app: Flask, config: Config, databases: Databases, clock: Clock) -> ClientFor:
    """Give a function that returns a browser in which that person is logged in: `client_for(cast.kari, shared=True)`."""

    def log_in(person: Person, *, shared: bool = False) -> FlaskClient:
        with databases.writing() as session:
            token = sessions.start(session, person, clock(), shared=shared)
            session.commit()
        browser = app.test_client()
        browser.set_cookie(sessions.cookie_name(config), token)
        return browser

    return log_in


@pytest.fixture
def csrf(app: Flask) -> Csrf:
    """Give a function that returns a valid CSRF token: `csrf(client)`, or a page's own: `csrf(client, "/avvik/nytt")`."""

    def token(browser: FlaskClient, path: str | None = None) -> str:
        if path is not None:
            page = browser.get(path).get_data(as_text=True)
            found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
            assert found, f"no form with csrf_token on {path}"
            return found[1]
        with browser.session_transaction() as kept:
            raw = kept.setdefault("csrf_token", hashlib.sha256(secrets.token_bytes(32)).hexdigest())
        return str(URLSafeTimedSerializer(app.secret_key or "", salt="wtf-csrf-token").dumps(raw))

    return token


@pytest.fixture
def work_for(config: Config, clock: Clock) -> WorkFor:
    """Give a function that opens a Work below the edge: `work_for(db, cast.kari)`, and `work_for(db, None)` for the system."""

    def make_work(session: Session, person: Person | None, sprak: str = "nn") -> Work:
        grants = load_grants(session, person.id, oslo_date(clock())) if person else Grants()
        me = session.merge(person) if person else None
        return Work(session, me, clock(), grants, sprak, config, application.HANDLERS)

    return make_work
