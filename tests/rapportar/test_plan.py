"""Subscriptions: each period once over three years, comments before it is sent, who may steer, and what the plan shows."""

import threading
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import SQLAlchemyError

from kjerne import mail
from kjerne.access import Rolle
from kjerne.config import Config
from kjerne.db import Databases
from kjerne.jobs import Runner
from kjerne.models import Eining, Epost, Tilgang
from rapportar import abonnement, actions
from rapportar.jobs import JOBS
from rapportar.models import Abonnement, Rapport
from rapportar.rules.perioder import Rytme, due_day, period_of
from tests.cast import Cast
from tests.conftest import ClientFor, Clock, Csrf, WorkFor

ORDER, MAKE = JOBS
#: Days a machine was off: over both clock changes, a leap day and the turn of a year with week 53.
OFF = ((date(2026, 3, 27), date(2026, 4, 9)), (date(2026, 12, 20), date(2027, 2, 3)), (date(2028, 2, 20), date(2028, 3, 6)))


@pytest.mark.parametrize("rytme", list(Rytme))
@pytest.mark.parametrize("working_day", [1, 10])
def test_each_period_is_due_once_whatever_days_the_machine_is_on(rytme: Rytme, working_day: int) -> None:
    row = Abonnement(rytme=rytme.value, arbeidsdag=working_day, fra=date(2026, 1, 1))
    ordered: list[str] = []
    day = date(2026, 1, 1)
    while day < date(2029, 2, 1):
        if not any(first <= day <= last for first, last in OFF):
            new = [kode for kode in abonnement.due(row, day) if kode not in ordered]
            assert all(due_day(kode, working_day) <= day for kode in new)
            ordered += new
            row.tinga_til = ordered[-1] if ordered else None
        day = date.fromordinal(day.toordinal() + 1)
    every = sorted({period_of(rytme, date(year, month, 1)) for year in (2026, 2027, 2028) for month in range(1, 13)})
    assert ordered == every


