"""Filing on a real tablet: at most six taps and one text, nothing typed is lost, and it works without script too."""

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import func, select

from avvik.models import Avvik, AvvikKladd
from kjerne import sessions
from kjerne.config import Config
from kjerne.db import Databases
from kjerne.models import Person
from tests import make
from tests.browser.conftest import NewContext
from tests.cast import Cast
from tests.conftest import Clock
from tests.settings import REPORTED

UPRIGHT = (820, 1180)
PHONE = (390, 844)
TEXT = "Kveldsmedisinen låg att i dosetten då eg rydda kl. 22."
MAX_TAPS = 6


@pytest.fixture
def cookie(config: Config, databases: Databases, clock: Clock, cast: Cast) -> dict[str, str]:
    """Kari's session."""
    with databases.writing() as db:
        token = sessions.start(db, cast.kari, clock(), shared=True)
        db.commit()
    return {"name": sessions.cookie_name(config), "value": token}


class Hand:
    """Counts what a person does: taps, and texts she types."""

    def __init__(self, page: Page) -> None:
        self.page, self.taps, self.texts = page, 0, 0

    def tap(self, selector: str) -> None:
        self.page.locator(selector).first.tap()
        self.taps += 1

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.texts += 1


def open_page(new_context: NewContext, address: str, cookie: dict[str, str], path: str, **options: object) -> Page:
    context = new_context(**{"size": UPRIGHT, "has_touch": True, **options})
    if cookie:
        context.add_cookies([{**cookie, "url": address}])
    page = context.new_page()
    page.goto(address + path)
    return page


def speak(databases: Databases, person: Person, sprak: str) -> None:
    with databases.writing() as db:
        db.get_one(Person, person.id).sprak = sprak
        db.commit()


def filed(databases: Databases) -> int:
    with databases.reading() as db:
        return db.scalar(select(func.count()).select_from(Avvik)) or 0


@pytest.mark.parametrize(("sprak", "thanks"), [("nn", "Takk. Meldinga di er motteken."), ("nb", "Takk. Meldingen din er mottatt.")])
def test_six_taps_and_one_text_from_the_front_page_to_the_receipt(
    new_context: NewContext,
    address: str,
    cast: Cast,
    databases: Databases,
    sprak: str,
    thanks: str,
    record_property: Callable[[str, object], None],
) -> None:
    speak(databases, cast.kari, sprak)
    page = open_page(new_context, address, {}, "/logg-inn")
    begun = time.monotonic()
    page.locator("#brukarnamn").fill(cast.kari.ansattnr)
    page.locator("#passord").fill(make.PASSORD)
    page.keyboard.press("Enter")
    page.locator("a.bigstart").wait_for()
    record_property(REPORTED, f"From typing name and password to the front page ({sprak}): {time.monotonic() - begun:.1f} s")
    begun, hand = time.monotonic(), Hand(page)
    hand.tap("a.bigstart")
    hand.tap(".tile:has(input[value=pasient_brukar])")
    hand.tap(".chip:has(input[value=legemiddel_ikkje_gitt])")
    hand.tap("#skildring")
    hand.type(TEXT)
    hand.tap(".choose__cell:has(input[value=lag])")
    hand.tap("button[data-big]")
    page.wait_for_url("**/avvik/2026-1")
    expect(page.locator("h1")).to_have_text(thanks)
    expect(page.locator(".hero")).to_contain_text("Leif Leiar")
    assert hand.taps <= MAX_TAPS
    assert hand.texts == 1
    record_property(
        REPORTED, f"From the front page to the receipt: {hand.taps} taps, 1 text, {time.monotonic() - begun:.1f} s by machine"
    )
    assert filed(databases) == 1


