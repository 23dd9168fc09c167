"""One unit of the map: its needs in words with the share met, and persons by competences for who may see names."""

from collections.abc import Sequence
from dataclasses import dataclass

from kjerne.access import Right
from kjerne.clock import add_months
from kjerne.errors import NotFound
from kjerne.models import Eining
from kjerne.work import Work
from kompetanse.models import Kompetanse
from kompetanse.queries import kart, oversikt, personar
from kompetanse.queries.kart import Behov, Folk, Rute, Snitt
from kompetanse.queries.oversikt import Celle
from kompetanse.rules import Omfang


@dataclass(frozen=True, slots=True)
class Punkt:
    """A person's cell: the level she has then, whether it is asked of her, and whether it falls away before then."""

    niva: int
    kravd: int
    fell: bool

    @property
    def manglar(self) -> bool:
        """Asked and not there."""
        return self.niva < self.kravd


@dataclass(frozen=True)
class Personrad:
    """A person with her cells, in the columns' order."""

    id: int
    namn: str
    yrke: str
    vakter: str
    punkt: Sequence[Punkt]


@dataclass(frozen=True)
class Einingsbilete:
    """A unit: columns, cells, needs in words, and persons (none for who may not see names)."""

    eining: Eining
    kolonnar: Sequence[Kompetanse]
    celler: Sequence[Celle]
    behov: Sequence[Sequence[Behov]]
    folk: Sequence[Personrad]
    namn: bool


def get_unit(work: Work, eining_id: int, right: Right = Right.KOMPETANSE_TAL) -> Eining:
    """A unit whose numbers she may see. Raises `NotFound`."""
    found = work.db.get(Eining, eining_id) if eining_id in work.units(right) else None
    if found is None or not found.is_active(work.today):
        raise NotFound
    return found


def build(work: Work, eining_id: int, *, manader: int, snitt: Snitt) -> Einingsbilete:
    """The unit so many months from now if nothing is done."""
    unit = get_unit(work, eining_id)
    named = work.has(Right.KOMPETANSE_LES, unit.id)
    narrow = snitt if named else Snitt()
    day = add_months(work.today, manader)
    then = kart.read(work.db, [unit.id], today=work.today, day=day)
    now = kart.read(work.db, [unit.id], today=work.today) if manader else then
    found, before = kart.cells(then, narrow), kart.cells(now, narrow)
    columns = [row for row in then.kompetansar if (unit.id, row.id) in found]
    marks = oversikt.limits(work)
    cells = [
        oversikt.drawn(found[unit.id, row.id], before.get((unit.id, row.id)) if manader else None, full=named, marks=marks)
        for row in columns
    ]
    needs = [[one for one in then.behov[unit.id] if one.kompetanse_id == row.id] for row in columns]
    people: list[Personrad] = []
    if named:
        folk = [one for one in then.folk.get(unit.id, ()) if narrow.holds(one)]
        names = personar.names(work.db, {one.id for one in folk})
        people = [
            Personrad(
                one.id,
                names[one.id],
                one.yrke,
                ",".join(sorted(one.vakter)),
                [_point(then, now, one, row, needs[place]) for place, row in enumerate(columns)],
            )
            for one in sorted(folk, key=lambda one: names[one.id])
        ]
    return Einingsbilete(unit, columns, cells, needs, people, named)


def _point(then: kart.Grunnlag, now: kart.Grunnlag, person: Folk, row: Kompetanse, needs: Sequence[Behov]) -> Punkt:
    asked = max((one.niva for one in needs if one.omfang is Omfang.ALLE and kart.group_of(then, one, [person])), default=0)
    level = then.niva.get((person.id, row.id), 0)
    return Punkt(level, asked, now.niva.get((person.id, row.id), 0) > level)


__all__ = ["Einingsbilete", "Personrad", "Punkt", "Rute", "build", "get_unit"]
