"""States, steps, version numbers and document types of procedures. Pure: guard, buttons and tests read it (domene 5)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from kjerne.i18n import Lazy
from kjerne.i18n import lazy as _l

TITTEL_MAX = 200
TEKST_MAX = 200_000
KORT_MAX = 2000
LENKJE_MAX = 500
#: A hearing lasts at least this long unless the sender says why not (domene 5.3, framlegg).
HOYRING_DAGAR = 14
#: Days before a hearing's deadline when those who have not answered are reminded (framlegg).
HOYRING_PAMINNING = 3
LESEFRIST_DAGAR = 14
#: Days before the revision deadline when the owner is reminded.
PAMINNING_DAGAR = (60, 30, 0)
SPORSMAL_MAX = 5
INTERVALL_MIN, INTERVALL_MAX = 3, 72


class Tilstand(StrEnum):
    """Where a version stands. `forkasta`: a draft that was thrown away; it is kept, and holds no number."""

    KLADD = "kladd"
    PAA_HOYRING = "paa_hoyring"
    TIL_GODKJENNING = "til_godkjenning"
    GYLDIG = "gyldig"
    UTGAATT = "utgaatt"
    FORKASTA = "forkasta"


class Dokumenttype(StrEnum):
    """What kind of document it is (domene 5.1)."""

    POLICY = "policy"
    RETNINGSLINJE = "retningslinje"
    PROSEDYRE = "prosedyre"
    RUTINE = "rutine"
    INSTRUKS = "instruks"
    STILLINGSINSTRUKS = "stillingsinstruks"
    SJEKKLISTE = "sjekkliste"
    SKJEMA = "skjema"
    FLYTSKJEMA = "flytskjema"
    PLAN = "plan"
    BEREDSKAPSPLAN = "beredskapsplan"
    OPPLAERING = "opplaering"
    EKSTERN = "ekstern"


class Tema(StrEnum):
    """What it is about: the shelf of the library (framlegg)."""

    LEGEMIDDEL = "legemiddel"
    SMITTEVERN = "smittevern"
    HELSEHJELP = "helsehjelp"
    ERNAERING = "ernaering"
    FALL = "fall"
    TVANG = "tvang"
    DOKUMENTASJON = "dokumentasjon"
    SAMHANDLING = "samhandling"
    UTSTYR = "utstyr"
    PERSONVERN = "personvern"
    HMS = "hms"
    BEREDSKAP = "beredskap"
    PERSONAL = "personal"
    STYRING = "styring"
    ANNA = "anna"


class Hat(StrEnum):
    """What a person is to one version. SKRIVAR may write here; GODKJENNAR may approve here and has not written this version."""

    SKRIVAR = "skrivar"
    GODKJENNAR = "godkjennar"


class Steg(StrEnum):
    """What can be done with a version; also the last part of the address it is posted to."""

    HOYRING = "hoyring"
    AVSLUTT = "avslutt-hoyring"
    TIL_GODKJENNING = "til-godkjenning"
    TREKK = "trekk"
    GODKJENN = "godkjenn"
    RETUR = "retur"
    FORKAST = "forkast"
    UTGAA = "utgaa"


class Onske(StrEnum):
    """Where a request for revision stands: nobody has begun, in a draft, answered by a valid version, or declined."""

    OPEN = "open"
    TEKEN = "teken"
    SVARA = "svara"
    AVSLEGEN = "avslegen"


class Svar(StrEnum):
    """What came of a comment."""

    TEKEN_INN = "teken_inn"
    IKKJE = "ikkje"


@dataclass(frozen=True)
class Step:
    """One way out of a state: from where, to where, who may, and which text goes with it (None: no text)."""

    steg: Steg
    label: Lazy
    source: frozenset[Tilstand]
    target: Tilstand
    who: frozenset[Hat]
    text: Lazy | None = None
    main: bool = False


OPEN = frozenset({Tilstand.KLADD, Tilstand.PAA_HOYRING, Tilstand.TIL_GODKJENNING})
WRITER = frozenset({Hat.SKRIVAR})
APPROVER = frozenset({Hat.GODKJENNAR})

STEPS: tuple[Step, ...] = (
    Step(
        Steg.HOYRING, _l("Send på høyring"), frozenset({Tilstand.KLADD}), Tilstand.PAA_HOYRING, WRITER, _l("Kva vil du ha svar på?")
    ),
    Step(
        Steg.AVSLUTT, _l("Avslutt høyringa og skriv vidare"), frozenset({Tilstand.PAA_HOYRING}), Tilstand.KLADD, WRITER, main=True
    ),
    Step(
        Steg.TIL_GODKJENNING,
        _l("Send til godkjenning"),
        frozenset({Tilstand.KLADD, Tilstand.PAA_HOYRING}),
        Tilstand.TIL_GODKJENNING,
        WRITER,
        main=True,
    ),
    Step(
        Steg.TREKK,
        _l("Trekk tilbake til kladd"),
        frozenset({Tilstand.PAA_HOYRING, Tilstand.TIL_GODKJENNING}),
        Tilstand.KLADD,
        WRITER,
        _l("Kvifor trekkjer du han tilbake?"),
    ),
    Step(Steg.GODKJENN, _l("Godkjenn"), frozenset({Tilstand.TIL_GODKJENNING}), Tilstand.GYLDIG, APPROVER, main=True),
    Step(
        Steg.RETUR,
        _l("Send tilbake"),
        frozenset({Tilstand.TIL_GODKJENNING}),
        Tilstand.KLADD,
        APPROVER,
        _l("Kva manglar?"),
    ),
    Step(
        Steg.FORKAST, _l("Kast kladden"), frozenset({Tilstand.KLADD}), Tilstand.FORKASTA, WRITER, _l("Kvifor skal kladden kastast?")
    ),
    Step(
        Steg.UTGAA,
        _l("Ta ut av bruk"),
        frozenset({Tilstand.GYLDIG}),
        Tilstand.UTGAATT,
        APPROVER,
        _l("Kvifor skal prosedyren ikkje gjelde lenger?"),
    ),
)

TILSTANDNAMN: dict[Tilstand, Lazy] = {
    Tilstand.KLADD: _l("Kladd"),
    Tilstand.PAA_HOYRING: _l("På høyring"),
    Tilstand.TIL_GODKJENNING: _l("Til godkjenning"),
    Tilstand.GYLDIG: _l("Gyldig"),
    Tilstand.UTGAATT: _l("Utgått"),
    Tilstand.FORKASTA: _l("Forkasta"),
}
TYPENAMN: dict[Dokumenttype, Lazy] = {
    Dokumenttype.POLICY: _l("Overordna føring"),
    Dokumenttype.RETNINGSLINJE: _l("Retningslinje"),
    Dokumenttype.PROSEDYRE: _l("Prosedyre"),
    Dokumenttype.RUTINE: _l("Rutine"),
    Dokumenttype.INSTRUKS: _l("Instruks"),
    Dokumenttype.STILLINGSINSTRUKS: _l("Stillingsomtale"),
    Dokumenttype.SJEKKLISTE: _l("Sjekkliste"),
    Dokumenttype.SKJEMA: _l("Skjema eller mal"),
    Dokumenttype.FLYTSKJEMA: _l("Flytskjema"),
    Dokumenttype.PLAN: _l("Plan"),
    Dokumenttype.BEREDSKAPSPLAN: _l("Beredskapsplan eller tiltakskort"),
    Dokumenttype.OPPLAERING: _l("Opplæringsmateriell"),
    Dokumenttype.EKSTERN: _l("Ekstern kjelde"),
}
#: Months between revisions (domene 5.1, framlegg); an external source is checked yearly.
INTERVALL: dict[Dokumenttype, int] = {
    **dict.fromkeys(Dokumenttype, 24),
    Dokumenttype.RUTINE: 12,
    Dokumenttype.SJEKKLISTE: 12,
    Dokumenttype.PLAN: 12,
    Dokumenttype.BEREDSKAPSPLAN: 12,
    Dokumenttype.EKSTERN: 12,
}
TEMANAMN: dict[Tema, Lazy] = {
    Tema.LEGEMIDDEL: _l("Legemiddel"),
    Tema.SMITTEVERN: _l("Hygiene og smittevern"),
    Tema.HELSEHJELP: _l("Helsehjelp og observasjon"),
    Tema.ERNAERING: _l("Ernæring"),
    Tema.FALL: _l("Fall og rørsle"),
    Tema.TVANG: _l("Samtykke og tvang"),
    Tema.DOKUMENTASJON: _l("Dokumentasjon"),
    Tema.SAMHANDLING: _l("Samhandling og overføring"),
    Tema.UTSTYR: _l("Utstyr og velferdsteknologi"),
    Tema.PERSONVERN: _l("Personvern og informasjonstryggleik"),
    Tema.HMS: _l("HMS og arbeidsmiljø"),
    Tema.BEREDSKAP: _l("Beredskap og brann"),
    Tema.PERSONAL: _l("Personal og opplæring"),
    Tema.STYRING: _l("Styring og kvalitet"),
    Tema.ANNA: _l("Anna"),
}
ONSKENAMN: dict[Onske, Lazy] = {
    Onske.OPEN: _l("Ventar"),
    Onske.TEKEN: _l("Med i ein kladd"),
    Onske.SVARA: _l("Svara med ny versjon"),
    Onske.AVSLEGEN: _l("Ikkje teken til følgje"),
}
SVARNAMN: dict[Svar, Lazy] = {Svar.TEKEN_INN: _l("Teken inn"), Svar.IKKJE: _l("Ikkje teken inn")}
HENDINGNAMN: dict[str, Lazy] = {
    "laga": _l("begynte på versjonen"),
    "endra": _l("skreiv i versjonen"),
    Steg.HOYRING: _l("sende på høyring"),
    Steg.AVSLUTT: _l("avslutta høyringa"),
    Steg.TIL_GODKJENNING: _l("sende til godkjenning"),
    Steg.TREKK: _l("trekte tilbake til kladd"),
    Steg.GODKJENN: _l("godkjende"),
    Steg.RETUR: _l("sende tilbake"),
    Steg.FORKAST: _l("kasta kladden"),
    Steg.UTGAA: _l("tok ut av bruk"),
    "avloyst": _l("avløyst av ein ny versjon"),
    "gjennomgatt": _l("gjekk gjennom utan å endre"),
    "opplysningar": _l("endra opplysningane"),
}


def find_step(steg: Steg) -> Step:
    """The step's row in the table."""
    return next(step for step in STEPS if step.steg is steg)


