"""From a deviation to a changed procedure: tie, ask, and the mark that follows by itself; counted once, told to the reporter."""

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from avvik import sums
from avvik.actions import Melding, report_avvik
from avvik.actions.prosedyre import ask_for_revision
from avvik.models import Avvik, AvvikHending, AvvikProsedyre, AvvikSum, AvvikUtfall
from avvik.queries.sladd import places
from avvik.rules import Status
from kjerne.db import Databases
from kjerne.models import Epost, Person
from prosedyrar import actions as procedures
from prosedyrar.actions.onske import decline, take_up
from prosedyrar.models import Prosedyre, ProsedyreVersjon, Revisjonsonske
from prosedyrar.queries import open_version
from prosedyrar.sladd import blank
from tests.avvik.conftest import FileCase, Load, Post
from tests.avvik.test_lukking import make_ready
from tests.cast import Cast
from tests.conftest import ClientFor, Csrf, WorkFor

MakeProcedure = Callable[..., int]
Revise = Callable[[int], str]
CANARY = "KANARI-7731"


@pytest.fixture
def make_procedure(databases: Databases, work_for: WorkFor, cast: Cast) -> MakeProcedure:
    """Give a function that makes a valid procedure of Leif's unit, approved by Signe, and returns its id."""

    def make(tittel: str = "Fallførebygging på sjukeheim") -> int:
        with databases.writing() as db:
            work = work_for(db, cast.leif)
            row = procedures.create_prosedyre(
                work, tittel=tittel, eining_id=cast.it01.id, eigar=work.me, tekst="## Formål\n\nGå trygt."
            )
            draft = open_version(work, row.id)
            assert draft is not None
            procedures.submit(work, draft.id)
            procedures.publish(work_for(db, cast.signe), draft.id)
            db.commit()
            return row.id

    return make


@pytest.fixture
def revise(databases: Databases, work_for: WorkFor, cast: Cast) -> Revise:
    """Give a function that begins, takes up all requests, and approves the next major version; returns its number."""

    def run(prosedyre_id: int) -> str:
        with databases.writing() as db:
            work = work_for(db, cast.leif)
            draft = procedures.begin_version(work, db.get_one(Prosedyre, prosedyre_id), stor=True)
            asked = db.scalars(select(Revisjonsonske.id).where(Revisjonsonske.prosedyre_id == prosedyre_id)).all()
            for onske_id in asked:
                if db.get_one(Revisjonsonske, onske_id).tilstand == "open":
                    take_up(work, onske_id, draft)
            procedures.save_draft(work, draft.id, tekst="## Formål\n\nGå tryggare.")
            procedures.submit(work, draft.id)
            made = procedures.publish(work_for(db, cast.signe), draft.id)
            db.commit()
            return made.nummer

    return run


def ask(post: Post, who: Person, nr: str, found: int, tittel: str = "Ta med sko og golvmatter") -> None:
    assert post(who, nr, "prosedyre", gjer="kople", prosedyre=str(found)).status_code == 303
    assert post(who, nr, "prosedyre", gjer="revisjon", prosedyre=str(found), tittel=tittel).status_code == 303


def changed_count(databases: Databases) -> int:
    with databases.writing() as db:
        assert sums.verify(db) == []
        return db.scalar(select(func.sum(AvvikSum.saker)).where(AvvikSum.endra_praksis, AvvikSum.stand != "avvist")) or 0


def test_search_while_typing_finds_valid_ones_by_every_word(
    cast: Cast, file_case: FileCase, make_procedure: MakeProcedure, client_for: ClientFor
) -> None:
    nr = file_case()
    make_procedure("Fallførebygging på sjukeheim")
    make_procedure("Handhygiene")
    leif = client_for(cast.leif)
    page = leif.get(f"/avvik/{nr}/prosedyre?q=sjukeheim+FALL").get_data(as_text=True)
    assert "Fallførebygging på sjukeheim 1.0" in page
    assert "Handhygiene" not in page
    assert "Ingen gyldige prosedyrar" in leif.get(f"/avvik/{nr}/prosedyre?q=drone").get_data(as_text=True)


