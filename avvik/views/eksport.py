"""Export of a list: exactly the filtered rows, as CSV sent while it is read, or as a workbook. Written to the read log first."""

import csv
import hashlib
import io
import re
import tempfile
from collections.abc import Iterator
from datetime import date, datetime
from typing import IO, Any

from flask.typing import ResponseReturnValue
from sqlalchemy import Select, func, select
from werkzeug.wrappers import Response
from xlsxwriter import Workbook

from avvik.queries.eksport import Celle, Ord, export_query, export_words, stream
from avvik.views.area import area
from avvik.views.liste import chosen_list, narrowed
from kjerne.access import Open
from kjerne.errors import Refused
from kjerne.i18n import gettext as _
from kjerne.web import house
from kjerne.work import Work

BOM = "\ufeff"
MOST_ROWS, PIECE = 1_048_575, 65_536
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NUMBER = re.compile(r"-\d+(?:[.,]\d+)?")
DANGER = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def harmless(text: str) -> str:
    """The text with an apostrophe in front when a spreadsheet could take it for a formula. A negative number stays a number."""
    risky = text.startswith(DANGER) or text.lstrip().startswith(DANGER)
    return f"'{text}" if risky and not NUMBER.fullmatch(text) else text


def csv_cell(value: Celle) -> str | int:
    """A cell as Norwegian spreadsheets read it."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return value.isoformat() if isinstance(value, date) else harmless(value) if isinstance(value, str) else value


def csv_lines(rows: Iterator[tuple[Celle, ...]], words: Ord) -> Iterator[str]:
    """The file line by line: UTF-8 with a mark in front, `;` between cells."""
    held = io.StringIO()
    writer = csv.writer(held, delimiter=";", lineterminator="\r\n")
    held.write(BOM)
    writer.writerow(words.headings)
    for row in rows:
        writer.writerow([csv_cell(value) for value in row])
        yield held.getvalue()
        held.seek(0)
        held.truncate()
    yield held.getvalue()


def write_xlsx(target: IO[bytes], rows: Iterator[tuple[Celle, ...]], words: Ord, name: str) -> None:
    """A workbook with one sheet, written row by row. Texts are typed as text: no formula, no link, nothing is changed."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(target, options) as book:
        sheet = book.add_worksheet(name)
        bold = book.add_format({"bold": True})
        forms = {datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm"}), date: book.add_format({"num_format": "yyyy-mm-dd"})}
        sheet.set_column(0, len(words.headings) - 1, 18)
        sheet.freeze_panes(1, 1)
        for column, heading in enumerate(words.headings):
            sheet.write_string(0, column, heading, bold)
        for number, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                if isinstance(value, datetime | date):
                    sheet.write_datetime(number, column, value, forms[type(value)])
                elif isinstance(value, int):
                    sheet.write_number(number, column, value)
                else:
                    sheet.write_string(number, column, value)


def _prepare(work: Work, kind: str) -> tuple[Select[*tuple[Any, ...]], Ord]:
    """The question and the words, and the line of the read log: the edge writes it before the first byte is sent."""
    liste, narrow = chosen_list(), narrowed()
    said = repr((liste.value, sorted(narrow.named().items())))
    work.read("avvik-liste", f"{liste.value} {hashlib.sha256(said.encode()).hexdigest()[:12]}", f"eksport-{kind}")
    return export_query(work, liste, narrow), export_words(work)


def _workbook(rows: Iterator[tuple[Celle, ...]], words: Ord, name: str) -> Iterator[bytes]:
    """The workbook in pieces. It is made when it is asked for: after the read log, and never when that could not be written."""
    with tempfile.TemporaryFile() as target:
        write_xlsx(target, rows, words, name)
        target.seek(0)
        while piece := target.read(PIECE):
            yield piece


def _named(work: Work, kind: str) -> str:
    return f"avvik-{work.today.isoformat()}.{kind}"


@area.page("/eksport.csv", needs=Open.LOGGED_IN)
def eksport_csv(work: Work) -> ResponseReturnValue:
    """The list as CSV, sent while it is read: memory does not grow with the list."""
    query, words = _prepare(work, "csv")
    lines = csv_lines(stream(house().databases, query, words), words)
    answer = Response(lines, mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{_named(work, "csv")}"'
    return answer


@area.page("/eksport.xlsx", needs=Open.LOGGED_IN)
def eksport_xlsx(work: Work) -> ResponseReturnValue:
    """The list as a workbook, made on disk row by row. Refused when it has more rows than a sheet can hold."""
    query, words = _prepare(work, "xlsx")
    counted = select(func.count()).select_from(query.order_by(None).limit(MOST_ROWS + 1).subquery())
    if (work.db.scalar(counted) or 0) > MOST_ROWS:
        raise Refused(_("Lista har fleire rader enn eit rekneark kan ha. Snevr henne inn, eller last ned CSV."))
    answer = Response(_workbook(stream(house().databases, query, words), words, _("Saker")), mimetype=XLSX)
    answer.headers["Content-Disposition"] = f'attachment; filename="{_named(work, "xlsx")}"'
    return answer


__all__ = ["csv_lines", "harmless", "write_xlsx"]
