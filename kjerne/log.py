"""The append-only log: a chain of HMACs with a key outside the database. Field names and digests, never text.

One row (`logghovud`) is the head of the chain; it is locked while a line is added, so that lines stand in one order.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from kjerne.models import Logghovud, Loggline
from kjerne.work import Work

ANONYM = "anonym"
SYSTEM = "system"


def chain_key(secret_key: str) -> bytes:
    """The log's own key, derived from the installation's secret."""
    return hmac.new(secret_key.encode(), b"internkontroll/logg/1", hashlib.sha256).digest()


def digest(text: str) -> str:
    """A short digest of a text, so that a log line can prove a text without holding it."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def line_mac(key: bytes, previous: str, line: Loggline) -> str:
    """The mac of a line: over the previous mac and everything the line says."""
    said = [
        previous,
        line.id,
        line.tid.isoformat(timespec="seconds"),
        line.aktor,
        line.subjekt_type,
        line.subjekt_id,
        line.hending,
        line.endring,
    ]
    return hmac.new(key, json.dumps(said, sort_keys=True, separators=(",", ":")).encode(), hashlib.sha256).hexdigest()


def record(
    work: Work,
    subject_type: str,
    subject_id: object,
    what: str,
    *,
    actor: str | None = None,
    at: datetime | None = None,
    **change: str | int | bool | None,
) -> None:
    """Add a line in this transaction. `change` holds codes, numbers and digests; the caller never passes text."""
    head = work.db.scalars(select(Logghovud).where(Logghovud.id == 1).with_for_update()).one()
    head.siste_id += 1
    line = Loggline(
        id=head.siste_id,
        tid=(at or work.now).replace(microsecond=0),
        aktor=actor or (str(work.person.id) if work.person else SYSTEM),
        subjekt_type=subject_type,
        subjekt_id=str(subject_id),
        hending=what,
        endring={key: value for key, value in change.items() if value is not None},
    )
    line.mac = line_mac(chain_key(work.config.secret_key), head.mac, line)
    head.mac = line.mac
    work.db.add(line)
    work.db.flush()


@dataclass(frozen=True)
class Verdict:
    """The answer of a check: how many lines stood, the head's mac, and the first broken line's number when one is broken."""

    lines: int
    head: str
    broken_at: int | None


def verify(db: Session, secret_key: str) -> Verdict:
    """Walk the chain from its first line to its head."""
    key = chain_key(secret_key)
    previous, count = "", 0
    for line in _lines(db):
        count += 1
        if line.id != count or not hmac.compare_digest(line.mac, line_mac(key, previous, line)):
            return Verdict(count, previous, line.id)
        previous = line.mac
    head = db.get(Logghovud, 1)
    if head is None or head.siste_id != count or head.mac != previous:
        return Verdict(count, previous, count + 1)
    return Verdict(count, previous, None)


def _lines(db: Session) -> Iterator[Loggline]:
    yield from db.scalars(select(Loggline).order_by(Loggline.id).execution_options(yield_per=2000))
