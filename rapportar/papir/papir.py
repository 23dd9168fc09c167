"""A report as a PDF one is glad to open: cover band, contents in the reader's side bar, sections with charts and their tables."""

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import Flowable, KeepTogether, Spacer

from kjerne import pdf
from kjerne.i18n import current, fdate, ftime
from kjerne.i18n import gettext as _
from kjerne.innstilling import settings
from kjerne.pdf import INK, LINE, WIDTH, Node, Text
from kjerne.utsjanad import Utsjanad, own_look
from kjerne.work import Work
from rapportar.papir import teikning
from rapportar.rules.dokument import (
    Bolk,
    Del,
    Dokument,
    Lysmatrise,
    Nokkelrad,
    Serie,
    Setning,
    Soyler,
    Tabell,
    Tidslinje,
    Varme,
    written,
)

LANGUAGE = {"nn": "nn-NO", "nb": "nb-NO", "en": "en-GB"}
SUB = pdf.style(10, fontName=pdf.BOLD, spaceBefore=8, spaceAfter=4)
QUOTE = pdf.style(9.5, leftIndent=10, spaceBefore=2, spaceAfter=4)
PER_ROW = 3
#: A paragraph longer than this is cut into several: one must fit on a page.
LONGEST = 900
#: A drawn matrix has at most so many rows; a longer one is drawn as several of the same length.
MATRIX_ROWS = 26
#: The heading and so many rows of a long table stand together.
FIRST_ROWS = 4
#: Room beside the text of a cell, and how wide a column of numbers is.
PAD, NARROWEST, WIDEST = 10.0, 56.0, 110.0


T = TypeVar("T")
#: What must stand together, and what follows.
Pair = tuple[list[Flowable], list[Flowable]]
#: A table of so many rows is not split.
SHORT = 14


def batched(rows: Sequence[T], size: int) -> list[Sequence[T]]:
    """The rows in portions."""
    return [rows[first : first + size] for first in range(0, len(rows), size)]


class Heading(Text):
    """A heading that also stands among the reader's bookmarks."""

    def __init__(self, node: Node, text: str, look: Any, level: int) -> None:
        super().__init__(node, text, look)
        self.said, self.level = pdf.plain(text), level

    def draw(self) -> None:
        """Draw it and put down the bookmark."""
        key = f"b{id(self)}"
        self.canv.bookmarkHorizontal(key, 0, self.height)
        self.canv.addOutlineEntry(self.said, key, self.level, closed=False)
        super().draw()


def paper(work: Work, doc: Dokument) -> bytes:
    """The PDF in the language in force, with the municipality's own name and look."""
    return drawn(doc, settings(work.db)["kommune"], own_look(work))


def drawn(doc: Dokument, ours: str, look: Utsjanad) -> bytes:
    """The PDF of a municipality."""
    title = f"{doc.namn}, {doc.periodenamn}"

    def story(root: Node) -> list[Flowable]:
        band = pdf.Band(
            [
                Text(root.add("P"), _("%(kommune)s · Internkontroll, helse og omsorg", kommune=ours), pdf.KICKER),
                Text(root.add("H1"), doc.namn, pdf.TITLE),
                Text(root.add("P"), f"{doc.eining} · {doc.periodenamn}", pdf.KICKER),
            ],
            ground=look.farge,
            mark=look.logo,
        )
        pieces: list[Flowable] = [band, Spacer(1, 8)]
        for bolk in doc.bolkar:
            pieces += _section(root, bolk)
        return [*pieces, *_foot(root, doc)]

    what = pdf.Paper(f"{title}, {doc.eining}", LANGUAGE[current()], ours, _("Tala er henta %(tid)s", tid=ftime(doc.tid)))
    return pdf.build(what, story, lambda page, total: _("Side %(side)s av %(alle)s", side=page, alle=total))


class Lead(Flowable):
    """What stands over a long table stays with its first rows: there is room for them, or all goes to the next page."""

    def __init__(self, head: Sequence[Flowable], table: pdf.Grid) -> None:
        super().__init__()
        self.head, self.table = head, table

    def wrap(self, avail_width: float, avail_height: float) -> tuple[float, float]:
        """Never fits as one: it is always given out in its pieces."""
        return avail_width, avail_height + 1

    def split(self, avail_width: float, avail_height: float) -> list[Flowable]:
        """The pieces when the head and the first rows fit here, else none: the next page is asked."""
        need = sum(one.wrap(avail_width, avail_height)[1] + one.getSpaceBefore() + one.getSpaceAfter() for one in self.head)
        self.table.wrap(avail_width, avail_height)
        heights: Sequence[float] = self.table._rowHeights  # type: ignore[attr-defined]  # noqa: SLF001 - ReportLab's only name for them
        need += sum(heights[:FIRST_ROWS])
        return [*self.head, self.table] if need <= avail_height else []


