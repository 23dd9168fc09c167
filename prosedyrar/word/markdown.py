"""From the HTML of a Word document to Markdown: headings, lists, tables, checklists, links and images; nothing else.

The HTML has passed nh3. It is read into a small tree, whose depth is limited, and written out block by block.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

import nh3

MAX_DEPTH = 60
TAGS = frozenset(
    [
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "p",
        "strong",
        "b",
        "em",
        "i",
        "s",
        "del",
        "ul",
        "ol",
        "li",
        "table",
        "thead",
        "tbody",
        "tr",
        "td",
        "th",
        "a",
        "img",
        "br",
        "blockquote",
        "pre",
        "code",
        "input",
    ]
)
ATTRIBUTES = {"a": {"href"}, "img": {"src", "alt"}, "h1": {"class"}, "input": {"type", "checked"}}
_VOID = frozenset({"img", "br", "input"})
_BLOCKS = frozenset(["h1", "h2", "h3", "h4", "h5", "h6", "p", "ul", "ol", "table", "blockquote", "pre"])
_MARKS = {"strong": "**", "b": "**", "em": "*", "i": "*", "s": "~~", "del": "~~"}
_SPECIAL = re.compile(r"([\\`*_\[\]<>|~])")
_LINE_START = re.compile(r"^(\s*)([#+=-]|\d+[.)])(?=\s|$)")
_BLANKS = re.compile(r"[ \t\r\n\u00a0]+")
_BOX = re.compile(r"^\s*(?:\\\[( |x|X|)\\\]|([☐☑☒✓]))\s*")
_SHORT = 80


class TooDeepError(ValueError):
    """The document is nested deeper than anyone writes."""


@dataclass
class Node:
    """An element, or a text when `tag` is empty."""

    tag: str
    text: str = ""
    attrs: dict[str, str] = field(default_factory=dict)
    children: list["Node"] = field(default_factory=list)

    def walk(self) -> Iterator["Node"]:
        """Itself and all below, in the document's order."""
        yield self
        for child in self.children:
            yield from child.walk()

    @property
    def plain(self) -> str:
        """All text below on one line."""
        return _BLANKS.sub(" ", "".join(node.text if not node.tag else " " * (node.tag == "br") for node in self.walk())).strip()


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("body")
        self._stack = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, attrs={name: value or "" for name, value in attrs})
        self._stack[-1].children.append(node)
        if tag not in _VOID:
            if len(self._stack) > MAX_DEPTH:
                raise TooDeepError
            self._stack.append(node)

    def handle_endtag(self, tag: str) -> None:
        if len(self._stack) > 1 and self._stack[-1].tag == tag:
            self._stack.pop()

    def handle_data(self, data: str) -> None:
        self._stack[-1].children.append(Node("", text=data))


def parse(html: str) -> Node:
    """The cleaned tree. Raises `TooDeepError`."""
    clean = nh3.clean(html, tags=set(TAGS), attributes=ATTRIBUTES, url_schemes={"http", "https", "mailto", "bilete"}, link_rel=None)
    builder = _Builder()
    builder.feed(clean)
    builder.close()
    return builder.root


