"""States, steps and scales of a measure. Pure: read by the guard, the buttons and the tests alike (domene 4)."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from kjerne.i18n import Lazy
from kjerne.i18n import lazy as _l

TITTEL_MAX = 200
TEKST_MAX = 4000
PRIORITETAR = (1, 2, 3)
REMIND_BEFORE = timedelta(days=3)
#: A deadline further away than this is a typing error.
FRIST_MAX = timedelta(days=5 * 366)
#: Kroner beyond this are a typing error; the columns hold no more.
KRONER_MAX = 2_000_000_000
RISIKO_MAX = 25
KONTO_MAX = 40
FINANSIERING_MAX = 200
TABELLNAMN_MAX = 120


class Status(StrEnum):
    """Where a measure stands."""

    PLANLAGT = "planlagt"
    I_GANG = "i_gang"
    VENTAR_GODKJENNING = "ventar_godkjenning"
    UTFORT = "utfort"
    VURDERT = "vurdert"
    UTSETT = "utsett"
    AVLYST = "avlyst"


class Type(StrEnum):
    """What kind of measure it is."""

    FOREBYGGJANDE = "forebyggjande"
    KONSEKVENSREDUSERANDE = "konsekvensreduserande"
    STRAKSTILTAK = "strakstiltak"
    KORRIGERANDE = "korrigerande"


class Farge(StrEnum):
    """The colour of the risk a measure answers, written from above (domene 4.4)."""

    RAUD = "raud"
    GUL = "gul"
    GRON = "gron"


class Kjelde(StrEnum):
    """Where a measure came from: the kind of its first origin, or nothing at all (`fri`)."""

    AVVIK = "avvik"
    ROS = "ros"
    PROSEDYRE = "prosedyre"
    RUNDE = "runde"
    UNDERSOKING = "undersoking"
    BREV = "brev"
    KOMPETANSEPLAN = "kompetanseplan"
    OMSTILLING = "omstilling"
    FRI = "fri"


class Slag(StrEnum):
    """How firm a saving is: decided, proposed anew, or only possible."""

    VEDTEKE = "vedteke"
    NYTT = "nytt"
    MOGLEG = "mogleg"


class Effekt(StrEnum):
    """Whether it helped."""

    GOD = "god"
    DELVIS = "delvis"
    DARLEG = "darleg"


class Utval(StrEnum):
    """The tabs of the list."""

    OPNE = "opne"
    MINE = "mine"
    VENTAR = "ventar"
    OVER = "over"
    AVSLUTTA = "avslutta"
    ALLE = "alle"


class Hat(StrEnum):
    """What a person is to one measure. The owner wears one of the first two.

    SJOLV is an owner who may accept her own work: she holds `tiltak:skriv` on the unit, and a shielded measure she also
    made herself. So a leader of a small unit is not stuck waiting for somebody who does not exist.
    """

    EIGAR = "eigar"
    SJOLV = "sjolv"
    OPPFOLGJAR = "oppfolgjar"


class Steg(StrEnum):
    """What can be done with a measure; also the last part of the address it is posted to."""

    START = "start"
    FERDIG = "ferdig"
    FULLFOR = "fullfor"
    GODKJENN = "godkjenn"
    RETUR = "retur"
    UTSETT = "utsett"
    AVLYS = "avlys"
    VURDER = "vurder"


@dataclass(frozen=True)
class Step:
    """One way out of a state: from where, to where, who may, and which text goes with it (None: no text).

    `main` marks the button that stands out; the others are folded.
    """

    steg: Steg
    label: Lazy
    source: frozenset[Status]
    target: Status
    who: frozenset[Hat]
    text: Lazy | None = None
    main: bool = False


OPEN = frozenset({Status.PLANLAGT, Status.I_GANG, Status.UTSETT})
DONE = frozenset({Status.UTFORT, Status.VURDERT})
SETTLED = DONE | {Status.AVLYST}
UNSETTLED = frozenset(Status) - SETTLED
OWNER = frozenset({Hat.EIGAR, Hat.SJOLV})
FOLLOWER = frozenset({Hat.OPPFOLGJAR})

STEPS: tuple[Step, ...] = (
    Step(Steg.START, _l("Start"), frozenset({Status.PLANLAGT, Status.UTSETT}), Status.I_GANG, OWNER, main=True),
    Step(
        Steg.FERDIG,
        _l("Meld ferdig"),
        OPEN,
        Status.VENTAR_GODKJENNING,
        frozenset({Hat.EIGAR}),
        _l("Kva er gjort?"),
        main=True,
    ),
    Step(
        Steg.FULLFOR,
        _l("Marker som utført"),
        OPEN | {Status.VENTAR_GODKJENNING},
        Status.UTFORT,
        frozenset({Hat.SJOLV}),
        _l("Kva er gjort?"),
        main=True,
    ),
    Step(
        Steg.GODKJENN,
        _l("Godkjenn som utført"),
        frozenset({Status.VENTAR_GODKJENNING}),
        Status.UTFORT,
        FOLLOWER,
        main=True,
    ),
    Step(
        Steg.RETUR,
        _l("Send tilbake"),
        frozenset({Status.VENTAR_GODKJENNING}),
        Status.I_GANG,
        FOLLOWER,
        _l("Kva manglar?"),
    ),
    Step(Steg.UTSETT, _l("Utset"), OPEN, Status.UTSETT, OWNER | FOLLOWER, _l("Kvifor treng tiltaket lengre tid?")),
    Step(
        Steg.AVLYS,
        _l("Avlys"),
        UNSETTLED,
        Status.AVLYST,
        FOLLOWER | {Hat.SJOLV},
        _l("Kvifor skal tiltaket ikkje gjennomførast?"),
    ),
    Step(
        Steg.VURDER,
        _l("Vurder effekten"),
        frozenset({Status.UTFORT}),
        Status.VURDERT,
        OWNER | FOLLOWER,
        _l("Kva viser at det verka, eller ikkje verka?"),
        main=True,
    ),
)

STATUSNAMN: dict[Status, Lazy] = {
    Status.PLANLAGT: _l("Planlagt"),
    Status.I_GANG: _l("I gang"),
    Status.VENTAR_GODKJENNING: _l("Ventar på godkjenning"),
    Status.UTFORT: _l("Utført"),
    Status.VURDERT: _l("Effekt vurdert"),
    Status.UTSETT: _l("Utsett"),
    Status.AVLYST: _l("Avlyst"),
}
TYPENAMN: dict[Type, Lazy] = {
    Type.FOREBYGGJANDE: _l("Førebyggjande"),
    Type.KONSEKVENSREDUSERANDE: _l("Konsekvensreduserande"),
    Type.STRAKSTILTAK: _l("Strakstiltak"),
    Type.KORRIGERANDE: _l("Korrigerande"),
}
FARGENAMN: dict[Farge, Lazy] = {Farge.RAUD: _l("Raud"), Farge.GUL: _l("Gul"), Farge.GRON: _l("Grøn")}
KJELDENAMN: dict[Kjelde, Lazy] = {
    Kjelde.AVVIK: _l("Avvik"),
    Kjelde.ROS: _l("ROS-analyse"),
    Kjelde.PROSEDYRE: _l("Prosedyre"),
    Kjelde.RUNDE: _l("Runde"),
    Kjelde.UNDERSOKING: _l("Undersøking"),
    Kjelde.BREV: _l("Oppdragsbrev"),
    Kjelde.KOMPETANSEPLAN: _l("Kompetanseplan"),
    Kjelde.OMSTILLING: _l("Omstilling"),
    Kjelde.FRI: _l("Fritt tiltak"),
}
SLAGNAMN: dict[Slag, Lazy] = {Slag.VEDTEKE: _l("Vedteke"), Slag.NYTT: _l("Nytt"), Slag.MOGLEG: _l("Mogleg")}
EFFEKTNAMN: dict[Effekt, Lazy] = {
    Effekt.GOD: _l("Det verka"),
    Effekt.DELVIS: _l("Det verka delvis"),
    Effekt.DARLEG: _l("Det verka ikkje"),
}
#: What a line of history says happened.
HENDINGNAMN: dict[str, Lazy] = {
    "laga": _l("laga tiltaket"),
    "endra": _l("endra tiltaket"),
    "overfort": _l("gav tiltaket ny ansvarleg"),
    "skjerma": _l("skjerma tiltaket"),
    "flytta": _l("flytta tiltaket i prioriteringa"),
    "nullstilt": _l("la prioriteringa bli rekna ut att"),
    "ventar_pa": _l("sa at tiltaket ventar på eit anna"),
    "ventar_ikkje": _l("tok bort at tiltaket ventar på eit anna"),
    Steg.START: _l("starta"),
    Steg.FERDIG: _l("melde ferdig"),
    Steg.FULLFOR: _l("markerte som utført"),
    Steg.GODKJENN: _l("godkjende som utført"),
    Steg.RETUR: _l("sende tilbake"),
    Steg.UTSETT: _l("utsette fristen"),
    Steg.AVLYS: _l("avlyste"),
    Steg.VURDER: _l("vurderte effekten"),
}
UTVALNAMN: dict[Utval, Lazy] = {
    Utval.OPNE: _l("Opne"),
    Utval.MINE: _l("Mine"),
    Utval.VENTAR: _l("Ventar på deg"),
    Utval.OVER: _l("Over frist"),
    Utval.AVSLUTTA: _l("Avslutta"),
    Utval.ALLE: _l("Alle"),
}
PRIORITETNAMN: dict[int, Lazy] = {1: _l("Høg"), 2: _l("Vanleg"), 3: _l("Låg")}


def find_step(steg: Steg) -> Step:
    """The step's row in the table."""
    return next(step for step in STEPS if step.steg is steg)


def open_steps(status: str, hats: frozenset[Hat]) -> tuple[Step, ...]:
    """The steps somebody wearing these hats may take now, in the order of the table."""
    return tuple(step for step in STEPS if status in step.source and step.who & hats)


def may_edit(status: str, hats: frozenset[Hat]) -> bool:
    """Title, description and owner are changed by whoever follows it up, while it is not settled."""
    return status in UNSETTLED and bool(hats & (FOLLOWER | {Hat.SJOLV}))


def is_overdue(status: str, frist: date, today: date) -> bool:
    """Whether the deadline has passed and the measure is still to be done. What waits for acceptance is not late."""
    return status in OPEN and frist < today


def effect_due(today: date, effekt_dagar: int) -> date:
    """The day the effect shall be judged: so many days after the measure was accepted (setting `effekt_dagar`)."""
    return today + timedelta(days=effekt_dagar)
