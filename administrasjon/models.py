"""What the administrator's pages keep of their own: what was changed in the reference data and the settings, word by word."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from kjerne.db import Base, UtcDateTime


class Katalogendring(Base):
    """One change of a reference table or of the settings: who, when, and each field from → to.

    These texts are the municipality's own rules, no case texts; the chained log holds only field names and digests of them.
    `felt`: column → [before, after]. `kode` is the row's code, or what a rule is about.
    """

    __tablename__ = "katalogendring"
    __table_args__ = (
        CheckConstraint("slag IN ('ny', 'endra', 'avslutta', 'attende', 'droppa', 'flytta')", "slag"),
        Index("ix_katalogendring_tabell", "tabell", "id"),
        Index("ix_katalogendring_kode", "tabell", "kode"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    tid: Mapped[datetime] = mapped_column(UtcDateTime)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    tabell: Mapped[str] = mapped_column(String(40))
    kode: Mapped[str] = mapped_column(String(200))
    slag: Mapped[str] = mapped_column(String(20))
    gjeld_fra: Mapped[date | None]
    felt: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
