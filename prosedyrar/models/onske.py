"""A request for revision: somebody above (a deviation, an audit) asks for a changed procedure or a new one."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kjerne.db import Base, UtcDateTime
from prosedyrar.rules import TITTEL_MAX


class Revisjonsonske(Base):
    """Kind and id of what it came from, never its text. `prosedyre_id` None: a new procedure is asked for.

    `tittel` says what is asked for in the asker's own words (guarded). `skjerma`: from a case that few may see; then
    nobody here is shown which. `versjon_id`: the draft that takes it up, and the version that answered it.
    """

    __tablename__ = "revisjonsonske"
    __table_args__ = (
        CheckConstraint("tilstand IN ('open','teken','svara','avslegen')", "tilstand"),
        CheckConstraint("(tilstand IN ('teken','svara')) = (versjon_id IS NOT NULL)", "teken_har_versjon"),
        CheckConstraint("(tilstand IN ('svara','avslegen')) = (avgjort IS NOT NULL)", "avgjort_har_tid"),
        CheckConstraint("tilstand <> 'svara' OR prosedyre_id IS NOT NULL", "svara_har_prosedyre"),
        UniqueConstraint("opphav_type", "opphav_id", "prosedyre_id"),
        Index("ix_revisjonsonske_prosedyre", "prosedyre_id", "tilstand"),
        Index("ix_revisjonsonske_eining", "eining_id", "tilstand"),
        Index("ix_revisjonsonske_versjon", "versjon_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    prosedyre_id: Mapped[int | None] = mapped_column(ForeignKey("prosedyre.id"))
    opphav_type: Mapped[str] = mapped_column(String(40))
    opphav_id: Mapped[int]
    skjerma: Mapped[bool] = mapped_column(default=False)
    tittel: Mapped[str] = mapped_column(String(TITTEL_MAX))
    eining_id: Mapped[int] = mapped_column(ForeignKey("eining.id"))
    bedd_av_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    laga: Mapped[datetime] = mapped_column(UtcDateTime)
    tilstand: Mapped[str] = mapped_column(String(20), default="open")
    versjon_id: Mapped[int | None] = mapped_column(ForeignKey("prosedyre_versjon.id"))
    avgjort: Mapped[datetime | None] = mapped_column(UtcDateTime)
    grunn: Mapped[str] = mapped_column(Text, default="")
