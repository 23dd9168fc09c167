"""Drafts by the clock: a reminder at the end of the shift, and deletion after 30 days."""

from avvik.actions.drafts import drop_old_drafts, remind_writers
from kjerne.jobs import Job

JOBS: tuple[Job, ...] = (
    Job("kladd-paminning", run=remind_writers, every_minutes=5),
    Job("kladd-sletting", run=drop_old_drafts, hour=4, minute=20),
)
