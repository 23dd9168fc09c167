"""What lies inside an attached file: its true type, safe bytes without metadata, and its text for the identity guard.

Allowed: jpg, png, webp, heic (kept as jpg), pdf, docx, xlsx. The type is read from the bytes, never from the name.
"""

import puremagic

from kjerne.filinnhald import bilete, kontor, pdf
from kjerne.filinnhald.grunn import BadFile, Inspected, safe_name
from kjerne.i18n import gettext as _

__all__ = ["BadFile", "Inspected", "inspect"]

_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SNIFFED = 4096


def _kind(data: bytes) -> str:
    """The kind of the file by its first bytes: a Pillow format name, `pdf`, `zip`, or nothing."""
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS:
        return "HEIF"
    if data.startswith(b"%PDF-"):
        return "pdf"
    return "zip" if data.startswith(b"PK\x03\x04") else ""


def _guess(data: bytes) -> str:
    """What a refused file seems to be, as an ending such as svg; empty when nobody knows."""
    try:
        return puremagic.from_string(data[:_SNIFFED]).lstrip(".")
    except (puremagic.PureError, ValueError):
        return ""


def _refuse(data: bytes) -> BadFile:
    if not data:
        return BadFile(_("Fila er tom."))
    if data.startswith(_OLD_OFFICE):
        return BadFile(_("Fila er verna med passord eller laga i eit gammalt Office-format. Lagre ho som pdf, docx eller xlsx."))
    allowed = _("Du kan leggje ved bilete (jpg, png, webp, heic), pdf, docx og xlsx.")
    guess = _guess(data)
    if guess.isalnum():
        return BadFile(_("Filer av typen %(type)s kan ikkje leggjast ved.", type=guess) + " " + allowed)
    return BadFile(_("Denne filtypen kan ikkje leggjast ved.") + " " + allowed)


def inspect(data: bytes, filename: str) -> Inspected:
    """Check and clean one file. Raises `BadFile` with a sentence for the person; a broken file never raises else.

    Images are drawn anew (no EXIF, no GPS, at most 40 Mpx), Office files lose authors and properties, PDFs their
    properties, scripts and inner files. A file whose text cannot be read (password, macros) is refused.
    """
    kind = _kind(data)
    if kind == "pdf":
        made = pdf.cleaned(data)
    elif kind == "zip":
        made = kontor.cleaned(data)
    elif kind:
        made = bilete.cleaned(data, kind)
    else:
        raise _refuse(data)
    return Inspected(made.data, made.mime, safe_name(filename, made.ending), made.text)
