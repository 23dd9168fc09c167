"""An analysis from template to approval on a tablet, by touch; and two people in the same meeting."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server

from kjerne import sessions
from kjerne.clock import oslo_date
from kjerne.config import Config
from kjerne.db import Databases
from kjerne.models import Person
from ros.actions.analyse import Hovud, create_analyse
from ros.actions.rader import Radinnhald, add_rad
from ros.models import RosAnalyse, RosRad, RosUtgave
from ros.rules import Akse
from tests.browser.conftest import NewContext
from tests.cast import Cast
from tests.conftest import Clock, WorkFor

TABLET, WIDE = (820, 1180), (1180, 820)
OpenAs = Callable[..., Page]


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The application behind a real socket."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def open_as(new_context: NewContext, address: str, config: Config, databases: Databases, clock: Clock) -> OpenAs:
    """Give a function that opens a page as somebody."""

    def open_page(person: Person, path: str, **options: object) -> Page:
        with databases.writing() as db:
            token = sessions.start(db, person, clock(), shared=False)
            db.commit()
        context = new_context(**options)
        context.add_cookies([{"name": sessions.cookie_name(config), "value": token, "url": address}])
        page = context.new_page()
        page.goto(address + path)
        return page

    return open_page


def row(page: Page, place: int) -> str:
    return f".rosrader > li:nth-child({place})"


def level(page: Page, where: str, name: str, value: int) -> None:
    page.locator(f'{where} input[name="{name}"][value="{value}"]').tap(force=True)


def test_from_template_to_approval_on_a_tablet(open_as: OpenAs, cast: Cast, clock: Clock, databases: Databases) -> None:
    page = open_as(cast.leif, "/ros/", size=TABLET, has_touch=True)
    page.get_by_role("link", name="Ny analyse").first.tap()
    page.get_by_role("link", name="Vald og truslar").tap()
    page.get_by_role("button", name="Lag analysen").tap()
    expect(page.locator(".rosrader > li")).to_have_count(4)
    page.get_by_role("button", name="Start møtet").tap()
    for place in range(1, 5):
        page.locator(f"{row(page, place)} [data-opna]").tap()
        form = f"{row(page, place)} [data-rosform]"
        expect(page.locator(form)).to_be_visible()
        if place == 1:
            page.locator('.rute[data-s="5"][data-k="4"]').tap()
            expect(page.locator('.rute[data-s="5"][data-k="4"] .brikke')).to_have_text("Før tiltak, rad 1")
            page.locator('[data-set="etter"]').tap()
            page.locator('.rute[data-s="2"][data-k="4"]').tap()
            expect(page.locator('.rute[data-s="2"][data-k="4"] .brikke')).to_have_text("Etter tiltak, rad 1")
        else:
            level(page, form, "sannsyn", 2)
            level(page, form, "k_liv_helse", 2)
        expect(page.locator(f"{row(page, place)} .risk").first).to_contain_text("raud" if place == 1 else "grøn")
    expect(page.locator("#steg")).to_contain_text("har ikkje tiltak: 1")  # what is missing follows the rows
    page.locator(f"{row(page, 1)} [data-opna]").tap()
    panel = f"{row(page, 1)} .rosmeir"
    page.locator(f"{panel} summary", has_text="Nytt tiltak").tap()
    page.locator(f"{panel} [name=tittel]").fill("To ved stell")
    page.locator(f"{panel} [name=ansvarleg_id]").select_option(label="Kari Tilsett")
    page.locator(f"{panel} [name=frist]").fill((oslo_date(clock()) + timedelta(days=20)).isoformat())
    page.get_by_role("button", name="Lag tiltaket").tap()
    expect(page.locator("table.ds-table")).to_contain_text("To ved stell")
    page.get_by_role("button", name="Send til godkjenning").tap()
    page.get_by_role("button", name="Godkjenn", exact=True).tap()
    expect(page.locator(".tag", has_text="Godkjend")).to_be_visible()
    with databases.reading() as db:
        analyse = db.query(RosAnalyse).one()
        assert (analyse.status, analyse.utgave) == ("godkjend", 1)
        assert db.query(RosUtgave).one().innhald["rader"][0]["rest_farge"] == "gul"


@pytest.fixture
def nr(cast: Cast, databases: Databases, work_for: WorkFor) -> int:
    """An analysis in work with one row."""
    with databases.writing() as db:
        work = work_for(db, cast.leif)
        made = create_analyse(work, cast.it01.id, Hovud("Natt", "teneste", (Akse.LIV_HELSE, Akse.DRIFT)))
        add_rad(work, made, Radinnhald("Fall om natta"))
        db.commit()
        return made.id


@pytest.mark.sweep
def test_rows_are_typed_with_the_keyboard_alone(open_as: OpenAs, cast: Cast, nr: int, databases: Databases) -> None:
    page = open_as(cast.leif, f"/ros/{nr}", size=WIDE)
    page.keyboard.press("n")
    page.keyboard.type("Straumen går")
    page.keyboard.press("Tab")
    page.keyboard.press("3")
    page.keyboard.press("4")
    page.keyboard.press("2")
    expect(page.locator('.rute[data-s="3"][data-k="4"] .brikke')).to_contain_text("+")
    page.keyboard.press("Enter")
    expect(page.locator(".rosrader > li")).to_have_count(2)
    expect(page.locator("#ny-hending")).to_be_focused()
    page.keyboard.type("Vatnet er borte")
    page.keyboard.press("Enter")
    expect(page.locator(".rosrader > li")).to_have_count(3)
    with databases.reading() as db:
        rows = [(one.hending, one.sannsyn, one.konsekvens) for one in db.query(RosRad).order_by(RosRad.nr)]
    assert rows == [("Fall om natta", None, None), ("Straumen går", 3, 4), ("Vatnet er borte", None, None)]


@pytest.mark.sweep
def test_two_in_the_same_row_both_keep_their_text(open_as: OpenAs, cast: Cast, nr: int, databases: Databases) -> None:
    first = open_as(cast.leif, f"/ros/{nr}", size=WIDE)
    second = open_as(cast.signe, f"/ros/{nr}", size=WIDE)
    for page in (first, second):
        page.locator("[data-opna]").first.click()
        expect(page.locator(".rosrad [data-rosform]")).to_be_visible()
    first.locator('.rosrad [name="arsaker"]').fill("Mørk gang")
    expect(first.locator("[data-status]")).to_contain_text("Lagra kl.")
    second.locator('.rosrad [name="arsaker"]').fill("Glatt golv")
    clash = second.locator('[data-feil="konflikt"]')
    expect(clash).to_contain_text("Glatt golv")
    expect(clash).to_contain_text("Mørk gang")
    with databases.reading() as db:
        assert db.query(RosRad).one().arsaker == "Mørk gang"
    clash.get_by_role("button", name="Lagre min tekst").click()
    expect(second.locator("[data-status]")).to_contain_text("Lagra kl.")
    with databases.reading() as db:
        assert db.query(RosRad).one().arsaker == "Glatt golv"
