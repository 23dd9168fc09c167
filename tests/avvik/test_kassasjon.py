"""Disposal: proposed by rule, looked over, approved once, gone everywhere; sums and the log still hold."""

import io
import threading
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import func, select, update

from avvik import sums
from avvik.actions.kassasjon import approve, propose
from avvik.models import Avvik, AvvikHending, AvvikSum
from avvik.models_kassasjon import AvvikKassasjon
from avvik.queries.kassasjon import read_list
from kjerne import log
from kjerne.config import Config
from kjerne.db import Databases
from kjerne.errors import Conflict
from kjerne.katalog import Oppbevaring
from kjerne.models import Epost, Loggline
from tests.avvik.conftest import FileCase, Load, Post
from tests.avvik.test_meld_hemmeleg import dump
from tests.cast import Cast
from tests.conftest import ClientFor, Clock, Csrf, WorkFor
from tests.make import canary

YEAR = 366


def close(post: Post, cast: Cast, nr: str) -> None:
    """Take a case to closed, as people do."""
    assert post(cast.leif, nr, "svar", tekst="Takk.").status_code == 303
    assert post(cast.leif, nr, "arsak", arsak="utstyr", kvifor="Senga var gamal.").status_code == 303
    assert post(cast.leif, nr, "utfall", utfall=["opplaering"], sluttsvar="Vi lærer opp.").status_code == 303
    assert post(cast.kval, nr, "lukk").status_code == 303


def propose_now(databases: Databases, work_for: WorkFor) -> int:
    with databases.writing() as db:
        count = propose(work_for(db, None))
        db.commit()
    return count


def proposed(databases: Databases) -> dict[str, str]:
    """Case number → rule."""
    with databases.reading() as db:
        rows = db.execute(select(Avvik.aar, Avvik.lopenr, AvvikKassasjon.regel).join(AvvikKassasjon).order_by(Avvik.id))
        return {f"{aar}-{lopenr}": rule for aar, lopenr, rule in rows}


def mark(page: str) -> str:
    return page.partition('name="sett" value="')[2].partition('"')[0]


def test_each_case_by_its_own_rule_and_not_before_time(
    file_case: FileCase, databases: Databases, work_for: WorkFor, clock: Clock
) -> None:
    plain, worst = file_case(), file_case(alvor=5)
    hurt = file_case(hovudtype="hms", underkategori="stikkskade")
    whistle = file_case()
    still_open = file_case()
    with databases.writing() as db:
        ended = [int(nr.partition("-")[2]) for nr in (plain, worst, hurt, whistle)]
        db.execute(update(Avvik).where(Avvik.lopenr.in_(ended)).values(status="lukka", lukka_tid=clock()))
        db.execute(update(Avvik).where(Avvik.lopenr == int(whistle.partition("-")[2])).values(er_varsel=True))
        db.commit()
    clock.forward(days=5 * 365)
    assert propose_now(databases, work_for) == 0
    clock.forward(days=3)
    assert propose_now(databases, work_for) == 1
    assert propose_now(databases, work_for) == 0, "each is proposed once"
    assert proposed(databases) == {plain: "avvik"}
    clock.forward(days=5 * YEAR)
    assert propose_now(databases, work_for) == 2
    assert proposed(databases) == {plain: "avvik", worst: "avvik_alvorleg", hurt: "hms_skade"}
    assert still_open not in proposed(databases)
    with databases.writing() as db:
        db.execute(update(Oppbevaring).where(Oppbevaring.kode == "avvik").values(bevar=True))
        db.commit()
    propose_now(databases, work_for)
    assert plain not in proposed(databases), "a rule that is changed to keep takes its cases off the list"


