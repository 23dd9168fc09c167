"""Search over HTTP: stems and both Norwegian spellings, the same on both databases, and nothing to those who may not see it."""

import re
import secrets

import pytest
from sqlalchemy import select

from avvik import sok
from avvik.models import Avvik, AvvikOrd
from avvik.queries.sok import marked, terms
from kjerne.db import Databases
from kjerne.models import Person
from tests.avvik.conftest import FileCase, Post
from tests.cast import Cast
from tests.conftest import ClientFor, WorkFor

PAIRS = [
    ("sjukeheimen", "sykehjemmet"),
    ("ikkje", "ikke"),
    ("kvar", "hver"),
    ("brukarane", "brukerne"),
    ("einingane", "enhetene"),
    ("heimesjukepleia", "hjemmesykepleien"),
    ("sjukeheimsavdelinga", "sykehjemsavdelingen"),
    ("golvet", "gulvet"),
    ("bebuarane", "beboerne"),
    ("alvorleg", "alvorlig"),
    ("hendinga", "hendelsen"),
    ("pasienttryggleik", "pasientsikkerhet"),
    ("legemiddelhandtering", "legemiddelhåndtering"),
    ("tilsette", "ansatte"),
]


def numbers(page: str) -> list[str]:
    """The cases a search page shows, in order."""
    return re.findall(r'class="caserow" href="/avvik/(20\d\d-\d+)"', page)


@pytest.mark.parametrize(("nynorsk", "bokmal"), PAIRS)
def test_both_spellings_are_one_word(nynorsk: str, bokmal: str) -> None:
    assert sok.key(nynorsk) == sok.key(bokmal)


def test_words_that_are_not_the_same_stay_apart() -> None:
    assert len({sok.key(word) for word in ("fall", "golv", "seng", "medisin", "heim", "sjuk", "bebuar", "brukar")}) == 8


@pytest.mark.both
def test_small_words_are_not_kept_and_a_question_may_have_them(
    cast: Cast, client_for: ClientFor, file_case: FileCase, databases: Databases
) -> None:
    one = file_case(skildring="Brukaren fall i trappa og vart liggjande.")
    file_case(skildring="Ein skuff var open på kjøkenet.")
    with databases.reading() as db:
        kept = set(db.scalars(select(AvvikOrd.ord)))
    assert not kept & {"i", "og", "vart", "var", "på", "ein"}
    leif = client_for(cast.leif)
    for question in ("fall i trapp", "han fall i ei trapp", "trappa i", "trappa og"):
        assert numbers(leif.get("/avvik/sok", query_string={"q": question}).text) == [one], question
    assert numbers(leif.get("/avvik/sok?q=og").text) == []


@pytest.mark.both
def test_stems_spellings_and_beginnings_find_the_case(cast: Cast, client_for: ClientFor, file_case: FileCase) -> None:
    one = file_case(skildring="Bebuaren på sjukeheimen fekk ikkje medisinane sine om kvelden.")
    two = file_case(skildring="Beboeren på sykehjemmet fikk ikke medisinen sin i går.")
    other = file_case(skildring="Ein skuff var open på kjøkenet.")
    leif = client_for(cast.leif)
    for question in ("sykehjem", "sjukeheim", "ikke medisin", "IKKJE medisinen", "bebuar sjukeh", "medis", "sjukeheimane"):
        assert numbers(leif.get("/avvik/sok", query_string={"q": question}).text) == [two, one], question
    assert numbers(leif.get(f"/avvik/sok?q={other}").text) == [other]
    assert numbers(leif.get("/avvik/sok?q=medisin+kjøken").text) == []


def test_hits_are_marked_and_what_was_written_is_escaped(cast: Cast, client_for: ClientFor, file_case: FileCase) -> None:
    file_case(skildring="<script>alert(1)</script> Golvet var vått & glatt <b>her</b>.")
    page = client_for(cast.leif).get("/avvik/sok?q=gulv").text
    assert "<mark>Golvet</mark> var vått &amp; glatt &lt;b&gt;her" in page
    assert "<script>alert" not in page
    assert "<mark>Golvet</mark>" not in str(marked("Skuffen", terms("gulv")))


def test_a_word_that_stands_in_the_talk_alone_is_shown_where_it_stands(
    cast: Cast, client_for: ClientFor, file_case: FileCase, post: Post
) -> None:
    nr = file_case(skildring="Golvet var vått.")
    assert post(cast.leif, nr, "svar", tekst="Takk. Vi har kjøpt sklisikre matter til gangen.").status_code == 303
    for person in (cast.leif, cast.kari):
        assert "<mark>sklisikre</mark> matter" in client_for(person).get("/avvik/sok?q=sklisikker").text, person.namn
    assert "<mark>Golvet</mark> var vått" in client_for(cast.leif).get("/avvik/sok?q=golv").text


