"""House rules for the pages' templates: no inline style or script, no query, a CSRF field in each form that sends."""

import re
from collections.abc import Iterator
from pathlib import Path

from flask import Flask

ROOT = Path(__file__).resolve().parents[2]
FORM = re.compile(r"<form\b([^>]*(?:\{\{.*?\}\}[^>]*)*)>(.*?)</form>", re.DOTALL | re.IGNORECASE)
SCRIPT = re.compile(r"<script\b(?P<attributes>[^>]*)>(?P<body>.*?)</script>", re.DOTALL | re.IGNORECASE)
HANDLER = re.compile(r"<[a-z][^>]*\son[a-z]+\s*=|javascript:", re.IGNORECASE)
QUERY = re.compile(r"\b(work\.db|\.query\(|\.scalars?\(|\.execute\(|select\()")
POST = re.compile(r"""method\s*=\s*["']?post""", re.IGNORECASE)
ELSEWHERE = re.compile(r"""(?:src|srcset|data)\s*=\s*["']https?://[^"']+|<link[^>]+href=["']https?://[^"']+""")
DRAWINGS = "templates/felles/ikon.html"


def templates() -> Iterator[tuple[str, str]]:
    """Each template's path from the root and its text without comments."""
    for path in sorted((ROOT / "templates").rglob("*.html")):
        yield (
            str(path.relative_to(ROOT)),
            re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL),
        )


def test_there_are_templates_to_look_at() -> None:
    assert "templates/felles/layout.html" in {name for name, _text in templates()}


def test_no_style_attribute_and_no_style_element() -> None:
    found = [name for name, text in templates() if re.search(r"\sstyle\s*=|<style\b", text)]
    assert not found, f"{found}: the policy forbids inline style; use a class"


def test_no_inline_script_and_no_handler_in_an_attribute() -> None:
    found = [
        name
        for name, text in templates()
        if HANDLER.search(text)
        or any(
            script["body"].strip() and not re.search(r"type=[\"']application/json", script["attributes"])
            for script in SCRIPT.finditer(text)
        )
    ]
    assert not found, f"{found}: the policy forbids inline script; put it in static/src"


def test_a_template_asks_the_database_nothing() -> None:
    found = [(name, query[0]) for name, text in templates() if (query := QUERY.search(text))]
    assert not found, f"{found}: fetch in the view, with the others"


def test_each_form_that_sends_has_a_csrf_token() -> None:
    found = [
        f"{name}: {attributes.strip()[:80]}"
        for name, text in templates()
        for attributes, body in FORM.findall(text)
        if POST.search(attributes) and "csrf" not in body
    ]
    assert not found, f"forms without csrf_token: {found}"


def test_nothing_is_fetched_from_elsewhere() -> None:
    found = [(name, fetched) for name, text in templates() if (fetched := ELSEWHERE.findall(text))]
    assert not found, f"{found}: pages and their parts come from here only"


def test_states_are_no_business_of_a_template() -> None:
    found = [name for name, text in templates() if re.search(r"\{%-?\s*(?:el)?if[^%]*\bstatus\s*==", text)]
    assert not found, f"{found} compare a status: what may be done comes from the table in rules.py"


def test_markup_is_escaped() -> None:
    found = [
        (name, part[-60:])
        for name, text in templates()
        if name != DRAWINGS  # its own drawings, from a table in the file
        for part in re.findall(r"([^{}]*)\|\s*safe\b", text)
        if not re.search(r"'<[^']*>'$", part.strip())
    ]
    assert not found, f"{found}: `safe` lets markup through that somebody may have typed"


def test_each_template_can_be_read(app: Flask) -> None:
    """A fault in the language of templates shows here, not first when somebody opens the page."""
    names = app.jinja_env.list_templates()
    assert len(names) > 100
    for name in names:
        app.jinja_env.get_template(name)
