"""What is measured, one function each: pages against bare pages, a million cases against ten thousand, and the goals."""

import gzip
import re
import threading
import time
import urllib.parse
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from argon2.low_level import Type, hash_secret_raw

from bench.maling import Goal, Klient, Result, p, processor_ms, take_turns
from bench.tenar import Tenar

__all__ = ["against_bare", "concurrent_filers", "export", "goals", "growth", "login", "matrix", "spent", "weight"]

_TOKEN: Final = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
_LINKED: Final = re.compile(r'(?:href|src)="(/static/[^"]+)"')
_LIST, _INBOX, _NUMBERS, _FORM = "/avvik/?liste=alle", "/avvik/", "/avvik/tal", "/avvik/nytt"
_MOST: Final = {"liste": 2.0, "innboks": 2.0, "sak": 2.5, "meld": 2.5}
_TEXT: Final = "Brukar A fekk ikkje kveldsmedisinen i dag. Oppdaga ved vaktskiftet, lege er kontakta."


class Filer:
    """Somebody who files the same kind of case again and again: one form's token, a new key each time."""

    def __init__(self, tenar: Tenar, klient: Klient, unit: str) -> None:
        self._tenar, self._klient, self._unit = tenar, klient, unit
        found = _TOKEN.search(klient.get(_FORM).decode())
        self._token = found[1] if found else ""
        self._session = ""

    def file(self) -> None:
        """One filing: the POST alone."""
        self._klient.send("POST", _FORM, self._body(), wants=303)

    def _body(self) -> str:
        return urllib.parse.urlencode(
            {
                "csrf_token": self._token,
                "nokkel": str(uuid.uuid4()),
                "eining": self._unit,
                "tidspunkt": datetime.now(ZoneInfo("Europe/Oslo")).strftime("%Y-%m-%dT%H:%M"),
                "hovudtype": "pasient_brukar",
                "underkategori": "fall_utan_skade",
                "skildring": _TEXT,
                "alvorsgrad": "1",
            }
        )


def filer_of(tenar: Tenar, rolle: str = "tilsett") -> Filer:
    """A filer logged in as the first demo login of a role."""
    klient = tenar.klient(rolle)
    unit = next(one["eining"] for one in tenar.data.demo["innloggingar"] if one["rolle"] == rolle)
    return Filer(tenar, klient, unit)


def against_bare(result: Result, database: str, tenar: Tenar, case: str, rounds: int) -> None:
    """List, inbox, case and filing against the bare page of each; then without its SQL for session and rights.

    What nobody has changed since is known to the program (`kjerne/known.py`), so a page is also asked for right after a filing.
    """
    klient, filer = tenar.klient("leiar"), filer_of(tenar)
    bare = Klient(tenar.bare, klient.cookie)
    form = urllib.parse.urlencode({"skildring": _TEXT})
    calls: dict[str, tuple[Callable[[], object], str]] = {
        "liste": (partial(klient.get, _LIST), "/liste"),
        "innboks": (partial(klient.get, _INBOX), "/innboks"),
        "sak": (partial(klient.get, case), "/sak"),
        "meld": (filer.file, "/meld"),
    }
    for name, (ours, path) in calls.items():
        method, body, wants = ("POST", form, 303) if name == "meld" else ("GET", "", 200)
        times = take_turns(
            {
                "vi": ours,
                "bare": partial(bare.send, method, path, body, wants),
                "utan": partial(bare.send, method, path + "?utan=1", body, wants),
            },
            rounds,
        )
        result.ratio(database, name, times["vi"], times["bare"], _MOST[name])
        if name != "meld":
            changed = take_turns({"vi": ours, "bare": partial(bare.get, path)}, rounds, before={"vi": filer.file})
            first = p(changed["vi"], 0.5) / p(changed["bare"], 0.5)
            result.goals.append(Goal(database, f"{name}: × bare, rett etter ei melding", first, _MOST[name], "×"))
        cost = [spent(ours, tenar.pid, rounds), spent(partial(bare.send, method, path, body, wants), tenar.bare_pid, rounds)]
        said = f"{cost[0]:.1f} mot {cost[1]:.1f} ms i vevtenaren"
        result.goals.append(Goal(database, f"{name}: prosessortid × bare", cost[0] / cost[1], _MOST[name], "×", said))
        result.goals.append(
            Goal(
                database,
                f"{name}: × bare utan SQL for økt og rettar",
                p(times["vi"], 0.5) / p(times["utan"], 0.5),
                _MOST[name],
                "×",
            )
        )


