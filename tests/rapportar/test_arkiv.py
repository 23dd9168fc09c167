"""The archive: who sees which report, its checksum, and that reading and denied attempts are logged."""

import hashlib
import re

import pytest
from sqlalchemy import delete, select

from kjerne.access import Rolle
from kjerne.db import Databases
from kjerne.jobs import Runner
from kjerne.models import Leselogg, Tilgang
from rapportar.jobs import JOBS
from rapportar.models import Rapport
from tests.cast import Cast
from tests.conftest import ClientFor

#: Written by hand: whose reports each may open. HO is Signe's, HO-IT-01 Leif's, HO-IT-02 Nils's.
OPENS = {
    "leif": {"HO-IT-01"},
    "nils": {"HO-IT-02"},
    "signe": {"HO"},
    "kval": {"HO", "HO-IT-01", "HO-IT-02"},
    "rita": {"HO", "HO-IT-01", "HO-IT-02"},
    "lise": set(),
    "kari": set(),
    "astrid": set(),
    "vera": set(),
    "adam": set(),
    "hege": set(),
    "pia": set(),
}


@pytest.fixture
def made(cast: Cast, october: None, runner: Runner, databases: Databases) -> dict[str, Rapport]:
    """The reports of October by their unit's code."""
    for job in JOBS:
        runner.run(job)
    codes = {row.id: row.kode for row in (cast.ho, cast.it01, cast.it02)}
    with databases.reading() as db:
        return {codes[row.eining_id]: row for row in db.scalars(select(Rapport))}


def shows(page: str, row: Rapport) -> bool:
    """Whether the page has the checksum; it may break in the middle on a phone."""
    return (row.sha256 or "?") in page.replace("<wbr>", "")


@pytest.mark.both
@pytest.mark.parametrize("who", OPENS)
def test_each_opens_her_own_and_nobody_elses(who: str, cast: Cast, made: dict[str, Rapport], client_for: ClientFor) -> None:
    browser = client_for(cast.people[who])
    opened = {kode for kode, row in made.items() if browser.get(f"/rapportar/{row.id}").status_code == 200}
    assert opened == OPENS[who]
    page = browser.get("/rapportar/arkiv").get_data(as_text=True)
    assert {kode for kode, row in made.items() if shows(page, row)} == OPENS[who]


def test_the_download_is_the_file_of_the_checksum_and_is_logged(
    cast: Cast, made: dict[str, Rapport], client_for: ClientFor, databases: Databases
) -> None:
    row = made["HO-IT-01"]
    answer = client_for(cast.leif).get(f"/rapportar/{row.id}")
    assert hashlib.sha256(answer.data).hexdigest() == row.sha256
    assert answer.headers["Content-Disposition"] == f"attachment; filename=rapport-2026-10-{row.id}.pdf"
    client_for(cast.nils).get(f"/rapportar/{row.id}")
    with databases.reading() as db:
        read = db.execute(select(Leselogg.person_id, Leselogg.kva, Leselogg.avvist).where(Leselogg.subjekt_type == "rapport"))
        assert {tuple(row) for row in read} == {(cast.leif.id, "lasta-ned", False), (cast.nils.id, "opne", True)}


def test_outside_the_scope_answers_as_what_does_not_exist(cast: Cast, made: dict[str, Rapport], client_for: ClientFor) -> None:
    browser = client_for(cast.nils)
    hidden, gone = browser.get(f"/rapportar/{made['HO-IT-01'].id}"), browser.get("/rapportar/999999")
    pages = [
        re.sub(r'(content|value)="[\w.-]{60,}"|rapportar/\d+|rapportar%2F\d+', "", answer.get_data(as_text=True))
        for answer in (hidden, gone)
    ]
    assert (hidden.status_code, gone.status_code) == (404, 404)
    assert pages[0] == pages[1]


def test_she_who_no_longer_leads_the_unit_opens_it_no_more(
    cast: Cast, made: dict[str, Rapport], client_for: ClientFor, databases: Databases
) -> None:
    with databases.writing() as db:
        db.execute(delete(Tilgang).where(Tilgang.person_id == cast.leif.id, Tilgang.rolle == Rolle.LEIAR))
        db.commit()
    assert client_for(cast.leif).get(f"/rapportar/{made['HO-IT-01'].id}").status_code == 404


def test_the_list_is_narrowed_to_a_kind_and_a_unit(cast: Cast, made: dict[str, Rapport], client_for: ClientFor) -> None:
    browser = client_for(cast.kval)
    page = browser.get("/rapportar/arkiv?eining=HO-IT-01&slag=manad_eining").get_data(as_text=True)
    assert {kode for kode, row in made.items() if shows(page, row)} == {"HO-IT-01"}
    other = browser.get("/rapportar/arkiv?slag=tertial").get_data(as_text=True)
    assert not any(shows(other, row) for row in made.values())
    assert "Ingen rapportar passar" in other
    months = {
        periode: browser.get(f"/rapportar/arkiv?periode={periode}").get_data(as_text=True) for periode in ("2026-10", "2026-09")
    }
    assert all(shows(months["2026-10"], row) for row in made.values())
    assert not any(shows(months["2026-09"], row) for row in made.values())
    assert "Berre oktober 2026." in months["2026-10"]
    assert browser.get("/rapportar/arkiv?periode=2026-99").status_code == 200
    hers = client_for(cast.leif).get("/rapportar/arkiv?eining=HO-IT-02").get_data(as_text=True)
    assert not any(shows(hers, row) for row in made.values())
    assert "HO-IT-02" not in hers


def test_the_list_goes_on_in_portions(cast: Cast, made: dict[str, Rapport], client_for: ClientFor) -> None:
    newest = max(row.id for row in made.values())
    page = client_for(cast.kval).get(f"/rapportar/arkiv?for={newest}").get_data(as_text=True)
    assert {row.id for row in made.values() if shows(page, row)} == {row.id for row in made.values()} - {newest}
    assert client_for(cast.kval).get("/rapportar/arkiv?for=9" + "9" * 400).status_code == 200
