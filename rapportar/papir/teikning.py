"""The drawings of a report: bars, run chart, heat map, light matrix, timeline. Each has its table beside or under it.

Colours never speak alone: bars carry their number, cells their value, lights their own shape and word.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, Literal

from reportlab.graphics.shapes import Circle, Drawing, Group, Line, Polygon, PolyLine, Rect, String
from reportlab.lib.colors import Color, HexColor
from reportlab.pdfbase.pdfmetrics import stringWidth

from kjerne import pdf
from kjerne.i18n import fdate, fnumber
from kjerne.i18n import gettext as _
from kjerne.pdf import BOLD, BRAND, DIM, INK, LINE, SANS, WHITE, WIDTH
from oppdragsbrev.rules import Lys
from rapportar.rules.dokument import Lysmatrise, Serie, Soyler, Tidslinje, Varme, written

Anchor = Literal["start", "middle", "end"]
HEAT = [HexColor(one) for one in ("#F1F6F5", "#DCEAE8", "#BCD8D5", "#8FBFBB", "#4F9793", "#1D6A6B")]
LIGHT = {Lys.OK: HexColor("#2C6E3F"), Lys.OBS: HexColor("#B26A00"), Lys.BAD: HexColor("#A3242B"), Lys.NONE: HexColor("#8A9699")}
TINT = HexColor("#FBEBCB")
SIGNAL = HexColor("#B26A00")
BAR, CELL, ROW = 15.0, 16.0, 14.0
LABEL, CHART, UPRIGHT = 200.0, 150.0, 96.0
DARK_STEP = 5


def _fit(text: str, width: float, size: float, font: str = SANS) -> str:
    """The text as it fits into a width, cut with … where it does not."""
    plain = pdf.plain(text)
    if stringWidth(plain, font, size) <= width:
        return plain
    while plain and stringWidth(f"{plain}…", font, size) > width:
        plain = plain[:-1]
    return f"{plain}…"


def _text(
    x: float, y: float, text: str, *, anchor: Anchor = "start", font: str = SANS, size: float = 7.5, ink: Color = INK
) -> String:
    return String(x, y, pdf.plain(text), fontName=font, fontSize=size, fillColor=ink, textAnchor=anchor)


def _box(x: float, y: float, width: float, height: float, fill: Color) -> Rect:
    look: dict[str, Any] = {"fillColor": fill, "strokeColor": None}
    return Rect(x, y, width, height, **look)


def bars(part: Soyler) -> Drawing:
    """Lying bars with the number at the end."""
    room = WIDTH - LABEL - 60
    drawing = Drawing(WIDTH, BAR * len(part.rader) + 2)
    most = max((number for _name, number, _shown in part.rader), default=0) or 1
    for place, (name, number, shown) in enumerate(part.rader):
        base = BAR * (len(part.rader) - place - 1) + 3
        drawing.add(_text(0, base + 1.5, _fit(name, LABEL - 8, 8), size=8))
        if number:
            drawing.add(_box(LABEL, base - 1, max(room * number / most, 0.8), BAR - 4, BRAND))
        drawing.add(_text(LABEL + room * number / most + 5, base + 1.5, written(shown), font=BOLD, size=8))
    return drawing


def run_chart(part: Serie) -> Drawing:
    """Points joined by a line, the median, and the run that is a signal on a tinted ground with diamonds."""
    height, left, foot, head = CHART, 30.0, 22.0, 12.0
    width = WIDTH - left - 74
    drawing = Drawing(WIDTH, height)
    most: float = max((number for _name, number in part.punkt), default=0) or 1
    step, top = _scale(max(most, part.grenser.ovre if part.grenser else 0))
    tall = height - foot - head

    def y_of(value: float) -> float:
        return foot + tall * value / top

    across = width / max(len(part.punkt) - 1, 1)
    if part.spenn:
        first, last = part.spenn
        drawing.add(_box(left + first * across - 4, foot, (last - first) * across + 8, tall, TINT))
    for line in range(round(top / step) + 1):
        y = y_of(line * step)
        drawing.add(Line(left, y, left + width, y, strokeColor=LINE, strokeWidth=0.5))
        drawing.add(_text(left - 5, y - 2.5, fnumber(line * step), anchor="end", ink=DIM))
    for shape in _frame(part, left, left + width, across, y_of):
        drawing.add(shape)
    if part.median is not None:
        y = y_of(part.median)
        drawing.add(Line(left, y, left + width, y, strokeColor=INK, strokeWidth=0.9, strokeDashArray=[4, 2]))
        drawing.add(_text(left + width + 6, y - 2.5, _("Median %(n)s", n=fnumber(part.median, 1)), font=BOLD))
    places = [(left + place * across, y_of(number)) for place, (_name, number) in enumerate(part.punkt)]
    drawing.add(PolyLine([value for place in places for value in place], strokeColor=BRAND, strokeWidth=1.4))
    every = -(-len(part.punkt) // 8)
    for place, (x, y) in enumerate(places):
        if part.spenn and part.spenn[0] <= place <= part.spenn[1]:
            drawing.add(Polygon([x, y + 4, x + 4, y, x, y - 4, x - 4, y], fillColor=SIGNAL, strokeColor=WHITE, strokeWidth=0.6))
        else:
            drawing.add(Circle(x, y, 2.6, fillColor=BRAND, strokeColor=WHITE, strokeWidth=0.6))
        if part.grenser and place in part.grenser.utanfor:
            drawing.add(Circle(x, y, 5.4, fillColor=None, strokeColor=SIGNAL, strokeWidth=1.2))
        if place % every == 0:
            drawing.add(_text(x, 8, part.punkt[place][0], anchor="middle", size=7, ink=DIM))
    return drawing


def _frame(part: Serie, left: float, right: float, across: float, y_of: Callable[[float], float]) -> list[Any]:
    """The limits, dashed, each with its number, and the month from which the median is frozen."""
    made: list[Any] = []
    if part.grenser:
        upper, lower = y_of(part.grenser.ovre), y_of(part.grenser.nedre)
        told = _("Øvre grense %(n)s", n=fnumber(part.grenser.ovre, 1)), _("Nedre grense %(n)s", n=fnumber(part.grenser.nedre, 1))
        pen: dict[str, Any] = {"strokeColor": SIGNAL, "strokeWidth": 0.9, "strokeDashArray": [2, 2]}
        made += [Line(left, upper, right, upper, **pen), Line(left, lower, right, lower, **pen)]
        made += [_text(left + 3, upper + 3, told[0], size=7), _text(left + 3, max(lower - 8.5, y_of(0) + 2), told[1], size=7)]
    if part.delt:
        x = left + (part.delt[0] - 0.5) * across
        made.append(Line(x, y_of(0), x, CHART - 8, strokeColor=INK, strokeWidth=0.8, strokeDashArray=[1, 2]))
        made.append(_text(x - 4, CHART - 8, part.delt[1], anchor="end", font=BOLD, size=7))
    return made


def _scale(most: float) -> tuple[float, float]:
    """The step between lines and the top of the scale."""
    for size in (1, 10, 100, 1000, 10_000, 100_000):
        for part in (1, 2, 5):
            if part * size * 5 >= most:
                return part * size, part * size * 5
    return most, most


def heat_map(part: Varme) -> Drawing:
    """Cells, darker is more, each with its number; the sums to the right and under."""
    label, total = 138.0, 34.0
    count = max(len(part.kolonnar), 1)
    wide = min((WIDTH - label - total) / count, 46)
    tilt = any(stringWidth(pdf.plain(name), SANS, 7) > wide - 2 for name in part.kolonnar)
    upright = any(stringWidth(word, SANS, 7) > wide - 2 for name in part.kolonnar for word in pdf.plain(name).split())
    head = _upright_height(part.kolonnar) if upright else 34.0 if tilt else 14.0
    drawing = Drawing(WIDTH, CELL * (len(part.rader) + 1) + head)
    top = CELL * (len(part.rader) + 1)
    for column, name in enumerate(part.kolonnar):
        if upright:
            drawing.add(_upright(label + (column + 0.5) * wide + 2, top + 3, _fit(name, head - 6, 7)))
            continue
        for line, words in enumerate(_two_lines(name, wide - 2) if tilt else [name]):
            drawing.add(_text(label + (column + 0.5) * wide, top + head - 12 - 8 * line, words, anchor="middle", size=7, ink=DIM))
    drawing.add(_text(label + count * wide + total, top + 5, _("Sum"), anchor="end", font=BOLD, size=7))
    for place, row in enumerate(part.rader):
        y = CELL * (len(part.rader) - place)
        drawing.add(_text(0, y + 5, _fit(row.namn, label - 6, 7.5)))
        for column, (cell, step) in enumerate(row.celler):
            ground = HEAT[min(step, len(HEAT)) - 1]
            drawing.add(_box(label + column * wide, y, wide - 1, CELL - 1, ground))
            ink = WHITE if step > DARK_STEP - 1 else INK
            drawing.add(
                _text(
                    label + (column + 0.5) * wide - 0.5, y + 5, _fit(written(cell), wide - 2, 7), anchor="middle", size=7, ink=ink
                )
            )
        drawing.add(_text(label + count * wide + total, y + 5, written(row.sum), anchor="end", font=BOLD, size=7.5))
    drawing.add(_text(0, 5, _("Alle"), font=BOLD))
    for column, cell in enumerate(part.sum):
        drawing.add(_text(label + (column + 0.5) * wide, 5, _fit(written(cell), wide, 7), anchor="middle", font=BOLD, size=7))
    drawing.add(_text(label + count * wide + total, 5, written(part.alle), anchor="end", font=BOLD, size=7.5))
    return drawing


def _upright_height(names: Sequence[str]) -> float:
    """Room for headings that stand on end."""
    return min(max(stringWidth(pdf.plain(name), SANS, 7) for name in names), UPRIGHT) + 8


def _upright(x: float, y: float, text: str) -> Group:
    """A heading on end, read from below."""
    return Group(_text(0, 0, text, size=7, ink=DIM), transform=(0, 1, -1, 0, x, y))


def _two_lines(name: str, width: float) -> list[str]:
    """A heading on up to three lines, each cut to its width."""
    lines: list[str] = [""]
    for word in pdf.plain(name).split():
        grown = f"{lines[-1]} {word}".strip()
        if stringWidth(grown, SANS, 7) <= width or not lines[-1]:
            lines[-1] = grown
        else:
            lines.append(word)
    return [_fit(line, width, 7) for line in lines[:3]]


def light(lys: Lys, x: float, y: float, size: float = 9) -> list[Any]:
    """A light as on the page: circle, triangle, square or ring, with a sign inside."""
    fill, half = LIGHT[lys], size / 2
    pen: dict[str, Any] = {"strokeColor": WHITE, "strokeWidth": 1.2, "strokeLineCap": 1}
    if lys is Lys.OK:
        tick = [x - half * 0.45, y, x - half * 0.1, y - half * 0.35, x + half * 0.45, y + half * 0.35]
        return [Circle(x, y, half, fillColor=fill, strokeColor=None), PolyLine(tick, **pen)]
    if lys is Lys.OBS:
        corners = [x, y + half, x + half, y - half * 0.9, x - half, y - half * 0.9]
        return [
            Polygon(corners, fillColor=fill, strokeColor=None),
            Line(x, y + half * 0.35, x, y - half * 0.25, **pen),
            Circle(x, y - half * 0.62, 0.7, fillColor=WHITE, strokeColor=None),
        ]
    if lys is Lys.BAD:
        arm = half * 0.42
        return [
            _box(x - half, y - half, size, size, fill),
            Line(x - arm, y - arm, x + arm, y + arm, **pen),
            Line(x - arm, y + arm, x + arm, y - arm, **pen),
        ]
    return [Circle(x, y, half - 0.6, fillColor=WHITE, strokeColor=fill, strokeWidth=1)]


def light_matrix(part: Lysmatrise, first: int, count: int) -> Drawing:
    """Some rows of a matrix of lights, with the columns' heads on top."""
    label = 150.0
    rows: Sequence[Any] = part.rader[first : first + count]
    wide = (WIDTH - label) / max(len(part.kolonnar), 1)
    drawing = Drawing(WIDTH, ROW * len(rows) + 14)
    for column, name in enumerate(part.kolonnar):
        drawing.add(
            _text(label + (column + 0.5) * wide, ROW * len(rows) + 4, _fit(name, wide - 1, 6.5), anchor="middle", size=6.5, ink=DIM)
        )
    for place, row in enumerate(rows):
        y = ROW * (len(rows) - place - 1)
        drawing.add(Line(0, y, WIDTH, y, strokeColor=LINE, strokeWidth=0.4))
        drawing.add(_text(0, y + 4, _fit(row.namn, label - 6, 7.5)))
        for column, (lys, said) in enumerate(row.celler):
            x = label + (column + 0.5) * wide
            for shape in light(lys, x - (8 if said else 0), y + ROW / 2):
                drawing.add(shape)
            if said:
                drawing.add(_text(x + 1, y + 4.5, said, size=7))
    return drawing


