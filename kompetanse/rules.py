"""Levels, scopes of a need, states of evidence and of a plan, and the arithmetic of the gap map. Pure."""

import math
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from kjerne.clock import add_months
from kjerne.i18n import Lazy
from kjerne.i18n import lazy as _l

TEKST_MAX, REFERANSE_MAX, GRUNN_MAX, MAL_MAX = 2000, 200, 500, 4000
NAMN_MAX, URL_MAX = 300, 500
#: Days before expiry when a person and her leader are told, each once (issue E: "90/30/7 days").
PAMINNINGAR = (90, 30, 7)
#: "Going out soon" (domene 6.3).
SNART_DAGAR = 60
#: The map's looks ahead, in months; 0 is today.
HORISONTAR = (0, 3, 6, 12)
#: Counts of persons below this are hidden from those who may not see names (issue E).
SKJUL_UNDER = 5
#: From the catalogue's own default when nothing is said.
STANDARD_NIVA = 2
#: From this level on a person may teach others (domene 6.3).
RETTLEIAR = 3
MANAD_MAX, TAL_MAX = 240, 999


class Niva(StrEnum):
    """How well a person can it, 0-4 (domene 6.3). Kept as a whole number."""

    IKKJE = "0"
    UNDER = "1"
    SJOLV = "2"
    RETTLEIE = "3"
    FAG = "4"


class Omfang(StrEnum):
    """How many of the chosen group a need asks for. INGEN is only for an override: not needed here."""

    ALLE = "alle"
    MINST = "minst"
    MINST_VAKT = "minst_vakt"
    ANDEL = "andel"
    INGEN = "ingen"


class Status(StrEnum):
    """Where a piece of evidence stands."""

    SJOLV = "sjolv"
    STADFESTA = "stadfesta"
    AVVIST = "avvist"


class Kjelde(StrEnum):
    """Who put the evidence in."""

    EIGA = "eiga"
    LEIAR = "leiar"
    IMPORT = "import"
    PLAN = "plan"


class Gyldig(StrEnum):
    """What a competence is worth on a day."""

    GYLDIG = "gyldig"
    SNART = "snart"
    UTGATT = "utgatt"
    VENTAR = "ventar"
    AVVIST = "avvist"
    MANGLAR = "manglar"


class Stadfestar(StrEnum):
    """Who may confirm: the leader (or fagansvarleg), or fagansvarleg and coordinator only."""

    LEIAR = "leiar"
    FAGANSVARLEG = "fagansvarleg"


class Radslag(StrEnum):
    """What a line of the plan does about the gap (domene 6.4)."""

    REKRUTTERE = "rekruttere"
    UTDANNE = "utdanne"
    OMFORDELE = "omfordele"
    BEHALDE = "behalde"


class Finansiering(StrEnum):
    """Who pays (domene 6.4)."""

    EIGNE = "eigne"
    TILSKOT = "tilskot"
    ANNA = "anna"


class Planstatus(StrEnum):
    """Where a plan stands."""

    UTKAST = "utkast"
    GODKJEND = "godkjend"
    VIDAREFORT = "vidarefort"


class Plansteg(StrEnum):
    """What can be done with a plan."""

    GODKJENN = "godkjenn"
    OPNE = "opne"
    VIDAREFOR = "vidarefor"


class Opphav(StrEnum):
    """What a training need came from."""

    AVVIK = "avvik"
    PROSEDYRE = "prosedyre"


class Behovstatus(StrEnum):
    """Where a training need stands."""

    OPEN = "open"
    I_PLAN = "i_plan"
    UTFORT = "utfort"
    AVVIST = "avvist"


@dataclass(frozen=True)
class Planovergang:
    """One way out of a plan's state."""

    steg: Plansteg
    label: Lazy
    source: frozenset[Planstatus]
    target: Planstatus


PLANSTEG: tuple[Planovergang, ...] = (
    Planovergang(Plansteg.GODKJENN, _l("Godkjenn planen"), frozenset({Planstatus.UTKAST}), Planstatus.GODKJEND),
    Planovergang(Plansteg.OPNE, _l("Opne planen for endring"), frozenset({Planstatus.GODKJEND}), Planstatus.UTKAST),
    Planovergang(
        Plansteg.VIDAREFOR,
        _l("Før vidare til neste år"),
        frozenset({Planstatus.UTKAST, Planstatus.GODKJEND}),
        Planstatus.VIDAREFORT,
    ),
)
#: States in which lines may be added and taken out.
KAN_ENDRAST = frozenset({Planstatus.UTKAST})

