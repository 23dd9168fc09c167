"""The redacted extract over HTTP: who may, what is marked out, small numbers, the paper, and that it is of what was seen."""

from collections import Counter
from io import BytesIO

import pikepdf
import pypdf
import pytest
from sqlalchemy import select

from avvik.queries.innsyn import counts
from kjerne.db import Databases
from kjerne.models import Leselogg
from tests.avvik.conftest import FileCase, Post
from tests.cast import Cast
from tests.conftest import ClientFor, Csrf

PATH = "/avvik/innsyn?liste=alle"


def words(data: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(data)).pages).split())


def ticked(page: str) -> list[str]:
    """What is ticked on the review."""
    parts = page.split('name="bort" value="')[1:]
    return [part.partition('"')[0] for part in parts if " checked" in part.partition(">")[0]]


def mark(page: str) -> str:
    return page.partition('name="sett" value="')[2].partition('"')[0]


@pytest.mark.parametrize(
    ("found", "shown"),
    [
        ({"fall": 5, "brann": 4}, {"fall": 5, "brann": 4}),
        ({"fall": 5, "brann": 4, "hms": 1}, {"fall": 5, "brann": None, "hms": None}),
        ({"fall": 2}, {"fall": None}),
        ({}, {}),
    ],
)
def test_small_counts_are_hidden_with_one_more(found: dict[str, int], shown: dict[str, int | None]) -> None:
    assert dict(counts(Counter(found), 3)) == shown


def test_names_are_out_and_the_rest_is_as_written(
    cast: Cast, client_for: ClientFor, csrf: Csrf, file_case: FileCase, post: Post, databases: Databases
) -> None:
    nr = file_case(skildring="Olav Kvikstad fall. Vikaren Signe såg det. Ring 915 55 123.\n\n<b>Golvet</b> var vått & glatt.")
    assert post(cast.leif, nr, "svar", tekst="Takk, Kari. Me har snakka med den raude avdelinga.", stadfest="1").status_code == 303
    assert post(cast.leif, nr, "kommentar", tekst="Berre mellom oss.").status_code == 303
    browser = client_for(cast.kval)
    page = browser.get(PATH)
    assert page.status_code == 200
    found = ticked(page.text)
    assert {"Olav Kvikstad", "Signe", "Kari", "915 55 123"} <= set(found)
    assert "Berre mellom oss" not in page.text, "comments among handlers are no part of it"
    sent = {
        "csrf_token": csrf(browser),
        "bort": [name for name in found if name != "Signe"],
        "ord": "den raude avdelinga",
        "gjer": "pdf",
        "sett": mark(page.text),
    }
    answer = browser.post(PATH, data=sent)
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.headers["Cache-Control"] == "no-store"
    said = words(answer.data)
    assert "[sladda] fall. Vikaren Signe såg det. Ring [sladda]." in said
    assert "<b>Golvet</b> var vått & glatt." in said
    for secret in ("Olav", "Kvikstad", "Kari", "Leif", "raude", "915"):
        assert secret not in said, secret
    with pikepdf.open(BytesIO(answer.data)) as paper:
        assert paper.Root.MarkInfo.Marked
        assert str(paper.Root.Lang) == "nn-NO"
    with databases.reading() as db:
        rows = db.execute(select(Leselogg.person_id, Leselogg.kva).where(Leselogg.kva.startswith("innsyn"))).all()
    assert (cast.kval.id, "innsyn-pdf") in [tuple(row) for row in rows]


def test_nobody_s_closed_off_cases_unless_she_may_and_says_so(
    cast: Cast, client_for: ClientFor, csrf: Csrf, file_case: FileCase, post: Post
) -> None:
    file_case(skildring="Kanari open.")
    file_case(skildring="Kanari konfidensiell.", konfidensiell=True)
    file_case(skildring="Kanari leiarsak.", gjeld_leiar=True)
    assert post(cast.leif, file_case(skildring="Kanari varsel."), "varsel", grunngiving="Gjeld leiinga").status_code == 303
    browser = client_for(cast.kval)
    plain = browser.get(PATH).text
    more = browser.get(f"{PATH}&avgrensa=1").text
    assert [kind for kind in ("open", "konfidensiell", "leiarsak", "varsel") if f"Kanari {kind}" in plain] == ["open"]
    assert [kind for kind in ("open", "konfidensiell", "leiarsak", "varsel") if f"Kanari {kind}" in more] == [
        "open",
        "konfidensiell",
    ]
    for name in ("leif", "kari", "vera", "signe", "adam", "rita"):
        other = client_for(cast.people[name])
        assert other.get(PATH).status_code == 404
        assert other.post(PATH, data={"csrf_token": csrf(other), "gjer": "pdf"}).status_code == 404
    assert "Kanari" not in client_for(cast.pia).get(f"{PATH}&avgrensa=1").text, "hers are the kinds she gets copies of"


def test_a_paper_is_of_what_was_seen(cast: Cast, client_for: ClientFor, csrf: Csrf, file_case: FileCase, post: Post) -> None:
    nr = file_case()
    browser = client_for(cast.kval)
    sent = {"csrf_token": csrf(browser), "gjer": "pdf", "sett": mark(browser.get(PATH).text)}
    assert browser.post(PATH, data=sent).status_code == 200
    assert post(cast.leif, nr, "svar", tekst="Takk for meldinga.").status_code == 303
    assert browser.post(PATH, data=sent).status_code == 409
    file_case()
    assert browser.post(PATH, data={**sent, "sett": ""}).status_code == 409
    unknown = browser.post(PATH, data={**sent, "ord": "står ikkje her"})
    assert (unknown.status_code, 'data-feil="innsyn"' in unknown.text) == (422, True)
