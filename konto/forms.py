"""What the user may type about her account. Our own messages: WTForms has no nynorsk."""

from collections.abc import Callable
from datetime import date, datetime
from typing import cast

from wtforms import BooleanField, Field, Form, PasswordField, StringField
from wtforms.validators import StopValidation, ValidationError
from wtforms.widgets import TextInput

from kjerne.i18n import gettext as _
from kjerne.i18n import lazy

#: WTForms' types know `str` only; our lazy texts are shown in the reader's language.
_l = cast("Callable[[str], str]", lazy)
Check = Callable[[Form, Field], None]
EARLIEST, LATEST = date(1950, 1, 1), date(2150, 1, 1)


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


def parse_date(raw: str) -> date:
    """A date typed as 22.11.2026 or 2026-11-22. Raises ValueError, also for years no register holds."""
    text = raw.strip()
    if not text.isascii() or len(text) > 10:
        raise ValueError(text)
    form = "%d.%m.%Y" if "." in text else "%Y-%m-%d"
    day = datetime.strptime(text, form).date()  # noqa: DTZ007 - a date has no zone
    if not EARLIEST <= day <= LATEST:
        raise ValueError(text)
    return day


class DatoField(Field):
    """A date, typed or picked; what was typed stays when it is not understood."""

    widget = TextInput()
    data: date | None

    def process_formdata(self, valuelist: list[str]) -> None:
        """Empty is None; otherwise `parse_date`."""
        raw = valuelist[0] if valuelist else ""
        self.data = None
        if raw.strip():
            try:
                self.data = parse_date(raw)
            except ValueError:
                raise ValueError(_("Skriv datoen som 22.11.2026.")) from None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return self.data.isoformat() if isinstance(self.data, date) else ""


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
