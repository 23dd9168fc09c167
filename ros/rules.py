"""States, steps, scales and approval rules of a risk analysis. Pure: read by guard, buttons and tests alike (domene 4)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from kjerne.i18n import Lazy
from kjerne.i18n import lazy as _l
from tiltak.rules import Farge

LEVELS = (1, 2, 3, 4, 5)
TITTEL_MAX, HENDING_MAX, TEKST_MAX = 200, 300, 2000
MOST_ROWS = 200
REMIND_BEFORE = timedelta(days=30)
#: After an event of severity 5 the analysis is looked at again within so many days (domene 4.5, framlegg).
AFTER_SEVERE = timedelta(days=30)
SEVERE = 5


class Slag(StrEnum):
    """What an analysis is about (domene 4.6)."""

    TENESTE = "teneste"
    HMS = "hms"
    BEREDSKAP = "beredskap"
    INFO = "info"
    BRANN = "brann"
    ENDRING = "endring"


class Akse(StrEnum):
    """What a consequence strikes."""

    LIV_HELSE = "liv_helse"
    DRIFT = "drift"
    OKONOMI = "okonomi"
    OMDOME = "omdome"
    PERSONVERN = "personvern"
    MILJO = "miljo"


class Uvisse(StrEnum):
    """How sure the group is of its judgement."""

    LAG = "lag"
    MIDDELS = "middels"
    HOG = "hog"


class Status(StrEnum):
    """Where an analysis stands."""

    PLANLAGD = "planlagd"
    I_ARBEID = "i_arbeid"
    TIL_GODKJENNING = "til_godkjenning"
    GODKJEND = "godkjend"
    UNDER_REVISJON = "under_revisjon"
    AVSLUTTA = "avslutta"


class Hat(StrEnum):
    """Who may take a step: who carries out the analysis, or who answers for the unit."""

    SKRIVAR = "skrivar"
    GODKJENNAR = "godkjennar"


class Steg(StrEnum):
    """What can be done with an analysis; also the last part of the address it is posted to."""

    START = "start"
    SEND = "send"
    RETUR = "retur"
    GODKJENN = "godkjenn"
    REVIDER = "revider"
    AVSLUTT = "avslutt"


class Mangel(StrEnum):
    """What may be missing before an analysis can be sent or approved."""

    RADER = "rader"
    VURDERING = "vurdering"
    TILTAK = "tiltak"
    REST = "rest"
    AKSEPT = "aksept"


EDITABLE = frozenset({Status.PLANLAGD, Status.I_ARBEID, Status.UNDER_REVISJON})
LIVE = frozenset(Status) - {Status.AVSLUTTA}
#: Analyses whose rows say something about today; a planned one says nothing yet.
IN_USE = LIVE - {Status.PLANLAGD}
SETTLED = frozenset({Status.GODKJEND, Status.AVSLUTTA})


@dataclass(frozen=True)
class Step:
    """A row of the table: from where, to where, who may, whether a reason goes with it, and what must be in place."""

    steg: Steg
    label: Lazy
    source: frozenset[Status]
    target: Status
    who: Hat
    text: Lazy | None = None
    demands: frozenset[Mangel] = frozenset()


_COMPLETE = frozenset({Mangel.RADER, Mangel.VURDERING, Mangel.TILTAK, Mangel.REST})
STEPS: tuple[Step, ...] = (
    Step(Steg.START, _l("Start møtet"), frozenset({Status.PLANLAGD}), Status.I_ARBEID, Hat.SKRIVAR),
    Step(
        Steg.SEND,
        _l("Send til godkjenning"),
        frozenset({Status.I_ARBEID, Status.UNDER_REVISJON}),
        Status.TIL_GODKJENNING,
        Hat.SKRIVAR,
        demands=_COMPLETE,
    ),
    Step(
        Steg.GODKJENN,
        _l("Godkjenn"),
        frozenset({Status.TIL_GODKJENNING}),
        Status.GODKJEND,
        Hat.GODKJENNAR,
        demands=_COMPLETE | {Mangel.AKSEPT},
    ),
    Step(
        Steg.RETUR,
        _l("Send tilbake"),
        frozenset({Status.TIL_GODKJENNING}),
        Status.I_ARBEID,
        Hat.GODKJENNAR,
        _l("Kva manglar?"),
    ),
    Step(Steg.REVIDER, _l("Opne for revisjon"), frozenset({Status.GODKJEND}), Status.UNDER_REVISJON, Hat.SKRIVAR),
    Step(
        Steg.AVSLUTT,
        _l("Avslutt analysen"),
        EDITABLE | {Status.GODKJEND},
        Status.AVSLUTTA,
        Hat.GODKJENNAR,
        _l("Kvifor skal analysen ikkje brukast meir?"),
    ),
)

SLAGNAMN: dict[Slag, Lazy] = {
    Slag.TENESTE: _l("Tenestekvalitet og pasienttryggleik"),
    Slag.HMS: _l("HMS"),
    Slag.BEREDSKAP: _l("Helse- og sosialberedskap"),
    Slag.INFO: _l("Informasjonstryggleik"),
    Slag.BRANN: _l("Brann"),
    Slag.ENDRING: _l("Endring og omstilling"),
}
STATUSNAMN: dict[Status, Lazy] = {
    Status.PLANLAGD: _l("Planlagd"),
    Status.I_ARBEID: _l("I arbeid"),
    Status.TIL_GODKJENNING: _l("Ventar på godkjenning"),
    Status.GODKJEND: _l("Godkjend"),
    Status.UNDER_REVISJON: _l("Under revisjon"),
    Status.AVSLUTTA: _l("Avslutta"),
}
#: The kind of tag a state is drawn with.
STATUSTAG: dict[Status, str] = {
    Status.PLANLAGD: "",
    Status.I_ARBEID: "tint",
    Status.TIL_GODKJENNING: "obs",
    Status.GODKJEND: "ok",
    Status.UNDER_REVISJON: "tint",
    Status.AVSLUTTA: "",
}
FARGENAMN: dict[Farge, Lazy] = {Farge.GRON: _l("grøn"), Farge.GUL: _l("gul"), Farge.RAUD: _l("raud")}
FARGETYDING: dict[Farge, Lazy] = {
    Farge.GRON: _l("Akseptabel. Tiltak kan vurderast."),
    Farge.GUL: _l("Vurder tiltak. Tiltak skal vurderast."),
    Farge.RAUD: _l("Ikkje akseptabel. Tiltak er naudsynt, og leiaren over godkjenner restrisikoen."),
}
UVISSENAMN: dict[Uvisse, Lazy] = {Uvisse.LAG: _l("Låg"), Uvisse.MIDDELS: _l("Middels"), Uvisse.HOG: _l("Høg")}
MANGELNAMN: dict[Mangel, Lazy] = {
    Mangel.RADER: _l("Analysen har ingen rader."),
    Mangel.VURDERING: _l("Desse radene manglar sannsyn eller konsekvens: %(rader)s."),
    Mangel.TILTAK: _l("Desse raude radene har ikkje tiltak: %(rader)s."),
    Mangel.REST: _l("Desse raude radene manglar vurdering etter tiltak: %(rader)s."),
    Mangel.AKSEPT: _l("Restrisikoen er raud, og leiaren over har ikkje godteke han: %(rader)s."),
}
HENDINGNAMN: dict[str, Lazy] = {
    "laga": _l("laga analysen"),
    "kopiert": _l("kopierte analysen"),
    "endra": _l("endra opplysningane om analysen"),
    "fjerna": _l("fjerna ei rad"),
    "godteke": _l("godtok raud restrisiko"),
    "lese_inn": _l("las inn rader frå rekneark"),
    "framskunda": _l("sette ein tidlegare dato for revisjon"),
    "avloyst": _l("avslutta analysen fordi ein nyare er godkjend"),
    Steg.START: _l("starta møtet"),
    Steg.SEND: _l("sende til godkjenning"),
    Steg.RETUR: _l("sende tilbake"),
    Steg.GODKJENN: _l("godkjende analysen"),
    Steg.REVIDER: _l("opna for revisjon"),
    Steg.AVSLUTT: _l("avslutta analysen"),
}
RANK = {Farge.GRON: 0, Farge.GUL: 1, Farge.RAUD: 2}
Grid = Mapping[tuple[int, int], Farge]


@dataclass(frozen=True)
class Risiko:
    """A judged risk: its colour, likelihood × consequence, and the consequence that decided it."""

    farge: Farge
    tal: int
    konsekvens: int


@dataclass(frozen=True)
class RowFacts:
    """What the approval rules ask about a row."""

    nr: int
    farge: str | None
    rest_farge: str | None
    measures: int
    accepted: bool


def assess(grid: Grid, sannsyn: int | None, konsekvensar: Iterable[int]) -> Risiko | None:
    """The worst colour over the consequences, by the grid; the product only orders equals. None: not judged yet."""
    if sannsyn is None:
        return None
    found = [Risiko(grid[sannsyn, k], sannsyn * k, k) for k in konsekvensar]
    return max(found, key=lambda risk: (RANK[risk.farge], risk.tal), default=None)


def missing(rows: Iterable[RowFacts]) -> dict[Mangel, list[int]]:
    """What is missing, with the numbers of the rows it is missing in. Empty: the analysis can be approved.

    A row without a judgement after measures has the risk it had before.
    """
    facts = list(rows)
    red = [row for row in facts if row.farge == Farge.RAUD]
    found = {
        Mangel.RADER: [] if facts else [0],
        Mangel.VURDERING: [row.nr for row in facts if row.farge is None],
        Mangel.TILTAK: [row.nr for row in red if row.measures == 0],
        Mangel.REST: [row.nr for row in red if row.rest_farge is None],
        Mangel.AKSEPT: [row.nr for row in facts if (row.rest_farge or row.farge) == Farge.RAUD and not row.accepted],
    }
    return {gap: numbers for gap, numbers in found.items() if numbers}


def find_step(steg: Steg) -> Step:
    """The step's row in the table."""
    return next(step for step in STEPS if step.steg is steg)


def open_steps(status: str, hats: frozenset[Hat]) -> tuple[Step, ...]:
    """The steps somebody wearing these hats may take now, in the order of the table."""
    return tuple(step for step in STEPS if status in step.source and step.who in hats)


def may_edit(status: str, hats: frozenset[Hat]) -> bool:
    """Whether rows and head may be changed: by who carries it out, until it is sent."""
    return status in EDITABLE and Hat.SKRIVAR in hats


def for_year(title: str, year: int) -> str:
    """The title of a copy: a year at its end becomes the copy's own."""
    return re.sub(r"\b20\d\d$", str(year), title)


def next_revision(today: date) -> date:
    """A year ahead: service units look at their risks yearly (domene 4.5, framlegg)."""
    try:
        return today.replace(year=today.year + 1)
    except ValueError:
        return today.replace(year=today.year + 1, day=28)
