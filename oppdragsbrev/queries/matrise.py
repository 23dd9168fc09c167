"""Units × points of a letter: what is delivered, what is late, who has not answered. Few queries, however many units."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ScalarSelect, Select, and_, case, func, select

from kjerne import asked
from kjerne.access import Right
from kjerne.einingar import tree
from kjerne.models import Eining
from kjerne.work import Work
from oppdragsbrev.models import Brevkule, Brevmottak, Brevpunkt, Brevsvar, Oppdragsbrev, Punktmottak
from oppdragsbrev.queries import brev as letters
from oppdragsbrev.rules import DONE, TO_DELIVER, Brevtilstand, Punkttilstand, Svarstatus


@dataclass(frozen=True)
class Celle:
    """A point in a unit. `svara` of `kuler` bullets are begun and said something about, `ferdige` are finished."""

    punkt_id: int
    punkt: int | None
    status: Punkttilstand
    frist: date
    svara: int
    ferdige: int
    kuler: int

    def late(self, today: date) -> bool:
        """Whether the deadline has passed without a delivery."""
        return self.status in TO_DELIVER and self.frist < today


@dataclass(frozen=True)
class Rad:
    """A unit's row. `mi`: she is the one who must answer it."""

    eining: Eining
    leiar: str
    celler: dict[int, Celle]

    @property
    def open(self) -> list[Celle]:
        """The points still to deliver, by deadline."""
        return sorted((cell for cell in self.celler.values() if cell.status in TO_DELIVER), key=lambda cell: cell.frist)

    @property
    def silent(self) -> bool:
        """Whether nothing at all is answered."""
        return not any(cell.svara for cell in self.celler.values())

    def late(self, today: date) -> int:
        """How many points are over their deadline."""
        return sum(cell.late(today) for cell in self.celler.values())


def _cells(work: Work, brev: Oppdragsbrev, units: Sequence[int]) -> dict[int, dict[int, Celle]]:
    """Unit → point → cell. One query."""
    said = case((and_(Brevsvar.status != Svarstatus.IKKJE_STARTA, Brevsvar.tekst != ""), 1), else_=0)
    done = case((Brevsvar.status.in_([one.value for one in DONE]), 1), else_=0)
    rows = work.db.execute(
        select(
            Brevmottak.eining_id,
            Punktmottak.punkt_id,
            Brevpunkt.punkt,
            Punktmottak.status,
            Punktmottak.frist,
            func.sum(said),
            func.sum(done),
            func.count(Brevsvar.id),
        )
        .join(Punktmottak, Punktmottak.mottak_id == Brevmottak.id)
        .join(Brevpunkt, Brevpunkt.id == Punktmottak.punkt_id)
        .join(Brevsvar, Brevsvar.punktmottak_id == Punktmottak.id)
        .join(Brevkule, Brevkule.id == Brevsvar.kule_id)
        .where(
            Brevmottak.brev_id == brev.id,
            Brevmottak.sendt.is_not(None),
            Brevmottak.eining_id.in_(units),
            Brevpunkt.fjerna.is_(False),
            Brevkule.fjerna.is_(False),
        )
        .group_by(Brevmottak.eining_id, Punktmottak.punkt_id, Brevpunkt.punkt, Punktmottak.status, Punktmottak.frist)
    )
    found: dict[int, dict[int, Celle]] = {}
    for unit, punkt_id, punkt, status, frist, svara, ferdige, kuler in rows:
        found.setdefault(unit, {})[punkt_id] = Celle(punkt_id, punkt, Punkttilstand(status), frist, svara, ferdige, kuler)
    return found


def rows(work: Work, brev: Oppdragsbrev) -> list[Rad]:
    """The units of a letter she reads, with their cells."""
    units = [unit for row, unit in letters.receivers(work, brev) if row.sendt]
    cells = _cells(work, brev, [unit.id for unit in units])
    names = letters.names(work, [unit.leiar_id for unit in units])
    return [Rad(unit, names.get(unit.leiar_id or 0, ""), cells.get(unit.id, {})) for unit in units]


@dataclass(frozen=True)
class Stand:
    """How a letter stands in the units she reads: units, points, delivered, accepted, over the deadline."""

    einingar: int
    punkt: int
    levert: int
    godteke: int
    over: int


def standings(work: Work, brev: Sequence[Oppdragsbrev]) -> dict[int, Stand]:
    """Letter → how it stands in the units she reads. One query for all."""
    late = case((and_(Punktmottak.status.in_([one.value for one in TO_DELIVER]), Punktmottak.frist < work.today), 1), else_=0)
    seen = Brevmottak.eining_id.in_(work.units(Right.BREV_LES)) | Oppdragsbrev.eining_id.in_(work.units(Right.BREV_SKRIV))
    found = work.db.execute(
        select(
            Brevmottak.brev_id,
            func.count(Brevmottak.id.distinct()),
            func.count(Punktmottak.id),
            func.sum(case((Punktmottak.status.not_in([one.value for one in TO_DELIVER]), 1), else_=0)),
            func.sum(case((Punktmottak.status == Punkttilstand.GODTEKEN, 1), else_=0)),
            func.sum(late),
        )
        .join(Oppdragsbrev, Oppdragsbrev.id == Brevmottak.brev_id)
        .join(Punktmottak, Punktmottak.mottak_id == Brevmottak.id)
        .join(Brevpunkt, Brevpunkt.id == Punktmottak.punkt_id)
        .where(Brevmottak.brev_id.in_([row.id for row in brev]), Brevmottak.sendt.is_not(None), Brevpunkt.fjerna.is_(False), seen)
        .group_by(Brevmottak.brev_id)
    )
    return {row[0]: Stand(*row[1:]) for row in found}


