"""Make a backup while people work: one moment of the database, then the attachments it names, then a signed manifest.

The secret key is never in it. Attachments come after the database: their bytes are on the disk before their row commits, and
are never changed, so what the snapshot names can be read.
"""

import hashlib
import hmac
import io
import json
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, func, select

from kjerne import dump, files, log
from kjerne.bundle import FORMAT, Writer
from kjerne.config import Config
from kjerne.db import Databases
from kjerne.errors import Refused
from kjerne.models import Fil, Logghovud, Loggline

HEADS = "logg/hovud.jsonl"
Say = Callable[[str], None]


@dataclass(frozen=True)
class Outcome:
    """What was backed up: rows, attachments, and the SHA-256 of attachments the disk no longer has whole."""

    rows: int
    files: int
    missing: tuple[str, ...]


@dataclass(frozen=True)
class _Moment:
    """What the snapshot says besides its rows."""

    step: str | None
    kind: str
    rows: dict[str, int]
    head: log.Head
    lines: int
    named: list[str]


def table_part(name: str) -> str:
    """The name of a table's part."""
    return f"database/{name}.jsonl.gz"


def file_part(sha256: str) -> str:
    """The name of an attachment's part."""
    return files.path_of(Path(), sha256).as_posix()


def signature(secret_key: str, manifest: dict[str, Any]) -> str:
    """What signs a manifest: an HMAC with the log's key over all it says."""
    said = json.dumps({key: value for key, value in manifest.items() if key != "signatur"}, sort_keys=True)
    return hmac.new(log.chain_key(secret_key), b"backup\n" + said.encode(), hashlib.sha256).hexdigest()


def make(databases: Databases, config: Config, target: Path, now: datetime, say: Say) -> Outcome:
    """Write a backup to `target`, readable by its owner only; the name appears when the file is whole and on the disk.

    Raises `Refused` when the file is there already, OSError when the disk is full.
    """
    if target.exists():
        raise Refused(f"{target} is there already. Choose another name: a backup never replaces another.")
    if not target.parent.is_dir():
        raise Refused(f"There is no folder {target.parent}.")
    with tempfile.TemporaryDirectory(prefix=".ik-backup-", dir=target.parent) as name:
        spare = Path(name)
        with dump.snapshot(databases) as connection:  # closed before the packing: it holds up the database's own tidying
            moment = _take(connection, config, spare, now, say)
        whole = spare / "backup.tar"
        with os.fdopen(os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
            outcome = _pack(config, Writer(handle), moment, spare, say)
            handle.flush()
            os.fsync(handle.fileno())
        whole.rename(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        with suppress(OSError):  # a network share may not know how to
            os.fsync(folder)
    finally:
        os.close(folder)
    return outcome


def _pack(config: Config, writer: Writer, moment: _Moment, spare: Path, say: Say) -> Outcome:
    for table in dump.tables():
        path = spare / f"{table.name}.gz"
        with path.open("rb") as source:
            writer.add(table_part(table.name), source, path.stat().st_size)
        path.unlink()
    missing = _add_files(config.data_dir, moment.named, writer, say)
    # A head written after the snapshot knows lines the snapshot has not: it would look like a cut.
    known = [head for head in _heads(config.data_dir) if head.siste_id < moment.head.siste_id] + [moment.head]
    raw = "".join(json.dumps(asdict(head)) + "\n" for head in known).encode("ascii")
    writer.add(HEADS, io.BytesIO(raw), len(raw))
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "laga": moment.head.tid,
        "steg": moment.step,
        "database": moment.kind,
        "rader": moment.rows,
        "logg": {"linjer": moment.lines, "hovud": asdict(moment.head)},
        "manglar": missing,
        "delar": dict(writer.parts),
    }
    manifest["signatur"] = signature(config.secret_key, manifest)
    writer.finish(manifest)
    return Outcome(sum(moment.rows.values()), len(moment.named) - len(missing), tuple(missing))


def _take(connection: Connection, config: Config, folder: Path, now: datetime, say: Say) -> _Moment:
    """Every table to a file, and what the manifest says of the same moment."""
    rows = {}
    for table in dump.tables():
        rows[table.name] = dump.write(connection, table, folder / f"{table.name}.gz")
        if rows[table.name]:
            say(f"{table.name}: {rows[table.name]} rows")
    siste_id, mac = connection.execute(select(Logghovud.siste_id, Logghovud.mac)).one()
    head = log.Head(now.astimezone(UTC).isoformat(timespec="seconds"), siste_id, mac, "")
    head = replace(head, signatur=log.signature(log.chain_key(config.secret_key), head))
    lines = connection.scalar(select(func.count()).select_from(Loggline)) or 0
    named = list(connection.scalars(select(Fil.sha256).distinct().order_by(Fil.sha256)))
    step = MigrationContext.configure(connection).get_current_revision()
    return _Moment(step, connection.dialect.name, rows, head, lines, named)


def _add_files(data_dir: Path, named: list[str], writer: Writer, say: Say) -> list[str]:
    """Add each attachment whose bytes still are what its name says; answers those that are not."""
    missing = []
    for number, sha256 in enumerate(named, start=1):
        path = files.path_of(data_dir, sha256)
        data = path.read_bytes() if path.is_file() else b""
        if hashlib.sha256(data).hexdigest() == sha256:
            writer.add(file_part(sha256), io.BytesIO(data), len(data))
        else:
            missing.append(sha256)
        if number % 1000 == 0 or number == len(named):
            say(f"attachments: {number} of {len(named)}")
    return missing


def _heads(data_dir: Path) -> list[log.Head]:
    try:
        return log.read_heads(data_dir)
    except ValueError as error:
        raise Refused(f"The log's heads cannot be read: {error}. No backup was made.") from None
