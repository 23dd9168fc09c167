"""Evidence for point 1: measures that are late."""

from collections import Counter
from collections.abc import Mapping

from sqlalchemy import case, func, select

from kjerne.i18n import gettext as _
from kjerne.i18n import lazy as _l
from kjerne.i18n import ngettext
from kjerne.work import Work
from oppdragsbrev.queries.bevis.typar import Bevis, Maling, Omfang, units_in
from oppdragsbrev.rules import Punkt, Retning
from tiltak.models import Tiltak


def _late(work: Work, omfang: Omfang) -> Mapping[int, Maling]:
    """Open measures past their deadline; shielded ones are counted nowhere."""
    units = units_in(omfang)
    rows = work.db.execute(
        select(Tiltak.eining_id, func.count(), func.sum(case((Tiltak.frist < work.today, 1), else_=0)))
        .where(Tiltak.eining_id.in_(units), Tiltak.avslutta.is_(False), Tiltak.skjerma.is_(False))
        .group_by(Tiltak.eining_id)
    )
    late: Counter[int] = Counter()
    every: Counter[int] = Counter()
    for unit, count, over in rows:
        every[unit] += count
        late[unit] += over
    found = {}
    for root, below in omfang.items():
        number, whole = sum(late[unit] for unit in below), sum(every[unit] for unit in below)
        said = _("Ingen opne tiltak.") if not whole else _("Ingen av %(n)s opne tiltak er over fristen.", n=whole)
        if number:
            said = ngettext("%(num)s ope tiltak er over fristen", "%(num)s opne tiltak er over fristen", number)
            said += ", " + _("av %(n)s.", n=whole)
        found[root] = Maling(number, said)
    return found


BEVIS: tuple[Bevis, ...] = (
    Bevis(
        kode="tiltak_forseinka",
        punkt=Punkt.ROS,
        namn=_l("Tiltak over fristen"),
        regel=_l("Grønt med høgst %(gron)s opne tiltak over fristen, gult til og med %(gul)s, elles raudt."),
        retning=Retning.LAG,
        gron=0,
        gul=3,
        lenkje=lambda eining: f"/tiltak/?vis=over&eining={eining.id}",
        male=_late,
    ),
)
