"""Ordering and making reports: ordered once by the unique row, made once by the row's status, sent as a link."""

import hashlib
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError

from kjerne import files, mail
from kjerne.access import Right
from kjerne.clock import next_working_day
from kjerne.filinnhald import Inspected
from kjerne.i18n import fdate, language
from kjerne.i18n import gettext as _
from kjerne.innstilling import settings
from kjerne.log import record
from kjerne.models import Eining, Person
from kjerne.work import Work
from rapportar import dokument
from rapportar.abonnement import MANAD, active, due, ensure_standard, receivers, receives
from rapportar.models import Abonnement, Rapport
from rapportar.papir import papir
from rapportar.queries import work_of
from rapportar.rules.perioder import Rytme, last_ended, name_of, read_period
from rapportar.slag import SLAG

PDF = "application/pdf"
BATCH = 5
#: What a mail server commonly takes; a larger report has its link alone.
LARGEST = 10 * 1024 * 1024
#: Who holds neither sees no small number, in a report without numbers either.
CASES = (Right.AVVIK_LES, Right.AVVIK_BEHANDLE)
#: A report that failed is tried again each day for so long.
AGAIN = timedelta(days=31)


def order_due(work: Work) -> int:
    """Order what is due of every subscription; answers how many reports are new. Those that failed lately are tried again."""
    ensure_standard(work)
    again = update(Rapport).where(Rapport.status == "feila", Rapport.tinga >= work.now - AGAIN)
    work.db.execute(again.values(status="ventar"))
    new = 0
    for row in active(work):
        periods = due(row, work.today)
        if periods:
            new += _order_periods(work, row, periods)
    work.db.flush()
    return new


def _order_periods(work: Work, row: Abonnement, periods: list[str]) -> int:
    """Order some periods of a subscription for each of its receivers, and remember how far it has come."""
    ordered = work.db.execute(
        select(Rapport.eining_id, Rapport.periode, Rapport.mottakar_id).where(
            Rapport.slag == row.slag, Rapport.periode.in_(periods)
        )
    )
    known = {(unit, periode, person) for unit, periode, person in ordered}
    new = 0
    for eining, person in receivers(work, row):
        for periode in periods:
            if (eining.id, periode, person.id) not in known:
                new += _order(work, row, (eining, person), periode)
    later = or_(Abonnement.tinga_til.is_(None), Abonnement.tinga_til < periods[-1])
    mark = update(Abonnement).where(Abonnement.id == row.id, later).values(tinga_til=periods[-1])
    work.db.execute(mark.execution_options(synchronize_session=False))
    return new


def _order(work: Work, sub: Abonnement, to: tuple[Eining, Person], periode: str) -> int:
    eining, person = to
    row = Rapport(
        slag=sub.slag,
        eining_id=eining.id,
        periode=periode,
        mottakar_id=person.id,
        sprak=sub.sprak or person.sprak or work.sprak,
        tinga=work.now,
        abonnement_id=sub.id,
        send_fra=next_working_day(work.today + timedelta(days=sub.vindauge)) if sub.vindauge else None,
    )
    try:
        with work.db.begin_nested():
            work.db.add(row)
    except IntegrityError:
        return 0  # another scheduler was first
    if row.send_fra is not None:
        _ask_for_comments(work, row, eining, person)
    return 1


def _ask_for_comments(work: Work, row: Rapport, eining: Eining, person: Person) -> None:
    """A letter to the unit's leader and the receiver, as far as they may write: the report waits until a day."""
    leader = work.db.get(Person, eining.leiar_id) if eining.leiar_id else None
    for one in {one.id: one for one in (leader, person) if one is not None}.values():
        if not work_of(work, one).has(Right.RAPPORT_SKRIV, eining.id):
            continue
        with language(one.sprak or work.sprak):
            subject = _("Skriv til rapporten: %(rapport)s", rapport=_title(row, eining))
            body = _(
                "Rapporten blir send %(dato)s. Vil du seie noko til tala, så skriv det her før då. Du må logge inn:\n%(lenkje)s\n",
                dato=fdate(row.send_fra),
                lenkje=f"{work.config.base_url}/rapportar/{row.slag}?eining={eining.kode}&periode={row.periode}",
            )
            mail.queue(work, one, subject[:200], body, key=f"rapport-vindauge-{row.id}-{one.id}")


