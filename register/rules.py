"""What the register holds: kinds of meetings, rounds and surveys with their usual rhythm, and the nine parts of the archive. Pure.

Heimel: forskrift om leiing og kvalitetsforbetring § 7 e, § 8 d, § 8 f (users, yearly review); internkontrollforskrifta § 5 (HMS);
arkivlova § 8 (documentation plan). The rhythms are proposals (domene 7.1 and 7.3), not law.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum

from kjerne.clock import add_months
from kjerne.i18n import Lazy
from kjerne.i18n import lazy as _l

TITTEL_MAX, TEKST_MAX = 200, 8000
#: A next date this near is said to be soon.
SOON_DAYS = 30


class Punkt(IntEnum):
    """The point of the assignment letter a line is evidence for; 0 is the steering of the whole."""

    STYRING = 0
    BRUKARMEDVERKNAD = 5
    HMS = 6
    ARKIV = 7


class Slag(StrEnum):
    """Kinds of lines, stored by value."""

    BRUKARUNDERSOKING = "brukarundersoking"
    PARORANDEUNDERSOKING = "parorandeundersoking"
    BRUKARRAD = "brukarrad"
    PARORANDEMOTE = "parorandemote"
    KLAGE = "klage"
    ROS_TILBAKEMELDING = "ros_tilbakemelding"
    FORSLAG = "forslag"
    ELDRERAD = "eldrerad"
    KVA_ER_VIKTIG = "kva_er_viktig"
    BRUKAROMBOD = "brukarombod"
    VERNERUNDE = "vernerunde"
    MEDARBEIDARUNDERSOKING = "medarbeidarundersoking"
    PERSONALMOTE = "personalmote"
    AMU = "amu"
    BRANNOVING = "brannoving"
    BEREDSKAPSOVING = "beredskapsoving"
    HMS_GJENNOMGANG = "hms_gjennomgang"
    LEIINGA_GJENNOMGANG = "leiinga_gjennomgang"
    INTERNREVISJON = "internrevisjon"
    TILSYN = "tilsyn"


@dataclass(frozen=True)
class Kind:
    """A kind: its point, its usual rhythm in months (None: when needed), and whether each unit is expected to have it."""

    punkt: Punkt
    manader: int | None
    venta: bool = False


KINDS: Mapping[Slag, Kind] = {
    Slag.BRUKARUNDERSOKING: Kind(Punkt.BRUKARMEDVERKNAD, 24, venta=True),
    Slag.PARORANDEUNDERSOKING: Kind(Punkt.BRUKARMEDVERKNAD, 24),
    Slag.BRUKARRAD: Kind(Punkt.BRUKARMEDVERKNAD, 3, venta=True),
    Slag.PARORANDEMOTE: Kind(Punkt.BRUKARMEDVERKNAD, 6),
    Slag.KLAGE: Kind(Punkt.BRUKARMEDVERKNAD, None),
    Slag.ROS_TILBAKEMELDING: Kind(Punkt.BRUKARMEDVERKNAD, None),
    Slag.FORSLAG: Kind(Punkt.BRUKARMEDVERKNAD, None),
    Slag.ELDRERAD: Kind(Punkt.BRUKARMEDVERKNAD, None),
    Slag.KVA_ER_VIKTIG: Kind(Punkt.BRUKARMEDVERKNAD, 12),
    Slag.BRUKAROMBOD: Kind(Punkt.BRUKARMEDVERKNAD, None),
    Slag.VERNERUNDE: Kind(Punkt.HMS, 12, venta=True),
    Slag.MEDARBEIDARUNDERSOKING: Kind(Punkt.HMS, 24, venta=True),
    Slag.PERSONALMOTE: Kind(Punkt.HMS, 1, venta=True),
    Slag.AMU: Kind(Punkt.HMS, 3),
    Slag.BRANNOVING: Kind(Punkt.HMS, 12),
    Slag.BEREDSKAPSOVING: Kind(Punkt.HMS, 24),
    Slag.HMS_GJENNOMGANG: Kind(Punkt.HMS, 12),
    Slag.LEIINGA_GJENNOMGANG: Kind(Punkt.STYRING, 12),
    Slag.INTERNREVISJON: Kind(Punkt.STYRING, 12),
    Slag.TILSYN: Kind(Punkt.STYRING, None),
}

SLAGNAMN: Mapping[Slag, Lazy] = {
    Slag.BRUKARUNDERSOKING: _l("Brukarundersøking"),
    Slag.PARORANDEUNDERSOKING: _l("Pårørandeundersøking"),
    Slag.BRUKARRAD: _l("Brukarutval eller bebuarmøte"),
    Slag.PARORANDEMOTE: _l("Pårørandemøte"),
    Slag.KLAGE: _l("Klage (tal og tema)"),
    Slag.ROS_TILBAKEMELDING: _l("Ros frå brukar eller pårørande"),
    Slag.FORSLAG: _l("Framlegg frå brukar eller pårørande"),
    Slag.ELDRERAD: _l("Sak til eldreråd"),
    Slag.KVA_ER_VIKTIG: _l("«Kva er viktig for deg?»-samtalar (talde)"),
    Slag.BRUKAROMBOD: _l("Førespurnad frå pasient- og brukarombod"),
    Slag.VERNERUNDE: _l("Vernerunde"),
    Slag.MEDARBEIDARUNDERSOKING: _l("Medarbeidarundersøking"),
    Slag.PERSONALMOTE: _l("Personalmøte"),
    Slag.AMU: _l("Arbeidsmiljøutval (AMU)"),
    Slag.BRANNOVING: _l("Brannøving"),
    Slag.BEREDSKAPSOVING: _l("Beredskapsøving"),
    Slag.HMS_GJENNOMGANG: _l("Årsgjennomgang HMS"),
    Slag.LEIINGA_GJENNOMGANG: _l("Leiinga sin gjennomgang"),
    Slag.INTERNREVISJON: _l("Internrevisjon"),
    Slag.TILSYN: _l("Statleg tilsyn"),
}

PUNKTNAMN: Mapping[Punkt, Lazy] = {
    Punkt.BRUKARMEDVERKNAD: _l("Brukarmedverknad (punkt 5)"),
    Punkt.HMS: _l("HMS (punkt 6)"),
    Punkt.ARKIV: _l("Arkiv (punkt 7)"),
    Punkt.STYRING: _l("Styring og tilsyn"),
}

#: The nine parts of an archive description (domene 7.6; Heimel: arkivlova § 8).
ARKIVDELAR: Mapping[int, Lazy] = {
    1: _l("Ansvar, organisering og delegering"),
    2: _l("Oversikt over system og arkiv (system, eigar, periode, format)"),
    3: _l("Kva blir dokumentert kvar (prosess til system)"),
    4: _l("Rutinar: fangst, journalføring, skjerming, kvalitetssikring"),
    5: _l("Tilgangsstyring og informasjonstryggleik"),
    6: _l("Bevaring, oppbevaringstid og kassasjon"),
    7: _l("Avlevering, uttrekk, depot"),
    8: _l("Internkontroll med arkiv, avvik, gjennomgang"),
    9: _l("Beredskap for arkiv"),
}


class Lys(StrEnum):
    """How a date stands."""

    OK = "ok"
    SNART = "obs"
    FORBI = "bad"
    INGEN = ""


def next_date(slag: Slag, held: date) -> date | None:
    """When the next one is usual; None for what happens when needed."""
    months = KINDS[slag].manader
    return add_months(held, months) if months else None


def light(due: date | None, today: date) -> Lys:
    """Over the date, near it, or well before it."""
    if due is None:
        return Lys.INGEN
    if due < today:
        return Lys.FORBI
    return Lys.SNART if (due - today).days <= SOON_DAYS else Lys.OK
