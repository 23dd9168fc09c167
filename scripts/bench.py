"""Measures the pages with little and with much data: `make bench`, or `scripts/bench.py 1000 20000` for other sizes.

For each number of deviations it makes a demo municipality in a folder of its own, starts the web server on a free port,
logs in as the first leader, asks for each page in turn and files deviations. It prints the median and the 95th
percentile in milliseconds: figures that compare with each other on one quiet machine, not with other machines.
"""

import http.client
import http.cookiejar
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

PROGRAM = str(Path(sys.executable).parent / "internkontroll")
SIZES = (300, 10_000)
WARM_UP = 5
ROUNDS = 60
START_SECONDS = 30
CASE = re.compile(r"/avvik/\d{4}-\d+")
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@dataclass(frozen=True)
class Client:
    """A logged-in browser without a window."""

    base: str
    unit: str
    opener: urllib.request.OpenerDirector

    def get(self, path: str) -> str:
        """Return the page; raises `HTTPError` on 4xx and 5xx."""
        with self.opener.open(self.base + path) as answer:
            return str(answer.read().decode())

    def post(self, path: str, **fields: str) -> str:
        """Send the form with the token of the page it stands on, and return the address it leads to."""
        found = TOKEN.search(self.get(path))
        if found is None:
            sys.exit(f"No csrf_token on {path}")
        body = urllib.parse.urlencode({"csrf_token": found[1], **fields}).encode()
        with self.opener.open(self.base + path, body) as answer:
            answer.read()
            return str(answer.geturl())


def free_port() -> int:
    """Return a port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_ready(base: str, server: subprocess.Popen[bytes]) -> None:
    """Return when `/readyz` answers 200; ends the program when the server stops or takes too long."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(base + "/readyz"):
                return
        except (urllib.error.URLError, http.client.HTTPException, ConnectionError):
            time.sleep(0.1)
    sys.exit(f"The server was not ready after {START_SECONDS} s")


@contextmanager
def municipality(cases: int) -> Iterator[Client]:
    """Make the demo data, serve it, and give a client logged in as the first leader."""
    with tempfile.TemporaryDirectory(prefix="internkontroll-bench-") as folder:
        port = free_port()
        base = f"http://127.0.0.1:{port}"
        settings = {"DATA_DIR": folder, "BASE_URL": base, "DEMO": "1"}
        env = {**os.environ, **{f"INTERNKONTROLL_{name}": value for name, value in settings.items()}}
        subprocess.run([PROGRAM, "migrate"], env=env, check=True, stdout=subprocess.DEVNULL)
        subprocess.run([PROGRAM, "demo", "--avvik", str(cases)], env=env, check=True, stdout=subprocess.DEVNULL)
        command = [PROGRAM, "serve", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
        server = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_until_ready(base, server)
            yield log_in(base, json.loads((Path(folder) / "demo.json").read_text(encoding="utf-8")))
        finally:
            server.terminate()
            server.wait(timeout=20)


def log_in(base: str, demo: dict[str, list[dict[str, str]]]) -> Client:
    """Log in as the first leader that `demo.json` names."""
    leader = next(one for one in demo["innloggingar"] if one["rolle"] == "leiar")
    jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    client = Client(base, leader["eining"], urllib.request.build_opener(jar))
    client.post("/logg-inn", brukarnamn=leader["brukarnamn"], passord=leader["passord"])
    return client


def measure(call: Callable[[], object]) -> tuple[float, float]:
    """Return median and 95th percentile in milliseconds of `ROUNDS` calls after `WARM_UP` uncounted ones."""
    times = []
    for number in range(WARM_UP + ROUNDS):
        start = time.perf_counter()
        call()
        if number >= WARM_UP:
            times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times), statistics.quantiles(times, n=20)[18]


def file_one(client: Client) -> str:
    """File a deviation: the form, the post and the receipt it leads to. Returns the address of the case."""
    address = client.post(
        "/avvik/nytt",
        nokkel=str(uuid.uuid4()),
        eining=client.unit,
        tidspunkt=datetime.now(ZoneInfo("Europe/Oslo")).strftime("%Y-%m-%dT%H:%M"),
        hovudtype="pasient_brukar",
        underkategori="fall_utan_skade",
        skildring="Måling av svartid.",
        alvorsgrad="1",
    )
    found = CASE.search(address)
    if found is None:
        sys.exit(f"Filing led to {address}, which is no case")
    return found[0]


def main() -> None:
    """Measure each size and print one line for each page."""
    sizes = [int(argument) for argument in sys.argv[1:]] or list(SIZES)
    print(f"{'avvik':>8}  {'side':<14} {'median ms':>10} {'p95 ms':>8}")
    for cases in sizes:
        with municipality(cases) as client:
            pages = {"framside": "/", "liste": "/avvik/", "skjema": "/avvik/nytt", "sak": file_one(client)}
            for name, path in pages.items():
                median, slow = measure(partial(client.get, path))
                print(f"{cases:>8}  {name:<14} {median:>10.1f} {slow:>8.1f}")
            median, slow = measure(partial(file_one, client))
            print(f"{cases:>8}  {'meld avvik':<14} {median:>10.1f} {slow:>8.1f}")


if __name__ == "__main__":
    main()
