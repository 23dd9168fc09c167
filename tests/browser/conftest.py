"""The machine's own Chromium, driven by Playwright, and pages that fail the test on script errors."""

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, expect, sync_playwright
from sqlalchemy import select
from werkzeug.serving import make_server

from kjerne import i18n
from kjerne.db import Databases
from kjerne.models import Person
from tests.cast import Cast

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
PATIENCE = 60_000
"""Milliseconds a page may take before a test gives up: no test depends on the machine's speed."""
TABLET = (1024, 768)
"""Width and height in CSS pixels of the shared tablet lying down: the size most of the work is done at."""

NewContext = Callable[..., BrowserContext]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder `browser`."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def playwright_driver() -> Iterator[Playwright]:
    """Start Playwright's driver once for each worker."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def browser(playwright_driver: Playwright) -> Iterator[Browser]:
    """Start the machine's Chromium; without it the tests fail and say what to install."""
    path = shutil.which("chromium")
    if path is None:
        pytest.fail("Chromium is missing: sudo apt-get install chromium")
    chromium = playwright_driver.chromium.launch(executable_path=path, headless=True, args=list(FLAGS))
    yield chromium
    chromium.close()


def watch(context: BrowserContext, faults: list[str]) -> None:
    """Note in `faults` each uncaught script error and each breach of the content security policy."""

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and "Content Security Policy" in message.text:
            faults.append(message.text)

    context.on("console", note)
    context.on("weberror", lambda error: faults.append(str(error.error)))


@pytest.fixture
def new_context(browser: Browser) -> Iterator[NewContext]:
    """Give a function that opens a browser with cookies of its own: `new_context(size=(390, 844), scheme="dark")`.

    Other keywords go to Playwright's `new_context`, such as `java_script_enabled=False` or `base_url=…`. When the test
    ends, an uncaught script error or a breach of the content security policy in any of its pages makes it fail.
    """
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def make(*, size: tuple[int, int] = TABLET, scheme: str = "light", **options: object) -> BrowserContext:
        width, height = size
        settings = {
            "viewport": {"width": width, "height": height},
            "color_scheme": scheme,
            "locale": "nn-NO",
            "timezone_id": "Europe/Oslo",
            **options,
        }
        context = browser.new_context(**settings)
        context.set_default_timeout(PATIENCE)
        watch(context, faults)
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()
    assert not faults, "Errors in the page:\n" + "\n".join(faults)


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
def page(new_context: NewContext) -> Page:
    """Open a page at tablet size."""
    return new_context().new_page()


@pytest.fixture(params=["nn", "nb"])
def say(request: pytest.FixtureRequest, databases: Databases, cast: Cast) -> Callable[[str], str]:
    """Walk the test in nynorsk and in bokmål: everybody reads that language, and this gives a text of the program in it."""
    sprak = request.param
    with databases.writing() as db:
        for person in db.scalars(select(Person)):
            person.sprak = sprak
        db.commit()

    def written(text: str) -> str:
        assert sprak == "nn" or text in i18n.catalogue(sprak), f"{text!r} is not a text of the program"
        return i18n.catalogue(sprak)[text][0] if sprak != "nn" else text

    return written
