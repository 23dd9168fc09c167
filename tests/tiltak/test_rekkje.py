"""The order changed by hand with a reason and put back, which measure waits for which, and what carrying it out takes."""

import re
import threading
from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from kjerne.db import Databases
from kjerne.errors import Refused
from kjerne.models import Loggline, Person
from tests.cast import Cast
from tests.conftest import ClientFor, Csrf, WorkFor
from tests.tiltak.conftest import MakeTiltak
from tiltak import actions, queries
from tiltak.kroner import parse_kroner
from tiltak.models import Tiltak, TiltakAvheng, TiltakHending

Post = Callable[..., TestResponse]


@pytest.fixture
def post(client_for: ClientFor, csrf: Csrf, databases: Databases) -> Post:
    """Give a function that posts to a measure's page as somebody, with the version it has now unless another is said."""

    def send(who: Person, to: int, path: str, **fields: object) -> TestResponse:
        browser = client_for(who)
        with databases.reading() as db:
            fields.setdefault("version", db.get_one(Tiltak, to).version)
        data = {"csrf_token": csrf(browser), **{key: str(value) for key, value in fields.items()}}
        return browser.post(f"/tiltak/{to}/{path}", data=data)

    return send


def order(client_for: ClientFor, who: Person) -> list[str]:
    return re.findall(r'caserow__t">([^<]+)<', client_for(who).get("/tiltak/").get_data(as_text=True))


@pytest.mark.both
def test_moved_by_hand_with_a_reason_stays_until_put_back(
    make_tiltak: MakeTiltak, post: Post, client_for: ClientFor, databases: Databases, work_for: WorkFor, cast: Cast
) -> None:
    nrs = [make_tiltak(name, dagar=day) for name, day in (("A", 2), ("B", 4), ("C", 6), ("D", 8))]
    assert post(cast.leif, nrs[3], "flytt", framfor=nrs[1], tekst="").status_code == 422
    assert post(cast.leif, nrs[3], "flytt", framfor="9999", tekst="Fordi.").status_code == 422
    assert post(cast.leif, nrs[3], "flytt", framfor=nrs[3], tekst="Fordi.").status_code == 422
    assert order(client_for, cast.leif) == ["A", "B", "C", "D"]
    assert post(cast.leif, nrs[3], "flytt", framfor=nrs[1], tekst="Brannvesenet ventar.").status_code == 303
    assert order(client_for, cast.leif) == ["A", "D", "B", "C"]
    assert post(cast.leif, nrs[2], "flytt", framfor=nrs[1], tekst="Same dag.").status_code == 303
    assert order(client_for, cast.leif) == ["A", "D", "C", "B"]
    assert post(cast.leif, nrs[1], "flytt", framfor="", tekst="Tilsynet kjem.").status_code == 303
    assert order(client_for, cast.leif) == ["B", "A", "D", "C"]
    page = client_for(cast.leif).get(f"/tiltak/{nrs[3]}").get_data(as_text=True)
    assert "Brannvesenet ventar." in page
    with databases.writing() as db:
        actions.set_risk(work_for(db, cast.leif), nrs[3], "raud", 9)
        db.commit()
    assert order(client_for, cast.leif) == ["B", "A", "D", "C"]
    assert post(cast.leif, nrs[3], "flytt-tilbake").status_code == 303
    assert order(client_for, cast.leif) == ["D", "B", "A", "C"]
    with databases.reading() as db:
        slag = db.query(TiltakHending.slag).filter(TiltakHending.tiltak_id == nrs[3]).order_by(TiltakHending.id).all()
        assert [row[0] for row in slag] == ["laga", "flytta", "nullstilt"]
        assert "Brannvesenet" not in "".join(str(line.endring) for line in db.query(Loggline).all())


def test_only_who_follows_up_in_the_unit_moves_and_an_old_form_is_a_conflict(
    make_tiltak: MakeTiltak, post: Post, cast: Cast
) -> None:
    nr, hidden = make_tiltak(), make_tiltak(skjerma=True)
    for who in (cast.kari, cast.nils, cast.rita, cast.fred):
        assert post(who, nr, "flytt", tekst="Eg vil.").status_code == 404
    assert post(cast.leif, hidden, "flytt", tekst="Fordi.").status_code == 404
    assert post(cast.leif, nr, "flytt", tekst="Mine ord.", version=0).status_code == 409
    blocked = post(cast.leif, nr, "flytt", tekst="Gjeld 01010750160", stadfest="1")
    assert blocked.status_code == 422
    assert 'data-feil="identitet"' in blocked.get_data(as_text=True)


def test_waits_for_another_but_never_in_a_circle(
    make_tiltak: MakeTiltak, post: Post, client_for: ClientFor, databases: Databases, cast: Cast
) -> None:
    a, b, c = make_tiltak("Først"), make_tiltak("Så"), make_tiltak("Sist")
    assert post(cast.leif, b, "ventar-pa", nr=a).status_code == 303
    assert post(cast.leif, c, "ventar-pa", nr=b).status_code == 303
    assert post(cast.leif, c, "ventar-pa", nr=b).status_code == 303
    for nr, other in ((a, c), (a, b), (a, a), (a, 9999), (a, "x")):
        assert post(cast.leif, nr, "ventar-pa", nr=other).status_code == 422, (nr, other)
    with databases.reading() as db:
        assert db.query(TiltakAvheng).count() == 2
        assert queries.waited_for(db, c) == {a, b}
    page = client_for(cast.leif).get(f"/tiltak/{b}").get_data(as_text=True)
    assert f"{a} Først" in page
    assert f"{c} Sist" in page
    assert post(cast.kari, b, f"ventar-pa/{a}/fjern").status_code == 404
    assert post(cast.leif, b, f"ventar-pa/{a}/fjern").status_code == 303
    assert post(cast.leif, b, f"ventar-pa/{a}/fjern").status_code == 404


