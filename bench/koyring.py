"""One run of the bench: data of two sizes on each database, what is measured on them, the table and the verdict."""

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench import dokument, oppgaver, papir, rapport
from bench.lister import CASES
from bench.lister import run as run_lister
from bench.maling import Goal, Result
from bench.postgres import databases
from bench.tenar import Data, make_data, served

__all__ = ["Plan", "lister", "prosedyrar", "run"]

LITE, MYKJE = 10_000, 1_000_000
_KINDS = {"sqlite": "SQLite", "postgres": "PostgreSQL"}


@dataclass(frozen=True)
class Plan:
    """What to run: the two sizes, the databases, how many rounds, where data lie (kept for the next run) and the JSON goes."""

    small: int
    large: int
    kinds: Sequence[str]
    rounds: int
    folder: Path | None
    json: Path | None


def run(plan: Plan) -> int:
    """Measure, print, write. 1 when a ratio does not hold, else 0."""
    result = Result()
    with ExitStack() as stack:
        folder = plan.folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="internkontroll-bench-")))
        make = stack.enter_context(databases(folder / "postgres")) if "postgres" in plan.kinds else None
        for kind in plan.kinds:
            if kind == "postgres" and make is None:
                print("PostgreSQL is left out: name one in BENCH_POSTGRES, or install what the tests need.", flush=True)
                continue
            data = []
            for cases in sorted({plan.small, plan.large}):
                url = make(f"bench_{cases}") if kind == "postgres" and make is not None else ""
                print(f"{_KINDS[kind]}: {cases} cases …", flush=True)
                made, seconds = make_data(folder / f"{kind}-{cases}", cases, url)
                data.append(made)
                if seconds:
                    result.goals.append(Goal(_KINDS[kind], f"lasting av {cases} saker", seconds, 300, "s"))
            _measure(result, kind, data, plan)
    papir.paper(result)
    return _tell(result, plan)


def lister(folder: Path | None, rounds: int, target: Path | None) -> int:
    """The lists outside the cases (`bench.lister`), printed and written the same way."""
    return _tell(run_lister(folder, rounds), Plan(CASES, CASES, ("sqlite",), rounds, folder, target))


def prosedyrar(kinds: Sequence[str], folder: Path | None, rounds: int, target: Path | None) -> int:
    """The library of procedures (`bench.dokument`), printed and written the same way."""
    return _tell(dokument.run(kinds, folder, rounds), Plan(dokument.CASES, dokument.CASES, kinds, rounds, folder, target))


def _tell(result: Result, plan: Plan) -> int:
    _print(result, plan)
    if plan.json is not None:
        plan.json.write_text(json.dumps(_as_json(result, plan), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return int(bool(result.failed))


def _measure(result: Result, kind: str, data: Sequence[Data], plan: Plan) -> None:
    name = _KINDS[kind]
    with ExitStack() as stack:
        small = stack.enter_context(served(data[0], bare=True))
        large = stack.enter_context(served(data[-1])) if len(data) > 1 else None
        print(f"{name}: measuring …", flush=True)
        pages = json.loads((small.data.folder / "bare.json").read_text(encoding="utf-8"))
        oppgaver.against_bare(result, name, small, pages["sak"]["vegen"], plan.rounds)
        oppgaver.export(result, name, small)
        oppgaver.login(result, name, small)
        oppgaver.concurrent_filers(result, name, small, 50, 10 if kind == "sqlite" else 5)
        oppgaver.weight(result, name, small)
        oppgaver.matrix(result, name, large or small, plan.rounds)
        if large is not None:
            oppgaver.growth(result, name, small, large, plan.rounds)
            rapport.quarterly(result, name, small, large)
        if kind == "postgres":
            with served(data[-1], workers=2) as tenar:  # as a machine of two processors would be given
                oppgaver.goals(result, name, tenar, 10)
    lines, seconds = _verify(data[-1])
    result.goals.append(Goal(name, f"logg, {lines} linjer etterrekna", seconds, 10, "s"))


def _verify(data: Data) -> tuple[str, float]:
    """How long the whole log takes to check. The bare filings broke the chain, so the first thing it says is where."""
    start = time.monotonic()
    said = subprocess.run([sys.executable, "-m", "cli", "verify-log"], env=data.env, capture_output=True, text=True, check=False)
    words = [word.strip(":.,") for word in said.stdout.split()]
    return next((word for word in words if word.isdigit()), "0"), time.monotonic() - start


def _print(result: Result, plan: Plan) -> None:
    print(f"\n{datetime.now(UTC):%Y-%m-%d}, {_machine()}, {plan.small} and {plan.large} cases, {plan.rounds} rounds\n")
    print(f"{'':<5} {'database':<11} {'what':<40} {'ratio':>7} {'most':>6}  {'ours ms':>9} {'theirs ms':>9}  against")
    for one in result.ratios:
        verdict = "ok" if one.holds else "FAIL"
        print(
            f"{verdict:<5} {one.database:<11} {one.what:<40} {one.value:>7.2f} {one.most:>6.2f}  "
            f"{one.ours:>9.2f} {one.theirs:>9.2f}  {one.against}"
        )
    print("\nGoals (they decide nothing)")
    for goal in result.goals:
        print(
            f"      {goal.database:<11} {goal.what:<50} {goal.value:>9.1f} {goal.unit:<3} goal {goal.goal:g}  {goal.note}".rstrip()
        )
    failed = len(result.failed)
    print(f"\n{len(result.ratios) - failed} of {len(result.ratios)} ratios hold.")


def _machine() -> str:
    return f"{os.cpu_count()} processors, {platform.system()}, Python {platform.python_version()}"


def _as_json(result: Result, plan: Plan) -> dict[str, object]:
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": _machine(),
        "cases": [plan.small, plan.large],
        "rounds": plan.rounds,
        "ratios": [{**asdict(one), "holds": one.holds} for one in result.ratios],
        "goals": [asdict(one) for one in result.goals],
    }
