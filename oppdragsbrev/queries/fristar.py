"""Who a letter goes to and by when, as the director sets it: units by department, and the deadlines that differ."""

from collections.abc import Iterable
from dataclasses import dataclass

from kjerne.models import Eining
from kjerne.work import Work
from oppdragsbrev.models import Brevmottak, Oppdragsbrev, Punktmottak
from oppdragsbrev.queries.brev import Punktkuler, own_deadlines, receivers, units_to_choose

#: Before a unit's code: the unit and all below it.
WHOLE = "+"


@dataclass(frozen=True)
class Gruppe:
    """A department with those of its units that have not got the letter; the second of each pair: whether it is chosen."""

    eining: Eining
    einingar: list[tuple[Eining, bool]]

    @property
    def valde(self) -> int:
        """How many are chosen."""
        return sum(chosen for _unit, chosen in self.einingar)


@dataclass(frozen=True)
class Unntak:
    """A unit whose deadline for a point is another than the point's."""

    mottak: Brevmottak
    eining: Eining
    rad: Punktmottak


@dataclass(frozen=True)
class Punktfrist:
    """A point with the units that have a deadline of their own."""

    punkt: Punktkuler
    unntak: list[Unntak]


def groups(work: Work, brev: Oppdragsbrev, chosen: Iterable[str]) -> list[Gruppe]:
    """The units that have not got the letter, by the department they stand under; those with nobody below stand first."""
    codes, units = set(chosen), units_to_choose(work, brev)
    sent = {unit.id for row, unit in receivers(work, brev) if row.sendt}
    top = next((unit for unit in units if unit.id == brev.eining_id), None)
    heads = [unit for unit in units if unit.overordna_id == brev.eining_id]
    big = [head for head in heads if any(unit.overordna_id == head.id for unit in units)]
    below = {unit.id: head for head in big for unit in units if unit.sti.startswith(head.sti)}
    found: dict[int, Gruppe] = {}
    for unit in units:
        head = below.get(unit.id) or top or unit
        group = found.setdefault(head.id, Gruppe(head, []))
        if unit.id not in sent:
            group.einingar.append((unit, unit.kode in codes))
    return [group for group in found.values() if group.einingar]


def deadlines(work: Work, brev: Oppdragsbrev, points: Iterable[Punktkuler]) -> list[Punktfrist]:
    """Each point with the units whose deadline differs. Two queries."""
    by_id = {row.id: (row, unit) for row, unit in receivers(work, brev)}
    found = {one.punkt.id: Punktfrist(one, []) for one in points}
    for (mottak_id, punkt_id), row in own_deadlines(work, brev).items():
        if punkt_id in found and mottak_id in by_id and row.frist != found[punkt_id].punkt.punkt.frist:
            found[punkt_id].unntak.append(Unntak(*by_id[mottak_id], row))
    for one in found.values():
        one.unntak.sort(key=lambda held: held.eining.sti)
    return list(found.values())


def meant(work: Work, brev: Oppdragsbrev, code: str) -> list[Brevmottak]:
    """The receiving units a choice means: one by its code, or with `+` before it the unit and all below."""
    rows = receivers(work, brev)
    if not code.startswith(WHOLE):
        return [row for row, unit in rows if unit.kode == code]
    head = next((unit for unit in units_to_choose(work, brev) if unit.kode == code.removeprefix(WHOLE)), None)
    return [row for row, unit in rows if head is not None and unit.sti.startswith(head.sti)]
