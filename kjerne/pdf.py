"""The paper: tagged PDF with our embedded fonts. Every text is escaped here, nobody hands in markup. Tags: `kjerne/pdf_tre.py`."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from reportlab.graphics import renderPDF
from reportlab.graphics.shapes import STATE_DEFAULTS, Drawing
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Table
from reportlab.platypus.doctemplate import LayoutError

from kjerne.pdf_rikt import Rich
from kjerne.pdf_tre import Node, begin, end, tag

FONTS = Path(__file__).resolve().parent.parent / "static" / "dist" / "fonts"
SANS, BOLD = "DejaVuSans", "DejaVuSans-Bold"
ITALIC, BOLD_ITALIC = "DejaVuSans-Oblique", "DejaVuSans-BoldOblique"
INK, DIM, WHITE = HexColor("#13262B"), HexColor("#4B5B5F"), HexColor("#FFFFFF")
BRAND, LINE = HexColor("#0F4A53"), HexColor("#DAD6CA")
MARGIN, FOOT, GAP, RIGHT_PAD = 18 * mm, 12 * mm, 6, 4
MARK_WIDTH, MARK_HEIGHT = 38 * mm, 15 * mm
WIDTH = A4[0] - 2 * MARGIN
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
INSTEAD = "\ufffd"


@cache
def fonts() -> frozenset[int]:
    """Register the fonts once for this process; the characters they can draw. Raises OSError before the first bundling."""
    known = _register(SANS, BOLD)
    STATE_DEFAULTS["fontName"] = SANS  # a drawing names its start font on the page, used or not
    slanted()
    pdfmetrics.registerFontFamily(SANS, normal=SANS, bold=BOLD, italic=ITALIC, boldItalic=BOLD_ITALIC)
    pdfmetrics.registerFontFamily(BOLD, normal=BOLD, bold=BOLD, italic=BOLD_ITALIC, boldItalic=BOLD_ITALIC)
    return known


def _register(*names: str) -> frozenset[int]:
    """Register these fonts; the characters all of them can draw."""
    drawn = []
    for name in names:
        path = FONTS / f"{name}.ttf"
        if not path.is_file():
            raise FileNotFoundError(path)
        font = TTFont(name, str(path))
        pdfmetrics.registerFont(font)
        drawn.append(frozenset(font.face.charToGlyph))
    return frozenset.intersection(*drawn)


@cache
def slanted() -> frozenset[int]:
    """The characters our italics can draw: not quite all."""
    return _register(ITALIC, BOLD_ITALIC)


def plain(text: object) -> str:
    """The text as it can be drawn: controls and direction marks are left out, what the fonts lack is shown as �."""
    known = fonts()
    composed = unicodedata.normalize("NFC", str(text).replace("\n", " ").replace("\t", " "))
    seen = "".join(char for char in composed if unicodedata.category(char) not in UNSEEN)
    return "".join(char if ord(char) in known else INSTEAD for char in seen)


def style(size: float, **more: Any) -> ParagraphStyle:
    """A style of text; every size from 8 points up, with room between the lines."""
    values = {"fontName": SANS, "fontSize": size, "leading": size * 1.36, "textColor": INK, "splitLongWords": 1, **more}
    return ParagraphStyle("tekst", **values)


LEAD, BODY, SMALL = style(10.5), style(9), style(8, textColor=DIM)
TITLE, KICKER = style(21, fontName=BOLD, textColor=WHITE), style(10, textColor=WHITE)
HEADING = style(13, fontName=BOLD, spaceBefore=14, spaceAfter=6)
FIGURE, CELL, NUMBER = style(19, fontName=BOLD), style(8.5), style(8.5, alignment=TA_RIGHT)
HEAD, HEAD_NUMBER = style(8.5, fontName=BOLD), style(8.5, fontName=BOLD, alignment=TA_RIGHT)


def _slants(text: str) -> bool:
    return all(ord(char) in slanted() for char in text)


class Text(Paragraph):
    """A paragraph that is a piece of the structure: a text, or one with bold, italics, code and links (`Rich`)."""

    def __init__(self, node: Node, text: object, look: ParagraphStyle) -> None:
        super().__init__(text.markup(plain, _slants) if isinstance(text, Rich) else escape(plain(text)), look)
        self.node = node

    def draw(self) -> None:
        """Draw it between its marks."""
        canvas: Any = self.canv
        before = len(canvas._annotationrefs)  # noqa: SLF001 - where ReportLab keeps a page's links
        begin(canvas, self.node)
        super().draw()
        end(canvas)
        after = len(canvas._annotationrefs)  # noqa: SLF001 - as above
        self.node.links += [(canvas.getPageNumber() - 1, number) for number in range(before, after)]

    def split(self, avail_width: float, avail_height: float) -> list[Flowable]:
        """A paragraph that does not fit goes whole to the next page: ours are short."""
        return []


class Line(Flowable):
    """A text that fits on one line of its cell: drawn as a paragraph of one line is, at a fifth of its cost."""

    def __init__(self, node: Node, text: str, look: ParagraphStyle) -> None:
        super().__init__()
        self.node, self.text, self.look = node, text, look

    def wrap(self, avail_width: float, _avail_height: float) -> tuple[float, float]:
        """As wide as its cell, one line tall."""
        self.width, self.height = avail_width, self.look.leading
        return self.width, self.height

    def draw(self) -> None:
        """Draw it between its marks."""
        begin(self.canv, self.node)
        look, foot = self.look, self.look.leading - self.look.fontSize  # where a paragraph has its line
        self.canv.setFillColor(look.textColor)
        self.canv.setFont(look.fontName, look.fontSize)
        if look.alignment == TA_RIGHT:
            self.canv.drawRightString(self.width, foot, self.text)
        else:
            self.canv.drawString(0, foot, self.text)
        end(self.canv)


def _cell(node: Node, text: object, look: ParagraphStyle, width: float) -> Flowable:
    """A cell's text: one line where it fits, else a paragraph."""
    if isinstance(text, Rich):
        return Text(node, text, look)
    said = plain(text)
    fits = pdfmetrics.stringWidth(said, look.fontName, look.fontSize) <= width
    return Line(node, said, look) if fits else Text(node, text, look)


