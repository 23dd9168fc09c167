"""Brings a database to the shape the program expects. Configured in code: there is no alembic.ini to get wrong."""

from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from kjerne.db import Databases

FOLDER = Path(__file__).resolve().parent.parent / "migrations"
MIGRATION_LOCK = 7_243_312


def alembic_config(connection: Connection | None = None) -> AlembicConfig:
    """Alembic's settings: where the steps lie, and the connection they run on."""
    config = AlembicConfig()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def head() -> str:
    """The newest step the program knows. Raises when there are two heads."""
    found = ScriptDirectory.from_config(alembic_config()).get_current_head()
    if found is None:
        raise LookupError("migrations/versions holds no step")
    return found


def current(databases: Databases) -> str | None:
    """The step a database stands at; None for an empty one."""
    with databases.reading() as db:
        return MigrationContext.configure(db.connection()).get_current_revision()


def upgrade(databases: Databases, revision: str = "head") -> None:
    """Go up to a step, in one transaction: all of it or nothing. Two processes at once: the second finds it done."""
    _run(databases, revision, down=False)


def downgrade(databases: Databases, revision: str) -> None:
    """Go down to a step (`base` is an empty database), in one transaction."""
    _run(databases, revision, down=True)


def _run(databases: Databases, revision: str, *, down: bool) -> None:
    with databases.engine.connect() as connection:
        # SQLite rewrites a table by dropping it: foreign keys rest meanwhile and are checked before the commit.
        _sqlite_foreign_keys(connection, databases, on=False)
        try:
            with connection.begin():
                if not databases.is_sqlite:
                    connection.execute(text("SELECT pg_advisory_xact_lock(:k)"), {"k": MIGRATION_LOCK})
                step = command.downgrade if down else command.upgrade
                step(alembic_config(connection), revision)
                if databases.is_sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                    raise ValueError("the migration would leave rows that point at nothing; nothing was changed")
        finally:
            _sqlite_foreign_keys(connection, databases, on=True)


def _sqlite_foreign_keys(connection: Connection, databases: Databases, *, on: bool) -> None:
    """Straight to the driver: inside a transaction SQLite ignores this, and SQLAlchemy would begin one."""
    raw = connection.connection.dbapi_connection
    if databases.is_sqlite and raw is not None:
        raw.cursor().execute(f"PRAGMA foreign_keys={'ON' if on else 'OFF'}")
