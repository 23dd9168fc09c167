"""A table of savings read in as the municipality has it, from the file to the totals, as a leader of the sector does it."""

import os
import re
from pathlib import Path

import pytest

from kjerne import sessions
from kjerne.config import Config
from kjerne.db import Databases
from kjerne.models import Person
from tests.browser.conftest import NewContext
from tests.cast import Cast
from tests.conftest import Clock

REAL = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "tiltak-rennebu.csv"


def figures(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def test_the_real_table_from_file_to_totals(
    cast: Cast, new_context: NewContext, address: str, config: Config, databases: Databases, clock: Clock
) -> None:
    if not REAL.exists():
        assert os.environ.get("CI") != "true", f"{REAL} must be there in CI"
        pytest.skip("../shared/data/tiltak-rennebu.csv is not on this machine")
    with databases.writing() as db:
        token = sessions.start(db, db.get_one(Person, cast.signe.id), clock(), shared=False)
        db.commit()
    context = new_context()
    context.add_cookies([{"name": sessions.cookie_name(config), "value": token, "url": address}])
    page = context.new_page()
    page.goto(f"{address}/tiltak/omstilling")
    page.get_by_role("link", name="Les inn tabell").first.click()
    page.set_input_files("[name=fil]", str(REAL))
    page.fill("[name=maal]", "15 640 000")
    page.get_by_role("button", name="Prøv fila").click()
    page.get_by_role("heading", name="Dette ville fila gjere").wait_for()
    tried = figures(page.locator("main").inner_text())
    assert "12 575 000 kr" in tried
    assert "3 465 000 kr" in tried
    assert page.locator("select[name=kol_3]").input_value() == "planlagt"
    page.get_by_role("button", name="Les inn 19 rader").click()
    page.get_by_role("heading", name="tiltak-rennebu").wait_for()
    shown = figures(page.locator("main").inner_text())
    for figure in ("12 575 000 kr", "3 465 000 kr", "15 640 000 kr", "16 040 000 kr", "4 880 000 kr"):
        assert figure in shown, figure
    page.get_by_text("avdelingar er ikkje kopla").click()
    row = page.locator("form.maprow", has_text="Sykehjemmet")
    row.locator("select").select_option(label="Institusjonstenesta")
    row.get_by_role("button").click()
    page.get_by_text("Avdelinga er kopla til eininga.").wait_for()
    assert "12 575 000 kr" in figures(page.locator("main").inner_text())
