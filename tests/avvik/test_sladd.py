"""Redaction over HTTP: who may, what goes, and that nothing of it is left in any table, file or byte of the database."""

import io
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import String, select
from werkzeug.test import TestResponse

from avvik.models import Avvik, AvvikHending, AvvikKladd, AvvikNokkel, AvvikOrd
from kjerne import files, log
from kjerne.config import Config
from kjerne.db import Databases
from kjerne.models import Fil, Loggline, Person
from kjerne.sladd import MARK, parts, passages, patterns, spans, without
from migrations import tables
from tests.avvik.conftest import FileCase, Load, Post
from tests.avvik.test_meld_hemmeleg import dump
from tests.cast import Cast
from tests.conftest import ClientFor, Clock, Csrf
from tests.make import canary

WHY = "Teksten viste kven det gjaldt."


@pytest.mark.parametrize(
    ("said", "words", "left"),
    [
        ("Kari fall. Karianne såg det.", ["kari"], "[sladda] fall. Karianne såg det."),
        ("Karis seng", ["Kari"], "[sladda] seng"),
        ("Kari  Hansen og kari\nhansen", ["Kari Hansen"], "[sladda] og [sladda]"),
        ("nr12345x", ["2345"], "nr1[sladda]x"),
        ("(født 1940)", ["(født 1940)"], "[sladda]"),
        ("a b c", ["a b", "b c"], "[sladda]"),
    ],
)
def test_what_goes_and_what_stays(said: str, words: list[str], left: str) -> None:
    gone = spans(said, patterns(passages("\n".join(words)), [said]))
    assert without(said, gone) == left
    assert "".join(piece for piece, _goes in parts(said, gone)) == said


def marks(shown: TestResponse) -> dict[str, str]:
    """What the preview carries to the confirmation."""
    return {name: shown.text.partition(f'name="{name}" value="')[2].partition('"')[0] for name in ("sett", "vist")}


def redact(
    client_for: ClientFor, csrf: Csrf, who: Person, nr: str, *, heile: list[str] | None = None, **said: str
) -> tuple[TestResponse, TestResponse]:
    """Preview and confirm, as the page does."""
    browser = client_for(who)
    sent = {"csrf_token": csrf(browser), "grunngiving": WHY, "heile": heile or [], **said}
    shown = browser.post(f"/avvik/{nr}/sladd", data=sent)
    return shown, browser.post(f"/avvik/{nr}/sladd", data={**sent, "utfor": "1", **marks(shown)})


@pytest.mark.both
def test_nothing_of_it_is_left_anywhere(
    cast: Cast,
    client_for: ClientFor,
    csrf: Csrf,
    file_case: FileCase,
    post: Post,
    databases: Databases,
    config: Config,
    clock: Clock,
) -> None:
    bird, name, key = canary(), canary(), "6e0f6d0a-0000-4000-8000-000000000001"
    told = f"Ho {bird} låg der. "
    nr = file_case(
        nokkel=key,
        skildring=told * 300,
        strakstiltak=told,
        arsak=told,
        forslag=told,
        tillegg={"skadetype": bird},
        hovudtype="info_personvern",
        underkategori="feilsending",
    )
    leif = client_for(cast.leif)
    for steg in ("svar", "sporsmal", "kommentar"):
        assert post(cast.leif, nr, steg, tekst=f"{steg} {told}").status_code == 303
    assert post(cast.kari, nr, "svar-sporsmal", tekst=told).status_code == 303
    assert post(cast.leif, nr, "arsak", arsak="utstyr", kvifor=f"{told}\n{told}").status_code == 303
    owner = {"ansvarleg": cast.leif.ansattnr, "frist": "2026-12-20"}
    assert post(cast.leif, nr, "tiltak", tittel=f"Ring {bird}", skildring=told, **owner).status_code == 303
    assert post(cast.leif, nr, "utfall", utfall=["opplaering"], sluttsvar=told).status_code == 303
    sent = {"csrf_token": csrf(leif), "fil": (picture(), f"{name}.png"), "stadfest": "1"}
    assert leif.post(f"/avvik/{nr}/vedlegg", data=sent).status_code == 303
    with databases.writing() as db:
        db.add(AvvikKladd(nokkel=key, person_id=cast.kari.id, felt={"skildring": told}, endra=clock()))
        db.commit()
        fil = db.scalars(select(Fil)).one()
        before = log.digest(bird)
        db.expunge(fil)
    path = files.path_of(config.data_dir, fil.sha256)
    assert path.exists()

    browser = client_for(cast.pia)
    assert f"/avvik/{nr}/sladd" in browser.get(f"/avvik/{nr}").text, "a personvernombod with copies only finds the way"
    shown, done = redact(client_for, csrf, cast.pia, nr, ord=f"{bird}\n{name}", heile=[f"fil-{fil.offentleg_id}"])
    assert shown.status_code == 200
    assert bird in shown.text
    assert done.status_code == 303

    for table, rows in dump(databases).items():
        assert bird not in str(rows), table
        assert name not in str(rows), table
        assert fil.sha256 not in str(rows), table
        assert before not in str(rows), f"{table} holds a digest that could be guessed back"
    assert not path.exists()
    for stored in config.data_dir.rglob("*"):
        assert name not in stored.name
        if stored.is_file():
            assert bird.encode() not in stored.read_bytes()
    if databases.is_sqlite:
        place = databases.engine.url.database
        for ending in ("", "-wal"):
            held = Path(f"{place}{ending}").read_bytes()
            assert bird.encode() not in held, ending
            assert name.encode() not in held, ending
    with databases.reading() as db:
        assert db.scalars(select(Avvik)).one().skildring == f"Ho {MARK} låg der. " * 300
        assert db.scalars(select(AvvikKladd)).all() == []
        assert db.scalars(select(AvvikNokkel)).one().kropp_hash == "sladda"
        assert not db.scalars(select(AvvikOrd.ord).where(AvvikOrd.ord.startswith("kanari"))).all()
        line = db.scalars(select(Loggline).where(Loggline.hending == "avvik:sladd-tekst")).one()
        assert (line.aktor, len(line.endring["fjerna"])) == (str(cast.pia.id), 32)
        assert db.scalars(select(AvvikHending.tekst).where(AvvikHending.slag == "sladd")).one() == WHY
        assert log.verify(db, config.secret_key).broken_at is None
    assert bird not in leif.get("/avvik/eksport.csv?liste=alle").text
    assert f"/avvik/{nr}" not in leif.get(f"/avvik/sok?q={bird}").text
    assert MARK in client_for(cast.kari).get(f"/avvik/{nr}").text


