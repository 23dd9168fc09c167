"""A hearing of a version: who is asked, until when, what they say to which section, and what came of it."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kjerne.db import Base, UtcDateTime
from prosedyrar.rules import TITTEL_MAX


class Hoyring(Base):
    """One round of asking. A version that went back to draft may be heard again; then it is a new row."""

    __tablename__ = "hoyring"
    __table_args__ = (Index("ix_hoyring_versjon", "versjon_id"), Index("ix_hoyring_frist", "avslutta", "frist"))

    id: Mapped[int] = mapped_column(primary_key=True)
    versjon_id: Mapped[int] = mapped_column(ForeignKey("prosedyre_versjon.id"))
    frist: Mapped[date]
    melding: Mapped[str] = mapped_column(Text, default="")
    kort_grunn: Mapped[str] = mapped_column(String(TITTEL_MAX), default="")
    sendt: Mapped[datetime] = mapped_column(UtcDateTime)
    sendt_av_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    avslutta: Mapped[datetime | None] = mapped_column(UtcDateTime)


class HoyringDeltakar(Base):
    """Who is asked: one person, or everybody of a unit's subtree, all or those with a role there."""

    __tablename__ = "hoyring_deltakar"
    __table_args__ = (
        CheckConstraint("(person_id IS NULL) <> (eining_id IS NULL)", "person_eller_eining"),
        CheckConstraint("rolle = '' OR eining_id IS NOT NULL", "rolle_har_eining"),
        UniqueConstraint("hoyring_id", "person_id", "eining_id", "rolle"),
        Index("ix_hoyring_deltakar_person", "person_id"),
        Index("ix_hoyring_deltakar_eining", "eining_id", "rolle"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    hoyring_id: Mapped[int] = mapped_column(ForeignKey("hoyring.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    eining_id: Mapped[int | None] = mapped_column(ForeignKey("eining.id"))
    rolle: Mapped[str] = mapped_column(String(40), default="")


class HoyringMerknad(Base):
    """A comment on a section (empty: on the whole), and the answer: taken in or not, and why.

    Answered by nobody: she has read it and has nothing to add.
    """

    __tablename__ = "hoyring_merknad"
    __table_args__ = (
        CheckConstraint("svar IS NULL OR svar IN ('teken_inn','ikkje')", "svar"),
        CheckConstraint("(svar IS NULL) = (svart IS NULL)", "svar_har_tid"),
        Index("ix_hoyring_merknad_hoyring", "hoyring_id", "svar"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    hoyring_id: Mapped[int] = mapped_column(ForeignKey("hoyring.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    seksjon: Mapped[str] = mapped_column(String(TITTEL_MAX), default="")
    tekst: Mapped[str] = mapped_column(Text)
    tid: Mapped[datetime] = mapped_column(UtcDateTime)
    svar: Mapped[str | None] = mapped_column(String(20))
    svar_tekst: Mapped[str] = mapped_column(Text, default="")
    svart_av_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    svart: Mapped[datetime | None] = mapped_column(UtcDateTime)
