"""What an outside program posts: the fixed fields and nothing else, unless the test says so."""

import uuid
from collections.abc import Callable

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

Csrf = Callable[..., str]


def body(**said: object) -> dict[str, object]:
    """The seven fixed fields, valid by default; Sunday evening's fall in Kari's own unit."""
    return {
        "nokkel": str(uuid.uuid4()),
        "eining": "HO-IT-01",
        "tidspunkt": "2026-11-22T22:10",
        "hovudtype": "pasient_brukar",
        "underkategori": "fall_utan_skade",
        "skildring": "Bebuaren gleid ned frå stolen og slo seg ikkje.",
        "alvorsgrad": "lag",
        **said,
    }


def send(browser: FlaskClient, csrf: Csrf, **said: object) -> TestResponse:
    """Post the form as it is, or with what the test says."""
    return browser.post("/avvik/nytt", data={"csrf_token": csrf(browser), **body(**said)})
