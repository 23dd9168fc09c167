"""Answers that are known until something is changed: what nobody has written since cannot have become another.

Whatever changes what people see adds a line to the log in the same transaction (`log.py`), and with it the chain's newest mac.
A transaction that changes something without a line raises a stamp of its own here. Each request reads both with the session
(`fullmakt.who`), in the same question as the rights: so every process sees a change at its next request, and nobody is answered
with what another may see. Kept are ids, codes, days, names and counts, never what people wrote: no case text stays in memory.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, Concatenate, Final, ParamSpec, TypeVar, cast

from sqlalchemy import TextClause, event
from sqlalchemy.orm import ORMExecuteState, Session

from kjerne.i18n import current
from kjerne.kept import ANSWERS, READS_ONLY, raise_stamp, stamp_of, where_of
from kjerne.work import Work

__all__ = ["LOGGED", "Scope", "as_it_was", "changed", "known", "scope_of", "set_version"]

#: In a writing session's `info`: this transaction has added a line to the log; and it has changed what answers may be about.
LOGGED: Final = "logged"
_TOUCHED: Final = "touched"
#: In a reading session's `info`: how far the house had come when this request began.
_VERSION: Final = "answers' version"
#: Tables that no answer is about: who is at work, what was read, letters on their way, drafts, the machinery's own notes.
_UNHEARD: Final = frozenset(
    {
        "avvik_kladd",
        "avvik_nokkel",
        "epost",
        "innloggingsforsok",
        "jobbkoyring",
        "leselogg",
        "logghovud",
        "loggline",
        "okt",
        "prosedyre_opning",
    }
)
#: So many answers are kept in a process; those not asked for longest go first.
_MOST: Final = 2000
#: Tests say True: what is known is worked out anew each time too, and must be the same.
CHECK: bool = False

P = ParamSpec("P")
T = TypeVar("T")
_held: OrderedDict[Hashable, tuple[str, Any]] = OrderedDict()
_lock = Lock()


class Scope:
    """Whose answers these are: compared as the tuple is, but its hash is worked out once for all questions of a page."""

    __slots__ = ("_hash", "_said")

    def __init__(self, said: tuple[Hashable, ...]) -> None:
        self._said = said
        self._hash = hash(said)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scope) and self._said == other._said


def scope_of(work: Work) -> Scope:
    """The person, what she may, the day and the database."""
    found: Scope | None = work.memo.get("scope")
    if found is None:
        person = work.person.id if work.person else 0
        found = work.memo["scope"] = Scope((where_of(work.db), person, work.grants.key, work.today))
    return found


def set_version(db: Session, mac: str | None, stamp: str | None) -> None:
    """Say how far the house has come, as the request's first question saw it. A log without lines says nothing."""
    if mac and db.info.get(READS_ONLY):
        db.info.setdefault(_VERSION, f"{mac}:{stamp}")


def known(work: Work, load: Callable[Concatenate[Work, P], T], *parts: P.args, **named: P.kwargs) -> T:
    """What `load(work, *parts)` gives, worked out again only when something was changed since.

    `load` may depend on the person, what she may, the day, the language, the reference data, `parts` and the database, and on
    nothing else of the request. What it gives is never changed afterwards, and holds nothing that people wrote in a case.
    """
    version, stamp = work.db.info.get(_VERSION), stamp_of(work.db)
    if version is None or stamp is None:
        return load(work, *parts, **named)
    key = (load, scope_of(work), stamp, current(), parts, *named.items())
    with _lock:
        found = _held.get(key)
        if found is not None:
            _held.move_to_end(key)
    if found is not None and found[0] == version:
        if CHECK and load(work, *parts, **named) != found[1]:
            raise AssertionError(f"{load.__module__}.{load.__qualname__} has changed, and neither the log nor the stamp says so")
        return cast("T", found[1])
    value = load(work, *parts, **named)
    with _lock:
        _held[key] = version, value
        while len(_held) > _MOST:
            _held.popitem(last=False)
    return value


def as_it_was(db: Session) -> None:
    """Say that this transaction brings back what was, stamps and log included: there is nothing to raise."""
    db.info[LOGGED] = True


def changed(db: Session) -> None:
    """Say that this transaction changes what answers may be about in rows written past the session (`written.py`)."""
    db.info[_TOUCHED] = True


def _heard(row: object) -> bool:
    return getattr(type(row), "__tablename__", "") not in _UNHEARD


@event.listens_for(Session, "before_flush")
def _on_flush(session: Session, _context: object, _instances: object) -> None:
    if _TOUCHED not in session.info and any(_heard(row) for rows in (session.new, session.dirty, session.deleted) for row in rows):
        session.info[_TOUCHED] = True


@event.listens_for(Session, "do_orm_execute")
def _on_execute(state: ORMExecuteState) -> None:
    if state.is_select or _TOUCHED in state.session.info:
        return
    statement: Any = state.statement
    if isinstance(statement, TextClause):
        heard = not str(statement).lstrip().upper().startswith("SELECT")
    else:
        heard = getattr(getattr(statement, "table", None), "name", "") not in _UNHEARD
    if heard:
        state.session.info[_TOUCHED] = True


@event.listens_for(Session, "before_commit")
def _on_commit(session: Session) -> None:
    """What changed something and is not in the log raises the stamp, in the same transaction."""
    if session.in_nested_transaction():
        return
    session.flush()
    if session.info.pop(_TOUCHED, False) and not session.info.get(LOGGED):
        raise_stamp(session, ANSWERS)
    session.info.pop(LOGGED, None)


@event.listens_for(Session, "after_rollback")
def _on_rollback(session: Session) -> None:
    session.info.pop(_TOUCHED, None)


@event.listens_for(Session, "after_soft_rollback")
def _on_any_rollback(session: Session, _previous: object) -> None:
    session.info.pop(LOGGED, None)  # with a savepoint its line may be gone, and something else may stand
