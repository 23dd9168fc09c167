"""States, steps, deadlines and closing rules of a case. Pure: no flask, no sqlalchemy (domene 3.3-3.7)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from kjerne.clock import add_working_days, end_of_day, next_working_day, oslo_date
from kjerne.i18n import Lazy
from kjerne.i18n import lazy as _l

HIGH = 4
GREEN = 2
LEVELS = (1, 2, 3, 4, 5)


class Status(StrEnum):
    """Where a case stands (domene 3.7). Drafts live in a table of their own."""

    MELD = "meld"
    SEND_VIDARE = "send_vidare"
    UNDER_BEHANDLING = "under_behandling"
    TILTAK = "tiltak"
    VENTAR_EFFEKT = "ventar_effekt"
    LUKKA = "lukka"
    GJENOPNA = "gjenopna"
    AVVIST = "avvist"


STATUSNAMN: dict[Status, Lazy] = {
    Status.MELD: _l("Meldt"),
    Status.SEND_VIDARE: _l("Sendt vidare"),
    Status.UNDER_BEHANDLING: _l("Under behandling"),
    Status.TILTAK: _l("Tiltak går føre seg"),
    Status.VENTAR_EFFEKT: _l("Ventar på effektvurdering"),
    Status.LUKKA: _l("Lukka"),
    Status.GJENOPNA: _l("Opna att"),
    Status.AVVIST: _l("Avvist"),
}

JOINED = _l("Slått saman med ei anna sak")
#: What a list is narrowed to: reports that were joined with another case are ended in the same state as rejected ones.
UTVALSNAMN: dict[Status, Lazy] = STATUSNAMN | {Status.AVVIST: _l("Avvist eller slått saman")}


def status_name(status: Status, *, joined: bool) -> Lazy:
    """What a case's state is called. A report that was joined with another case was never rejected, and is not said to be."""
    return JOINED if joined and status == Status.AVVIST else STATUSNAMN[status]


OPEN = frozenset(
    {
        Status.MELD,
        Status.SEND_VIDARE,
        Status.UNDER_BEHANDLING,
        Status.TILTAK,
        Status.VENTAR_EFFEKT,
        Status.GJENOPNA,
    }
)
ENDED = frozenset({Status.LUKKA, Status.AVVIST})


class Who(StrEnum):
    """Who may take a step: she who handles the case, its reporter, a level above, or any reader."""

    HANDLER = "handsamar"
    REPORTER = "meldar"
    ABOVE = "over"
    READER = "lesar"


class Steg(StrEnum):
    """The steps a person may take; the same names stand in addresses and forms."""

    START = "start"
    SVAR = "svar"
    SPORSMAL = "sporsmal"
    SVAR_SPORSMAL = "svar-sporsmal"
    KOMMENTAR = "kommentar"
    KLASSIFISER = "klassifiser"
    SEND_VIDARE = "send-vidare"
    TILDEL = "tildel"
    ARSAK = "arsak"
    TILTAK = "tiltak"
    PROSEDYRE = "prosedyre"
    ROS = "ros"
    MELDEPLIKT = "meldeplikt"
    UTFALL = "utfall"
    LENKJE = "lenkje"
    VEDLEGG = "vedlegg"
    VENT_EFFEKT = "vent-effekt"
    VARSEL = "varsel"
    GJELD_LEIAR = "gjeld-leiar"
    LOFT = "loft"
    LUKK = "lukk"
    AVVIS = "avvis"
    DUPLIKAT = "duplikat"
    GJENOPNE = "gjenopne"
    INNVENDING = "innvending"


STEGNAMN: dict[Steg, Lazy] = {
    Steg.START: _l("Start behandling"),
    Steg.SVAR: _l("Svar meldaren"),
    Steg.SPORSMAL: _l("Spør meldaren"),
    Steg.SVAR_SPORSMAL: _l("Legg til opplysningar"),
    Steg.KOMMENTAR: _l("Kommenter"),
    Steg.KLASSIFISER: _l("Endre type eller alvor"),
    Steg.SEND_VIDARE: _l("Send vidare"),
    Steg.TILDEL: _l("Tildel"),
    Steg.ARSAK: _l("Årsak"),
    Steg.TILTAK: _l("Tiltak"),
    Steg.PROSEDYRE: _l("Prosedyre"),
    Steg.ROS: _l("Dette hende (ROS)"),
    Steg.MELDEPLIKT: _l("Vurder meldeplikt"),
    Steg.UTFALL: _l("Utfall"),
    Steg.LENKJE: _l("Knyt til liknande sak"),
    Steg.VEDLEGG: _l("Legg ved fil"),
    Steg.VENT_EFFEKT: _l("Vent på effekt"),
    Steg.VARSEL: _l("Er eit varsel"),
    Steg.GJELD_LEIAR: _l("Saka gjeld leiaren"),
    Steg.LOFT: _l("Lyft til neste leiar"),
    Steg.LUKK: _l("Lukk saka"),
    Steg.AVVIS: _l("Avvis (ikkje avvik)"),
    Steg.DUPLIKAT: _l("Same hending er meldt før"),
    Steg.GJENOPNE: _l("Opne att"),
    Steg.INNVENDING: _l("Eg er ikkje samd"),
}


