"""What the clock starts: counters nobody has touched for a day and sessions long ended are swept away."""

from datetime import timedelta

from sqlalchemy import delete, or_

from kjerne.jobs import Job
from kjerne.models import Okt
from kjerne.work import Work
from konto import throttle

KEEP_SESSIONS = timedelta(days=30)


def sweep(work: Work) -> None:
    """Once a night. A session ends after twelve hours whatever happens, so thirty days is far beyond any living one."""
    throttle.sweep(work.db, work.now)
    long_ago = work.now - KEEP_SESSIONS
    work.db.execute(delete(Okt).where(or_(Okt.avslutta < long_ago, Okt.laga < long_ago)))


JOBS = (Job("konto-rydding", run=sweep, hour=4, minute=20),)