def test_the_count_says_no_more_than_can_be_opened_and_pages_follow(cast: Cast, client_for: ClientFor, file_case: FileCase) -> None:
    mine = [file_case(skildring="Lampa i gangen blinka.") for _ in range(27)]
    file_case(eining_id=cast.it02.id, av=cast.nina, skildring="Lampa i gangen blinka.")
    leif = client_for(cast.leif)
    first = leif.get("/avvik/sok?q=lampa")
    assert "25+ saker" in first.text
    follow = re.search(r'href="(/avvik/sok\?q=lampa&amp;for=\d+)" rel="next"', first.text)
    assert follow
    rest = leif.get(follow[1].replace("&amp;", "&"))
    assert numbers(first.text) + numbers(rest.text) == mine[::-1]
    assert "1 sak med" in " ".join(client_for(cast.nils).get("/avvik/sok?q=lampa").text.split()).replace("1 sak</p>", "")


def test_a_canary_is_found_by_those_who_may_see_it_only(cast: Cast, client_for: ClientFor, file_case: FileCase, post: Post) -> None:
    def canary() -> str:
        return "kanari" + secrets.token_hex(6).translate(str.maketrans("0123456789", "ghijklmnop"))

    plain, confidential, leader, whistle = canary(), canary(), canary(), canary()
    file_case(skildring=f"Noko {plain} hende.")
    file_case(skildring=f"Noko {confidential} hende.", konfidensiell=True)
    file_case(skildring=f"Noko {leader} hende.", gjeld_leiar=True)
    nr = file_case(skildring=f"Noko {whistle} hende.")
    assert post(cast.leif, nr, "varsel", grunngiving="Gjeld leiinga").status_code == 303
    expected: dict[str, set[str]] = {
        "kari": {plain, confidential, leader, whistle},
        "leif": {plain, confidential},
        "astrid": set(),
        "nils": set(),
        "nina": set(),
        "vera": set(),
        "hege": set(),
        "pia": set(),
        "lise": set(),
        "adam": set(),
        "kval": {plain, confidential},
        "rita": {plain, confidential},
        "signe": {leader},
    }
    for name, found in expected.items():
        person: Person = cast.people[name]
        browser = client_for(person)
        seen = {word for word in (plain, confidential, leader, whistle) if numbers(browser.get(f"/avvik/sok?q={word}").text)}
        assert seen == found, name
        starts = browser.get("/avvik/sok?q=kanari").text
        assert len(numbers(starts)) == len(found), name
        for word in {plain, confidential, leader, whistle} - found:
            assert word not in starts, name


def test_names_and_comments_are_not_in_the_index(
    cast: Cast, client_for: ClientFor, file_case: FileCase, post: Post, databases: Databases
) -> None:
    nr = file_case(konfidensiell=True)
    assert post(cast.leif, nr, "kommentar", tekst="Hemmelegkommentar mellom oss.").status_code == 303
    assert post(cast.leif, nr, "utfall", utfall=["opplaering"], sluttsvar="Usendtsvar kjem.").status_code == 303
    assert post(cast.leif, nr, "svar", tekst="Takk, sensormatta er bytt.").status_code == 303
    kari = client_for(cast.kari)
    assert numbers(kari.get("/avvik/sok?q=sensormatte").text) == [nr]
    for word in ("hemmelegkommentar", "usendtsvar", "Kari", "Tilsett"):
        assert numbers(kari.get(f"/avvik/sok?q={word}").text) == [], word
        assert numbers(client_for(cast.leif).get(f"/avvik/sok?q={word}").text) == [], word
    with databases.reading() as db:
        assert db.query(AvvikOrd).filter(AvvikOrd.ord.in_(["kari", "hemmelegkommentar"])).count() == 0


@pytest.mark.both
def test_kept_words_are_those_of_a_rebuild_and_follow_a_changed_text(
    file_case: FileCase, databases: Databases, work_for: WorkFor, cast: Cast
) -> None:
    def kept() -> list[tuple[int, str]]:
        with databases.reading() as db:
            return sorted((row.avvik_id, row.ord) for row in db.query(AvvikOrd))

    sok.install()
    file_case(skildring="Noko hendte ved inngangen på sjukeheimen.")
    file_case(skildring="Ei lampe var øydelagd.")
    before = kept()
    with databases.writing() as db:
        sok.rebuild(db)
        db.commit()
    assert kept() == before
    assert before
    with databases.writing() as db:
        db.query(Avvik).order_by(Avvik.id).first().skildring = "[sladda]"  # type: ignore[union-attr]  # one stands there
        db.commit()
    assert "inngang" not in {word for _id, word in kept()}


def test_hostile_questions_are_answered_with_a_sentence(cast: Cast, client_for: ClientFor, file_case: FileCase) -> None:
    file_case()
    leif = client_for(cast.leif)
    for question in ("%", "_", "'; DROP TABLE avvik;--", "\x00", "{{7*7}}", "a" * 80, "😀", " ".join("abcdefghijklmnop"), ""):
        answer = leif.get("/avvik/sok", query_string={"q": question})
        assert answer.status_code == 200, question
        assert numbers(answer.text) == [], question
    assert leif.get("/avvik/sok", query_string={"q": "b" * 5000}).status_code == 422


def test_the_words_stand_in_no_log(
    cast: Cast, client_for: ClientFor, file_case: FileCase, capsys: pytest.CaptureFixture[str]
) -> None:
    file_case()
    client_for(cast.leif).get("/avvik/sok?q=loggkanari")
    told = capsys.readouterr()
    assert "/avvik/sok" in told.out
    assert "loggkanari" not in told.out + told.err