def picture() -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", (30, 20), "white").save(out, "PNG")
    return io.BytesIO(out.getvalue())


@pytest.mark.parametrize(
    ("name", "status"), [("kval", 200), ("pia", 404), ("leif", 404), ("kari", 404), ("vera", 404), ("adam", 404), ("rita", 404)]
)
def test_coordinator_and_ombod_alone_and_in_what_they_see(
    cast: Cast, client_for: ClientFor, csrf: Csrf, file_case: FileCase, load: Load, name: str, status: int
) -> None:
    nr = file_case(skildring="Bebuaren Olav låg der.")
    browser = client_for(cast.people[name])
    page = browser.get(f"/avvik/{nr}/sladd")
    sent = {"csrf_token": csrf(browser), "ord": "Olav", "grunngiving": WHY}
    answer = browser.post(f"/avvik/{nr}/sladd", data=sent)
    assert (page.status_code, answer.status_code) == (status, status)
    assert ("/sladd" in browser.get(f"/avvik/{nr}").text) is (status == 200)
    assert load(nr).skildring == "Bebuaren Olav låg der.", "the preview writes nothing"


def test_her_own_case_is_not_hers_to_redact(cast: Cast, client_for: ClientFor, file_case: FileCase, post: Post) -> None:
    nr = file_case(av=cast.kval)
    assert post(cast.leif, nr, "varsel", grunngiving="Gjeld leiinga").status_code == 303
    browser = client_for(cast.kval)
    assert browser.get(f"/avvik/{nr}").status_code == 200
    assert browser.get(f"/avvik/{nr}/sladd").status_code == 404


def test_a_reason_something_to_remove_and_a_clean_reason(
    cast: Cast, client_for: ClientFor, csrf: Csrf, file_case: FileCase, load: Load
) -> None:
    nr = file_case(skildring="Bebuaren Olav låg der.")
    browser = client_for(cast.kval)

    def send(**said: str) -> TestResponse:
        return browser.post(f"/avvik/{nr}/sladd", data={"csrf_token": csrf(browser), "grunngiving": WHY, "utfor": "1", **said})

    for said in ({"ord": "Olav", "grunngiving": " "}, {"ord": "finst ikkje"}, {"ord": "a"}, {"ord": ""}, {"heile": "tull"}):
        answer = send(**said)
        assert (answer.status_code, 'data-feil="sladd"' in answer.text) == (422, True), said
    number = send(ord="Olav", grunngiving="Det gjaldt 15076500565.")
    assert (number.status_code, 'data-feil="identitet"' in number.text) == (422, True)
    named = send(ord="Olav", grunngiving="Det gjaldt Olav Hansen.")
    assert (named.status_code, 'data-feil="stadfest"' in named.text) == (422, True)
    preview = marks(send(ord="Olav"))
    assert send(ord="Olav", **{**preview, "sett": "feil"}).status_code == 409
    changed = send(ord="låg", **preview)
    assert (changed.status_code, "Slik blir det" in changed.text) == (200, True), "another choice is previewed first"
    assert load(nr).skildring == "Bebuaren Olav låg der."


