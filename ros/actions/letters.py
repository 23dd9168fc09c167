"""The letters about risk analyses: number, unit and link, never a title or a text; each goes once, by its key."""

from kjerne import mail
from kjerne.i18n import SPRAK, Lazy, fdate, language
from kjerne.i18n import gettext as _
from kjerne.i18n import lazy as _l
from kjerne.innstilling import settings
from kjerne.models import Eining, Person
from kjerne.work import Work
from ros.models import RosAnalyse
from ros.queries.access import above
from tiltak.queries import responsible_leader

WAITS = _l("Risikoanalyse %(nr)s ventar på godkjenning")
STILL_WAITS = _l("Risikoanalyse %(nr)s ventar framleis på godkjenning")
RED = _l("Risikoanalyse %(nr)s har raud restrisiko som du må ta stilling til")
RETURNED = _l("Risikoanalyse %(nr)s er sendt tilbake til deg")
APPROVED = _l("Risikoanalyse %(nr)s er godkjend")
REVISE_SOON = _l("Risikoanalyse %(nr)s skal snart reviderast")
REVISE = _l("Risikoanalyse %(nr)s skal reviderast no")


def send(work: Work, analyse: RosAnalyse, to: Person | None, subject: Lazy, key: str) -> None:
    """Put one letter in the outbox, in its receiver's language. Nobody writes to herself."""
    if to is None or (work.person is not None and work.person.id == to.id):
        return
    unit = work.db.get_one(Eining, analyse.eining_id)
    sprak = to.sprak if to.sprak in SPRAK else settings(work.db)["sprak"]
    with language(sprak):
        about = subject % {"nr": analyse.id}
        body = _(
            "%(emne)s.\n\nEining: %(eining)s\nNeste revisjon: %(dato)s\n\nOpne analysen:\n%(lenkje)s\n",
            emne=about,
            eining=unit.namn,
            dato=fdate(analyse.neste_revisjon),
            lenkje=f"{work.config.base_url}/ros/{analyse.id}",
        )
        mail.queue(work, to, about, body, key=f"ros-{analyse.id}-{key}-{to.id}")


def leader(work: Work, analyse: RosAnalyse) -> Person | None:
    """Who approves: the unit's leader, or the next up when she is away."""
    return responsible_leader(work.db, analyse.eining_id, 0, work.today)


def leader_above(work: Work, analyse: RosAnalyse) -> Person | None:
    """Who accepts a red residual risk."""
    return responsible_leader(work.db, above(work.db, analyse.eining_id), 0, work.today)


def waits_for_approval(work: Work, analyse: RosAnalyse, *, red: bool) -> None:
    """To the unit's leader, and to the leader above when a residual risk is red."""
    send(work, analyse, leader(work, analyse), WAITS, f"ventar-{analyse.versjon}")
    if red:
        send(work, analyse, leader_above(work, analyse), RED, f"raud-{analyse.versjon}")


def to_maker(work: Work, analyse: RosAnalyse, subject: Lazy, key: str) -> None:
    """To who made it."""
    send(work, analyse, work.db.get(Person, analyse.laga_av_id), subject, key)
