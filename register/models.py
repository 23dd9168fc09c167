"""The tables of the register: one line for each meeting, round or survey, and one archive description for each unit."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kjerne.db import Base, UtcDateTime
from register.rules import ARKIVDELAR, TITTEL_MAX, Slag

_SLAG = ",".join(f"'{slag.value}'" for slag in Slag)


class Registerforing(Base):
    """A line of the register: what was held, when, where, what came of it. No person is named in it.

    `neste` is when the next one shall be held; `tal` a count the kind calls for (answers, participants, conversations).
    """

    __tablename__ = "registerforing"
    __table_args__ = (
        CheckConstraint(f"slag IN ({_SLAG})", "slag"),
        CheckConstraint("tal IS NULL OR tal BETWEEN 0 AND 100000", "tal"),
        CheckConstraint("neste IS NULL OR neste > dato", "neste_etter_dato"),
        Index("ix_registerforing_eining_slag", "eining_id", "slag", "dato"),
        Index("ix_registerforing_dato", "dato", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slag: Mapped[str] = mapped_column(String(40))
    eining_id: Mapped[int] = mapped_column(ForeignKey("eining.id"))
    dato: Mapped[date]
    tittel: Mapped[str] = mapped_column(String(TITTEL_MAX))
    samandrag: Mapped[str] = mapped_column(Text)
    tal: Mapped[int | None]
    neste: Mapped[date | None]
    laga_av_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    laga: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's declarative attribute


class Arkivskildring(Base):
    """A unit's description of its archive: when it was gone through, and when next. Heimel: arkivlova § 8."""

    __tablename__ = "arkivskildring"
    __table_args__ = (UniqueConstraint("eining_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    eining_id: Mapped[int] = mapped_column(ForeignKey("eining.id"))
    gjennomgatt: Mapped[date]
    neste: Mapped[date]
    endra_av_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    endra: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's declarative attribute


class ArkivskildringDel(Base):
    """One of the nine parts. `utgave` is the description's version it was written in: earlier texts are kept."""

    __tablename__ = "arkivskildring_del"
    __table_args__ = (
        CheckConstraint(f"nr BETWEEN 1 AND {len(ARKIVDELAR)}", "nr"),
        UniqueConstraint("skildring_id", "nr", "utgave"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    skildring_id: Mapped[int] = mapped_column(ForeignKey("arkivskildring.id"))
    nr: Mapped[int]
    utgave: Mapped[int]
    tekst: Mapped[str] = mapped_column(Text)