@pytest.mark.both
def test_what_is_approved_is_gone_and_the_sums_stay(
    cast: Cast,
    client_for: ClientFor,
    csrf: Csrf,
    file_case: FileCase,
    post: Post,
    databases: Databases,
    config: Config,
    work_for: WorkFor,
    clock: Clock,
    load: Load,
) -> None:
    bird = canary()
    nr = file_case(skildring=f"Om {bird}.", strakstiltak=bird, tillegg={"skadetype": bird}, konfidensiell=True)
    later = file_case(skildring="Denne skal stå.")
    leif = client_for(cast.leif)
    picture = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(picture, "PNG")
    sent = {"csrf_token": csrf(leif), "fil": (io.BytesIO(picture.getvalue()), f"{bird}.png"), "stadfest": "1"}
    assert leif.post(f"/avvik/{nr}/vedlegg", data=sent).status_code == 303
    assert post(cast.leif, nr, "kommentar", tekst=bird).status_code == 303
    close(post, cast, nr)
    with databases.writing() as db:
        db.execute(update(Epost).values(sendt=clock()))
        db.commit()
        letters = db.scalar(select(func.count()).select_from(Epost))
    clock.forward(days=5 * YEAR)
    assert propose_now(databases, work_for) == 1
    with databases.reading() as db:
        before = sorted((row.manad, row.hovudtype, row.stand, row.saker) for row in db.scalars(select(AvvikSum)))

    browser = client_for(cast.kval)
    page = browser.get("/avvik/kassasjon")
    assert nr in page.text
    assert f"{letters} sende brev" in page.text
    assert "Saker er klare for kassasjon" in browser.get("/").text or "Sak er klar for kassasjon" in browser.get("/").text
    token = {"csrf_token": csrf(browser)}
    assert browser.post("/avvik/kassasjon", data={**token, "sett": mark(page.text)}).status_code == 422, "looked over first"
    assert browser.post("/avvik/kassasjon", data={**token, "sett": "feil", "sett_over": "1"}).status_code == 409
    assert load(nr).skildring, "nothing has gone yet"
    done = browser.post("/avvik/kassasjon", data={**token, "sett": mark(page.text), "sett_over": "1"})
    assert done.status_code == 303
    again = browser.post("/avvik/kassasjon", data={**token, "sett": mark(page.text), "sett_over": "1"})
    assert again.status_code == 409, "once"

    for table, rows in dump(databases).items():
        assert bird not in str(rows), table
    stored = [path for path in (config.data_dir / "filer").rglob("*") if path.is_file()]
    assert stored == []
    row = load(nr)
    assert (row.hovudtype, row.alvor, row.status, row.skildring) == ("pasient_brukar", 2, "lukka", "")
    assert (row.meldar_id, row.sakshandsamar_id, row.sporingskode_hash) == (None, None, None)
    with databases.writing() as db:
        assert sums.verify(db) == []
        assert before == sorted((row.manad, row.hovudtype, row.stand, row.saker) for row in db.scalars(select(AvvikSum)))
        lines = db.scalars(select(Loggline).where(Loggline.hending == "avvik:kassert")).all()
        assert [(line.subjekt_id, line.aktor) for line in lines] == [(str(row.id), str(cast.kval.id))]
        assert log.verify(db, config.secret_key).broken_at is None
        assert db.scalars(select(AvvikHending).where(AvvikHending.avvik_id == row.id)).all() == []
        assert db.scalar(select(func.count()).select_from(Epost)) == 0
    for person in (cast.kval, cast.leif, cast.kari):
        assert client_for(person).get(f"/avvik/{nr}").status_code == 404
    assert client_for(cast.leif).get(f"/avvik/{later}").status_code == 200
    assert f"{nr};" not in client_for(cast.kval).get("/avvik/eksport.csv?liste=alle").text


@pytest.mark.both
def test_two_who_approve_at_once_dispose_once(
    cast: Cast, file_case: FileCase, post: Post, databases: Databases, work_for: WorkFor, clock: Clock
) -> None:
    for _time in range(3):
        close(post, cast, file_case())
    clock.forward(days=5 * YEAR)
    assert propose_now(databases, work_for) == 3
    with databases.reading() as db:
        seen = read_list(work_for(db, None)).sett
    ready, ends = threading.Barrier(2), []

    def run() -> None:
        ready.wait()
        try:
            with databases.writing() as db:
                approve(work_for(db, None), seen)
                db.commit()
            ends.append("kassert")
        except Conflict:
            ends.append("konflikt")

    threads = [threading.Thread(target=run) for _time in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ends) == ["kassert", "konflikt"]
    with databases.reading() as db:
        assert db.scalar(select(func.count()).select_from(Loggline).where(Loggline.hending == "avvik:kassert")) == 3


