"""The rules of logging in: how long to wait after failures, what a password must be. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from kjerne.passwords import MAX_LENGTH, MIN_LENGTH

FREE_TRIES = 5
FIRST_WAIT_SECONDS = 5
MAX_WAIT_SECONDS = 15 * 60
FORGET_ACCOUNT_AFTER = timedelta(hours=1)

ORIGIN_LIMIT = 100
ORIGIN_SECONDS_PER_TRY = 10

INVITATION_LIFE = timedelta(days=7)
MIN_DIFFERENT_CHARACTERS = 5


@dataclass(frozen=True)
class Count:
    """Failures counted so far, and when the last one was."""

    failures: int
    last: datetime


def account_wait(count: Count | None, now: datetime) -> int:
    """Seconds until the account may be tried again: 5, 10, 20 … after the fifth failure, at most 15 minutes."""
    if count is None or now - count.last > FORGET_ACCOUNT_AFTER or count.failures < FREE_TRIES:
        return 0
    doublings = min(count.failures - FREE_TRIES, 20)
    wait = min(FIRST_WAIT_SECONDS << doublings, MAX_WAIT_SECONDS)
    return max(0, wait - int((now - count.last).total_seconds()))


def account_failures(count: Count | None, now: datetime) -> int:
    """The account's count after one more failure; an hour of quiet starts it anew."""
    if count is None or now - count.last > FORGET_ACCOUNT_AFTER:
        return 1
    return count.failures + 1


def origin_level(count: Count | None, now: datetime) -> int:
    """How full the bucket of an address or device is: one failure leaks out each ten seconds."""
    if count is None:
        return 0
    leaked = int((now - count.last).total_seconds() // ORIGIN_SECONDS_PER_TRY)
    return max(0, count.failures - max(0, leaked))


def origin_wait(count: Count | None, now: datetime) -> int:
    """Seconds until an address or device may try again; a high limit, since a municipality shares one address."""
    over = origin_level(count, now) - ORIGIN_LIMIT + 1
    return max(0, over) * ORIGIN_SECONDS_PER_TRY


def password_fault(password: str, names: tuple[str, ...]) -> str | None:
    """What is wrong with a new password: `kort`, `lang`, `lik` (a name of the account) or `enkel`; None when good."""
    if len(password) < MIN_LENGTH:
        return "kort"
    if len(password) > MAX_LENGTH or not password.isprintable():
        return "lang"
    lowered = password.casefold()
    if any(name and name.casefold() in {lowered, lowered[::-1]} for name in names):
        return "lik"
    if len(set(password)) < MIN_DIFFERENT_CHARACTERS:
        return "enkel"
    return None


def is_case_number(text: str) -> bool:
    """Whether a text looks like a case's number, such as 2026-17."""
    year, dash, number = text.partition("-")
    return bool(dash) and text.isascii() and year.isdigit() and number.isdigit() and len(year) == 4 and len(number) <= 7
