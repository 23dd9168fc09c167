"""The rules of the filing form, field by field, whichever way the form is held: to be shown, or only to be read.

The names `nokkel`, `eining`, `tidspunkt`, `hovudtype`, `underkategori`, `skildring` and `alvorsgrad` are fixed for outside
programs; a program that posts only these succeeds. There is no field for who did wrong.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from avvik.forms.lesing import OLDEST, Gale, Sagt, extra_value, keep_clean, parse_key, stamp_to_utc
from avvik.queries.skjema import ANY, IMPROVEMENT, IMPROVEMENT_TYPE, Utval
from kjerne.clock import from_oslo
from kjerne.i18n import gettext as _
from kjerne.text import BadText, bounded_int

LONG, SHORT = 8000, 2000
MAX_SERIES = 999
SLACK = timedelta(minutes=5)
OFF = (False, "", "0", "false", "nei")
TEXTS = ("skildring", "strakstiltak", "arsak", "forslag")
YES_NO = {"": None, "ja": True, "nei": False}
PREFIX = "tillegg_"
#: The form's fields in their order: those that say something, and those that are ticked.
WRITTEN: Final = (
    "nokkel",
    "prosedyre",
    "eining",
    "tidspunkt",
    "hovudtype",
    "underkategori",
    "skildring",
    "alvorsgrad",
    "art",
    "alvor_mogleg",
    "strakstiltak",
    "arsak",
    "forslag",
    "parorande_informert",
    "serie_tal",
)
TICKED: Final = ("gjeld_leiar", "konfidensiell", "anonym", "stadfest")


class Felt:
    """What was sent in one field."""

    __slots__ = ("data", "errors")

    def __init__(self, data: Any) -> None:
        self.data = data
        self.errors: list[str] = []


class Reglar:
    """What every way of holding the form has. `val` is what may be chosen, `now` the moment of filing.

    `extra_errors` belong to extra fields by name.
    """

    val: Utval
    now: datetime
    hendt: datetime
    tillegg: dict[str, str]
    extra_errors: dict[str, list[str]]
    nokkel: Any
    prosedyre: Any
    eining: Any
    tidspunkt: Any
    hovudtype: Any
    underkategori: Any
    skildring: Any
    alvorsgrad: Any
    art: Any
    alvor_mogleg: Any
    strakstiltak: Any
    arsak: Any
    forslag: Any
    parorande_informert: Any
    serie_tal: Any
    gjeld_leiar: Any
    konfidensiell: Any
    anonym: Any
    stadfest: Any
    _sent: Mapping[str, Any]

    def begin(self, val: Utval, now: datetime, sent: Mapping[str, Any]) -> None:
        """Nothing is known yet of what was sent."""
        self.val, self.now, self.hendt, self._sent = val, now, now, sent
        self.tillegg, self.extra_errors = {}, {}

    def typed(self, kode: str) -> str:
        """What was typed into an extra field."""
        return str(self._sent.get(f"{PREFIX}{kode}", ""))

    def check(self) -> bool:
        """Each field by its own rule below, in their order, then the extra ones the type asks for. True when nothing is wrong."""
        ok = True
        for name in RULED:
            field = getattr(self, name)
            field.errors = []
            try:
                getattr(self, f"validate_{name}")(field)
            except Gale as wrong:
                field.errors = [wrong.args[0]]
                ok = False
        self._check_extra()
        return ok and not self.extra_errors

    def validate_nokkel(self, field: Sagt) -> None:
        """A UUID the page made when it opened."""
        key = parse_key(field.data or "")
        if key is None:
            raise Gale(_("Skjemaet manglar nøkkelen sin. Send på nytt, så får det ein."))
        field.data = key

    def validate_eining(self, field: Sagt) -> None:
        """A unit that exists today."""
        if self.val.unit(field.data or "") is None:
            raise Gale(_("Vel kvar det hende."))

    def validate_tidspunkt(self, field: Sagt) -> None:
        """Wall-clock time in Oslo; not in the future (five minutes' slack for clocks), not older than two years."""
        when = stamp_to_utc((field.data or "").strip())
        if when is None:
            raise Gale(_("Skriv når det hende, med dato og klokkeslett."))
        self.hendt = when
        if self.hendt > self.now + SLACK:
            raise Gale(_("Tidspunktet ligg fram i tid. Skriv når det hende."))
        if self.hendt < self.now - OLDEST:
            raise Gale(_("Tidspunktet er meir enn to år sidan. Sjå over datoen."))

    def validate_hovudtype(self, field: Sagt) -> None:
        """A main type; the tile for improvement proposals is an art of its own and chooses the type itself."""
        if field.data == IMPROVEMENT:
            sub = self.val.sub(self.underkategori.data or "")
            field.data = (sub.hovudtype if sub else "") or IMPROVEMENT_TYPE
            self.art.data = IMPROVEMENT
            self.underkategori.data = self.underkategori.data or ANY
            self.alvorsgrad.data = self.alvorsgrad.data or "1"
        elif self.val.type(field.data or "") is None:
            raise Gale(_("Vel kva det gjeld."))

    def validate_underkategori(self, field: Sagt) -> None:
        """A sub-category of the chosen main type."""
        sub = self.val.sub(field.data or "")
        if sub is None:
            raise Gale(_("Vel kva slags det er. Passar ingen, vel «Anna»."))
        if sub.hovudtype and sub.hovudtype != self.hovudtype.data and not self.hovudtype.errors:
            raise Gale(_("Det du valde høyrer til ein annan type. Vel på nytt."))

    def validate_skildring(self, field: Sagt) -> None:
        """What happened: something must stand there."""
        keep_clean(field, LONG)
        if not field.data:
            raise Gale(_("Skriv kva som hende."))

    def validate_strakstiltak(self, field: Sagt) -> None:
        """What was done at once."""
        keep_clean(field, SHORT)

    def validate_arsak(self, field: Sagt) -> None:
        """The reporter's own thought about why."""
        keep_clean(field, SHORT)

    def validate_forslag(self, field: Sagt) -> None:
        """The reporter's proposal."""
        keep_clean(field, SHORT)

    def validate_alvorsgrad(self, field: Sagt) -> None:
        """Actual severity: a code or 1-5."""
        if self.val.level(field.data or "") is None:
            raise Gale(_("Vel kor alvorleg det vart."))

    def validate_alvor_mogleg(self, field: Sagt) -> None:
        """Possible severity, when said."""
        if field.data and self.val.level(field.data) is None:
            raise Gale(_("Vel kor alvorleg det kunne ha blitt frå lista."))

    def validate_art(self, field: Sagt) -> None:
        """Art (domene 3.3); a deviation when nothing is said."""
        field.data = field.data or "avvik"
        if self.val.kind(field.data) is None:
            raise Gale(_("Vel kva slags hending det var frå lista."))

    def validate_parorande_informert(self, field: Sagt) -> None:
        """Yes, no, or not answered."""
        if (field.data or "") not in YES_NO:
            raise Gale(_("Vel ja, nei eller ikkje svart."))

    def validate_serie_tal(self, field: Sagt) -> None:
        """How many events one report stands for: only small repeated events come in series."""
        raw = (field.data or "").strip() or "1"
        try:
            count = bounded_int(raw, 1, MAX_SERIES)
        except BadText as bad:
            raise Gale(bad.message) from None
        sub = self.val.sub(self.underkategori.data or "")
        if count > 1 and (sub is None or not sub.serie):
            raise Gale(_("Denne typen kan ikkje meldast som serie. Meld kvar hending for seg."))

    def validate_konfidensiell(self, field: Sagt) -> None:
        """Allowed or not per main type."""
        row = self.val.type(self.hovudtype.data or "")
        if field.data and row is not None and not row.konfidensiell:
            raise Gale(_("Namnet kan ikkje løynast for denne typen."))

    def validate_anonym(self, field: Sagt) -> None:
        """Allowed or not per main type."""
        row = self.val.type(self.hovudtype.data or "")
        if field.data and row is not None and not row.anonym:
            raise Gale(_("Denne typen kan ikkje meldast anonymt. Du kan halde namnet ditt løynt."))

    def texts(self) -> dict[str, str]:
        """The free texts by field, for the identity guard."""
        return {name: getattr(self, name).data or "" for name in TEXTS} | {
            f"{PREFIX}{key}": text for key, text in self.tillegg.items()
        }

    @property
    def known(self) -> datetime | None:
        """When a breach became known, where the extra field says the day: the clock runs from its start."""
        day = self.tillegg.get("kjent_dato")
        return from_oslo(datetime.combine(date.fromisoformat(day), datetime.min.time())) if day else None

    def _check_extra(self) -> None:
        for row in self.val.extra_for(self.hovudtype.data or "", self.underkategori.data or ""):
            try:
                value = extra_value(row, self.typed(row.kode), self.now)
            except BadText as bad:
                self.extra_errors[row.kode] = [bad.message]
            else:
                if value:
                    self.tillegg[row.kode] = value


#: The fields that have a rule, in their order.
RULED: Final = tuple(name for name in (*WRITTEN, *TICKED) if hasattr(Reglar, f"validate_{name}"))


class Innsend(Reglar):
    """A form that was sent, to be read: the fields alone. Where something is wrong, `MeldForm` shows it."""

    def __init__(self, val: Utval, now: datetime, sent: Mapping[str, str]) -> None:
        self.begin(val, now, sent)
        for name in WRITTEN:
            setattr(self, name, Felt(sent.get(name)))
        for name in TICKED:
            setattr(self, name, Felt(sent.get(name, "") not in OFF))
