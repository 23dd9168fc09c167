"""What most tests stand on: a migrated database of their own, a clock they set, the app, logged-in clients, the cast."""

import copy
import hashlib
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import Dialect
from sqlalchemy.orm import Session

import app as application
from kjerne import asked, katalog, known, migrering, sessions
from kjerne.clock import OSLO, oslo_date
from kjerne.config import Config
from kjerne.db import Databases
from kjerne.fullmakt import load_grants
from kjerne.models import Person
from kjerne.web import House
from kjerne.work import Grants, Work
from kompetanse.actions.katalog import load_starter_set as load_competence
from oppdragsbrev.actions import load_starter_set as load_letter
from tests import cast as standing
from tests.settings import REPORTED, SECRET, SUNDAY_NIGHT, chosen_database

pytest_plugins = ("tests.fixtures_postgres", "tests.fixtures_demo")

asked.CHECK = True  # a question that is kept must be the one that would be written now
known.CHECK = True  # an answer that is kept must be the one that would be given now

ClientFor = Callable[..., FlaskClient]
Csrf = Callable[..., str]
WorkFor = Callable[..., Work]
COMPILED_APPS: dict[Config, Flask] = {}
COMPILED_SQL: dict[tuple[str, bool], tuple[Dialect, dict[Any, Any]]] = {}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test marked `both` runs on SQLite and on PostgreSQL, one marked `postgres` there; others on what the run has chosen."""
    if "db_kind" not in metafunc.fixturenames:
        return
    marked = {name for name in ("both", "postgres") if metafunc.definition.get_closest_marker(name) is not None}
    kinds = ["sqlite", "postgres"] if "both" in marked else ["postgres"] if marked else [chosen_database()]
    metafunc.parametrize("db_kind", kinds, scope="function")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the end what tests have measured for people to read: `record_property(REPORTED, "…")`."""
    passed: list[pytest.TestReport] = terminalreporter.stats.get("passed", [])
    said = {str(text) for report in passed for name, text in report.user_properties if name == REPORTED}
    for line in sorted(said):
        terminalreporter.write_line(line)


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


@pytest.fixture(scope="session")
def cast_sqlite(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    """The template with the cast in it, and the cast's rows."""
    path = tmp_path_factory.mktemp("rolleliste") / "mal.db"
    shutil.copyfile(sqlite_template, path)
    return path, standing.build_at(f"sqlite:///{path}", SECRET)


@pytest.fixture(scope="session")
def cast_postgres(postgres_template: str, make_postgres_database: Callable[..., str]) -> tuple[str, bytes]:
    """The same in a PostgreSQL database nobody is connected to."""
    url = make_postgres_database(template=postgres_template)
    return url, standing.build_at(url, SECRET)


@pytest.fixture
def database_url(db_kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """The URL of a migrated database that is this test's own, with the demo or the cast in it when the test asks for one."""
    wants = {name for name in ("demo", "cast") if name in request.fixturenames}
    if db_kind == "postgres":
        make: Callable[..., str] = request.getfixturevalue("own_postgres_database")
        if wants:
            template = request.getfixturevalue("demo_postgres" if "demo" in wants else "cast_postgres")[0]
        else:
            template = request.getfixturevalue("postgres_template")
        return make(template=template)
    path = tmp_path / "internkontroll.db"
    if "demo" in wants:
        source = request.getfixturevalue("demo_sqlite") / "mal.db"
    else:
        source = request.getfixturevalue("cast_sqlite")[0] if wants else request.getfixturevalue("sqlite_template")
    shutil.copyfile(source, path)
    return f"sqlite:///{path}"


@pytest.fixture
def config(database_url: str, tmp_path: Path) -> Config:
    """Settings with a data directory of the test's own and a password hash that costs nothing."""
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    return Config(database_url=database_url, data_dir=data_dir, secret_key=SECRET, argon_time=1, argon_memory_kib=8)


def share_compiled_sql(databases: Databases) -> None:
    """Give a test's database the SQL this worker has compiled so far: compiling it anew is a good part of a short test.

    SQLAlchemy keeps it for each dialect object, so that is shared too, as soon as a first connection has made it ready.
    """
    for engine in (databases.engine, databases._read_engine, databases._settled):
        kind = (engine.dialect.name, engine is not databases.engine)
        if kind not in COMPILED_SQL:
            engine.connect().close()
            COMPILED_SQL[kind] = engine.dialect, {}
        engine.dialect, cache = COMPILED_SQL[kind]
        engine.update_execution_options(compiled_cache=cache)


@pytest.fixture
def databases(config: Config) -> Iterator[Databases]:
    """The test's own migrated database, with the starter set of reference data."""
    databases = Databases(config.database_url)
    share_compiled_sql(databases)
    yield databases
    databases.dispose()


@pytest.fixture
def db(databases: Databases) -> Iterator[Session]:
    """One open transaction for rules that need rows but no pages. It is rolled back unless the test commits."""
    with databases.writing() as session:
        yield session


@pytest.fixture
def cast(databases: Databases, config: Config, db_kind: str, request: pytest.FixtureRequest) -> standing.Cast:
    """Kari, Leif and the others, committed. See `tests/cast.py`. They lie in the copied template, save where the demo does."""
    if "demo" in request.fixturenames:
        return standing.build(databases, config)
    return standing.fresh(request.getfixturevalue(f"cast_{db_kind}")[1])


@pytest.fixture
def app(config: Config, databases: Databases, clock: Clock) -> Flask:
    """The whole application on the test's own settings, database and clock. Routes and templates are compiled once a worker."""
    settings = replace(config, database_url="", data_dir=Path())
    if settings not in COMPILED_APPS:
        COMPILED_APPS[settings] = application.create_app(config, databases, clock)
    made = copy.copy(COMPILED_APPS[settings])
    made.config = copy.copy(made.config)
    made.config["TESTING"] = True
    house: House = made.extensions["internkontroll"]
    made.extensions = {**made.extensions, "internkontroll": replace(house, config=config, databases=databases, clock=clock)}
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
