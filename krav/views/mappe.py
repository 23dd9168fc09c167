"""The supervision folder: choose duties, units and period, and get one ZIP."""

from datetime import date

from flask import make_response, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from kjerne.access import Right
from kjerne.errors import Refused
from kjerne.felt import parse_date
from kjerne.i18n import current
from kjerne.i18n import gettext as _
from kjerne.models import Eining
from kjerne.web import render
from kjerne.work import Work
from krav.katalog import GRUPPENAMN, duties
from krav.mappe import Bestilling, make_folder
from krav.queries import units_of
from krav.views.area import area

LONGEST_YEARS = 5


def _units(work: Work) -> list[Eining]:
    return [unit for unit in units_of(work) if work.has(Right.TILSYNSMAPPE, unit.id)]


def _page(work: Work, status: int = 200, **context: object) -> Response:
    page = render(
        work,
        "krav/mappe.html",
        einingar=_units(work),
        grupper=GRUPPENAMN,
        krav={kode: [one for one in duties().values() if one.gruppe == kode] for kode in GRUPPENAMN},
        tekst=lambda one: one.tekst(current())[0],
        **{
            "feil": None,
            "valde": set(),
            "krav_valde": set(),
            "gruppe_valde": set(GRUPPENAMN),
            "fra": date(work.today.year, 1, 1).isoformat(),
            "til": work.today.isoformat(),
            **context,
        },
    )
    return make_response(page, status)


@area.page("/tilsynsmappe", needs=Right.TILSYNSMAPPE)
def mappe(work: Work) -> Response:
    """The form."""
    return _page(work)


def _read(work: Work) -> Bestilling:
    chosen = set(request.form.getlist("eining"))
    groups = set(request.form.getlist("gruppe"))
    units = [unit for unit in _units(work) if unit.kode in chosen]
    single = set(request.form.getlist("krav"))
    wanted = [one for one in duties().values() if one.gruppe in groups or one.kode in single]
    if not units:
        raise Refused(_("Vel minst éi eining."), "einingar")
    if not wanted:
        raise Refused(_("Vel minst éi gruppe av krav, eller eitt krav."), "grupper")
    try:
        first, last = parse_date(request.form.get("fra", "")), parse_date(request.form.get("til", ""))
    except ValueError:
        raise Refused(_("Skriv datoen som 22.11.2026."), "fra") from None
    if not first <= last <= work.today:
        raise Refused(_("Perioden må ende i dag eller før, og starte før han endar."), "fra")
    if last.year - first.year > LONGEST_YEARS:
        raise Refused(_("Ta høgst fem år om gongen."), "fra")
    return Bestilling(wanted, units, first, last, med_namn=request.form.get("med_namn") == "1")


@area.page("/tilsynsmappe", needs=Right.TILSYNSMAPPE, method="POST")
def mappe_lag(work: Work) -> ResponseReturnValue:
    """Make the folder. It is not kept: the log keeps its checksum, so that a copy can be proven."""
    try:
        wanted = _read(work)
    except Refused as refused:
        return _page(
            work,
            422,
            feil=refused,
            valde=set(request.form.getlist("eining")),
            gruppe_valde=set(request.form.getlist("gruppe")),
            krav_valde=set(request.form.getlist("krav")),
            fra=request.form.get("fra", ""),
            til=request.form.get("til", ""),
        )
    work.read("tilsynsmappe", f"{wanted.fra}/{wanted.til}", "eksport")
    made = make_folder(work, wanted)
    answer = make_response(made.data)
    answer.headers["Content-Type"] = "application/zip"
    answer.headers["Content-Disposition"] = f'attachment; filename="{made.namn}"'
    answer.headers["X-Content-SHA256"] = made.sha256
    return answer
