"""Time is handed in: aware UTC inside, dates in Oslo for people, working days that know Norwegian holidays."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

OSLO = ZoneInfo("Europe/Oslo")
SATURDAY = 5


def utcnow() -> datetime:
    """Now, as aware UTC. Only the edges (web, jobs, command line) call this; all else gets `work.now`."""
    return datetime.now(UTC)


def oslo_date(moment: datetime) -> date:
    """The calendar date in Oslo at that moment."""
    return moment.astimezone(OSLO).date()


def from_oslo(local: datetime) -> datetime:
    """A wall-clock time in Oslo as aware UTC; the first of the two when the clock goes back.

    `ValueError` for a time that no clock showed: the hour that is skipped when the clock goes forward.
    """
    moment = local.replace(tzinfo=OSLO).astimezone(UTC)
    if moment.astimezone(OSLO).replace(tzinfo=None) != local.replace(tzinfo=None, fold=0):
        raise ValueError(f"{local} did not happen in Oslo: the clock went forward")
    return moment


def to_the_hour(moment: datetime) -> datetime:
    """The moment without its minutes: all that is kept of when somebody wrote who is to stay unknown."""
    return moment.replace(minute=0, second=0, microsecond=0)


def end_of_day(day: date) -> datetime:
    """The last second of a date in Oslo, as aware UTC: a deadline in days holds the whole day."""
    return from_oslo(datetime.combine(day, time(23, 59, 59)))


@lru_cache(maxsize=32)
def _holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("NO", years=year))


def is_working_day(day: date) -> bool:
    """Monday to Friday and no Norwegian public holiday."""
    return day.weekday() < SATURDAY and day not in _holidays(day.year)


@lru_cache(maxsize=4096)
def next_working_day(day: date) -> date:
    """The day itself when it is a working day, else the first after it (domene 3.7: moved to the next working day)."""
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def add_working_days(day: date, count: int) -> date:
    """The date `count` working days after `day`; the day itself is not counted."""
    while count > 0:
        day += timedelta(days=1)
        if is_working_day(day):
            count -= 1
    return day


def add_months(day: date, months: int) -> date:
    """The same day so many months later (or earlier); the month's last day when it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
