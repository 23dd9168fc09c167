"""The figures of a unit and a period: one function each, the same for page, report and export. Definitions: docs/tal.md."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil

from sqlalchemy import func, select

from avvik.models import AvvikGrovsum
from avvik.queries.tal_celler import (
    ALVOR,
    ART,
    AVVIK,
    AVVIST,
    ENDRA,
    HENDING,
    I_TIDE,
    OPEN,
    SEINT,
    SVAR,
    TID,
    TYPE,
    Celler,
    Tal,
    scope,
    total,
)
from avvik.queries.tal_lesing import LUKK, Utval, of_arts, read_cells
from avvik.queries.tal_periode import RUN, YEAR, Periode, choices, month_name, month_of, months, previous, shift
from avvik.rules import LEVELS
from kjerne import signal
from kjerne.access import Right
from kjerne.errors import NotFound
from kjerne.i18n import gettext as _
from kjerne.innstilling import settings
from kjerne.katalog import Alvorsgrad, Art, Hovudtype, by_code
from kjerne.models import Eining
from kjerne.work import Work

NEAR_MISS = "nesten"
FEW_MEDIAN, FEW_P90 = 3, 10
STEPS = 6
#: One percent of this is two cases: whole percent of it gives back no small number.
ROUGH = 200


@dataclass(frozen=True)
class Andel:
    """A share: `del_` of `av`, and whole percent. Where a part is hidden, percent is said only of a base of `ROUGH` or more."""

    del_: Tal
    av: Tal
    prosent: int | None


@dataclass(frozen=True)
class Tider:
    """Days from a histogram of whole days; None when there are too few cases to say anything."""

    median: int | None
    p90: int | None


@dataclass(frozen=True)
class Rad:
    """A row of a grid: the code and name of its kind or unit, its cells in the columns' order, and their sum."""

    kode: str
    namn: str
    celler: Sequence[Tal]
    sum: Tal


@dataclass(frozen=True)
class Rutenett:
    """A grid with sums both ways. `grenser` are the values where a darker step begins (quantiles of the cells)."""

    kolonnar: Sequence[tuple[str, str]]
    rader: Sequence[Rad]
    sum: Sequence[Tal]
    alle: Tal
    grenser: Sequence[int]

    def steg(self, cell: Tal) -> int:
        """The step of a cell, 1-6."""
        return 1 + sum(1 for limit in self.grenser if cell.n >= limit)


@dataclass(frozen=True)
class Seriediagram:
    """Cases month by month, whole months only, and what the run rules say. `signal` is None when a month is hidden."""

    punkt: Sequence[tuple[str, int]]
    signal: signal.Signal | None


@dataclass(frozen=True)
class Figurar:
    """All figures of a unit and a period. `fore` is the same whole months a year before; `no` those months of this period."""

    eining: Eining
    periode: Periode
    heilt: bool
    saker: Tal
    hendingar: Tal
    no: Tal
    fore: Tal
    saker_serie: Sequence[int]
    endra: Andel
    endra_fore: Andel
    endra_typar: Sequence[tuple[str, str, Tal]]
    endra_einingar: Sequence[tuple[str, str, Tal]]
    nesten: Andel
    nesten_fore: Andel
    svar: Tider
    lukk: Tider
    lofte: Andel
    alvor: Sequence[tuple[int, str, Tal]]
    opne: Sequence[tuple[str, Tal]]
    opne_alle: Tal
    typar: Rutenett
    einingar: Rutenett
    avvist: Tal
    utanfor: Sequence[tuple[str, str, Tal]]
    serie: Seriediagram


def units_of_numbers(work: Work) -> dict[int, Eining]:
    """The units whose numbers this person sees, in the organisation's order. One query."""
    ids = work.units(Right.AVVIK_TAL)
    return {row.id: row for row in work.db.scalars(select(Eining).where(Eining.id.in_(ids)).order_by(Eining.sti))}


def find_unit(units: Mapping[int, Eining], kode: str) -> Eining:
    """The unit with that code, else the topmost. One outside her numbers is `NotFound`, as one that does not exist."""
    if kode:
        found = next((row for row in units.values() if row.kode == kode), None)
    else:
        found = min(units.values(), key=lambda row: (row.sti.count("/"), row.sti), default=None)
    if found is None:
        raise NotFound
    return found


