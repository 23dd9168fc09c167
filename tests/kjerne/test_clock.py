"""Time: aware UTC inside, Oslo for people, Norwegian working days, and the nights the clock jumps."""

from datetime import UTC, date, datetime, timedelta

import pytest

from kjerne import clock


def test_72_hours_from_saturday_before_the_clock_goes_back_is_tuesday_at_eleven() -> None:
    known = datetime(2026, 10, 24, 12, tzinfo=clock.OSLO).astimezone(UTC)
    late = (known + timedelta(hours=72)).astimezone(clock.OSLO)
    assert (late.date(), late.hour) == (date(2026, 10, 27), 11)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 11, 22, 22, 59, tzinfo=UTC), date(2026, 11, 22)),
        (datetime(2026, 11, 22, 23, 0, tzinfo=UTC), date(2026, 11, 23)),
        (datetime(2026, 7, 1, 21, 59, tzinfo=UTC), date(2026, 7, 1)),
        (datetime(2026, 7, 1, 22, 0, tzinfo=UTC), date(2026, 7, 2)),
    ],
)
def test_the_date_is_oslos(moment: datetime, day: date) -> None:
    assert clock.oslo_date(moment) == day


def test_the_hour_that_is_skipped_in_spring_never_was() -> None:
    with pytest.raises(ValueError, match="clock went forward"):
        clock.from_oslo(datetime(2026, 3, 29, 2, 30))  # noqa: DTZ001 - a wall-clock time has no zone
    assert clock.from_oslo(datetime(2026, 10, 25, 2, 30)).hour == 0  # noqa: DTZ001 - the first of the two


def test_a_deadline_in_days_holds_the_whole_day() -> None:
    assert clock.end_of_day(date(2026, 12, 1)) == datetime(2026, 12, 1, 22, 59, 59, tzinfo=UTC)
    assert clock.end_of_day(date(2026, 6, 1)) == datetime(2026, 6, 1, 21, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (date(2026, 11, 22), 3, date(2026, 11, 25)),  # a Sunday: Monday, Tuesday, Wednesday
        (date(2026, 11, 20), 1, date(2026, 11, 23)),  # over a weekend
        (date(2026, 4, 1), 1, date(2026, 4, 7)),  # Wednesday before Easter: Thursday, Friday and Monday are holidays
        (date(2026, 5, 13), 1, date(2026, 5, 15)),  # Ascension
        (date(2026, 12, 23), 2, date(2026, 12, 28)),  # Christmas Eve is a working day, the 25th and 26th are not
        (date(2026, 11, 22), 0, date(2026, 11, 22)),
    ],
)
def test_working_days_know_norwegian_holidays(start: date, count: int, end: date) -> None:
    assert clock.add_working_days(start, count) == end


def test_a_deadline_on_a_holiday_moves_to_the_next_working_day() -> None:
    assert clock.next_working_day(date(2027, 5, 17)) == date(2027, 5, 18)
    assert clock.next_working_day(date(2026, 11, 23)) == date(2026, 11, 23)


def test_now_is_aware() -> None:
    assert clock.utcnow().utcoffset() == timedelta(0)
