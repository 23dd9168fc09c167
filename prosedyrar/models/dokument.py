"""A document, its versions, their files and history, and what helps finding it."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kjerne.db import Base, UtcDateTime
from prosedyrar.rules import KORT_MAX, LENKJE_MAX, TITTEL_MAX

TYPES = (
    "'policy','retningslinje','prosedyre','rutine','instruks','stillingsinstruks','sjekkliste','skjema','flytskjema','plan',"
    "'beredskapsplan','opplaering','ekstern'"
)
#: Words in the order of their characters on both databases, whatever language PostgreSQL was set up for.
PLAIN_ORDER = String(60).with_variant(String(60, collation="C"), "postgresql")
VALID = text("tilstand = 'gyldig'")
LOCAL = text("tillegg_til_id IS NOT NULL")
OPEN = text("tilstand IN ('kladd','paa_hoyring','til_godkjenning')")
KEPT = text("tilstand <> 'forkasta'")


class Prosedyre(Base):
    """A document of the library: what it is called, whose it is, and when it is to be looked at again. Its text is a version.

    `eining_id` is the unit that owns it (the top one: the municipality's own), `revisjonsintervall` is in months.
    `revisjonsfrist` follows from the valid version; None while there is none. `tillegg_til_id`: a unit's own supplement to
    a common procedure. `ekstern_lenkje`: the document lies elsewhere, and the link is what is checked each year.
    """

    __tablename__ = "prosedyre"
    __table_args__ = (
        CheckConstraint(f"dokumenttype IN ({TYPES})", "dokumenttype"),
        CheckConstraint("revisjonsintervall BETWEEN 3 AND 72", "revisjonsintervall"),
        CheckConstraint("(dokumenttype = 'ekstern') = (ekstern_lenkje <> '')", "ekstern_har_lenkje"),
        CheckConstraint("tillegg_til_id IS NULL OR tillegg_til_id <> id", "ikkje_tillegg_til_seg_sjolv"),
        Index("ix_prosedyre_tittel", "tittel", "id"),
        Index("ix_prosedyre_tema", "tema", "tittel", "id"),
        Index("ix_prosedyre_dokumenttype", "dokumenttype", "tittel", "id"),
        Index("ix_prosedyre_eining_id", "eining_id", "tittel", "id"),
        Index("ix_prosedyre_tillegg", "tillegg_til_id", sqlite_where=LOCAL, postgresql_where=LOCAL),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    tittel: Mapped[str] = mapped_column(String(TITTEL_MAX))
    dokumenttype: Mapped[str] = mapped_column(String(40), default="prosedyre")
    tema: Mapped[str] = mapped_column(String(40), default="anna")
    eining_id: Mapped[int] = mapped_column(ForeignKey("eining.id"))
    eigar_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    revisjonsintervall: Mapped[int] = mapped_column(default=24)
    revisjonsfrist: Mapped[date | None] = mapped_column(index=True)
    ekstern_lenkje: Mapped[str] = mapped_column(String(LENKJE_MAX), default="")
    tillegg_til_id: Mapped[int | None] = mapped_column(ForeignKey("prosedyre.id"))
    heimel: Mapped[str] = mapped_column(String(TITTEL_MAX), default="")
    nokkelord: Mapped[str] = mapped_column(String(TITTEL_MAX), default="")
    laga: Mapped[datetime] = mapped_column(UtcDateTime)
    laga_av_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    versjon: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": versjon}  # noqa: RUF012 - SQLAlchemy's declarative attribute


class ProsedyreVersjon(Base):
    """One version of a document's text: at most one is valid and at most one is on its way.

    `forrige_id` is the valid version it was written from, `forfattar_id` who began it; `godkjennar_id`, `godkjent` and
    `gyldig_fra` are set when it is approved, `gyldig_til` when another took its place. `versjon` counts the savings.
    """

    __tablename__ = "prosedyre_versjon"
    __table_args__ = (
        CheckConstraint("tilstand IN ('kladd','paa_hoyring','til_godkjenning','gyldig','utgaatt','forkasta')", "tilstand"),
        CheckConstraint("major >= 1 AND minor >= 0", "nummer"),
        CheckConstraint("(tilstand IN ('gyldig','utgaatt')) = (gyldig_fra IS NOT NULL)", "gyldig_har_dato"),
        CheckConstraint("(gyldig_fra IS NULL) = (godkjennar_id IS NULL)", "gyldig_har_godkjennar"),
        CheckConstraint("(tilstand = 'utgaatt') = (gyldig_til IS NOT NULL)", "utgaatt_har_slutt"),
        CheckConstraint("godkjennar_id IS NULL OR godkjennar_id <> forfattar_id", "godkjennar_er_ikkje_forfattar"),
        Index("ix_prosedyre_versjon_prosedyre", "prosedyre_id", "tilstand"),
        Index("uq_prosedyre_versjon_gyldig", "prosedyre_id", unique=True, sqlite_where=VALID, postgresql_where=VALID),
        Index("uq_prosedyre_versjon_open", "prosedyre_id", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
        Index(
            "uq_prosedyre_versjon_nummer", "prosedyre_id", "major", "minor", unique=True, sqlite_where=KEPT, postgresql_where=KEPT
        ),
        Index("ix_prosedyre_versjon_tilstand", "tilstand", "gyldig_fra"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    prosedyre_id: Mapped[int] = mapped_column(ForeignKey("prosedyre.id"))
    forrige_id: Mapped[int | None] = mapped_column(ForeignKey("prosedyre_versjon.id"), index=True)
    major: Mapped[int] = mapped_column(default=1)
    minor: Mapped[int] = mapped_column(default=0)
    tilstand: Mapped[str] = mapped_column(String(20), default="kladd")
    tekst: Mapped[str] = mapped_column(Text, default="")
    endringsnotat: Mapped[str] = mapped_column(Text, default="")
    forfattar_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    laga: Mapped[datetime] = mapped_column(UtcDateTime)
    endra: Mapped[datetime] = mapped_column(UtcDateTime)
    endra_av_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    godkjennar_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    godkjent: Mapped[datetime | None] = mapped_column(UtcDateTime)
    gyldig_fra: Mapped[date | None]
    gyldig_til: Mapped[date | None]
    versjon: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": versjon}  # noqa: RUF012 - SQLAlchemy's declarative attribute

    @property
    def nummer(self) -> str:
        """The number as people say it: 2.0."""
        return f"{self.major}.{self.minor}"


class ProsedyreVedlegg(Base):
    """A file or image that belongs to a version. The next version points at the same file; nothing is copied."""

    __tablename__ = "prosedyre_vedlegg"

    versjon_id: Mapped[int] = mapped_column(ForeignKey("prosedyre_versjon.id"), primary_key=True)
    fil_id: Mapped[int] = mapped_column(ForeignKey("fil.id"), primary_key=True, index=True)


class ProsedyreHending(Base):
    """A line of a document's history: `slag` is a step or laga, endra, avloyst, gjennomgatt, opplysningar."""

    __tablename__ = "prosedyre_hending"
    __table_args__ = (
        Index("ix_prosedyre_hending_prosedyre", "prosedyre_id", "id"),
        Index("ix_prosedyre_hending_versjon", "versjon_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    prosedyre_id: Mapped[int] = mapped_column(ForeignKey("prosedyre.id"))
    versjon_id: Mapped[int | None] = mapped_column(ForeignKey("prosedyre_versjon.id"))
    tid: Mapped[datetime] = mapped_column(UtcDateTime)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    slag: Mapped[str] = mapped_column(String(20))
    tekst: Mapped[str] = mapped_column(String(KORT_MAX), default="")


class ProsedyreOrd(Base):
    """Search words of what is valid: title, text, keywords and names of attachments, as stems (`prosedyrar/sok.py`)."""

    __tablename__ = "prosedyre_ord"
    __table_args__ = (Index("ix_prosedyre_ord_vekt", "vekt", "ord", "prosedyre_id"),)

    prosedyre_id: Mapped[int] = mapped_column(ForeignKey("prosedyre.id"), primary_key=True)
    ord: Mapped[str] = mapped_column(PLAIN_ORDER, primary_key=True)
    vekt: Mapped[int] = mapped_column(default=1)


class ProsedyreSoktekst(Base):
    """What is valid, as words without signs: the line of a hit is cut from it. Made and unmade with the search words."""

    __tablename__ = "prosedyre_soktekst"

    prosedyre_id: Mapped[int] = mapped_column(ForeignKey("prosedyre.id"), primary_key=True)
    tekst: Mapped[str] = mapped_column(Text)


class ProsedyreFavoritt(Base):
    """Somebody keeps a document at hand. Seen by herself only."""

    __tablename__ = "prosedyre_favoritt"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    prosedyre_id: Mapped[int] = mapped_column(ForeignKey("prosedyre.id"), primary_key=True, index=True)


class ProsedyreOpning(Base):
    """How often a document was opened in a month. A number without persons, for «mest lesne»."""

    __tablename__ = "prosedyre_opning"
    __table_args__ = (
        UniqueConstraint("prosedyre_id", "maanad"),
        Index("ix_prosedyre_opning_maanad", "maanad", "tal", "prosedyre_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    prosedyre_id: Mapped[int] = mapped_column(ForeignKey("prosedyre.id"))
    maanad: Mapped[date]
    tal: Mapped[int] = mapped_column(default=0)
