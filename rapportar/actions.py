"""Ordering and making reports: ordered once by the unique row, made once by the row's status."""

import hashlib
from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from avvik.queries.tal_periode import month_of, shift
from kjerne import files, mail
from kjerne.clock import next_working_day
from kjerne.filinnhald import Inspected
from kjerne.i18n import gettext as _
from kjerne.i18n import language
from kjerne.log import record
from kjerne.models import Eining, Person
from kjerne.work import Work
from rapportar import manad
from rapportar.models import Rapport
from rapportar.queries import RECEIVER_NEEDS, content, month_in_words, work_of

MANAD = "manad_eining"
PDF = "application/pdf"
BATCH = 5


def period_due(today: date) -> str | None:
    """The month to report on, as 2026-10, from the first working day of the next month on; before that day None."""
    if today < next_working_day(today.replace(day=1)):
        return None
    before = shift(month_of(today), -1)
    return f"{before // 100}-{before % 100:02d}"


def order_monthly(work: Work) -> int:
    """Order the report of the month before for each active unit with a leader who handles it; answers how many are new.

    A report that failed is ordered again. Two who order at once: the unique key lets one row stand.
    """
    periode = period_due(work.today)
    if periode is None:
        return 0
    rows = work.db.execute(select(Eining, Person).join(Person, Person.id == Eining.leiar_id).order_by(Eining.id)).all()
    ordered = work.db.execute(select(Rapport).where(Rapport.slag == MANAD, Rapport.periode == periode)).scalars()
    known = {(row.eining_id, row.mottakar_id): row for row in ordered}
    new = 0
    for eining, leader in rows:
        row = known.get((eining.id, leader.id))
        if row is not None and row.status == "feila":
            row.status = "ventar"
        elif row is None and eining.is_active(work.today) and leader.is_employed(work.today) and _receives(work, eining, leader):
            new += _order(work, eining, leader, periode)
    work.db.flush()
    return new


def _receives(work: Work, eining: Eining, leader: Person) -> bool:
    seen = work_of(work, leader)
    return all(seen.has(right, eining.id) for right in RECEIVER_NEEDS)


def _order(work: Work, eining: Eining, leader: Person, periode: str) -> int:
    row = Rapport(
        slag=MANAD, eining_id=eining.id, periode=periode, mottakar_id=leader.id, sprak=leader.sprak or work.sprak, tinga=work.now
    )
    try:
        with work.db.begin_nested():
            work.db.add(row)
    except IntegrityError:
        return 0  # another scheduler was first
    return 1


def make_waiting(work: Work) -> int:
    """Make a handful of the reports that wait; answers how many. One that cannot be made stops no other: it is tried next day."""
    waiting = select(Rapport).where(Rapport.status == "ventar").order_by(Rapport.id).limit(BATCH).with_for_update(skip_locked=True)
    rows = list(work.db.scalars(waiting))
    for row in rows:
        try:
            with work.db.begin_nested():
                make_report(work, row)
        except (ValueError, LookupError, TypeError, OSError) as fault:
            row.status, row.feil = "feila", type(fault).__name__
    work.db.flush()
    return sum(row.status == "laga" for row in rows)


def make_report(work: Work, row: Rapport) -> None:
    """Make the paper as its receiver may see it, keep it under its checksum, and queue a letter with the link alone.

    A leader who has lost the unit meanwhile gets none: LookupError.
    """
    eining, leader = work.db.get_one(Eining, row.eining_id), work.db.get_one(Person, row.mottakar_id)
    if not _receives(work, eining, leader):
        raise LookupError(row.id)
    seen = work_of(work, leader)
    with language(row.sprak):
        data = manad.paper(seen, eining, leader, row.periode, content(seen, eining, row.periode))
        subject = _("Månadsrapport %(manad)s, %(eining)s", manad=month_in_words(row.periode), eining=eining.namn)
        body = _(
            "Månadsrapporten er klar. Opne han her, du må logge inn:\n%(lenkje)s\n\nAlle rapportane ligg i arkivet:\n%(arkiv)s\n",
            lenkje=f"{work.config.base_url}/rapportar/{row.id}",
            arkiv=f"{work.config.base_url}/rapportar/arkiv",
        )
    files.store(work, "rapport", row.id, Inspected(data, PDF, f"rapport-{row.periode}.pdf", ""))
    row.sha256, row.storleik = hashlib.sha256(data).hexdigest(), len(data)
    row.status, row.laga, row.feil = "laga", work.now, None
    mail.queue(work, leader, subject[:200], body, key=f"rapport-{row.id}")
    record(work, "rapport", row.id, "laga", sha256=row.sha256)


__all__ = ["MANAD", "make_report", "make_waiting", "order_monthly", "period_due"]