def spent(call: Callable[[], object], pid: int, rounds: int) -> float:
    """Milliseconds of a server's processor time one call takes."""
    before = processor_ms(pid)
    for _ in range(rounds):
        call()
    return (processor_ms(pid) - before) / rounds


def growth(result: Result, database: str, small: Tenar, large: Tenar, rounds: int) -> None:
    """The same pages with much and with little, asked in turn: the middle and the slow end.

    Each page is asked for right after a filing, so that nothing it shows is known already and everything is asked anew.
    """
    cases = {one: first_case(one) for one in (small, large)}
    filers = {one: filer_of(one) for one in (small, large)}
    for name, most in (
        ("liste", (1.15, 1.5)),
        ("innboks", (1.15, 1.5)),
        ("sak", (1.15, 1.5)),
        ("meld", (1.15, 1.5)),
        ("tal", (1.5, 0.0)),
    ):
        calls: dict[str, Callable[[], object]] = {}
        for size, tenar in (("liten", small), ("stor", large)):
            klient = tenar.klient("leiar")
            paths: Mapping[str, str] = {"liste": _LIST, "innboks": _INBOX, "sak": cases[tenar], "tal": _NUMBERS}
            calls[size] = filers[tenar].file if name == "meld" else partial(klient.get, paths[name])
        changes = {size: filers[tenar].file for size, tenar in (("liten", small), ("stor", large))}
        times = take_turns(calls, rounds, before={} if name == "meld" else changes)
        result.ratio(database, f"{name} p50, mykje mot lite", times["stor"], times["liten"], most[0], against="lite")
        if most[1]:
            result.ratio(
                database, f"{name} p95, mykje mot lite", times["stor"], times["liten"], most[1], share=0.95, against="lite"
            )


def first_case(tenar: Tenar) -> str:
    """The address of a case of the leader's unit that the bare page shows too."""
    found = re.findall(r"/avvik/\d{4}-\d+", tenar.klient("leiar").get(_LIST).decode())
    return str(list(dict.fromkeys(found))[12])


def export(result: Result, database: str, tenar: Tenar) -> None:
    """A list as CSV against a bare stream of as many rows, and whether the server's memory stays."""
    klient = tenar.klient("kvalitetskoordinator")
    bare = Klient(tenar.bare, klient.cookie)
    path = "/avvik/eksport.csv?liste=alle"
    rows = klient.get(path).count(b"\r\n") - 1
    stream = partial(bare.get, f"/csv?rader={rows}")
    before, bare_rows = _memory(tenar.pid), stream().count(b"\r\n")
    times = take_turns({"vi": partial(klient.get, path), "bare": stream}, 5, warm_up=1)
    as_many = [one * rows / bare_rows for one in times["bare"]]  # their file may hold a few filings more or less than ours
    result.ratio(database, f"CSV, {rows} rader", times["vi"], as_many, 1.5)
    result.goals.append(Goal(database, "CSV: minne som kom til", (_memory(tenar.pid) - before) / 1024, 16, "MB"))


def _memory(pid: int) -> int:
    """Kilobytes of a server and its children, at most so far."""
    found = 0
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            said = dict(line.split(":", 1) for line in status.read_text(encoding="utf-8").splitlines() if ":" in line)
        except OSError:  # it has ended meanwhile
            continue
        if int(status.parent.name) == pid or int(said.get("PPid", "0")) == pid:
            found += int(said.get("VmHWM", "0 kB").split()[0])
    return found


def login(result: Result, database: str, tenar: Tenar) -> None:
    """A login against one check of an Argon2id hash at 19 MiB, t=2, p=1."""
    row = next(one for one in tenar.data.demo["innloggingar"] if one["rolle"] == "tilsett")

    def once() -> None:
        klient = Klient(tenar.base)
        found = _TOKEN.search(klient.get("/logg-inn").decode())
        fields = {"csrf_token": found[1] if found else "", "brukarnamn": row["brukarnamn"], "passord": row["passord"]}
        started = time.perf_counter()
        klient.send("POST", "/logg-inn", urllib.parse.urlencode(fields), wants=303)
        mine.append((time.perf_counter() - started) * 1000)

    def check() -> None:
        started = time.perf_counter()
        hash_secret_raw(b"Storfjella-tilsett", b"0123456789abcdef", 2, 19 * 1024, 1, 32, Type.ID)
        theirs.append((time.perf_counter() - started) * 1000)

    mine: list[float] = []
    theirs: list[float] = []
    take_turns({"vi": once, "argon": check}, 12, warm_up=2)
    result.ratio(database, "innlogging", mine[2:], theirs[2:], 1.3, against="Argon2id")


