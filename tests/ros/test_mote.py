"""The meeting: rows saved by themselves, two people in the same analysis, the guard, and the pages without script."""

import re

from kjerne.db import Databases
from kjerne.models import Eining
from ros.models import RosAnalyse, RosKonsekvens, RosRad
from tests.cast import Cast
from tests.conftest import ClientFor, Csrf
from tests.ros.conftest import CANARY, CountQueries, MakeRad, MakeRos

SCRIPT = {"X-Ros": "1"}


def test_the_screen_shows_rows_matrix_and_definitions(
    client_for: ClientFor, cast: Cast, make_ros: MakeRos, make_rad: MakeRad
) -> None:
    nr = make_ros(mal="legemiddel")
    make_rad(nr)
    page = client_for(cast.leif).get(f"/ros/{nr}").get_data(as_text=True)
    assert CANARY in page
    assert "Legemiddel blir gitt til feil person" in page
    assert "Alvorleg med varig mein" in page, "the definitions stand in sight"
    assert page.count('class="rute rute--') == 25
    assert re.search(r"<b>12</b> raud", page)


def test_a_row_is_added_and_saved_by_the_script(
    client_for: ClientFor, cast: Cast, make_ros: MakeRos, csrf: Csrf, databases: Databases
) -> None:
    nr, leif = make_ros(), client_for(cast.leif)
    form = {"csrf_token": csrf(leif), "hending": "Fall på badet", "sannsyn": "4", "k_liv_helse": "3"}
    made = leif.post(f"/ros/{nr}/rad", data=form, headers=SCRIPT)
    assert made.status_code == 200
    answer = made.get_json()
    assert "<b>12</b> raud" in answer["linje"]
    saved = leif.post(
        f"/ros/{nr}/rad/{answer['id']}",
        data=form | {"versjon": answer["versjon"], "k_liv_helse": "2", "k_drift": "1", "arsaker": "Glatt golv"},
        headers=SCRIPT,
    ).get_json()
    assert saved["versjon"] == answer["versjon"] + 1
    with databases.reading() as db:
        rad = db.get_one(RosRad, answer["id"])
        assert (rad.farge, rad.risiko, rad.arsaker) == ("gul", 8, "Glatt golv")
        assert db.get_one(RosAnalyse, nr).status == "i_arbeid"
        assert {row.akse: row.niva for row in db.query(RosKonsekvens)} == {"liv_helse": 2, "drift": 1}


def test_without_script_the_form_comes_back_to_the_list(client_for: ClientFor, cast: Cast, make_ros: MakeRos, csrf: Csrf) -> None:
    nr, leif = make_ros(), client_for(cast.leif)
    answer = leif.post(f"/ros/{nr}/rad", data={"csrf_token": csrf(leif), "hending": "Fall på badet"})
    assert answer.status_code == 303
    assert "Fall på badet" in leif.get(answer.headers["Location"]).get_data(as_text=True)
    empty = leif.post(f"/ros/{nr}/rad", data={"csrf_token": csrf(leif), "hending": " ", "arsaker": "Står her enno"})
    assert empty.status_code == 422
    assert "Står her enno" in empty.get_data(as_text=True)


def test_two_people_do_not_overwrite_each_other(
    client_for: ClientFor, cast: Cast, make_ros: MakeRos, make_rad: MakeRad, csrf: Csrf, databases: Databases
) -> None:
    nr = make_ros()
    rad = make_rad(nr)
    leif, signe = client_for(cast.leif), client_for(cast.signe)
    first = leif.post(
        f"/ros/{nr}/rad/{rad}", data={"csrf_token": csrf(leif), "versjon": "1", "hending": "Den første teksten"}, headers=SCRIPT
    )
    assert first.status_code == 200
    second = {"csrf_token": csrf(signe), "versjon": "1", "hending": "Den andre teksten"}
    clash = signe.post(f"/ros/{nr}/rad/{rad}", data=second, headers=SCRIPT)
    assert clash.status_code == 409
    assert "Den andre teksten" in clash.get_json()["mine"]
    assert "Den første teksten" in clash.get_json()["theirs"]
    page = signe.post(f"/ros/{nr}/rad/{rad}", data=second)
    assert page.status_code == 409
    assert "Den andre teksten" in page.get_data(as_text=True)
    assert "Den første teksten" in page.get_data(as_text=True)
    with databases.reading() as db:
        assert db.get_one(RosRad, rad).hending == "Den første teksten"
    polled = signe.get(f"/ros/{nr}/rader").get_json()
    assert polled["andre"] == ["Leif Leiar"]
    assert polled["rader"] == {str(rad): 2}
    assert "Den første teksten" in polled["linjer"][str(rad)]


def test_identity_numbers_are_refused_and_names_asked_about(
    client_for: ClientFor, cast: Cast, make_ros: MakeRos, csrf: Csrf, databases: Databases
) -> None:
    nr, leif = make_ros(), client_for(cast.leif)
    token = csrf(leif)
    number = leif.post(f"/ros/{nr}/rad", data={"csrf_token": token, "hending": "Fall hos 01017012345"}, headers=SCRIPT)
    plain = leif.post(f"/ros/{nr}/rad", data={"csrf_token": token, "hending": "Fall", "arsaker": "fnr 13097248022"})
    name = {"csrf_token": token, "hending": "Olav Nilsen fell på badet"}
    asked = leif.post(f"/ros/{nr}/rad", data=name, headers=SCRIPT)
    assert plain.status_code == 422
    assert 'data-feil="identitet"' in plain.get_data(as_text=True)
    assert number.status_code in {200, 422}
    assert asked.status_code == 422
    assert asked.get_json()["feil"] == "stadfest"
    assert leif.post(f"/ros/{nr}/rad", data=name | {"stadfest": "1"}, headers=SCRIPT).status_code == 200


def test_participants_may_be_named_but_not_by_number(
    client_for: ClientFor, cast: Cast, make_ros: MakeRos, csrf: Csrf, databases: Databases
) -> None:
    nr, leif = make_ros(), client_for(cast.leif)
    head = {"csrf_token": csrf(leif), "tittel": "Fall", "slag": "teneste", "aksar": "liv_helse", "eining": str(cast.it01.id)}
    for path in ("/ros/ny", f"/ros/{nr}/om"):
        bad = leif.post(path, data=head | {"deltakarar": "Olav Nilsen, 13097248022", "stadfest": "1"})
        assert bad.status_code == 422
        assert 'data-feil="identitet"' in bad.get_data(as_text=True)
        assert leif.post(path, data=head | {"deltakarar": "Olav Nilsen, verneombod"}).status_code == 303
    with databases.reading() as db:
        assert {row.deltakarar for row in db.query(RosAnalyse)} == {"Olav Nilsen, verneombod"}


def test_the_page_costs_the_same_with_many_rows(
    client_for: ClientFor, cast: Cast, make_ros: MakeRos, make_rad: MakeRad, count_queries: CountQueries
) -> None:
    few, many = make_ros(), make_ros()
    make_rad(few)
    for number in range(12):
        make_rad(many, f"Hending {number}")
    leif = client_for(cast.leif)
    leif.get(f"/ros/{few}")  # the first page of the minute notes that she was seen
    assert count_queries(lambda: leif.get(f"/ros/{few}")) == count_queries(lambda: leif.get(f"/ros/{many}"))


def test_a_new_measure_is_set_to_the_units_leader_and_else_to_whoever_makes_it(
    client_for: ClientFor, cast: Cast, make_ros: MakeRos, make_rad: MakeRad, databases: Databases
) -> None:
    nr = make_ros()
    path = f"/ros/{nr}/rad/{make_rad(nr)}/skjema"
    kval = client_for(cast.kval)
    assert f'<option value="{cast.leif.id}" selected>' in kval.get(path).get_data(as_text=True)
    with databases.writing() as db:
        db.get_one(Eining, cast.it01.id).leiar_id = None
        db.commit()
    assert f'<option value="{cast.kval.id}" selected>' in kval.get(path).get_data(as_text=True)
