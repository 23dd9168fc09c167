"""A letter that has been issued to Leif's and Nils's units, made through the pages as the director would."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from kjerne.db import Databases
from oppdragsbrev.models import Brevkule, Brevmottak, Brevpunkt, Brevsvar, Oppdragsbrev, Punktmottak
from tests.cast import Cast
from tests.conftest import ClientFor, Csrf

Send = Callable[..., TestResponse]


@dataclass(frozen=True)
class Brev:
    """Where the issued letter is, and ids of its rows in HO-IT-01: points by number, answers by (point, bullet)."""

    id: int
    deler: dict[int, int]
    svar: dict[tuple[int, int], int]

    def eining(self, kode: str = "HO-IT-01") -> str:
        """The address of a unit's letter."""
        return f"/oppdragsbrev/{self.id}/eining/{kode}"


@pytest.fixture
def send(csrf: Csrf) -> Send:
    """Give a function that posts a form with its token."""

    def post(browser: FlaskClient, path: str, **data: object) -> TestResponse:
        return browser.post(path, data={"csrf_token": csrf(browser), **data}, content_type=None)

    return post


def versions(page: str, action: str) -> dict[str, str]:
    """The hidden fields of the form that posts to an address."""
    form = re.search(rf'<form[^>]*action="{re.escape(action)}"[^>]*>(.*?)</form>', page, re.DOTALL)
    assert form, f"no form to {action}"
    return dict(re.findall(r'name="(versjon|sett)" value="([^"]*)"', form[1]))


def make_draft(browser: FlaskClient, send: Send, **fields: str) -> int:
    """A draft from the shipped template."""
    answer = send(browser, "/oppdragsbrev/nytt", **{"tittel": "Oppdragsbrev 2027", "aar": "2027", "kjelde": "mal-1", **fields})
    assert answer.status_code == 303, answer.text
    return int(answer.location.rsplit("/", 1)[1])


def issue(
    browser: FlaskClient, send: Send, databases: Databases, brev_id: int, *units: str, frist: str = "2027-03-01"
) -> TestResponse:
    """Set one deadline for all points and issue to some units."""
    with databases.reading() as db:
        points = db.scalars(select(Brevpunkt.id).where(Brevpunkt.brev_id == brev_id)).all()
        version = db.get_one(Oppdragsbrev, brev_id).version
    dates = {f"f{point}": frist for point in points}
    path = f"/oppdragsbrev/{brev_id}/fristar"
    return send(browser, path, versjon=str(version), gjer="send", eining=list(units), **dates)


def read_letter(databases: Databases, brev_id: int, eining_id: int) -> Brev:
    """The ids of a unit's rows."""
    with databases.reading() as db:
        rows = db.execute(
            select(Brevpunkt.nr, Brevkule.nr, Punktmottak.id, Brevsvar.id)
            .join(Punktmottak, Punktmottak.punkt_id == Brevpunkt.id)
            .join(Brevmottak, Brevmottak.id == Punktmottak.mottak_id)
            .join(Brevsvar, Brevsvar.punktmottak_id == Punktmottak.id)
            .join(Brevkule, Brevkule.id == Brevsvar.kule_id)
            .where(Brevmottak.brev_id == brev_id, Brevmottak.eining_id == eining_id)
        ).all()
    return Brev(brev_id, {p: d for p, _k, d, _s in rows}, {(p, k): s for p, k, _d, s in rows})


@pytest.fixture
def brev(cast: Cast, client_for: ClientFor, send: Send, databases: Databases) -> Brev:
    """The letter, issued to HO-IT-01 and HO-IT-02 with deadline 1 March 2027."""
    director = client_for(cast.signe)
    made = make_draft(director, send)
    answer = issue(director, send, databases, made, "HO-IT-01", "HO-IT-02")
    assert answer.status_code == 303, answer.text
    return read_letter(databases, made, cast.it01.id)