def reads_all(work: Work, units: Mapping[int, Eining], eining: Eining) -> bool:
    """Whether she reads every unit below; else small numbers are hidden and periods are whole months."""
    reads = work.units(Right.AVVIK_LES) | work.units(Right.AVVIK_BEHANDLE)
    return all(key in reads for key, row in units.items() if row.sti.startswith(eining.sti))


def periods(work: Work, units: Mapping[int, Eining], eining: Eining) -> list[Periode]:
    """The periods on offer for a unit."""
    return choices(work.today, whole=not reads_all(work, units, eining))


def figures(
    work: Work, eining: Eining, periode: Periode, units: Mapping[int, Eining] | None = None, *, beside: bool = True
) -> Figurar:
    """All figures of `eining` (its subtree included) in `periode`, as far as this person may see. Five queries on the sums.

    Without `beside` only the months of the period are read: `serie` and what is told of the year before are empty.
    """
    units = units if units is not None else units_of_numbers(work)
    if eining.id not in units:
        raise NotFound
    db, today = work.db, work.today
    types, arts, levels = by_code(db, Hovudtype, today), by_code(db, Art, today), by_code(db, Alvorsgrad, today)
    running = month_of(work.today)
    if not reads_all(work, units, eining):
        periode = replace(periode, manadar=tuple(month for month in periode.manadar if month < running))
    beside = beside or not periode.manadar
    before = previous([month for month in periode.manadar if month < running]) if beside else ()
    chart = months(shift(running, -RUN), RUN) if beside else ()
    wanted = sorted({*periode.manadar, *before, *chart})
    limit = int(settings(work.db)["gruppegrense"])
    cells = read_cells(work, scope(work, eining, units, limit), Utval(wanted, periode.manadar), arts)
    outside = [code for code, row in arts.items() if not row.tel_som_avvik]
    _hide(cells, wanted, list(types), [code for code in arts if code not in outside], outside)
    now = [month for month in periode.manadar if month < running]
    names = {row.niva: row.label for row in levels.values()}
    return Figurar(
        eining=eining,
        periode=periode,
        heilt=cells.omfang.heilt,
        saker=cells.tal(AVVIK, periode.manadar),
        hendingar=cells.tal(HENDING, periode.manadar),
        no=cells.tal(AVVIK, now),
        fore=cells.tal(AVVIK, before),
        saker_serie=_line(cells, periode.manadar),
        endra=changed(cells, periode.manadar),
        endra_fore=changed(cells, before),
        endra_typar=changed_types(cells, periode.manadar, types),
        endra_einingar=changed_units(cells),
        nesten=near_misses(cells, periode.manadar),
        nesten_fore=near_misses(cells, before),
        svar=days(cells, SVAR),
        lukk=days(cells, LUKK),
        lofte=promise(cells, periode.manadar),
        alvor=[(niva, names.get(niva, ""), cells.tal(AVVIK, periode.manadar, None, ALVOR, str(niva))) for niva in LEVELS],
        opne=open_by_age(cells, running),
        opne_alle=total(tal for _name, tal in open_by_age(cells, running)),
        typar=by_type(cells, periode.manadar, types),
        einingar=by_unit(cells, periode.manadar, types),
        avvist=cells.tal(AVVIST, periode.manadar),
        utanfor=[(code, arts[code].label, cells.tal(code, periode.manadar)) for code in outside],
        serie=run_chart(cells, chart),
    )


def by_month(work: Work, eining: Eining, manadar: Sequence[int], units: Mapping[int, Eining] | None = None) -> list[Tal]:
    """Counted cases of each of some whole months, as `figures` has them: one query where nothing below is hidden from her."""
    units = units if units is not None else units_of_numbers(work)
    if not reads_all(work, units, eining):
        return list(figures(work, eining, Periode("manader", "", tuple(manadar)), units, beside=False).typar.sum)
    counted = {code for code, row in by_code(work.db, Art, work.today).items() if row.tel_som_avvik}
    rows = work.db.execute(
        select(AvvikGrovsum.manad, func.sum(AvvikGrovsum.saker))
        .where(*of_arts([key for key, row in units.items() if row.sti.startswith(eining.sti)], counted, min(manadar), max(manadar)))
        .group_by(AvvikGrovsum.manad)
    )
    found = {month: int(count) for month, count in rows}
    return [Tal(found.get(month, 0)) for month in manadar]


