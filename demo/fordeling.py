"""How demo deviations are spread: the ranges of domene 8.3 (marked there as derived, not published norms) as tables.

Each table has one column per reporting culture: low, normal, high. Pure: it draws, it knows no database.
"""

import math
import random
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

from demo.organisasjon import Kultur, Unit

__all__ = ["ANDEL_NESTEN", "Handsaming", "day_weights", "draw", "draw_kind", "draw_level", "draw_pace", "unit_weight"]

#: Reports per employee and year.
_PER_TILSETT: Final[dict[Kultur, float]] = {"lag": 0.6, "normal": 2.3, "hog": 5.0}
#: What is not care round the clock reports less.
_UTANFOR_OMSORG: Final = 0.3

_HOVUDTYPE: Final[dict[Kultur, dict[str, float]]] = {
    "lag": {"pasient_brukar": 60, "hms": 15, "organisasjon": 12, "samhandling": 5, "info_personvern": 3, "anna": 5},
    "normal": {"pasient_brukar": 65, "hms": 15, "organisasjon": 8, "samhandling": 5, "info_personvern": 3, "anna": 4},
    "hog": {"pasient_brukar": 70, "hms": 14, "organisasjon": 6, "samhandling": 4, "info_personvern": 3, "anna": 3},
}
_UTANFOR: Final = {
    "pasient_brukar": 38,
    "hms": 15,
    "organisasjon": 11,
    "samhandling": 10,
    "info_personvern": 9,
    "anna": 17,
}
_DRIFT: Final = {"pasient_brukar": 12, "hms": 34, "organisasjon": 14, "samhandling": 4, "info_personvern": 2, "anna": 34}
_ANDRE_TYPAR: Final = {
    ("brann", "brannalarm"): 10,
    ("brann", "roming"): 9,
    ("brann", "el_feil"): 8,
    ("bygg_utstyr", "reinhald_bygg"): 25,
    ("ytre_miljo", "avfall_utslipp"): 6,
    ("sakshandsaming", "frist_vedtak"): 11,
    ("sakshandsaming", "ikkje_iverksett"): 11,
    ("okonomi", "svinn"): 8,
    ("okonomi", "innkjop"): 7,
    ("bygg_utstyr", "anna"): 5,
}
_PASIENT: Final[dict[Kultur, dict[str, float]]] = {
    "lag": {"legemiddel": 35, "fall": 20, "rest": 45},
    "normal": {"legemiddel": 45, "fall": 22, "rest": 33},
    "hog": {"legemiddel": 55, "fall": 25, "rest": 20},
}
_LEGEMIDDEL: Final = {
    "legemiddel_ikkje_gitt": 34,
    "legemiddel_feil_dose": 14,
    "legemiddel_feil_person": 6,
    "legemiddel_feil_tid": 14,
    "legemiddel_feil_legemiddel": 6,
    "legemiddel_liste": 8,
    "legemiddel_multidose": 13,
    "legemiddel_oppbevaring": 5,
}
_FALL: Final = {"fall_utan_skade": 70, "fall_med_skade": 30}
_PLEIE: Final = {
    "pleie_manglande": 20,
    "dokumentasjon": 15,
    "observasjon_oppfolging": 9,
    "velferdsteknologi": 8,
    "ernaering": 7,
    "forverring_ikkje_oppdaga": 6,
    "informasjon_parorande": 6,
    "trykksar": 5,
    "hjelpemiddel": 5,
    "sakna_person": 4,
    "smitte_hygiene": 4,
    "medisinsk_utstyr": 3,
    "transport": 3,
    "tvang_utan_vedtak": 1.5,
    "overgrep_krenking": 1,
    "anna": 2,
}
_HMS: Final = {
    "stikkskade": 7,
    "belastning_ergonomi": 12,
    "fall_tilsett": 7,
    "psykososialt": 8,
    "arbeidstid": 10,
    "kjemikalie": 2,
    "inneklima": 8,
    "aleinearbeid": 7,
}
#: Violence gathers in a few units (domene 8.2, 8.3): its share of hms by kind of unit.
_VALD: Final = {"skjerma": 0.8, "bufellesskap": 0.62, "sjukeheim": 0.42, "oppfolging": 0.55, "heim": 0.3, "natt": 0.3}
_ORGANISASJON: Final = {"bemanning_underskudd": 62, "kompetanse_mangel": 22, "rutine_manglar": 16}
_SAMHANDLING: Final = {"utskriving": 32, "epikrise_pll": 26, "fastlege": 20, "intern_overlapp": 22}
_INFO: Final = {"uvedkomande_innsyn": 26, "feilsending": 30, "snoking": 4, "tapt_utstyr": 15, "ikt_nede": 25}

