"""Drafts by the clock: a reminder at the end of the shift, deletion after 30 days; and the log lines that wait for the night."""

from avvik.actions.drafts import drop_old_drafts, remind_writers
from avvik.actions.history import log_anonymous_lines
from kjerne.jobs import Job

JOBS: tuple[Job, ...] = (
    Job("kladd-paminning", run=remind_writers, every_minutes=5),
    Job("kladd-sletting", run=drop_old_drafts, hour=4, minute=20),
    Job("logg-anonyme", run=log_anonymous_lines, hour=4, minute=5),
)
