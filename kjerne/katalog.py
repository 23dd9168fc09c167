"""Reference data every package may point at: types, categories, severities, causes, outcomes, duties, deadlines.

Each row has a code, texts in three languages and dates; the municipality edits them in the program. A starter set ships
in `kjerne/startsett/` (sources: domene 2.2, 3.1-3.8, 6.1, 7.6). Old cases keep their rows: nothing is deleted, it ends.
"""

import csv
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, String, Text, UniqueConstraint, and_, func, inspect, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from kjerne.db import Base
from kjerne.i18n import current
from kjerne.kept import kept, watch
from kjerne.models import Tilgangsgruppe

START = Path(__file__).resolve().parent / "startsett"
FIRST_DAY = date(2020, 1, 1)


class Post:
    """What every reference row has. `label` is its text in the language in force."""

    id: Mapped[int] = mapped_column(primary_key=True)
    kode: Mapped[str] = mapped_column(String(60))
    rekkje: Mapped[int] = mapped_column(default=0)
    nn: Mapped[str] = mapped_column(String(300))
    nb: Mapped[str] = mapped_column(String(300))
    en: Mapped[str] = mapped_column(String(300))
    gjeld_fra: Mapped[date] = mapped_column(default=FIRST_DAY)
    gjeld_til: Mapped[date | None]

    @property
    def label(self) -> str:
        """The text in the language in force."""
        return str(getattr(self, current()))

    def text(self, stem: str) -> str:
        """Another text of the row, such as `dome` (example), in the language in force."""
        return str(getattr(self, f"{stem}_{current()}"))


class Hovudtype(Post, Base):
    """A main type of case (domene 3.1), with its tile, its examples and whether names may be withheld."""

    __tablename__ = "hovudtype"
    __table_args__ = (UniqueConstraint("kode", "gjeld_fra"),)

    ikon: Mapped[str] = mapped_column(String(30), default="")
    kort_nn: Mapped[str] = mapped_column(String(80), default="")
    kort_nb: Mapped[str] = mapped_column(String(80), default="")
    kort_en: Mapped[str] = mapped_column(String(80), default="")
    dome_nn: Mapped[str] = mapped_column(Text, default="")
    dome_nb: Mapped[str] = mapped_column(Text, default="")
    dome_en: Mapped[str] = mapped_column(Text, default="")
    anonym: Mapped[bool] = mapped_column(default=True)
    konfidensiell: Mapped[bool] = mapped_column(default=True)


class Underkategori(Post, Base):
    """A sub-category (domene 3.2). An empty `hovudtype` fits all types. `sensitiv_gruppe` names the group that alone sees it."""

    __tablename__ = "underkategori"
    __table_args__ = (UniqueConstraint("kode", "gjeld_fra"),)

    hovudtype: Mapped[str] = mapped_column(String(60), default="")
    dome_nn: Mapped[str] = mapped_column(Text, default="")
    dome_nb: Mapped[str] = mapped_column(Text, default="")
    dome_en: Mapped[str] = mapped_column(Text, default="")
    sensitiv_gruppe: Mapped[str] = mapped_column(String(40), default="")
    serie: Mapped[bool] = mapped_column(default=False)


class Art(Post, Base):
    """The nature of what happened (domene 3.3). `tel_som_avvik`: whether it counts in "tal avvik"."""

    __tablename__ = "art"
    __table_args__ = (UniqueConstraint("kode", "gjeld_fra"),)

    tel_som_avvik: Mapped[bool] = mapped_column(default=True)


class Alvorsgrad(Post, Base):
    """Severity, 1-5, with a plain definition (domene 3.4, framlegg)."""

    __tablename__ = "alvorsgrad"
    __table_args__ = (UniqueConstraint("kode", "gjeld_fra"),)

    niva: Mapped[int]
    definisjon_nn: Mapped[str] = mapped_column(String(300), default="")
    definisjon_nb: Mapped[str] = mapped_column(String(300), default="")
    definisjon_en: Mapped[str] = mapped_column(String(300), default="")


class Arsak(Post, Base):
    """A cause (domene 3.6); a case may have several."""

    __tablename__ = "arsak"
    __table_args__ = (UniqueConstraint("kode", "gjeld_fra"),)


class Utfall(Post, Base):
    """What came of a case. `endra_praksis` is counted as "led to changed procedure or new practice"."""

    __tablename__ = "utfall"
    __table_args__ = (UniqueConstraint("kode", "gjeld_fra"),)

    endra_praksis: Mapped[bool] = mapped_column(default=False)
    krev_grunngiving: Mapped[bool] = mapped_column(default=False)


class Yrke(Post, Base):
    """A profession (domene 6.1)."""

    __tablename__ = "yrke"
    __table_args__ = (UniqueConstraint("kode", "gjeld_fra"),)

    autorisert: Mapped[str] = mapped_column(String(10), default="")
    niva: Mapped[str] = mapped_column(String(40), default="")


