"""The rules of the lights and how they stood each month."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kjerne.db import Base, UtcDateTime


class Bevisregel(Base):
    """The municipality's own thresholds for one kind of evidence, with dates: the newest one in force counts."""

    __tablename__ = "bevisregel"
    __table_args__ = (UniqueConstraint("bevis", "gjeld_fra"), CheckConstraint("gron >= 0 AND gul >= 0", "grenser"))

    id: Mapped[int] = mapped_column(primary_key=True)
    bevis: Mapped[str] = mapped_column(String(40))
    gron: Mapped[int]
    gul: Mapped[int]
    gjeld_fra: Mapped[date]
    endra_av_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    endra: Mapped[datetime] = mapped_column(UtcDateTime)


class Bevisstand(Base):
    """How one kind of evidence stood for a unit in a month (202611), kept by a nightly job: the trend is read from it."""

    __tablename__ = "bevisstand"
    __table_args__ = (
        Index("ix_bevisstand_manad", "manad", "eining_id"),
        CheckConstraint("lys IN ('ok','obs','bad','none')", "lys"),
    )

    eining_id: Mapped[int] = mapped_column(ForeignKey("eining.id"), primary_key=True)
    bevis: Mapped[str] = mapped_column(String(40), primary_key=True)
    manad: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    lys: Mapped[str] = mapped_column(String(4))
    verdi: Mapped[float | None]
