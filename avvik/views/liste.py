"""The inbox and the other lists: the same rows as the counts, paged by key."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from flask import request, url_for
from sqlalchemy import func, select

from avvik import tekstar
from avvik.models import Avvik
from avvik.queries.lists import Innsnevring, Lister, asks_counts, asks_green, condition, has_green, list_query, open_counts
from avvik.queries.lofte import Lofte, kept_promises
from avvik.queries.prosedyre import title_of
from avvik.queries.sak import Ordliste, ordliste
from avvik.rules import ENDED, UTVALSNAMN, Status, status_name
from avvik.views.area import area
from avvik.views.filter import MOST_FILTERS, before_of, list_of, my_filters, narrowed_by
from kjerne import asked
from kjerne.access import Open, Right
from kjerne.einingar import tree
from kjerne.i18n import Lazy, current, fdate, fnumber
from kjerne.i18n import gettext as _
from kjerne.i18n import lazy as _l
from kjerne.known import known
from kjerne.web import badge_questions, render
from kjerne.work import Work

PAGE_SIZE = 25
CAP = 100
TABS = (Lister.VENTAR, Lister.OVER_FRIST, Lister.OPNE)
WEEK = timedelta(days=7)
LISTENAMN = {
    Lister.VENTAR: _l("Ventar på deg"),
    Lister.OPNE: _l("Opne"),
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


def rows_of(work: Work, liste: Lister, narrow: Innsnevring, words: Ordliste, before: int | None = None) -> list[Rad]:
    """Draw-ready rows of a list: a page, and one row more when there is a next page."""
    return [draw(work, row, words) for row in asked.rows(work, list_query, liste, before, PAGE_SIZE, narrow)]


def draw(work: Work, row: Any, words: Ordliste) -> Rad:
    """A row of a list query, ready to draw. The same row on the same day in the same language is worked out once."""
    return _drawn(row, words, work.today, current())


@lru_cache(maxsize=4096)
def _drawn(row: Any, words: Ordliste, today: date, _sprak: str) -> Rad:
    ended = row.status in {status.value for status in ENDED}
    first = row.forste_svar_tid is None and not ended
    days = [row.frist_svar] * first + [row.frist_lukking] * (row.status != Status.VENTAR_EFFEKT)
    day = date.max if ended or not days else min(days)
    text, kind = ("", "") if day == date.max else tekstar.due(day, today)
    if first and day == row.frist_svar and kind:
        text = _("Svar %(nar)s", nar=text[:1].lower() + text[1:])
    group = NOW if kind else WEEKLY if day <= today + WEEK else LATER
    return Rad(
        id=row.id,
        nr=f"{row.aar}-{row.lopenr}",
        tittel=words.label("underkategori", row.underkategori, row.meldt),
        eining=row.eining,
        alvor=row.alvor,
        frist=text,
        fristkind="done" if ended else kind,
        alder=_("meldt %(dag)s", dag=fdate(row.meldt, "d. MMM y")) if ended else tekstar.age(row.meldt, today),
        status=str(status_name(Status(row.status), joined=row.duplikat_av_id is not None)),
        gruppe=str(group),
        serie=row.serie_tal,
    )


def grouped(rows: list[Rad]) -> list[tuple[str, tuple[Rad, ...]]]:
    """Rows under "Treng deg no", "Denne veka", "Seinare", empty groups left out."""
    groups: dict[str, list[Rad]] = {str(name): [] for name in (NOW, WEEKLY, LATER)}
    for row in rows:
        groups[row.gruppe].append(row)
    return [(name, tuple(found)) for name, found in groups.items() if found]


def chosen_list() -> Lister:
    """The list asked for, else what waits for me."""
    return list_of(request.args.to_dict())


def narrowed() -> Innsnevring:
    """What the address narrows the list to."""
    return narrowed_by(request.args.to_dict())


def _units_to_choose(work: Work) -> tuple[tuple[str, str], ...]:
    """Code and name of the units whose cases this person may read."""
    ids = work.units(Right.AVVIK_LES) | work.units(Right.AVVIK_LES_LOFTA) | work.units(Right.AVVIK_KOPI)
    return tuple((row.kode, row.namn) for unit, row in tree(work.db).einingar.items() if unit in ids)


def _said(work: Work, narrow: Innsnevring, words: Ordliste, units: Sequence[tuple[str, str]]) -> list[str]:
    """What the list is narrowed to, in words."""
    said = [namn for kode, namn in units if kode == narrow.eining]
    said += [words.label(kind, code) for kind in ("hovudtype", "underkategori", "art", "utfall") if (code := getattr(narrow, kind))]
    if narrow.alvor is not None:
        said.append(_("alvor %(n)s", n=narrow.alvor))
    if narrow.status:
        said.append(str(UTVALSNAMN[Status(narrow.status)]))
    if narrow.fra:
        said.append(_("frå %(dag)s", dag=fdate(narrow.fra)))
    if narrow.til:
        said.append(_("til %(dag)s", dag=fdate(narrow.til)))
    if narrow.prosedyre is not None:
        said.append(_("prosedyren «%(tittel)s»", tittel=title_of(work, narrow.prosedyre) or narrow.prosedyre))
    if narrow.tel:
        said.append(_("berre det som tel som avvik"))
    return said


def next_url(chosen: Lister, kept: dict[str, str], last: int) -> str:
    """The address of a list's page after this key."""
    return "/avvik/?" + urlencode({"liste": chosen.value, **kept, "for": last})


