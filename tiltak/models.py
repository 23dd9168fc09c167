"""The tables of a measure. CHECKs keep the columns true to the state that rules.py knows."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kjerne.db import Base, UtcDateTime
from tiltak.rules import FINANSIERING_MAX, KONTO_MAX, TABELLNAMN_MAX, TITTEL_MAX, Kjelde, Slag, Status


def _only(where: str) -> dict[str, Any]:
    """For an index that holds some of the rows; `{no}` is false, as each database writes it."""
    return {f"{kind}_where": text(where.format(no=no)) for kind, no in (("sqlite", "0"), ("postgresql", "false"))}


class Tiltak(Base):
    """A measure. `laga_av_id` is who follows it up: whoever made it, until it is handed over.

    `start` is the day work begins or began, `ferdig_tid` when the owner said done. `skjerma`: from a case that few may see;
    then the owner sees title and deadline only. Money in whole kroner: `kostnad` once, `effekt_kr` per year (negative: it
    costs), `ansvar` the account's code. `farge` and `risikoreduksjon` are written from above and follow the risk's row.
    `rang` is its place (`tiltak.rang`): computed, until somebody moved it by hand with a reason (`flytta_grunn`).
    `avslutta` says whether the state is a settled one, for the indexes. `kjelde` is the kind of its first origin.
    """

    __tablename__ = "tiltak"
    __table_args__ = (
        CheckConstraint("status IN ('planlagt','i_gang','ventar_godkjenning','utfort','vurdert','utsett','avlyst')", "status"),
        CheckConstraint(
            "type IN ('forebyggjande','konsekvensreduserande','strakstiltak','korrigerande')",
            "type",
        ),
        CheckConstraint("prioritet BETWEEN 1 AND 3", "prioritet"),
        CheckConstraint("status <> 'i_gang' OR start IS NOT NULL", "i_gang_har_start"),
        CheckConstraint("(status IN ('ventar_godkjenning', 'utfort', 'vurdert')) = (ferdig_tid IS NOT NULL)", "ferdig_har_tid"),
        CheckConstraint("(status IN ('utfort', 'vurdert')) = (effekt_frist IS NOT NULL)", "utfort_har_effekt_frist"),
        CheckConstraint("(status = 'vurdert') = (effekt_resultat IS NOT NULL)", "vurdert_har_resultat"),
        CheckConstraint("(effekt_resultat IS NULL) = (effekt_tid IS NULL)", "resultat_har_tid"),
        CheckConstraint("effekt_resultat IS NULL OR effekt_resultat IN ('god','delvis','darleg')", "effekt_resultat"),
        CheckConstraint("utsett_tal >= 0 AND (status <> 'utsett' OR utsett_tal > 0)", "utsett_er_talt"),
        CheckConstraint("kostnad IS NULL OR kostnad BETWEEN 0 AND 2000000000", "kostnad"),
        CheckConstraint("effekt_kr IS NULL OR effekt_kr BETWEEN -2000000000 AND 2000000000", "effekt_kr"),
        CheckConstraint("farge IS NULL OR farge IN ('raud','gul','gron')", "farge"),
        CheckConstraint("risikoreduksjon IS NULL OR risikoreduksjon BETWEEN -25 AND 25", "risikoreduksjon"),
        CheckConstraint(
            "kjelde IN ('avvik','ros','prosedyre','runde','undersoking','brev','kompetanseplan','omstilling','fri')", "kjelde"
        ),
        CheckConstraint("avslutta = (status IN ('utfort','vurdert','avlyst'))", "avslutta"),
        CheckConstraint("(flytta_tid IS NULL) = (flytta_av_id IS NULL)", "flytta"),
        Index("ix_tiltak_laga_av_status", "laga_av_id", "status"),
        Index("ix_tiltak_eining_rang", "eining_id", "avslutta", "rang", "id"),
        Index("ix_tiltak_ansvarleg_rang", "ansvarleg_id", "avslutta", "rang", "id"),
        Index("ix_tiltak_eining_status_rang", "eining_id", "status", "rang", "id"),
        Index("ix_tiltak_eining_kjelde", "eining_id", "kjelde", "avslutta", "rang", "id"),
        Index("ix_tiltak_ansvarleg_eining", "ansvarleg_id", "eining_id", "skjerma"),
        Index("ix_tiltak_laga_av_rang", "laga_av_id", "avslutta", "rang", "id"),
        Index("ix_tiltak_eining_status", "eining_id", "status", "frist", "skjerma"),
        Index("ix_tiltak_ansvarleg", "ansvarleg_id", "status", "frist"),
        Index("ix_tiltak_frist", "status", "frist"),
        Index("ix_tiltak_effekt_frist", "status", "effekt_frist"),
        # what reports count of a unit, and nothing but that: as many rows as the count is
        Index("ix_tiltak_eining_ferdig", "eining_id", "ferdig_tid", "status", "skjerma", **_only("ferdig_tid IS NOT NULL")),
        Index("ix_tiltak_eining_open", "eining_id", "avslutta", "skjerma", "frist", **_only("avslutta IS {no}")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    tittel: Mapped[str] = mapped_column(String(TITTEL_MAX))
    skildring: Mapped[str] = mapped_column(Text, default="")
    type: Mapped[str] = mapped_column(String(40))
    ansvarleg_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    eining_id: Mapped[int] = mapped_column(ForeignKey("eining.id"))
    prioritet: Mapped[int] = mapped_column(default=2)
    start: Mapped[date | None]
    frist: Mapped[date]
    status: Mapped[str] = mapped_column(String(20), default=Status.PLANLAGT.value)
    ferdig_notat: Mapped[str] = mapped_column(Text, default="")
    ferdig_tid: Mapped[datetime | None] = mapped_column(UtcDateTime)
    retur_grunn: Mapped[str] = mapped_column(Text, default="")
    utsett_tal: Mapped[int] = mapped_column(default=0)
    effekt_frist: Mapped[date | None]
    effekt_resultat: Mapped[str | None] = mapped_column(String(20))
    effekt_notat: Mapped[str] = mapped_column(Text, default="")
    effekt_tid: Mapped[datetime | None] = mapped_column(UtcDateTime)
    kostnad: Mapped[int | None]
    effekt_kr: Mapped[int | None]
    ansvar: Mapped[str] = mapped_column(String(KONTO_MAX), default="")
    finansiering: Mapped[str] = mapped_column(String(FINANSIERING_MAX), default="")
    farge: Mapped[str | None] = mapped_column(String(10))
    risikoreduksjon: Mapped[int | None]
    kjelde: Mapped[str] = mapped_column(String(40), default=Kjelde.FRI.value)
    avslutta: Mapped[bool] = mapped_column(default=False)
    rang: Mapped[int] = mapped_column(BigInteger, default=0)
    flytta_grunn: Mapped[str] = mapped_column(Text, default="")
    flytta_av_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    flytta_tid: Mapped[datetime | None] = mapped_column(UtcDateTime)
    laga_av_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    laga: Mapped[datetime] = mapped_column(UtcDateTime)
    skjerma: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's declarative attribute


class TiltakOpphav(Base):
    """What a measure came from, written by the caller above: kind, id and name such as "2026-17". No text.

    The name is drawn only when `synleg`.
    """

    __tablename__ = "tiltak_opphav"
    __table_args__ = (
        UniqueConstraint("tiltak_id", "slag", "ref_id"),
        Index("ix_tiltak_opphav_ref", "slag", "ref_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    tiltak_id: Mapped[int] = mapped_column(ForeignKey("tiltak.id"))
    slag: Mapped[str] = mapped_column(String(40))
    ref_id: Mapped[int]
    namn: Mapped[str] = mapped_column(String(60))
    synleg: Mapped[bool] = mapped_column(default=False)


class TiltakAvheng(Base):
    """One measure that cannot begin before another is done. No circles: `actions.add_dependency` asks before it writes."""

    __tablename__ = "tiltak_avheng"
    __table_args__ = (CheckConstraint("tiltak_id <> ventar_pa_id", "ikkje_seg_sjolv"),)

    tiltak_id: Mapped[int] = mapped_column(ForeignKey("tiltak.id"), primary_key=True)
    ventar_pa_id: Mapped[int] = mapped_column(ForeignKey("tiltak.id"), primary_key=True, index=True)


class TiltakHending(Base):
    """A line of a measure's history. `slag` is a step or laga, endra, overfort, skjerma; `tekst` is what she wrote."""

    __tablename__ = "tiltak_hending"
    __table_args__ = (Index("ix_tiltak_hending_tiltak", "tiltak_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    tiltak_id: Mapped[int] = mapped_column(ForeignKey("tiltak.id"))
    tid: Mapped[datetime] = mapped_column(UtcDateTime)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    slag: Mapped[str] = mapped_column(String(20))
    fra: Mapped[str] = mapped_column(String(60), default="")
    til: Mapped[str] = mapped_column(String(60), default="")
    tekst: Mapped[str] = mapped_column(Text, default="")


class Omstillingstabell(Base):
    """A table of savings that was read in or made here. `eining_id` is the unit it is about (None: the whole municipality).

    `maal` is the saving to be reached, in kroner over all its years. `demo`: made up; never counted with real ones.
    """

    __tablename__ = "omstillingstabell"
    __table_args__ = (
        UniqueConstraint("namn", "demo"),
        CheckConstraint("maal IS NULL OR maal BETWEEN 0 AND 2000000000", "maal"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    namn: Mapped[str] = mapped_column(String(TABELLNAMN_MAX))
    filnamn: Mapped[str] = mapped_column(String(100), default="")
    eining_id: Mapped[int | None] = mapped_column(ForeignKey("eining.id"), index=True)
    maal: Mapped[int | None]
    demo: Mapped[bool] = mapped_column(default=False)
    innlest: Mapped[datetime] = mapped_column(UtcDateTime)
    innlest_av_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's declarative attribute


class Omstillingsrad(Base):
    """One line of such a table, in its own words. `avdeling` is what the file says; `eining_id` the unit it was mapped to.

    `nokkel` is a digest of department, account and measure: the same line of a newer file is the same row.
    """

    __tablename__ = "omstillingsrad"
    __table_args__ = (
        UniqueConstraint("tabell_id", "nokkel"),
        CheckConstraint("slag IN ('vedteke','nytt','mogleg')", "slag"),
        Index("ix_omstillingsrad_tabell", "tabell_id", "nr"),
        Index("ix_omstillingsrad_eining", "eining_id", "tabell_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    tabell_id: Mapped[int] = mapped_column(ForeignKey("omstillingstabell.id"))
    nokkel: Mapped[str] = mapped_column(String(64))
    nr: Mapped[int]
    avdeling: Mapped[str] = mapped_column(String(TITTEL_MAX), default="")
    eining_id: Mapped[int | None] = mapped_column(ForeignKey("eining.id"))
    ansvar: Mapped[str] = mapped_column(String(KONTO_MAX), default="")
    tiltak: Mapped[str] = mapped_column(Text)
    kven: Mapped[str] = mapped_column(String(TITTEL_MAX), default="")
    status: Mapped[str] = mapped_column(Text, default="")
    slag: Mapped[str] = mapped_column(String(10), default=Slag.VEDTEKE.value)
    tiltak_id: Mapped[int | None] = mapped_column(ForeignKey("tiltak.id"), index=True)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's declarative attribute


class Omstillingsbelop(Base):
    """Kroner of one row in one year, planned and realised. Year 0: the table named no year."""

    __tablename__ = "omstillingsbelop"
    __table_args__ = (
        CheckConstraint("aar = 0 OR aar BETWEEN 2000 AND 2100", "aar"),
        CheckConstraint("planlagt BETWEEN -2000000000 AND 2000000000", "planlagt"),
        CheckConstraint("realisert IS NULL OR realisert BETWEEN -2000000000 AND 2000000000", "realisert"),
    )

    rad_id: Mapped[int] = mapped_column(ForeignKey("omstillingsrad.id"), primary_key=True)
    aar: Mapped[int] = mapped_column(primary_key=True)
    planlagt: Mapped[int] = mapped_column(default=0)
    realisert: Mapped[int | None]


class Kalenderlenkje(Base):
    """A person's secret address of her measures as a calendar. Only the address's hash is kept; making a new one ends the old.

    `einingar`: also the measures of the units where she follows measures up, as her rights are when it is fetched.
    """

    __tablename__ = "kalenderlenkje"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), unique=True)
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    einingar: Mapped[bool] = mapped_column(default=False)
    laga: Mapped[datetime] = mapped_column(UtcDateTime)
