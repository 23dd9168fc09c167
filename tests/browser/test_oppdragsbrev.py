"""The director issues the letter, the leader answers on a tablet and delivers, the director returns it and then accepts."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from kjerne import sessions
from kjerne.config import Config
from kjerne.db import Databases
from kjerne.models import Person
from tests.browser.conftest import NewContext
from tests.cast import Cast
from tests.conftest import Clock

WIDE, TABLET = (1180, 820), (820, 1180)
OpenAs = Callable[..., Page]


@pytest.fixture
def open_as(new_context: NewContext, address: str, config: Config, databases: Databases, clock: Clock) -> OpenAs:
    """Give a function that opens a page as somebody."""

    def open_page(person: Person, path: str, size: tuple[int, int]) -> Page:
        with databases.writing() as db:
            token = sessions.start(db, person, clock(), shared=False)
            db.commit()
        context = new_context(size=size)
        context.add_cookies([{"name": sessions.cookie_name(config), "value": token, "url": address}])
        page = context.new_page()
        page.goto(address + path)
        return page

    return open_page


def test_from_the_template_to_an_accepted_point(cast: Cast, open_as: OpenAs, address: str) -> None:
    director = open_as(cast.signe, "/oppdragsbrev/nytt", WIDE)
    director.get_by_role("button", name="Lag kladden").click()
    expect(director.locator("h1")).to_have_text("Oppdragsbrev 2027")
    director.get_by_role("link", name="Einingar, fristar og sending").click()
    for field in director.locator(".duelist > li > .ds-field input[type=date]").all():
        field.fill("2027-03-01")
    director.get_by_label(cast.it01.namn).check()
    director.get_by_role("button", name="Lagre og send brevet").click()
    expect(director.get_by_role("status").first).to_contain_text("1 eining")
    letter = director.url

    leader = open_as(cast.leif, "/oppdragsbrev/", TABLET)
    leader.get_by_role("link", name="7. Arkiv").click()
    point = leader.locator("#punkt-7")
    expect(point).to_contain_text("Det systemet veit")
    point.locator("summary", has_text="Svar").first.click()
    point.get_by_label("Kva har de gjort?").fill("Skildringa er skriven.")
    point.get_by_label("Ferdig").check()
    point.get_by_role("button", name="Lagre svaret").click()
    leader.locator("#punkt-7").get_by_role("button", name="Lever punkt 7").click()
    expect(leader.locator("#punkt-7")).to_contain_text("Levert")
    wide = leader.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert wide, "nothing runs out at the side of the tablet"

    director.goto(letter)
    director.locator("a.pointcell", has_text="1/1").click()
    point = director.locator("#punkt-7")
    point.locator("summary", has_text="Send tilbake").click()
    point.get_by_label("Kva manglar?").fill("Skriv kven som har ansvaret.")
    point.get_by_role("button", name="Send punktet tilbake").click()
    expect(director.locator("#punkt-7")).to_contain_text("Sendt tilbake")

    leader.reload()
    expect(leader.locator("#punkt-7")).to_contain_text("Skriv kven som har ansvaret.")
    leader.locator("#punkt-7").get_by_role("button", name="Lever punkt 7").click()
    director.reload()
    director.locator("#punkt-7").get_by_role("button", name="Godta punkt 7").click()
    expect(director.locator("#punkt-7")).to_contain_text("Godteken")


def test_a_board_with_the_seven_points_prints_with_its_headings(cast: Cast, open_as: OpenAs) -> None:
    page = open_as(cast.signe, "/rapportar/tavle?tavle=leiing&eining=HO", TABLET)
    page.emulate_media(media="print")
    expect(page.locator(".rapport-lys")).to_be_visible()
    for heading in page.locator(".tavle__del h2").all():
        expect(heading).to_be_visible()
    assert page.locator(".page").evaluate("one => getComputedStyle(one).page") == "auto", "no sheet on its side"


def test_the_overview_of_the_demo_prints_on_one_sheet(
    demo: dict[str, list[dict[str, str]]], databases: Databases, open_as: OpenAs
) -> None:
    number = next(one["brukarnamn"] for one in demo["innloggingar"] if one["rolle"] == "kommunalsjef")
    with databases.reading() as db:
        director = db.query(Person).filter_by(ansattnr=number).one()
    page = open_as(director, "/oppdragsbrev/oversikt", WIDE)
    paper = page.pdf(prefer_css_page_size=True)
    assert paper.count(b"/Type /Page\n") + paper.count(b"/Type /Page ") == 1
    assert page.locator(".grid-points tbody tr").count() == 46