def _hide(cells: Celler, wanted: Sequence[int], types: list[str], arts: list[str], outside: list[str]) -> None:
    if cells.omfang.heilt:
        return
    kinds = {
        (AVVIK, TYPE): types,
        (AVVIK, ALVOR): [str(niva) for niva in LEVELS],
        (AVVIK, ART): arts,
        (ENDRA, TYPE): types,
        (SVAR, TID): [I_TIDE, SEINT],
    }
    cells.hide(kinds, wanted, [AVVIK, ENDRA, SVAR, AVVIST, *outside])
    cells.hide({}, sorted({key[4] for key in cells.andre if key[0] == OPEN}), [OPEN])


def changed(cells: Celler, manadar: Sequence[int]) -> Andel:
    """Cases whose outcome is a changed procedure or a new practice, of all counted cases."""
    return _share(cells, manadar, (ENDRA, "", ""), AVVIK)


def changed_types(cells: Celler, manadar: Sequence[int], types: Mapping[str, Hovudtype]) -> list[tuple[str, str, Tal]]:
    """What the cases that changed something were about: (code, name, count), most first, empty ones left out."""
    found = [(code, row.label, cells.tal(ENDRA, manadar, None, TYPE, code)) for code, row in types.items()]
    return sorted((row for row in found if row[2].n or not row[2].heil), key=lambda row: -row[2].n)


def changed_units(cells: Celler) -> list[tuple[str, str, Tal]]:
    """The same count of the months shown by the unit's parts, in their order, its own cases last (code ""): (code, name, count)."""
    omfang = cells.omfang
    if not omfang.delar:
        return []
    found = [(row.kode, row.namn, cells.part(ENDRA, row.id)) for row in omfang.delar]
    own = cells.part(ENDRA, -omfang.eining.id)
    return [*found, ("", _("%(namn)s, eigne saker", namn=omfang.eining.namn), own)]


def near_misses(cells: Celler, manadar: Sequence[int]) -> Andel:
    """Cases of the nature near miss, of all counted cases."""
    return _share(cells, manadar, (AVVIK, ART, NEAR_MISS), AVVIK)


def promise(cells: Celler, manadar: Sequence[int]) -> Andel:
    """Cases answered within the promise, of all that have an answer."""
    return _share(cells, manadar, (SVAR, TID, I_TIDE), SVAR)


def _share(cells: Celler, manadar: Sequence[int], of: tuple[str, str, str], base: str) -> Andel:
    population, breakdown, kind = of
    part, whole = cells.tal(population, manadar, None, breakdown, kind), cells.tal(base, manadar)
    known = whole.heil and (part.heil or whole.n >= ROUGH)
    said = cells.true_count(population, manadar, breakdown, kind) if known else 0
    return Andel(part, whole, round(100 * said / whole.n) if known and whole.n else None)


def days(cells: Celler, slag: str) -> Tider:
    """Median and nine of ten of the months shown, in whole days; outside what she reads the median, too, needs ten cases."""
    found = sorted((day, count) for (of, day), count in cells.dagar.items() if of == slag)
    count = sum(number for _day, number in found)
    few = FEW_MEDIAN if cells.omfang.heilt else FEW_P90
    return Tider(_quantile(found, count, 0.5) if count >= few else None, _quantile(found, count, 0.9) if count >= FEW_P90 else None)


def _quantile(found: Sequence[tuple[int, int]], count: int, share: float) -> int:
    """The fewest days within which at least that share of the cases lies."""
    need, seen = ceil(count * share), 0
    for day, number in found:
        seen += number
        if seen >= need:
            return day
    return 0


