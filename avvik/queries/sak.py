"""All a case's page shows, read in a constant number of queries. The case itself was fetched through `get_avvik`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import Select, and_, bindparam, or_, select
from sqlalchemy.orm import Session

from avvik.models import Avvik, AvvikHending, AvvikLenkje, AvvikMeldeplikt, AvvikTillegg
from avvik.queries.access import visible
from avvik.queries.sak_par import FILES, MEASURES, OFFERED, OWN, STAFF, WORDS, Fila, Hending, Rundt, Tiltaket, around, own
from kjerne import asked
from kjerne.access import Right, Rolle, roles_with
from kjerne.clock import oslo_date
from kjerne.einingar import tree
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
    every,
    holds_on,
    versions,
)
from kjerne.kept import kept
from kjerne.models import Eining, Fil, Leselogg, Person
from kjerne.work import Work

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


class _Dagens(Mapping[str, P]):
    """The rows of a table as they stood on one day, each found when it is asked for: a page needs few of them."""

    __slots__ = ("_day", "_rows")

    def __init__(self, rows: Mapping[str, Sequence[P]], day: date) -> None:
        self._rows, self._day = rows, day

    def __getitem__(self, code: str) -> P:
        row = as_of(self._rows[code], self._day)
        if row is None:
            raise KeyError(code)
        return row

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


def _words(db: Session, filed: date, ended: date) -> Ordliste:
    types, kinds, arts = versions(db, Hovudtype), versions(db, Underkategori), versions(db, Art)
    levels = {row.niva: row for row in by_code(db, Alvorsgrad, filed).values()}
    causes, outcomes = versions(db, Arsak), versions(db, Utfall)
    return Ordliste(
        _Dagens(types, filed),
        _Dagens(kinds, filed),
        _Dagens(arts, filed),
        levels,
        _Dagens(causes, ended),
        _Dagens(outcomes, ended),
        {"hovudtype": types, "underkategori": kinds, "art": arts, "arsak": causes, "utfall": outcomes},
    )


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
class MiSak:
    """A case as its reporter's page shows it."""

    eining: Eining
    historie: list[Linje]
    filer: list[Any]
    tillegg: list[tuple[Tilleggsfelt, str]]


@dataclass(frozen=True)
class Sak:
    """A case as the page of those who handle and read it shows it. `tilbod`: measures it may be given, id and title."""

    avvik: Any
    eining: Eining
    historie: list[Linje]
    arsaker: list[Any]
    utfall: list[Any]
    plikter: list[Plikt]
    tiltak: list[Tiltaket]
    liknande: list[Any]
    filer: list[Fila]
    tillegg: list[tuple[Tilleggsfelt, str]]
    tilbod: list[tuple[str, str]]


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


def _copying(work: Work, head: Any) -> frozenset[str]:
    """The roles that get copies of a case by rule. Cases about a leader are copied to nobody."""
    if head.gjeld_leiar or head.er_varsel:
        return frozenset()
    rules = (rule for rule in every(work.db, Kopi) if rule.hovudtype == head.hovudtype and rule.min_alvor <= head.alvor)
    return frozenset(rule.rolle for rule in rules if holds_on(rule, work.today)) - {Rolle.REVISOR.value}


def _files(_work: Work) -> Select[*tuple[Any, ...]]:
    return select(*Fil.__table__.c).where(Fil.subjekt_type == "avvik", Fil.subjekt_id == bindparam("avvik")).order_by(Fil.id)


def _extra(_work: Work) -> Select[str, str]:
    return (
        select(AvvikTillegg.felt, AvvikTillegg.verdi).where(AvvikTillegg.avvik_id == bindparam("avvik")).order_by(AvvikTillegg.felt)
    )


def _fields(work: Work, filed: datetime, values: Iterable[tuple[str, str]]) -> list[tuple[Tilleggsfelt, str]]:
    """The extra fields with their values, in order of code; those nobody knows are left out."""
    values = list(values)
    known = by_code(work.db, Tilleggsfelt, oslo_date(filed)) if values else {}
    return [(known[felt], verdi) for felt, verdi in values if felt in known]


def read_mine(work: Work, avvik: Avvik) -> MiSak:
    """What a case's reporter sees of it besides the case itself."""
    return MiSak(
        eining=work.db.get_one(Eining, avvik.eining_id),
        historie=_history(work, avvik.id, for_reporter=True),
        filer=asked.rows(work, _files, avvik=avvik.id),
        tillegg=_fields(work, avvik.meldt, [(row.felt, row.verdi) for row in asked.rows(work, _extra, avvik=avvik.id)]),
    )


def read_sak(work: Work, head: Any, *, measures: bool) -> Sak:
    """Everything of a case that its page shows, but what is alike: only what its head says is there is asked for.

    The reporter's name stands in the head only when the case is open about it. `measures`: a step is open that offers measures.
    """
    kinds = (*OWN, *(MEASURES,) * head.har_tiltak, *(FILES,) * head.har_filer, *(OFFERED,) * measures)
    found = own(work, head.id, kinds)
    return Sak(
        avvik=head,
        eining=tree(work.db).einingar[head.eining_id],
        historie=[_line(row) for row in found["historie"]],
        arsaker=found["arsak"],
        utfall=found["utfall"],
        plikter=_duties(work, head.id, oslo_date(head.meldt)) if head.har_plikter else [],
        tiltak=[_measure(row) for row in found[MEASURES]],
        liknande=asked.rows(work, _linked, avvik=head.id) if head.har_lenkjer else [],
        filer=[Fila(row.tal, row.kode, row.tekst, int(row.fra)) for row in found[FILES]],
        tillegg=_fields(work, head.meldt, [(row.kode, row.tekst) for row in found["tillegg"]]),
        tilbod=[(str(row.tal), row.tekst) for row in found[OFFERED]],
    )


def read_around(work: Work, sak: Sak, *, words: bool, staff: bool) -> tuple[Rundt, tuple[str, ...]]:
    """What is around a case, and the names of those who get copies of it by rule.

    `words`: she may see what it is like; `staff`: steps are open to her whose forms offer people.
    """
    copying = _copying(work, sak.avvik)
    handling = frozenset(role.value for role in roles_with(Right.AVVIK_BEHANDLE)) if staff else frozenset()
    found = around(work, sak.avvik, sak.eining, copying | handling, (*(STAFF,) * staff, *(WORDS,) * words))
    return found, tuple(sorted({namn for _nr, namn, _here, rolle in found.linje if rolle in copying}))


def _line(row: Any) -> Linje:
    hidden = row.rekkje.startswith("-")
    aktor = row.rekkje[1:] if hidden else row.rekkje
    return Linje(Hending(row.tal, row.kode, aktor, row.fra, row.til, row.tekst, row.tid, not hidden), row.namn)


def _measure(row: Any) -> Tiltaket:
    due = date.fromisoformat(row.fra) if row.fra else None
    return Tiltaket(row.tal, row.tekst, row.rekkje, due, int(row.kode) if row.kode else None, row.namn)


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
