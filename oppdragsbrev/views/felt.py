"""What the letter's forms have in common: texts cleaned and held against the guard, and what is shown again when refused."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from flask import request

from kjerne import vakt
from kjerne.errors import Refused
from kjerne.felt import parse_date
from kjerne.i18n import gettext as _
from kjerne.text import BadText, clean
from kjerne.work import Work

#: So large a number no version reaches; what cannot be read counts as an old one.
VERSION_DIGITS = 9


@dataclass(frozen=True)
class Feil:
    """Why a form comes back: sentences by field, the guard's word for the page (`data-feil`), and what was typed."""

    felt: Mapping[str, list[str]] = field(default_factory=dict)
    kode: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """(id of the field, sentence) for the list over the form."""
        return [(name, text) for name, texts in self.felt.items() for text in texts]

    def value(self, name: str, kept: object) -> object:
        """What was typed in a field, else what is kept."""
        return self.typed.get(name, kept)


def failed(refused: Refused, fallback: str) -> Feil:
    """The refusal as it is shown in the form."""
    typed = {name: request.form.get(name, "") for name in request.form}
    if isinstance(refused, vakt.Guarded):
        return Feil(refused.verdict.messages(), refused.verdict.feil, typed)
    return Feil({getattr(refused, "field", "") or fallback: [refused.message]}, "", typed)


def kept(work: Work, save: Callable[[], object], fallback: str) -> Feil | None:
    """Save all that a form says, or nothing: why it was refused, or None when it is kept."""
    try:
        with work.db.begin_nested():
            save()
    except Refused as refused:
        return failed(refused, fallback)
    return None


def read(name: str, max_len: int, *, multiline: bool = True, sent_as: str = "", needed: str = "") -> str:
    """A text of the form, cleaned. Raises `Refused` on the field (`sent_as`: the field's id); `needed`: the sentence when empty."""
    try:
        text = clean(request.form.get(name, ""), max_len=max_len, multiline=multiline)
    except BadText as bad:
        raise Refused(bad.message, sent_as or name) from bad
    if needed and not text:
        raise Refused(needed, sent_as or name)
    return text


def guard(work: Work, texts: Mapping[str, str]) -> None:
    """Hold texts against the identity guard; keys are the ids of their fields."""
    vakt.demand(work.db, texts, today=work.today, confirmed=request.form.get(vakt.CONFIRM_FIELD) == "1")


def guarded(work: Work, name: str, max_len: int, *, sent_as: str) -> str:
    """A text of the form, cleaned and held against the guard. Raises `Refused` on the field (`sent_as`: its id)."""
    text = read(name, max_len, sent_as=sent_as)
    guard(work, {sent_as: text})
    return text


def version() -> int:
    """The version the form was drawn from."""
    return number("versjon")


def number(name: str) -> int:
    """A whole number of the form, 0 when it is none."""
    raw = request.form.get(name, "")
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) <= VERSION_DIGITS else 0


def day(name: str) -> date | None:
    """A date of the form; None when empty. Raises `Refused` on the field."""
    raw = request.form.get(name, "").strip()
    if not raw:
        return None
    try:
        return parse_date(raw)
    except ValueError:
        raise Refused(_("Skriv datoen som 22.11.2026."), name) from None
