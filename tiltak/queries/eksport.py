"""The rows of the list as a file, and what became of a year's measures."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Select, case, func, select

from kjerne.access import Right
from kjerne.clock import oslo_date
from kjerne.db import Databases
from kjerne.i18n import gettext as _
from kjerne.models import Eining, Person
from kjerne.rekneark import Celle
from kjerne.work import Work
from tiltak import rules
from tiltak.models import Tiltak
from tiltak.queries.access import visible
from tiltak.queries.lists import Filter, chosen, conditions, subtree
from tiltak.rules import Utval

PORTION = 500


def export_query(work: Work, utval: Utval, narrow: Filter) -> Select[*tuple[Any, ...]]:
    """Exactly the rows of the list, in its order, with `full`: whether she may see more than title and deadline."""
    units = None if narrow.eining_id is None else subtree(work, narrow.eining_id)
    full = case((Tiltak.skjerma.is_(False), 1), (Tiltak.laga_av_id == work.me.id, 1), else_=0)
    return (
        select(Tiltak, Person.namn, Eining.namn, full)
        .join(Person, Person.id == Tiltak.ansvarleg_id)
        .join(Eining, Eining.id == Tiltak.eining_id)
        .where(visible(work), chosen(work, utval), *conditions(work, narrow, units))
        .order_by(Tiltak.rang, Tiltak.id)
    )


def headings() -> list[str]:
    """The file's first line, in the reader's language."""
    return [
        _("Nr."),
        _("Tiltak"),
        _("Status"),
        _("Frist"),
        _("Ansvarleg"),
        _("Eining"),
        _("Skildring"),
        _("Type"),
        _("Prioritet"),
        _("Kjelde"),
        _("Risiko"),
        _("Tek ned risikoen"),
        _("Start"),
        _("Kostnad, kroner"),
        _("Innsparing per år, kroner"),
        _("Konto (ansvar)"),
        _("Finansiering"),
        _("Utsett, gonger"),
        _("Ferdig"),
        _("Kva er gjort?"),
        _("Effekt"),
        _("Flytta for hand, fordi"),
    ]


class Ord(NamedTuple):
    """The words of codes, in the reader's language: nothing is looked up while the file is sent."""

    status: dict[str, str]
    type: dict[str, str]
    prioritet: dict[int, str]
    kjelde: dict[str, str]
    farge: dict[str, str]
    effekt: dict[str, str]


def export_words() -> Ord:
    """The words in the language in force."""
    return Ord(
        {code.value: str(name) for code, name in rules.STATUSNAMN.items()},
        {code.value: str(name) for code, name in rules.TYPENAMN.items()},
        {code: str(name) for code, name in rules.PRIORITETNAMN.items()},
        {code.value: str(name) for code, name in rules.KJELDENAMN.items()},
        {code.value: str(name) for code, name in rules.FARGENAMN.items()},
        {code.value: str(name) for code, name in rules.EFFEKTNAMN.items()},
    )


def cells(t: Tiltak, owner: str, unit: str, words: Ord, *, full: bool) -> tuple[Celle, ...]:
    """One measure as cells; of a shielded one its owner gets title, state and deadline only."""
    head = (t.id, t.tittel, words.status[t.status], t.frist, owner, unit)
    if not full:
        return (*head, *[None] * 16)
    return (
        *head,
        t.skildring,
        words.type[t.type],
        words.prioritet[t.prioritet],
        words.kjelde[t.kjelde],
        words.farge.get(t.farge or "", ""),
        t.risikoreduksjon,
        t.start,
        t.kostnad,
        t.effekt_kr,
        t.ansvar,
        t.finansiering,
        t.utsett_tal,
        oslo_date(t.ferdig_tid) if t.ferdig_tid else None,
        t.ferdig_notat,
        words.effekt.get(t.effekt_resultat or "", ""),
        t.flytta_grunn,
    )


def stream(databases: Databases, query: Select[*tuple[Any, ...]], words: Ord) -> Iterator[tuple[Celle, ...]]:
    """The rows one by one, in a session of its own: the request's is closed when the file is sent."""
    with databases.reading() as db:
        if not databases.is_sqlite:  # a cursor on the server lives in a transaction; the reading door is in autocommit
            db.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        for tiltak, owner, unit, full in db.execute(query.execution_options(yield_per=PORTION)):
            yield cells(tiltak, owner, unit, words, full=bool(full))
            db.expunge(tiltak)


class Aarsrad(NamedTuple):
    """What became of one unit's measures with a deadline in a year."""

    eining_id: int
    eining: str
    alle: int
    gjort: int
    god: int
    delvis: int
    darleg: int
    avlyst: int
    opne: int
    utsette: int


def became(work: Work, year: int) -> Sequence[Aarsrad]:
    """By unit, in the tree's order: measures with a deadline in the year. Shielded ones are in no figure."""

    def tally(condition: Any) -> Any:
        return func.sum(case((condition, 1), else_=0))

    rows = work.db.execute(
        select(
            Eining.id,
            Eining.namn,
            func.count(),
            tally(Tiltak.status.in_(rules.DONE)),
            *(tally(Tiltak.effekt_resultat == effect.value) for effect in rules.Effekt),
            tally(Tiltak.status == rules.Status.AVLYST.value),
            tally(Tiltak.status.in_(rules.UNSETTLED)),
            tally(Tiltak.utsett_tal > 0),
        )
        .join(Eining, Eining.id == Tiltak.eining_id)
        .where(
            Tiltak.eining_id.in_(work.units(Right.TILTAK_LES)),
            Tiltak.skjerma.is_(False),
            Tiltak.frist.between(date(year, 1, 1), date(year, 12, 31)),
        )
        .group_by(Eining.id, Eining.namn, Eining.sti)
        .order_by(Eining.sti)
    )
    return [Aarsrad(*row) for row in rows]
