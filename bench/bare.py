"""The bare page to measure against: one Flask view a page on the raw driver, with the same HTML in <main>.

It imports nothing of ours. Each view asks one SQL for session and rights (unless `?utan=1`), the SQL for what the page shows,
and writes the page's texts, escaped, into the page's HTML with Jinja, as any page must.
Run by gunicorn with BENCH_DATABASE (a SQLite file or a PostgreSQL URL) and BENCH_PAGES (JSON, made by `bench/tenar.py`).
"""

import csv
import hashlib
import io
import json
import os
import sqlite3
import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import psycopg
from flask import Flask, Response, abort, redirect, request
from werkzeug.wrappers import Response as Answer

DATABASE: Final = os.environ.get("BENCH_DATABASE", "")
POSTGRES: Final = DATABASE.startswith("postgresql")
MARK: Final = "%s" if POSTGRES else "?"
COOKIE: Final = "internkontroll_okt"
SESSION: Final = (
    "SELECT p.id, p.namn, o.sist_sett, t.rolle, e.id FROM okt o JOIN person p ON p.id = o.person_id "
    "JOIN tilgang t ON t.person_id = p.id JOIN eining top ON top.id = t.eining_id JOIN eining e ON e.sti LIKE top.sti || '%' "
    "WHERE o.hash = ? AND o.avslutta IS NULL"
)
_SHOWN: Final = "a.id, a.aar, a.lopenr, a.underkategori, a.alvor, a.status, a.meldt, a.frist_svar, a.frist_lukking"
LIST: Final = (
    f"SELECT {_SHOWN}, e.namn FROM avvik a JOIN eining e ON e.id = a.eining_id "  # noqa: S608 - fixed text
    "WHERE a.eining_id = ? AND a.sensitiv_gruppe = '' ORDER BY a.id DESC LIMIT 26"
)
INBOX: Final = (
    f"SELECT {_SHOWN}, e.namn FROM avvik a JOIN eining e ON e.id = a.eining_id "  # noqa: S608 - fixed text
    "WHERE a.sakshandsamar_id = ? AND a.lukka_tid IS NULL ORDER BY a.id DESC LIMIT 26"
)
CASE: Final = "SELECT a.*, e.namn FROM avvik a JOIN eining e ON e.id = a.eining_id WHERE a.aar = ? AND a.lopenr = ?"
HISTORY: Final = (
    "SELECT h.tid, h.slag, h.aktor, h.fra, h.til, h.tekst, p.namn FROM avvik_hending h LEFT JOIN person p ON p.id = h.person_id "
    "WHERE h.avvik_id = ? ORDER BY h.id"
)
MEASURES: Final = "SELECT t.* FROM avvik_tiltak k JOIN tiltak t ON t.id = k.tiltak_id WHERE k.avvik_id = ?"
DOCUMENT: Final = (
    "SELECT p.*, v.*, e.namn, o.namn, g.namn FROM prosedyre p JOIN prosedyre_versjon v ON v.prosedyre_id = p.id "
    "JOIN eining e ON e.id = p.eining_id JOIN person o ON o.id = p.eigar_id LEFT JOIN person g ON g.id = v.godkjennar_id "
    "WHERE p.id = ? AND v.tilstand = 'gyldig'"
)
HEAD: Final = "SELECT siste_id, mac FROM logghovud WHERE id = 1"
EXPORT: Final = (
    "SELECT a.aar, a.lopenr, e.namn, a.underkategori, a.art, a.alvor, a.status, a.hendt, a.meldt, p.namn, a.frist_lukking, "
    "a.serie_tal, a.skildring FROM avvik a JOIN eining e ON e.id = a.eining_id LEFT JOIN person p ON p.id = a.meldar_id "
    "ORDER BY a.id DESC LIMIT ?"
)

application = Flask(__name__)
_held = threading.local()
_writer = threading.Lock()


def _pages() -> dict[str, Any]:
    raw = os.environ.get("BENCH_PAGES", "")
    found: dict[str, Any] = json.loads(Path(raw).read_text(encoding="utf-8")) if raw else {}
    return found


PAGES: Final = _pages()
TEMPLATES: Final = {name: application.jinja_env.from_string(page["mal"]) for name, page in PAGES.items() if "mal" in page}


def _connection() -> Any:
    """This thread's own connection, kept."""
    if not hasattr(_held, "connection"):
        if POSTGRES:
            _held.connection = psycopg.connect(DATABASE, autocommit=True)
        else:
            _held.connection = sqlite3.connect(DATABASE, timeout=30, isolation_level=None)
            _held.connection.execute("PRAGMA synchronous=FULL")
    return _held.connection


def _ask(sql: str, *values: object) -> Sequence[Any]:
    if POSTGRES:
        sql = sql.replace("%", "%%").replace("?", "%s")
    found: Sequence[Any] = _connection().execute(sql, values).fetchall()
    return found


def _who() -> int:
    """The one SQL for session and rights; the person's id."""
    if "utan" in request.args:
        return 0
    digest = hashlib.sha256(request.cookies.get(COOKIE, "").encode()).hexdigest()
    rows = _ask(SESSION, digest)
    if not rows:
        abort(401)
    return int(rows[0][0])


