"""Search: every form of a word, nynorsk and bokmål alike, only what is valid; the same on both databases, at a flat cost."""

import re
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import event, insert, select

from kjerne import asked
from kjerne.db import Databases
from kjerne.models import Person
from kjerne.sok import terms
from prosedyrar import sok
from prosedyrar.models import Prosedyre, ProsedyreOpning, ProsedyreVersjon
from prosedyrar.queries import hyller, pick
from prosedyrar.queries.bibliotek import Hylle
from prosedyrar.queries.treff import search
from tests.cast import Cast
from tests.conftest import ClientFor, Csrf, WorkFor
from tests.prosedyrar.conftest import MakeProsedyre

THEN = datetime(2026, 1, 5, 8, tzinfo=UTC)


def titles(page: str) -> list[str]:
    return [re.sub(r"<[^>]*>", "", found) for found in re.findall(r'caserow__t">(.*?)</span>', page)]


@pytest.mark.both
def test_words_are_found_in_all_forms_and_both_languages(cast: Cast, client_for: ClientFor, make_prosedyre: MakeProsedyre) -> None:
    make_prosedyre("Legemiddelhandtering på sjukeheimen", tekst="Tel tablettane før utdeling.", nokkelord="dosett")
    make_prosedyre("Brannvern", tekst="Varsle 110. Pårørande får **beskjed** etterpå. Sjå legemiddel.")
    make_prosedyre("Kladd om legemidler", til="kladd")
    kari = client_for(cast.kari)

    def found(question: str) -> list[str]:
        return titles(kari.get("/prosedyrar/sok", query_string={"q": question}).text)

    assert found("sykehjem") == ["Legemiddelhandtering på sjukeheimen"]
    assert found("tablett utdelingen") == ["Legemiddelhandtering på sjukeheimen"]
    assert found("dosett") == ["Legemiddelhandtering på sjukeheimen"]
    assert found("pårørende") == ["Brannvern"]
    assert found("branv") == []
    assert found("brannv") == ["Brannvern"]
    assert found("legemiddel") == ["Legemiddelhandtering på sjukeheimen", "Brannvern"], "a word in the title weighs most"
    assert found("legemidler") == found("legemiddel"), "the beginning of a compound, in any form"
    assert found("legemidlane sykehjem") == ["Legemiddelhandtering på sjukeheimen"], "also where it is not the last word"
    assert found("legemiddelhåndtering") == ["Legemiddelhandtering på sjukeheimen"]
    assert found("pårørande legemidler") == ["Brannvern"]
    assert found("legemiddel brann") == ["Brannvern"]
    assert found("<script>") == []
    shown = kari.get("/prosedyrar/sok?q=beskjeden").text
    assert "<mark>beskjed</mark>" in shown
    assert "**" not in shown, "signs are no words"
    assert "Nøkkelord: <mark>dosett</mark>" in kari.get("/prosedyrar/sok?q=dosett").text, "why it is a hit is always seen"
    assert "Nøkkelord" not in kari.get("/prosedyrar/sok?q=tablett").text


def test_the_title_while_typing(cast: Cast, make_prosedyre: MakeProsedyre, databases: Databases, work_for: WorkFor) -> None:
    number = make_prosedyre("Øvingar i brannvern")
    make_prosedyre("Øvingar, kladd", til="kladd")
    with databases.reading() as db:
        work = work_for(db, cast.kari)
        assert [row.id for row in pick(work, "øving")] == [number]
        assert [row.id for row in pick(work, "Brann øvelse")] == [number]
        assert pick(work, " ") == []
        assert pick(work, "100%_") == []


def test_a_changed_title_is_found_at_once(cast: Cast, client_for: ClientFor, csrf: Csrf, make_prosedyre: MakeProsedyre) -> None:
    number = make_prosedyre("Gamalt namn")
    leif = client_for(cast.leif)
    page = leif.get(f"/prosedyrar/{number}/opplysningar").text
    seen = re.search(r'name="versjon" value="(\d+)"', page)
    assert seen
    data = {
        "csrf_token": csrf(leif),
        "versjon": seen[1],
        "tittel": "Nytt prosedyrenamn",
        "dokumenttype": "rutine",
        "tema": "hms",
        "eigar": cast.leif.ansattnr,
        "revisjonsintervall": "12",
    }
    assert leif.post(f"/prosedyrar/{number}/opplysningar", data=data).status_code == 303
    assert titles(leif.get("/prosedyrar/sok?q=prosedyrenamn").text) == ["Nytt prosedyrenamn"]
    assert titles(leif.get("/prosedyrar/sok?q=gamalt").text) == []
    assert leif.post(f"/prosedyrar/{number}/opplysningar", data=data).status_code == 409, "the same form twice is outdated"


