"""The course of a demo case: from its plan to moments and a state that agree with each other and with the clock."""

import random
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from avvik.rules import Status
from demo.plan import Plan
from kjerne.clock import OSLO, from_oslo, next_working_day

__all__ = ["Forlop", "course", "work_moment"]

_AVVIST: Final = 0.04
_GJENOPNA: Final = 0.015
_SPORSMAL: Final = 0.12
_STENGT: Final = 15
#: Told cases that are open whatever the dates would say; the value is their state.
_OPNE: Final = {
    "meld": Status.MELD,
    "under_behandling": Status.UNDER_BEHANDLING,
    "sporsmal": Status.UNDER_BEHANDLING,
    "koordinator": Status.UNDER_BEHANDLING,
    "varsel": Status.UNDER_BEHANDLING,
    "tiltak": Status.TILTAK,
    "ventar_effekt": Status.VENTAR_EFFEKT,
}


@dataclass(slots=True)
class Forlop:
    """Moments of a case. `slutt` is set when it has ended; `forste_slutt` when it was ended before it was opened again."""

    status: Status
    start: datetime | None = None
    svar: datetime | None = None
    spurd: datetime | None = None
    opplyst: datetime | None = None
    forste_slutt: datetime | None = None
    gjenopna: datetime | None = None
    slutt: datetime | None = None
    innvending: bool = False

    @property
    def ventar_meldar(self) -> bool:
        """Whether the last word was a question to the reporter."""
        return self.spurd is not None and self.opplyst is None and self.slutt is None

    @property
    def under_way(self) -> datetime | None:
        """When the analysis was done: some time after the first answer."""
        return self.svar if self.start else None


def work_moment(rng: random.Random, after: datetime) -> datetime:
    """A moment in office hours, later than `after`: the same working day, else the next."""
    local = after.astimezone(OSLO)
    day = next_working_day(local.date())
    if day == local.date() and local.hour >= _STENGT:
        day = next_working_day(day + timedelta(days=1))
    low = max(8 * 60, local.hour * 60 + local.minute + 3) if day == local.date() else 8 * 60
    minute = rng.randint(low, max(low + 5, _STENGT * 60 + 40))
    return from_oslo(datetime.combine(day, time(minute // 60, minute % 60, rng.randrange(60))))


def course(rng: random.Random, plan: Plan, now: datetime) -> Forlop:
    """What has happened to a case by now."""
    svar = work_moment(rng, plan.meldt + timedelta(days=plan.svar_dagar))
    if plan.steg and svar >= now:
        svar = plan.meldt + (now - plan.meldt) / 2
    slutt = work_moment(rng, plan.meldt + timedelta(days=plan.slutt_dagar))
    svar = min(svar, slutt)
    start = max(plan.meldt + timedelta(minutes=2), svar - timedelta(minutes=rng.randint(1, 45)))
    if plan.steg in _OPNE:
        return _told(rng, plan, start, svar, now)
    if slutt >= now:
        return _open(rng, plan, start, svar, slutt=slutt, now=now)
    found = Forlop(Status.LUKKA, start, svar, slutt=slutt)
    if plan.steg == "avvist" or (not plan.steg and plan.alvor <= 2 and rng.random() < _AVVIST):
        found.status = Status.AVVIST
        return found
    if svar < slutt and rng.random() < _SPORSMAL:
        _question(rng, found, min(slutt, now))
    if plan.steg in {"gjenopna", "innvending"} or (not plan.steg and rng.random() < _GJENOPNA):
        _reopen(rng, plan, found, now)
    return found


def _told(rng: random.Random, plan: Plan, start: datetime, svar: datetime, now: datetime) -> Forlop:
    found = Forlop(_OPNE[plan.steg])
    if found.status is Status.MELD:
        return found
    found.start, found.svar = start, svar
    if plan.steg == "sporsmal":
        found.spurd = min(svar + (now - svar) / 2, svar + timedelta(hours=20))
    return found


def _open(rng: random.Random, plan: Plan, start: datetime, svar: datetime, *, slutt: datetime, now: datetime) -> Forlop:
    """Not ended yet: untouched, being handled, or with measures, by how far it has come."""
    found = Forlop(Status.MELD)
    if svar >= now:
        return found
    found.status, found.start, found.svar = Status.UNDER_BEHANDLING, start, svar
    done = (now - plan.meldt) / (slutt - plan.meldt)
    roll = rng.random()
    if roll < 0.18:
        found.spurd = svar + (now - svar) * 0.3
        if rng.random() < 0.5:
            found.opplyst = svar + (now - svar) * 0.7
    elif done > 0.3 and roll < 0.7:
        found.status = Status.VENTAR_EFFEKT if done > 0.7 and roll < 0.25 else Status.TILTAK
    return found


def _question(rng: random.Random, found: Forlop, end: datetime) -> None:
    if found.svar is None:
        return
    found.spurd = found.svar + (end - found.svar) * 0.25
    found.opplyst = found.svar + (end - found.svar) * 0.5


def _reopen(rng: random.Random, plan: Plan, found: Forlop, now: datetime) -> None:
    """Opened again with a reason or by the reporter's objection; most are closed once more."""
    if found.slutt is None:
        return
    again = work_moment(rng, found.slutt + timedelta(days=rng.uniform(1, 9)))
    if again >= now:
        return
    found.forste_slutt, found.gjenopna, found.slutt = found.slutt, again, None
    found.innvending = plan.steg == "innvending" or (not plan.steg and not plan.anonym and rng.random() < 0.4)
    second = work_moment(rng, again + timedelta(days=rng.uniform(2, 25)))
    if second < now and not plan.steg:
        found.slutt = second
    else:
        found.status = Status.GJENOPNA
