"""Competence to test with: entries by code, needs and evidence put in directly, committed."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from kjerne.clock import oslo_date
from kjerne.db import Databases
from kjerne.models import Eining, Person
from kompetanse.models import Kompetanse, Kompetansebehov, Kompetansebevis
from tests.cast import Cast
from tests.conftest import Clock

GiveBevis = Callable[..., int]
SetBehov = Callable[..., int]
Entry = Callable[[str], int]


@pytest.fixture
def entry(databases: Databases, cast: Cast) -> Entry:
    """Give a function that finds an entry of the catalogue by its code."""

    def find(kode: str) -> int:
        with databases.reading() as db:
            return db.scalars(select(Kompetanse.id).where(Kompetanse.kode == kode)).one()

    return find


@pytest.fixture
def set_behov(databases: Databases, entry: Entry, clock: Clock) -> SetBehov:
    """Give a function that sets a need on a unit: everyone at level 2 from the first day of the year, unless said otherwise."""

    def make(kode: str, eining: Eining, omfang: str = "alle", tal: int = 0, **fields: object) -> int:
        values = {"niva": 2, "gjeld_fra": date(2026, 1, 1), **fields}
        with databases.writing() as db:
            row = Kompetansebehov(kompetanse_id=entry(kode), eining_id=eining.id, omfang=omfang, tal=tal, laga=clock(), **values)
            db.add(row)
            db.commit()
            return row.id

    return make


@pytest.fixture
def give(databases: Databases, entry: Entry, clock: Clock) -> GiveBevis:
    """Give a function that gives a person confirmed evidence: 30 days old, and valid a year, unless said otherwise."""

    def make(
        person: Person, kode: str, *, dagar: int | None = 365, niva: int = 2, status: str = "stadfesta", **fields: object
    ) -> int:
        today = oslo_date(clock())
        values: dict[str, object] = {"slag": "kurs", "dato": today - timedelta(days=30), **fields}
        with databases.writing() as db:
            row = Kompetansebevis(
                person_id=person.id,
                kompetanse_id=entry(kode),
                niva=niva,
                gyldig_til=None if dagar is None else today + timedelta(days=dagar),
                status=status,
                vurdert_tid=None if status == "sjolv" else clock(),
                grunn="Ikkje rett kurs" if status == "avvist" else "",
                laga=clock(),
                **values,
            )
            db.add(row)
            db.commit()
            return row.id

    return make