@dataclass(frozen=True)
class Step:
    """A row of the table: in which states it may be taken, where it leads (None: stays), and by whom."""

    frm: frozenset[Status]
    to: Status | None
    who: frozenset[Who]


_HANDLER = frozenset({Who.HANDLER})
_UNDER_WAY = frozenset({Status.UNDER_BEHANDLING, Status.TILTAK, Status.VENTAR_EFFEKT})

STEPS: dict[Steg, Step] = {
    Steg.START: Step(frozenset({Status.MELD, Status.SEND_VIDARE, Status.GJENOPNA}), Status.UNDER_BEHANDLING, _HANDLER),
    Steg.SVAR: Step(OPEN, None, _HANDLER),
    Steg.SPORSMAL: Step(OPEN, None, _HANDLER),
    Steg.SVAR_SPORSMAL: Step(OPEN, None, frozenset({Who.REPORTER})),
    Steg.KOMMENTAR: Step(OPEN, None, frozenset({Who.HANDLER, Who.READER})),
    Steg.KLASSIFISER: Step(OPEN, None, _HANDLER),
    Steg.SEND_VIDARE: Step(OPEN, Status.MELD, _HANDLER),
    Steg.TILDEL: Step(OPEN, None, _HANDLER),
    Steg.ARSAK: Step(OPEN, None, _HANDLER),
    Steg.TILTAK: Step(OPEN, Status.TILTAK, _HANDLER),
    Steg.PROSEDYRE: Step(OPEN, None, _HANDLER),
    Steg.ROS: Step(OPEN, None, _HANDLER),
    Steg.MELDEPLIKT: Step(OPEN, None, _HANDLER),
    Steg.UTFALL: Step(OPEN, None, _HANDLER),
    Steg.LENKJE: Step(OPEN, None, _HANDLER),
    Steg.VEDLEGG: Step(OPEN, None, frozenset({Who.HANDLER, Who.REPORTER})),
    Steg.VENT_EFFEKT: Step(frozenset({Status.TILTAK}), Status.VENTAR_EFFEKT, _HANDLER),
    Steg.VARSEL: Step(OPEN, None, _HANDLER),
    Steg.GJELD_LEIAR: Step(OPEN, None, _HANDLER),
    Steg.LOFT: Step(OPEN, None, _HANDLER),
    Steg.LUKK: Step(_UNDER_WAY, Status.LUKKA, _HANDLER),
    Steg.AVVIS: Step(frozenset({Status.MELD, Status.UNDER_BEHANDLING}), Status.AVVIST, _HANDLER),
    Steg.DUPLIKAT: Step(frozenset({Status.MELD, Status.UNDER_BEHANDLING, Status.GJENOPNA}), Status.AVVIST, _HANDLER),
    Steg.GJENOPNE: Step(ENDED, Status.GJENOPNA, frozenset({Who.ABOVE})),
    Steg.INNVENDING: Step(frozenset({Status.LUKKA, Status.AVVIST}), Status.GJENOPNA, frozenset({Who.REPORTER})),
}


def open_steps(status: Status, who: Iterable[Who]) -> list[Steg]:
    """The steps that may be taken in a state by somebody who is `who`. The guard and the buttons both read this."""
    mine = frozenset(who)
    return [steg for steg, step in STEPS.items() if status in step.frm and mine & step.who]


def may(steg: Steg, status: Status, who: Iterable[Who]) -> bool:
    """Whether a step may be taken."""
    return steg in open_steps(status, who)


def may_ever(steg: Steg, who: Iterable[Who]) -> bool:
    """Whether somebody who is `who` may take the step in any state; else the step does not exist for her (404)."""
    return bool(STEPS[steg].who & frozenset(who))


@dataclass(frozen=True)
class Deadlines:
    """The promise and the deadlines of a case: dates in Oslo."""

    svar: date
    start: date
    lukking: date


