"""ROS held against what happened: assumed likelihood against the frequency in the deviations, and kinds no row covers."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import case, func, select

from avvik.models import AvvikGrovsum, AvvikSum
from avvik.queries.tal_periode import month_of, shift
from kjerne.access import Right
from kjerne.katalog import Art, Underkategori, by_code
from kjerne.models import Eining
from kjerne.work import Work
from rapportar.rate import FEWEST, Dom, interval, judge
from ros.models import RosAnalyse, RosEining, RosRad
from ros.queries.access import newest, visible
from ros.queries.sett import Skala, read_sett
from ros.rules import IN_USE

YEAR, MOST_YEARS, MOST_ROWS = 12, 5, 500
ORDER = (Dom.OFTARE, Dom.SJELDNARE, Dom.STEMMER, Dom.FOR_FA, Dom.SKJULT)


@dataclass(frozen=True)
class Linje:
    """A row of an analysis held against its count. `ar` is how many years were counted; rates are times a year."""

    analyse: RosAnalyse
    rad: RosRad
    eining: str
    kategori: str
    niva: str
    dom: Dom
    tal: int = 0
    ar: float = 0
    rate: float = 0
    fra: float = 0
    til: float = 0


@dataclass(frozen=True)
class Flekk:
    """A blind spot: a kind of deviation that happened in the last year and that no row covers in these units."""

    kategori: str
    tal: int
    einingar: list[str]


@dataclass(frozen=True)
class Samanlikning:
    """The whole report; `fleire`: there are more rows than are shown."""

    linjer: list[Linje]
    flekkar: list[Flekk]
    fleire: bool

    def count(self, dom: Dom) -> int:
        """How many rows were judged so."""
        return sum(line.dom is dom for line in self.linjer)


@dataclass(frozen=True)
class Tal:
    """Events by unit and kind in each of the last years, newest first, and how many years there are numbers for."""

    celler: Mapping[tuple[int, str], list[int]]
    ar: int
    manadar: int

    def total(self, units: frozenset[int], kind: str, years: int) -> int:
        """Events of a kind in some units over so many years."""
        return sum(sum(self.celler[unit, kind][:years]) for unit in units if (unit, kind) in self.celler)


def full_units(work: Work) -> frozenset[int]:
    """Units whose cases she reads: there she sees numbers in full (docs/tal.md). Elsewhere nothing is counted for her."""
    return work.units(Right.AVVIK_LES) | work.units(Right.AVVIK_BEHANDLE)


def _counts(work: Work) -> Tal:
    """Counted events (not rejected) in whole months, five years back, in one question."""
    last = shift(month_of(work.today), -1)
    first = work.db.scalar(select(func.min(AvvikGrovsum.manad)))
    known = 0
    while first is not None and known < YEAR * MOST_YEARS and shift(last, -known) >= first:
        known += 1
    starts = [shift(last, 1 - YEAR * (year + 1)) for year in range(MOST_YEARS)]
    bucket = case(*[(AvvikSum.manad >= start, year) for year, start in enumerate(starts)])
    arts = [kode for kode, row in by_code(work.db, Art, work.today).items() if row.tel_som_avvik]
    rows = work.db.execute(
        select(AvvikSum.eining_id, AvvikSum.underkategori, bucket.label("ar"), func.sum(AvvikSum.hendingar))
        .where(
            AvvikSum.eining_id.in_(full_units(work)),
            AvvikSum.manad.between(starts[-1], last),
            AvvikSum.art.in_(arts),
            AvvikSum.stand != "avvist",
        )
        .group_by(AvvikSum.eining_id, AvvikSum.underkategori, "ar")
    )
    cells: dict[tuple[int, str], list[int]] = defaultdict(lambda: [0] * MOST_YEARS)
    for unit, kind, year, count in rows:
        cells[unit, kind][year] += int(count or 0)
    return Tal(dict(cells), max(known // YEAR, 1), known)


def _covered(work: Work) -> tuple[dict[int, frozenset[int]], dict[int, str]]:
    """Each unit with all above it (itself too), and the units' names."""
    rows = work.db.execute(select(Eining.id, Eining.sti, Eining.namn)).all()
    return {id_: frozenset(int(part) for part in sti.split("/") if part) for id_, sti, _n in rows}, {row[0]: row[2] for row in rows}


