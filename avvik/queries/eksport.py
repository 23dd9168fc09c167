"""The rows of an export: exactly those of the filtered list, read as a stream in a session of its own."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from avvik.models import Avvik, AvvikArsak, AvvikUtfall
from avvik.queries.access import by_role
from avvik.queries.lists import Innsnevring, Lister, condition
from avvik.queries.sak import ordliste
from avvik.rules import ENDED, STATUSNAMN
from kjerne.clock import OSLO
from kjerne.db import Databases
from kjerne.i18n import gettext as _
from kjerne.i18n import lazy as _l
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
_ENDED = frozenset(status.value for status in ENDED)


@dataclass(frozen=True)
class Ord:
    """All words an export needs, in its reader's language: nothing is looked up while it streams."""

    kategori: dict[str, str]
    art: dict[str, str]
    status: dict[str, str]
    arsak: dict[str, str]
    utfall: dict[str, str]
    meldaren: str
    headings: tuple[str, ...]


def export_words(work: Work) -> Ord:
    """The words in the language in force."""
    words = ordliste(work.db, work.today)
    return Ord(
        kategori={code: row.label for code, row in words.underkategori.items()},
        art={code: row.label for code, row in words.art.items()},
        status={code.value: str(name) for code, name in STATUSNAMN.items()},
        arsak={code: row.label for code, row in words.arsak.items()},
        utfall={code: row.label for code, row in words.utfall.items()},
        meldaren=_("meldaren"),
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
        Avvik.status,
        Avvik.hendt,
        Avvik.meldt,
        Avvik.konfidensiell,
        Avvik.anonym,
        reporter.namn.label("meldar"),
        Avvik.frist_lukking,
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


def _labels(codes: str | None, texts: dict[str, str]) -> str:
    if not codes:
        return ""
    return ", ".join(sorted(texts.get(code, code) for code in codes.split(","))) if "," in codes else texts.get(codes, codes)


def _moment(value: datetime) -> datetime:
    """As the wall clock in Oslo said, to the minute and without zone: what a spreadsheet can hold."""
    return value.astimezone(OSLO).replace(tzinfo=None, second=0, microsecond=0)


def cells(row: Any, words: Ord) -> tuple[Celle, ...]:
    """One case as cells. Its own reporter does not learn the cause, nor an outcome before the case is ended."""
    aar, lopenr, eining, kategori, art, alvor, status, hendt, meldt, konfidensiell, anonym, meldar, frist, *rest = row
    serie, skildring, arsak, utfall, les = rest
    return (
        f"{aar}-{lopenr}",
        eining,
        words.kategori.get(kategori, kategori),
        words.art.get(art, art),
        alvor,
        words.status.get(status, status),
        _moment(hendt),
        _moment(meldt),
        words.meldaren if konfidensiell or anonym or not meldar else meldar,
        frist,
        serie,
        skildring,
        _labels(arsak, words.arsak) if les else "",
        _labels(utfall, words.utfall) if les or status in _ENDED else "",
    )


def stream(databases: Databases, query: Select[*tuple[Any, ...]], words: Ord) -> Iterator[tuple[Celle, ...]]:
    """The rows one by one from a server-side cursor, in a session of its own: the request's is closed when the page is sent."""
    with databases.reading() as db:
        if not databases.is_sqlite:  # a cursor on the server lives in a transaction; the reading door is in autocommit
            db.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        with db.connection().execute(query.execution_options(yield_per=PORTION)) as rows:
            for row in rows:
                yield cells(row, words)
