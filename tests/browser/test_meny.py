"""The menu on narrow windows: nothing is out of sight to the side, and "Meir" holds what has no room in the bar."""

import pytest

from kjerne import sessions
from kjerne.config import Config
from kjerne.db import Databases
from tests.browser.conftest import NewContext
from tests.cast import Cast
from tests.conftest import Clock

SIZES = ((320, 640), (390, 844), (820, 1180))
IN_SIGHT = "nodes => nodes.filter(node => node.checkVisibility()).map(node => node.getAttribute('href'))"
CUT = "list => list.scrollWidth - list.clientWidth"


@pytest.mark.parametrize("who", ["kari", "leif", "kval"])
def test_every_page_of_the_menu_is_in_the_bar_or_under_more_once(
    who: str, new_context: NewContext, address: str, config: Config, cast: Cast, databases: Databases, clock: Clock
) -> None:
    with databases.writing() as db:
        token = sessions.start(db, cast.people[who], clock(), shared=False)
        db.commit()
    context = new_context(size=SIZES[0])
    context.add_cookies([{"name": sessions.cookie_name(config), "value": token, "url": address}])
    page = context.new_page()
    page.goto(f"{address}/prosedyrar/")
    whole = page.locator(".rail > ul a").evaluate_all("nodes => nodes.map(node => node.getAttribute('href'))")
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        bar = page.locator(".topnav > ul")
        assert bar.evaluate(CUT) <= 0, (who, width)
        more = page.locator(".topnav summary")
        if more.is_visible():
            more.click()
        seen = page.locator(".topnav a").evaluate_all(IN_SIGHT)
        assert sorted(seen) == sorted(whole), (who, width)
        assert page.locator(".topnav [aria-current=page]").count() >= 1
        if more.is_visible():
            more.click()
