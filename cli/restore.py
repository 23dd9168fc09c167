"""Restore a backup into an empty place. Everything is checked before anything is written, and again before it is committed.

The database is filled in one transaction; attachments are unpacked beside their place and moved in just before the commit.
So a restore that stops leaves an empty database, never one that looks whole.
"""

import hmac
import re
import shutil
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Table, func, inspect, select, update
from sqlalchemy.orm import Session

from kjerne import backup, dump, files, katalog, log, migrering
from kjerne.bundle import Damaged, Reader, opened, sum_of
from kjerne.config import Config
from kjerne.db import Databases
from kjerne.errors import Refused
from kjerne.known import as_it_was
from kjerne.models import Fil, Innstilling, Logghovud, Okt, Tilgangsgruppe

FILLED_BY_MIGRATE = {*katalog.TABLES, *(model.__tablename__ for model in (Tilgangsgruppe, Innstilling, Logghovud))}
SHA256 = re.compile(r"[0-9a-f]{64}")
NOTHING = "Nothing was restored."
Check = Callable[[Session], list[str]]


@dataclass(frozen=True)
class Outcome:
    """What was restored: when the backup was made (ISO, UTC), rows, attachments, those it lacked, and log lines."""

    made: str
    rows: int
    files: int
    missing: tuple[str, ...]
    lines: int


@dataclass(frozen=True)
class _Task:
    config: Config
    manifest: dict[str, Any]
    reader: Reader
    stage: Path
    checks: Sequence[Check]
    say: backup.Say
    key_lost: bool


def restore(
    databases: Databases,
    config: Config,
    source: Path,
    now: datetime,
    say: backup.Say,
    *,
    checks: Sequence[Check] = (),
    key_lost: bool = False,
) -> Outcome:
    """Check `source`, restore it, verify it, and only then commit. All sessions end: one closed since must not live again.

    `checks` are the packages' own: each answers what is wrong in the restored rows. With `key_lost` the signature and the
    log's chain are not checked (they cannot be). Raises `Damaged` for a file that is not as written, `Refused` when the place
    is not empty, the key or the program's version is another, or the restored data do not hold.
    """
    if not source.is_file():
        raise Refused(f"There is no file {source}.")
    require_empty(databases, config.data_dir)
    with opened(source) as reader:
        say("checking every byte of the backup …")
        manifest = reader.manifest()
        _require_ours(manifest, config, key_lost=key_lost)
        with _staged(config.data_dir) as stage:
            task = _Task(config, manifest, reader, stage, checks, say, key_lost)
            _unpack(task)
            with _migrated(databases, manifest["steg"]):
                return _put_in(databases, task, now)


def require_empty(databases: Databases, data_dir: Path) -> None:
    """Refuse a place in which somebody has worked. What `migrate` puts in, and the key, may be there."""
    ours = {"filer", "logg"}
    found = sorted(path.name for path in data_dir.iterdir() if path.name in ours) if data_dir.is_dir() else []
    if found:
        raise Refused(f"{data_dir} is not empty: it holds {', '.join(found)}. Restore into an empty place. {NOTHING}")
    with databases.reading() as db:
        standing = set(inspect(db.connection()).get_table_names())
        for table in dump.tables():
            if table.name in FILLED_BY_MIGRATE or table.name not in standing:
                continue
            if db.execute(select(*table.primary_key).limit(1)).first() is not None:
                raise Refused(f"The database is not empty: {table.name} has rows. Restore into an empty one. {NOTHING}")


def _require_ours(manifest: dict[str, Any], config: Config, *, key_lost: bool) -> None:
    if not key_lost and not hmac.compare_digest(manifest["signatur"], backup.signature(config.secret_key, manifest)):
        raise Refused(
            "The backup was not made with this installation's key. Put the old secret.key into the data directory (or set "
            f"INTERNKONTROLL_SECRET_KEY) and try again. {NOTHING}"
        )
    if manifest["steg"] != migrering.head():
        raise Refused(
            f"The backup is at step {manifest['steg']}, this program at {migrering.head()}. Restore it with the version that made "
            f"it, then run internkontroll migrate with this one. {NOTHING}"
        )