class Meldeplikt(Post, Base):
    """A duty to notify an authority (domene 2.2). Deadline in elapsed hours, working days, or at once. `stadfest`: C or U."""

    __tablename__ = "meldeplikt"
    __table_args__ = (UniqueConstraint("kode", "gjeld_fra"),)

    styresmakt_nn: Mapped[str] = mapped_column(String(200), default="")
    styresmakt_nb: Mapped[str] = mapped_column(String(200), default="")
    styresmakt_en: Mapped[str] = mapped_column(String(200), default="")
    maate_nn: Mapped[str] = mapped_column(String(200), default="")
    maate_nb: Mapped[str] = mapped_column(String(200), default="")
    maate_en: Mapped[str] = mapped_column(String(200), default="")
    avgjer_nn: Mapped[str] = mapped_column(String(200), default="")
    avgjer_nb: Mapped[str] = mapped_column(String(200), default="")
    avgjer_en: Mapped[str] = mapped_column(String(200), default="")
    frist_timar: Mapped[int | None]
    frist_arbeidsdagar: Mapped[int | None]
    straks: Mapped[bool] = mapped_column(default=False)
    stadfest: Mapped[str] = mapped_column(String(10), default="U")
    kjelde: Mapped[str] = mapped_column(Text, default="")


class MeldepliktKopling(Base):
    """When a duty comes up: for a sub-category or main type, from a severity, and only with personal injury where said."""

    __tablename__ = "meldeplikt_kopling"

    id: Mapped[int] = mapped_column(primary_key=True)
    underkategori: Mapped[str] = mapped_column(String(60), default="")
    hovudtype: Mapped[str] = mapped_column(String(60), default="")
    min_alvor: Mapped[int] = mapped_column(default=1)
    krev_personskade: Mapped[bool] = mapped_column(default=False)
    meldeplikt: Mapped[str] = mapped_column(String(60))
    gjeld_fra: Mapped[date] = mapped_column(default=FIRST_DAY)
    gjeld_til: Mapped[date | None]


