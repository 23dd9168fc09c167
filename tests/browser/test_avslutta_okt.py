"""The session ends while she types: she logs in again in the same window, and what she wrote is sent with the same key."""

from playwright.sync_api import Page, expect
from sqlalchemy import select

from avvik.models import Avvik
from kjerne.db import Databases
from kjerne.models import Person
from tests import make
from tests.avvik.make_sak import report
from tests.browser.conftest import NewContext
from tests.cast import Cast
from tests.conftest import WorkFor

TEXT = "Teksten som ikkje skal bli borte."


def log_in(page: Page, address: str, person: Person, path: str) -> None:
    """Log in with number and password; she is led to the page she asked for."""
    page.goto(f"{address}/logg-inn?next={path}")
    page.locator("main [name=brukarnamn]").fill(person.ansattnr)
    page.locator("main [name=passord]").fill(make.PASSORD)
    page.locator("main button[type=submit]").first.click()
    page.wait_for_url(f"{address}{path}")


def test_what_was_typed_is_sent_after_logging_in_again(
    new_context: NewContext, address: str, cast: Cast, databases: Databases
) -> None:
    context = new_context(size=(820, 1180))
    page = context.new_page()
    log_in(page, address, cast.kari, "/avvik/nytt")
    page.locator("input[value=pasient_brukar]").first.check()
    page.locator("textarea[name=skildring]").fill(TEXT)
    page.locator("input[name=alvorsgrad][value=lag]").check()
    context.clear_cookies()
    with page.expect_response("**/logg-inn?next=/avvik/mottakar**") as asked:
        page.locator("label.chip:visible").first.click()
    assert asked.value.ok
    page.evaluate("new Promise((done) => setTimeout(done, 50))")
    assert page.locator("#innlogging").count() == 1
    page.locator(".actionbar button[type=submit]").click()
    dialog = page.locator("dialog[open]")
    dialog.locator("[name=passord]").fill(make.PASSORD)
    if dialog.locator("[name=brukarnamn]:visible").count():
        dialog.locator("[name=brukarnamn]").fill(cast.kari.ansattnr)
    dialog.locator("button[type=submit]").first.click()
    page.wait_for_url(f"{address}/avvik/2026-1")
    with databases.reading() as db:
        assert db.scalars(select(Avvik.skildring)).all() == [TEXT]


def test_an_ordinary_form_is_kept_too_and_sent_after_logging_in_again(
    new_context: NewContext, address: str, cast: Cast, databases: Databases, work_for: WorkFor
) -> None:
    with databases.writing() as db:
        nr = report(work_for(db, cast.kari), cast.it01).nr
        db.commit()
    context = new_context(size=(1180, 820))
    page = context.new_page()
    log_in(page, address, cast.leif, f"/avvik/{nr}")
    page.locator(".nextbar a[href='#svar']").first.click()
    page.locator("#svar-tekst").fill(TEXT)
    context.clear_cookies()
    page.locator("#svar button[type=submit]").click()
    dialog = page.locator("dialog[open]")
    dialog.locator("[name=brukarnamn]").fill(cast.leif.ansattnr)
    dialog.locator("[name=passord]").fill(make.PASSORD)
    dialog.locator("button[type=submit]").first.click()
    expect(page.locator(".timeline")).to_contain_text(TEXT)