def concurrent_filers(result: Result, database: str, tenar: Tenar, each: int, most: float) -> None:
    """Four who file at once: the slowest in a hundred against the middle."""
    times, errors = _at_once([filer_of(tenar).file for _ in range(4)], each)
    if errors:
        raise RuntimeError(f"{errors} filings failed")
    result.ratio(database, "fire melder samtidig: p99 mot p50", [p(times, 0.99)], [p(times, 0.5)], most, against="p50")


def _at_once(calls: Sequence[Callable[[], None]], each: int, every: float = 0.0) -> tuple[list[float], int]:
    """Milliseconds of all calls, `each` by a thread of its own; `every`: seconds between the starts of one thread's calls."""
    times: list[float] = []
    errors: list[str] = []
    begin = time.perf_counter() + 0.05

    def run(call: Callable[[], None]) -> None:
        for number in range(each):
            wait = begin + number * every - time.perf_counter()
            if every and wait > 0:
                time.sleep(wait)
            started = begin + number * every if every else time.perf_counter()
            try:
                call()
            except (RuntimeError, OSError) as error:
                errors.append(str(error))
            times.append((time.perf_counter() - started) * 1000)

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times, len(errors)


def goals(result: Result, database: str, tenar: Tenar, seconds: int) -> None:
    """50 filings a second, then 100 mixed requests a second: answered when, and how much of it is the load generator's."""
    for name, rate, goal, share in (("50 meldingar i sekundet", 50, 500, 0.99), ("100 blanda i sekundet", 100, 300, 0.95)):
        threads = 10
        calls: list[Callable[[], None]] = [filer_of(tenar).file for _ in range(threads)]
        if rate > 50:
            klients = [tenar.klient(rolle) for rolle in ("leiar", "tilsett", "kvalitetskoordinator")]
            pages = [partial(_read, klients[0], _LIST), partial(_read, klients[1], "/"), partial(_read, klients[2], _INBOX)]
            calls = [*calls[:2], *(partial(_read, tenar.klient("leiar"), first_case(tenar)) for _ in range(3)), *pages]
            calls += [partial(_read, tenar.klient("leiar"), _INBOX) for _ in range(threads - len(calls))]
        cpu, started = time.process_time(), time.perf_counter()
        times, errors = _at_once(calls, rate * seconds // threads, threads / rate)
        load = (time.process_time() - cpu) / (time.perf_counter() - started)
        note = f"{errors} feil, lastgivaren brukte {load:.0%} av ein prosessor"
        result.goals.append(Goal(database, f"{name}: p{share * 100:.0f}", p(times, share), goal, "ms", note))


def _read(klient: Klient, path: str) -> None:
    klient.get(path)


def matrix(result: Result, database: str, tenar: Tenar, rounds: int) -> None:
    """The director's page of units × points with the lights of all units, as she would open it."""
    klient = tenar.klient("kommunalsjef")
    times = take_turns({"oversikt": partial(klient.get, "/oppdragsbrev/oversikt")}, rounds)["oversikt"]
    result.goals.append(Goal(database, "oppdragsbrev: einingar og punkt, p50", p(times, 0.5), 300, "ms"))


def weight(result: Result, database: str, tenar: Tenar) -> None:
    """What a first visit and a later page send, gzipped as a proxy would."""
    klient = tenar.klient("leiar")
    page = klient.get(_INBOX)
    linked = sorted(set(_LINKED.findall(page.decode())))
    parts = [page, *(klient.get(path) for path in linked)]
    result.goals.append(
        Goal(database, "første besøk, komprimert", sum(len(gzip.compress(part)) for part in parts) / 1000, 150, "kB")
    )
    heaviest = max(len(gzip.compress(klient.get(path))) for path in (_INBOX, _LIST, "/", first_case(tenar), _FORM, _NUMBERS))
    result.goals.append(Goal(database, "seinare side, komprimert, den tyngste", heaviest / 1000, 15, "kB"))
