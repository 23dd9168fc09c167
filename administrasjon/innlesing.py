"""Reads a table somebody made elsewhere: CSV (`;`, `,` or tab; UTF-8 or Windows-1252) or XLSX, with Norwegian headings. Pure.

Every cell is cleaned and run through the identity guard. What is wrong is said in a sentence, with its row's number.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from kjerne.errors import Refused
from kjerne.i18n import gettext as _
from kjerne.identitet import blocks, find
from kjerne.text import BadText, clean

MAX_BYTES = 1024 * 1024
MAX_UNPACKED = 40 * 1024 * 1024
MAX_ROWS = 20_000
MAX_COLUMNS = 60
MAX_CELL = 300
DELIMITERS = ";,\t"

#: Our field → the headings we know it by, in small letters without blanks, dots, dashes and underscores.
EINING_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "kode": ("kode", "einingskode", "enhetskode", "id", "nr", "code"),
    "namn": ("namn", "navn", "eining", "enhet", "einingsnamn", "enhetsnavn", "name"),
    "overordna": ("overordna", "overordnet", "overordnakode", "overordnakode", "forelder", "høyrertil", "tilhører", "parent"),
    "niva": ("nivå", "niva", "type", "slag", "level"),
    "leiar": ("leiar", "leder", "leiarnr", "ledernr", "leader"),
    "stedfortredar": ("stedfortredar", "stedfortreder", "nestleiar", "nestleder", "vara", "deputy"),
    "gjeld_fra": ("gjeldfrå", "gjeldfra", "gjelderfra", "frå", "fra", "validfrom"),
    "gjeld_til": ("gjeldtil", "gjeldertil", "til", "validto"),
}
PERSON_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "ansattnr": ("ansattnr", "ansattnummer", "tilsettnr", "tilsettnummer", "ressursnr", "ressursnummer", "nr", "employeenumber"),
    "namn": ("namn", "navn", "fulltnamn", "fulltnavn", "name"),
    "epost": ("epost", "epostadresse", "mail", "email", "emailadresse"),
    "yrke": ("yrke", "profesjon", "stilling", "yrkesgruppe", "profession"),
    "stillingsprosent": (
        "stillingsprosent",
        "stillingspst",
        "stillings%",
        "stillingsstørrelse",
        "stillingsstorleik",
        "prosent",
        "%",
    ),
    "einingar": ("einingar", "enheter", "eining", "enhet", "einingskode", "enhetskode", "arbeidsstad", "arbeidssted", "units"),
    "tilsett_fra": ("tilsettfrå", "tilsettfra", "ansattfra", "startdato", "start"),
    "tilsett_til": ("tilsetttil", "ansatttil", "sluttdato", "slutt"),
    "tilsetjingsform": ("tilsetjingsform", "ansettelsesform", "ansettelsestype", "tilsetjingstype"),
    "vakter": ("vakter", "vakttypar", "vakttyper", "vakt", "turnus"),
    "borte_fra": ("bortefrå", "bortefra", "fråvêrfrå", "fraværfra"),
    "borte_til": ("bortetil", "fråværtil", "fraværtil"),
    "rolle": ("rolle", "rollar", "roller", "role"),
}


@dataclass(frozen=True)
class Row:
    """One line of the table: its number as the spreadsheet counts, its cells by our field, and what is wrong with them."""

    number: int
    cells: Mapping[str, str]
    faults: tuple[str, ...] = ()

    def get(self, name: str) -> str:
        """The cell, empty when the column is missing."""
        return self.cells.get(name, "")

    def has(self, name: str) -> bool:
        """Whether the file has that column: a missing column changes nothing, an empty cell empties."""
        return name in self.cells


@dataclass(frozen=True)
class Table:
    """A whole file: its rows, and the headings that were passed over."""

    rows: tuple[Row, ...]
    passed_over: tuple[str, ...] = field(default=())


def read_table(data: bytes, filename: str, headings: Mapping[str, tuple[str, ...]], today: date) -> Table:
    """The rows of a file. Raises `Refused` when the file as a whole cannot be read or lacks its first column."""
    lines = read_lines(data)
    columns, passed_over = _columns(lines[0][1], headings)
    first = next(iter(headings))
    missing = [name for name in (first, "namn") if name not in columns.values()]
    if missing:
        raise Refused(_("Fila manglar kolonnen %(namn)s. Første rad skal ha overskrifter.", namn=", ".join(missing)), "fil")
    rows = [_row(number, cells, columns, today) for number, cells in lines[1:]]
    return Table(tuple(row for row in rows if any(row.cells.values()) or row.faults), passed_over)


def read_lines(data: bytes) -> list[tuple[int, list[str]]]:
    """The lines of a CSV or XLSX file that hold anything, each with its number and its cells as typed, not yet cleaned.

    Raises `Refused` when the file is empty, above `MAX_BYTES`, a bomb, or no table.
    """
    if not data.strip():
        raise Refused(_("Fila er tom."), "fil")
    if len(data) > MAX_BYTES:
        raise Refused(_("Fila er for stor. Ho kan vere høgst 1 MiB; del henne opp."), "fil")
    lines = _xlsx(data) if data.startswith(b"PK") else _csv(data)
    if not lines:
        raise Refused(_("Fila er tom."), "fil")
    return lines


def _plain(heading: str) -> str:
    return "".join(char for char in heading.casefold() if char not in " ._-/\u00a0\ufeff")


def _columns(cells: list[str], headings: Mapping[str, tuple[str, ...]]) -> tuple[dict[int, str], tuple[str, ...]]:
    known = {word: name for name, words in headings.items() for word in (_plain(name), *words)}
    columns: dict[int, str] = {}
    passed_over: list[str] = []
    for index, cell in enumerate(cells[:MAX_COLUMNS]):
        name = known.get(_plain(cell))
        if name and name not in columns.values():
            columns[index] = name
        elif cell.strip():
            passed_over.append(cell.strip()[:40])
    return columns, tuple(passed_over)


def _row(number: int, cells: list[str], columns: Mapping[int, str], today: date) -> Row:
    kept: dict[str, str] = {}
    faults: list[str] = []
    for index, name in columns.items():
        raw = cells[index] if index < len(cells) else ""
        try:
            text = clean(raw, max_len=MAX_CELL, multiline=False)
        except BadText as bad:
            faults.append(f"{name}: {bad.message}")
            text = ""
        if text and blocks(find(text, today=today)):
            faults.append(_("%(felt)s: her står eit fødselsnummer eller liknande nummer.", felt=name))
            text = ""
        kept[name] = text
    return Row(number, kept, tuple(faults))


def _csv(data: bytes) -> list[tuple[int, list[str]]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    if "\x00" in text or "\ufffd" in text:
        raise Refused(_("Fila er ikkje ei tekstfil vi forstår. Lagre ho som CSV (UTF-8) eller XLSX."), "fil")
    head = next((line for line in text.split("\n", 10)[:10] if any(map(line.count, DELIMITERS))), "")
    delimiter = max(DELIMITERS, key=head.count)
    lines: list[tuple[int, list[str]]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for cells in reader:
            _count(lines)
            if any(cell.strip() for cell in cells):
                lines.append((reader.line_num, cells))
    except csv.Error:
        raise Refused(_("Fila kan ikkje lesast. Ei celle er for lang, eller eit hermeteikn manglar."), "fil") from None
    return lines


def _count(lines: list[tuple[int, list[str]]]) -> None:
    if len(lines) > MAX_ROWS:
        raise Refused(_("Fila har for mange rader. Ho kan ha høgst %(n)s.", n=MAX_ROWS), "fil")


def _xlsx(data: bytes) -> list[tuple[int, list[str]]]:
    unreadable = Refused(_("Reknearket kan ikkje lesast. Lagre det på nytt som XLSX, eller som CSV."), "fil")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(part.file_size for part in packed.infolist()) > MAX_UNPACKED:
                raise Refused(_("Reknearket er for stort når det er pakka ut."), "fil")
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        lines: list[tuple[int, list[str]]] = []
        for number, row in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS, values_only=True), start=1):
            _count(lines)
            cells = [_cell(value) for value in row]
            if any(cells):
                lines.append((number, cells))
        book.close()
    except (zipfile.BadZipFile, InvalidFileException, KeyError, IndexError, ValueError, OSError, SyntaxError):
        raise unreadable from None
    return lines


def _cell(value: object) -> str:
    """A spreadsheet's value as one would have typed it: 1001.0 is 1001, a date is ISO."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def parse_day(text: str) -> date:
    """A date as 22.11.2026 or 2026-11-22. Raises ValueError."""
    form = "%d.%m.%Y" if "." in text else "%Y-%m-%d"
    day = datetime.strptime(text[:10], form).date()  # noqa: DTZ007 - a date has no zone
    if not date(1950, 1, 1) <= day <= date(2150, 1, 1):
        raise ValueError(text)
    return day


def words(text: str) -> list[str]:
    """The words of a cell that lists several, split at comma, semicolon, slash, bar or plus."""
    for sign in ";/|+":
        text = text.replace(sign, ",")
    return [word.strip() for word in text.split(",") if word.strip()]


def match(text: str, known: Mapping[str, Iterable[str]]) -> str | None:
    """The code a word stands for, by the code itself or one of its names; None when unknown."""
    wanted = _plain(text)
    for code, names in known.items():
        if wanted == _plain(code) or wanted in {_plain(name) for name in names}:
            return code
    return None
