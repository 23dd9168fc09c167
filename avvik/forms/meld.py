"""The filing form: an explicit list of fields, checked against the reference data in force.

The names `nokkel`, `eining`, `tidspunkt`, `hovudtype`, `underkategori`, `skildring` and `alvorsgrad` are fixed for outside
programs; a program that posts only these succeeds. There is no field for who did wrong.
"""

import re
import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, cast

from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Field, Form, MultipleFileField, SelectField, StringField, TextAreaField
from wtforms.validators import ValidationError

from avvik.queries.skjema import ANY, IMPROVEMENT, IMPROVEMENT_TYPE, Utval
from kjerne.clock import OSLO, from_oslo
from kjerne.i18n import gettext as _
from kjerne.i18n import lazy
from kjerne.katalog import Tilleggsfelt
from kjerne.text import BadText, bounded_int, clean

_l = cast("Callable[[str], str]", lazy)
LONG, SHORT, EXTRA = 8000, 2000, 500
MAX_SERIES = 999
SLACK = timedelta(minutes=5)
OLDEST = timedelta(days=2 * 366)
MAX_EXTRA_NUMBER = 1_000_000
WHEN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?")
OFF = (False, "", "0", "false", "nei")
TEXTS = ("skildring", "strakstiltak", "arsak", "forslag")
YES_NO = {"": None, "ja": True, "nei": False}
PREFIX = "tillegg_"
LONGEST_KEY = 45  # a UUID in its longest way of writing


def local_stamp(moment: datetime) -> str:
    """A moment as the form writes it: YYYY-MM-DDTHH:MM in Oslo."""
    return moment.astimezone(OSLO).strftime("%Y-%m-%dT%H:%M")


def stamp_to_utc(raw: str) -> datetime | None:
    """The moment behind YYYY-MM-DDTHH:MM in Oslo; None when it is not understood."""
    if not raw.isascii() or not WHEN.fullmatch(raw):
        return None
    try:
        return from_oslo(datetime.fromisoformat(raw[:16]))
    except (ValueError, OverflowError):
        return None


def parse_key(raw: str) -> str | None:
    """A form's UUID in its one way of writing; None when it is no UUID."""
    try:
        return str(uuid.UUID(raw.strip()[:LONGEST_KEY]))
    except ValueError:
        return None


