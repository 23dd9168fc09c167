"""From meeting to approved edition: what must be in place, who accepts a red residual risk, and that an edition never changes."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from kjerne.clock import oslo_date
from kjerne.db import Databases
from kjerne.models import Epost, Person
from ros import jobs
from ros.models import RosAnalyse, RosRad, RosUtgave
from ros.queries.dokument import checksum
from tests.cast import Cast
from tests.conftest import ClientFor, Clock, Csrf, WorkFor
from tests.ros.conftest import CANARY, MakeRad, MakeRos
from tiltak.models import Tiltak, TiltakOpphav


@pytest.fixture
def post(client_for: ClientFor, csrf: Csrf):
    """Give a function that posts as somebody."""

    def send(person: Person, path: str, **form: object):
        browser = client_for(person)
        return browser.post(path, data={"csrf_token": csrf(browser), **form})

    return send


def measure(post, cast: Cast, nr: int, rad: int, clock: Clock):
    """Leif gives Kari a measure for the row."""
    return post(
        cast.leif,
        f"/ros/{nr}/rad/{rad}/tiltak",
        tittel="To på kvar nattvakt",
        ansvarleg_id=cast.kari.id,
        frist=(oslo_date(clock()) + timedelta(days=30)).isoformat(),
        type="forebyggjande",
        kostnad="5 000",
    )


def test_the_whole_way(post, cast: Cast, make_ros: MakeRos, make_rad: MakeRad, clock: Clock, databases: Databases) -> None:
    nr = make_ros()
    refused = post(cast.leif, f"/ros/{nr}/steg/start")
    assert refused.status_code == 303
    assert "ingen rader" in post(cast.leif, f"/ros/{nr}/steg/send").get_data(as_text=True)
    rad = make_rad(nr, s=5, k=4)
    said = post(cast.leif, f"/ros/{nr}/steg/send").get_data(as_text=True)
    assert "ikkje tiltak: 1" in said
    assert measure(post, cast, nr, rad, clock).status_code == 303
    form = {"hending": CANARY, "sannsyn": 5, "k_liv_helse": 4, "rest_sannsyn": 3, "r_liv_helse": 4}
    assert post(cast.leif, f"/ros/{nr}/rad/{rad}", **form).status_code == 303
    with databases.reading() as db:
        tiltak = db.scalars(select(Tiltak)).one()
        assert (tiltak.farge, tiltak.risikoreduksjon, tiltak.kostnad, tiltak.kjelde) == ("raud", 8, 5000, "ros")
        assert db.scalars(select(TiltakOpphav.namn)).one() == f"ROS {nr}, rad 1"
    assert post(cast.leif, f"/ros/{nr}/steg/send").status_code == 303
    assert post(cast.leif, f"/ros/{nr}/rad/{rad}", **form).status_code == 404, "sent: nobody changes rows"
    blocked = post(cast.leif, f"/ros/{nr}/steg/godkjenn")
    assert blocked.status_code == 422
    assert "leiaren over har ikkje godteke" in blocked.get_data(as_text=True)
    assert post(cast.leif, f"/ros/{nr}/rad/{rad}/godta", grunn="Eg godtek").status_code == 404, "not her own leader"
    assert post(cast.signe, f"/ros/{nr}/rad/{rad}/godta", grunn=" ").status_code == 422
    assert post(cast.signe, f"/ros/{nr}/rad/{rad}/godta", grunn="Ny stilling er løyvd.").status_code == 303
    assert post(cast.leif, f"/ros/{nr}/steg/godkjenn").status_code == 303
    with databases.reading() as db:
        assert db.get_one(RosAnalyse, nr).status == "godkjend"
        row = db.get_one(RosRad, rad)
        assert (row.godteke_av_id, row.godteke_grunn) == (cast.signe.id, "Ny stilling er løyvd.")


def test_people_of_elsewhere_are_not_found_by_their_number(
    post, client_for: ClientFor, cast: Cast, make_ros: MakeRos, make_rad: MakeRad
) -> None:
    nr = make_ros()
    rad = make_rad(nr)
    stranger = post(
        cast.leif,
        f"/ros/{nr}/rad/{rad}/tiltak",
        tittel="Sjekk",
        ansvarleg_id=cast.nina.id,
        frist="2026-12-24",
        type="forebyggjande",
    )
    assert stranger.status_code == 422
    head = {"tittel": "Natt", "slag": "teneste", "aksar": ["liv_helse"], "personar": [cast.nina.id, cast.kari.id]}
    assert post(cast.leif, f"/ros/{nr}/om", **head).status_code == 303
    page = client_for(cast.leif).get(f"/ros/{nr}").get_data(as_text=True)
    assert "Kari Tilsett" in page
    assert "Nina Nabo" not in page


def test_an_edition_stays_as_it_was(
    post, client_for: ClientFor, cast: Cast, make_ros: MakeRos, make_rad: MakeRad, databases: Databases
) -> None:
    nr = make_ros()
    rad = make_rad(nr, s=2, k=2)
    for step in ("send", "godkjenn", "revider"):
        assert post(cast.leif, f"/ros/{nr}/steg/{step}").status_code == 303
    assert post(cast.leif, f"/ros/{nr}/rad/{rad}", hending="Noko heilt anna", sannsyn=1, k_liv_helse=1).status_code == 303
    kept = client_for(cast.leif).get(f"/ros/{nr}/utgave/1").get_data(as_text=True)
    assert CANARY in kept
    assert "Noko heilt anna" not in kept
    with databases.reading() as db:
        edition = db.scalars(select(RosUtgave)).one()
        assert edition.sha256 == checksum(edition.innhald)
        assert edition.innhald["rader"][0]["risiko"] == 4
    assert client_for(cast.leif).get(f"/ros/{nr}/utgave/2").status_code == 404
    assert client_for(cast.nils).get(f"/ros/{nr}/utgave/1").status_code == 404


def test_an_accepted_risk_that_changes_must_be_accepted_anew(
    post, cast: Cast, make_ros: MakeRos, make_rad: MakeRad, databases: Databases
) -> None:
    nr = make_ros()
    rad = make_rad(nr, s=5, k=5, rs=4, rk=4)
    assert post(cast.signe, f"/ros/{nr}/rad/{rad}/godta", grunn="Vi lever med det.").status_code == 303
    form = {"hending": CANARY, "sannsyn": 5, "k_liv_helse": 5, "rest_sannsyn": 4}
    post(cast.leif, f"/ros/{nr}/rad/{rad}", **form, r_liv_helse=4)
    with databases.reading() as db:
        assert db.get_one(RosRad, rad).godteke_av_id == cast.signe.id, "the same risk"
    post(cast.leif, f"/ros/{nr}/rad/{rad}", **form, r_liv_helse=5)
    with databases.reading() as db:
        assert db.get_one(RosRad, rad).godteke_av_id is None


def test_sending_back_needs_a_reason_and_only_the_leader_approves(post, cast: Cast, make_ros: MakeRos, make_rad: MakeRad) -> None:
    nr = make_ros()
    make_rad(nr, s=1, k=1)
    post(cast.leif, f"/ros/{nr}/steg/send")
    assert post(cast.kval, f"/ros/{nr}/steg/godkjenn").status_code == 404, "writes, but does not approve"
    assert post(cast.leif, f"/ros/{nr}/steg/retur", tekst=" ").status_code == 422
    assert post(cast.leif, f"/ros/{nr}/steg/retur", tekst="Ta med natt.").status_code == 303
    assert post(cast.leif, f"/ros/{nr}/steg/godkjenn").status_code == 409
    assert post(cast.leif, f"/ros/{nr}/steg/finst-ikkje").status_code == 404


def test_next_years_revision_marks_what_is_changed_and_ends_the_old_one(
    post, client_for: ClientFor, cast: Cast, make_ros: MakeRos, make_rad: MakeRad, clock: Clock, databases: Databases
) -> None:
    old = make_ros("Natt 2025")
    rad = make_rad(old, s=4, k=4, rs=2, rk=4)
    measure(post, cast, old, rad, clock)
    for step in ("send", "godkjenn"):
        assert post(cast.leif, f"/ros/{old}/steg/{step}").status_code == 303
    head = {"tittel": "Natt 2027", "slag": "teneste", "aksar": ["liv_helse", "drift"], "eining": cast.it01.id, "kjelde": old}
    begun = client_for(cast.kval).get(f"/ros/ny?kjelde={old}").get_data(as_text=True)
    assert f'<option value="{cast.it01.id}" selected>' in begun, "a revision is for the unit of the one before"
    assert f'value="Natt {clock().year}"' in begun, "the year at the end of its title is its own"
    made = post(cast.leif, "/ros/ny", **head, revisjon="1")
    new = int(made.headers["Location"].rsplit("/", 1)[1])
    leif = client_for(cast.leif)
    assert "Endra frå i fjor" not in leif.get(f"/ros/{new}").get_data(as_text=True)
    with databases.reading() as db:
        row = db.scalars(select(RosRad).where(RosRad.analyse_id == new)).one()
        assert row.fra_rad_id == rad
        assert db.scalar(select(TiltakOpphav.id).where(TiltakOpphav.ref_id == row.id)) is not None, "open measures follow"
    form = {"hending": CANARY, "sannsyn": 3, "k_liv_helse": 4, "rest_sannsyn": 2, "r_liv_helse": 4}
    post(cast.leif, f"/ros/{new}/rad/{row.id}", **form)
    make_rad(new, "Ny fare", s=1, k=1)
    page = leif.get(f"/ros/{new}").get_data(as_text=True)
    assert page.count("Endra frå i fjor") == 1
    assert page.count("Ny i år") == 1
    for step in ("send", "godkjenn"):
        assert post(cast.leif, f"/ros/{new}/steg/{step}").status_code == 303
    with databases.reading() as db:
        assert db.get_one(RosAnalyse, old).status == "avslutta"


def test_the_clock_reminds_once_of_approval_and_revision(
    post, cast: Cast, make_ros: MakeRos, make_rad: MakeRad, clock: Clock, databases: Databases, work_for: WorkFor
) -> None:
    nr, other = make_ros(), make_ros()
    for one in (nr, other):
        make_rad(one, s=1, k=1)
        post(cast.kval, f"/ros/{one}/steg/send")
    post(cast.leif, f"/ros/{nr}/steg/godkjenn")

    def run() -> list[str]:
        with databases.writing() as db:
            jobs.remind(work_for(db, None))
            db.commit()
            return [f"{row.til_person_id} {row.emne}" for row in db.scalars(select(Epost).order_by(Epost.id))]

    before = run()
    clock.forward(days=8)
    assert [line for line in run() if line not in before] == [
        f"{cast.leif.id} Risikoanalyse {other} ventar framleis på godkjenning"
    ]
    clock.forward(days=330)
    assert f"{cast.leif.id} Risikoanalyse {nr} skal snart reviderast" in run()
    clock.forward(days=35)
    after = run()
    assert f"{cast.leif.id} Risikoanalyse {nr} skal reviderast no" in after
    assert after == run(), "each letter goes once"
    assert not any("Natt og legemiddel" in line for line in after)
