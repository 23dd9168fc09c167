"""Sessions are rows on the server: new at login, ended at logout, password change, disabling, idleness and after 12 hours."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from kjerne.config import Config
from kjerne.db import table
from kjerne.models import Okt, Person
from kjerne.written import write

SEEN_EVERY = timedelta(minutes=1)
_BEGUN: Final = insert(table(Okt))


def cookie_name(config: Config) -> str:
    """`__Host-` and Secure everywhere but on plain http at loopback, where browsers would refuse it."""
    return "internkontroll_okt" if config.is_plain_local else "__Host-internkontroll_okt"


def token_hash(token: str) -> str:
    """What is kept of the cookie's value."""
    return hashlib.sha256(token.encode()).hexdigest()


def start(db: Session, person: Person, now: datetime, *, shared: bool) -> str:
    """A new session; returns the value for the cookie."""
    token = secrets.token_urlsafe(32)
    made = {"hash": token_hash(token), "person_id": person.id, "laga": now, "sist_sett": now, "delt_nettbrett": shared}
    db.flush()
    write(db.connection(), _BEGUN, made)
    return token


def end(db: Session, okt: Okt, now: datetime) -> None:
    """End one session."""
    okt.avslutta = now
    db.flush()


def end_all(db: Session, person_id: int, now: datetime, *, but: int | None = None) -> None:
    """End every session of a person: log out everywhere, a new password, a disabled account."""
    db.execute(
        update(Okt)
        .where(Okt.person_id == person_id, Okt.avslutta.is_(None), Okt.id != (but or 0))
        .values(avslutta=now)
        .execution_options(synchronize_session=False)
    )


def touch(db: Session, okt_id: int, now: datetime) -> None:
    """Note that the session was used."""
    db.execute(update(Okt).where(Okt.id == okt_id).values(sist_sett=now).execution_options(synchronize_session=False))