NIVANAMN: dict[int, Lazy] = {
    0: _l("Ikkje opplært"),
    1: _l("Under opplæring"),
    2: _l("Kan utføre sjølvstendig"),
    3: _l("Kan rettleie andre"),
    4: _l("Fagansvarleg for dette"),
}
OMFANGNAMN: dict[Omfang, Lazy] = {
    Omfang.ALLE: _l("Alle"),
    Omfang.MINST: _l("Minst så mange personar"),
    Omfang.MINST_VAKT: _l("Minst så mange på kvar vakttype"),
    Omfang.ANDEL: _l("Del av dei tilsette, i prosent"),
    Omfang.INGEN: _l("Ikkje kravd her"),
}
BEVISSLAG: dict[str, Lazy] = {
    "kurs": _l("Kurs"),
    "elaering": _l("E-læring"),
    "test": _l("Praktisk test"),
    "observasjon": _l("Observasjon i arbeid"),
    "sertifikat": _l("Sertifikat"),
    "autorisasjon": _l("Autorisasjon"),
    "fagprove": _l("Fagprøve"),
    "delegasjon": _l("Personleg delegasjon"),
}
GRUPPER: dict[str, Lazy] = {
    "legemiddel": _l("Legemiddel"),
    "akutt": _l("Akutt og tryggleik"),
    "pleie": _l("Pleie og fag"),
    "utstyr": _l("Utstyr og teknologi"),
    "jus": _l("Lov og rettar"),
    "hms": _l("HMS og leiing"),
    "kvalitet": _l("Kvalitet og internkontroll"),
    "kontroll": _l("Kontroll ved tilsetjing"),
}
STATUSNAMN: dict[Status, Lazy] = {
    Status.SJOLV: _l("Eiga vurdering, ikkje stadfesta"),
    Status.STADFESTA: _l("Stadfesta"),
    Status.AVVIST: _l("Ikkje godteken"),
}
GYLDIGNAMN: dict[Gyldig, Lazy] = {
    Gyldig.GYLDIG: _l("Gyldig"),
    Gyldig.SNART: _l("Går snart ut"),
    Gyldig.UTGATT: _l("Gått ut"),
    Gyldig.VENTAR: _l("Ventar på stadfesting"),
    Gyldig.AVVIST: _l("Ikkje godteken"),
    Gyldig.MANGLAR: _l("Manglar"),
}
#: The light beside each (templates/felles/merke.html).
GYLDIGLYS: dict[Gyldig, str] = {
    Gyldig.GYLDIG: "ok",
    Gyldig.SNART: "obs",
    Gyldig.UTGATT: "bad",
    Gyldig.VENTAR: "none",
    Gyldig.AVVIST: "bad",
    Gyldig.MANGLAR: "bad",
}
STADFESTARNAMN: dict[Stadfestar, Lazy] = {
    Stadfestar.LEIAR: _l("Leiar eller fagansvarleg"),
    Stadfestar.FAGANSVARLEG: _l("Berre fagansvarleg eller kvalitetskoordinator"),
}
RADNAMN: dict[Radslag, Lazy] = {
    Radslag.REKRUTTERE: _l("Rekruttere"),
    Radslag.UTDANNE: _l("Utdanne og lære opp"),
    Radslag.OMFORDELE: _l("Omfordele oppgåver"),
    Radslag.BEHALDE: _l("Behalde"),
}
FINANSNAMN: dict[Finansiering, Lazy] = {
    Finansiering.EIGNE: _l("Eigne midlar"),
    Finansiering.TILSKOT: _l("Kompetanse- og innovasjonstilskot"),
    Finansiering.ANNA: _l("Anna finansiering"),
}
PLANNAMN: dict[Planstatus, Lazy] = {
    Planstatus.UTKAST: _l("Utkast"),
    Planstatus.GODKJEND: _l("Godkjend"),
    Planstatus.VIDAREFORT: _l("Ført vidare"),
}
OPPHAVNAMN: dict[Opphav, Lazy] = {Opphav.AVVIK: _l("Avvik"), Opphav.PROSEDYRE: _l("Ny versjon av prosedyre")}
VAKTNAMN: dict[str, Lazy] = {"dag": _l("Dag"), "kveld": _l("Kveld"), "natt": _l("Natt"), "helg": _l("Helg")}
HORISONTNAMN: dict[int, Lazy] = {
    0: _l("I dag"),
    3: _l("Om 3 månader"),
    6: _l("Om 6 månader"),
    12: _l("Om 12 månader"),
}
#: Where long words of the catalogue may be broken in a narrow column.
SEAMS = (
    *("legemiddel", "medikament", "velferds", "kvalitets", "arbeidsmiljø", "medisin", "fall", "ernærings"),
    *("hjarte", "hjerte", "hand", "hånd"),
)
SOFT_HYPHEN = "\u00ad"
#: Bands of the map: full, good, low, bad. Class name → text of the legend.
BAND = ("full", "god", "lag", "darleg")


