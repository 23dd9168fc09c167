"""From a deviation to a changed practice: Kari reports, Leif asks, writes and sends, Signe approves, and Kari is told.

In nynorsk and in bokmål.
"""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from avvik.actions import Melding, report_avvik
from kjerne import sessions
from kjerne.config import Config
from kjerne.db import Databases
from kjerne.models import Person
from prosedyrar import actions as procedures
from prosedyrar.queries import open_version
from tests.browser.conftest import NewContext
from tests.cast import Cast
from tests.conftest import Clock, WorkFor

TABLET = (1024, 768)
OpenAs = Callable[..., Page]
Say = Callable[[str], str]


@pytest.fixture
def as_person(new_context: NewContext, address: str, config: Config, databases: Databases, clock: Clock) -> OpenAs:
    """Give a function that opens a page as somebody: `as_person(cast.leif, "/avvik/")`."""

    def open_page(person: Person, path: str, **options: object) -> Page:
        with databases.writing() as db:
            token = sessions.start(db, person, clock(), shared=False)
            db.commit()
        context = new_context(**{"size": TABLET, **options})
        context.add_cookies([{"name": sessions.cookie_name(config), "value": token, "url": address}])
        page = context.new_page()
        page.goto(address + path)
        return page

    return open_page


@pytest.fixture
def found(databases: Databases, work_for: WorkFor, cast: Cast) -> int:
    """A valid procedure of Leif's unit, on which nobody works."""
    with databases.writing() as db:
        work = work_for(db, cast.kval)
        row = procedures.create_prosedyre(
            work,
            tittel="Fallførebygging",
            eining_id=cast.it01.id,
            eigar=db.merge(cast.leif),
            tekst="## Framgangsmåte\n\n1. Gå trygt.\n",
        )
        draft = open_version(work, row.id)
        assert draft is not None
        procedures.submit(work, draft.id)
        procedures.publish(work_for(db, cast.signe), draft.id)
        db.commit()
        return row.id


@pytest.fixture
def nr(databases: Databases, work_for: WorkFor, cast: Cast, clock: Clock) -> str:
    """A case Kari has filed, waiting for Leif."""
    with databases.writing() as db:
        said = Melding(
            nokkel=str(uuid.uuid4()),
            eining_id=cast.it01.id,
            hendt=clock() - timedelta(hours=1),
            hovudtype="pasient_brukar",
            underkategori="fall_utan_skade",
            skildring="Bebuaren sette seg på golvet ved senga.",
            alvor=2,
        )
        made = report_avvik(work_for(db, cast.kari), said).avvik.nr
        db.commit()
        return made


def test_a_deviation_becomes_a_changed_procedure_and_its_reporter_is_told(
    as_person: OpenAs, cast: Cast, found: int, nr: str, say: Say
) -> None:
    leif = as_person(cast.leif, f"/avvik/{nr}")
    leif.get_by_text(say("Meir"), exact=True).last.click()
    leif.locator(f'a[href="/avvik/{nr}/prosedyre"]').first.click()
    leif.locator("#q").press_sequentially("fallfør")
    leif.get_by_role("button", name=say("Vel") + " Fallførebygging").click()
    leif.locator("#tittel").fill("Ta med sko og golvmatter")
    leif.get_by_role("button", name=say("Be om revisjon")).click()
    expect(leif.locator("main")).to_contain_text(say("Ventar"))
    leif.goto(leif.url.partition("/avvik/")[0] + f"/prosedyrar/{found}")
    expect(leif.locator("main")).to_contain_text("Ta med sko og golvmatter")
    leif.get_by_role("button", name=say("Begynn"), exact=True).click()
    leif.locator("#tekst").fill("## Framgangsmåte\n\n1. Gå trygt.\n2. Ta på sko.\n")
    leif.locator("#endringsnotat").fill("Sko er med.")
    box = leif.get_by_label("Ta med sko og golvmatter")
    if not box.is_checked():
        box.check()
    leif.get_by_role("button", name=say("Lagre og gå vidare")).click()
    leif.get_by_role("button", name=say("Send til godkjenning")).click()
    expect(leif.locator("main")).to_contain_text(say("Til godkjenning"))

    signe = as_person(cast.signe, f"/prosedyrar/{found}/versjon/2.0")
    signe.get_by_role("button", name=say("Godkjenn")).click()
    expect(signe.locator("main")).to_contain_text(say("Gyldig") + " · " + say("versjon %(nr)s") % {"nr": "2.0"})

    leif.goto(leif.url.partition("/prosedyrar/")[0] + f"/avvik/{nr}")
    expect(leif.locator("main")).to_contain_text(say("Førte til endra prosedyre v. %(nr)s.") % {"nr": "2.0"})
    leif.get_by_role("link", name=say("Sjå kva som er nytt")).click()
    expect(leif.locator("main")).to_contain_text("Ta på sko")

    kari = as_person(cast.kari, f"/avvik/{nr}", size=(390, 844))
    expect(kari.locator("main")).to_contain_text(say("Meldinga di førte til endra prosedyre v. %(nr)s") % {"nr": "2.0"})
    kari.goto(kari.url.partition("/avvik/")[0] + f"/prosedyrar/{found}")
    kari.get_by_role("link", name=say("Meld avvik om dette")).click()
    expect(kari.locator("main")).to_contain_text(say("Gjeld prosedyren «%(tittel)s».") % {"tittel": "Fallførebygging"})


def test_the_search_works_without_script(as_person: OpenAs, cast: Cast, found: int, nr: str) -> None:
    leif = as_person(cast.leif, f"/avvik/{nr}/prosedyre", java_script_enabled=False)
    leif.locator("#q").fill("fall")
    leif.get_by_role("button", name="Søk", exact=True).click()
    leif.get_by_role("button", name="Vel Fallførebygging").click()
    expect(leif.locator("main")).to_contain_text("Kva bør endrast?")
