"""The area of competence, and which of its pages a person may open."""

from dataclasses import dataclass

from flask import make_response, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from kjerne.access import Right
from kjerne.i18n import Lazy
from kjerne.i18n import lazy as _l
from kjerne.katalog import Yrke, in_force
from kjerne.models import Eining
from kjerne.web import Area, render
from kjerne.work import Work
from kompetanse import rules
from kompetanse.forms import Feil, Skjema

area = Area("kompetanse", __name__, url_prefix="/kompetanse")


@dataclass(frozen=True)
class Fane:
    """A page of the area, for those who hold one of its rights."""

    text: Lazy
    endpoint: str
    rights: tuple[Right, ...] = ()


FANER = (
    Fane(_l("Min kompetanse"), "kompetanse.meg"),
    Fane(_l("Mine tilsette"), "kompetanse.heim", (Right.KOMPETANSE_LES,)),
    Fane(_l("Kart"), "kompetanse.kart", (Right.KOMPETANSE_TAL,)),
    Fane(_l("Plan"), "kompetanse.plan", (Right.KOMPETANSE_TAL,)),
    Fane(_l("Behov"), "kompetanse.behov", (Right.KOMPETANSE_TAL,)),
    Fane(_l("Katalog"), "kompetanse.katalog"),
    Fane(_l("Innlesing"), "kompetanse.innlesing", (Right.KOMPETANSE_SKRIV,)),
)


def show(work: Work, template: str, feil: Feil | None = None, **context: object) -> Response:
    """A page of the area with its tabs. 422 when a form came back."""
    faner = [
        {"text": str(one.text), "href": url_for(one.endpoint), "her": request.endpoint == one.endpoint}
        for one in FANER
        if not one.rights or any(work.has(right) for right in one.rights)
    ]
    said = feil or Feil()
    page = render(work, template, faner=faner, feil=said, verdi=request.form, rules=rules, **context)
    return make_response(page, 422 if feil else 200)


def sent() -> Skjema:
    """The form that was posted."""
    return Skjema(request.form)


def asked_id(name: str) -> int | None:
    """A row's id from the address; None when it is none."""
    raw = request.args.get(name, "")
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else None


def units_with(work: Work, right: Right) -> list[tuple[int, str]]:
    """The units in force where a right is held, in the tree's order."""
    rows = work.db.scalars(select(Eining).where(Eining.id.in_(work.units(right))).order_by(Eining.kode))
    return [(one.id, one.namn) for one in rows if one.is_active(work.today)]


def professions(work: Work) -> dict[str, str]:
    """The professions by code, in the language in force."""
    return {row.kode: row.label for row in work.db.scalars(in_force(Yrke, work.today))}
