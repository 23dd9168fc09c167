"""The one guard against identity numbers and names, on every free text, import cell and file name of all packages.

`find` is pure and tells where; `blocks` are refused, `warns` are kept once the person confirms. The page runs the same
rules while one types (static/src/identitet.js); tests/kjerne/identitet_cases.json keeps the two alike.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from kjerne.i18n import Lazy, gettext
from kjerne.i18n import lazy as _l
from kjerne.identitet import monster
from kjerne.identitet.namn import names
from kjerne.identitet.norm import plain
from kjerne.identitet.nummer import is_identity_number, numbers

__all__ = ["MESSAGES", "Finding", "Kind", "blocks", "find", "is_identity_number", "message", "warns"]


class Kind(StrEnum):
    """What a piece of text gives away; only `nummer` is refused outright."""

    NUMMER = "nummer"
    TELEFON = "telefon"
    EPOST = "epost"
    FODSELSDATO = "fodselsdato"
    NAMN = "namn"


MESSAGES: dict[Kind, Lazy] = {
    Kind.NUMMER: _l("«%(tekst)s» er eit fødselsnummer eller liknande nummer. Ta det bort før du sender."),
    Kind.TELEFON: _l("«%(tekst)s» ser ut som eit telefonnummer. Meldinga skal ikkje vise kven pasienten er."),
    Kind.EPOST: _l("«%(tekst)s» ser ut som ei e-postadresse. Meldinga skal ikkje vise kven pasienten er."),
    Kind.FODSELSDATO: _l("«%(tekst)s» ser ut som ein fødselsdato. Meldinga skal ikkje vise kven pasienten er."),
    Kind.NAMN: _l("«%(tekst)s» ser ut som eit namn. Meldinga skal ikkje vise kven pasienten er."),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One place in the original text: text[start:end], and what it looks like."""

    kind: Kind
    start: int
    end: int
    text: str


def find(text: str, *, today: date, known_words: frozenset[str] = frozenset()) -> list[Finding]:
    """All that may tell who somebody is, in order of place, never overlapping. Linear in the length of the text.

    `known_words`: words and phrases that are no persons here, such as the names of the units. `today`: the date in
    Oslo; dates of the last two years are events, not births. Indexes are into the text as given.
    """
    flat = plain(text)
    taken = bytearray(len(flat.text) + 1)
    found: list[Finding] = []
    for kind, spans in (
        (Kind.NUMMER, numbers(flat.text)),
        (Kind.EPOST, monster.emails(flat.text)),
        (Kind.FODSELSDATO, monster.birth_dates(flat.text, today)),
        (Kind.TELEFON, monster.phones(flat.text)),
        (Kind.NAMN, names(flat.text, known_words)),
    ):
        for first, last in spans:
            if any(taken[first:last]):
                continue
            taken[first:last] = b"\x01" * (last - first)
            start, end = flat.span(first, last)
            found.append(Finding(kind, start, end, text[start:end]))
    return sorted(found, key=lambda finding: finding.start)


def blocks(findings: Iterable[Finding]) -> list[Finding]:
    """Those that are refused whatever the person says: identity numbers."""
    return [finding for finding in findings if finding.kind is Kind.NUMMER]


def warns(findings: Iterable[Finding]) -> list[Finding]:
    """Those that are kept once the person has confirmed."""
    return [finding for finding in findings if finding.kind is not Kind.NUMMER]


def message(finding: Finding) -> str:
    """The sentence for the person who typed it, in her language. It quotes her text: for her page only, never a log."""
    return gettext(MESSAGES[finding.kind].text, tekst=finding.text)
