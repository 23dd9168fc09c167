"""Who may read what: valid versions everybody; drafts, hearings, old versions, files and their paper only some."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from kjerne import filinnhald
from kjerne.db import Databases
from kjerne.errors import NotFound
from kjerne.models import Fil, Person
from prosedyrar import actions, queries, rules
from prosedyrar.actions.hoyring import Spurd, send_hearing
from prosedyrar.actions.vedlegg import attach
from prosedyrar.models import Prosedyre, ProsedyreVersjon
from prosedyrar.queries import access
from tests.cast import Cast
from tests.conftest import ClientFor, Clock, WorkFor
from tests.prosedyrar.conftest import MakeProsedyre

Revise = Callable[..., str]
WRITERS = {"leif", "kval", "signe", "adam", "fred", "pia", "bjorn", "ivar"}
APPROVERS = {"leif", "kval", "signe"}
OVERSEERS = {"leif", "kval", "signe", "fred", "rita"}
CANARY = "Kanarifuglen"


class Reading:
    """Asks for every person of the cast: by the door itself, and for three of them through the pages too."""

    def __init__(self, cast: Cast, client_for: ClientFor, databases: Databases, work_for: WorkFor) -> None:
        self.cast, self.databases, self.work_for = cast, databases, work_for
        self.browsers = {name: client_for(cast.people[name]) for name in ("kari", "leif", "hege")}

    def __call__(self, prosedyre_id: int, number: str = "1.0", *more: str) -> set[str]:
        """Who reads that version; the pages given beside its own answer alike."""
        found = set()
        parsed = rules.parse_number(number)
        assert parsed is not None
        with self.databases.reading() as db:
            for name, person in self.cast.people.items():
                try:
                    seen = access.by_number(self.work_for(db, person), prosedyre_id, parsed)
                except NotFound:
                    continue
                assert CANARY in seen.tekst
                found.add(name)
        for name, browser in self.browsers.items():
            for path in (f"/prosedyrar/{prosedyre_id}/versjon/{number}", *more):
                shown = CANARY in browser.get(path).get_data(as_text=True)
                assert shown == (name in found), f"{name} on {path}"
        return found


@pytest.fixture
def readers(cast: Cast, client_for: ClientFor, databases: Databases, work_for: WorkFor) -> Reading:
    return Reading(cast, client_for, databases, work_for)


def test_a_valid_version_is_for_everybody(
    readers: Reading, cast: Cast, client_for: ClientFor, make_prosedyre: MakeProsedyre
) -> None:
    number = make_prosedyre(tekst=CANARY)
    assert readers(number, "1.0", f"/prosedyrar/{number}", "/prosedyrar/sok?q=kanarifugl") == set(cast.people)


def test_a_draft_is_for_those_who_write_there(
    readers: Reading, cast: Cast, client_for: ClientFor, make_prosedyre: MakeProsedyre
) -> None:
    number = make_prosedyre(tekst=CANARY, til="kladd")
    assert readers(number, "1.0", f"/prosedyrar/{number}") == WRITERS
    for name in ("kari", "leif", "rita", "nils"):
        browser = client_for(cast.people[name])
        shown = browser.get("/prosedyrar/?hylle=under-arbeid").text
        assert (f'href="/prosedyrar/{number}/versjon/1.0"' in shown) == (name in WRITERS), name
        assert browser.get(f"/prosedyrar/{number}/skriv").status_code == (200 if name in WRITERS else 404), name
        assert browser.get(f"/prosedyrar/{number}/versjon/1.0/pdf").status_code == (200 if name in WRITERS else 404), name
        assert "Legemiddelhandtering" not in browser.get("/prosedyrar/sok?q=kanarifugl").text


def test_a_draft_of_the_neighbour_is_not_for_the_unit(
    readers: Reading, cast: Cast, client_for: ClientFor, make_prosedyre: MakeProsedyre
) -> None:
    number = make_prosedyre(tekst=CANARY, til="kladd", av=cast.nils, eining=cast.it02)
    assert "leif" not in readers(number)


def test_a_hearing_is_for_those_asked(
    readers: Reading,
    cast: Cast,
    client_for: ClientFor,
    make_prosedyre: MakeProsedyre,
    databases: Databases,
    work_for: WorkFor,
    clock: Clock,
) -> None:
    number = make_prosedyre(tekst=CANARY, til="kladd")
    with databases.writing() as db:
        work = work_for(db, cast.leif)
        draft = queries.open_version(work, number)
        assert draft is not None
        asked = [Spurd(person=db.get_one(Person, cast.hege.id)), Spurd(eining=db.merge(cast.it), rolle="verneombod")]
        send_hearing(work, draft, frist=clock.now.date().replace(month=12, day=20), spurde=asked)
        db.commit()
    assert readers(number) == WRITERS | {"hege", "vera"}
    with databases.writing() as db:
        work = work_for(db, cast.leif)
        draft = queries.open_version(work, number)
        assert draft is not None
        actions.withdraw(work, draft.id, "Skriv meir.")
        db.commit()
    assert readers(number) == WRITERS


def test_an_old_version_is_for_those_who_answer_for_it_and_the_last_one_for_comparing(
    readers: Reading, cast: Cast, client_for: ClientFor, make_prosedyre: MakeProsedyre, revise: Revise
) -> None:
    number = make_prosedyre(tekst=CANARY)
    revise(number, "Ny tekst.")
    assert readers(number) == set(cast.people)
    kari = client_for(cast.kari)
    assert kari.get(f"/prosedyrar/{number}/samanlikn?fra=1.0&til=2.0").status_code == 200
    assert "gjeld ikkje lenger" in kari.get(f"/prosedyrar/{number}/versjon/1.0").text
    revise(number, "Endå nyare.")
    assert readers(number) == WRITERS | OVERSEERS
    assert client_for(cast.kari).get(f"/prosedyrar/{number}/samanlikn?fra=1.0&til=2.0").status_code == 404


def test_what_answered_a_request_stays_open_for_comparing(
    cast: Cast, client_for: ClientFor, make_prosedyre: MakeProsedyre, revise: Revise, databases: Databases, work_for: WorkFor
) -> None:
    number = make_prosedyre()
    with databases.writing() as db:
        onske = actions.request_revision(
            work_for(db, cast.leif), number, "avvik", 1, skjerma=False, tittel="Uklart steg", eining_id=cast.it01.id
        )
        work = work_for(db, cast.leif)
        draft = actions.begin_version(work, db.get_one(Prosedyre, number), stor=True)
        actions.take_up(work, onske.id, draft)
        actions.save_draft(work, draft.id, tekst="Klart steg.")
        actions.submit(work, draft.id)
        actions.publish(work_for(db, cast.kval), draft.id)
        db.commit()
    revise(number, "Tre.")
    revise(number, "Fire.")
    kari = client_for(cast.kari)
    assert kari.get(f"/prosedyrar/{number}/samanlikn?fra=1.0&til=2.0").status_code == 200
    assert kari.get(f"/prosedyrar/{number}/versjon/3.0").status_code == 200, "the one before the valid one"


def picture(browser: FlaskClient, address: str) -> bool:
    """Whether the address gives the picture, in a box where nothing can run."""
    with browser.get(address) as answer:
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        return answer.get_data()[1:4] == b"PNG"


def test_files_follow_their_versions(
    cast: Cast,
    client_for: ClientFor,
    make_prosedyre: MakeProsedyre,
    revise: Revise,
    databases: Databases,
    work_for: WorkFor,
    small_png: bytes,
) -> None:
    number = make_prosedyre(til="kladd")
    with databases.writing() as db:
        work = work_for(db, cast.leif)
        draft = queries.open_version(work, number)
        assert draft is not None
        attach(work, draft, filinnhald.inspect(small_png, "kurve.png"))
        db.commit()
        address = f"/prosedyrar/vedlegg/{db.scalar(select(Fil.offentleg_id))}"
    assert client_for(cast.kari).get(address).status_code == 404
    assert picture(client_for(cast.leif), address)
    with databases.writing() as db:
        draft = db.scalars(select(ProsedyreVersjon)).one()
        actions.submit(work_for(db, cast.leif), draft.id)
        actions.publish(work_for(db, cast.kval), draft.id)
        db.commit()
    assert picture(client_for(cast.kari), address)
    assert "kurve" in client_for(cast.kari).get(f"/prosedyrar/{number}").text
    assert "Legemiddelhandtering" in client_for(cast.kari).get("/prosedyrar/sok?q=kurve").text
    revise(number, "Ny tekst.")
    assert picture(client_for(cast.kari), address), "the next version points at the same file"


@pytest.mark.parametrize("where", ["opplysningar", "skriv", "versjon/1.0/hoyring"])
def test_a_reader_writes_nothing(cast: Cast, client_for: ClientFor, make_prosedyre: MakeProsedyre, where: str) -> None:
    number = make_prosedyre()
    assert client_for(cast.kari).get(f"/prosedyrar/{number}/{where}").status_code == 404


def test_odd_addresses_are_not_found(cast: Cast, client_for: ClientFor, make_prosedyre: MakeProsedyre) -> None:
    number = make_prosedyre()
    kari = client_for(cast.kari)
    for path in ("versjon/9.9", "versjon/x", "versjon/1", "samanlikn?fra=9.0&til=1.0", "samanlikn?til=æ"):
        assert kari.get(f"/prosedyrar/{number}/{path}").status_code == 404, path
    assert kari.get("/prosedyrar/999999").status_code == 404


@pytest.mark.both
def test_what_the_front_page_counts_is_what_its_link_lists(
    cast: Cast, client_for: ClientFor, make_prosedyre: MakeProsedyre, databases: Databases, work_for: WorkFor
) -> None:
    approve = make_prosedyre("Til godkjenning", til="til_godkjenning")
    asked = make_prosedyre("På høyring", til="kladd")
    draft = make_prosedyre("Berre ein kladd", til="kladd")
    with databases.writing() as db:
        work = work_for(db, cast.leif)
        version = queries.open_version(work, asked)
        assert version is not None
        send_hearing(work, version, frist=work.today + timedelta(days=14), spurde=[Spurd(eining=db.merge(cast.it01))])
        db.commit()
    for person, waits in ((cast.kval, {approve}), (cast.kari, {asked}), (cast.leif, {asked}), (cast.nils, set())):
        browser = client_for(person)
        for path in ("/prosedyrar/?hylle=ventar-meg", f"/prosedyrar/?hylle=ventar-meg&eining={cast.it01.id}"):
            page = browser.get(path).text
            shown = {number for number in (approve, asked, draft) if f'href="/prosedyrar/{number}/versjon/1.0"' in page}
            assert shown == waits, (person.namn, path)
        assert ('href="/prosedyrar/?hylle=ventar-meg"' in browser.get("/").text) == bool(waits), person.namn
        assert ("Ventar på meg" in browser.get("/prosedyrar/").text) == bool(waits), person.namn
