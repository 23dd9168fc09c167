"""What an administrator may type. Selects get their choices from the view; our own messages: WTForms has no nynorsk."""

from collections.abc import Callable, Mapping
from typing import Any, cast

from wtforms import BooleanField, Field, FileField, Form, HiddenField, SelectField, SelectMultipleField, StringField
from wtforms.form import BaseForm
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from administrasjon import rules
from kjerne.felt import DatoField
from kjerne.i18n import gettext as _
from kjerne.i18n import lazy
from konto.forms import Check, at_most, required

_l = cast("Callable[[str], str]", lazy)


def _labels(known: Mapping[str, object]) -> dict[str, str]:
    return {code: str(label) for code, label in known.items()}


def chosen() -> Check:
    """One of the choices the page offered."""

    def check(_form: Form, field: Field) -> None:
        offered = cast("SelectField", field).choices
        if field.data and str(field.data) not in {str(code) for code in offered or ()}:
            raise ValidationError(_("Vel frå lista."))

    return check


class Val(SelectField):
    """A select whose message is ours."""

    def __init__(self, label: str, checks: tuple[Check, ...] = (), **options: Any) -> None:
        super().__init__(label, [chosen(), *checks], validate_choice=False, **options)


class Hakar(SelectMultipleField):
    """Tick boxes of several choices."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, label: str, **options: Any) -> None:
        super().__init__(label, validate_choice=False, **options)

    def pre_validate(self, form: BaseForm) -> None:
        """Only what the page offered."""
        offered = {str(code) for code in self.choices or ()}
        if any(str(code) not in offered for code in self.data or ()):
            raise ValidationError(_("Vel frå lista."))


class UnitForm(Form):
    """A unit's own facts. `leiar` and `stedfortredar` are employee numbers."""

    namn = StringField(_l("Namn"), [required(_l("Skriv namnet på eininga.")), at_most(160)])
    niva = Val(_l("Nivå"))
    gjeld_fra = DatoField(_l("Gjeld frå og med"), [required(_l("Skriv frå når eininga gjeld."))])
    leiar = StringField(_l("Leiar (tilsettnummer)"), [at_most(40)])
    stedfortredar = StringField(_l("Stedfortredar (tilsettnummer)"), [at_most(40)])
    version = HiddenField()

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.niva.choices = _labels(rules.NIVA)


class NewUnitForm(UnitForm):
    """A new unit: its code and where it lies too."""

    kode = StringField(_l("Kode"), [required(_l("Skriv ein kode, til dømes HV-HT-09.")), at_most(40)])
    overordna = Val(_l("Ligg under"), (required(_l("Vel kva eining ho ligg under.")),))


class TargetForm(Form):
    """Another unit: where to move to, or whom to merge into."""

    til = Val(_l("Eining"), (required(_l("Vel ei eining.")),))
    version = HiddenField()


class PersonForm(Form):
    """An employee's facts. `hovudeining` is preset in forms; `einingar` are the others she works in."""

    namn = StringField(_l("Namn"), [required(_l("Skriv namnet.")), at_most(160)])
    epost = StringField(_l("E-post"), [at_most(200)])
    yrke = Val(_l("Yrke"))
    stillingsprosent = StringField(_l("Stillingsprosent"))
    tilsetjingsform = Val(_l("Tilsetjingsform"))
    vakter = Hakar(_l("Vakter"))
    hovudeining = Val(_l("Hovudeining"))
    einingar = Hakar(_l("Arbeider òg i"))
    tilsett_fra = DatoField(_l("Tilsett frå og med"), [required(_l("Skriv når ho begynner."))])
    tilsett_til = DatoField(_l("Tilsett til og med"))
    borte_fra = DatoField(_l("Borte frå og med"))
    borte_til = DatoField(_l("Borte til og med"))
    version = HiddenField()

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.tilsetjingsform.choices = _labels(rules.TILSETJINGSFORM)
        self.vakter.choices = _labels(rules.VAKTER)

    def validate_epost(self, field: Field) -> None:
        """An address with a name and a host; empty is allowed."""
        text = (field.data or "").strip()
        name, at, host = text.partition("@")
        if text and not (name and at and "." in host and " " not in text):
            raise ValidationError(_("Skriv ei e-postadresse, til dømes kari@kommunen.no."))

    def validate_stillingsprosent(self, field: Field) -> None:
        """A whole number from 0 to 100."""
        text = (field.data or "").strip().removesuffix("%").strip()
        if not (text.isascii() and text.isdigit() and len(text) <= 3 and int(text) <= 100):
            raise ValidationError(_("Skriv eit heiltal frå 0 til 100."))


class NewPersonForm(PersonForm):
    """A new employee: her number too."""

    ansattnr = StringField(_l("Tilsettnummer"), [required(_l("Skriv tilsettnummeret.")), at_most(40)])


class RoleForm(Form):
    """A role on a unit, with dates; `heimel` says why an auditor has it."""

    rolle = Val(_l("Rolle"), (required(_l("Vel ei rolle.")),))
    eining = Val(_l("Eining, med alt som ligg under"), (required(_l("Vel ei eining.")),))
    gjeld_fra = DatoField(_l("Frå og med"), [required(_l("Skriv frå når rolla gjeld."))])
    gjeld_til = DatoField(_l("Til og med"))
    heimel = StringField(_l("Grunngiving (for revisor)"), [at_most(200)])

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.rolle.choices = _labels(rules.GIVEN)


class ImportForm(Form):
    """A file to try."""

    slag = Val(_l("Kva er i fila?"))
    fil = FileField(_l("Fil (CSV eller XLSX)"))

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.slag.choices = {"einingar": _("Einingar"), "personar": _("Personar")}


class SchemeForm(Form):
    """Which scheme for serious events is in force."""

    meldeordning = Val(_l("Ordninga som gjeld no"), (required(_l("Vel ei ordning.")),))
    stadfest = BooleanField(
        _l("Eg har kontrollert på Lovdata eller melde.no at denne gjeld i dag"),
        [required(_l("Kontroller kva som gjeld, og set haken."))],
    )

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.meldeordning.choices = _labels(rules.MELDEORDNINGAR)


class LogForm(Form):
    """What to see of the log."""

    slag = Val(_l("Gjeld"))
    fra = DatoField(_l("Frå og med"))
    til = DatoField(_l("Til og med"))
