"""What a reporter sees of her own cases: who has it, the promise, what happens next, and what came of what she filed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from avvik.models import Avvik, AvvikHending, AvvikKladd
from avvik.queries.access import mine_reasons
from avvik.queries.duplikat import Samla, joined_into
from avvik.queries.nyaste import newest
from avvik.rules import ENDED, OPEN, STATUSNAMN, Status, status_name
from kjerne.i18n import fclock, fdate, fshort, fweekday
from kjerne.i18n import gettext as _
from kjerne.models import Eining, Person
from kjerne.work import Work

LATEST = 3
SHORT_TEXT = 160
QUESTIONS = 20
TO_REPORTER = ("forste_svar", "svar", "sporsmal", "lukka", "avvist", "duplikat")
MEASURES = frozenset({Status.TILTAK, Status.VENTAR_EFFEKT})
_OPEN_CODES = [status.value for status in OPEN]


@dataclass(frozen=True)
class Punkt:
    """One of the four steps on the receipt."""

    tittel: str
    tekst: str
    ferdig: bool


@dataclass(frozen=True)
class Gjort:
    """A row of "du melde / vi gjorde". `lys`: ok when closed, none while it is under way."""

    nr: str
    dag: date | datetime
    melde: str
    status: str
    lys: str
    gjorde: str
    spor: bool


@dataclass(frozen=True)
class Hos:
    """Who has a case, and what she is to it."""

    namn: str
    rolle: str


def role_of(work: Work, person_id: int, eining: Eining) -> str:
    """What a person is to a unit: its leader, deputy, or the leader of one above. In words."""
    step: Eining | None = eining
    while step is not None:
        if step.leiar_id == person_id:
            return _("leiar i %(eining)s", eining=step.namn)
        if step.stedfortredar_id == person_id:
            return _("stedfortredar i %(eining)s", eining=step.namn)
        step = work.db.get(Eining, step.overordna_id) if step.overordna_id is not None else None
    return _("behandlar saka")


def held_by(work: Work, avvik: Avvik, eining: Eining) -> Hos | None:
    """Who has the case now."""
    if avvik.sakshandsamar_id is None:
        return None
    person = work.db.get_one(Person, avvik.sakshandsamar_id)
    return Hos(person.namn, role_of(work, person.id, eining))


def what_happens(avvik: Avvik, hos: Hos | None, samla: Samla | None = None) -> list[Punkt]:
    """The four steps of a case as its reporter sees them. A case filed anonymously shows no clock time.

    `samla`: the case it was joined with; what is left happens there.
    """
    status = Status(avvik.status)
    first = hos.namn.split()[0] if hos else _("Kvalitetskoordinatoren")
    received = fdate(avvik.meldt) if avvik.anonym else f"{fshort(avvik.meldt)} {_('kl.')} {fclock(avvik.meldt)}"
    answered = avvik.forste_svar_tid is not None
    return [
        Punkt(_("Motteken"), received, ferdig=True),
        Punkt(
            _("%(namn)s har svart deg", namn=first) if answered else _("%(namn)s svarar deg", namn=first),
            fshort(avvik.forste_svar_tid) if answered else _("Innan %(dag)s", dag=fdate(avvik.frist_svar, "d. MMMM")),
            ferdig=answered,
        ),
        *(_joined_steps(avvik, samla) if samla else _own_steps(avvik, status)),
    ]


def _joined_steps(avvik: Avvik, samla: Samla) -> list[Punkt]:
    day = samla.ferdig or samla.frist
    when = _("Innan %(dag)s", dag=fdate(day, "d. MMMM")) if day else ""
    return [
        Punkt(_("Slått saman med %(nr)s", nr=samla.nr), fshort(avvik.lukka_tid) if avvik.lukka_tid else "", ferdig=True),
        Punkt(_("Du får vite utfallet"), fshort(samla.ferdig) if samla.ferdig else when, ferdig=samla.ferdig is not None),
    ]


def _own_steps(avvik: Avvik, status: Status) -> list[Punkt]:
    return [
        Punkt(
            _("Årsak og tiltak"),
            "" if status in ENDED else str(STATUSNAMN[status]) if status in MEASURES else _("Du kan få spørsmål om meir"),
            ferdig=status in MEASURES or status in ENDED,
        ),
        Punkt(
            _("Du får vite utfallet"),
            fshort(avvik.lukka_tid) if avvik.lukka_tid else _("Innan %(dag)s", dag=fdate(avvik.frist_lukking, "d. MMMM")),
            ferdig=status in ENDED,
        ),
    ]


def _cut(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= SHORT_TEXT else plain[: SHORT_TEXT - 1].rsplit(" ", 1)[0] + " …"


def latest_cases(work: Work, *, but: int | None = None, limit: int = LATEST) -> list[Gjort]:
    """The reporter's latest cases with what was done about each. Three queries, however many cases she has."""
    others = () if but is None else (Avvik.id != but,)
    hers = newest(mine_reasons(work), others, limit).subquery()
    query = (
        select(Avvik, Person.namn)
        .join(hers, hers.c.id == Avvik.id)
        .outerjoin(Person, Person.id == Avvik.sakshandsamar_id)
        .order_by(Avvik.id.desc())
        .limit(limit)
    )
    rows = work.db.execute(query).all()
    said = _last_words(work, [avvik.id for avvik, _namn in rows])
    return [_row(avvik, namn, said.get(avvik.id), joined_into(work, avvik)) for avvik, namn in rows]


