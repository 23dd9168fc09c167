"""What the user may type into the register."""

from collections.abc import Callable
from typing import Any, cast

from wtforms import Form, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import StopValidation, ValidationError

from kjerne.felt import DatoField
from kjerne.i18n import gettext as _
from kjerne.i18n import lazy
from kjerne.text import BadText, clean
from register.rules import SLAGNAMN, TEKST_MAX, TITTEL_MAX, Slag

#: WTForms' types know `str` only; our lazy texts are shown in the reader's language.
_l = cast("Callable[[str], str]", lazy)
MOST = 100_000


def _text(max_len: int, *, multiline: bool, message: str) -> Callable[[Form, Any], None]:
    def check(_form: Form, field: Any) -> None:
        try:
            field.data = clean(field.data or "", max_len=max_len, multiline=multiline)
        except BadText as bad:
            raise StopValidation(bad.message) from bad
        if message and not field.data:
            raise StopValidation(str(message))

    return check


def _needed(message: str) -> Callable[[Form, Any], None]:
    def check(_form: Form, field: Any) -> None:
        if field.data is None and not field.errors:
            raise StopValidation(str(message))

    return check


class ForingForm(Form):
    """A line of the register."""

    slag = SelectField(_l("Kva var det?"), choices=[], validate_choice=False)
    eining = SelectField(_l("Eining"), choices=[], validate_choice=False)
    dato = DatoField(_l("Når var det?"), [_needed(_l("Skriv når det var."))])
    tittel = StringField(_l("Overskrift"), [_text(TITTEL_MAX, multiline=False, message=_l("Skriv ei kort overskrift."))])
    samandrag = TextAreaField(_l("Kva kom fram?"), [_text(TEKST_MAX, multiline=True, message=_l("Skriv kort kva som kom fram."))])
    tal = StringField(_l("Tal (svar, deltakarar, samtalar)"))
    neste = DatoField(_l("Neste gong"))
    versjon = HiddenField()

    def offer(self, einingar: list[tuple[str, str]]) -> None:
        """Fill the lists."""
        self.slag.choices = [(slag.value, str(namn)) for slag, namn in SLAGNAMN.items()]
        self.eining.choices = cast("Any", einingar)

    def validate_slag(self, field: Any) -> None:
        """A kind of the list."""
        if field.data not in set(Slag):
            raise ValidationError(_("Vel kva det var."))

    def validate_eining(self, field: Any) -> None:
        """A unit of the list."""
        if field.data not in {kode for kode, _namn in cast("Any", self.eining.choices)}:
            raise ValidationError(_("Vel ei eining i lista."))

    def validate_tal(self, field: Any) -> None:
        """Empty, or a whole number."""
        raw = (field.data or "").strip()
        if raw and not (raw.isascii() and raw.isdigit() and len(raw) < 7 and int(raw) <= MOST):
            raise ValidationError(_("Skriv eit heilt tal, eller lat feltet stå tomt."))

    @property
    def antal(self) -> int | None:
        """The count, when one was typed."""
        raw = (self.tal.data or "").strip()
        return int(raw) if raw else None

    @property
    def read_version(self) -> int:
        """The version the form was drawn from; nonsense counts as an old one."""
        raw = self.versjon.data or ""
        return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else 0


class MeasureForm(Form):
    """A measure out of a line."""

    tittel = StringField(_l("Kva skal gjerast?"), [_text(TITTEL_MAX, multiline=False, message=_l("Skriv kva som skal gjerast."))])
    ansvarleg_id = SelectField(_l("Ansvarleg"), choices=[], validate_choice=False)
    frist = DatoField(_l("Frist"), [_needed(_l("Vel ein frist."))])

    def validate_ansvarleg_id(self, field: Any) -> None:
        """Somebody of the list."""
        offered = cast("dict[str, list[tuple[str, str]]]", self.ansvarleg_id.choices)
        if field.data not in {value for group in offered.values() for value, _label in group}:
            raise ValidationError(_("Vel ein ansvarleg i lista."))
