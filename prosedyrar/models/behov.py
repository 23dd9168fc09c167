"""What a unit is, and how each needed routine stands there."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kjerne.db import Base, UtcDateTime
from prosedyrar.rules import TITTEL_MAX


class Einingsslag(Base):
    """The kind of a unit, when somebody has set it; else it is guessed from the names (`prosedyrar.behov.guess_slag`)."""

    __tablename__ = "einingsslag"

    eining_id: Mapped[int] = mapped_column(ForeignKey("eining.id"), primary_key=True)
    slag: Mapped[str] = mapped_column(String(40))


class Rutinedekning(Base):
    """How a needed routine stands in a unit and all below it: by a procedure, planned, or not needed with a reason.

    `behov` is a code of the starter list. No row, here or above: the routine is missing. The nearest row counts.
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
