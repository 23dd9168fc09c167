"""The demo is built once for each worker and kind of database; each test that asks for `demo` gets a copy of its own."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from demo.build import build
from kjerne.config import Config
from kjerne.db import Databases
from tests.settings import SECRET, SUNDAY_NIGHT

CASES = 300


def _build(url: str, data_dir: Path) -> None:
    config = Config(database_url=url, data_dir=data_dir, secret_key=SECRET, argon_time=1, argon_memory_kib=8)
    databases = Databases(url)
    build(databases, config, avvik=CASES, seed=1, now=SUNDAY_NIGHT)
    databases.dispose()


@pytest.fixture(scope="session")
def demo_sqlite(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demo's SQLite file and its demo.json."""
    folder = tmp_path_factory.mktemp("demo")
    shutil.copyfile(sqlite_template, folder / "mal.db")
    _build(f"sqlite:///{folder / 'mal.db'}", folder)
    return folder


@pytest.fixture(scope="session")
def demo_postgres(
    postgres_template: str, make_postgres_database: Callable[..., str], tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Path]:
    """The demo in a PostgreSQL database nobody is connected to, and the folder of its demo.json."""
    url, folder = make_postgres_database(template=postgres_template), tmp_path_factory.mktemp("demo")
    _build(url, folder)
    return url, folder


@pytest.fixture
def demo_folder(db_kind: str, request: pytest.FixtureRequest) -> Path:
    """Where the demo of this test's kind of database was built."""
    folder: Path = request.getfixturevalue("demo_postgres")[1] if db_kind == "postgres" else request.getfixturevalue("demo_sqlite")
    return folder


@pytest.fixture
def demo(databases: Databases, config: Config, demo_folder: Path) -> dict[str, Any]:
    """300 cases; what `demo.json` says."""
    shutil.copyfile(demo_folder / "demo.json", config.data_dir / "demo.json")
    told: dict[str, Any] = json.loads((demo_folder / "demo.json").read_text(encoding="utf-8"))
    return told
