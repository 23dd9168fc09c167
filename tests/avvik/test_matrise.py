"""Who sees which case: the expected table is written by hand; everybody else gets 404, everywhere the case could show."""

import re
from itertools import count

import pytest
from sqlalchemy import select

from avvik.models import Avvik
from avvik.rules import Steg
from kjerne.db import Databases
from kjerne.models import Tilgangsgruppe, TilgangsgruppeMedlem
from tests import make
from tests.avvik.conftest import FileCase, Post
from tests.cast import Cast
from tests.conftest import ClientFor, Csrf

CANARY = "Kanarifugl {kind} i lukka rom"

#: kind → what is said when it is filed (by Kari, in HO-IT-01).
KINDS: dict[str, dict[str, object]] = {
    "vanleg": {},
    "konfidensiell": {"konfidensiell": True},
    "anonym": {"anonym": True},
    "gjeld_leiar": {"gjeld_leiar": True},
    "vald": {"hovudtype": "hms", "underkategori": "vald_trussel_tilsett"},
    "personvern": {"hovudtype": "info_personvern", "underkategori": "feilsending"},
    "alvor4": {"alvor": 4, "underkategori": "pleie_manglande"},
    "brann": {"hovudtype": "brann", "underkategori": "roming"},
    "lofta": {},
    "varsel": {},
}

#: Written by hand from arkitektur.md and the issue, not from the code. kind → who sees it; the others get 404.
#: Kari filed it; Leif leads the unit; Kval is coordinator for the sector; Rita is its revisor; Vera is verneombod in HO-IT.
#: Signe leads the sector (texts only when lifted, forwarded or 4-5). Adam is named into the group of whistleblowing.
SEES: dict[str, set[str]] = {
    "vanleg": {"kari", "leif", "kval", "rita"},
    "konfidensiell": {"kari", "leif", "kval", "rita"},
    "anonym": {"leif", "kval", "rita"},
    "gjeld_leiar": {"kari", "signe"},
    "vald": {"kari", "leif", "vera", "hege"},
    "personvern": {"kari", "leif", "pia", "ivar"},
    "alvor4": {"kari", "leif", "kval", "rita", "signe"},
    "brann": {"kari", "leif", "kval", "rita", "bjorn"},
    "lofta": {"kari", "leif", "kval", "rita", "signe"},
    "varsel": {"kari", "adam"},
}
LISTS = ("ventar", "opne", "over-frist", "mine", "alle")


@pytest.fixture
def cases(cast: Cast, databases: Databases, file_case: FileCase, post: Post) -> dict[str, str]:
    """One case of each kind, its number by kind, each with its own canary."""
    with databases.writing() as db:
        group = db.scalars(select(Tilgangsgruppe.id).where(Tilgangsgruppe.kode == "varsel")).one()
        db.add(TilgangsgruppeMedlem(gruppe_id=group, person_id=cast.adam.id))
        db.commit()
    numbers = {kind: file_case(skildring=CANARY.format(kind=kind), **said) for kind, said in KINDS.items()}
    assert post(cast.leif, numbers["lofta"], "loft", grunngiving="Eg treng hjelp.").status_code == 303
    assert post(cast.leif, numbers["varsel"], "varsel", grunngiving="Kritikkverdig.").status_code == 303
    return numbers


def shown(text: str, cases: dict[str, str]) -> set[str]:
    """The kinds whose number or canary stands in a page."""
    numbers = set(re.findall(r"/avvik/(\d{4}-\d+)", text))
    return {kind for kind, nr in cases.items() if nr in numbers or CANARY.format(kind=kind) in text}


@pytest.mark.both
def test_each_person_sees_the_cases_of_the_table_and_no_others(cast: Cast, client_for: ClientFor, cases: dict[str, str]) -> None:
    for name, person in cast.people.items():
        browser = client_for(person)
        expected = {kind for kind, seers in SEES.items() if name in seers}
        opened = {kind for kind, nr in cases.items() if browser.get(f"/avvik/{nr}").status_code == 200}
        assert opened == expected, f"{name} opens"
        assert shown(browser.get("/avvik/?liste=alle").text, cases) == expected, f"{name}'s list"
        for liste in LISTS:
            assert shown(browser.get(f"/avvik/?liste={liste}").text, cases) <= expected, f"{name} {liste}"
        assert shown(browser.get("/avvik/sok?q=Kanarifugl").text, cases) == expected, f"{name} searches"
        assert shown(browser.get("/avvik/lukk-mange").text, cases) <= expected, f"{name} closes many"


