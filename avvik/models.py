"""The tables of a case. Texts that may name nobody; names that must be hidden lie in a row of their own."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column

from avvik.rules import month_of
from kjerne.db import Base, UtcDateTime


def partial_index(name: str, *columns: str, only: str) -> Index:
    """An index of those rows alone that meet a condition, on both databases: small, and asked for by the same condition."""
    return Index(name, *columns, sqlite_where=text(only), postgresql_where=text(only))


def _month_of_filing(context: DefaultExecutionContext) -> int:
    """The month a case was filed, in Oslo, as 202611: sums are grouped by it."""
    return month_of(context.get_current_parameters()["meldt"])  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped


class Avvik(Base):
    """A case. `alvor` is the confirmed actual level, else the reported one: it alone sets deadlines, colour and numbers.

    `meldar_id` is empty for confidential cases (the name lies in `AvvikMeldarLoynd`) and for anonymous ones (no name exists).
    `sensitiv_gruppe` names the group that alone sees it. `serie_tal`: how many events the report stands for.
    `duplikat_av_id`: the case that is kept, when this one told about the same event.
    """

    __tablename__ = "avvik"
    __table_args__ = (
        UniqueConstraint("aar", "lopenr"),
        CheckConstraint(
            "status IN ('meld','send_vidare','under_behandling','tiltak','ventar_effekt','lukka','gjenopna','avvist')",
            "status",
        ),
        CheckConstraint("(status IN ('lukka', 'avvist')) = (lukka_tid IS NOT NULL)", "lukka_har_tid"),
        CheckConstraint("alvor BETWEEN 1 AND 5 AND alvor_meldt BETWEEN 1 AND 5", "alvor"),
        CheckConstraint("alvor_mogleg IS NULL OR alvor_mogleg BETWEEN 1 AND 5", "alvor_mogleg"),
        CheckConstraint("NOT (anonym AND konfidensiell)", "anonym_eller_konfidensiell"),
        CheckConstraint("NOT (anonym OR konfidensiell) OR meldar_id IS NULL", "skjult_namn"),
        CheckConstraint("serie_tal BETWEEN 1 AND 999", "serie_tal"),
        Index("ix_avvik_eining_id_desc", "eining_id", "id"),
        Index("ix_avvik_handsamar", "sakshandsamar_id", "id"),
        Index("ix_avvik_meldar", "meldar_id", "id"),
        Index("ix_avvik_frist", "status", "frist_lukking"),
        Index("ix_avvik_like", "eining_id", "underkategori", "id"),
        partial_index("ix_avvik_gruppe", "sensitiv_gruppe", "id", only="sensitiv_gruppe <> ''"),
        partial_index("ix_avvik_open", "id", only="lukka_tid IS NULL"),
        partial_index("ix_avvik_open_gruppe", "sensitiv_gruppe", "id", only="lukka_tid IS NULL AND sensitiv_gruppe <> ''"),
        Index(
            "ix_avvik_open_sporsmal",
            "meldar_id",
            "id",
            sqlite_where=text("ventar_meldar = 1 AND lukka_tid IS NULL"),
            postgresql_where=text("ventar_meldar AND lukka_tid IS NULL"),
        ),
        partial_index("ix_avvik_open_eining", "eining_id", "id", only="lukka_tid IS NULL"),
        partial_index("ix_avvik_open_handsamar", "sakshandsamar_id", "id", only="lukka_tid IS NULL"),
        partial_index("ix_avvik_open_meldar", "meldar_id", "id", only="lukka_tid IS NULL"),
        *(
            partial_index(f"ix_avvik_frist_{name}", column, "frist_lukking", only="lukka_tid IS NULL")
            for name, column in (("eining", "eining_id"), ("handsamar", "sakshandsamar_id"), ("meldar", "meldar_id"))
        ),
        partial_index("ix_avvik_utan_svar", "eining_id", "frist_svar", only="forste_svar_tid IS NULL"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    aar: Mapped[int]
    lopenr: Mapped[int]
    eining_id: Mapped[int] = mapped_column(ForeignKey("eining.id"))
    manad: Mapped[int] = mapped_column(default=_month_of_filing)
    hendt: Mapped[datetime] = mapped_column(UtcDateTime)
    meldt: Mapped[datetime] = mapped_column(UtcDateTime)
    hovudtype: Mapped[str] = mapped_column(String(60))
    underkategori: Mapped[str] = mapped_column(String(60))
    hovudtype_meldt: Mapped[str] = mapped_column(String(60))
    underkategori_meldt: Mapped[str] = mapped_column(String(60))
    art: Mapped[str] = mapped_column(String(60), default="avvik")
    skildring: Mapped[str] = mapped_column(Text)
    strakstiltak: Mapped[str] = mapped_column(Text, default="")
    arsak_meldar: Mapped[str] = mapped_column(Text, default="")
    forslag: Mapped[str] = mapped_column(Text, default="")
    alvor: Mapped[int]
    alvor_meldt: Mapped[int]
    alvor_stadfesta: Mapped[bool] = mapped_column(default=False)
    alvor_mogleg: Mapped[int | None]
    status: Mapped[str] = mapped_column(String(20), default="meld")
    konfidensiell: Mapped[bool] = mapped_column(default=False)
    anonym: Mapped[bool] = mapped_column(default=False)
    gjeld_leiar: Mapped[bool] = mapped_column(default=False)
    er_varsel: Mapped[bool] = mapped_column(default=False)
    sensitiv_gruppe: Mapped[str] = mapped_column(String(40), default="")
    lofta: Mapped[int] = mapped_column(default=0)
    meldar_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    sakshandsamar_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    serie_tal: Mapped[int] = mapped_column(default=1)
    parorande_informert: Mapped[bool | None]
    frist_svar: Mapped[date]
    frist_start: Mapped[date]
    frist_lukking: Mapped[date]
    forste_svar_tid: Mapped[datetime | None] = mapped_column(UtcDateTime)
    starta_tid: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lukka_tid: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sluttsvar: Mapped[str] = mapped_column(Text, default="")
    ventar_meldar: Mapped[bool] = mapped_column(default=False)
    innvending_brukt: Mapped[bool] = mapped_column(default=False)
    endra_praksis: Mapped[bool] = mapped_column(default=False)
    sporingskode_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    duplikat_av_id: Mapped[int | None] = mapped_column(ForeignKey("avvik.id"), index=True)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's declarative attribute

    @property
    def nr(self) -> str:
        """The number people say, such as 2026-17."""
        return f"{self.aar}-{self.lopenr}"


class AvvikTeljar(Base):
    """The counter of case numbers, one row a year, raised in the filing transaction: max()+1 doubles under load."""

    __tablename__ = "avvik_teljar"

    aar: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    siste: Mapped[int] = mapped_column(default=0)


class AvvikNokkel(Base):
    """The form's UUID: the same key and body again is the same case. An anonymous filing's key has no person."""

    __tablename__ = "avvik_nokkel"

    nokkel: Mapped[str] = mapped_column(String(36), primary_key=True)
    avvik_id: Mapped[int] = mapped_column(ForeignKey("avvik.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    kropp_hash: Mapped[str] = mapped_column(String(64))


class AvvikMeldarLoynd(Base):
    """The name behind a confidential case. Read only by the reporter's own list and by the logged opening with a reason."""

    __tablename__ = "avvik_meldar_loynd"
    __table_args__ = (Index("ix_avvik_meldar_loynd_person", "person_id", "avvik_id"),)

    avvik_id: Mapped[int] = mapped_column(ForeignKey("avvik.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))


class AvvikInhabil(Base):
    """A person a case is about (a concerned leader and her deputy): for her the case does not exist, anywhere."""

    __tablename__ = "avvik_inhabil"

    avvik_id: Mapped[int] = mapped_column(ForeignKey("avvik.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)


class AvvikHending(Base):
    """A line of a case's history in plain words. `aktor` is meldar, handsamar, lesar or system.

    `person_id` is empty for the system and for a hidden reporter. `synleg_meldar`: the reporter sees it too.
    `loggfort`: its line stands in the log; an anonymous reporter's own come there by night (`actions/history.py`).
    """

    __tablename__ = "avvik_hending"
    __table_args__ = (
        Index("ix_avvik_hending_sak", "avvik_id", "id"),
        Index("ix_avvik_hending_ikkje_loggfort", "id", sqlite_where=text("NOT loggfort"), postgresql_where=text("NOT loggfort")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    avvik_id: Mapped[int] = mapped_column(ForeignKey("avvik.id"))
    tid: Mapped[datetime] = mapped_column(UtcDateTime)
    slag: Mapped[str] = mapped_column(String(40))
    aktor: Mapped[str] = mapped_column(String(20))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    fra: Mapped[str] = mapped_column(String(160), default="")
    til: Mapped[str] = mapped_column(String(160), default="")
    tekst: Mapped[str] = mapped_column(Text, default="")
    synleg_meldar: Mapped[bool] = mapped_column(default=True)
    loggfort: Mapped[bool] = mapped_column(default=True)


class AvvikArsak(Base):
    """A cause of a case, with the answers to "why?" asked up to five times (one a line)."""

    __tablename__ = "avvik_arsak"

    avvik_id: Mapped[int] = mapped_column(ForeignKey("avvik.id"), primary_key=True)
    arsak: Mapped[str] = mapped_column(String(60), primary_key=True)
    kvifor: Mapped[str] = mapped_column(Text, default="")


class AvvikUtfall(Base):
    """An outcome of a case, with a reason where the outcome demands one."""

    __tablename__ = "avvik_utfall"

    avvik_id: Mapped[int] = mapped_column(ForeignKey("avvik.id"), primary_key=True)
    utfall: Mapped[str] = mapped_column(String(60), primary_key=True)
    grunngiving: Mapped[str] = mapped_column(Text, default="")


class AvvikMeldeplikt(Base):
    """A duty to notify that has come up in a case: open, done, or not notified with a reason. Never sent by the system.

    `kjent` is when it became known (asked for, not the filing time): the clock runs from there.
    """

    __tablename__ = "avvik_meldeplikt"
    __table_args__ = (
        UniqueConstraint("avvik_id", "meldeplikt"),
        CheckConstraint("status IN ('open', 'meldt', 'ikkje_meldt')", "status"),
        CheckConstraint("(status = 'open') = (avgjort_tid IS NULL)", "avgjort"),
        CheckConstraint("status <> 'ikkje_meldt' OR grunngiving <> ''", "grunngiving"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    avvik_id: Mapped[int] = mapped_column(ForeignKey("avvik.id"))
    meldeplikt: Mapped[str] = mapped_column(String(60))
    kjent: Mapped[datetime | None] = mapped_column(UtcDateTime)
    frist: Mapped[datetime | None] = mapped_column(UtcDateTime)
    status: Mapped[str] = mapped_column(String(20), default="open")
    avgjort_tid: Mapped[datetime | None] = mapped_column(UtcDateTime)
    avgjort_av_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    maate: Mapped[str] = mapped_column(String(200), default="")
    grunngiving: Mapped[str] = mapped_column(Text, default="")
    manuell: Mapped[bool] = mapped_column(default=False)


class AvvikTillegg(Base):
    """The value of an extra field (domene 3.8)."""

    __tablename__ = "avvik_tillegg"

    avvik_id: Mapped[int] = mapped_column(ForeignKey("avvik.id"), primary_key=True)
    felt: Mapped[str] = mapped_column(String(60), primary_key=True)
    verdi: Mapped[str] = mapped_column(String(500))


class AvvikTiltak(Base):
    """A measure that serves a case; one measure can serve many."""

    __tablename__ = "avvik_tiltak"

    avvik_id: Mapped[int] = mapped_column(ForeignKey("avvik.id"), primary_key=True)
    tiltak_id: Mapped[int] = mapped_column(ForeignKey("tiltak.id"), primary_key=True, index=True)


class AvvikRos(Base):
    """A case that is what a row of a risk analysis had foreseen: "this happened"."""

    __tablename__ = "avvik_ros"

    avvik_id: Mapped[int] = mapped_column(ForeignKey("avvik.id"), primary_key=True)
    rad_id: Mapped[int] = mapped_column(ForeignKey("ros_rad.id"), primary_key=True, index=True)


class AvvikProsedyre(Base):
    """A procedure a case is about. `versjon_id`: the version it led to, `utfall` the outcome that followed by itself."""

    __tablename__ = "avvik_prosedyre"
    __table_args__ = (
        CheckConstraint("(versjon_id IS NULL) = (utfall = '')", "fort_til"),
        Index("ix_avvik_prosedyre_prosedyre", "prosedyre_id", "avvik_id"),
    )

    avvik_id: Mapped[int] = mapped_column(ForeignKey("avvik.id"), primary_key=True)
    prosedyre_id: Mapped[int] = mapped_column(ForeignKey("prosedyre.id"), primary_key=True)
    laga: Mapped[datetime] = mapped_column(UtcDateTime)
    versjon_id: Mapped[int | None] = mapped_column(ForeignKey("prosedyre_versjon.id"), index=True)
    utfall: Mapped[str] = mapped_column(String(60), default="")


class AvvikLenkje(Base):
    """Two cases a handler has seen to be alike; kept once, the lower id first."""

    __tablename__ = "avvik_lenkje"
    __table_args__ = (CheckConstraint("fra_id < til_id", "rekkjefolgje"),)

    fra_id: Mapped[int] = mapped_column(ForeignKey("avvik.id"), primary_key=True)
    til_id: Mapped[int] = mapped_column(ForeignKey("avvik.id"), primary_key=True, index=True)


class AvvikKladd(Base):
    """A draft, seen by its writer only: what the form holds, under the form's key."""

    __tablename__ = "avvik_kladd"

    nokkel: Mapped[str] = mapped_column(String(36), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    felt: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    endra: Mapped[datetime] = mapped_column(UtcDateTime)
    minn_om: Mapped[datetime | None] = mapped_column(UtcDateTime)
    minna: Mapped[bool] = mapped_column(default=False)


class AvvikSum(Base):
    """How many cases and events stand in one cell: kept in the transaction that changes the case, verified by a job.

    `stand` is open, lukka or avvist. Whistleblowing is counted nowhere; a case about a leader is counted on the unit above.
    """

    __tablename__ = "avvik_sum"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - SQLAlchemy's declarative attribute

    eining_id: Mapped[int] = mapped_column(ForeignKey("eining.id"), primary_key=True)
    manad: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hovudtype: Mapped[str] = mapped_column(String(60), primary_key=True)
    underkategori: Mapped[str] = mapped_column(String(60), primary_key=True)
    art: Mapped[str] = mapped_column(String(60), primary_key=True)
    alvor: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    stand: Mapped[str] = mapped_column(String(10), primary_key=True)
    endra_praksis: Mapped[bool] = mapped_column(primary_key=True)
    saker: Mapped[int] = mapped_column(default=0)
    hendingar: Mapped[int] = mapped_column(default=0)


class AvvikTid(Base):
    """How many cases took so many days: `slag` is svar (to the first answer) or lukk (to closing). Medians come from here."""

    __tablename__ = "avvik_tid"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - SQLAlchemy's declarative attribute

    eining_id: Mapped[int] = mapped_column(ForeignKey("eining.id"), primary_key=True)
    manad: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    slag: Mapped[str] = mapped_column(String(10), primary_key=True)
    dagar: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    i_tide: Mapped[bool] = mapped_column(primary_key=True)
    saker: Mapped[int] = mapped_column(default=0)


class AvvikGrovsum(Base):
    """The same cases in few cells, worked out of what is put into the two above: a year of all units is some thousand rows.

    A unit's month has a row for each art (`slag` art), one for each main type with the cases that count as deviations and are
    not rejected (type: `saker` and `endra` alone), and answers within the promise and late (svar: `saker` alone). A unit's
    year (`manad` year × 100) has a row for each number of days to answers (svardagar) and to closing (lukkdagar).
    """

    __tablename__ = "avvik_grovsum"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - SQLAlchemy's declarative attribute

    eining_id: Mapped[int] = mapped_column(ForeignKey("eining.id"), primary_key=True)
    slag: Mapped[str] = mapped_column(String(10), primary_key=True)
    manad: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kode: Mapped[str] = mapped_column(String(60), primary_key=True)
    saker: Mapped[int] = mapped_column(default=0)
    hendingar: Mapped[int] = mapped_column(default=0)
    endra: Mapped[int] = mapped_column(default=0)
    opne: Mapped[int] = mapped_column(default=0)
    avvist: Mapped[int] = mapped_column(default=0)
    alvor1: Mapped[int] = mapped_column(default=0)
    alvor2: Mapped[int] = mapped_column(default=0)
    alvor3: Mapped[int] = mapped_column(default=0)
    alvor4: Mapped[int] = mapped_column(default=0)
    alvor5: Mapped[int] = mapped_column(default=0)


class AvvikOrd(Base):
    """A stemmed word of a case, for search: what its reporter wrote and the talk she sees, never a name nor a comment.

    Compared by code point on both databases, so that a prefix is a range in the index.
    """

    __tablename__ = "avvik_ord"
    __table_args__ = (Index("ix_avvik_ord_ord", "ord", "avvik_id"), {"sqlite_with_rowid": False})

    avvik_id: Mapped[int] = mapped_column(ForeignKey("avvik.id"), primary_key=True)
    ord: Mapped[str] = mapped_column(String(40).with_variant(String(40, collation="C"), "postgresql"), primary_key=True)


class AvvikFilter(Base):
    """A filter somebody has saved under a name of her own. `sporjing` is the list's address after the question mark."""

    __tablename__ = "avvik_filter"
    __table_args__ = (UniqueConstraint("person_id", "namn"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    namn: Mapped[str] = mapped_column(String(60))
    sporjing: Mapped[str] = mapped_column(String(600))
