"""The paper of reports: headings stay with what they head, "page n of m" is right, widths hold, and drawing is done once."""

from datetime import UTC, datetime
from io import BytesIO

import pypdf
import pytest

from kjerne.db import Databases
from kjerne.i18n import language
from kjerne.work import Work
from rapportar.papir import papir
from rapportar.rules.dokument import Bolk, Del, Dokument, Setning, Soyler, Tabell, written
from tests.cast import Cast
from tests.conftest import WorkFor

NOW = datetime(2026, 11, 2, tzinfo=UTC)


def document(*bolkar: Bolk) -> Dokument:
    return Dokument("kvalitet", "Rapport", "Solbakken", "HO", "2026", "2026", True, NOW, bolkar, [], True, ["Merknad."])


def pages(work: Work, doc: Dokument) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(BytesIO(papir.paper(work, doc))).pages]


def filler(lines: int) -> Bolk:
    return Bolk("fyll", "Fyll", [Setning(f"Setning {number}.") for number in range(lines)])


@pytest.mark.parametrize("lines", range(24, 44, 3))
def test_no_heading_is_cut_from_what_it_heads(lines: int, cast: Cast, databases: Databases, work_for: WorkFor) -> None:
    rows = [[f"Rad {number}", number] for number in range(60)]
    bars = Soyler("Søyler", ["Type", "Saker"], [("Éin", 3, 3), ("To", 2, 2)])
    parts: list[Del] = [Setning("Først ei setning."), bars, Tabell("Lang tabell", ["Eining", "Tal"], rows)]
    with databases.reading() as db:
        found = pages(work_for(db, cast.kval), document(filler(lines), Bolk("b", "Overskrift", parts)))
    head = next(page for page in found if "Overskrift" in page)
    assert "Først ei setning." in head
    assert "Søyler" in head
    assert "Éin" in head, "a sentence stands with the chart after it"
    title = next(page for page in found if "Lang tabell" in page)
    assert "Rad 2" in title
    assert [f"Side {place} av {len(found)}" in page for place, page in enumerate(found, 1)] == [True] * len(found)


def test_columns_are_as_wide_as_their_texts_and_fill_the_page() -> None:
    narrow = papir._widths(Tabell("T", ["Slag", "2025", "2024", "Sist"], [["Vernerunde", 3, 1, "29. desember 2025"]]))
    assert sum(narrow) == pytest.approx(papir.WIDTH)
    assert narrow[3] > narrow[1] == narrow[2]
    wide = papir._widths(Tabell("T", ["Kode", "Krav", "Stand"], [["FLK-6A", "lang tekst " * 40, "Følg med"]], ord_=3))
    assert sum(wide) == pytest.approx(papir.WIDTH)
    assert wide[0] > 30
    assert wide[2] > 40
    many = papir._widths(Tabell("T", [f"Kolonne {n}" for n in range(14)], [["Eining", *range(13)]]))
    assert sum(many) == pytest.approx(papir.WIDTH)
    assert min(many) > 0


def test_a_short_table_under_its_bars_leaves_no_half_page_empty_and_is_never_cut(
    cast: Cast, databases: Databases, work_for: WorkFor
) -> None:
    rows = [(f"Type {number}", number, number) for number in range(1, 11)]
    bars = Soyler("Søyler", ["Kva", "No", "Før"], rows, [[f"før {number}"] for number in range(1, 11)])
    split = []
    with databases.reading() as db:
        for lines in (20, 22, 24):
            found = pages(work_for(db, cast.kval), document(filler(lines), Bolk("b", "Overskrift", [bars])))
            head = next(number for number, page in enumerate(found) if "Søyler" in page)
            table = next(number for number, page in enumerate(found) if "før 1\n" in page)
            assert all(f"før {number}" in found[table] for number in range(1, 11)), "the table stands whole"
            split.append(table - head)
    assert 1 in split, "the bars stay where there is room for them"


def test_what_is_no_whole_number_has_its_decimal() -> None:
    assert [written(cell) for cell in (9.0, 7.8, 9, 1234.5, "–")] == ["9,0", "7,8", "9", "1\u00a0234,5", "–"]
    with language("en"):
        assert written(9.0) == "9.0"
