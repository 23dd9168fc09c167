"""What the clock starts: counters nobody has touched for a day and sessions that have ended are swept away."""

from datetime import timedelta

from sqlalchemy import delete, or_

from kjerne.jobs import Job
from kjerne.models import Okt
from kjerne.work import Work
from konto import throttle


def sweep(work: Work) -> None:
    """Once a night. All that is left of an ended session tells who was there when; an anonymous case was filed then too."""
    throttle.sweep(work.db, work.now)
    too_old = work.now - timedelta(hours=work.config.absolute_hours)
    work.db.execute(delete(Okt).where(or_(Okt.avslutta.is_not(None), Okt.laga < too_old)))


JOBS = (Job("konto-rydding", run=sweep, hour=4, minute=20),)
