"""Read and understood: who must read what, and who has."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kjerne.db import Base, UtcDateTime
from prosedyrar.rules import TITTEL_MAX


class Lesekrav(Base):
    """Who must read a document: everybody who works in a unit's subtree, or those of one role or profession there.

    Nobody is listed: membership is asked of the database each time, so that whoever is employed tomorrow has it tomorrow.
    `frist_dagar` run from the latest of: the version came in force, she was employed, the requirement was made (`fra`).
    `medsignatur`: her leader signs too.
    """

    __tablename__ = "lesekrav"
    __table_args__ = (
        CheckConstraint("frist_dagar BETWEEN 1 AND 365", "frist_dagar"),
        UniqueConstraint("prosedyre_id", "eining_id", "rolle", "yrke"),
        Index("ix_lesekrav_eining", "eining_id", "yrke"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    prosedyre_id: Mapped[int] = mapped_column(ForeignKey("prosedyre.id"))
    eining_id: Mapped[int] = mapped_column(ForeignKey("eining.id"))
    rolle: Mapped[str] = mapped_column(String(40), default="")
    yrke: Mapped[str] = mapped_column(String(60), default="")
    frist_dagar: Mapped[int] = mapped_column(default=14)
    medsignatur: Mapped[bool] = mapped_column(default=False)
    fra: Mapped[date]
    laga_av_id: Mapped[int] = mapped_column(ForeignKey("person.id"))


class Lesekvittering(Base):
    """Somebody has read and understood a major version; its minor ones ask for nothing new. `forsok`: tries at the questions."""

    __tablename__ = "lesekvittering"
    __table_args__ = (
        UniqueConstraint("prosedyre_id", "major", "person_id"),
        CheckConstraint("(medsignert IS NULL) = (medsignert_av_id IS NULL)", "medsignert_av_nokon"),
        CheckConstraint("medsignert_av_id IS NULL OR medsignert_av_id <> person_id", "medsignert_av_ein_annan"),
        Index("ix_lesekvittering_person", "person_id", "prosedyre_id"),
        Index("ix_lesekvittering_versjon", "versjon_id", "tid"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    prosedyre_id: Mapped[int] = mapped_column(ForeignKey("prosedyre.id"))
    versjon_id: Mapped[int] = mapped_column(ForeignKey("prosedyre_versjon.id"))
    major: Mapped[int]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    tid: Mapped[datetime] = mapped_column(UtcDateTime)
    medsignert: Mapped[datetime | None] = mapped_column(UtcDateTime)
    medsignert_av_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class Kontrollsporsmal(Base):
    """A question at the end of a version's text; `svar` holds the alternatives, one a line, `rett` counts from 0."""

    __tablename__ = "kontrollsporsmal"
    __table_args__ = (
        CheckConstraint("rett BETWEEN 0 AND 5", "rett"),
        UniqueConstraint("versjon_id", "rekkje"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    versjon_id: Mapped[int] = mapped_column(ForeignKey("prosedyre_versjon.id"))
    rekkje: Mapped[int]
    sporsmal: Mapped[str] = mapped_column(String(TITTEL_MAX))
    svar: Mapped[str] = mapped_column(Text)
    rett: Mapped[int]
