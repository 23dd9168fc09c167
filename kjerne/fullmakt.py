"""Who asks and what she may: the session behind a cookie, its person and her grants, in one question."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final, TypeAlias, TypeVar

from sqlalchemy import ColumnElement, and_, bindparam, or_, select
from sqlalchemy.orm import Session, make_transient_to_detached

from kjerne import asked
from kjerne.access import Rolle
from kjerne.clock import oslo_date
from kjerne.config import Config
from kjerne.db import Base, row_of
from kjerne.einingar import tree
from kjerne.kept import ANSWERS, READS_ONLY, STAMP, stamp_of, where_of
from kjerne.known import set_version
from kjerne.models import Innstilling, Logghovud, Okt, Person, Tilgang, TilgangsgruppeMedlem
from kjerne.sessions import SEEN_EVERY, token_hash
from kjerne.work import Grants

__all__ = ["load_grants", "who"]

R = TypeVar("R", bound=Base)
Rows: TypeAlias = Sequence[Sequence[Any]]


def _in_force() -> ColumnElement[bool]:
    until = Tilgang.gjeld_til
    return and_(Tilgang.gjeld_fra <= bindparam("day"), or_(until.is_(None), until >= bindparam("day")))


_OKT: Final = tuple(Okt.__table__.c)
_PERSON: Final = tuple(Person.__table__.c)
_MAY: Final = (Tilgang.rolle, Tilgang.eining_id, TilgangsgruppeMedlem.gruppe_id)
_GRANTS: Final = (
    select(*_MAY)
    .select_from(Person)
    .outerjoin(Tilgang, and_(Tilgang.person_id == Person.id, _in_force()))
    .outerjoin(TilgangsgruppeMedlem, TilgangsgruppeMedlem.person_id == Person.id)
)
#: What has been changed so far: the reference data, the log, and what is not in the log.
_STAMPS: Final = (
    select(Innstilling.verdi).where(Innstilling.nokkel == STAMP).scalar_subquery(),
    select(Logghovud.mac).where(Logghovud.id == 1).scalar_subquery(),
    select(Innstilling.verdi).where(Innstilling.nokkel == ANSWERS).scalar_subquery(),
)
_WHO: Final = (
    _GRANTS.with_only_columns(*_MAY, *_STAMPS, *_OKT, *_PERSON)
    .join(Okt, Okt.person_id == Person.id)
    .where(Okt.hash == bindparam("token_hash"))
)
#: Where the stamps stand among a row's columns.
_FROM, _TO = len(_MAY), len(_MAY) + len(_STAMPS)
#: So many sessions' rows are remembered in a process, as they were made.
_MOST: Final = 1000
_held: Final[dict[Hashable, tuple[Okt, Person, Grants]]] = {}
_HERS: Final = _GRANTS.where(Person.id == bindparam("person"))


def who(db: Session, config: Config, token: str, now: datetime) -> tuple[Okt, Person, Grants] | None:
    """The living session behind a cookie, its person, and what she may today. One query.

    None when the session is ended, idle or too old, or the person has left. Where the database session only reads, the two
    rows belong to none: they are read, never changed.
    """
    day = oslo_date(now)
    rows, read = asked.unread(db, _WHO, token_hash=token_hash(token), day=day)
    if not rows:
        return None
    stamp, mac, answers = rows[0][_FROM:_TO]
    db.info.setdefault(STAMP, stamp or "0")
    set_version(db, mac, answers)
    okt, person, grants = _said(db, rows, read)
    idle = timedelta(minutes=config.idle_minutes)
    if okt.delt_nettbrett:
        idle = timedelta(seconds=config.shared_idle_seconds) + SEEN_EVERY
    too_old = now - okt.laga > timedelta(hours=config.absolute_hours)
    if okt.avslutta is not None or now - okt.sist_sett > idle or too_old or not person.is_employed(day):
        return None
    return okt, person, grants


def _said(db: Session, rows: Rows, read: Callable[[Rows], list[Any]]) -> tuple[Okt, Person, Grants]:
    """What the rows say: the same rows under the same reference data say the same as last time.

    Whoever may change something gets the two rows in her own session.
    """
    key = where_of(db), stamp_of(db), tuple((*row[:_FROM], *row[_TO:]) for row in rows)
    hers = _held.get(key)
    if hers is None:
        found = read(rows)
        rest = found[0][_TO:]
        hers = _row(Okt, rest[: len(_OKT)]), _row(Person, rest[len(_OKT) :]), _spread(db, found)
        if len(_held) >= _MOST:
            _held.clear()
        _held[key] = hers
    if db.info.get(READS_ONLY):
        return hers
    okt, person, grants = hers
    return db.merge(okt, load=False), db.merge(person, load=False), grants


def load_grants(db: Session, person_id: int, today: date) -> Grants:
    """A person's roles in force today, each spread over its unit's subtree, and the groups she is named in. One query."""
    return _spread(db, asked.fixed(db, _HERS, person=person_id, day=today))


def _spread(db: Session, rows: Iterable[Any]) -> Grants:
    units = tree(db)
    roles: dict[Rolle, frozenset[int]] = {}
    groups: set[int] = set()
    for row in rows:
        code, top, group = row[:3]
        if group is not None:
            groups.add(group)
        if code is None:
            continue
        rolle = Rolle(code)
        if rolle is Rolle.LEIAR and units.einingar[top].niva == "sektor":
            rolle = Rolle.SEKTORLEIAR
        roles[rolle] = roles.get(rolle, frozenset()) | units.under[top]
    return Grants(roles, frozenset(groups))


def _row(kind: type[R], values: Iterable[Any]) -> R:
    """A row as the mapper would have made it, that belongs to no session."""
    row = row_of(kind, values)
    make_transient_to_detached(row)
    return row
