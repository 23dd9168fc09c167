"""Lights by readable rules, and the points of the letter. Pure: no web, no database.

The seven points are those of the assignment letter the project was made from; the thresholds are proposals the municipality
edits (`/oppdragsbrev/reglar`).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from enum import IntEnum, StrEnum
from typing import Protocol, TypeVar

from kjerne.i18n import Lazy
from kjerne.i18n import lazy as _l

T = TypeVar("T")


class Punkt(IntEnum):
    """The seven points of the letter."""

    ROS = 1
    RUTINAR = 2
    AVVIK = 3
    KOMPETANSE = 4
    BRUKARMEDVERKNAD = 5
    HMS = 6
    ARKIV = 7


PUNKTNAMN: Mapping[Punkt, Lazy] = {
    Punkt.ROS: _l("Risiko- og sårbarheitsanalyse (ROS)"),
    Punkt.RUTINAR: _l("Rutinar og prosedyrar"),
    Punkt.AVVIK: _l("Avvikshandtering"),
    Punkt.KOMPETANSE: _l("Kompetanse"),
    Punkt.BRUKARMEDVERKNAD: _l("Brukarmedverknad"),
    Punkt.HMS: _l("HMS"),
    Punkt.ARKIV: _l("Arkiv"),
}
PUNKTKORT: Mapping[Punkt, Lazy] = {
    Punkt.ROS: _l("ROS"),
    Punkt.RUTINAR: _l("Rutinar"),
    Punkt.AVVIK: _l("Avvik"),
    Punkt.KOMPETANSE: _l("Kompetanse"),
    Punkt.BRUKARMEDVERKNAD: _l("Brukarar"),
    Punkt.HMS: _l("HMS"),
    Punkt.ARKIV: _l("Arkiv"),
}


class Lys(StrEnum):
    """A traffic light; "none" when there is nothing to judge."""

    OK = "ok"
    OBS = "obs"
    BAD = "bad"
    NONE = "none"


#: Worst first.
_ORDER = (Lys.BAD, Lys.OBS, Lys.OK, Lys.NONE)
LYSNAMN: Mapping[Lys, Lazy] = {
    Lys.OK: _l("På plass"),
    Lys.OBS: _l("Følg med"),
    Lys.BAD: _l("Må gjerast"),
    Lys.NONE: _l("Ikkje noko å vurdere"),
}


class Retning(StrEnum):
    """Whether much or little is good, or whether the value is only told."""

    HOG = "hog"
    LAG = "lag"
    FORTEL = "fortel"


def light(value: float | None, retning: Retning, gron: float, gul: float) -> Lys:
    """Green from (or down to) `gron`, yellow from (or down to) `gul`, else red; None, or only told, has no light."""
    if value is None or retning is Retning.FORTEL:
        return Lys.NONE
    if retning is Retning.HOG:
        return Lys.OK if value >= gron else Lys.OBS if value >= gul else Lys.BAD
    return Lys.OK if value <= gron else Lys.OBS if value <= gul else Lys.BAD


def worst(lights: "list[Lys]") -> Lys:
    """The worst of some lights; none when there are none."""
    return next((lys for lys in _ORDER if lys in lights), Lys.NONE)


def sound(retning: Retning, gron: float, gul: float) -> bool:
    """Whether two thresholds stand in the order their direction asks for."""
    return gron >= gul if retning is Retning.HOG else gron <= gul


NAMN_MAX, TEKST_MAX, KULE_MAX, ADRESSE_MAX, LENKJER_MAX = 120, 8000, 600, 300, 10
#: A reminder goes so long before a deadline, and one after it.
REMIND_BEFORE = timedelta(days=14)
#: A scheduler that was down for weeks still sends what it missed, once.
LOOK_BACK = timedelta(days=60)


class Brevtilstand(StrEnum):
    """Where a letter stands."""

    KLADD = "kladd"
    SENDT = "sendt"
    AVSLUTTA = "avslutta"


BREVSTEG: Mapping[Brevtilstand, frozenset[Brevtilstand]] = {
    Brevtilstand.KLADD: frozenset({Brevtilstand.SENDT}),
    Brevtilstand.SENDT: frozenset({Brevtilstand.AVSLUTTA}),
    Brevtilstand.AVSLUTTA: frozenset(),
}
TILSTANDNAMN: Mapping[Brevtilstand, Lazy] = {
    Brevtilstand.KLADD: _l("Kladd"),
    Brevtilstand.SENDT: _l("Sendt"),
    Brevtilstand.AVSLUTTA: _l("Avslutta"),
}


class Svarstatus(StrEnum):
    """How far a unit has come with a bullet."""

    IKKJE_STARTA = "ikkje_starta"
    I_GANG = "i_gang"
    FERDIG = "ferdig"
    IKKJE_AKTUELT = "ikkje_aktuelt"


SVARNAMN: Mapping[Svarstatus, Lazy] = {
    Svarstatus.IKKJE_STARTA: _l("Ikkje starta"),
    Svarstatus.I_GANG: _l("I gang"),
    Svarstatus.FERDIG: _l("Ferdig"),
    Svarstatus.IKKJE_AKTUELT: _l("Ikkje aktuelt"),
}
#: Bullets with these need nothing more; next year's letter takes the others with it.
DONE = frozenset({Svarstatus.FERDIG, Svarstatus.IKKJE_AKTUELT})


class Punkttilstand(StrEnum):
    """Where a point stands in a unit."""

    OPEN = "open"
    LEVERT = "levert"
    GODTEKEN = "godteken"
    RETUR = "retur"


PUNKTSTEG: Mapping[Punkttilstand, frozenset[Punkttilstand]] = {
    Punkttilstand.OPEN: frozenset({Punkttilstand.LEVERT}),
    Punkttilstand.RETUR: frozenset({Punkttilstand.LEVERT}),
    Punkttilstand.LEVERT: frozenset({Punkttilstand.GODTEKEN, Punkttilstand.RETUR}),
    Punkttilstand.GODTEKEN: frozenset({Punkttilstand.RETUR}),
}
#: Points the unit still has to deliver.
TO_DELIVER = frozenset({Punkttilstand.OPEN, Punkttilstand.RETUR})
PUNKTTILSTANDNAMN: Mapping[Punkttilstand, Lazy] = {
    Punkttilstand.OPEN: _l("Ikkje levert"),
    Punkttilstand.LEVERT: _l("Levert"),
    Punkttilstand.GODTEKEN: _l("Godteken"),
    Punkttilstand.RETUR: _l("Sendt tilbake"),
}


_ODD = re.compile(r"[\s\\<>\"'`{}|^\x00-\x1f\x7f]")
#: The parts of the system an answer may point into.
OURS: Mapping[str, Lazy] = {
    "avvik": _l("Avvik"),
    "tiltak": _l("Tiltak"),
    "prosedyrar": _l("Prosedyrar"),
    "kompetanse": _l("Kompetanse"),
    "ros": _l("ROS"),
    "rapportar": _l("Rapportar"),
    "oppdragsbrev": _l("Oppdragsbrev"),
    "krav": _l("Lovkrav"),
    "register": _l("Register"),
}


def in_list(kinds: Iterable[str]) -> str:
    """The values of an enumeration as a CHECK wants them."""
    return ",".join(f"'{kind}'" for kind in kinds)


def internal(raw: str) -> str | None:
    """The path of something in our own system; None for anything else.

    No other server, no scheme, no way out by `//`, `..` or a backslash, and no page that only does things (log out).
    """
    path = raw.strip()
    if not path.startswith("/") or path.startswith("//") or len(path) > ADRESSE_MAX or _ODD.search(path):
        return None
    first = path.split("?", 1)[0].split("#", 1)[0].split("/")
    return None if ".." in first or first[1] not in OURS else path


def in_order(rows: Sequence[T], places: Sequence[int]) -> list[T]:
    """Rows by the places that were asked for (from 1; 0: where it stands). On the same place stands first what was moved up."""
    asked = [(wanted or here, (wanted or here) - here) for here, wanted in enumerate(places, start=1)]
    return [row for _key, row in sorted(zip(asked, rows, strict=True), key=lambda pair: pair[0])]


class Tekster(Protocol):
    """Something said in three languages."""

    nn: str
    nb: str
    en: str


def said(row: Tekster, sprak: str) -> str:
    """Its words in a language; where that is empty, in the one that stands nearest."""
    order = {"nn": (row.nn, row.nb, row.en), "nb": (row.nb, row.nn, row.en)}.get(sprak, (row.en, row.nn, row.nb))
    return next((text for text in order if text), "")


#: How a state is drawn: the tag's kind and its icon (templates/felles/merke.html).
PUNKTMERKE: Mapping[Punkttilstand, tuple[str, str]] = {
    Punkttilstand.OPEN: ("", "clock"),
    Punkttilstand.LEVERT: ("tint", "inbox"),
    Punkttilstand.GODTEKEN: ("ok", "check"),
    Punkttilstand.RETUR: ("obs", "arrow-left"),
}
SVARMERKE: Mapping[Svarstatus, tuple[str, str]] = {
    Svarstatus.IKKJE_STARTA: ("", "clock"),
    Svarstatus.I_GANG: ("tint", "edit"),
    Svarstatus.FERDIG: ("ok", "check"),
    Svarstatus.IKKJE_AKTUELT: ("", "cross"),
}
BREVMERKE: Mapping[Brevtilstand, tuple[str, str]] = {
    Brevtilstand.KLADD: ("", "edit"),
    Brevtilstand.SENDT: ("tint", "mail"),
    Brevtilstand.AVSLUTTA: ("", "lock"),
}
