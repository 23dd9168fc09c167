"""Reference data kept in the process between requests, for as long as nobody changes them.

A stamp in `innstilling` is raised in the transaction that changes any of the watched tables. Every request reads it with the
settings, so each process sees a change at its next request. Who has changed something herself reads the tables.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from threading import Lock
from typing import Any, Final, TypeVar, cast

from sqlalchemy import event, text
from sqlalchemy.orm import ORMExecuteState, Session

from kjerne.written import driver_rows

__all__ = ["ANSWERS", "READS_ONLY", "STAMP", "STAMPS", "WHERE", "kept", "latest", "raise_stamp", "stamp_of", "watch", "where_of"]

#: The stamp's key in `innstilling`, that of `known.py`, both; and how a session says that it cannot change anything.
STAMP, ANSWERS, READS_ONLY = "katalogstempel", "svarstempel", "reads_only"
STAMPS = (STAMP, ANSWERS)
_CHANGED = "katalog_endra"
#: In a session's `info`: which database it asks.
WHERE = "kept_where"
#: So many databases are remembered: one in an installation, a few in a test run.
_DATABASES = 4
#: The same for everybody, so it is asked of the driver itself.
_ASK: Final = f"SELECT verdi FROM innstilling WHERE nokkel = '{STAMP}'"  # noqa: S608 - fixed text
T = TypeVar("T")

_held: OrderedDict[str, dict[str, tuple[str, Any]]] = OrderedDict()
_lock = Lock()
_watched: set[type] = set()
_RAISE = text(
    "INSERT INTO innstilling (nokkel, verdi) VALUES (:stamp, '1') "
    "ON CONFLICT (nokkel) DO UPDATE SET verdi = CAST(CAST(innstilling.verdi AS INTEGER) + 1 AS TEXT)"
)


def watch(tables: Iterable[type]) -> None:
    """Raise the stamp whenever a row of one of these mapped classes is written."""
    _watched.update(tables)


def where_of(db: Session) -> str:
    """Which database a session asks. Said by whoever opened it: an engine's URL writes itself out each time it is compared."""
    found: str | None = db.info.get(WHERE)
    if found is None:
        found = db.info[WHERE] = str(db.get_bind().engine.url)
    return found


def kept(db: Session, name: str, load: Callable[[Session], T]) -> T:
    """What `load` reads, kept until the stamp is raised. The rows belong to no session: they are read, never changed."""
    stamp = stamp_of(db)
    if stamp is None:
        return load(db)
    where = where_of(db)
    with _lock:
        of_database = _held.setdefault(where, {})
        _held.move_to_end(where)
        while len(_held) > _DATABASES:
            _held.popitem(last=False)
        found = of_database.get(name)
    if found is not None and found[0] == stamp:
        return cast("T", found[1])
    if not db.info.get(READS_ONLY):
        return load(db)
    with Session(db.get_bind().engine, autoflush=False, info={WHERE: where}) as own:  # read after the stamp: never older than it
        value = load(own)
        own.expunge_all()
    of_database[name] = stamp, value
    return value


def latest(db: Session, name: str) -> Any:
    """What is kept under a name, however old it is, without asking anything; None when nothing is."""
    found = _held.get(where_of(db), {}).get(name)
    return found[1] if found else None


def stamp_of(db: Session) -> str | None:
    """The stamp as this session has seen it first; None when reference data were changed in this very transaction."""
    if db.info.get(_CHANGED):
        return None
    if STAMP not in db.info:
        found = driver_rows(db.connection(), _ASK, ())
        db.info[STAMP] = found[0][0] if found else "0"
    return str(db.info[STAMP])


def raise_stamp(session: Session, stamp: str) -> None:
    """Raise one of the two stamps in this transaction."""
    session.connection().execute(_RAISE, {"stamp": stamp})


def _raise(session: Session) -> None:
    if not session.info.get(_CHANGED):
        session.info[_CHANGED] = True
        raise_stamp(session, STAMP)


@event.listens_for(Session, "before_flush")
def _on_flush(session: Session, _context: object, _instances: object) -> None:
    if any(type(row) in _watched for rows in (session.new, session.dirty, session.deleted) for row in rows):
        _raise(session)


@event.listens_for(Session, "do_orm_execute")
def _on_execute(state: ORMExecuteState) -> None:
    changes, mapper = state.is_insert or state.is_update or state.is_delete, state.bind_mapper
    if changes and mapper is not None and mapper.class_ in _watched:
        _raise(state.session)


@event.listens_for(Session, "after_rollback")
def _on_rollback(session: Session) -> None:
    session.info.pop(_CHANGED, None)
