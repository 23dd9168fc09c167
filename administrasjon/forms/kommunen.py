"""The municipality's own name, language, channels, limits, colour and logo."""

from collections.abc import Callable
from typing import cast

from wtforms import BooleanField, Field, FileField, Form, HiddenField, StringField
from wtforms import TextAreaField as Area
from wtforms.validators import ValidationError

from administrasjon.forms import Val
from administrasjon.rules import GRENSER
from kjerne.i18n import gettext as _
from kjerne.i18n import lazy
from kjerne.text import BadText, bounded_int
from konto.forms import at_most, required

_l = cast("Callable[[str], str]", lazy)


class SettingsForm(Form):
    """The municipality's own settings."""

    kommune = StringField(_l("Namnet på kommunen"), [required(_l("Skriv namnet på kommunen.")), at_most(80)])
    sprak = Val(_l("Språk for nye brukarar"))
    varselkanal = Area(_l("Kritikkverdige forhold: korleis ein varslar her"))
    klagekanal = Area(_l("Klage frå pasient, brukar eller pårørande: kvar ho skal"))
    tilgjengelegheitserklaering = StringField(_l("Adressa til tilgjengelegheitserklæringa"), [at_most(300)])
    versjon = HiddenField()

    def validate_tilgjengelegheitserklaering(self, field: Field) -> None:
        """A web address, or nothing."""
        if field.data and not str(field.data).startswith("https://"):
            raise ValidationError(_("Adressa skal begynne med https://"))


class ReportForm(Form):
    """Whether a report may go with its letter."""

    rapport_vedlegg = BooleanField(_l("Legg PDF-en ved e-posten når rapporten ikkje har enkeltsaker"))


class LimitForm(Form):
    """Days and counts the municipality decides itself; what they may be stands in `rules.GRENSER`."""

    slutta_dagar = StringField(_l("Dagar før ein som har slutta, får namnet teke bort"))
    effekt_dagar = StringField(_l("Dagar før effekten av eit tiltak skal vurderast"))
    gruppegrense = StringField(_l("Minste tal som blir vist om ei gruppe"))

    def validate(self, extra_validators: object = None) -> bool:
        """Whole numbers within what is sensible; the sentence stands at the field."""
        good = super().validate()
        for name, (low, high) in GRENSER.items():
            try:
                bounded_int(str(self[name].data or ""), low, high)
            except BadText as bad:
                self[name].errors = [bad.message]
                good = False
        return good

    def values(self) -> dict[str, str]:
        """As the settings keep them."""
        return {name: str(bounded_int(str(self[name].data), low, high)) for name, (low, high) in GRENSER.items()}


class ColourForm(Form):
    """The colour of buttons, links and the menu."""

    farge = StringField(_l("Farge"), [at_most(7)])


class LogoForm(Form):
    """An image."""

    logo = FileField(_l("Logo"))
