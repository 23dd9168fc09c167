"""The one way to a database: engine factory, session scopes, `Base`, and column types that refuse what would rot.

SQLite: WAL, synchronous=FULL, `BEGIN IMMEDIATE` for writing (a deferred begin loses updates), `BEGIN` for reading.
PostgreSQL: read requests in autocommit, writes in one transaction.
"""

import math
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Engine,
    Integer,
    MetaData,
    Table,
    TypeDecorator,
    create_engine,
    event,
    literal_column,
    make_url,
    text,
)
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.orm.attributes import instance_dict, manager_of_class
from sqlalchemy.pool import ConnectionPoolEntry

from kjerne import teljing
from kjerne.kept import READS_ONLY, WHERE
from kjerne.written import driver_rows

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


#: A connection that was used so lately is taken to live; were it not, one request would be told that the database is away.
REST_SECONDS = 2.0
#: The pages that are asked for lie in memory or on a disk without arms, where one anywhere costs about what the next one does.
#: PostgreSQL's own 4 is for disks that turn: there somebody's hundreds of cases are best found among all that are open.
_PAGES_ANYWHERE = "-c random_page_cost=1.1"


class Base(DeclarativeBase):
    """All tables. Constraint names follow `NAMING`, so that migrations can name them."""

    metadata = MetaData(naming_convention=NAMING)


R = TypeVar("R", bound=Base)


def table(model: type[Base]) -> Table:
    """A model's table, for a statement that goes past the mapper."""
    return cast("Table", model.__table__)


def row_of(kind: type[R], values: Iterable[Any]) -> R:
    """A row that was read past the mapper, all columns in the table's order, as the mapper would have made it.

    It belongs to no session: it is read, never changed.
    """
    row: R = manager_of_class(kind).new_instance()
    instance_dict(row).update(zip(kind.__table__.c.keys(), values, strict=True))
    return row


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, kept as UTC. Refuses naive values instead of guessing."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware in, UTC out; naive raises ValueError."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime reached the database")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """SQLite gives naive UTC back: make it aware again."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def at_most(rows: int) -> ColumnElement[int]:
    """A LIMIT that stands in the statement itself.

    As a value it is not seen by the plan PostgreSQL makes for any values: it takes it to be a tenth of all there is, and reads
    what is many to find those few.
    """
    return literal_column(str(int(rows)), Integer)


def _sqlite_engine(url: str, *, reads_only: bool) -> Engine:
    engine = create_engine(
        url,
        connect_args={"timeout": 30, "check_same_thread": False},
        pool_size=20,
        max_overflow=20,
        pool_use_lifo=True,  # the one used last has its pages and statements at hand
        hide_parameters=True,  # an error's text goes to logs, and what people wrote must not
    )
    pragmas = ["journal_mode=WAL", "synchronous=FULL", "busy_timeout=30000", "foreign_keys=ON", "secure_delete=ON"]
    if reads_only:
        pragmas.append("query_only=ON")

    @event.listens_for(engine, "connect")
    def _on_connect(raw: Any, _record: object) -> None:
        raw.isolation_level = None
        cursor = raw.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        if reads_only:  # it waits for nobody and takes no lock yet, so the driver may be asked itself
            connection.connection.driver_connection.execute("BEGIN")  # type: ignore[union-attr]  # a connection that is open has one
        else:
            driver_rows(connection, "BEGIN IMMEDIATE", ())

    return engine


def _postgres_engine(url: str, *, reads_only: bool, each: bool = False, settled: bool = False) -> Engine:
    """`each`: every statement is a transaction of its own. `settled`: a statement is planned once a connection, for any values."""
    given = make_url(url).query.get("options", ())
    said = [*([given] if isinstance(given, str) else given), _PAGES_ANYWHERE]
    options: dict[str, Any] = {"isolation_level": "AUTOCOMMIT"} if each or reads_only else {}
    if reads_only:  # autocommit: no round trip for a rollback
        said.append("-c default_transaction_read_only=on")
    if settled:
        said.append("-c plan_cache_mode=force_generic_plan")
    options["connect_args"] = {"options": " ".join(said)}
    kept = 4 if each or (reads_only and not settled) else 8  # of the eight threads of a process few note, or ask the rare, at once
    engine = create_engine(url, pool_size=kept, max_overflow=20 - kept, pool_use_lifo=True, hide_parameters=True, **options)
    _ping_the_rested(engine)
    return engine


