"""The rows of an export: exactly those of the filtered list, read as a stream in a session of its own."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, case, func, literal, select
from sqlalchemy.orm import Session, aliased

from avvik.models import Avvik, AvvikArsak, AvvikUtfall
from avvik.queries.access import by_role
from avvik.queries.lists import Innsnevring, Lister, condition
from avvik.rules import ENDED, JOINED, STATUSNAMN
from kjerne.clock import OSLO, oslo_date
from kjerne.db import Databases
from kjerne.i18n import gettext as _
from kjerne.i18n import lazy as _l
from kjerne.katalog import Arsak, Art, Post, Underkategori, Utfall, versions
from kjerne.models import Eining, Person
from kjerne.rekneark import Celle
from kjerne.work import Work

PORTION = 500
HEADINGS = (
    _l("Saksnummer"),
    _l("Eining"),
    _l("Kategori"),
    _l("Slag"),
    _l("Alvor"),
    _l("Status"),
    _l("Hende"),
    _l("Meldt"),
    _l("Meldt av"),
    _l("Frist for lukking"),
    _l("Hendingar"),
    _l("Skildring"),
    _l("Årsak"),
    _l("Utfall"),
)
#: What stands for the state of a report that was joined with another case.
SAMAN = "slatt_saman"
_ENDED = frozenset({SAMAN, *(status.value for status in ENDED)})


#: Code → its texts with the day each began to hold, the oldest first.
Daterte = Mapping[str, Sequence[tuple[date, str]]]


@dataclass(frozen=True)
class Ord:
    """All words an export needs, in its reader's language and as they stood on any day: nothing is looked up while it streams."""

    kategori: Daterte
    art: Daterte
    status: dict[str, str]
    arsak: Daterte
    utfall: Daterte
    meldaren: str
    no: datetime
    headings: tuple[str, ...]


def _dated(db: Session, table: type[Post]) -> Daterte:
    return {code: [(row.gjeld_fra, row.label) for row in rows] for code, rows in versions(db, table).items()}


def _at(words: Daterte, code: str, moment: datetime) -> str:
    """The text of a code as it stood at a moment; before it began, its first; the code itself when nobody knows it."""
    rows = words.get(code, ())
    if len(rows) < 2:
        return rows[0][1] if rows else code
    day = oslo_date(moment)
    return next((text for first, text in reversed(rows) if first <= day), rows[0][1])


def export_words(work: Work) -> Ord:
    """The words in the language in force."""
    return Ord(
        kategori=_dated(work.db, Underkategori),
        art=_dated(work.db, Art),
        status={SAMAN: str(JOINED), **{code.value: str(name) for code, name in STATUSNAMN.items()}},
        arsak=_dated(work.db, Arsak),
        utfall=_dated(work.db, Utfall),
        meldaren=_("meldaren"),
        no=work.now,
        headings=tuple(str(heading) for heading in HEADINGS),
    )


def export_query(work: Work, liste: Lister, narrow: Innsnevring) -> Select[*tuple[Any, ...]]:
    """The rows of a list with all columns of an export, newest first. The scope is computed here, before anything is sent."""
    reporter = aliased(Person)
    causes = select(func.aggregate_strings(AvvikArsak.arsak, ",")).where(AvvikArsak.avvik_id == Avvik.id).scalar_subquery()
    outcomes = select(func.aggregate_strings(AvvikUtfall.utfall, ",")).where(AvvikUtfall.avvik_id == Avvik.id).scalar_subquery()
    columns = (
        Avvik.aar,
        Avvik.lopenr,
        Eining.namn.label("eining"),
        Avvik.underkategori,
        Avvik.art,
        Avvik.alvor,
        case((Avvik.duplikat_av_id.is_(None), Avvik.status), else_=literal(SAMAN)).label("status"),
        Avvik.hendt,
        Avvik.meldt,
        Avvik.konfidensiell,
        Avvik.anonym,
        reporter.namn.label("meldar"),
        Avvik.frist_lukking,
        Avvik.lukka_tid,
        Avvik.serie_tal,
        Avvik.skildring,
        causes.label("arsak"),
        outcomes.label("utfall"),
        by_role(work).label("les"),
    )
    return (
        select(*columns)
        .join(Eining, Eining.id == Avvik.eining_id)
        .outerjoin(reporter, reporter.id == Avvik.meldar_id)
        .where(condition(work, liste), *narrow.conditions(work))
        .order_by(Avvik.id.desc())
    )


def _labels(codes: str | None, texts: Daterte, moment: datetime) -> str:
    if not codes:
        return ""
    return ", ".join(sorted(_at(texts, code, moment) for code in codes.split(","))) if "," in codes else _at(texts, codes, moment)


def cells(row: Any, words: Ord) -> tuple[Celle, ...]:
    """One case as cells, in the words of its own day: category and kind as filed, cause and outcome as closed (or today).

    Its own reporter does not learn the cause, nor an outcome before the case is ended.
    """
    aar, lopenr, eining, kategori, art, alvor, status, hendt, meldt, konfidensiell, anonym, meldar, frist, lukka, *rest = row
    serie, skildring, arsak, utfall, les = rest
    ended = lukka or words.no
    return (
        f"{aar}-{lopenr}",
        eining,
        _at(words.kategori, kategori, meldt),
        _at(words.art, art, meldt),
        alvor,
        words.status.get(status, status),
        hendt.astimezone(OSLO),
        meldt.astimezone(OSLO),
        words.meldaren if konfidensiell or anonym or not meldar else meldar,
        frist,
        serie,
        skildring,
        _labels(arsak, words.arsak, ended) if les else "",
        _labels(utfall, words.utfall, ended) if les or status in _ENDED else "",
    )


def stream(databases: Databases, query: Select[*tuple[Any, ...]], words: Ord) -> Iterator[tuple[Celle, ...]]:
    """The rows one by one from a server-side cursor, in a session of its own: the request's is closed when the page is sent."""
    with databases.reading() as db:
        if not databases.is_sqlite:  # a cursor on the server lives in a transaction; the reading door is in autocommit
            db.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        with db.connection().execute(query.execution_options(yield_per=PORTION)) as rows:
            for row in rows:
                yield cells(row, words)
