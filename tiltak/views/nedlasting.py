"""Tables sent as files: CSV while it is read, a workbook made on disk when it is asked for."""

import tempfile
from collections.abc import Iterator, Sequence

from werkzeug.wrappers import Response

from kjerne import rekneark

PIECE = 65_536


def _workbook(headings: Sequence[str], rows: Iterator[Sequence[rekneark.Celle]], sheet: str) -> Iterator[bytes]:
    """The workbook in pieces, made after the read log was written and never when it could not be."""
    with tempfile.TemporaryFile() as target:
        rekneark.write_xlsx(target, headings, rows, sheet)
        target.seek(0)
        while piece := target.read(PIECE):
            yield piece


def download(kind: str, name: str, headings: Sequence[str], rows: Iterator[Sequence[rekneark.Celle]], sheet: str) -> Response:
    """The answer that a browser saves as `name`.csv or `name`.xlsx."""
    if kind == "xlsx":
        answer = Response(_workbook(headings, rows, sheet), mimetype=rekneark.XLSX)
    else:
        answer = Response(rekneark.csv_lines(headings, rows), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return answer
