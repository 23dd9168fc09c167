"""What a document seems to be: its title, its type (domene 5.1) and which unit owns it. Guesses, shown to be corrected."""

import re
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

TITLE_MAX = 160
_NOISE = re.compile(
    r"\b(?:v(?:er(?:sjon)?)?[ .]?\d+(?:[.,]\d+)*|rev(?:idert)?[ .]?\d[\d.]*|kopi|copy|endelig|endeleg|ferdig|utkast"
    r"|\d{1,2}[.]\d{1,2}[.]\d{2,4}|20\d\d[-.]\d\d[-.]\d\d)\b",
    re.IGNORECASE,
)
_BLANKS = re.compile(r"\s+")
#: The first that fits wins: the more special word stands first.
_TYPES: tuple[tuple[str, str], ...] = (
    ("stillingsinstruks", r"stillingsinstruks|stillings(?:beskrivelse|omtale)|funksjons(?:beskrivelse|omtale)|job description"),
    ("beredskapsplan", r"beredskapsplan|tiltakskort|beredskap\b|emergency plan"),
    ("sjekkliste", r"sjekkliste|sjekk-liste|checklist"),
    ("flytskjema", r"flytskjema|flytdiagram|flow ?chart"),
    ("skjema", r"\bskjema|\bmal\b|\bmal for|registreringsskjema|avtaleskjema"),
    ("opplaering", r"opplæring|opplaering|kurshefte|e-læring|kompetansehefte|training"),
    ("retningslinje", r"retningslin"),
    ("instruks", r"instruks"),
    ("rutine", r"rutine"),
    ("prosedyre", r"prosedyre|procedure"),
    ("policy", r"\bpolicy|overordna føring|overordnet føring"),
    ("plan", r"plan\b"),
)
_OWNER = re.compile(
    r"^\W*(?:eigar(?:eining)?|eier(?:enhet)?|dokumenteigar|dokumenteier|eining|enhet|avdeling|gjeld for|gjelder for|verksemd"
    r"|virksomhet)\W*[:|]\W*(.{2,80})",
    re.IGNORECASE,
)
_LOOKED_AT = 40


def _tidy(text: str) -> str:
    return _BLANKS.sub(" ", text).strip(" -–_.,:;")[:TITLE_MAX].strip()


def title_of_name(filename: str) -> str:
    """A title from the file's name, without number of version and ending."""
    stem = PurePosixPath(filename.replace("\\", "/")).stem
    plain = _tidy(_NOISE.sub(" ", stem.replace("_", " ")).replace("()", " "))
    return (plain[:1].upper() + plain[1:]) or "Dokument utan tittel"


def kind(title: str, filename: str) -> str:
    """The document type's code; `prosedyre` when nothing says else."""
    for text in (title, filename):
        low = text.casefold()
        for code, pattern in _TYPES:
            if re.search(pattern, low):
                return code
    return "prosedyre"


def owner(lines: Sequence[str], path: str, units: Mapping[int, str], fallback: int) -> int:
    """The owning unit: named in the document's first lines, else in the path of the file, else the one that was chosen."""
    names = {name.casefold(): unit for unit, name in units.items()}
    longest = sorted(names, key=len, reverse=True)
    for line in lines[:_LOOKED_AT]:
        said = _OWNER.match(line)
        if said:
            for name in longest:
                if name in said[1].casefold():
                    return names[name]
    for folder in reversed(PurePosixPath(path.replace("\\", "/")).parts[:-1]):
        plain = folder.replace("_", " ").strip().casefold()
        if plain in names:
            return names[plain]
    return fallback
