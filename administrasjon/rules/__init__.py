"""Codes and their labels: levels of units, kinds of contract, shifts; which roles are given how. Pure."""

from collections.abc import Mapping
from datetime import date, timedelta

from kjerne.access import DERIVED, ROLLENAMN, Rolle
from kjerne.i18n import Lazy
from kjerne.i18n import lazy as _l

NIVA: Mapping[str, Lazy] = {
    "sektor": _l("Sektor"),
    "stab": _l("Stab"),
    "avdeling": _l("Avdeling"),
    "eining": _l("Eining"),
}

TILSETJINGSFORM: Mapping[str, Lazy] = {
    "fast": _l("Fast"),
    "vikariat": _l("Vikariat"),
    "mellombels": _l("Mellombels"),
    "tilkalling": _l("Tilkallingsvikar"),
    "laerling": _l("Lærling"),
    "innleigd": _l("Innleigd"),
}

VAKTER: Mapping[str, Lazy] = {"dag": _l("Dag"), "kveld": _l("Kveld"), "natt": _l("Natt"), "helg": _l("Helg")}

MELDEORDNINGAR: Mapping[str, Lazy] = {
    "alvorleg_hending_a": _l("Varsel til Statens helsetilsyn og Ukom, straks og seinast dagen etter (ordninga frå 2019)"),
    "alvorleg_hending_b": _l("Melding til statsforvaltaren og Ukom, innan 5 arbeidsdagar (ny meldeordning)"),
}

#: Roles an administrator may give by hand, in the order they are shown.
GIVEN: Mapping[str, Lazy] = {rolle.value: ROLLENAMN[rolle] for rolle in Rolle if rolle not in DERIVED}

#: Roles a file may give: a named auditor and the system's own administrator are given one by one, by a person.
IMPORTED = frozenset(GIVEN) - {Rolle.ADMINISTRATOR.value, Rolle.REVISOR.value}


def last_day(gjeld_fra: date, today: date) -> date | None:
    """The last day of something that ends now: yesterday; None when it has not begun before today (it never was)."""
    return today - timedelta(days=1) if gjeld_fra < today else None


def is_below(sti: str, top: str) -> bool:
    """Whether a unit's path lies at or under another's."""
    return bool(top) and sti.startswith(top)


#: Roles a copy rule may name: those who get copies as their task, and those who read in the line anyway.
ROLLAR_FOR_KOPI: tuple[Rolle, ...] = (
    Rolle.VERNEOMBOD,
    Rolle.PERSONVERNOMBOD,
    Rolle.INFORMASJONSTRYGGLEIK,
    Rolle.BRANNVERNLEIAR,
    Rolle.HR,
    Rolle.FAGANSVARLEG,
    Rolle.KVALITETSKOORDINATOR,
)

#: Settings that are whole numbers: the least and the most they may be (framlegg). Small groups are never shown below three.
GRENSER = {"slutta_dagar": (30, 3650), "effekt_dagar": (14, 365), "gruppegrense": (3, 20)}
