"""The user guide's chapters: who each is for, which pages it helps with, and its text in three languages.

The texts are Markdown in `framside/rettleiing/<language>/<name>.md`: the first line is the title, the paragraph under it says
what one gets. What stands in «» (“” in English) is the exact name of a button, a field or a page, and
tests/framside/test_rettleiing.py holds it.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from markupsafe import Markup

from kjerne.access import Rolle
from kjerne.i18n import language
from prosedyrar import tekst

FOLDER = Path(__file__).resolve().parent / "rettleiing"
LEADERS = frozenset({Rolle.LEIAR, Rolle.SEKTORLEIAR, Rolle.KOMMUNALSJEF})
WRITERS = LEADERS | {
    *(Rolle.KVALITETSKOORDINATOR, Rolle.FAGANSVARLEG, Rolle.PERSONVERNOMBOD),
    *(Rolle.BRANNVERNLEIAR, Rolle.INFORMASJONSTRYGGLEIK),
}
READERS = LEADERS | {Rolle.KVALITETSKOORDINATOR, Rolle.LEIING, Rolle.REVISOR}


@dataclass(frozen=True)
class Kapittel:
    """A chapter: the name in its address, and the roles it is written for (none: for everybody)."""

    namn: str
    roller: frozenset[Rolle] = frozenset()

    def fits(self, roller: Collection[Rolle]) -> bool:
        """Whether it is for everybody, or for one who holds these roles."""
        return not self.roller or bool(self.roller & set(roller))


@dataclass(frozen=True)
class Tekst:
    """A chapter in one language, as it is shown."""

    tittel: str
    ingress: str
    html: Markup


KAPITTEL: tuple[Kapittel, ...] = (
    Kapittel("meld"),
    Kapittel("les-og-kvitter"),
    Kapittel("personvern"),
    Kapittel("feil"),
    Kapittel("leiar", LEADERS | {Rolle.KVALITETSKOORDINATOR}),
    Kapittel("kvalitetskoordinator", frozenset({Rolle.KVALITETSKOORDINATOR})),
    Kapittel("prosedyrar", WRITERS),
    Kapittel("ros", (WRITERS | {Rolle.VERNEOMBOD, Rolle.REVISOR}) - {Rolle.FAGANSVARLEG}),
    Kapittel("tiltak", LEADERS | {Rolle.KVALITETSKOORDINATOR, Rolle.FAGANSVARLEG}),
    Kapittel("kompetanse", LEADERS | {Rolle.KVALITETSKOORDINATOR, Rolle.FAGANSVARLEG, Rolle.HR}),
    Kapittel("oppdragsbrev", READERS),
    Kapittel("rapportar", READERS | {Rolle.VERNEOMBOD}),
    Kapittel("tilsyn", READERS),
    Kapittel("oppsett", frozenset({Rolle.ADMINISTRATOR})),
)
BY_NAME = {kapittel.namn: kapittel for kapittel in KAPITTEL}

#: Which chapter helps on which page: the first row that fits both the address and the reader's roles.
PAGES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), namn)
    for pattern, namn in (
        (r"/avvik/(nytt|hjelp)", "meld"),
        (r"/avvik/tal", "rapportar"),
        (r"/avvik/(kassasjon|innsyn|lukk-mange|[^/]+/sladd)", "kvalitetskoordinator"),
        (r"/avvik/sporing", "personvern"),
        (r"/avvik/", "leiar"),
        (r"/avvik/", "meld"),
        (r"/prosedyrar/(ny$|onske|importer|oversikt|\d+/(skriv|opplysningar|lesing|samanlikn|versjon))", "prosedyrar"),
        (r"/prosedyrar/", "les-og-kvitter"),
        (r"/ros/", "ros"),
        (r"/tiltak/", "tiltak"),
        (r"/kompetanse/meg", "les-og-kvitter"),
        (r"/kompetanse/", "kompetanse"),
        (r"/kompetanse/", "les-og-kvitter"),
        (r"/(oppdragsbrev|register)/", "oppdragsbrev"),
        (r"/rapportar/", "rapportar"),
        (r"/krav/", "tilsyn"),
        (r"/(einingar|personar|innlesing|innstillingar|brev)(/|$)", "oppsett"),
        (r"/(tilgang|logg)(/|$)", "personvern"),
        (r"/(min-side|passord|logg-inn|invitasjon)", "feil"),
    )
)


@lru_cache(maxsize=4096)
def chapter_for(path: str, roller: frozenset[Rolle]) -> str | None:
    """The name of the chapter that helps on the page with this address."""
    return next((namn for pattern, namn in PAGES if pattern.match(path) and BY_NAME[namn].fits(roller)), None)


def source(namn: str, sprak: str) -> str:
    """A chapter's Markdown as it stands in its file."""
    return (FOLDER / sprak / f"{namn}.md").read_text(encoding="utf-8")


@cache
def text(namn: str, sprak: str) -> Tekst:
    """A chapter as it is shown; drawn once for each process."""
    first, _gap, rest = source(namn, sprak).partition("\n\n")
    ingress, _gap, body = rest.partition("\n\n")
    with language(sprak):
        return Tekst(first.removeprefix("# ").strip(), " ".join(ingress.split()), tekst.html(body))
