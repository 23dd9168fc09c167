"""Key figures from other systems: one CSV with a row for each unit and month, and what is kept. Twice changes nothing."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from kjerne.access import Right
from kjerne.errors import Refused
from kjerne.i18n import gettext as _
from kjerne.log import record
from kjerne.models import Eining
from kjerne.work import Work
from rapportar.models import Nokkeltal
from rapportar.rules.nokkeltal import FEW_DAYS, MOST, Slag

MOST_ROWS, MOST_BYTES = 20_000, 5 * 1024 * 1024
MONTH = re.compile(r"(20\d\d)-?(0[1-9]|1[0-2])")
NUMBER = re.compile(r"-?\d{1,11}(?:[.,]\d{1,4})?")
BLANKS = re.compile(r"[\s\u00a0\u202f']")
UNIT, MONTH_COLUMN = "eining", "manad"


@dataclass
class Innlesing:
    """What a file holds: cells to write, how many are new, changed and as before, and the rows that are refused, with why."""

    celler: list[tuple[int, int, Slag, float]] = field(default_factory=list)
    nye: int = 0
    endra: int = 0
    uendra: int = 0
    feil: list[tuple[int, str]] = field(default_factory=list)
    hoppa_over: list[str] = field(default_factory=list)


def plan(work: Work, raw: bytes, units: Sequence[Eining]) -> Innlesing:
    """Read a file and hold it against what is kept; nothing is written. Raises `Refused` when it is no such table."""
    rows = _rows(raw)
    head = [name.strip().lower() for name in rows[0]] if rows else []
    kinds = {place: Slag(name) for place, name in enumerate(head) if name in set(Slag)}
    if UNIT not in head or MONTH_COLUMN not in head or not kinds:
        names = ", ".join(slag.value for slag in Slag)
        raise Refused(_("Første rad må ha kolonnane eining, manad og minst ein av desse: %(namn)s.", namn=names), "fil")
    codes = {row.kode: row.id for row in units}
    found = Innlesing(
        hoppa_over=[name for place, name in enumerate(head) if place not in kinds and name not in {UNIT, MONTH_COLUMN, ""}]
    )
    cells: dict[tuple[int, int, Slag], float] = {}
    for number, row in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        unit = codes.get(_cell(row, head.index(UNIT)))
        month = MONTH.fullmatch(_cell(row, head.index(MONTH_COLUMN)))
        if unit is None or month is None:
            found.feil.append(
                (number, _("Eininga finst ikkje, eller ho er ikkje di.") if unit is None else _("Skriv månaden som 2026-10."))
            )
            continue
        for place, slag in kinds.items():
            text = BLANKS.sub("", _cell(row, place))
            if not text:
                continue
            value = float(text.replace(",", ".")) if NUMBER.fullmatch(text) else None
            if value is None or abs(value) > MOST or (value < 0 and not slag.value.endswith("_kr")):
                found.feil.append((number, _("%(slag)s er ikkje eit tal som kan vere rett.", slag=slag.value)))
                continue
            cells[unit, int(month[1] + month[2]), slag] = value
    _compare(work, found, cells)
    return found


def _cell(row: Sequence[str], place: int) -> str:
    return row[place].strip() if place < len(row) else ""


def _rows(raw: bytes) -> list[list[str]]:
    if not raw:
        raise Refused(_("Vel ei fil først."), "fil")
    if len(raw) > MOST_BYTES:
        raise Refused(_("Fila er for stor. Del henne opp."), "fil")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = raw.decode("cp1252")
        except UnicodeDecodeError:
            raise Refused(_("Fila er ikkje tekst. Lagre ho som CSV (UTF-8) og prøv igjen."), "fil") from None
    first = text.partition("\n")[0]
    if "\x00" in text:
        raise Refused(_("Fila er ikkje tekst. Lagre ho som CSV (UTF-8) og prøv igjen."), "fil")
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=";" if ";" in first else ","))
    except csv.Error:
        raise Refused(_("Fila er ikkje ein tabell vi kan lese."), "fil") from None
    if len(rows) > MOST_ROWS:
        raise Refused(_("Fila har for mange rader. Del henne opp."), "fil")
    return rows


def _compare(work: Work, found: Innlesing, cells: dict[tuple[int, int, Slag], float]) -> None:
    months = {month for _unit, month, _slag in cells}
    kept = {
        (row.eining_id, row.manad, row.slag): row.verdi
        for row in work.db.scalars(select(Nokkeltal).where(Nokkeltal.manad.in_(months)))
    }
    for (unit, month, slag), value in cells.items():
        before = kept.get((unit, month, slag.value))
        if before == value:
            found.uendra += 1
            continue
        found.nye += before is None
        found.endra += before is not None
        found.celler.append((unit, month, slag, value))


def apply(work: Work, read: Innlesing) -> None:
    """Write what is new and changed. Raises `Refused` when a row was refused: then nothing is written."""
    if read.feil:
        raise Refused(_("Fila har rader som ikkje kan lesast. Ingenting er lagra."), "fil")
    for unit, month, slag, value in read.celler:
        work.db.merge(Nokkeltal(eining_id=unit, manad=month, slag=slag.value, verdi=value))
    work.db.flush()
    if read.celler:
        record(work, "nokkeltal", 0, "rapport:nokkeltal", nye=read.nye, endra=read.endra)


def writable(work: Work) -> list[Eining]:
    """The units whose key figures she may bring in."""
    return list(work.db.scalars(select(Eining).where(Eining.id.in_(work.units(Right.RAPPORT_SKRIV))).order_by(Eining.sti)))


def kept(work: Work, eining: Eining, months: Sequence[int]) -> dict[tuple[int, str], float]:
    """What is kept of a unit's own months, without the sick leave of a unit so small that it is somebody's. One query."""
    rows = work.db.scalars(select(Nokkeltal).where(Nokkeltal.eining_id == eining.id, Nokkeltal.manad.in_(list(months))))
    found = {(row.manad, row.slag): row.verdi for row in rows}
    small = {month for month, _slag in found if found.get((month, Slag.DAGSVERK.value), 0) < FEW_DAYS}
    return {key: value for key, value in found.items() if key[1] != Slag.SJUKEFRAVAER.value or key[0] not in small}