def test_a_case_taken_out_stays_until_it_is_put_back(
    cast: Cast,
    client_for: ClientFor,
    csrf: Csrf,
    file_case: FileCase,
    post: Post,
    databases: Databases,
    work_for: WorkFor,
    clock: Clock,
    load: Load,
) -> None:
    nr, other = file_case(), file_case()
    for one in (nr, other):
        close(post, cast, one)
    clock.forward(days=5 * YEAR)
    propose_now(databases, work_for)
    browser = client_for(cast.kval)
    token = {"csrf_token": csrf(browser)}
    empty = browser.post(f"/avvik/kassasjon/{nr}/hald", data={**token, "grunn": " "})
    assert (empty.status_code, 'data-feil="kassasjon"' in empty.text) == (422, True)
    named = browser.post(f"/avvik/kassasjon/{nr}/hald", data={**token, "grunn": "Olav Hansen har spurt."})
    assert (named.status_code, 'data-feil="stadfest"' in named.text) == (422, True)
    assert browser.post(f"/avvik/kassasjon/{nr}/hald", data={**token, "grunn": "Det er tilsyn i saka."}).status_code == 303
    assert browser.post(f"/avvik/kassasjon/{nr}/hald", data={**token, "grunn": "Igjen."}).status_code == 404
    stale = browser.post("/avvik/kassasjon", data={**token, "sett": "0" * 24, "sett_over": "1"})
    assert (stale.status_code, "begge tekstane" in stale.text) == (409, False), "there are no two texts to look at"
    page = browser.get("/avvik/kassasjon").text
    assert "Det er tilsyn i saka." in page
    assert page.count("Fall utan skade") == 2, "what each is about stands beside its number"
    assert browser.post("/avvik/kassasjon", data={**token, "sett": mark(page), "sett_over": "1"}).status_code == 303
    assert (bool(load(nr).skildring), bool(load(other).skildring)) == (True, False)
    assert propose_now(databases, work_for) == 0
    assert browser.post(f"/avvik/kassasjon/{nr}/ta-med", data=token).status_code == 303
    page = browser.get("/avvik/kassasjon").text
    assert browser.post("/avvik/kassasjon", data={**token, "sett": mark(page), "sett_over": "1"}).status_code == 303
    assert not load(nr).skildring


def test_others_find_nothing_and_hidden_cases_are_only_counted(
    cast: Cast,
    client_for: ClientFor,
    csrf: Csrf,
    file_case: FileCase,
    post: Post,
    databases: Databases,
    work_for: WorkFor,
    clock: Clock,
) -> None:
    nr = file_case(gjeld_leiar=True)
    with databases.writing() as db:
        db.execute(update(Avvik).values(status="lukka", lukka_tid=clock() + timedelta(days=1)))
        db.commit()
    clock.forward(days=5 * YEAR)
    propose_now(databases, work_for)
    page = client_for(cast.kval).get("/avvik/kassasjon").text
    assert f"/avvik/{nr}" not in page
    assert "avgrensa innsyn" in page
    browser = client_for(cast.kval)
    assert browser.post(f"/avvik/kassasjon/{nr}/hald", data={"csrf_token": csrf(browser), "grunn": "X."}).status_code == 404
    for name in ("leif", "kari", "pia", "signe", "adam", "rita", "lise"):
        other = client_for(cast.people[name])
        token = {"csrf_token": csrf(other)}
        assert other.get("/avvik/kassasjon").status_code == 404
        for path in ("/avvik/kassasjon", f"/avvik/kassasjon/{nr}/hald", f"/avvik/kassasjon/{nr}/ta-med"):
            assert other.post(path, data=token).status_code == 404
