"""Employees who have left: names go when nothing keeps them, history and log stand, leaders see what needs a new owner."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from administrasjon.actions.slutta import pseudonymise_left
from avvik.models import Avvik, AvvikHending
from kjerne import log
from kjerne.config import Config
from kjerne.db import Databases
from kjerne.models import Eining, Epost, Person
from kompetanse.models import Kompetanse, Kompetansebevis
from tests.avvik.conftest import FileCase, file_case  # noqa: F401 - the maker of cases
from tests.avvik.test_meld_hemmeleg import dump
from tests.cast import Cast
from tests.conftest import ClientFor, Clock, WorkFor


def leave(databases: Databases, person: Person, day: date) -> None:
    with databases.writing() as db:
        db.execute(update(Person).where(Person.id == person.id).values(tilsett_til=day))
        db.commit()


def by_night(databases: Databases, work_for: WorkFor) -> int:
    with databases.writing() as db:
        count = pseudonymise_left(work_for(db, None))
        db.commit()
    return count


def row_of(databases: Databases, person: Person) -> Person:
    with databases.reading() as db:
        found = db.get_one(Person, person.id)
        db.expunge(found)
        return found


@pytest.mark.both
def test_a_name_goes_and_history_and_log_stand(
    cast: Cast,
    databases: Databases,
    work_for: WorkFor,
    clock: Clock,
    config: Config,
    client_for: ClientFor,
    file_case: FileCase,  # noqa: F811 - a fixture's value
) -> None:
    nr = file_case()
    with databases.writing() as db:
        line = AvvikHending(avvik_id=1, tid=clock(), slag="tildelt", aktor="handsamar", til=cast.kari.namn, person_id=cast.leif.id)
        db.add(line)
        db.commit()
    leave(databases, cast.kari, clock().date())
    clock.forward(days=179)
    assert by_night(databases, work_for) == 0
    clock.forward(days=2)
    assert by_night(databases, work_for) == 1
    assert by_night(databases, work_for) == 0, "once"
    row = row_of(databases, cast.kari)
    assert (row.namn, row.ansattnr) == (f"Tidlegare tilsett {row.id}", f"slutta-{row.id}")
    assert (row.epost, row.passord_hash, row.deaktivert) == (None, None, True)
    for table, rows in dump(databases).items():
        for secret in (cast.kari.namn, cast.kari.epost, cast.kari.ansattnr):
            assert f"'{secret}'" not in str(rows), f"{table} holds {secret}"
    assert f"Tidlegare tilsett {row.id}" in client_for(cast.leif).get(f"/avvik/{nr}").text
    with databases.reading() as db:
        assert db.scalars(select(Avvik.meldar_id)).one() == row.id
        assert log.verify(db, config.secret_key).broken_at is None


def test_owners_and_leaders_are_kept_until_somebody_else_has_it(
    cast: Cast,
    databases: Databases,
    work_for: WorkFor,
    clock: Clock,
    client_for: ClientFor,
    file_case: FileCase,  # noqa: F811 - a fixture's value
) -> None:
    file_case(av=cast.nina, eining_id=cast.it02.id)
    leave(databases, cast.nils, clock().date())
    clock.forward(days=200)
    assert by_night(databases, work_for) == 0
    assert row_of(databases, cast.nils).namn == cast.nils.namn
    page = client_for(cast.adam).get("/personar/slutta").text
    assert "Treng ny eigar først" in page
    assert "opne saker: 1" in page
    assert client_for(cast.kari).get("/personar/slutta").status_code == 404
    assert cast.nils.namn not in client_for(cast.leif).get("/personar/slutta").text, "of another unit"
    with databases.writing() as db:
        db.execute(update(Avvik).values(sakshandsamar_id=cast.leif.id))
        db.execute(update(Eining).where(Eining.leiar_id == cast.nils.id).values(leiar_id=cast.leif.id))
        db.commit()
    assert by_night(databases, work_for) == 1


def test_the_leader_is_told_once_and_without_a_name(cast: Cast, databases: Databases, work_for: WorkFor, clock: Clock) -> None:
    leave(databases, cast.astrid, clock().date() - timedelta(days=200))
    for _time in range(2):
        assert by_night(databases, work_for) == 0
    with databases.reading() as db:
        letters = db.scalars(select(Epost).where(Epost.nokkel.startswith("slutta-"))).all()
    assert [letter.til_person_id for letter in letters] == [cast.leif.id]
    assert cast.astrid.namn not in letters[0].tekst


def test_proofs_of_competence_keep_the_name_five_years(cast: Cast, databases: Databases, work_for: WorkFor, clock: Clock) -> None:
    with databases.writing() as db:
        first = db.scalars(select(Kompetanse.id).limit(1)).first()
        if first is None:
            row = Kompetanse(kode="hjartelungeredning", nn="Hjarte-lungeredning", nb="Hjerte-lungeredning", en="CPR")
            db.add(row)
            db.flush()
            first = row.id
        db.add(Kompetansebevis(person_id=cast.nina.id, kompetanse_id=first, dato=clock().date(), laga=clock()))
        db.commit()
    leave(databases, cast.nina, clock().date())
    clock.forward(days=5 * 365)
    assert by_night(databases, work_for) == 0
    clock.forward(days=10)
    assert by_night(databases, work_for) == 1
