"""Reads one Word file: the house's own check of files first, then mammoth in a child process, then Markdown."""

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from kjerne import filinnhald
from kjerne.filinnhald import BadFile, Inspected
from kjerne.i18n import gettext as _
from kjerne.i18n import lazy as _l
from prosedyrar.word.gjett import TITLE_MAX
from prosedyrar.word.markdown import Node, TooDeepError, Writer, is_bold_line, parse

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MAX_TEXT = 190_000
BROKEN = _l("Word-fila er øydelagt eller for samansett til å lesast. Opne ho, lagre ho på nytt og prøv igjen.")
MAX_IMAGES = 40
_CHILD = Path(__file__).with_name("barn.py")
_SECONDS = 30
_TOO_MUCH = 4
_IMAGE = re.compile(r"!\[((?:[^\]\\]|\\.)*)\]\(bilete:(\d{1,4})\)")
_NEARLY_NOTHING = 40
_SECTIONS = frozenset(
    {
        "formål",
        "omfang",
        "ansvar",
        "framgangsmåte",
        "fremgangsmåte",
        "avvik",
        "dokumentasjon",
        "referansar",
        "referanser",
        "innleiing",
    }
)


@dataclass(frozen=True)
class Read:
    """What was read; `title` is empty when the document names none."""

    title: str
    text: str
    images: tuple[Inspected, ...]
    lost: dict[str, int]
    lines: tuple[str, ...]


def _run(data: bytes) -> tuple[str, dict[str, int], list[bytes]]:
    """HTML, what is lost, and the images, from the child."""
    try:
        child = subprocess.run(  # noqa: S603 - our own program, no shell, nothing from the person among the arguments
            [sys.executable, "-I", str(_CHILD)], input=data, capture_output=True, timeout=_SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise BadFile(_("Word-fila tok for lang tid å lese. Del ho opp, eller lagre ho på nytt.")) from error
    if child.returncode == _TOO_MUCH:
        raise BadFile(_("Fila inneheld meir tekst enn éin prosedyre kan ha. Del ho opp."))
    if child.returncode != 0:
        raise BadFile(str(BROKEN))
    head, _sep, body = child.stdout.partition(b"\n")
    said = json.loads(head)
    images: list[bytes] = []
    at = 0
    for _kind, size in said["bilete"]:
        images.append(body[at : at + size])
        at += size
    return said["html"], said["tapt"], images


def _take_title(root: Node) -> str:
    """The document's title, taken out of the tree: a title style, else a first heading that stands alone on its level."""
    heads = [(at, node) for at, node in enumerate(root.children) if re.fullmatch(r"h[1-6]", node.tag) and node.plain]
    styled = [(at, node) for at, node in heads if node.attrs.get("class") == "tittel"]
    top = [(at, node) for at, node in heads if node.tag == "h1"]
    chosen = styled[0] if styled else top[0] if len(top) == 1 and heads[0] == top[0] and len(heads) > 1 else None
    if chosen is None:
        first = next(((at, node) for at, node in enumerate(root.children) if node.plain), None)
        if first is None or not is_bold_line(first[1]) or heads or first[1].plain.rstrip(":").casefold() in _SECTIONS:
            return ""
        chosen = first
    at, node = chosen
    if not any(child.tag == "img" for child in node.walk()):
        del root.children[at]
    return node.plain[:TITLE_MAX].strip()


def _writer(root: Node) -> Writer:
    levels = [int(node.tag[1]) for node in root.walk() if re.fullmatch(r"h[1-6]", node.tag) and node.plain]
    return Writer(shift=2 - min(levels) if levels else 0, bold_is_heading=not levels)


def _shown(data: bytes, number: int) -> Inspected | None:
    """The image drawn anew; None when it is of a kind that no page shows."""
    try:
        image = filinnhald.inspect(data, f"bilete-{number}")
    except BadFile:
        return None
    return image if image.mime.startswith("image/") else None


def _number(text: str, images: list[bytes], lost: dict[str, int]) -> tuple[str, tuple[Inspected, ...]]:
    """The text with its images numbered from 1; those that cannot be shown are left out and counted."""
    kept: list[Inspected] = []

    def put(hit: re.Match[str]) -> str:
        place = int(hit[2]) - 1
        image = _shown(images[place], len(kept) + 1) if 0 <= place < len(images) and len(kept) < MAX_IMAGES else None
        if image is None:
            lost["bilete"] = lost.get("bilete", 0) + 1
            return ""
        kept.append(image)
        return f"![{hit[1] or _('Bilete')}](bilete:{len(kept)})"

    return _IMAGE.sub(put, text), tuple(kept)


def read(data: bytes, filename: str) -> Read:
    """Check, read and convert. Raises `BadFile` with a sentence for the person."""
    inspected = filinnhald.inspect(data, filename)
    if inspected.mime != DOCX:
        raise BadFile(_("Berre Word-filer (docx) kan lesast inn. Opne fila i Word og lagre ho som docx."))
    html, lost, images = _run(inspected.data)
    try:
        root = parse(html)
    except TooDeepError as error:
        raise BadFile(
            _("Word-fila er øydelagt eller for samansett til å lesast. Opne ho, lagre ho på nytt og prøv igjen.")
        ) from error
    title = _take_title(root)
    writer = _writer(root)
    text, kept = _number("\n\n".join(writer.blocks(root)).strip() + "\n", images, lost)
    if len(text) > MAX_TEXT:
        raise BadFile(_("Fila inneheld meir tekst enn éin prosedyre kan ha. Del ho opp."))
    for kind, count in writer.lost.items():
        lost[kind] = lost.get(kind, 0) + count
    if len(text.strip()) < _NEARLY_NOTHING:
        lost["tom"] = 1
    lines = tuple(node.plain for node in root.walk() if node.tag in {"p", "tr", "h1", "h2"} and node.plain)[:60]
    return Read(title, text, kept, lost, lines)
