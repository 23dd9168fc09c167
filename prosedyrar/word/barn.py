"""The child of lesar.py: a Word file on standard input; on standard output one JSON line (HTML, what is lost), then the images.

Started by path, so that it imports nothing of ours. Any exit code but 0: the file cannot be read. Memory and time are limited
here, so that a hostile file takes down only the child.
"""

import io
import json
import re
import resource
import sys
import zipfile

import mammoth

_MEMORY = 1024 * 1024 * 1024
_CPU_SECONDS = 20
MAX_HTML = 6_000_000
_STYLES = """
p[style-name='Title'] => h1.tittel:fresh
p[style-name='Tittel'] => h1.tittel:fresh
p[style-name='Subtitle'] => p:fresh
p[style-name='Undertittel'] => p:fresh
p[style-name='Quote'] => blockquote > p:fresh
p[style-name='Overskrift 1'] => h1:fresh
p[style-name='Overskrift 2'] => h2:fresh
p[style-name='Overskrift 3'] => h3:fresh
p[style-name='Overskrift 4'] => h4:fresh
"""
_SIGNS = {
    "diagram": re.compile(rb"<(?:c:chart|dgm:relIds)\b"),
    "tekstboks": re.compile(rb"<w:txbxContent\b"),
    "formel": re.compile(rb"<m:oMath\b"),
    "objekt": re.compile(rb"<w:object\b"),
    "samanslatt": re.compile(rb"<w:(?:gridSpan w:val=\"(?:[2-9]|\d\d)|vMerge w:val=\"restart)"),
    "endring": re.compile(rb"<w:(?:ins|del) "),
    "kommentar": re.compile(rb"<w:commentReference\b"),
}
_ALTERNATIVE = re.compile(rb"<mc:Fallback>.*?</mc:Fallback>", re.DOTALL)
_HEADER = re.compile(r"word/(?:header|footer)\d*\.xml")
_TEXT = re.compile(rb"<w:t[ >][^<]*[^<\s]")


def _lost(data: bytes) -> dict[str, int]:
    """How many of each thing that Markdown cannot hold."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        body = _ALTERNATIVE.sub(b"", archive.read("word/document.xml"))
        found = {kind: len(sign.findall(body)) for kind, sign in _SIGNS.items()}
        heads = [name for name in archive.namelist() if _HEADER.fullmatch(name)]
        found["topptekst"] = sum(1 for name in heads if _TEXT.search(archive.read(name)))
    return {kind: count for kind, count in found.items() if count}


def main() -> None:
    """Read, convert, write."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    data = sys.stdin.buffer.read()
    images: list[tuple[str, bytes]] = []

    def keep(image: "mammoth.documents.Image") -> dict[str, str]:
        with image.open() as handle:
            images.append((image.content_type or "", handle.read()))
        return {"src": f"bilete:{len(images)}"}

    made = mammoth.convert_to_html(
        io.BytesIO(data), style_map=_STYLES, convert_image=mammoth.images.img_element(keep), external_file_access=False
    )
    if len(made.value) > MAX_HTML:
        sys.exit(4)
    head = {"html": made.value, "tapt": _lost(data), "bilete": [[kind, len(body)] for kind, body in images]}
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + b"".join(body for _kind, body in images))


if __name__ == "__main__":
    main()
