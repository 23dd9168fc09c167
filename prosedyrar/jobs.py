"""What the clock starts: reminders before the revision deadline, of what is to be read, and of hearings soon and over."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import Row, select

from kjerne.jobs import Job
from kjerne.models import Eining, Person
from kjerne.work import Work
from prosedyrar import letters
from prosedyrar.models import Hoyring, Prosedyre, ProsedyreVersjon
from prosedyrar.queries import lesing
from prosedyrar.queries.hoyring import without_answer
from prosedyrar.rules import HOYRING_PAMINNING, PAMINNING_DAGAR, Tilstand

#: A scheduler that was down for weeks still sends what it missed, once; older deadlines are in the lists only.
LOOK_BACK = timedelta(days=60)
READ_AHEAD = timedelta(days=3)


def stage(frist: date, today: date) -> int:
    """Which reminder a deadline has come to: 60, 30 or 0 days before."""
    left = (frist - today).days
    return next((days for days in sorted(PAMINNING_DAGAR) if left <= days), PAMINNING_DAGAR[0])


def remind_of_revision(work: Work) -> None:
    """To the owner 60, 30 and 0 days before the deadline; on the day to the unit's leader too. To her alone when the owner left."""
    valid = select(ProsedyreVersjon.prosedyre_id).where(ProsedyreVersjon.tilstand == Tilstand.GYLDIG)
    due = select(Prosedyre).where(
        Prosedyre.revisjonsfrist.between(work.today - LOOK_BACK, work.today + timedelta(days=PAMINNING_DAGAR[0])),
        Prosedyre.id.in_(valid),
    )
    for prosedyre in work.db.scalars(due.order_by(Prosedyre.id)).all():
        if prosedyre.revisjonsfrist is None:
            continue
        days = stage(prosedyre.revisjonsfrist, work.today)
        owner = work.db.get_one(Person, prosedyre.eigar_id)
        unit = work.db.get_one(Eining, prosedyre.eining_id)
        there = owner.is_employed(work.today)
        if there:
            letters.revision_due(work, prosedyre, owner, days)
        if (days == 0 or not there) and unit.leiar_id is not None and unit.leiar_id != prosedyre.eigar_id:
            letters.revision_due(work, prosedyre, work.db.get(Person, unit.leiar_id), days)


def remind_of_reading(work: Work) -> None:
    """One letter a week to who has something to read that is due within three days or late."""
    waiting = set()
    for row in work.db.execute(lesing.readers(work.today)):
        if row.kvittering_id is None:
            frist = lesing.due(row.gyldig_fra, row.tilsett_fra, row.fra, row.frist_dagar)
            if frist <= work.today + READ_AHEAD:
                waiting.add(row.person_id)
    for person in work.db.scalars(select(Person).where(Person.id.in_(waiting)).order_by(Person.id)).all():
        letters.reading_due(work, person)


def _hearings(work: Work, first: date, last: date) -> Sequence[Row[Hoyring, ProsedyreVersjon, Prosedyre]]:
    """The hearings that run, with a deadline between two days."""
    found = (
        select(Hoyring, ProsedyreVersjon, Prosedyre)
        .join(ProsedyreVersjon, ProsedyreVersjon.id == Hoyring.versjon_id)
        .join(Prosedyre, Prosedyre.id == ProsedyreVersjon.prosedyre_id)
        .where(Hoyring.avslutta.is_(None), Hoyring.frist.between(first, last))
    )
    return work.db.execute(found.order_by(Hoyring.id)).all()


def remind_of_hearings(work: Work) -> None:
    """To those asked who have said nothing, once, three days before the deadline or as soon after as the clock comes round."""
    soon = work.today + timedelta(days=HOYRING_PAMINNING)
    for hoyring, versjon, prosedyre in _hearings(work, work.today, soon):
        for person in work.db.scalars(without_answer(hoyring.id, work.today)).all():
            if person.is_employed(work.today) and person.id != hoyring.sendt_av_id:
                letters.hearing_soon(work, prosedyre, versjon, hoyring, person)


def tell_of_hearings(work: Work) -> None:
    """To who sent a hearing whose deadline has passed, once."""
    for hoyring, versjon, prosedyre in _hearings(work, work.today - LOOK_BACK, work.today - timedelta(days=1)):
        letters.hearing_over(work, prosedyre, versjon, hoyring)


def remind(work: Work) -> None:
    """All reminders of the library."""
    remind_of_revision(work)
    remind_of_reading(work)
    remind_of_hearings(work)
    tell_of_hearings(work)


JOBS: tuple[Job, ...] = (Job("prosedyre-paminning", run=remind, hour=6, minute=40),)
