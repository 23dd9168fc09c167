"""Much against little outside the cases: analysis page, prioritised list, timeline, gap map (`internkontroll bench --lister`)."""

import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Final

from bench.maling import Goal, Klient, Result, p, take_turns
from bench.mengder import LARGE, SMALL, fill
from bench.tenar import Tenar, ask, make_data, served

__all__ = ["measure", "run"]

CASES: Final = 500
COUNTED: Final = "/kompetanse/kart?yrke=sjukepleiar&vakt=dag"
ROLES: Final = ("leiar", "kvalitetskoordinator")


def _pages(tenar: Tenar) -> dict[str, str]:
    """The addresses that are asked for, by name."""
    newest = ask(tenar.data, "SELECT max(id) FROM ros_analyse")[0][0]
    return {
        "analyse": f"/ros/{newest}",
        "prioritert liste": "/tiltak/",
        "tidslinje": "/tiltak/tidslinje",
        "kart": "/kompetanse/kart",
    }


def measure(result: Result, name: str, small: Tenar, large: Tenar, rounds: int) -> None:
    """Each page as each role, little and much in turn; then the map and the timeline against their goals."""
    for rolle in ROLES:
        pair: Mapping[str, tuple[Klient, Mapping[str, str]]] = {
            size: (tenar.klient(rolle), _pages(tenar)) for size, tenar in (("lite", small), ("mykje", large))
        }
        for page in _pages(small):
            if rolle == "leiar" and page == "analyse":
                continue
            calls = {size: partial(klient.get, paths[page]) for size, (klient, paths) in pair.items()}
            times = take_turns(calls, rounds)
            if page != "tidslinje" or rolle != "leiar":  # a leader's little timeline has few bars: another picture
                result.ratio(name, f"{page}, {rolle}", times["mykje"], times["lite"], 1.5, against="lite")
            if page == "kart":
                result.goals.append(Goal(name, f"{page}, {rolle}, mykje", p(times["mykje"], 0.5), 300, "ms"))
                result.goals.append(Goal(name, f"{page}, {rolle}, lite", p(times["lite"], 0.5), 300, "ms"))
                for size, (klient, _paths) in pair.items():  # what is never kept: counted from the rows each time
                    anew = take_turns({size: partial(klient.get, COUNTED)}, max(rounds // 4, 3), 1)
                    result.goals.append(Goal(name, f"{page} med yrke og vakt, {rolle}, {size}", p(anew[size], 0.5), 300, "ms"))
            if page == "tidslinje":
                weight = len(pair["mykje"][0].get(pair["mykje"][1][page])) / 1000
                result.goals.append(Goal(name, f"{page}, {rolle}", weight, 100, "kB"))


def run(folder: Path | None, rounds: int) -> Result:
    """Make both databases on SQLite, measure, and give what was found."""
    result = Result()
    with ExitStack() as stack:
        where = folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="internkontroll-bench-")))
        tenarar: list[Tenar] = []
        for size, much in (("lite", SMALL), ("mykje", LARGE)):
            print(f"{size}: {much} …", flush=True)
            data, seconds = make_data(where / f"lister-{size}", CASES)
            if seconds:
                fill(data, much)
            tenarar.append(stack.enter_context(served(data)))
        measure(result, "SQLite", tenarar[0], tenarar[1], rounds)
    return result
