"""Takes the README's pictures from a fresh demo municipality: `.venv/bin/python scripts/make_pictures.py`.

Starts the program on a database of its own in a temporary folder, opens the pages in Chromium, and stops it again.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "bilete"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
UPRIGHT, LYING = (820, 1180), (1180, 820)
READY_SECONDS = 120
#: Pages that show themselves: the picture's name, who opens the page, and where.
PAGES = (
    ("sju-punkt", "kommunalsjef", "/oppdragsbrev/oversikt"),
    ("ros", "leiar", "/ros/1"),
    ("kompetanse", "kommunalsjef", "/kompetanse/kart"),
    ("tidslinje", "leiar", "/tiltak/tidslinje?vis=opne&kjelde=ros"),
    ("hjelp", "leiar", "/hjelp"),
)


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str) -> None:
    """Wait until the program answers."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(url, timeout=2).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
        else:
            return
    raise SystemExit("the program did not start")


def log_in(
    browser: Browser, base: str, login: dict[str, str], size: tuple[int, int], scheme: Literal["light", "dark"] = "light"
) -> Page:
    """A page in which that person of demo.json is logged in."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, locale="nn-NO")
    page = context.new_page()
    page.goto(base + "/logg-inn")
    page.fill("[name=brukarnamn]", login["brukarnamn"])
    page.fill("[name=passord]", login["passord"])
    page.locator("main button[type=submit]").first.click()
    page.wait_for_url(base + "/")
    return page


def take(browser: Browser, base: str, logins: dict[str, dict[str, str]]) -> None:
    """The pages the README shows."""
    page = log_in(browser, base, logins["tilsett"], UPRIGHT)
    page.screenshot(path=TARGET / "framside.png")
    page.goto(base + "/avvik/nytt")
    page.locator("input[value=pasient_brukar]").first.check()
    page.locator("label.chip:visible").first.click()
    page.locator("textarea[name=skildring]").fill("Kveldsmedisinen låg att i dosetten då eg rydda kl. 22.")
    page.locator("input[name=alvorsgrad][value=lag]").check()
    page.wait_for_timeout(600)
    page.screenshot(path=TARGET / "meld.png")
    page.locator(".actionbar button[type=submit]").click()
    page.wait_for_selector(".hero__nr")
    page.wait_for_timeout(300)
    page.screenshot(path=TARGET / "kvittering.png")
    page = log_in(browser, base, logins["leiar"], LYING)
    page.goto(base + "/avvik/")
    page.goto(base + str(page.locator("a.caserow").nth(1).get_attribute("href")))
    page.screenshot(path=TARGET / "sak.png")
    page = log_in(browser, base, logins["leiar"], LYING, "dark")
    page.goto(base + "/avvik/tal")
    page.screenshot(path=TARGET / "tal-mork.png")
    for name, role, path in PAGES:
        page = log_in(browser, base, logins[role], LYING)
        answer = page.goto(base + path)
        if answer is None or not answer.ok:
            raise SystemExit(f"{path} does not answer as it should")
        page.eval_on_selector_all("main details[open]", "folded => folded.forEach(one => { one.open = false; })")
        page.wait_for_timeout(400)
        page.screenshot(path=TARGET / f"{name}.png")


def main() -> None:
    """Start, take the pictures, stop."""
    chromium = shutil.which("chromium")
    if chromium is None:
        raise SystemExit("Chromium is missing: sudo apt-get install chromium")
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        env = {**os.environ, "INTERNKONTROLL_DATA_DIR": folder}
        program = subprocess.Popen([sys.executable, "-m", "cli", "start", "--port", str(port)], cwd=ROOT, env=env)
        try:
            base = f"http://127.0.0.1:{port}"
            wait_for(base + "/livez")
            logins: dict[str, dict[str, str]] = {}
            for login in json.loads((Path(folder) / "demo.json").read_text())["innloggingar"]:
                logins.setdefault(login["rolle"], login)
            with sync_playwright() as driver:
                browser = driver.chromium.launch(executable_path=chromium, args=FLAGS)
                take(browser, base, logins)
                browser.close()
        finally:
            program.send_signal(signal.SIGTERM)
            program.wait(timeout=60)


if __name__ == "__main__":
    main()
