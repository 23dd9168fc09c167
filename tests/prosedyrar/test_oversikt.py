"""Needed against present: what each unit needs, what answers it, who may see and set it, and that counts add up."""

import re

import pytest
from sqlalchemy import event, select

from kjerne.db import Databases
from kjerne.models import Eining, Person
from prosedyrar import sok
from prosedyrar.behov import Dekning, Slag, all_needs, guess_slag
from prosedyrar.models import Prosedyre, ProsedyreVersjon
from prosedyrar.models.behov import Rutinedekning
from prosedyrar.queries.behov import find_top, overview, units_of
from tests import make
from tests.cast import Cast
from tests.conftest import ClientFor, Clock, Csrf, WorkFor

KODE = "handhygiene"


def valid(databases: Databases, cast: Cast, clock: Clock, tittel: str = "Handhygiene i sjukeheim", **fields: object) -> int:
    """A valid procedure of Leif's unit."""
    with databases.writing() as db:
        values = {"eining_id": cast.it01.id, "eigar_id": cast.leif.id, "laga": clock(), "laga_av_id": cast.leif.id, **fields}
        row = Prosedyre(tittel=tittel, **values)
        db.add(row)
        db.flush()
        db.add(
            ProsedyreVersjon(
                prosedyre_id=row.id, tilstand="gyldig", tekst="x", forfattar_id=cast.leif.id, laga=clock(), endra=clock(),
                endra_av_id=cast.leif.id, godkjennar_id=cast.signe.id, godkjent=clock(), gyldig_fra=clock().date(),
            )
        )  # fmt: skip
        sok.rebuild(db)
        db.commit()
        return row.id


def stands(databases: Databases, work_for: WorkFor, person: Person, unit: Eining) -> Dekning:
    with databases.reading() as db:
        work = work_for(db, person)
        units = units_of(work)
        return overview(work, units[unit.id], units).svar[KODE, unit.id].stand


def test_the_list_is_long_whole_and_marked() -> None:
    needs = all_needs()
    assert len(needs) >= 40
    kinds = {kind.value for kind in Slag} | {"alle"}
    for need in needs.values():
        assert all((need.nn, need.nb, need.en, need.kjelde))
        assert need.slag <= kinds
    assert {kind for kind in Slag if any(need.needed_by(kind) for need in needs.values())} == set(Slag)


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        (["Fjellheimen sjukeheim 2. etasje"], Slag.INSTITUSJON),
        (["Heimetenesta Sentrum"], Slag.HEIMETENESTE),
        (["Elvetunet bufellesskap"], Slag.BUFELLESSKAP),
        (["Storfjella legevakt"], Slag.HELSETENESTE),
        (["Helsestasjonen Storfjella"], Slag.FOREBYGGJANDE),
        (["Storkjøkkenet", "Institusjonstenesta"], Slag.STOTTE),
        (["Rosa hus", "Psykisk helse og rus"], Slag.PSYKISK),
        (["Kommunalsjef og stab"], Slag.STAB),
        (["Noko"], Slag.INSTITUSJON),
    ],
)
def test_a_units_kind_is_guessed_by_its_name_and_those_above(names: list[str], kind: Slag) -> None:
    assert guess_slag(names) is kind


def test_a_need_is_covered_here_and_below_until_its_procedure_is_overdue(
    cast: Cast, databases: Databases, clock: Clock, client_for: ClientFor, csrf: Csrf, work_for: WorkFor
) -> None:
    found = valid(databases, cast, clock)
    signe = client_for(cast.signe)
    assert stands(databases, work_for, cast.leif, cast.it01) is Dekning.MANGLAR
    path = f"/prosedyrar/oversikt/rutine/{KODE}/{cast.it.id}"
    page = signe.get(f"{path}?q=handhyg").get_data(as_text=True)
    assert "Handhygiene i sjukeheim 1.0" in page
    answer = signe.post(path, data={"csrf_token": csrf(signe), "versjon": "0", "val": "dekt", "prosedyre": str(found)})
    assert answer.status_code == 303
    assert stands(databases, work_for, cast.leif, cast.it01) is Dekning.DEKT
    assert stands(databases, work_for, cast.nils, cast.it02) is Dekning.DEKT
    with databases.writing() as db:
        db.get_one(Prosedyre, found).revisjonsfrist = clock().date()
        db.commit()
    assert stands(databases, work_for, cast.leif, cast.it01) is Dekning.DEKT
    clock.forward(days=2)
    assert stands(databases, work_for, cast.leif, cast.it01) is Dekning.UTDATERT


