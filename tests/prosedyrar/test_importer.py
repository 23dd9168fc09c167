"""Import of Word files: one or a ZIP, on the page and from the command line; each in or out whole, twice is once."""

import io
import json
import resource
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask, request, request_finished
from flask.testing import FlaskClient
from sqlalchemy import func, select

from cli.main import main
from kjerne.config import Config
from kjerne.db import Databases
from kjerne.models import Fil
from prosedyrar.innlesing import run, upload_path
from prosedyrar.models import Prosedyre, ProsedyreVedlegg, ProsedyreVersjon
from prosedyrar.models.innlesing import Innlesing, Innlesingsfil
from tests.cast import Cast
from tests.conftest import ClientFor, Clock, Csrf
from tests.prosedyrar import docx

FNR = "31129956715"


def packed(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def bad_and_good() -> bytes:
    """Three good files, four that must be refused one by one, and what nobody meant."""
    return packed(
        {
            "Rutinar/Solbakken 1. etasje/Rutine for handhygiene.docx": docx.procedure(1),
            "Rutine for fall.docx": docx.procedure(2, "Rutine for fall"),
            "Sjekkliste natt.docx": docx.docx(docx.p("Sjekk dører og vindauge kvar natt før midnatt, og skriv det i boka.")),
            "bombe.docx": docx.docx(docx.p("x"), extra={"word/media/b.bin": b"\x00" * 30_000_000}),
            "halv.docx": docx.procedure(3)[:900],
            "bilete.png": docx.png(),
            "namn.docx": docx.docx(docx.p(f"Gjeld brukar {FNR} og ingen andre.")),
            "~$Rutine.docx": b"las",
            "__MACOSX/._x": b"mac",
        }
    )


Upload = Callable[..., str]


@pytest.fixture
def upload(cast: Cast, client_for: ClientFor, csrf: Csrf) -> tuple[FlaskClient, Upload]:
    """Leif's browser, and a function that uploads and returns the address of the upload."""
    leif = client_for(cast.leif)

    def send(data: bytes, name: str = "rutinar.zip") -> str:
        form = {"csrf_token": csrf(leif), "eining": str(cast.it01.id), "fil": (io.BytesIO(data), name)}
        answer = leif.post("/prosedyrar/importer", data=form, content_type="multipart/form-data")
        assert answer.status_code == 303, answer.get_data(as_text=True)
        return str(answer.headers["Location"])

    return leif, send


def states(databases: Databases) -> dict[str, str]:
    with databases.reading() as db:
        return {row.namn.rpartition("/")[2]: row.tilstand for row in db.scalars(select(Innlesingsfil))}


def test_a_zip_is_read_looked_over_and_goes_in(
    cast: Cast, upload: tuple[FlaskClient, Upload], databases: Databases, config: Config, clock: Clock, csrf: Csrf
) -> None:
    leif, send = upload
    path = send(bad_and_good())
    waiting = leif.get(path).get_data(as_text=True)
    assert 'max="7"' in waiting
    assert "every 2s" in waiting
    run(databases, config, clock())
    assert not upload_path(config, 1).exists()
    assert states(databases) == {
        "Rutine for handhygiene.docx": "klar", "Rutine for fall.docx": "klar", "Sjekkliste natt.docx": "klar",
        "bombe.docx": "avvist", "halv.docx": "avvist", "bilete.png": "avvist", "namn.docx": "avvist",
    }  # fmt: skip
    page = leif.get(path).get_data(as_text=True)
    assert "Les inn 3 prosedyrar som kladd" in page
    assert FNR not in page
    with databases.reading() as db:
        assert db.scalar(select(func.count()).select_from(Prosedyre)) == 0
        rows = {row.namn.rpartition("/")[2]: row for row in db.scalars(select(Innlesingsfil)) if row.tilstand == "klar"}
        assert rows["Sjekkliste natt.docx"].dokumenttype == "sjekkliste"
        assert rows["Rutine for handhygiene.docx"].eining_id == cast.it01.id
        night = rows["Sjekkliste natt.docx"].id
        fall = rows["Rutine for fall.docx"].id
    form = {"csrf_token": csrf(leif), "rad": [str(night), str(fall)], "gjer": "lagre"}
    form |= {f"tittel-{night}": "Sjekkliste for natta", f"type-{night}": "rutine", f"eining-{night}": str(cast.it01.id)}
    form |= {f"med-{night}": "1", f"tittel-{fall}": "Fall", f"type-{fall}": "rutine", f"eining-{fall}": str(cast.it01.id)}
    assert leif.post(f"{path}/endre", data=form).status_code == 303
    assert leif.post(f"{path}/skriv", data={"csrf_token": csrf(leif)}).status_code == 303
    run(databases, config, clock())
    with databases.reading() as db:
        made = {row.tittel: row for row in db.scalars(select(Prosedyre))}
        assert set(made) == {"Rutine for handhygiene 1", "Sjekkliste for natta"}
        assert made["Sjekkliste for natta"].dokumenttype == "rutine"
        assert made["Sjekkliste for natta"].eigar_id == cast.leif.id
        draft = db.scalars(
            select(ProsedyreVersjon).where(ProsedyreVersjon.prosedyre_id == made["Rutine for handhygiene 1"].id)
        ).one()
        assert draft.tilstand == "kladd"
        fil = db.scalars(select(Fil).join(ProsedyreVedlegg, ProsedyreVedlegg.fil_id == Fil.id)).one()
        assert f"![Hendene](/prosedyrar/vedlegg/{fil.offentleg_id})" in draft.tekst
        assert db.scalars(select(Innlesing.tilstand)).one() == "ferdig"
    with leif.get(f"/prosedyrar/vedlegg/{fil.offentleg_id}") as image:
        assert image.status_code == 200
    report = leif.get(path).get_data(as_text=True)
    assert report.count("Lesen inn</span>") == 2
    assert "Utelaten" in report


def test_the_same_file_again_changes_nothing(
    upload: tuple[FlaskClient, Upload], databases: Databases, config: Config, clock: Clock, csrf: Csrf
) -> None:
    leif, send = upload
    data = docx.procedure(1)
    for turn in range(2):
        path = send(data, f"rutine {turn}.docx")
        run(databases, config, clock())
        leif.post(f"{path}/skriv", data={"csrf_token": csrf(leif)})
        run(databases, config, clock())
    with databases.reading() as db:
        assert db.scalar(select(func.count()).select_from(Prosedyre)) == 1
        assert db.scalars(select(Innlesingsfil.tilstand).order_by(Innlesingsfil.id)).all() == ["inne", "finst"]


def test_names_must_be_looked_over_before_it_goes_in(
    cast: Cast, upload: tuple[FlaskClient, Upload], databases: Databases, config: Config, clock: Clock, csrf: Csrf
) -> None:
    leif, send = upload
    path = send(docx.docx(docx.p("Ta kontakt med Ola Nordmann når alarmen går, og skriv det i vaktboka.")), "alarm.docx")
    run(databases, config, clock())
    leif.post(f"{path}/skriv", data={"csrf_token": csrf(leif)})
    run(databases, config, clock())
    with databases.reading() as db:
        row = db.scalars(select(Innlesingsfil)).one()
        assert (row.tilstand, row.namnelikt) == ("klar", True)
        assert db.scalars(select(Innlesing.tilstand)).one() == "klar"
    page = leif.get(path).text
    assert "Ingen filer er klare" in page
    assert "Lagre sida og les inn" in page
    form = {"csrf_token": csrf(leif), "rad": str(row.id), f"tittel-{row.id}": "Alarm om natta", f"type-{row.id}": "prosedyre"}
    form |= {f"eining-{row.id}": str(cast.it01.id), f"med-{row.id}": "1", f"stadfest-{row.id}": "1", "gjer": "skriv"}
    assert leif.post(f"{path}/endre", data=form).status_code == 303
    run(databases, config, clock())
    assert states(databases) == {"alarm.docx": "inne"}
    with databases.reading() as db:
        assert db.scalars(select(Prosedyre.tittel)).one() == "Alarm om natta", "what stands in the form goes with the button"


def test_bad_corrections_and_cancelling(
    cast: Cast, upload: tuple[FlaskClient, Upload], databases: Databases, config: Config, clock: Clock, csrf: Csrf
) -> None:
    leif, send = upload
    path = send(docx.procedure(1), "a.docx")
    run(databases, config, clock())
    with databases.reading() as db:
        row = db.scalars(select(Innlesingsfil)).one()
    good = {
        "csrf_token": csrf(leif),
        "rad": str(row.id),
        f"tittel-{row.id}": "A",
        f"type-{row.id}": "prosedyre",
        f"med-{row.id}": "1",
    }
    for wrong, said in (
        ({f"eining-{row.id}": str(cast.it02.id)}, "Vel ei eining i lista."),
        ({f"eining-{row.id}": str(cast.it01.id), f"type-{row.id}": "tull"}, "Vel ein type i lista."),
        ({f"eining-{row.id}": str(cast.it01.id), f"tittel-{row.id}": " "}, "Skriv ein tittel."),
    ):
        answer = leif.post(f"{path}/endre", data={**good, **wrong})
        assert answer.status_code == 422
        assert said in answer.get_data(as_text=True)
    leif.post(f"{path}/avbryt", data={"csrf_token": csrf(leif)})
    with databases.reading() as db:
        assert db.scalars(select(Innlesingsfil.id)).all() == []
        assert db.scalars(select(Fil.id)).all() == []


def test_who_may_and_whose_it_is(
    cast: Cast,
    upload: tuple[FlaskClient, Upload],
    client_for: ClientFor,
    csrf: Csrf,
    databases: Databases,
    config: Config,
    clock: Clock,
) -> None:
    leif, send = upload
    path = send(docx.procedure(1), "a.docx")
    run(databases, config, clock())
    for who in (cast.kari, cast.rita, cast.nils, cast.signe):
        other = client_for(who)
        assert other.get(path).status_code == 404
        for act in ("endre", "skriv", "avbryt"):
            assert other.post(f"{path}/{act}", data={"csrf_token": csrf(other)}).status_code == 404
    assert client_for(cast.kari).get("/prosedyrar/importer").status_code == 404
    form = {"csrf_token": csrf(leif), "eining": str(cast.it02.id), "fil": (io.BytesIO(docx.procedure(1)), "a.docx")}
    assert leif.post("/prosedyrar/importer", data=form, content_type="multipart/form-data").status_code == 422


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b"ikkje ein zip", "a.zip", "Fila er korkje"),
        (packed({}), "tom.zip", "ZIP-fila er tom."),
        (docx.procedure(1), f"{FNR}.docx", "fødselsnummer"),
    ],
)
def test_an_upload_that_is_none_is_told_at_once(
    cast: Cast, client_for: ClientFor, csrf: Csrf, databases: Databases, data: bytes, name: str, said: str
) -> None:
    leif = client_for(cast.leif)
    form = {"csrf_token": csrf(leif), "eining": str(cast.it01.id), "fil": (io.BytesIO(data), name)}
    answer = leif.post("/prosedyrar/importer", data=form, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert said in answer.get_data(as_text=True)
    with databases.reading() as db:
        assert db.scalars(select(Innlesing.id)).all() == []


def test_nobody_but_writers_sends_more_than_other_forms(
    cast: Cast, upload: tuple[FlaskClient, Upload], client_for: ClientFor, app: Flask, csrf: Csrf
) -> None:
    received: list[bool] = []

    def note(_sender: object, **_what: object) -> None:
        received.append("files" in request.__dict__)

    request_finished.connect(note, app)
    stranger = app.test_client()
    stranger.set_cookie("kva-som-helst", "1")
    for who, status in ((upload[0], 303), (client_for(cast.kari), 404), (stranger, 401)):
        form = {"csrf_token": csrf(who), "eining": str(cast.it01.id), "fil": (io.BytesIO(docx.procedure(1)), "a.docx")}
        assert who.post("/prosedyrar/importer", data=form, content_type="multipart/form-data").status_code == status
        assert received.pop() is (status == 303), "an upload was received from one who may not send it"


def test_reading_goes_on_where_it_stopped(
    upload: tuple[FlaskClient, Upload], databases: Databases, config: Config, clock: Clock
) -> None:
    _leif, send = upload
    send(packed({f"{n}.docx": docx.procedure(n) for n in range(4)}))
    with databases.writing() as db:
        db.add(Innlesingsfil(innlesing_id=1, rekkje=1, namn="0.docx", tilstand="avvist", grunn="Stoppa her."))
        db.commit()
    run(databases, config, clock())
    with databases.reading() as db:
        rows = db.execute(select(Innlesingsfil.rekkje, Innlesingsfil.namn).order_by(Innlesingsfil.rekkje)).all()
        assert [tuple(row) for row in rows] == [(1, "0.docx"), (2, "1.docx"), (3, "2.docx"), (4, "3.docx")]


@pytest.fixture
def shell(config: Config, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    """Run the command line on the test's own installation."""
    monkeypatch.setenv("INTERNKONTROLL_DATABASE_URL", config.database_url)
    monkeypatch.setenv("INTERNKONTROLL_DATA_DIR", str(config.data_dir))
    monkeypatch.setenv("INTERNKONTROLL_SECRET_KEY", config.secret_key)

    def run_command(*args: str) -> tuple[int, str]:
        code = main(args)
        return code, capsys.readouterr().out

    return run_command


def test_the_command_line_tries_writes_and_repeats(
    cast: Cast, databases: Databases, shell: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    one, many = tmp_path / "Rutine for bad.docx", tmp_path / "alle.zip"
    one.write_bytes(docx.procedure(9, "Rutine for bad", owner="Solbakken 2. etasje"))
    many.write_bytes(bad_and_good())
    code, out = shell("import", "prosedyrar", str(one), str(many), "--proveimport", "--json")
    told = json.loads(out)
    assert (code, len(told["inn"]), len(told["avvist"])) == (1, 4, 4)
    with databases.reading() as db:
        assert db.scalar(select(func.count()).select_from(Prosedyre)) == 0
    code, out = shell("import", "prosedyrar", str(one), str(many), "--json")
    told = json.loads(out)
    assert set(told) == {"inn", "avvist", "atvaringar"}
    assert [row["tittel"] for row in told["inn"]][:2] == ["Rutine for bad 9", "Rutine for handhygiene 1"]
    assert told["inn"][0]["eining"] == "Solbakken 2. etasje"
    with databases.reading() as db:
        assert db.scalar(select(func.count()).select_from(Prosedyre)) == 4
        assert db.scalar(select(func.count()).select_from(ProsedyreVersjon)) == 4
    code, out = shell("import", "prosedyrar", str(one), "--json")
    told = json.loads(out)
    assert (code, told["inn"], told["avvist"]) == (0, [], [])
    assert told["atvaringar"][0]["tekst"] == "Fila er lesen inn før. Ingenting er endra."
    with databases.reading() as db:
        assert db.scalar(select(func.count()).select_from(Prosedyre)) == 4


@pytest.mark.sweep
def test_five_hundred_files_go_in_and_memory_is_flat(
    cast: Cast, upload: tuple[FlaskClient, Upload], databases: Databases, config: Config, clock: Clock
) -> None:

    _leif, send = upload
    send(packed({f"Rutine {n}.docx": docx.procedure(n, owner="Solbakken 1. etasje") for n in range(50)}))
    run(databases, config, clock())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    send(packed({f"Rutine {n}.docx": docx.procedure(n, owner="Solbakken 1. etasje") for n in range(50, 550)}))
    run(databases, config, clock())
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < before * 1.3
    assert set(states(databases).values()) == {"klar"}
