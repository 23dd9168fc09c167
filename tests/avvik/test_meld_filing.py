"""Filing: the fixed fields are enough, the receipt says who and when, and a case is filed exactly once."""

import re
import threading
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from avvik.models import Avvik, AvvikNokkel, AvvikTillegg
from kjerne.db import Databases
from kjerne.models import Epost, Loggline, Person
from tests.avvik.skjema import body, send
from tests.cast import Cast
from tests.conftest import ClientFor, Clock, Csrf


def cases(databases: Databases) -> list[Avvik]:
    with databases.reading() as db:
        found = list(db.scalars(select(Avvik).order_by(Avvik.id)))
        db.expunge_all()
        return found


@pytest.mark.both
def test_the_fixed_fields_are_enough(client_for: ClientFor, csrf: Csrf, cast: Cast, databases: Databases) -> None:
    browser = client_for(cast.kari)
    answer = send(browser, csrf)
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/avvik/2026-1"
    receipt = browser.get("/avvik/2026-1")
    text = receipt.get_data(as_text=True)
    assert receipt.status_code == 200
    for said in ("2026-1", "Leif Leiar", "leiar i Solbakken 1. etasje", "onsdag 25. nov", "Motteken", "Leif svarar deg"):
        assert said in text, f"the receipt must say {said}"
    assert text.count("<main") == 1
    with databases.reading() as db:
        letters = db.scalars(select(Epost)).all()
        assert [letter.til_person_id for letter in letters] == [cast.leif.id]
        assert "2026-1" in letters[0].tekst
        assert "stolen" not in letters[0].tekst, "a letter never carries case text"
        assert db.scalar(select(func.count()).select_from(Loggline).where(Loggline.hending == "avvik:meldt")) == 1


def test_the_form_has_the_fixed_names_and_a_fresh_key(client_for: ClientFor, cast: Cast) -> None:
    browser = client_for(cast.kari)
    pages = [browser.get("/avvik/nytt").get_data(as_text=True) for _time in range(2)]
    for name in ("nokkel", "eining", "tidspunkt", "hovudtype", "underkategori", "skildring", "alvorsgrad", "csrf_token"):
        assert f'name="{name}"' in pages[0]
    keys = [re.findall(r'name="nokkel" value="([^"]+)"', page) for page in pages]
    assert keys[0] != keys[1]
    assert all(uuid.UUID(key) for (key,) in keys)
    assert 'value="2026-11-22T22:40"' in pages[0], "now is preset"
    assert '<option selected value="HO-IT-01">' in pages[0], "my unit is preset"
    assert "Går til <b>Leif Leiar</b>" in pages[0]


def test_severity_by_code_or_number(client_for: ClientFor, csrf: Csrf, cast: Cast, databases: Databases) -> None:
    browser = client_for(cast.kari)
    for raw in ("ingen", "kritisk", "3"):
        assert send(browser, csrf, alvorsgrad=raw).status_code == 303
    assert [row.alvor for row in cases(databases)] == [1, 5, 3]


@pytest.mark.both
def test_the_same_key_again_is_the_same_case(client_for: ClientFor, csrf: Csrf, cast: Cast, databases: Databases) -> None:
    browser = client_for(cast.kari)
    said = body()
    first = send(browser, csrf, **said)
    again = send(browser, csrf, **said)
    assert (first.status_code, again.status_code) == (303, 303)
    assert first.headers["Location"] == again.headers["Location"]
    assert len(cases(databases)) == 1


def test_another_body_or_person_under_the_key_learns_nothing(
    client_for: ClientFor, csrf: Csrf, cast: Cast, databases: Databases
) -> None:
    kari, nina = client_for(cast.kari), client_for(cast.nina)
    said = body()
    send(kari, csrf, **said)
    other_body = send(kari, csrf, **{**said, "skildring": "Noko heilt anna hende."})
    other_person = send(nina, csrf, **said)
    assert (other_body.status_code, other_person.status_code) == (409, 409)
    page = other_person.get_data(as_text=True)
    for secret in ("2026-1", "Kari", "Leif", "stolen"):
        assert secret not in page
    assert len(cases(databases)) == 1


