"""A report as files of numbers: workbook, CSV and JSON of the same tables that stand on the page and the paper."""

import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from kjerne.i18n import ftime
from kjerne.i18n import gettext as _
from kjerne.rekneark import csv_lines
from rapportar.rules.dokument import Celle, Dokument, Setning, Tabell, written

FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
SHEET_NAME = 31
OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
WIDE, NARROW = 44, 16


def as_csv(doc: Dokument) -> str:
    """One line for each cell: section, table, row, column, value. Numbers as in the language in force."""
    head = [_("Bolk"), _("Tabell"), _("Rad"), _("Kolonne"), _("Verdi")]
    return "".join(csv_lines(head, _cells(doc)))


def _cells(doc: Dokument) -> Iterator[Sequence[str | int]]:
    for bolk, table in doc.tabellar():
        for row in table.rader:
            for column, cell in zip(table.hovud[1:], row[1:], strict=True):
                yield bolk.tittel, table.tittel, written(row[0]), column, cell if isinstance(cell, int) else written(cell)
    for bolk in doc.bolkar:
        if bolk.kommentar.tekst:
            yield bolk.tittel, _("Kommentar"), "", "", bolk.kommentar.tekst


def as_json(doc: Dokument) -> str:
    """What the report holds, for programs: numbers as numbers, the rest as it is written."""
    told = {
        "slag": doc.slag,
        "namn": doc.namn,
        "eining": {"kode": doc.einingskode, "namn": doc.eining},
        "periode": {"kode": doc.periode, "namn": doc.periodenamn, "ferdig": doc.ferdig},
        "tid": doc.tid.astimezone(UTC).isoformat(timespec="seconds"),
        "heilt": doc.heilt,
        "bolkar": [
            {
                "kode": bolk.kode,
                "tittel": bolk.tittel,
                "setningar": [part.tekst for part in bolk.delar if isinstance(part, Setning)],
                "tabellar": [_table(part.tabell()) for part in bolk.delar if not isinstance(part, Setning)],
                "kommentar": bolk.kommentar.tekst or None,
            }
            for bolk in doc.bolkar
        ],
        "ikkje_med": [{"kode": kode, "tittel": tittel, "grunn": grunn} for kode, tittel, grunn in doc.ikkje_med],
        "merknader": list(doc.merknader),
    }
    return json.dumps(told, ensure_ascii=False, indent=1)


def _table(table: Tabell | None) -> dict[str, Any]:
    if table is None:
        return {}
    return {"tittel": table.tittel, "kolonnar": list(table.hovud), "rader": [list(row) for row in table.rader]}


def as_xlsx(doc: Dokument) -> bytes:
    """A workbook: a first sheet that says what it is, then one sheet for each section. Texts are typed as text."""
    target = io.BytesIO()
    with Workbook(target, OPTIONS) as book:
        forms = {
            "bold": book.add_format({"bold": True}),
            "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
            "desimal": book.add_format({"num_format": "0.0"}),
        }
        front = book.add_worksheet(_sheet_name(_("Om rapporten"), set()))
        front.set_column(0, 0, WIDE // 2)
        front.set_column(1, 1, WIDE * 2)
        for place, (name, value) in enumerate(_about(doc)):
            front.write_string(place, 0, name, forms["bold"])
            front.write_string(place, 1, value, forms["wrap"])
        taken = {_("Om rapporten").lower()}
        for bolk in doc.bolkar:
            sheet = book.add_worksheet(_sheet_name(bolk.tittel, taken))
            sheet.set_column(0, 0, WIDE)
            sheet.set_column(1, 20, NARROW)
            at = 0
            for part in bolk.delar:
                table = part.tabell()
                at = _write_text(sheet, at, part.tekst) if isinstance(part, Setning) else _write_table(sheet, at, table, forms)
            if bolk.kommentar.tekst:
                sheet.write_string(at, 0, _("Kommentar"), forms["bold"])
                sheet.write_string(at + 1, 0, bolk.kommentar.tekst, forms["wrap"])
    return target.getvalue()


def _about(doc: Dokument) -> list[tuple[str, str]]:
    rows = [
        (_("Rapport"), doc.namn),
        (_("Eining"), doc.eining),
        (_("Periode"), doc.periodenamn),
        (_("Tala er henta"), ftime(doc.tid)),
        *[(_("Merknad"), note) for note in doc.merknader],
        *[(_("Ikkje med"), f"{tittel}: {grunn}") for _kode, tittel, grunn in doc.ikkje_med],
    ]
    return [(str(name), str(value)) for name, value in rows]


def _sheet_name(title: str, taken: set[str]) -> str:
    """A name a spreadsheet accepts, once in the book."""
    plain = FORBIDDEN.sub(" ", title).strip()[:SHEET_NAME] or "Ark"
    name, number = plain, 2
    while name.lower() in taken:
        name, number = f"{plain[: SHEET_NAME - 3]} {number}", number + 1
    taken.add(name.lower())
    return name


def _write_text(sheet: Worksheet, at: int, text: str) -> int:
    sheet.write_string(at, 0, text)
    return at + 2


def _write_table(sheet: Worksheet, at: int, table: Tabell | None, forms: Mapping[str, Format]) -> int:
    if table is None:
        return at
    sheet.write_string(at, 0, table.tittel, forms["bold"])
    for column, name in enumerate(table.hovud):
        sheet.write_string(at + 1, column, name, forms["bold"])
    for row, cells in enumerate(table.rader, start=at + 2):
        for column, cell in enumerate(cells):
            _write_cell(sheet, (row, column), cell, forms["desimal"])
    return at + len(table.rader) + 3


def _write_cell(sheet: Worksheet, at: tuple[int, int], cell: Celle, desimal: Format) -> None:
    if isinstance(cell, str):
        sheet.write_string(*at, cell)
    elif isinstance(cell, float):
        sheet.write_number(*at, cell, desimal)
    else:
        sheet.write_number(*at, cell)


__all__ = ["as_csv", "as_json", "as_xlsx"]
