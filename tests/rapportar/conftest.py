"""What the tests of reports stand on: cases in October, the clock on the first working day of November, a runner."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pypdf
import pytest

import app as application
from avvik import actions, sums
from kjerne import files
from kjerne.config import Config
from kjerne.db import Databases
from kjerne.jobs import Runner
from kjerne.models import Eining, Person
from rapportar.models import Rapport
from tests.avvik.make_sak import report
from tests.cast import Cast
from tests.conftest import Clock, WorkFor

PaperOf = Callable[[Rapport], bytes]


def text_of(data: bytes) -> str:
    """All that stands in a PDF, as one line."""
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(data)).pages).split())


@pytest.fixture
def october(cast: Cast, databases: Databases, work_for: WorkFor, clock: Clock) -> None:
    """Seven cases in HO-IT-01 and three next door: one of ours answered, and it changed practice, one about the leader."""
    sums.install()
    clock.set_oslo(2026, 10, 5)
    with databases.writing() as db:
        kari = work_for(db, cast.kari)
        mine = [report(kari, cast.it01, alvor=alvor, serie_tal=2 if alvor == 1 else 1) for alvor in (1, 2, 3, 3, 4)]
        report(kari, cast.it01, hovudtype="hms", underkategori="stikkskade", skildring="Kanarifugl stakk seg.")
        report(kari, cast.it01, gjeld_leiar=True)
        for _ in range(3):
            report(work_for(db, cast.nina), cast.it02)
        clock.now += timedelta(days=1)
        leader = work_for(db, cast.leif)
        actions.answer_reporter(leader, mine[2], "Takk, vi ser på det.")
        mine[2].endra_praksis = True
        db.commit()
    clock.set_oslo(2026, 11, 2, 5, 30)


@pytest.fixture
def runner(databases: Databases, config: Config, clock: Clock) -> Runner:
    return Runner(databases, config, clock, application.HANDLERS)


@pytest.fixture
def paper_of(config: Config) -> PaperOf:
    """Give a function that reads a report's bytes."""
    return lambda row: files.path_of(config.data_dir, row.sha256 or "").read_bytes()


@pytest.fixture
def speaks(databases: Databases) -> Callable[[Person, str], None]:
    """Give a function that lets a person read another language."""

    def set_language(person: Person, sprak: str) -> None:
        with databases.writing() as db:
            db.get_one(Person, person.id).sprak = sprak
            db.commit()

    return set_language


@pytest.fixture
def call(databases: Databases) -> Callable[[Eining, str], None]:
    """Give a function that renames a unit."""

    def rename(eining: Eining, namn: str) -> None:
        with databases.writing() as db:
            db.get_one(Eining, eining.id).namn = namn
            db.commit()

    return rename
