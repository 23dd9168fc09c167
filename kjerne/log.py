"""The append-only log: a chain of HMACs with a key outside the database. Field names and digests, never text.

One row (`logghovud`) is the head of the chain; it is locked while a line is added, so that lines stand in one order.
The head is written outside the database daily, signed: else the tail could be cut unseen.
"""

import hashlib
import hmac
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from sqlalchemy import JSON, Insert, Text, TextClause, bindparam, cast, func, insert, select, text
from sqlalchemy.orm import Session

from kjerne import asked
from kjerne.db import UtcDateTime
from kjerne.known import LOGGED
from kjerne.models import Logghovud, Loggline
from kjerne.work import Work
from kjerne.written import write

ANONYM = "anonym"
SYSTEM = "system"
PORTION = 5_000
_written = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode
_quoted = json.encoder.encode_basestring_ascii


@lru_cache(maxsize=8)
def chain_key(secret_key: str) -> bytes:
    """The log's own key, derived from the installation's secret."""
    return hmac.new(secret_key.encode(), b"internkontroll/logg/1", hashlib.sha256).digest()


def digest(text: str) -> str:
    """A short digest of a text, so that a log line can prove a text without holding it."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def line_mac(key: bytes, previous: str, line: Loggline) -> str:
    """The mac of a line: over the previous mac and everything the line says."""
    said = line.aktor, line.subjekt_type, line.subjekt_id, line.hending
    return _mac(key, previous, line.id, line.tid, said, _written(line.endring))


def _mac(key: bytes, previous: str, number: int, tid: datetime, said: Sequence[str], change: str) -> str:  # noqa: PLR0917 - a line's parts
    """Over a JSON list of what is said, written by hand: a million lines are checked in seconds. `change` is JSON already."""
    texts = ",".join(map(_quoted, said))
    whole = f"[{_quoted(previous)},{number},{_quoted(tid.isoformat(timespec='seconds'))},{texts},{change}]"
    return hmac.digest(key, whole.encode(), "sha256").hex()


@lru_cache(maxsize=4096)
def _rewritten(change: str) -> str:
    """A change as the mac has it, from the text the database keeps: few are different."""
    return _written(json.loads(change))


@dataclass(frozen=True)
class Head:
    """A signed checkpoint: the chain's head at a moment (`tid`, UTC), as it was written outside the database."""

    tid: str
    siste_id: int
    mac: str
    signatur: str


def signature(key: bytes, head: Head) -> str:
    """What signs a head."""
    said = json.dumps(["head", head.tid, head.siste_id, head.mac])
    return hmac.new(key, said.encode(), hashlib.sha256).hexdigest()


_HEAD: Final = select(Logghovud.siste_id, Logghovud.mac).where(Logghovud.id == 1)
_HEAD_LOCKED: Final = _HEAD.with_for_update()
#: A line and the head that says it is the last; on PostgreSQL in one statement.
_ADD: Final[dict[str, tuple[Insert | TextClause, ...]]] = {
    "sqlite": (insert(Loggline), text("UPDATE logghovud SET siste_id = :id, mac = :mac WHERE id = 1")),
    "postgresql": (
        text(
            "WITH moved AS (UPDATE logghovud SET siste_id = :id, mac = :mac WHERE id = 1) "
            "INSERT INTO loggline (id, tid, aktor, subjekt_type, subjekt_id, hending, endring, mac) "
            "VALUES (:id, :tid, :aktor, :subjekt_type, :subjekt_id, :hending, :endring, :mac)"
        ).bindparams(bindparam("tid", type_=UtcDateTime), bindparam("endring", type_=JSON)),
    ),
}


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
    """Add a line in this transaction. `change` holds codes, numbers and digests; the caller never passes text.

    What is pending in the session is written first. Past the mapper: most pages that write come by here.
    """
    last, before = asked.fixed(work.db, _HEAD_LOCKED)[0]  # what is pending is flushed first
    connection = work.db.connection()
    said = {
        "aktor": actor or (str(work.person.id) if work.person else SYSTEM),
        "subjekt_type": subject_type,
        "subjekt_id": str(subject_id),
        "hending": what,
    }
    tid = (at or work.now).replace(microsecond=0)
    kept = {key: value for key, value in change.items() if value is not None}
    mac = _mac(chain_key(work.config.secret_key), before, last + 1, tid, tuple(said.values()), _written(kept))
    line = {"id": last + 1, "tid": tid, **said, "endring": kept, "mac": mac}
    for statement in _ADD[connection.dialect.name]:
        write(connection, statement, line)
    work.db.info[LOGGED] = True


