"""Common given and family names for the fictional employees. Any likeness to a living person is chance.

The names lie in demo/namn.csv: what is common in Norway, some with an immigrant background (`fleire`). Given and family
names are drawn apart from each other.
"""

import csv
import random
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

__all__ = ["Namn", "draw_names"]

_FIL: Final = Path(__file__).resolve().parent / "namn.csv"
_DEL_FLEIRE: Final = 0.16  # about the share of immigrants among employees in Norwegian health and care


@dataclass(frozen=True, slots=True)
class Namn:
    """One made-up person's name."""

    forenamn: str
    etternamn: str

    @property
    def heile(self) -> str:
        """Given and family name with a space between."""
        return f"{self.forenamn} {self.etternamn}"


@cache
def _names(slag: str, gruppe: str) -> tuple[str, ...]:
    with _FIL.open(encoding="utf-8", newline="") as fil:
        rader = csv.DictReader(fil, delimiter=";")
        return tuple(rad["namn"] for rad in rader if (rad["slag"], rad["gruppe"]) == (slag, gruppe))


def draw_names(rng: random.Random, tal: int) -> list[Namn]:
    """`tal` different full names; the same seed gives the same list. ValueError when there are not that many."""
    if tal > len(_names("forenamn", "vanleg")) * len(_names("etternamn", "vanleg")) // 2:
        raise ValueError(f"cannot draw {tal} different names")
    drawn: dict[Namn, None] = {}
    while len(drawn) < tal:
        gruppe = "fleire" if rng.random() < _DEL_FLEIRE else "vanleg"
        drawn[Namn(rng.choice(_names("forenamn", gruppe)), rng.choice(_names("etternamn", gruppe)))] = None
    return list(drawn)
