"""A procedure's life on a tablet: written with a live preview, heard, approved, read and signed for, changed and compared.

In nynorsk and in bokmål.
"""

import re
from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from kjerne import sessions
from kjerne.config import Config
from kjerne.db import Databases
from tests.browser.conftest import NewContext
from tests.cast import Cast
from tests.conftest import Clock

UPRIGHT = (820, 1180)
OpenAs = Callable[[str], Page]
Say = Callable[[str], str]


@pytest.fixture
def open_as(new_context: NewContext, address: str, cast: Cast, config: Config, databases: Databases, clock: Clock) -> OpenAs:
    """Give a function that opens the library on a tablet as somebody of the cast."""

    def make(name: str) -> Page:
        with databases.writing() as db:
            token = sessions.start(db, cast.people[name], clock(), shared=False)
            db.commit()
        context = new_context(size=UPRIGHT, has_touch=True)
        context.add_cookies([{"name": sessions.cookie_name(config), "value": token, "url": address}])
        page = context.new_page()
        page.goto(f"{address}/prosedyrar/")
        return page

    return make


def picture() -> bytes:
    """A little image."""
    held = BytesIO()
    Image.new("RGB", (40, 30), "white").save(held, "PNG")
    return held.getvalue()


def press(page: Page, name: str) -> None:
    """Send a form, and wait for the page that answers."""
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).first.tap()


def test_from_empty_page_to_read_and_compared(open_as: OpenAs, address: str, cast: Cast, say: Say) -> None:
    leif, kari, kval = open_as("leif"), open_as("kari"), open_as("kval")
    leif.get_by_role("link", name=say("Nytt dokument")).first.tap()
    leif.get_by_label(say("Tittel")).fill("Utdeling om natta")
    press(leif, say("Lag og skriv"))
    where = leif.url.removesuffix("/skriv")
    field = leif.get_by_label(say("Tekst"), exact=True)
    expect(field).to_have_value(re.compile("## Formål"))
    field.fill("## Framgangsmåte\n\n")
    leif.get_by_role("button", name=say("Sjekkliste")).tap()
    leif.keyboard.type("Lampa er tend")
    expect(leif.get_by_role("region", name=say("Førehandsvising"))).to_contain_text("☐ Lampa er tend")
    expect(leif.locator("[data-skriv-status]")).to_contain_text(say("Kladd lagra {tid}").partition(" {")[0])
    leif.keyboard.type(" heile natta")
    leif.get_by_label(say("Legg til filer")).set_input_files({"name": "lampe.png", "mimeType": "image/png", "buffer": picture()})
    press(leif, say("Legg til"))
    expect(leif.get_by_label(say("Tekst"), exact=True)).to_have_value(re.compile("heile natta"))
    leif.get_by_role("button", name=re.compile(say("Set inn i teksten"))).tap()
    leif.keyboard.type("Lampa ved døra")
    expect(leif.get_by_role("region", name=say("Førehandsvising")).get_by_role("img", name="Lampa ved døra")).to_be_visible()
    press(leif, say("Lagre og gå vidare"))
    leif.get_by_role("link", name=say("Send på høyring")).tap()
    leif.get_by_label(say("Eining %(nr)s") % {"nr": 1}, exact=True).select_option(label=cast.it01.namn)
    press(leif, say("Send på høyring"))

    kari.goto(f"{address}/")
    kari.get_by_role("link", name=re.compile(say("Høyring ventar på svaret ditt"))).tap()
    kari.get_by_role("link", name=re.compile("Utdeling om natta")).tap()
    kari.get_by_label(say("Kva bør vere annleis, og kvifor?")).fill("Kven ringjer vi?")
    press(kari, say("Send merknaden"))
    expect(kari.get_by_text(say("Ikkje svart enno."))).to_be_visible()

    leif.goto(f"{where}/versjon/1.0")
    leif.get_by_label(say("Teken inn"), exact=True).check()
    press(leif, say("Svar"))
    press(leif, say("Avslutt høyringa og skriv vidare"))
    press(leif, say("Lagre og gå vidare"))
    press(leif, say("Send til godkjenning"))
    kval.goto(f"{where}/versjon/1.0")
    press(kval, say("Godkjenn"))
    expect(kval.get_by_text(say("Gyldig") + " · " + say("versjon %(nr)s") % {"nr": "1.0"})).to_be_visible()

    leif.goto(f"{where}/lesing")
    leif.get_by_label(say("Eining"), exact=True).select_option(label=cast.it01.namn)
    press(leif, say("Legg til"))
    kari.goto(f"{address}/")
    kari.get_by_role("link", name=re.compile(say("Prosedyre å lese"))).tap()
    kari.get_by_role("link", name=re.compile("Utdeling om natta")).tap()
    press(kari, say("Eg har lese og forstått"))
    expect(kari.get_by_text(say("Du kvitterte %(tid)s.").partition("%")[0])).to_be_visible()

    leif.goto(where)
    leif.get_by_text(say("Begynn på ein ny versjon")).tap()
    press(leif, say("Begynn"))
    leif.get_by_label(say("Tekst"), exact=True).fill("## Framgangsmåte\n\n- [ ] Lampa er tend og døra er open\n")
    leif.get_by_label(say("Kva er endra, og kvifor?")).fill("Døra skal stå open.")
    press(leif, say("Lagre og gå vidare"))
    press(leif, say("Send til godkjenning"))
    kval.goto(f"{where}/versjon/2.0")
    press(kval, say("Godkjenn"))
    kari.goto(where)
    kari.get_by_role("link", name=say("Kva er nytt sidan versjon %(nr)s?") % {"nr": "1.0"}).first.tap()
    expect(kari.locator("ins").last).to_contain_text("og døra er open")
    assert kari.evaluate("document.documentElement.scrollWidth <= innerWidth")
