"""The archive: one row for each report that is to be made, and what became of it."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kjerne.db import Base, UtcDateTime


class Rapport(Base):
    """A report of a kind, for a unit and a period (2026-10), to a receiver: the key that lets it be made once.

    `status` is ventar, laga or feila. The bytes lie under their SHA-256; `laga` is when the figures were read.
    """

    __tablename__ = "rapport"
    __table_args__ = (
        UniqueConstraint("slag", "eining_id", "periode", "mottakar_id"),
        CheckConstraint("status IN ('ventar', 'laga', 'feila')", "status"),
        CheckConstraint("(status = 'laga') = (sha256 IS NOT NULL AND laga IS NOT NULL)", "laga_har_fil"),
        Index("ix_rapport_arkiv", "eining_id", "status", "id"),
        Index("ix_rapport_status", "status", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slag: Mapped[str] = mapped_column(String(40))
    eining_id: Mapped[int] = mapped_column(ForeignKey("eining.id"))
    periode: Mapped[str] = mapped_column(String(7))
    mottakar_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    sprak: Mapped[str] = mapped_column(String(2))
    status: Mapped[str] = mapped_column(String(10), default="ventar")
    tinga: Mapped[datetime] = mapped_column(UtcDateTime)
    laga: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sha256: Mapped[str | None] = mapped_column(String(64))
    storleik: Mapped[int] = mapped_column(default=0)
    feil: Mapped[str | None] = mapped_column(String(80))
