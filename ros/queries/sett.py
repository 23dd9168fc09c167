"""The municipality's scales and colour grid: the set in force on a day, and the one an analysis was made with."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from kjerne.i18n import current
from ros.models import RosNiva, RosRute, RosSett
from ros.rules import LEVELS, Akse
from tiltak.rules import Farge

START = Path(__file__).resolve().parent.parent / "startsett"
SANNSYN, KONSEKVENS = "sannsyn", "konsekvens"


@dataclass(frozen=True)
class Skala:
    """A set of scales, read: levels by (axis, level) and the grid by (likelihood, consequence)."""

    niva: Mapping[tuple[str, int], RosNiva]
    grid: Mapping[tuple[int, int], Farge]

    def namn(self, akse: str) -> str:
        """The axis' own name."""
        return self.niva[akse, 0].label

    def levels(self, akse: str) -> list[RosNiva]:
        """The five levels of an axis, lowest first."""
        return [self.niva[akse, level] for level in LEVELS]

    def bounds(self, sannsyn: int) -> tuple[float, float | None]:
        """The times a year a likelihood stands for: from, and up to (None: no upper end)."""
        row = self.niva[SANNSYN, sannsyn]
        return row.per_ar_fra or 0.0, row.per_ar_til


def in_force(db: Session, day: date) -> RosSett | None:
    """The set that holds on a day; None before the first analysis was made."""
    return db.scalars(
        select(RosSett)
        .where(RosSett.gjeld_fra <= day, RosSett.gjeld_til.is_(None) | (RosSett.gjeld_til >= day))
        .order_by(RosSett.gjeld_fra.desc())
        .limit(1)
    ).one_or_none()


def read_sett(db: Session, sett_id: int) -> Skala:
    """A set with its levels and grid. Two queries."""
    niva = {(row.akse, row.niva): row for row in db.scalars(select(RosNiva).where(RosNiva.sett_id == sett_id))}
    rows = db.scalars(select(RosRute).where(RosRute.sett_id == sett_id))
    return Skala(niva, {(row.sannsyn, row.konsekvens): Farge(row.farge) for row in rows})


def current_scale(db: Session, day: date) -> Skala:
    """The scales in force on a day; the starter set while the municipality has none of its own."""
    row = in_force(db, day)
    return read_sett(db, row.id) if row is not None else starter()


def all_sets(db: Session) -> Sequence[RosSett]:
    """Every set there has been, newest first."""
    return db.scalars(select(RosSett).order_by(RosSett.gjeld_fra.desc())).all()


def read_csv(name: str) -> list[dict[str, str]]:
    """The rows of a starter file."""
    with (START / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle, delimiter=";"))


def starter_levels() -> list[RosNiva]:
    """Fresh rows of the starter levels (domene 4.2, 4.3), in no session."""
    numbers = ("per_ar_fra", "per_ar_til")
    return [
        RosNiva(
            **{key: value for key, value in row.items() if key not in {"niva", *numbers}},
            niva=int(row["niva"]),
            **{key: float(row[key]) if row[key] else None for key in numbers},
        )
        for row in read_csv("niva")
    ]


def starter_grid() -> dict[tuple[int, int], Farge]:
    """The starter grid (domene 4.4)."""
    return {(int(row["sannsyn"]), k): Farge(row[f"k{k}"]) for row in read_csv("rutenett") for k in LEVELS}


def starter() -> Skala:
    """The starter set, read from its files."""
    return Skala({(row.akse, row.niva): row for row in starter_levels()}, starter_grid())


@dataclass(frozen=True)
class Mal:
    """A starter analysis: kind, axes, title and purpose in the language in force."""

    kode: str
    slag: str
    aksar: tuple[Akse, ...]
    namn: str
    foremal: str


@dataclass(frozen=True)
class Fare:
    """A ready-made hazard of a starter analysis. `s`, `k` and `akse` are only an example: the group judges by itself."""

    kategori: str
    hending: str
    arsaker: str
    barrierar: str
    dempande: str
    s: int
    k: int
    akse: Akse


@lru_cache
def _rows(name: str) -> tuple[dict[str, str], ...]:
    return tuple(read_csv(name))


def templates() -> list[Mal]:
    """The starter analyses, in the language in force."""
    sprak = current()
    return [
        Mal(
            row["kode"],
            row["slag"],
            tuple(Akse(code) for code in row["aksar"].split(",")),
            row[sprak],
            row[f"foremal_{sprak}"],
        )
        for row in _rows("malar")
    ]


def hazards(mal: str, sprak: str | None = None) -> list[Fare]:
    """The hazards of a starter analysis; lists are one to a line."""
    words = sprak or current()

    def lines(row: dict[str, str], name: str) -> str:
        return row[f"{name}_{words}"].replace("|", "\n")

    return [
        Fare(
            row["kategori"],
            row[f"hending_{words}"],
            lines(row, "arsaker"),
            lines(row, "barrierar"),
            lines(row, "dempande"),
            int(row["s"]),
            int(row["k"]),
            Akse(row["akse"]),
        )
        for row in _rows("farar")
        if row["mal"] == mal
    ]
