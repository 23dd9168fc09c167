"""Fictional texts for demo deviations: what the reporter, the leader and the coordinator write.

The sentences lie in demo/data/tekstar_*.csv (nynorsk and bokmål side by side), the words for their slots in
demo/data/ord.csv. A text is an event, often a detail and sometimes a circumstance; the same seed gives the same text.
No text names or identifies anybody: people are «bebuaren», «brukar A».
"""

import csv
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final, Literal, TypeVar

__all__ = ["MILJO", "Fortelling", "Miljo", "categories", "describe", "phrase"]

Miljo = Literal["institusjon", "heim", "bufellesskap", "anna"]
Row = TypeVar("Row")
MILJO: Final[tuple[Miljo, ...]] = ("institusjon", "heim", "bufellesskap", "anna")

_DATA: Final = Path(__file__).resolve().parent / "data"
_SLOT: Final = re.compile(r"\{(\w+)\}")
_SENTENCE_ENDS: Final = (". ", "? ", "! ")
_FELLES: Final = "*"
# Which marked events fit where; unmarked events fit everywhere.
_PASSAR: Final[dict[str, frozenset[str]]] = {
    "institusjon": frozenset({"", "institusjon"}),
    "heim": frozenset({"", "heim"}),
    "bufellesskap": frozenset({"", "institusjon"}),
    "anna": frozenset({""}),
}
# Plain numbers in the texts: slot → (lowest, highest, step).
_TAL: Final[dict[str, tuple[int, int, int]]] = {
    "n": (2, 6, 1),
    "min": (15, 95, 5),
    "nveker": (6, 16, 1),
    "nbesok": (14, 26, 1),
    "nvakt": (12, 16, 1),
    "nkvile": (6, 8, 1),
    "nfast": (12, 15, 1),
    "nring": (4, 11, 1),
    "news": (5, 8, 1),
    "grad": (9, 14, 1),
    "varme": (27, 31, 1),
    "kroner": (200, 3900, 50),
    "ar": (2012, 2020, 1),
}
_DEL_AV_DOGNET: Final = ((6, "natt"), (11, "morgon"), (14, "dag"), (17, "ettermiddag"), (24, "kveld"))
_SJANSE_DETALJ: Final = 0.85
_SJANSE_OMSTENDE: Final = 0.45
_SJANSE_KLOKKA: Final = 0.3


@dataclass(frozen=True, slots=True)
class Fortelling:
    """One deviation told from report to closing; `arsak` is a code of the cause list, the rest are whole sentences."""

    skildring: str
    strakstiltak: str
    svar: str
    sluttsvar: str
    kommentar: str
    arsak: str
    arsaksnotat: str
    tiltak: list[str] = field(default_factory=list)


def _read(namn: str) -> list[dict[str, str]]:
    with (_DATA / namn).open(encoding="utf-8", newline="") as fil:
        return list(csv.DictReader(fil, delimiter=";"))


@cache
def _sentences() -> dict[tuple[str, str], list[dict[str, str]]]:
    """Rows by (sub-category, part)."""
    table: dict[tuple[str, str], list[dict[str, str]]] = {}
    for fil in sorted(_DATA.glob("tekstar_*.csv")):
        for row in _read(fil.name):
            table.setdefault((row["underkategori"], row["del"]), []).append(row)
    return table


@cache
def _words() -> dict[tuple[str, str], list[dict[str, str]]]:
    """Rows by (slot, mark)."""
    table: dict[tuple[str, str], list[dict[str, str]]] = {}
    for row in _read("ord.csv"):
        table.setdefault((row["ord"], row["merke"]), []).append(row)
    return table


@cache
def _pieces(template: str) -> tuple[tuple[str, str, bool], ...]:
    """A template cut at its slots: each text with the slot after it ("" after the last), and whether the slot starts a sentence."""
    cut = [*_SLOT.split(template), ""]
    return tuple(
        (text, slot, text.endswith(_SENTENCE_ENDS) or (place == 0 and not text))
        for place, (text, slot) in enumerate(zip(cut[::2], cut[1::2], strict=True))
    )


@cache
def _fitting(kode: str, miljo: Miljo) -> list[dict[str, str]]:
    """The events of a sub-category that can happen in the surroundings; all when none can."""
    rows = _sentences()[kode, "hending"]
    return [row for row in rows if row["merke"] in _PASSAR[miljo]] or rows


def pick(rng: random.Random, rows: Sequence[Row]) -> Row:
    """One of the rows. As `rng.choice`, but three times as fast: a million cases ask for it eighty million times."""
    return rows[int(rng.random() * len(rows))]


def categories() -> frozenset[str]:
    """The codes of all sub-categories that have texts."""
    return frozenset(kode for kode, _ in _sentences() if kode != _FELLES)


def _suit(rng: random.Random, kode: str, miljo: Miljo | None) -> Miljo:
    """The surroundings asked for, or drawn; others when no event of the sub-category can happen there."""
    fits = _miljo_of(kode)
    if miljo is not None and miljo in fits:
        return miljo
    return pick(rng, [kind for kind in MILJO[:2] if kind in fits])


