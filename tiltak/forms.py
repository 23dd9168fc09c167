"""What the user may type about measures, and the identity guard on every text of it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, cast

from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Field, FileField, Form, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import StopValidation
from wtforms.widgets import TextInput

from kjerne import identitet, text
from kjerne.felt import DatoField
from kjerne.i18n import gettext as _
from kjerne.i18n import lazy
from tiltak import rules
from tiltak.actions import Plan
from tiltak.kroner import parse_kroner

#: WTForms' types know `str` only; our lazy texts are shown in the reader's language.
_l = cast("Callable[[str], str]", lazy)
Check = Callable[[Form, Field], None]
MAX_VERSION = 1_000_000_000


def required(message: str) -> Check:
    """Something other than blanks must stand there."""

    def check(_form: Form, field: Field) -> None:
        if field.data is None or not str(field.data).strip():
            field.errors = []
            raise StopValidation(str(message))

    return check


def cleaned(max_len: int, *, multiline: bool) -> Check:
    """The text as it is kept, or a sentence about what is wrong with it."""

    def check(_form: Form, field: Field) -> None:
        try:
            field.data = text.clean(field.data or "", max_len=max_len, multiline=multiline)
        except text.BadText as bad:
            raise StopValidation(bad.message) from bad

    return check


def among_choices(message: str) -> Check:
    """One of the list's values; WTForms' own check says so in English only."""

    def check(_form: Form, field: Field) -> None:
        if field.data not in {value for value, _label in cast("Any", field).choices}:
            raise StopValidation(str(message))

    return check


class KronerField(Field):
    """Whole kroner as people type them; what was typed stays when it is not understood."""

    widget = TextInput()
    data: int | None

    def process_formdata(self, valuelist: list[str]) -> None:
        """Empty is None; otherwise `parse_kroner`."""
        raw = valuelist[0] if valuelist else ""
        self.data = None
        try:
            self.data = parse_kroner(raw[:60])
        except ValueError:
            raise ValueError(_("Skriv beløpet i heile kroner, til dømes 250 000.")) from None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return f"{self.data:,}".replace(",", " ") if isinstance(self.data, int) else ""


class GuardedForm(Form):
    """A form whose texts pass the identity guard: numbers are refused, the rest is kept once confirmed (`stadfest`)."""

    version = HiddenField()
    stadfest = BooleanField(_l("Ingen pasient, brukar eller pårørande kan kjennast att i teksten"))
    guarded: tuple[str, ...] = ()

    def __init__(self, formdata: MultiDict[str, str] | None = None, **values: object) -> None:
        super().__init__(formdata, data=values)
        self.blocked = False
        self.warnings: list[str] = []

    @property
    def read_version(self) -> int | None:
        """The version the form was drawn from; nonsense counts as an old one."""
        raw = self.version.data or ""
        return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else 0

    def passes_guard(self, today: date, known_words: frozenset[str]) -> bool:
        """Whether the texts may be kept; else `blocked` or `warnings` say why, and the fields have their errors."""
        for name in self.guarded:
            field = self[name]
            found = identitet.find(field.data or "", today=today, known_words=known_words)
            numbers = identitet.blocks(found)
            if numbers:
                self.blocked = True
                field.errors = [*field.errors, identitet.message(numbers[0])]
            self.warnings += [identitet.message(finding) for finding in identitet.warns(found)]
        return not self.blocked and (not self.warnings or bool(self.stadfest.data))


def _pairs(labels: Mapping[rules.Type, object] | Mapping[int, object]) -> list[tuple[str, str]]:
    return [(str(value), str(label)) for value, label in labels.items()]


class EditForm(GuardedForm):
    """What a measure is and whose it is."""

    guarded = ("tittel", "skildring", "finansiering")
    tittel = StringField(
        _l("Kva skal gjerast?"),
        [required(_l("Skriv kva som skal gjerast.")), cleaned(rules.TITTEL_MAX, multiline=False)],
    )
    skildring = TextAreaField(_l("Skildring"), [cleaned(rules.TEKST_MAX, multiline=True)])
    ansvarleg_id = SelectField(_l("Ansvarleg"), coerce=str, validate_choice=False)
    type = SelectField(_l("Type"), [among_choices(_l("Vel type og prioritet i lista."))], validate_choice=False)
    prioritet = SelectField(_l("Prioritet"), [among_choices(_l("Vel type og prioritet i lista."))], validate_choice=False)

    start = DatoField(_l("Startdato"))
    kostnad = KronerField(_l("Kostnad, kroner"))
    effekt_kr = KronerField(_l("Innsparing per år, kroner"))
    ansvar = StringField(_l("Konto (ansvar)"), [cleaned(rules.KONTO_MAX, multiline=False)])
    finansiering = StringField(_l("Finansiering"), [cleaned(rules.FINANSIERING_MAX, multiline=False)])

    def plan(self) -> Plan:
        """What carrying it out takes."""
        return Plan(self.start.data, self.kostnad.data, self.effekt_kr.data, self.ansvar.data or "", self.finansiering.data or "")

    def fill(self, candidates: Mapping[str, Sequence[tuple[int, str]]]) -> None:
        """Set the lists to choose from: people by unit, types and priorities in the reader's language."""
        people: dict[str, Iterable[tuple[str, str]]] = {"": [("", _("Vel ein person"))]}
        people |= {unit: [(str(id_), namn) for id_, namn in rows] for unit, rows in candidates.items()}
        self.ansvarleg_id.choices = people
        self.type.choices = _pairs(rules.TYPENAMN)
        self.prioritet.choices = _pairs(rules.PRIORITETNAMN)
        self._known = {str(id_) for rows in candidates.values() for id_, _namn in rows}

    def validate_ansvarleg_id(self, field: Field) -> None:
        """She must be one of those who may be chosen."""
        if field.data not in self._known:
            raise StopValidation(_("Vel kven som har ansvaret."))


