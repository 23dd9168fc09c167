"""What a unit does with a letter: its points with deadlines, an answer to each bullet, deliveries, questions, history."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kjerne.db import Base, UtcDateTime
from oppdragsbrev.rules import ADRESSE_MAX, Punkttilstand, Svarstatus, in_list


class Brevmottak(Base):
    """A unit that gets the letter. `sendt` is None until it is issued to her; `utgave` is the edition she got first."""

    __tablename__ = "brevmottak"
    __table_args__ = (UniqueConstraint("brev_id", "eining_id"), Index("ix_brevmottak_eining", "eining_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    brev_id: Mapped[int] = mapped_column(ForeignKey("oppdragsbrev.id"))
    eining_id: Mapped[int] = mapped_column(ForeignKey("eining.id"))
    sendt: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Punktmottak(Base):
    """One point in one unit: its deadline and whether it is delivered. `grunn` is why it was returned last.

    In a draft a row stands only where the unit has a deadline of its own.
    """

    __tablename__ = "punktmottak"
    __table_args__ = (
        UniqueConstraint("mottak_id", "punkt_id"),
        CheckConstraint(f"status IN ({in_list(Punkttilstand)})", "status"),
        CheckConstraint("(status IN ('levert','godteken')) = (levert IS NOT NULL)", "levert_har_tid"),
        CheckConstraint("(status = 'retur') = (grunn <> '')", "retur_har_grunn"),
        Index("ix_punktmottak_status", "status", "frist"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    mottak_id: Mapped[int] = mapped_column(ForeignKey("brevmottak.id"))
    punkt_id: Mapped[int] = mapped_column(ForeignKey("brevpunkt.id"), index=True)
    frist: Mapped[date]
    status: Mapped[str] = mapped_column(String(20), default=Punkttilstand.OPEN.value)
    levert: Mapped[datetime | None] = mapped_column(UtcDateTime)
    levert_av_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    grunn: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's declarative attribute


class Brevsvar(Base):
    """A unit's answer to a bullet. `delegert_til_id` may write it too, as long as she works there."""

    __tablename__ = "brevsvar"
    __table_args__ = (
        UniqueConstraint("punktmottak_id", "kule_id"),
        CheckConstraint(f"status IN ({in_list(Svarstatus)})", "status"),
        Index("ix_brevsvar_delegert", "delegert_til_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    punktmottak_id: Mapped[int] = mapped_column(ForeignKey("punktmottak.id"))
    kule_id: Mapped[int] = mapped_column(ForeignKey("brevkule.id"), index=True)
    tekst: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[str] = mapped_column(String(20), default=Svarstatus.IKKJE_STARTA.value)
    delegert_til_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    endra: Mapped[datetime | None] = mapped_column(UtcDateTime)
    endra_av_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's declarative attribute


class Brevlenkje(Base):
    """A link from an answer to something in the system: a path of our own, never another server's."""

    __tablename__ = "brevlenkje"
    __table_args__ = (UniqueConstraint("svar_id", "adresse"), CheckConstraint("adresse LIKE '/%'", "intern"))

    id: Mapped[int] = mapped_column(primary_key=True)
    svar_id: Mapped[int] = mapped_column(ForeignKey("brevsvar.id"))
    adresse: Mapped[str] = mapped_column(String(ADRESSE_MAX))


class Brevlevering(Base):
    """A delivery of a point: the answers as they were that day, and what the director decided."""

    __tablename__ = "brevlevering"
    __table_args__ = (
        UniqueConstraint("punktmottak_id", "nr"),
        CheckConstraint("avgjerd IN ('','godteken','retur')", "avgjerd"),
        CheckConstraint("(avgjerd = '') = (avgjort IS NULL)", "avgjort_har_tid"),
        CheckConstraint("avgjerd <> 'retur' OR grunn <> ''", "retur_har_grunn"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    punktmottak_id: Mapped[int] = mapped_column(ForeignKey("punktmottak.id"))
    nr: Mapped[int]
    tid: Mapped[datetime] = mapped_column(UtcDateTime)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    innhald: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    avgjerd: Mapped[str] = mapped_column(String(20), default="")
    avgjort: Mapped[datetime | None] = mapped_column(UtcDateTime)
    avgjort_av_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    grunn: Mapped[str] = mapped_column(Text, default="")


class Brevmelding(Base):
    """A question or an answer about a point, between the unit's leader and the director. `fra_sjef`: who of the two wrote."""

    __tablename__ = "brevmelding"
    __table_args__ = (Index("ix_brevmelding_punktmottak", "punktmottak_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    punktmottak_id: Mapped[int] = mapped_column(ForeignKey("punktmottak.id"))
    tid: Mapped[datetime] = mapped_column(UtcDateTime)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    fra_sjef: Mapped[bool]
    tekst: Mapped[str] = mapped_column(Text)


class Brevhending(Base):
    """A line of the history: what was done, by whom, when. `detalj` holds names of points, persons and dates, never answers."""

    __tablename__ = "brevhending"
    __table_args__ = (Index("ix_brevhending_brev", "brev_id", "mottak_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    brev_id: Mapped[int] = mapped_column(ForeignKey("oppdragsbrev.id"))
    mottak_id: Mapped[int | None] = mapped_column(ForeignKey("brevmottak.id"))
    tid: Mapped[datetime] = mapped_column(UtcDateTime)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    slag: Mapped[str] = mapped_column(String(20))
    detalj: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
