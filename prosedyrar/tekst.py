"""From Markdown to harmless HTML, to plain words and to pieces for paper. HTML in the text is shown, never obeyed.

Two fences: markdown-it makes no raw HTML and only links that `rules.is_safe_link` allows, and nh3 keeps only the tags, classes
and addresses we make ourselves. Images are our own attachments; any other image becomes its text.
"""

import re
from collections import OrderedDict
from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256
from threading import Lock
from typing import Any, Final

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markupsafe import Markup, escape

from kjerne.i18n import current
from kjerne.i18n import gettext as _
from kjerne.pdf_rikt import Bit, Rich
from prosedyrar.rules import is_safe_link

OWN_IMAGE = re.compile(r"/prosedyrar/vedlegg/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TASK = re.compile(r"^\[([ xX])\]\s+")
BOXES = {" ": "☐", "x": "☑", "X": "☑"}
TAGS = {
    *("p", "br", "hr", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a", "img", "div", "span"),
    *("h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "loading"},
    "ol": {"start"},
    "div": {"role", "tabindex", "aria-label"},
    **{f"h{level}": {"id"} for level in range(2, 7)},
}
#: So many approved versions are kept as they are shown, and each is at most `rules.TEKST_MAX` long.
_MOST: Final = 256
CLASSES = {"div": {"scroll"}, "table": {"ds-table"}, "li": {"task"}}

_lock = Lock()
_drawn: OrderedDict[tuple[int, str, str], tuple[bytes, Markup]] = OrderedDict()


def _tasks(state: StateCore) -> None:
    """A list item that begins with [ ] or [x] is a point of a checklist: a box to look at, the same on paper."""
    for place, token in enumerate(state.tokens):
        if token.type != "inline" or place < 2 or state.tokens[place - 2].type != "list_item_open" or not token.children:
            continue
        first = token.children[0]
        found = TASK.match(first.content) if first.type == "text" else None
        if found:
            first.content = f"{BOXES[found[1]]} {first.content[found.end() :]}"
            state.tokens[place - 2].attrSet("class", "task")


def _levels(state: StateCore) -> None:
    """The page's title is h1, so the text's highest heading is h2 and none is skipped. Each gets an id to link to.

    A text within another has its own words before the id, and stands a level below.
    """
    within = str(state.env.get("within", ""))
    highest = 3 if within else 2
    opened = [token for token in state.tokens if token.type == "heading_open"]
    top = min((int(token.tag[1]) for token in opened), default=1)
    before, closing = highest - 1, {}
    for number, token in enumerate(opened, start=1):
        level = max(highest, min(int(token.tag[1]) - top + highest, before + 1, 6))
        token.tag = f"h{level}"
        token.attrSet("id", f"{within}del-{number}")
        closing[number], before = token.tag, level
    for number, token in enumerate((token for token in state.tokens if token.type == "heading_close"), start=1):
        token.tag = closing[number]


def _image(renderer: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    token = tokens[index]
    source = str(token.attrGet("src") or "")
    said = renderer.renderInlineAsText(token.children or [], options, env)
    if not OWN_IMAGE.fullmatch(source):
        return str(escape(said))
    return str(Markup('<img src="{}" alt="{}" loading="lazy">').format(source, said))


def _table_open(renderer: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    region = Markup('<div class="scroll" role="region" tabindex="0" aria-label="{}">').format(_("Tabell"))
    return f'{region}<table class="ds-table">'


def _table_close(renderer: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    return "</table></div>\n"


@lru_cache(maxsize=1)
def _reader() -> MarkdownIt:
    found = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"])
    found.validateLink = is_safe_link  # type: ignore[method-assign]  # its documented way
    found.core.ruler.push("tasks", _tasks)
    found.core.ruler.push("levels", _levels)
    found.add_render_rule("image", _image)
    found.add_render_rule("table_open", _table_open)
    found.add_render_rule("table_close", _table_close)
    return found


def html(tekst: str, within: str = "") -> Markup:
    """The text as it is shown, in the language in force. `within`: what its headings' ids begin with inside another text."""
    clean = nh3.clean(
        _reader().render(tekst, {"within": within}),
        tags=TAGS,
        attributes=ATTRIBUTES,
        allowed_classes=CLASSES,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer",
        generic_attribute_prefixes=set(),
    )
    return Markup(clean)  # noqa: S704 - cleaned on the line above


def approved(versjon_id: int, tekst: str, within: str = "") -> Markup:
    """The text of an approved version as it is shown: drawn once, and anew as soon as it reads otherwise.

    Of each version and language one drawing is kept, the least used goes first. Drafts are never kept.
    """
    key, read = (versjon_id, current(), within), sha256(tekst.encode()).digest()
    with _lock:
        known = _drawn.get(key)
        if known is not None and known[0] == read:
            _drawn.move_to_end(key)
            return known[1]
    drawn = html(tekst, within)
    with _lock:
        _drawn[key] = read, drawn
        while len(_drawn) > _MOST:
            _drawn.popitem(last=False)
    return drawn


def tokens(tekst: str) -> list[Token]:
    """The text's pieces in order, for the paper."""
    return _reader().parse(tekst)


def inline_text(token: Token) -> str:
    """The words of an inline piece, with an image's text in its place."""
    parts = []
    for child in token.children or []:
        if child.type == "image":
            parts.append(inline_text(child))
        elif child.type in {"softbreak", "hardbreak"}:
            parts.append("\n")
        else:
            parts.append(child.content)
    return "".join(parts)


def plain(tekst: str) -> str:
    """The words of a text without its signs: for search and for a line of a list."""
    found = []
    for token in tokens(tekst):
        if token.type == "inline":
            found.append(inline_text(token))
        elif token.type in {"fence", "code_block"}:
            found.append(token.content)
    return "\n".join(found)


def inline_rich(token: Token, base_url: str) -> Rich:
    """The pieces of an inline piece with their looks, for the paper. Our own addresses are made whole."""
    bits: list[Bit] = []
    on: dict[str, int] = {"strong": 0, "em": 0, "s": 0}
    href = ""
    for child in token.children or []:
        kind, _line, side = child.type.rpartition("_")
        if kind in on:
            on[kind] += 1 if side == "open" else -1
        elif child.type == "link_open":
            href = _whole(str(child.attrGet("href") or ""), base_url)
        elif child.type == "link_close":
            href = ""
        elif child.type in {"softbreak", "hardbreak"}:
            bits.append(Bit(" ", breaks=child.type == "hardbreak"))
        else:
            said = inline_text(child) if child.type == "image" else child.content
            looks = {"bold": on["strong"] > 0, "italic": on["em"] > 0, "struck": on["s"] > 0}
            bits.append(Bit(said, **looks, code=child.type == "code_inline", href=href))
    return Rich(tuple(bits))


def _whole(href: str, base_url: str) -> str:
    """An address that works outside our pages; a place in the text itself is no address on paper."""
    if not is_safe_link(href) or href.startswith("#"):
        return ""
    return f"{base_url}{href}" if href.startswith("/") else href
