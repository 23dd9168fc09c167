"""What a unit says itself about a legal duty: the system's evidence stands beside, never instead."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kjerne.db import Base, UtcDateTime


class Kravvurdering(Base):
    """A unit's own judgement of one duty, with its reason. Never changed: a new one is added, the newest counts."""

    __tablename__ = "kravvurdering"
    __table_args__ = (
        CheckConstraint("status IN ('oppfylt','delvis','ikkje','uaktuelt')", "status"),
        Index("ix_kravvurdering_krav", "krav", "eining_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    krav: Mapped[str] = mapped_column(String(20))
    eining_id: Mapped[int] = mapped_column(ForeignKey("eining.id"))
    status: Mapped[str] = mapped_column(String(10))
    grunn: Mapped[str] = mapped_column(Text)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    tid: Mapped[datetime] = mapped_column(UtcDateTime)
