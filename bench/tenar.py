"""Servers to measure: a demo municipality of a size on a database of its own, the program on it, and the bare pages beside it."""

import hashlib
import html
import json
import os
import re
import secrets
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import psycopg

from bench.maling import Klient

__all__ = ["Tenar", "make_data", "served"]

COOKIE: Final = "internkontroll_okt"
READY_SECONDS: Final = 60
MEMORY: Final = "/dev/shm"  # noqa: S108 - as the program's own web server is told (`cli/server.py`)
_CASE: Final = re.compile(r"/avvik/(\d{4})-(\d+)")
_PIECES: Final = re.compile(r"(<[^>]*>)")
_VALUE: Final = re.compile(r'(href|value)="([^"]*)"')
_CLI: Final = (sys.executable, "-m", "cli")


@dataclass(frozen=True)
class Data:
    """A database with demo data: its folder, its address for us and for the bare driver."""

    folder: Path
    url: str
    raw: str

    @property
    def env(self) -> dict[str, str]:
        """The settings under which the program uses it."""
        ours = {"DATA_DIR": str(self.folder), "DATABASE_URL": self.url, "DEMO": "1"}
        return {**os.environ, **{f"INTERNKONTROLL_{name}": value for name, value in ours.items() if value}}

    @property
    def demo(self) -> dict[str, list[dict[str, str]]]:
        """What demo.json says."""
        found: dict[str, list[dict[str, str]]] = json.loads((self.folder / "demo.json").read_text(encoding="utf-8"))
        return found


@dataclass(frozen=True)
class Tenar:
    """The program running on a database, with the bare pages beside it. `bare_data`: what those ask."""

    data: Data
    base: str
    pid: int
    bare: str = ""
    bare_pid: int = 0
    bare_data: Data | None = None

    def klient(self, rolle: str) -> Klient:
        """A browser in which the first demo login of a role is logged in, also to the bare pages. The session is begun here."""
        token = secrets.token_urlsafe(32)
        for data in {one.raw: one for one in (self.data, self.bare_data) if one}.values():
            _begin_session(data, rolle, token)
        return Klient(self.base, f"{COOKIE}={token}")


def make_data(folder: Path, cases: int, postgres: str = "") -> tuple[Data, float]:
    """Migrate and load; what is there already is used again. Returns the seconds the load took (0 when it was there).

    `postgres`: the URL of an empty database, or one made by an earlier run.
    """
    data = Data(
        folder, postgres.replace("postgresql://", "postgresql+psycopg://", 1), postgres or str(folder / "internkontroll.db")
    )
    if (folder / "demo.json").exists():
        return data, 0.0
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run([*_CLI, "migrate"], env=data.env, check=True, stdout=subprocess.DEVNULL)
    start = time.monotonic()
    subprocess.run([*_CLI, "demo", "--avvik", str(cases)], env=data.env, check=True, stdout=subprocess.DEVNULL)
    return data, time.monotonic() - start


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(data: Data, workers: int = 1, *, bare: bool = False) -> Iterator[Tenar]:
    """Run the program, and the bare pages where they are asked for, by the same web server with as many processes and threads."""
    port = _free_port()
    base = f"http://127.0.0.1:{port}"
    serve = [*_CLI, "serve", "--port", str(port), "--workers", str(workers)]
    with ExitStack() as stack:
        ours = stack.enter_context(_running(serve, {**data.env, "INTERNKONTROLL_BASE_URL": base}, base + "/readyz"))
        tenar = Tenar(data, base, ours.pid)
        yield stack.enter_context(_with_bare(tenar, workers)) if bare else tenar


@contextmanager
def _with_bare(tenar: Tenar, workers: int) -> Iterator[Tenar]:
    data, port = tenar.data, _free_port()
    pages, bare = data.folder / "bare.json", f"http://127.0.0.1:{port}"
    pages.write_text(json.dumps(_bare_pages(tenar), ensure_ascii=False), encoding="utf-8")
    command = [sys.executable, "-m", "gunicorn", "--worker-class", "gthread", "--workers", str(workers), "--threads", "8"]
    command += ["--worker-tmp-dir", MEMORY] if os.access(MEMORY, os.W_OK) else []
    command += ["--bind", f"127.0.0.1:{port}", "--no-control-socket", "--log-level", "warning", "bench.bare:application"]
    with _own_copy(data) as copied:
        env = {**os.environ, "BENCH_DATABASE": copied.raw, "BENCH_PAGES": str(pages)}
        with _running(command, env, bare + "/liste?utan=1") as theirs:
            yield replace(tenar, bare=bare, bare_pid=theirs.pid, bare_data=copied)


@contextmanager
def _own_copy(data: Data) -> Iterator[Data]:
    """What the bare pages ask. On SQLite a file of their own, since one process is all that a file of SQLite's is served by.

    Two that write the same one empty each other's page cache with every filing.
    """
    if data.url:
        yield data
        return
    copied = data.folder / "bare.db"
    for old in data.folder.glob("bare.db*"):
        old.unlink()
    with closing(sqlite3.connect(data.raw)) as source, closing(sqlite3.connect(copied)) as target:
        source.backup(target)
    try:
        yield replace(data, raw=str(copied))
    finally:
        for old in data.folder.glob("bare.db*"):
            old.unlink()