def test_an_open_case_is_marked_and_counted_when_it_closes(
    cast: Cast, file_case: FileCase, make_procedure: MakeProcedure, post: Post, revise: Revise, load: Load, databases: Databases,
    client_for: ClientFor,
) -> None:  # fmt: skip
    nr, found = file_case(), make_procedure()
    ask(post, cast.leif, nr, found)
    assert revise(found) == "2.0"
    assert changed_count(databases) == 0
    case = client_for(cast.leif).get(f"/avvik/{nr}").get_data(as_text=True)
    assert "Førte til endra prosedyre v. 2.0." in case
    assert f"/prosedyrar/{found}/samanlikn?fra=1.0&amp;til=2.0" in case
    make_ready(post, cast.leif, nr, utfall="opplaering")
    assert post(cast.leif, nr, "lukk").status_code == 303
    assert load(nr).endra_praksis
    assert changed_count(databases) == 1
    with databases.reading() as db:
        assert set(db.scalars(select(AvvikUtfall.utfall))) == {"opplaering", "prosedyre_endra"}


@pytest.mark.both
def test_a_closed_case_completes_itself_and_its_reporter_is_told(
    cast: Cast, file_case: FileCase, make_procedure: MakeProcedure, post: Post, revise: Revise, load: Load, databases: Databases,
    client_for: ClientFor,
) -> None:  # fmt: skip
    nr, found = file_case(), make_procedure()
    ask(post, cast.leif, nr, found)
    make_ready(post, cast.leif, nr, utfall="opplaering")
    assert (
        post(
            cast.leif, nr, "utfall", utfall="ingen", grunngiving="Ventar på prosedyren.", sluttsvar="Vi har bede om endring."
        ).status_code
        == 303
    )
    assert post(cast.leif, nr, "lukk").status_code == 303
    assert not load(nr).endra_praksis
    revise(found)
    assert load(nr).endra_praksis
    assert load(nr).status == Status.LUKKA
    assert changed_count(databases) == 1
    revise(found)
    assert changed_count(databases) == 1
    with databases.reading() as db:
        assert db.scalars(select(AvvikUtfall.utfall)).all() == ["prosedyre_endra"]
        letters = db.scalars(
            select(Epost).where(Epost.til_adresse == cast.kari.epost, Epost.emne.contains("endra prosedyre"))
        ).all()
        assert len(letters) == 1
        assert nr in letters[0].emne
        assert "Fall" not in letters[0].tekst
        assert db.scalars(select(AvvikProsedyre.utfall)).all() == ["prosedyre_endra"]
    page = client_for(cast.kari).get(f"/avvik/{nr}").get_data(as_text=True)
    assert "Meldinga di førte til endra prosedyre v. 2.0" in page


def test_asking_twice_is_once_and_a_tie_that_asked_stays(
    cast: Cast, file_case: FileCase, make_procedure: MakeProcedure, post: Post, databases: Databases
) -> None:
    nr, found = file_case(), make_procedure()
    ask(post, cast.leif, nr, found)
    ask(post, cast.leif, nr, found)
    with databases.reading() as db:
        assert db.scalar(select(func.count()).select_from(Revisjonsonske)) == 1
    assert post(cast.leif, nr, "prosedyre", gjer="fjern", prosedyre=str(found)).status_code == 422
    other = make_procedure("Handhygiene")
    assert post(cast.leif, nr, "prosedyre", gjer="kople", prosedyre=str(other)).status_code == 303
    assert post(cast.leif, nr, "prosedyre", gjer="fjern", prosedyre=str(other)).status_code == 303
    with databases.reading() as db:
        assert db.scalars(select(AvvikProsedyre.prosedyre_id)).all() == [found]