def timeline(part: Tidslinje) -> Drawing:
    """What was held, along the months: one line for each kind."""
    label = 150.0
    kinds = list(dict.fromkeys(one.slag for one in part.hendingar))
    room = WIDTH - label - 8
    days = max((part.siste - part.forste).days, 1)
    drawing = Drawing(WIDTH, ROW * len(kinds) + 18)
    top = ROW * len(kinds)

    def x_of(day: date) -> float:
        return label + room * (day - part.forste).days / days

    month = part.forste
    while month <= part.siste:
        drawing.add(Line(x_of(month), 0, x_of(month), top, strokeColor=LINE, strokeWidth=0.5))
        drawing.add(_text(x_of(month) + 1, top + 4, fdate(month, "MMM").rstrip("."), size=7, ink=DIM))
        month = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    for place, kind in enumerate(kinds):
        y = ROW * (len(kinds) - place - 1) + ROW / 2
        drawing.add(_text(0, y - 2.5, _fit(kind, label - 6, 7.5)))
        drawing.add(Line(label, y, label + room, y, strokeColor=LINE, strokeWidth=0.8))
        for one in part.hendingar:
            if one.slag == kind:
                drawing.add(Circle(x_of(one.dag), y, 3.2, fillColor=BRAND, strokeColor=WHITE, strokeWidth=0.8))
    return drawing
