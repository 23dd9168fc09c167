"""The paper of a unit's month: head, key figures, severity, two charts with their tables, and what is overdue."""

from collections.abc import Sequence
from typing import Any, Literal

from reportlab.graphics.shapes import Drawing, Rect, String
from reportlab.lib.colors import Color
from reportlab.platypus import CondPageBreak, Flowable, KeepTogether, Spacer

from avvik.queries.tal import Andel, Figurar, Tal
from avvik.queries.tal_periode import first_day
from kjerne import pdf
from kjerne.i18n import current, fdate, fnumber, ftime, ngettext
from kjerne.i18n import gettext as _
from kjerne.innstilling import settings
from kjerne.models import Eining, Person
from kjerne.pdf import BOLD, BRAND, DIM, INK, LINE, SANS, WIDTH, Node, Text
from kjerne.utsjanad import own_look
from kjerne.work import Work
from rapportar.queries import Innhald, month_in_words

HIDDEN = "–"
CHART_WIDTH, CHART_HEIGHT = 292, 196
BAR = 14
LONGEST_LABEL = 34


def shown(number: Tal) -> str:
    """A number as the paper writes it: "minst" when a part is hidden from the receiver, a dash when nothing is known."""
    if number.heil:
        return fnumber(number.n)
    return _("minst %(n)s", n=fnumber(number.n)) if number.n else HIDDEN


def percent(share: Andel) -> str:
    """Whole percent, or a dash where there is nothing to take it of."""
    return HIDDEN if share.prosent is None else f"{share.prosent} %"


def paper(work: Work, eining: Eining, leader: Person, periode: str, found: Innhald) -> bytes:
    """The PDF in the language in force."""
    name = month_in_words(periode)
    title = _("Månadsrapport %(manad)s", manad=name)
    ours, look = settings(work.db)["kommune"], own_look(work)
    taken = _("Tala er henta %(tid)s", tid=ftime(work.now))

    def story(root: Node) -> list[Flowable]:
        return [
            pdf.Band(
                [
                    Text(root.add("P"), _("%(kommune)s · Internkontroll, helse og omsorg", kommune=ours), pdf.KICKER),
                    Text(root.add("H1"), title, pdf.TITLE),
                    Text(root.add("P"), _("%(eining)s · til %(namn)s", eining=eining.namn, namn=leader.namn), pdf.KICKER),
                ],
                ground=look.farge,
                mark=look.logo,
            ),
            Spacer(1, 10),
            Text(root.add("P"), summary(found), pdf.LEAD),
            Spacer(1, 8),
            *_key_figures(root, found),
            *_severity(root, found),
            *_by_month(root, found.aar),
            *_by_type(root, found),
            *_overdue(root, found),
            *_beside(root, found),
        ]

    what = pdf.Paper(f"{title}, {eining.namn}", {"nn": "nn-NO", "nb": "nb-NO", "en": "en-GB"}[current()], ours, taken)
    return pdf.build(what, story, lambda page, total: _("Side %(side)s av %(alle)s", side=page, alle=total))


def summary(found: Innhald) -> str:
    """The month in two sentences."""
    filed = ngettext("%(num)s avvik vart meldt i månaden.", "%(num)s avvik vart melde i månaden.", found.manad.saker.n)
    changed = _("%(n)s av dei har ført til endra prosedyre eller ny praksis.", n=shown(found.manad.endra.del_))
    late = ngettext("%(num)s sak er over fristen no.", "%(num)s saker er over fristen no.", found.forfalne_alle)
    return f"{filed} {changed} {late}" if found.manad.saker.n else f"{filed} {late}"


def _heading(root: Node, text: str) -> Flowable:
    return Text(root.add("H2"), text, pdf.HEADING)