class NewForm(EditForm):
    """A measure that comes from no case."""

    eining_id = SelectField(_l("Eining"), [among_choices(_l("Vel ei eining i lista."))], validate_choice=False)
    frist = DatoField(_l("Frist"), [required(_l("Vel ein frist."))])

    def fill_units(self, units: Sequence[tuple[int, str]]) -> None:
        """Set the units she may make measures in."""
        self.eining_id.choices = [(str(id_), namn) for id_, namn in units]


class StepForm(GuardedForm):
    """What goes with one step; which fields are asked for follows from the step's row in the table."""

    guarded = ("tekst",)
    tekst = TextAreaField("", [cleaned(rules.TEKST_MAX, multiline=True)])
    frist = DatoField(_l("Ny frist"))
    resultat = RadioField(_l("Verka tiltaket?"), validate_choice=False)

    def set_up(self, step: rules.Step) -> None:
        """Give the fields the ids and labels of this step: several such forms stand on one page."""
        self.step = step
        self.tekst.label.text = str(step.text or "")
        self.resultat.choices = [(value.value, str(label)) for value, label in rules.EFFEKTNAMN.items()]
        for field in self:
            field.id = field.label.field_id = f"{step.steg.value}-{field.name}"

    def complete(self) -> bool:
        """Whether everything this step needs is there and well formed."""
        good = self.validate()
        if self.step.text is not None and not self.tekst.errors and not self.tekst.data:
            self.tekst.errors = [_("Skriv noko her.")]
        if self.step.steg is rules.Steg.UTSETT and self.frist.data is None and not self.frist.errors:
            self.frist.errors = [_("Vel ein ny frist.")]
        if self.step.steg is rules.Steg.VURDER and not self.resultat.data:
            self.resultat.errors = [_("Vel om tiltaket verka.")]
        return bool(good) and not self.errors


class MoveForm(GuardedForm):
    """Where in the order a measure shall stand, and why."""

    guarded = ("tekst",)
    framfor = StringField(_l("Framfor tiltak nr."))
    tekst = TextAreaField(
        _l("Kvifor skal det stå her?"), [required(_l("Skriv noko her.")), cleaned(rules.TEKST_MAX, multiline=True)]
    )


class WaitForm(Form):
    """Which measure it waits for."""

    nr = StringField(_l("Ventar på tiltak nr."))


class UploadForm(Form):
    """A table of savings to read in; `innhald` carries the file from the trial to the writing."""

    fil = FileField(_l("Fil"))
    namn = StringField(_l("Namn på tabellen"), [cleaned(rules.TABELLNAMN_MAX, multiline=False)])
    maal = KronerField(_l("Sparemål, kroner"))
    eining_id = SelectField(_l("Kva gjeld tabellen?"), [among_choices(_l("Vel ei eining i lista."))], validate_choice=False)
    stadfest = BooleanField(_l("Ingen pasient, brukar eller pårørande kan kjennast att i tabellen"))

    def fill_units(self, units: Sequence[tuple[int, str]]) -> None:
        """Set the units she may read tables in for."""
        self.eining_id.choices = [(str(id_), namn) for id_, namn in units]


class GoalForm(Form):
    """The saving to be reached."""

    maal = KronerField(_l("Sparemål, kroner"))


class RowForm(GuardedForm):
    """What has become of a row; the fields of the years are added by the view."""

    guarded = ("status",)
    status = TextAreaField(_l("Status"), [cleaned(1000, multiline=False)])
    slag = SelectField(_l("Slag"), [among_choices(_l("Vel slag i lista."))], validate_choice=False)

    def set_up(self) -> None:
        """Set the kinds in the reader's language."""
        self.slag.choices = [(one.value, str(name)) for one, name in rules.SLAGNAMN.items()]


class MeasureForm(Form):
    """Who follows a row up as a measure, and by when."""

    ansvarleg_id = SelectField(_l("Ansvarleg"), coerce=str, validate_choice=False)
    frist = DatoField(_l("Frist"), [required(_l("Vel ein frist."))])

    def fill(self, candidates: Mapping[str, Sequence[tuple[int, str]]]) -> None:
        """Set the persons to choose from, by unit."""
        people: dict[str, Iterable[tuple[str, str]]] = {"": [("", _("Vel ein person"))]}
        people |= {unit: [(str(id_), namn) for id_, namn in rows] for unit, rows in candidates.items()}
        self.ansvarleg_id.choices = people
        self._known = {str(id_) for rows in candidates.values() for id_, _namn in rows}

    def validate_ansvarleg_id(self, field: Field) -> None:
        """She must be one of those who may be chosen."""
        if field.data not in self._known:
            raise StopValidation(_("Vel kven som har ansvaret."))
