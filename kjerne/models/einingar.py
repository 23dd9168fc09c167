"""Einingar: the organisation as a tree of any depth, with its history."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kjerne.db import Base, UtcDateTime


class Eining(Base):
    """A unit. `sti` is the path of ids from the top, "/1/5/17/": a subtree is every unit whose path starts with it.

    `niva` is sektor, stab, avdeling or eining. A unit that is gone has `gjeld_til`; one that was merged points to its heir.
    """

    __tablename__ = "eining"
    __table_args__ = (CheckConstraint("gjeld_til IS NULL OR gjeld_til >= gjeld_fra", "datoar"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kode: Mapped[str] = mapped_column(String(40), unique=True)
    namn: Mapped[str] = mapped_column(String(160))
    niva: Mapped[str] = mapped_column(String(40), default="eining")
    overordna_id: Mapped[int | None] = mapped_column(ForeignKey("eining.id"), index=True)
    sti: Mapped[str] = mapped_column(String(400), default="", index=True)
    leiar_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    stedfortredar_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    gjeld_fra: Mapped[date] = mapped_column(default=date(2020, 1, 1))
    gjeld_til: Mapped[date | None]
    arvtakar_id: Mapped[int | None] = mapped_column(ForeignKey("eining.id"))
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's declarative attribute

    overordna: Mapped["Eining | None"] = relationship(remote_side="Eining.id", foreign_keys=[overordna_id], lazy="raise")

    def is_active(self, day: date) -> bool:
        """Whether the unit exists on that day."""
        return self.gjeld_fra <= day and (self.gjeld_til is None or day <= self.gjeld_til)


class EiningHistorie(Base):
    """What a unit was before it was moved, renamed, merged or got another leader: nothing is lost by a change."""

    __tablename__ = "eining_historie"

    id: Mapped[int] = mapped_column(primary_key=True)
    eining_id: Mapped[int] = mapped_column(ForeignKey("eining.id"), index=True)
    tid: Mapped[datetime] = mapped_column(UtcDateTime)
    felt: Mapped[str] = mapped_column(String(40))
    fra: Mapped[str | None] = mapped_column(String(200))
    til: Mapped[str | None] = mapped_column(String(200))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