class Chart(Flowable):
    """A drawing with its text for those who cannot see it."""

    def __init__(self, node: Node, drawing: Drawing) -> None:
        super().__init__()
        self.node, self.drawing = node, drawing
        self.width, self.height = drawing.width, drawing.height

    def draw(self) -> None:
        """Draw it between its marks."""
        begin(self.canv, self.node)
        renderPDF.draw(self.drawing, self.canv, 0, 0)
        end(self.canv)


class Grid(Table):
    """A table whose lines and grounds are decoration."""

    def _drawBkgrnd(self) -> None:  # noqa: N802 - ReportLab's name
        begin(self.canv, None)
        super()._drawBkgrnd()  # type: ignore[misc]  # the stubs leave it out
        end(self.canv)

    def _drawLines(self) -> None:  # noqa: N802 - ReportLab's name
        begin(self.canv, None)
        super()._drawLines()  # type: ignore[misc]  # the stubs leave it out
        end(self.canv)


class Band(Flowable):
    """The coloured head of the first page, as tall as its texts.

    `ground` is the municipality's own colour when it has one; `mark` its logo (an image's bytes), on white at the right.
    """

    def __init__(self, texts: Sequence[Text], *, ground: str = "", mark: bytes = b"") -> None:
        super().__init__()
        self.texts = texts
        self.ground = HexColor(ground) if ground else BRAND
        self.mark = ImageReader(BytesIO(mark)) if mark else None
        self.width = self.height = 0.0

    def wrap(self, avail_width: float, avail_height: float) -> tuple[float, float]:
        """As wide as the page's column; the texts leave room for the logo."""
        room = avail_width - (MARK_WIDTH + 4 * GAP if self.mark else 0)
        self.width, self.height = avail_width, sum(text.wrap(room, avail_height)[1] + 3 for text in self.texts) + 8
        return self.width, self.height

    def draw(self) -> None:
        """The ground out to the paper's edges, the logo, then the texts from the top."""
        begin(self.canv, None)
        self.canv.setFillColor(self.ground)
        self.canv.rect(-MARGIN, 0, A4[0], self.height + MARGIN, stroke=0, fill=1)
        if self.mark:
            self._draw_mark(self.mark)
        end(self.canv)
        top = self.height
        for text in self.texts:
            top -= text.height + 3
            text.drawOn(self.canv, 0, top)

    def _draw_mark(self, mark: ImageReader) -> None:
        """Decoration: the municipality's name stands in the text beside it."""
        wide, high = mark.getSize()
        scale = min(MARK_WIDTH / wide, MARK_HEIGHT / high)
        width, height = wide * scale, high * scale
        left, foot = self.width - width - GAP, self.height - height - GAP
        self.canv.setFillColor(WHITE)
        self.canv.roundRect(left - GAP, foot - GAP, width + 2 * GAP, height + 2 * GAP, 4, stroke=0, fill=1)
        self.canv.drawImage(mark, left, foot, width, height, mask="auto")