def test_a_new_procedure_is_another_outcome(
    cast: Cast, file_case: FileCase, post: Post, databases: Databases, work_for: WorkFor
) -> None:
    nr = file_case()
    assert post(cast.leif, nr, "prosedyre", gjer="ny", tittel="Rutine for natt utan sjukepleiar").status_code == 303
    with databases.writing() as db:
        work = work_for(db, cast.leif)
        asked = db.scalars(select(Revisjonsonske)).one()
        made = procedures.create_prosedyre(
            work, tittel="Natt", eining_id=cast.it01.id, eigar=work.me, tekst="Slik.", onske_id=asked.id
        )
        draft = open_version(work, made.id)
        assert draft is not None
        procedures.submit(work, draft.id)
        procedures.publish(work_for(db, cast.signe), draft.id)
        db.commit()
        assert db.scalars(select(AvvikUtfall.utfall)).all() == ["ny_prosedyre"]


def test_a_rejected_case_is_told_but_never_counted(
    cast: Cast, file_case: FileCase, make_procedure: MakeProcedure, post: Post, revise: Revise, load: Load, databases: Databases
) -> None:
    nr, found = file_case(), make_procedure()
    ask(post, cast.leif, nr, found)
    assert post(cast.leif, nr, "avvis", grunngiving="Slik er rutina.").status_code == 303
    revise(found)
    assert not load(nr).endra_praksis
    assert changed_count(databases) == 0
    with databases.reading() as db:
        assert db.scalars(select(AvvikUtfall.utfall)).all() == []
        assert "prosedyre_endra" in db.scalars(select(AvvikHending.slag)).all()


def test_a_reopened_case_keeps_its_proven_outcome(
    cast: Cast, file_case: FileCase, make_procedure: MakeProcedure, post: Post, revise: Revise, load: Load, databases: Databases
) -> None:
    nr, found = file_case(), make_procedure()
    ask(post, cast.leif, nr, found)
    make_ready(post, cast.leif, nr)
    post(cast.leif, nr, "lukk")
    revise(found)
    assert post(cast.kval, nr, "gjenopne", grunngiving="Meir hende.").status_code == 303
    assert changed_count(databases) == 0
    post(cast.leif, nr, "start")
    make_ready(post, cast.leif, nr, utfall="utstyr_bygg")
    assert post(cast.leif, nr, "lukk").status_code == 303
    assert load(nr).endra_praksis
    assert changed_count(databases) == 1


def test_a_declined_request_is_told_to_who_has_the_case(
    cast: Cast, file_case: FileCase, make_procedure: MakeProcedure, post: Post, databases: Databases, work_for: WorkFor,
    client_for: ClientFor,
) -> None:  # fmt: skip
    nr, found = file_case(), make_procedure()
    ask(post, cast.leif, nr, found)
    with databases.writing() as db:
        decline(work_for(db, cast.kval), db.scalars(select(Revisjonsonske)).one(), "Det står der alt.")
        db.commit()
        assert db.scalars(select(Epost.til_adresse).where(Epost.emne.contains("avslege"))).all() == [cast.leif.epost]
    assert "Det står der alt." in client_for(cast.leif).get(f"/avvik/{nr}/prosedyre").get_data(as_text=True)


def test_anonymous_reporters_read_it_at_their_code(
    cast: Cast, make_procedure: MakeProcedure, post: Post, revise: Revise, databases: Databases, work_for: WorkFor, csrf: Csrf,
    client_for: ClientFor,
) -> None:  # fmt: skip
    found = make_procedure()
    with databases.writing() as db:
        work = work_for(db, cast.kari)
        receipt = report_avvik(
            work,
            Melding(
                nokkel="6f1f9a52-3f0c-4d5b-8f3a-0a2b3c4d5e6f", eining_id=cast.it01.id, hendt=work.now, hovudtype="pasient_brukar",
                underkategori="fall_utan_skade", skildring="Fall.", alvor=2, anonym=True,
            ),
        )  # fmt: skip
        db.commit()
        nr, kode = receipt.avvik.nr, receipt.sporingskode
    ask(post, cast.leif, nr, found)
    revise(found)
    browser = client_for(cast.kari)
    page = browser.post("/avvik/sporing", data={"csrf_token": csrf(browser), "kode": kode}).get_data(as_text=True)
    assert "Saka førte til endra prosedyre: Fallførebygging på sjukeheim v. 2.0." in page
    with databases.reading() as db:
        assert db.scalars(select(Epost).where(Epost.emne.contains("førte til endra"))).all() == []


