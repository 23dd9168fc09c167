"""What must be gone when the transaction has committed, and stays when it rolls back: files, and pages of the SQLite log.

SQLite overwrites what is deleted (`secure_delete`), but the write-ahead log holds older pages until it is emptied.
"""

import sqlite3
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

FILES, PAGES = "gloyming_filer", "gloyming_sider"
PATIENCE_MS = 2000

logger = structlog.get_logger()


def forget_file(db: Session, path: Path) -> None:
    """Remove these bytes from the disk when this transaction commits."""
    db.info.setdefault(FILES, set()).add(path)


def forget_pages(db: Session) -> None:
    """Empty SQLite's write-ahead log when this transaction commits. PostgreSQL has its own ways (docs/drift.md)."""
    db.info[PAGES] = True


@event.listens_for(Session, "after_commit")
def _after_commit(db: Session) -> None:
    if db.in_nested_transaction():
        return
    for path in db.info.pop(FILES, set()):
        path.unlink(missing_ok=True)
    if db.info.pop(PAGES, False):
        empty_wal(db)


@event.listens_for(Session, "after_rollback")
def _after_rollback(db: Session) -> None:
    db.info.pop(FILES, None)
    db.info.pop(PAGES, None)


def empty_wal(db: Session) -> bool:
    """Empty the write-ahead log; answers whether it was done. Somebody who reads may hold it: the nightly job tries again."""
    engine: Any = db.get_bind()
    engine = getattr(engine, "engine", engine)
    if engine.dialect.name != "sqlite":
        return True
    try:
        raw = engine.raw_connection()
        try:
            cursor = raw.cursor()
            cursor.execute(f"PRAGMA busy_timeout={PATIENCE_MS}")
            busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            cursor.execute("PRAGMA busy_timeout=30000")
        finally:
            raw.close()
    except (DBAPIError, sqlite3.Error) as error:
        logger.warning("wal_not_emptied", error=type(error).__name__)
        return False
    return not busy
