"""House rules for the pages' templates: no inline style or script, no query, a CSRF field in each form that sends."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "templates").rglob("*.html"))
FORM = re.compile(r"<form\b([^>]*(?:\{\{.*?\}\}[^>]*)*)>(.*?)</form>", re.DOTALL | re.IGNORECASE)
SCRIPT = re.compile(r"<script\b(?P<attributes>[^>]*)>(?P<body>.*?)</script>", re.DOTALL | re.IGNORECASE)
HANDLER = re.compile(r"<[a-z][^>]*\son[a-z]+\s*=", re.IGNORECASE)
QUERY = re.compile(r"\b(work\.db|\.query\(|\.scalars?\(|\.execute\(|select\()")
POST = re.compile(r"""method\s*=\s*["']?post""", re.IGNORECASE)


def read(name: str) -> str:
    """A template without its comments."""
    return re.sub(r"\{#.*?#\}", "", (ROOT / name).read_text(encoding="utf-8"), flags=re.DOTALL)


def test_there_are_templates_to_look_at() -> None:
    assert "templates/felles/layout.html" in TEMPLATES


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_style_attribute_and_no_style_element(name: str) -> None:
    assert not re.search(r"\sstyle\s*=|<style\b", read(name)), f"{name}: the policy forbids inline style; use a class"


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_inline_script(name: str) -> None:
    text = read(name)
    inline = [
        found["body"]
        for found in SCRIPT.finditer(text)
        if found["body"].strip() and not re.search(r"type=[\"']application/json", found["attributes"])
    ]
    assert not inline, f"{name}: the policy forbids inline script; put it in static/src"
    assert not HANDLER.search(text), f"{name}: no onclick= and the like; listen in static/src"
    assert "javascript:" not in text, name


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_asks_the_database_nothing(name: str) -> None:
    found = QUERY.search(read(name))
    assert not found, f"{name} asks the database ({found and found[0]}): fetch in the view, with the others"


@pytest.mark.parametrize("name", TEMPLATES)
def test_each_form_that_sends_has_a_csrf_token(name: str) -> None:
    for attributes, body in FORM.findall(read(name)):
        if POST.search(attributes):
            assert "csrf" in body, f"{name}: a form without csrf_token: {attributes.strip()[:80]}"


@pytest.mark.parametrize("name", TEMPLATES)
def test_nothing_is_fetched_from_elsewhere(name: str) -> None:
    found = re.findall(r"""(?:src|srcset|data)\s*=\s*["']https?://[^"']+|<link[^>]+href=["']https?://[^"']+""", read(name))
    assert not found, f"{name} fetches {found} from another place"


@pytest.mark.parametrize("name", TEMPLATES)
def test_states_are_no_business_of_a_template(name: str) -> None:
    found = re.search(r"\{%-?\s*(?:el)?if[^%]*\bstatus\s*==", read(name))
    assert not found, f"{name} compares a status: what may be done comes from the table in rules.py"


@pytest.mark.parametrize("name", TEMPLATES)
def test_markup_is_escaped(name: str) -> None:
    if name == "templates/felles/ikon.html":
        return  # its own drawings, from a table in the file
    found = [part for part in re.findall(r"([^{}]*)\|\s*safe\b", read(name)) if not re.search(r"'<[^']*>'$", part.strip())]
    assert not found, f"{name}: `safe` lets markup through that somebody may have typed: {found}"
