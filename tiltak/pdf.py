"""The timeline on paper: a row for each measure with its last day, and its bar drawn beside it. Tagged, with our fonts."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from reportlab.lib.colors import HexColor
from reportlab.platypus import Flowable, Spacer

from kjerne import pdf
from kjerne.i18n import current, fdate, ftime, ngettext
from kjerne.i18n import gettext as _
from kjerne.innstilling import settings
from kjerne.pdf import WIDTH, Grid, Node, Text
from kjerne.work import Work
from tiltak.tidslinje import Bilete, Lina, Stolpe, Vindauge

LANG: Final = {"nn": "nn-NO", "nb": "nb-NO", "en": "en-GB"}
TITLE, LAST = 178.0, 92.0
ACROSS: Final = WIDTH - TITLE - LAST
TALL, BAR = 14.0, 7.0
LATE, GROUND, DONE = HexColor("#9E1C1C"), HexColor("#C3DADB"), HexColor("#E6E3DA")


class Felt(Flowable):
    """The field of one row: the lines of time, today, and a bar when there is one. Decoration: the row says it in words."""

    def __init__(self, ticks: Sequence[float], today: float | None, bar: Stolpe | None, names: Sequence[str] = ()) -> None:
        super().__init__()
        self.ticks, self.today, self.bar, self.names = ticks, today, bar, names
        self.width, self.height = ACROSS, TALL

    def draw(self) -> None:
        """Draw it as decoration."""
        pdf.begin(self.canv, None)
        canvas = self.canv
        canvas.setLineWidth(0.5)
        canvas.setStrokeColor(pdf.LINE)
        for number, share in enumerate(self.ticks):
            canvas.line(share / 100 * ACROSS, -3, share / 100 * ACROSS, TALL + 2)
            if self.names:
                canvas.setFont(pdf.SANS, 7)
                canvas.setFillColor(pdf.DIM)
                canvas.drawString(share / 100 * ACROSS + 2, 4, pdf.plain(self.names[number]))
        if self.bar is not None:
            self._draw_bar(self.bar)
        if self.today is not None:
            canvas.setLineWidth(1)
            canvas.setStrokeColor(LATE)
            canvas.line(self.today / 100 * ACROSS, -3, self.today / 100 * ACROSS, TALL + 2)
        pdf.end(canvas)

    def _draw_bar(self, bar: Stolpe) -> None:
        canvas, low = self.canv, (TALL - BAR) / 2
        canvas.setStrokeColor(pdf.BRAND)
        canvas.setFillColor(DONE if bar.ferdig else GROUND)
        canvas.rect(bar.x / 100 * ACROSS, low, max(bar.breidde / 100 * ACROSS, 1), BAR, fill=1)
        if bar.hale:
            first, last = bar.hale_x / 100 * ACROSS, (bar.hale_x + bar.hale) / 100 * ACROSS
            canvas.setStrokeColor(LATE)
            canvas.rect(first, low, last - first, BAR, fill=0)
            step = first + 3
            while step < last:
                canvas.line(step - 3, low, step, low + BAR)
                step += 4


def paper(work: Work, look: Vindauge, names: Sequence[str], picture: Bilete, waits: Mapping[int, Sequence[int]]) -> bytes:
    """The timeline as a tagged PDF. `waits`: which numbers a measure waits for, of those shown."""
    title = _("Tidslinje")
    span = f"{fdate(look.fra)} – {fdate(look.siste)}"
    ours = settings(work.db)["kommune"]
    ticks = [share for share, _day in look.ticks()]
    today = look.at(work.today) if look.fra <= work.today < look.til else None
    by_nr = {bar.nr: bar for bar in picture.stolpar}

    def story(root: Node) -> list[Flowable]:
        said = _("Stolpen går frå start til frist. Skravert: over fristen, fram til i dag. Raud strek: i dag. Lys: avslutta.")
        top = [Text(root.add(kind), text, look) for kind, text, look in (("P", ours, pdf.KICKER), ("H1", title, pdf.TITLE))]
        pieces: list[Flowable] = [pdf.Band([*top, Text(root.add("P"), span, pdf.KICKER)]), Spacer(1, 8)]
        pieces += [Text(root.add("P"), said, pdf.SMALL), Spacer(1, 6)]
        table = root.add("Table")
        rows: list[list[object]] = [_row(table, [_("Tiltak"), _("Siste dag")], Felt(ticks, today, None, names), head=True)]
        for line in picture.linjer:
            bar = by_nr.get(line.nr) if line.nr else None
            cells = [line.namn, _last(line, waits.get(line.nr, ()))] if line.nr else [line.namn, ""]
            rows.append(_row(table, cells, Felt(ticks, today, bar), head=not line.nr))
        rules: list[Any] = [("VALIGN", (0, 0), (-1, -1), "TOP"), ("LINEBELOW", (0, 0), (1, -1), 0.5, pdf.LINE)]
        rules += [("LINEBELOW", (0, 0), (-1, 0), 1.2, pdf.INK), ("LEFTPADDING", (0, 0), (-1, -1), 0)]
        rules += [("TOPPADDING", (0, 0), (-1, -1), 1.5), ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5)]
        return [*pieces, Grid(rows, colWidths=[TITLE, LAST, ACROSS], repeatRows=1, style=rules, hAlign="LEFT")]

    sheet = pdf.Paper(f"{title} {span}", LANG[current()], ours, _("Henta %(tid)s", tid=ftime(work.now)))
    return pdf.build(sheet, story, lambda page, total: _("Side %(side)s av %(alle)s", side=page, alle=total))


def _row(table: Node, cells: Sequence[str], field: Felt, *, head: bool) -> list[object]:
    """A row's cells: the words are read, the drawing is not."""
    row, look = table.add("TR"), pdf.HEAD if head else pdf.CELL
    kinds = ("TH", "TH" if head else "TD")
    words = [Text(row.add(kind, "Row" if kind == "TH" else ""), cell, look) for kind, cell in zip(kinds, cells, strict=True)]
    return [*words, field]


def _last(line: Lina, waits: Sequence[int]) -> str:
    """The last day in words: late, done or a date, and what it waits for."""
    if line.over:
        said = ngettext("%(num)s dag over", "%(num)s dagar over", line.over)
    else:
        day: date | None = line.frist
        said = f"{'✓ ' if line.ferdig else ''}{fdate(day) if day else ''}"
    return f"{said}. {_('Ventar på nr. %(nr)s', nr=', '.join(map(str, waits)))}" if waits else said


__all__ = ["Felt", "paper"]
