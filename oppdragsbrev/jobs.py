"""What the clock starts: each night the month's lights are kept, so that a trend can be told."""

from kjerne.jobs import Job
from oppdragsbrev.actions import keep_lights

JOBS: tuple[Job, ...] = (Job("oppdragsbrev-lys", run=keep_lights, hour=4, minute=40),)