def table(node: Node, head: Sequence[object], rows: Sequence[Sequence[object]], widths: Sequence[float], words: int = 1) -> Grid:
    """A table with its header row repeated on each page. The first `words` columns are text, the others numbers."""
    lines = []
    for place, cells in enumerate([head, *rows]):
        row = node.add("TR")
        looks = (HEAD, HEAD_NUMBER) if place == 0 else (CELL, NUMBER)
        kinds = ["TH" if place == 0 or column == 0 else "TD" for column in range(len(cells))]
        lines.append(
            [
                _cell(
                    row.add(kind, "Column" if place == 0 else "Row" if kind == "TH" else ""),
                    cell,
                    looks[column >= words],
                    widths[column] - RIGHT_PAD,
                )
                for column, (cell, kind) in enumerate(zip(cells, kinds, strict=True))
            ]
        )
    rules: Any = [
        ("FONT", (0, 0), (-1, -1), SANS, 8.5),
        ("LINEBELOW", (0, 0), (-1, 0), 1.2, INK),
        ("LINEBELOW", (0, 1), (-1, -1), 0.5, LINE),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("TOPPADDING", (0, 0), (-1, -1), 1.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), RIGHT_PAD),
    ]
    return Grid(lines, colWidths=list(widths), repeatRows=1, style=rules, hAlign="LEFT")


def beside(cells: Sequence[object], widths: Sequence[float]) -> Grid:
    """Pieces side by side, top edges level. Layout only: no table to who listens."""
    rules: Any = [("FONT", (0, 0), (-1, -1), SANS, 8), ("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0)]
    return Grid([list(cells)], colWidths=list(widths), style=[*rules, ("RIGHTPADDING", (0, 0), (-1, -1), GAP)])


@dataclass(frozen=True)
class Paper:
    """What stands on every page: the title, the language's code, the municipality, and the foot's left text."""

    title: str
    lang: str
    author: str
    foot: str


Story = Callable[[Node], list[Flowable]]
PageOf = Callable[[int, int], str]


class Numbered(Canvas):
    """A canvas that says "page n of m" though it draws once: each page shows a form that is written when all are counted."""

    def __init__(self, *args: Any, page_of: PageOf, **more: Any) -> None:
        super().__init__(*args, **more)
        self.page_of = page_of

    def save(self) -> None:
        """Write the forms, then the document."""
        total = self.getPageNumber() - 1
        for page in range(1, total + 1):
            self.beginForm(_form(page))
            self.setFillColor(DIM)
            self.setFont(BOLD, 7.5)
            self.drawRightString(A4[0] - MARGIN, FOOT, plain(self.page_of(page, total)))
            self.endForm()
        super().save()


def _form(page: int) -> str:
    return f"side{page}"


def build(paper: Paper, story: Story, page_of: PageOf) -> bytes:
    """The document. `story` makes its pieces, and the structure from the root it is given."""
    fonts()
    root = Node("Document")
    try:
        data = _draw(paper, story(root), page_of)
    except LayoutError:
        raise ValueError("a piece of the document fits on no page") from None
    return tag(data, root, paper.lang)


def _draw(paper: Paper, pieces: list[Flowable], page_of: PageOf) -> bytes:
    target = BytesIO()

    def foot(canvas: Canvas, _doc: object) -> None:
        begin(canvas, None)
        canvas.setStrokeColor(LINE)
        canvas.line(MARGIN, FOOT + 12, A4[0] - MARGIN, FOOT + 12)
        canvas.setFillColor(DIM)
        canvas.setFont(SANS, 7.5)
        canvas.drawString(MARGIN, FOOT, plain(paper.foot))
        canvas.doForm(_form(canvas.getPageNumber()))
        end(canvas)

    document = SimpleDocTemplate(
        target,
        pagesize=A4,
        leftMargin=MARGIN - 6,
        rightMargin=MARGIN - 6,
        topMargin=MARGIN - 6,
        bottomMargin=FOOT + 8 * mm,
        title=plain(paper.title),
        author=plain(paper.author),
        lang=paper.lang,
        initialFontName=SANS,
    )
    document.build(pieces, onFirstPage=foot, onLaterPages=foot, canvasmaker=partial(Numbered, page_of=page_of))
    return target.getvalue()


__all__ = [
    "BODY",
    "BOLD",
    "BOLD_ITALIC",
    "BRAND",
    "CELL",
    "DIM",
    "FIGURE",
    "FONTS",
    "HEADING",
    "INK",
    "ITALIC",
    "KICKER",
    "LEAD",
    "LINE",
    "MARGIN",
    "SANS",
    "SMALL",
    "TITLE",
    "WHITE",
    "WIDTH",
    "Band",
    "Chart",
    "Flowable",
    "Grid",
    "Line",
    "Node",
    "Paper",
    "Text",
    "begin",
    "beside",
    "build",
    "end",
    "fonts",
    "plain",
    "slanted",
    "style",
    "table",
]
