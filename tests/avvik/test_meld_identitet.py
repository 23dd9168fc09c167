"""The identity guard at the form: numbers stop, names wait for a yes, and nothing typed is lost."""

import io
import zipfile

import pytest
from PIL import Image
from sqlalchemy import func, select

from avvik.models import Avvik, AvvikKladd
from kjerne.db import Databases
from kjerne.models import Fil
from tests.avvik.skjema import body, send
from tests.cast import Cast
from tests.conftest import ClientFor, Csrf

NUMBER = "13097248022"  # made up: valid digits, nobody's


def count(databases: Databases, table: type) -> int:
    with databases.reading() as db:
        return db.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.parametrize("written", [NUMBER, "130972 48022", "130972-48022", "13.09.72 48022", "13 09 72 480 22"])
@pytest.mark.parametrize("field", ["skildring", "strakstiltak", "arsak", "forslag"])
def test_an_identity_number_is_refused_however_it_is_written(
    client_for: ClientFor, csrf: Csrf, cast: Cast, databases: Databases, written: str, field: str
) -> None:
    answer = send(client_for(cast.kari), csrf, **{field: f"Brukaren {written} fall på badet.", "stadfest": "1"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'data-feil="identitet"' in page
    assert f'href="#{field}"' in page, "the summary shows where"
    assert f"Brukaren {written} fall på badet." in page, "what was typed is kept"
    assert count(databases, Avvik) == 0


def test_a_name_is_warned_about_and_kept_on_confirmation(
    client_for: ClientFor, csrf: Csrf, cast: Cast, databases: Databases
) -> None:
    browser = client_for(cast.kari)
    said = body(skildring="Olav Nilsen fekk ikkje kveldsmedisinen sin.")
    warned = send(browser, csrf, **said)
    page = warned.get_data(as_text=True)
    assert warned.status_code == 422
    assert 'data-feil="stadfest"' in page
    assert 'name="stadfest"' in page
    assert "«Olav Nilsen» ser ut som eit namn." in page
    assert f'value="{said["nokkel"]}"' in page, "the key is the same, so the confirmed form is the same filing"
    assert count(databases, Avvik) == 0
    assert send(browser, csrf, **said, stadfest="1").status_code == 303
    assert count(databases, Avvik) == 1


def test_the_units_own_name_is_no_person(client_for: ClientFor, csrf: Csrf, cast: Cast) -> None:
    answer = send(client_for(cast.kari), csrf, skildring="Døra på Solbakken 2. etasje stod open.")
    assert answer.status_code == 303


def docx(text: str) -> bytes:
    """The smallest document a reader accepts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr(
            "[Content_Types].xml",
            '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Override PartName="/word/document.xml" ContentType='
            '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
        )
        made.writestr(
            "_rels/.rels",
            '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
            'Target="word/document.xml"/></Relationships>',
        )
        made.writestr(
            "word/document.xml",
            '<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
            f"<w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body></w:document>",
        )
    return out.getvalue()


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, "PNG")
    return out.getvalue()


def test_text_inside_a_file_and_file_names_are_read_too(
    client_for: ClientFor, csrf: Csrf, cast: Cast, databases: Databases
) -> None:
    browser = client_for(cast.kari)
    inside = send(browser, csrf, filer=(io.BytesIO(docx(f"Gjeld {NUMBER}")), "notat.docx"))
    named = send(browser, csrf, bilete=(io.BytesIO(png()), f"{NUMBER}.png"))
    for answer in (inside, named):
        assert answer.status_code == 422
        page = answer.get_data(as_text=True)
        assert 'data-feil="identitet"' in page
        assert "filer må du velje på nytt" in page, "files do not come back by themselves: say so plainly"
    assert (count(databases, Avvik), count(databases, Fil)) == (0, 0)


def test_a_picture_follows_the_case_once(client_for: ClientFor, csrf: Csrf, cast: Cast, databases: Databases) -> None:
    browser = client_for(cast.kari)
    said = body()
    for _time in range(2):
        answer = send(browser, csrf, **said, bilete=(io.BytesIO(png()), "golv.png"))
        assert answer.status_code == 303, answer.get_data(as_text=True)[:2000]
    other = send(browser, csrf, **said, bilete=(io.BytesIO(png() + b"\0"), "golv.png"))
    assert other.status_code == 409, "another file under the same key is another body"
    assert count(databases, Fil) == 1
    page = browser.get("/avvik/2026-1").get_data(as_text=True)
    assert "golv.png" in page


def test_what_is_no_picture_is_refused(client_for: ClientFor, csrf: Csrf, cast: Cast, databases: Databases) -> None:
    answer = send(client_for(cast.kari), csrf, filer=(io.BytesIO(b"<svg onload=alert(1)>"), "teikning.png"))
    assert answer.status_code == 422
    assert 'href="#filer"' in answer.get_data(as_text=True)
    assert count(databases, Avvik) == 0


def test_a_draft_refuses_an_identity_number_and_keeps_a_name(
    client_for: ClientFor, csrf: Csrf, cast: Cast, databases: Databases
) -> None:
    browser = client_for(cast.kari)
    token = csrf(browser)
    refused = browser.post("/avvik/kladd", data={"csrf_token": token, **body(skildring=f"Gjeld {NUMBER}")})
    assert refused.status_code == 422
    assert 'data-feil="identitet"' in refused.get_data(as_text=True)
    assert count(databases, AvvikKladd) == 0
    kept = browser.post("/avvik/kladd", data={"csrf_token": token, **body(skildring="Olav Nilsen fall.")})
    assert kept.status_code == 204
    assert count(databases, AvvikKladd) == 1
