"""The units of the fictional municipality: the tree of demo/einingar.csv with the staffing of demo/bemanning.csv."""

import csv
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Final, Literal

from demo.tekstar import Miljo

__all__ = ["FIRST_LEADER", "KOMMUNE", "NEIGHBOUR", "Kultur", "Unit", "read_units"]

Kultur = Literal["lag", "normal", "hog"]
KOMMUNE: Final = "Storfjella kommune"
#: The unit of the first tilsett and the first leiar, and the neighbour of the second of each.
FIRST_LEADER: Final = "HO-IT-02"
NEIGHBOUR: Final = "HO-IT-03"
FIRST_DAY: Final = date(2020, 1, 1)

_HERE: Final = Path(__file__).resolve().parent
_MILJO: Final[dict[str, Miljo]] = {
    "sjukeheim": "institusjon",
    "skjerma": "institusjon",
    "heim": "heim",
    "natt": "heim",
    "bufellesskap": "bufellesskap",
    "oppfolging": "heim",
}
_KULTURAR: Final[dict[str, Kultur]] = {"lag": "lag", "normal": "normal", "hog": "hog"}


@dataclass(frozen=True)
class Unit:
    """A unit, how many work there, what kind of work it is (`profil`) and its reporting culture (domene 8.3)."""

    id: int
    kode: str
    namn: str
    niva: str
    over: "Unit | None"
    tal: int
    profil: str
    kultur: Kultur

    @cached_property
    def sti(self) -> str:
        """The path of ids from the top."""
        return f"{self.over.sti if self.over else '/'}{self.id}/"

    @property
    def miljo(self) -> Miljo:
        """The surroundings its texts come from."""
        return _MILJO.get(self.profil, "anna")

    @property
    def is_care(self) -> bool:
        """Whether it gives care round the clock or at home: most deviations come from there."""
        return self.miljo != "anna"

    def row(self) -> dict[str, object]:
        """Its row in the table, without leaders: they are set when people exist."""
        return {
            "id": self.id,
            "kode": self.kode,
            "namn": self.namn,
            "niva": self.niva,
            "overordna_id": self.over.id if self.over else None,
            "sti": self.sti,
            "gjeld_fra": FIRST_DAY,
        }


def _rows(name: str) -> list[dict[str, str]]:
    with (_HERE / name).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle, delimiter=";"))


def read_units() -> list[Unit]:
    """All units, each after the one it lies under, with ids from 1."""
    staffing = {row["kode"]: row for row in _rows("bemanning.csv")}
    units: dict[str, Unit] = {}
    for number, row in enumerate(_rows("einingar.csv"), start=1):
        staff = staffing[row["kode"]]
        units[row["kode"]] = Unit(
            id=number,
            kode=row["kode"],
            namn=row["namn"],
            niva=row["nivå"],
            over=units[row["overordna"]] if row["overordna"] else None,
            tal=int(staff["tal"]),
            profil=staff["profil"],
            kultur=_KULTURAR[staff["kultur"]],
        )
    return list(units.values())
