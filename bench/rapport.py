"""Reports with much against little: the quarter of all units as a page and on paper, read as the quality coordinator reads it."""

from collections.abc import Callable
from functools import partial

from bench.maling import Goal, Result, p, take_turns
from bench.tenar import Tenar
from kjerne.clock import oslo_date, utcnow
from rapportar.rules.perioder import Rytme, last_ended

__all__ = ["quarterly"]

MOST, GOAL_SECONDS, ROUNDS = 2.0, 10, 6


def quarterly(result: Result, database: str, small: Tenar, large: Tenar) -> None:
    """The quality report of the last whole quarter for the whole sector, in turn with little and with much data."""
    periode = last_ended(Rytme.KVARTAL, oslo_date(utcnow()))
    for what, path in (
        ("kvartalsrapport, papir", f"/rapportar/kvalitet/fil?periode={periode}&format=pdf"),
        ("kvartalsrapport, side", f"/rapportar/kvalitet?periode={periode}"),
    ):
        calls: dict[str, Callable[[], object]] = {
            size: partial(tenar.klient("kvalitetskoordinator").get, path) for size, tenar in (("liten", small), ("stor", large))
        }
        times = take_turns(calls, ROUNDS, warm_up=2)
        result.ratio(database, f"{what}, mykje mot lite", times["stor"], times["liten"], MOST, against="lite")
        result.goals.append(Goal(database, f"{what}, med mykje", p(times["stor"], 0.5) / 1000, GOAL_SECONDS, "s"))
