"""The municipality's own needed routines: added and counted, changed and retired with dates, by those who may, and nobody else."""

import re
from datetime import date

from sqlalchemy import select

from kjerne.db import Databases
from kjerne.models import Eining, Loggline, Person
from oppdragsbrev.queries.bevis.prosedyrar import BEVIS
from prosedyrar.behov import all_needs
from prosedyrar.models.behov import Eigenrutine
from prosedyrar.queries.behov import Oversikt, find_top, overview, units_of
from tests.cast import Cast
from tests.conftest import ClientFor, Clock, Csrf, WorkFor

WORDS = {"nn": "Besøk av hundar", "nb": "Besøk av hunder", "en": "Visiting dogs"}
FORM = {**WORDS, "tema": "smittevern", "slag": ["institusjon"], "heimel": "Kommunestyrevedtak 12/26", "ansvar": "leiar"}


def seen(databases: Databases, work_for: WorkFor, person: Person) -> Oversikt:
    with databases.reading() as db:
        work = work_for(db, person)
        units = units_of(work)
        return overview(work, find_top(units, ""), units)


def stamp(page: str) -> str:
    found = re.search(r'name="versjon"[^>]*value="([^"]*)"', page)
    assert found
    return found[1]


def add(client_for: ClientFor, csrf: Csrf, cast: Cast, **fields: object) -> None:
    signe = client_for(cast.signe)
    data = {"csrf_token": csrf(signe), **FORM, "gjeld_fra": "2026-11-22", **fields}
    answer = signe.post("/prosedyrar/oversikt/eigne/ny", data=data)
    assert answer.status_code == 303, answer.text


def test_an_own_routine_is_shown_counted_and_answered_like_the_others(
    cast: Cast, databases: Databases, client_for: ClientFor, csrf: Csrf, work_for: WorkFor
) -> None:
    before = seen(databases, work_for, cast.signe).total().alle
    add(client_for, csrf, cast)
    signe, leif = client_for(cast.signe), client_for(cast.leif)
    page = signe.get("/prosedyrar/oversikt").text
    assert "Besøk av hundar" in page
    assert "Kommunestyrevedtak 12/26" in page
    assert "1 rutine har kommunen sjølv lagt til." in page
    found = seen(databases, work_for, cast.signe)
    assert found.total().alle == before + 2, "both wards of the nursing home need it"
    own = next(need for need in found.behov if need.eigen)
    where = f"/prosedyrar/oversikt/rutine/{own.kode}/{cast.it01.id}"
    assert "Ansvar: Leiar" in leif.get(where).text
    said = {"csrf_token": csrf(leif), "versjon": "0", "val": "ikkje", "grunn": "Her kjem det ingen."}
    assert leif.post(where, data=said).status_code == 303
    assert seen(databases, work_for, cast.signe).total().alle == before + 1
    assert "Besøk av hundar" in leif.get("/prosedyrar/oversikt/eigne").text


def test_the_evidence_of_the_assignment_letter_counts_the_same(
    cast: Cast, databases: Databases, client_for: ClientFor, csrf: Csrf, work_for: WorkFor
) -> None:
    covered = next(one for one in BEVIS if one.kode == "rutinar_dekning").male

    def said() -> str:
        with databases.reading() as db:
            work = work_for(db, cast.signe)
            return covered(work, {cast.ho.id: frozenset(db.scalars(select(Eining.id)))})[cast.ho.id].tekst

    before = int(re.findall(r"\d+", said())[1])
    add(client_for, csrf, cast, slag=[])
    assert int(re.findall(r"\d+", said())[1]) == before + len(seen(databases, work_for, cast.signe).einingar)


