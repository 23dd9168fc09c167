"""The tables of competence: the catalogue, what is needed, what people have, the plan, and what asked for training.

No health data of employees: evidence is a course, a test or a licence, never a vaccine, an illness or a control of health.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kjerne.db import Base, UtcDateTime
from kjerne.katalog import Post
from kompetanse.rules import GRUNN_MAX, NAMN_MAX, REFERANSE_MAX, URL_MAX


class Kompetanse(Post, Base):
    """An entry of the catalogue (domene 6.2). Lists are split by |.

    `manader`: how long evidence holds, None for ever. `bak`: code of the competence a delegation rests on and lapses with.
    `kursnamn`: course names that mean this one in imports. `tema`: sub-categories of cases that are about it.
    """

    __tablename__ = "kompetanse"
    __table_args__ = (
        UniqueConstraint("kode", "gjeld_fra"),
        CheckConstraint("manader IS NULL OR manader BETWEEN 1 AND 240", "manader"),
        CheckConstraint("stadfestar IN ('leiar','fagansvarleg')", "stadfestar"),
    )

    gruppe: Mapped[str] = mapped_column(String(40), default="pleie")
    bevis: Mapped[str] = mapped_column(String(200), default="kurs")
    manader: Mapped[int | None]
    heimel: Mapped[str] = mapped_column(String(NAMN_MAX), default="")
    stadfestar: Mapped[str] = mapped_column(String(20), default="leiar")
    delegasjon: Mapped[bool] = mapped_column(default=False)
    bak: Mapped[str] = mapped_column(String(60), default="")
    kursnamn: Mapped[str] = mapped_column(Text, default="")
    tema: Mapped[str] = mapped_column(Text, default="")
    laering_url: Mapped[str] = mapped_column(String(URL_MAX), default="")
    merke: Mapped[str] = mapped_column(String(10), default="U")
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's declarative attribute


class KompetanseProsedyre(Base):
    """A procedure a competence rests on. `opplaering`: a new major version of it makes a training need."""

    __tablename__ = "kompetanse_prosedyre"

    kompetanse_id: Mapped[int] = mapped_column(ForeignKey("kompetanse.id"), primary_key=True)
    prosedyre_id: Mapped[int] = mapped_column(ForeignKey("prosedyre.id"), primary_key=True, index=True)
    opplaering: Mapped[bool] = mapped_column(default=True)


class Lovyrke(Post, Base):
    """A profession the law says the municipality shall have (helse- og omsorgstenestelova § 3-2). `yrker`: codes that count."""

    __tablename__ = "lovyrke"
    __table_args__ = (UniqueConstraint("kode", "gjeld_fra"),)

    yrker: Mapped[str] = mapped_column(String(200), default="")
    heimel: Mapped[str] = mapped_column(String(NAMN_MAX), default="")
    merke: Mapped[str] = mapped_column(String(10), default="U")
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's declarative attribute


class Kompetansebehov(Base):
    """What is needed, in a unit and all beneath: whom it is about (type, profession, role, shift; empty: all) and how many.

    `overstyrer_id`: this row stands instead of that one from here down, with a reason. `omfang` ingen: not needed here.
    """

    __tablename__ = "kompetansebehov"
    __table_args__ = (
        CheckConstraint("omfang IN ('alle','minst','minst_vakt','andel','ingen')", "omfang"),
        CheckConstraint("niva BETWEEN 1 AND 4", "niva"),
        CheckConstraint("(omfang IN ('alle','ingen')) = (tal = 0)", "tal"),
        CheckConstraint("omfang <> 'andel' OR tal BETWEEN 1 AND 100", "prosent"),
        CheckConstraint("overstyrer_id IS NULL OR grunn <> ''", "overstyring_har_grunn"),
        CheckConstraint("omfang <> 'ingen' OR overstyrer_id IS NOT NULL", "ingen_overstyrer"),
        CheckConstraint("gjeld_til IS NULL OR gjeld_til >= gjeld_fra", "datoar"),
        Index("ix_kompetansebehov_eining", "eining_id", "kompetanse_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kompetanse_id: Mapped[int] = mapped_column(ForeignKey("kompetanse.id"), index=True)
    eining_id: Mapped[int] = mapped_column(ForeignKey("eining.id"))
    einingsslag: Mapped[str] = mapped_column(String(40), default="")
    yrker: Mapped[str] = mapped_column(String(400), default="")
    rolle: Mapped[str] = mapped_column(String(40), default="")
    vakt: Mapped[str] = mapped_column(String(10), default="")
    omfang: Mapped[str] = mapped_column(String(20))
    tal: Mapped[int] = mapped_column(default=0)
    niva: Mapped[int] = mapped_column(default=2)
    overstyrer_id: Mapped[int | None] = mapped_column(ForeignKey("kompetansebehov.id"), index=True)
    grunn: Mapped[str] = mapped_column(String(GRUNN_MAX), default="")
    gjeld_fra: Mapped[date]
    gjeld_til: Mapped[date | None]
    laga_av_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    laga: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's declarative attribute


class Kompetansebevis(Base):
    """What a person has, with its evidence: a self-assessment until confirmed. One for each person, competence and date.

    `stadfesta_av_id` is empty only for what the command line imported.
    """

    __tablename__ = "kompetansebevis"
    __table_args__ = (
        UniqueConstraint("person_id", "kompetanse_id", "dato"),
        CheckConstraint("niva BETWEEN 0 AND 4", "niva"),
        CheckConstraint("status IN ('sjolv','stadfesta','avvist')", "status"),
        CheckConstraint("kjelde IN ('eiga','leiar','import','plan')", "kjelde"),
        CheckConstraint("(status = 'sjolv') = (vurdert_tid IS NULL)", "vurdert_har_tid"),
        CheckConstraint("status <> 'avvist' OR grunn <> ''", "avvist_har_grunn"),
        CheckConstraint("gyldig_til IS NULL OR gyldig_til >= dato", "gyldig_til"),
        Index("ix_kompetansebevis_kompetanse", "kompetanse_id", "status", "gyldig_til"),
        Index("ix_kompetansebevis_status", "status", "gyldig_til"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kompetanse_id: Mapped[int] = mapped_column(ForeignKey("kompetanse.id"))
    niva: Mapped[int] = mapped_column(default=2)
    dato: Mapped[date]
    gyldig_til: Mapped[date | None]
    slag: Mapped[str] = mapped_column(String(20), default="kurs")
    referanse: Mapped[str] = mapped_column(String(REFERANSE_MAX), default="")
    status: Mapped[str] = mapped_column(String(20), default="sjolv")
    kjelde: Mapped[str] = mapped_column(String(20), default="eiga")
    vurdert_av_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    vurdert_tid: Mapped[datetime | None] = mapped_column(UtcDateTime)
    grunn: Mapped[str] = mapped_column(String(GRUNN_MAX), default="")
    laga_av_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    laga: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's declarative attribute


class Delegasjon(Base):
    """What a personal delegation says beside its evidence: the unit, the tasks, and who gave it."""

    __tablename__ = "delegasjon"
    __table_args__ = (CheckConstraint("gitt_som IN ('lege','leiar')", "gitt_som"),)

    bevis_id: Mapped[int] = mapped_column(ForeignKey("kompetansebevis.id"), primary_key=True)
    eining_id: Mapped[int] = mapped_column(ForeignKey("eining.id"), index=True)
    oppgaver: Mapped[str] = mapped_column(Text)
    gitt_av_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    gitt_som: Mapped[str] = mapped_column(String(10), default="leiar")


class Kompetansepaminning(Base):
    """That a reminder of one stage was sent, so that it goes once."""

    __tablename__ = "kompetansepaminning"

    bevis_id: Mapped[int] = mapped_column(ForeignKey("kompetansebevis.id"), primary_key=True)
    dagar: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sendt: Mapped[datetime] = mapped_column(UtcDateTime)


class Kompetanserute(Base):
    """A kept cell of the map: a unit and a competence so many months ahead, for all, for one profession or for one shift.

    It holds only while `Kompetansestand` says so; else the map counts anew (`kompetanse.queries.lagra`).
    """

    __tablename__ = "kompetanserute"

    eining_id: Mapped[int] = mapped_column(ForeignKey("eining.id"), primary_key=True)
    manader: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    snitt: Mapped[str] = mapped_column(String(60), primary_key=True)
    kompetanse_id: Mapped[int] = mapped_column(ForeignKey("kompetanse.id"), primary_key=True)
    behov: Mapped[int]
    har: Mapped[int]
    kan: Mapped[int]
    eineste_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class Kompetanseutlop(Base):
    """A kept count: how much evidence of a unit's people goes out in a month and is not renewed. By main unit."""

    __tablename__ = "kompetanseutlop"

    eining_id: Mapped[int] = mapped_column(ForeignKey("eining.id"), primary_key=True)
    manad: Mapped[date] = mapped_column(primary_key=True)
    tal: Mapped[int]


