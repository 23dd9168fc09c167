"""Drafts: saved by themselves, seen by their writer only, reminded of at the end of the shift, gone after 30 days."""

import uuid

import pytest
from sqlalchemy import select

from avvik.actions.drafts import shift_end
from avvik.jobs.drafts import JOBS
from avvik.models import Avvik, AvvikKladd
from kjerne.clock import OSLO
from kjerne.db import Databases
from kjerne.models import Epost
from tests.avvik.skjema import body, send
from tests.cast import Cast
from tests.conftest import ClientFor, Clock, Csrf, WorkFor


def drafts(databases: Databases) -> list[AvvikKladd]:
    with databases.reading() as db:
        found = list(db.scalars(select(AvvikKladd)))
        db.expunge_all()
        return found


def run(name: str, databases: Databases, work_for: WorkFor) -> None:
    job = next(job for job in JOBS if job.name == name)
    assert job.run is not None
    with databases.writing() as db:
        job.run(work_for(db, None))
        db.commit()


@pytest.mark.both
def test_finish_later_keeps_everything_and_reminds_once_at_the_end_of_the_shift(
    client_for: ClientFor, csrf: Csrf, cast: Cast, databases: Databases, clock: Clock, work_for: WorkFor
) -> None:
    browser = client_for(cast.kari)
    said = body(seinare="1", strakstiltak="Ringde legevakta.", serie_tal="3", tillegg_personskade="nei")
    answer = send(browser, csrf, **said)
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/?gjort=kladd"
    home = browser.get("/").get_data(as_text=True)
    assert "slo seg ikkje" in home
    assert "kl. 07:30" in home
    form = browser.get(f"/avvik/nytt?kladd={said['nokkel']}").get_data(as_text=True)
    for kept in ("slo seg ikkje", "Ringde legevakta.", 'value="fall_utan_skade" checked', f'value="{said["nokkel"]}"', 'value="3"'):
        assert kept in form
    run("kladd-paminning", databases, work_for)
    clock.set_oslo(2026, 11, 23, 7, 31)
    for _time in range(2):
        run("kladd-paminning", databases, work_for)
    with databases.reading() as db:
        letters = db.scalars(select(Epost)).all()
        assert [letter.til_person_id for letter in letters] == [cast.kari.id]
        assert str(said["nokkel"]) not in letters[0].nokkel + letters[0].tekst, "the key could join her to an anonymous case"
        assert "slo seg" not in letters[0].tekst


def test_a_draft_is_its_writers_alone(client_for: ClientFor, csrf: Csrf, cast: Cast, databases: Databases) -> None:
    kari, leif = client_for(cast.kari), client_for(cast.leif)
    said = body()
    assert kari.post("/avvik/kladd", data={"csrf_token": csrf(kari), **said}).status_code == 204
    assert leif.get(f"/avvik/nytt?kladd={said['nokkel']}").status_code == 404
    taken = leif.post("/avvik/kladd", data={"csrf_token": csrf(leif), **said, "skildring": "Noko anna."})
    assert taken.status_code == 404
    leif.post(f"/avvik/kladd/{said['nokkel']}/slett", data={"csrf_token": csrf(leif)})
    assert drafts(databases)[0].felt["skildring"] == said["skildring"]
    assert "slo seg ikkje" not in leif.get("/").get_data(as_text=True)
    assert kari.post(f"/avvik/kladd/{said['nokkel']}/slett", data={"csrf_token": csrf(kari)}).status_code == 303
    assert drafts(databases) == []


def test_filing_takes_the_draft_away_and_a_late_save_does_not_bring_it_back(
    client_for: ClientFor, csrf: Csrf, cast: Cast, databases: Databases
) -> None:
    browser = client_for(cast.kari)
    said = body()
    browser.post("/avvik/kladd", data={"csrf_token": csrf(browser), **said})
    assert send(browser, csrf, **said).status_code == 303
    assert drafts(databases) == []
    assert browser.post("/avvik/kladd", data={"csrf_token": csrf(browser), **said}).status_code == 204
    assert drafts(databases) == []


def test_ticking_anonymous_drops_the_draft_at_once(client_for: ClientFor, csrf: Csrf, cast: Cast, databases: Databases) -> None:
    browser = client_for(cast.kari)
    said = body()
    browser.post("/avvik/kladd", data={"csrf_token": csrf(browser), **said})
    assert len(drafts(databases)) == 1
    browser.post("/avvik/kladd", data={"csrf_token": csrf(browser), **said, "anonym": "1"})
    assert drafts(databases) == []


def test_an_identity_number_keeps_the_page_not_the_draft(
    client_for: ClientFor, csrf: Csrf, cast: Cast, databases: Databases
) -> None:
    answer = send(client_for(cast.kari), csrf, seinare="1", skildring="Gjeld 13097248022")
    assert answer.status_code == 422
    assert 'data-feil="identitet"' in answer.get_data(as_text=True)
    assert drafts(databases) == []


@pytest.mark.both
def test_untouched_drafts_go_after_30_days(
    client_for: ClientFor, csrf: Csrf, cast: Cast, databases: Databases, clock: Clock, work_for: WorkFor
) -> None:
    browser = client_for(cast.kari)
    browser.post("/avvik/kladd", data={"csrf_token": csrf(browser), **body()})
    clock.forward(days=29)
    run("kladd-sletting", databases, work_for)
    assert len(drafts(databases)) == 1
    clock.forward(days=2)
    run("kladd-sletting", databases, work_for)
    assert drafts(databases) == []


def test_unknown_fields_and_too_many_drafts_are_not_kept(
    client_for: ClientFor, csrf: Csrf, cast: Cast, databases: Databases
) -> None:
    browser = client_for(cast.kari)
    token = csrf(browser)
    browser.post("/avvik/kladd", data={"csrf_token": token, **body(), "er_admin": "1", "person_id": "1"})
    assert set(drafts(databases)[0].felt) <= {
        "eining", "tidspunkt", "hovudtype", "underkategori", "skildring", "alvorsgrad",
    }  # fmt: skip
    answers = [browser.post("/avvik/kladd", data={"csrf_token": token, **body()}).status_code for _each in range(22)]
    assert answers[-1] == 422
    assert len(drafts(databases)) == 20
    assert browser.post("/avvik/kladd", data={"csrf_token": token, **body(nokkel="../../etc")}).status_code == 404
    assert browser.get(f"/avvik/nytt?kladd={uuid.uuid4()}").status_code == 404
    with databases.reading() as db:
        assert db.scalars(select(Avvik)).all() == []


def test_shifts_end_at_half_past_seven_three_and_ten(clock: Clock) -> None:
    for now, end in (((7, 29), "07:30"), ((7, 30), "15:00"), ((14, 59), "15:00"), ((21, 0), "22:00"), ((22, 40), "07:30")):
        clock.set_oslo(2026, 11, 22, *now)
        found = shift_end(clock())
        assert found > clock()
        assert found.astimezone(OSLO).strftime("%H:%M") == end
