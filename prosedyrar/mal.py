"""What a new procedure starts with: sections with a prompt in each; and which of them nobody has written yet."""

from functools import lru_cache

from kjerne.i18n import SPRAK, Lazy, language
from kjerne.i18n import lazy as _l

#: The sections a new procedure starts with (domene 5.2, framlegg): heading and what belongs there.
SEKSJONAR: tuple[tuple[Lazy, Lazy], ...] = (
    (_l("Formål"), _l("Kva skal prosedyren sikre?")),
    (_l("Omfang"), _l("Kven gjeld han for, og når?")),
    (_l("Ansvar"), _l("Kven gjer kva?")),
    (_l("Framgangsmåte"), _l("Steg for steg, i den rekkjefølgja det blir gjort.")),
    (_l("Avvik"), _l("Kva gjer du når noko ikkje går som planlagt?")),
    (_l("Dokumentasjon"), _l("Kva skal skrivast ned, og kvar?")),
    (_l("Referansar"), _l("Lover, retningslinjer og andre prosedyrar.")),
)


def template_text() -> str:
    """The text a new procedure starts with, in the language in force."""
    return "\n\n".join(f"## {heading}\n\n_{hint}_" for heading, hint in SEKSJONAR) + "\n"


@lru_cache(maxsize=1)
def _prompts() -> frozenset[str]:
    """Every prompt of the template, in each language."""
    found = set()
    for sprak in SPRAK:
        with language(sprak):
            found |= {str(hint) for _heading, hint in SEKSJONAR}
    return frozenset(found)


def unwritten(tekst: str) -> list[str]:
    """The headings of the sections that hold nothing but the template's prompt, in order. Looks of the text do not matter."""
    found, heading, body = [], "", list[str]()
    for line in [*tekst.splitlines(), "# "]:
        if line.startswith("#"):
            if body and all(said in _prompts() for said in body):
                found.append(heading or body[0])
            heading, body = line.strip("# "), []
        elif line.strip(" _*>-"):
            body.append(line.strip(" _*>-"))
    return found