def test_the_nearest_answer_counts_and_can_be_taken_back(
    cast: Cast, databases: Databases, clock: Clock, client_for: ClientFor, csrf: Csrf, work_for: WorkFor
) -> None:
    found = valid(databases, cast, clock)
    signe, leif = client_for(cast.signe), client_for(cast.leif)
    above, here = (f"/prosedyrar/oversikt/rutine/{KODE}/{unit.id}" for unit in (cast.ho, cast.it01))
    signe.post(above, data={"csrf_token": csrf(signe), "versjon": "0", "val": "dekt", "prosedyre": str(found)})
    plan = {"versjon": "0", "val": "plan", "plan_person": str(cast.kari.id), "plan_frist": "01.02.2027"}
    assert leif.post(here, data={"csrf_token": csrf(leif), **plan}).status_code == 303
    assert stands(databases, work_for, cast.leif, cast.it01) is Dekning.PLANLAGT
    assert stands(databases, work_for, cast.nils, cast.it02) is Dekning.DEKT
    assert "Kari Tilsett" in leif.get(f"/prosedyrar/oversikt/rutine/{KODE}").get_data(as_text=True)
    assert leif.post(here, data={"csrf_token": csrf(leif), "versjon": "1", "val": "fjern"}).status_code == 303
    assert stands(databases, work_for, cast.leif, cast.it01) is Dekning.DEKT


def test_two_who_answer_at_once_are_told(cast: Cast, client_for: ClientFor, csrf: Csrf, databases: Databases) -> None:
    leif = client_for(cast.leif)
    path = f"/prosedyrar/oversikt/rutine/{KODE}/{cast.it01.id}"
    first = {"csrf_token": csrf(leif), "versjon": "0", "val": "ikkje", "grunn": "Eininga har ikkje pasientkontakt."}
    assert leif.post(path, data=first).status_code == 303
    assert leif.post(path, data={**first, "grunn": "Noko anna."}).status_code == 409
    with databases.reading() as db:
        assert db.scalars(select(Rutinedekning.grunn)).all() == ["Eininga har ikkje pasientkontakt."]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"val": "dekt", "prosedyre": ""}, "Vel ein prosedyre."),
        ({"val": "plan", "plan_person": "", "plan_frist": "2027-01-01"}, "Vel kven som skal skrive rutina."),
        ({"val": "plan", "plan_person": "kari", "plan_frist": "i morgon"}, "Skriv datoen som 22.11.2026."),
        ({"val": "ikkje", "grunn": " "}, "Skriv kvifor rutina ikkje trengst her."),
        ({"val": "ikkje", "grunn": "Sjå 311299 56715"}, 'data-feil="identitet"'),
        ({"val": "ikkje", "grunn": "Spør Ola Nordmann"}, 'data-feil="stadfest"'),
        ({"val": "tull"}, "Vel korleis rutina står."),
    ],
)
def test_bad_input_is_told_and_kept_out(
    cast: Cast, client_for: ClientFor, csrf: Csrf, databases: Databases, data: dict[str, str], said: str
) -> None:
    leif = client_for(cast.leif)
    sent = {key: str(cast.kari.id) if value == "kari" else value for key, value in data.items()}
    answer = leif.post(
        f"/prosedyrar/oversikt/rutine/{KODE}/{cast.it01.id}", data={"csrf_token": csrf(leif), "versjon": "0", **sent}
    )
    assert answer.status_code == 422
    assert said in answer.get_data(as_text=True)
    with databases.reading() as db:
        assert db.scalars(select(Rutinedekning.id)).all() == []


