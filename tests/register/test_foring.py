"""Enter what was held, read it within one's units, correct it, attach minutes, make a measure of it."""

import io
from datetime import date

import pytest
from PIL import Image
from sqlalchemy import event, select

from kjerne.clock import add_months
from kjerne.db import Databases
from kjerne.models import Epost, Fil, Loggline
from register import queries
from register.models import Registerforing
from register.queries import source_of
from register.rules import Lys, Slag, light
from tests.cast import Cast
from tests.conftest import ClientFor, Csrf, WorkFor
from tiltak.models import Tiltak, TiltakOpphav

CANARY = "Kanarifugl over natta"
FNR = "01010750160"


@pytest.fixture
def form() -> dict[str, str]:
    return {
        "slag": "personalmote",
        "eining": "HO-IT-01",
        "dato": "2026-11-17",
        "neste": "2026-12-15",
        "tittel": "Personalmøte i november",
        "samandrag": f"Avvik, ROS og HMS var sak. {CANARY}.",
        "tal": "14",
    }


def rows(databases: Databases) -> list[Registerforing]:
    with databases.reading() as db:
        return list(db.scalars(select(Registerforing)))


@pytest.fixture
def entered(cast: Cast, client_for: ClientFor, csrf: Csrf, form: dict[str, str]) -> int:
    leader = client_for(cast.leif)
    answer = leader.post("/register/ny", data={**form, "csrf_token": csrf(leader)})
    assert answer.status_code == 303, answer.text
    return int(answer.location.rsplit("/", 1)[1])


def test_a_leader_enters_a_meeting_and_finds_it(cast: Cast, client_for: ClientFor, entered: int, databases: Databases) -> None:
    (row,) = rows(databases)
    assert (row.slag, row.dato, row.neste, row.tal) == ("personalmote", date(2026, 11, 17), date(2026, 12, 15), 14)
    page = client_for(cast.leif).get(f"/register/{entered}").text
    assert CANARY in page
    assert "Personalmøte i november" in client_for(cast.leif).get("/register/").text
    with databases.reading() as db:
        assert CANARY not in str([vars(line) for line in db.scalars(select(Loggline))])


def test_who_holds_no_right_there_finds_nothing(
    cast: Cast, client_for: ClientFor, csrf: Csrf, entered: int, form: dict[str, str], databases: Databases
) -> None:
    for name in ("kari", "nils", "lise", "adam", "bjorn"):
        browser = client_for(cast.people[name])
        assert browser.get(f"/register/{entered}").status_code == 404, name
        assert CANARY not in browser.get("/register/").text
        sent = {**form, "csrf_token": csrf(browser)}
        assert browser.post(f"/register/{entered}/endre", data=sent).status_code == 404, name
    reads_only = client_for(cast.rita)
    assert reads_only.get(f"/register/{entered}").status_code == 200
    assert reads_only.post("/register/ny", data={**form, "csrf_token": csrf(reads_only)}).status_code == 404
    outside = client_for(cast.nils)
    refused = outside.post("/register/ny", data={**form, "csrf_token": csrf(outside)})
    assert refused.status_code == 422, "a unit of somebody else is not in the list"
    assert len(rows(databases)) == 1


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("dato", "2026-12-24", "fram i tid"),
        ("dato", "", "Skriv når det var"),
        ("neste", "2026-11-17", "Neste dato må kome etter"),
        ("tal", "mange", "heilt tal"),
        ("slag", "fest", "Vel kva det var"),
        ("tittel", "  ", "kort overskrift"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    cast: Cast, client_for: ClientFor, csrf: Csrf, form: dict[str, str], databases: Databases, field: str, value: str, says: str
) -> None:
    leader = client_for(cast.leif)
    answer = leader.post("/register/ny", data={**form, field: value, "csrf_token": csrf(leader)})
    assert answer.status_code == 422
    assert says in answer.text
    assert CANARY in answer.text
    assert rows(databases) == []


def test_the_identity_guard_stands_on_its_texts(
    cast: Cast, client_for: ClientFor, csrf: Csrf, form: dict[str, str], databases: Databases
) -> None:
    leader = client_for(cast.leif)
    token = csrf(leader)
    number = leader.post("/register/ny", data={**form, "samandrag": f"Gjeld {FNR}.", "csrf_token": token})
    assert number.status_code == 422
    assert 'data-feil="identitet"' in number.text
    warned = {**form, "samandrag": "Ring 99 88 77 66 om dette.", "csrf_token": token}
    assert 'data-feil="stadfest"' in leader.post("/register/ny", data=warned).text
    assert rows(databases) == []
    assert leader.post("/register/ny", data={**warned, "stadfest": "1"}).status_code == 303