def key_figures(found: Innhald) -> list[tuple[str, str]]:
    """(figure, label), in the order they stand."""
    month = found.manad
    return [
        (shown(month.saker), _("melde avvik")),
        (shown(month.hendingar), _("hendingar i dei")),
        (shown(month.endra.del_), _("førte til endra praksis")),
        (percent(month.lofte), _("fekk svar innan løftet")),
        (shown(month.opne_alle), _("opne no, uansett når dei vart melde")),
        (fnumber(found.forfalne_alle), _("over fristen no")),
    ]


def _key_figures(root: Node, found: Innhald) -> list[Flowable]:
    cells = [
        [Text(root.add("P"), figure, pdf.FIGURE), Text(root.add("P"), label, pdf.SMALL)] for figure, label in key_figures(found)
    ]
    row = pdf.beside(cells, [WIDTH / len(cells)] * len(cells))
    row.setStyle([("LINEABOVE", (0, 0), (-1, 0), 1.5, INK), ("LINEAFTER", (0, 0), (-2, 0), 0.5, LINE)])
    row.setStyle([("LEFTPADDING", (1, 0), (-1, 0), 6)])
    return [row]


def _severity(root: Node, found: Innhald) -> list[Flowable]:
    heading = _heading(root, _("Faktisk alvor"))
    rows = [[f"{niva} {name}", shown(number)] for niva, name, number in found.manad.alvor]
    rows.append([_("Alle"), shown(found.manad.saker)])
    return [KeepTogether([heading, pdf.table(root.add("Table"), [_("Alvor"), _("Saker i månaden")], rows, [200, 110])])]


def _by_month(root: Node, year: Figurar) -> list[Flowable]:
    heading = _heading(root, _("Saker per månad, tolv månader"))
    names = [fdate(first_day(month), "MMM y") for month in year.periode.manadar]
    numbers = list(year.typar.sum)
    rows = [[name, shown(number)] for name, number in zip(names, numbers, strict=True)]
    chart = pdf.Chart(
        root.add("Figure", _("Søylediagram av saker per månad. Tala står i tabellen ved sida.")), columns(year, numbers)
    )
    table = pdf.table(root.add("Table"), [_("Månad"), _("Saker")], [*rows, [_("Alle"), shown(year.saker)]], [100, 60])
    return [KeepTogether([heading, pdf.beside([chart, table], [CHART_WIDTH + 24, WIDTH - CHART_WIDTH - 24])])]


def _by_type(root: Node, found: Innhald) -> list[Flowable]:
    month = {row.kode: row.sum for row in found.manad.typar.rader}
    kinds = [row for row in found.aar.typar.rader if row.sum != Tal()]
    heading = _heading(root, _("Saker etter type"))
    if not kinds:
        return [heading, Text(root.add("P"), _("Ingen saker dei siste tolv månadene."), pdf.BODY)]
    chart = pdf.Chart(
        root.add("Figure", _("Liggjande søyler av saker etter type, tolv månader. Tala står i tabellen under.")),
        bars([(row.namn, row.sum) for row in kinds]),
    )
    rows = [[row.namn, shown(month[row.kode]), shown(row.sum)] for row in kinds]
    rows.append([_("Alle"), shown(found.manad.saker), shown(found.aar.saker)])
    table = pdf.table(root.add("Table"), [_("Type"), _("I månaden"), _("Tolv månader")], rows, [WIDTH - 180, 90, 90])
    return [KeepTogether([heading, chart, Spacer(1, 6), table])]


def _overdue(root: Node, found: Innhald) -> list[Flowable]:
    heading = _heading(root, _("Over fristen no"))
    if not found.forfalne:
        return [KeepTogether([heading, Text(root.add("P"), _("Ingen saker er over fristen."), pdf.BODY)])]
    names = dict(found.alvorsnamn)
    head = [_("Nummer"), _("Eining"), _("Alvor"), _("Frist"), _("Dagar over")]
    rows = [
        [late.nr, late.eining, f"{late.alvor} {names.get(late.alvor, '')}", fdate(late.frist), fnumber(late.dagar)]
        for late in found.forfalne
    ]
    said: list[Flowable] = [
        CondPageBreak(120),
        heading,
        pdf.table(root.add("Table"), head, rows, [80, WIDTH - 350, 90, 100, 80], words=4),
    ]
    rest = found.forfalne_alle - len(found.forfalne)
    if rest:
        said.append(Text(root.add("P"), ngettext("Og %(num)s sak til.", "Og %(num)s saker til.", rest), pdf.BODY))
    return said


