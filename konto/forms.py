"""What the user may type about her account. Our own messages: WTForms has no nynorsk."""

from collections.abc import Callable
from typing import cast

from wtforms import BooleanField, Field, Form, PasswordField, StringField
from wtforms.validators import StopValidation, ValidationError

from kjerne.felt import DatoField
from kjerne.i18n import gettext as _
from kjerne.i18n import lazy

#: WTForms' types know `str` only; our lazy texts are shown in the reader's language.
_l = cast("Callable[[str], str]", lazy)
Check = Callable[[Form, Field], None]


def required(message: str) -> Check:
    """Something other than blanks must stand there."""

    def check(_form: Form, field: Field) -> None:
        if not field.data or (isinstance(field.data, str) and not field.data.strip()):
            field.errors = []
            raise StopValidation(str(message))

    return check


def at_most(count: int) -> Check:
    """At most `count` characters, none of them invisible."""

    def check(_form: Form, field: Field) -> None:
        text = field.data or ""
        if len(text) > count:
            raise ValidationError(_("Høgst %(n)s teikn.", n=count))
        if not text.isprintable():
            raise ValidationError(_("Teksten har teikn som ikkje kan lagrast. Skriv han på nytt."))

    return check


class LoginForm(Form):
    """User name and password; the names of the fields are fixed for outside programs."""

    brukarnamn = StringField(_l("Tilsettnummer eller e-post"), [required(_l("Skriv tilsettnummeret eller e-posten din."))])
    passord = PasswordField(_l("Passord"), [required(_l("Skriv passordet."))])
    delt = BooleanField(_l("Delt nettbrett"))


class NewPasswordForm(Form):
    """A new password, twice."""

    nytt = PasswordField(_l("Nytt passord"), [required(_l("Skriv eit nytt passord."))])
    gjenta = PasswordField(_l("Nytt passord ein gong til"), [required(_l("Skriv det nye passordet ein gong til."))])

    def validate_gjenta(self, field: Field) -> None:
        """The two must be equal."""
        if field.data != self.nytt.data:
            raise ValidationError(_("Dei to passorda er ikkje like."))


class ChangePasswordForm(NewPasswordForm):
    """The present password, and a new one twice."""

    no = PasswordField(_l("Passordet du har no"), [required(_l("Skriv passordet du har no."))])


class AwayForm(Form):
    """From when to when she is away."""

    borte_fra = DatoField(_l("Borte frå og med"))
    borte_til = DatoField(_l("Borte til og med"))