@cache
def _miljo_of(kode: str) -> frozenset[Miljo]:
    """The surroundings in which some event of the sub-category can happen."""
    marks = {row["merke"] for row in _sentences()[kode, "hending"]}
    return frozenset(kind for kind in MILJO if marks & _PASSAR[kind])


class _Teller:
    """Tells one story: the choices made once (who, when, where) hold through all its sentences."""

    def __init__(self, rng: random.Random, sprak: str, miljo: Miljo, tidspunkt: datetime | None) -> None:
        self.rng = rng
        self.sprak = sprak
        self.miljo = miljo
        timen = tidspunkt.hour if tidspunkt else rng.randrange(6, 24)
        minutt = tidspunkt.minute if tidspunkt else rng.randrange(0, 60, 5)
        dag = tidspunkt.isoweekday() if tidspunkt else rng.randint(1, 7)
        ein, den = self.word("person", miljo).split("/")
        ho, henne = self.word("kjonn").split("/")
        self.fast: dict[str, str] = {
            "ein_brukar": ein,
            "brukaren": den,
            "ho": ho,
            "henne": henne,
            "kl": f"{timen:02}:{minutt:02}",
            "dag": self.word("dag", str(dag)),
        }
        self.dognet = next(namn for slutt, namn in _DEL_AV_DOGNET if timen < slutt)

    def word(self, slot: str, merke: str = "") -> str:
        """A word for a slot, in the story's language."""
        return pick(self.rng, _words()[slot, merke])[self.sprak]

    def choose(self, kode: str, part: str) -> dict[str, str]:
        """A row of one part, fitting the surroundings when any does."""
        return pick(self.rng, _fitting(kode, self.miljo) if part == "hending" else _sentences()[kode, part])

    def sentence(self, kode: str, part: str) -> str:
        """One finished sentence of a part."""
        return self.fill(self.choose(kode, part)[self.sprak])

    def fill(self, template: str) -> str:
        """The template with its slots filled; a slot that starts a sentence gets its capital letter."""
        pieces = _pieces(template)
        if len(pieces) == 1:
            return template
        has_clock = "{kl}" in template
        said = []
        for text, slot, starts in pieces:
            said.append(text)
            if slot:
                value = self.fast.get(slot) or self.value(slot, has_clock=has_clock)
                said.append(value[:1].upper() + value[1:] if starts else value)
        return "".join(said)

    def value(self, slot: str, *, has_clock: bool) -> str:
        """What a slot becomes; the same slot keeps its word through the story, except numbers."""
        if slot in _TAL:
            low, high, step = _TAL[slot]
            return str(self.rng.randrange(low, high + 1, step))
        if slot == "tid":
            if not has_clock and self.rng.random() < _SJANSE_KLOKKA:
                return f"klokka {self.fast['kl']}"
            return self.word("tid", self.dognet)
        if slot not in self.fast:
            self.fast[slot] = self.word(slot, self.miljo if slot == "stad" else "")
        return self.fast[slot]


def describe(
    rng: random.Random,
    underkategori: str,
    sprak: str,
    *,
    miljo: Miljo | None = None,
    tidspunkt: datetime | None = None,
) -> Fortelling:
    """A made-up story of a deviation of the sub-category, in `sprak` ("nn" or "nb").

    `miljo`: the surroundings, so that a nursing home does not report from somebody's kitchen; drawn when None.
    `tidspunkt`: Oslo time of the event, so that hour and weekday in the text agree with it; drawn when None.
    KeyError for an unknown sub-category or language.
    """
    teller = _Teller(rng, sprak, _suit(rng, underkategori, miljo), tidspunkt)
    skildring = [teller.sentence(underkategori, "hending")]
    if rng.random() < _SJANSE_DETALJ:
        skildring.append(teller.sentence(underkategori, "detalj"))
    if rng.random() < _SJANSE_OMSTENDE:
        skildring.append(teller.sentence(_FELLES, "omstende"))
    arsak = teller.choose(underkategori, "arsak")
    rader = _sentences()[underkategori, "tiltak"]
    tiltak = [rad[sprak] for rad in rng.sample(rader, rng.randint(1, 2))]
    teller.fast["tema"] = teller.choose(underkategori, "tema")[sprak]
    teller.fast["tiltak"] = tiltak[0][:1].lower() + tiltak[0][1:] if not tiltak[0][:2].isupper() else tiltak[0]
    teller.fast["dag"] = teller.word("dag", str(rng.randint(1, 5)))  # meetings come later, on a working day
    return Fortelling(
        skildring=" ".join(skildring),
        strakstiltak=teller.sentence(underkategori, "strakstiltak"),
        svar=" ".join(teller.sentence(_FELLES, part) for part in ("svar_a", "svar_b", "svar_c")),
        sluttsvar=" ".join(teller.sentence(_FELLES, part) for part in ("slutt_a", "slutt_b", "slutt_c")),
        kommentar=teller.sentence(_FELLES, "kommentar"),
        arsak=arsak["merke"],
        arsaksnotat=teller.fill(arsak[sprak]),
        tiltak=tiltak,
    )


def phrase(rng: random.Random, part: str, sprak: str) -> str:
    """A sentence that fits any case, such as a question to the reporter; KeyError for an unknown part or language."""
    return pick(rng, _sentences()[_FELLES, part])[sprak]
