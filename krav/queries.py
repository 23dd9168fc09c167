"""What can be read of duties: within the units where the reader holds the right."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select

from kjerne.access import Right
from kjerne.errors import NotFound
from kjerne.models import Eining, Person
from kjerne.work import Work
from krav.katalog import Krav, duties
from krav.models import Kravvurdering
from krav.rules import Status, standing
from oppdragsbrev.queries import bevis
from oppdragsbrev.queries.bevis import Funn
from oppdragsbrev.rules import Lys


@dataclass(frozen=True)
class Stand:
    """How one duty stands in one unit: its light, the evidence, and the unit's own newest judgement."""

    krav: Krav
    eining: Eining
    lys: Lys
    funn: Sequence[Funn]
    vurdering: Kravvurdering | None


def units_of(work: Work) -> list[Eining]:
    """The active units whose duties she may see, in the organisation's order."""
    rows = work.db.scalars(select(Eining).where(Eining.id.in_(work.units(Right.KRAV_LES))).order_by(Eining.sti))
    return [row for row in rows if row.is_active(work.today)]


def with_subtrees(work: Work, units: Sequence[Eining]) -> list[Eining]:
    """The units and all below them, of those she makes folders of, in the organisation's order; closed ones too. One query."""
    below = or_(*(Eining.sti.startswith(unit.sti, autoescape=False) for unit in units))
    return list(work.db.scalars(select(Eining).where(Eining.id.in_(work.units(Right.TILSYNSMAPPE)), below).order_by(Eining.sti)))


def get_krav(kode: str) -> Krav:
    """A duty by its code, else `NotFound`."""
    found = duties().get(kode)
    if found is None:
        raise NotFound
    return found


def newest(work: Work, units: Iterable[int]) -> dict[tuple[str, int], Kravvurdering]:
    """The newest judgement of each duty in each unit. One query."""
    last = (
        select(func.max(Kravvurdering.id))
        .where(Kravvurdering.eining_id.in_(list(units)))
        .group_by(Kravvurdering.krav, Kravvurdering.eining_id)
    )
    rows = work.db.scalars(select(Kravvurdering).where(Kravvurdering.id.in_(last)))
    return {(row.krav, row.eining_id): row for row in rows}


def standings(work: Work, units: Sequence[Eining], wanted: Sequence[Krav] | None = None) -> list[Stand]:
    """Each wanted duty in each unit: duties in their order, units in theirs. A fixed number of queries."""
    wanted = list(duties().values()) if wanted is None else wanted
    kinds = [kind for kind in bevis.KJELDER if any(kind.kode in krav.bevis for krav in wanted)]
    found = bevis.find(work, units, kinds)
    judged = newest(work, [unit.id for unit in units])
    made = []
    for krav in wanted:
        for unit in units:
            rows = [one for one in found[unit.id] if one.bevis.kode in krav.bevis]
            own = judged.get((krav.kode, unit.id))
            lys = standing(Status(own.status) if own else None, [one.lys for one in rows])
            made.append(Stand(krav, unit, lys, rows, own))
    return made


def history(work: Work, krav: Krav, unit: Eining) -> list[tuple[Kravvurdering, str]]:
    """All judgements of a duty in a unit, newest first, with who judged."""
    rows = work.db.execute(
        select(Kravvurdering, Person.namn)
        .join(Person, Person.id == Kravvurdering.person_id)
        .where(Kravvurdering.krav == krav.kode, Kravvurdering.eining_id == unit.id)
        .order_by(Kravvurdering.id.desc())
    )
    return [(row, namn) for row, namn in rows]


def may_judge(work: Work, unit: Eining) -> bool:
    """Leaders judge their own units; who makes supervision folders may judge too."""
    return work.has(Right.BREV_SVAR, unit.id) or work.has(Right.TILSYNSMAPPE, unit.id)
