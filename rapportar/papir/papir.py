"""A report as a PDF one is glad to open: cover band, contents in the reader's side bar, sections with charts and their tables."""

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from reportlab.platypus import CondPageBreak, Flowable, KeepTogether, Spacer

from kjerne import pdf
from kjerne.i18n import current, fdate, ftime
from kjerne.i18n import gettext as _
from kjerne.innstilling import settings
from kjerne.pdf import INK, LINE, WIDTH, Node, Text
from kjerne.utsjanad import own_look
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
MATRIX_ROWS = 40
ORD, TAL = 3.2, 1.0


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
    """The PDF in the language in force."""
    ours, look = settings(work.db)["kommune"], own_look(work)
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


def _section(root: Node, bolk: Bolk) -> Iterator[Flowable]:
    """The heading stays with its first part."""
    parts: list[Pair] = [(_comment(root, bolk), [])] if bolk.kommentar.tekst else []
    head: list[Flowable] = [Heading(root.add("H2"), bolk.tittel, pdf.HEADING, 0)]
    for together, rest in _in_order(root, bolk, parts):
        yield KeepTogether([*head, *together])
        yield from rest
        head = []


def _in_order(root: Node, bolk: Bolk, parts: list[Pair]) -> Iterator[Pair]:
    """The pieces in the order they are read: the tree of the structure is built as they are made."""
    yield from parts
    for part in bolk.delar:
        yield _part(root, bolk, part)


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
        return ([*head, *table], []) if len(part.rader) <= SHORT else ([*head, CondPageBreak(60)], table)
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
    return ([*head, *drawn, Spacer(1, 4), *table], []) if len(part.tabell().rader) <= SHORT else ([*head, *drawn], table)


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
        for first in range(0, len(part.rader), MATRIX_ROWS):
            some = Lysmatrise(part.tittel, part.hovud, part.kolonnar, part.rader[first : first + MATRIX_ROWS])
            made.append(pdf.Chart(root.add("Figure", _alt(some.tabell())), teikning.light_matrix(part, first, MATRIX_ROWS)))
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
        grid.setStyle([("LEFTPADDING", (1, 0), (-1, 0), 8), ("BOTTOMPADDING", (0, 0), (-1, -1), 6)])
        rows.append(grid)
    return rows


def _widths(table: Tabell) -> list[float]:
    """Columns of text are wider than those of numbers."""
    count = len(table.hovud)
    if table.ord_ >= count:
        longest = [max([len(written(row[place])) for row in table.rader] + [len(table.hovud[place])]) for place in range(count)]
        parts = [float(min(max(value, 8), 60)) for value in longest]
    else:
        parts = [ORD if place < table.ord_ else TAL for place in range(count)]
    whole: float = sum(parts)
    return [WIDTH * part / whole for part in parts]


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
    pieces: list[Flowable] = []
    if doc.ikkje_med:
        table = Tabell(
            _("Ikkje med"), [_("Bolk"), _("Kvifor")], [[tittel, grunn] for _kode, tittel, grunn in doc.ikkje_med], ord_=2
        )
        head = Heading(root.add("H2"), _("Ikkje med"), pdf.HEADING, 0)
        pieces += [CondPageBreak(80), head, *_table(root, table)]
    notes = [Text(root.add("P"), note, pdf.SMALL) for note in doc.merknader]
    return [*pieces, KeepTogether([Heading(root.add("H2"), _("Om tala"), pdf.HEADING, 0), *notes])]