class Frist(Base):
    """Deadlines by severity (domene 3.7, framlegg): start and closing in calendar days, escalation in days overdue."""

    __tablename__ = "frist"
    __table_args__ = (UniqueConstraint("alvor", "gjeld_fra"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    alvor: Mapped[int]
    svar_arbeidsdagar: Mapped[int] = mapped_column(default=3)
    start_dagar: Mapped[int]
    lukking_dagar: Mapped[int]
    eskaler_dagar: Mapped[int]
    eskaler_sektor_dagar: Mapped[int] = mapped_column(default=14)
    gjeld_fra: Mapped[date] = mapped_column(default=FIRST_DAY)
    gjeld_til: Mapped[date | None]


class Kopi(Base):
    """Who gets a copy: the holders of `rolle` for the unit, for a main type, from a severity."""

    __tablename__ = "kopi"

    id: Mapped[int] = mapped_column(primary_key=True)
    hovudtype: Mapped[str] = mapped_column(String(60))
    min_alvor: Mapped[int] = mapped_column(default=1)
    rolle: Mapped[str] = mapped_column(String(40))
    gjeld_fra: Mapped[date] = mapped_column(default=FIRST_DAY)
    gjeld_til: Mapped[date | None]


class Tilleggsfelt(Post, Base):
    """An extra field for a type or for sub-categories (domene 3.8). `type`: val, tekst, tal, dato, ja_nei.

    Sub-categories and choices are lists, split by |.
    """

    __tablename__ = "tilleggsfelt"
    __table_args__ = (UniqueConstraint("kode", "gjeld_fra"),)

    hovudtype: Mapped[str] = mapped_column(String(60), default="")
    underkategori: Mapped[str] = mapped_column(String(400), default="")
    type: Mapped[str] = mapped_column(String(20), default="tekst")
    val_nn: Mapped[str] = mapped_column(Text, default="")
    val_nb: Mapped[str] = mapped_column(Text, default="")
    val_en: Mapped[str] = mapped_column(Text, default="")


class Oppbevaring(Post, Base):
    """How long a kind of record is kept (domene 7.6, framlegg): years from an event, or preserved."""

    __tablename__ = "oppbevaring"
    __table_args__ = (UniqueConstraint("kode", "gjeld_fra"),)

    ar: Mapped[int | None]
    reknast_fra: Mapped[str] = mapped_column(String(40), default="")
    bevar: Mapped[bool] = mapped_column(default=False)
    regel_nn: Mapped[str] = mapped_column(Text, default="")
    regel_nb: Mapped[str] = mapped_column(Text, default="")
    regel_en: Mapped[str] = mapped_column(Text, default="")
    stadfest: Mapped[str] = mapped_column(String(10), default="P")


TABLES: dict[str, type[Base]] = {
    "hovudtype": Hovudtype,
    "underkategori": Underkategori,
    "art": Art,
    "alvorsgrad": Alvorsgrad,
    "arsak": Arsak,
    "utfall": Utfall,
    "yrke": Yrke,
    "meldeplikt": Meldeplikt,
    "meldeplikt_kopling": MeldepliktKopling,
    "frist": Frist,
    "kopi": Kopi,
    "tilleggsfelt": Tilleggsfelt,
    "oppbevaring": Oppbevaring,
}

GROUPS = (
    (
        "personvern",
        "Personvernsaker",
        "Personvernsaker",
        "Data protection cases",
        "personvernombod,informasjonstryggleik",
    ),
    ("vald", "Vald og truslar mot tilsette", "Vold og trusler mot ansatte", "Violence and threats", "verneombod,hr"),
    ("leiarsak", "Saker som gjeld ein leiar", "Saker som gjelder en leder", "Cases about a leader", ""),
    ("varsel", "Varslingsmottak", "Varslingsmottak", "Whistleblowing intake", ""),
)

P = TypeVar("P", bound=Post)
R = TypeVar("R", bound=Base)
watch([*TABLES.values(), Tilgangsgruppe])


def holds(table: type[Post] | type[Kopi] | type[MeldepliktKopling] | type[Frist], day: date) -> ColumnElement[bool]:
    """Whether a row of a table holds on a day, both its first and its last day included."""
    return and_(table.gjeld_fra <= day, or_(table.gjeld_til.is_(None), table.gjeld_til >= day))


def holds_on(row: Post | Kopi | MeldepliktKopling, day: date) -> bool:
    """The same of a row that has been read."""
    return row.gjeld_fra <= day and (row.gjeld_til is None or row.gjeld_til >= day)


def in_force(table: type[P], day: date) -> Select[P]:
    """The rows of a table that hold on a day, in their order."""
    return select(table).where(holds(table, day)).order_by(table.rekkje, table.id)


def as_of(rows: Iterable[P], day: date) -> P | None:
    """Of one code's rows: the newest that had begun on a day; when none had, the first one. None of no rows."""
    if isinstance(rows, list) and len(rows) == 1:
        only: P = rows[0]
        return only
    ordered = sorted(rows, key=lambda row: (row.gjeld_fra, row.id))
    begun = [row for row in ordered if row.gjeld_fra <= day]
    return begun[-1] if begun else next(iter(ordered), None)


def versions(db: Session, table: type[P]) -> dict[str, list[P]]:
    """All rows of a table, also ended and planned ones, by code, the oldest first. Kept in the process: read, never changed."""

    def load(own: Session) -> dict[str, list[P]]:
        found: dict[str, list[P]] = {}
        for row in own.scalars(select(table).order_by(table.gjeld_fra, table.id)):
            found.setdefault(row.kode, []).append(row)
        return found

    return kept(db, table.__name__, load)


def live(db: Session, table: type[P], day: date) -> list[P]:
    """The rows of a table that hold on a day, in their order: as `in_force` finds them, from what is kept. Never changed."""
    rows = (row for dated in versions(db, table).values() for row in dated)
    found = [row for row in rows if holds_on(row, day)]
    return sorted(found, key=lambda row: (row.rekkje, row.id))


def every(db: Session, table: type[R]) -> list[R]:
    """All rows of a reference table without codes of its own, in the order they were made. Kept: read, never changed."""

    def load(own: Session) -> list[R]:
        return list(own.scalars(select(table).order_by(*inspect(table).primary_key)))

    return kept(db, f"{table.__tablename__}, alle", load)


def by_code(db: Session, table: type[P], day: date) -> dict[str, P]:
    """Every code of a table, also an ended one, with its text as it stood on a day: an old case reads as it did."""
    return {code: row for code, rows in versions(db, table).items() if (row := as_of(rows, day)) is not None}


def _value(table: type[Base], column: str, raw: str) -> object:
    kind = table.__table__.c[column].type.python_type
    if kind is bool:
        return raw == "1"
    if kind is int:
        return int(raw) if raw else None
    if kind is date:
        return date.fromisoformat(raw) if raw else None
    return raw


def load_starter_set(db: Session) -> None:
    """Fill empty reference tables from the starter set; a table that has rows is left alone."""
    for name, table in TABLES.items():
        if db.scalar(select(func.count()).select_from(table)):
            continue
        with (START / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
            for number, row in enumerate(csv.DictReader(handle, delimiter=";"), start=1):
                values = {
                    key: value
                    for key, raw in row.items()
                    if key in table.__table__.c and (value := _value(table, key, raw)) is not None
                }
                if "rekkje" in table.__table__.c:
                    values.setdefault("rekkje", number)
                db.add(table(**values))
    if not db.scalar(select(func.count()).select_from(Tilgangsgruppe)):
        db.add_all(Tilgangsgruppe(kode=k, nn=nn, nb=nb, en=en, roller=roller) for k, nn, nb, en, roller in GROUPS)
    db.flush()