def open_by_age(cells: Celler, running: int) -> list[tuple[str, Tal]]:
    """Open counted cases by the month they were filed, whatever the period; outside what she reads without the running month."""
    all_months = sorted({key[4] for held in (cells.lesne, cells.andre) for key in held if key[0] == OPEN})
    steps = [
        (_("Melde denne månaden"), 0, 0),
        (_("1–3 månader sidan"), 1, 3),
        (_("4–12 månader sidan"), 4, YEAR),
        (_("Over eitt år sidan"), YEAR + 1, 0),
    ]
    if not cells.omfang.heilt:
        steps.pop(0)
    found = []
    for name, newest, oldest in steps:
        first = shift(running, -oldest) if oldest or not newest else 0
        within = [month for month in all_months if first <= month <= shift(running, -newest)]
        found.append((name, cells.tal(OPEN, within)))
    return found


def by_type(cells: Celler, manadar: Sequence[int], types: Mapping[str, Hovudtype]) -> Rutenett:
    """Main type by month: types in the catalogue's order."""
    rows = [
        grid_row(code, row.label, [cells.tal(AVVIK, [month], None, TYPE, code) for month in manadar])
        for code, row in _ordered(types)
    ]
    names = [(str(month), month_name(month)) for month in manadar]
    return grid(names, rows, [cells.tal(AVVIK, [month]) for month in manadar])


def by_unit(cells: Celler, manadar: Sequence[int], types: Mapping[str, Hovudtype]) -> Rutenett:
    """The unit's parts by main type, in the organisation's order, never ranked; its own cases last. Empty without parts."""
    omfang = cells.omfang
    nodes = [(row.id, row.kode, row.namn) for row in omfang.delar]
    if nodes:
        nodes.append((-omfang.eining.id, "", _("%(namn)s, eigne saker", namn=omfang.eining.namn)))
    ordered = _ordered(types)
    rows = [
        Rad(kode, namn, [cells.part(AVVIK, node, TYPE, code) for code, _row_ in ordered], cells.part(AVVIK, node))
        for node, kode, namn in nodes
    ]
    rows = [row for row in rows if row.kode or row.sum.n or not row.sum.heil]
    sums = [cells.tal(AVVIK, manadar, None, TYPE, code) for code, _row_ in ordered]
    return grid([(code, row.text("kort") or row.label) for code, row in ordered], rows, sums, cells.tal(AVVIK, manadar))


def _ordered(types: Mapping[str, Hovudtype]) -> list[tuple[str, Hovudtype]]:
    return sorted(types.items(), key=lambda pair: (pair[1].rekkje, pair[0]))


def grid_row(kode: str, namn: str, cells: Sequence[Tal]) -> Rad:
    """A row of a grid with its sum."""
    return Rad(kode, namn, cells, total(cells))


def grid(columns: Sequence[tuple[str, str]], rows: Sequence[Rad], sums: Sequence[Tal], whole: Tal | None = None) -> Rutenett:
    """A grid with its sums and the values where a darker step begins."""
    values = sorted(cell.n for row in rows for cell in row.celler if cell.heil and cell.n)
    limits = sorted({values[len(values) * step // STEPS] for step in range(1, STEPS)}) if values else []
    return Rutenett(columns, rows, sums, whole if whole is not None else total(sums), limits)


def _line(cells: Celler, manadar: Sequence[int]) -> list[int]:
    found = [cells.tal(AVVIK, [month]) for month in manadar]
    return [tal.n for tal in found] if all(tal.heil for tal in found) else []


def run_chart(cells: Celler, manadar: Sequence[int]) -> Seriediagram:
    """The last whole months from the first with a case on; the running month would look like a fall."""
    found = [(month, cells.tal(AVVIK, [month])) for month in manadar]
    while found and found[0][1] == Tal():
        found.pop(0)
    if not all(tal.heil for _month, tal in found):
        return Seriediagram([], None)
    return Seriediagram([(month_name(month), tal.n) for month, tal in found], signal.read([tal.n for _month, tal in found]))


__all__ = ["Andel", "Figurar", "Rutenett", "Tal", "Tider", "by_month", "figures", "find_unit", "periods", "units_of_numbers"]
