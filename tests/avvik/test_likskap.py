"""Cases that are alike, and two reports of one event merged into one case that counts for both."""

import re

import pytest

from avvik import sums
from avvik.rules import Status
from kjerne.db import Databases
from kjerne.models import Epost, Person
from tests.avvik.conftest import FileCase, Load, Post
from tests.cast import Cast
from tests.conftest import ClientFor, Clock


def alike(page: str) -> list[str]:
    """The numbers in "Kan likne på denne"."""
    part = re.search(r'<section class="case__sec" aria-labelledby="likskap-h">(.*?)</section>', page, re.DOTALL)
    return re.findall(r'href="/avvik/(20\d\d-\d+)"', part[1]) if part else []


@pytest.mark.both
def test_the_same_kind_in_the_same_unit_lately_is_shown(
    cast: Cast, client_for: ClientFor, file_case: FileCase, clock: Clock
) -> None:
    file_case(skildring="Ramla av stolen.")
    clock.forward(days=91)
    recent = file_case(skildring="Gleid i dusjen.")
    file_case(underkategori="legemiddel_feil_dose", skildring="Feil dose til frukost.")
    clock.forward(days=2)
    nr = file_case(skildring="Snubla i teppet.")
    page = client_for(cast.leif).get(f"/avvik/{nr}").text
    assert alike(page) == [recent]
    assert f'<option value="{recent}">' in page, "offered where a case is merged"


@pytest.mark.both
def test_rare_words_find_another_units_case_only_for_who_may_see_it(cast: Cast, client_for: ClientFor, file_case: FileCase) -> None:
    for number in range(30):
        file_case(skildring=f"Vanleg dag nummer {number}.", underkategori="legemiddel_feil_dose")
    other = file_case(
        av=cast.nina,
        eining_id=cast.it02.id,
        underkategori="legemiddel_feil_dose",
        skildring="Takheisen frå Guldmann stoppa midt i løftet.",
    )
    nr = file_case(skildring="Takheisen av merke Guldmann heldt ikkje.", alvor=2)
    assert alike(client_for(cast.kval).get(f"/avvik/{nr}").text) == [other]
    assert alike(client_for(cast.leif).get(f"/avvik/{nr}").text) == []


def letters(databases: Databases, person: Person) -> list[str]:
    with databases.reading() as db:
        return [row.emne for row in db.query(Epost).filter(Epost.til_person_id == person.id)]


@pytest.mark.both
def test_two_reports_of_one_event_become_one_case(
    cast: Cast, client_for: ClientFor, file_case: FileCase, post: Post, load: Load, databases: Databases
) -> None:
    kept = file_case(serie_tal=2)
    double = file_case(av=cast.nina, skildring="Same fallet, sett frå gangen.")
    answer = post(cast.leif, double, "duplikat", nr=kept, grunngiving="Takk. Dette følgjer vi opp der det blei meldt først.")
    assert answer.status_code == 303
    assert load(double).status == Status.AVVIST
    assert load(kept).serie_tal == 3
    leif = client_for(cast.leif)
    assert double in leif.get(f"/avvik/{kept}").text
    assert f"same hending er meldt i {kept}" in leif.get(f"/avvik/{double}").text
    page = client_for(cast.nina).get(f"/avvik/{double}")
    assert page.status_code == 200
    assert "Dette følgjer vi opp der" in page.text
    assert kept in page.text
    assert any(double in subject for subject in letters(databases, cast.nina))
    assert double not in client_for(cast.kari).get(f"/avvik/{kept}").text
    with databases.writing() as db:
        assert sums.verify(db) == []


