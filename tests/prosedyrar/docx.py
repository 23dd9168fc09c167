"""Makes Word files for the tests with zipfile alone: headings, lists, tables, images, and what must be refused."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>'
    '<Override PartName="/word/document.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELS = (
    '<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{_REL}/officeDocument" Target="word/document.xml"/></Relationships>'
)
PARTS = (
    '<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rStyles" Type="{_REL}/styles" Target="styles.xml"/>'
    f'<Relationship Id="rNum" Type="{_REL}/numbering" Target="numbering.xml"/>'
    f'<Relationship Id="rImg" Type="{_REL}/image" Target="media/image1.png"/>'
    f'<Relationship Id="rLink" Type="{_REL}/hyperlink" Target="https://lovdata.test/forskrift" TargetMode="External"/>'
    f'<Relationship Id="rEvil" Type="{_REL}/hyperlink" Target="javascript:alert(1)" TargetMode="External"/></Relationships>'
)
STYLES = (
    f'<w:styles xmlns:w="{W}">'
    + "".join(
        f'<w:style w:type="paragraph" w:styleId="{key}"><w:name w:val="{name}"/></w:style>'
        for key, name in (("Tittel", "Title"), ("Overskrift1", "heading 1"), ("Overskrift2", "heading 2"))
    )
    + "</w:styles>"
)
NUMBERING = (
    f'<w:numbering xmlns:w="{W}">'
    '<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/></w:lvl>'
    '<w:lvl w:ilvl="1"><w:numFmt w:val="bullet"/></w:lvl></w:abstractNum>'
    '<w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:numFmt w:val="decimal"/></w:lvl></w:abstractNum>'
    '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num></w:numbering>'
)


def png(width: int = 2, height: int = 2) -> bytes:
    """A small red image."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\x00" + b"\xc0\x20\x20" * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def p(text: str, style: str = "", *, bold: bool = False, num: int = 0, level: int = 0) -> str:
    """A paragraph; `num` 1 is a bullet list, 2 a numbered one."""
    props = f'<w:pStyle w:val="{style}"/>' if style else ""
    props += f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{num}"/></w:numPr>' if num else ""
    run = f'<w:r>{"<w:rPr><w:b/></w:rPr>" if bold else ""}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'
    return f"<w:p><w:pPr>{props}</w:pPr>{run}</w:p>"


def link(text: str, rel: str) -> str:
    """A paragraph that is a link."""
    return f'<w:p><w:hyperlink r:id="{rel}" xmlns:r="{_REL}"><w:r><w:t>{escape(text)}</w:t></w:r></w:hyperlink></w:p>'


def table(rows: Sequence[Sequence[str]]) -> str:
    """A table of plain cells."""
    body = "".join("<w:tr>" + "".join(f"<w:tc>{p(cell)}</w:tc>" for cell in row) + "</w:tr>" for row in rows)
    return f"<w:tbl>{body}</w:tbl>"


def image(alt: str = "Hendene") -> str:
    """A paragraph with the image."""
    a, pic, wp = (
        "http://schemas.openxmlformats.org/drawingml/2006/main",
        "http://schemas.openxmlformats.org/drawingml/2006/picture",
        "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    )
    return (
        f'<w:p><w:r><w:drawing><wp:inline xmlns:wp="{wp}"><wp:docPr id="1" name="b" descr="{alt}"/>'
        f'<a:graphic xmlns:a="{a}"><a:graphicData uri="{pic}"><pic:pic xmlns:pic="{pic}"><pic:blipFill>'
        f'<a:blip r:embed="rImg" xmlns:r="{_REL}"/></pic:blipFill></pic:pic></a:graphicData></a:graphic>'
        "</wp:inline></w:drawing></w:r></w:p>"
    )


def docx(*body: str, extra: Mapping[str, bytes] | None = None, head: str = "") -> bytes:
    """A Word file with these body elements."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr("_rels/.rels", RELS)
        archive.writestr("word/_rels/document.xml.rels", PARTS)
        archive.writestr("word/styles.xml", STYLES)
        archive.writestr("word/numbering.xml", NUMBERING)
        archive.writestr("word/media/image1.png", png())
        document = (
            f'<?xml version="1.0" encoding="UTF-8"?>{head}<w:document xmlns:w="{W}"><w:body>{"".join(body)}</w:body></w:document>'
        )
        archive.writestr("word/document.xml", document)
        for name, data in (extra or {}).items():
            archive.writestr(name, data)
    return out.getvalue()


def procedure(number: int = 1, title: str = "Rutine for handhygiene", *, owner: str = "") -> bytes:
    """A whole little procedure, each number with words of its own."""
    return docx(
        p(f"{title} {number}", "Tittel"),
        *([p(f"Eigar: {owner}")] if owner else []),
        p("Formål", "Overskrift1"),
        p(f"Hindre smitte i dagleg arbeid, del {number}."),
        p("Framgangsmåte", "Overskrift1"),
        p("Vask hendene", num=2),
        p("Tørk dei godt", num=2),
        table([["Når", "Kva"], ["Før måltid", "Vask"], ["Etter stell", "Sprit | vask"]]),
        image(),
    )
