"""The map as workbook and paper says exactly what the page says that reader: no name, no count under five to who sees none."""

import io

import pypdf
import pytest
from openpyxl import load_workbook
from sqlalchemy import event

from kjerne.db import Databases
from tests import make
from tests.cast import Cast
from tests.conftest import ClientFor
from tests.kompetanse.conftest import GiveBevis, SetBehov


def cells(data: bytes) -> list[tuple[object, ...]]:
    """The rows of a workbook's first sheet."""
    return list(load_workbook(io.BytesIO(data), read_only=True).worksheets[0].iter_rows(values_only=True))


def words(data: bytes) -> str:
    """The text of a PDF."""
    return " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)


def test_workbook_and_paper_hide_what_the_page_hides(
    client_for: ClientFor, cast: Cast, set_behov: SetBehov, give: GiveBevis
) -> None:
    set_behov("hlr", cast.it01)
    give(cast.kari, "hlr")
    leif, lise = client_for(cast.leif), client_for(cast.lise)
    seen = cells(leif.get("/kompetanse/kart.xlsx").data)
    assert seen[1][:2] == ("Solbakken 1. etasje", "HLR med hjartestartar")
    assert seen[1][3:6] == (33, 3, 1)
    hidden = cells(lise.get("/kompetanse/kart.xlsx").data)
    assert hidden[1][3:6] == (33, "færre enn 5", "færre enn 5")
    full, sparse = words(leif.get("/kompetanse/kart.pdf").data), words(lise.get("/kompetanse/kart.pdf").data)
    assert "33 %" in full
    assert "1/3" in full
    assert "33 %" in sparse
    assert "1/3" not in sparse
    for text in (full, sparse, str(seen), str(hidden)):
        assert "Kari" not in text


@pytest.mark.parametrize("path", ["/kompetanse/kart?om=6", "/kompetanse/", "/kompetanse/kart/3"])
def test_questions_do_not_grow_with_people_and_evidence(
    client_for: ClientFor, cast: Cast, set_behov: SetBehov, give: GiveBevis, databases: Databases, path: str
) -> None:
    set_behov("hlr", cast.ho)
    give(cast.kari, "hlr", dagar=20)
    leif = client_for(cast.leif)

    def count() -> int:
        asked: list[str] = []

        def note(*parts: object) -> None:
            asked.append(str(parts[2]))

        event.listen(databases.engine, "before_cursor_execute", note)
        assert leif.get(path).status_code == 200
        event.remove(databases.engine, "before_cursor_execute", note)
        return len(asked)

    count()
    before = count()
    for number in range(4):
        with databases.writing() as db:
            db.expire_on_commit = False
            person = make.person(db, f"Ny {number}", eining=cast.it01)
            db.commit()
        give(person, "hlr", dagar=15, status="sjolv")
        give(person, "news2", dagar=15)
    assert count() <= before
