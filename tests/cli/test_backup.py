"""Backup while people work, restore into an empty place on either database, and no flipped byte that goes unseen."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, inspect, select, text
from sqlalchemy.orm import Session

from avvik import sok, sums
from avvik.models import Avvik, AvvikKladd, AvvikSum
from cli import restore
from cli.installation import Installation
from cli.main import main
from kjerne import backup, bundle, dump, files, katalog, log, migrering
from kjerne.bundle import Damaged
from kjerne.config import Config
from kjerne.db import Databases
from kjerne.errors import Refused
from kjerne.filinnhald import Inspected
from kjerne.models import Eining, Fil, Loggline, Okt, Person
from tests.avvik.make_sak import report
from tests.cast import Cast
from tests.conftest import Clock, WorkFor
from tests.settings import KINDS, SECRET

PDF = b"%PDF-1.7 tilsynsrapport \xff\x00" * 40
TEXT = "Bebuaren sa «au». = + 🙂\nNy line\tog tabulator."
Elsewhere = Callable[[str], Installation]


@pytest.fixture
def elsewhere(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Elsewhere]:
    """Give a function that opens an empty place on SQLite or PostgreSQL, with the same key."""
    with ExitStack() as opened:

        def make(kind: str, secret: str = SECRET) -> Installation:
            number = len(list(tmp_path.glob("ny*")))
            data_dir = tmp_path / f"ny{number}"
            data_dir.mkdir()
            url = f"sqlite:///{data_dir / 'internkontroll.db'}"
            if kind == "postgres":
                url = request.getfixturevalue("own_postgres_database")()
            config = Config(database_url=url, data_dir=data_dir, secret_key=secret, argon_time=1, argon_memory_kib=8)
            return opened.enter_context(closing(Installation(config)))

        yield make


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "kopi.tar"


def quiet(_line: str) -> None:
    """Nobody listens."""


def file_case(db: Session, work_for: WorkFor, cast: Cast) -> Avvik:
    case = report(work_for(db, cast.kari), cast.it01, skildring=TEXT)
    db.flush()
    return case


@pytest.fixture
def lived_in(databases: Databases, config: Config, cast: Cast, work_for: WorkFor, clock: Clock) -> Databases:
    """Two cases, an attachment, a draft, a session, a unit below a younger one, and a log with a head outside."""
    sums.install()
    sok.install()
    with databases.writing() as db:
        work = work_for(db, cast.kari)
        case = file_case(db, work_for, cast)
        other = file_case(db, work_for, cast)
        case.duplikat_av_id = other.id
        files.store(work, "avvik", case.id, Inspected(data=PDF, mime="application/pdf", filename="å.pdf", text=""))
        db.add(AvvikKladd(nokkel="k-1", person_id=cast.kari.id, felt={"skildring": TEXT, "n": [1, None]}, endra=clock()))
        db.add(Okt(hash="x" * 64, person_id=cast.kari.id, laga=clock(), sist_sett=clock()))
        db.get_one(Eining, cast.it01.id).overordna_id = cast.it02.id
        log.write_head(work)
        db.commit()
    return databases


def rows_of(databases: Databases) -> dict[str, list[Any]]:
    """Every table's rows, as the program sees them; sessions without their end."""
    with databases.reading() as db:
        found = {t.name: [tuple(row) for row in db.execute(select(t).order_by(*t.primary_key))] for t in dump.tables()}
    found["okt"] = [row[:-1] for row in found["okt"]]
    return found


def bring_back(place: Installation, source: Path, clock: Clock, **more: Any) -> restore.Outcome:
    return restore.restore(place.databases, place.config, source, clock(), quiet, checks=(sums.verify,), **more)


def is_untouched(place: Installation) -> bool:
    """Neither a table nor a file of ours."""
    with place.databases.reading() as db:
        tables = set(inspect(db.connection()).get_table_names()) - {"alembic_version"}
    left = [p.name for p in place.config.data_dir.iterdir() if not p.name.startswith("internkontroll.db")]
    return not tables and not left


