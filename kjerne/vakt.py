"""The gate every free text of a form passes: cleaned, then held against the identity guard. One for all packages.

An identity number is refused; what looks like a name, a birth date, a phone number or an address is asked about once
and kept when the person confirms (`stadfest=1`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.orm import Session

from kjerne import identitet
from kjerne.einingar import tree
from kjerne.errors import Refused
from kjerne.i18n import gettext as _
from kjerne.identitet import Finding
from kjerne.kept import kept

CONFIRM_FIELD = "stadfest"
#: A list of names in a file would else fill the page.
MOST_SAID = 5


@dataclass(frozen=True)
class Verdict:
    """What the guard found, field by field. `feil` is the page's data-feil: "identitet", "stadfest" or empty."""

    findings: Mapping[str, list[Finding]] = field(default_factory=dict)
    feil: str = ""

    @property
    def ok(self) -> bool:
        """Whether the texts may be kept."""
        return not self.feil

    def messages(self) -> dict[str, list[str]]:
        """Field → whole sentences, to stand under the field: the first ones, and how many more there are."""
        return {name: _sentences(found) for name, found in self.findings.items()}


def _sentences(found: list[Finding]) -> list[str]:
    said = list(dict.fromkeys(identitet.message(finding) for finding in found))
    more = len(said) - MOST_SAID
    return said if more <= 1 else [*said[:MOST_SAID], _("… og %(n)s til i den same teksten.", n=more)]


class Guarded(Refused):
    """Raised by `demand` when texts may not be kept; the view shows its form again with `verdict`."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(_("Teksten viser kanskje kven nokon er. Sjå over han før du sender. Ingenting er lagra."))
        self.verdict = verdict


def known_words(db: Session) -> frozenset[str]:
    """Names of our own units: they are no persons. Kept with the units."""
    return kept(db, "einingsnamn", _unit_names)


def _unit_names(db: Session) -> frozenset[str]:
    return frozenset(unit.namn for unit in tree(db).einingar.values())


def judge(texts: Mapping[str, str], *, today: date, confirmed: bool, words: frozenset[str]) -> Verdict:
    """Hold texts against the guard. Numbers always stop; warnings only until confirmed."""
    found = {name: identitet.find(text, today=today, known_words=words) for name, text in texts.items() if text}
    numbers = {name: stop for name, rows in found.items() if (stop := identitet.blocks(rows))}
    if numbers:
        return Verdict(numbers, "identitet")
    warned = {name: warn for name, rows in found.items() if (warn := identitet.warns(rows))}
    if warned and not confirmed:
        return Verdict(warned, "stadfest")
    return Verdict()


def demand(db: Session, texts: Mapping[str, str], *, today: date, confirmed: bool) -> None:
    """Raise `Guarded` unless the texts may be kept."""
    verdict = judge(texts, today=today, confirmed=confirmed, words=known_words(db))
    if not verdict.ok:
        raise Guarded(verdict)
