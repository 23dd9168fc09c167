"""Reminders: once for each stage of each deadline, late ones lifted to the leader, the effect asked for."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from app import HANDLERS
from kjerne.config import Config
from kjerne.db import Databases
from kjerne.jobs import Runner
from kjerne.models import Eining, Epost, Person
from tests.cast import Cast
from tests.conftest import Clock, WorkFor
from tests.tiltak.conftest import MakeTiltak
from tiltak import actions, queries
from tiltak.jobs import JOBS

Letters = Callable[[], list[tuple[int, str]]]


@pytest.fixture
def letters(databases: Databases, config: Config, clock: Clock) -> Letters:
    """Give a function that runs the job twice and returns the new letters: receiver and subject."""
    seen: set[int] = set()

    def run() -> list[tuple[int, str]]:
        runner = Runner(databases, config, clock, HANDLERS)
        for _ in range(2):
            for job in JOBS:
                runner.run(job)
        with databases.reading() as db:
            rows = [row for row in db.scalars(select(Epost).order_by(Epost.id)) if row.id not in seen]
            seen.update(row.id for row in rows)
            return [(row.til_person_id or 0, row.emne) for row in rows]

    return run


def test_before_on_and_after_the_deadline(make_tiltak: MakeTiltak, letters: Letters, cast: Cast, clock: Clock) -> None:
    nr = make_tiltak(dagar=4)
    assert letters() == [(cast.kari.id, f"Du har fått ansvar for tiltak {nr}")]
    clock.forward(days=1)
    assert letters() == [(cast.kari.id, f"Fristen for tiltak {nr} nærmar seg")]
    clock.forward(days=1)
    assert letters() == []
    clock.forward(days=2)
    assert letters() == [(cast.kari.id, f"Fristen for tiltak {nr} er i dag")]
    clock.forward(days=1)
    assert letters() == [
        (cast.kari.id, f"Fristen for tiltak {nr} er ute"),
        (cast.leif.id, f"Tiltak {nr} er over fristen"),
    ]
    clock.forward(days=5)
    assert letters() == []


def test_a_new_deadline_is_reminded_of_anew(
    make_tiltak: MakeTiltak, letters: Letters, databases: Databases, work_for: WorkFor, cast: Cast, clock: Clock
) -> None:
    nr = make_tiltak(dagar=2)
    letters()
    with databases.writing() as db:
        work = work_for(db, cast.kari)
        tiltak = queries.get_tiltak(work, nr)
        actions.postpone(work, tiltak, "Treng delar.", tiltak.frist.replace(month=12, day=1))
        db.commit()
    letters()
    clock.set_oslo(2026, 11, 29)
    assert letters() == [(cast.kari.id, f"Fristen for tiltak {nr} nærmar seg")]


def test_what_is_settled_or_waits_for_acceptance_is_left_in_peace(
    make_tiltak: MakeTiltak, letters: Letters, databases: Databases, work_for: WorkFor, cast: Cast, clock: Clock
) -> None:
    waiting, gone = make_tiltak(dagar=1), make_tiltak(dagar=1)
    with databases.writing() as db:
        kari, leif = work_for(db, cast.kari), work_for(db, cast.leif)
        actions.mark_done(kari, queries.get_tiltak(kari, waiting), "Gjort.")
        actions.cancel(leif, queries.get_tiltak(leif, gone), "Trengst ikkje.")
        db.commit()
    clock.forward(days=3)
    assert not [subject for _who, subject in letters() if "risten" in subject]


def leader_of(databases: Databases, eining_id: int, person: Person | None) -> None:
    with databases.writing() as db:
        unit = db.get(Eining, eining_id)
        assert unit
        unit.leiar_id = person.id if person else None
        unit.stedfortredar_id = None
        db.commit()


def test_late_and_the_leader_is_the_owner_goes_to_the_next_up(
    make_tiltak: MakeTiltak, letters: Letters, databases: Databases, cast: Cast, clock: Clock
) -> None:
    leader_of(databases, cast.it01.id, cast.leif)
    nr = make_tiltak(dagar=0, ansvarleg=cast.leif, av=cast.kval)
    clock.forward(days=1)
    assert (cast.signe.id, f"Tiltak {nr} er over fristen") in letters()


def test_late_and_the_leader_is_away_goes_to_the_deputy(
    make_tiltak: MakeTiltak, letters: Letters, databases: Databases, cast: Cast, clock: Clock
) -> None:
    nr = make_tiltak(dagar=0)
    with databases.writing() as db:
        leif = db.get(Person, cast.leif.id)
        assert leif
        leif.borte_fra = clock().date()
        db.commit()
    clock.forward(days=1)
    assert (cast.astrid.id, f"Tiltak {nr} er over fristen") in letters()


def test_a_late_shielded_measure_is_not_lifted_to_the_leader_but_to_its_follower(
    make_tiltak: MakeTiltak, letters: Letters, cast: Cast, clock: Clock
) -> None:
    nr = make_tiltak(dagar=0, av=cast.kval, skjerma=True)
    clock.forward(days=1)
    sent = letters()
    assert (cast.kval.id, f"Tiltak {nr} er over fristen") in sent
    assert cast.leif.id not in {who for who, _subject in sent}


def test_the_effect_is_asked_for_once(
    make_tiltak: MakeTiltak, letters: Letters, databases: Databases, work_for: WorkFor, cast: Cast, clock: Clock
) -> None:
    nr = make_tiltak()
    with databases.writing() as db:
        kari, leif = work_for(db, cast.kari), work_for(db, cast.leif)
        tiltak = queries.get_tiltak(kari, nr)
        actions.mark_done(kari, tiltak, "Gjort.")
        actions.accept(leif, tiltak)
        db.commit()
    letters()
    clock.forward(days=89)
    assert letters() == []
    clock.forward(days=1)
    assert letters() == [(cast.kari.id, f"På tide å vurdere om tiltak {nr} verka")]
    clock.forward(days=1)
    assert letters() == []


def test_a_scheduler_that_was_down_a_week_sends_what_it_missed(
    make_tiltak: MakeTiltak, letters: Letters, cast: Cast, clock: Clock
) -> None:
    nr = make_tiltak(dagar=1)
    letters()
    clock.forward(days=8)
    assert letters() == [
        (cast.kari.id, f"Fristen for tiltak {nr} er ute"),
        (cast.leif.id, f"Tiltak {nr} er over fristen"),
    ]


def test_letters_come_in_the_receivers_language(
    make_tiltak: MakeTiltak, letters: Letters, databases: Databases, cast: Cast
) -> None:
    with databases.writing() as db:
        kari = db.get(Person, cast.kari.id)
        assert kari
        kari.sprak = "en"
        db.commit()
    nr = make_tiltak()
    assert letters() == [(cast.kari.id, f"You are now responsible for measure {nr}")]