def test_dates_decide_and_what_stood_before_is_kept(
    cast: Cast, databases: Databases, client_for: ClientFor, csrf: Csrf, work_for: WorkFor, clock: Clock
) -> None:
    add(client_for, csrf, cast, gjeld_fra="2026-12-01")
    assert len(seen(databases, work_for, cast.signe).lista) == len(all_needs())
    clock.forward(days=10)
    assert len(seen(databases, work_for, cast.signe).lista) == len(all_needs()) + 1
    signe = client_for(cast.signe)
    kode = "eigen-1"
    path = f"/prosedyrar/oversikt/eigne/{kode}"
    changed = {**FORM, "nn": "Besøk av dyr", "gjeld_fra": "2026-12-10"}
    answer = signe.post(path, data={"csrf_token": csrf(signe), **changed, "versjon": stamp(signe.get(path).text)})
    assert answer.status_code == 303, answer.text
    assert seen(databases, work_for, cast.signe).lista[kode].nn == "Besøk av hundar"
    clock.forward(days=8)
    assert seen(databases, work_for, cast.signe).lista[kode].nn == "Besøk av dyr"
    signe = client_for(cast.signe)
    page = signe.get(path).text
    assert "Kva som har gjelde når" in page
    gone = {"csrf_token": csrf(signe), "slutt_fra": "2026-12-20", "versjon": stamp(page)}
    assert signe.post(f"{path}/avslutt", data=gone).status_code == 303
    assert kode in seen(databases, work_for, cast.signe).lista
    clock.forward(days=11)
    assert kode not in seen(databases, work_for, cast.signe).lista
    signe = client_for(cast.signe)
    assert signe.get(f"/prosedyrar/oversikt/rutine/{kode}").status_code == 404
    again = {"csrf_token": csrf(signe), **changed, "gjeld_fra": "2026-12-24", "versjon": stamp(signe.get(path).text)}
    assert signe.post(path, data=again).status_code == 303
    assert kode not in seen(databases, work_for, cast.signe).lista
    clock.forward(days=4)
    assert kode in seen(databases, work_for, cast.signe).lista
    with databases.reading() as db:
        rows = db.execute(
            select(Eigenrutine.nn, Eigenrutine.gjeld_fra, Eigenrutine.gjeld_til).order_by(Eigenrutine.gjeld_fra)
        ).all()
        assert [tuple(row) for row in rows] == [
            ("Besøk av hundar", date(2026, 12, 1), date(2026, 12, 9)),
            ("Besøk av dyr", date(2026, 12, 10), date(2026, 12, 19)),
            ("Besøk av dyr", date(2026, 12, 24), None),
        ]
        lines = db.scalars(select(Loggline).where(Loggline.subjekt_type == "rutinebehov")).all()
        assert len(lines) == 4
        assert not any("hund" in str(line.endring) for line in lines), "the log holds no words"


BAD: tuple[tuple[dict[str, object], str], ...] = (
    ({"nb": " "}, "Skriv kva rutina er, på alle tre språka."),
    ({"gjeld_fra": "2026-11-01"}, "Vel i dag eller ein seinare dag"),
    ({"gjeld_fra": ""}, "Skriv frå kva dag det skal gjelde."),
    ({"slag": ["romskip"]}, "Vel frå lista."),
    ({"ansvar": "keisar"}, "Vel frå lista."),
    ({"nn": "Sjå 311299 56715"}, 'data-feil="identitet"'),
    ({"nn": "Rutinen til Ola Nordmann"}, 'data-feil="stadfest"'),
)


def test_bad_input_comes_back_with_what_was_typed(cast: Cast, client_for: ClientFor, csrf: Csrf, databases: Databases) -> None:
    signe = client_for(cast.signe)
    for fields, said in BAD:
        data = {"csrf_token": csrf(signe), **FORM, "gjeld_fra": "2026-11-22", **fields}
        answer = signe.post("/prosedyrar/oversikt/eigne/ny", data=data)
        assert answer.status_code == 422, fields
        assert said in answer.text, fields
        assert "Visiting dogs" in answer.text
    with databases.reading() as db:
        assert db.scalars(select(Eigenrutine.id)).all() == []


def test_only_who_writes_for_the_municipality_edits_and_two_at_once_are_told(cast: Cast, client_for: ClientFor, csrf: Csrf) -> None:
    add(client_for, csrf, cast)
    path = "/prosedyrar/oversikt/eigne/eigen-1"
    leif, kari, signe = client_for(cast.leif), client_for(cast.kari), client_for(cast.signe)
    assert kari.get("/prosedyrar/oversikt/eigne").status_code == 404
    assert "/eigne/ny" not in leif.get("/prosedyrar/oversikt/eigne").text
    for where in ("/prosedyrar/oversikt/eigne/ny", path):
        assert leif.get(where).status_code == 404
        data = {"csrf_token": csrf(leif), **FORM, "gjeld_fra": "2026-11-22", "versjon": "1.1"}
        assert leif.post(where, data=data).status_code == 404
    assert leif.post(f"{path}/avslutt", data={"csrf_token": csrf(leif), "slutt_fra": "2026-12-24"}).status_code == 404
    drawn = stamp(signe.get(path).text)
    mine = {"csrf_token": csrf(signe), **FORM, "gjeld_fra": "2026-11-22", "versjon": drawn}
    assert signe.post(path, data={**mine, "nn": "Besøk av kattar"}).status_code == 303
    second = signe.post(path, data={**mine, "nn": "Besøk av hestar"})
    assert second.status_code == 409
    assert "Besøk av kattar" in second.text
    assert "Besøk av hestar" in second.text
    assert signe.post(f"{path}/avslutt", data={**mine, "slutt_fra": "2026-12-24"}).status_code == 409
