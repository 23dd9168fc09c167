"""Slows guessing down: failures are counted in the database per account and per origin; all processes count together.

The origin is the device when it carries our signed cookie from an earlier login, else the address. So a municipality
behind one address is not locked out by a stranger there, and nobody is locked out of her own tablet by tries elsewhere.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import Integer, String, bindparam, delete, text, update
from sqlalchemy.orm import Session

from kjerne import asked
from kjerne.config import Config
from kjerne.db import UtcDateTime, table
from kjerne.models import Innloggingsforsok
from konto import rules
from konto.rules import Count

MAX_ACCOUNTS_ON_DEVICE = 60
KEEP = timedelta(days=1)
MAX_COOKIE = 2000

#: Both counters, made where they lack, and locked until the transaction ends: two tries at once count as two.
_LOCKED: Final[Any] = (
    text(
        "INSERT INTO innloggingsforsok (nokkel, tal, sist) VALUES (:konto, 0, :sist), (:opphav, 0, :sist) "
        "ON CONFLICT (nokkel) DO UPDATE SET tal = innloggingsforsok.tal RETURNING nokkel, tal, sist"
    )
    .bindparams(bindparam("sist", type_=UtcDateTime))
    .columns(nokkel=String, tal=Integer, sist=UtcDateTime)
)
_COUNTED = (
    update(table(Innloggingsforsok))
    .where(Innloggingsforsok.nokkel == bindparam("hos"))
    .values(tal=bindparam("ny"), sist=bindparam("no"))
)
_FORGOTTEN = delete(table(Innloggingsforsok)).where(Innloggingsforsok.nokkel == bindparam("hos"))


@dataclass(frozen=True)
class Device:
    """A device somebody has logged in on before: its random name, and marks of the accounts it knows."""

    name: str
    accounts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Origin:
    """Where a try comes from."""

    address: str
    device: Device | None = field(default=None)


def _hash(config: Config, kind: str, value: str) -> str:
    return hmac.new(config.secret_key.encode(), f"{kind}:{value}".encode(), hashlib.sha256).hexdigest()[:32]


def device_cookie_name(config: Config) -> str:
    """`__Host-` everywhere but on plain http at loopback."""
    return "internkontroll_kjend" if config.is_plain_local else "__Host-internkontroll_kjend"


def _serializer(config: Config) -> URLSafeSerializer:
    return URLSafeSerializer(config.secret_key, salt="internkontroll/kjend/1")


def read_device(config: Config, cookie: str | None) -> Device | None:
    """The device behind a cookie; None when it is missing, forged or not understood."""
    if not cookie or len(cookie) > MAX_COOKIE:
        return None
    try:
        name, accounts = _serializer(config).loads(cookie)
    except (BadSignature, ValueError, TypeError):
        return None
    return Device(str(name), tuple(str(mark) for mark in accounts))


def remember(config: Config, device: Device | None, person_id: int) -> str:
    """The cookie for a device where this person has just logged in."""
    mark = _mark(config, person_id)
    known = device or Device(secrets.token_hex(8))
    accounts = [mark, *(other for other in known.accounts if other != mark)][:MAX_ACCOUNTS_ON_DEVICE]
    value: str | bytes = _serializer(config).dumps([known.name, accounts])
    return value if isinstance(value, str) else value.decode()


def _mark(config: Config, person_id: int) -> str:
    return _hash(config, "konto-merke", str(person_id))[:10]


def account_key(config: Config, person_id: int | None, typed: str, origin: Origin) -> str:
    """The counter of an account: by person when there is one, else by what was typed (kept as a hash only).

    A device that knows the account has a counter of its own for it.
    """
    who = f"person {person_id}" if person_id is not None else f"ukjend {typed}"
    device = origin.device
    if device is not None and person_id is not None and _mark(config, person_id) in device.accounts:
        who += f" på {device.name}"
    return "konto:" + _hash(config, "konto", who)


def origin_key(config: Config, origin: Origin) -> str:
    """The counter of the device when known, else of the address (kept as a hash only)."""
    if origin.device is not None:
        return "eining:" + _hash(config, "eining", origin.device.name)
    return "adresse:" + _hash(config, "adresse", origin.address)


def _counts(db: Session, account: str, origin: str, now: datetime) -> tuple[Count, Count]:
    found = {row.nokkel: Count(row.tal, row.sist) for row in asked.fixed(db, _LOCKED, konto=account, opphav=origin, sist=now)}
    return found[account], found[origin]


@dataclass(frozen=True)
class Standing:
    """How long to wait before the next try, 0 when it may be made now; and whether the account has failures to forget."""

    seconds: int
    counted: bool


def standing(db: Session, account: str, origin: str, now: datetime) -> Standing:
    """How a try stands. Locks both counters until the transaction ends."""
    first, second = _counts(db, account, origin, now)
    return Standing(max(rules.account_wait(first, now), rules.origin_wait(second, now)), first.failures > 0)


def note_failure(db: Session, account: str, origin: str, now: datetime) -> int:
    """Count a failure on both; returns the account's count."""
    first, second = _counts(db, account, origin, now)
    failures, level = rules.account_failures(first, now), rules.origin_level(second, now) + 1
    db.execute(_COUNTED, [{"hos": account, "ny": failures, "no": now}, {"hos": origin, "ny": level, "no": now}])
    return failures


def forget(db: Session, account: str, before: Standing) -> None:
    """A success: the account's count starts anew. The origin's does not, else one's own account would open others."""
    if before.counted:
        db.execute(_FORGOTTEN, {"hos": account})


def sweep(db: Session, now: datetime) -> None:
    """Counters nobody has touched for a day are gone."""
    db.execute(delete(Innloggingsforsok).where(Innloggingsforsok.sist < now - KEEP))
