"""The child of pdf.py: a PDF on standard input; on standard output its text as one JSON line, then the cleaned PDF.

Started by path, so that it imports nothing of ours. Exit code 3: password; 4: too much text; any other but 0: broken.
"""

import io
import json
import resource
import sys

import pikepdf
import pypdfium2

ENCRYPTED, TOO_MUCH = 3, 4
_MEMORY = 1536 * 1024 * 1024
_CPU_SECONDS = 20
_MAX_PAGES = 2000
_MAX_TEXT = 5_000_000
_ACTIVE = ("/OpenAction", "/AA", "/Metadata")
_INNER = ("/JavaScript", "/EmbeddedFiles")
_SAID = ("/Contents", "/V", "/Title", "/Alt", "/ActualText")
_FORM_FIELD = "/Widget"  # the one annotation whose /T is no author's name


def _text(data: bytes) -> str:
    """The text of all pages, comments and form fields excepted. Exits when there is more than we can look through."""
    with pypdfium2.PdfDocument(data) as document:
        if len(document) > _MAX_PAGES:
            sys.exit(TOO_MUCH)
        pages: list[str] = []
        total = 0
        for page in document:
            pages.append(page.get_textpage().get_text_bounded())
            total += len(pages[-1])
            if total > _MAX_TEXT:
                sys.exit(TOO_MUCH)
    return "\n".join(pages).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _dictionaries(pdf: pikepdf.Pdf) -> list[pikepdf.Dictionary]:
    """All dictionaries that can say or do something: the numbered ones, and annotations written inside their page."""
    found = [item for item in pdf.objects if isinstance(item, pikepdf.Dictionary)]
    for page in pdf.pages:
        notes = page.obj.get("/Annots")
        if isinstance(notes, pikepdf.Array):
            found.extend(note for note in notes if isinstance(note, pikepdf.Dictionary))
    return found


def _notes(items: list[pikepdf.Dictionary]) -> str:
    """What comments, form fields and bookmarks say; the text of the pages does not hold it."""
    said = {str(item[key]): None for item in items for key in _SAID if isinstance(item.get(key), pikepdf.String)}
    return "\n".join(said)[:_MAX_TEXT]


def _drop(item: pikepdf.Object | None, keys: tuple[str, ...]) -> None:
    if isinstance(item, pikepdf.Dictionary):
        for key in keys:
            if key in item:
                del item[key]


def _clean(pdf: pikepdf.Pdf, items: list[pikepdf.Dictionary]) -> bytes:
    """The PDF without properties, scripts, actions on opening, inner files and the authors of comments."""
    if "/Info" in pdf.trailer:
        del pdf.trailer["/Info"]
    _drop(pdf.Root, _ACTIVE)
    _drop(pdf.Root.get("/Names"), _INNER)
    _drop(pdf.Root.get("/AcroForm"), ("/XFA",))
    for item in items:
        _drop(item, ("/JS", "/EF"))
        if item.get("/Subtype") is not None and "/Rect" in item and str(item["/Subtype"]) != _FORM_FIELD:
            _drop(item, ("/T",))
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


def main() -> None:
    """Read, look, write."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    data = sys.stdin.buffer.read()
    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            if pdf.is_encrypted:
                sys.exit(ENCRYPTED)
            items = _dictionaries(pdf)
            notes = _notes(items)
            body = _clean(pdf, items)
    except pikepdf.PasswordError:
        sys.exit(ENCRYPTED)
    text = f"{_text(body)}\n{notes}"
    sys.stdout.buffer.write(json.dumps(text).encode() + b"\n" + body)


if __name__ == "__main__":
    main()
