"""The text inside Word and Excel XML, read as a stream by expat. A document type (and with it every entity) is refused."""

import re
import zipfile
from xml.parsers import expat

_SHARED = "xl/sharedStrings.xml"
_MAX_TEXT = 5_000_000
_MAX_ELEMENTS = 3_000_000  # some seconds of reading
_SHORT_NUMBER = re.compile(r"[0-9]{10}")


class XmlError(ValueError):
    """XML that is broken or declares entities."""


class TooMuchError(ValueError):
    """More text than is looked through."""


class Reader:
    """Collects the text of one XML part; `rows` keeps an Excel row on one line."""

    def __init__(self, shared: list[str] | None = None) -> None:
        self.shared = shared or []
        self.out: list[str] = []
        self.items: list[str] = []
        self._item: list[str] = []
        self._size = 0
        self._elements = 0
        self._take = ""
        self._value: list[str] = []
        self._cell_type = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self._elements += 1
        if self._elements > _MAX_ELEMENTS:
            raise TooMuchError
        name = tag.rpartition(":")[2]
        if name in {"t", "delText", "v", "instrText", "text"}:
            self._take = name
            self._value = []
        elif name == "c":
            self._cell_type = attributes.get("t", "n")
        elif name in {"tab", "br", "cr"}:
            self._add("\t" if name == "tab" else "\n")
        elif name == "sheet":
            self._add(attributes.get("name", "") + "\n")

    def data(self, text: str) -> None:
        """Characters inside an element."""
        if self._take:
            self._value.append(text)

    def end(self, tag: str) -> None:
        """An element ends."""
        name = tag.rpartition(":")[2]
        if name == self._take:
            self._add(self._shown("".join(self._value)))
            self._take = ""
        elif name == "si":
            self.items.append("".join(self._item))
            self._item = []
        elif name in {"p", "row", "comment", "threadedComment"}:
            self._add("\n")
        elif name in {"tc", "c"}:
            self._add("\t")

    def _shown(self, value: str) -> str:
        """A cell's value as a person sees it: shared strings looked up, long numbers written out with their lost zero."""
        if self._take != "v":
            return value
        if self._cell_type == "s":
            return self.shared[int(value)] if len(value) < 10 else ""
        if self._cell_type == "n" and "E" in value and len(value) < 30:
            value = f"{float(value):.0f}"
        return f"0{value}" if self._cell_type == "n" and _SHORT_NUMBER.fullmatch(value) else value

    def _add(self, text: str) -> None:
        self._size += len(text)
        if self._size > _MAX_TEXT:
            raise TooMuchError
        self.out.append(text)
        self._item.append(text)


def _no_doctype(*_declared: object) -> None:
    raise XmlError("document type")


def _read(archive: zipfile.ZipFile, name: str, shared: list[str] | None = None) -> Reader:
    reader = Reader(shared)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.data
    parser.StartDoctypeDeclHandler = _no_doctype
    try:
        parser.Parse(archive.read(name), True)
    except expat.ExpatError as error:
        raise XmlError(name) from error
    return reader


def _all(archive: zipfile.ZipFile, shared: list[str] | None = None) -> str:
    """The text of every XML part, wherever a program chose to put it (the table of shared strings excepted)."""
    names = sorted(name for name in set(archive.namelist()) if name.lower().endswith(".xml") and name != _SHARED)
    texts = ["".join(_read(archive, name, shared).out) for name in names]
    if sum(map(len, texts)) > _MAX_TEXT:
        raise TooMuchError
    return "\n".join(text.strip("\n") for text in texts if text.strip())


def document_text(archive: zipfile.ZipFile) -> str:
    """All text of a Word file: body, headers, notes, comments, deleted text, drawings."""
    return _all(archive)


def workbook_text(archive: zipfile.ZipFile) -> str:
    """All text of an Excel file, one row a line: names of sheets, cells, comments, headers, drawings."""
    return _all(archive, _read(archive, _SHARED).items if _SHARED in archive.namelist() else [])
