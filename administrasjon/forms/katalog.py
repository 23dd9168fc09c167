"""The form of one row of a reference table, made from the table's fields. What was typed stays when it is refused."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Field, HiddenField, StringField, TextAreaField
from wtforms.form import BaseForm

from administrasjon.forms import Hakar, Val
from administrasjon.rules.felt import Felt, Slag
from administrasjon.rules.kontroll import faults
from administrasjon.rules.tabellar import Tabell
from kjerne.felt import DatoField
from kjerne.i18n import SPRAKNAMN
from kjerne.i18n import gettext as _
from kjerne.text import BadText, bounded_int, clean

Choices = Mapping[str, Mapping[str, str]]
MAX_DIGITS = 5


def label_of(one: Felt, column: str) -> str:
    """A control's own label: in three languages it says which."""
    if one.slag in {Slag.TEKST3, Slag.LISTE3}:
        return f"{one.namn} ({SPRAKNAMN[column[-2:]].lower()})"
    return str(one.namn)


def _control(one: Felt, column: str, choices: Choices, now: Any) -> Any:
    label = label_of(one, column)
    match one.slag:
        case Slag.HAKE:
            return BooleanField(label)
        case Slag.VAL:
            offered = dict(choices[one.val])
            if now is not None and str(now) not in offered and str(now):
                offered[str(now)] = _("%(kode)s (ikkje i bruk lenger)", kode=now)
            return Val(label, choices=offered)
        case Slag.FLEIRE:
            offered = dict(choices[one.val])
            offered.update({code: code for code in str(now or "").split("|") if code and code not in offered})
            return Hakar(label, choices=offered)
        case _ if one.lang:
            return TextAreaField(label)
        case _:
            return StringField(label)


def shown(one: Felt, value: Any) -> Any:
    """A stored value as its control shows it."""
    match one.slag:
        case Slag.HAKE:
            return bool(value)
        case Slag.LISTE3:
            return "\n".join(part for part in str(value or "").split("|") if part)
        case Slag.FLEIRE:
            return [code for code in str(value or "").split("|") if code]
        case _:
            return "" if value is None else str(value)


class Radskjema(BaseForm):
    """A row's fields, the day it begins to hold, and the version the page was opened with."""

    def __init__(self, tabell: Tabell, choices: Choices, *, row: Any = None, first: date | None = None, versjon: str = "") -> None:
        self.tabell, self.row = tabell, row
        controls: dict[str, Any] = {
            column: _control(one, column, choices, getattr(row, column, None)) for one in tabell.felt for column in one.kolonnar
        }
        super().__init__({**controls, "gjeld_fra": DatoField(_("Gjeld frå og med")), "versjon": HiddenField()})
        kept = {column: shown(one, getattr(row, column, None)) for one in tabell.felt for column in one.kolonnar} if row else {}
        if row is None:
            kept = {one.stamme: one.stamme == "konfidensiell" for one in tabell.felt if one.slag is Slag.HAKE}
        self.process(data={**kept, "gjeld_fra": first, "versjon": versjon})
        self.values: dict[str, Any] = {}

    def take(self, typed: MultiDict[str, str]) -> None:
        """What was sent."""
        self.process(typed)

    def validate(self, extra_validators: Any = None) -> bool:
        """Read every field into `values`; sentences stand at the fields that cannot be kept."""
        good = super().validate(extra_validators)
        for one in self.tabell.felt:
            for column in one.kolonnar:
                field = self[column]
                try:
                    self.values[column] = self._value(one, column, field)
                except BadText as bad:
                    field.errors = [bad.message]
            self._all_languages(one)
        first = self["gjeld_fra"]
        if first.data is None and not first.errors:
            first.errors = [_("Skriv frå kva dag det skal gjelde.")]
        good = good and not self.errors
        for column, text in (faults(self.tabell.kode, self.values) if good else {}).items():
            self[column].errors = [str(text)]
            good = False
        return good

    def _value(self, one: Felt, column: str, field: Field) -> Any:
        raw = field.data
        if one.slag is Slag.HAKE:
            return bool(raw)
        if one.slag is Slag.FLEIRE:
            joined = "|".join(raw or [])
            if len(joined) > one.maks:
                raise BadText(_("Det er for mange hakar. Lag heller to spørsmål."))
            return joined
        if one.slag is Slag.LISTE3:
            return self._lines(one, str(raw or ""))
        text = clean(str(raw or ""), max_len=one.maks, multiline=one.lang)
        if one.slag is Slag.TAL or self._is_number(column):
            return self._number(one, text)
        if one.kravd and not text and one.slag is not Slag.TEKST3:
            raise BadText(_("Vel eitt.") if one.slag is Slag.VAL else _("Dette må fyllast ut."))
        return text

    def _is_number(self, column: str) -> bool:
        return column == "min_alvor"

    @staticmethod
    def _number(one: Felt, text: str) -> int | None:
        if not text:
            if one.kravd:
                raise BadText(_("Dette må fyllast ut."))
            return None
        return bounded_int(text, one.lo or (1 if one.slag is Slag.VAL else one.lo), one.hi or 5)

    @staticmethod
    def _lines(one: Felt, raw: str) -> str:
        if "|" in raw:
            raise BadText(_("Teiknet | kan ikkje brukast her. Skriv eitt svar på kvar linje."))
        lines = [clean(line, max_len=80, multiline=False) for line in clean(raw, max_len=one.maks, multiline=True).split("\n")]
        return "|".join(line for line in lines if line)

    def _all_languages(self, one: Felt) -> None:
        """A text stands in all three languages, or (when it is optional) in none: nobody gets half a page in another language."""
        if one.slag is not Slag.TEKST3:
            return
        missing = [column for column in one.kolonnar if not self.values.get(column) and not self[column].errors]
        if missing and (one.kravd or len(missing) < len(one.kolonnar)):
            for column in missing:
                self[column].errors = [_("Skriv teksten på %(sprak)s òg.", sprak=SPRAKNAMN[column[-2:]].lower())]

    def texts(self) -> dict[str, str]:
        """The free texts that differ from what stands, for the identity guard."""
        columns = [(one, column) for one in self.tabell.felt if one.er_tekst for column in one.kolonnar]
        return {
            column: str(self.values[column]).replace("|", "\n")
            for _one, column in columns
            if self.values[column] and self.values[column] != getattr(self.row, column, None)
        }