def test_two_who_correct_at_once_the_second_sees_both_texts(
    cast: Cast, client_for: ClientFor, csrf: Csrf, entered: int, form: dict[str, str], databases: Databases
) -> None:
    first, second = client_for(cast.leif), client_for(cast.kval)
    sent = {**form, "versjon": "1"}
    assert (
        first.post(f"/register/{entered}/endre", data={**sent, "samandrag": "Det fyrste.", "csrf_token": csrf(first)}).status_code
        == 303
    )
    late = second.post(f"/register/{entered}/endre", data={**sent, "samandrag": "Det andre.", "csrf_token": csrf(second)})
    assert late.status_code == 409
    assert "Det fyrste." in late.text
    assert "Det andre." in late.text
    assert rows(databases)[0].samandrag == "Det fyrste."


def test_minutes_are_attached_and_read_only_through_the_line(
    cast: Cast, client_for: ClientFor, csrf: Csrf, entered: int, databases: Databases
) -> None:
    leader = client_for(cast.leif)
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(picture, "PNG")
    sent = {"fil": (io.BytesIO(picture.getvalue()), "tavla.png"), "csrf_token": csrf(leader)}
    assert leader.post(f"/register/{entered}/fil", data=sent).status_code == 303
    with databases.reading() as db:
        (kept,) = db.scalars(select(Fil)).all()
    address = f"/register/{entered}/fil/{kept.offentleg_id}"
    with leader.get(address) as answer:
        assert answer.headers["Content-Disposition"].startswith("attachment")
    assert client_for(cast.nils).get(address).status_code == 404
    named = {"fil": (io.BytesIO(picture.getvalue()), f"{FNR}.png"), "csrf_token": csrf(leader)}
    assert 'data-feil="identitet"' in leader.post(f"/register/{entered}/fil", data=named).text


def test_a_measure_carries_where_it_came_from(
    cast: Cast, client_for: ClientFor, csrf: Csrf, entered: int, databases: Databases
) -> None:
    leader = client_for(cast.leif)
    sent = {"tittel": "Byt lyspærene", "ansvarleg_id": str(cast.kari.id), "frist": "2026-12-20", "csrf_token": csrf(leader)}
    assert leader.post(f"/register/{entered}/tiltak", data=sent).status_code == 303
    with databases.reading() as db:
        made = db.scalars(select(Tiltak)).one()
        origin = db.scalars(select(TiltakOpphav)).one()
        letters = [letter.emne for letter in db.scalars(select(Epost))]
    assert (made.eining_id, origin.slag, origin.ref_id) == (cast.it01.id, "runde", entered)
    assert letters
    assert "Byt lyspærene" in leader.get(f"/register/{entered}").text
    assert f'href="/register/{entered}"' in leader.get(f"/tiltak/{made.id}").text
    assert (source_of("brukarundersoking"), source_of("amu")) == ("undersoking", "runde")
    reads_only = client_for(cast.vera).get(f"/register/{entered}")
    assert (reads_only.status_code, "Byt lyspærene" in reads_only.text) == (200, False), "a measure keeps its own readers"


def test_how_the_expected_kinds_stand(cast: Cast, entered: int, databases: Databases, work_for: WorkFor) -> None:
    with databases.reading() as db:
        work = work_for(db, cast.leif)
        (found,) = queries.latest(work, [cast.it01.id], list(Slag))
        assert (found.slag, found.foring_id, found.lys(work.today)) == (Slag.PERSONALMOTE, entered, Lys.SNART)
        assert queries.latest(work, [cast.it01.id], list(Slag), until=date(2026, 11, 16)) == []
        assert queries.count_of(work, [cast.it01.id], [Slag.PERSONALMOTE], date(2026, 11, 1), date(2026, 11, 30)) == 1


def test_the_list_costs_the_same_with_many_lines(cast: Cast, client_for: ClientFor, entered: int, databases: Databases) -> None:
    browser = client_for(cast.leif)
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    def asked() -> int:
        said.clear()
        assert browser.get("/register/?eining=HO-IT-01").status_code == 200
        return len(said)

    event.listen(databases._read_engine, "before_cursor_execute", note)
    asked()  # what the process keeps is read once
    few = asked()
    with databases.writing() as db:
        one = db.get_one(Registerforing, entered)
        db.add_all(
            Registerforing(
                slag=one.slag,
                eining_id=one.eining_id,
                dato=date(2026, 1, 1 + day),
                tittel="Møte",
                samandrag="Sak.",
                tal=None,
                neste=None,
                laga_av_id=one.laga_av_id,
                laga=one.laga,
            )
            for day in range(30)
        )
        db.commit()
    assert asked() == few > 0


def test_months_and_lights() -> None:
    assert add_months(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert add_months(date(2026, 11, 30), 3) == date(2027, 2, 28)
    assert light(None, date(2026, 11, 22)) is Lys.INGEN
    assert light(date(2026, 11, 21), date(2026, 11, 22)) is Lys.FORBI
    assert light(date(2027, 11, 21), date(2026, 11, 22)) is Lys.OK
