"""The sums by night: held against the rows, and counted anew when a cell is wrong. Which cell, and how many, stands in the log."""

import structlog

from avvik import sums
from kjerne.jobs import Job
from kjerne.work import Work

SHOWN = 5

logger = structlog.get_logger()


def hold_against_rows(work: Work) -> int:
    """Verify every cell; when any is wrong, log it as an error and rebuild. Answers how many were wrong.

    A case that is filed between two questions looks like a wrong cell: so what is wrong is looked at again with nobody filing.
    """
    wrong = sums.verify(work.db)
    if wrong:
        sums.hold_still(work.db)
        wrong = sums.verify(work.db)
    if wrong:
        logger.error("sums_wrong", count=len(wrong), first=wrong[:SHOWN])
        sums.rebuild(work.db)
    return len(wrong)


JOBS: tuple[Job, ...] = (Job("avvik-summar", run=hold_against_rows, hour=3, minute=20),)
