"""An import of Word files: the upload, and each file in it until it is a procedure or is left out."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kjerne.db import Base, UtcDateTime
from prosedyrar.rules import TITTEL_MAX


class Innlesing(Base):
    """One upload. ny: waits to be read; klar: read, to be looked over; skriv: being written; ferdig; avbroten.

    `person_id` is empty for the command line. `eining_id` owns what nothing else is said of.
    """

    __tablename__ = "innlesing"
    __table_args__ = (
        CheckConstraint("tilstand IN ('ny','klar','skriv','ferdig','avbroten')", "tilstand"),
        Index("ix_innlesing_tilstand", "tilstand", "id"),
        Index("ix_innlesing_person", "person_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    eining_id: Mapped[int] = mapped_column(ForeignKey("eining.id"))
    namn: Mapped[str] = mapped_column(String(TITTEL_MAX))
    laga: Mapped[datetime] = mapped_column(UtcDateTime)
    tilstand: Mapped[str] = mapped_column(String(10), default="ny")
    tal: Mapped[int] = mapped_column(default=0)
    feil: Mapped[str] = mapped_column(String(300), default="")


class Innlesingsfil(Base):
    """A file of an upload. klar: may go in; inne: is a procedure now; finst: the same bytes went in before; avvist: `grunn`.

    `tekst` is its Markdown until it has gone in; `tapt` what could not be carried over; `stadfest`: names were looked over.
    """

    __tablename__ = "innlesingsfil"
    __table_args__ = (
        UniqueConstraint("innlesing_id", "rekkje"),
        CheckConstraint("tilstand IN ('klar','inne','finst','avvist')", "tilstand"),
        CheckConstraint("(tilstand = 'avvist') = (grunn <> '')", "avvist_har_grunn"),
        Index("ix_innlesingsfil_sha256", "sha256", "tilstand"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    innlesing_id: Mapped[int] = mapped_column(ForeignKey("innlesing.id"))
    rekkje: Mapped[int]
    namn: Mapped[str] = mapped_column(String(300))
    sha256: Mapped[str] = mapped_column(String(64), default="")
    tilstand: Mapped[str] = mapped_column(String(10))
    grunn: Mapped[str] = mapped_column(String(500), default="")
    tittel: Mapped[str] = mapped_column(String(TITTEL_MAX), default="")
    dokumenttype: Mapped[str] = mapped_column(String(40), default="prosedyre")
    eining_id: Mapped[int | None] = mapped_column(ForeignKey("eining.id"))
    tekst: Mapped[str] = mapped_column(Text, default="")
    tapt: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    namnelikt: Mapped[bool] = mapped_column(default=False)
    stadfest: Mapped[bool] = mapped_column(default=False)
    med: Mapped[bool] = mapped_column(default=True)
    prosedyre_id: Mapped[int | None] = mapped_column(ForeignKey("prosedyre.id"), index=True)
