"""Word in: what is kept, what is reported as lost, what is guessed, and what is refused one file at a time."""

import io
import zipfile
from collections.abc import Callable

import pytest

from prosedyrar.word import BadFile, convert, gjett
from tests.prosedyrar import docx


def test_headings_lists_tables_and_images_are_kept() -> None:
    made = convert(docx.procedure(3), "rutine.docx")
    assert made.title == "Rutine for handhygiene 3"
    assert "## Formål" in made.text
    assert "1. Vask hendene\n2. Tørk dei godt" in made.text
    assert "| Når | Kva |\n| --- | --- |\n| Før måltid | Vask |\n| Etter stell | Sprit \\| vask |" in made.text
    assert "![Hendene](bilete:1)" in made.text
    assert [image.mime for image in made.images] == ["image/png"]
    assert made.lost == {}


def test_nested_lists_and_checklists() -> None:
    body = [docx.p("Før", num=1), docx.p("under", num=1, level=1), docx.p("☐ Sjekk dosen", num=1), docx.p("☑ Gjort")]
    made = convert(docx.docx(*body), "sjekk.docx")
    assert "- Før\n  - under\n- [ ] Sjekk dosen" in made.text
    assert "- [x] Gjort" in made.text


def test_a_bold_line_is_a_heading_when_there_are_no_others() -> None:
    made = convert(
        docx.docx(docx.p("Formål:", bold=True), docx.p("Noko."), docx.p("Ansvar", bold=True), docx.p("Leiar.")), "x.docx"
    )
    assert made.text == "## Formål\n\nNoko.\n\n## Ansvar\n\nLeiar.\n"
    assert made.title == "X"


def test_what_markdown_would_read_as_marks_is_text() -> None:
    made = convert(docx.docx(docx.p("# ikkje *eit* <script>x</script> 2"), docx.p("1. januar"), docx.p("- strek")), "x.docx")
    assert "\\# ikkje \\*eit\\* \\<script\\>x\\</script\\> 2" in made.text
    assert "1\\. januar" in made.text
    assert "\\- strek" in made.text


def test_links_lead_out_only() -> None:
    made = convert(docx.docx(docx.link("forskrifta", "rLink"), docx.link("felle", "rEvil")), "x.docx")
    assert "[forskrifta](https://lovdata.test/forskrift)" in made.text
    assert "javascript" not in made.text
    assert "felle" in made.text


def test_what_could_not_be_carried_over_is_told() -> None:
    merged = '<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr>' + docx.p("over") + "</w:tc></w:tr></w:tbl>"
    head = f'<w:hdr xmlns:w="{docx.W}">{docx.p("Kommunen")}</w:hdr>'.encode()
    made = convert(docx.docx(docx.p("Tekst " * 20), merged, extra={"word/header1.xml": head}), "x.docx")
    assert made.lost == {"samanslatt": 1, "topptekst": 1}
    assert made.notes == [
        "Samanslåtte celler i tabellar er delte. Sjå over tabellane.",
        "Topptekst og botntekst er ikkje med.",
    ]


def test_an_image_no_page_shows_is_left_out_and_told() -> None:
    data = docx.docx(docx.p("Tekst " * 20), docx.image())
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            moved = name.replace("image1.png", "image1.emf")
            body = b"EMF" if name.endswith(".png") else old.read(name).replace(b"image1.png", b"image1.emf")
            new.writestr(moved, body)
    made = convert(out.getvalue(), "x.docx")
    assert made.lost == {"bilete": 1}
    assert "bilete:" not in made.text


@pytest.mark.parametrize(
    ("name", "title", "kind"),
    [
        ("Rutine_for_medisinutdeling v1.2 ferdig.docx", "Rutine for medisinutdeling", "rutine"),
        ("mappe/Sjekkliste vernerunde 12.03.2024.docx", "Sjekkliste vernerunde", "sjekkliste"),
        ("Stillingsinstruks nattevakt.docx", "Stillingsinstruks nattevakt", "stillingsinstruks"),
        ("Tiltakskort straumbrot.docx", "Tiltakskort straumbrot", "beredskapsplan"),
        ("smittevern.docx", "Smittevern", "prosedyre"),
    ],
)
def test_title_and_type_are_guessed(name: str, title: str, kind: str) -> None:
    assert gjett.title_of_name(name) == title
    assert gjett.kind(title, name) == kind


def test_the_owner_is_named_in_the_document_or_in_the_path() -> None:
    units = {1: "Heimetenesta", 2: "Solbakken 1. etasje", 3: "Solbakken"}
    assert gjett.owner(["Eigar: Solbakken 1. etasje"], "a.docx", units, 9) == 2
    assert gjett.owner(["Gjelder for | Solbakken"], "a.docx", units, 9) == 3
    assert gjett.owner(["Om heimetenesta"], "prosedyrar/Heimetenesta/a.docx", units, 9) == 1
    assert gjett.owner([], "a.docx", units, 9) == 9


def _deep() -> bytes:
    return docx.docx("<w:tbl><w:tr><w:tc>" * 400 + docx.p("djupt") + "</w:tc></w:tr></w:tbl>" * 400)


def _many_entities() -> bytes:
    return docx.docx(docx.p("x"), head='<!DOCTYPE x [<!ENTITY a "bbbb"><!ENTITY c "&a;&a;&a;">]>')


def _zip_bomb() -> bytes:
    return docx.docx(docx.p("x"), extra={"word/media/bombe.bin": b"\x00" * 120_000_000})


@pytest.mark.parametrize("make", [_deep, _many_entities, _zip_bomb], ids=["nesting", "entities", "ratio"])
def test_bombs_are_refused_with_a_sentence(make: Callable[[], bytes]) -> None:
    with pytest.raises(BadFile, match=r"\.$"):
        convert(make(), "bombe.docx")


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 nei", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 gammal", b"vanleg tekst", docx.png()])
def test_what_is_no_word_file_is_refused(data: bytes) -> None:
    with pytest.raises(BadFile, match=r"\.$"):
        convert(data, "fil.docx")


def test_a_truncated_file_is_refused() -> None:
    whole = docx.procedure()
    with pytest.raises(BadFile):
        convert(whole[: len(whole) // 2], "halv.docx")
