"""The list as a file, and the page that says what became of a year's measures."""

import hashlib

from flask import request
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from kjerne.access import Right
from kjerne.errors import NotFound, Refused
from kjerne.i18n import gettext as _
from kjerne.web import Open, house, render
from kjerne.work import Work
from tiltak.queries.eksport import Aarsrad, became, export_query, export_words, headings, stream
from tiltak.views.area import area
from tiltak.views.liste import narrowed, tab
from tiltak.views.nedlasting import download

MOST_ROWS = 1_048_575


@area.page("/eksport.<slag>", needs=Open.LOGGED_IN)
def eksport(work: Work, slag: str) -> Response:
    """Exactly the rows of the list as she sees them; written to the read log before the first byte is sent."""
    if slag not in {"csv", "xlsx"}:
        raise NotFound
    narrow, utval = narrowed(), tab(work)
    said = hashlib.sha256(repr((utval.value, sorted(narrow.named().items()))).encode()).hexdigest()[:12]
    work.read("tiltak-liste", f"{utval.value} {said}", f"eksport-{slag}")
    query = export_query(work, utval, narrow)
    if slag == "xlsx":
        counted = select(func.count()).select_from(query.order_by(None).limit(MOST_ROWS + 1).subquery())
        if (work.db.scalar(counted) or 0) > MOST_ROWS:
            raise Refused(_("Lista har fleire rader enn eit rekneark kan ha. Snevr henne inn, eller last ned CSV."))
    rows = stream(house().databases, query, export_words())
    return download(slag, f"tiltak-{work.today.isoformat()}", headings(), rows, _("Tiltak"))


@area.page("/aaret", needs=Right.TILTAK_LES)
def aaret(work: Work) -> str:
    """What became of the measures that had their deadline in a year; last year unless said."""
    raw = request.args.get("aar", "")
    year = int(raw) if raw.isascii() and raw.isdigit() and 2000 <= int(raw[:4]) <= 2150 and len(raw) == 4 else work.today.year - 1
    rows = became(work, year)
    total = Aarsrad(0, _("Sum"), *(sum(column) for column in zip(*(row[2:] for row in rows), strict=True))) if rows else None
    return render(work, "tiltak/aaret.html", rader=rows, sum=total, aar=year, i_aar=work.today.year)
