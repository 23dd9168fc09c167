"""The inbox and the other lists: the same rows as the counts, paged by key."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import request, url_for
from sqlalchemy import Select

from avvik import tekstar
from avvik.queries.lists import Lister, list_query, open_count
from avvik.queries.sak import Ordliste, ordliste
from avvik.rules import ENDED, STATUSNAMN, Status
from avvik.views.area import area
from kjerne.access import Open
from kjerne.i18n import lazy as _l
from kjerne.web import render
from kjerne.work import Work

PAGE_SIZE = 25
CAP = 100
WEEK = timedelta(days=7)
LISTENAMN = {
    Lister.VENTAR: _l("Ventar på deg"),
    Lister.OPNE: _l("Alle opne"),
    Lister.OVER_FRIST: _l("Over frist"),
    Lister.MINE: _l("Meldt av deg"),
    Lister.ALLE: _l("Alle"),
}
NOW, WEEKLY, LATER = _l("Treng deg no"), _l("Denne veka"), _l("Seinare")


@dataclass(frozen=True)
class Rad:
    """A row of a list, ready to draw: no look-ups are left for the template."""

    id: int
    nr: str
    tittel: str
    eining: str
    alvor: int
    frist: str
    fristkind: str
    alder: str
    status: str
    gruppe: str
    serie: int


def rows_of(work: Work, query: Select[*tuple[Any, ...]], words: Ordliste) -> list[Rad]:
    """Draw-ready rows of a list query."""
    return [_row(work, row, words) for row in work.db.execute(query)]


def _row(work: Work, row: Any, words: Ordliste) -> Rad:
    ended = row.status in {status.value for status in ENDED}
    first = row.forste_svar_tid is None and not ended
    day = min(row.frist_svar, row.frist_lukking) if first else row.frist_lukking
    text, kind = ("", "") if ended else tekstar.due(day, work.today)
    group = NOW if kind else WEEKLY if day <= work.today + WEEK else LATER
    return Rad(
        id=row.id,
        nr=f"{row.aar}-{row.lopenr}",
        tittel=words.label("underkategori", row.underkategori),
        eining=row.eining,
        alvor=row.alvor,
        frist=text,
        fristkind=kind,
        alder=tekstar.age(row.meldt, work.today),
        status=str(STATUSNAMN[Status(row.status)]),
        gruppe=str(group),
        serie=row.serie_tal,
    )


def grouped(rows: list[Rad]) -> list[tuple[str, list[Rad]]]:
    """Rows under "Treng deg no", "Denne veka", "Seinare", empty groups left out."""
    groups: dict[str, list[Rad]] = {str(name): [] for name in (NOW, WEEKLY, LATER)}
    for row in rows:
        groups[row.gruppe].append(row)
    return [(name, found) for name, found in groups.items() if found]


def chosen_list() -> Lister:
    """The list asked for, else what waits for me."""
    asked = request.args.get("liste", Lister.VENTAR.value)
    return Lister(asked) if asked in set(Lister) else Lister.VENTAR


@area.page("/", needs=Open.LOGGED_IN)
def liste(work: Work) -> str:
    """The inbox."""
    chosen = chosen_list()
    raw = request.args.get("for", "")
    before = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else None
    rows = rows_of(work, list_query(work, chosen, before=before, limit=PAGE_SIZE), ordliste(work.db))
    more = len(rows) > PAGE_SIZE
    rows = rows[:PAGE_SIZE]
    tabs = [(name, str(text), open_count(work, name, CAP)) for name, text in LISTENAMN.items()]
    next_url = f"{url_for('avvik.liste', liste=chosen.value)}&for={rows[-1].id}" if more else None
    return render(
        work,
        "avvik/liste.html",
        tabs=tabs,
        liste=chosen,
        rader=rows,
        grupper=grouped(rows) if chosen is Lister.VENTAR else [("", rows)],
        next_url=next_url,
        cap=CAP,
    )
