"""The municipality's scales: the starter set on first use, and a new set from a day on. A used set is never changed."""

import itertools
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from kjerne import log
from kjerne.errors import Refused
from kjerne.i18n import gettext as _
from kjerne.katalog import FIRST_DAY
from kjerne.work import Work
from ros.models import RosNiva, RosRute, RosSett
from ros.queries.sett import in_force, starter_grid, starter_levels
from ros.rules import LEVELS
from tiltak.rules import Farge


def ensure_sett(work: Work) -> RosSett:
    """The set in force; the starter set (domene 4.2-4.4) is written the first time one is needed."""
    found = in_force(work.db, work.today)
    return found if found is not None else _write(work, FIRST_DAY, starter_levels(), starter_grid())


def begin_sett(work: Work, gjeld_fra: date, levels: Sequence[RosNiva], grid: Mapping[tuple[int, int], Farge]) -> RosSett:
    """A new set from a day on; the one before ends the day before. Analyses that are made keep theirs.

    Raises `Refused` for a day that has passed, a grid that is not whole, or bounds that do not rise.
    """
    now = ensure_sett(work)
    if gjeld_fra < work.today or gjeld_fra <= now.gjeld_fra:
        raise Refused(_("Vel ein dag frå i dag av, og etter at dei gjeldande skalaene tok til."), "gjeld_fra")
    if set(grid) != {(s, k) for s in LEVELS for k in LEVELS}:
        raise Refused(_("Alle dei 25 rutene må ha ein farge."), "grid")
    ends = [
        row.per_ar_til for row in sorted(levels, key=lambda row: row.niva) if row.akse == "sannsyn" and 0 < row.niva < max(LEVELS)
    ]
    if any(low is None or high is None or low >= high for low, high in itertools.pairwise(ends)):
        raise Refused(_("Grensene for sannsyn må stige frå nivå til nivå."), "grenser")
    now.gjeld_til = gjeld_fra - timedelta(days=1)
    work.db.flush()
    made = _write(work, gjeld_fra, levels, grid)
    log.record(work, "ros_sett", made.id, "ros:skala", fra=gjeld_fra.isoformat())
    return made


def _write(work: Work, gjeld_fra: date, levels: Sequence[RosNiva], grid: Mapping[tuple[int, int], Farge]) -> RosSett:
    made = RosSett(gjeld_fra=gjeld_fra, laga_av_id=work.person.id if work.person else None)
    work.db.add(made)
    work.db.flush()
    for row in levels:
        row.sett_id = made.id
    work.db.add_all(levels)
    work.db.add_all(RosRute(sett_id=made.id, sannsyn=s, konsekvens=k, farge=colour.value) for (s, k), colour in grid.items())
    work.db.flush()
    return made
