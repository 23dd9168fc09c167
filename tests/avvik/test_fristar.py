"""The clock: reminders before and on each deadline, lifting late cases, the duties' clocks; nothing twice, nothing when ended."""

from collections import Counter

import pytest
from sqlalchemy import select

from avvik.jobs import deadlines as job
from avvik.models import AvvikHending, AvvikMeldeplikt
from kjerne.clock import OSLO
from kjerne.config import Config
from kjerne.db import Databases
from kjerne.jobs import Job, Runner
from kjerne.models import Epost
from tests.avvik.conftest import FileCase, Load, Post
from tests.avvik.test_lukking import make_ready
from tests.cast import Cast
from tests.conftest import ClientFor, Clock


class Night:
    """Runs the clock's jobs as the scheduler does, and tells which new letters came of it."""

    def __init__(self, databases: Databases, config: Config, clock: Clock) -> None:
        self.runner = Runner(databases, config, clock, {})
        self.databases = databases
        self.seen: set[str] = set(self.subjects())

    def subjects(self) -> dict[str, str]:
        with self.databases.reading() as db:
            return {
                row.nokkel: f"{row.til_adresse.split('@')[0]}: {row.emne.rpartition(':')[0]}" for row in db.scalars(select(Epost))
            }

    def run(self, *jobs: Job) -> list[str]:
        """Run the jobs twice; the new letters as "who: subject", sorted."""
        for one in (jobs or job.JOBS) * 2:
            self.runner.run(one)
        now = self.subjects()
        new = sorted(text for key, text in now.items() if key not in self.seen)
        self.seen = set(now)
        return new


@pytest.fixture
def night(databases: Databases, config: Config, clock: Clock, cast: Cast) -> Night:
    """The scheduler's jobs on the test's clock."""
    return Night(databases, config, clock)


@pytest.mark.both
def test_the_timetable_of_a_case_nobody_touches(
    file_case: FileCase, clock: Clock, night: Night, databases: Databases, load: Load
) -> None:
    clock.set_oslo(2026, 11, 2, 9, 0)  # a Monday: answer Thu 5, start Mon 9, closing Wed 2 December
    nr = file_case()
    night.run()
    told: dict[str, list[str]] = {}
    for _day in range(45):
        clock.forward(days=1)
        new = night.run()
        if new:
            told[clock().astimezone(OSLO).strftime("%d.%m.")] = new
    assert told == {
        "03.11.": ["leif: Løftet nærmar seg"],
        "05.11.": ["leif: Meldaren ventar på svar"],
        "07.11.": ["leif: Behandling skal starte"],
        "09.11.": ["leif: Sak ikkje starta"],
        "12.11.": ["signe: Sak lyfta til deg"],
        "19.11.": ["signe: Sak lyfta til deg"],
        "30.11.": ["leif: Frist nærmar seg"],
        "02.12.": ["leif: Frist ute"],
    }
    assert load(nr).lofta == 2
    with databases.reading() as db:
        lines = db.scalars(select(AvvikHending.fra).where(AvvikHending.slag == "lofta").order_by(AvvikHending.id)).all()
    assert lines == ["1", "2"]


def test_severity_four_is_lifted_the_day_after_its_deadline(file_case: FileCase, clock: Clock, night: Night, load: Load) -> None:
    clock.set_oslo(2026, 11, 2, 9, 0)
    nr = file_case(alvor=4)
    clock.set_oslo(2026, 11, 5, 9, 0)
    night.run()
    assert load(nr).lofta == 0
    clock.forward(days=1)
    assert "signe: Sak lyfta til deg" in night.run()
    assert load(nr).lofta == 1


def test_an_answered_and_ended_case_is_left_in_peace(
    cast: Cast, file_case: FileCase, post: Post, clock: Clock, night: Night
) -> None:
    nr = file_case()
    make_ready(post, cast.leif, nr)
    post(cast.leif, nr, "lukk")
    night.seen = set(night.subjects())
    for _week in range(8):
        clock.forward(days=7)
        assert night.run() == []


def test_waiting_for_the_effect_stops_the_closing_clock(
    cast: Cast, client_for: ClientFor, file_case: FileCase, post: Post, clock: Clock, night: Night, load: Load
) -> None:
    nr = file_case()
    make_ready(post, cast.leif, nr)
    post(cast.leif, nr, "tiltak", tittel="Test sensorane", ansvarleg=cast.leif.ansattnr, frist="2026-12-24")
    assert post(cast.leif, nr, "vent-effekt").status_code == 303
    night.seen = set(night.subjects())
    clock.forward(days=90)
    assert night.run() == []
    assert load(nr).lofta == 0
    leif = client_for(cast.leif)
    assert nr not in leif.get("/avvik/?liste=over-frist").text
    page = leif.get(f"/avvik/{nr}?liste=opne").text
    assert "Ventar på effektvurdering" in page
    assert " d over" not in page


def test_a_case_about_a_leader_is_told_to_nobody_in_the_line(
    cast: Cast, file_case: FileCase, clock: Clock, night: Night, load: Load
) -> None:
    nr = file_case(gjeld_leiar=True)
    night.run()
    clock.forward(days=40)
    receivers = Counter(text.partition(":")[0] for text in night.run())
    assert set(receivers) == {"signe"}, "only who has it; never Leif or Astrid"
    assert load(nr).lofta == 0
    assert load(nr).sakshandsamar_id == cast.signe.id


def test_a_legal_clock_reminds_a_day_before_and_when_it_has_run_out_and_anew_when_it_is_set_again(
    cast: Cast, file_case: FileCase, post: Post, clock: Clock, night: Night, databases: Databases
) -> None:
    clock.set_oslo(2026, 10, 24, 13, 0)
    nr = file_case(hovudtype="info_personvern", underkategori="feilsending")
    with databases.reading() as db:
        duty = db.scalars(select(AvvikMeldeplikt.id).where(AvvikMeldeplikt.meldeplikt == "personvern_brot")).one()
    post(cast.leif, nr, "meldeplikt", plikt=duty, gjer="kjent", kjent="2026-10-24T12:00")
    clocks = next(one for one in job.JOBS if one.name == "avvik-klokker")
    night.seen = set(night.subjects())
    clock.set_oslo(2026, 10, 26, 10, 59)
    assert night.run(clocks) == []
    clock.set_oslo(2026, 10, 26, 11, 0)
    assert night.run(clocks) == ["leif: Meldeplikt, under eitt døgn att"]
    clock.set_oslo(2026, 10, 27, 11, 0)
    assert night.run(clocks) == ["leif: Meldeplikt, fristen er ute"]
    post(cast.leif, nr, "meldeplikt", plikt=duty, gjer="kjent", kjent="2026-10-24T11:00")
    assert night.run(clocks) == ["leif: Meldeplikt, fristen er ute"]
    post(cast.leif, nr, "meldeplikt", plikt=duty, gjer="ikkje-meldt", grunngiving="Ingen risiko.")
    clock.forward(days=3)
    assert night.run(clocks) == []