def _last_words(work: Work, ids: Sequence[int]) -> dict[int, AvvikHending]:
    lines = work.db.scalars(
        select(AvvikHending)
        .where(AvvikHending.avvik_id.in_(ids), AvvikHending.slag.in_(TO_REPORTER), AvvikHending.synleg_meldar)
        .order_by(AvvikHending.id)
    )
    return {line.avvik_id: line for line in lines}


def _row(avvik: Avvik, namn: str | None, said: AvvikHending | None, samla: Samla | None) -> Gjort:
    status = Status(avvik.status)
    ended = status in ENDED
    if samla and samla.svar:
        done = samla.svar
    elif ended and avvik.sluttsvar:
        done = avvik.sluttsvar
    elif said is not None and said.tekst:
        done = said.tekst
    else:
        who = namn or _("Kvalitetskoordinatoren")
        done = _("Hos %(namn)s. Du får svar innan %(dag)s.", namn=who, dag=fweekday(avvik.frist_svar))
    return Gjort(
        avvik.nr,
        avvik.meldt,
        _cut(avvik.skildring),
        str(status_name(status, joined=samla is not None)),
        "ok" if ended and (samla is None or samla.ferdig) else "none",
        _cut(done),
        spor=avvik.ventar_meldar and not ended,
    )


def questions_for_me(work: Work) -> list[Avvik]:
    """My cases in which somebody waits for my answer."""
    asks = (Avvik.ventar_meldar.expression, Avvik.lukka_tid.is_(None), Avvik.status.in_(_OPEN_CODES))
    waiting = newest(mine_reasons(work), asks, QUESTIONS, counted=True).subquery()
    query = select(Avvik).join(waiting, waiting.c.id == Avvik.id).order_by(Avvik.id.desc()).limit(QUESTIONS)
    return list(work.db.scalars(query))


def my_drafts(work: Work) -> list[AvvikKladd]:
    """My own drafts, newest first."""
    return list(work.db.scalars(select(AvvikKladd).where(AvvikKladd.person_id == work.me.id).order_by(AvvikKladd.endra.desc())))


def my_draft(work: Work, nokkel: str) -> AvvikKladd | None:
    """One of my own drafts."""
    return work.db.scalar(select(AvvikKladd).where(AvvikKladd.nokkel == nokkel, AvvikKladd.person_id == work.me.id))
