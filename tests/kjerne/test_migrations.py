"""Migrations: one head, up and down and up again with data, and an end that equals the models."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, inspect, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session

from kjerne import log, migrering
from kjerne.config import Config
from kjerne.db import Databases
from kjerne.models import Leselogg, Loggline
from kjerne.work import Grants, Work
from migrations import tables
from tests import make
from tests.conftest import Clock, WorkFor


@pytest.fixture
def empty(db_kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Databases]:
    """A database without a single table."""
    url = f"sqlite:///{tmp_path / 'tom.db'}"
    if db_kind == "postgres":
        url = request.getfixturevalue("own_postgres_database")()
    databases = Databases(url)
    yield databases
    databases.dispose()


def shape(databases: Databases) -> dict[str, Any]:
    """Tables with columns, keys, checks and indexes, as the database itself tells."""
    looked = inspect(databases.engine)
    return {
        table: {
            "columns": sorted((c["name"], str(c["type"]), c["nullable"]) for c in looked.get_columns(table)),
            "checks": sorted((str(c["name"]), c["sqltext"]) for c in looked.get_check_constraints(table)),
            "uniques": sorted((str(c["name"]), c["column_names"]) for c in looked.get_unique_constraints(table)),
            "foreign": sorted((str(c["name"]), c["constrained_columns"]) for c in looked.get_foreign_keys(table)),
            "indexes": sorted((str(c["name"]), c["column_names"], c["unique"]) for c in looked.get_indexes(table)),
            "key": looked.get_pk_constraint(table)["constrained_columns"],
        }
        for table in looked.get_table_names()
        if table != "alembic_version"
    }


def test_there_is_one_head() -> None:
    assert ScriptDirectory.from_config(migrering.alembic_config()).get_heads() == [migrering.head()]


@pytest.mark.both
def test_an_empty_database_goes_all_the_way_and_says_where_it_stands(empty: Databases) -> None:
    assert migrering.current(empty) is None
    migrering.upgrade(empty)
    assert migrering.current(empty) == migrering.head()


@pytest.mark.both
def test_the_migrated_schema_equals_the_models(databases: Databases) -> None:
    with databases.engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), tables.metadata)
    assert differences == []


@pytest.mark.both
def test_checks_keys_and_indexes_equal_those_the_models_would_make(databases: Databases, empty: Databases) -> None:
    metadata: MetaData = tables.metadata
    metadata.create_all(empty.engine)
    assert shape(databases) == shape(empty)


@pytest.mark.both
def test_each_step_goes_up_down_and_up_with_data(empty: Databases, tmp_path: Path, clock: Clock) -> None:
    """The log's lines live through every step down to the one that made their table, and the chain still holds."""
    config = Config(database_url="", data_dir=tmp_path, secret_key="k" * 8 + "ey" * 20)
    steps = [s.revision for s in reversed(list(ScriptDirectory.from_config(migrering.alembic_config()).walk_revisions()))]
    migrering.upgrade(empty)
    with empty.writing() as db:
        person = make.person(db, eining=make.eining(db))
        log.record(system(db, config, clock), "person", person.id, "person:laga")
        db.commit()
    for step in reversed(steps[:-1]):
        migrering.downgrade(empty, step)
        assert migrering.current(empty) == step
    migrering.upgrade(empty)
    with empty.writing() as db:
        log.record(system(db, config, clock), "person", 1, "person:endra")
        db.commit()
        assert log.verify(db, config.secret_key).broken_at is None
        assert log.verify(db, config.secret_key).lines == 2
    migrering.downgrade(empty, "base")
    assert shape(empty) == {}
    migrering.upgrade(empty)
    assert migrering.current(empty) == migrering.head()


@pytest.mark.both
def test_a_step_that_fails_leaves_nothing_behind(empty: Databases) -> None:
    migrering.upgrade(empty, "0001")
    with empty.engine.begin() as connection:
        connection.execute(text("DROP TABLE logghovud"))
    before = shape(empty)
    with pytest.raises(SQLAlchemyError):
        migrering.upgrade(empty)
    assert migrering.current(empty) == "0001"
    assert shape(empty) == before


@pytest.mark.both
@pytest.mark.parametrize("what", ["UPDATE loggline SET hending = 'x'", "DELETE FROM loggline", "DELETE FROM leselogg"])
def test_the_database_itself_refuses_to_change_the_log(databases: Databases, work_for: WorkFor, what: str) -> None:
    with databases.writing() as db:
        work = work_for(db, None)
        log.record(work, "person", 1, "person:laga")
        db.add(Leselogg(tid=work.now, subjekt_type="avvik", subjekt_id="1", kva="tekst"))
        db.commit()
    with databases.writing() as db:
        with pytest.raises(DBAPIError, match="append-only"):
            db.execute(text(what))
        db.rollback()
        assert db.query(Loggline).count() == 1


def system(db: Session, config: Config, clock: Clock) -> Work:
    """A Work without settings and handlers, as there are no tables to ask at every step."""
    return Work(db, None, clock(), Grants(), "nn", config)