def test_violence_takes_two_taps_and_one_text_once_the_form_is_open(
    new_context: NewContext, address: str, cookie: dict[str, str], databases: Databases
) -> None:
    page = open_page(new_context, address, cookie, "/")
    page.locator('a[href="/avvik/nytt?hurtig=vald"]').tap()
    expect(page.locator("#skildring")).to_be_focused()
    hand = Hand(page)
    hand.type("Eg vart slått på armen under stellet.")
    hand.tap(".choose__cell:has(input[value=lag])")
    hand.tap("button[data-big]")
    page.wait_for_url("**/avvik/2026-1")
    assert (hand.taps, hand.texts) == (2, 1)
    with databases.reading() as db:
        assert db.scalars(select(Avvik.underkategori)).one() == "vald_trussel_tilsett"


def test_who_writes_before_the_script_has_come_goes_on_where_she_was(
    new_context: NewContext, address: str, cookie: dict[str, str]
) -> None:
    page = open_page(new_context, address, cookie, "/")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/app.js*", hold)
    page.goto(f"{address}/avvik/nytt?hurtig=vald", wait_until="commit")
    field = page.locator("#skildring")
    expect(field).to_be_focused()
    field.press_sequentially("Eg vart slått")
    field.press("ArrowLeft")
    assert held, "the script came before she wrote: the test says nothing"
    for route in held:
        route.continue_()
    expect(page.locator(".mirror #skildring")).to_be_focused()
    page.keyboard.type("X")
    expect(field).to_have_value("Eg vart slåtXt")


def fill(page: Page, text: str = TEXT) -> None:
    page.locator(".tile:has(input[value=pasient_brukar])").tap()
    page.locator(".chip:has(input[value=legemiddel_ikkje_gitt])").tap()
    page.locator("#skildring").fill(text)
    page.locator(".choose__cell:has(input[value=lag])").tap()


def test_a_lost_network_keeps_the_report_and_sends_it_once_by_itself(
    new_context: NewContext, address: str, cookie: dict[str, str], databases: Databases
) -> None:
    page = open_page(new_context, address, cookie, "/avvik/nytt")
    fill(page)
    lost: list[str] = []

    def swallow(route: Route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route.request.url)
            route.fetch()  # the server files it; the answer never reaches the page
            route.abort()
        else:
            route.continue_()

    page.route("**/avvik/nytt", swallow)
    page.locator("button[data-big]").tap()
    expect(page.locator("#nettline")).to_contain_text("Ikkje sendt")
    page.wait_for_url("**/avvik/2026-1")
    assert lost
    assert filed(databases) == 1


def test_the_back_button_does_not_bring_a_sent_report_back(
    new_context: NewContext, address: str, cookie: dict[str, str], databases: Databases
) -> None:
    page = open_page(new_context, address, cookie, "/")
    page.locator("a.bigstart").tap()
    fill(page)
    page.locator("button[data-big]").tap()
    page.wait_for_url("**/avvik/2026-1")
    page.go_back()
    expect(page).to_have_url(f"{address}/")
    assert filed(databases) == 1


def test_a_refused_report_comes_back_whole_with_focus_on_the_summary(
    new_context: NewContext, address: str, cookie: dict[str, str], databases: Databases
) -> None:
    page = open_page(new_context, address, cookie, "/avvik/nytt")
    page.locator("#skildring").fill(TEXT)
    page.locator("button[data-big]").tap()
    summary = page.locator(".errors")
    expect(summary).to_be_focused()
    assert summary.locator("a").count() == 3
    expect(page.locator("#skildring")).to_have_value(TEXT)
    assert filed(databases) == 0
    fill(page)
    page.locator("button[data-big]").tap()
    page.wait_for_url("**/avvik/2026-1")


