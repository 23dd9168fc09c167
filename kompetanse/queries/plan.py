"""Plans: which there are, one with its lines and money, and what the map looks like when it is carried out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from kjerne.access import Right, Rolle
from kjerne.errors import NotFound
from kjerne.models import Eining, Person
from kjerne.work import Work
from kompetanse import rules
from kompetanse.models import Kompetanse, Kompetanseplan, Plandeltakar, Planrad
from kompetanse.queries import kart, oversikt
from kompetanse.queries.kart import Tenkt
from kompetanse.queries.oversikt import Celle
from kompetanse.rules import Finansiering, Radslag
from tiltak.models import Tiltak
from tiltak.rules import SETTLED

APPROVERS = (Rolle.LEIAR, Rolle.SEKTORLEIAR, Rolle.KOMMUNALSJEF)


@dataclass(frozen=True)
class Planlinje:
    """A plan in the list: its unit, how many lines, how many are done, and its budget in whole kroner."""

    plan: Kompetanseplan
    eining: str
    rader: int
    ferdige: int
    kroner: int


@dataclass(frozen=True)
class Deltakar:
    """A participant: name only for who may see it."""

    person_id: int
    namn: str
    fullfort: date | None


@dataclass(frozen=True)
class Radlinje:
    """A line of a plan with its measure and participants."""

    rad: Planrad
    kompetanse: Kompetanse
    tiltak: Tiltak
    ansvarleg: str
    deltakarar: Sequence[Deltakar]
    opna: bool = False

    @property
    def tittel(self) -> str:
        """What the measure says: for those who may open it."""
        return self.tiltak.tittel if self.opna else ""

    @property
    def ferdig(self) -> bool:
        """Whether its measure is done or called off."""
        return self.tiltak.status in SETTLED


@dataclass(frozen=True)
class Etter:
    """One competence: today, on the plan's last day if nothing is done, and then when the plan is carried out."""

    kompetanse: Kompetanse
    no: Celle | None
    utan: Celle | None
    med: Celle | None


def may_write(work: Work, eining_id: int) -> bool:
    """Whether she may make the unit's plan: its lines are measures she follows up."""
    return work.has(Right.KOMPETANSE_SKRIV, eining_id) and work.has(Right.TILTAK_SKRIV, eining_id)


def may_approve(work: Work, eining_id: int) -> bool:
    """Whether she leads the unit."""
    return may_write(work, eining_id) and any(work.has_role(rolle, eining_id) for rolle in APPROVERS)


