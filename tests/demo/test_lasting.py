"""The demo's bulk load: it leaves the same as the program's own writing would, and the database as the migration made it."""

from typing import Any

import pytest
from sqlalchemy import Connection, func, select, text

from avvik import sok, sums
from avvik.models import Avvik, AvvikHending, AvvikOrd, AvvikSum
from demo import bolkar, fabrikk
from demo.build import build
from kjerne import log
from kjerne.config import Config
from kjerne.db import Databases
from kjerne.models import Loggline
from tests.conftest import Clock
from tests.demo.test_build import fingerprint


def schema(connection: Connection) -> list[Any]:
    """Everything that is an index or a constraint, as the database tells it."""
    if connection.dialect.name == "sqlite":
        query = text("SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_stat%' ORDER BY 1, 2")
        return list(connection.execute(query))
    indexes = connection.execute(text("SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1")).all()
    keys = connection.execute(
        text(
            "SELECT conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint "
            "WHERE connamespace = 'public'::regnamespace ORDER BY 1"
        )
    ).all()
    return [*indexes, *keys]


@pytest.mark.both
def test_the_load_leaves_what_the_programs_own_writing_would(
    databases: Databases, config: Config, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many small portions: chain, sums, words and the schema are those of a database that was filled case by case."""
    monkeypatch.setattr(bolkar, "BOLK", 40)
    monkeypatch.setattr(fabrikk, "_ALEINE", 1000)
    with databases.reading() as db:
        before = schema(db.connection())
    build(databases, config, avvik=200, seed=5, now=clock())
    with databases.reading() as db:
        assert schema(db.connection()) == before
        assert log.verify(db, config.secret_key).broken_at is None
        assert db.scalar(select(func.count()).select_from(Loggline)) == 200
        assert db.scalar(select(func.sum(AvvikSum.saker))) == db.scalar(select(func.count()).where(~Avvik.er_varsel))
        words = select(AvvikOrd.avvik_id, AvvikOrd.ord).order_by(AvvikOrd.avvik_id, AvvikOrd.ord)
        loaded = db.execute(words).all()
        assert db.scalars(select(Avvik.id).order_by(Avvik.id)).all() == list(range(1, 201))
        assert db.scalar(select(func.count()).select_from(AvvikHending)) >= 200
        numbers = db.execute(select(Avvik.aar, func.max(Avvik.lopenr), func.count()).group_by(Avvik.aar)).all()
        assert all(highest == count for _aar, highest, count in numbers)
    with databases.writing() as db:
        assert sums.verify(db) == []
        sok.rebuild(db)
        assert db.execute(words).all() == loaded
        if databases.is_sqlite:
            assert db.execute(text("PRAGMA foreign_key_check")).all() == []
            assert db.scalar(text("PRAGMA foreign_keys")) == 1
            assert db.scalar(text("PRAGMA journal_mode")) == "wal"


def test_a_load_that_breaks_off_leaves_nothing(
    databases: Databases, config: Config, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bolkar, "BOLK", 40)
    with databases.reading() as db:
        before = schema(db.connection())
    made = fabrikk._make

    def broken(oppdrag: fabrikk.Oppdrag, bolk: bolkar.Bolk) -> fabrikk.Pakke:
        if bolk.nummer == 2:
            raise RuntimeError("no more")
        return made(oppdrag, bolk)

    monkeypatch.setattr(fabrikk, "_make", broken)
    monkeypatch.setattr(fabrikk, "_ALEINE", 1000)
    with pytest.raises(RuntimeError, match="no more"):
        build(databases, config, avvik=200, seed=5, now=clock())
    with databases.reading() as db:
        assert db.scalar(select(Avvik.id).limit(1)) is None
        assert schema(db.connection()) == before
    assert not (config.data_dir / "demo.json").exists()


@pytest.mark.sweep
def test_processes_make_the_same_rows_as_one_alone(
    sqlite_template: Any, tmp_path: Any, config: Config, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bolkar, "BOLK", 60)
    prints = []
    for alone in (1000, 1):
        monkeypatch.setattr(fabrikk, "_ALEINE", alone)
        path = tmp_path / f"alone{alone}.db"
        path.write_bytes(sqlite_template.read_bytes())
        own = Databases(f"sqlite:///{path}")
        build(own, config, avvik=400, seed=9, now=clock())
        prints.append(fingerprint(own))
        own.dispose()
    assert prints[0] == prints[1]
