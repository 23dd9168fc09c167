"""Procedures to test with: made, written and approved through the actions, committed."""

from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image

from kjerne.db import Databases
from kjerne.models import Eining, Person
from prosedyrar import actions, queries
from prosedyrar.models import Prosedyre
from tests.cast import Cast
from tests.conftest import WorkFor

MakeProsedyre = Callable[..., int]
TEKST = "## Formål\n\nSikre rett dosering.\n\n## Framgangsmåte\n\n1. Sjekk lista.\n2. Gi legemiddelet.\n"


@pytest.fixture
def make_prosedyre(databases: Databases, work_for: WorkFor, cast: Cast) -> MakeProsedyre:
    """Give a function that makes a document: Leif writes for HO-IT-01 and Kval approves, unless said otherwise.

    `til` is how far it comes: kladd, til_godkjenning or gyldig.
    """

    def make(
        tittel: str = "Legemiddelhandtering",
        *,
        av: Person | None = None,
        godkjenn: Person | None = None,
        eining: Eining | None = None,
        tekst: str = TEKST,
        til: str = "gyldig",
        **fields: object,
    ) -> int:
        with databases.writing() as db:
            author = av or cast.leif
            prosedyre: Prosedyre = actions.create_prosedyre(
                work_for(db, author),
                tittel=tittel,
                eining_id=(eining or cast.it01).id,
                eigar=db.get_one(Person, author.id),
                tekst=tekst,
                **fields,  # type: ignore[arg-type]  # a test's shorthand
            )
            draft = queries.open_version(work_for(db, author), prosedyre.id)
            assert draft is not None
            if til != "kladd":
                actions.submit(work_for(db, author), draft.id)
            if til == "gyldig":
                actions.publish(work_for(db, godkjenn or cast.kval), draft.id)
            db.commit()
            return prosedyre.id

    return make


@pytest.fixture
def revise(databases: Databases, work_for: WorkFor, cast: Cast) -> Callable[..., str]:
    """Give a function that writes and approves the next version of a document, and returns its number."""

    def make(prosedyre_id: int, tekst: str, *, stor: bool = True, til: str = "gyldig", notat: str = "") -> str:
        with databases.writing() as db:
            work = work_for(db, cast.leif)
            draft = actions.begin_version(work, db.get_one(Prosedyre, prosedyre_id), stor=stor)
            actions.save_draft(work, draft.id, tekst=tekst, endringsnotat=notat)
            if til != "kladd":
                actions.submit(work, draft.id)
            if til == "gyldig":
                actions.publish(work_for(db, cast.kval), draft.id)
            db.commit()
            return draft.nummer

    return make


@pytest.fixture
def small_png() -> bytes:
    """A picture of a few pixels."""
    target = BytesIO()
    Image.new("RGB", (40, 30), "teal").save(target, "PNG")
    return target.getvalue()
