"""Word and Excel files: zips of XML. Sizes are summed before anything is unpacked; authors and properties are left out."""

import io
import re
import zipfile
import zlib

from kjerne.filinnhald import bilete
from kjerne.filinnhald.grunn import BadFile, Made
from kjerne.filinnhald.kontortekst import TooMuchError, XmlError, document_text, workbook_text
from kjerne.i18n import gettext as _

MAX_UNPACKED = 100 * 1024 * 1024
MAX_RATIO = 200
MAX_PARTS = 5000
_ENCRYPTED_FLAG = 0x1
_BROKEN = (
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError, LookupError, XmlError,
    OverflowError,
)  # fmt: skip
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CORE = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"/>'
_APP = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"/>'
_CUSTOM = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"/>'
_EMPTIED = {"docProps/core.xml": _CORE, "docProps/app.xml": _APP, "docProps/custom.xml": _CUSTOM}
_AUTHORS = re.compile(rb'((?:w:author|w:initials|w15:author|displayName|userId|providerId)=)"[^"]*"|(<author>)[^<]*(</author>)')
_AUTHOR_PARTS = re.compile(r"(?:word/.+|xl/(?:comments|persons|threadedComments).*)\.xml", re.IGNORECASE)
_PICTURES = {"jpg": "JPEG", "jpeg": "JPEG", "png": "PNG"}


def _checked(data: bytes) -> zipfile.ZipFile:
    """The zip, when the sizes it declares are within reason. The reader never unpacks more than is declared."""
    archive = zipfile.ZipFile(io.BytesIO(data))
    parts = archive.infolist()
    unpacked = sum(part.file_size for part in parts)
    if unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * max(len(data), 1) or len(parts) > MAX_PARTS:
        raise BadFile(_("Fila er for stor når ho blir pakka ut. Legg ved ei mindre fil."))
    if any(part.flag_bits & _ENCRYPTED_FLAG for part in parts):
        raise BadFile(_("Fila er verna med passord. Legg ved ei fil utan passord."))
    if any("vbaproject" in part.filename.lower() for part in parts):
        raise BadFile(_("Fila inneheld makroar. Lagre ho som docx eller xlsx utan makroar."))
    return archive


def _text(archive: zipfile.ZipFile, names: set[str]) -> tuple[str, str, str]:
    """The text of a Word or Excel file, its mime type and its ending."""
    if "word/document.xml" in names:
        return document_text(archive), _DOCX, "docx"
    if "xl/workbook.xml" in names:
        return workbook_text(archive), _XLSX, "xlsx"
    raise BadFile(
        _("Denne filtypen kan ikkje leggjast ved.") + " " + _("Du kan leggje ved bilete (jpg, png, webp, heic), pdf, docx og xlsx.")
    )


def _inner_text(archive: zipfile.ZipFile, names: set[str]) -> str:
    """The text of Office files inside the file (such as the sheet behind a chart); other inner files are refused."""
    found: list[str] = []
    for name in sorted(names):
        if "/embeddings/" not in name.lower() or name.endswith("/"):
            continue
        inner = archive.read(name)
        if not inner.startswith(b"PK\x03\x04"):
            raise BadFile(_("Det ligg ei anna fil inni fila, og ho kan ikkje sjåast gjennom. Ta henne ut og prøv på nytt."))
        with _checked(inner) as nested:
            found.append(_text(nested, set(nested.namelist()))[0])
    return "\n".join(found)


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    """One part of the file as it is kept: properties emptied, authors blanked, pictures drawn anew."""
    if name in _EMPTIED:
        return _EMPTIED[name]
    data = archive.read(name)
    if _AUTHOR_PARTS.fullmatch(name):
        return _AUTHORS.sub(lambda hit: hit[1] + b'""' if hit[1] else hit[2] + hit[3], data)
    kind = _PICTURES.get(name.rpartition(".")[2].lower())
    return bilete.cleaned(data, kind).data if kind else data


def _rewritten(archive: zipfile.ZipFile) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for part in archive.infolist():
            if not part.is_dir():
                target.writestr(zipfile.ZipInfo(part.filename), _part(archive, part.filename), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def cleaned(data: bytes) -> Made:
    """A docx or xlsx without its authors and properties, and all its text."""
    try:
        with _checked(data) as archive:
            names = set(archive.namelist())
            text, mime, ending = _text(archive, names)
            text = f"{text}\n{_inner_text(archive, names)}"
            return Made(_rewritten(archive), mime, ending, text)
    except BadFile:
        raise
    except TooMuchError as error:
        raise BadFile(_("Fila inneheld meir tekst enn vi kan sjå gjennom. Legg ved den delen som trengst.")) from error
    except _BROKEN as error:
        raise BadFile(_("Fila er øydelagt og kan ikkje lesast. Opne ho, lagre ho på nytt og prøv igjen.")) from error
