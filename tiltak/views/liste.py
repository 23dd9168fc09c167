"""The prioritised overview: one list in its kept order, tabs, filters, pages by keyset; and what became of a year."""

from flask import request, url_for

from kjerne.access import Right
from kjerne.web import Open, render
from kjerne.work import Work
from tiltak import queries, rules
from tiltak.queries import Cursor, Filter
from tiltak.rules import Kjelde, Status, Utval
from tiltak.views.area import area

LARGEST = 2**63


def number(name: str) -> int | None:
    """A row's number from the address; nonsense counts as none."""
    raw = request.args.get(name, "")
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else None


def narrowed() -> Filter:
    """What the address narrows to; words nobody knows are passed over."""
    status, kjelde = request.args.get("status", ""), request.args.get("kjelde", "")
    return Filter(
        Status(status) if status in set(Status) else None,
        number("eining"),
        number("ansvarleg"),
        Kjelde(kjelde) if kjelde in set(Kjelde) else None,
    )


def tab(work: Work) -> Utval:
    """The tab asked for; else the open ones, or her own for who reads no unit."""
    asked = request.args.get("vis", "")
    if asked in set(Utval):
        return Utval(asked)
    return Utval.OPNE if work.has(Right.TILTAK_LES) else Utval.MINE


def _cursor() -> Cursor | None:
    place, _dot, row_id = request.args.get("etter", "").partition(".")
    if not (place.removeprefix("-").isdecimal() and place.isascii() and len(place) < 20):
        return None
    if not (row_id.isascii() and row_id.isdecimal() and len(row_id) < 10):
        return None
    rang = int(place)
    return Cursor(rang, int(row_id)) if abs(rang) < LARGEST else None


@area.page("/", needs=Open.LOGGED_IN)
def liste(work: Work) -> str:
    """Red before yellow, then risk reduction per krone, then deadline; what is moved by hand stands where it was put."""
    narrow, utval = narrowed(), tab(work)
    found = queries.listing(work, utval, narrow, _cursor())
    rows = found[: queries.PAGE]
    kept = narrow.named()
    following = None
    if len(found) > queries.PAGE:
        last = rows[-1].tiltak
        following = url_for("tiltak.liste", vis=utval.value, etter=f"{last.rang}.{last.id}", **kept)
    return render(
        work,
        "tiltak/liste.html",
        rows=[(row, queries.sees_all(work, row.tiltak)) for row in rows],
        utval=utval,
        tal_i=queries.counts(work, narrow),
        narrow=narrow,
        kept=kept,
        neste=following,
        einingar=queries.units(work, Right.TILTAK_LES),
        eigarar=queries.owners(work),
        rules=rules,
        mest=queries.COUNT_MAX,
    )
