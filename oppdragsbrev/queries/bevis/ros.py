"""Evidence for point 1: how old the newest approved analysis is, and red rows without a measure."""

from collections import Counter
from collections.abc import Mapping

from sqlalchemy import func, select

from kjerne.clock import oslo_date
from kjerne.i18n import fdate, ngettext
from kjerne.i18n import gettext as _
from kjerne.i18n import lazy as _l
from kjerne.models import Eining
from kjerne.work import Work
from oppdragsbrev.queries.bevis.typar import NEVER, Bevis, Maling, Omfang, units_in
from oppdragsbrev.rules import Punkt, Retning
from ros.models import RosAnalyse, RosEining, RosRad
from tiltak.models import Tiltak, TiltakOpphav

#: States in which an analysis has been approved and still stands.
APPROVED = ("godkjend", "under_revisjon")


def _fresh(work: Work, omfang: Omfang) -> Mapping[int, Maling]:
    """Days since the newest approval of an analysis that covers some unit of the subtree."""
    rows = work.db.execute(
        select(RosEining.eining_id, func.max(RosAnalyse.godkjend_tid))
        .join(RosAnalyse, RosAnalyse.id == RosEining.analyse_id)
        .where(RosEining.eining_id.in_(units_in(omfang)), RosAnalyse.status.in_(APPROVED))
        .group_by(RosEining.eining_id)
    )
    newest = {unit: oslo_date(at) for unit, at in rows if at is not None}
    found = {}
    for root, below in omfang.items():
        last = max((newest[unit] for unit in below if unit in newest), default=None)
        if last is None:
            found[root] = Maling(NEVER, _("Ingen godkjend analyse."))
        else:
            found[root] = Maling((work.today - last).days, _("Sist godkjend %(dato)s.", dato=fdate(last)))
    return found


def _red(work: Work, omfang: Omfang) -> Mapping[int, Maling]:
    """Rows that are red before measures and have no open or finished measure."""
    measured = (
        select(TiltakOpphav.ref_id)
        .join(Tiltak, Tiltak.id == TiltakOpphav.tiltak_id)
        .where(TiltakOpphav.slag == "ros", TiltakOpphav.ref_id == RosRad.id, Tiltak.status != "avlyst")
        .exists()
    )
    rows = work.db.execute(
        select(RosAnalyse.eining_id, func.count())
        .join(RosRad, RosRad.analyse_id == RosAnalyse.id)
        .where(
            RosAnalyse.eining_id.in_(units_in(omfang)),
            RosAnalyse.status != "avslutta",
            RosRad.fjerna.is_(False),
            RosRad.farge == "raud",
            ~measured,
        )
        .group_by(RosAnalyse.eining_id)
    )
    bare: Counter[int] = Counter()
    for unit, count in rows:
        bare[unit] += count
    found = {}
    for root, below in omfang.items():
        number = sum(bare[unit] for unit in below)
        said = ngettext("%(num)s raud risiko har ikkje tiltak.", "%(num)s raude risikoar har ikkje tiltak.", number)
        found[root] = Maling(number, said if number else _("Ingen raude risikoar utan tiltak."))
    return found


def _rows(eining: Eining) -> str:
    return f"/ros/?eining={eining.id}"


BEVIS: tuple[Bevis, ...] = (
    Bevis(
        kode="ros_fersk",
        punkt=Punkt.ROS,
        namn=_l("Godkjend risikoanalyse"),
        regel=_l("Grønt når den nyaste analysen er godkjend siste %(gron)s dagar, gult til og med %(gul)s dagar, elles raudt."),
        retning=Retning.LAG,
        gron=366,
        gul=456,
        lenkje=_rows,
        male=_fresh,
    ),
    Bevis(
        kode="ros_raude",
        punkt=Punkt.ROS,
        namn=_l("Raude risikoar utan tiltak"),
        regel=_l("Grønt med høgst %(gron)s raude risikoar utan tiltak, gult til og med %(gul)s, elles raudt."),
        retning=Retning.LAG,
        gron=0,
        gul=1,
        lenkje=_rows,
        male=_red,
    ),
)
