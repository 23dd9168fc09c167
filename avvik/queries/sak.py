"""All a case's page shows, read in a constant number of queries. The case itself was fetched through `get_avvik`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import and_, or_, select
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
from kjerne.access import Rolle
from kjerne.clock import oslo_date
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

    hending: AvvikHending
    namn: str | None


@dataclass(frozen=True)
class Plikt:
    """A duty on the case with its rule."""

    rad: AvvikMeldeplikt
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
    arsaker: list[AvvikArsak]
    utfall: list[AvvikUtfall]
    plikter: list[Plikt]
    tiltak: list[tuple[Tiltak, str]]
    liknande: list[Avvik]
    filer: list[Fil]
    tillegg: list[tuple[Tilleggsfelt, str]]
    kopi: list[str]


def _history(db: Session, avvik_id: int, *, for_reporter: bool) -> list[Linje]:
    query = (
        select(AvvikHending, Person.namn)
        .outerjoin(Person, Person.id == AvvikHending.person_id)
        .where(AvvikHending.avvik_id == avvik_id)
        .order_by(AvvikHending.id)
    )
    if for_reporter:
        query = query.where(AvvikHending.synleg_meldar)
    return [Linje(hending, namn) for hending, namn in db.execute(query)]


def last_line(db: Session, avvik_id: int, *, for_reporter: bool) -> Linje | None:
    """The newest line of a case's history; for its reporter the newest she may see."""
    lines = _history(db, avvik_id, for_reporter=for_reporter)
    return lines[-1] if lines else None


def _duties(db: Session, avvik_id: int, filed: date) -> list[Plikt]:
    rules = by_code(db, Meldeplikt, filed)
    rows = db.execute(
        select(AvvikMeldeplikt, Person.namn)
        .outerjoin(Person, Person.id == AvvikMeldeplikt.avgjort_av_id)
        .where(AvvikMeldeplikt.avvik_id == avvik_id)
        .order_by(AvvikMeldeplikt.id)
    )
    return [Plikt(row, rules.get(row.meldeplikt), namn) for row, namn in rows]


def _linked(work: Work, avvik_id: int) -> list[Avvik]:
    tied = or_(
        and_(AvvikLenkje.fra_id == avvik_id, AvvikLenkje.til_id == Avvik.id),
        and_(AvvikLenkje.til_id == avvik_id, AvvikLenkje.fra_id == Avvik.id),
    )
    return list(work.db.scalars(select(Avvik).join(AvvikLenkje, tied).where(visible(work)).order_by(Avvik.id.desc())))


def _copies(db: Session, avvik: Avvik, eining: Eining, today: date) -> list[str]:
    """Names of those who get copies by rule. Cases about a leader are copied to nobody."""
    if avvik.gjeld_leiar or avvik.er_varsel:
        return []
    above = [int(part) for part in eining.sti.split("/") if part]
    return list(
        db.scalars(
            select(Person.namn)
            .join(Tilgang, Tilgang.person_id == Person.id)
            .join(Kopi, Kopi.rolle == Tilgang.rolle)
            .where(
                Kopi.hovudtype == avvik.hovudtype,
                Kopi.min_alvor <= avvik.alvor,
                holds(Kopi, today),
                Tilgang.eining_id.in_(above),
                Tilgang.rolle != Rolle.REVISOR.value,
                Tilgang.gjeld_fra <= today,
                or_(Tilgang.gjeld_til.is_(None), Tilgang.gjeld_til >= today),
            )
            .order_by(Person.namn)
            .distinct()
        )
    )


def read_sak(work: Work, avvik: Avvik, *, for_reporter: bool = False) -> Sak:
    """Everything about a case that its page shows. The reporter's name only when the case is open about it."""
    db = work.db
    eining = db.get_one(Eining, avvik.eining_id)
    fields = by_code(db, Tilleggsfelt, oslo_date(avvik.meldt))
    extra = db.scalars(select(AvvikTillegg).where(AvvikTillegg.avvik_id == avvik.id)).all()
    measures = db.execute(
        select(Tiltak, Person.namn)
        .join(AvvikTiltak, AvvikTiltak.tiltak_id == Tiltak.id)
        .outerjoin(Person, Person.id == Tiltak.ansvarleg_id)
        .where(AvvikTiltak.avvik_id == avvik.id)
        .order_by(Tiltak.id)
    )
    return Sak(
        avvik=avvik,
        eining=eining,
        sakshandsamar=db.get(Person, avvik.sakshandsamar_id) if avvik.sakshandsamar_id else None,
        meldar=db.scalar(select(Person.namn).where(Person.id == avvik.meldar_id)) if avvik.meldar_id else None,
        historie=_history(db, avvik.id, for_reporter=for_reporter),
        arsaker=list(db.scalars(select(AvvikArsak).where(AvvikArsak.avvik_id == avvik.id))),
        utfall=list(db.scalars(select(AvvikUtfall).where(AvvikUtfall.avvik_id == avvik.id))),
        plikter=[] if for_reporter else _duties(db, avvik.id, oslo_date(avvik.meldt)),
        tiltak=[(row, namn or "") for row, namn in measures],
        liknande=[] if for_reporter else _linked(work, avvik.id),
        filer=list(db.scalars(select(Fil).where(Fil.subjekt_type == "avvik", Fil.subjekt_id == avvik.id).order_by(Fil.id))),
        tillegg=[(fields[row.felt], row.verdi) for row in extra if row.felt in fields],
        kopi=_copies(db, avvik, eining, work.today),
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
