"""Form fields more than one package uses. WTForms has no nynorsk, so the sentences are ours."""

from datetime import date, datetime

from wtforms import Field
from wtforms.widgets import TextInput

from kjerne.i18n import gettext as _

EARLIEST, LATEST = date(1950, 1, 1), date(2150, 1, 1)


def parse_date(raw: str) -> date:
    """A date typed as 22.11.2026 or picked as 2026-11-22. Raises ValueError, also for years no register holds."""
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
