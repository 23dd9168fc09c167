"""The legal duties, as data shipped with the program: summaries in our own words, never the statute's text.

Each row says where the duty stands, from when, where that was read, and whether it was confirmed at a source (`stadfesta`).
`bevis` names the evidence the system holds about it (`oppdragsbrev.queries.bevis`).
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from kjerne.i18n import Lazy
from kjerne.i18n import lazy as _l

LIST = Path(__file__).resolve().parent / "startsett" / "krav.csv"

GRUPPENAMN: Mapping[str, Lazy] = {
    "1.1": _l("Leiing og kvalitetsforbetring (forskrift 2016 nr. 1250)"),
    "1.2": _l("Kommunelova kapittel 25"),
    "1.3": _l("Internkontrollforskrifta (HMS) § 5"),
    "1.4": _l("Helselovgjeving"),
    "1.5": _l("Arbeidsmiljø"),
    "1.6": _l("Personvern og informasjonstryggleik"),
    "1.7": _l("Beredskap"),
    "1.8": _l("Likestilling og tilgjenge"),
    "1.9": _l("Arkiv"),
}


@dataclass(frozen=True)
class Krav:
    """One legal duty. `gjeld_fra` is None where the date was not read."""

    kode: str
    gruppe: str
    heimel: str
    nn: str
    nb: str
    stadfesta: bool
    bevis: tuple[str, ...]
    gjeld_fra: date | None
    kjelde: str

    def tekst(self, sprak: str) -> tuple[str, str]:
        """The summary and the language it stands in: English readers get bokmål, as the law has no English text."""
        return (self.nn, "nn") if sprak == "nn" else (self.nb, "nb")


@cache
def duties() -> Mapping[str, Krav]:
    """All duties by code, in the order of the list. Read once for each process."""
    with LIST.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter=";"))
    return {
        row["kode"]: Krav(
            kode=row["kode"],
            gruppe=row["gruppe"],
            heimel=row["heimel"],
            nn=row["nn"],
            nb=row["nb"],
            stadfesta=row["stadfesta"] == "ja",
            bevis=tuple(row["bevis"].split()),
            gjeld_fra=date.fromisoformat(row["gjeld_fra"]) if row["gjeld_fra"] else None,
            kjelde=row["kjelde"],
        )
        for row in rows
    }