@pytest.mark.both
def test_four_at_once_with_one_key_make_one_case(client_for: ClientFor, csrf: Csrf, cast: Cast, databases: Databases) -> None:
    said = body()
    browsers = [client_for(cast.kari) for _each in range(4)]
    tokens = [csrf(browser) for browser in browsers]
    start = threading.Barrier(4)
    answers: list[tuple[int, str]] = []

    def go(index: int) -> None:
        start.wait()
        answer = browsers[index].post("/avvik/nytt", data={"csrf_token": tokens[index], **said})
        answers.append((answer.status_code, answer.headers.get("Location", "")))

    threads = [threading.Thread(target=go, args=(index,)) for index in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [(303, "/avvik/2026-1")] * 4
    assert len(cases(databases)) == 1
    with databases.reading() as db:
        assert db.scalar(select(func.count()).select_from(AvvikNokkel)) == 1
        assert db.scalar(select(func.count()).select_from(Epost)) == 1


@pytest.mark.both
def test_eight_at_once_get_eight_numbers(client_for: ClientFor, csrf: Csrf, cast: Cast, databases: Databases) -> None:
    browsers = [client_for(cast.kari) for _each in range(8)]
    tokens = [csrf(browser) for browser in browsers]
    found: list[str] = []

    def go(index: int) -> None:
        answer = browsers[index].post("/avvik/nytt", data={"csrf_token": tokens[index], **body()})
        found.append(answer.headers.get("Location", str(answer.status_code)))

    threads = [threading.Thread(target=go, args=(index,)) for index in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [f"/avvik/2026-{number}" for number in range(1, 9)]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("nokkel", "ikkje-ein-uuid"),
        ("nokkel", ""),
        ("eining", "FINST-IKKJE"),
        ("eining", "HO-IT-01\x00"),
        ("tidspunkt", "2026-11-22T22:46"),
        ("tidspunkt", "2024-01-01T12:00"),
        ("tidspunkt", "9999-99-99T99:99"),
        ("tidspunkt", "i går"),
        ("hovudtype", "finst_ikkje"),
        ("underkategori", "finst_ikkje"),
        ("underkategori", "stikkskade"),
        ("alvorsgrad", "6"),
        ("alvorsgrad", str(2**63)),
        ("art", "finst_ikkje"),
        ("skildring", "   \u200f\u202e "),
        ("skildring", "x" * 1_000_000),
        ("serie_tal", str(2**63)),
        ("serie_tal", "0"),
        ("alvor_mogleg", "kjempehøg"),
        ("parorande_informert", "kanskje"),
    ],
)
def test_what_cannot_be_understood_is_refused_with_a_sentence(
    client_for: ClientFor, csrf: Csrf, cast: Cast, databases: Databases, field: str, value: str
) -> None:
    answer = send(client_for(cast.kari), csrf, **{field: value})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422, page[:2000]
    assert 'class="errors"' in page
    assert f'href="#{field}"' in page, "the summary links to the field"
    if field != "skildring":
        assert "slo seg ikkje" in page, "what was typed is kept"
    assert cases(databases) == []


@pytest.mark.both
def test_nasty_text_is_kept_and_shown_harmless(client_for: ClientFor, csrf: Csrf, cast: Cast, databases: Databases) -> None:
    browser = client_for(cast.kari)
    nasty = "{{7*7}} <script>alert(1)</script> \x00 \u202e '; DROP TABLE avvik; -- \ud7ff ½ 😀"
    assert send(browser, csrf, skildring=nasty).status_code == 303
    page = browser.get("/avvik/2026-1").get_data(as_text=True)
    assert "{{7*7}} &lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page
    assert "\x00" not in cases(databases)[0].skildring


def test_five_minutes_ahead_is_a_clock_that_is_off(client_for: ClientFor, csrf: Csrf, cast: Cast) -> None:
    assert send(client_for(cast.kari), csrf, tidspunkt="2026-11-22T22:45").status_code == 303


def test_an_improvement_proposal_is_an_art(client_for: ClientFor, csrf: Csrf, cast: Cast, databases: Databases) -> None:
    answer = send(client_for(cast.kari), csrf, hovudtype="forbetring", underkategori="", alvorsgrad="")
    assert answer.status_code == 303, answer.get_data(as_text=True)[:1500]
    row = cases(databases)[0]
    assert (row.art, row.hovudtype, row.underkategori, row.alvor) == ("forbetring", "organisasjon", "anna", 1)


def test_a_series_counts_one_case_and_many_events(client_for: ClientFor, csrf: Csrf, cast: Cast, databases: Databases) -> None:
    browser = client_for(cast.kari)
    assert send(browser, csrf, serie_tal="7").status_code == 303
    assert cases(databases)[0].serie_tal == 7
    assert "Éi sak, 7 hendingar" in browser.get("/avvik/2026-1").get_data(as_text=True)
    refused = send(browser, csrf, underkategori="fall_med_skade", serie_tal="2")
    assert refused.status_code == 422


