"""What the system keeps about itself: the log, the read log, the outbox, files, settings, job runs."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kjerne.db import Base, UtcDateTime


class Loggline(Base):
    """One line of the append-only log. `endring` holds field names and digests, never text.

    `mac` = HMAC-SHA256(key outside the database, previous mac + this line). `aktor` is a person's id, "system" or "anonym".
    """

    __tablename__ = "loggline"
    __table_args__ = (Index("ix_loggline_subjekt", "subjekt_type", "subjekt_id"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    tid: Mapped[datetime] = mapped_column(UtcDateTime)
    aktor: Mapped[str] = mapped_column(String(40))
    subjekt_type: Mapped[str] = mapped_column(String(40))
    subjekt_id: Mapped[str] = mapped_column(String(60))
    hending: Mapped[str] = mapped_column(String(60))
    endring: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    mac: Mapped[str] = mapped_column(String(64))


class Logghovud(Base):
    """The head of the chain: one row, locked while a line is added."""

    __tablename__ = "logghovud"
    __table_args__ = (CheckConstraint("id = 1", "ei_rad"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    siste_id: Mapped[int] = mapped_column(default=0)
    mac: Mapped[str] = mapped_column(String(64), default="")


class Leselogg(Base):
    """Who read sensitive content and when. Written before the content is sent. `avvist` marks a denied attempt."""

    __tablename__ = "leselogg"
    __table_args__ = (Index("ix_leselogg_subjekt", "subjekt_type", "subjekt_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    tid: Mapped[datetime] = mapped_column(UtcDateTime)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    subjekt_type: Mapped[str] = mapped_column(String(40))
    subjekt_id: Mapped[str] = mapped_column(String(60))
    kva: Mapped[str] = mapped_column(String(40))
    avvist: Mapped[bool] = mapped_column(default=False)


class Epost(Base):
    """The outbox: a letter is a row in the transaction that caused it, and is sent by a job later.

    `vedlegg_sha256`: a kept file that goes with it under `vedlegg_namn`, where the municipality allows it.
    """

    __tablename__ = "epost"
    __table_args__ = (
        Index("ix_epost_koy", "sendt", "neste_forsok"),
        CheckConstraint("(vedlegg_sha256 IS NULL) = (vedlegg_namn IS NULL)", "vedlegg"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    nokkel: Mapped[str] = mapped_column(String(120), unique=True)
    til_person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    til_adresse: Mapped[str] = mapped_column(String(200))
    emne: Mapped[str] = mapped_column(String(200))
    tekst: Mapped[str] = mapped_column(Text)
    laga: Mapped[datetime] = mapped_column(UtcDateTime)
    neste_forsok: Mapped[datetime] = mapped_column(UtcDateTime)
    sendt: Mapped[datetime | None] = mapped_column(UtcDateTime)
    forsok: Mapped[int] = mapped_column(default=0)
    feil: Mapped[str | None] = mapped_column(String(200))
    vedlegg_sha256: Mapped[str | None] = mapped_column(String(64))
    vedlegg_namn: Mapped[str | None] = mapped_column(String(100))


class Fil(Base):
    """An attachment. The bytes lie in the data directory under their SHA-256; the owner is empty when filed anonymously."""

    __tablename__ = "fil"
    __table_args__ = (Index("ix_fil_subjekt", "subjekt_type", "subjekt_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    offentleg_id: Mapped[str] = mapped_column(String(36), unique=True)
    subjekt_type: Mapped[str] = mapped_column(String(40))
    subjekt_id: Mapped[int]
    namn: Mapped[str] = mapped_column(String(160))
    mime: Mapped[str] = mapped_column(String(100))
    storleik: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    lasta_opp: Mapped[datetime] = mapped_column(UtcDateTime)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class Innstilling(Base):
    """One setting of the municipality, such as its name, its language or its channel for varsel."""

    __tablename__ = "innstilling"

    nokkel: Mapped[str] = mapped_column(String(60), primary_key=True)
    verdi: Mapped[str] = mapped_column(Text, default="")


class Innloggingsforsok(Base):
    """Failed logins per account and per address, counted in the database so that all processes count together."""

    __tablename__ = "innloggingsforsok"

    nokkel: Mapped[str] = mapped_column(String(80), primary_key=True)
    tal: Mapped[int] = mapped_column(default=0)
    sist: Mapped[datetime] = mapped_column(UtcDateTime)


class Jobbkoyring(Base):
    """A job's run, keyed by what it is for (a day, a period): claimed once, also with two schedulers."""

    __tablename__ = "jobbkoyring"
    __table_args__ = (UniqueConstraint("jobb", "nokkel"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    jobb: Mapped[str] = mapped_column(String(60))
    nokkel: Mapped[str] = mapped_column(String(60))
    starta: Mapped[datetime] = mapped_column(UtcDateTime)
    ferdig: Mapped[datetime | None] = mapped_column(UtcDateTime)
    feil: Mapped[str | None] = mapped_column(String(200))