def deadlines(filed: datetime, *, answer_days: int, start_days: int, close_days: int) -> Deadlines:
    """First answer in working days; start and closing in calendar days, moved to the next working day (domene 3.7)."""
    day = oslo_date(filed)
    return Deadlines(
        add_working_days(day, answer_days),
        next_working_day(day + timedelta(days=start_days)),
        next_working_day(day + timedelta(days=close_days)),
    )


def month_of(moment: datetime) -> int:
    """The month of a moment in Oslo, as 202611: what sums are grouped by."""
    day = oslo_date(moment)
    return day.year * 100 + day.month


def duty_deadline(known: datetime, hours: int | None, working_days: int | None) -> datetime | None:
    """When a duty must be done: elapsed hours counted in UTC, or the end of a working day; None when only "at once"."""
    if hours is not None:
        return known + timedelta(hours=hours)
    if working_days is not None:
        return end_of_day(add_working_days(oslo_date(known), working_days))
    return None


class Mangel(StrEnum):
    """What may be missing before a case can be closed."""

    ARSAK = "arsak"
    SVAR = "forste_svar"
    TILTAK = "tiltak"
    MELDEPLIKT = "meldeplikt"
    UTFALL = "utfall"
    SLUTTSVAR = "sluttsvar"
    KOORDINATOR = "koordinator"
    EIGA_SAK = "eiga_sak"


MANGELNAMN: dict[Mangel, tuple[Lazy, Lazy]] = {
    Mangel.ARSAK: (_l("Årsak sett"), _l("Årsak ikkje sett")),
    Mangel.SVAR: (_l("Første svar gitt"), _l("Meldaren har ikkje fått svar")),
    Mangel.TILTAK: (_l("Tiltak har eigar og frist"), _l("Tiltak manglar eigar eller frist")),
    Mangel.MELDEPLIKT: (_l("Meldeplikt vurdert"), _l("Meldeplikt ikkje vurdert")),
    Mangel.UTFALL: (_l("Utfall valt"), _l("Utfall ikkje valt")),
    Mangel.SLUTTSVAR: (_l("Sluttsvar til meldaren"), _l("Sluttsvar til meldaren manglar")),
    Mangel.KOORDINATOR: (_l("Kvalitetskoordinator lukkar"), _l("Alvor 4–5 skal lukkast av kvalitetskoordinator")),
    Mangel.EIGA_SAK: (_l("Lukka av ein annan enn meldaren"), _l("Du kan ikkje lukke ei sak du sjølv har meldt")),
}


@dataclass(frozen=True)
class ClosingFacts:
    """What the closing rules ask about a case and the person who wants to close it."""

    alvor: int
    causes: int
    outcomes: int
    outcome_without_reason: bool
    answered: bool
    closing_answer: bool
    open_duties: int
    loose_measures: int
    is_coordinator: bool
    is_reporter: bool


def closing_gaps(facts: ClosingFacts) -> list[Mangel]:
    """What is missing, most urgent first. An empty list: the case can be closed."""
    checks = [
        (Mangel.MELDEPLIKT, facts.open_duties > 0),
        (Mangel.ARSAK, facts.causes == 0),
        (Mangel.SVAR, not facts.answered),
        (Mangel.TILTAK, facts.loose_measures > 0),
        (Mangel.UTFALL, facts.outcomes == 0 or facts.outcome_without_reason),
        (Mangel.SLUTTSVAR, not facts.closing_answer),
        (Mangel.KOORDINATOR, facts.alvor >= HIGH and not facts.is_coordinator),
        (Mangel.EIGA_SAK, facts.is_reporter),
    ]
    return [gap for gap, missing in checks if missing]


def missed_deadline(status: Status, today: date, *, svar: date | None, lukking: date) -> date | None:
    """The first deadline a case has missed, from which lateness is counted: the answer (while owed), else the closing.

    Waiting for the effect of a measure stops the closing clock (domene 3.7).
    """
    days = [svar, None if status is Status.VENTAR_EFFEKT else lukking]
    return min((day for day in days if day is not None and day < today), default=None)


def escalation_level(today: date, deadline: date, alvor: int, *, days: int, sector_days: int) -> int:
    """How far up a late case goes: 0 not yet, 1 the next leader (+1 day for 4-5, else +`days`), 2 the sector (+`sector_days`)."""
    late = (today - deadline).days
    if late >= sector_days:
        return 2
    return 1 if late >= (1 if alvor >= HIGH else days) else 0
