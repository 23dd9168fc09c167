"""Measures, risk analyses and competence in bulk, past the actions: what the lists are measured on. Deterministic."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, func, insert, select

from bench.tenar import Data
from kjerne.access import Rolle
from kjerne.db import Base, Databases
from kjerne.models import Eining, Person, PersonEining, Tilgang
from kompetanse.actions import ruter
from kompetanse.models import Kompetanse, Kompetansebehov, Kompetansebevis
from ros.models import RosAnalyse, RosEining, RosKonsekvens, RosRad, RosSett
from tiltak.models import Tiltak, TiltakOpphav
from tiltak.rang import order_key

__all__ = ["LARGE", "SMALL", "Mengd", "fill"]

ROWS: Final = 25
NEEDED: Final = 40
UNITS: Final = 50
PORTION: Final = 20_000
_WORDS: Final = ("Gå gjennom", "Kjøpe nytt", "Lære opp alle i", "Måle kvar veke", "Skrive ny rutine for", "Prøve i tre månader")


@dataclass(frozen=True)
class Mengd:
    """How much: analyses of 25 rows each, measures in all, people in all."""

    analysar: int
    tiltak: int
    personar: int


SMALL: Final = Mengd(20, 2_000, 1_000)
LARGE: Final = Mengd(2_000, 200_000, 10_000)


def _pour(connection: Connection, table: type[Base], rows: Iterator[dict[str, Any]]) -> None:
    portion: list[dict[str, Any]] = []
    for row in rows:
        portion.append(row)
        if len(portion) == PORTION:
            connection.execute(insert(table), portion)
            portion = []
    if portion:
        connection.execute(insert(table), portion)


def fill(data: Data, much: Mengd) -> None:
    """Put so much into a demo database. Deterministic; called once for each database."""
    rng = random.Random(7)  # noqa: S311 - made-up data, the same each time
    databases = Databases(data.url or f"sqlite:///{data.folder / 'internkontroll.db'}")
    today = datetime.now(UTC).date()
    with databases.engine.connect() as connection, connection.begin():
        units = list(connection.scalars(select(Eining.id).where(Eining.niva == "eining").order_by(Eining.id)))
        people = list(connection.scalars(select(Person.id).order_by(Person.id)))
        rows = _analyses(connection, rng, much.analysar, units, people[0], today)
        _measures(connection, rng, much.tiltak, units, people, rows, today)
        _competence(connection, rng, much.personar, units, today)
    with databases.writing() as db, db.begin():
        wanted = list(db.scalars(select(PersonEining.eining_id).distinct()))
        ruter.count(db, wanted, today)
    with databases.engine.connect() as connection, connection.begin():
        connection.exec_driver_sql("ANALYZE")
    databases.dispose()


def _first(connection: Connection, table: Any) -> int:
    return int(connection.scalar(select(func.coalesce(func.max(table.id), 0))) or 0) + 1


def _analyses(  # noqa: PLR0917 - one call
    connection: Connection, rng: random.Random, count: int, units: Sequence[int], by: int, today: date
) -> list[tuple[int, int]]:
    """Analyses of 25 judged rows, spread over the units. Returns (row, unit) of each row, some of which get a measure."""
    now, first, row_id = datetime.now(UTC), _first(connection, RosAnalyse), _first(connection, RosRad)
    sett = connection.scalar(select(func.max(RosSett.id)))
    analyses = [
        {
            "id": first + n,
            "tittel": f"Risikoanalyse {n}",
            "slag": "teneste",
            "eining_id": units[n % len(units)],
            "aksar": "liv_helse,drift",
            "status": "i_arbeid",
            "neste_revisjon": today + timedelta(days=rng.randrange(300)),
            "sett_id": sett,
            "laga": now,
            "laga_av_id": by,
        }
        for n in range(count)
    ]
    connection.execute(insert(RosAnalyse), analyses)
    connection.execute(insert(RosEining), [{"analyse_id": one["id"], "eining_id": one["eining_id"]} for one in analyses])
    unit_of = [units[n % len(units)] for n in range(count)]
    said = [
        {
            "id": row_id + n,
            "analyse_id": analyses[n // ROWS]["id"],
            "nr": n % ROWS + 1,
            "hending": f"Uønskt hending nummer {n % ROWS + 1}",
            "arsaker": "Travel vakt\nUklart ansvar",
            "barrierar": "Sjekkliste\nTo kontrollerer",
            "sannsyn": rng.randint(1, 5),
            "konsekvens": 3,
            "risiko": 9,
            "farge": "gul",
            "endra": now,
            "endra_av_id": by,
        }
        for n in range(count * ROWS)
    ]
    _pour(connection, RosRad, iter(said))
    _pour(connection, RosKonsekvens, ({"rad_id": one["id"], "akse": "liv_helse", "niva": 3, "rest": None} for one in said))
    return [(row_id + n, unit_of[n // ROWS]) for n in range(count * ROWS)]


def _measures(  # noqa: PLR0917 - one call
    connection: Connection,
    rng: random.Random,
    count: int,
    units: Sequence[int],
    people: Sequence[int],
    rows: Sequence[tuple[int, int]],
    today: date,
) -> None:
    """Measures: one for every other row of an analysis, the rest free; two of three are settled."""
    first = _first(connection, Tiltak)
    sources = [one for n, one in enumerate(rows) if n % 2 == 0][: count // 2]

    def made() -> Iterator[dict[str, Any]]:
        for n in range(count):
            unit = sources[n][1] if n < len(sources) else rng.choice(units)
            yield _measure(rng, first + n, unit, people, today, from_risk=n < len(sources))

    _pour(connection, Tiltak, made())
    origins = (
        {"tiltak_id": first + n, "slag": "ros", "ref_id": rad, "namn": "ROS", "synleg": True} for n, (rad, _u) in enumerate(sources)
    )
    _pour(connection, TiltakOpphav, origins)


def _measure(rng: random.Random, nr: int, unit: int, people: Sequence[int], today: date, *, from_risk: bool) -> dict[str, Any]:
    settled = rng.random() < 0.67
    frist = today + timedelta(days=rng.randint(-700, 30) if settled else rng.randint(-60, 400))
    colour = rng.choice(("raud", "gul", "gul", "gron")) if from_risk else None
    off, cost = (rng.randint(1, 12), rng.choice((None, 0, 20_000, 150_000))) if from_risk else (None, None)
    status = "utfort" if settled else rng.choice(("planlagt", "i_gang", "i_gang", "ventar_godkjenning"))
    ended = datetime(frist.year, frist.month, frist.day, 12, tzinfo=UTC)
    return {
        "id": nr,
        "tittel": f"{rng.choice(_WORDS)} medisinrommet i etasje {rng.randint(1, 9)}",
        "type": "forebyggjande",
        "ansvarleg_id": rng.choice(people),
        "eining_id": unit,
        "frist": frist,
        "start": frist - timedelta(days=rng.randint(10, 120)),
        "status": status,
        "kostnad": cost,
        "farge": colour,
        "risikoreduksjon": off,
        "kjelde": "ros" if from_risk else "fri",
        "avslutta": settled,
        "rang": order_key(colour, off, cost, frist),
        "laga_av_id": rng.choice(people),
        "laga": ended - timedelta(days=130),
        "effekt_frist": frist if settled else None,
        "ferdig_tid": ended if status in {"utfort", "ventar_godkjenning"} else None,
    }


def _competence(connection: Connection, rng: random.Random, wanted: int, units: Sequence[int], today: date) -> None:
    """Fifty units, forty competences something is needed of, so many people, and what they have."""
    entries = _entries(connection)
    shown = _units(connection, list(units), today)
    _people(connection, rng, wanted, shown, today)
    top = connection.scalar(select(Eining.id).where(Eining.overordna_id.is_(None)).order_by(Eining.id).limit(1))
    asked = set(connection.scalars(select(Kompetansebehov.kompetanse_id).distinct()))
    needs = [
        {
            "kompetanse_id": one,
            "eining_id": top,
            "omfang": "alle" if n % 2 else "minst",
            "tal": 0 if n % 2 else 3,
            "niva": 2,
            "gjeld_fra": date(today.year - 1, 1, 1),
            "laga": datetime.now(UTC),
        }
        for n, one in enumerate(entries)
        if one not in asked
    ]
    if needs:
        connection.execute(insert(Kompetansebehov), needs)
    have = {(row[0], row[1]) for row in connection.execute(select(Kompetansebevis.person_id, Kompetansebevis.kompetanse_id))}
    everybody = list(connection.scalars(select(Person.id).order_by(Person.id)))
    now = datetime.now(UTC)

    def evidence() -> Iterator[dict[str, Any]]:
        for person in everybody:
            for one in rng.sample(entries, 15):
                if (person, one) in have:
                    continue
                taken = today - timedelta(days=rng.randrange(20, 700))
                yield {
                    "person_id": person,
                    "kompetanse_id": one,
                    "niva": rng.choice((1, 2, 2, 2, 3)),
                    "dato": taken,
                    "gyldig_til": taken + timedelta(days=730),
                    "slag": "kurs",
                    "status": "stadfesta",
                    "vurdert_tid": now,
                    "laga": now,
                }

    _pour(connection, Kompetansebevis, evidence())


def _entries(connection: Connection) -> list[int]:
    found = list(connection.scalars(select(Kompetanse.id).where(Kompetanse.delegasjon.is_(False)).order_by(Kompetanse.id)))
    more = [
        {"kode": f"bench_{n}", "rekkje": 900 + n, "nn": f"Kunne nummer {n}", "nb": f"Kunne nummer {n}", "en": f"Skill number {n}"}
        for n in range(NEEDED - len(found))
    ]
    if more:
        connection.execute(insert(Kompetanse), more)
    return list(
        connection.scalars(select(Kompetanse.id).where(Kompetanse.delegasjon.is_(False)).order_by(Kompetanse.id).limit(NEEDED))
    )


def _units(connection: Connection, known: list[int], today: date) -> list[int]:
    parent = connection.execute(select(Eining.overordna_id, Eining.sti).where(Eining.id == known[0])).one()
    above = parent[1].removesuffix(f"{known[0]}/")
    first = _first(connection, Eining)
    for n in range(UNITS - len(known)):
        row = {
            "id": first + n,
            "kode": f"BENCH-{n}",
            "namn": f"Eining {n}",
            "niva": "eining",
            "overordna_id": parent[0],
            "sti": f"{above}{first + n}/",
            "gjeld_fra": date(today.year - 1, 1, 1),
        }
        connection.execute(insert(Eining), [row])
        known.append(first + n)
    return known[:UNITS]


def _people(connection: Connection, rng: random.Random, wanted: int, units: Sequence[int], today: date) -> None:
    first = _first(connection, Person)
    missing = max(wanted - int(connection.scalar(select(func.count()).select_from(Person)) or 0), 0)
    if not missing:
        return
    new = range(first, first + missing)
    people = [
        {
            "id": one,
            "ansattnr": f"9{one:06}",
            "namn": f"Prøve Nummer {one}",
            "epost": f"p{one}@kommune.test",
            "yrke": rng.choice(("sjukepleiar", "helsefagarbeidar", "assistent")),
            "vakter": rng.choice(("dag,kveld", "natt,helg", "dag")),
            "tilsett_fra": date(today.year - 2, 1, 1),
        }
        for one in new
    ]
    where = [{"person_id": one, "eining_id": units[one % len(units)], "hovud": True} for one in new]
    _pour(connection, Person, iter(people))
    _pour(connection, PersonEining, iter(where))
    held = [
        {
            "person_id": one["person_id"],
            "rolle": Rolle.TILSETT.value,
            "eining_id": one["eining_id"],
            "gjeld_fra": date(today.year - 2, 1, 1),
        }
        for one in where
    ]
    _pour(connection, Tilgang, iter(held))
