"""The rules of the lights, and the lights of each month."""

from datetime import date

from sqlalchemy import delete, insert, select

from avvik.queries.tal_periode import month_of
from kjerne.access import Right
from kjerne.errors import NotFound, Refused
from kjerne.i18n import gettext as _
from kjerne.log import record
from kjerne.models import Eining
from kjerne.work import Work
from oppdragsbrev.models import Bevisregel, Bevisstand
from oppdragsbrev.queries import bevis
from oppdragsbrev.rules import sound

THRESHOLD_MAX = 10_000


def change_rule(work: Work, kode: str, *, gron: int, gul: int, gjeld_fra: date) -> None:
    """Set the thresholds of one kind of evidence from a day on, today at the earliest. Earlier lights are kept as they were."""
    if not work.has(Right.BREV_SKRIV):
        raise NotFound
    kind = next((one for one in bevis.ALLE if one.kode == kode), None)
    if kind is None:
        raise NotFound
    if gjeld_fra < work.today:
        raise Refused(_("Regelen kan gjelde frå i dag eller seinare, ikkje bakover i tid."), "gjeld_fra")
    if not (0 <= gron <= THRESHOLD_MAX and 0 <= gul <= THRESHOLD_MAX and sound(kind.retning, gron, gul)):
        raise Refused(_("Grensa for gult må ligge på den dårlege sida av grensa for grønt."), "gul")
    row = work.db.scalars(select(Bevisregel).where(Bevisregel.bevis == kode, Bevisregel.gjeld_fra == gjeld_fra)).one_or_none()
    before = bevis.rules_in_force(work, gjeld_fra)[kode]
    if row is None:
        row = Bevisregel(bevis=kode, gjeld_fra=gjeld_fra, gron=gron, gul=gul, endra_av_id=work.me.id, endra=work.now)
        work.db.add(row)
    else:
        row.gron, row.gul, row.endra_av_id, row.endra = gron, gul, work.me.id, work.now
    work.db.flush()
    record(
        work,
        "bevisregel",
        row.id,
        "oppdragsbrev:regel",
        bevis=kode,
        fra=f"{before[0]}/{before[1]}",
        til=f"{gron}/{gul}",
        gjeld_fra=gjeld_fra.isoformat(),
    )


def keep_lights(work: Work) -> int:
    """Keep this month's lights for every active unit; run again the same month, the newest stands. Answers how many rows."""
    manad = month_of(work.today)
    units = [row for row in work.db.scalars(select(Eining)) if row.is_active(work.today)]
    rows = [
        {"eining_id": unit, "bevis": one.bevis.kode, "manad": manad, "lys": one.lys.value, "verdi": one.verdi}
        for unit, found in bevis.find(work, units).items()
        for one in found
    ]
    work.db.execute(delete(Bevisstand).where(Bevisstand.manad == manad))
    if rows:
        work.db.execute(insert(Bevisstand), rows)
    return len(rows)
