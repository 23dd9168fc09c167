"""The session ends while she types: she logs in again in the same window, and what she wrote is sent with the same key."""

from sqlalchemy import select

from avvik.models import Avvik
from kjerne.db import Databases
from tests import make
from tests.browser.conftest import NewContext
from tests.cast import Cast

TEXT = "Teksten som ikkje skal bli borte."


def test_what_was_typed_is_sent_after_logging_in_again(
    new_context: NewContext, address: str, cast: Cast, databases: Databases
) -> None:
    context = new_context(size=(820, 1180))
    page = context.new_page()
    page.goto(f"{address}/logg-inn?next=/avvik/nytt")
    page.locator("main [name=brukarnamn]").fill(cast.kari.ansattnr)
    page.locator("main [name=passord]").fill(make.PASSORD)
    page.locator("main button[type=submit]").first.click()
    page.wait_for_url(f"{address}/avvik/nytt")
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