def get_plan(work: Work, plan_id: int) -> Kompetanseplan:
    """A plan of a unit whose numbers she may see. Raises `NotFound`."""
    found = work.db.scalars(
        select(Kompetanseplan).where(Kompetanseplan.id == plan_id, Kompetanseplan.eining_id.in_(work.units(Right.KOMPETANSE_TAL)))
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def get_row(work: Work, rad_id: int) -> tuple[Planrad, Kompetanseplan]:
    """A line of a plan she may write. Raises `NotFound`."""
    row = work.db.get(Planrad, rad_id)
    plan = get_plan(work, row.plan_id) if row else None
    if row is None or plan is None or not may_write(work, plan.eining_id):
        raise NotFound
    return row, plan


def find(work: Work, eining_id: int, aar: int) -> Kompetanseplan | None:
    """The plan of a unit for a year, if there is one she may see."""
    return work.db.scalars(
        select(Kompetanseplan).where(
            Kompetanseplan.eining_id == eining_id,
            Kompetanseplan.aar == aar,
            Kompetanseplan.eining_id.in_(work.units(Right.KOMPETANSE_TAL)),
        )
    ).one_or_none()


def listing(work: Work, aar: int) -> list[Planlinje]:
    """The plans of a year in the units whose numbers she may see, in the tree's order."""
    count = func.sum(case((Tiltak.avslutta.is_(True), 1), else_=0))
    rows = work.db.execute(
        select(Kompetanseplan, Eining.namn, func.count(Planrad.id), count, func.coalesce(func.sum(Tiltak.kostnad), 0))
        .join(Eining, Eining.id == Kompetanseplan.eining_id)
        .outerjoin(Planrad, Planrad.plan_id == Kompetanseplan.id)
        .outerjoin(Tiltak, Tiltak.id == Planrad.tiltak_id)
        .where(Kompetanseplan.aar == aar, Kompetanseplan.eining_id.in_(work.units(Right.KOMPETANSE_TAL)))
        .group_by(Kompetanseplan.id, Eining.namn, Eining.kode)
        .order_by(Eining.kode)
    )
    return [Planlinje(row[0], row[1], row[2], row[3] or 0, row[4]) for row in rows]


def rows_of(work: Work, plan: Kompetanseplan) -> list[Radlinje]:
    """The lines of a plan by deadline. Names only where she may see persons by name, titles where she reads measures.

    Three questions.
    """
    readable, me = work.has(Right.TILTAK_LES, plan.eining_id), work.me.id
    named = work.has(Right.KOMPETANSE_LES, plan.eining_id)
    found = work.db.execute(
        select(Planrad, Kompetanse, Tiltak, Person.namn)
        .join(Kompetanse, Kompetanse.id == Planrad.kompetanse_id)
        .join(Tiltak, Tiltak.id == Planrad.tiltak_id)
        .join(Person, Person.id == Tiltak.ansvarleg_id)
        .where(Planrad.plan_id == plan.id)
        .order_by(Tiltak.frist, Planrad.id)
    ).all()
    taking: dict[int, list[Deltakar]] = {}
    for row in work.db.execute(
        select(Plandeltakar, Person.namn)
        .join(Person, Person.id == Plandeltakar.person_id)
        .join(Planrad, Planrad.id == Plandeltakar.rad_id)
        .where(Planrad.plan_id == plan.id)
        .order_by(Person.namn)
    ):
        taking.setdefault(row[0].rad_id, []).append(Deltakar(row[0].person_id, row[1] if named else "", row[0].fullfort))
    return [
        Radlinje(
            row[0],
            row[1],
            row[2],
            row[3] if named else "",
            taking.get(row[0].id, []),
            me in {row[2].ansvarleg_id, row[2].laga_av_id} or (readable and not row[2].skjerma),
        )
        for row in found
    ]


def money(rows: Sequence[Radlinje]) -> dict[Finansiering, int]:
    """Kroner by who pays; measures called off are out."""
    sums = dict.fromkeys(Finansiering, 0)
    for row in rows:
        if row.tiltak.status != "avlyst":
            sums[Finansiering(row.rad.finansiering)] += row.tiltak.kostnad or 0
    return sums


def imagined(db: Session, plan: Kompetanseplan) -> Tenkt:
    """What a plan adds: those trained, those recruited, those who stay. Measures called off add nothing."""
    levels: dict[tuple[int, int], int] = {}
    new: dict[tuple[int, int], int] = {}
    stay: set[tuple[int, int]] = set()
    rows = db.execute(
        select(Planrad, Plandeltakar.person_id)
        .join(Tiltak, Tiltak.id == Planrad.tiltak_id)
        .outerjoin(Plandeltakar, Plandeltakar.rad_id == Planrad.id)
        .where(Planrad.plan_id == plan.id, Tiltak.status != "avlyst")
        .order_by(Planrad.id)
    ).all()
    counted: set[int] = set()
    for row, person_id in rows:
        kind = Radslag(row.slag)
        if kind is Radslag.REKRUTTERE:
            if row.id not in counted:
                new[plan.eining_id, row.kompetanse_id] = new.get((plan.eining_id, row.kompetanse_id), 0) + row.tal
                counted.add(row.id)
        elif person_id is not None and kind is Radslag.BEHALDE:
            stay.add((person_id, row.kompetanse_id))
        elif person_id is not None:
            levels[person_id, row.kompetanse_id] = max(levels.get((person_id, row.kompetanse_id), 0), row.niva)
    return Tenkt(levels, new, frozenset(stay))


def after(work: Work, plan: Kompetanseplan) -> list[Etter]:
    """The map of the plan's unit: today, on the year's last day if nothing is done, and with the plan carried out."""
    unit, today = [plan.eining_id], work.today
    day = max(date(plan.aar, 12, 31), today)
    full, marks = work.has(Right.KOMPETANSE_LES, plan.eining_id), oversikt.limits(work)
    added = imagined(work.db, plan)
    now = kart.read(work.db, unit, today=today)
    then = kart.read(work.db, unit, today=today, day=day)
    with_plan = kart.read(work.db, unit, today=today, day=day, tenkt=added)
    cells = (kart.cells(now), kart.cells(then), kart.cells(with_plan, tenkt=added))
    found = []
    for row in with_plan.kompetansar:
        three = [
            oversikt.drawn(one[plan.eining_id, row.id], None, full=full, marks=marks) if (plan.eining_id, row.id) in one else None
            for one in cells
        ]
        if any(three):
            found.append(Etter(row, three[0], three[1], three[2]))
    return found


def lacking(work: Work, eining_id: int, kompetanse_id: int | None) -> frozenset[int]:
    """Persons of a unit a need is about and who do not reach its level today: the form suggests them. Only with names."""
    if kompetanse_id is None or not work.has(Right.KOMPETANSE_LES, eining_id):
        return frozenset()
    grunn = kart.read(work.db, [eining_id], today=work.today)
    folk = grunn.folk.get(eining_id, ())
    return frozenset(
        person.id
        for need in grunn.behov.get(eining_id, ())
        if need.kompetanse_id == kompetanse_id
        for person in kart.group_of(grunn, need, folk)
        if grunn.niva.get((person.id, kompetanse_id), 0) < need.niva
    )


def default_year(today: date) -> int:
    """The year a new plan is for: from October on the next."""
    return today.year + (today.month >= 10)


__all__ = [
    "Deltakar",
    "Etter",
    "Planlinje",
    "Radlinje",
    "after",
    "default_year",
    "find",
    "get_plan",
    "get_row",
    "imagined",
    "lacking",
    "listing",
    "may_approve",
    "may_write",
    "money",
    "rows_of",
    "rules",
]
