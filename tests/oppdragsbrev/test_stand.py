"""Units × points and a unit's page: lights by the rules, changed by the director, told to those who may, kept by month."""

from datetime import date

import pytest
from sqlalchemy import event, select

from kjerne.db import Databases
from kjerne.models import Loggline
from oppdragsbrev import actions
from oppdragsbrev.models import Bevisregel, Bevisstand
from oppdragsbrev.queries import bevis
from oppdragsbrev.rules import Lys, Retning, light, sound, worst
from register.models import Registerforing
from tests import make
from tests.cast import Cast
from tests.conftest import ClientFor, Clock, Csrf, WorkFor


@pytest.fixture
def held(cast: Cast, databases: Databases, clock: Clock) -> None:
    """A safety round whose next date passed twenty days ago."""
    with databases.writing() as db:
        db.add(
            Registerforing(
                slag="vernerunde",
                eining_id=cast.it01.id,
                dato=date(2025, 11, 2),
                neste=date(2026, 11, 2),
                tittel="Vernerunde",
                samandrag="Alt såg bra ut.",
                laga_av_id=cast.leif.id,
                laga=clock.now,
            )
        )
        db.commit()


def lights(databases: Databases, work_for: WorkFor, cast: Cast) -> dict[str, Lys]:
    with databases.reading() as db:
        work = work_for(db, cast.kval)
        return {one.bevis.kode: one.lys for one in bevis.find(work, [cast.it01])[cast.it01.id]}


@pytest.mark.both
def test_a_light_follows_its_rule_and_the_rule_can_be_changed_from_a_day_on(
    cast: Cast, held: None, databases: Databases, work_for: WorkFor, client_for: ClientFor, csrf: Csrf, clock: Clock
) -> None:
    assert lights(databases, work_for, cast)["vernerunde"] is Lys.OBS
    director = client_for(cast.signe)
    sent = {"gron": "5", "gul": "10", "gjeld_fra": "2026-11-23", "csrf_token": csrf(director)}
    answer = director.post("/oppdragsbrev/reglar/vernerunde", data=sent)
    assert answer.status_code == 303, answer.text
    assert lights(databases, work_for, cast)["vernerunde"] is Lys.OBS, "the change holds from tomorrow"
    clock.forward(days=1)
    assert lights(databases, work_for, cast)["vernerunde"] is Lys.BAD
    with databases.reading() as db:
        assert db.scalars(select(Loggline.hending).where(Loggline.subjekt_type == "bevisregel")).all() == ["oppdragsbrev:regel"]


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"gron": "50", "gul": "10"}, "dårlege sida"),
        ({"gron": "x", "gul": "10"}, "heiltal"),
        ({"gron": "1", "gul": "2", "gjeld_fra": "2026-11-01"}, "bakover i tid"),
        ({"gron": "1", "gul": "2", "gjeld_fra": "i går"}, "Skriv datoen"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(
    cast: Cast, client_for: ClientFor, csrf: Csrf, databases: Databases, sent: dict[str, str], says: str
) -> None:
    director = client_for(cast.signe)
    answer = director.post("/oppdragsbrev/reglar/vernerunde", data={**sent, "csrf_token": csrf(director)})
    assert answer.status_code == 422
    assert says in answer.text
    with databases.reading() as db:
        assert db.scalars(select(Bevisregel)).all() == []


def test_who_sees_which_unit(cast: Cast, held: None, client_for: ClientFor, csrf: Csrf) -> None:
    for name in ("kari", "vera", "adam"):
        assert client_for(cast.people[name]).get("/oppdragsbrev/oversikt").status_code == 404, name
    assert client_for(cast.nils).get("/oppdragsbrev/eining/HO-IT-01").status_code == 404
    assert cast.it01.namn not in client_for(cast.nils).get("/oppdragsbrev/oversikt").text
    leader = client_for(cast.leif)
    page = leader.get("/oppdragsbrev/eining/HO-IT-01").text
    assert "20 dagar over tida" in page
    refused = leader.post("/oppdragsbrev/reglar/vernerunde", data={"gron": "1", "gul": "2", "csrf_token": csrf(leader)})
    assert refused.status_code == 404
    assert client_for(cast.lise).get("/oppdragsbrev/oversikt").status_code == 200


@pytest.mark.both
def test_the_lights_of_a_month_are_kept_once_and_the_trend_is_told(
    cast: Cast, held: None, databases: Databases, work_for: WorkFor, client_for: ClientFor, clock: Clock
) -> None:
    for _twice in range(2):
        with databases.writing() as db:
            kept = actions.keep_lights(work_for(db, None))
            db.commit()
    with databases.reading() as db:
        rows = db.scalars(select(Bevisstand)).all()
    assert len(rows) == kept == 4 * len(bevis.ALLE)
    clock.set_oslo(2027, 2, 20)
    with databases.writing() as db:
        db.query(Bevisstand).filter_by(manad=202611).update({"manad": 202701})
        db.commit()
    page = client_for(cast.leif).get("/oppdragsbrev/eining/HO-IT-01").text
    assert "Førre månad: Følg med." in page
    assert 'title="jan. 2027: ' in page
    assert "des. 2026: ikkje målt" in page, "a month nobody kept is said to lack, not filled in"


def test_the_matrix_costs_the_same_with_more_units(cast: Cast, databases: Databases, client_for: ClientFor) -> None:
    browser = client_for(cast.kval)
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    def asked() -> int:
        said.clear()
        assert browser.get("/oppdragsbrev/oversikt").status_code == 200
        return len(said)

    event.listen(databases._read_engine, "before_cursor_execute", note)
    asked()  # what is read once for each process
    few = asked()
    with databases.writing() as db:
        for nr in range(10, 20):
            make.eining(db, f"HO-IT-{nr}", over=db.merge(cast.it))
        db.commit()
    asked()  # the organisation is read anew after a change
    assert asked() == few > 0


def test_lights_are_pure() -> None:
    assert light(90, Retning.HOG, 90, 75) is Lys.OK
    assert light(89.9, Retning.HOG, 90, 75) is Lys.OBS
    assert light(61, Retning.LAG, 0, 60) is Lys.BAD
    assert light(None, Retning.LAG, 0, 60) is light(3, Retning.FORTEL, 0, 0) is Lys.NONE
    assert worst([Lys.OK, Lys.NONE, Lys.OBS]) is Lys.OBS
    assert worst([]) is Lys.NONE
    assert not sound(Retning.HOG, 50, 60)
