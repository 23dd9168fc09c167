"""What cases contribute to the sums: pure counting, of one case or of a million. Definitions: docs/tal.md."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from avvik.rules import ENDED
from kjerne.clock import end_of_day

__all__ = ["DAGAR", "FIELDS", "Cells", "GrovKey", "Rough", "SumKey", "TidKey", "rough", "standing"]

MAX_DAYS: Final = 400
#: What is put after svar and lukk where a whole year's days are kept.
DAGAR: Final = "dagar"
#: What of a case decides where it counts.
FIELDS: Final = (
    "eining_id",
    "manad",
    "hovudtype",
    "underkategori",
    "art",
    "alvor",
    "status",
    "endra_praksis",
    "serie_tal",
    "er_varsel",
    "gjeld_leiar",
    "meldt",
    "forste_svar_tid",
    "lukka_tid",
    "frist_svar",
)
_ENDED: Final = frozenset(found.value for found in ENDED)

SumKey = tuple[int, int, str, str, str, int, str, bool]
TidKey = tuple[int, int, str, int, bool]
#: Unit, `slag`, month and `kode`; and what such a row counts, by column.
GrovKey = tuple[int, str, int, str]
Rough = dict[GrovKey, Counter[str]]


@dataclass(frozen=True)
class Cells:
    """What a set of cases contributes: cell → (cases, events), and time cell → cases."""

    sums: Counter[SumKey]
    events: Counter[SumKey]
    times: Counter[TidKey]

    @staticmethod
    def empty() -> "Cells":
        """Nothing yet."""
        return Cells(Counter(), Counter(), Counter())

    def add(self, case: Mapping[str, Any], parents: Mapping[int, int | None], sign: int = 1) -> None:
        """Put a case's contribution on (or off, with -1)."""
        if case["er_varsel"]:
            return
        unit = case["eining_id"]
        if case["gjeld_leiar"]:
            unit = parents.get(unit) or unit
        key = (
            unit,
            case["manad"],
            case["hovudtype"],
            case["underkategori"],
            case["art"],
            case["alvor"],
            standing(case["status"]),
            case["endra_praksis"],
        )
        self.sums[key] += sign
        self.events[key] += sign * case["serie_tal"]
        for slag, at in (("svar", case["forste_svar_tid"]), ("lukk", case["lukka_tid"])):
            if at is not None:
                in_time = slag == "lukk" or at <= end_of_day(case["frist_svar"])
                self.times[unit, case["manad"], slag, _days(case["meldt"], at), in_time] += sign

    def put(self, other: "Cells") -> None:
        """Put on what another set of cases contributes."""
        self.sums.update(other.sums)
        self.events.update(other.events)
        self.times.update(other.times)


def standing(status: str) -> str:
    """Open, lukka or avvist."""
    return status if status in _ENDED else "open"


def _days(start: datetime, end: datetime) -> int:
    return min(max((end - start).days, 0), MAX_DAYS)


def rough(cells: Cells, counted: Collection[str]) -> Rough:
    """The same cases in the few cells of `AvvikGrovsum`; `counted` are the arts that count as deviations. Empty ones left out."""
    found: Rough = defaultdict(Counter)
    for (unit, month, hovudtype, _under, art, alvor, stand, endra), count in cells.sums.items():
        events = cells.events[unit, month, hovudtype, _under, art, alvor, stand, endra]
        if not (count or events):
            continue
        row = found[unit, "art", month, art]
        if stand == "avvist":
            row["avvist"] += count
            continue
        row["saker"] += count
        row["hendingar"] += events
        row["opne"] += count if stand == "open" else 0
        row["endra"] += count if endra else 0
        row[f"alvor{alvor}"] += count
        if art in counted:
            of_type = found[unit, "type", month, hovudtype]
            of_type["saker"] += count
            of_type["endra"] += count if endra else 0
    for (unit, month, slag, dagar, in_time), count in cells.times.items():
        found[unit, slag + DAGAR, month // 100 * 100, str(dagar)]["saker"] += count
        if slag == "svar":
            found[unit, "svar", month, "i_tide" if in_time else "seint"]["saker"] += count
    return {key: row for key, row in found.items() if any(row.values())}
