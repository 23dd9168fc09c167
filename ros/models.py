"""The tables of risk analyses. CHECKs keep the columns true to the state that rules.py knows."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Float, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kjerne.db import Base, UtcDateTime
from kjerne.i18n import current
from ros.rules import HENDING_MAX, TITTEL_MAX, Status

_FARGE = "IN ('gron','gul','raud')"


class RosSett(Base):
    """The municipality's scales and colour grid from a day on. Never changed once used: a new one begins, the old one ends."""

    __tablename__ = "ros_sett"
    __table_args__ = (CheckConstraint("gjeld_til IS NULL OR gjeld_til >= gjeld_fra", "datoar"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    gjeld_fra: Mapped[date] = mapped_column(unique=True)
    gjeld_til: Mapped[date | None]
    laga_av_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class RosNiva(Base):
    """A level of a scale with its definition. `akse` is sannsyn, konsekvens (the common words) or an axis; level 0 names the axis.

    `per_ar_fra` and `per_ar_til` bound a likelihood in times a year: what observed frequencies are held against.
    """

    __tablename__ = "ros_niva"
    __table_args__ = (CheckConstraint("niva BETWEEN 0 AND 5", "niva"),)

    sett_id: Mapped[int] = mapped_column(ForeignKey("ros_sett.id"), primary_key=True)
    akse: Mapped[str] = mapped_column(String(20), primary_key=True)
    niva: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    nn: Mapped[str] = mapped_column(String(120))
    nb: Mapped[str] = mapped_column(String(120))
    en: Mapped[str] = mapped_column(String(120))
    per_ar_fra: Mapped[float | None] = mapped_column(Float)
    per_ar_til: Mapped[float | None] = mapped_column(Float)
    def_nn: Mapped[str] = mapped_column(String(200), default="")
    def_nb: Mapped[str] = mapped_column(String(200), default="")
    def_en: Mapped[str] = mapped_column(String(200), default="")

    @property
    def label(self) -> str:
        """The level's name in the language in force."""
        return str(getattr(self, current()))

    @property
    def definisjon(self) -> str:
        """What the level means, in the language in force."""
        return str(getattr(self, f"def_{current()}"))


class RosRute(Base):
    """One of the 25 cells of a colour grid."""

    __tablename__ = "ros_rute"
    __table_args__ = (
        CheckConstraint("sannsyn BETWEEN 1 AND 5 AND konsekvens BETWEEN 1 AND 5", "plass"),
        CheckConstraint(f"farge {_FARGE}", "farge"),
    )

    sett_id: Mapped[int] = mapped_column(ForeignKey("ros_sett.id"), primary_key=True)
    sannsyn: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    konsekvens: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    farge: Mapped[str] = mapped_column(String(10))


class RosAnalyse(Base):
    """A risk analysis. It keeps the set of scales (`sett_id`) it was made with. `aksar` lists the chosen axes, split by comma.

    `forgjengar_id` is the analysis it is the next year's revision of; `utgave` counts its approved editions.
    """

    __tablename__ = "ros_analyse"
    __table_args__ = (
        CheckConstraint("slag IN ('teneste','hms','beredskap','info','brann','endring')", "slag"),
        CheckConstraint("status IN ('planlagd','i_arbeid','til_godkjenning','godkjend','under_revisjon','avslutta')", "status"),
        CheckConstraint("(godkjend_tid IS NULL) = (godkjend_av_id IS NULL)", "godkjend_av"),
        CheckConstraint("status NOT IN ('godkjend','under_revisjon') OR godkjend_tid IS NOT NULL", "godkjend_har_tid"),
        CheckConstraint("(utgave = 0) = (godkjend_tid IS NULL)", "godkjend_har_utgave"),
        Index("ix_ros_analyse_eining", "eining_id", "status", "id"),
        Index("ix_ros_analyse_revisjon", "status", "neste_revisjon"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    tittel: Mapped[str] = mapped_column(String(TITTEL_MAX))
    slag: Mapped[str] = mapped_column(String(20))
    eining_id: Mapped[int] = mapped_column(ForeignKey("eining.id"))
    foremal: Mapped[str] = mapped_column(Text, default="")
    omfang: Mapped[str] = mapped_column(Text, default="")
    deltakarar: Mapped[str] = mapped_column(Text, default="")
    kriterium: Mapped[str] = mapped_column(Text, default="")
    aksar: Mapped[str] = mapped_column(String(100))
    status: Mapped[str] = mapped_column(String(20), default=Status.PLANLAGD.value)
    mote: Mapped[date | None]
    neste_revisjon: Mapped[date]
    sett_id: Mapped[int] = mapped_column(ForeignKey("ros_sett.id"))
    forgjengar_id: Mapped[int | None] = mapped_column(ForeignKey("ros_analyse.id"), index=True)
    utgave: Mapped[int] = mapped_column(default=0)
    laga: Mapped[datetime] = mapped_column(UtcDateTime)
    laga_av_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    sendt_tid: Mapped[datetime | None] = mapped_column(UtcDateTime)
    godkjend_tid: Mapped[datetime | None] = mapped_column(UtcDateTime)
    godkjend_av_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    versjon: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": versjon}  # noqa: RUF012 - SQLAlchemy's declarative attribute


class RosEining(Base):
    """A unit an analysis covers; its own unit stands here too, so that one predicate finds them all."""

    __tablename__ = "ros_eining"

    analyse_id: Mapped[int] = mapped_column(ForeignKey("ros_analyse.id"), primary_key=True)
    eining_id: Mapped[int] = mapped_column(ForeignKey("eining.id"), primary_key=True, index=True)


class RosDeltakar(Base):
    """A person who took part."""

    __tablename__ = "ros_deltakar"

    analyse_id: Mapped[int] = mapped_column(ForeignKey("ros_analyse.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)


class RosRad(Base):
    """A risk: an unwanted event and how it is judged before and after measures. `nr` never changes and is never used again.

    Colour, product and deciding consequence are worked out by the analysis' own grid when the row is saved.
    `barrierar` hinder the event, `dempande` soften what follows. `fra_rad_id`: the row of the year before.
    """

    __tablename__ = "ros_rad"
    __table_args__ = (
        UniqueConstraint("analyse_id", "nr"),
        CheckConstraint("sannsyn IS NULL OR sannsyn BETWEEN 1 AND 5", "sannsyn"),
        CheckConstraint("rest_sannsyn IS NULL OR rest_sannsyn BETWEEN 1 AND 5", "rest_sannsyn"),
        CheckConstraint("uvisse IN ('','lag','middels','hog')", "uvisse"),
        CheckConstraint(f"farge IS NULL OR farge {_FARGE}", "farge"),
        CheckConstraint(f"rest_farge IS NULL OR rest_farge {_FARGE}", "rest_farge"),
        CheckConstraint("(farge IS NULL) = (risiko IS NULL)", "farge_har_tal"),
        CheckConstraint("(rest_farge IS NULL) = (rest_risiko IS NULL)", "rest_har_tal"),
        CheckConstraint("(godteke_tid IS NULL) = (godteke_av_id IS NULL)", "godteke_av"),
        CheckConstraint("godteke_tid IS NULL OR godteke_grunn <> ''", "godteke_grunn"),
        Index("ix_ros_rad_kategori", "kategori", "analyse_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    analyse_id: Mapped[int] = mapped_column(ForeignKey("ros_analyse.id"))
    nr: Mapped[int]
    hending: Mapped[str] = mapped_column(String(HENDING_MAX))
    omrade: Mapped[str] = mapped_column(String(120), default="")
    kategori: Mapped[str] = mapped_column(String(60), default="")
    arsaker: Mapped[str] = mapped_column(Text, default="")
    sarbarheit: Mapped[str] = mapped_column(Text, default="")
    barrierar: Mapped[str] = mapped_column(Text, default="")
    dempande: Mapped[str] = mapped_column(Text, default="")
    sannsyn: Mapped[int | None]
    konsekvens: Mapped[int | None]
    risiko: Mapped[int | None]
    farge: Mapped[str | None] = mapped_column(String(10))
    grunngiving: Mapped[str] = mapped_column(Text, default="")
    uvisse: Mapped[str] = mapped_column(String(10), default="")
    rest_sannsyn: Mapped[int | None]
    rest_konsekvens: Mapped[int | None]
    rest_risiko: Mapped[int | None]
    rest_farge: Mapped[str | None] = mapped_column(String(10))
    godteke_av_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    godteke_tid: Mapped[datetime | None] = mapped_column(UtcDateTime)
    godteke_grunn: Mapped[str] = mapped_column(Text, default="")
    fra_rad_id: Mapped[int | None] = mapped_column(ForeignKey("ros_rad.id"), index=True)
    fjerna: Mapped[bool] = mapped_column(default=False)
    endra: Mapped[datetime] = mapped_column(UtcDateTime)
    endra_av_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    versjon: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": versjon}  # noqa: RUF012 - SQLAlchemy's declarative attribute


class RosKonsekvens(Base):
    """How bad a risk is on one axis, before and after measures."""

    __tablename__ = "ros_konsekvens"
    __table_args__ = (
        CheckConstraint("akse IN ('liv_helse','drift','okonomi','omdome','personvern','miljo')", "akse"),
        CheckConstraint("niva IS NULL OR niva BETWEEN 1 AND 5", "niva"),
        CheckConstraint("rest IS NULL OR rest BETWEEN 1 AND 5", "rest"),
        CheckConstraint("niva IS NOT NULL OR rest IS NOT NULL", "noko"),
    )

    rad_id: Mapped[int] = mapped_column(ForeignKey("ros_rad.id"), primary_key=True)
    akse: Mapped[str] = mapped_column(String(20), primary_key=True)
    niva: Mapped[int | None]
    rest: Mapped[int | None]


class RosUtgave(Base):
    """An approved edition, as it was: head, scales, rows and measures in one document. Never changed."""

    __tablename__ = "ros_utgave"
    __table_args__ = (UniqueConstraint("analyse_id", "nr"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    analyse_id: Mapped[int] = mapped_column(ForeignKey("ros_analyse.id"))
    nr: Mapped[int]
    godkjend_tid: Mapped[datetime] = mapped_column(UtcDateTime)
    godkjend_av_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    innhald: Mapped[dict[str, Any]] = mapped_column(JSON)
    sha256: Mapped[str] = mapped_column(String(64))


class RosHending(Base):
    """A line of an analysis' history. `slag` is a step or one of `rules.HENDINGNAMN`; `tekst` is what she wrote."""

    __tablename__ = "ros_hending"
    __table_args__ = (Index("ix_ros_hending_analyse", "analyse_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    analyse_id: Mapped[int] = mapped_column(ForeignKey("ros_analyse.id"))
    rad_nr: Mapped[int | None]
    tid: Mapped[datetime] = mapped_column(UtcDateTime)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    slag: Mapped[str] = mapped_column(String(20))
    tekst: Mapped[str] = mapped_column(Text, default="")
