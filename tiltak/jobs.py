"""What the clock starts: reminders before and on the deadline, lifting what is late, and asking whether it helped."""

from datetime import timedelta

from kjerne.jobs import Job
from kjerne.models import Person
from kjerne.work import Work
from tiltak import letters, queries, rules
from tiltak.models import Tiltak

#: A scheduler that was down for weeks still sends what it missed, once.
LOOK_BACK = timedelta(days=60)


def remind(work: Work) -> None:
    """One letter for each stage of each deadline: three days before, on the day, and when it has passed.

    What is late is lifted to the unit's leader; a shielded measure to whoever follows it up, for the leader may be the one
    its case is about.
    """
    today = work.today
    for tiltak in work.db.scalars(queries.due(today, today + rules.REMIND_BEFORE, today - LOOK_BACK)).all():
        owner = work.db.get(Person, tiltak.ansvarleg_id)
        if tiltak.effekt_frist is not None:
            letters.remind(work, tiltak, owner, "effekt", tiltak.effekt_frist)
            continue
        letters.remind(work, tiltak, owner, _stage(work, tiltak), tiltak.frist)
        if tiltak.frist < today:
            letters.remind(work, tiltak, _lifted_to(work, tiltak), "lofta", tiltak.frist)


def _stage(work: Work, tiltak: Tiltak) -> str:
    if tiltak.frist < work.today:
        return "over"
    return "i-dag" if tiltak.frist == work.today else "snart"


def _lifted_to(work: Work, tiltak: Tiltak) -> Person | None:
    if not tiltak.skjerma:
        return queries.responsible_leader(work.db, tiltak.eining_id, tiltak.ansvarleg_id, work.today)
    follower = work.db.get(Person, tiltak.laga_av_id)
    return follower if follower is not None and follower.id != tiltak.ansvarleg_id else None


JOBS: tuple[Job, ...] = (Job("tiltak-paminning", run=remind, hour=6, minute=30),)
