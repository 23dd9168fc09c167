"""PDF: read by a child process with limits on time and memory, so that a hostile file takes down only the child."""

import json
import subprocess
import sys
from pathlib import Path

from kjerne.filinnhald.grunn import BadFile, Made
from kjerne.i18n import gettext as _

_CHILD = Path(__file__).with_name("pdf_barn.py")
_SECONDS = 30
ENCRYPTED, TOO_MUCH = 3, 4  # exit codes of the child


def cleaned(data: bytes) -> Made:
    """The PDF without properties, scripts and inner files, and the text of its pages."""
    try:
        child = subprocess.run(  # noqa: S603 - our own program, no shell, nothing from the person among the arguments
            [sys.executable, "-I", str(_CHILD)], input=data, capture_output=True, timeout=_SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise BadFile(_("Pdf-fila tok for lang tid å lese. Del ho opp, eller lagre ho på nytt som pdf.")) from error
    if child.returncode == ENCRYPTED:
        raise BadFile(_("Pdf-fila er verna med passord. Legg ved ei fil utan passord."))
    if child.returncode == TOO_MUCH:
        raise BadFile(_("Fila inneheld meir tekst enn vi kan sjå gjennom. Legg ved den delen som trengst."))
    if child.returncode != 0:
        raise BadFile(_("Pdf-fila er øydelagt og kan ikkje lesast. Lagre ho på nytt som pdf."))
    head, _sep, body = child.stdout.partition(b"\n")
    return Made(body, "application/pdf", "pdf", str(json.loads(head)))
