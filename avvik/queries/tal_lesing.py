"""The kept sums read into cells: the coarse ones, so that it costs the same at ten thousand and at a million cases."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, literal, select, union_all
from sqlalchemy.orm import InstrumentedAttribute

from avvik.models import AvvikGrovsum, AvvikTid
from avvik.queries.tal_celler import ALVOR, ART, AVVIK, AVVIST, ENDRA, HENDING, OPEN, PERIODE, SVAR, TID, TYPE, Celler, Omfang
from avvik.queries.tal_periode import month_of
from avvik.rules import LEVELS
from avvik.sums.celler import DAGAR
from kjerne import asked
from kjerne.asked import Statement
from kjerne.katalog import Art, by_code
from kjerne.work import Work

LUKK = "lukk"
_LEVELS = tuple(str(niva) for niva in LEVELS)
_ALL = tuple(
    getattr(AvvikGrovsum, name) for name in ("saker", "hendingar", "endra", "avvist", *(f"alvor{niva}" for niva in LEVELS))
)
_OF_TYPE = AvvikGrovsum.saker, AvvikGrovsum.endra
_OF_ANSWERS = (AvvikGrovsum.saker,)
#: Which numbers a kind of row holds.
_COUNTS = {"art": _ALL, "type": _OF_TYPE, "svar": _OF_ANSWERS}


@dataclass(frozen=True)
class Utval:
    """What is read: the `wanted` months; the parts and the days of those `shown` alone.

    Where something is hidden, the parts are needed for all months: a hidden cell must not be told from its neighbours.
    """

    wanted: Sequence[int]
    shown: Sequence[int]


def read_cells(work: Work, omfang: Omfang, utval: Utval, arts: Mapping[str, Art] | None = None) -> Celler:
    """Read the cells of the wanted months: five queries on the kept sums at most, whatever the number of cases."""
    cells = Celler(omfang, utval.shown)
    arts = arts or by_code(work.db, Art, work.today)
    counted = frozenset(code for code, row in arts.items() if row.tel_som_avvik)
    if omfang.heilt:
        _read_whole(work, cells, utval, counted)
    else:
        _read_parts(work, cells, utval, counted)
    _read_open(work, cells, counted)
    _read_days(work, cells)
    return cells


def within(units: Collection[int], slag: str, first: int, last: int) -> list[ColumnElement[bool]]:
    """The coarse sums of some units, of a kind, from one month to another."""
    return [AvvikGrovsum.eining_id.in_(units), AvvikGrovsum.slag == slag, AvvikGrovsum.manad.between(first, last)]


def of_arts(units: Collection[int], counted: Collection[str], first: int, last: int) -> list[ColumnElement[bool]]:
    """Those of the arts that count: their `saker` add up to "tal avvik"."""
    return [*within(units, "art", first, last), AvvikGrovsum.kode.in_(sorted(counted))]


Span = tuple[int, int]


def _grouped(place: InstrumentedAttribute[int], units: Collection[int], spans: Mapping[str, Span]) -> Statement:
    """Each kind of row added up by itself, by place and code: to sort by two columns is half the work of three."""

    def of_kind(slag: str, span: Span) -> Select[*tuple[Any, ...]]:
        numbers = [(func.sum(column) if column in _COUNTS[slag] else literal(0)).label(column.name) for column in _ALL]
        found = select(literal(slag).label("slag"), place.label("stad"), AvvikGrovsum.kode.label("kode"), *numbers)
        return found.where(*within(units, slag, *span)).group_by(place, AvvikGrovsum.kode)

    return select(union_all(*(of_kind(slag, span) for slag, span in spans.items())).subquery())


def _by_month(_work: Work, units: frozenset[int], wanted: Span, shown: Span) -> Statement:
    return _grouped(AvvikGrovsum.manad, units, {"art": wanted, "type": shown, "svar": shown})


def _by_unit(_work: Work, units: frozenset[int], shown: Span) -> Statement:
    where = within(units, "type", *shown)
    group = AvvikGrovsum.eining_id, AvvikGrovsum.kode
    return select(*group, func.sum(AvvikGrovsum.saker), func.sum(AvvikGrovsum.endra)).where(*where).group_by(*group)


def _read_whole(work: Work, cells: Celler, utval: Utval, counted: frozenset[str]) -> None:
    """Where nothing is hidden: the unit with all below it by month, then each unit below over the months shown.

    The databases add up faster than we do, and give back few rows. Types and the promise are of the months shown.
    """
    units, node, into = frozenset(cells.omfang.lesne), cells.omfang.eining.id, cells.lesne
    wanted = min(utval.wanted), max(utval.wanted)
    shown = (min(utval.shown), max(utval.shown)) if utval.shown else (0, 0)
    for slag, month, kode, *counts in asked.rows(work, _by_month, units, wanted, shown):
        for said, count in _said(slag, kode, counts, counted):
            into[*said, node, month] += count
    if not (cells.omfang.delar and utval.shown):
        return
    for unit, kode, saker, endra in asked.rows(work, _by_unit, units, shown):
        part = cells.places(unit)[1][-1]
        for population, count in ((AVVIK, saker), (ENDRA, endra)):
            into[population, "", "", part, PERIODE] += count
            into[population, TYPE, kode, part, PERIODE] += count


def _rows(_work: Work, units: frozenset[int], first: int, last: int) -> Statement:
    place = AvvikGrovsum.slag, AvvikGrovsum.eining_id, AvvikGrovsum.manad, AvvikGrovsum.kode
    where = AvvikGrovsum.eining_id.in_(units), AvvikGrovsum.slag.in_(_COUNTS), AvvikGrovsum.manad.between(first, last)
    return select(*place, *_ALL).where(*where)


def _read_parts(work: Work, cells: Celler, utval: Utval, counted: frozenset[str]) -> None:
    """Where something is hidden: every unit by month."""
    units = frozenset(cells.omfang.lesne) | frozenset(cells.omfang.andre)
    for slag, unit, month, kode, *counts in asked.rows(work, _rows, units, min(utval.wanted), max(utval.wanted)):
        into, nodes = cells.places(unit)
        for said, count in _said(slag, kode, counts, counted):
            for node in nodes:
                into[*said, node, month] += count


def _said(slag: str, kode: str, counts: Sequence[int], counted: frozenset[str]) -> list[tuple[tuple[str, str, str], int]]:
    """What a row of the coarse sums says: population, breakdown and kind, and how many."""
    saker, hendingar, endra, avvist, *levels = counts
    if slag == "type":
        found = [((AVVIK, TYPE, kode), saker), ((ENDRA, TYPE, kode), endra)]
    elif slag == "svar":
        found = [((SVAR, "", ""), saker), ((SVAR, TID, kode), saker)]
    elif kode in counted:
        found = [((AVVIK, "", ""), saker), ((HENDING, "", ""), hendingar), ((ENDRA, "", ""), endra), ((AVVIK, ART, kode), saker)]
        found += [((AVVIK, ALVOR, niva), count) for niva, count in zip(_LEVELS, levels, strict=True)]
    else:
        found = [((kode, "", ""), saker)]
    if avvist:
        found.append(((AVVIST, "", ""), avvist))
    return [one for one in found if one[1]]


def _open(_work: Work, units: frozenset[int], counted: frozenset[str], of_units: bool) -> Statement:  # noqa: FBT001 - kept under
    group = [AvvikGrovsum.manad, AvvikGrovsum.eining_id] if of_units else [AvvikGrovsum.manad]
    where = AvvikGrovsum.eining_id.in_(units), AvvikGrovsum.slag == "art", AvvikGrovsum.kode.in_(sorted(counted))
    return select(*group, func.sum(AvvikGrovsum.opne)).where(*where, AvvikGrovsum.opne != 0).group_by(*group)


def _read_open(work: Work, cells: Celler, counted: frozenset[str]) -> None:
    """Open cases by month, whatever the period: of the unit alone where nothing is hidden."""
    units = frozenset(cells.omfang.lesne) | frozenset(cells.omfang.andre)
    for month, *unit, saker in asked.rows(work, _open, units, counted, not cells.omfang.heilt):
        into, nodes = cells.places(unit[0]) if unit else (cells.lesne, [cells.omfang.eining.id])
        for node in nodes:
            into[OPEN, "", "", node, month] += saker


def _days(_work: Work, units: frozenset[int], months: tuple[int, ...], less: tuple[int, ...]) -> Statement:
    number = case((AvvikTid.manad.in_(less), -AvvikTid.saker), else_=AvvikTid.saker) if less else AvvikTid.saker
    where = AvvikTid.eining_id.in_(units), AvvikTid.manad.in_([*months, *less])
    return _by_day(AvvikTid.slag, AvvikTid.dagar, number, where)


def _days_of_years(_work: Work, units: frozenset[int], years: tuple[int, ...]) -> Statement:
    where = AvvikGrovsum.eining_id.in_(units), AvvikGrovsum.manad.in_(years)
    return _by_day(AvvikGrovsum.slag, AvvikGrovsum.kode, AvvikGrovsum.saker, where)


def _by_day(
    slag: InstrumentedAttribute[str],
    day: InstrumentedAttribute[Any],
    number: ColumnElement[int] | InstrumentedAttribute[int],
    where: Sequence[ColumnElement[bool]],
) -> Statement:
    parts = [
        select(literal(one).label("slag"), day.label("dagar"), func.sum(number).label("saker"))
        .where(*where, slag == (one if slag.class_ is AvvikTid else one + DAGAR))
        .group_by(day)
        for one in (SVAR, LUKK)
    ]
    return select(union_all(*parts).subquery())


def _read_days(work: Work, cells: Celler) -> None:
    """How many cases took how many days in the unit and below, over the months shown.

    Where most of a year is shown, the kept days of the whole year less the months that are not shown: fewer rows.
    """
    line, rows_of = cells.omfang.eining.sti, {**cells.omfang.andre, **cells.omfang.lesne}
    below = frozenset(unit for unit, row in rows_of.items() if row.sti.startswith(line))
    years, months, less = parted(cells.shown, month_of(work.today))
    found = asked.rows(work, _days, below, months, less) if months or less else []
    found += asked.rows(work, _days_of_years, below, years) if years else []
    for slag, dagar, saker in found:
        cells.dagar[slag, int(dagar)] += saker


def parted(shown: Sequence[int], running: int) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    """Months as whole years (written year × 100), months to add and months to take off, as few of these as can be.

    Months after the running one hold nothing: to take them off costs nothing.
    """
    years: list[int] = []
    months: list[int] = []
    less: list[int] = []
    for year in sorted({month // 100 for month in shown}):
        mine = [month for month in shown if month // 100 == year]
        rest = [month for month in range(year * 100 + 1, year * 100 + 13) if month not in mine]
        if sum(month <= running for month in rest) < len(mine):
            years.append(year * 100)
            less += rest
        else:
            months += mine
    return tuple(years), tuple(months), tuple(less)