@dataclass(frozen=True)
class Verdict:
    """The answer of a check: how many lines stood, the head's mac, and where and why it is broken when it is.

    `why` is one of: gap, changed, head, cut (a line the outside head file knows is gone or another), outside (a line of
    that file is not signed by us).
    """

    lines: int
    head: str
    broken_at: int | None
    why: str = ""


def verify(db: Session, secret_key: str, heads: Sequence[Head] = ()) -> Verdict:
    """Walk the chain from its first line to its head, and hold it against the heads that were written outside.

    Lines older than a signed head may be gone (their retention has passed): the walk starts from that head.
    """
    key = chain_key(secret_key)
    known = {head.siste_id: head.mac for head in heads}
    forged = [head.siste_id for head in heads if not hmac.compare_digest(head.signatur, signature(key, head))]
    if forged:
        return Verdict(0, "", forged[0], "outside")
    return _walk(db, key, known)


def _walk(db: Session, key: bytes, known: dict[int, str]) -> Verdict:
    head = _head(db)  # read first: what is added meanwhile comes after it
    previous, at, count = "", 0, 0
    for line in _lines(db, head.siste_id):
        if count == 0 and line.id > 1 and line.id - 1 in known:
            previous, at = known[line.id - 1], line.id - 1
        count, at = count + 1, at + 1
        fault = _fault(key, previous, line, at, known)
        if fault:
            return Verdict(count, previous, at, fault)
        previous = line.mac
    newest = db.scalar(select(func.max(Loggline.id))) or 0
    fault = "head" if head.siste_id != at or head.mac != previous or newest > _head(db).siste_id else ""
    if known and max(known) > at:
        fault = "cut"
    return Verdict(count, previous, at + 1 if fault else None, fault)


def _head(db: Session) -> Logghovud:
    return db.get(Logghovud, 1, populate_existing=True) or Logghovud(id=1, siste_id=0, mac="")


def _fault(key: bytes, previous: str, line: Sequence[Any], at: int, known: dict[int, str]) -> str:
    number, tid, actor, kind, subject, what, mac, change = line
    if number != at:
        return "gap"
    if mac != _mac(key, previous, number, tid, (actor, kind, subject, what), _rewritten(change)):
        return "changed"
    return "cut" if known and known.get(number, mac) != mac else ""


def _lines(db: Session, last: int) -> Iterator[Any]:
    """All lines up to `last` as rows, in portions, so that memory does not grow with the log."""
    at = 0
    said = Loggline.aktor, Loggline.subjekt_type, Loggline.subjekt_id, Loggline.hending
    change = cast(Loggline.endring, Text)
    inside = Loggline.id > bindparam("after"), Loggline.id <= bindparam("last")
    lines = select(Loggline.id, Loggline.tid, *said, Loggline.mac, change).where(*inside).order_by(Loggline.id).limit(PORTION)
    while True:
        portion = db.connection().execute(lines, {"after": at, "last": last}).fetchall()
        yield from portion
        if len(portion) < PORTION:
            return
        at = portion[-1].id


def heads_path(data_dir: Path) -> Path:
    """The file of heads. Copy it to another machine daily: without that, whoever owns both can cut the tail unseen."""
    return data_dir / "logg" / "hovud.jsonl"


def write_head(work: Work) -> Head:
    """Append the chain's head, signed, to the file outside the database. Safe on the disk when it returns."""
    row = work.db.execute(_HEAD).one()
    moment = work.now.astimezone(UTC).isoformat(timespec="seconds")
    head = Head(moment, row.siste_id, row.mac, "")
    head = replace(head, signatur=signature(chain_key(work.config.secret_key), head))
    path = heads_path(work.config.data_dir)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="ascii") as handle:
        handle.write(json.dumps(asdict(head)) + "\n")
        handle.flush()
        os.fsync(handle.fileno())
    return head


def read_heads(data_dir: Path) -> list[Head]:
    """The heads written so far; none when the file is not there. Raises ValueError for a line that is none."""
    path = heads_path(data_dir)
    if not path.exists():
        return []
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            found.append(Head(**json.loads(line)))
        except (TypeError, json.JSONDecodeError):
            raise ValueError(f"line {number} of {path.name} is no head of the log") from None
    return found
