"""What the clock starts: reminders of approvals that wait and of revisions that come."""

from kjerne.jobs import Job
from kjerne.work import Work
from ros import rules
from ros.actions import letters
from ros.queries.lists import LETTER_AFTER, to_approve, to_revise


def remind(work: Work) -> None:
    """One letter for each stage: a month before the revision, on its day, and a week after it was sent for approval."""
    today = work.today
    for analyse in work.db.scalars(to_revise(today, today + rules.REMIND_BEFORE)).all():
        due = analyse.neste_revisjon <= today
        subject, stage = (letters.REVISE, "no") if due else (letters.REVISE_SOON, "snart")
        letters.send(
            work, analyse, letters.leader(work, analyse), subject, f"revisjon-{stage}-{analyse.neste_revisjon.isoformat()}"
        )
    for analyse in work.db.scalars(to_approve(work.now - LETTER_AFTER)).all():
        letters.send(work, analyse, letters.leader(work, analyse), letters.STILL_WAITS, f"purring-{analyse.versjon}")


JOBS: tuple[Job, ...] = (Job("ros-paminning", run=remind, hour=6, minute=40),)