def compare(work: Work, *, analyse_id: int | None = None, eining_id: int | None = None) -> Samanlikning:
    """The report as this person may see it. A fixed number of questions, however many rows."""
    tal, (above, names) = _counts(work), _covered(work)
    query = (
        select(RosAnalyse, RosRad)
        .join(RosRad, RosRad.analyse_id == RosAnalyse.id)
        .where(
            visible(work),
            RosAnalyse.status.in_(IN_USE),
            RosRad.fjerna.is_(False),
            RosRad.kategori != "",
            RosRad.sannsyn.is_not(None),
        )
        .order_by(RosAnalyse.id.desc(), RosRad.nr)
        .limit(MOST_ROWS + 1)
    )
    # An analysis beside its own revision would say each row twice; asked for by itself it is shown.
    query = query.where(newest(work) if analyse_id is None else RosAnalyse.id == analyse_id)
    if eining_id is not None:
        query = query.where(RosAnalyse.id.in_(select(RosEining.analyse_id).where(RosEining.eining_id == eining_id)))
    rows = work.db.execute(query).all()
    units = _units_of(work, {analyse.id for analyse, _rad in rows})
    skalaer = {sett: read_sett(work.db, sett) for sett in {analyse.sett_id for analyse, _rad in rows}}
    kinds = {kode: row.label for kode, row in by_code(work.db, Underkategori, work.today).items()}
    full = full_units(work)
    lines = []
    for analyse, rad in rows[:MOST_ROWS]:
        covers = frozenset(unit for unit, line in above.items() if line & units[analyse.id])
        named = (analyse, rad, names[analyse.eining_id], kinds.get(rad.kategori, rad.kategori))
        lines.append(_line(named, skalaer[analyse.sett_id], tal, covers, readable=covers <= full))
    lines.sort(key=lambda line: (ORDER.index(line.dom), -line.analyse.id, line.rad.nr))
    spots = _blind_spots(work, tal, above, names, kinds, eining_id) if analyse_id is None else []
    return Samanlikning(lines, spots, len(rows) > MOST_ROWS)


def _units_of(work: Work, ids: set[int]) -> dict[int, frozenset[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for analyse_id, unit in work.db.execute(select(RosEining.analyse_id, RosEining.eining_id).where(RosEining.analyse_id.in_(ids))):
        found[analyse_id].add(unit)
    return {key: frozenset(value) for key, value in found.items()}


def _line(named: tuple[RosAnalyse, RosRad, str, str], skala: Skala, tal: Tal, covers: frozenset[int], *, readable: bool) -> Linje:
    """One row judged: a year is counted, more years when the event is rare."""
    rad = named[1]
    level = skala.niva["sannsyn", rad.sannsyn or 1]
    words = f"{rad.sannsyn} {level.definisjon or level.label}"
    if not readable:
        return Linje(*named, words, Dom.SKJULT)
    if tal.manadar == 0:
        return Linje(*named, words, Dom.FOR_FA)
    years = next((n for n in range(1, tal.ar + 1) if tal.total(covers, rad.kategori, n) >= FEWEST), tal.ar)
    count = tal.total(covers, rad.kategori, years)
    length = min(years, tal.manadar / YEAR)
    low, high = interval(count, length)
    dom = judge(count, length, skala.bounds(rad.sannsyn or 1))
    return Linje(*named, words, dom, count, length, count / length, low, high)


def _blind_spots(  # noqa: PLR0917 - the numbers and the words for them
    work: Work,
    tal: Tal,
    above: Mapping[int, frozenset[int]],
    names: Mapping[int, str],
    kinds: Mapping[str, str],
    eining_id: int | None,
) -> list[Flekk]:
    """Kinds with events in the last year in units that no live row of that kind covers. All analyses count, also unread ones."""
    rows = work.db.execute(
        select(RosEining.eining_id, RosRad.kategori)
        .join(RosAnalyse, RosAnalyse.id == RosEining.analyse_id)
        .join(RosRad, RosRad.analyse_id == RosAnalyse.id)
        .where(RosAnalyse.status.in_(IN_USE), RosRad.fjerna.is_(False), RosRad.kategori != "")
        .distinct()
    )
    covering = {(unit, kind) for unit, kind in rows}
    found: dict[str, dict[int, int]] = defaultdict(dict)
    for (unit, kind), years in tal.celler.items():
        inside = eining_id is None or eining_id in above.get(unit, frozenset())
        if years[0] and inside and not any((higher, kind) in covering for higher in above.get(unit, frozenset())):
            found[kind][unit] = years[0]
    spots = [
        Flekk(
            kinds.get(kind, kind),
            sum(by_unit.values()),
            [names[unit] for unit in sorted(by_unit, key=by_unit.__getitem__, reverse=True)],
        )
        for kind, by_unit in found.items()
    ]
    return sorted(spots, key=lambda spot: (-spot.tal, spot.kategori))