def fill(databases: Databases, cast: Cast, count: int) -> None:
    """Many valid documents, laid in at once."""
    with databases.writing() as db:
        start = (db.scalar(select(Prosedyre.id).order_by(Prosedyre.id.desc())) or 0) + 1
        common = {"dokumenttype": "rutine", "tema": "anna", "eining_id": cast.it01.id, "eigar_id": cast.leif.id, "laga": THEN}
        rows = [{"id": start + n, "tittel": f"Rutine {start + n}", "laga_av_id": cast.leif.id, **common} for n in range(count)]
        db.execute(insert(Prosedyre), rows)
        people = {"forfattar_id": cast.leif.id, "endra_av_id": cast.leif.id, "godkjennar_id": cast.kval.id}
        dates = {"laga": THEN, "endra": THEN, "godkjent": THEN, "gyldig_fra": date(2026, 1, 5)}
        texts = [
            {"prosedyre_id": row["id"], "tilstand": "gyldig", "tekst": "Alle tek vare på nøkkelen.", **people, **dates}
            for row in rows
        ]
        db.execute(insert(ProsedyreVersjon), texts)
        sok.rebuild(db)
        db.commit()


def test_pages_ask_no_more_of_the_database_when_there_is_more(
    cast: Cast, client_for: ClientFor, databases: Databases, make_prosedyre: MakeProsedyre
) -> None:
    number = make_prosedyre("Nøkkelrutine")
    kari = client_for(cast.kari)
    said: list[str] = []

    def count(*args: object) -> None:
        said.append(str(args[2]))

    lists = ("/prosedyrar/", *(f"/prosedyrar/?hylle={hylle.value}" for hylle in Hylle), "/prosedyrar/?tema=anna")
    paths = (*lists, f"/prosedyrar/{number}", "/prosedyrar/sok?q=nøkkel", "/prosedyrar/leseliste")

    def numbers() -> list[int]:
        found = []
        for path in paths:
            said.clear()
            assert kari.get(path).status_code == 200
            found.append(len(said))
        return found

    event.listen(databases._read_engine, "before_cursor_execute", count)
    numbers()
    few = numbers()
    fill(databases, cast, 120)
    assert numbers() == few
    assert max(few) < 40, few


@pytest.mark.both
def test_the_best_come_first_and_all_are_reached_among_many(cast: Cast, client_for: ClientFor, databases: Databases) -> None:
    fill(databases, cast, 260)
    with databases.writing() as db:
        rows = list(db.scalars(select(Prosedyre).order_by(Prosedyre.id)))
        rows[240].tittel, rows[250].tittel, rows[10].tittel = "Nøkkel og vakt", "Vakt", "Nøkkel"
        last = db.scalar(select(ProsedyreVersjon).where(ProsedyreVersjon.prosedyre_id == rows[259].id))
        assert last is not None
        third = rows[259].tittel
        last.tekst = "Alle på vakt tek vare på nøkkelen."
        sok.rebuild(db)
        db.commit()
    kari = client_for(cast.kari)

    def found(question: str, side: int = 1) -> list[str]:
        return titles(kari.get("/prosedyrar/sok", query_string={"q": question, "side": side}).text)

    assert found("nøkkel")[:2] == ["Nøkkel", "Nøkkel og vakt"]
    assert found("nøkkel vakt") == ["Nøkkel og vakt", "Vakt", third], "the rarest word leads"
    seen = [title for side in range(1, 11) for title in found("nøkkel", side)]
    assert len(seen) == len(set(seen)) == 250
    assert found("nøkkel", 11) == found("nøkkel", 10)
    page = kari.get("/prosedyrar/sok?q=nøkkel&side=2").text
    assert 'rel="prev"' in page
    assert 'rel="next"' in page
    assert "Side 2 av treffa" in page


def test_the_list_is_paged_by_title(cast: Cast, client_for: ClientFor, databases: Databases) -> None:
    fill(databases, cast, 60)
    kari = client_for(cast.kari)
    first = kari.get("/prosedyrar/").text
    assert len(titles(first)) == 50
    following = re.search(r'href="([^"]+)" rel="next"', first)
    assert following
    second = kari.get(following[1].replace("&amp;", "&")).text
    assert len(titles(second)) == 10
    assert not set(titles(first)) & set(titles(second))