@pytest.mark.both
def test_two_at_once_do_not_close_a_circle_between_them(
    cast: Cast, make_tiltak: MakeTiltak, databases: Databases, work_for: WorkFor
) -> None:
    """A waits for B and C for D at the same time, where B waits for C and D for A already: no row is common to the two."""
    a, b, c, d = (make_tiltak(name) for name in ("A", "B", "C", "D"))
    said: list[str] = []
    begun = threading.Event()

    def wait_for(db: Session, one: int, other: int) -> None:
        work = work_for(db, cast.leif)
        actions.add_dependency(work, queries.get_tiltak(work, one), queries.get_tiltak(work, other))

    def second() -> None:
        begun.set()
        with databases.writing() as db:
            try:
                wait_for(db, c, d)
            except Refused:
                said.append("refused")
            else:
                db.commit()
                said.append("committed")

    with databases.writing() as db:
        wait_for(db, b, c)
        wait_for(db, d, a)
        db.commit()
    rival = threading.Thread(target=second)
    with databases.writing() as db:
        wait_for(db, a, b)
        rival.start()
        assert begun.wait(10)
        rival.join(0.5)
        assert said == [], "the second waits for the first"
        db.commit()
    rival.join(10)
    assert said == ["refused"]
    with databases.reading() as db:
        assert db.query(TiltakAvheng).count() == 3


def test_a_measure_she_may_not_see_is_neither_linked_nor_named(
    make_tiltak: MakeTiltak, post: Post, client_for: ClientFor, databases: Databases, work_for: WorkFor, cast: Cast
) -> None:
    mine, theirs = make_tiltak(), make_tiltak("Hemmeleg hjå naboen", eining_id=cast.it02.id, av=cast.nils, ansvarleg=cast.nina)
    hidden = make_tiltak("Skjerma", skjerma=True)
    assert post(cast.leif, mine, "ventar-pa", nr=theirs).status_code == 422
    assert post(cast.leif, mine, "ventar-pa", nr=hidden).status_code == 422
    with databases.writing() as db:
        kval = work_for(db, cast.kval)
        actions.add_dependency(kval, queries.get_tiltak(kval, mine), queries.get_tiltak(kval, theirs))
        db.commit()
    assert "Hemmeleg" not in client_for(cast.leif).get(f"/tiltak/{mine}").get_data(as_text=True)
    assert "Hemmeleg" in client_for(cast.kval).get(f"/tiltak/{mine}").get_data(as_text=True)


@pytest.mark.parametrize(
    ("raw", "kroner"),
    [
        ("", None),
        ("250000", 250_000),
        ("1 250 000", 1_250_000),
        ("1\u202f250\u00a0000", 1_250_000),
        ("12.575.000,00", 12_575_000),
        ("12,575,000", 12_575_000),
        ("kr 70 000,-", 70_000),
        ("70000 kr", 70_000),
        ("-5 000", -5_000),
        ("(5 000)", -5_000),
        ("0", 0),
        ("99,50", 100),
        ("500000.0", 500_000),
    ],
)
def test_kroner_are_read_as_people_type_them(raw: str, kroner: int | None) -> None:
    assert parse_kroner(raw) == kroner


@pytest.mark.parametrize("raw", ["ca. 5", "mykje", "1e6", "5 000 000 000", "²", "1.2.3", "--", "9" * 50])
def test_what_is_no_amount_is_refused(raw: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_kroner(raw)


def test_cost_and_saving_are_kept_shown_and_changed(
    make_tiltak: MakeTiltak, client_for: ClientFor, csrf: Csrf, databases: Databases, cast: Cast
) -> None:
    browser = client_for(cast.leif)
    fields = {
        "csrf_token": csrf(browser),
        "tittel": "Færre nattevakter",
        "skildring": "",
        "ansvarleg_id": str(cast.kari.id),
        "eining_id": str(cast.it01.id),
        "frist": "2026-12-20",
        "type": "forebyggjande",
        "prioritet": "1",
        "start": "1.12.2026",
        "kostnad": "25 000",
        "effekt_kr": "1 500 000",
        "ansvar": "3700",
        "finansiering": "Eige budsjett",
    }
    assert browser.post("/tiltak/nytt", data={**fields, "kostnad": "mange"}).status_code == 422
    assert browser.post("/tiltak/nytt", data={**fields, "start": "2026-12-24"}).status_code == 422
    answer = browser.post("/tiltak/nytt", data=fields)
    assert answer.status_code == 303
    nr = int(answer.location.rsplit("/", 1)[1])
    page = browser.get(f"/tiltak/{nr}").get_data(as_text=True).replace("\u202f", " ").replace("\u00a0", " ")
    assert "1 500 000 kr" in page
    assert "3700" in page
    with databases.reading() as db:
        row = db.get_one(Tiltak, nr)
        assert (row.kostnad, row.effekt_kr, row.ansvar, row.finansiering) == (25_000, 1_500_000, "3700", "Eige budsjett")
        version = row.version
    changed = {**fields, "kostnad": "", "effekt_kr": "-20 000", "version": str(version), "csrf_token": csrf(browser)}
    assert browser.post(f"/tiltak/{nr}/endre", data=changed).status_code == 303
    with databases.reading() as db:
        row = db.get_one(Tiltak, nr)
        assert (row.kostnad, row.effekt_kr) == (None, -20_000)