def test_a_name_is_warned_about_as_one_types_and_can_be_changed(
    new_context: NewContext, address: str, cookie: dict[str, str], databases: Databases
) -> None:
    page = open_page(new_context, address, cookie, "/avvik/nytt")
    fill(page, "Olav Nilsen fekk ikkje medisinen sin.")
    warning = page.locator(".idwarn")
    expect(warning.first).to_contain_text("«Olav Nilsen» ser ut som eit namn.")
    warning.locator("button", has_text="Byt til «bebuaren»").tap()
    expect(page.locator("#skildring")).to_have_value("Bebuaren fekk ikkje medisinen sin.")
    page.locator("button[data-big]").tap()
    page.wait_for_url("**/avvik/2026-1")


def test_what_is_typed_becomes_a_draft_by_itself(
    new_context: NewContext, address: str, cookie: dict[str, str], databases: Databases
) -> None:
    page = open_page(new_context, address, cookie, "/avvik/nytt")
    page.locator("#skildring").fill(TEXT)
    expect(page.locator("[data-kladd-status]")).to_contain_text("Kladd lagra")
    with databases.reading() as db:
        assert db.scalars(select(AvvikKladd)).one().felt["skildring"] == TEXT
    page.goto(address + "/")
    page.locator("a", has_text="Kveldsmedisinen").tap()
    expect(page.locator("#skildring")).to_have_value(TEXT)


def test_blocks_follow_the_type(new_context: NewContext, address: str, cookie: dict[str, str]) -> None:
    page = open_page(new_context, address, cookie, "/avvik/nytt")
    page.locator(".meld-more summary").tap()
    expect(page.locator("#tillegg_personskade")).to_be_hidden()
    expect(page.locator("#tillegg_kjent_dato")).to_be_hidden()
    page.locator(".tile:has(input[value=hms])").tap()
    expect(page.locator("#tillegg_personskade")).to_be_visible()
    expect(page.locator("#tillegg_kjent_dato")).to_be_hidden()
    expect(page.locator("#anonym")).to_be_visible()
    page.locator(".tile:has(input[value=brann])").tap()
    expect(page.locator("#anonym")).to_be_hidden()
    expect(page.locator("#konfidensiell")).to_be_visible()
    page.locator(".tile:has(input[value=bygg_utstyr])").tap()
    expect(page.locator("#konfidensiell")).to_be_hidden()


def test_the_promise_follows_the_unit(new_context: NewContext, address: str, cookie: dict[str, str]) -> None:
    page = open_page(new_context, address, cookie, "/avvik/nytt")
    expect(page.locator("[data-lofte]")).to_contain_text("Leif Leiar")
    page.locator('button[aria-controls="kvar"]').tap()
    page.locator("#eining").select_option("HO-IT-02")
    expect(page.locator("[data-lofte]")).to_contain_text("Nils Naboleiar")
    expect(page.locator('[data-echo="eining"]')).to_have_text("Solbakken 2. etasje")


def test_it_works_without_script(new_context: NewContext, address: str, cookie: dict[str, str], databases: Databases) -> None:
    page = open_page(new_context, address, cookie, "/avvik/nytt", java_script_enabled=False)
    page.locator("input[name=hovudtype][value=pasient_brukar]").check(force=True)
    page.locator("input[name=underkategori][value=fall_utan_skade]").check(force=True)
    page.locator("#skildring").fill(TEXT)
    page.locator("input[name=alvorsgrad][value=lag]").check(force=True)
    page.locator("button[data-big]").click()
    page.wait_for_url("**/avvik/2026-1")
    assert filed(databases) == 1


@pytest.mark.parametrize("path", ["/", "/avvik/nytt", "/avvik/nytt?hurtig=vald", "/avvik/sporing", "/avvik/hjelp"])
def test_nothing_is_cut_or_scrolls_sideways(new_context: NewContext, address: str, cookie: dict[str, str], path: str) -> None:
    page = open_page(new_context, address, cookie, path)
    for width, height in ((320, 640), PHONE, UPRIGHT, (1024, 768)):
        page.set_viewport_size({"width": width, "height": height})
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{path} scrolls sideways at {width}"
    assert page.locator("main").count() == 1