def _page(name: str) -> str:
    return TEMPLATES[name].render(v=PAGES[name]["tekstar"])


@application.get("/liste")
def liste() -> str:
    """The newest 25 cases of a unit."""
    _who()
    _ask(LIST, PAGES["liste"]["eining"])
    return _page("liste")


@application.get("/innboks")
def innboks() -> str:
    """What waits for one person."""
    _who()
    _ask(INBOX, PAGES["innboks"]["person"])
    return _page("innboks")


@application.get("/sak")
def sak() -> str:
    """A case, its history and its measures."""
    _who()
    case = _ask(CASE, PAGES["sak"]["aar"], PAGES["sak"]["lopenr"])[0]
    _ask(HISTORY, case[0])
    _ask(MEASURES, case[0])
    return _page("sak")


@application.get("/prosedyre")
def prosedyre() -> str:
    """A procedure's valid text."""
    _who()
    _ask(DOCUMENT, PAGES["prosedyre"]["id"])
    return _page("prosedyre")


@application.get("/csv")
def export() -> Response:
    """So many rows as they come from the driver."""
    _who()
    return Response(_lines(request.args.get("rader", 10_000, int)), mimetype="text/csv")


def _lines(count: int) -> Iterator[str]:
    held = io.StringIO()
    writer = csv.writer(held, delimiter=";", lineterminator="\r\n")
    with _rows(count) as rows:
        for row in rows:
            writer.writerow(row)
            yield held.getvalue()
            held.seek(0)
            held.truncate()


@contextmanager
def _rows(count: int) -> Iterator[Any]:
    if not POSTGRES:
        yield sqlite3.connect(DATABASE).execute(EXPORT, (count,))
        return
    with psycopg.connect(DATABASE) as connection, connection.cursor("rader") as rows:
        rows.itersize = 500
        rows.execute(EXPORT.replace("?", "%s"), (count,))
        yield rows


@application.post("/meld")
def meld() -> Answer:
    """A case, a line of its history, of the log and of the outbox, two sums: one commit."""
    person = _who() or PAGES["innboks"]["person"]
    text = request.form["skildring"].strip()
    if not text or len(text) > 4000:
        abort(422)
    if POSTGRES:
        with _connection().transaction():
            _file(person, text)
    else:
        with _writer:
            _connection().execute("BEGIN IMMEDIATE")
            _file(person, text)
            _connection().execute("COMMIT")
    return redirect("/sak", 303)


def _run(sql: str, *values: object) -> Any:
    return _connection().execute(sql.replace("?", MARK), values)


def _file(person: int, text: str) -> None:
    moment, today, key = datetime.now(UTC), datetime.now(UTC).date(), str(uuid.uuid4())
    now: datetime | str = moment if POSTGRES else moment.isoformat(" ")[:26]
    day: date | str = today if POSTGRES else today.isoformat()
    unit = PAGES["liste"]["eining"]
    number = _run("UPDATE avvik_teljar SET siste = siste + 1 WHERE aar = ? RETURNING siste", today.year).fetchone()[0]
    columns = PAGES["meld"]["kolonnar"]
    row = {
        **PAGES["meld"]["rad"],
        "aar": today.year,
        "lopenr": number,
        "skildring": text,
        "hendt": now,
        "meldt": now,
        "frist_svar": day,
        "frist_start": day,
        "frist_lukking": day,
    }
    marks = ", ".join("?" * len(columns))
    insert = f"INSERT INTO avvik ({', '.join(columns)}) VALUES ({marks}) RETURNING id"  # noqa: S608 - the columns' own names
    case = _run(insert, *(row[name] for name in columns)).fetchone()[0]
    _run("INSERT INTO avvik_nokkel (nokkel, avvik_id, person_id, kropp_hash) VALUES (?, ?, ?, ?)", key, case, person, key)
    _run(
        "INSERT INTO avvik_hending (avvik_id, tid, slag, aktor, person_id, fra, til, tekst, synleg_meldar, loggfort) "
        "VALUES (?, ?, 'meldt', 'meldar', ?, '', '1', '', ?, ?)",
        *(case, now, person, True, True),
    )
    head, mac = _run(HEAD + " FOR UPDATE" * POSTGRES).fetchone()
    mac = hashlib.sha256(f"{mac}{head + 1}{key}".encode()).hexdigest()
    _run(
        "INSERT INTO loggline (id, tid, aktor, subjekt_type, subjekt_id, hending, endring, mac) "
        "VALUES (?, ?, ?, 'avvik', ?, 'avvik:meldt', '{}', ?)",
        *(head + 1, now, str(person), str(case), mac),
    )
    _run("UPDATE logghovud SET siste_id = ?, mac = ? WHERE id = 1", head + 1, mac)
    _run(
        "INSERT INTO epost (nokkel, til_person_id, til_adresse, emne, tekst, laga, neste_forsok, forsok) "
        "VALUES (?, ?, 'nokon@bench.example', 'Ny melding', 'Ny melding', ?, ?, 0)",
        *(key, person, now, now),
    )
    _run(
        "UPDATE avvik_sum SET saker = saker + 1, hendingar = hendingar + 1 WHERE eining_id = ? AND manad = ? AND alvor = 1",
        *(unit, today.year * 100 + today.month),
    )
