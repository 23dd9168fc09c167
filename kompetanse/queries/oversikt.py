"""The gap map as a reader may see it: shares for all, counts and names only where she may see persons by name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from kjerne.access import Right
from kjerne.clock import add_months
from kjerne.innstilling import settings
from kjerne.models import Person, PersonEining
from kjerne.work import Work
from kompetanse import rules
from kompetanse.models import Kompetanse, Kompetansebevis
from kompetanse.queries import kart, lagra, opplaering, personar
from kompetanse.queries.kart import Rute, Snitt, Unit
from kompetanse.rules import Status

MOST_SINGLE = 12
MOST_TEACHERS = 3


@dataclass(frozen=True, slots=True)
class Celle:
    """A cell as it is drawn. `behov` and `har` are None when their counts are hidden; `ned`: points down from today."""

    prosent: int
    band: str
    behov: int | None
    har: int | None
    ned: int
    eineste: bool
    avvik: int


@dataclass(frozen=True)
class Rad:
    """A unit with its cells, in the columns' order; None: nothing is needed."""

    unit: Unit
    celler: Sequence[Celle | None]


@dataclass(frozen=True)
class Eineste:
    """Only one person in a unit can it: who, until when, and who could teach another."""

    unit: Unit
    kompetanse: Kompetanse
    namn: str
    til: date | None
    laerarar: Sequence[str]


@dataclass(frozen=True)
class Bilete:
    """The whole map."""

    dag: date
    kolonnar: Sequence[Kompetanse]
    rader: Sequence[Rad]
    sum: Sequence[Celle | None]
    ruter: int
    under: int
    namn: bool
    filtrert: bool
    god: int
    lag: int


def limits(work: Work) -> tuple[int, int]:
    """The municipality's two limits of the map's bands, in percent."""
    ours = settings(work.db)
    return int(ours["kompetanse_god"]), int(ours["kompetanse_lag"])


def drawn(rute: Rute, before: Rute | None, *, full: bool, marks: tuple[int, int], avvik: int = 0) -> Celle:
    """A cell as this reader sees it: `full` with counts and names."""
    share = rules.percent(rute.har, rute.behov)
    fell = rules.percent(before.har, before.behov) - share if before else 0
    hidden = not full and rules.hide_counts(rute.behov, rute.har)
    return Celle(
        share,
        rules.band(share, *marks),
        None if hidden else rute.behov,
        None if hidden else rute.har,
        max(fell, 0),
        full and rute.kan == 1 and rute.eineste is not None,
        avvik,
    )


def scope(work: Work, top: int | None, snitt: Snitt) -> list[Unit]:
    """The units of the map: those she sees numbers of; narrowed by profession or shift only those she sees by name.

    A share of one profession in a small unit can be one person's competence.
    """
    ids = work.units(Right.KOMPETANSE_TAL)
    if snitt.yrke or snitt.vakt:
        ids &= work.units(Right.KOMPETANSE_LES)
    units = kart.units_of(work.db, ids, work.today)
    roots = [unit.sti for unit in units if unit.id == top]
    return [unit for unit in units if unit.sti.startswith(roots[0])] if roots else units


def build(work: Work, *, manader: int, snitt: Snitt, gruppe: str = "", top: int | None = None) -> Bilete:
    """The map so many months from now if nothing is done. Questions do not grow with units, competences or persons."""
    units = scope(work, top, snitt)
    ids = [unit.id for unit in units]
    dag = add_months(work.today, manader)
    now = lagra.cells(work.db, ids, work.today, 0, snitt)
    then = lagra.cells(work.db, ids, work.today, manader, snitt) if manader else now
    columns = [row for row in lagra.columns(work.db, then, work.today) if gruppe in {"", row.gruppe}]
    named = work.units(Right.KOMPETANSE_LES)
    marks = limits(work)
    cases = opplaering.cases_about(work, ids, work.now)
    rows = []
    for unit in units:
        cells = [
            drawn(
                then[unit.id, row.id],
                now.get((unit.id, row.id)) if manader else None,
                full=unit.id in named,
                marks=marks,
                avvik=cases.get((unit.id, row.id), 0),
            )
            if (unit.id, row.id) in then
            else None
            for row in columns
        ]
        if any(cells):
            rows.append(Rad(unit, cells))
    every = [cell for row in rows for cell in row.celler if cell]
    return Bilete(
        dag,
        columns,
        rows,
        _sums(then, now if manader else None, rows, columns, full=set(ids) <= named, marks=marks),
        len(every),
        sum(1 for cell in every if cell.prosent < marks[1]),
        any(row.unit.id in named for row in rows),
        bool(snitt.yrke or snitt.vakt),
        *marks,
    )


