"""Times and what they say: requests asked in turn, the middle and the slow end, and whether a ratio holds."""

import http.client
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

__all__ = ["Goal", "Klient", "Ratio", "Result", "p", "processor_ms", "take_turns"]

Call = Callable[[], object]


def p(times: Sequence[float], share: float) -> float:
    """The time, in milliseconds, within which that share of the calls was answered."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def take_turns(
    calls: Mapping[str, Call], rounds: int, warm_up: int = 8, before: Mapping[str, Call] | None = None
) -> dict[str, list[float]]:
    """Milliseconds of each call, asked in turn: request by request, so that whatever disturbs one disturbs all.

    `before`: what is done each time before the call of that name, outside its time.
    """
    times: dict[str, list[float]] = {name: [] for name in calls}
    for number in range(warm_up + rounds):
        for name, call in calls.items():
            if before and name in before:
                before[name]()
            start = time.perf_counter()
            call()
            if number >= warm_up:
                times[name].append((time.perf_counter() - start) * 1000)
    return times


def processor_ms(pid: int) -> float:
    """Milliseconds of processor time a server and its children have used so far, by the kernel's own count (Linux).

    Where a machine is shared, this still says what a page costs, when the time on the clock does not.
    """
    found = 0
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(status.read_text(encoding="utf-8").rpartition(")")[2].split()[1])
            if pid not in {int(status.parent.name), parent}:
                continue
            found += sum(int(task.read_text(encoding="utf-8").split()[0]) for task in status.parent.glob("task/*/schedstat"))
        except OSError:  # it has ended meanwhile
            continue
    return found / 1_000_000


class Klient:
    """A browser without a window: one kept connection, its cookies (the newest of each name), the answer read to its end."""

    def __init__(self, base: str, cookie: str = "") -> None:
        parts = urlsplit(base)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=120)
        self.cookie = cookie

    def _keep(self, headers: http.client.HTTPMessage) -> None:
        held = dict(one.split("=", 1) for one in self.cookie.split("; ") if one)
        held |= dict(one.partition(";")[0].split("=", 1) for one in headers.get_all("Set-Cookie") or ())
        self.cookie = "; ".join(f"{name}={value}" for name, value in held.items())

    def send(self, method: str, path: str, body: str = "", wants: int = 200) -> tuple[http.client.HTTPMessage, bytes]:
        """The answer's headers and body. Raises RuntimeError when it is not the one wanted."""
        headers = {"Cookie": self.cookie}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            self._connection.request(method, path, body or None, headers)
            answer = self._connection.getresponse()
        except (http.client.HTTPException, ConnectionError):  # the server closed a kept connection
            self._connection.close()
            self._connection.request(method, path, body or None, headers)
            answer = self._connection.getresponse()
        said = answer.read()
        if answer.status != wants:
            raise RuntimeError(f"{method} {path}: {answer.status} instead of {wants}")
        if "Set-Cookie" in answer.headers:
            self._keep(answer.headers)
        return answer.headers, said

    def get(self, path: str) -> bytes:
        """The page."""
        return self.send("GET", path)[1]


@dataclass(frozen=True)
class Ratio:
    """A ratio that decides: what was measured against what, in milliseconds, and the most it may be."""

    database: str
    what: str
    value: float
    most: float
    against: str
    ours: float
    theirs: float

    @property
    def holds(self) -> bool:
        """Whether it is within its limit."""
        return self.value <= self.most


@dataclass(frozen=True)
class Goal:
    """An absolute figure: printed, it decides nothing."""

    database: str
    what: str
    value: float
    goal: float
    unit: str
    note: str = ""


@dataclass
class Result:
    """Everything one run has measured."""

    ratios: list[Ratio] = field(default_factory=list)
    goals: list[Goal] = field(default_factory=list)

    def ratio(self, database: str, what: str, ours: Sequence[float], theirs: Sequence[float], most: float, **how: object) -> None:
        """Note a ratio of two series at `share` (0.5 is the median)."""
        share = float(str(how.get("share", 0.5)))
        mine, other = (median(ours), median(theirs)) if share == 0.5 else (p(ours, share), p(theirs, share))
        value = mine / other if other else float("inf")
        self.ratios.append(Ratio(database, what, value, most, str(how.get("against", "bare")), mine, other))

    @property
    def failed(self) -> list[Ratio]:
        """The ratios that do not hold."""
        return [one for one in self.ratios if not one.holds]