def _shorter(work: Work, chosen: Lister, narrow: Innsnevring) -> str:
    """Behind a number (`av`): when she sees fewer cases than it counts, how many. Empty else."""
    raw = request.args.get("av", "")
    count = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 8 else 0
    if not count:
        return ""
    here = select(func.count()).select_from(Avvik).where(condition(work, chosen), *narrow.conditions(work))
    mine = work.db.scalar(here) or 0
    if mine >= count:
        return ""
    return _("Talet er %(n)s; du ser %(m)s av dei. Resten er saker som færre har tilgang til.", n=fnumber(count), m=fnumber(mine))


@dataclass(frozen=True)
class Listeside:
    """Everything a page of a list shows: worked out again when something was changed, and drawn again then."""

    liste: Lister
    tittel: str
    faner: tuple[tuple[Lister, str, int], ...]
    andre: tuple[tuple[Lister, str], ...]
    grupper: tuple[tuple[str, tuple[Rad, ...]], ...]
    next_url: str | None
    cap: int
    snevring: Innsnevring
    smalt: tuple[str, ...]
    kept: dict[str, str]
    stad: dict[str, str]
    einingar: tuple[tuple[str, str], ...]
    ord: Ordliste
    statusar: tuple[tuple[Status, Lazy], ...]
    lagra: tuple[Any, ...]
    kan_lagre: bool
    lofte: tuple[Lofte, ...]
    gronne: bool
    kan_innsyn: bool

    __hash__ = object.__hash__  # the page that is known is one object: what was drawn of it is found by that

    @property
    def halde(self) -> int | None:
        """Per cent of the promises that were kept; None without any."""
        due = sum(row.rekna for row in self.lofte)
        return round(100 * sum(row.halde for row in self.lofte) / due) if due else None


def _side(work: Work, chosen: Lister, narrow: Innsnevring, before: int | None) -> Listeside:
    words = ordliste(work.db, work.today)
    asked.ahead(work, *badge_questions(work), *asks_counts(work, TABS, CAP), *asks_green())
    rows = rows_of(work, chosen, narrow, words, before)
    more, rows = len(rows) > PAGE_SIZE, rows[:PAGE_SIZE]
    kept = narrow.named()
    counts = open_counts(work, TABS, CAP)
    units, mine = _units_to_choose(work), tuple(my_filters(work))
    return Listeside(
        liste=chosen,
        tittel=str(LISTENAMN[chosen]) if chosen is Lister.MINE else _("Innboks"),
        faner=tuple((name, str(LISTENAMN[name]), counts[name]) for name in TABS),
        andre=tuple((name, str(LISTENAMN[name])) for name in Lister if name not in TABS),
        grupper=tuple(grouped(rows)) if chosen is Lister.VENTAR else (("", tuple(rows)),) if rows else (),
        next_url=next_url(chosen, kept, rows[-1].id) if more else None,
        cap=CAP,
        snevring=narrow,
        smalt=tuple(_said(work, narrow, words, units)),
        kept=kept,
        stad=kept | ({} if before is None else {"for": str(before)}),
        einingar=units,
        ord=words,
        statusar=tuple(UTVALSNAMN.items()),
        lagra=mine,
        kan_lagre=bool(kept) and len(mine) < MOST_FILTERS,
        lofte=tuple(kept_promises(work)),
        gronne=has_green(work),
        kan_innsyn=work.has(Right.AVVIK_SLADD),
    )


@dataclass(frozen=True)
class Ved:
    """The list beside a case: the one she came from, narrowed as it was and on the same page of it."""

    liste: Lister
    smal: dict[str, str]
    rader: tuple[Rad, ...]
    next_url: str | None
    tilbake: str

    __hash__ = object.__hash__  # as for a page of the list


def beside(work: Work, chosen: Lister, narrow: Innsnevring, before: int | None) -> Ved:
    """What stands beside a case that was opened from this page of a list."""
    rows, kept = rows_of(work, chosen, narrow, ordliste(work.db, work.today), before), narrow.named()
    more = next_url(chosen, kept, rows[PAGE_SIZE - 1].id) if len(rows) > PAGE_SIZE else None
    place = kept | ({} if before is None else {"for": str(before)})
    back = url_for("avvik.liste", liste=chosen.value, **place)  # type: ignore[arg-type]  # what narrows is text
    return Ved(chosen, place, tuple(rows[:PAGE_SIZE]), more, back)


@area.page("/", needs=Open.LOGGED_IN, settled=frozenset({"liste"}))
def liste(work: Work) -> str:
    """The inbox and the other lists."""
    chosen, narrow, before = chosen_list(), narrowed(), before_of(request.args)
    side = known(work, _side, chosen, narrow, before)
    return render(work, "avvik/liste.html", side=side, kortare=_shorter(work, chosen, narrow) if before is None else "")