def test_extra_fields_are_checked_and_only_those_of_the_type_are_kept(
    client_for: ClientFor, csrf: Csrf, cast: Cast, databases: Databases
) -> None:
    browser = client_for(cast.kari)
    fall = {"underkategori": "legemiddel_ikkje_gitt", "tillegg_legemiddelgruppe": "Antibiotika", "tillegg_personskade": "ja"}
    assert send(browser, csrf, **fall).status_code == 303
    with databases.reading() as db:
        assert [(row.felt, row.verdi) for row in db.scalars(select(AvvikTillegg))] == [("legemiddelgruppe", "Antibiotika")]
    refused = send(browser, csrf, **{**fall, "tillegg_legemiddelgruppe": "Godteri"})
    assert refused.status_code == 422
    assert "tillegg_legemiddelgruppe" in refused.get_data(as_text=True)


def test_away_leader_then_deputy_then_the_next_up(
    client_for: ClientFor, csrf: Csrf, cast: Cast, databases: Databases, clock: Clock
) -> None:
    browser = client_for(cast.kari)

    def away(*people: Person) -> None:
        with databases.writing() as db:
            for one in people:
                row = db.get_one(Person, one.id)
                row.borte_fra = clock().date() - timedelta(days=1)
            db.commit()

    def receiver() -> str:
        place = send(browser, csrf).headers["Location"]
        page = browser.get(place).get_data(as_text=True)
        return re.findall(r"<dt>Hos</dt><dd>(.*?) <small>(.*?)</small>", page)[0]

    assert receiver() == ("Leif Leiar", "leiar i Solbakken 1. etasje")
    away(cast.leif)
    assert receiver() == ("Astrid Stedfortredar", "stedfortredar i Solbakken 1. etasje")
    away(cast.astrid)
    assert receiver() == ("Signe Sjef", "leiar i Helse og omsorg")


def test_a_leader_does_not_get_her_own_report(client_for: ClientFor, csrf: Csrf, cast: Cast, databases: Databases) -> None:
    assert send(client_for(cast.leif), csrf).status_code == 303
    assert cases(databases)[0].sakshandsamar_id == cast.astrid.id


def test_quick_violence_report_has_type_and_kind_chosen(client_for: ClientFor, cast: Cast) -> None:
    page = client_for(cast.kari).get("/avvik/nytt?hurtig=vald").get_data(as_text=True)
    assert 'name="hovudtype" value="hms" checked' in page
    assert 'name="underkategori" value="vald_trussel_tilsett" checked' in page
    assert "data-tiles" not in page


def test_tiles_stand_in_the_order_the_unit_files_most(client_for: ClientFor, csrf: Csrf, cast: Cast) -> None:
    browser = client_for(cast.kari)
    for _time in range(3):
        send(browser, csrf, hovudtype="brann", underkategori="roming")
    page = browser.get("/avvik/nytt").get_data(as_text=True)
    tiles = re.findall(r'name="hovudtype" value="(\w+)"', page)
    assert tiles[:2] == ["brann", "pasient_brukar"]
    chips = re.findall(r'data-hovudtype="brann" data-topp><input type="radio" name="underkategori" value="(\w+)"', page)
    assert chips[0] == "roming"


def test_the_promise_line_follows_the_unit_and_the_tick_box(client_for: ClientFor, cast: Cast) -> None:
    browser = client_for(cast.kari)
    other = browser.get("/avvik/mottakar?eining=HO-IT-02&gjeld_leiar=0").get_data(as_text=True)
    assert "<b>Nils Naboleiar</b>" in other
    assert "<b>innan onsdag 25. november</b>" in other
    above = browser.get("/avvik/mottakar?eining=HO-IT-01&gjeld_leiar=1").get_data(as_text=True)
    assert "Leif" not in above
    assert "Signe Sjef" in above
    assert browser.get("/avvik/mottakar?eining=%00&gjeld_leiar=9").status_code == 200


def test_who_may_not_file_finds_nothing(client_for: ClientFor, csrf: Csrf, cast: Cast) -> None:
    browser = client_for(cast.rita)
    assert browser.get("/avvik/nytt").status_code == 404
    assert send(browser, csrf).status_code == 404


@pytest.mark.parametrize("sprak", ["nn", "nb", "en"])
def test_the_form_and_the_receipt_speak_the_persons_language(
    client_for: ClientFor, csrf: Csrf, cast: Cast, databases: Databases, sprak: str
) -> None:
    with databases.writing() as db:
        db.get_one(Person, cast.kari.id).sprak = sprak
        db.commit()
    browser = client_for(cast.kari)
    form = browser.get("/avvik/nytt").get_data(as_text=True)
    place = send(browser, csrf).headers["Location"]
    receipt = browser.get(place).get_data(as_text=True)
    wanted = {
        "nn": ("Kva hende?", "Takk. Meldinga di er motteken."),
        "nb": ("Hva skjedde?", "Takk. Meldingen din er mottatt."),
        "en": ("What happened?", "Thank you. Your report has been received."),
    }[sprak]
    assert f'lang="{sprak}"' in form
    assert wanted[0] in form
    assert wanted[1] in receipt
