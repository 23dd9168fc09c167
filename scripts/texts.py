"""Finds every text people read, in code and templates, and holds the catalogues against them.

Run `.venv/bin/python scripts/texts.py` to see what lacks a translation and what is left over; with a package's name, only
hers; with `--po`, as empty entries to paste. `tests/house/test_texts.py` uses the same functions.
"""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.extract import extract
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("nb", "en")
PASSED_OVER = {".venv", "node_modules", "var", "tests", "scripts", "migrations", "dist"}
KEYWORDS: dict[str, Any] = {"_": None, "_l": None, "gettext": None, "lazy": None, "ngettext": (1, 2)}
MARKERS = {"_", "_l", "ngettext"}
JINJA = {"trim_blocks": "true", "lstrip_blocks": "true"}


@dataclass
class Text:
    """A text of the source language: its plural if it has one, and the files that show it."""

    plural: str | None
    files: set[str] = field(default_factory=set)

    @property
    def package(self) -> str:
        """The package whose catalogue should hold it: that of the first file, the core's for shared pages."""
        parts = min(self.files).split("/")
        home = parts[1] if parts[0] == "templates" else parts[0]
        return "kjerne" if home in {"app.py", "felles", "cli"} else home


def sources(suffix: str) -> Iterator[Path]:
    """Our own files of a kind, without walking through what is not ours."""
    tops = [path for path in sorted(ROOT.iterdir()) if path.name not in PASSED_OVER and not path.name.startswith(".")]
    for top in tops:
        for path in [top] if top.suffix == suffix else sorted(top.rglob(f"*{suffix}")):
            if not PASSED_OVER & set(path.relative_to(ROOT).parts):
                yield path


@cache
def texts() -> dict[str, Text]:
    """Every text of the source language."""
    found: dict[str, Text] = {}
    methods: tuple[tuple[str, Any, Any], ...] = ((".py", "python", None), (".html", babel_extract, JINJA))
    for suffix, method, options in methods:
        for path in sources(suffix):
            with path.open("rb") as handle:
                for _line, message, *_rest in extract(method, handle, keywords=KEYWORDS, options=options):
                    one, plural = (message, None) if isinstance(message, str) else message[:2]
                    entry = found.setdefault(one, Text(plural))
                    entry.plural = entry.plural or plural
                    entry.files.add(str(path.relative_to(ROOT)))
    return found


def catalogue(language: str) -> dict[str, tuple[str, ...]]:
    """A language's texts: the source text → its translation, or its forms."""
    found: dict[str, tuple[str, ...]] = {}
    for path in sorted((ROOT / "translations" / language).glob("*.po")):
        with path.open("rb") as handle:
            for message in read_po(handle, locale=language):
                if message.id:
                    key = message.id if isinstance(message.id, str) else message.id[0]
                    forms = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
                    found[key] = found.get(key) or forms
    return found


def missing(language: str) -> dict[str, Text]:
    """Texts without a translation, or with too few forms."""
    have = catalogue(language)
    return {one: text for one, text in texts().items() if not all(have.get(one, ("",))) or (text.plural and len(have[one]) < 2)}


def leftovers(language: str) -> set[str]:
    """Translations of texts nobody shows any more."""
    return set(catalogue(language)) - set(texts())


def unreadable() -> list[str]:
    """Places where `_()` is given something else than a literal, which no extractor finds."""
    found = []
    for path in sources(".py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKERS):
                continue
            literal = node.args and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str)
            if not literal:
                found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    return found


def _quoted(text: str) -> str:
    inner = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{inner}"'


def _entry(one: str, text: Text) -> str:
    if text.plural:
        return f'msgid {_quoted(one)}\nmsgid_plural {_quoted(text.plural)}\nmsgstr[0] ""\nmsgstr[1] ""\n'
    return f'msgid {_quoted(one)}\nmsgstr ""\n'


def main(arguments: list[str]) -> int:
    """Print what is missing and what is left over."""
    wanted = [argument for argument in arguments if not argument.startswith("--")]
    count = 0
    for language in LANGUAGES:
        for one, text in sorted(missing(language).items(), key=lambda item: (item[1].package, item[0])):
            if wanted and text.package not in wanted:
                continue
            count += 1
            print(_entry(one, text) if "--po" in arguments else f"{language} {text.package}: {one!r}")
        for one in sorted(leftovers(language)) if not wanted else []:
            count += 1
            print(f"{language} left over: {one!r}")
    for place in unreadable():
        count += 1
        print(f"not a literal: {place}")
    return int(count > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