@pytest.mark.both
def test_whose_report_was_joined_is_never_told_that_it_was_rejected_and_hears_what_came_of_it(
    cast: Cast, client_for: ClientFor, file_case: FileCase, post: Post, databases: Databases
) -> None:
    kept, double = file_case(), file_case(av=cast.nina, skildring="Same fallet, sett frå gangen.")
    post(cast.leif, double, "duplikat", nr=kept, grunngiving="Takk. Dette følgjer vi opp der det blei meldt først.")
    nina, leif, kval = client_for(cast.nina), client_for(cast.leif), client_for(cast.kval)
    page, front = nina.get(f"/avvik/{double}").text, nina.get("/").text
    assert f"Meldinga di er slått saman med {kept}" in page
    assert "Når saka er ferdig, får du brev" in page
    assert "Du får vite utfallet" in page
    exported = kval.get("/avvik/eksport.csv?liste=alle").get_data(as_text=True)
    for text in (front, nina.get("/avvik/?liste=mine").text, leif.get(f"/avvik/{double}").text, exported):
        assert "Slått saman med ei anna sak" in text
    for text in (page, front, exported):
        assert "avvist" not in text.lower()
    post(cast.leif, kept, "arsak", arsak="opplaering")
    assert "Svaret går òg til dei andre som melde same hending." in leif.get(f"/avvik/{kept}").text
    answer = "Golvet er tørka og matta limt fast."
    post(cast.leif, kept, "utfall", utfall="ingen", grunngiving="Ingen kunne ha hindra det.", sluttsvar=answer)
    before = len(letters(databases, cast.nina))
    assert post(cast.leif, kept, "lukk").status_code == 303
    assert answer in nina.get(f"/avvik/{double}").text
    assert answer in nina.get("/").text
    assert len(letters(databases, cast.nina)) == before + 1
    assert nina.get(f"/avvik/{kept}").status_code == 404


def test_what_was_joined_with_a_case_that_became_sensitive_tells_its_number_only(
    cast: Cast, client_for: ClientFor, file_case: FileCase, post: Post
) -> None:
    kept, double = file_case(), file_case(av=cast.nina)
    post(cast.leif, double, "duplikat", nr=kept, grunngiving="Takk.")
    post(cast.leif, kept, "svar", tekst="Vi ser på det.")
    assert post(cast.leif, kept, "varsel", grunngiving="Det er eit varsel.").status_code == 303
    page = client_for(cast.nina).get(f"/avvik/{double}").text
    assert kept in page
    assert "Under behandling" not in page


def test_an_objection_takes_the_events_off_again(cast: Cast, file_case: FileCase, post: Post, load: Load) -> None:
    kept = file_case()
    double = file_case(av=cast.nina, serie_tal=5)
    assert post(cast.leif, double, "duplikat", nr=kept, grunngiving="Same fallet.").status_code == 303
    assert load(kept).serie_tal == 6
    assert post(cast.nina, double, "innvending", tekst="Det var eit anna fall.").status_code == 303
    assert load(kept).serie_tal == 1
    assert load(double).status == Status.GJENOPNA
    assert load(double).duplikat_av_id is None


def test_who_may_not_merge_is_refused_and_nothing_changes(cast: Cast, file_case: FileCase, post: Post, load: Load) -> None:
    mine = file_case()
    neighbours = file_case(av=cast.nina, eining_id=cast.it02.id)
    leaders = file_case(gjeld_leiar=True)
    for other in (neighbours, leaders, mine, "2026-999", "x", ""):
        answer = post(cast.leif, mine, "duplikat", nr=other, grunngiving="Same fallet.")
        assert answer.status_code == 422, other
    said = {
        post(cast.leif, mine, "duplikat", nr=n, grunngiving="x").text.count("du ser ho ikkje")
        for n in (neighbours, leaders, "2026-999")
    }
    assert said == {1} or 0 not in said
    assert post(cast.leif, mine, "duplikat", nr=mine, grunngiving="").status_code == 422
    second = file_case()
    assert post(cast.leif, mine, "duplikat", nr=second, grunngiving=" ").status_code == 422
    assert post(cast.kari, mine, "duplikat", nr=second, grunngiving="Same").status_code == 404
    assert post(cast.nils, mine, "duplikat", nr=neighbours, grunngiving="Same").status_code == 404
    assert {load(nr).status for nr in (mine, neighbours, leaders, second)} == {Status.MELD}
    assert {load(nr).serie_tal for nr in (mine, neighbours, leaders, second)} == {1}
