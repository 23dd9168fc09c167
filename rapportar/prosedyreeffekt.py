"""Did a changed procedure help? Deviations of its categories and units, before and after; and how the library stands.

A procedure's categories are those of the cases tied to it, cases of a closed group left out. Its units are the owning
unit's subtree, as far as the reader sees numbers there. Definitions: docs/tal.md.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import ceil
from statistics import median

from sqlalchemy import and_, func, or_, select

from avvik.models import Avvik, AvvikProsedyre, AvvikSum
from avvik.queries.tal_periode import RUN, month_name, month_of, months, shift
from kjerne import signal
from kjerne.access import Right
from kjerne.clock import oslo_date
from kjerne.innstilling import settings
from kjerne.katalog import Art, Underkategori, by_code
from kjerne.models import Eining
from kjerne.work import Work
from prosedyrar.models import Prosedyre, ProsedyreVersjon, Revisjonsonske
from prosedyrar.queries.lesing import due, readers
from prosedyrar.rules import OPEN, Onske, Tilstand, is_overdue

MOST = 40
FEWEST_MONTHS = 3
FEWEST_CASES = 12
READ_SHARE = 0.8
AGES = (30, 90)


@dataclass(frozen=True)
class Bolk:
    """The months on one side of a day: how many, and how many cases; `n` is None when it is too small to show."""

    manadar: int
    n: int | None

    @property
    def snitt(self) -> float | None:
        """Cases a month; None when hidden or without months."""
        return self.n / self.manadar if self.n is not None and self.manadar else None


@dataclass(frozen=True)
class Effekt:
    """One changed procedure. `punkt` is empty when single months must not be shown; `nok`: enough to compare."""

    prosedyre_id: int
    tittel: str
    nummer: str
    fra_nummer: str
    gyldig_fra: date
    kategoriar: Sequence[str]
    punkt: Sequence[tuple[str, int]]
    plass: int
    fore: Bolk
    etter: Bolk
    nok: bool
    signal: signal.Signal | None


@dataclass(frozen=True)
class Lesen:
    """When so many had read it: the day, and the months before and after; None while they have not."""

    kravde: int
    lesne: int
    dag: date | None
    fore: Bolk | None
    etter: Bolk | None


@dataclass(frozen=True)
class Stand:
    """How the library of a unit stands: documents by state, those within their revision date, requests that wait."""

    gyldige: int
    innan_frist: int
    pa_veg: int
    utgatte: int
    onske: Sequence[int]
    onske_median: int | None

    @property
    def prosent(self) -> int | None:
        """Whole percent of the valid ones that are within their revision date."""
        return round(100 * self.innan_frist / self.gyldige) if self.gyldige else None


def below(units: Mapping[int, Eining], top: Eining) -> dict[int, Eining]:
    """The units under one, itself included."""
    return {key: row for key, row in units.items() if row.sti.startswith(top.sti)}


@dataclass(frozen=True)
class _Endra:
    prosedyre_id: int
    tittel: str
    sti: str
    nummer: str
    fra_nummer: str
    gyldig_fra: date


def _changed(work: Work, top: Eining, first: date) -> list[_Endra]:
    """Procedures whose version in force took the place of another, in the window; of the unit, above it or below it."""
    before, above = ProsedyreVersjon, [int(part) for part in top.sti.split("/") if part]
    took_over = and_(ProsedyreVersjon.tilstand == Tilstand.GYLDIG, ProsedyreVersjon.forrige_id.is_not(None))
    now = select(ProsedyreVersjon).where(took_over).subquery()
    rows = work.db.execute(
        select(Prosedyre.id, Prosedyre.tittel, Eining.sti, now.c.major, now.c.minor, before.major, before.minor, now.c.gyldig_fra)
        .join(now, now.c.prosedyre_id == Prosedyre.id)
        .join(before, before.id == now.c.forrige_id)
        .join(Eining, Eining.id == Prosedyre.eining_id)
        .where(now.c.gyldig_fra >= first, or_(Eining.sti.startswith(top.sti), Eining.id.in_(above)))
        .order_by(now.c.gyldig_fra.desc(), Prosedyre.id)
        .limit(MOST)
    )
    return [_Endra(id_, tittel, sti, f"{a}.{b}", f"{c}.{d}", day) for id_, tittel, sti, a, b, c, d, day in rows]


def _categories(work: Work, ids: Sequence[int]) -> dict[int, set[str]]:
    rows = work.db.execute(
        select(AvvikProsedyre.prosedyre_id, Avvik.underkategori)
        .join(Avvik, Avvik.id == AvvikProsedyre.avvik_id)
        .where(AvvikProsedyre.prosedyre_id.in_(ids), Avvik.sensitiv_gruppe == "", Avvik.er_varsel.is_(False))
        .distinct()
    )
    found: dict[int, set[str]] = defaultdict(set)
    for id_, code in rows:
        found[id_].add(code)
    return found


def _counts(work: Work, codes: set[str], units: Sequence[int], window: Sequence[int]) -> Counter[tuple[str, int, int]]:
    """(category, unit, month) → cases that count, from the kept sums. One query."""
    counted = [code for code, row in by_code(work.db, Art, work.today).items() if row.tel_som_avvik]
    key = (AvvikSum.underkategori, AvvikSum.eining_id, AvvikSum.manad)
    rows = work.db.execute(
        select(*key, func.sum(AvvikSum.saker))
        .where(
            AvvikSum.underkategori.in_(codes),
            AvvikSum.eining_id.in_(units),
            AvvikSum.manad.between(window[0], window[-1]),
            AvvikSum.stand != "avvist",
            AvvikSum.art.in_(counted),
        )
        .group_by(*key)
    )
    return Counter({(code, unit, month): int(n) for code, unit, month, n in rows})


@dataclass(frozen=True)
class Grunnlag:
    """What the reader sees numbers of: the window's months, her units under the chosen one, those she reads, and the limit."""

    window: Sequence[int]
    units: Mapping[int, Eining]
    reads: frozenset[int]
    limit: int


