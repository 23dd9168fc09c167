"""The filing form as its page shows it: an explicit list of fields. Their rules: `avvik/forms/reglar.py`."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Form, MultipleFileField, SelectField, StringField, TextAreaField

from avvik.forms.reglar import OFF, PREFIX, Reglar
from avvik.queries.skjema import Utval
from kjerne.i18n import lazy

_l = cast("Callable[[str], str]", lazy)


class MeldForm(Reglar, Form):
    """The form as the page shows it. No field has validators: each has its rule in `Reglar`."""

    nokkel = StringField()
    prosedyre = StringField()
    eining = SelectField(_l("Kvar hende det?"), validate_choice=False)
    tidspunkt = StringField(_l("Når hende det?"))
    hovudtype = StringField(_l("Kva gjeld det?"))
    underkategori = StringField(_l("Kva slags?"))
    skildring = TextAreaField(_l("Kva hende?"))
    alvorsgrad = StringField(_l("Kor alvorleg vart det?"))
    art = SelectField(_l("Kva slags hending var det?"), validate_choice=False)
    alvor_mogleg = SelectField(_l("Kor alvorleg kunne det ha blitt?"), validate_choice=False)
    strakstiltak = TextAreaField(_l("Kva vart gjort med ein gong?"))
    arsak = TextAreaField(_l("Kvifor trur du det hende?"))
    forslag = TextAreaField(_l("Kva kan vi gjere for at det ikkje skal hende igjen?"))
    parorande_informert = SelectField(_l("Er brukaren eller dei pårørande informerte?"), validate_choice=False)
    serie_tal = StringField(_l("Kor mange hendingar gjeld meldinga?"))
    bilete = MultipleFileField(_l("Bilete"))
    filer = MultipleFileField(_l("Filer (bilete, pdf, docx, xlsx)"))
    gjeld_leiar = BooleanField(_l("Saka gjeld leiaren min"), false_values=OFF)
    konfidensiell = BooleanField(_l("Hald namnet mitt løynt"), false_values=OFF)
    anonym = BooleanField(_l("Meld heilt anonymt"), false_values=OFF)
    stadfest = BooleanField(_l("Eg har sett over teksten. Det som er merkt, viser ikkje kven nokon er."), false_values=OFF)

    def __init__(self, val: Utval, now: datetime, typed: MultiDict[str, Any] | None = None, **preset: Any) -> None:
        super().__init__(typed, **preset)
        self.begin(val, now, typed if typed is not None else {})

    def errors_by_id(self) -> list[tuple[str, str]]:
        """(id, sentence) of everything that is wrong, in the order of the page."""
        found = [(field.id, str(error)) for field in self for error in field.errors]
        return found + [(f"{PREFIX}{key}", text) for key, texts in self.extra_errors.items() for text in texts]
