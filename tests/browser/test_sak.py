"""A leader at the wide screen: the whole way to a closed case with keys alone, and what is refused stands there still."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from avvik.actions import Melding, report_avvik
from avvik.models import Avvik
from avvik.rules import Status
from kjerne import sessions
from kjerne.config import Config
from kjerne.db import Databases
from tests.browser.conftest import NewContext
from tests.cast import Cast
from tests.conftest import Clock, WorkFor

WIDE, SIDEWAYS, PHONE = (1180, 820), (1024, 768), (390, 844)
OpenAs = Callable[..., Page]


@pytest.fixture
def numbers(databases: Databases, work_for: WorkFor, cast: Cast, clock: Clock) -> list[str]:
    """Two cases Kari has filed, waiting for Leif."""
    found = []
    with databases.writing() as db:
        for _each in range(2):
            said = Melding(
                nokkel=str(uuid.uuid4()),
                eining_id=cast.it01.id,
                hendt=clock() - timedelta(hours=1),
                hovudtype="pasient_brukar",
                underkategori="fall_utan_skade",
                skildring="Bebuaren sette seg på golvet ved senga.",
                alvor=2,
            )
            found.append(report_avvik(work_for(db, cast.kari), said).avvik.nr)
        db.commit()
    return found


@pytest.fixture
def leif(new_context: NewContext, address: str, config: Config, databases: Databases, clock: Clock, cast: Cast) -> OpenAs:
    """Give a function that opens a page as Leif: `leif("/avvik/", size=PHONE)`."""

    def open_page(path: str, **options: object) -> Page:
        with databases.writing() as db:
            token = sessions.start(db, cast.leif, clock(), shared=False)
            db.commit()
        context = new_context(**{"size": WIDE, **options})
        context.add_cookies([{"name": sessions.cookie_name(config), "value": token, "url": address}])
        page = context.new_page()
        page.goto(address + path)
        return page

    return open_page


def status_of(databases: Databases, nr: str) -> str:
    """Where the case stands in the database."""
    with databases.reading() as db:
        return db.scalars(select(Avvik.status).where(Avvik.lopenr == int(nr.partition("-")[2]))).one()


def test_a_case_is_answered_and_closed_with_keys_alone(leif: OpenAs, numbers: list[str], databases: Databases) -> None:
    page = leif("/avvik/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Fall utan skade")
    nr = numbers[0]
    assert nr in page.url
    page.keyboard.press("s")
    expect(page.locator("#svar")).to_have_attribute("open", "")
    page.locator("#svar-tekst").focus()
    page.keyboard.type("Takk. Vi ser på senga i dag.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".timeline")).to_contain_text("Første svar til meldaren frå Leif Leiar.")
    page.keyboard.press("a")
    page.locator("#arsak-arsak input").first.focus()
    page.keyboard.press("Space")
    page.locator("#arsak button[type=submit]").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".checks")).to_contain_text("Årsak sett")
    page.keyboard.press("u")
    page.locator("#utfall-utfall input").first.focus()
    page.keyboard.press("Space")
    page.locator("#utfall-sluttsvar").focus()
    page.keyboard.type("Senga er bytt, og rutinen er endra.")
    page.locator("#utfall button[type=submit]").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".checks .is-missing")).to_have_count(0)
    page.keyboard.press("l")
    expect(page.locator(".case__state")).to_contain_text("Lukka")
    assert status_of(databases, nr) == Status.LUKKA


def test_a_refused_step_stands_open_with_its_text_and_the_error_has_focus(leif: OpenAs, numbers: list[str]) -> None:
    page = leif(f"/avvik/{numbers[0]}#utfall")
    expect(page.locator("#utfall")).to_have_attribute("open", "")
    page.locator("#utfall-sluttsvar").fill("Ingenting blir endra denne gongen.")
    page.get_by_label("Inga endring").check()
    page.locator("#utfall button[type=submit]").click()
    expect(page.locator(".errors")).to_be_focused()
    expect(page.locator("#utfall")).to_have_attribute("open", "")
    expect(page.locator("#utfall-sluttsvar")).to_have_value("Ingenting blir endra denne gongen.")
    expect(page.get_by_label("Inga endring")).to_be_checked()
    page.locator(".errors a").click()
    expect(page.locator("#utfall-grunngiving")).to_be_focused()


def test_on_a_tablet_held_sideways_only_the_panes_scroll_and_an_open_filter_is_within_reach(
    leif: OpenAs, numbers: list[str]
) -> None:
    page = leif(f"/avvik/{numbers[0]}", size=SIDEWAYS)
    expect(page.locator(".nextbar a").first).to_have_text("Svar", use_inner_text=True)  # the promise comes before the cause
    page.locator(".nextbar a").first.click()
    assert page.evaluate("[document.documentElement.scrollHeight, scrollY]") == [SIDEWAYS[1], 0]
    page.goto(page.url.partition("/avvik/")[0] + "/avvik/?liste=alle&alvor=2")
    page.locator(".filters summary").click()
    pane = page.locator(".bench__list")
    assert pane.evaluate("e => e.scrollHeight <= e.clientHeight || getComputedStyle(e).overflowY === 'auto'")
    assert page.locator(".tabs").evaluate("e => e.scrollWidth <= e.clientWidth + 1")


def test_on_a_phone_the_first_step_stands_at_the_foot_and_the_rest_in_the_menu(leif: OpenAs, numbers: list[str]) -> None:
    page = leif(f"/avvik/{numbers[0]}", size=PHONE)
    foot = page.locator(".nextbar")
    box = foot.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= PHONE[1] + 1, "in sight without scrolling"
    foot.locator("summary").click()
    foot.locator(".menu").get_by_text("Årsak", exact=True).click()
    expect(page.locator("#arsak-kvifor")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]


def test_without_script_a_step_is_opened_filled_in_and_sent(leif: OpenAs, numbers: list[str]) -> None:
    page = leif(f"/avvik/{numbers[0]}", java_script_enabled=False)
    page.locator(".nextbar a[href='#svar']").first.click()
    page.locator("#svar > summary").click()
    page.locator("#svar-tekst").fill("Takk. Vi ser på dette.")
    page.locator("#svar button[type=submit]").click()
    expect(page.locator(".timeline")).to_contain_text("Takk. Vi ser på dette.")
