"""Reads and writes uploads of Word files outside the pages: one file at a time, each in a short transaction of its own.

Conversion happens while no transaction is open. When the process stops, the next run goes on after the last file.
"""

from datetime import datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kjerne.access import Right
from kjerne.clock import oslo_date
from kjerne.config import Config
from kjerne.db import Databases
from kjerne.errors import Refusal
from kjerne.fullmakt import load_grants
from kjerne.i18n import SPRAK, language
from kjerne.innstilling import settings
from kjerne.jobs import Job, portion
from kjerne.models import Person
from kjerne.work import Grants, Work
from prosedyrar.actions import innlesing as actions
from prosedyrar.models.innlesing import Innlesing, Innlesingsfil
from prosedyrar.word.arkiv import BadArchive, count, members

logger = structlog.get_logger()
FOLDER = "innlesing"
FORGOTTEN = timedelta(days=30)


def upload_path(config: Config, innlesing_id: int) -> Path:
    """Where the bytes of an upload lie until they are read."""
    return config.data_dir / FOLDER / str(innlesing_id)


def _work(db: Session, config: Config, now: datetime, person_id: int | None) -> Work:
    """Work in the name of who uploaded, with what she may today."""
    person = db.get(Person, person_id) if person_id else None
    grants = load_grants(db, person.id, oslo_date(now)) if person else Grants()
    chosen = person.sprak if person and person.sprak in SPRAK else settings(db)["sprak"]
    return Work(db, person, now, grants, chosen, config)


def run(databases: Databases, config: Config, now: datetime) -> None:
    """Read what waits to be read, write what waits to be written, and forget what nobody looked over in a month."""
    for innlesing_id in _waiting(databases, "ny"):
        read_upload(databases, config, now, innlesing_id)
    for innlesing_id in _waiting(databases, "skriv"):
        write_upload(databases, config, now, innlesing_id)
    with portion(databases) as db:
        old = select(Innlesing).where(Innlesing.tilstand == "klar", Innlesing.laga < now - FORGOTTEN)
        for row in db.scalars(old).all():
            actions.cancel(_work(db, config, now, None), row)


def _waiting(databases: Databases, tilstand: str) -> list[int]:
    with databases.reading() as db:
        return list(db.scalars(select(Innlesing.id).where(Innlesing.tilstand == tilstand).order_by(Innlesing.id)))


def read_upload(databases: Databases, config: Config, now: datetime, innlesing_id: int) -> None:
    """Convert each file of an upload; then it is ready to be looked over."""
    path = upload_path(config, innlesing_id)
    with databases.reading() as db:
        upload = db.get_one(Innlesing, innlesing_id)
        name, person_id = upload.namn, upload.person_id
        work = _work(db, config, now, person_id)
        allowed = work.units(Right.PROSEDYRE_SKRIV)
        ramme, sprak = actions.frame(db, work.today, upload.eining_id, allowed), work.sprak
        done = db.scalar(select(func.count()).select_from(Innlesingsfil).where(Innlesingsfil.innlesing_id == innlesing_id)) or 0
    fault = ""
    with language(sprak):
        try:
            for number, found in enumerate(members(path, name, skip=done), start=done + 1):
                seen = actions.look(found, ramme)
                with portion(databases) as db:
                    actions.keep(_work(db, config, now, person_id), db.get_one(Innlesing, innlesing_id), number, seen)
        except BadArchive as bad:
            fault = str(bad)
    with portion(databases) as db:
        upload = db.get_one(Innlesing, innlesing_id)
        upload.tilstand, upload.feil = ("ferdig" if fault else "klar"), fault[:300]
    path.unlink(missing_ok=True)


def write_upload(databases: Databases, config: Config, now: datetime, innlesing_id: int) -> None:
    """Make the procedures of an upload, each in its own transaction: in whole, or refused with a reason."""
    with databases.reading() as db:
        person_id = db.get_one(Innlesing, innlesing_id).person_id
        ids = list(db.scalars(select(Innlesingsfil.id).where(*actions.ready(innlesing_id)).order_by(Innlesingsfil.rekkje)))
    for fil_id in ids:
        with portion(databases) as db:
            work = _work(db, config, now, person_id)
            with language(work.sprak):
                write_one(work, fil_id)
    with portion(databases) as db:
        db.get_one(Innlesing, innlesing_id).tilstand = "klar" if actions.left(db, innlesing_id) else "ferdig"


def write_one(work: Work, fil_id: int) -> None:
    """One file; when it is refused, nothing of it stays but the reason."""
    try:
        with work.db.begin_nested():
            actions.write(work, work.db.get_one(Innlesingsfil, fil_id))
    except Refusal as refusal:
        work.db.expire_all()
        actions.reject(work.db.get_one(Innlesingsfil, fil_id), refusal)


__all__ = ["JOBS", "count", "read_upload", "run", "upload_path", "write_upload"]
JOBS: tuple[Job, ...] = (Job("prosedyre-innlesing", direct=run, every_minutes=1),)