def _escape(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", _BLANKS.sub(" ", text))


def _marked(text: str, mark: str) -> str:
    """Bold and slanted text: the blanks at its ends stand outside the marks, or they are not seen as marks."""
    core = text.strip()
    if not core:
        return text
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return f"{before}{mark}{core}{mark}{after}"


@dataclass
class Writer:
    """Writes a tree as Markdown; counts what a table cell and a link could not keep."""

    shift: int = 0
    bold_is_heading: bool = False
    lost: dict[str, int] = field(default_factory=dict)

    def _lose(self, kind: str) -> None:
        self.lost[kind] = self.lost.get(kind, 0) + 1

    def inline(self, node: Node, *, cell: bool = False) -> str:  # noqa: PLR0911 - one line for each kind of node
        """The node's running text."""
        if not node.tag:
            return _escape(node.text)
        if node.tag == "br":
            return " " if cell else "  \n"
        if node.tag == "img":
            return f"![{_escape(node.attrs.get('alt', ''))}]({node.attrs.get('src', '')})"
        if node.tag == "input":
            return "☑ " if "checked" in node.attrs else "☐ "
        text = "".join(self.inline(child, cell=cell) for child in node.children)
        if node.tag in _MARKS:
            return _marked(text, _MARKS[node.tag])
        if node.tag == "a":
            return self._link(node.attrs.get("href", ""), text)
        return text

    def _link(self, href: str, text: str) -> str:
        if not text.strip():
            return ""
        if not href.startswith(("http://", "https://", "mailto:")):
            if href:
                self._lose("lenkje")
            return text
        safe = href.replace(" ", "%20").replace("(", "%28").replace(")", "%29").replace("<", "%3C").replace(">", "%3E")
        return f"[{text.strip()}]({safe})"

    def blocks(self, node: Node) -> list[str]:
        """The node's children as blocks; running text between blocks becomes a paragraph."""
        out: list[str] = []
        run: list[Node] = []

        def flush() -> None:
            if run:
                text = self._paragraph("".join(self.inline(child) for child in run))
                run.clear()
                if text:
                    out.append(text)

        for child in node.children:
            if child.tag in _BLOCKS or child.tag in {"li", "td", "th", "tr", "thead", "tbody"}:
                flush()
                out.extend(part for part in self._block(child) if part.strip())
            else:
                run.append(child)
        flush()
        return out

    def _paragraph(self, text: str) -> str:
        lines = [_LINE_START.sub(lambda hit: f"{hit[1]}\\{hit[2]}" if not hit[2][0].isdigit() else _point(hit), line.strip(" "))
                 for line in text.strip().split("\n")]  # fmt: skip
        joined = "  \n".join(line.strip() for line in lines if line.strip())
        box = _BOX.match(joined)
        return f"- [{_ticked(box)}] {joined[box.end() :]}" if box and joined[box.end() :] else joined

    def _block(self, node: Node) -> list[str]:  # noqa: PLR0911 - one line for each kind of node
        if node.tag[0] == "h" and node.tag[1:].isdigit():
            title = node.plain
            level = min(max(int(node.tag[1]) + self.shift, 2), 6)
            return [f"{'#' * level} {_escape(title)}"] if title else self.blocks(node)
        if node.tag in {"ul", "ol"}:
            return ["\n".join(self._list(node))]
        if node.tag == "table":
            return self._table(node)
        if node.tag == "blockquote":
            return ["\n".join(f"> {line}".rstrip() for line in "\n\n".join(self.blocks(node)).split("\n"))]
        if node.tag == "p" and self.bold_is_heading and is_bold_line(node):
            return [f"## {_escape(node.plain.rstrip(':'))}"]
        if node.tag == "p" and not any(child.tag in _BLOCKS for child in node.children):
            text = self._paragraph("".join(self.inline(child) for child in node.children))
            return [text] if text else []
        return self.blocks(node)

    def _list(self, node: Node) -> list[str]:
        lines: list[str] = []
        number = 0
        for item in node.children:
            if item.tag != "li":
                continue
            number += 1
            parts = self.blocks(item)
            if not parts:
                continue
            marker = f"{number}. " if node.tag == "ol" else "- "
            pad = " " * len(marker)
            first, *rest = [
                line for at, part in enumerate(parts) for line in ([""] if at and not _is_list(part) else []) + part.split("\n")
            ]
            if first.startswith("- ["):
                first = first[2:] if node.tag == "ul" else first[6:]
            lines.append(f"{marker}{first}")
            lines.extend(f"{pad}{line}".rstrip() for line in rest)
        return lines

    def _table(self, node: Node) -> list[str]:
        rows = [[cell for cell in row.children if cell.tag in {"td", "th"}] for row in own_rows(node)]
        rows = [row for row in rows if row]
        if not rows:
            return []
        width = max(len(row) for row in rows)
        if width == 1:  # a frame round a text, not a table
            return [part for row in rows for part in self.blocks(row[0])]
        texts = [[self._cell(cell) for cell in row] + [""] * (width - len(row)) for row in rows]
        head, *body = texts
        lines = [head, ["---"] * width, *body]
        return ["\n".join("| " + " | ".join(line) + " |" for line in lines)]

    def _cell(self, cell: Node) -> str:
        parts: list[str] = []
        for block in cell.children:
            if block.tag == "table":
                self._lose("tabell_i_tabell")
                parts.append(_escape(block.plain))
            elif block.tag in {"ul", "ol"}:
                self._lose("liste_i_celle")
                parts.extend(f"• {self.inline(item, cell=True).strip()}" for item in block.children if item.tag == "li")
            else:
                parts.append(self.inline(block, cell=True).strip())
        return _BLANKS.sub(" ", " ".join(part for part in parts if part))


def _point(hit: re.Match[str]) -> str:
    return f"{hit[1]}{hit[2][:-1]}\\{hit[2][-1]}"


def _is_list(part: str) -> bool:
    return part.startswith("- ") or bool(re.match(r"\d+\. ", part))


def _ticked(box: re.Match[str]) -> str:
    return "x" if (box[1] or "").lower() == "x" or (box[2] or "") in set("☑☒✓") else " "


def own_rows(table: Node) -> list[Node]:
    """The rows of a table, those of tables inside its cells left out."""
    found: list[Node] = []
    for child in table.children:
        if child.tag == "tr":
            found.append(child)
        elif child.tag in {"thead", "tbody"}:
            found.extend(row for row in child.children if row.tag == "tr")
    return found


def is_bold_line(node: Node) -> bool:
    """Whether a paragraph is one short line in bold: a heading made without a style."""
    kids = [child for child in node.children if child.tag or child.text.strip()]
    text = node.plain
    return bool(kids) and all(child.tag in {"strong", "b"} for child in kids) and 0 < len(text) <= _SHORT and text[-1] not in ".,;"
