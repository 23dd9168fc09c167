"""The files of an upload: one docx, or a ZIP of hundreds read one at a time, so that memory stays flat."""

import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kjerne.i18n import gettext as _

MAX_FILES = 2000
MAX_ONE = 25 * 1024 * 1024
MAX_RATIO = 200
_ENCRYPTED = 0x1
_UTF8 = 0x800
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError, OverflowError)


class BadArchive(ValueError):
    """The upload is neither a Word file nor a ZIP of them. The message is a sentence for the person."""


@dataclass(frozen=True)
class Medlem:
    """One file of an upload: its bytes, or why they were not read."""

    namn: str
    data: bytes = b""
    grunn: str = ""


def _name(info: zipfile.ZipInfo) -> str:
    """The member's name. Windows writes old names in code page 850 without saying so."""
    if info.flag_bits & _UTF8:
        return info.filename
    raw = info.filename.encode("cp437", "replace")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("cp850")


def _is_document(info: zipfile.ZipInfo) -> bool:
    """Whether it is a file somebody meant: no folder, no lock file, nothing a Mac left behind."""
    last = info.filename.rpartition("/")[2]
    return not info.is_dir() and "__MACOSX/" not in info.filename and not last.startswith(("~$", ".")) and last != "Thumbs.db"


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except _BROKEN as error:
        raise BadArchive(_("Fila er korkje ei Word-fil (docx) eller ein ZIP av Word-filer.")) from error


def count(path: Path) -> int:
    """How many files the upload holds. Raises `BadArchive` also for none and for too many."""
    with _opened(path) as archive:
        names = set(archive.namelist())
        if "word/document.xml" in names:
            return 1
        found = sum(_is_document(info) for info in archive.infolist())
    if not found:
        raise BadArchive(_("ZIP-fila er tom."))
    if found > MAX_FILES:
        raise BadArchive(_("ZIP-fila har fleire enn %(n)s filer. Del ho opp.", n=MAX_FILES))
    return found


def members(path: Path, name: str, *, skip: int = 0) -> Iterator[Medlem]:
    """The files, one at a time, after the first `skip`. One that cannot be read says why, and the rest come all the same."""
    with _opened(path) as archive:
        if "word/document.xml" in archive.namelist():
            if not skip:
                yield _whole(path, name)
            return
        for info in [info for info in archive.infolist() if _is_document(info)][skip:]:
            yield _member(archive, info)


def _whole(path: Path, name: str) -> Medlem:
    if path.stat().st_size > MAX_ONE:
        return Medlem(name, grunn=_too_large())
    return Medlem(name, path.read_bytes())


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Medlem:
    name = _name(info)
    if info.flag_bits & _ENCRYPTED:
        return Medlem(name, grunn=_("Fila er verna med passord. Legg ved ei fil utan passord."))
    if info.file_size > MAX_ONE or info.file_size > MAX_RATIO * max(info.compress_size, 1):
        return Medlem(name, grunn=_too_large())
    try:
        with archive.open(info) as handle:
            return Medlem(name, handle.read(MAX_ONE + 1))
    except _BROKEN:
        return Medlem(name, grunn=_("Fila er øydelagt og kan ikkje lesast. Opne ho, lagre ho på nytt og prøv igjen."))


def _too_large() -> str:
    return _("Fila er for stor når ho blir pakka ut. Legg ved ei mindre fil.")
