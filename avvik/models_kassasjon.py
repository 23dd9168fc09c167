"""What the clock has proposed for disposal, and what a person decided (arkivlova; domene 7.6, framlegg)."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kjerne.db import Base, UtcDateTime


class AvvikKassasjon(Base):
    """A case past its retention: proposed, held back with a reason, or disposed of. `regel` is the code in `Oppbevaring`.

    A case that is disposed of keeps number, unit, type, severity and dates, so that sums stay; its group is "kassert", which
    nobody is in: it is shown in no list.
    """

    __tablename__ = "avvik_kassasjon"
    __table_args__ = (
        CheckConstraint("status IN ('foreslege', 'halde', 'kassert')", "status"),
        CheckConstraint("(status = 'foreslege') = (avgjort_tid IS NULL)", "avgjort"),
        CheckConstraint("status <> 'halde' OR grunn <> ''", "grunn"),
        Index("ix_avvik_kassasjon_status", "status", "avvik_id"),
    )

    avvik_id: Mapped[int] = mapped_column(ForeignKey("avvik.id"), primary_key=True)
    regel: Mapped[str] = mapped_column(String(60))
    foreslege: Mapped[datetime] = mapped_column(UtcDateTime)
    status: Mapped[str] = mapped_column(String(20), default="foreslege")
    grunn: Mapped[str] = mapped_column(Text, default="")
    avgjort_tid: Mapped[datetime | None] = mapped_column(UtcDateTime)
    avgjort_av_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