@pytest.mark.parametrize(
    "said", [{"konfidensiell": True}, {"gjeld_leiar": True}, {"underkategori": "vald_trussel_tilsett", "hovudtype": "hms"}]
)
def test_what_few_may_see_is_shielded_from_the_owner(
    cast: Cast,
    file_case: FileCase,
    make_procedure: MakeProcedure,
    databases: Databases,
    work_for: WorkFor,
    client_for: ClientFor,
    said: dict[str, object],
) -> None:
    found = make_procedure()
    nr = file_case(**said)
    with databases.writing() as db:
        avvik = db.scalars(select(Avvik)).one()
        handler = db.get_one(Person, avvik.sakshandsamar_id or cast.signe.id)
        ask_for_revision(work_for(db, handler), avvik, found, "Meir om tryggleik")
        db.commit()
        assert db.scalars(select(Revisjonsonske.skjerma)).one()
        asker = handler.id
    by_number = 0
    for name, person in cast.people.items():
        browser = client_for(person)
        pages = browser.get("/prosedyrar/onske").text + browser.get(f"/prosedyrar/{found}").text
        sees = browser.get(f"/avvik/{nr}").status_code == 200
        assert "Meir om tryggleik" not in pages or sees or person.id == asker, name
        by_number += "Ønske nr. " in pages
    assert by_number, "who writes the document is told that there is a request"


def test_a_case_that_becomes_shielded_takes_its_requests_along(
    cast: Cast, file_case: FileCase, make_procedure: MakeProcedure, post: Post, databases: Databases
) -> None:
    nr, found = file_case(), make_procedure()
    ask(post, cast.leif, nr, found)
    assert post(cast.leif, nr, "varsel", grunngiving="Dette er eit varsel.").status_code == 303
    with databases.reading() as db:
        assert db.scalars(select(Revisjonsonske.skjerma)).one()


@pytest.mark.parametrize(
    ("tittel", "feil"), [("Kontakt 311299 56715", "identitet"), ("Spør Ola Nordmann", "stadfest"), (" ", "steg")]
)
def test_the_request_is_guarded(
    cast: Cast, file_case: FileCase, make_procedure: MakeProcedure, post: Post, databases: Databases, tittel: str, feil: str
) -> None:
    nr, found = file_case(), make_procedure()
    answer = post(cast.leif, nr, "prosedyre", gjer="revisjon", prosedyre=str(found), tittel=tittel)
    assert answer.status_code == 422
    assert f'data-feil="{feil}"' in answer.text
    with databases.reading() as db:
        assert db.scalars(select(Revisjonsonske.id)).all() == []


def test_the_list_and_its_export_are_narrowed_within_what_one_reads(
    cast: Cast, file_case: FileCase, make_procedure: MakeProcedure, post: Post, client_for: ClientFor, csrf: Csrf
) -> None:
    found = make_procedure()
    mine, other = file_case(skildring=CANARY), file_case(av=cast.nina, eining_id=cast.it02.id, skildring=f"{CANARY} nabo")
    file_case()
    ask(post, cast.leif, mine, found)
    ask(post, cast.nils, other, found)
    rows = {
        who: client_for(who).get(f"/avvik/?liste=opne&prosedyre={found}").get_data(as_text=True) for who in (cast.leif, cast.nils)
    }
    assert f"/avvik/{mine}" in rows[cast.leif]
    assert f"/avvik/{other}" not in rows[cast.leif]
    assert "prosedyren «Fallførebygging på sjukeheim»" in rows[cast.leif]
    assert f"/avvik/{other}" in rows[cast.nils]
    csv = client_for(cast.leif).get(f"/avvik/eksport.csv?liste=opne&prosedyre={found}").get_data(as_text=True)
    assert csv.count(CANARY) == 1
    kari = client_for(cast.kari).get(f"/avvik/?liste=mine&prosedyre={found}").get_data(as_text=True)
    assert f"/avvik/{mine}" not in kari  # which procedure failed is the handler's judgement until the case is ended
    leif = client_for(cast.leif)
    assert leif.get(f"/avvik/?liste=opne&prosedyre={'9' * 30}").status_code == 200
    assert f'name="prosedyre" value="{found}"' in rows[cast.leif]
    form = {"csrf_token": csrf(leif), "liste": "opne", "prosedyre": str(found), "namn": "Fall"}
    assert leif.post("/avvik/filter", data=form).headers["Location"] == f"/avvik/?liste=opne&prosedyre={found}"


