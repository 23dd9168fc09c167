"""The outbox: a letter is a row now, sent by a job later. Letters carry number, unit and link, never case text.

A kept file goes with a letter only where the municipality allows it and the caller has seen to it that no case is told in it.
"""

import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final, cast
from urllib.parse import unquote, urlsplit

from sqlalchemy import CursorResult, Insert, select, update
from sqlalchemy.dialects.postgresql import insert as _postgres_insert
from sqlalchemy.dialects.sqlite import insert as _sqlite_insert

from kjerne import files
from kjerne.clock import to_the_hour
from kjerne.config import Config
from kjerne.db import Databases
from kjerne.models import Epost, Person
from kjerne.work import Work
from kjerne.written import write

CLAIM = timedelta(minutes=5)
MAX_WAIT = timedelta(hours=6)
TIMEOUT_SECONDS = 20


@dataclass(frozen=True)
class Vedlegg:
    """A kept PDF that goes with a letter: the name it gets, and the digest its bytes lie under."""

    namn: str
    sha256: str


#: A letter whose key has been used is left alone, also when another transaction has just queued it.
_ADD: Final[dict[str, Insert]] = {
    "sqlite": _sqlite_insert(Epost).on_conflict_do_nothing(index_elements=["nokkel"]),
    "postgresql": _postgres_insert(Epost).on_conflict_do_nothing(index_elements=["nokkel"]),
}


def queue(
    work: Work, to: Person, subject: str, body: str, *, key: str, at: datetime | None = None, attached: Vedlegg | None = None
) -> None:
    """Put a letter in the outbox, once per `key`. A person without an address gets none (she has her front page).

    `at`: the hour instead of now, where the exact time would join a person to an anonymous case; so is then its sending.
    """
    if not to.epost or to.deaktivert:
        return
    work.db.flush()
    connection = work.db.connection()
    write(
        connection,
        _ADD[connection.dialect.name],
        {
            "nokkel": key,
            "til_person_id": to.id,
            "til_adresse": to.epost,
            "emne": subject,
            "tekst": body,
            "laga": at or work.now,
            "neste_forsok": at or work.now,
            "vedlegg_sha256": attached.sha256 if attached else None,
            "vedlegg_namn": attached.namn if attached else None,
        },
    )


def _message(config: Config, row: Epost) -> EmailMessage:
    message = EmailMessage()
    message["From"] = config.mail_from
    message["To"] = row.til_adresse
    message["Subject"] = row.emne.replace("\n", " ").replace("\r", " ")
    message["Date"] = format_datetime(row.laga)
    message["Message-ID"] = f"<{row.nokkel}@{config.mail_from.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(row.tekst)
    if row.vedlegg_sha256 and row.vedlegg_namn:
        path = files.path_of(config.data_dir, row.vedlegg_sha256)
        if path.is_file():  # what is deleted meanwhile is not sent; the letter has its link
            message.add_attachment(path.read_bytes(), maintype="application", subtype="pdf", filename=row.vedlegg_namn)
    return message


def connect(url: str) -> smtplib.SMTP:
    """Reach the mail server, encrypted where it can be, and log in when the address says as whom."""
    parts = urlsplit(url)
    host, port = parts.hostname or "localhost", parts.port
    server: smtplib.SMTP
    if parts.scheme == "smtps":
        server = smtplib.SMTP_SSL(host, port or 465, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context())
    else:
        server = smtplib.SMTP(host, port or 25, timeout=TIMEOUT_SECONDS)
        server.ehlo()
        if server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
    if parts.username:
        server.login(unquote(parts.username), unquote(parts.password or ""))
    return server


def send_outbox(databases: Databases, config: Config, now: datetime, limit: int = 50) -> int:
    """Send what waits; returns how many went. Each letter is claimed first, so two schedulers do not send it twice.

    A letter that fails waits twice as long each time; the others go on. Without an SMTP address nothing is sent
    and nothing is lost: the letters stay (in demo mode a page shows them).
    """
    if not config.smtp_url:
        return 0
    sent = 0
    for _ in range(limit):
        row = _claim(databases, now)
        if row is None:
            break
        error = _send(config, row)
        _settle(databases, row, now, error)
        sent += error is None
    return sent


def _claim(databases: Databases, now: datetime) -> Epost | None:
    with databases.writing() as db:
        found = db.scalar(
            select(Epost.id).where(Epost.sendt.is_(None), Epost.neste_forsok <= now).order_by(Epost.neste_forsok, Epost.id).limit(1)
        )
        if found is None:
            return None
        taken = db.execute(
            update(Epost)
            .where(Epost.id == found, Epost.sendt.is_(None), Epost.neste_forsok <= now)
            .values(neste_forsok=now + CLAIM, forsok=Epost.forsok + 1)
            .execution_options(synchronize_session=False)
        )
        if cast("CursorResult[object]", taken).rowcount != 1:
            db.rollback()
            return None
        db.commit()
        row = db.get(Epost, found)
        if row is not None:
            db.refresh(row)
            db.expunge(row)
        return row


def _send(config: Config, row: Epost) -> str | None:
    try:
        server = connect(config.smtp_url)
        try:
            server.send_message(_message(config, row))
        finally:
            server.close()
    except (smtplib.SMTPException, OSError, ValueError) as error:
        return type(error).__name__
    return None


def _settle(databases: Databases, row: Epost, now: datetime, error: str | None) -> None:
    values: dict[str, object] = {"feil": error}
    if error is None:
        values["sendt"] = values["neste_forsok"] = to_the_hour(now) if row.laga == to_the_hour(row.laga) else now
    else:
        values["neste_forsok"] = now + min(timedelta(minutes=2 ** min(row.forsok, 9)), MAX_WAIT)
    with databases.writing() as db:
        db.execute(update(Epost).where(Epost.id == row.id).values(**values).execution_options(synchronize_session=False))
        db.commit()