def basis(work: Work, top: Eining, units: Mapping[int, Eining]) -> Grunnlag:
    """The last 24 whole months, and the units."""
    reads = work.units(Right.AVVIK_LES) | work.units(Right.AVVIK_BEHANDLE)
    window = months(shift(month_of(work.today), -RUN), RUN)
    return Grunnlag(window, below(units, top), reads, int(settings(work.db)["gruppegrense"]))


def effects(work: Work, top: Eining, ground: Grunnlag) -> list[Effekt]:
    """The changed procedures of a unit, the newest first, with what followed. Four queries, however many."""
    first = date(ground.window[0] // 100, ground.window[0] % 100, 1)
    found = _changed(work, top, first)
    codes = _categories(work, [one.prosedyre_id for one in found])
    counts = _counts(work, set().union(*codes.values()) if codes else set(), list(ground.units), ground.window)
    names = {code: row.label for code, row in by_code(work.db, Underkategori, work.today).items()}
    return [_effect(one, codes.get(one.prosedyre_id, set()), counts, ground, names) for one in found]


def _series(one_sti: str, codes: set[str], counts: Counter[tuple[str, int, int]], ground: Grunnlag) -> tuple[list[int], bool]:
    """Cases by month in the procedure's units, and whether she reads all of those units."""
    inside = [key for key, row in ground.units.items() if row.sti.startswith(one_sti)]
    values = [sum(counts[code, unit, month] for code in codes for unit in inside) for month in ground.window]
    return values, all(key in ground.reads for key in inside)


def _effect(
    one: _Endra, codes: set[str], counts: Counter[tuple[str, int, int]], ground: Grunnlag, names: Mapping[str, str]
) -> Effekt:
    values, whole = _series(one.sti, codes, counts, ground)
    place = ground.window.index(month_of(one.gyldig_fra)) if month_of(one.gyldig_fra) in ground.window else len(ground.window)
    fore, etter = split(values, place, ground.limit, whole=whole)
    enough = min(fore.manadar, etter.manadar) >= FEWEST_MONTHS and sum(values) >= FEWEST_CASES
    points = list(zip(map(month_name, ground.window), values, strict=True)) if whole and codes else []
    return Effekt(
        one.prosedyre_id,
        one.tittel,
        one.nummer,
        one.fra_nummer,
        one.gyldig_fra,
        sorted(names.get(code, code) for code in codes),
        points,
        place,
        fore,
        etter,
        enough and fore.n is not None and etter.n is not None,
        signal.read(values) if points else None,
    )


def split(values: Sequence[int], place: int, limit: int, *, whole: bool) -> tuple[Bolk, Bolk]:
    """The months before and after one, which itself is left out. Outside what she reads, sums under the limit are hidden."""

    def part(chosen: Sequence[int]) -> Bolk:
        count = sum(chosen)
        return Bolk(len(chosen), count if whole or count == 0 or count >= limit else None)

    return part(values[:place]), part(values[place + 1 :])


def reading(work: Work, effekt: Effekt, ground: Grunnlag) -> Lesen:
    """When 80 % of those who must read the major version had signed it, and the months on each side. One query."""
    people = readers(work.today).where(Prosedyre.id == effekt.prosedyre_id)
    signed: dict[int, datetime | None] = {row.person_id: row.lese for row in work.db.execute(people)}
    times = sorted(moment for moment in signed.values() if moment is not None)
    need = ceil(READ_SHARE * len(signed))
    if not signed or len(times) < need:
        return Lesen(len(signed), len(times), None, None, None)
    day = oslo_date(times[need - 1])
    values = [n for _name, n in effekt.punkt]
    if not values or month_of(day) not in ground.window:
        return Lesen(len(signed), len(times), day, None, None)
    fore, etter = split(values, ground.window.index(month_of(day)), ground.limit, whole=True)
    return Lesen(len(signed), len(times), day, fore, etter)


def standing(work: Work, units: Mapping[int, Eining]) -> Stand:
    """Documents the units own by state, and requests from there that wait, by age. Two queries."""
    ids = list(units)
    rows = work.db.execute(
        select(Prosedyre.id, Prosedyre.revisjonsfrist, ProsedyreVersjon.tilstand)
        .join(ProsedyreVersjon, ProsedyreVersjon.prosedyre_id == Prosedyre.id)
        .where(Prosedyre.eining_id.in_(ids))
    ).all()
    valid = {id_: frist for id_, frist, tilstand in rows if tilstand == Tilstand.GYLDIG}
    on_the_way = {id_ for id_, _frist, tilstand in rows if tilstand in OPEN}
    ended = {id_ for id_, _frist, tilstand in rows if tilstand == Tilstand.UTGAATT} - set(valid) - on_the_way
    asked = work.db.scalars(
        select(Revisjonsonske.laga).where(Revisjonsonske.eining_id.in_(ids), Revisjonsonske.tilstand.in_((Onske.OPEN, Onske.TEKEN)))
    )
    ages = [(work.today - oslo_date(moment)).days for moment in asked]
    young, middle = (sum(1 for age in ages if age <= limit) for limit in AGES)
    return Stand(
        gyldige=len(valid),
        innan_frist=sum(1 for frist in valid.values() if not is_overdue(frist, work.today)),
        pa_veg=len(on_the_way),
        utgatte=len(ended),
        onske=(young, middle - young, len(ages) - middle),
        onske_median=round(median(ages)) if ages else None,
    )


@dataclass(frozen=True)
class Lesedel:
    """Readings of a unit that were due or done: how many in time; None when too few to show."""

    eining: str
    rekna: int
    i_tide: int | None

    @property
    def prosent(self) -> int | None:
        """Whole percent read in time."""
        return round(100 * self.i_tide / self.rekna) if self.i_tide is not None and self.rekna else None


def read_in_time(work: Work, units: Mapping[int, Eining], limit: int) -> list[Lesedel]:
    """By unit: of the readings that are due or done, those done by their deadline. Small units are hidden. One query."""
    query = readers(work.today).where(Eining.id.in_(list(units)))
    seen: dict[tuple[int, int], tuple[int, bool, bool]] = {}
    for row in work.db.execute(query):
        day = due(row.gyldig_fra, row.tilsett_fra, row.fra, row.frist_dagar)
        done = row.lese is not None and oslo_date(row.lese) <= day
        counts = row.lese is not None or day < work.today
        known = seen.get((row.person_id, row.prosedyre_id))
        if known is None or (done and not known[2]):
            seen[row.person_id, row.prosedyre_id] = (row.eining_id, counts, done)
    whole: Counter[int] = Counter(unit for unit, counts, _done in seen.values() if counts)
    done_of: Counter[int] = Counter(unit for unit, counts, done in seen.values() if counts and done)
    return [
        Lesedel(row.namn, whole[key] if whole[key] >= limit else 0, done_of[key] if whole[key] >= limit else None)
        for key, row in units.items()
        if whole[key]
    ]
