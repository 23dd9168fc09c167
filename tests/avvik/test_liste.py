"""The inbox: what waits, filters, pages by key, the kept promise, and a number of queries that does not grow."""

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, event

from tests.avvik.conftest import FileCase, Post
from tests.cast import Cast
from tests.conftest import ClientFor, Clock, Csrf

#: So many statements a list, the inbox or a case may ask, those that begin a transaction and those of the frame included.
MOST = 10


@contextmanager
def counted() -> Iterator[list[str]]:
    """Collect the statements that are sent meanwhile, by reading and writing sessions alike."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def numbers(page: str) -> list[str]:
    """The cases a list shows, in its order."""
    return re.findall(r'class="caserow" href="/avvik/(2026-\d+)', page)


@pytest.mark.both
def test_inbox_and_case_cost_the_same_number_of_queries_with_three_rows_and_with_thirty(
    cast: Cast, client_for: ClientFor, file_case: FileCase
) -> None:
    leif = client_for(cast.leif)
    nr, *_others = (file_case() for _each in range(3))
    paths = ("/avvik/", "/avvik/?liste=alle", f"/avvik/{nr}", "/avvik/lukk-mange")
    few: list[int] = []
    for path in paths:
        leif.get(path)
        with counted() as sent:
            assert leif.get(path).status_code == 200
        few.append(len(sent))
    for _each in range(27):
        file_case()
    for path, before in zip(paths, few, strict=True):
        with counted() as sent:
            assert leif.get(path).status_code == 200
        # Closing many writes a reading for each case it shows, and is let off those.
        reads = [text for text in sent if not text.lstrip().upper().startswith("INSERT")]
        assert len(reads) <= before, path
        assert len(reads) <= MOST, path


def test_pages_follow_each_other_without_a_gap_and_keep_the_filter(cast: Cast, client_for: ClientFor, file_case: FileCase) -> None:
    filed = [file_case(alvor=1 + index % 2) for index in range(60)]
    wanted = [nr for index, nr in enumerate(filed) if index % 2][::-1]
    leif = client_for(cast.leif)
    seen: list[str] = []
    address: str | None = "/avvik/?liste=alle&alvor=2&eining=HO&status=meld&hovudtype=pasient_brukar"
    while address:
        page = leif.get(address).text
        seen += numbers(page)
        found = re.search(r'href="([^"]+)" rel="next"', page)
        address = found[1].replace("&amp;", "&") if found else None
        if address:
            assert "alvor=2" in address
            assert "eining=HO" in address
    assert seen == wanted


def test_a_case_keeps_its_place_in_the_list_also_after_a_step(
    cast: Cast, client_for: ClientFor, file_case: FileCase, csrf: Csrf
) -> None:
    numbers = [file_case(alvor=3) for _ in range(28)][::-1]
    leif = client_for(cast.leif)
    first = leif.get("/avvik/?liste=opne&alvor=3").text
    onward = html.unescape(re.findall(r'href="([^"]+)" rel="next"', first)[0])
    href = html.unescape(re.findall(rf'href="(/avvik/{numbers[26]}[^"]*)"', leif.get(onward).text)[0])
    page = leif.get(href).text
    assert re.findall(r'class="caserow" href="/avvik/(20\d\d-\d+)', page) == numbers[25:]
    assert html.unescape(re.findall(r'class="bench__head"><a class="link" href="([^"]+)"', page)[0]) == onward
    action = html.unescape(re.findall(r'action="(/avvik/[^"]+/svar\?[^"]+)"', page)[0])
    refused = leif.post(action, data={"csrf_token": csrf(leif), "tekst": ""})
    assert refused.status_code == 422
    assert numbers[27] in refused.text
    sent = leif.post(action, data={"csrf_token": csrf(leif), "tekst": "Takk. Vi ser på det."})
    assert sent.location == href
    assert f'href="{html.escape(onward)}" rel="next"' in leif.get(f"/avvik/{numbers[0]}?liste=opne&alvor=3").text


def test_filters_narrow_by_subtree_type_severity_and_status(
    cast: Cast, client_for: ClientFor, file_case: FileCase, post: Post
) -> None:
    here, there, fire = (
        file_case(),
        file_case(eining_id=cast.it02.id),
        file_case(hovudtype="brann", underkategori="roming", alvor=3),
    )
    post(cast.leif, here, "start")
    kval = client_for(cast.kval)
    assert set(numbers(kval.get("/avvik/?liste=alle&eining=HO-IT").text)) == {here, there, fire}
    assert set(numbers(kval.get("/avvik/?liste=alle&eining=HO-IT-02").text)) == {there}
    assert set(numbers(kval.get("/avvik/?liste=alle&hovudtype=brann").text)) == {fire}
    assert set(numbers(kval.get("/avvik/?liste=alle&alvor=3").text)) == {fire}
    assert set(numbers(kval.get("/avvik/?liste=alle&status=under_behandling").text)) == {here}
    assert set(numbers(kval.get("/avvik/?liste=alle&alvor=9&status=tull&for=x").text)) == {here, there, fire}


def test_the_badge_and_the_list_hold_the_same_cases(cast: Cast, client_for: ClientFor, file_case: FileCase, post: Post) -> None:
    first, _second = file_case(), file_case()
    leif = client_for(cast.leif)
    page = leif.get("/avvik/").text
    assert len(numbers(page)) == 2
    assert 'badge">2<' in page
    post(cast.leif, first, "sporsmal", tekst="Kva rom var det?")
    page = leif.get("/avvik/").text
    assert first not in numbers(page), "it waits for the reporter now"
    assert 'badge">1<' in page
    post(cast.kari, first, "svar-sporsmal", tekst="Stova.")
    assert first in numbers(leif.get("/avvik/").text)


def test_the_unit_sees_how_it_keeps_the_promise(
    cast: Cast, client_for: ClientFor, file_case: FileCase, post: Post, clock: Clock
) -> None:
    kept, _late = file_case(), file_case()
    assert "Løftet halde" not in client_for(cast.leif).get("/avvik/").text, "nothing is due yet"
    post(cast.leif, kept, "svar", tekst="Takk. Vi ser på det.")
    clock.forward(days=10)
    page = client_for(cast.leif).get("/avvik/").text
    assert "Løftet halde: 50 %" in page
    assert "1 av 2" in page
    assert "Løftet halde" not in client_for(cast.nils).get("/avvik/").text


def test_an_ended_case_says_when_it_was_filed_and_no_age_and_the_list_has_its_own_name(
    cast: Cast, client_for: ClientFor, file_case: FileCase, post: Post
) -> None:
    nr = file_case()
    post(cast.leif, nr, "avvis", grunngiving="Dette er ei ønskeliste.")
    page = client_for(cast.kari).get("/avvik/?liste=mine").text
    assert '<h1 id="liste-h">Meldt av deg</h1>' in page
    assert "meldt 22. nov. 2026" in page
    assert "Ny i dag" not in page
