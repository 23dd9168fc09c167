"""Runs the packages' job tables in the scheduler process: one `Work` per job, which commits here.

The scheduler leads by a lock (PostgreSQL: an advisory lock on a connection of its own; SQLite: a lock file), and every
job is right even with two leaders: what is sent is claimed by a key, not by "it fired".
"""

import fcntl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO

import structlog
from apscheduler.schedulers.base import BaseScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from kjerne.clock import OSLO
from kjerne.config import Config
from kjerne.db import Databases
from kjerne.i18n import language
from kjerne.innstilling import settings
from kjerne.work import Grants, Handler, Work

logger = structlog.get_logger()
LEADER_LOCK = 7_243_311
HELD = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = :k AND pid = pg_backend_pid() AND granted"
FORBIDDEN_HOUR = 2


@dataclass(frozen=True)
class Job:
    """Something the clock starts. `every_minutes`, or a time of day in Oslo (`hour`, `minute`) — never between 02 and 03.

    `run` gets a Work of the system and commits through it when it returns. `direct` jobs (the outbox) get the databases instead.
    """

    name: str
    run: Callable[[Work], object] | None = None
    direct: Callable[[Databases, Config, datetime], object] | None = None
    every_minutes: int | None = None
    hour: int | None = None
    minute: int = 0

    def __post_init__(self) -> None:
        if self.hour == FORBIDDEN_HOUR:
            raise ValueError(f"{self.name}: nothing is scheduled between 02 and 03, the clock jumps there twice a year")


def system_work(db: object, config: Config, now: datetime, handlers: dict[type, tuple[Handler, ...]]) -> Work:
    """A Work nobody is behind, in the municipality's language."""
    sprak = settings(db)["sprak"]  # type: ignore[arg-type]  # a Session
    return Work(db, None, now, Grants(), sprak, config, handlers)  # type: ignore[arg-type]  # a Session


@dataclass(frozen=True)
class Runner:
    """Runs jobs; used by the scheduler process, the command line and tests alike."""

    databases: Databases
    config: Config
    clock: Callable[[], datetime]
    handlers: dict[type, tuple[Handler, ...]]

    def run(self, job: Job) -> None:
        """Run one job now. A job that fails is logged by its name and error's kind; the next ones go on."""
        now = self.clock()
        if job.direct is not None:
            job.direct(self.databases, self.config, now)
            return
        if job.run is None:
            raise ValueError(f"{job.name} has nothing to run")
        with self.databases.writing() as db:
            work = system_work(db, self.config, now, self.handlers)
            with language(work.sprak):
                job.run(work)
            db.commit()

    def run_safely(self, job: Job) -> None:
        """Run one job; a refused transaction or a database that is away is logged, and the clock goes on."""
        try:
            self.run(job)
        except (SQLAlchemyError, OSError, ValueError, LookupError, TypeError) as error:
            logger.error("job_failed", job=job.name, error=type(error).__name__)


def schedule(scheduler: BaseScheduler, runner: Runner, jobs: Sequence[Job]) -> None:
    """Put a job table on a scheduler's clock."""
    for job in jobs:
        trigger = (
            IntervalTrigger(minutes=job.every_minutes)
            if job.every_minutes
            else CronTrigger(hour=job.hour, minute=job.minute, timezone=OSLO)
        )
        scheduler.add_job(
            runner.run_safely, trigger, args=[job], id=job.name, max_instances=1, coalesce=True, misfire_grace_time=3600
        )


class Leadership:
    """The lock that only one scheduler process holds. `try_lead` answers at once, and again: does it still hold?"""

    def __init__(self, databases: Databases, config: Config) -> None:
        self._databases = databases
        self._config = config
        self._connection: Connection | None = None
        self._file: IO[str] | None = None

    def try_lead(self) -> bool:
        """Whether this process leads now. A database that is away means no."""
        return self._try_file() if self._databases.is_sqlite else self._try_advisory()

    def release(self) -> None:
        """Let another lead."""
        if self._file is not None:
            self._file.close()
            self._file = None
        if self._connection is not None:
            self._connection.invalidate()  # the lock goes with the connection
            self._connection.close()
            self._connection = None

    def _try_file(self) -> bool:
        if self._file is None:
            self._config.data_dir.mkdir(parents=True, exist_ok=True)
            self._file = (self._config.data_dir / "worker.lock").open("w")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _try_advisory(self) -> bool:
        try:
            if self._connection is None:
                self._connection = self._databases.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            elif self._connection.execute(text(HELD), {"k": LEADER_LOCK}).scalar():
                return True
            return bool(self._connection.execute(text("SELECT pg_try_advisory_lock(:k)"), {"k": LEADER_LOCK}).scalar())
        except DBAPIError:
            self.release()
            return False