def _ping_the_rested(engine: Engine) -> None:
    """Ask a connection that has rested whether it lives, before it is used: SQLAlchemy's own asking each time is a round trip."""

    @event.listens_for(engine, "checkin")
    def _on_checkin(_raw: Any, record: ConnectionPoolEntry) -> None:
        record.info["rested since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _on_checkout(raw: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
        if time.monotonic() - record.info.get("rested since", math.inf) > REST_SECONDS:
            try:
                engine.dialect.do_ping(raw)
            except engine.dialect.loaded_dbapi.Error as error:
                raise DisconnectionError from error


def one_at_a_time(db: Session, turn: int) -> None:
    """Wait until no other transaction holds this turn, and hold it until this one ends.

    For what must be asked of many rows before one is written. SQLite's writers are one at a time already; PostgreSQL gives
    an advisory lock, and the next question sees what the one before committed (READ COMMITTED).
    """
    if db.get_bind().dialect.name == "postgresql":
        db.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": turn})


class Arbeidsokt(Session):
    """A session that finds out once for each transaction which connection is its own: a filing asks ten times."""

    _own: Connection | None = None

    def connection(self, bind_arguments: Any = None, execution_options: Any = None) -> Connection:
        """As SQLAlchemy's own."""
        own, plain = self._own, not (bind_arguments or execution_options or self.in_nested_transaction())
        if plain and own is not None and own.in_transaction():
            return own
        own = super().connection(bind_arguments, execution_options)
        self._own = own if plain else None
        return own


class Databases:
    """Two doors to the same database: `reading()` cannot change anything, `writing()` is one transaction.

    `writing()` does not commit: the edge does. Writers inside one process queue on a lock on SQLite, since its own
    waiting is unfair when many ask at once.
    """

    def __init__(self, url: str) -> None:
        self.is_sqlite = url.startswith("sqlite")
        self._where = {WHERE: str(make_url(url))}
        make = _sqlite_engine if self.is_sqlite else _postgres_engine
        self.engine = make(url, reads_only=False)
        self._read_engine = make(url, reads_only=True)
        self._settled = self._read_engine if self.is_sqlite else _postgres_engine(url, reads_only=True, settled=True)
        # SQLite's connections commit each statement by themselves where nothing was begun (`isolation_level = None`)
        self._each = self.engine if self.is_sqlite else _postgres_engine(url, reads_only=False, each=True)
        self._writer = threading.Lock()

    @contextmanager
    def reading(self, *, settled: bool = False) -> Iterator[Session]:
        """A session for one GET; the database itself refuses to write through it.

        `settled`: for a page that asks the same few large questions whoever comes. PostgreSQL then plans each of them once, for
        any values: to plan a list's costs several times what to answer it does, and the plan for somebody's very values is not
        the same at every size. Not for what people narrow or search: there only the values say what is rare.
        """
        with (self._settled if settled else self._read_engine).connect() as connection:
            session = Arbeidsokt(connection, autoflush=False, info={READS_ONLY: connection, **self._where})
            try:
                yield session
            finally:
                session.close()

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session for one transaction; whoever opened it commits, anything else rolls back."""
        if self.is_sqlite:
            with self._writer:
                yield from self._session()
        else:
            yield from self._session()

    @contextmanager
    def noting(self) -> Iterator[Connection]:
        """A connection on which a statement is a transaction of its own, durable when it returns: a row written beside a GET.

        For `written.write` with one row. No session, and no BEGIN or COMMIT goes to the database: the driver commits by itself,
        and the edge's own commit is for when somebody listens and SQLAlchemy has begun a transaction.
        """
        with self._writer if self.is_sqlite else nullcontext(), self._each.connect() as connection:
            yield connection

    def _session(self) -> Iterator[Session]:
        session = Arbeidsokt(self.engine, info=self._where)
        try:
            yield session
        finally:
            session.close()

    def open(self, count: int) -> None:
        """Open so many connections through each door, so that the first who come need not wait for theirs.

        Half as many through the doors that few go through: a connection is a process of PostgreSQL's.
        A database that does not answer is told to whoever asks it first.
        """
        with ExitStack() as held, suppress(DBAPIError):
            often = {self.engine, self._settled}
            for engine in self._engines():
                for _number in range(count if engine in often else (count + 1) // 2):
                    held.enter_context(engine.connect())

    def dispose(self) -> None:
        """Close all pooled connections."""
        for engine in self._engines():
            engine.dispose()

    def _engines(self) -> set[Engine]:
        return {self.engine, self._read_engine, self._settled, self._each}


def count_for_the_planner(databases: Databases, _config: object, _now: datetime) -> None:
    """Tell SQLite how its tables are filled, from a sample, so that questions keep their plans as a table grows.

    PostgreSQL does this by itself.
    """
    if databases.is_sqlite:
        with databases.engine.begin() as connection:
            connection.exec_driver_sql("PRAGMA analysis_limit=1000")
            connection.exec_driver_sql("ANALYZE")
            teljing.correct(connection)
