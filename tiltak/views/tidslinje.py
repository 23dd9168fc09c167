"""The timeline: bars by unit, owner or source with today's line, what is late, what waits for what, and a list beside it."""

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from flask import request, url_for
from werkzeug.wrappers import Response

from kjerne.access import Right
from kjerne.clock import oslo_date
from kjerne.i18n import fdate
from kjerne.i18n import gettext as _
from kjerne.web import Open, render
from kjerne.work import Work
from tiltak import pdf, queries, rules
from tiltak.queries import Filter, Row
from tiltak.queries.tidslinje import BARS, bars, waits_among
from tiltak.rules import Utval
from tiltak.tidslinje import (
    ETTERNAMN,
    ROW,
    ZOOMNAMN,
    Bilete,
    Etter,
    Lina,
    Spenn,
    Vindauge,
    Zoom,
    arrows,
    outline,
    place,
    window,
)
from tiltak.views.area import area
from tiltak.views.liste import narrowed, tab

TITLE = 60
#: Percent across that "I dag" takes: with a year's name nearer than that it stands on the line's other side.
YEAR_ROOM = 10


def _month(raw: str) -> date | None:
    try:
        return date.fromisoformat(f"{raw}-01") if len(raw) == 7 and raw.isascii() else None
    except ValueError:
        return None


def _group(work: Work, row: Row, etter: Etter) -> str:
    if etter is Etter.EINING:
        return row.eining
    if etter is Etter.ANSVARLEG:
        return row.ansvarleg
    if not queries.sees_all(work, row.tiltak):
        return _("Skjerma")
    return str(rules.KJELDENAMN[rules.Kjelde(row.tiltak.kjelde)])


def _span(work: Work, row: Row) -> Spenn:
    t = row.tiltak
    ended = oslo_date(t.ferdig_tid) if t.ferdig_tid is not None and t.status in rules.DONE else t.frist
    late = rules.is_overdue(t.status, t.frist, work.today)
    return Spenn(t.id, t.start or oslo_date(t.laga), ended, t.avslutta, late)


def _owners(work: Work, narrow: Filter) -> list[tuple[int, str]]:
    """Herself and the one chosen: the list has all, and hundreds of names would outweigh the picture."""
    ids = {work.me.id} if narrow.ansvarleg_id is None else {work.me.id, narrow.ansvarleg_id}
    shown = {row[0] for row in queries.owners(work)} if len(ids) > 1 else ids
    return [(id_, namn) for id_, namn in queries.names(work.db, ids).items() if id_ in shown]


def _tick_name(zoom: Zoom, day: date) -> str:
    """The name of a month or a quarter."""
    return fdate(day, "QQQ" if zoom is Zoom.AAR else "LLL")


@dataclass(frozen=True)
class Sporsmal:
    """What the address asks for: tab, filter, zoom, grouping and the window of time."""

    narrow: Filter
    utval: Utval
    zoom: Zoom
    etter: Etter
    look: Vindauge

    @property
    def kept(self) -> dict[str, Any]:
        """It as an address holds it, without the window's start."""
        return {**self.narrow.named(), "vis": self.utval.value, "zoom": self.zoom.value, "etter": self.etter.value}


def _asked(work: Work) -> Sporsmal:
    raw_zoom, raw_etter = request.args.get("zoom", ""), request.args.get("etter", "")
    zoom = Zoom(raw_zoom) if raw_zoom in set(Zoom) else Zoom.KVARTAL
    etter = Etter(raw_etter) if raw_etter in set(Etter) else Etter.EINING
    fra = _month(request.args.get("fra", ""))
    look = window(zoom, work.today, fra if fra and 2000 <= fra.year <= 2150 else None)
    return Sporsmal(narrowed(), tab(work), zoom, etter, look)


def _picture(work: Work, said: Sporsmal, rows: list[Row]) -> Bilete:
    """The rows group by group, each with its bar when it is in the window."""
    picture = Bilete()
    ordered = sorted(rows, key=lambda row: (_group(work, row, said.etter), row.tiltak.frist, row.tiltak.id))
    for name, group in groupby(ordered, key=lambda row: _group(work, row, said.etter)):
        picture.linjer.append(Lina(name))
        for row in group:
            span = _span(work, row)
            bar = place(span, len(picture.linjer), said.look, work.today)
            late = (work.today - row.tiltak.frist).days if span.sein else 0
            title = row.tiltak.tittel if len(row.tiltak.tittel) <= TITLE else f"{row.tiltak.tittel[: TITLE - 1].rstrip()}…"
            picture.linjer.append(Lina(title, row.tiltak.id, row.tiltak.frist, late, span.ferdig))
            if bar is not None:
                picture.stolpar.append(bar)
    return picture


@area.page("/tidslinje", needs=Open.LOGGED_IN)
def tidslinje(work: Work) -> str:
    """The first measures of the prioritised list, drawn over time."""
    said = _asked(work)
    look, kept = said.look, said.kept
    rows, more = bars(work, said.utval, said.narrow)
    picture = _picture(work, said, rows)
    idag = look.at(work.today) if look.fra <= work.today < look.til else None
    return render(
        work,
        "tiltak/tidslinje.html",
        linjer=picture.linjer,
        opne=outline((bar.x, bar.breidde, bar.y) for bar in picture.stolpar if not bar.ferdig),
        ferdige=outline((bar.x, bar.breidde, bar.y) for bar in picture.stolpar if bar.ferdig),
        haler=outline((bar.hale_x, bar.hale, bar.y) for bar in picture.stolpar if bar.hale),
        piler=arrows(waits_among(work, [row.tiltak.id for row in rows]), picture.stolpar),
        look=look,
        ticks=look.ticks(),
        manadnamn=[_tick_name(look.zoom, day) for _x, day in look.ticks()],
        fra=f"{look.fra:%Y-%m}",
        idag=idag,
        idag_til_venstre=any(0 <= x - (idag or 0) < YEAR_ROOM for x, day in look.ticks() if day.month == 1),
        hogd=len(picture.linjer) * ROW,
        fleire=more,
        mest=BARS,
        zoom=said.zoom,
        etter=said.etter,
        zoomnamn=ZOOMNAMN,
        etternamn=ETTERNAMN,
        kept=kept,
        forre=url_for("tiltak.tidslinje", **{**kept, "fra": f"{look.moved(-1):%Y-%m}"}),
        neste=url_for("tiltak.tidslinje", **{**kept, "fra": f"{look.moved(1):%Y-%m}"}),
        utval=said.utval,
        narrow=said.narrow,
        einingar=queries.units(work, Right.TILTAK_LES),
        eigarar=_owners(work, said.narrow),
        rules=rules,
    )


@area.page("/tidslinje.pdf", needs=Open.LOGGED_IN)
def tidslinje_pdf(work: Work) -> Response:
    """The same on paper, with exactly what the page shows."""
    said = _asked(work)
    rows, _more = bars(work, said.utval, said.narrow)
    picture = _picture(work, said, rows)
    work.read("tiltak-liste", f"tidslinje {said.utval.value}", "eksport-pdf")
    waits: dict[int, list[int]] = {}
    for one, other in waits_among(work, [row.tiltak.id for row in rows]):
        waits.setdefault(one, []).append(other)
    names = [_tick_name(said.zoom, day) for _x, day in said.look.ticks()]
    answer = Response(pdf.paper(work, said.look, names, picture, waits), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="tidslinje-{work.today.isoformat()}.pdf"'
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer
