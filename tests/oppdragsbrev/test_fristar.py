"""Deadlines of a letter: one for each point, exceptions for units and departments, and the order of points and bullets."""

import re

import pytest
from sqlalchemy import select

from kjerne.db import Databases
from kjerne.models import Epost
from oppdragsbrev.models import Brevkule, Brevmottak, Brevpunkt, Brevutgave, Oppdragsbrev, Punktmottak
from oppdragsbrev.rules import in_order
from tests.cast import Cast
from tests.conftest import ClientFor, Clock
from tests.oppdragsbrev.conftest import Brev, Send, make_draft


def point_ids(databases: Databases, brev_id: int) -> list[int]:
    """The points of a letter by number."""
    with databases.reading() as db:
        return list(db.scalars(select(Brevpunkt.id).where(Brevpunkt.brev_id == brev_id).order_by(Brevpunkt.nr)))


def version_of(databases: Databases, brev_id: int) -> str:
    """The letter's version, as the form carries it."""
    with databases.reading() as db:
        return str(db.get_one(Oppdragsbrev, brev_id).version)


def deadlines_of(databases: Databases, brev_id: int, eining_id: int) -> dict[int, str]:
    """Point number → the unit's deadline."""
    with databases.reading() as db:
        rows = db.execute(
            select(Brevpunkt.nr, Punktmottak.frist)
            .join(Punktmottak, Punktmottak.punkt_id == Brevpunkt.id)
            .join(Brevmottak, Brevmottak.id == Punktmottak.mottak_id)
            .where(Brevmottak.brev_id == brev_id, Brevmottak.eining_id == eining_id)
        )
        return {nr: day.isoformat() for nr, day in rows}


def test_a_department_and_a_unit_have_deadlines_of_their_own(
    cast: Cast, client_for: ClientFor, send: Send, databases: Databases
) -> None:
    director = client_for(cast.signe)
    brev_id = make_draft(director, send)
    first, second, *rest = point_ids(databases, brev_id)
    path = f"/oppdragsbrev/{brev_id}/fristar"
    common = {f"f{point}": "2027-03-01" for point in (first, second, *rest)}
    own = {f"n{first}": "+HO-IT", f"d{first}": "2027-02-01", f"n{second}": "HO-IT-02", f"d{second}": "2027-04-01"}
    sent = send(director, path, versjon="1", gjer="send", eining=["HO-IT-01", "HO-IT-02"], **common, **own)
    assert sent.status_code == 303, sent.text
    here, there = (deadlines_of(databases, brev_id, unit.id) for unit in (cast.it01, cast.it02))
    assert (here[1], here[2], here[3]) == ("2027-02-01", "2027-03-01", "2027-03-01")
    assert (there[1], there[2], there[3]) == ("2027-02-01", "2027-04-01", "2027-03-01")
    page = director.get(path).text
    fields = re.findall(r'type="date" id="(e[^"]+)" name="[^"]+" value="([^"]+)"', page)
    assert [value for _name, value in fields] == ["2027-02-01", "2027-02-01", "2027-04-01"], "only what differs is listed"
    back = {fields[2][0]: ""}
    assert send(director, path, versjon=version_of(databases, brev_id), gjer="lagre", **back).status_code == 303
    assert deadlines_of(databases, brev_id, cast.it02.id)[2] == "2027-03-01", "an emptied field follows the others"


def test_a_point_s_new_deadline_moves_those_who_had_the_former_and_tells_them(
    cast: Cast, brev: Brev, client_for: ClientFor, send: Send, databases: Databases, clock: Clock
) -> None:
    director = client_for(cast.signe)
    path, point = f"/oppdragsbrev/{brev.id}/fristar", point_ids(databases, brev.id)[4]
    own = {f"n{point}": "HO-IT-02", f"d{point}": "2027-05-05"}
    assert send(director, path, versjon=version_of(databases, brev.id), gjer="lagre", **own).status_code == 303
    with databases.writing() as db:  # Nils's second point is delivered: it follows, and nobody is told
        second = point_ids(databases, brev.id)[1]
        for row in db.scalars(select(Punktmottak).where(Punktmottak.punkt_id == second)):
            row.status, row.levert, row.levert_av_id = "godteken", clock(), cast.leif.id
        db.commit()
    moved = {f"f{point}": "2027-06-01", f"f{second}": "2027-06-02"}
    assert send(director, path, versjon=version_of(databases, brev.id), gjer="lagre", **moved).status_code == 303
    assert deadlines_of(databases, brev.id, cast.it01.id)[5] == "2027-06-01"
    assert deadlines_of(databases, brev.id, cast.it02.id)[5] == "2027-05-05", "a unit's own deadline stands"
    assert deadlines_of(databases, brev.id, cast.it02.id)[2] == "2027-06-02"
    with databases.reading() as db:
        told = db.scalars(select(Epost.til_person_id).where(Epost.emne.startswith("Ny frist")).order_by(Epost.id)).all()
    assert told == [cast.nils.id, cast.leif.id]
    gone = {f"f{point}": ""}
    refused = send(director, path, versjon=version_of(databases, brev.id), gjer="lagre", **gone)
    assert refused.status_code == 422, "a letter that was sent has a deadline for each point"


@pytest.mark.parametrize(
    ("unit", "when", "says"),
    [
        ("HO-IT-02", "2027-04-01", "Eininga er ikkje vald til å få brevet."),
        ("", "2027-04-01", "Vel kven fristen gjeld."),
        ("HO-IT-01", "", "Skriv fristen."),
        ("HO-IT-01", "2020-04-01", "Fristen er alt ute."),
        ("HO-IT-01", "i morgon", "Skriv datoen som"),
    ],
)
def test_half_an_exception_comes_back_whole(
    cast: Cast, client_for: ClientFor, send: Send, databases: Databases, unit: str, when: str, says: str
) -> None:
    director = client_for(cast.signe)
    brev_id = make_draft(director, send)
    point = point_ids(databases, brev_id)[0]
    own = {f"n{point}": unit, f"d{point}": when}
    refused = send(director, f"/oppdragsbrev/{brev_id}/fristar", versjon="1", gjer="lagre", eining="HO-IT-01", **own)
    assert refused.status_code == 422
    assert says in refused.text
    assert 'value="HO-IT-01" id="e-HO-IT-01" checked' in refused.text, "what was ticked is kept"
    with databases.reading() as db:
        assert db.scalars(select(Brevmottak)).all() == [], "all or nothing"


def test_a_whole_department_is_chosen_with_one_button(cast: Cast, client_for: ClientFor, send: Send, databases: Databases) -> None:
    director = client_for(cast.signe)
    brev_id = make_draft(director, send)
    path = f"/oppdragsbrev/{brev_id}/fristar"
    assert send(director, path, versjon="1", gjer="alle-HO-IT").status_code == 303
    with databases.reading() as db:
        units = set(db.scalars(select(Brevmottak.eining_id)))
    assert units == {cast.it.id, cast.it01.id, cast.it02.id}


@pytest.mark.parametrize(
    ("places", "order"), [((0, 0, 0), "abc"), ((1, 2, 1), "cab"), ((3, 2, 3), "bca"), ((3, 1, 2), "bca"), ((9, 0, 0), "bca")]
)
def test_parts_stand_where_they_were_put(places: tuple[int, ...], order: str) -> None:
    assert "".join(in_order("abc", places)) == order


def texts(databases: Databases, brev_id: int) -> list[list[str]]:
    """The headings and bullets of a letter in their order."""
    with databases.reading() as db:
        points = db.scalars(select(Brevpunkt).where(Brevpunkt.brev_id == brev_id).order_by(Brevpunkt.nr)).all()
        return [
            [point.nn, *db.scalars(select(Brevkule.nn).where(Brevkule.punkt_id == point.id).order_by(Brevkule.nr))]
            for point in points
        ]


def form_of(databases: Databases, brev_id: int) -> tuple[dict[str, str], list[int], list[int]]:
    """The text form as it stands, the ids of the points, and those of the first point's bullets."""
    points = point_ids(databases, brev_id)
    with databases.reading() as db:
        rows = {f"p{one.id}": one.nn for one in db.scalars(select(Brevpunkt).where(Brevpunkt.id.in_(points)))}
        bullets = db.scalars(select(Brevkule).where(Brevkule.punkt_id.in_(points)).order_by(Brevkule.nr)).all()
        rows |= {f"k{one.id}": one.nn for one in bullets}
        first = [one.id for one in bullets if one.punkt_id == points[0]]
    return {"tittel": "Oppdragsbrev 2027", "sprak": "nn", "versjon": version_of(databases, brev_id), **rows}, points, first


def test_points_and_bullets_of_a_draft_are_put_in_another_order(
    cast: Cast, client_for: ClientFor, send: Send, databases: Databases
) -> None:
    director = client_for(cast.signe)
    brev_id = make_draft(director, send)
    before = texts(databases, brev_id)
    form, points, bullets = form_of(databases, brev_id)
    moved = {f"p{points[6]}_plass": "1", f"k{bullets[0]}_plass": "3"}
    assert send(director, f"/oppdragsbrev/{brev_id}/skriv", **form, **moved).status_code == 303
    after = texts(databases, brev_id)
    assert [one[0] for one in after] == [before[6][0], *(one[0] for one in before[:6])]
    assert after[1][1:] == [before[0][2], before[0][3], before[0][1]]
    page = director.get(f"/oppdragsbrev/{brev_id}/skriv").text
    assert page.count("data-rekkje-del") == 7 + sum(len(one) - 1 for one in before)


def test_a_sent_letter_keeps_the_numbers_of_its_points(
    cast: Cast, brev: Brev, client_for: ClientFor, send: Send, databases: Databases
) -> None:
    director = client_for(cast.signe)
    before = texts(databases, brev.id)
    form, points, bullets = form_of(databases, brev.id)
    moved = {f"p{points[6]}_plass": "1", f"k{bullets[2]}_plass": "1"}
    assert send(director, f"/oppdragsbrev/{brev.id}/skriv", **form, **moved).status_code == 303
    after = texts(databases, brev.id)
    assert [one[0] for one in after] == [one[0] for one in before], "history and mail name the points by number"
    assert after[0][1:] == [before[0][3], before[0][1], before[0][2]]
    with databases.reading() as db:
        kept = db.scalars(select(Brevutgave).order_by(Brevutgave.utgave.desc())).first()
    assert kept is not None
    assert kept.innhald["punkt"][0]["kuler"][0]["nn"] == before[0][3]
