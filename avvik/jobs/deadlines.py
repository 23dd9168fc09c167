"""Deadlines by the clock: reminders to who has the case, lifting late cases up the line, and the clocks of the duties.

Every letter has a key and every lift a line in the case's history, so that a second run, or a second scheduler, adds nothing.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from sqlalchemy import and_, or_, select

from avvik.actions.handle import escalate
from avvik.actions.history import letter
from avvik.actions.report import deadline_row
from avvik.models import Avvik, AvvikHending, AvvikMeldeplikt
from avvik.rules import OPEN, Status, escalation_level, missed_deadline
from kjerne.i18n import lazy as _l
from kjerne.jobs import Job
from kjerne.models import Person
from kjerne.work import Work

BEFORE = timedelta(days=2)
CLOCK_BEFORE = timedelta(hours=24)
#: A scheduler that was down for weeks still sends what it missed; cases older than this have long been lifted.
LOOK_BACK = timedelta(days=400)
OPEN_CODES = tuple(status.value for status in OPEN)

#: (which deadline, stage) → subject and body of the letter.
LETTERS = {
    ("svar", "snart"): (_l("Løftet nærmar seg:"), _l("Meldaren skal ha svar om kort tid, og har ikkje fått det enno.")),
    ("svar", "over"): (_l("Meldaren ventar på svar:"), _l("Meldaren skulle ha fått svar no, og har ikkje fått det enno.")),
    ("start", "snart"): (_l("Behandling skal starte:"), _l("Ei sak hos deg skal vere under behandling om kort tid.")),
    ("start", "over"): (_l("Sak ikkje starta:"), _l("Ei sak hos deg skulle ha vore under behandling no.")),
    ("lukking", "snart"): (_l("Frist nærmar seg:"), _l("Ei sak hos deg skal vere lukka om kort tid.")),
    ("lukking", "over"): (_l("Frist ute:"), _l("Fristen for å lukke ei sak hos deg er komen.")),
}
CLOCK_SOON = (
    _l("Meldeplikt, under eitt døgn att:"),
    _l("Ei meldeplikt i ei sak hos deg er ikkje avgjord. Fristen er om under eitt døgn."),
)
CLOCK_OVER = (_l("Meldeplikt, fristen er ute:"), _l("Ei meldeplikt i ei sak hos deg er ikkje avgjord, og fristen er ute."))


def remind(work: Work) -> None:
    """One letter before and one on each deadline that is not met: answer, start, closing. Waiting for effect stops the last."""
    for avvik, owner in _near(work):
        for kind, day in _unmet(avvik):
            if day - BEFORE <= work.today:
                stage = "over" if day <= work.today else "snart"
                subject, body = LETTERS[kind, stage]
                letter(work, avvik, owner, f"frist-{kind}-{stage}-{day:%Y%m%d}", subject.text, body.text)


def lift(work: Work) -> None:
    """Lift late cases: to the leader above after the days of `Frist`, to the sector after more; once for each level.

    Sensitive cases are read by their group only, so nobody up the line is told: their handler is reminded instead.
    """
    for avvik, _owner in _near(work):
        deadline = missed_deadline(
            Status(avvik.status), work.today, svar=_if(avvik.forste_svar_tid is None, avvik.frist_svar), lukking=avvik.frist_lukking
        )
        if deadline is None or avvik.sensitiv_gruppe:
            continue
        row = deadline_row(work, avvik.alvor, avvik.meldt)
        level = escalation_level(work.today, deadline, avvik.alvor, days=row.eskaler_dagar, sector_days=row.eskaler_sektor_dagar)
        done = _lifted_by_clock(work, avvik.id)
        for step in range(1, level + 1):
            if step not in done:
                escalate(work, avvik, step)


def clocks(work: Work) -> None:
    """A legal clock that runs out within a day, and one that has run out: a letter each to who has the case."""
    rows = work.db.execute(
        select(AvvikMeldeplikt, Avvik, Person)
        .join(Avvik, Avvik.id == AvvikMeldeplikt.avvik_id)
        .join(Person, Person.id == Avvik.sakshandsamar_id)
        .where(
            Avvik.status.in_(OPEN_CODES),
            AvvikMeldeplikt.status == "open",
            AvvikMeldeplikt.frist.is_not(None),
            AvvikMeldeplikt.frist <= work.now + CLOCK_BEFORE,
        )
        .order_by(AvvikMeldeplikt.id)
    ).all()
    for duty, avvik, owner in rows:
        if duty.frist is not None:
            over = work.now >= duty.frist
            subject, body = CLOCK_OVER if over else CLOCK_SOON
            key = f"plikt-{duty.id}-{'over' if over else 'snart'}-{int(duty.frist.timestamp())}"
            letter(work, avvik, owner, key, subject.text, body.text)


def _near(work: Work) -> Sequence[tuple[Avvik, Person]]:
    """Open cases with an owner where a deadline that still counts is near or over."""
    soon, since = work.today + BEFORE, work.today - LOOK_BACK
    rows = work.db.execute(
        select(Avvik, Person)
        .join(Person, Person.id == Avvik.sakshandsamar_id)
        .where(
            Avvik.status.in_(OPEN_CODES),
            or_(
                and_(Avvik.forste_svar_tid.is_(None), Avvik.frist_svar.between(since, soon)),
                and_(Avvik.starta_tid.is_(None), Avvik.frist_start.between(since, soon)),
                and_(Avvik.status != Status.VENTAR_EFFEKT, Avvik.frist_lukking.between(since, soon)),
            ),
        )
        .order_by(Avvik.id)
    )
    return [(avvik, owner) for avvik, owner in rows]


def _unmet(avvik: Avvik) -> Iterator[tuple[str, date]]:
    if avvik.forste_svar_tid is None:
        yield "svar", avvik.frist_svar
    if avvik.starta_tid is None:
        yield "start", avvik.frist_start
    if avvik.status != Status.VENTAR_EFFEKT:
        yield "lukking", avvik.frist_lukking


def _if(holds: bool, day: date) -> date | None:  # noqa: FBT001 - a choice, not a flag
    return day if holds else None


def _lifted_by_clock(work: Work, avvik_id: int) -> set[int]:
    """The levels the clock has lifted this case to; a case that is opened again starts anew."""
    opened = work.db.scalars(
        select(AvvikHending.id)
        .where(AvvikHending.avvik_id == avvik_id, AvvikHending.slag.in_(["gjenopna", "innvending", "effekt_opna"]))
        .order_by(AvvikHending.id.desc())
        .limit(1)
    ).first()
    lines = work.db.scalars(
        select(AvvikHending.fra).where(
            AvvikHending.avvik_id == avvik_id,
            AvvikHending.slag == "lofta",
            AvvikHending.aktor == "system",
            AvvikHending.id > (opened or 0),
        )
    )
    return {int(level) for level in lines if level}


JOBS: tuple[Job, ...] = (
    Job("avvik-paminning", run=remind, hour=6, minute=40),
    Job("avvik-lyft", run=lift, hour=6, minute=50),
    Job("avvik-klokker", run=clocks, every_minutes=15),
)
