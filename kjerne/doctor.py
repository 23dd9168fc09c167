"""What an operator wants to know before something is wrong: database settings, disk, mail, scheduler, key, log."""

import shutil
import smtplib
import stat
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from kjerne import log, mail, migrering
from kjerne.config import Config
from kjerne.db import Databases
from kjerne.jobs import last_finished
from kjerne.models import Epost

MIB = 1024 * 1024
DISK_FAIL_MIB = 200
DISK_WARN_MIB = 2048
OUTBOX_LATE = timedelta(minutes=5)
LETTER_LATE = timedelta(hours=1)
HEAD_LATE = timedelta(hours=26)
SQLITE_WANTED = {"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "30000"}
POSTGRES_WANTED = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "server_encoding": "UTF8"}


class Level(StrEnum):
    """How grave a finding is. Only `FAIL` gives the command the exit code 1."""

    OK = "ok"
    WARN = "warn"
    FAIL = "FAIL"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at, and a sentence about it."""

    level: Level
    what: str
    said: str


def examine(config: Config, databases: Databases, now: datetime) -> list[Finding]:
    """Look at everything. A database that is away is a finding too, and ends the questions that need it."""
    found = [_disk(config), _key(config), _mail(config)]
    try:
        version = _version(databases)
        found.append(version)
        with databases.reading() as db:
            found += _settings(db, is_sqlite=databases.is_sqlite)
            if version.level is Level.OK:
                found += [
                    *_log_rights(db, is_sqlite=databases.is_sqlite),
                    _scheduler(db, now),
                    _outbox(db, config, now),
                    _head(config, now),
                ]
    except SQLAlchemyError as error:
        found.append(Finding(Level.FAIL, "database", f"does not answer ({type(error).__name__})"))
    return found


def _disk(config: Config) -> Finding:
    folder = next(path for path in (config.data_dir, *config.data_dir.parents) if path.exists())
    free = shutil.disk_usage(folder).free // MIB
    level = Level.FAIL if free < DISK_FAIL_MIB else Level.WARN if free < DISK_WARN_MIB else Level.OK
    return Finding(level, "disk", f"{free} MiB free at {config.data_dir}")


def _key(config: Config) -> Finding:
    path = config.data_dir / "secret.key"
    if not path.exists():
        return Finding(Level.OK, "key", "comes from the environment")
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        return Finding(Level.FAIL, "key", f"{path} can be read by others ({mode:o}): chmod 600 {path}")
    return Finding(Level.OK, "key", f"{path}, readable by its owner only; keep a copy apart from the database's backup")


def _mail(config: Config) -> Finding:
    if not config.smtp_url:
        return Finding(Level.WARN, "mail", "INTERNKONTROLL_SMTP_URL is not set: letters wait in the outbox")
    try:
        mail.connect(config.smtp_url).close()
    except (smtplib.SMTPException, OSError) as error:
        return Finding(Level.FAIL, "mail", f"the server does not answer as it should ({type(error).__name__})")
    return Finding(Level.OK, "mail", "the server answers")


def _version(databases: Databases) -> Finding:
    current, wanted = migrering.current(databases), migrering.head()
    if current != wanted:
        return Finding(Level.FAIL, "migrations", f"at {current or 'none'}, not {wanted}: run internkontroll migrate")
    return Finding(Level.OK, "migrations", f"at {current}")


def _settings(db: Session, *, is_sqlite: bool) -> list[Finding]:
    wanted = SQLITE_WANTED if is_sqlite else POSTGRES_WANTED
    command = "PRAGMA" if is_sqlite else "SHOW"
    found = []
    for name, value in wanted.items():
        is_now = str(db.scalar(text(f"{command} {name}")))
        level = Level.OK if is_now == value else Level.FAIL
        found.append(Finding(level, name, is_now if level is Level.OK else f"{is_now}, should be {value}"))
    return found


def _log_rights(db: Session, *, is_sqlite: bool) -> list[Finding]:
    """On PostgreSQL the program's role should not own the log: triggers stop mistakes, not their owner."""
    if is_sqlite:
        return []
    owner = db.scalar(text("SELECT pg_get_userbyid(relowner) = current_user FROM pg_class WHERE relname = 'loggline'"))
    if owner:
        return [Finding(Level.WARN, "log table", "owned by the program's own role; docs/drift.md shows a safer way")]
    return [Finding(Level.OK, "log table", "owned by another role than the program's")]


def _scheduler(db: Session, now: datetime) -> Finding:
    last = last_finished(db, "utboks")
    if last is None or now - last > OUTBOX_LATE:
        said = f"last ran {last:%Y-%m-%d %H:%M} UTC" if last else "has never run"
        return Finding(Level.FAIL, "scheduler", f"{said}: is internkontroll worker running?")
    return Finding(Level.OK, "scheduler", f"last ran {last:%Y-%m-%d %H:%M} UTC")


def _outbox(db: Session, config: Config, now: datetime) -> Finding:
    late = db.scalar(select(func.count()).where(Epost.sendt.is_(None), Epost.laga < now - LETTER_LATE)) or 0
    if late and config.smtp_url:
        return Finding(Level.WARN, "outbox", f"{late} letters have waited for more than an hour")
    return Finding(Level.OK, "outbox", f"{late} letters older than an hour wait")


def _head(config: Config, now: datetime) -> Finding:
    try:
        heads = log.read_heads(config.data_dir)
    except ValueError as error:
        return Finding(Level.FAIL, "log head", str(error))
    if not heads or now - datetime.fromisoformat(heads[-1].tid) > HEAD_LATE:
        return Finding(Level.WARN, "log head", "not written outside in the last day (the scheduler does it at 04:10)")
    return Finding(Level.OK, "log head", f"written outside {heads[-1].tid}; copy {log.heads_path(config.data_dir)} away daily")
