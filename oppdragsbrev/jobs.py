"""What the clock starts: each night the month's lights are kept, and each morning deadlines are reminded of."""

from sqlalchemy import select

from kjerne.jobs import Job
from kjerne.work import Work
from oppdragsbrev import letters
from oppdragsbrev.actions import keep_lights
from oppdragsbrev.models import Brevmottak, Brevpunkt, Oppdragsbrev, Punktmottak
from oppdragsbrev.rules import LOOK_BACK, REMIND_BEFORE, TO_DELIVER, Brevtilstand


def remind(work: Work) -> None:
    """One letter two weeks before each deadline, and one when it has passed, while the point is not delivered."""
    rows = work.db.execute(
        select(Oppdragsbrev, Brevmottak, Punktmottak)
        .join(Brevmottak, Brevmottak.brev_id == Oppdragsbrev.id)
        .join(Punktmottak, Punktmottak.mottak_id == Brevmottak.id)
        .join(Brevpunkt, Brevpunkt.id == Punktmottak.punkt_id)
        .where(
            Oppdragsbrev.status == Brevtilstand.SENDT,
            Brevmottak.sendt.is_not(None),
            Brevpunkt.fjerna.is_(False),
            Punktmottak.status.in_([one.value for one in TO_DELIVER]),
            Punktmottak.frist.between(work.today - LOOK_BACK, work.today + REMIND_BEFORE),
        )
        .order_by(Punktmottak.id)
    ).all()
    for brev, mottak, del_ in rows:
        letters.remind(work, brev, mottak, del_)


JOBS: tuple[Job, ...] = (
    Job("oppdragsbrev-lys", run=keep_lights, hour=4, minute=40),
    Job("oppdragsbrev-paminning", run=remind, hour=6, minute=40),
)
