"""What can be read about accounts: who a user name is, what one's own roles and sessions are."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from kjerne import asked
from kjerne.access import ROLLENAMN, Rolle
from kjerne.config import Config
from kjerne.db import row_of
from kjerne.models import Eining, Okt, Person, PersonEining, Tilgang
from kjerne.work import Work

MAX_NAME = 200


_COLUMNS: Final = tuple(Person.__table__.c)
_NAMED: Final = (
    select(*_COLUMNS)
    .where(or_(Person.ansattnr == bindparam("namn"), Person.epost == bindparam("epost")))
    .order_by(Person.id)
    .limit(1)
)


def by_user_name(db: Session, typed: str) -> Person | None:
    """The person with that employee number or e-mail, read only: the row belongs to no session.

    None also for a name no database could hold.
    """
    name = typed.strip()
    if not name or len(name) > MAX_NAME or not name.isprintable():
        return None
    found = asked.fixed(db, _NAMED, namn=name, epost=name.lower())
    return row_of(Person, found[0]) if found else None


def token_hash(token: str) -> str:
    """What is kept of an invitation's token."""
    return hashlib.sha256(token.encode()).hexdigest()


def by_invitation(db: Session, token: str, now: datetime) -> Person | None:
    """The person an unused invitation belongs to; None when used, unknown, too old or the account is disabled."""
    person = db.scalars(select(Person).where(Person.invitasjon_hash == token_hash(token))).one_or_none()
    if person is None or person.deaktivert or person.invitasjon_utgar is None or person.invitasjon_utgar < now:
        return None
    return person


@dataclass(frozen=True)
class OwnRole:
    """One of my roles: what it is called, where, and until when."""

    rolle: str
    eining: str
    gjeld_fra: date
    gjeld_til: date | None


def own_roles(work: Work) -> list[OwnRole]:
    """My roles in force today or later."""
    rows = work.db.execute(
        select(Tilgang.rolle, Eining.namn, Tilgang.gjeld_fra, Tilgang.gjeld_til)
        .join(Eining, Tilgang.eining_id == Eining.id)
        .where(Tilgang.person_id == work.me.id, (Tilgang.gjeld_til.is_(None)) | (Tilgang.gjeld_til >= work.today))
        .order_by(Eining.sti, Tilgang.rolle)
    )
    return [OwnRole(str(ROLLENAMN[Rolle(rolle)]), namn, fra, til) for rolle, namn, fra, til in rows]


def own_units(work: Work) -> list[tuple[str, bool]]:
    """My units by name, and which one is my main unit."""
    rows = work.db.execute(
        select(Eining.namn, PersonEining.hovud)
        .join(PersonEining, PersonEining.eining_id == Eining.id)
        .where(PersonEining.person_id == work.me.id)
        .order_by(PersonEining.hovud.desc(), Eining.namn)
    )
    return [(namn, hovud) for namn, hovud in rows]


def own_sessions(work: Work, config: Config) -> list[Okt]:
    """My sessions that still live, the newest first."""
    since = work.now - timedelta(hours=config.absolute_hours)
    seen = work.now - timedelta(minutes=config.idle_minutes)
    return list(
        work.db.scalars(
            select(Okt)
            .where(Okt.person_id == work.me.id, Okt.avslutta.is_(None), Okt.laga > since, Okt.sist_sett > seen)
            .order_by(Okt.laga.desc(), Okt.id.desc())
        )
    )
