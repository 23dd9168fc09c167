"""Attached files: the true type decides, metadata goes, text comes out, and a hostile or broken file gets a sentence."""

import contextlib
import io
import random
import struct
import zipfile
import zlib

import openpyxl
import pikepdf
import pillow_heif
import pytest
from PIL import Image, PngImagePlugin
from reportlab.pdfgen.canvas import Canvas

from kjerne import i18n
from kjerne.filinnhald import BadFile, inspect, kontor

SECRET = "Kanarifugl"
WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def image(kind: str, size: tuple[int, int] = (60, 40)) -> bytes:
    """A red picture with GPS, author and orientation in its EXIF, and bytes after its end."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x013B] = SECRET
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (58.0, 38.0, 0.0)
    out = io.BytesIO()
    picture = Image.new("RGB", size, "red")
    if kind == "HEIF":
        pillow_heif.from_pillow(picture).save(out, exif=exif.tobytes())
    else:
        picture.save(out, kind, exif=exif)
    return out.getvalue() + (b"" if kind == "HEIF" else SECRET.encode())


def zipped(parts: dict[str, bytes | str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


def docx(text: str = "Olav", more: dict[str, bytes | str] | None = None) -> bytes:
    runs = "".join(f"<w:r><w:t>{part}</w:t></w:r>" for part in (text[:2], text[2:]))
    return zipped(
        {
            "word/document.xml": f'<?xml version="1.0"?><w:document {WORD}><w:p>{runs}</w:p><w:tbl><w:tc><w:p/></w:tc></w:tbl>'
            f'<w:del w:author="{SECRET}"><w:r><w:delText>sletta</w:delText></w:r></w:del></w:document>',
            "word/header1.xml": f"<w:hdr {WORD}><w:p><w:r><w:t>topptekst</w:t></w:r></w:p></w:hdr>",
            "word/comments.xml": f'<w:comments {WORD}><w:comment w:author="{SECRET}" w:initials="{SECRET}"><w:p><w:r>'
            "<w:t>merknad</w:t></w:r></w:p></w:comment></w:comments>",
            "docProps/core.xml": f"<x>{SECRET}</x>",
            "docProps/app.xml": f"<x>{SECRET}</x>",
            **(more or {}),
        }
    )


def xlsx() -> bytes:
    book = openpyxl.Workbook()
    book.properties.creator = SECRET
    sheet = book.active
    sheet.title = "Arknamn"
    sheet.append(["Kari", "Nordmann"])
    sheet.append([31129956715, 1019912345])
    sheet["A4"] = "merka"
    sheet["A4"].comment = openpyxl.comments.Comment("lapp", SECRET)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def pdf(text: str = "Kari Nordmann i pdf") -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.setAuthor(SECRET)
    canvas.drawString(100, 700, text)
    canvas.textAnnotation("merknad i pdf", Rect=[1, 1, 9, 9])
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def all_bytes(data: bytes) -> bytes:
    """The bytes and, of a zip, what each part unpacks to."""
    if not data.startswith(b"PK"):
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return b"".join(archive.read(name) for name in archive.namelist())


@pytest.mark.parametrize(
    ("kind", "mime", "ending"),
    [
        ("JPEG", "image/jpeg", "jpg"),
        ("PNG", "image/png", "png"),
        ("WEBP", "image/webp", "webp"),
        ("HEIF", "image/jpeg", "jpg"),
    ],
)
def test_an_image_is_drawn_anew_upright_and_without_metadata(kind, mime, ending):
    given = image(kind)
    made = inspect(given, "IMG 1.heic")
    assert (made.mime, made.filename, made.text) == (mime, f"IMG 1.{ending}", "")
    with Image.open(io.BytesIO(made.data)) as drawn:
        assert dict(drawn.getexif()) == {}
        assert drawn.size == (40, 60)
        red, green, _blue = drawn.convert("RGB").getpixel((5, 5))
        assert red > 200
        assert green < 60
    assert SECRET.encode() not in made.data
    assert b"Exif" not in made.data


def test_comments_and_text_chunks_leave_an_image():
    picture = Image.new("RGB", (4, 4))
    written = PngImagePlugin.PngInfo()
    written.add_text("Author", SECRET)
    as_jpeg, as_png = io.BytesIO(), io.BytesIO()
    picture.save(as_jpeg, "JPEG", comment=SECRET, xmp=SECRET.encode(), icc_profile=SECRET.encode())
    picture.save(as_png, "PNG", pnginfo=written, icc_profile=SECRET.encode())
    for out in (as_jpeg, as_png):
        assert SECRET.encode() in out.getvalue() or out is as_png
        with Image.open(io.BytesIO(inspect(out.getvalue(), "x").data)) as drawn:
            assert not {"comment", "Author", "xmp", "icc_profile"} & set(drawn.info)


def test_a_transparent_png_stays_transparent():
    out = io.BytesIO()
    Image.new("RGBA", (4, 4), (255, 0, 0, 0)).save(out, "PNG")
    with Image.open(io.BytesIO(inspect(out.getvalue(), "x.png").data)) as drawn:
        assert drawn.getpixel((0, 0))[3] == 0


def png_head(width: int, height: int) -> bytes:
    """A small PNG that claims to be large."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(20_000, 20_000), (10_000, 10_000), (6_400, 6_400), (2**31 - 1, 1)])
