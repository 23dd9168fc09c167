"""The standing cast: who works where in the little municipality that most tests are played in."""

import pickle
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from kjerne import passwords
from kjerne.access import Rolle
from kjerne.config import Config
from kjerne.db import Databases
from kjerne.models import Eining, Person
from tests import make


@dataclass(frozen=True)
class Cast:
    """Rows that are detached: read them freely, load them again to change them.

    HO (sektor) > HO-IT (avdeling) > HO-IT-01 (Kari's and Leif's own unit), HO-IT-02 (the neighbour, Nils and Nina).
    """

    ho: Eining
    it: Eining
    it01: Eining
    it02: Eining
    kari: Person
    leif: Person
    astrid: Person
    nils: Person
    nina: Person
    signe: Person
    kval: Person
    vera: Person
    pia: Person
    hege: Person
    bjorn: Person
    ivar: Person
    fred: Person
    lise: Person
    adam: Person
    rita: Person

    @property
    def people(self) -> dict[str, Person]:
        """Everybody by first name, as the fields are called."""
        return {name: row for name, row in vars(self).items() if isinstance(row, Person)}


def build(databases: Databases, config: Config) -> Cast:
    """Put the cast into an empty, migrated database. Everybody's password is `make.PASSORD`."""
    with databases.writing() as db:
        db.expire_on_commit = False
        cast = _people(db, passwords.make_hash(config, make.PASSORD))
        db.commit()
        db.expunge_all()
    return cast


def build_at(url: str, secret: str) -> bytes:
    """Put the cast into the database at this address; what `fresh` makes its rows from."""
    databases = Databases(url)
    try:
        return pickle.dumps(build(databases, Config(url, Path(), secret, argon_time=1, argon_memory_kib=8)))
    finally:
        databases.dispose()


def fresh(kept: bytes) -> Cast:
    """Detached rows of the cast, a test's own."""
    made: Cast = pickle.loads(kept)
    return made


def _people(db: Session, secret: str) -> Cast:
    ho = make.eining(db, "HO", namn="Helse og omsorg", niva="sektor")
    it = make.eining(db, "HO-IT", namn="Institusjonstenesta", over=ho, niva="avdeling")
    it01 = make.eining(db, "HO-IT-01", namn="Solbakken 1. etasje", over=it)
    it02 = make.eining(db, "HO-IT-02", namn="Solbakken 2. etasje", over=it)

    def person(namn: str, where: Eining, rolle: Rolle | None = None, on: Eining | None = None) -> Person:
        row = make.person(
            db,
            namn,
            eining=where,
            passord_hash=secret,
            epost=f"{namn.split(maxsplit=1)[0].lower().replace('ø', 'o')}@kommune.test",
        )
        if rolle is not None:
            make.tilgang(db, row, on or where, rolle)
        return row

    def outsider(namn: str, rolle: Rolle) -> Person:
        """Holds one role on the whole sector and is employed in no unit."""
        row = make.person(db, namn, passord_hash=secret, epost=f"{namn.split(maxsplit=1)[0].lower()}@kommune.test")
        make.tilgang(db, row, ho, rolle)
        return row

    kari = person("Kari Tilsett", it01)
    leif = person("Leif Leiar", it01, Rolle.LEIAR)
    astrid = person("Astrid Stedfortredar", it01)
    nils = person("Nils Naboleiar", it02, Rolle.LEIAR)
    nina = person("Nina Nabo", it02)
    signe = person("Signe Sjef", ho, Rolle.KOMMUNALSJEF)
    make.tilgang(db, signe, ho, Rolle.LEIAR)
    it01.leiar_id, it01.stedfortredar_id = leif.id, astrid.id
    it02.leiar_id = nils.id
    ho.leiar_id = signe.id
    db.flush()
    return Cast(
        ho=ho,
        it=it,
        it01=it01,
        it02=it02,
        kari=kari,
        leif=leif,
        astrid=astrid,
        nils=nils,
        nina=nina,
        signe=signe,
        kval=person("Kval Kvalitet", ho, Rolle.KVALITETSKOORDINATOR),
        vera=person("Vera Verneombod", it02, Rolle.VERNEOMBOD, on=it),
        pia=person("Pia Personvern", ho, Rolle.PERSONVERNOMBOD),
        hege=person("Hege Hr", ho, Rolle.HR),
        bjorn=person("Bjørn Brannvern", ho, Rolle.BRANNVERNLEIAR),
        ivar=person("Ivar Informasjon", ho, Rolle.INFORMASJONSTRYGGLEIK),
        fred=person("Fred Fagansvarleg", ho, Rolle.FAGANSVARLEG),
        lise=outsider("Lise Leiing", Rolle.LEIING),
        adam=person("Adam Administrator", ho, Rolle.ADMINISTRATOR),
        rita=outsider("Rita Revisor", Rolle.REVISOR),
    )
