"""An analysis on paper: frame, matrix, rows, measures and a block for signatures. Drawn from its document, so an edition stays."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from reportlab.graphics.shapes import Drawing, Rect, String
from reportlab.lib.colors import HexColor
from reportlab.platypus import CondPageBreak, Flowable, KeepTogether, Spacer

from kjerne import pdf
from kjerne.i18n import current, fdate, ftime
from kjerne.i18n import gettext as _
from kjerne.pdf import BOLD, DIM, INK, SANS, WIDTH, Node, Text
from ros.rules import FARGENAMN, SLAGNAMN, UVISSENAMN, Slag, Uvisse
from tiltak.rules import STATUSNAMN as TILTAKSTATUS
from tiltak.rules import TYPENAMN, Farge
from tiltak.rules import Status as Tiltakstatus
from tiltak.rules import Type as Tiltakstype

Doc = Mapping[str, Any]
FILL = {Farge.GRON: HexColor("#CFE6D9"), Farge.GUL: HexColor("#F6DB8C"), Farge.RAUD: HexColor("#E58F75")}
CELL_W, CELL_H, LEFT, FOOT = 74, 44, 120, 30
ROOM = 9


def _label(level: Mapping[str, str], stem: str = "") -> str:
    return level[f"{stem}{current()}"]


def _colour(code: str | None) -> str:
    return str(FARGENAMN[Farge(code)]) if code else "–"


def _risk(tal: int | None, code: str | None) -> str:
    return f"{tal} {_colour(code)}" if tal is not None else "–"


def _day(text: str | None) -> str:
    return fdate(datetime.fromisoformat(text) if text and "T" in text else date.fromisoformat(text) if text else None)


def paper(doc: Doc, *, kommune: str, nr: int, status: str, now: datetime) -> bytes:
    """The PDF in the language in force."""

    def story(root: Node) -> list[Flowable]:
        kicker = _("%(kommune)s · risikoanalyse %(nr)s · %(status)s", kommune=kommune, nr=nr, status=status)
        return [
            pdf.Band(
                [
                    Text(root.add("P"), kicker, pdf.KICKER),
                    Text(root.add("H1"), doc["tittel"], pdf.TITLE),
                    Text(root.add("P"), f"{SLAGNAMN[Slag(doc['slag'])]} · {', '.join(doc['einingar'])}", pdf.KICKER),
                ]
            ),
            Spacer(1, 10),
            *_frame(root, doc),
            *_matrix(root, doc),
            *_rows(root, doc),
            *_details(root, doc),
            *_measures(root, doc),
            *_signatures(root, doc),
        ]

    lang = {"nn": "nn-NO", "nb": "nb-NO", "en": "en-GB"}[current()]
    foot = _("Skriven ut %(tid)s", tid=ftime(now))
    what = pdf.Paper(f"{doc['tittel']}, {doc['eining']}", lang, kommune, foot)
    return pdf.build(what, story, lambda page, total: _("Side %(side)s av %(alle)s", side=page, alle=total))


def _heading(root: Node, text: str) -> Flowable:
    return Text(root.add("H2"), text, pdf.HEADING)


def _frame(root: Node, doc: Doc) -> list[Flowable]:
    people = ", ".join(filter(None, [*doc["deltakarar"], doc["deltakarar_tekst"]])) or "–"
    axes = ", ".join(_label(doc["skala"][akse][0]) for akse in doc["aksar"])
    rows = [
        (_("Føremål"), doc["foremal"]),
        (_("Avgrensing"), doc["omfang"]),
        (_("Akseptkriterium"), doc["kriterium"]),
        (_("Deltakarar"), people),
        (_("Vurderte konsekvensar"), axes),
        (_("Møte"), _day(doc["mote"])),
        (_("Neste revisjon"), _day(doc["neste_revisjon"])),
    ]
    if doc.get("godkjend_av"):
        rows.append((_("Godkjend"), f"{doc['godkjend_av']}, {_day(doc['godkjend_tid'])}"))
    shown = [row for row in rows if row[1]]
    return [pdf.table(root.add("Table"), [_("Om analysen"), ""], shown, [120, WIDTH - 120], words=2)]


def _matrix(root: Node, doc: Doc) -> list[Flowable]:
    """The matrix before and after, as one drawing; the same numbers stand in the table of rows."""
    alt = _("Risikomatrise med radene før og etter tiltak. Dei same tala står i tabellen under.")
    note = _("Tal utan parentes er rader før tiltak, tal i parentes er rader etter tiltak.")
    chart = pdf.Chart(root.add("Figure", alt), _draw(doc))
    return [KeepTogether([_heading(root, _("Risikomatrise")), chart, Text(root.add("P"), note, pdf.SMALL)])]


def _draw(doc: Doc) -> Drawing:
    drawing = Drawing(LEFT + 5 * CELL_W, FOOT + 5 * CELL_H)
    words: dict[str, Any] = {"fontName": SANS, "fontSize": 7.5, "fillColor": INK}
    for s in range(1, 6):
        base = FOOT + (s - 1) * CELL_H
        level = doc["skala"]["sannsyn"][s]
        drawing.add(String(0, base + CELL_H / 2 + 3, pdf.plain(f"{s} {_label(level)}"), **{**words, "fontName": BOLD}))
        drawing.add(String(0, base + CELL_H / 2 - 8, pdf.plain(_label(level, "def_"))[:32], **{**words, "fillColor": DIM}))
        for k in range(1, 6):
            colour = Farge(doc["grid"][f"{s}-{k}"])
            x = LEFT + (k - 1) * CELL_W
            look: dict[str, Any] = {"fillColor": FILL[colour], "strokeColor": HexColor("#FFFFFF"), "strokeWidth": 2}
            drawing.add(Rect(x, base, CELL_W, CELL_H, **look))
            drawing.add(String(x + 5, base + CELL_H - 11, pdf.plain(_colour(colour.value)), **words))
            for line, text in enumerate(_in_cell(doc, s, k)):
                drawing.add(String(x + 5, base + CELL_H - 23 - 10 * line, pdf.plain(text), **{**words, "fontName": BOLD}))
    for k in range(1, 6):
        text = pdf.plain(f"{k} {_label(doc['skala']['konsekvens'][k])}")
        drawing.add(String(LEFT + (k - 0.5) * CELL_W, FOOT - 12, text, **words, textAnchor="middle"))
    return drawing


def _in_cell(doc: Doc, s: int, k: int) -> list[str]:
    before = [str(row["nr"]) for row in doc["rader"] if (row["sannsyn"], row["konsekvens"]) == (s, k)]
    after = [
        f"({row['nr']})" for row in doc["rader"] if row["rest_farge"] and (row["rest_sannsyn"], row["rest_konsekvens"]) == (s, k)
    ]
    return [" ".join(part[:ROOM]) + (" …" if len(part) > ROOM else "") for part in (before, after) if part]


def _rows(root: Node, doc: Doc) -> list[Flowable]:
    head = [_("Nr"), _("Uønskt hending"), _("S"), _("K"), _("Før tiltak"), _("S"), _("K"), _("Etter tiltak")]
    rows = [
        [
            row["nr"],
            row["hending"],
            row["sannsyn"] or "–",
            row["konsekvens"] or "–",
            _risk(row["risiko"], row["farge"]),
            row["rest_sannsyn"] or "–",
            row["rest_konsekvens"] or "–",
            _risk(row["rest_risiko"], row["rest_farge"]),
        ]
        for row in doc["rader"]
    ]
    heading = _heading(root, _("Rader"))
    if not rows:
        return [heading, Text(root.add("P"), _("Analysen har ingen rader enno."), pdf.BODY)]
    widths = [26, WIDTH - 26 - 4 * 26 - 2 * 68, 26, 26, 68, 26, 26, 68]
    return [CondPageBreak(100), heading, pdf.table(root.add("Table"), head, rows, widths, words=2)]


def _details(root: Node, doc: Doc) -> list[Flowable]:
    """Each row's own texts, and who accepted a red residual risk."""
    said: list[Flowable] = [CondPageBreak(100), _heading(root, _("Radene i ord"))] if doc["rader"] else []
    for row in doc["rader"]:
        lines = [
            (_("Årsaker"), row["arsaker"]),
            (_("Sårbarheit"), row["sarbarheit"]),
            (_("Hindrar hendinga"), row["barrierar"]),
            (_("Dempar følgjene"), row["dempande"]),
            (_("Konsekvensar"), _levels(doc, row)),
            (_("Grunngiving"), row["grunngiving"]),
            (_("Uvisse"), str(UVISSENAMN[Uvisse(row["uvisse"])]) if row["uvisse"] else ""),
        ]
        if row["godteke_tid"]:
            lines.append(
                (
                    _("Godteken"),
                    _("Raud restrisiko godteken av %(namn)s %(dato)s:", namn=row["godteke_av"], dato=_day(row["godteke_tid"]))
                    + f" {row['godteke_grunn']}",
                )
            )
        shown = [(name, text.replace("\n", "; ")) for name, text in lines if text]
        said.append(CondPageBreak(70))
        said.append(
            Text(root.add("H3"), f"{row['nr']}. {row['hending']}", pdf.style(10, fontName=BOLD, spaceBefore=8, spaceAfter=3))
        )
        said += [Text(root.add("P"), f"{name}: {text}", pdf.BODY) for name, text in shown]
    return said


