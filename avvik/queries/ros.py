"""Which rows of risk analyses a case is what they had foreseen, and which rows it could be."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, bindparam, case, select

from avvik.models import Avvik, AvvikRos
from avvik.queries.access import visible as visible_case
from kjerne import asked
from kjerne.models import Eining
from kjerne.work import Work
from ros.events import Hendt, RaderVist
from ros.models import RosAnalyse, RosEining, RosRad
from ros.queries.access import newest
from ros.queries.access import visible as visible_analysis
from ros.rules import IN_USE

MOST_HITS = 30
MOST_EVENTS = 400


@dataclass(frozen=True)
class Knytt:
    """A row as a case names it: its event, colour, analysis and unit."""

    rad_id: int
    analyse_id: int
    nr: int
    hending: str
    farge: str | None
    analyse: str
    eining: str
    same: bool = False


def _rows(work: Work) -> Select[*tuple[Any, ...]]:
    same = case((RosRad.kategori == bindparam("kategori"), 1), else_=0)
    return (
        select(RosRad.id, RosAnalyse.id, RosRad.nr, RosRad.hending, RosRad.farge, RosAnalyse.tittel, Eining.namn, same)
        .join(RosAnalyse, RosAnalyse.id == RosRad.analyse_id)
        .join(Eining, Eining.id == RosAnalyse.eining_id)
        .where(visible_analysis(work), RosRad.fjerna.is_(False))
    )


def _named(row: Sequence[Any]) -> Knytt:
    return Knytt(row[0], row[1], row[2], row[3], row[4], row[5], row[6], bool(row[7]))


def _tied(work: Work) -> Select[*tuple[Any, ...]]:
    tied = select(AvvikRos.rad_id).where(AvvikRos.avvik_id == bindparam("avvik"))
    return _rows(work).where(RosRad.id.in_(tied)).order_by(RosAnalyse.id, RosRad.nr)


def of_case(work: Work, avvik: Avvik) -> list[Knytt]:
    """The rows of a case whose page has authorised, those she may read. One query."""
    return [_named(row) for row in asked.rows(work, _tied, avvik=avvik.id, kategori=avvik.underkategori)]


def candidates(work: Work, avvik: Avvik, words: str) -> list[Knytt]:
    """Rows the case may be: of analyses in use that cover its unit or one above; the same kind first, then newest.

    Where a year's revision stands beside the analysis it revises, the revision's rows alone are offered.
    """
    path = work.db.scalar(select(Eining.sti).where(Eining.id == avvik.eining_id)) or ""
    above = [int(part) for part in path.split("/") if part]
    covering = select(RosEining.analyse_id).where(RosEining.eining_id.in_(above))
    tied = select(AvvikRos.rad_id).where(AvvikRos.avvik_id == avvik.id)
    in_use = (RosAnalyse.id.in_(covering), RosAnalyse.status.in_(IN_USE), newest(work))
    query = _rows(work).where(*in_use, RosRad.id.not_in(tied))
    for word in words.split()[:5]:
        query = query.where(RosRad.hending.icontains(word, autoescape=True))
    kind_first = case((RosRad.kategori == avvik.underkategori, 0), else_=1)
    rows = work.db.execute(
        query.order_by(kind_first, RosAnalyse.id.desc(), RosRad.nr).limit(MOST_HITS), {"kategori": avvik.underkategori}
    )
    return [_named(row) for row in rows]


def fill_shown(work: Work, event: object) -> None:
    """Rows are about to be shown: put in what has happened, as far as the reader may open those cases. One query."""
    if not isinstance(event, RaderVist) or work.person is None:
        return
    rows = work.db.execute(
        select(AvvikRos.rad_id, Avvik.aar, Avvik.lopenr, Avvik.alvor)
        .join(Avvik, Avvik.id == AvvikRos.avvik_id)
        .join(RosRad, RosRad.id == AvvikRos.rad_id)
        .where(RosRad.analyse_id == event.analyse_id, visible_case(work))
        .order_by(Avvik.id.desc())
        .limit(MOST_EVENTS)
    )
    for rad_id, aar, lopenr, alvor in rows:
        event.hendt.setdefault(rad_id, []).append(Hendt(f"{aar}-{lopenr}", f"/avvik/{aar}-{lopenr}", alvor))