def open_steps(tilstand: str, hats: frozenset[Hat]) -> tuple[Step, ...]:
    """The steps somebody wearing these hats may take now: the main ones first, else in the order of the table."""
    return tuple(sorted((s for s in STEPS if tilstand in s.source and s.who & hats), key=lambda s: not s.main))


def next_number(valid: tuple[int, int] | None, *, stor: bool) -> tuple[int, int]:
    """The number of a draft: 1.0 for the first, then a major or a minor step from the newest that was valid."""
    if valid is None:
        return (1, 0)
    return (valid[0] + 1, 0) if stor else (valid[0], valid[1] + 1)


def parse_number(raw: str) -> tuple[int, int] | None:
    """A version number such as 2.0; None for anything else."""
    major, dot, minor = raw.partition(".")
    if not dot or not all(part.isascii() and part.isdigit() and len(part) < 5 for part in (major, minor)):
        return None
    return int(major), int(minor)


def is_overdue(frist: date | None, today: date) -> bool:
    """Whether the revision deadline has passed. The document stays valid all the same (domene 5.1)."""
    return frist is not None and frist < today


def headings(tekst: str) -> list[str]:
    """The headings of a Markdown text, in order: the sections a comment may belong to. Fenced code has none."""
    found, fenced = [], False
    for line in tekst.splitlines():
        if line.lstrip().startswith("```"):
            fenced = not fenced
        name = line.lstrip("#").strip(" #")
        if not fenced and line.startswith("#") and line[len(line) - len(line.lstrip("#")) :][:1] == " " and name:
            found.append(name[:TITTEL_MAX])
    return found


def is_safe_link(url: str) -> bool:
    """Whether a link may stand on our pages: http(s), mailto, or an address of our own that starts with one slash or #."""
    lowered = url.strip().lower()
    if lowered != url.lower() or any(sign <= " " or sign in '\\<>"' for sign in url):
        return False
    if lowered.startswith(("http://", "https://")):
        return bool(lowered.partition("//")[2].partition("/")[0])
    return lowered.startswith(("mailto:", "#")) or (lowered.startswith("/") and not lowered.startswith("//"))