def test_who_sees_and_who_sets(cast: Cast, client_for: ClientFor, csrf: Csrf) -> None:
    kari, leif, rita = client_for(cast.kari), client_for(cast.leif), client_for(cast.rita)
    assert kari.get("/prosedyrar/oversikt").status_code == 404
    assert leif.get("/prosedyrar/oversikt").status_code == 200
    assert leif.get(f"/prosedyrar/oversikt?eining={cast.it02.kode}").status_code == 404
    assert leif.get(f"/prosedyrar/oversikt/rutine/{KODE}/{cast.it02.id}").status_code == 404
    form = {"csrf_token": csrf(leif), "versjon": "0", "val": "ikkje", "grunn": "Nei."}
    assert leif.post(f"/prosedyrar/oversikt/rutine/{KODE}/{cast.it02.id}", data=form).status_code == 404
    own = f"/prosedyrar/oversikt/rutine/{KODE}/{cast.it01.id}"
    assert rita.get(own).status_code == 200
    assert rita.post(own, data={**form, "csrf_token": csrf(rita)}).status_code == 404
    assert leif.get("/prosedyrar/oversikt/rutine/finst-ikkje").status_code == 404


def test_a_draft_that_covers_shows_no_title(
    cast: Cast, databases: Databases, clock: Clock, client_for: ClientFor, csrf: Csrf
) -> None:
    with databases.writing() as db:
        values = {"eining_id": cast.it02.id, "eigar_id": cast.nils.id, "laga": clock(), "laga_av_id": cast.nils.id}
        row = Prosedyre(tittel="LØYNDKLADD", **values)
        db.add(row)
        db.flush()
        moment = {"laga": clock(), "endra": clock(), "forfattar_id": cast.nils.id, "endra_av_id": cast.nils.id}
        db.add(ProsedyreVersjon(prosedyre_id=row.id, tekst="x", **moment))
        draft_id = row.id
        db.add(Rutinedekning(behov=KODE, eining_id=cast.ho.id, prosedyre_id=row.id, endra=clock(), endra_av_id=cast.nils.id))
        db.commit()
    leif = client_for(cast.leif)
    for path in ("", f"/rutine/{KODE}", f"/rutine/{KODE}/{cast.it01.id}"):
        page = leif.get(f"/prosedyrar/oversikt{path}").get_data(as_text=True)
        assert "LØYNDKLADD" not in page
    assert (
        leif.post(
            f"/prosedyrar/oversikt/rutine/{KODE}/{cast.it01.id}",
            data={"csrf_token": csrf(leif), "versjon": "0", "val": "dekt", "prosedyre": str(draft_id)},
        ).status_code
        == 404
    )


def test_counts_add_up_and_follow_the_units_kind(
    cast: Cast, databases: Databases, client_for: ClientFor, csrf: Csrf, work_for: WorkFor
) -> None:
    signe = client_for(cast.signe)
    with databases.reading() as db:
        work = work_for(db, cast.signe)
        units = units_of(work)
        seen = overview(work, find_top(units, ""), units)
        total = seen.total()
        assert total.alle == sum(seen.of_need(need.kode).alle for need in seen.behov) == total.of(Dekning.MANGLAR)
    page = signe.get("/prosedyrar/oversikt").get_data(as_text=True)
    figures = [int(re.sub(r"\D", "", raw)) for raw in re.findall(r'keyfig__n">([^<]+)<', page)]
    assert figures == [total.alle, 0, 0, 0, total.alle]
    answer = signe.post(f"/prosedyrar/oversikt/eining/{cast.it01.id}/slag", data={"csrf_token": csrf(signe), "slag": "stab"})
    assert answer.status_code == 303
    narrowed = signe.get("/prosedyrar/oversikt?slag=stab").get_data(as_text=True)
    assert "Leiinga sin gjennomgang kvart år" in narrowed
    assert "Tryggleiksalarm" not in narrowed


def test_the_page_costs_the_same_with_more_units(cast: Cast, databases: Databases, client_for: ClientFor) -> None:
    signe = client_for(cast.signe)

    def cost() -> int:
        seen: list[str] = []
        for engine in (databases.engine, databases._read_engine):
            event.listen(engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
        signe.get("/prosedyrar/oversikt")
        return len(seen)

    cost()
    before = cost()
    with databases.writing() as db:
        top = db.get_one(Eining, cast.it.id)
        for number in range(12):
            make.eining(db, f"NY-{number}", namn=f"Sjukeheim {number}", over=top)
        db.commit()
    cost()  # the units have changed: what is kept of them is read anew, once
    assert cost() == before