def test_too_many_pixels_are_refused_before_they_are_unpacked(size):
    with pytest.raises(BadFile, match="40 millionar"):
        inspect(png_head(*size), "bombe.png")


def test_the_text_of_a_word_file_comes_out_whole_and_its_authors_go():
    made = inspect(docx("Olav Nilsen"), "notat.docx")
    for part in ("Olav Nilsen", "topptekst", "merknad", "sletta"):
        assert part in made.text
    assert made.mime.endswith("wordprocessingml.document")
    assert SECRET.encode() in all_bytes(docx())
    assert SECRET.encode() not in all_bytes(made.data)


def test_the_text_of_an_excel_file_comes_out_row_by_row():
    made = inspect(xlsx(), "liste.xlsx")
    for part in ("Kari\tNordmann", "31129956715", "01019912345", "Arknamn", "lapp"):
        assert part in made.text
    assert SECRET.encode() not in all_bytes(made.data)
    again = openpyxl.load_workbook(io.BytesIO(made.data))
    assert again.active["A1"].value == "Kari"


def test_the_text_of_a_pdf_comes_out_and_its_properties_go():
    made = inspect(pdf(), "brev.pdf")
    assert "Kari Nordmann i pdf" in made.text
    assert "merknad i pdf" in made.text
    with pikepdf.open(io.BytesIO(made.data)) as kept:
        assert SECRET not in str(kept.docinfo)
        assert len(kept.pages) == 1


def test_scripts_and_inner_files_leave_a_pdf():
    with pikepdf.open(io.BytesIO(pdf())) as made:
        made.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
        made.attachments["x.txt"] = SECRET.encode()
        out = io.BytesIO()
        made.save(out)
    with pikepdf.open(io.BytesIO(inspect(out.getvalue(), "x.pdf").data)) as kept:
        assert "/OpenAction" not in kept.Root
        assert len(kept.attachments) == 0


def test_a_sheet_inside_a_word_file_is_read_and_another_inner_file_refused():
    assert "Kari\tNordmann" in inspect(docx(more={"word/embeddings/ark.xlsx": xlsx()}), "x.docx").text
    with pytest.raises(BadFile, match="inni"):
        inspect(docx(more={"word/embeddings/ole.bin": b"\xd0\xcf\x11\xe0"}), "x.docx")


def test_a_picture_inside_a_word_file_loses_its_metadata():
    made = inspect(docx(more={"word/media/image1.jpeg": image("JPEG")}), "x.docx")
    assert b"Exif" not in all_bytes(made.data)


def encrypted_pdf() -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf())) as made:
        made.save(out, encryption=pikepdf.Encryption(owner="a", user="b"))
    return out.getvalue()


LAUGHS = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]><w:document><w:t>&a;</w:t></w:document>'


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "tom"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "leggjast ved"),
        (b"<!doctype html><script>alert(1)</script>", "leggjast ved"),
        (b"MZ\x90\x00" + b"\0" * 200, "leggjast ved"),
        (b"GIF89a" + b"\0" * 50, "leggjast ved"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "passord"),
        (b"\xff\xd8\xff\xe0 ikkje eit bilete", "øydelagt"),
        (b"%PDF-1.7 ikkje ein pdf", "øydelagt"),
        (b"PK\x03\x04 ikkje ein zip", "øydelagt"),
        (zipped({"a.txt": "x"}), "leggjast ved"),
        (docx(more={"word/vbaProject.bin": b"x"}), "makroar"),
        (zipped({"word/document.xml": LAUGHS}), "øydelagt"),
        (zipped({"word/document.xml": "<w:p>"}), "øydelagt"),
        (zipped({"xl/workbook.xml": "<x/>", "xl/worksheets/s.xml": '<c t="s"><v>9</v></c>'}), "øydelagt"),
        (zipped({"word/document.xml": "<x>" + "<w:t>" + "a" * 300_000 + "</w:t></x>"}), "for stor"),
        (encrypted_pdf(), "passord"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_a_sentence(data, says):
    with pytest.raises(BadFile, match=says) as caught:
        inspect(data, "fil.pdf")
    assert caught.value.message.endswith(".")
    assert caught.value.status == 422


def test_a_zip_bomb_is_refused_by_its_sizes_alone(monkeypatch):
    part = b"\0" * (1024 * 1024)
    bomb = zipped({"word/document.xml": "<x/>", **{f"word/{n}.bin": part for n in range(101)}})
    assert len(bomb) < 400_000
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_args, **_named: pytest.fail("it was unpacked"))
    with pytest.raises(BadFile, match="pakka ut"):
        inspect(bomb, "x.docx")


