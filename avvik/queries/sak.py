"""All a case's page shows, read in a constant number of queries. The case itself was fetched through `get_avvik`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, TypeVar

from sqlalchemy import Select, and_, bindparam, or_, select
from sqlalchemy.orm import Session

from avvik.models import (
    Avvik,
    AvvikArsak,
    AvvikHending,
    AvvikLenkje,
    AvvikMeldeplikt,
    AvvikTillegg,
    AvvikTiltak,
    AvvikUtfall,
)
from avvik.queries.access import visible
from kjerne import asked
from kjerne.access import Rolle
from kjerne.clock import oslo_date
from kjerne.db import Base
from kjerne.katalog import (
    Alvorsgrad,
    Arsak,
    Art,
    Hovudtype,
    Kopi,
    Meldeplikt,
    Post,
    Tilleggsfelt,
    Underkategori,
    Utfall,
    as_of,
    by_code,
    holds,
    versions,
)
from kjerne.kept import kept
from kjerne.models import Eining, Fil, Leselogg, Person, Tilgang
from kjerne.work import Work
from tiltak.models import Tiltak

NEAR_DAYS = 2
P = TypeVar("P", bound=Post)


@dataclass(frozen=True, eq=False)
class Ordliste:
    """The reference rows a case page needs, by code, as they stood on one day: also ended ones, so that old cases read as they did.

    `alle` holds every dated row, for pages that show many cases, each with the words of its own day.
    """

    hovudtype: Mapping[str, Hovudtype]
    underkategori: Mapping[str, Underkategori]
    art: Mapping[str, Art]
    alvor: Mapping[int, Alvorsgrad]
    arsak: Mapping[str, Arsak]
    utfall: Mapping[str, Utfall]
    alle: Mapping[str, Mapping[str, Sequence[Post]]] = field(default_factory=dict)

    def label(self, kind: str, code: str, moment: datetime | None = None) -> str:
        """The text of a code in the language in force (as it stood at `moment`); the code itself when nobody knows it."""
        row: Post | None = getattr(self, kind).get(code)
        if moment is not None:
            row = as_of(self.alle.get(kind, {}).get(code, ()), oslo_date(moment))
        return row.label if row else code


def ordliste(db: Session, day: date) -> Ordliste:
    """The reference rows, the same for every page, kept. `day`: the case's filing, or today for a list."""
    return kept(db, f"ordliste {day}", lambda own: _words(own, day, day))


def words_of(work: Work, avvik: Avvik) -> Ordliste:
    """A case's own words: type and severity as they stood when it was filed, cause and outcome as when it was closed (or today)."""
    return _words(work.db, oslo_date(avvik.meldt), oslo_date(avvik.lukka_tid) if avvik.lukka_tid else work.today)


def _words(db: Session, filed: date, ended: date) -> Ordliste:
    types, kinds, arts = versions(db, Hovudtype), versions(db, Underkategori), versions(db, Art)
    levels = {row.niva: row for row in by_code(db, Alvorsgrad, filed).values()}
    causes, outcomes = versions(db, Arsak), versions(db, Utfall)
    return Ordliste(
        _at(types, filed),
        _at(kinds, filed),
        _at(arts, filed),
        levels,
        _at(causes, ended),
        _at(outcomes, ended),
        {"hovudtype": types, "underkategori": kinds, "art": arts, "arsak": causes, "utfall": outcomes},
    )


def _at(rows: Mapping[str, Sequence[P]], day: date) -> dict[str, P]:
    return {code: row for code, dated in rows.items() if (row := as_of(dated, day)) is not None}


@dataclass(frozen=True)
class Linje:
    """A line of the history as shown: who (a name, or None for a hidden or automatic actor), what, when."""

    hending: Any
    namn: str | None


@dataclass(frozen=True)
class Plikt:
    """A duty on the case with its rule."""

    rad: Any
    regel: Meldeplikt | None
    avgjort_av: str | None


@dataclass(frozen=True)
class Sak:
    """A case as its page shows it."""

    avvik: Avvik
    eining: Eining
    sakshandsamar: Person | None
    meldar: str | None
    historie: list[Linje]
    arsaker: list[Any]
    utfall: list[Any]
    plikter: list[Plikt]
    tiltak: list[tuple[Tiltak, str]]
    liknande: list[Any]
    filer: list[Any]
    tillegg: list[tuple[Tilleggsfelt, str]]
    kopi: list[str]


def _lines(_work: Work, for_reporter: bool) -> Select[*tuple[Any, ...]]:  # noqa: FBT001 - a part of a question has no name
    query = (
        select(*AvvikHending.__table__.c, Person.namn)
        .outerjoin(Person, Person.id == AvvikHending.person_id)
        .where(AvvikHending.avvik_id == bindparam("avvik"))
        .order_by(AvvikHending.id)
    )
    return query.where(AvvikHending.synleg_meldar) if for_reporter else query


def _history(work: Work, avvik_id: int, *, for_reporter: bool) -> list[Linje]:
    return [Linje(row, row.namn) for row in asked.rows(work, _lines, for_reporter, avvik=avvik_id)]


def last_line(work: Work, avvik_id: int, *, for_reporter: bool) -> Linje | None:
    """The newest line of a case's history; for its reporter the newest she may see."""
    lines = _history(work, avvik_id, for_reporter=for_reporter)
    return lines[-1] if lines else None


def _of_case(_work: Work, table: type[Base]) -> Select[*tuple[Any, ...]]:
    """All rows of a table that belong to a case."""
    columns = table.__table__.c
    return select(*columns).where(columns.avvik_id == bindparam("avvik")).order_by(*table.__table__.primary_key)


