"""What a unit is, which routines the municipality needs beside the starter list, and how each needed one stands in a unit."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kjerne.db import Base, UtcDateTime
from kjerne.katalog import Post
from kjerne.kept import watch
from prosedyrar.rules import TITTEL_MAX


class Einingsslag(Base):
    """The kind of a unit, when somebody has set it; else it is guessed from the names (`prosedyrar.behov.guess_slag`)."""

    __tablename__ = "einingsslag"

    eining_id: Mapped[int] = mapped_column(ForeignKey("eining.id"), primary_key=True)
    slag: Mapped[str] = mapped_column(String(40))


class Eigenrutine(Post, Base):
    """A routine the municipality itself has found that it needs. A row is how it read from a day; the next takes over.

    `slag`: kinds of units split by |, or "alle". `ansvar`: the role that sees to it that the routine exists, or empty.
    """

    __tablename__ = "eigenrutine"
    __table_args__ = (
        UniqueConstraint("kode", "gjeld_fra"),
        CheckConstraint("gjeld_til IS NULL OR gjeld_til >= gjeld_fra", "varer_minst_ein_dag"),
    )

    tema: Mapped[str] = mapped_column(String(40))
    slag: Mapped[str] = mapped_column(String(TITTEL_MAX))
    heimel: Mapped[str] = mapped_column(String(TITTEL_MAX), default="")
    ansvar: Mapped[str] = mapped_column(String(40), default="")
    endra: Mapped[datetime] = mapped_column(UtcDateTime)
    endra_av_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    versjon: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": versjon}  # noqa: RUF012 - SQLAlchemy's declarative attribute


watch([Eigenrutine])


class Rutinedekning(Base):
    """How a needed routine stands in a unit and all below it: by a procedure, planned, or not needed with a reason.

    `behov` is a code of the starter list or of the municipality's own. No row, here or above: the routine is missing. The
    nearest row counts.
    """

    __tablename__ = "rutinedekning"
    __table_args__ = (
        UniqueConstraint("behov", "eining_id"),
        CheckConstraint("(plan_person_id IS NULL) = (plan_frist IS NULL)", "plan_har_begge"),
        CheckConstraint("prosedyre_id IS NULL OR plan_person_id IS NULL", "dekt_eller_planlagt"),
        CheckConstraint("prosedyre_id IS NOT NULL OR plan_person_id IS NOT NULL OR grunn <> ''", "seier_noko"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    behov: Mapped[str] = mapped_column(String(60))
    eining_id: Mapped[int] = mapped_column(ForeignKey("eining.id"), index=True)
    prosedyre_id: Mapped[int | None] = mapped_column(ForeignKey("prosedyre.id"), index=True)
    plan_person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    plan_frist: Mapped[date | None]
    grunn: Mapped[str] = mapped_column(String(TITTEL_MAX), default="")
    endra: Mapped[datetime] = mapped_column(UtcDateTime)
    endra_av_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    versjon: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": versjon}  # noqa: RUF012 - SQLAlchemy's declarative attribute