@pytest.mark.sweep
def test_each_period_is_ordered_once_from_2026_through_2028(
    cast: Cast, databases: Databases, work_for: WorkFor, clock: Clock
) -> None:
    clock.set_oslo(2026, 1, 1, 5, 30)
    day = date(2026, 1, 1)
    while day <= date(2029, 1, 31):
        clock.set_oslo(day.year, day.month, day.day, 5, 30)
        if day.day < 22 and not any(first <= day <= last for first, last in OFF):
            with databases.writing() as db:
                actions.order_due(work_for(db, None))
                db.commit()
        day = date.fromordinal(day.toordinal() + (1 if day.day < 20 else 3))
    with databases.reading() as db:
        rows = db.execute(select(Rapport.slag, Rapport.periode, Rapport.eining_id, Rapport.mottakar_id, Rapport.tinga)).all()
    found: dict[str, list[str]] = {}
    for slag, periode, unit, _person, tinga in sorted(rows):
        if unit == cast.ho.id:
            found.setdefault(slag, []).append(periode)
            assert tinga.date() >= due_day(periode, 1)
    wanted = {
        rytme: sorted({period_of(rytme, date(2026 + n // 366, 1, 1).replace(month=n % 12 + 1)) for n in range(1098)})
        for rytme in Rytme
    }
    assert found["manad_eining"] == ["2025-12", *wanted[Rytme.MANAD]]
    assert found["kvalitet"] == wanted[Rytme.KVARTAL]
    assert found["tertial"] == wanted[Rytme.TERTIAL]
    assert found["oppdragsbrev_status"] == wanted[Rytme.KVARTAL]
    yearly = ("leiinga_gjennomgang", "arsrapport", "hms_ar", "personvern_ar")
    assert [found[slag] for slag in yearly] == [wanted[Rytme.AR]] * len(yearly)
    assert len(rows) == len({(row[0], row[1], row[2], row[3]) for row in rows})


@pytest.mark.both
def test_three_runners_at_once_make_each_report_and_letter_once(
    cast: Cast, databases: Databases, config: Config, clock: Clock, runner: Runner
) -> None:
    clock.set_oslo(2026, 9, 7, 5, 30)
    with databases.writing() as db:
        for slag, rytme in (("kvalitet", "kvartal"), ("oppdragsbrev_status", "kvartal")):
            row = Abonnement(
                slag=slag,
                rytme=rytme,
                rolle=Rolle.KVALITETSKOORDINATOR.value,
                fra=date(2026, 5, 1),
                endra=clock(),
                arbeidsdag=2,
                vindauge=0,
            )
            db.add(row)
        db.commit()
    dead = replace(config, smtp_url="smtp://127.0.0.1:9")
    others = [Databases(config.database_url) for _ in range(2)]
    start = threading.Barrier(3)
    faults: list[Exception] = []

    def scheduler(mine: Runner) -> None:
        start.wait()
        try:
            for _ in range(3):
                mine.run(ORDER)
                mine.run(MAKE)
            mail.send_outbox(mine.databases, dead, clock(), limit=2)
        except (SQLAlchemyError, ValueError, LookupError, OSError) as fault:
            faults.append(fault)

    runners = [replace(runner, config=dead, databases=one) for one in (databases, *others)]
    threads = [threading.Thread(target=scheduler, args=(one,)) for one in runners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in others:
        one.dispose()
    assert faults == []
    with databases.reading() as db:
        rows = db.execute(select(Rapport.slag, Rapport.periode, Rapport.status).where(Rapport.mottakar_id == cast.kval.id)).all()
        letters = db.scalar(
            select(func.count()).select_from(Epost).where(Epost.til_person_id == cast.kval.id, Epost.emne.not_like("Skriv til%"))
        )
    assert sorted(rows) == [("kvalitet", "2026-K2", "laga"), ("oppdragsbrev_status", "2026-K2", "laga")]
    assert letters == 2


@pytest.mark.usefixtures("october")
def test_a_report_waits_for_comments_then_it_is_sent_with_them(
    cast: Cast, databases: Databases, runner: Runner, clock: Clock, client_for: ClientFor, csrf: Csrf
) -> None:
    with databases.writing() as db:
        db.add(
            Abonnement(
                slag="kvalitet",
                rytme="manad",
                person_id=cast.leif.id,
                eining_id=cast.it01.id,
                vindauge=5,
                fra=date(2026, 10, 1),
                endra=clock(),
            )
        )
        db.commit()
    runner.run(ORDER)
    runner.run(MAKE)

    def mine() -> Rapport:
        with databases.reading() as db:
            return db.scalars(select(Rapport).where(Rapport.slag == "kvalitet")).one()

    assert (mine().status, mine().send_fra) == ("ventar", date(2026, 11, 9))
    with databases.reading() as db:
        asked = db.scalars(select(Epost).where(Epost.emne.like("Skriv til%"))).one()
    assert asked.til_person_id == cast.leif.id
    assert "/rapportar/kvalitet?eining=HO-IT-01&periode=2026-10" in asked.tekst
    browser = client_for(cast.leif)
    where = {"eining": "HO-IT-01", "periode": "2026-10", "bolk": "samandrag", "versjon": "0", "tekst": "Ein roleg månad."}
    assert browser.post("/rapportar/kvalitet/kommentar", data={"csrf_token": csrf(browser), **where}).status_code == 303
    clock.forward(days=8)
    runner.run(MAKE)
    assert mine().status == "laga"
    assert client_for(cast.leif).get(f"/rapportar/{mine().id}").status_code == 200


def test_who_has_lost_the_role_gets_nothing_and_who_gets_it_gets_the_last(
    cast: Cast, databases: Databases, work_for: WorkFor, clock: Clock
) -> None:
    clock.set_oslo(2026, 11, 2, 5, 30)
    with databases.writing() as db:
        abonnement.ensure_standard(work_for(db, None))
        db.execute(update(Tilgang).where(Tilgang.person_id == cast.leif.id).values(gjeld_til=date(2026, 10, 31)))
        assert actions.order_due(work_for(db, None)) == 2
        db.get_one(Eining, cast.it01.id).leiar_id = cast.nils.id
        db.flush()
        assert actions.order_due(work_for(db, None)) == 0
        db.add(Tilgang(person_id=cast.nils.id, eining_id=cast.it01.id, rolle="leiar", gjeld_fra=date(2026, 11, 1)))
        db.flush()
        assert actions.order_due(work_for(db, None)) == 1
        db.commit()
