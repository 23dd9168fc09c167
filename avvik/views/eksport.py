"""Export of a list: exactly the filtered rows, as CSV sent while it is read, or as a workbook. Written to the read log first."""

import hashlib
import tempfile
from collections.abc import Iterator
from typing import Any

from flask.typing import ResponseReturnValue
from sqlalchemy import Select, func, select
from werkzeug.wrappers import Response

from avvik.queries.eksport import Ord, export_query, export_words, stream
from avvik.views.area import area
from avvik.views.liste import chosen_list, narrowed
from kjerne.access import Open
from kjerne.errors import Refused
from kjerne.i18n import gettext as _
from kjerne.rekneark import XLSX, Celle, csv_lines, write_xlsx
from kjerne.web import house
from kjerne.work import Work

MOST_ROWS, PIECE = 1_048_575, 65_536


def _prepare(work: Work, kind: str) -> tuple[Select[*tuple[Any, ...]], Ord]:
    """The question and the words, and the line of the read log: the edge writes it before the first byte is sent."""
    liste, narrow = chosen_list(), narrowed()
    said = repr((liste.value, sorted(narrow.named().items())))
    work.read("avvik-liste", f"{liste.value} {hashlib.sha256(said.encode()).hexdigest()[:12]}", f"eksport-{kind}")
    return export_query(work, liste, narrow), export_words(work)


def _workbook(rows: Iterator[tuple[Celle, ...]], words: Ord, name: str) -> Iterator[bytes]:
    """The workbook in pieces. It is made when it is asked for: after the read log, and never when that could not be written."""
    with tempfile.TemporaryFile() as target:
        write_xlsx(target, words.headings, rows, name)
        target.seek(0)
        while piece := target.read(PIECE):
            yield piece


def _named(work: Work, kind: str) -> str:
    return f"avvik-{work.today.isoformat()}.{kind}"


@area.page("/eksport.csv", needs=Open.LOGGED_IN)
def eksport_csv(work: Work) -> ResponseReturnValue:
    """The list as CSV, sent while it is read: memory does not grow with the list."""
    query, words = _prepare(work, "csv")
    lines = csv_lines(words.headings, stream(house().databases, query, words))
    answer = Response(lines, mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{_named(work, "csv")}"'
    return answer


@area.page("/eksport.xlsx", needs=Open.LOGGED_IN)
def eksport_xlsx(work: Work) -> ResponseReturnValue:
    """The list as a workbook, made on disk row by row. Refused when it has more rows than a sheet can hold."""
    query, words = _prepare(work, "xlsx")
    counted = select(func.count()).select_from(query.order_by(None).limit(MOST_ROWS + 1).subquery())
    if (work.db.scalar(counted) or 0) > MOST_ROWS:
        raise Refused(_("Lista har fleire rader enn eit rekneark kan ha. Snevr henne inn, eller last ned CSV."))
    answer = Response(_workbook(stream(house().databases, query, words), words, _("Saker")), mimetype=XLSX)
    answer.headers["Content-Disposition"] = f'attachment; filename="{_named(work, "xlsx")}"'
    return answer