def valid_to(dato: date, manader: int | None) -> date | None:
    """The last valid day of evidence of a date; None: it does not expire."""
    return None if manader is None else add_months(dato, manader)


def standing(status: str, gyldig_til: date | None, today: date) -> Gyldig:
    """What a piece of evidence is worth today. Its last day is still valid; self-assessment is worth nothing until confirmed."""
    if status == Status.SJOLV:
        return Gyldig.VENTAR
    if status == Status.AVVIST:
        return Gyldig.AVVIST
    if gyldig_til is None:
        return Gyldig.GYLDIG
    left = (gyldig_til - today).days
    return Gyldig.UTGATT if left < 0 else Gyldig.SNART if left <= SNART_DAGAR else Gyldig.GYLDIG


def reminder_stage(gyldig_til: date, today: date) -> int | None:
    """The nearest reminder that is due: 90, 30 or 7 days before; None before that and after the last valid day."""
    left = (gyldig_til - today).days
    due = [days for days in PAMINNINGAR if 0 <= left <= days]
    return min(due) if due else None


def asked_of(omfang: Omfang, tal: int, group: int) -> int:
    """How many persons a need asks for, in a group of so many. A share is rounded up; per shift type is asked of each shift."""
    if omfang is Omfang.ALLE:
        return group
    if omfang is Omfang.ANDEL:
        return math.ceil(group * tal / 100)
    return 0 if omfang is Omfang.INGEN else tal


def percent(har: int, behov: int) -> int:
    """Whole percent of a need that is met, rounded down, so that 100 means all of it."""
    return 100 if behov <= 0 else min(100, har * 100 // behov)


def band(prosent: int, god: int, lag: int) -> str:
    """The map's band: full at 100, then by the municipality's two limits."""
    if prosent >= 100:
        return BAND[0]
    return BAND[1] if prosent >= god else BAND[2] if prosent >= lag else BAND[3]


def breakable(label: str) -> str:
    """A label with soft hyphens where its long words may be broken."""
    found = []
    for word in label.split(" "):
        seam = next((part for part in SEAMS if word.casefold().startswith(part)), "") if len(word) > 12 else ""
        found.append(word[: len(seam)] + SOFT_HYPHEN + word[len(seam) :] if seam and len(word) > len(seam) else word)
    return " ".join(found)


def hide_counts(behov: int, har: int) -> bool:
    """Whether a cell's counts are hidden from those without names: the need, the met or the missing part is 1 to 4 persons."""
    return any(0 < part < SKJUL_UNDER for part in (behov, har, behov - har))


def open_plan_steps(status: str, *, empty: bool) -> tuple[Planovergang, ...]:
    """What can be done with a plan now. One that is empty, without measures and without goals, cannot be approved."""
    return tuple(step for step in PLANSTEG if status in step.source and not (empty and step.steg is Plansteg.GODKJENN))


def find_plan_step(steg: Plansteg) -> Planovergang:
    """The step's row in the table."""
    return next(step for step in PLANSTEG if step.steg is steg)


def may_edit_plan(status: str) -> bool:
    """Whether lines may be changed."""
    return status in KAN_ENDRAST


def matches_theme(patterns: str, theme: str) -> bool:
    """Whether a case's sub-category belongs to a competence: patterns split by |, a star at the end fits any ending."""
    for pattern in patterns.split("|"):
        if pattern and (pattern == theme or (pattern.endswith("*") and theme.startswith(pattern[:-1]))):
            return True
    return False
