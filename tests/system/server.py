"""A real server process on its own database, and a small client that speaks plain HTTP to it."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from pathlib import Path

from kjerne.config import PREFIX
from tests.settings import SECRET

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 60
WHEN = time.strftime("%Y-%m-%dT%H:%M", time.gmtime(time.time() - 86_400))
"""Yesterday, said once: a form that is sent again says the same."""


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """`internkontroll serve` as a process of ours; `kill` is SIGKILL to the whole group, like a cut cable."""

    database_url: str
    data_dir: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> "Server":
        """Start and wait until it is alive."""
        env = {key: value for key, value in os.environ.items() if not key.startswith(PREFIX)}
        env |= {
            PREFIX + "DATABASE_URL": self.database_url,
            PREFIX + "DATA_DIR": str(self.data_dir),
            PREFIX + "SECRET_KEY": SECRET,
            PREFIX + "BASE_URL": self.url,
            PREFIX + "ARGON_TIME": "1",
            PREFIX + "ARGON_MEMORY_KIB": "8",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "cli", "serve"], cwd=ROOT, env=env, start_new_session=True, stdout=subprocess.DEVNULL
        )
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(self.url + "/livez", timeout=2).close()
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
            else:
                return self
        raise TimeoutError("the server did not start")

    def kill(self) -> None:
        """SIGKILL to the server and its workers."""
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: object, **_values: object) -> None:
        return None


@dataclass
class Answer:
    """What came back."""

    status: int
    text: str
    location: str


class Client:
    """A browser without script: cookies, forms, no redirects followed."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._opener = urllib.request.build_opener(_Stay, urllib.request.HTTPCookieProcessor(CookieJar()))

    def get(self, path: str) -> Answer:
        """Fetch a page."""
        return self._send(urllib.request.Request(self.url + path))

    def post(self, path: str, form: dict[str, str]) -> Answer:
        """Send a form."""
        return self._send(urllib.request.Request(self.url + path, data=urllib.parse.urlencode(form).encode()))

    def _send(self, request: urllib.request.Request) -> Answer:
        try:
            with self._opener.open(request, timeout=30) as answer:
                return Answer(answer.status, answer.read().decode(), answer.headers.get("Location", ""))
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.read().decode(), error.headers.get("Location", ""))

    def token(self, path: str) -> str:
        """The CSRF token of the form on a page."""
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.get(path).text)
        assert found, f"no form on {path}"
        return found[1]

    def log_in(self, brukarnamn: str, passord: str) -> None:
        """Log in through the front door."""
        form = {"brukarnamn": brukarnamn, "passord": passord, "csrf_token": self.token("/logg-inn")}
        answer = self.post("/logg-inn", form)
        assert answer.status == 303, answer.text[:500]


def report(nokkel: str, eining: str, token: str, skildring: str) -> dict[str, str]:
    """The fields an outside program sends to file a case."""
    return {
        "nokkel": nokkel,
        "eining": eining,
        "tidspunkt": WHEN,
        "hovudtype": "pasient_brukar",
        "underkategori": "fall_utan_skade",
        "skildring": skildring,
        "alvorsgrad": "lag",
        "csrf_token": token,
    }