class Kompetansestand(Base):
    """The day a unit's kept cells are right for. No row: something changed since, and they are counted anew."""

    __tablename__ = "kompetansestand"

    eining_id: Mapped[int] = mapped_column(ForeignKey("eining.id"), primary_key=True)
    dag: Mapped[date]


class Kompetanseplan(Base):
    """A unit's plan for a year (domene 6.4), made from the gaps. `forrige_id`: the plan it carries on."""

    __tablename__ = "kompetanseplan"
    __table_args__ = (
        UniqueConstraint("eining_id", "aar"),
        CheckConstraint("status IN ('utkast','godkjend','vidarefort')", "status"),
        CheckConstraint("(godkjend_tid IS NULL) = (godkjend_av_id IS NULL)", "godkjend"),
        CheckConstraint("status <> 'godkjend' OR godkjend_tid IS NOT NULL", "godkjend_har_tid"),
        CheckConstraint("aar BETWEEN 2000 AND 2200", "aar"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    eining_id: Mapped[int] = mapped_column(ForeignKey("eining.id"))
    aar: Mapped[int]
    maal: Mapped[str] = mapped_column(Text, default="")
    evaluering: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[str] = mapped_column(String(20), default="utkast")
    forrige_id: Mapped[int | None] = mapped_column(ForeignKey("kompetanseplan.id"))
    godkjend_av_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    godkjend_tid: Mapped[datetime | None] = mapped_column(UtcDateTime)
    laga: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's declarative attribute


class Planrad(Base):
    """A line of a plan: what is done about one competence. Owner, deadline, cost and state stand in its measure.

    `tal`: persons to recruit; the others have named participants.
    """

    __tablename__ = "kompetanseplan_rad"
    __table_args__ = (
        CheckConstraint("slag IN ('rekruttere','utdanne','omfordele','behalde')", "slag"),
        CheckConstraint("finansiering IN ('eigne','tilskot','anna')", "finansiering"),
        CheckConstraint("niva BETWEEN 1 AND 4", "niva"),
        CheckConstraint("tal BETWEEN 0 AND 999", "tal"),
        UniqueConstraint("plan_id", "tiltak_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("kompetanseplan.id"), index=True)
    kompetanse_id: Mapped[int] = mapped_column(ForeignKey("kompetanse.id"), index=True)
    tiltak_id: Mapped[int] = mapped_column(ForeignKey("tiltak.id"), index=True)
    slag: Mapped[str] = mapped_column(String(20))
    niva: Mapped[int] = mapped_column(default=2)
    tal: Mapped[int] = mapped_column(default=0)
    finansiering: Mapped[str] = mapped_column(String(20), default="eigne")


class Plandeltakar(Base):
    """Who takes part in a line of a plan. `fullfort`: the day it was recorded that she did."""

    __tablename__ = "kompetanseplan_deltakar"

    rad_id: Mapped[int] = mapped_column(ForeignKey("kompetanseplan_rad.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    fullfort: Mapped[date | None]


class Opplaeringsbehov(Base):
    """What happened and asks for training in a unit: a deviation, or a new major version of a procedure. No text of the case.

    `namn` is drawn only when `synleg` and the reader may see its kind. `kompetanse_id` is empty until somebody says which.
    """

    __tablename__ = "opplaeringsbehov"
    __table_args__ = (
        UniqueConstraint("slag", "ref_id", "eining_id", "kompetanse_id"),
        CheckConstraint("slag IN ('avvik','prosedyre')", "slag"),
        CheckConstraint("status IN ('open','i_plan','utfort','avvist')", "status"),
        CheckConstraint("(status = 'i_plan' OR status = 'utfort') = (rad_id IS NOT NULL)", "plan"),
        Index("ix_opplaeringsbehov_eining", "eining_id", "status", "kompetanse_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    eining_id: Mapped[int] = mapped_column(ForeignKey("eining.id"))
    kompetanse_id: Mapped[int | None] = mapped_column(ForeignKey("kompetanse.id"))
    slag: Mapped[str] = mapped_column(String(20))
    ref_id: Mapped[int]
    namn: Mapped[str] = mapped_column(String(80), default="")
    synleg: Mapped[bool] = mapped_column(default=False)
    status: Mapped[str] = mapped_column(String(20), default="open")
    rad_id: Mapped[int | None] = mapped_column(ForeignKey("kompetanseplan_rad.id"), index=True)
    laga: Mapped[datetime] = mapped_column(UtcDateTime)
