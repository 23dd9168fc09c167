"""Which routines a unit needs: our starter list (framlegg, derived from domene 1, 4.6 and 6.2), kinds of units, and the heimel.

Pure: the list is a file of the program. The municipality's own stand beside it (`queries.rutinar`); what a unit has of either
stands in `Rutinedekning`.
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from kjerne.i18n import Lazy, current
from kjerne.i18n import lazy as _l

LIST = Path(__file__).resolve().parent / "startsett" / "rutinebehov.csv"
ALL = "alle"


class Slag(StrEnum):
    """What a unit does, as far as it decides which routines it needs (framlegg)."""

    INSTITUSJON = "institusjon"
    HEIMETENESTE = "heimeteneste"
    BUFELLESSKAP = "bufellesskap"
    HELSETENESTE = "helseteneste"
    FOREBYGGJANDE = "forebyggjande"
    REHABILITERING = "rehabilitering"
    PSYKISK = "psykisk"
    DAGTILBOD = "dagtilbod"
    STOTTE = "stotte"
    STAB = "stab"


SLAGNAMN: dict[Slag, Lazy] = {
    Slag.INSTITUSJON: _l("Institusjon"),
    Slag.HEIMETENESTE: _l("Heimeteneste"),
    Slag.BUFELLESSKAP: _l("Bufellesskap og avlasting"),
    Slag.HELSETENESTE: _l("Legevakt og legesenter"),
    Slag.FOREBYGGJANDE: _l("Helsestasjon og førebygging"),
    Slag.REHABILITERING: _l("Rehabilitering"),
    Slag.PSYKISK: _l("Psykisk helse og rus"),
    Slag.DAGTILBOD: _l("Dagtilbod og arbeid"),
    Slag.STOTTE: _l("Kjøkken, vaskeri og transport"),
    Slag.STAB: _l("Leiing og stab"),
}

#: The first that fits a name wins. A guess only: the page lets it be set.
_WORDS: tuple[tuple[Slag, str], ...] = (
    (Slag.DAGTILBOD, r"dagsenter|dagtilbo|frivill|arbeidssenter|aktivitetshus|møteplass"),
    (Slag.STOTTE, r"kjøkken|vaskeri|køyretenest|kjøretjenest|transport|vaktmeister|reinhald|renhold"),
    (Slag.FOREBYGGJANDE, r"helsestasjon|skulehels|skolehels|jordmor|friskliv|smittevern|helsevern|familieteam|familiesenter"),
    (Slag.HELSETENESTE, r"legevakt|legesenter|legekontor|ø-hjelp"),
    (Slag.REHABILITERING, r"rehab|ergoterapi|fysio"),
    (Slag.BUFELLESSKAP, r"bufellesskap|bofellesskap|avlast|butenest|botjenest|barnebolig|barnebustad"),
    (Slag.PSYKISK, r"psykisk|rus\b|oppfølging|hybelhus|flyktning|bustadsosial"),
    (Slag.INSTITUSJON, r"sjukeheim|sykehjem|omsorgssenter|institusjon|etasje|skjerma|helsehus|langtid|korttid"),
    (Slag.HEIMETENESTE, r"heimetenest|hjemmetjenest|heimesjukepleie|hjemmesykepleie|nattenest|nattjenest|kvardagsrehab"),
    (Slag.STAB, r"stab|kommunalsjef|administrasjon|\bnav\b|tenestekontor|tjenestekontor|helse og omsorg"),
)

#: Where the duty stands, in short (domene 1). Shown beside each need.
HEIMLAR: dict[str, str] = {
    "AML-2A-6": "aml. § 2 A-6",
    "AML-4-1..4": "aml. §§ 4-1–4-4",
    "AML-5-2": "aml. § 5-2",
    "FLK-6D": "FLK § 6 d",
    "FLK-6E": "FLK § 6 e",
    "FLK-6G": "FLK § 6 g",
    "FLK-7B": "FLK § 7 b",
    "FLK-7E": "FLK § 7 e",
    "FLK-8E": "FLK § 8 e",
    "FLK-8F": "FLK § 8 f",
    "GDPR-33": "GDPR art. 33",
    "HBL": "helseberedskapslova",
    "HOL-3-10": "hol. § 3-10",
    "HOL-4-1": "hol. § 4-1",
    "HOL-4-2": "hol. § 4-2",
    "HOL-5-10": "hol. § 5-10",
    "HOL-9": "hol. kap. 9",
    "HPL-16": "hpl. § 16",
    "HPL-21": "hpl. § 21",
    "HPL-4": "hpl. § 4",
    "HTL-6": "htl. § 6, hol. § 12-3 a",
    "KOML-25-1B": "koml. § 25-1 b",
    "LMH-4": "forskrift 2008 nr. 320 § 4",
    "MU-HANDT": "forskrift 2013 nr. 1373",
    "NORMEN": "Normen",
    "PBRL-4A": "pbrl. kap. 4 A",
    "SMV": "smittevernlova",
}


class Dekning(StrEnum):
    """How a need stands in a unit. `utdatert`: its procedure has passed the revision deadline, or is out of use."""

    DEKT = "dekt"
    PLANLAGT = "planlagt"
    UTDATERT = "utdatert"
    MANGLAR = "manglar"
    IKKJE = "ikkje"


DEKNINGNAMN: dict[Dekning, Lazy] = {
    Dekning.DEKT: _l("Dekt"),
    Dekning.PLANLAGT: _l("Planlagt"),
    Dekning.UTDATERT: _l("Utdatert"),
    Dekning.MANGLAR: _l("Manglar"),
    Dekning.IKKJE: _l("Ikkje aktuell her"),
}


@dataclass(frozen=True)
class Behov:
    """A routine that units of some kinds need, and where the duty stands. `eigen`: the municipality's own, `ansvar` a role."""

    kode: str
    tema: str
    nn: str
    nb: str
    en: str
    slag: frozenset[str]
    heimel: str
    ansvar: str = ""
    eigen: bool = False

    @property
    def label(self) -> str:
        """What it is, in the language in force."""
        return str(getattr(self, current()))

    @property
    def kjelde(self) -> str:
        """Where the duty stands, in short; the municipality writes its own."""
        return HEIMLAR.get(self.heimel, self.heimel)

    def needed_by(self, slag: str) -> bool:
        """Whether a unit of that kind needs it."""
        return ALL in self.slag or slag in self.slag


@lru_cache
def all_needs() -> dict[str, Behov]:
    """The list, by code, in its order."""
    with LIST.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle, delimiter=";"))
    return {
        row["kode"]: Behov(
            row["kode"], row["tema"], row["nn"], row["nb"], row["en"], frozenset(row["einingstypar"].split("|")), row["heimel"]
        )
        for row in rows
    }


def guess_slag(names: Sequence[str]) -> Slag:
    """The kind of a unit by its name, else by the names above it, nearest first; an institution when no name says."""
    for name in names:
        low = name.casefold()
        for slag, words in _WORDS:
            if re.search(words, low):
                return slag
    return Slag.INSTITUSJON
