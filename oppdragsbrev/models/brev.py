"""Templates and letters: both hold points, points hold bullets; a letter's editions are kept as they were."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kjerne.db import Base, UtcDateTime
from oppdragsbrev.rules import NAMN_MAX, Brevtilstand, in_list


class Brevmal(Base):
    """A template. The shipped one has no maker. `nn`, `nb`, `en` are the opening words; an empty one falls back to another."""

    __tablename__ = "brevmal"

    id: Mapped[int] = mapped_column(primary_key=True)
    namn: Mapped[str] = mapped_column(String(NAMN_MAX))
    nn: Mapped[str] = mapped_column(Text, default="")
    nb: Mapped[str] = mapped_column(Text, default="")
    en: Mapped[str] = mapped_column(Text, default="")
    gjeld: Mapped[bool] = mapped_column(default=True)
    laga_av_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    laga: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's declarative attribute


class Oppdragsbrev(Base):
    """A letter of a year. `eining_id` is the unit it is written from: who writes there may change it.

    `utgave` is 0 while it is a draft and counts what has been sent; each edition is kept in `brevutgave`.
    """

    __tablename__ = "oppdragsbrev"
    __table_args__ = (
        CheckConstraint(f"status IN ({in_list(Brevtilstand)})", "status"),
        CheckConstraint("aar BETWEEN 2000 AND 2100", "aar"),
        CheckConstraint("(status = 'kladd') = (sendt IS NULL)", "sendt_har_tid"),
        CheckConstraint("(status = 'avslutta') = (avslutta IS NOT NULL)", "avslutta_har_tid"),
        Index("ix_oppdragsbrev_status", "status", "aar"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    aar: Mapped[int]
    tittel: Mapped[str] = mapped_column(String(NAMN_MAX))
    nn: Mapped[str] = mapped_column(Text, default="")
    nb: Mapped[str] = mapped_column(Text, default="")
    en: Mapped[str] = mapped_column(Text, default="")
    eining_id: Mapped[int] = mapped_column(ForeignKey("eining.id"))
    status: Mapped[str] = mapped_column(String(20), default=Brevtilstand.KLADD.value)
    forrige_id: Mapped[int | None] = mapped_column(ForeignKey("oppdragsbrev.id"))
    laga_av_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    laga: Mapped[datetime] = mapped_column(UtcDateTime)
    sendt: Mapped[datetime | None] = mapped_column(UtcDateTime)
    avslutta: Mapped[datetime | None] = mapped_column(UtcDateTime)
    utgave: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's declarative attribute


class Brevpunkt(Base):
    """A point of a template or of a letter. `punkt` ties it to the lights (1 to 7); None for a point of the municipality's own.

    `frist` is the letter's deadline for those units that have no other. `fjerna`: taken out of a letter that was sent.
    """

    __tablename__ = "brevpunkt"
    __table_args__ = (
        CheckConstraint("(mal_id IS NULL) <> (brev_id IS NULL)", "mal_eller_brev"),
        CheckConstraint("punkt IS NULL OR punkt BETWEEN 1 AND 7", "punkt"),
        Index("ix_brevpunkt_mal", "mal_id", "nr"),
        Index("ix_brevpunkt_brev", "brev_id", "nr"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    mal_id: Mapped[int | None] = mapped_column(ForeignKey("brevmal.id"))
    brev_id: Mapped[int | None] = mapped_column(ForeignKey("oppdragsbrev.id"))
    nr: Mapped[int]
    punkt: Mapped[int | None]
    nn: Mapped[str] = mapped_column(Text, default="")
    nb: Mapped[str] = mapped_column(Text, default="")
    en: Mapped[str] = mapped_column(Text, default="")
    frist: Mapped[date | None]
    fjerna: Mapped[bool] = mapped_column(default=False)


class Brevkule(Base):
    """A bullet: one thing to answer. `bevis` are the codes of the evidence shown beside it, with commas between."""

    __tablename__ = "brevkule"
    __table_args__ = (Index("ix_brevkule_punkt", "punkt_id", "nr"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    punkt_id: Mapped[int] = mapped_column(ForeignKey("brevpunkt.id"))
    nr: Mapped[int]
    nn: Mapped[str] = mapped_column(Text, default="")
    nb: Mapped[str] = mapped_column(Text, default="")
    en: Mapped[str] = mapped_column(Text, default="")
    bevis: Mapped[str] = mapped_column(String(200), default="")
    fra_id: Mapped[int | None] = mapped_column(ForeignKey("brevkule.id"))
    fjerna: Mapped[bool] = mapped_column(default=False)


class Brevutgave(Base):
    """An edition of a letter, as it was sent: title, opening words, points with deadlines, bullets. Never changed."""

    __tablename__ = "brevutgave"
    __table_args__ = (UniqueConstraint("brev_id", "utgave"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    brev_id: Mapped[int] = mapped_column(ForeignKey("oppdragsbrev.id"))
    utgave: Mapped[int]
    tid: Mapped[datetime] = mapped_column(UtcDateTime)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    innhald: Mapped[dict[str, Any]] = mapped_column(JSON)
