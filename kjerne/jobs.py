"""Runs the packages' job tables in the scheduler process: one `Work` per job, which commits here.

The scheduler leads by a lock (PostgreSQL: an advisory lock on a connection of its own; SQLite: a lock file), and every
job is right even with two leaders: what is sent is claimed by a key, not by "it fired".
"""

import fcntl
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO

import structlog
from apscheduler.schedulers.base import BaseScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy import Connection, Select, func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from kjerne.clock import OSLO, oslo_date
from kjerne.config import Config
from kjerne.db import Databases
from kjerne.i18n import language
from kjerne.innstilling import settings
from kjerne.models import Jobbkoyring
from kjerne.work import Grants, Handler, Work

logger = structlog.get_logger()
LEADER_LOCK = 7_243_311
HELD = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = :k AND pid = pg_backend_pid() AND granted"
FORBIDDEN_HOUR = 2
LATEST = "sist"
STUCK = timedelta(minutes=30)


@dataclass(frozen=True)
class Job:
    """Something the clock starts: `every_minutes`, or daily at a time in Oslo (`hour`, `minute`), never between 02 and 03.

    `run` gets a Work of the system and commits through it when it returns. `direct` jobs (the outbox) get the databases instead.
    """

    name: str
    run: Callable[[Work], object] | None = None
    direct: Callable[[Databases, Config, datetime], object] | None = None
    every_minutes: int | None = None
    hour: int | None = None
    minute: int = 0

    def __post_init__(self) -> None:
        if (self.every_minutes is None) == (self.hour is None):
            raise ValueError(f"{self.name}: say either every_minutes or hour")
        if self.hour == FORBIDDEN_HOUR:
            raise ValueError(f"{self.name}: nothing is scheduled between 02 and 03, the clock jumps there twice a year")


def system_work(db: Session, config: Config, now: datetime, handlers: Mapping[type, tuple[Handler, ...]]) -> Work:
    """A Work nobody is behind, in the municipality's language."""
    return Work(db, None, now, Grants(), settings(db)["sprak"], config, handlers)


@contextmanager
def portion(databases: Databases) -> Iterator[Session]:
    """One short transaction of a `direct` job that does its work in many: commits when the block ends, not when it raises."""
    with databases.writing() as db:
        yield db
        db.commit()


@dataclass(frozen=True)
class Runner:
    """Runs jobs; used by the scheduler process, the command line and tests alike."""

    databases: Databases
    config: Config
    clock: Callable[[], datetime]
    handlers: Mapping[type, tuple[Handler, ...]]

    def run(self, job: Job) -> None:
        """Run one job now, whatever has run before."""
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
        """Run one job if its turn is not taken, and note how it went.

        A refused transaction or a database that is away is logged by the error's kind, and the clock goes on.
        """
        try:
            if self._claim(job):
                self._attempt(job)
        except SQLAlchemyError as error:
            logger.error("job_failed", job=job.name, error=type(error).__name__)  # noqa: TRY400 - a traceback may hold what people wrote

    def catch_up(self, jobs: Sequence[Job]) -> None:
        """Run today's jobs whose time has passed and that nobody has done: the machine was off, or the run failed."""
        local = self.clock().astimezone(OSLO)
        for job in jobs:
            if job.hour is not None and (job.hour, job.minute) <= (local.hour, local.minute):
                self.run_safely(job)

    def _attempt(self, job: Job) -> None:
        error: str | None = None
        try:
            self.run(job)
        except (SQLAlchemyError, OSError, ValueError, LookupError, TypeError) as fault:
            error = type(fault).__name__
            logger.error("job_failed", job=job.name, error=error)  # noqa: TRY400 - a traceback may hold what people wrote
        with self.databases.writing() as db:
            row = db.scalars(_turn(job, self.clock())).one()
            row.ferdig, row.feil = (self.clock() if error is None else None), error
            db.commit()

    def _claim(self, job: Job) -> bool:
        """Take this turn: a day's job once a day, also with two leaders; a job by minutes always."""
        now = self.clock()
        with self.databases.writing() as db:
            row = db.scalars(_turn(job, now).with_for_update()).one_or_none()
            if row is None:
                db.add(Jobbkoyring(jobb=job.name, nokkel=_turn_key(job, now), starta=now))
            elif job.every_minutes or (row.ferdig is None and (row.feil or now - row.starta > STUCK)):
                row.starta, row.ferdig, row.feil = now, None, None
            else:
                return False
            try:
                db.commit()
            except IntegrityError:
                return False
            return True


def _turn_key(job: Job, now: datetime) -> str:
    return LATEST if job.every_minutes else oslo_date(now).isoformat()


def _turn(job: Job, now: datetime) -> Select[Jobbkoyring]:
    return select(Jobbkoyring).where(Jobbkoyring.jobb == job.name, Jobbkoyring.nokkel == _turn_key(job, now))


def last_finished(db: Session, job: str) -> datetime | None:
    """When a job last ended well."""
    return db.scalar(select(func.max(Jobbkoyring.ferdig)).where(Jobbkoyring.jobb == job))


def schedule(scheduler: BaseScheduler, runner: Runner, jobs: Sequence[Job]) -> None:
    """Put a job table on a scheduler's clock, and a look at what was missed: at once, then each quarter of an hour."""
    for job in jobs:
        trigger = (
            IntervalTrigger(minutes=job.every_minutes)
            if job.every_minutes
            else CronTrigger(hour=job.hour, minute=job.minute, timezone=OSLO)
        )
        scheduler.add_job(
            runner.run_safely, trigger, args=[job], id=job.name, max_instances=1, coalesce=True, misfire_grace_time=3600
        )
    scheduler.add_job(runner.catch_up, IntervalTrigger(minutes=15), args=[jobs], id="catch_up", next_run_time=runner.clock())


class Leadership:
    """The lock that only one scheduler process holds. `try_lead` answers at once; asked again, whether it still holds."""

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