def _beside(root: Node, found: Innhald) -> list[Flowable]:
    """What stands beside "tal avvik", and what the numbers are not."""
    rows = [[_("Avviste"), shown(found.manad.avvist)], *[[name, shown(tal)] for _kode, name, tal in found.manad.utanfor]]
    notes = [
        _("Fleire meldingar kan bety betre meldekultur."),
        _("Talet på avvik rangerer ikkje einingane. Varsel er ikkje med i noko tal."),
        _("Lista over fristen har berre nummer. Saker som ei lukka gruppe har, og saker som gjeld ein leiar, står ikkje der."),
    ]
    heading = _heading(root, _("Ikkje med i talet på avvik"))
    table = pdf.table(root.add("Table"), [_("Slag"), _("Saker i månaden")], rows, [200, 110])
    return [KeepTogether([heading, table, Spacer(1, 10), *[Text(root.add("P"), note, pdf.SMALL) for note in notes]])]


def columns(year: Figurar, numbers: Sequence[Tal]) -> Drawing:
    """Upright columns, one for each month, with its number on top."""
    drawing = Drawing(CHART_WIDTH, CHART_HEIGHT)
    floor, top = 16, CHART_HEIGHT - 14
    most = max((number.n for number in numbers), default=0) or 1
    step = CHART_WIDTH / max(len(numbers), 1)
    drawing.add(_bar(0, floor - 0.5, CHART_WIDTH, 0.5, DIM))
    for place, (month, number) in enumerate(zip(year.periode.manadar, numbers, strict=True)):
        middle, height = (place + 0.5) * step, (top - floor) * number.n / most
        drawing.add(_bar(middle - step * 0.33, floor, step * 0.66, height, BRAND))
        drawing.add(_label(middle, floor + height + 3, shown(number), font=BOLD))
        drawing.add(_label(middle, 4, fdate(first_day(month), "MMM").rstrip(".")))
    return drawing


def bars(rows: Sequence[tuple[str, Tal]]) -> Drawing:
    """Lying bars, one for each type in the catalogue's order, with the number at the end."""
    left, room = 175.0, WIDTH - 175.0 - 40
    drawing = Drawing(WIDTH, BAR * len(rows))
    most = max(number.n for _name, number in rows) or 1
    for place, (name, number) in enumerate(rows):
        base = BAR * (len(rows) - place - 1) + 3
        label = pdf.plain(name)
        label = label if len(label) <= LONGEST_LABEL else f"{label[: LONGEST_LABEL - 1]}…"
        drawing.add(_label(0, base + 1, label, anchor="start"))
        drawing.add(_bar(left, base - 1, room * number.n / most, BAR - 4, BRAND))
        drawing.add(_label(left + room * number.n / most + 4, base + 1, shown(number), anchor="start", font=BOLD))
    return drawing


def _bar(x: float, y: float, width: float, height: float, colour: Color) -> Rect:
    look: dict[str, Any] = {"fillColor": colour, "strokeColor": None}
    return Rect(x, y, width, height, **look)


def _label(x: float, y: float, text: str, *, anchor: Literal["start", "middle"] = "middle", font: str = SANS) -> String:
    return String(x, y, pdf.plain(text), fontName=font, fontSize=7.5, fillColor=INK, textAnchor=anchor)


__all__ = ["key_figures", "paper", "percent", "shown", "summary"]
