"""From a case to the risk it is: "this happened". The analysis above the row is looked at again after severity 5."""

from avvik.actions.handle import ensure_started
from avvik.actions.history import demand, note
from avvik.models import Avvik, AvvikRos
from avvik.rules import Steg
from kjerne.errors import NotFound, Refused
from kjerne.i18n import gettext as _
from kjerne.work import Work
from ros.actions.analyse import event_happened
from ros.queries.access import find_rad

LINE_MAX = 160


def tie_risk(work: Work, avvik: Avvik, rad_id: int) -> None:
    """The case is what this row had foreseen. Twice is once. Raises `Refused` for a row she may not read."""
    demand(work, avvik, Steg.ROS)
    try:
        analyse, rad = find_rad(work, rad_id)
    except NotFound:
        raise Refused(_("Rada finst ikkje, eller du ser henne ikkje."), "q") from None
    ensure_started(work, avvik)
    if work.db.get(AvvikRos, (avvik.id, rad.id)) is None:
        work.db.add(AvvikRos(avvik_id=avvik.id, rad_id=rad.id))
        note(work, avvik, "ros", til=f"ROS {analyse.id}, rad {rad.nr}"[:LINE_MAX], to_reporter=False)
        event_happened(work, analyse, rad, avvik.alvor)


def untie_risk(work: Work, avvik: Avvik, rad_id: int) -> None:
    """It was something else after all."""
    demand(work, avvik, Steg.ROS)
    row = work.db.get(AvvikRos, (avvik.id, rad_id))
    if row is None:
        raise NotFound
    analyse, rad = find_rad(work, rad_id)
    work.db.delete(row)
    note(work, avvik, "ros_bort", til=f"ROS {analyse.id}, rad {rad.nr}"[:LINE_MAX], to_reporter=False)