def _duty_rows(_work: Work) -> Select[*tuple[Any, ...]]:
    return (
        select(*AvvikMeldeplikt.__table__.c, Person.namn.label("avgjort_namn"))
        .outerjoin(Person, Person.id == AvvikMeldeplikt.avgjort_av_id)
        .where(AvvikMeldeplikt.avvik_id == bindparam("avvik"))
        .order_by(AvvikMeldeplikt.id)
    )


def _duties(work: Work, avvik_id: int, filed: date) -> list[Plikt]:
    rules = by_code(work.db, Meldeplikt, filed)
    rows = asked.rows(work, _duty_rows, avvik=avvik_id)
    return [Plikt(row, rules.get(row.meldeplikt), row.avgjort_namn) for row in rows]


def _linked(work: Work) -> Select[*tuple[Any, ...]]:
    tied = or_(
        and_(AvvikLenkje.fra_id == bindparam("avvik"), AvvikLenkje.til_id == Avvik.id),
        and_(AvvikLenkje.til_id == bindparam("avvik"), AvvikLenkje.fra_id == Avvik.id),
    )
    shown = select(Avvik.id, Avvik.aar, Avvik.lopenr, Avvik.alvor, Avvik.underkategori, Avvik.meldt)
    return shown.join(AvvikLenkje, tied).where(visible(work)).order_by(Avvik.id.desc())


def _copied(work: Work, above: tuple[int, ...]) -> Select[str]:
    return (
        select(Person.namn)
        .join(Tilgang, Tilgang.person_id == Person.id)
        .join(Kopi, Kopi.rolle == Tilgang.rolle)
        .where(
            Kopi.hovudtype == bindparam("hovudtype"),
            Kopi.min_alvor <= bindparam("alvor"),
            holds(Kopi, work.today),
            Tilgang.eining_id.in_(above),
            Tilgang.rolle != Rolle.REVISOR.value,
            Tilgang.gjeld_fra <= work.today,
            or_(Tilgang.gjeld_til.is_(None), Tilgang.gjeld_til >= work.today),
        )
        .order_by(Person.namn)
        .distinct()
    )


def _copies(work: Work, avvik: Avvik, eining: Eining) -> list[str]:
    """Names of those who get copies by rule. Cases about a leader are copied to nobody."""
    if avvik.gjeld_leiar or avvik.er_varsel:
        return []
    above = tuple(int(part) for part in eining.sti.split("/") if part)
    return [row.namn for row in asked.rows(work, _copied, above, hovudtype=avvik.hovudtype, alvor=avvik.alvor)]


_MEASURES: Final = (
    select(Tiltak, Person.namn)
    .join(AvvikTiltak, AvvikTiltak.tiltak_id == Tiltak.id)
    .outerjoin(Person, Person.id == Tiltak.ansvarleg_id)
    .where(AvvikTiltak.avvik_id == bindparam("avvik"))
    .order_by(Tiltak.id)
)


def _name(_work: Work) -> Select[str]:
    return select(Person.namn).where(Person.id == bindparam("person"))


def _files(_work: Work) -> Select[*tuple[Any, ...]]:
    return select(*Fil.__table__.c).where(Fil.subjekt_type == "avvik", Fil.subjekt_id == bindparam("avvik")).order_by(Fil.id)


def read_sak(work: Work, avvik: Avvik, *, for_reporter: bool = False) -> Sak:
    """Everything about a case that its page shows. The reporter's name only when the case is open about it."""
    db = work.db
    eining = db.get_one(Eining, avvik.eining_id)
    fields = by_code(db, Tilleggsfelt, oslo_date(avvik.meldt))
    extra = asked.rows(work, _of_case, AvvikTillegg, avvik=avvik.id)
    measures = db.execute(_MEASURES, {"avvik": avvik.id})
    return Sak(
        avvik=avvik,
        eining=eining,
        sakshandsamar=db.get(Person, avvik.sakshandsamar_id) if avvik.sakshandsamar_id else None,
        meldar=asked.value(work, _name, person=avvik.meldar_id) if avvik.meldar_id else None,
        historie=_history(work, avvik.id, for_reporter=for_reporter),
        arsaker=asked.rows(work, _of_case, AvvikArsak, avvik=avvik.id),
        utfall=asked.rows(work, _of_case, AvvikUtfall, avvik=avvik.id),
        plikter=[] if for_reporter else _duties(work, avvik.id, oslo_date(avvik.meldt)),
        tiltak=[(row, namn or "") for row, namn in measures],
        liknande=[] if for_reporter else asked.rows(work, _linked, avvik=avvik.id),
        filer=asked.rows(work, _files, avvik=avvik.id),
        tillegg=[(fields[row.felt], row.verdi) for row in extra if row.felt in fields],
        kopi=_copies(work, avvik, eining),
    )


def readers(db: Session, avvik_id: int) -> list[tuple[datetime, str, str]]:
    """Who has read the case: (when, name, what), newest first; denied attempts are not readings."""
    rows = db.execute(
        select(Leselogg.tid, Person.namn, Leselogg.kva)
        .join(Person, Person.id == Leselogg.person_id)
        .where(Leselogg.subjekt_type == "avvik", Leselogg.subjekt_id == str(avvik_id), Leselogg.avvist.is_(False))
        .order_by(Leselogg.id.desc())
        .limit(500)
    )
    return [(row.tid, row.namn, row.kva) for row in rows]


def fil_of_case(work: Work, avvik: Avvik, offentleg_id: str) -> Fil | None:
    """An attachment of this very case, by its public id."""
    return work.db.scalar(
        select(Fil).where(Fil.subjekt_type == "avvik", Fil.subjekt_id == avvik.id, Fil.offentleg_id == offentleg_id)
    )
