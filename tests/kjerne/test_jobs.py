"""The scheduler: one leads, a day's job runs once and is caught up, a failure stops nothing else, none between 02 and 03."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import select

import app as application
from kjerne.clock import OSLO
from kjerne.config import Config
from kjerne.db import Databases
from kjerne.jobs import Job, Leadership, Runner, last_finished, schedule
from kjerne.models import Innstilling, Jobbkoyring
from kjerne.work import Work
from tests.conftest import Clock


@dataclass
class Counter:
    """A job that writes a row each time, and fails when told to."""

    ran: int = 0
    fails: type[Exception] | None = None
    seen: list[Work] = field(default_factory=list)

    def __call__(self, work: Work) -> None:
        self.ran += 1
        self.seen.append(work)
        work.db.add(Innstilling(nokkel=f"koyring-{self.ran}", verdi=work.sprak))
        if self.fails:
            raise self.fails("noko gjekk gale")


@pytest.fixture
def runner(databases: Databases, config: Config, clock: Clock) -> Runner:
    return Runner(databases, config, clock, {})


def rows(databases: Databases) -> list[Jobbkoyring]:
    with databases.reading() as db:
        return list(db.scalars(select(Jobbkoyring).order_by(Jobbkoyring.id)))


@pytest.mark.both
def test_a_daily_job_runs_once_a_day_also_with_two_leaders(databases: Databases, runner: Runner, clock: Clock) -> None:
    counter = Counter()
    job = Job("dagleg", run=counter, hour=5)
    runner.run_safely(job)
    runner.run_safely(job)
    assert counter.ran == 1
    clock.forward(days=1)
    runner.run_safely(job)
    assert counter.ran == 2
    assert [row.nokkel for row in rows(databases)] == ["2026-11-22", "2026-11-23"]
    with databases.reading() as db:
        assert last_finished(db, "dagleg") == clock()
        assert db.get(Innstilling, "koyring-1") is not None


def test_a_job_by_minutes_runs_each_time_and_keeps_one_row(databases: Databases, runner: Runner, clock: Clock) -> None:
    counter = Counter()
    for _ in range(3):
        runner.run_safely(Job("ofte", run=counter, every_minutes=1))
        clock.forward(minutes=1)
    assert counter.ran == 3
    assert [(row.nokkel, row.ferdig) for row in rows(databases)] == [("sist", clock() - timedelta(minutes=1))]


@pytest.mark.both
@pytest.mark.parametrize("fault", [ValueError, OSError, KeyError, TypeError])
def test_a_failed_job_writes_nothing_is_noted_and_tried_again(databases: Databases, runner: Runner, fault: type[Exception]) -> None:
    counter = Counter(fails=fault)
    job = Job("dagleg", run=counter, hour=5)
    runner.run_safely(job)
    with databases.reading() as db:
        assert db.get(Innstilling, "koyring-1") is None
        assert last_finished(db, "dagleg") is None
    assert [row.feil for row in rows(databases)] == [fault.__name__]
    counter.fails = None
    runner.run_safely(job)
    assert counter.ran == 2
    assert [row.feil for row in rows(databases)] == [None]


def test_what_was_missed_today_is_caught_up_and_what_is_later_waits(runner: Runner, clock: Clock) -> None:
    early, late = Counter(), Counter()
    jobs = [Job("tidleg", run=early, hour=5), Job("sein", run=late, hour=23), Job("ofte", run=late, every_minutes=1)]
    runner.catch_up(jobs)
    runner.catch_up(jobs)
    assert (early.ran, late.ran) == (1, 0)
    clock.set_oslo(2026, 11, 23, 4, 59)
    runner.catch_up(jobs)
    assert early.ran == 1
    clock.set_oslo(2026, 11, 23, 5, 0)
    runner.catch_up(jobs)
    assert early.ran == 2


def test_a_job_gets_a_work_of_nobody_in_the_municipalitys_language(databases: Databases, runner: Runner, clock: Clock) -> None:
    with databases.writing() as db:
        db.add(Innstilling(nokkel="sprak", verdi="nb"))
        db.commit()
    counter = Counter()
    runner.run(Job("ein", run=counter, every_minutes=1))
    work = counter.seen[0]
    assert (work.person, work.sprak, work.now) == (None, "nb", clock())


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Job("natt", run=Counter(), hour=2), "between 02 and 03"),
        (lambda: Job("både", run=Counter(), hour=4, every_minutes=1), "either"),
        (lambda: Job("inga tid", run=Counter()), "either"),
    ],
)
def test_a_job_nobody_can_place_is_refused(make: Callable[[], Job], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        make()


def test_every_job_of_the_program_has_a_name_of_its_own_and_stays_clear_of_the_jumping_hour(runner: Runner) -> None:
    names = [job.name for job in application.JOBS]
    assert len(names) == len(set(names))
    scheduler = BackgroundScheduler(timezone=OSLO)
    schedule(scheduler, runner, application.JOBS)
    for job in scheduler.get_jobs():
        moment = datetime(2026, 10, 24, 12, tzinfo=OSLO)
        for _ in range(3):
            moment = job.trigger.get_next_fire_time(None, moment)
            if job.id not in {j.name for j in application.JOBS if j.every_minutes} | {"catch_up"}:
                assert moment.astimezone(OSLO).hour != 2
            moment += timedelta(minutes=1)


def within(seconds: float, is_so: Callable[[], bool]) -> bool:
    """Ask until it is so, at most this long."""
    last = time.monotonic() + seconds
    while not (found := is_so()) and time.monotonic() < last:
        time.sleep(0.02)
    return found


@pytest.mark.both
def test_one_leads_and_the_next_takes_over(databases: Databases, config: Config) -> None:
    other = Databases(config.database_url)
    first, second = Leadership(databases, config), Leadership(other, config)
    assert first.try_lead()
    assert first.try_lead(), "asked again it still leads"
    assert not second.try_lead()
    first.release()
    assert within(10, second.try_lead), "a server lets go a moment after the connection is gone"
    assert not first.try_lead()
    first.release()
    second.release()
    other.dispose()
