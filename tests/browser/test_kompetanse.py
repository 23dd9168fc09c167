"""A leader sets a need, sees the gap, plans the course, records who finished, and sees the gap closed."""

import pytest
from playwright.sync_api import Page, expect

from kjerne import sessions
from kjerne.config import Config
from kjerne.db import Databases
from tests.browser.conftest import NewContext
from tests.cast import Cast
from tests.conftest import Clock


@pytest.fixture
def leif(new_context: NewContext, address: str, config: Config, databases: Databases, clock: Clock, cast: Cast) -> Page:
    """Leif's browser, on the competence map."""
    with databases.writing() as db:
        token = sessions.start(db, cast.leif, clock(), shared=False)
        db.commit()
    context = new_context(size=(1180, 820))
    context.add_cookies([{"name": sessions.cookie_name(config), "value": token, "url": address}])
    page = context.new_page()
    page.goto(f"{address}/kompetanse/kart")
    return page


def test_from_need_to_gap_to_plan_to_closed_gap(leif: Page) -> None:
    page = leif
    page.get_by_role("link", name="Set behov").click()
    page.locator("#kompetanse_id").select_option(label="HLR med hjartestartar")
    page.locator("#omfang").select_option("alle")
    page.get_by_role("button", name="Set behovet").click()
    expect(page.get_by_role("status").filter(has_text="Behovet er sett")).to_be_visible()

    page.get_by_role("navigation", name="Kompetanse").get_by_role("link", name="Kart").click()
    cell = page.locator("table.komp tbody td").first
    expect(cell).to_contain_text("0 av 3")
    page.locator("table.komp tbody th a").first.click()
    page.get_by_role("link", name="Lag tiltak HLR med hjartestartar").click()
    page.get_by_role("button", name="Start planen").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("Kompetanseplan 2027")
    expect(page.locator("#rad input[name=deltakar]:checked")).to_have_count(3)
    page.locator("#tittel").fill("HLR-kurs i januar")
    page.locator("#frist").fill("2027-01-20")
    page.locator("#kostnad").fill("18 000")
    page.locator("#finansiering").select_option("tilskot")
    page.get_by_role("button", name="Legg i planen").click()
    expect(page.locator("tfoot")).to_contain_text("Kompetanse- og innovasjonstilskot")
    after = page.locator("section:has(#etter) tbody tr").first
    expect(after.locator("td").nth(0)).to_contain_text("0 av 3")
    expect(after.locator("td").nth(2)).to_contain_text("3 av 3")

    page.get_by_text("Registrer fullført").click()
    expect(page.locator("input[name=person]")).to_have_count(3)
    expect(page.locator("input[name=person]:checked")).to_have_count(0)  # who did is for her to say
    for name in ("Kari", "Astrid"):
        page.locator("input[name=person] + label").filter(has_text=name).click()
    page.get_by_role("button", name="Dei kryssa har fullført").click()
    expect(page.get_by_role("status").filter(has_text="2 personar")).to_be_visible()
    page.get_by_role("button", name="Godkjenn planen").click()
    expect(page.locator("main")).to_contain_text("Godkjend av Leif Leiar")

    page.goto(page.url.split("/plan")[0] + "/kart")
    expect(page.locator("table.komp tbody td").first).to_contain_text("66")
    expect(page.locator("table.komp tbody td").first).to_contain_text("2 av 3")
