"""Build the demo municipality: units, people, roles, logins and cases, into an empty database, the same for the same seed."""

import json
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from avvik import sok, sums
from avvik.models import Avvik, AvvikTeljar
from demo import kompetanse, oppdragsbrev, prosedyrar, rapportar, register, ros, tiltak
from demo.bolkar import cut, filing_days
from demo.bulk import Kind, ready
from demo.fabrikk import Oppdrag, produce
from demo.kjede import Kjede
from demo.lasting import align_sequences, opened, send, take_stock, without_indexes
from demo.organisasjon import KOMMUNE, Unit, read_units
from demo.personar import Ansatt, Folk, make_people
from demo.roller import Rollar, give_roles
from demo.scener import SCENER
from demo.verda import Verda, read_katalog
from kjerne import katalog, passwords
from kjerne.clock import oslo_date, utcnow
from kjerne.config import Config
from kjerne.db import Databases
from kjerne.errors import Refused
from kjerne.innstilling import put, settings
from kjerne.models import Eining, Logghovud, Person, PersonEining, Tilgang, Tilgangsgruppe, TilgangsgruppeMedlem
from kompetanse.actions.katalog import load_starter_set as load_competence
from oppdragsbrev.actions import load_starter_set as load_letter

__all__ = ["DEMO_AVVIK", "build"]

_INNSTILLINGAR: Final = {
    "kommune": KOMMUNE,
    "demo": "1",
    "varselkanal": "Skriv til varslingsmottaket på varsling@storfjella.example, eller ring 55 00 00 00.",
    "klagekanal": "Send klaga til postmottak@storfjella.example. Kommunen sender ho vidare til statsforvaltaren ved behov.",
}
#: What each package puts into the demo after the cases, in this order: `fill(db, verda)`, with a `random.Random` of its own.
PARTS: Final[tuple[Callable[[Session, Verda], None], ...]] = (
    register.fill,
    ros.fill,
    tiltak.fill,
    kompetanse.fill,
    prosedyrar.fill,
    oppdragsbrev.fill,
    rapportar.fill,
)
#: Three years of a municipality of this size, at the rates of domene 8.3.
DEMO_AVVIK: Final = 5_400


def build(databases: Databases, config: Config, *, avvik: int = DEMO_AVVIK, seed: int = 1, now: datetime | None = None) -> None:
    """Fill an empty, migrated database with the demo and write `demo.json` beside it; all or nothing.

    Raises `Refused` when units, people or cases are there: real ones are never mixed with made-up ones.
    `now` is for tests; the command line gives the present.
    """
    moment = (now or utcnow()).replace(microsecond=0)
    rng = random.Random(seed)
    with opened(databases) as db:
        _refuse_used(db)
        katalog.load_starter_set(db)
        load_competence(db)
        load_letter(db)
        for key, value in _INNSTILLINGAR.items():
            put(db, key, value)
        units = read_units()
        today = oslo_date(moment)
        folk = make_people(rng, units, today)
        auditor = folk.alle[-1]
        rollar = give_roles(rng, folk, units, auditor, today)
        _write_people(db, config, units, folk, rollar)
        verda = Verda(rng, moment, config, read_katalog(db, today), units, folk, rollar)
        _write_cases(db, verda, avvik, seed)
        for fill in PARTS:
            fill(db, verda)
        db.flush()
        take_stock(db.connection())
        _write_logins(config.data_dir / "demo.json", units, rollar)
        db.commit()


def _refuse_used(db: Session) -> None:
    """Only an empty database takes the demo."""
    used = any(db.scalar(select(column).limit(1)) is not None for column in (Person.id, Eining.id, Avvik.id))
    if not used:
        return
    if settings(db)["demo"] == "1":
        raise Refused("The demo municipality is already in this database. Use an empty one to build another.")
    raise Refused("This database holds real data. The demo is only built in an empty database.")


