"""What is typed about a document: the columns of its form, the control questions in plain lines; and a needed routine."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from flask import request
from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from wtforms import Form, HiddenField, StringField

from administrasjon.forms import Hakar, Val
from kjerne.access import ROLLENAMN
from kjerne.felt import DatoField
from kjerne.i18n import gettext as _
from kjerne.i18n import lazy
from kjerne.models import Person
from kjerne.text import clean
from kjerne.work import Work
from konto.forms import at_most, required
from prosedyrar import rules
from prosedyrar.actions.rutinar import Rutine
from prosedyrar.behov import ALL, SLAGNAMN
from prosedyrar.models import Kontrollsporsmal
from prosedyrar.models.behov import Eigenrutine

#: WTForms' types know `str` only; our lazy texts are shown in the reader's language.
_l = cast("Callable[[str], str]", lazy)

FIELDS = ("tittel", "dokumenttype", "tema", "eining_id", "eigar", "revisjonsintervall", "ekstern_lenkje", "heimel", "nokkelord")
GUARDED = ("tittel", "heimel", "nokkelord")


@dataclass(frozen=True)
class Opplysningar:
    """The fields of a document's form as they were typed, cleaned."""

    felt: Mapping[str, str]

    @property
    def texts(self) -> dict[str, str]:
        """What the identity guard reads."""
        return {name: self.felt[name] for name in GUARDED}

    def whole(self, name: str) -> int | None:
        """A field as a whole number; None when it is none."""
        raw = self.felt[name]
        return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else None


def read_information() -> Opplysningar:
    """The form's fields; a text that is too long is refused."""
    return Opplysningar({name: clean(request.form.get(name, ""), max_len=rules.LENKJE_MAX, multiline=False) for name in FIELDS})


def read_questions() -> list[tuple[str, list[str], int]]:
    """The control questions: text, alternatives, and the place of the one whose line begins with a star (-1: none does)."""
    found = []
    for place in range(1, rules.SPORSMAL_MAX + 1):
        question = clean(request.form.get(f"sporsmal-{place}", ""), max_len=rules.TITTEL_MAX, multiline=False)
        raw = clean(request.form.get(f"svar-{place}", ""), max_len=rules.KORT_MAX, multiline=True)
        if not question:
            continue
        lines = [line.strip() for line in raw.splitlines() if line.strip()]
        right = next((at for at, line in enumerate(lines) if line.startswith("*")), -1)
        found.append((question, [line.lstrip("* ").strip() for line in lines], right))
    return found


def question_lines(rows: Sequence[Kontrollsporsmal]) -> list[tuple[str, str]]:
    """The questions as they are typed, filled up with empty ones."""
    found = [
        (row.sporsmal, "\n".join(("* " if at == row.rett else "") + line for at, line in enumerate(row.svar.split("\n"))))
        for row in rows
    ]
    return [*found, *[("", "")] * (rules.SPORSMAL_MAX - len(found))]


def people_to_choose(work: Work) -> list[str]:
    """Everybody employed, as "number name": what a list of suggestions offers."""
    query = select(Person).where(Person.deaktivert.is_(False)).order_by(Person.namn)
    return [f"{row.ansattnr} {row.namn}" for row in work.db.scalars(query) if row.is_employed(work.today)]


class RutineForm(Form):
    """A routine the municipality needs, beside the starter list."""

    nn = StringField(_l("Nynorsk"), [required(_l("Skriv kva rutina er, på alle tre språka.")), at_most(rules.TITTEL_MAX)])
    nb = StringField(_l("Bokmål"), [required(_l("Skriv kva rutina er, på alle tre språka.")), at_most(rules.TITTEL_MAX)])
    en = StringField(_l("Engelsk"), [required(_l("Skriv kva rutina er, på alle tre språka.")), at_most(rules.TITTEL_MAX)])
    tema = Val(_l("Tema"))
    slag = Hakar(_l("Kva slags einingar treng ho?"))
    heimel = StringField(_l("Heimel"), [at_most(rules.TITTEL_MAX)])
    ansvar = Val(_l("Kven har ansvaret for at rutina finst?"))
    gjeld_fra = DatoField(_l("Gjeld frå og med"), [required(_l("Skriv frå kva dag det skal gjelde."))])
    versjon = HiddenField()

    def __init__(self, typed: MultiDict[str, str] | None, row: Eigenrutine | None, first: date, stempel: str = "") -> None:
        kept: dict[str, object] = {"tema": rules.Tema.ANNA.value, "gjeld_fra": first, "versjon": stempel}
        if row is not None:
            kinds = [] if row.slag == ALL else row.slag.split("|")
            kept |= {name: getattr(row, name) for name in ("nn", "nb", "en", "tema", "heimel", "ansvar")} | {"slag": kinds}
        super().__init__(None, data=kept)
        self.tema.choices = {kode.value: str(namn) for kode, namn in rules.TEMANAMN.items()}
        self.slag.choices = {kode.value: str(namn) for kode, namn in SLAGNAMN.items()}
        self.ansvar.choices = {"": _("Ikkje bestemt")} | {rolle.value: str(namn) for rolle, namn in ROLLENAMN.items()}
        if typed is not None:
            self.process(typed)

    def texts(self) -> dict[str, str]:
        """The free texts, for the identity guard."""
        return {name: self[name].data or "" for name in ("nn", "nb", "en", "heimel")}

    def rutine(self) -> Rutine:
        """The routine it says, cleaned."""
        said = {name: clean(text, max_len=rules.TITTEL_MAX, multiline=False) for name, text in self.texts().items()}
        return Rutine(**said, tema=self.tema.data or "", slag=tuple(self.slag.data or ()), ansvar=self.ansvar.data or "")