def _section(root: Node, bolk: Bolk) -> Iterator[Flowable]:
    """The heading stays with its first part, and a sentence with what follows it."""
    held: list[Flowable] = [Heading(root.add("H2"), bolk.tittel, pdf.HEADING, 0)]
    if bolk.kommentar.tekst:
        yield KeepTogether([*held, *_comment(root, bolk)])
        held = []
    for place, part in enumerate(bolk.delar, start=1):
        together, rest = _part(root, bolk, part)
        held += together
        if isinstance(part, Setning) and place < len(bolk.delar):
            continue
        if rest and isinstance(rest[0], pdf.Grid) and rest[0].repeatRows:
            yield Lead(held, rest[0])
            yield from rest[1:]
        else:
            yield KeepTogether(held)
            yield from rest
        held = []


def _comment(root: Node, bolk: Bolk) -> list[Flowable]:
    said = bolk.kommentar
    who = _("%(namn)s, %(dato)s", namn=said.namn, dato=fdate(said.tid))
    lines = [piece for line in said.tekst.split("\n") if line.strip() for piece in cut(line)]
    return [*[Text(root.add("P"), line, QUOTE) for line in lines], Text(root.add("P"), who, pdf.SMALL), Spacer(1, 4)]


def cut(text: str) -> list[str]:
    """A long paragraph in pieces that each fit on a page, cut at blanks where there are any."""
    pieces = []
    while len(text) > LONGEST:
        at = text.rfind(" ", LONGEST // 2, LONGEST)
        at = at if at > 0 else LONGEST
        pieces.append(text[:at])
        text = text[at:].lstrip()
    return [*pieces, text]


def _part(root: Node, bolk: Bolk, part: Del) -> Pair:
    """A part as paper: what must stand together, and what follows it (ReportLab does not nest what is kept together)."""
    if isinstance(part, Setning):
        return [Text(root.add("P"), part.tekst, pdf.BODY), Spacer(1, 4)], []
    if isinstance(part, Nokkelrad):
        return _key_figures(root, part), []
    head = _title(root, bolk, part.tittel)
    if isinstance(part, Tabell):
        table = _table(root, part)
        return ([*head, *table], []) if len(part.rader) <= SHORT else (head, table)
    return _chart(root, part, head)


def _chart(root: Node, part: Soyler | Serie | Varme | Lysmatrise | Tidslinje, head: list[Flowable]) -> Pair:
    """A drawing with its title, and its table after it unless every number stands in the drawing."""
    drawn = _drawn(root, part)
    note = [] if isinstance(part, Serie | Tidslinje) or not part.note else [Text(root.add("P"), part.note, pdf.SMALL)]
    if isinstance(part, Serie):
        said = Text(root.add("P"), part.seier, pdf.BODY)
        return [*head, *drawn, said, Spacer(1, 6)], _wrapped_table(root, part)
    if isinstance(part, Lysmatrise):
        return [*head, drawn[0]], [*drawn[1:], *note, Spacer(1, 8)]
    if isinstance(part, Varme) or (isinstance(part, Soyler) and not part.meir):
        return [*head, *drawn, *note, Spacer(1, 8)], []
    table = _table(root, part.tabell())
    return [*head, *drawn, Spacer(1, 4)], [KeepTogether(table)] if len(part.tabell().rader) <= SHORT else table


def _title(root: Node, bolk: Bolk, title: str) -> list[Flowable]:
    """A part's own title, unless it is the section's."""
    return [] if title == bolk.tittel else [Text(root.add("H3"), title, SUB)]


def _alt(table: Tabell) -> str:
    """A drawing in words: its numbers, row by row."""
    rows = "; ".join(f"{written(row[0])}: {', '.join(written(cell) for cell in row[1:])}" for row in table.rader)
    return f"{table.tittel} ({', '.join(table.hovud[1:])}). {rows}."


def _drawn(root: Node, part: Soyler | Serie | Varme | Lysmatrise | Tidslinje) -> list[Flowable]:
    if isinstance(part, Lysmatrise):
        made: list[Flowable] = []
        count = -(-len(part.rader) // -(-len(part.rader) // MATRIX_ROWS)) if part.rader else 1
        for first in range(0, len(part.rader), count):
            some = Lysmatrise(part.tittel, part.hovud, part.kolonnar, part.rader[first : first + count])
            made.append(pdf.Chart(root.add("Figure", _alt(some.tabell())), teikning.light_matrix(part, first, count)))
        return made
    if isinstance(part, Soyler):
        drawing = teikning.bars(part)
    elif isinstance(part, Serie):
        drawing = teikning.run_chart(part)
    elif isinstance(part, Varme):
        drawing = teikning.heat_map(part)
    else:
        drawing = teikning.timeline(part)
    return [pdf.Chart(root.add("Figure", _alt(part.tabell())), drawing)]


def _key_figures(root: Node, part: Nokkelrad) -> list[Flowable]:
    """Three figures across, each with what it was before."""
    rows: list[Flowable] = []
    for some in batched(part.figurar, PER_ROW):
        cells = []
        for one in some:
            before = [f"{name}: {written(value)}" for name, value in zip(part.kolonnar[1:], one.andre, strict=True)]
            cells.append(
                [
                    Text(root.add("P"), one.namn, pdf.SMALL),
                    Text(root.add("P"), written(one.no), pdf.FIGURE),
                    *[Text(root.add("P"), line, pdf.SMALL) for line in before],
                ]
            )
        grid = pdf.beside(cells, [WIDTH / PER_ROW] * len(cells))
        grid.setStyle([("LINEABOVE", (0, 0), (-1, 0), 1.5, INK), ("LINEAFTER", (0, 0), (-2, 0), 0.5, LINE)])
        grid.setStyle(
            [("LEFTPADDING", (1, 0), (-1, 0), 8), ("TOPPADDING", (0, 0), (-1, -1), 4), ("BOTTOMPADDING", (0, 0), (-1, -1), 4)]
        )
        rows.append(grid)
    return rows


def _widths(table: Tabell) -> list[float]:
    """Columns as wide as what stands in them; what is left goes to the texts, what lacks is taken of the widest."""
    longest = [
        max(
            [stringWidth(pdf.plain(name), pdf.BOLD, 8.5), *(stringWidth(written(row[place]), pdf.SANS, 8.5) for row in table.rader)]
        )
        + PAD
        for place, name in enumerate(table.hovud)
    ]
    wide = [one if place < table.ord_ else min(max(one, NARROWEST), WIDEST) for place, one in enumerate(longest)]
    left = WIDTH - sum(wide)
    if left >= 0:
        texts = max(min(table.ord_, len(wide)), 1)
        return [one + left / texts if place < texts else one for place, one in enumerate(wide)]
    roomy = [place for place, one in enumerate(wide) if one > WIDTH / len(wide)]
    whole = sum(wide[place] for place in roomy)
    return [one + left * one / whole if place in roomy else one for place, one in enumerate(wide)]


def _table(root: Node, table: Tabell) -> list[Flowable]:
    rows: Sequence[Sequence[str]] = [[written(cell) for cell in row] for row in table.rader]
    return [pdf.table(root.add("Table"), table.hovud, rows, _widths(table), words=table.ord_), Spacer(1, 8)]


def _wrapped_table(root: Node, part: Serie) -> list[Flowable]:
    """A long series as three tables beside each other."""
    table = part.tabell()
    size = -(-len(table.rader) // 3)
    some = [list(rows) for rows in batched(table.rader, size)]
    cells = [
        pdf.table(root.add("Table"), table.hovud, [[written(cell) for cell in row] for row in rows], [WIDTH / 3 - 70, 50])
        for rows in some
    ]
    return [pdf.beside(cells, [WIDTH / 3] * len(cells)), Spacer(1, 8)]


def _foot(root: Node, doc: Dokument) -> list[Flowable]:
    """What is not in it and why, and what the numbers are not."""
    head = Heading(root.add("H2"), _("Ikkje med") if doc.ikkje_med else _("Om tala"), pdf.HEADING, 0)
    left = [Text(root.add("P"), f"{tittel}: {grunn}", pdf.SMALL) for _kode, tittel, grunn in doc.ikkje_med]
    notes = [Text(root.add("P"), note, pdf.SMALL) for note in doc.merknader]
    if not left:
        return [KeepTogether([head, *notes])]
    return [KeepTogether([head, *left, Heading(root.add("H2"), _("Om tala"), SUB, 0), *notes])]
