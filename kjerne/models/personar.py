"""Personar, what they may where, and their sessions."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kjerne.db import Base, UtcDateTime


class Person(Base):
    """An employee, and her account when `passord_hash` is set. `vakter` is a comma list of dag, kveld, natt, helg."""

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint("stillingsprosent >= 0 AND stillingsprosent <= 100", "stillingsprosent"),
        CheckConstraint("tilsett_til IS NULL OR tilsett_til >= tilsett_fra", "tilsett"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ansattnr: Mapped[str] = mapped_column(String(40), unique=True)
    namn: Mapped[str] = mapped_column(String(160))
    epost: Mapped[str | None] = mapped_column(String(200), unique=True)
    yrke: Mapped[str | None] = mapped_column(String(60))
    stillingsprosent: Mapped[int] = mapped_column(default=100)
    tilsett_fra: Mapped[date] = mapped_column(default=date(2020, 1, 1))
    tilsett_til: Mapped[date | None]
    tilsetjingsform: Mapped[str] = mapped_column(String(40), default="fast")
    vakter: Mapped[str] = mapped_column(String(40), default="dag")
    borte_fra: Mapped[date | None]
    borte_til: Mapped[date | None]
    sprak: Mapped[str | None] = mapped_column(String(2))
    passord_hash: Mapped[str | None] = mapped_column(String(200))
    ma_byte_passord: Mapped[bool] = mapped_column(default=False)
    invitasjon_hash: Mapped[str | None] = mapped_column(String(64))
    invitasjon_utgar: Mapped[datetime | None] = mapped_column(UtcDateTime)
    deaktivert: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's declarative attribute

    def is_employed(self, day: date) -> bool:
        """Employed on that day and not disabled."""
        return not self.deaktivert and self.tilsett_fra <= day and (self.tilsett_til is None or day <= self.tilsett_til)

    def is_away(self, day: date) -> bool:
        """Registered as away on that day; an open end counts as still away."""
        return self.borte_fra is not None and self.borte_fra <= day and (self.borte_til is None or day <= self.borte_til)


class PersonEining(Base):
    """Where a person works; `hovud` marks the unit that is preset in forms."""

    __tablename__ = "person_eining"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    eining_id: Mapped[int] = mapped_column(ForeignKey("eining.id"), primary_key=True, index=True)
    hovud: Mapped[bool] = mapped_column(default=False)


class Tilgang(Base):
    """A role, given to a person on a unit for its subtree, with dates. `heimel` says why a revisor has it."""

    __tablename__ = "tilgang"
    __table_args__ = (
        UniqueConstraint("person_id", "eining_id", "rolle", "gjeld_fra"),
        CheckConstraint("gjeld_til IS NULL OR gjeld_til >= gjeld_fra", "datoar"),
        CheckConstraint("rolle <> 'revisor' OR gjeld_til IS NOT NULL", "revisor_har_slutt"),
        Index("ix_tilgang_eining_rolle", "eining_id", "rolle"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    eining_id: Mapped[int] = mapped_column(ForeignKey("eining.id"))
    rolle: Mapped[str] = mapped_column(String(40))
    gjeld_fra: Mapped[date]
    gjeld_til: Mapped[date | None]
    heimel: Mapped[str] = mapped_column(String(200), default="")


class Tilgangsgruppe(Base):
    """A named group that alone sees one sensitive kind of case, such as `personvern`, `vald` or `varsel`.

    Its members are persons named one by one, and the holders (in the case's unit) of the roles in `roller` (comma list).
    """

    __tablename__ = "tilgangsgruppe"

    id: Mapped[int] = mapped_column(primary_key=True)
    kode: Mapped[str] = mapped_column(String(40), unique=True)
    nn: Mapped[str] = mapped_column(String(120))
    nb: Mapped[str] = mapped_column(String(120))
    en: Mapped[str] = mapped_column(String(120))
    roller: Mapped[str] = mapped_column(String(200), default="")


class TilgangsgruppeMedlem(Base):
    """A person named into a group."""

    __tablename__ = "tilgangsgruppe_medlem"

    gruppe_id: Mapped[int] = mapped_column(ForeignKey("tilgangsgruppe.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)


class Okt(Base):
    """A session on the server. The cookie's random value is kept as a SHA-256 only."""

    __tablename__ = "okt"

    id: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    laga: Mapped[datetime] = mapped_column(UtcDateTime)
    sist_sett: Mapped[datetime] = mapped_column(UtcDateTime)
    delt_nettbrett: Mapped[bool] = mapped_column(default=False)
    avslutta: Mapped[datetime | None] = mapped_column(UtcDateTime)
