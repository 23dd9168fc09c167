"""Rows from a workbook: new ones are added, known ones changed, and a row somebody changed meanwhile is left alone."""

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from sqlalchemy import select

from kjerne.errors import Refused
from kjerne.i18n import gettext as _
from kjerne.text import bounded_int, clean
from kjerne.work import Work
from ros.actions.note import note
from ros.actions.rader import SHORT, TEXTS, Radinnhald, add_rad, as_said, save_rad
from ros.models import RosAnalyse, RosRad
from ros.queries.analyse import axes
from ros.queries.kolonner import NR, VERSJON, known
from ros.queries.sett import Skala, read_sett
from ros.rules import HENDING_MAX, LEVELS, MOST_ROWS, TEKST_MAX, Akse

MAX_BYTES, MAX_UNPACKED, MAX_COLUMNS = 2 * 1024 * 1024, 20 * 1024 * 1024, 60


@dataclass(frozen=True)
class Filrad:
    """A line of the file: its place, its cells by column, the row it says it is, and what it says; or a fault."""

    linje: int
    nr: int | None
    versjon: int | None
    said: Radinnhald | None
    feil: str = ""


@dataclass(frozen=True)
class Utfall:
    """What became of a line: ny, endra, uendra or feil, with a sentence for a fault."""

    linje: int
    kva: str
    hending: str
    melding: str = ""


def read_file(work: Work, analyse: RosAnalyse, data: bytes) -> list[Filrad]:
    """The lines of a workbook. Raises `Refused` when the file as a whole cannot be read or has no event column."""
    lines = _cells(data)
    if not lines:
        raise Refused(_("Fila er tom."), "fil")
    chosen = axes(analyse)
    headings = known(read_sett(work.db, analyse.sett_id), chosen)
    columns = {
        place: headings[text.strip().casefold()] for place, text in enumerate(lines[0]) if text.strip().casefold() in headings
    }
    if "hending" not in columns.values():
        raise Refused(_("Fila manglar kolonnen «Uønskt hending». Last ned reknearket her, fyll ut, og les det inn att."), "fil")
    if len(lines) > MOST_ROWS + 1:
        raise Refused(_("Fila har for mange rader. Ho kan ha høgst %(n)s.", n=MOST_ROWS), "fil")
    return [
        _line(number, {code: cells[place] for place, code in columns.items() if place < len(cells)}, chosen)
        for number, cells in enumerate(lines[1:], start=2)
        if any(cell.strip() for cell in cells)
    ]


def _cells(data: bytes) -> list[list[str]]:
    if len(data) > MAX_BYTES:
        raise Refused(_("Fila er for stor."), "fil")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(part.file_size for part in packed.infolist()) > MAX_UNPACKED:
                raise Refused(_("Fila er for stor."), "fil")
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        rows = book.worksheets[0].iter_rows(max_col=MAX_COLUMNS, max_row=MOST_ROWS + 50, values_only=True)
        found = [["" if value is None else _plain(value) for value in row] for row in rows]
        book.close()
    except (zipfile.BadZipFile, InvalidFileException, KeyError, IndexError, ValueError, OSError, SyntaxError):
        raise Refused(_("Reknearket kan ikkje lesast. Lagre det på nytt som XLSX."), "fil") from None
    return found


def _plain(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _line(number: int, cells: Mapping[str, str], chosen: tuple[Akse, ...]) -> Filrad:
    """One line read. A fault is kept with its line, so that all are shown at once."""
    try:
        said = Radinnhald(
            hending=clean(cells.get("hending", ""), max_len=HENDING_MAX, multiline=False),
            omrade=clean(cells.get("omrade", ""), max_len=SHORT, multiline=False),
            kategori=cells.get("kategori", "").strip()[:60],
            uvisse=cells.get("uvisse", "").strip().casefold()[:10],
            sannsyn=_level(cells, "sannsyn"),
            rest_sannsyn=_level(cells, "rest_sannsyn"),
            verdi={akse: level for akse in chosen if (level := _level(cells, f"k_{akse.value}")) is not None},
            rest={akse: level for akse in chosen if (level := _level(cells, f"r_{akse.value}")) is not None},
            **{name: clean(cells.get(name, ""), max_len=TEKST_MAX, multiline=True) for name in TEXTS},
        )
        nr, versjon = _number(cells, NR), _number(cells, VERSJON)
    except Refused as problem:
        return Filrad(number, None, None, None, problem.message)
    return Filrad(number, nr, versjon, said)


def _level(cells: Mapping[str, str], code: str) -> int | None:
    raw = cells.get(code, "").strip()
    return bounded_int(raw, min(LEVELS), max(LEVELS)) if raw else None


def _number(cells: Mapping[str, str], code: str) -> int | None:
    raw = cells.get(code, "").strip()
    return bounded_int(raw, 1, 999_999_999) if raw else None


def write_rows(work: Work, analyse: RosAnalyse, lines: list[Filrad]) -> list[Utfall]:
    """Write what can be written. The caller holds the analysis' lock; a trial run rolls back afterwards."""
    skala = read_sett(work.db, analyse.sett_id)
    rows = {
        row.nr: row
        for row in work.db.scalars(
            select(RosRad).where(RosRad.analyse_id == analyse.id, RosRad.fjerna.is_(False)).with_for_update()
        )
    }
    done = [_write(work, analyse, line, rows, skala) for line in lines]
    if any(one.kva in {"ny", "endra"} for one in done):
        note(work, analyse, "lese_inn")
    return done


def _write(work: Work, analyse: RosAnalyse, line: Filrad, rows: Mapping[int, RosRad], skala: Skala) -> Utfall:
    if line.said is None:
        return Utfall(line.linje, "feil", "", line.feil)
    try:
        known_row = rows.get(line.nr or 0)
        if known_row is None:
            add_rad(work, analyse, line.said, skala=skala)
            return Utfall(line.linje, "ny", line.said.hending)
        if as_said(work, known_row) == line.said:
            return Utfall(line.linje, "uendra", line.said.hending)
        if line.versjon is not None and line.versjon != known_row.versjon:
            return Utfall(
                line.linje, "feil", line.said.hending, _("Rada er endra her etter at fila blei laga. Ho er ikkje skriven over.")
            )
        save_rad(work, analyse, known_row, line.said, versjon=None)
    except Refused as problem:
        return Utfall(line.linje, "feil", line.said.hending, problem.message)
    return Utfall(line.linje, "endra", line.said.hending)