@pytest.mark.parametrize("reach", ["sample", pytest.param("every", marks=pytest.mark.sweep)])
def test_every_door_of_a_case_is_shut_to_those_who_do_not_see_it(
    cast: Cast, client_for: ClientFor, csrf: Csrf, cases: dict[str, str], reach: str
) -> None:
    """Every step for every person and kind in the sweep; else each pair tries the next step of the list."""
    fil = "00000000-0000-4000-8000-000000000000"
    steps = [*(one.value for one in Steg), "namn"]
    turn = count()
    for name, person in cast.people.items():
        browser = client_for(person)
        token = csrf(browser)
        for kind, nr in cases.items():
            if name in SEES[kind]:
                continue
            for path in (f"/avvik/{nr}/lesarar", f"/avvik/{nr}/vedlegg/{fil}"):
                assert browser.get(path).status_code == 404, (name, kind, path)
            for steg in steps if reach == "every" else [steps[next(turn) % len(steps)]]:
                sent = {"csrf_token": token, "tekst": "x", "grunngiving": "x"}
                assert browser.post(f"/avvik/{nr}/{steg}", data=sent).status_code == 404, (name, kind, steg)


def test_a_case_that_is_hidden_answers_as_one_that_does_not_exist(cast: Cast, client_for: ClientFor, cases: dict[str, str]) -> None:
    nina = client_for(cast.nina)
    nina.get("/")  # the forms' cookie is set once, by whatever page comes first
    hidden, missing = nina.get(f"/avvik/{cases['vanleg']}"), nina.get("/avvik/2026-99999")
    plain = [re.sub(r'2026-\d+|value="[^"]{40,}"|content="[^"]{40,}"', "", page.text) for page in (hidden, missing)]
    assert hidden.status_code == missing.status_code == 404
    assert plain[0] == plain[1]
    assert set(hidden.headers.keys()) == set(missing.headers.keys())


def test_a_hidden_reporters_name_stands_on_no_page_of_her_case(cast: Cast, client_for: ClientFor, cases: dict[str, str]) -> None:
    for kind in ("konfidensiell", "anonym"):
        for name in SEES[kind] - {"kari"}:
            page = client_for(cast.people[name]).get(f"/avvik/{cases[kind]}").text
            assert "<dt>Meldt av</dt><dd>meldaren</dd>" in page, (name, kind)
            without_staff = re.sub(r"<option[^>]*>[^<]*</option>", "", page)
            assert "Kari Tilsett" not in without_staff, (name, kind)


def test_a_revisor_reads_and_takes_no_step(cast: Cast, client_for: ClientFor, csrf: Csrf, cases: dict[str, str]) -> None:
    rita = client_for(cast.rita)
    page = rita.get(f"/avvik/{cases['vanleg']}").text
    assert 'class="nextbar"' not in page
    for steg in (*(one.value for one in Steg), "namn"):
        sent = {"csrf_token": csrf(rita), "tekst": "x", "grunngiving": "x", "arsak": "utstyr"}
        assert rita.post(f"/avvik/{cases['vanleg']}/{steg}", data=sent).status_code == 404, steg


def test_the_coordinator_who_also_leads_the_unit_opens_no_hidden_name(
    cast: Cast, databases: Databases, post: Post, cases: dict[str, str]
) -> None:
    with databases.writing() as db:
        make.tilgang(db, cast.kval, cast.it, "leiar")
        db.commit()
    assert post(cast.kval, cases["konfidensiell"], "namn", grunngiving="Eg vil vite.").status_code == 404
    with databases.reading() as db:
        assert db.scalars(select(Avvik.meldar_id).where(Avvik.konfidensiell)).all() == [None]


def test_a_concerned_leader_is_shut_out_also_where_her_group_or_the_case_itself_would_let_her_in(
    cast: Cast, databases: Databases, client_for: ClientFor, cases: dict[str, str]
) -> None:
    nr = cases["gjeld_leiar"]
    with databases.writing() as db:
        group = db.scalars(select(Tilgangsgruppe.id).where(Tilgangsgruppe.kode == "leiarsak")).one()
        db.add_all(TilgangsgruppeMedlem(gruppe_id=group, person_id=person.id) for person in (cast.leif, cast.hege))
        db.commit()
    assert client_for(cast.hege).get(f"/avvik/{nr}").status_code == 200
    assert client_for(cast.leif).get(f"/avvik/{nr}").status_code == 404
    with databases.writing() as db:
        db.scalars(select(Avvik).where(Avvik.gjeld_leiar)).one().sakshandsamar_id = cast.leif.id
        db.commit()
    leif = client_for(cast.leif)
    assert leif.get(f"/avvik/{nr}").status_code == 404
    assert nr not in leif.get("/avvik/").text


def test_a_leaders_own_case_about_her_leader_passes_that_leader_by_and_stays_in_her_own_sight(
    cast: Cast, databases: Databases, client_for: ClientFor, file_case: FileCase
) -> None:
    nr = file_case(av=cast.leif, gjeld_leiar=True)
    with databases.reading() as db:
        assert db.scalars(select(Avvik.sakshandsamar_id)).one() == cast.kval.id
    assert client_for(cast.leif).get(f"/avvik/{nr}").status_code == 200
    assert client_for(cast.signe).get(f"/avvik/{nr}").status_code == 404
