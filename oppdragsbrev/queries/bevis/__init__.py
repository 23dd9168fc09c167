"""Live evidence: what the system knows under each bullet of the letter, with lights by rules the municipality edits.

A new kind of evidence is a `Bevis` in a file here and its name in `ALLE`; pages, letters, duties and reports read the table.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import select

from kjerne.access import Right
from kjerne.models import Eining
from kjerne.work import Work
from oppdragsbrev.models import Bevisregel, Bevisstand
from oppdragsbrev.queries.bevis import avvik, kompetanse, prosedyrar, register, ros, tiltak
from oppdragsbrev.queries.bevis.typar import Bevis, Funn, Omfang
from oppdragsbrev.rules import Lys, Punkt, light, worst

__all__ = [
    "ALLE",
    "KJELDER",
    "Bevis",
    "Funn",
    "by_point",
    "find",
    "kept",
    "of_point",
    "omfang_of",
    "point_light",
    "rule_texts",
    "rules_in_force",
    "trend",
]

ALLE: tuple[Bevis, ...] = (
    *ros.BEVIS,
    *tiltak.BEVIS,
    *prosedyrar.BEVIS,
    *kompetanse.OPPLAERING,
    *avvik.BEVIS,
    *kompetanse.BEVIS,
    *register.BEVIS,
)


#: Also what only legal duties ask for.
KJELDER: tuple[Bevis, ...] = (*ALLE, *register.STYRING)


#: Who may open the rows behind, by how the address begins; an address that is not here is open to all who are logged in.
ROWS: tuple[tuple[str, Right], ...] = (
    ("/avvik/tal", Right.AVVIK_TAL),
    ("/kompetanse/", Right.KOMPETANSE_TAL),
    ("/prosedyrar/oversikt", Right.PROSEDYRE_STATUS),
    ("/register/", Right.REGISTER_LES),
    ("/ros/", Right.ROS_LES),
)


def _rows(opens: Mapping[str, frozenset[int]], kind: Bevis, root: Eining) -> str:
    """The address of the rows behind, empty for who may not open it: a link never leads to "not found".

    `opens`: how an address begins → the units whose rows she may open there.
    """
    address = kind.lenkje(root)
    needed = next((units for start, units in opens.items() if address.startswith(start)), None)
    return address if needed is None or root.id in needed else ""


def of_point(punkt: Punkt) -> list[Bevis]:
    """The kinds of evidence of a point, in their order."""
    return [one for one in ALLE if one.punkt is punkt]


def rules_in_force(work: Work, day: date | None = None) -> dict[str, tuple[int, int]]:
    """The thresholds (green, yellow) of each kind on a day: the municipality's newest, else the shipped ones. One query."""
    found = {one.kode: (one.gron, one.gul) for one in KJELDER}
    rows = work.db.scalars(select(Bevisregel).where(Bevisregel.gjeld_fra <= (day or work.today)).order_by(Bevisregel.gjeld_fra))
    return found | {row.bevis: (row.gron, row.gul) for row in rows}


def rule_texts(work: Work) -> dict[str, str]:
    """Each kind's rule in words, with the thresholds in force."""
    rules = rules_in_force(work)
    return {one.kode: str(one.regel) % {"gron": rules[one.kode][0], "gul": rules[one.kode][1]} for one in ALLE}


def omfang_of(work: Work, einingar: Iterable[Eining]) -> Omfang:
    """Each unit with the active units of its subtree. One query."""
    active = [row for row in work.db.scalars(select(Eining)) if row.is_active(work.today)]
    return {root.id: frozenset(row.id for row in active if row.sti.startswith(root.sti)) for root in einingar}


def find(work: Work, einingar: Iterable[Eining], kinds: Iterable[Bevis] = ALLE) -> dict[int, list[Funn]]:
    """The evidence of some units: unit → what was found, in the table's order. The caller has asked for the right."""
    roots = list(einingar)
    omfang = omfang_of(work, roots)
    rules = rules_in_force(work)
    opens = {start: work.units(right) for start, right in ROWS}
    found: dict[int, list[Funn]] = {root.id: [] for root in roots}
    for kind in kinds:
        measured = kind.male(work, omfang)
        gron, gul = rules[kind.kode]
        for root in roots:
            value = measured[root.id]
            lys = light(value.verdi, kind.retning, gron, gul)
            found[root.id].append(Funn(kind, lys, value.verdi, value.tekst, _rows(opens, kind, root)))
    return found


def by_point(found: Iterable[Funn]) -> dict[Punkt, list[Funn]]:
    """Evidence sorted by the letter's points."""
    rows = list(found)
    return {punkt: [one for one in rows if one.bevis.punkt is punkt] for punkt in Punkt}


def point_light(found: Iterable[Funn]) -> Lys:
    """The light of a point: the worst of its evidence."""
    return worst([one.lys for one in found])


def trend(work: Work, einingar: Iterable[int], manad: int) -> Mapping[tuple[int, str], Lys]:
    """The lights kept for an earlier month (202611), by unit and kind. One query."""
    rows = work.db.execute(
        select(Bevisstand.eining_id, Bevisstand.bevis, Bevisstand.lys).where(
            Bevisstand.manad == manad, Bevisstand.eining_id.in_(list(einingar))
        )
    )
    return {(unit, kode): Lys(lys) for unit, kode, lys in rows}


def kept(work: Work, eining_id: int, months: Sequence[int]) -> dict[int, dict[str, Lys]]:
    """The lights kept for a unit: month (202611) → kind → light. A month nothing was kept for is empty. One query."""
    found: dict[int, dict[str, Lys]] = {month: {} for month in months}
    rows = work.db.execute(
        select(Bevisstand.manad, Bevisstand.bevis, Bevisstand.lys).where(
            Bevisstand.eining_id == eining_id, Bevisstand.manad.in_(months)
        )
    )
    for month, kode, lys in rows:
        found[month][kode] = Lys(lys)
    return found
