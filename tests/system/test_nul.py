"""A NUL in an address or a field: PostgreSQL refuses to be asked about one, so it must never come that far."""

import re
from pathlib import Path

import pytest
from flask import Flask

from tests.cast import Cast
from tests.conftest import ClientFor, Csrf

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("q", "eining", "kode", "vis", "liste", "kategori", "type", "periode", "kjelde", "mal", "slag", "yrke", "fil", "side")


@pytest.mark.both
def test_no_address_with_a_nul_breaks_a_page(app: Flask, client_for: ClientFor, cast: Cast) -> None:
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and not rule.rule.startswith("/static")]
    query = "&".join(f"{name}=%00" for name in NAMES)
    assert len(rules) > 100
    broken = []
    for person in (cast.kval, cast.adam):
        browser = client_for(person)
        for rule in rules:
            plain = re.sub(r"<id:[^>]+>|<int:[^>]+>", "1", rule.rule)
            address = f"{re.sub(r'<[^>]+>', '%00', plain)}?{query}"
            if browser.get(address).status_code >= 500:
                broken.append(address)
    assert not broken, broken


def field_names() -> list[str]:
    """The names of the fields that the program's own code reads."""
    found: set[str] = set()
    for package in (path for path in ROOT.iterdir() if (path / "__init__.py").exists() and path.name != "tests"):
        for path in package.rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            found |= set(re.findall(r'(?:form\.get(?:list)?|asked\.get|where\.get|typed\w*|number)\(\s*"(\w+)"', text))
            found |= set(re.findall(r"^\s+(\w+) = (?:\w+\.)?\w*Field\(", text, re.MULTILINE))
    return sorted(found - {"csrf_token"})


@pytest.mark.both
def test_no_field_with_a_nul_breaks_a_step(app: Flask, client_for: ClientFor, csrf: Csrf, cast: Cast) -> None:
    names = field_names()
    assert len(names) > 100
    broken = []
    for person in (cast.kval, cast.adam):
        browser = client_for(person)
        for rule in app.url_map.iter_rules():
            if "POST" not in (rule.methods or ()) or "logg-ut" in rule.rule:
                continue
            address = re.sub(r"<[^>]+>", "1", rule.rule)
            sent = {**dict.fromkeys(names, "\x00"), "csrf_token": csrf(browser)}
            if browser.post(address, data=sent).status_code >= 500:
                broken.append(address)
    assert not broken, broken
