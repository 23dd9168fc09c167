"""The secret address of a person's measures as a calendar: made, shown once, taken back."""

import hashlib
import secrets

from sqlalchemy import delete

from kjerne import log
from kjerne.work import Work
from tiltak.models import Kalenderlenkje


def digest(token: str) -> str:
    """What is kept of an address: it cannot be turned back."""
    return hashlib.sha256(token.encode()).hexdigest()


def make_link(work: Work, *, einingar: bool) -> str:
    """Make a new address and end the one before. Returns its secret part, which is nowhere kept."""
    work.db.execute(delete(Kalenderlenkje).where(Kalenderlenkje.person_id == work.me.id))
    token = secrets.token_urlsafe(32)
    work.db.add(Kalenderlenkje(person_id=work.me.id, hash=digest(token), einingar=einingar, laga=work.now))
    work.db.flush()
    log.record(work, "person", work.me.id, "kalender:laga", einingar=einingar)
    return token


def end_link(work: Work) -> None:
    """Take the address back: nobody can fetch it any more."""
    work.db.execute(delete(Kalenderlenkje).where(Kalenderlenkje.person_id == work.me.id))
    work.db.flush()
    log.record(work, "person", work.me.id, "kalender:fjerna")