def test_more_than_a_hundred_mebibytes_are_refused_however_well_they_are_packed():
    part = b"\0" * (1024 * 1024)
    padding = random.Random(1).randbytes(900_000)
    large = {f"word/{n}.bin": part for n in range(100)}
    with pytest.raises(BadFile, match="pakka ut"):
        inspect(zipped({"word/document.xml": "<x/>", "word/p.bin": padding, **large}), "x.docx")


def test_a_zip_that_lies_about_its_sizes_is_broken(monkeypatch):
    honest = bytearray(zipped({"word/document.xml": f"<x>{'ab' * 5000}</x>"}))
    at = honest.rindex(b"PK\x01\x02") + 24
    honest[at : at + 4] = struct.pack("<I", 10)
    with pytest.raises(BadFile, match="øydelagt"):
        inspect(bytes(honest), "x.docx")


def test_more_text_than_can_be_looked_through_is_refused(monkeypatch):
    monkeypatch.setattr(kontor, "MAX_RATIO", 10_000)
    with pytest.raises(BadFile, match="meir tekst"):
        inspect(docx("a" * 5_100_000), "x.docx")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\bilete\\bad.JPEG", "bad.jpg"),
        ("bad\u202egpj.exe", "bad_gpj.jpg"),
        ("x.svg", "x.jpg"),
        (".htaccess", "htaccess.jpg"),
        ('a"b\r\nc;d.jpg', "a_b__c;d.jpg"),
        ("", "vedlegg.jpg"),
        ("...", "vedlegg.jpg"),
        ("a" * 5000 + ".jpg", "a" * 80 + ".jpg"),
        ("bad\ud800.jpg", "bad_.jpg"),
        ("rapport 1. etasje sør", "rapport 1. etasje sør.jpg"),
    ],
)
def test_a_file_name_can_hurt_nobody(given, kept):
    assert inspect(image("JPEG"), given).filename == kept


def test_the_guard_reads_name_and_text():
    made = inspect(docx("Olav Nilsen"), "Kari Nordmann.docx")
    assert made.guard_text.startswith("Kari Nordmann.docx\n")
    assert "Olav Nilsen" in made.guard_text


@pytest.mark.filterwarnings("ignore")  # as in production: a corrupt EXIF is no reason to refuse the picture
@pytest.mark.parametrize(
    "make", [lambda: image("JPEG"), lambda: image("PNG"), lambda: image("WEBP"), lambda: image("HEIF"), docx, xlsx]
)
def test_flipped_and_cut_bytes_never_raise_anything_but_a_refusal(make):
    good = make()
    rng = random.Random(7)
    for _ in range(120):
        bad = bytearray(good[: rng.randrange(12, len(good))] if rng.random() < 0.3 else good)
        for _flip in range(rng.randrange(1, 8)):
            bad[rng.randrange(len(bad))] = rng.randrange(256)
        with contextlib.suppress(BadFile):
            inspect(bytes(bad), "x")


def test_a_broken_pdf_never_raises_anything_but_a_refusal():
    good = pdf()
    rng = random.Random(7)
    for _ in range(6):
        bad = bytearray(good[: rng.randrange(40, len(good))])
        bad[rng.randrange(9, len(bad))] = rng.randrange(256)
        with contextlib.suppress(BadFile):
            inspect(bytes(bad), "x.pdf")


@pytest.mark.parametrize("sprak", ["nb", "en"])
def test_a_refusal_is_written_in_the_readers_language(sprak):
    with i18n.language(sprak), pytest.raises(BadFile) as caught:
        inspect(b"<svg/>", "x.svg")
    assert "leggjast" not in caught.value.message