def by_light(work: Work, brev: Oppdragsbrev, units: Sequence[Eining]) -> dict[tuple[int, int], Celle]:
    """(unit, point of the lights 1 to 7) → cell. The caller has asked for the right."""
    found = _cells(work, brev, [unit.id for unit in units])
    return {(unit, cell.punkt): cell for unit, cells in found.items() for cell in cells.values() if cell.punkt is not None}


def answering_units(work: Work) -> frozenset[int]:
    """The units whose answers are hers: she leads them or is deputy, or they have no leader and she is the nearest above."""
    if "brev.svarar for" not in work.memo:
        work.memo["brev.svarar for"] = _answering_units(work)
    found: frozenset[int] = work.memo["brev.svarar for"]
    return found


def _answering_units(work: Work) -> frozenset[int]:
    held = work.units(Right.BREV_SVAR)
    if not held:
        return frozenset()
    units = tree(work.db).einingar
    mine = set()
    for unit in (units[one] for one in held):
        above: Eining | None = unit
        while above is not None and above.leiar_id is None and above.stedfortredar_id is None:
            above = units.get(above.overordna_id or 0)
        if above is not None and work.me.id in {above.leiar_id, above.stedfortredar_id}:
            mine.add(unit.id)
    return frozenset(mine)


def _in_force() -> Select[Punktmottak, Brevpunkt, Eining, Oppdragsbrev]:
    """The units' points in letters that are sent and not ended."""
    return (
        select(Punktmottak, Brevpunkt, Eining, Oppdragsbrev)
        .join(Brevmottak, Brevmottak.id == Punktmottak.mottak_id)
        .join(Brevpunkt, Brevpunkt.id == Punktmottak.punkt_id)
        .join(Eining, Eining.id == Brevmottak.eining_id)
        .join(Oppdragsbrev, Oppdragsbrev.id == Brevmottak.brev_id)
        .where(Oppdragsbrev.status == Brevtilstand.SENDT, Brevmottak.sendt.is_not(None), Brevpunkt.fjerna.is_(False))
    )


def to_deliver(work: Work, units: frozenset[int] | None = None) -> Select[Punktmottak, Brevpunkt, Eining, Oppdragsbrev]:
    """The points she must deliver in letters in force, by deadline. `units`: those she answers for, where they are known."""
    mine = answering_units(work) if units is None else units
    to_do = Punktmottak.status.in_([one.value for one in TO_DELIVER])
    return _in_force().where(to_do, Brevmottak.eining_id.in_(mine)).order_by(Punktmottak.frist, Eining.sti, Brevpunkt.nr)


def given_all(work: Work) -> Select[Brevsvar, Brevkule, Punktmottak, Eining, Oppdragsbrev]:
    """The bullets that were given to her, answered or not, by deadline."""
    return (
        select(Brevsvar, Brevkule, Punktmottak, Eining, Oppdragsbrev)
        .join(Brevkule, Brevkule.id == Brevsvar.kule_id)
        .join(Punktmottak, Punktmottak.id == Brevsvar.punktmottak_id)
        .join(Brevmottak, Brevmottak.id == Punktmottak.mottak_id)
        .join(Eining, Eining.id == Brevmottak.eining_id)
        .join(Oppdragsbrev, Oppdragsbrev.id == Brevmottak.brev_id)
        .where(Brevkule.fjerna.is_(False), Brevsvar.id.in_(letters.given_to_me(work)))
        .order_by(Punktmottak.frist, Eining.sti, Brevkule.id)
    )


def given_open(work: Work) -> Select[Brevsvar, Brevkule, Punktmottak, Eining, Oppdragsbrev]:
    """Those of them that are not finished, in letters in force."""
    return given_all(work).where(
        Oppdragsbrev.status == Brevtilstand.SENDT,
        Punktmottak.status.in_([one.value for one in TO_DELIVER]),
        Brevsvar.status.not_in([one.value for one in DONE]),
    )


def to_judge(work: Work) -> Select[Punktmottak, Brevpunkt, Eining, Oppdragsbrev]:
    """The delivered points that wait for her as director, oldest delivery first."""
    mine = Oppdragsbrev.eining_id.in_(work.units(Right.BREV_SKRIV))
    return _in_force().where(Punktmottak.status == Punkttilstand.LEVERT, mine).order_by(Punktmottak.levert, Punktmottak.id)


def _counted(query: Select[*tuple[Any, ...]]) -> ScalarSelect[int]:
    return select(func.count()).select_from(query.order_by(None).with_only_columns(Punktmottak.id).subquery()).scalar_subquery()


def _answering(work: Work, units: frozenset[int]) -> Select[int]:
    given = _counted(given_open(work))
    return select(_counted(to_deliver(work, units)) + given if units else given)


def _judging(work: Work) -> Select[int]:
    return select(_counted(to_judge(work)))


def answering_count(work: Work) -> int:
    """Points she must deliver, and bullets that were given to her. Counted once for a page."""
    if "brev.ventar" not in work.memo:
        work.memo["brev.ventar"] = asked.value(work, _answering, answering_units(work))
    return int(work.memo["brev.ventar"])


def asks_waiting(work: Work) -> list[asked.Asking]:
    """What `waiting_count` asks, to be asked together with other things (`asked.ahead`)."""
    judges = [(_judging,)] if work.has(Right.BREV_SKRIV) else []
    return [(_answering, answering_units(work)), *judges]


def judging_count(work: Work) -> int:
    """Delivered points that wait for her as director."""
    return int(asked.value(work, _judging)) if work.has(Right.BREV_SKRIV) else 0


def waiting_count(work: Work) -> int:
    """Everything about letters that waits for her: the menu's number."""
    return answering_count(work) + judging_count(work)
