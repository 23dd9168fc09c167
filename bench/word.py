"""Word files into the library, five hundred of them against fifty: seconds a file, and whether the memory stays flat."""

import io
import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from bench.maling import Goal, Result
from bench.tenar import Data, make_data

__all__ = ["measure"]

CASES, FEW, MANY = 200, 50, 500
MOST_MEMORY, GOAL_SECONDS = 1.3, 2.0
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8"?>'
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006/"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
_MAIN: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_WORD: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_TYPES: Final = (
    f'{_HEAD}<Types xmlns="{_PACKAGE}content-types"><Default Extension="xml" ContentType="application/xml"/>'
    f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_MAIN}"/></Types>'
)
_RELATIONS: Final = (
    f'{_HEAD}<Relationships xmlns="{_PACKAGE}relationships">'
    f'<Relationship Id="r1" Type="{_OFFICE}" Target="word/document.xml"/></Relationships>'
)
_STEPS: Final = (
    "Vask hendene før og etter stell, og skriv i journalen kva som er gjort. Sei frå til ansvarleg vakt når noko er uklart."
)


def _paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{escape(text)}</w:t></w:r></w:p>"


def _file(number: int) -> bytes:
    """A routine of two pages with a table; each number with words of its own."""
    rows = "".join(f"<w:tr><w:tc>{_paragraph(f'Steg {n}')}</w:tc><w:tc>{_paragraph(_STEPS)}</w:tc></w:tr>" for n in range(12))
    text = "".join(_paragraph(f"{_STEPS} Punkt {n} i rutine {number}.") for n in range(30))
    body = f"{_paragraph(f'Rutine for arbeid nummer {number}')}{text}<w:tbl>{rows}</w:tbl>"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("_rels/.rels", _RELATIONS)
        archive.writestr("word/document.xml", f'{_HEAD}<w:document xmlns:w="{_WORD}"><w:body>{body}</w:body></w:document>')
    return out.getvalue()


def _packed(path: Path, first: int, count: int) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(first, first + count):
            archive.writestr(f"Rutine {number}.docx", _file(number))
    return path


def _read_in(data: Data, archive: Path) -> tuple[float, float]:
    """Seconds, and MiB at most, of the import command. Raises RuntimeError when a file did not go in."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "cli", "import", "prosedyrar", str(archive)]
    child = subprocess.Popen(command, env=data.env, stdout=subprocess.DEVNULL)
    _pid, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(f"import prosedyrar {archive.name}: exit {child.returncode}")
    return time.perf_counter() - started, used.ru_maxrss / 1024


def measure(result: Result, name: str, folder: Path) -> None:
    """Few, then many more, into one new library on SQLite. `folder` is empty."""
    data, _seconds = make_data(folder, CASES)
    _few, little = _read_in(data, _packed(data.folder / "faa.zip", 1, FEW))
    seconds, much = _read_in(data, _packed(data.folder / "mange.zip", FEW + 1, MANY))
    result.ratio(name, f"minne for {MANY} Word-filer (MiB)", [much], [little], MOST_MEMORY, against=f"{FEW} filer")
    result.goals.append(Goal(name, "ei Word-fil inn", seconds / MANY, GOAL_SECONDS, "s"))
