"""The demo's register: three years of meetings, rounds, drills and surveys, and archive descriptions; some units lag behind."""

import csv
import random
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import insert
from sqlalchemy.orm import Session

from demo.verda import Verda
from kjerne.clock import add_months, from_oslo, oslo_date
from register.models import Arkivskildring, ArkivskildringDel, Registerforing
from register.rules import ARKIVDELAR, KINDS, Slag, next_date

__all__ = ["fill"]

YEARS: Final = 3
NOON: Final = time(12)
SEKTOR: Final = (
    Slag.LEIINGA_GJENNOMGANG,
    Slag.AMU,
    Slag.HMS_GJENNOMGANG,
    Slag.BEREDSKAPSOVING,
    Slag.TILSYN,
    Slag.MEDARBEIDARUNDERSOKING,
)
EINING: Final = (
    Slag.PERSONALMOTE,
    Slag.VERNERUNDE,
    Slag.BRUKARRAD,
    Slag.BRUKARUNDERSOKING,
    Slag.MEDARBEIDARUNDERSOKING,
    Slag.BRANNOVING,
    Slag.PARORANDEMOTE,
)
Texts = dict[str, list[tuple[str, str]]]


def read_texts() -> Texts:
    """Headings and texts by kind, nynorsk and bokmål mixed as people write; `arkiv_1` to `arkiv_9` are the archive's parts."""
    found: Texts = {}
    with (Path(__file__).parent / "register.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter=";"):
            found.setdefault(row["slag"], []).append((row["tittel"], row["samandrag"]))
    return found


def fill(db: Session, verda: Verda) -> None:
    """Lines for every unit with a leader; each unit has its own discipline, so that the lights differ."""
    rng = random.Random(f"register-{len(verda.units)}")
    today = oslo_date(verda.now)
    texts = read_texts()
    lines: list[dict[str, object]] = []
    for unit in verda.units:
        leader = verda.folk.leiar.get(unit.id)
        if leader is None:
            continue
        keen = rng.choice((0.97, 0.9, 0.9, 0.7, 0.45))
        for slag in SEKTOR if unit.niva == "sektor" else EINING:
            for held, due in _dates(rng, slag, today, keen):
                line = _line(slag, held, due, rng.choice(texts[slag.value]), rng.randint(6, 28))
                lines.append({**line, "eining_id": unit.id, "laga_av_id": leader.id})
        if rng.random() < keen:
            seen = today - timedelta(days=rng.randrange(20, 420))
            row = Arkivskildring(eining_id=unit.id, gjennomgatt=seen, neste=add_months(seen, 12), endra_av_id=leader.id)
            _describe(db, row, texts, len(ARKIVDELAR) if rng.random() < keen else rng.randint(3, 8))
    db.connection().execute(insert(Registerforing), lines)


def _dates(rng: random.Random, slag: Slag, today: date, keen: float) -> list[tuple[date, date | None]]:
    """When it was held and when the next was due; who is less keen leaves some out."""
    found = []
    held = today - timedelta(days=YEARS * 365 - rng.randrange(40))
    while held < today:
        due = next_date(slag, held)
        if rng.random() < keen:
            found.append((held, due))
        held = (due or add_months(held, 18)) + timedelta(days=rng.randint(-6, 9))
    return found


def _line(slag: Slag, held: date, due: date | None, text: tuple[str, str], tal: int) -> dict[str, object]:
    return {
        "slag": slag.value,
        "dato": held,
        "tittel": text[0],
        "samandrag": text[1],
        "tal": tal if KINDS[slag].manader else None,
        "neste": due,
        "laga": from_oslo(datetime.combine(held, NOON)),
        "version": 1,
    }


def _describe(db: Session, row: Arkivskildring, texts: Texts, written: int) -> None:
    row.endra = from_oslo(datetime.combine(row.gjennomgatt, NOON))
    db.add(row)
    db.flush()
    db.add_all(
        ArkivskildringDel(skildring_id=row.id, nr=nr, utgave=1, tekst=texts[f"arkiv_{nr}"][0][1] if nr <= written else "")
        for nr in ARKIVDELAR
    )
