"""A NUL in an address: PostgreSQL refuses to be asked about one, so it must never come that far."""

import re

import pytest
from flask import Flask

from tests.cast import Cast
from tests.conftest import ClientFor

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
