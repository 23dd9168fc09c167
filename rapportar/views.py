"""The archive of reports, and one report as a download."""

from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from kjerne import files
from kjerne.access import Right
from kjerne.errors import NotFound, Refused
from kjerne.i18n import gettext as _
from kjerne.web import Area, render
from kjerne.work import Work
from rapportar.actions import make_report
from rapportar.queries import Arkivrad, archive, archived_units, get_rapport, readings
from rapportar.rules.perioder import is_period, name_of
from rapportar.slag import FASTE, SLAG

PAGE = 25
FILTERS = ("slag", "eining", "periode")
RESTS = "kvilar"
area = Area("rapportar", __name__, url_prefix="/rapportar")


@area.page("/arkiv", needs=Right.RAPPORT_LES)
def arkiv(work: Work) -> str:
    """The reports she may open, the newest first, with their checksum."""
    raw = request.args.get("for", "")
    before = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else None
    asked = {name: value for name in FILTERS if (value := request.args.get(name, "")[:40]) and value.isprintable()}
    rows = archive(work, before, PAGE + 1, **asked)
    if "periode" in asked and not is_period(asked["periode"]):
        del asked["periode"]
    older: dict[str, Any] = {**asked, "for": rows[PAGE - 1].rapport.id} if len(rows) > PAGE else {}
    more = url_for("rapportar.arkiv", **older) if len(rows) > PAGE else None
    return render(
        work,
        "rapportar/arkiv.html",
        rader=rows[:PAGE],
        neste=more,
        tittel=title_of,
        valt=asked,
        periodenamn=name_of(asked["periode"]) if "periode" in asked else "",
        alle_periodar=url_for("rapportar.arkiv", **{name: value for name, value in asked.items() if name != "periode"}),  # type: ignore[arg-type]  # it takes any names
        slaga=FASTE,
        einingar=archived_units(work),
        lesne=readings(work, [row.rapport.id for row in rows[:PAGE]]) if work.has(Right.RAPPORT_SKRIV) else {},
    )


def title_of(row: Arkivrad) -> str:
    """Kind, period and unit of a report in the archive."""
    return f"{SLAG[row.rapport.slag].namn}, {name_of(row.rapport.periode)}, {row.eining}"


@area.page("/<id:rapport_id>/lag", needs=Right.RAPPORT_LES, method="POST")
def lag(work: Work, rapport_id: int) -> ResponseReturnValue:
    """Make an earlier report that nobody has opened yet, without a letter, and open it."""
    row = get_rapport(work, rapport_id)
    if row.status == RESTS:
        try:
            make_report(work, row, letter=False)
        except LookupError:
            raise Refused(_("Mottakaren har ikkje lenger tilgang til eininga, så rapporten kan ikkje lagast.")) from None
    return redirect(url_for("rapportar.hent", rapport_id=row.id), 303)


@area.page("/<id:rapport_id>", needs=Right.RAPPORT_LES)
def hent(work: Work, rapport_id: int) -> ResponseReturnValue:
    """A report, as it was made. The reading is logged before it is sent; outside her scope it is 404."""
    row = get_rapport(work, rapport_id)
    path = files.path_of(work.config.data_dir, row.sha256 or "")
    if not path.is_file():
        raise NotFound
    work.read("rapport", row.id, "lasta-ned")
    answer = Response(path.read_bytes(), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f"attachment; filename=rapport-{row.periode}-{row.id}.pdf"
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer
