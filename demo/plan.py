"""What happens in the demo: each case as a plan (when, where, what, how bad, how fast), before it becomes rows."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate
from typing import Final

from demo import fordeling
from demo.organisasjon import FIRST_LEADER, Unit
from demo.personar import Ansatt, Folk
from kjerne.clock import OSLO

__all__ = ["Plan", "Rammer", "draw_plans"]

#: The first leader's own open cases are told one by one (demo/scener.py); the drawn ones there are closed.
_ROLEG: Final = timedelta(days=21)
_ARTER: Final = {"avvik": 58, "uonskt_hending": 36, "observasjon": 6}
#: Near misses are found among the low levels, which are about this share of all.
_LAG: Final = 2
_LAG_DEL: Final = 0.8
_SERIE: Final = frozenset({"legemiddel_ikkje_gitt", "legemiddel_feil_tid", "fall_utan_skade"})


@dataclass(slots=True)
class Plan:
    """One case to be. `steg` forces where it stands now; else the dates decide."""

    meldt: datetime
    hendt: datetime
    eining: Unit
    hovudtype: str
    underkategori: str
    art: str
    alvor: int
    alvor_mogleg: int | None
    meldar: Ansatt
    svar_dagar: float
    slutt_dagar: float
    anonym: bool = False
    konfidensiell: bool = False
    gjeld_leiar: bool = False
    serie_tal: int = 1
    steg: str = ""


@dataclass(frozen=True)
class Rammer:
    """What a main type allows: whether names may be withheld."""

    anonym: frozenset[str]
    konfidensiell: frozenset[str]


def pick_reporter(rng: random.Random, staff: list[Ansatt], day: date) -> Ansatt:
    """Somebody who worked in the unit that day; the ones with roles have always been here."""
    for _ in range(8):
        person = rng.choice(staff)
        if person.works(day):
            return person
    return next((person for person in reversed(staff) if person.works(day)), staff[0])


def _near_miss(rng: random.Random, plan: Plan) -> None:
    """Nothing happened, but could have: low actual level, a higher possible one."""
    plan.art = "nesten"
    plan.alvor_mogleg = rng.choices((2, 3, 4, 5), (25, 45, 25, 5))[0]


def _colour(rng: random.Random, plan: Plan, rammer: Rammer) -> None:
    """The few that are near misses, praise, ideas, series, confidential, anonymous or about a leader."""
    roll = rng.random()
    near = fordeling.ANDEL_NESTEN[plan.eining.kultur] / _LAG_DEL
    if roll < near and plan.alvor <= _LAG and plan.underkategori not in {"fall_med_skade", "overgrep_krenking"}:
        _near_miss(rng, plan)
    elif roll > 0.985:
        plan.art, plan.alvor, plan.alvor_mogleg = "forbetring", 1, None
    elif plan.alvor <= 3 and rng.random() < 0.18:
        plan.alvor_mogleg = min(5, plan.alvor + rng.randint(0, 2))
    if plan.underkategori in _SERIE and plan.art == "avvik" and plan.alvor <= 2 and rng.random() < 0.08:
        plan.serie_tal = rng.randint(2, 9)
    roll = 1.0 if plan.meldar.roller else rng.random()
    if roll < 0.015 and plan.hovudtype in rammer.anonym:
        plan.anonym = True
    elif roll < 0.045 and plan.hovudtype in rammer.konfidensiell:
        plan.konfidensiell = True
    if plan.underkategori == "psykososialt" and rng.random() < 0.15:
        plan.gjeld_leiar = True


def draw_plans(
    rng: random.Random, units: list[Unit], folk: Folk, *, rammer: Rammer, now: datetime, times: Sequence[datetime]
) -> list[Plan]:
    """A case for each filing time, spread as fordeling.py says, in the same order."""
    weights = list(accumulate(fordeling.unit_weight(unit) for unit in units))
    drawn = []
    for meldt in times:
        unit = rng.choices(units, cum_weights=weights)[0]
        while unit.kode == FIRST_LEADER and now - meldt < _ROLEG:
            unit = rng.choices(units, cum_weights=weights)[0]
        local = meldt.astimezone(OSLO)
        hovudtype, underkategori = fordeling.draw_kind(rng, unit, local.month)
        alvor = fordeling.draw_level(rng, unit, underkategori)
        pace = fordeling.draw_pace(rng, unit, alvor)
        plan = Plan(
            meldt=meldt,
            hendt=meldt - timedelta(minutes=rng.randint(5, 240))
            if rng.random() < 0.8
            else meldt - timedelta(hours=rng.randint(5, 60)),
            eining=unit,
            hovudtype=hovudtype,
            underkategori=underkategori,
            art=fordeling.draw(rng, _ARTER),
            alvor=alvor,
            alvor_mogleg=None,
            meldar=pick_reporter(rng, folk.i_eining[unit.id], local.date()),
            svar_dagar=pace.svar,
            slutt_dagar=pace.slutt,
        )
        if unit.kode == FIRST_LEADER:
            plan.slutt_dagar = min(plan.slutt_dagar, (now - meldt) / timedelta(days=1) - 10)
        _colour(rng, plan, rammer)
        drawn.append(plan)
    return drawn