def _sums(
    then: Mapping[tuple[int, int], Rute],
    now: Mapping[tuple[int, int], Rute] | None,
    rows: Sequence[Rad],
    columns: Sequence[Kompetanse],
    *,
    full: bool,
    marks: tuple[int, int],
) -> list[Celle | None]:
    """All units together. Without names everywhere no counts: a sum less what is shown would tell what is hidden."""

    def total(cells: Mapping[tuple[int, int], Rute], kompetanse_id: int) -> Rute:
        found = [cells[row.unit.id, kompetanse_id] for row in rows if (row.unit.id, kompetanse_id) in cells]
        return Rute(sum(one.behov for one in found), sum(one.har for one in found), sum(one.kan for one in found))

    sums: list[Celle | None] = []
    for column in columns:
        rute = total(then, column.id)
        cell = drawn(rute, total(now, column.id) if now is not None else None, full=full, marks=marks)
        if not full:
            cell = Celle(cell.prosent, cell.band, None, None, cell.ned, eineste=False, avvik=0)
        sums.append(cell if rute.behov else None)
    return sums


def single_points(work: Work, manader: int, top: int | None = None) -> list[Eineste]:
    """Where only one person can it so many months from now, with who could teach. Only in units she sees by name."""
    units = [unit for unit in scope(work, top, Snitt()) if work.has(Right.KOMPETANSE_LES, unit.id)]
    found = lagra.cells(work.db, [unit.id for unit in units], work.today, manader, Snitt())
    here = {unit.id: unit for unit in units}
    columns = {row.id: row for row in lagra.columns(work.db, found, work.today)}
    single = [(key, rute.eineste) for key, rute in found.items() if rute.eineste is not None and key[1] in columns]
    single.sort(key=lambda one: (columns[one[0][1]].rekkje, here[one[0][0]].sti))
    chosen = single[:MOST_SINGLE]
    people = {person for _key, person in chosen}
    names, until = personar.names(work.db, people), _until(work, people)
    teachers = _teachers(work, {key[1] for key, _person in chosen}, add_months(work.today, manader))
    return [
        Eineste(
            here[unit],
            columns[kompetanse],
            names.get(person, ""),
            until.get((person, kompetanse)),
            [name for who, name in teachers.get(kompetanse, ()) if who != person][:MOST_TEACHERS],
        )
        for (unit, kompetanse), person in chosen
    ]


def _until(work: Work, people: set[int]) -> dict[tuple[int, int], date]:
    rows = work.db.execute(
        select(Kompetansebevis.person_id, Kompetansebevis.kompetanse_id, func.max(Kompetansebevis.gyldig_til))
        .where(
            Kompetansebevis.person_id.in_(people),
            Kompetansebevis.status == Status.STADFESTA,
            Kompetansebevis.gyldig_til.is_not(None),
        )
        .group_by(Kompetansebevis.person_id, Kompetansebevis.kompetanse_id)
    )
    return {(row[0], row[1]): row[2] for row in rows if row[2] is not None}


def _teachers(work: Work, kompetansar: set[int], day: date) -> dict[int, list[tuple[int, str]]]:
    """Competence → the first few of those of her units who may teach it on a day: level 3 or 4. One more than are shown."""
    there = select(PersonEining.person_id).where(PersonEining.eining_id.in_(work.units(Right.KOMPETANSE_LES)))
    able = (
        select(Kompetansebevis.kompetanse_id, Person.id, Person.namn)
        .join(Person, Person.id == Kompetansebevis.person_id)
        .where(
            kart.holds_on(day),
            Kompetansebevis.niva >= rules.RETTLEIAR,
            Kompetansebevis.kompetanse_id.in_(kompetansar),
            Person.id.in_(there),
            kart.employed(day),
        )
        .distinct()
        .subquery()
    )
    place = func.row_number().over(partition_by=able.c.kompetanse_id, order_by=(able.c.namn, able.c.id))
    ranked = select(able.c.kompetanse_id, able.c.id, able.c.namn, place.label("nr")).subquery()
    rows = work.db.execute(
        select(ranked.c.kompetanse_id, ranked.c.id, ranked.c.namn).where(ranked.c.nr <= MOST_TEACHERS + 1).order_by(ranked.c.nr)
    )
    found: dict[int, list[tuple[int, str]]] = {}
    for kompetanse, person, name in rows:
        found.setdefault(kompetanse, []).append((person, name))
    return found


def expiries(work: Work, top: int | None = None) -> list[tuple[date, int]]:
    """How much evidence goes out in each of the next twelve months and is not renewed; only over units seen by name."""
    units = {unit.id for unit in scope(work, top, Snitt())} & work.units(Right.KOMPETANSE_LES)
    return list(lagra.expiries(work.db, units, work.today).items())