def test_others_have_no_such_page(
    cast: Cast, file_case: FileCase, make_procedure: MakeProcedure, post: Post, client_for: ClientFor
) -> None:
    nr, found = file_case(), make_procedure()
    for who in (cast.kari, cast.nils, cast.rita, cast.adam):
        assert client_for(who).get(f"/avvik/{nr}/prosedyre").status_code == 404
        assert post(who, nr, "prosedyre", gjer="kople", prosedyre=str(found)).status_code == 404


def test_a_report_from_a_procedures_page_is_tied_to_it(
    cast: Cast, make_procedure: MakeProcedure, client_for: ClientFor, databases: Databases, file_case: FileCase
) -> None:
    found = make_procedure()
    page = client_for(cast.kari).get(f"/avvik/nytt?prosedyre={found}").get_data(as_text=True)
    assert "Gjeld prosedyren «Fallførebygging på sjukeheim»." in page
    assert f'name="prosedyre" value="{found}"' in page
    file_case(prosedyre_id=found)
    file_case(prosedyre_id=99_999)
    with databases.reading() as db:
        assert db.scalars(select(AvvikProsedyre.prosedyre_id)).all() == [found]
        assert db.scalars(select(ProsedyreVersjon.tilstand)).all() == ["gyldig"]


def test_what_was_asked_for_is_redacted_and_disposed_of_with_the_case(
    cast: Cast, file_case: FileCase, make_procedure: MakeProcedure, post: Post, databases: Databases, work_for: WorkFor
) -> None:
    nr, found = file_case(), make_procedure()
    ask(post, cast.leif, nr, found, "Skriv om det på rom tolv")
    with databases.writing() as db:
        work = work_for(db, cast.kval)
        avvik = db.scalars(select(Avvik)).one()
        assert "Skriv om det på rom tolv" in [place.tekst for place in places(work, avvik)]
        blank(db, "avvik", [avvik.id])
        db.flush()
        row = db.scalars(select(Revisjonsonske)).one()
        assert (row.tittel, row.bedd_av_id) == ("Kassert", None)


def test_a_list_is_narrowed_to_a_procedure_she_searches_for_and_the_rest_of_the_filter_stays(
    cast: Cast, client_for: ClientFor, file_case: FileCase, post: Post, make_procedure: MakeProcedure
) -> None:
    document = make_procedure()
    tied, low, other = file_case(alvor=3), file_case(alvor=1), file_case(alvor=3)
    for nr in (tied, low):
        assert post(cast.leif, nr, "prosedyre", gjer="kople", prosedyre=str(document)).status_code == 303
    leif = client_for(cast.leif)
    found = leif.get("/avvik/filter/prosedyre?liste=alle&alvor=3&q=fallforeb").text
    href = f"/avvik/?liste=alle&alvor=3&prosedyre={document}"
    assert f'href="{href.replace("&", "&amp;")}"' in found
    page = leif.get(href).text
    assert "prosedyren «Fallførebygging på sjukeheim»" in page
    assert 'formaction="/avvik/filter/prosedyre"' in page
    assert [nr in page for nr in (tied, low, other)] == [True, False, False]
    assert 'href="/avvik/?liste=alle&amp;alvor=3"' in leif.get("/avvik/filter/prosedyre" + href.partition("/avvik/")[2]).text