def _levels(doc: Doc, row: Mapping[str, Any]) -> str:
    parts = []
    for akse in doc["aksar"]:
        if akse in row["verdi"]:
            level = row["verdi"][akse]
            words = doc["skala"][akse][level]
            after = f" → {row['rest_verdi'][akse]}" if akse in row["rest_verdi"] else ""
            parts.append(f"{_label(doc['skala'][akse][0])} {level}{after} ({_label(words, 'def_') or _label(words)})")
    return "; ".join(parts)


def _measures(root: Node, doc: Doc) -> list[Flowable]:
    heading = _heading(root, _("Tiltak"))
    rows = [
        [
            measure["tittel"],
            row["nr"],
            TYPENAMN[Tiltakstype(measure["type"])],
            measure["ansvarleg"],
            _day(measure["frist"]),
            TILTAKSTATUS[Tiltakstatus(measure["status"])],
        ]
        for row in doc["rader"]
        for measure in row["tiltak"]
    ]
    if not rows:
        return [heading, Text(root.add("P"), _("Ingen tiltak."), pdf.BODY)]
    head = [_("Tiltak"), _("Rad"), _("Type"), _("Ansvarleg"), _("Frist"), _("Status")]
    widths = [WIDTH - 387, 24, 120, 92, 89, 62]
    return [CondPageBreak(90), heading, pdf.table(root.add("Table"), head, rows, widths, words=6)]


def _signatures(root: Node, doc: Doc) -> list[Flowable]:
    """Lines to sign on: who led the analysis, who approves, and who accepts a red residual risk when there is one."""
    lines = [[_("Ansvarleg for analysen"), doc["laga_av"], "", ""], [_("Leiar som godkjenner"), doc.get("godkjend_av", ""), "", ""]]
    if any((row["rest_farge"] or row["farge"]) == Farge.RAUD for row in doc["rader"]):
        lines.append([_("Leiar over, for raud restrisiko"), "", "", ""])
    lines.append([_("Verneombod eller brukarrepresentant"), "", "", ""])
    head = [_("Underskrifter"), _("Namn"), _("Dato"), _("Underskrift")]
    table = pdf.table(root.add("Table"), head, lines, [150, 130, 80, WIDTH - 360], words=4)
    table.setStyle([("BOTTOMPADDING", (0, 1), (-1, -1), 20)])
    return [Spacer(1, 14), KeepTogether([table])]
