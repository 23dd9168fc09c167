"""Who sees which analysis, and what she is to it: one predicate, used by list, page, counts, exports and reports."""

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, aliased

from kjerne.access import Right
from kjerne.errors import NotFound
from kjerne.models import Eining
from kjerne.work import Work
from ros.models import RosAnalyse, RosEining, RosRad
from ros.rules import IN_USE, Hat


def visible(work: Work) -> ColumnElement[bool]:
    """Analyses that cover a unit where she holds `ros:les`."""
    covered = select(RosEining.analyse_id).where(RosEining.eining_id.in_(work.units(Right.ROS_LES)))
    return RosAnalyse.id.in_(covered)


def newest(work: Work) -> ColumnElement[bool]:
    """Analyses that no newer revision in use, which she sees, has followed: where a new link belongs. Old links stay."""
    later = aliased(RosAnalyse)
    covered = select(RosEining.analyse_id).where(RosEining.eining_id.in_(work.units(Right.ROS_LES)))
    followed = (
        select(later.id).where(later.forgjengar_id == RosAnalyse.id, later.status.in_(IN_USE), later.id.in_(covered)).exists()
    )
    return ~followed


def get_analyse(work: Work, analyse_id: int, *, lock: bool = False) -> RosAnalyse:
    """The analysis, if she may see it; else `NotFound`. `lock` holds the row until the transaction ends: for adding rows."""
    query = select(RosAnalyse).where(RosAnalyse.id == analyse_id, visible(work))
    if lock:
        query = query.with_for_update(of=RosAnalyse).execution_options(populate_existing=True)
    found = work.db.scalars(query).one_or_none()
    if found is None:
        raise NotFound
    return found


def get_rad(work: Work, analyse: RosAnalyse, rad_id: int, *, lock: bool = False) -> RosRad:
    """A row of an analysis she may see; a removed one is not found."""
    query = select(RosRad).where(RosRad.id == rad_id, RosRad.analyse_id == analyse.id, RosRad.fjerna.is_(False))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = work.db.scalars(query).one_or_none()
    if found is None:
        raise NotFound
    return found


def find_rad(work: Work, rad_id: int) -> tuple[RosAnalyse, RosRad]:
    """A row by its id alone, with its analysis, within what she may see. For packages above. Raises `NotFound`."""
    found = work.db.execute(
        select(RosAnalyse, RosRad)
        .join(RosRad, RosRad.analyse_id == RosAnalyse.id)
        .where(RosRad.id == rad_id, RosRad.fjerna.is_(False), visible(work))
    ).one_or_none()
    if found is None:
        raise NotFound
    return found[0], found[1]


def hats(work: Work, analyse: RosAnalyse) -> frozenset[Hat]:
    """What she is to an analysis, by her rights on its own unit."""
    found = set()
    if work.has(Right.ROS_SKRIV, analyse.eining_id):
        found.add(Hat.SKRIVAR)
    if work.has(Right.ROS_GODKJENN, analyse.eining_id):
        found.add(Hat.GODKJENNAR)
    return frozenset(found)


def above(db: Session, eining_id: int) -> int:
    """The unit above, whose leader accepts a red residual risk; the top unit's own leader accepts hers."""
    parent = db.scalar(select(Eining.overordna_id).where(Eining.id == eining_id))
    return parent if parent is not None else eining_id


def may_accept(work: Work, analyse: RosAnalyse) -> bool:
    """Whether she leads the level above the analysis' unit (domene 4.4)."""
    return work.has(Right.ROS_GODKJENN, above(work.db, analyse.eining_id))
