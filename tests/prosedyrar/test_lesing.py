"""Read and understood: who is asked follows from where people work today, a major version asks again, a minor does not."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select

from kjerne.db import Databases
from kjerne.models import Eining, Epost
from prosedyrar import jobs
from prosedyrar.actions.lesing import require_reading, set_questions
from prosedyrar.models import Lesekvittering, Prosedyre
from prosedyrar.queries import open_version
from tests import make
from tests.cast import Cast
from tests.conftest import ClientFor, Clock, Csrf, WorkFor
from tests.prosedyrar.conftest import MakeProsedyre

Revise = Callable[..., str]


def ask(databases: Databases, work_for: WorkFor, cast: Cast, number: int, eining: Eining, **fields: object) -> None:
    with databases.writing() as db:
        prosedyre = db.get_one(Prosedyre, number)
        require_reading(work_for(db, cast.kval), prosedyre, db.get_one(Eining, eining.id), **fields)  # type: ignore[arg-type]  # shorthand
        db.commit()


def test_reading_is_asked_signed_and_asked_again_by_a_major_version(
    cast: Cast,
    client_for: ClientFor,
    csrf: Csrf,
    make_prosedyre: MakeProsedyre,
    revise: Revise,
    databases: Databases,
    work_for: WorkFor,
) -> None:
    number = make_prosedyre(tittel="Brannrutine")
    ask(databases, work_for, cast, number, cast.it01)
    kari, nina = client_for(cast.kari), client_for(cast.nina)
    assert "Brannrutine" in kari.get("/prosedyrar/leseliste").text
    assert "Brannrutine" not in nina.get("/prosedyrar/leseliste").text
    assert "Prosedyre å lese" in kari.get("/").text
    data = {"csrf_token": csrf(kari), "nummer": "1.0"}
    assert kari.post(f"/prosedyrar/{number}/lese", data=data).status_code == 303
    assert kari.post(f"/prosedyrar/{number}/lese", data=data).status_code == 303, "twice is once"
    assert "Brannrutine" not in kari.get("/prosedyrar/leseliste").text
    revise(number, "Retta.", stor=False)
    assert "Brannrutine" not in kari.get("/prosedyrar/leseliste").text
    revise(number, "Endra.", stor=True)
    assert "Brannrutine" in kari.get("/prosedyrar/leseliste").text
    kari.post(f"/prosedyrar/{number}/lese", data=data)
    with databases.reading() as db:
        assert db.scalars(select(Lesekvittering.major)).all() == [1], "a page of the old version signs nothing new"


def test_who_is_employed_tomorrow_has_it_tomorrow(
    cast: Cast,
    client_for: ClientFor,
    make_prosedyre: MakeProsedyre,
    databases: Databases,
    work_for: WorkFor,
    clock: Clock,
) -> None:
    number = make_prosedyre(tittel="Hygienerutine", av=cast.kval, godkjenn=cast.signe, eining=cast.it)
    ask(databases, work_for, cast, number, cast.it, yrke="sjukepleiar", frist_dagar=10)
    clock.set_oslo(2027, 3, 1)
    with databases.writing() as db:
        db.expire_on_commit = False
        new = make.person(db, "Ny Sjukepleiar", eining=cast.it01, yrke="sjukepleiar", tilsett_fra=date(2027, 3, 1))
        other = make.person(db, "Ny Assistent", eining=cast.it01, yrke="assistent", tilsett_fra=date(2027, 3, 1))
        db.commit()
    page = client_for(new).get("/prosedyrar/leseliste").text
    assert "Hygienerutine" in page
    assert "11. mars" in page
    assert "Hygienerutine" not in client_for(other).get("/prosedyrar/leseliste").text


def test_a_requirement_by_role(
    cast: Cast, client_for: ClientFor, make_prosedyre: MakeProsedyre, databases: Databases, work_for: WorkFor
) -> None:
    number = make_prosedyre(tittel="Leiarrutine", av=cast.kval, godkjenn=cast.signe, eining=cast.ho)
    ask(databases, work_for, cast, number, cast.it, rolle="leiar")
    seen = {name for name, row in cast.people.items() if "Leiarrutine" in client_for(row).get("/prosedyrar/leseliste").text}
    assert seen == {"leif", "nils"}


def test_status_by_person_unit_and_the_leaders_signature(
    cast: Cast,
    client_for: ClientFor,
    csrf: Csrf,
    make_prosedyre: MakeProsedyre,
    databases: Databases,
    work_for: WorkFor,
    clock: Clock,
) -> None:
    number = make_prosedyre(tittel="A-preparat", av=cast.kval, godkjenn=cast.signe, eining=cast.ho)
    ask(databases, work_for, cast, number, cast.it, medsignatur=True)
    kari, leif, nils = client_for(cast.kari), client_for(cast.leif), client_for(cast.nils)
    kari.post(f"/prosedyrar/{number}/lese", data={"csrf_token": csrf(kari), "nummer": "1.0"})
    page = leif.get(f"/prosedyrar/{number}/lesing").text
    assert "Kari Tilsett" in page
    assert "Nina Nabo" not in page, "a leader sees her own units"
    assert "33&nbsp;%" in page
    assert kari.get(f"/prosedyrar/{number}/lesing").status_code == 404
    assert "Lesekvittering ventar på medsignatur" in leif.get("/").text
    with databases.reading() as db:
        receipt = db.scalars(select(Lesekvittering.id)).one()
    assert nils.post(f"/prosedyrar/medsigner/{receipt}", data={"csrf_token": csrf(nils)}).status_code == 404
    assert leif.post(f"/prosedyrar/medsigner/{receipt}", data={"csrf_token": csrf(leif)}).status_code == 303
    with databases.reading() as db:
        assert db.scalars(select(Lesekvittering.medsignert_av_id)).one() == cast.leif.id
    clock.forward(days=20)
    assert "Ikkje lese, over fristen" in client_for(cast.leif).get(f"/prosedyrar/{number}/lesing").text


def test_questions_must_be_answered_right(
    cast: Cast,
    client_for: ClientFor,
    csrf: Csrf,
    make_prosedyre: MakeProsedyre,
    databases: Databases,
    work_for: WorkFor,
) -> None:
    number = make_prosedyre(til="kladd")
    leif = client_for(cast.leif)
    typed = {"csrf_token": csrf(leif), "sporsmal-1": "Kven kontrollerer?", "svar-1": "Éin\n* To\nIngen"}
    assert leif.post(f"/prosedyrar/{number}/sporsmal", data={**typed, "svar-1": "Éin\nTo"}).status_code == 422, "none is right"
    assert leif.post(f"/prosedyrar/{number}/sporsmal", data=typed).status_code == 303
    with databases.writing() as db:
        from_leif = work_for(db, cast.leif)
        draft = open_version(from_leif, number)
        assert draft is not None
        set_questions(from_leif, draft, [("Kven kontrollerer?", ["Éin", "To"], 1), ("Når?", ["Før", "Etter"], 1)])
        draft_id = draft.id
        db.commit()
    page = leif.get(f"/prosedyrar/{number}/skriv").text
    assert "* To" in page
    seen = page.split('name="versjon" value="')[1].split('"')[0]
    leif.post(f"/prosedyrar/{number}/versjon/1.0/steg/til-godkjenning", data={"csrf_token": csrf(leif), "versjon": seen})
    kval = client_for(cast.kval)
    shown = kval.get(f"/prosedyrar/{number}/versjon/1.0").text.split('name="versjon" value="')[1].split('"')[0]
    kval.post(f"/prosedyrar/{number}/versjon/1.0/steg/godkjenn", data={"csrf_token": csrf(kval), "versjon": shown})
    ask(databases, work_for, cast, number, cast.it01)
    kari = client_for(cast.kari)
    answers = {"csrf_token": csrf(kari), "nummer": "1.0", "svar-1": "1"}
    wrong = kari.post(f"/prosedyrar/{number}/lese", data={**answers, "svar-2": "0"})
    assert wrong.status_code == 422
    assert "spørsmål 2" in wrong.text
    assert 'value="1" id="svar-1-1" checked' in wrong.text, "the right answer stays"
    assert kari.post(f"/prosedyrar/{number}/lese", data={**answers, "svar-2": "1"}).status_code == 303
    assert draft_id


def test_reminders_go_once_each(
    cast: Cast, make_prosedyre: MakeProsedyre, databases: Databases, work_for: WorkFor, clock: Clock
) -> None:
    number = make_prosedyre(tittel="Gamal rutine", revisjonsintervall=12)
    ask(databases, work_for, cast, number, cast.it01)

    def run() -> list[str]:
        with databases.writing() as db:
            before = set(db.scalars(select(Epost.nokkel)))
            jobs.remind(work_for(db, None))
            db.commit()
            return sorted(key.rsplit("-", 1)[0] for key in set(db.scalars(select(Epost.nokkel))) - before)

    assert run() == []
    clock.set_oslo(2026, 12, 5)
    assert len(run()) == 3, "Kari, Leif and Astrid have to read"
    assert run() == []
    clock.set_oslo(2027, 9, 25)
    assert [key for key in run() if key.startswith("revisjon")] == [f"revisjon-{number}-2027-11-22-60"]
    clock.set_oslo(2027, 10, 24)
    assert [key for key in run() if key.startswith("revisjon")] == [f"revisjon-{number}-2027-11-22-30"]
    clock.set_oslo(2027, 11, 22)
    assert [key for key in run() if key.startswith("revisjon")] == [f"revisjon-{number}-2027-11-22-0"]


def test_of_many_the_late_are_listed_and_a_unit_shows_its_own(
    cast: Cast,
    client_for: ClientFor,
    make_prosedyre: MakeProsedyre,
    databases: Databases,
    work_for: WorkFor,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    number = make_prosedyre(tittel="A-preparat", av=cast.kval, godkjenn=cast.signe, eining=cast.ho)
    ask(databases, work_for, cast, number, cast.it)
    kval = client_for(cast.kval)
    path = f"/prosedyrar/{number}/lesing"
    assert "Kari Tilsett" in kval.get(path).text, "few are listed at once"
    monkeypatch.setattr("prosedyrar.views.lesing.MOST_PEOPLE", 2)
    page = kval.get(path).text
    assert "Kari Tilsett" not in page
    assert "Ingen er over fristen" in page
    unit = kval.get(f"{path}?eining={cast.it01.id}").text
    assert "Personar i Solbakken 1. etasje" in unit
    assert "Kari Tilsett" in unit
    assert "Nina Nabo" not in unit
    clock.forward(days=20)
    late = client_for(cast.kval).get(path).text
    assert late.count("Ikkje lese, over fristen") == 2, "no more than so many"