@pytest.mark.both
def test_few_and_many_stand_in_the_same_order_and_counts_stop(
    cast: Cast, client_for: ClientFor, csrf: Csrf, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(databases, cast, 70)
    with databases.writing() as db:
        for row in db.scalars(select(Prosedyre).where(Prosedyre.id % 2 == 0)):
            row.revisjonsfrist = date(2026, 1, 1)
        db.commit()
    kari = client_for(cast.kari)

    def pages(path: str) -> list[str]:
        found = []
        while path:
            page = kari.get(path).text
            found += titles(page)
            following = re.search(r'href="([^"]+)" rel="next"', page)
            path = following[1].replace("&amp;", "&") if following else ""
        return found

    late, everything = pages("/prosedyrar/?hylle=over-frist"), pages("/prosedyrar/")
    assert late == sorted(late)
    assert everything == sorted(everything)
    assert (len(late), len(everything)) == (35, 70)
    assert pages("/prosedyrar/?hylle=gjeld-meg") == everything
    assert pages(f"/prosedyrar/?eining={cast.ho.id}&tema=anna&type=rutine") == everything
    assert pages(f"/prosedyrar/?hylle=over-frist&eining={cast.it01.id}") == late
    assert pages(f"/prosedyrar/?eining={cast.it02.id}") == []
    kari.post("/prosedyrar/1/favoritt", data={"csrf_token": csrf(kari), "favoritt": "1"})
    shown = kari.get("/prosedyrar/").text
    counted = re.findall(r'<span class="count[^"]*">([^<]*)</span>', shown[shown.index('class="tabs"') :])
    assert counted[:4] == ["70", "70", "1", "35"]
    narrow = kari.get("/prosedyrar/?tema=anna").text
    assert re.findall(r'<span class="count[^"]*">([^<]*)</span>', narrow[narrow.index('class="tabs"') :])[:4] == counted[:4]
    assert kari.post("/prosedyrar/2/opna", data={"csrf_token": csrf(kari)}).status_code == 204
    for path in ("", "&tema=anna", f"&eining={cast.it01.id}"):
        assert pages(f"/prosedyrar/?hylle=mest-lesne{path}") == ["Rutine 2"]
    assert pages("/prosedyrar/?hylle=mest-lesne&tema=fall") == []
    monkeypatch.setattr(hyller, "COUNT_MAX", 20)
    asked._held.clear()
    assert pages("/prosedyrar/?hylle=over-frist") == late, "many past their deadline are walked, in the same order"
    assert "999+" in kari.get("/prosedyrar/").text
    common = kari.get("/prosedyrar/?tema=anna").text
    assert 'class="count' not in common[common.index('class="tabs"') : common.index('name="hylle"')]


def test_shelves_and_filters(
    cast: Cast, client_for: ClientFor, csrf: Csrf, make_prosedyre: MakeProsedyre, databases: Databases, work_for: WorkFor
) -> None:
    mine = make_prosedyre("Mi eining", tema="hms")
    make_prosedyre("Felles", av=cast.kval, godkjenn=cast.signe, eining=cast.ho)
    make_prosedyre("Nabo", av=cast.nils, eining=cast.it02)
    kari = client_for(cast.kari)
    assert titles(kari.get("/prosedyrar/").text) == ["Felles", "Mi eining", "Nabo"]
    assert titles(kari.get("/prosedyrar/?hylle=gjeld-meg").text) == ["Felles", "Mi eining"]
    assert titles(kari.get("/prosedyrar/?tema=hms").text) == ["Mi eining"]
    assert titles(kari.get(f"/prosedyrar/?eining={cast.it02.id}").text) == ["Nabo"]
    kari.post(f"/prosedyrar/{mine}/favoritt", data={"csrf_token": csrf(kari), "favoritt": "1"})
    assert titles(kari.get("/prosedyrar/?hylle=favorittar").text) == ["Mi eining"]
    assert titles(client_for(cast.leif).get("/prosedyrar/?hylle=favorittar").text) == []
    for _time in range(2):
        assert kari.post(f"/prosedyrar/{mine}/opna", data={"csrf_token": csrf(kari)}).status_code == 204
    assert titles(kari.get("/prosedyrar/?hylle=mest-lesne").text) == ["Mi eining"]
    with databases.reading() as db:
        assert [(row.tal, row.maanad) for row in db.scalars(select(ProsedyreOpning))] == [(2, date(2026, 11, 1))]
        owner = db.get_one(Person, cast.leif.id)
        assert search(work_for(db, owner), terms("eining"), limit=5)


def test_a_supplement_stands_with_the_common_text_for_those_who_work_there(
    cast: Cast, client_for: ClientFor, make_prosedyre: MakeProsedyre
) -> None:
    common = make_prosedyre("Handhygiene", av=cast.kval, godkjenn=cast.signe, eining=cast.ho)
    own = make_prosedyre("Handhygiene hos oss", tekst="## Kvar\n\nSpriten heng ved døra.", tillegg_til_id=common)
    shown = client_for(cast.kari).get(f"/prosedyrar/{common}").text
    assert "Sikre rett dosering." in shown
    assert "Spriten heng ved døra." in shown
    assert f'<h3 id="tillegg-{own}-del-1">Kvar</h3>' in shown, "below the supplement's own title, and no id twice"
    assert '<h2 id="del-1">Formål</h2>' in shown
    other = client_for(cast.nina).get(f"/prosedyrar/{common}").text
    assert "Spriten heng ved døra." not in other
    assert f'href="/prosedyrar/{own}"' in other
    assert f'href="/prosedyrar/{common}"' in client_for(cast.kari).get(f"/prosedyrar/{own}").text