_ALVOR: Final[dict[Kultur, tuple[float, ...]]] = {
    "lag": (30, 35, 25, 9, 1),
    "normal": (45, 33, 17, 4.7, 0.3),
    "hog": (55, 30, 12, 2.8, 0.2),
}
#: Some kinds are never, or never less than, a level.
_GOLV: Final = {"fall_med_skade": 2, "overgrep_krenking": 3, "sakna_person": 2, "snoking": 3, "tvang_utan_vedtak": 2}
_TAK: Final = {"fall_utan_skade": 2, "reinhald_bygg": 3, "innkjop": 3, "anna": 3, "inneklima": 3}
ANDEL_NESTEN: Final[dict[Kultur, float]] = {"lag": 0.05, "normal": 0.125, "hog": 0.25}
#: Handling: median days, and the spread that gives the share closed within 30 days (40, 70, 85 %).
_DAGAR: Final[dict[Kultur, tuple[float, float]]] = {"lag": (40, 1.14), "normal": (15, 1.32), "hog": (7, 1.4)}
#: Share that hears from a human within the promise.
_LOFTE: Final[dict[Kultur, float]] = {"lag": 0.62, "normal": 0.85, "hog": 0.95}
#: Reports by month: more with summer substitutes, fewer of them hms.
_MAANAD: Final = (1.0, 0.98, 1.0, 0.96, 0.97, 1.0, 1.14, 1.16, 1.02, 1.02, 1.0, 0.95)
_VEKEDAG: Final = (1.16, 1.03, 1.0, 0.98, 1.0, 0.9, 0.93)
_VEKST_PER_AAR: Final = 0.12


class Handsaming(NamedTuple):
    """How fast one case is handled: days to the first answer and to the end."""

    svar: float
    slutt: float


def draw(rng: random.Random, weights: Mapping[str, float]) -> str:
    """A key, by its weight."""
    return rng.choices(tuple(weights), tuple(weights.values()))[0]


def unit_weight(unit: Unit) -> float:
    """How many reports a year a unit is expected to make."""
    return unit.tal * _PER_TILSETT[unit.kultur] * (1 if unit.is_care else _UTANFOR_OMSORG)


def day_weights(days: Sequence[date]) -> list[float]:
    """How busy each day is: season, weekday, and a reporting culture that grows."""
    first = days[0]
    return [
        _MAANAD[day.month - 1] * _VEKEDAG[day.weekday()] * (1 + _VEKST_PER_AAR * (day - first) / timedelta(days=365))
        for day in days
    ]


def _types(unit: Unit, month: int) -> Mapping[str, float]:
    table = _HOVUDTYPE[unit.kultur] if unit.is_care else _DRIFT if unit.profil == "drift" else _UTANFOR
    if month in {7, 8}:
        return {**table, "hms": table["hms"] * 0.8}
    return table


def _patient(rng: random.Random, unit: Unit) -> str:
    if not unit.is_care:
        return draw(rng, _PLEIE if rng.random() < 0.75 else _LEGEMIDDEL)
    part = draw(rng, _PASIENT[unit.kultur])
    if part == "legemiddel":
        return draw(rng, _LEGEMIDDEL)
    if part == "fall":
        return draw(rng, _FALL)
    extra = {"besok_uteblive": 14} if unit.profil in {"heim", "natt"} else {"vald_bebuar_bebuar": 6}
    return draw(rng, {**_PLEIE, **extra})


def draw_kind(rng: random.Random, unit: Unit, month: int) -> tuple[str, str]:
    """Main type and sub-category of a case in a unit."""
    kind = draw(rng, _types(unit, month))
    if kind == "anna":
        return rng.choices(list(_ANDRE_TYPAR), list(_ANDRE_TYPAR.values()))[0]
    if kind == "pasient_brukar":
        return kind, _patient(rng, unit)
    if kind == "hms":
        return kind, "vald_trussel_tilsett" if rng.random() < _VALD.get(unit.profil, 0.15) else draw(rng, _HMS)
    tables = {"organisasjon": _ORGANISASJON, "samhandling": _SAMHANDLING, "info_personvern": _INFO}
    return kind, draw(rng, tables[kind])


def draw_level(rng: random.Random, unit: Unit, underkategori: str) -> int:
    """Severity 1-5."""
    level = rng.choices((1, 2, 3, 4, 5), _ALVOR[unit.kultur])[0]
    return min(max(level, _GOLV.get(underkategori, 1)), _TAK.get(underkategori, 5))


def draw_pace(rng: random.Random, unit: Unit, alvor: int) -> Handsaming:
    """Days to the first answer (most within the promise) and to the end (lognormal)."""
    median, spread = _DAGAR[unit.kultur]
    in_time = rng.random() < _LOFTE[unit.kultur]
    answer = rng.uniform(0.05, 2.4) if in_time else rng.uniform(4.5, 16)
    days = median * math.exp(spread * rng.gauss(0, 1))
    return Handsaming(answer * (0.5 if alvor >= 4 else 1), min(max(days, 0.4), 400.0))
