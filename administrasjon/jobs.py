"""What the clock starts: names of those who have left go, when nothing keeps them."""

from administrasjon.actions.slutta import pseudonymise_left
from kjerne.jobs import Job

JOBS: tuple[Job, ...] = (Job("slutta-pseudonym", run=pseudonymise_left, hour=3, minute=50),)