class MeldForm(Form):
    """The form. `val` is what may be chosen, `now` the moment of filing; `extra_errors` belong to extra fields by name."""

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
        self.val, self.now = val, now
        self.hendt: datetime = now
        self.tillegg: dict[str, str] = {}
        self.extra_errors: dict[str, list[str]] = {}
        self._typed = typed if typed is not None else MultiDict()

    def typed(self, kode: str) -> str:
        """What was typed into an extra field."""
        return str(self._typed.get(f"{PREFIX}{kode}", ""))

    def check(self) -> bool:
        """Each field by its own rule below, in their order, then the extra ones the type asks for. True when nothing is wrong.

        No field has validators besides its rule, so WTForms' own chain, which costs more than the rules, is not walked.
        """
        ok = True
        for name, field in self._fields.items():
            rule = getattr(self, f"validate_{name}", None)
            if rule is None:
                continue
            field.errors = []
            try:
                rule(field)
            except ValidationError as wrong:
                field.errors = [wrong.args[0]]
                ok = False
        self._check_extra()
        return ok and not self.extra_errors

    def validate_nokkel(self, field: Field) -> None:
        """A UUID the page made when it opened."""
        key = parse_key(field.data or "")
        if key is None:
            raise ValidationError(_("Skjemaet manglar nøkkelen sin. Send på nytt, så får det ein."))
        field.data = key

    def validate_eining(self, field: Field) -> None:
        """A unit that exists today."""
        if self.val.unit(field.data or "") is None:
            raise ValidationError(_("Vel kvar det hende."))

    def validate_tidspunkt(self, field: Field) -> None:
        """Wall-clock time in Oslo; not in the future (five minutes' slack for clocks), not older than two years."""
        when = stamp_to_utc((field.data or "").strip())
        if when is None:
            raise ValidationError(_("Skriv når det hende, med dato og klokkeslett."))
        self.hendt = when
        if self.hendt > self.now + SLACK:
            raise ValidationError(_("Tidspunktet ligg fram i tid. Skriv når det hende."))
        if self.hendt < self.now - OLDEST:
            raise ValidationError(_("Tidspunktet er meir enn to år sidan. Sjå over datoen."))

    def validate_hovudtype(self, field: Field) -> None:
        """A main type; the tile for improvement proposals is an art of its own and chooses the type itself."""
        if field.data == IMPROVEMENT:
            sub = self.val.sub(self.underkategori.data or "")
            field.data = (sub.hovudtype if sub else "") or IMPROVEMENT_TYPE
            self.art.data = IMPROVEMENT
            self.underkategori.data = self.underkategori.data or ANY
            self.alvorsgrad.data = self.alvorsgrad.data or "1"
        elif self.val.type(field.data or "") is None:
            raise ValidationError(_("Vel kva det gjeld."))

    def validate_underkategori(self, field: Field) -> None:
        """A sub-category of the chosen main type."""
        sub = self.val.sub(field.data or "")
        if sub is None:
            raise ValidationError(_("Vel kva slags det er. Passar ingen, vel «Anna»."))
        if sub.hovudtype and sub.hovudtype != self.hovudtype.data and not self.hovudtype.errors:
            raise ValidationError(_("Det du valde høyrer til ein annan type. Vel på nytt."))

    def validate_skildring(self, field: Field) -> None:
        """What happened: something must stand there."""
        _keep_clean(field, LONG)
        if not field.data:
            raise ValidationError(_("Skriv kva som hende."))

    def validate_strakstiltak(self, field: Field) -> None:
        """What was done at once."""
        _keep_clean(field, SHORT)

    def validate_arsak(self, field: Field) -> None:
        """The reporter's own thought about why."""
        _keep_clean(field, SHORT)

    def validate_forslag(self, field: Field) -> None:
        """The reporter's proposal."""
        _keep_clean(field, SHORT)

    def validate_alvorsgrad(self, field: Field) -> None:
        """Actual severity: a code or 1-5."""
        if self.val.level(field.data or "") is None:
            raise ValidationError(_("Vel kor alvorleg det vart."))

    def validate_alvor_mogleg(self, field: Field) -> None:
        """Possible severity, when said."""
        if field.data and self.val.level(field.data) is None:
            raise ValidationError(_("Vel kor alvorleg det kunne ha blitt frå lista."))

    def validate_art(self, field: Field) -> None:
        """Art (domene 3.3); a deviation when nothing is said."""
        field.data = field.data or "avvik"
        if self.val.kind(field.data) is None:
            raise ValidationError(_("Vel kva slags hending det var frå lista."))

    def validate_parorande_informert(self, field: Field) -> None:
        """Yes, no, or not answered."""
        if (field.data or "") not in YES_NO:
            raise ValidationError(_("Vel ja, nei eller ikkje svart."))

    def validate_serie_tal(self, field: Field) -> None:
        """How many events one report stands for: only small repeated events come in series."""
        raw = (field.data or "").strip() or "1"
        try:
            count = bounded_int(raw, 1, MAX_SERIES)
        except BadText as bad:
            raise ValidationError(bad.message) from None
        sub = self.val.sub(self.underkategori.data or "")
        if count > 1 and (sub is None or not sub.serie):
            raise ValidationError(_("Denne typen kan ikkje meldast som serie. Meld kvar hending for seg."))

    def validate_konfidensiell(self, field: Field) -> None:
        """Allowed or not per main type."""
        row = self.val.type(self.hovudtype.data or "")
        if field.data and row is not None and not row.konfidensiell:
            raise ValidationError(_("Namnet kan ikkje løynast for denne typen."))

    def validate_anonym(self, field: Field) -> None:
        """Allowed or not per main type."""
        row = self.val.type(self.hovudtype.data or "")
        if field.data and row is not None and not row.anonym:
            raise ValidationError(_("Denne typen kan ikkje meldast anonymt. Du kan halde namnet ditt løynt."))

    def texts(self) -> dict[str, str]:
        """The free texts by field, for the identity guard."""
        return {name: self[name].data or "" for name in TEXTS} | {f"{PREFIX}{key}": text for key, text in self.tillegg.items()}

    def errors_by_id(self) -> list[tuple[str, str]]:
        """(id, sentence) of everything that is wrong, in the order of the page."""
        found = [(field.id, str(error)) for field in self for error in field.errors]
        return found + [(f"{PREFIX}{key}", text) for key, texts in self.extra_errors.items() for text in texts]

    @property
    def known(self) -> datetime | None:
        """When a breach became known, where the extra field says the day: the clock runs from its start."""
        day = self.tillegg.get("kjent_dato")
        return from_oslo(datetime.combine(date.fromisoformat(day), datetime.min.time())) if day else None

    def _check_extra(self) -> None:
        for row in self.val.extra_for(self.hovudtype.data or "", self.underkategori.data or ""):
            try:
                value = _extra_value(row, self.typed(row.kode), self.now)
            except BadText as bad:
                self.extra_errors[row.kode] = [bad.message]
            else:
                if value:
                    self.tillegg[row.kode] = value


def _keep_clean(field: Field, max_len: int) -> None:
    """Replace what was typed by what is kept; what cannot be kept stays as typed, with a sentence."""
    try:
        field.data = clean(field.data or "", max_len=max_len, multiline=True)
    except BadText as bad:
        raise ValidationError(bad.message) from None


def _extra_value(row: Tilleggsfelt, raw: str, now: datetime) -> str:
    """An extra field's value as it is kept: choices by their nynorsk text, dates as YYYY-MM-DD. Raises `BadText`."""
    text = clean(raw, max_len=EXTRA, multiline=False)
    if not text:
        return ""
    if row.type == "val" and text not in row.val_nn.split("|"):
        raise BadText(_("Vel frå lista: %(felt)s", felt=row.label))
    if row.type == "ja_nei" and text not in {"ja", "nei"}:
        raise BadText(_("Vel ja eller nei: %(felt)s", felt=row.label))
    if row.type == "tal":
        return str(bounded_int(text, 0, MAX_EXTRA_NUMBER))
    if row.type == "dato":
        try:
            day = date.fromisoformat(text)
        except ValueError:
            raise BadText(_("Skriv datoen: %(felt)s", felt=row.label)) from None
        if day > now.astimezone(OSLO).date() or day < (now - OLDEST).date():
            raise BadText(_("Datoen kan ikkje vere rett: %(felt)s", felt=row.label))
        return day.isoformat()
    return text
