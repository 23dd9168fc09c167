"""Reports by the clock: ordered on the first working day at 05:30 (or when the machine is up again), made a few at a time.

A handful in each transaction, so that nobody who files waits for paper.
"""

from kjerne.jobs import Job
from rapportar.actions import make_waiting, order_due

JOBS: tuple[Job, ...] = (
    Job("rapportar-tinging", run=order_due, hour=5, minute=30),
    Job("rapportar-laging", run=make_waiting, every_minutes=1),
)
