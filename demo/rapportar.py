"""The demo's reports: the subscriptions that come with the program, three years of periods in the archive, key figures and texts.

No paper is drawn here: an earlier report is made when somebody first opens it.
"""

import random
from collections import Counter
from datetime import datetime, time
from typing import Final

from sqlalchemy import insert
from sqlalchemy.orm import Session

from avvik.queries.tal_periode import YEAR, month_of, months, shift
from demo.organisasjon import Unit
from demo.verda import Verda
from kjerne.access import Rolle
from kjerne.clock import from_oslo
from rapportar.abonnement import STANDARD, Standard
from rapportar.models import Abonnement, Nokkeltal, Rapport, Rapporttekst
from rapportar.rules.nokkeltal import Slag
from rapportar.rules.perioder import LENGTH, due_day, last_ended, moved, read_period

__all__ = ["fill"]

YEARS: Final = 3
MORNING, NOON = time(5, 30), time(12)
HOURS, DAYS, WAGE, BED_DAYS = 118, 15.5, 465, 30
#: Texts of leaders: kind of report, section, text.
TEXTS: Final = (
    (
        "kvalitet",
        "samandrag",
        "Det er meldt meir i sommar enn før, mest legemiddel. Vikarane har lært å melde. Dobbeltkontrollen er innført.",
    ),
    ("kvalitet", "typar", "Legemiddel er framleis det største. Dei fleste er nestenhendingar eller utan skade."),
    (
        "tertial",
        "samandrag",
        "Tenestene held fristane, og fleire avvik fører til endring. Bemanninga i heimetenesta er den største uroa.",
    ),
    ("tertial", "mal", "Målet var svar til meldaren innan tre arbeidsdagar i ni av ti saker. Det har vi nådd."),
    (
        "leiinga_gjennomgang",
        "vedtak",
        "Leiinga vil halde fram med vernerundar kvart halvår, og gå gjennom kompetanseplanane før sommaren.",
    ),
    ("arsrapport", "svakt", "Arkivskildringane er ikkje skrivne i alle einingar, og nokre risikoanalysar er for gamle."),
    ("arsrapport", "plan", "Neste år skal alle einingar ha ei fersk risikoanalyse før påske."),
)


def fill(db: Session, verda: Verda) -> None:
    """Subscriptions that have run for three years, their reports, key figures for each unit and month, and what leaders wrote."""
    rng = random.Random(f"rapportar-{len(verda.units)}")
    lines = [line for one in STANDARD for line in _subscription(db, verda, one)]
    db.connection().execute(insert(Rapport), sorted(lines, key=lambda line: str(line["tinga"])))
    _key_figures(db, verda, rng)
    _texts(db, verda)


def _subscription(db: Session, verda: Verda, one: Standard) -> list[dict[str, object]]:
    """The subscription, and its reports of three years."""
    last = last_ended(one.rytme, verda.today)
    if due_day(last, one.arbeidsdag) > verda.today:
        last = moved(last, -LENGTH[one.rytme])
    first = moved(last, LENGTH[one.rytme] - YEARS * YEAR)
    row = Abonnement(
        slag=one.slag,
        rytme=one.rytme.value,
        rolle=one.rolle.value,
        arbeidsdag=one.arbeidsdag,
        vindauge=one.vindauge,
        fra=read_period(first).forste,
        tinga_til=last,
        standard=one.kode,
        endra=verda.now,
    )
    db.add(row)
    db.flush()
    lines: list[dict[str, object]] = []
    kode = first
    while kode <= last:
        ordered = from_oslo(datetime.combine(due_day(kode, one.arbeidsdag), MORNING))
        shared = {"slag": one.slag, "periode": kode, "sprak": "nn", "status": "kvilar", "tinga": ordered, "abonnement_id": row.id}
        lines += [{**shared, "eining_id": unit, "mottakar_id": person} for unit, person in _receivers(verda, one.rolle)]
        kode = moved(kode, LENGTH[one.rytme])
    return lines


def _receivers(verda: Verda, rolle: Rolle) -> list[tuple[int, int]]:
    """Unit and person of each report."""
    if rolle is Rolle.LEIAR:
        return [(unit.id, verda.folk.leiar[unit.id].id) for unit in verda.units if unit.id in verda.folk.leiar]
    return sorted(
        {(int(str(row["eining_id"])), int(str(row["person_id"]))) for row in verda.rollar.tilgangar if row["rolle"] == rolle.value}
    )


def _key_figures(db: Session, verda: Verda, rng: random.Random) -> None:
    """Hours, sick leave and economy of each unit with staff, and bed-days where people live."""
    staff = Counter(person.eining.id for person in verda.folk.alle if person.eining is not None)
    window = months(shift(month_of(verda.today), -YEARS * YEAR), YEARS * YEAR)
    lines = [line for unit in verda.units for month in window for line in _month(rng, unit, month, staff[unit.id])]
    db.connection().execute(insert(Nokkeltal), lines)


def _month(rng: random.Random, unit: Unit, month: int, people: int) -> list[dict[str, object]]:
    if not people:
        return []
    winter = 1.25 if month % 100 in {1, 2, 11, 12} else 1.0
    hours = round(people * HOURS * rng.uniform(0.94, 1.06))
    agreed = round(people * DAYS)
    values: dict[Slag, float] = {
        Slag.ARBEIDSTIMAR: hours,
        Slag.DAGSVERK: agreed,
        Slag.SJUKEFRAVAER: round(agreed * rng.uniform(0.05, 0.11) * winter),
        Slag.BUDSJETT: round(people * HOURS * WAGE, -3),
        Slag.REKNESKAP: round(hours * WAGE * rng.uniform(0.97, 1.06), -3),
    }
    if "sjukeheim" in unit.namn.lower() or "omsorgssenter" in unit.namn.lower():
        values[Slag.LIGGJEDOGN] = round(BED_DAYS * people * rng.uniform(0.5, 0.58))
    return [{"eining_id": unit.id, "manad": month, "slag": slag.value, "verdi": value} for slag, value in values.items()]


def _texts(db: Session, verda: Verda) -> None:
    """What the coordinator wrote to the last report of each kind for the whole sector."""
    top = next(unit for unit in verda.units if unit.niva == "sektor")
    rhythm = {one.slag: one for one in STANDARD}
    for slag, bolk, text in TEXTS:
        periode = last_ended(rhythm[slag].rytme, verda.today)
        wrote = min(from_oslo(datetime.combine(due_day(periode, 2), NOON)), verda.now)
        db.add(
            Rapporttekst(
                slag=slag, eining_id=top.id, periode=periode, bolk=bolk, tekst=text, person_id=verda.coordinator.id, endra=wrote
            )
        )
    db.flush()
