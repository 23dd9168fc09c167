"""Lights by readable rules, and the points of the letter. Pure: no web, no database.

The seven points are those of the assignment letter the project was made from; the thresholds are proposals the municipality
edits (`/oppdragsbrev/reglar`).
"""

from collections.abc import Mapping
from enum import IntEnum, StrEnum

from kjerne.i18n import Lazy
from kjerne.i18n import lazy as _l


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
