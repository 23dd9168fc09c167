"""Disposal by night: the clock only proposes. It also empties SQLite's write-ahead log, where removed text may linger."""

from avvik.actions.kassasjon import propose
from kjerne.gloyming import forget_pages
from kjerne.jobs import Job
from kjerne.work import Work


def propose_by_night(work: Work) -> int:
    """Propose, and forget what was removed during the day."""
    count = propose(work)
    forget_pages(work.db)
    return count


JOBS: tuple[Job, ...] = (Job("kassasjon-framlegg", run=propose_by_night, hour=3, minute=40),)
