"""The archive, who gets which report and when, what leaders write to them, and key figures from other systems."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kjerne.db import Base, UtcDateTime
from rapportar.rules.nokkeltal import Slag
from rapportar.rules.perioder import Rytme

_RYTME = ",".join(f"'{one.value}'" for one in Rytme)
_SLAG = ",".join(f"'{one.value}'" for one in Slag)


class Rapport(Base):
    """A report of a kind, for a unit and a period (2026-10), to a receiver: the key that lets it be made once.

    `status` is ventar, laga, feila or kvilar (an earlier one, made when it is first opened). The bytes lie under their SHA-256;
    `laga` is when the figures were read. Until `send_fra` leaders may comment. `heilt`: no small number is hidden in it.
    """

    __tablename__ = "rapport"
    __table_args__ = (
        UniqueConstraint("slag", "eining_id", "periode", "mottakar_id"),
        CheckConstraint("status IN ('ventar', 'laga', 'feila', 'kvilar')", "status"),
        CheckConstraint("(status = 'laga') = (sha256 IS NOT NULL AND laga IS NOT NULL)", "laga_har_fil"),
        Index("ix_rapport_arkiv", "eining_id", "status", "id"),
        Index("ix_rapport_status", "status", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slag: Mapped[str] = mapped_column(String(40))
    eining_id: Mapped[int] = mapped_column(ForeignKey("eining.id"))
    periode: Mapped[str] = mapped_column(String(7))
    mottakar_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    sprak: Mapped[str] = mapped_column(String(2))
    status: Mapped[str] = mapped_column(String(10), default="ventar")
    tinga: Mapped[datetime] = mapped_column(UtcDateTime)
    send_fra: Mapped[date | None]
    abonnement_id: Mapped[int | None] = mapped_column(ForeignKey("rapportabonnement.id"), index=True)
    laga: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sha256: Mapped[str | None] = mapped_column(String(64))
    storleik: Mapped[int] = mapped_column(default=0)
    heilt: Mapped[bool] = mapped_column(default=True)
    feil: Mapped[str | None] = mapped_column(String(80))


class Abonnement(Base):
    """Who gets a kind of report, how often: a person for a unit, or whoever has a role, on a unit or wherever it is given.

    Due on the `arbeidsdag`-th working day after the period, then `vindauge` days for comments. `tinga_til` is the last period
    that is wholly ordered: those after it are caught up. `standard` is the code of one that came with the program.
    """

    __tablename__ = "rapportabonnement"
    __table_args__ = (
        CheckConstraint(f"rytme IN ({_RYTME})", "rytme"),
        CheckConstraint("(rolle IS NULL) <> (person_id IS NULL)", "ein_mottakar"),
        CheckConstraint("person_id IS NULL OR eining_id IS NOT NULL", "person_har_eining"),
        CheckConstraint("arbeidsdag BETWEEN 1 AND 15", "arbeidsdag"),
        CheckConstraint("vindauge BETWEEN 0 AND 30", "vindauge"),
        UniqueConstraint("standard"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slag: Mapped[str] = mapped_column(String(40))
    rytme: Mapped[str] = mapped_column(String(10))
    rolle: Mapped[str | None] = mapped_column(String(40))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    eining_id: Mapped[int | None] = mapped_column(ForeignKey("eining.id"), index=True)
    arbeidsdag: Mapped[int] = mapped_column(default=1)
    vindauge: Mapped[int] = mapped_column(default=0)
    sprak: Mapped[str | None] = mapped_column(String(2))
    aktiv: Mapped[bool] = mapped_column(default=True)
    fra: Mapped[date]
    tinga_til: Mapped[str | None] = mapped_column(String(7))
    standard: Mapped[str | None] = mapped_column(String(40))
    endra_av_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    endra: Mapped[datetime] = mapped_column(UtcDateTime)
    versjon: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": versjon}  # noqa: RUF012 - SQLAlchemy's declarative attribute


class Rapporttekst(Base):
    """What a leader has written to a section of a report of a unit and a period; no name of a user may stand in it."""

    __tablename__ = "rapporttekst"
    __table_args__ = (UniqueConstraint("slag", "eining_id", "periode", "bolk"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    slag: Mapped[str] = mapped_column(String(40))
    eining_id: Mapped[int] = mapped_column(ForeignKey("eining.id"))
    periode: Mapped[str] = mapped_column(String(20))
    bolk: Mapped[str] = mapped_column(String(40))
    tekst: Mapped[str] = mapped_column(Text)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    endra: Mapped[datetime] = mapped_column(UtcDateTime)
    versjon: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": versjon}  # noqa: RUF012 - SQLAlchemy's declarative attribute


class Vising(Base):
    """A board somebody has saved under a name: which one, of which unit and period, which may move with time (siste-kvartal)."""

    __tablename__ = "rapportvising"
    __table_args__ = (UniqueConstraint("person_id", "namn"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    namn: Mapped[str] = mapped_column(String(60))
    tavle: Mapped[str] = mapped_column(String(40))
    eining_id: Mapped[int] = mapped_column(ForeignKey("eining.id"))
    periode: Mapped[str] = mapped_column(String(20))
    laga: Mapped[datetime] = mapped_column(UtcDateTime)


class Nokkeltal(Base):
    """A key figure of a unit and a month (202611), brought in from another system."""

    __tablename__ = "nokkeltal"
    __table_args__ = (
        CheckConstraint(f"slag IN ({_SLAG})", "slag"),
        CheckConstraint("manad BETWEEN 200001 AND 210012 AND manad % 100 BETWEEN 1 AND 12", "manad"),
        CheckConstraint("verdi >= -10000000000 AND verdi <= 10000000000", "verdi"),
    )

    eining_id: Mapped[int] = mapped_column(ForeignKey("eining.id"), primary_key=True)
    manad: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    slag: Mapped[str] = mapped_column(String(40), primary_key=True)
    verdi: Mapped[float]
