"""The archive of reports, and one report as a download."""

from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from kjerne import files
from kjerne.access import Right
from kjerne.errors import NotFound
from kjerne.web import Area, render
from kjerne.work import Work
from rapportar.queries import archive, get_rapport, month_in_words

PAGE = 25
area = Area("rapportar", __name__, url_prefix="/rapportar")


@area.page("/arkiv", needs=Right.RAPPORT_LES)
def arkiv(work: Work) -> str:
    """The reports she may open, the newest first, with their checksum."""
    raw = request.args.get("for", "")
    before = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else None
    rows = archive(work, before, PAGE + 1)
    older: dict[str, Any] = {"for": rows[PAGE - 1].rapport.id} if len(rows) > PAGE else {}
    more = url_for("rapportar.arkiv", **older) if len(rows) > PAGE else None
    return render(work, "rapportar/arkiv.html", rader=rows[:PAGE], neste=more, manad=month_in_words)


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