@contextmanager
def _running(command: list[str], env: dict[str, str], ready: str) -> Iterator[subprocess.Popen[bytes]]:
    server = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + READY_SECONDS
        while not _answers(ready):
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"No answer from {ready}")
            time.sleep(0.2)
        yield server
    finally:
        server.terminate()
        try:
            server.wait(timeout=30)
        except subprocess.TimeoutExpired:
            server.kill()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except (urllib.error.URLError, OSError):
        return False


def ask(data: Data, sql: str, *values: object) -> list[Any]:
    """Rows by the raw driver; for a statement without rows: none."""
    if data.url:
        with psycopg.connect(data.raw, autocommit=True) as connection:
            cursor = connection.execute(sql.replace("?", "%s"), values)
            return cursor.fetchall() if cursor.description else []
    with closing(sqlite3.connect(data.raw, timeout=30, isolation_level=None)) as lite:
        return lite.execute(sql, values).fetchall()


def _login(data: Data, rolle: str) -> dict[str, str]:
    return next(one for one in data.demo["innloggingar"] if one["rolle"] == rolle)


def _begin_session(data: Data, rolle: str, token: str) -> None:
    """A session for the first demo login of a role."""
    moment = datetime.now(UTC)
    now = moment if data.url else moment.isoformat(" ")[:26]
    person = ask(data, "SELECT id FROM person WHERE ansattnr = ?", _login(data, rolle)["brukarnamn"])[0][0]
    ask(
        data,
        "INSERT INTO okt (hash, person_id, laga, sist_sett, delt_nettbrett) VALUES (?, ?, ?, ?, ?)",
        *(hashlib.sha256(token.encode()).hexdigest(), person, now, now, False),
    )


def main_of(page: str) -> str:
    """The <main> of a page."""
    return page[page.index("<main") : page.index("</main>") + len("</main>")]


def as_template(main: str) -> tuple[str, list[str]]:
    """A Jinja template of the same HTML: each text and each address or value is written in, escaped, from a list."""
    said: list[str] = []

    def put(text: str) -> str:
        said.append(html.unescape(text))
        return f"{{{{ v[{len(said) - 1}] }}}}"

    made = []
    for piece in _PIECES.split(main):
        if piece.startswith("<"):
            made.append(_VALUE.sub(lambda found: f'{found[1]}="{put(found[2])}"', piece))
        else:
            made.append(put(piece) if piece.strip() else piece)
    return "<!doctype html><html lang=nn><title>Bare</title>{% autoescape true %}" + "".join(
        made
    ) + "{% endautoescape %}</html>", said


def _bare_pages(tenar: Tenar) -> dict[str, Any]:
    """What the bare pages show: the <main> of ours, captured, as templates, and whose."""
    data, klient = tenar.data, tenar.klient("leiar")
    leader = _login(data, "leiar")
    person = ask(data, "SELECT id FROM person WHERE ansattnr = ?", leader["brukarnamn"])[0][0]
    unit = ask(data, "SELECT id FROM eining WHERE kode = ?", leader["eining"])[0][0]
    listed = klient.get("/avvik/?liste=alle").decode()
    aar, lopenr = _CASE.findall(main_of(listed))[12]
    found: dict[str, Any] = {}
    for name, path in (("liste", "/avvik/?liste=alle"), ("innboks", "/avvik/"), ("sak", f"/avvik/{aar}-{lopenr}")):
        template, said = as_template(main_of(klient.get(path).decode()))
        found[name] = {"mal": template, "tekstar": said, "vegen": path}
    found["liste"]["eining"], found["innboks"]["person"] = unit, person
    document = ask(data, "SELECT min(prosedyre_id) FROM prosedyre_versjon WHERE tilstand = 'gyldig'")[0][0]
    path = f"/prosedyrar/{document}"
    template, said = as_template(main_of(tenar.klient("tilsett").get(path).decode()))
    found["prosedyre"] = {"mal": template, "tekstar": said, "vegen": path, "id": document}
    found["sak"] |= {"aar": int(aar), "lopenr": int(lopenr)}
    row = _template_row(unit, person)
    found["meld"] = {"kolonnar": list(row), "rad": {**row, "skildring": ""}, "eining": leader["eining"]}
    return found


def _template_row(unit: int, person: int) -> dict[str, Any]:
    """The columns a filed case has, as the bare filing writes them."""
    no = False
    now = datetime.now(UTC)
    return {
        "aar": 0,
        "lopenr": 0,
        "eining_id": unit,
        "manad": now.year * 100 + now.month,
        "hendt": "",
        "meldt": "",
        "hovudtype": "pasient_brukar",
        "underkategori": "fall_utan_skade",
        "art": "avvik",
        "skildring": "",
        "hovudtype_meldt": "pasient_brukar",
        "underkategori_meldt": "fall_utan_skade",
        "strakstiltak": "",
        "arsak_meldar": "",
        "forslag": "",
        "sluttsvar": "",
        "sensitiv_gruppe": "",
        "alvor": 1,
        "alvor_meldt": 1,
        "alvor_stadfesta": no,
        "status": "meld",
        "lofta": 0,
        "serie_tal": 1,
        "version": 1,
        "konfidensiell": no,
        "anonym": no,
        "gjeld_leiar": no,
        "er_varsel": no,
        "ventar_meldar": no,
        "innvending_brukt": no,
        "endra_praksis": no,
        "meldar_id": person,
        "sakshandsamar_id": person,
        "frist_svar": "",
        "frist_start": "",
        "frist_lukking": "",
    }