def _title(row: Rapport, eining: Eining) -> str:
    return f"{SLAG[row.slag].namn}, {name_of(row.periode)}, {eining.namn}"


def order_now(work: Work, sub: Abonnement) -> int:
    """Order the last period that has ended, for all receivers, without waiting for comments. Answers how many are new."""
    periode = last_ended(Rytme(sub.rytme), work.today)
    found = select(Rapport.eining_id, Rapport.mottakar_id).where(Rapport.slag == sub.slag, Rapport.periode == periode)
    known = {(unit, person) for unit, person in work.db.execute(found)}
    waiting = update(Rapport).where(Rapport.abonnement_id == sub.id, Rapport.periode == periode)
    work.db.execute(waiting.where(Rapport.status.in_(("ventar", "feila", "kvilar"))).values(send_fra=None, status="ventar"))
    new = 0
    for eining, person in receivers(work, sub):
        if (eining.id, person.id) not in known:
            row = Rapport(
                slag=sub.slag,
                eining_id=eining.id,
                periode=periode,
                mottakar_id=person.id,
                sprak=sub.sprak or person.sprak or work.sprak,
                tinga=work.now,
                abonnement_id=sub.id,
            )
            work.db.add(row)
            new += 1
    work.db.flush()
    record(work, "rapportabonnement", sub.id, "rapport:no", periode=periode, nye=new)
    return new


def make_waiting(work: Work) -> int:
    """Make a handful of the reports that wait; answers how many. One that cannot be made stops no other: it is tried next day."""
    ready = or_(Rapport.send_fra.is_(None), Rapport.send_fra <= work.today)
    waiting = select(Rapport).where(Rapport.status == "ventar", ready).order_by(Rapport.id).limit(BATCH)
    rows = list(work.db.scalars(waiting.with_for_update(skip_locked=True)))
    for row in rows:
        try:
            with work.db.begin_nested():
                make_report(work, row)
        except (ValueError, LookupError, TypeError, OSError) as fault:
            row.status, row.feil = "feila", type(fault).__name__
    work.db.flush()
    return sum(row.status == "laga" for row in rows)


def make_report(work: Work, row: Rapport, *, letter: bool = True) -> None:
    """Make the paper as its receiver may see it, keep it under its checksum, and queue a letter with the link.

    A receiver who has lost the unit meanwhile gets none: LookupError.
    """
    eining, person = work.db.get_one(Eining, row.eining_id), work.db.get_one(Person, row.mottakar_id)
    if not receives(work, row.slag, eining, person):
        raise LookupError(row.id)
    seen = replace(work_of(work, person), sprak=row.sprak)
    with language(row.sprak):
        doc = dokument.build(seen, SLAG[row.slag], eining, read_period(row.periode))
        data = papir.paper(seen, doc)
        reads_cases = any(seen.has(right, eining.id) for right in CASES)
        row.heilt = (doc.heilt and reads_cases) or SLAG[row.slag].enkeltsaker
        subject = _title(row, eining)
        body = _(
            "Rapporten er klar. Opne han her, du må logge inn:\n%(lenkje)s\n\nAlle rapportane ligg i arkivet:\n%(arkiv)s\n",
            lenkje=f"{work.config.base_url}/rapportar/{row.id}",
            arkiv=f"{work.config.base_url}/rapportar/arkiv",
        )
    name = f"rapport-{row.periode}.pdf"
    files.store(work, "rapport", row.id, Inspected(data, PDF, name, ""))
    row.sha256, row.storleik = hashlib.sha256(data).hexdigest(), len(data)
    row.status, row.laga, row.feil = "laga", work.now, None
    if letter:
        attached = mail.Vedlegg(name, row.sha256) if _goes_along(work, row) else None
        mail.queue(work, person, subject[:200], body, key=f"rapport-{row.id}", attached=attached)
    record(work, "rapport", row.id, "laga", sha256=row.sha256)


def _goes_along(work: Work, row: Rapport) -> bool:
    """Whether the report itself goes with the letter: the municipality allows it, and no single case is told in its kind."""
    return settings(work.db)["rapport_vedlegg"] == "1" and not SLAG[row.slag].enkeltsaker and row.storleik <= LARGEST


__all__ = ["MANAD", "make_report", "make_waiting", "order_due", "order_now"]