@contextmanager
def _staged(data_dir: Path) -> Iterator[Path]:
    """A folder beside the place; what still lies in it when the block ends is removed."""
    stage = data_dir / f".restore-{uuid.uuid4().hex}"
    stage.mkdir(parents=True, mode=0o700)
    try:
        yield stage
    finally:
        shutil.rmtree(stage)


@contextmanager
def _migrated(databases: Databases, step: str) -> Iterator[None]:
    """Make the tables; when the restore fails, a database that had none has none again."""
    blank = migrering.current(databases) is None
    migrering.upgrade(databases, step)
    done = False
    try:
        yield
        done = True
    finally:
        if blank and not done:
            migrering.downgrade(databases, "base")


def _unpack(task: _Task) -> None:
    """Attachments and heads into the staging folder, safe on the disk, each read back and held against its name."""
    (task.stage / "filer").mkdir()
    names = [name for name in task.manifest["delar"] if name.startswith("filer/")]
    for number, name in enumerate(names, start=1):
        sha256 = name.rpartition("/")[2]
        if not SHA256.fullmatch(sha256) or name != backup.file_part(sha256):
            raise Damaged(f"The backup names a part that is none of ours: {name[:80]!r}. {NOTHING}")
        with task.reader.open(name) as part:
            files.write_whole(task.stage / name, part.read())
        with (task.stage / name).open("rb") as handle:
            if sum_of(handle) != sha256:
                raise Damaged(f"The attachment {name} was not written as it should. {NOTHING}")
        if number % 1000 == 0 or number == len(names):
            task.say(f"attachments: {number} of {len(names)}")
    with task.reader.open(backup.HEADS) as part:
        files.write_whole(log.heads_path(task.stage), part.read())


def _put_in(databases: Databases, task: _Task, now: datetime) -> Outcome:
    moved: list[Path] = []
    done = False
    try:
        with databases.writing() as db:
            as_it_was(db)
            dump.clear_filled(db)
            counts = {table.name: _load(db, task, table) for table in dump.tables()}
            dump.align_numbering(db)
            task.say("verifying rows, attachments, sums and the log …")
            lines = _verify(db, task, counts)
            db.execute(update(Okt).where(Okt.avslutta.is_(None)).values(avslutta=now))
            moved.extend((task.stage / name).rename(task.config.data_dir / name) for name in ("filer", "logg"))
            db.commit()
        done = True
    finally:
        for path in moved if not done else ():
            shutil.rmtree(path)
    attachments = sum(name.startswith("filer/") for name in task.manifest["delar"])
    return Outcome(task.manifest["laga"], sum(counts.values()), attachments, tuple(task.manifest["manglar"]), lines)


def _load(db: Session, task: _Task, table: Table) -> int:
    with task.reader.open(backup.table_part(table.name)) as part:
        count = dump.read(db, table, part)
    if count:
        task.say(f"{table.name}: {count} rows")
    return count


def _verify(db: Session, task: _Task, counts: dict[str, int]) -> int:
    """Hold what stands in the database against the manifest; answers the number of log lines. Raises `Refused`."""
    standing = {table.name: db.scalar(select(func.count()).select_from(table)) for table in dump.tables()}
    wrong = [
        f"{name} has {n} rows, not {task.manifest['rader'].get(name)}"
        for name, n in standing.items()
        if not n == counts[name] == task.manifest["rader"].get(name)
    ]
    have = {name.rpartition("/")[2] for name in task.manifest["delar"] if name.startswith("filer/")} | set(task.manifest["manglar"])
    wrong += [f"the attachment {sha} is missing" for sha in db.scalars(select(Fil.sha256).distinct()) if sha not in have]
    lines = standing["loggline"] or 0
    if not task.key_lost:
        verdict = log.verify(db, task.config.secret_key, log.read_heads(task.stage))
        said = task.manifest["logg"]
        if verdict.broken_at is not None:
            wrong.append(f"the log breaks at line {verdict.broken_at} ({verdict.why})")
        elif (verdict.lines, verdict.head) != (said["linjer"], said["hovud"]["mac"]):
            wrong.append("the log is not the one the manifest tells of")
    for check in task.checks:
        wrong += check(db)
    if wrong:
        raise Refused(f"The restored data do not hold: {'; '.join(wrong[:5])}. {NOTHING}")
    return lines