def test_what_came_in_between_is_looked_at_first(
    cast: Cast, client_for: ClientFor, csrf: Csrf, file_case: FileCase, post: Post, load: Load
) -> None:
    nr = file_case(skildring="Bebuaren Olav låg der.")
    browser = client_for(cast.kval)
    sent = {"csrf_token": csrf(browser), "ord": "Olav", "grunngiving": WHY}
    preview = marks(browser.post(f"/avvik/{nr}/sladd", data=sent))
    assert post(cast.leif, nr, "kommentar", tekst="Noko anna.").status_code == 303
    assert browser.post(f"/avvik/{nr}/sladd", data={**sent, "utfor": "1", **preview}).status_code == 409
    assert post(cast.leif, nr, "kommentar", tekst="Olav er flytta.", stadfest="1").status_code == 303
    again = browser.post(f"/avvik/{nr}/sladd", data={**sent, "utfor": "1", **preview})
    assert (again.status_code, "Slik blir det" in again.text) == (200, True), "more goes than was shown"
    assert load(nr).skildring == "Bebuaren Olav låg der."


def test_bytes_another_case_uses_stay(
    cast: Cast, client_for: ClientFor, csrf: Csrf, file_case: FileCase, databases: Databases, config: Config
) -> None:
    cases = [file_case(), file_case()]
    browser = client_for(cast.leif)
    for nr in cases:
        sent = {"csrf_token": csrf(browser), "fil": (picture(), "bilag.png"), "stadfest": "1"}
        assert browser.post(f"/avvik/{nr}/vedlegg", data=sent).status_code == 303
    with databases.reading() as db:
        rows = [(row.offentleg_id, row.sha256) for row in db.scalars(select(Fil).order_by(Fil.id))]
    path = files.path_of(config.data_dir, rows[0][1])
    for nr, (public, _sha), left in zip(cases, rows, (True, False), strict=True):
        _shown, done = redact(client_for, csrf, cast.kval, nr, heile=[f"fil-{public}"])
        assert done.status_code == 303
        assert path.exists() is left
        assert client_for(cast.leif).get(f"/avvik/{nr}/vedlegg/{public}").status_code == 404


def test_sqlite_writes_over_what_is_deleted(databases: Databases) -> None:
    if not databases.is_sqlite:
        pytest.skip("PostgreSQL has vacuum")
    with databases.writing() as db:
        assert db.connection().exec_driver_sql("PRAGMA secure_delete").scalar() == 1


#: Columns of a case or a measure that hold no text people wrote about it: codes, hashes, names of units, keys.
NO_TEXT = {
    "avvik.sporingskode_hash",
    "avvik_filter.sporjing",
    "avvik_hending.fra",
    "avvik_hending.til",
    "avvik_kladd.felt",  # goes whole
    "avvik_nokkel.kropp_hash",  # goes whole
}
#: Which columns `places` reads, table by table.
COVERED = {
    "avvik": {"skildring", "strakstiltak", "arsak_meldar", "forslag", "sluttsvar"},
    "avvik_arsak": {"kvifor"},
    "avvik_hending": {"tekst"},
    "avvik_kassasjon": {"grunn"},
    "avvik_meldeplikt": {"maate", "grunngiving"},
    "avvik_tillegg": {"verdi"},
    "avvik_utfall": {"grunngiving"},
    "tiltak": {"tittel", "skildring", "ferdig_notat", "retur_grunn", "effekt_notat", "finansiering", "flytta_grunn"},
    "tiltak_hending": {"tekst"},
}


def test_a_new_column_with_text_gets_its_place() -> None:
    """Whoever adds a text column to cases or measures says here whether it can be redacted (`places`), or holds no text."""
    for table in tables.metadata.sorted_tables:
        if not table.name.startswith(("avvik", "tiltak")):
            continue
        exempt = {name.partition(".")[2] for name in NO_TEXT if name.startswith(f"{table.name}.")}
        long = {column.name for column in table.columns if isinstance(column.type, String) and (column.type.length or 999) > 60}
        unknown = long - COVERED.get(table.name, set()) - exempt
        assert not unknown, f"{table.name}: {unknown} can hold what people wrote, and cannot be redacted"
