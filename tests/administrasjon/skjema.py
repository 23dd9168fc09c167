"""A settings form as a browser would send it back."""

import re
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from kjerne import katalog
from kjerne.db import Databases


def row_id(databases: Databases, table: str, code: str) -> int:
    """The newest row of a code."""
    model: Any = katalog.TABLES[table]
    where = model.alvor == int(code) if table == "frist" else model.kode == code
    with databases.reading() as db:
        return int(db.scalars(select(model.id).where(where).order_by(model.gjeld_fra.desc())).first())


def fields_of(page: str) -> dict[str, Any]:
    """What a browser would send from the page's main form: every named control with what stands in it."""
    form = re.search(r'<form method="post" class="stack".*?</form>', page, re.DOTALL)
    assert form, "no form on the page"
    text = form[0]
    found: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", text):
        name = re.search(r'name="([^"]+)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        if name is None or ('type="checkbox"' in tag and "checked" not in tag):
            continue
        found.setdefault(name[1], []).append(_plain(value[1] if value else ""))
    for name, body in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\r?\n?(.*?)</textarea>', text, re.DOTALL):
        found[name] = _plain(body)
    for name, body in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', text, re.DOTALL):
        chosen = re.search(r'<option selected value="([^"]*)"', body)
        found[name] = _plain(chosen[1]) if chosen else ""
    return found


def _plain(text: str) -> str:
    return text.replace("&#34;", '"').replace("&#39;", "'").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def open_row(browser: FlaskClient, databases: Databases, table: str, code: str) -> tuple[str, dict[str, Any]]:
    """The address of a row and the form as it stands."""
    path = f"/innstillingar/{table}/{row_id(databases, table, code)}"
    return path, fields_of(browser.get(path).get_data(as_text=True))
