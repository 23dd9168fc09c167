"""Course lists: matched by number, mail or name; twice changes nothing; what nobody has mapped is never kept."""

import base64
import io
from datetime import date

import pytest
from openpyxl import Workbook
from sqlalchemy import select, text

from kjerne.db import Databases
from kompetanse.actions.innlesing import Utfall, apply_import, plan_import
from kompetanse.models import Kompetansebevis
from tests import make
from tests.cast import Cast
from tests.conftest import ClientFor, Csrf, WorkFor
from tests.kompetanse.conftest import GiveBevis

HEAD = "Kursnavn;Fornavn;Etternavn;Ansattnr;E-post;Fullført;Resultat;Avdeling\n"


def listed(*rows: str) -> bytes:
    """A file as KS Læring exports it."""
    return (HEAD + "\n".join(rows) + "\n").encode("cp1252")


def test_matched_written_and_twice_changes_nothing(databases: Databases, work_for: WorkFor, cast: Cast, give: GiveBevis) -> None:
    give(cast.astrid, "hlr", status="sjolv", dato=date(2026, 11, 2))
    data = listed(
        f"HLR med hjertestarter;Kari;Tilsett;{cast.kari.ansattnr};;01.11.2026;Bestått;X",
        "HLR;Astrid;Stedfortredar;;astrid@kommune.test;02.11.2026;Fullført;X",
        "Taushetsplikt;Kari;Tilsett;;;03.11.2026;;X",
        "Hepatitt B-vaksine;Kari;Tilsett;;;03.11.2026;;X",
        "HLR;Nina;Nabo;;;03.11.2026;;X",
        "Forflytning;Kari;Tilsett;;;03.11.2026;Ikke bestått;X",
        "Forflytning;Kari;Tilsett;;;24.12.2026;;X",
    )
    with databases.writing() as db:
        leif = work_for(db, cast.leif)
        plan = plan_import(leif, data, "kurs.csv")
        assert [row.utfall for row in plan.rader] == [Utfall.NY, Utfall.STADFEST, Utfall.NY, *[Utfall.FEIL] * 4]
        assert [row.maate for row in plan.rader[:3]] == ["tilsettnummer", "e-post", "namn"]
        assert plan.hoppa_over == ("Avdeling",)
        assert plan.unknown_courses() == [("Hepatitt B-vaksine", 1)]
        assert db.scalars(select(Kompetansebevis).where(Kompetansebevis.status == "stadfesta")).all() == []
        assert apply_import(leif, plan) == 3
        again = plan_import(leif, data, "kurs.csv")
        assert [row.utfall for row in again.rader] == [*[Utfall.UENDRA] * 3, *[Utfall.FEIL] * 4]
        assert apply_import(leif, again) == 0
        db.commit()
    with databases.reading() as db:
        assert len(db.scalars(select(Kompetansebevis)).all()) == 3
        for table in ("kompetansebevis", "loggline", "leselogg", "epost"):
            assert "epatitt" not in str(db.execute(text(f"SELECT * FROM {table}")).all())


def test_two_of_the_same_name_are_not_guessed(databases: Databases, work_for: WorkFor, cast: Cast) -> None:
    with databases.writing() as db:
        make.person(db, "Kari Tilsett", eining=cast.it01)
        plan = plan_import(work_for(db, cast.leif), listed("HLR;Kari;Tilsett;;;01.11.2026;;"), "kurs.csv")
        assert plan.rader[0].utfall is Utfall.FEIL
        assert "Fleire har dette namnet" in plan.rader[0].grunn


def test_workbook_pages_trial_writes_nothing(client_for: ClientFor, csrf: Csrf, databases: Databases, cast: Cast) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["Kurs", "Navn", "Dato"], ["Brannvern", "Kari Tilsett", "01.11.2026"], ["=1+1", "Kari Tilsett", "01.11.2026"]):
        sheet.append(row)
    held = io.BytesIO()
    book.save(held)
    leif = client_for(cast.leif)
    sent = {"csrf_token": csrf(leif), "fil": (io.BytesIO(held.getvalue()), "kurs.xlsx")}
    page = leif.post("/kompetanse/innlesing/prov", data=sent, content_type="multipart/form-data")
    assert page.status_code == 200
    assert "funnen på namn" in page.get_data(as_text=True)
    with databases.reading() as db:
        assert db.scalars(select(Kompetansebevis)).all() == []
    form = {"csrf_token": csrf(leif), "innhald": base64.b64encode(held.getvalue()).decode(), "filnamn": "kurs.xlsx"}
    assert leif.post("/kompetanse/innlesing/skriv", data=form).status_code == 303
    with databases.reading() as db:
        row = db.scalars(select(Kompetansebevis)).one()
        assert (row.person_id, row.vurdert_av_id, row.kjelde, row.slag) == (cast.kari.id, cast.leif.id, "import", "kurs")


@pytest.mark.parametrize("data", [b"Navn\nKari\n", b"PK\x03\x04tull"])
def test_a_file_that_is_no_list_is_refused_with_a_sentence(client_for: ClientFor, csrf: Csrf, cast: Cast, data: bytes) -> None:
    leif = client_for(cast.leif)
    sent = {"csrf_token": csrf(leif), "fil": (io.BytesIO(data), "kurs.csv")}
    assert leif.post("/kompetanse/innlesing/prov", data=sent, content_type="multipart/form-data").status_code == 422


def test_nobody_else_imports(client_for: ClientFor, csrf: Csrf, cast: Cast) -> None:
    """Written by hand: who may open the page; nobody reaches persons of other units or herself by a file."""
    opens = {name for name, person in cast.people.items() if client_for(person).get("/kompetanse/innlesing").status_code == 200}
    assert opens == {"leif", "nils", "signe", "kval", "fred"}
    nils = client_for(cast.nils)
    for data in (listed("HLR;Kari;Tilsett;;;01.11.2026;;"), listed("HLR;Nils;Naboleiar;;;01.11.2026;;")):
        sent = {"csrf_token": csrf(nils), "fil": (io.BytesIO(data), "kurs.csv")}
        page = nils.post("/kompetanse/innlesing/prov", data=sent, content_type="multipart/form-data").get_data(as_text=True)
        assert "Personen finst ikkje i einingane dine" in page