@pytest.mark.both
@pytest.mark.parametrize("target", KINDS)
def test_all_comes_back_on_either_database(
    lived_in: Databases, config: Config, file: Path, elsewhere: Elsewhere, clock: Clock, target: str, work_for: WorkFor, cast: Cast
) -> None:
    made = backup.make(lived_in, config, file, clock(), quiet)
    assert (made.files, made.missing, file.stat().st_mode & 0o777) == (1, (), 0o600)
    assert SECRET.encode() not in file.read_bytes()
    place = elsewhere(target)
    done = bring_back(place, file, clock)
    assert rows_of(place.databases) == rows_of(lived_in)
    assert done.rows == made.rows > 100
    with place.databases.writing() as db:
        held = db.scalars(select(Fil)).one()
        assert files.path_of(place.config.data_dir, held.sha256).read_bytes() == PDF
        assert log.verify(db, SECRET, log.read_heads(place.config.data_dir)).broken_at is None
        assert db.scalars(select(AvvikKladd.felt)).one() == {"skildring": TEXT, "n": [1, None]}
        assert db.scalars(select(Okt.avslutta)).one() is not None, "a session closed since must not live again"
        # The numbering goes on where it was.
        work = replace(work_for(db, None), config=place.config)
        again = report(replace(work, person=db.get_one(Person, cast.kari.id)), cast.it01)
        assert again.id == max(db.scalars(select(Avvik.id)))
        assert sums.verify(db) == []
        db.commit()
    assert [p.name for p in file.parent.iterdir() if p.name.startswith(".ik-backup")] == []


@pytest.mark.both
def test_a_backup_while_people_file_is_one_moment(
    lived_in: Databases, config: Config, file: Path, elsewhere: Elsewhere, clock: Clock, work_for: WorkFor, cast: Cast
) -> None:
    stop, filed = threading.Event(), []

    def file_cases() -> None:
        while not stop.is_set():
            with lived_in.writing() as db:
                case = file_case(db, work_for, cast)
                data = PDF + str(case.id).encode()
                held = Inspected(data=data, mime="application/pdf", filename="x.pdf", text="")
                files.store(work_for(db, cast.kari), "avvik", case.id, held)
                log.write_head(work_for(db, None))
                db.commit()
            filed.append(1)

    heard = []

    def say(line: str) -> None:
        """Between the first tables: wait until more has been filed."""
        heard.append(line)
        before = len(filed)
        while len(heard) < 6 and writer.is_alive() and len(filed) < before + 2:
            stop.wait(0.01)

    writer = threading.Thread(target=file_cases)
    writer.start()
    try:
        backup.make(lived_in, config, file, clock(), say)
    finally:
        stop.set()
        writer.join()
    place = elsewhere("sqlite")
    bring_back(place, file, clock)
    with bundle.opened(file) as reader:
        counted = reader.manifest()["rader"]
    found = {name: len(rows) for name, rows in rows_of(place.databases).items()}
    assert found == counted
    with lived_in.reading() as db, place.databases.reading() as restored:
        assert db.scalar(select(func.count(Avvik.id))) == len(filed) + 2 >= 10
        assert restored.scalar(select(func.count(Avvik.id))) < len(filed) + 2, "the snapshot is older than the last case"
        assert restored.scalar(select(func.sum(AvvikSum.saker))) == counted["avvik"]


def flip(file: Path, at: int) -> None:
    raw = bytearray(file.read_bytes())
    raw[at] ^= 1
    file.write_bytes(raw)


@pytest.mark.parametrize(
    ("mark", "named"),
    [
        (b"database/avvik.jsonl.gz", "database/avvik.jsonl.gz"),
        (b"filer/", "filer/"),
        (b"logg/hovud.jsonl", "logg/hovud.jsonl"),
        (b"manifest.json", "manifest.json"),
    ],
)
def test_a_flipped_byte_in_any_part_is_found_and_named(
    lived_in: Databases, config: Config, file: Path, elsewhere: Elsewhere, clock: Clock, mark: bytes, named: str
) -> None:
    backup.make(lived_in, config, file, clock(), quiet)
    flip(file, file.read_bytes().index(mark) + bundle.BLOCK + 30)
    place = elsewhere("sqlite")
    with pytest.raises(Damaged, match=named):
        bring_back(place, file, clock)
    assert is_untouched(place)