def _write_people(db: Session, config: Config, units: list[Unit], folk: Folk, rollar: Rollar) -> None:
    secrets = _secrets(config, rollar)
    connection = db.connection()
    connection.execute(insert(Eining), [unit.row() for unit in units])
    connection.execute(insert(Person), [person.row(secrets.get(person.id)) for person in folk.alle])
    for unit in units:
        leader, deputy = folk.leiar.get(unit.id), folk.stedfortredar.get(unit.id)
        connection.execute(
            update(Eining)
            .where(Eining.id == unit.id)
            .values(leiar_id=leader.id if leader else None, stedfortredar_id=deputy.id if deputy else None)
        )
    connection.execute(insert(PersonEining), [row for person in folk.alle for row in _workplaces(person)])
    connection.execute(insert(Tilgang), rollar.tilgangar)
    for code, members in rollar.grupper.items():
        group = db.scalars(select(Tilgangsgruppe).where(Tilgangsgruppe.kode == code)).one()
        db.add_all(TilgangsgruppeMedlem(gruppe_id=group.id, person_id=person.id) for person in members)
    db.flush()


def _workplaces(person: Ansatt) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    if person.eining is not None:
        rows.append({"person_id": person.id, "eining_id": person.eining.id, "hovud": True})
    if person.ekstra is not None:
        rows.append({"person_id": person.id, "eining_id": person.ekstra.id, "hovud": False})
    return rows


def _secrets(config: Config, rollar: Rollar) -> dict[int, str]:
    """Password hashes of the demo logins only; one for each different password, since hashing is slow on purpose."""
    hashes = {word: passwords.make_hash(config, word) for word in {one.passord for one in rollar.innloggingar}}
    found: dict[int, str] = {}
    for one in rollar.innloggingar:
        found.setdefault(one.person.id, hashes[one.passord])
    return found


def _write_cases(db: Session, verda: Verda, tal: int, seed: int) -> None:
    """The cases and all that belongs to them; the log's chain, which has one order only, is closed here."""
    connection = db.connection()
    told = min(tal, len(SCENER))
    days = [oslo_date(verda.now - timedelta(days=scene.dagar)) for scene in SCENER[:told]]
    bolkar = cut(filing_days(verda.rng, verda.today, tal - told), days)
    kind: Kind = "sqlite" if connection.dialect.name == "sqlite" else "postgresql"
    parents = {unit.id: unit.over.id if unit.over else None for unit in verda.units}
    oppdrag = Oppdrag(kind, seed, verda, sok.labels(connection), parents, tal, told)
    head = db.scalars(select(Logghovud).where(Logghovud.id == 1).with_for_update()).one()
    kjede = Kjede(verda.config, head.siste_id, head.mac)
    cells, numbers = sums.Cells.empty(), dict[int, int]()
    with without_indexes(connection):
        for pakke in produce(oppdrag, bolkar):
            send(connection, {**pakke.tables, **ready(kind, kjede.rows(pakke.lines))})
            cells.put(pakke.cells)
            numbers.update(pakke.numbers)
    head.siste_id, head.mac = kjede.head_id, kjede.head_mac
    db.add_all(AvvikTeljar(aar=aar, siste=siste) for aar, siste in sorted(numbers.items()))
    db.flush()
    align_sequences(connection)
    sums.replace(db, cells)


def _write_logins(path: Path, units: list[Unit], rollar: Rollar) -> None:
    """`demo.json`, as docs/grensesnitt.md fixes it."""
    told = {
        "kommune": KOMMUNE,
        "einingar": [{"kode": unit.kode, "namn": unit.namn} for unit in units],
        "innloggingar": [
            {
                "rolle": one.rolle.value,
                "namn": one.person.namn,
                "brukarnamn": one.person.ansattnr,
                "passord": one.passord,
                "eining": one.eining.kode,
            }
            for one in rollar.innloggingar
        ],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
