"""Tables out of the house: CSV as Norwegian spreadsheets read it, and workbooks. Texts stay texts, never formulas."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import IO, Final, TypeAlias

from xlsxwriter import Workbook

BOM: Final = "\ufeff"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NUMBER: Final = re.compile(r"-\d+(?:[.,]\d+)?")
DANGER: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
PIECE: Final = 32_768
Celle: TypeAlias = str | int | datetime | date | None


def harmless(text: str) -> str:
    """The text with an apostrophe in front when a spreadsheet could take it for a formula. A negative number stays a number."""
    if not text or text[0].isalnum():
        return text
    risky = text.startswith(DANGER) or text.lstrip().startswith(DANGER)
    return f"'{text}" if risky and not NUMBER.fullmatch(text) else text


def csv_cell(value: Celle) -> str | int:
    """A cell as Norwegian spreadsheets read it; nothing is an empty cell."""
    if isinstance(value, str):
        return harmless(value)
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value.year:04}-{value.month:02}-{value.day:02} {value.hour:02}:{value.minute:02}"  # isoformat takes twice as long
    return value.isoformat() if isinstance(value, date) else value


def csv_lines(headings: Sequence[str], rows: Iterable[Sequence[Celle]]) -> Iterator[str]:
    """The file in pieces of whole lines: UTF-8 with a mark in front, `;` between cells."""
    held = io.StringIO()
    writer = csv.writer(held, delimiter=";", lineterminator="\r\n")
    held.write(BOM)
    writer.writerow([harmless(heading) for heading in headings])
    for row in rows:
        # most cells are harmless texts and numbers: a call for each of them is a third of the export
        writer.writerow([one if type(one) is int or (type(one) is str and one[:1].isalnum()) else csv_cell(one) for one in row])
        if held.tell() > PIECE:
            yield held.getvalue()
            held.seek(0)
            held.truncate()
    yield held.getvalue()


def write_xlsx(target: IO[bytes], headings: Sequence[str], rows: Iterable[Sequence[Celle]], name: str) -> None:
    """A workbook with one sheet, written row by row. Texts are typed as text: no formula, no link, nothing is changed."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(target, options) as book:
        sheet = book.add_worksheet(name)
        bold = book.add_format({"bold": True})
        forms = {datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm"}), date: book.add_format({"num_format": "yyyy-mm-dd"})}
        sheet.set_column(0, len(headings) - 1, 18)
        sheet.freeze_panes(1, 1)
        for column, heading in enumerate(headings):
            sheet.write_string(0, column, heading, bold)
        for number, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                if isinstance(value, datetime):
                    sheet.write_datetime(number, column, value.replace(tzinfo=None, second=0, microsecond=0), forms[datetime])
                elif isinstance(value, date):
                    sheet.write_datetime(number, column, value, forms[date])
                elif isinstance(value, int):
                    sheet.write_number(number, column, value)
                elif value is not None:
                    sheet.write_string(number, column, value)