def test_a_flipped_byte_anywhere_is_found(
    lived_in: Databases, config: Config, file: Path, elsewhere: Elsewhere, clock: Clock
) -> None:
    backup.make(lived_in, config, file, clock(), quiet)
    size = file.stat().st_size
    place = elsewhere("sqlite")
    for at in [*range(0, size, size // 120), size - bundle.TAIL, size - bundle.TAIL + 520, size - 1]:
        flip(file, at)
        with pytest.raises(Damaged):
            bring_back(place, file, clock)
        flip(file, at)
    raw = file.read_bytes()
    for broken in (raw[: size // 2], raw + b"\0", b"", b"noko anna"):
        file.write_bytes(broken)
        with pytest.raises(Damaged):
            bring_back(place, file, clock)
    assert is_untouched(place)
    file.write_bytes(raw)
    assert bring_back(place, file, clock).files == 1


@pytest.mark.both
def test_a_place_in_use_is_refused_and_left_as_it_was(lived_in: Databases, config: Config, file: Path, clock: Clock) -> None:
    backup.make(lived_in, config, file, clock(), quiet)
    before = rows_of(lived_in)
    here = Installation(config)
    with closing(here), pytest.raises(Refused, match="not empty"):
        bring_back(here, file, clock)
    other = replace(config, data_dir=config.data_dir / "tom")
    with closing(Installation(other)) as there, pytest.raises(Refused, match="The database is not empty: "):
        bring_back(there, file, clock)
    assert rows_of(lived_in) == before
    with pytest.raises(Refused, match="there already"):
        backup.make(lived_in, config, file, clock(), quiet)


@pytest.mark.both
def test_rows_that_do_not_hold_leave_nothing_behind(
    lived_in: Databases, config: Config, file: Path, elsewhere: Elsewhere, clock: Clock, db_kind: str
) -> None:
    with lived_in.engine.begin() as connection:
        dropped = "loggline_no_update" if lived_in.is_sqlite else "loggline_append_only ON loggline"
        connection.execute(text(f"DROP TRIGGER {dropped}"))
        connection.execute(text("UPDATE loggline SET aktor = '9' WHERE id = 2"))
    backup.make(lived_in, config, file, clock(), quiet)
    place = elsewhere(db_kind)
    with pytest.raises(Refused, match="the log breaks at line 2"):
        bring_back(place, file, clock)
    assert is_untouched(place)
    with lived_in.engine.begin() as connection:
        connection.execute(text("UPDATE avvik_sum SET saker = saker + 1"))
    second = file.with_name("andre.tar")
    backup.make(lived_in, config, second, clock(), quiet)
    with pytest.raises(Refused, match="sum "):
        bring_back(place, second, clock, key_lost=True)
    assert is_untouched(place)


def test_another_key_is_refused_unless_the_old_is_lost(
    lived_in: Databases, config: Config, file: Path, elsewhere: Elsewhere, clock: Clock
) -> None:
    backup.make(lived_in, config, file, clock(), quiet)
    place = elsewhere("sqlite", secret="9f" + SECRET[2:])
    with pytest.raises(Refused, match=r"secret\.key"):
        bring_back(place, file, clock)
    assert is_untouched(place)
    assert bring_back(place, file, clock, key_lost=True).rows > 100


def test_an_older_step_is_refused(
    lived_in: Databases, config: Config, file: Path, elsewhere: Elsewhere, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup.make(lived_in, config, file, clock(), quiet)
    place = elsewhere("sqlite")
    monkeypatch.setattr(migrering, "head", lambda: "9999")
    with pytest.raises(Refused, match="this program at 9999"):
        bring_back(place, file, clock)


def test_what_migrate_puts_in_may_be_there(
    lived_in: Databases, config: Config, file: Path, elsewhere: Elsewhere, clock: Clock
) -> None:
    backup.make(lived_in, config, file, clock(), quiet)
    place = elsewhere("sqlite")
    migrering.upgrade(place.databases)
    with place.databases.writing() as db:
        katalog.load_starter_set(db)
        db.commit()
    bring_back(place, file, clock)
    assert rows_of(place.databases) == rows_of(lived_in)


@pytest.mark.both
def test_the_commands_say_what_they_do(
    lived_in: Databases,
    config: Config,
    file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("INTERNKONTROLL_DATABASE_URL", config.database_url)
    monkeypatch.setenv("INTERNKONTROLL_DATA_DIR", str(config.data_dir))
    monkeypatch.setenv("INTERNKONTROLL_SECRET_KEY", SECRET)
    with lived_in.reading() as db:
        sha256, lines = db.scalars(select(Fil.sha256)).one(), db.scalar(select(func.count(Loggline.id)))
    assert main(["backup", str(file)]) == 0
    said = capsys.readouterr().out
    assert "avvik: 2 rows" in said
    assert "The secret key is not in it" in said
    assert json.loads((config.data_dir / "logg" / "hovud.jsonl").read_text().splitlines()[0])["siste_id"] == lines
    assert main(["restore", str(file)]) == 1
    assert "not empty" in capsys.readouterr().err
    monkeypatch.setenv("INTERNKONTROLL_DATABASE_URL", f"sqlite:///{tmp_path / 'tom.db'}")
    monkeypatch.setenv("INTERNKONTROLL_DATA_DIR", str(tmp_path / "tom"))
    assert main(["restore", str(tmp_path / "borte.tar")]) == 1
    assert main(["restore", str(file)]) == 0
    assert f"The log's chain holds: {lines} lines." in capsys.readouterr().out
    assert main(["verify-log"]) == 0
    files.path_of(tmp_path / "tom", sha256).write_bytes(b"rote")
    assert main(["backup", str(tmp_path / "tredje.tar")]) == 1, "a backup that lacks an attachment is no quiet success"
    assert sha256 in capsys.readouterr().out
