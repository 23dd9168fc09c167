"""What was typed in the forms of competence: texts cleaned and held against the identity guard, dates and numbers read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from werkzeug.datastructures import FileStorage, MultiDict

from kjerne import vakt
from kjerne.errors import Refused
from kjerne.filinnhald import BadFile, Inspected, inspect
from kjerne.i18n import gettext as _
from kjerne.text import BadText, bounded_int, clean
from kjerne.work import Work

ID_DIGITS = 10


@dataclass(frozen=True)
class Feil:
    """Why a form came back: the field, the sentence, and what the identity guard found. Empty: it did not."""

    felt: str = ""
    tekst: str = ""
    data_feil: str = ""
    funn: Mapping[str, list[str]] = field(default_factory=dict)

    def of(self, name: str) -> tuple[str, ...]:
        """The sentences that belong under a field."""
        found = list(self.funn.get(name, ())) if self.data_feil == "identitet" else []
        return tuple([*found, self.tekst] if self.felt == name and self.tekst and not self.data_feil else found)


def fault(refused: Refused) -> Feil:
    """What a refusal says to the form it came from."""
    if isinstance(refused, vakt.Guarded):
        return Feil(data_feil=refused.verdict.feil, funn=refused.verdict.messages(), tekst=refused.message)
    return Feil(felt=refused.field, tekst=refused.message)


@dataclass(frozen=True)
class Skjema:
    """A sent form, read field by field; a field that does not hold raises `Refused` with its name."""

    sent: MultiDict[str, str]

    def text(self, name: str, max_len: int, *, required: str = "", multiline: bool = False) -> str:
        """A cleaned text. `required`: the sentence when it is empty."""
        try:
            kept = clean(self.sent.get(name, ""), max_len=max_len, multiline=multiline)
        except BadText as bad:
            raise Refused(bad.message, name) from bad
        if required and not kept:
            raise Refused(required, name)
        return kept

    def number(self, name: str, lo: int, hi: int, default: int | None = None) -> int:
        """A whole number; empty gives the default when there is one."""
        raw = self.sent.get(name, "").replace(" ", "").replace("\u00a0", "")
        if not raw and default is not None:
            return default
        try:
            return bounded_int(raw, lo, hi)
        except BadText as bad:
            raise Refused(bad.message, name) from bad

    def id(self, name: str) -> int:
        """A row's id from a list, 0 when nothing (or nonsense) was chosen."""
        raw = self.sent.get(name, "")
        return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < ID_DIGITS else 0

    def ids(self, name: str) -> list[int]:
        """The rows that were ticked."""
        return [int(raw) for raw in self.sent.getlist(name)[:500] if raw.isascii() and raw.isdigit() and len(raw) < ID_DIGITS]

    def day(self, name: str, *, required: bool = True) -> date | None:
        """A date from a date field."""
        raw = self.sent.get(name, "").strip()[:10]
        if not raw and not required:
            return None
        try:
            found = date.fromisoformat(raw)
        except ValueError:
            raise Refused(_("Vel ein dato."), name) from None
        if not 1950 <= found.year <= 2150:
            raise Refused(_("Vel ein dato."), name)
        return found

    def must_day(self, name: str) -> date:
        """A date that must be there."""
        found = self.day(name)
        if found is None:
            raise Refused(_("Vel ein dato."), name)
        return found

    def among(self, name: str, known: object, message: str) -> str:
        """One of some codes."""
        raw = self.sent.get(name, "")
        if raw not in known:  # type: ignore[operator]  # a set or a mapping of codes
            raise Refused(message, name)
        return raw

    @property
    def version(self) -> int:
        """The version the form was drawn from; nonsense counts as an old one."""
        return self.id("versjon")

    def guard(self, work: Work, texts: Mapping[str, str]) -> None:
        """Hold free texts against the identity guard. Raises `vakt.Guarded`."""
        vakt.demand(work.db, texts, today=work.today, confirmed=self.sent.get(vakt.CONFIRM_FIELD) == "1")


def read_file(sent: FileStorage | None) -> Inspected | None:
    """The file of a form, checked and cleaned; None when none was chosen. Raises `Refused`."""
    if sent is None or not sent.filename:
        return None
    try:
        return inspect(sent.read(), sent.filename)
    except BadFile as bad:
        raise Refused(bad.message, "fil") from bad
