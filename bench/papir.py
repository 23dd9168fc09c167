"""A report of forty pages on paper against ReportLab alone: the same pieces without tags, marks and bookmarks.

Each side runs in a process of its own (`python -m bench.papir ours|bare ROUNDS`), so that its memory is its own. ReportLab alone
means platypus as one writes it: a paragraph in each cell, so that long texts wrap, the same drawings, "page n of m" left out.
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, Final

import pikepdf
from reportlab.graphics import renderPDF
from reportlab.graphics.shapes import Drawing
from reportlab.lib.pagesizes import A4
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table

from bench.maling import Goal, Result
from kjerne import pdf
from kjerne.utsjanad import Utsjanad
from rapportar.papir import papir, teikning
from rapportar.rules.dokument import Bolk, Celle, Del, Dokument, Serie, Setning, Soyler, Tabell, Varme, Varmerad, written

__all__ = ["paper"]

SECTIONS, UNITS, MOST, GOAL_SECONDS, GOAL_MB = 16, 46, 1.5, 5, 200
TYPES: Final = (
    "Pasient/brukar",
    "HMS",
    "Organisasjon",
    "Samhandling",
    "Bygg og utstyr",
    "Personvern",
    "Brann",
    "Vedtak",
    "Økonomi",
)


def document() -> Dokument:
    """A report of about forty pages: in each section a run chart, bars with their table, a heat map and a long table of units."""
    bolkar = [Bolk(f"b{number}", f"Bolk {number + 1}", list(_parts(number))) for number in range(SECTIONS)]
    now = datetime(2026, 11, 22, tzinfo=UTC)
    return Dokument(
        "bench",
        "Kvalitetsrapport",
        "Helse og omsorg",
        "HO",
        "2026",
        "2026",
        ferdig=True,
        tid=now,
        bolkar=bolkar,
        ikkje_med=[],
        heilt=True,
    )


def _parts(number: int) -> Iterator[Del]:
    months = [(f"{place % 12 + 1}. 2025", 40 + (place * 7 + number) % 23) for place in range(24)]
    head = ["3. kvartal 2026", "2. kvartal 2026", "3. kvartal 2025"]
    counts = [(name, 3 + (place * 31 + number) % 90, 3 + (place * 31 + number) % 90) for place, name in enumerate(TYPES)]
    yield Setning("Talet på avvik rangerer ikkje einingane. Fleire meldingar kan bety betre meldekultur i ei eining som lærer.")
    yield Serie("Saker per månad", "Heile månader.", months, 51.0, (3, 9), "Signal: noko anna enn tilfeldig variasjon.")
    yield Soyler("Saker etter type", ["Type", *head], counts, [[count + 2, count - 1] for _name, count, _shown in counts])
    rows = [
        Varmerad(name, [((place * column + number) % 60, 1 + place % 6) for column in range(12)], 99)
        for place, name in enumerate(TYPES)
    ]
    yield Varme("Type og månad", "Type", [f"{month}." for month in range(1, 13)], rows, [9] * 12, 891)
    units: list[list[Celle]] = [[f"Fjellheimen eining nummer {unit}", unit, unit * 2, unit * 3, unit * 4] for unit in range(UNITS)]
    yield Tabell("Tiltak etter eining", ["Eining", "Opne i dag", "Over fristen", "Utførte", "Alle"], units)


def ours() -> bytes:
    """The program's own paper: tagged, with bookmarks and "page n of m"."""
    return papir.drawn(document(), "Storfjella kommune", Utsjanad())


STYLE: Final[list[Any]] = [
    ("LINEBELOW", (0, 0), (-1, -1), 0.5, pdf.LINE),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("TOPPADDING", (0, 0), (-1, -1), 1.5),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
]


class _Drawn(Flowable):
    def __init__(self, drawing: Drawing) -> None:
        super().__init__()
        self.drawing, self.width, self.height = drawing, drawing.width, drawing.height

    def draw(self) -> None:
        renderPDF.draw(self.drawing, self.canv, 0, 0)


def bare() -> bytes:
    """The same pieces with ReportLab alone."""
    pdf.fonts()
    story: list[Flowable] = []
    for bolk in document().bolkar:
        story.append(Paragraph(bolk.tittel, pdf.HEADING))
        for part in bolk.delar:
            story += _bare(part)
    target = BytesIO()
    margin = pdf.MARGIN - 6
    made = SimpleDocTemplate(target, pagesize=A4, leftMargin=margin, rightMargin=margin, topMargin=margin, initialFontName=pdf.SANS)
    made.build(story)
    return target.getvalue()


def _bare(part: Del) -> Iterator[Flowable]:
    if isinstance(part, Setning):
        yield Paragraph(part.tekst, pdf.BODY)
        return
    yield Paragraph(part.tittel, papir.SUB)
    if isinstance(part, Serie):
        yield _Drawn(teikning.run_chart(part))
        yield Paragraph(part.seier, pdf.BODY)
    elif isinstance(part, Soyler):
        yield _Drawn(teikning.bars(part))
    elif isinstance(part, Varme):
        yield _Drawn(teikning.heat_map(part))
        return
    table = part.tabell()
    if table is not None:
        rows = [table.hovud, *[[written(cell) for cell in row] for row in table.rader]]
        wide = [pdf.WIDTH * 0.4, *[pdf.WIDTH * 0.6 / (len(table.hovud) - 1)] * (len(table.hovud) - 1)]
        yield Table([[Paragraph(cell, pdf.CELL) for cell in row] for row in rows], wide, repeatRows=1, style=STYLE, hAlign="LEFT")
        yield Spacer(1, 8)


def _measured(name: str, rounds: int) -> dict[str, float]:
    """Milliseconds of the middle round, pages, and the most memory this process has had."""
    make: Callable[[], bytes] = {"ours": ours, "bare": bare}[name]
    times, data = [], b""
    for _round in range(rounds + 1):
        start = time.perf_counter()
        data = make()
        times.append((time.perf_counter() - start) * 1000)
    with pikepdf.open(BytesIO(data)) as made:
        count = len(made.pages)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"ms": sorted(times[1:])[rounds // 2], "first": times[0], "pages": count, "mb": memory}


def paper(result: Result, rounds: int = 5) -> None:
    """Note the ratio, the seconds of the first time and the memory."""
    found: dict[str, list[dict[str, float]]] = {"ours": [], "bare": []}
    for _turn in range(2):
        for name, held in found.items():
            command = [sys.executable, "-m", "bench.papir", name, str(rounds)]
            held.append(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
    mine, other = found["ours"], found["bare"]
    result.ratio("–", "rapport på papir", [one["ms"] for one in mine], [one["ms"] for one in other], MOST, against="ReportLab")
    pages = f"{mine[0]['pages']:.0f} sider"
    result.goals.append(Goal("–", f"rapport på papir, første gong, {pages}", mine[0]["first"] / 1000, GOAL_SECONDS, "s"))
    result.goals.append(Goal("–", f"rapport på papir, minne, {pages}", mine[0]["mb"], GOAL_MB, "MB"))


if __name__ == "__main__":
    print(json.dumps(_measured(sys.argv[1], int(sys.argv[2]))))
