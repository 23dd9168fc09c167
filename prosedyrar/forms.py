"""What is typed about a document: the columns of its form, and the control questions in plain lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import request
from sqlalchemy import select

from kjerne.models import Person
from kjerne.text import clean
from kjerne.work import Work
from prosedyrar import rules
from prosedyrar.models import Kontrollsporsmal

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
