"""The command line as an operator meets it: help, plain sentences, exit codes, and what each command leaves behind."""

import io
import json
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select, text

from cli.installation import Installation, open_installation
from cli.main import main, parser
from cli.svar import ending
from kjerne import log, passwords
from kjerne.clock import utcnow
from kjerne.i18n import language
from kjerne.innstilling import put
from kjerne.models import Eining, Innstilling, Jobbkoyring, Okt, Person, Tilgang
from tests import make
from tests.settings import SECRET

PASSWORD = "fem-blå-tåkelurar"
Run = Callable[..., tuple[int, str, str]]
UNITS = "kode;namn;overordna;nivå\nHO;Helse og omsorg;;sektor\nHO-1;Heimetenesta;HO;avdeling\n"


@pytest.fixture
def run(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Give a function that runs a command on the test's own installation: exit code, what it said, what it complained of."""
    monkeypatch.setenv("INTERNKONTROLL_DATABASE_URL", database_url)
    monkeypatch.setenv("INTERNKONTROLL_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("INTERNKONTROLL_SECRET_KEY", SECRET)
    monkeypatch.setenv("INTERNKONTROLL_ARGON_TIME", "1")
    monkeypatch.setenv("INTERNKONTROLL_ARGON_MEMORY_KIB", "8")
    (tmp_path / "data").mkdir()

    def command(*arguments: str, stdin: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        code = main(arguments)
        said = capsys.readouterr()
        return code, said.out, said.err

    return command


@pytest.fixture
def here(run: Run) -> Iterator[Installation]:
    """The installation the commands work on."""
    with closing(open_installation()) as installation:
        yield installation


def commands() -> list[list[str]]:
    """Every command and step, as the parser knows them."""
    tops = next(action for action in parser()._actions if action.dest == "==SUPPRESS==" or action.choices)
    assert isinstance(tops.choices, dict)
    found = [[name] for name in tops.choices]
    return [*found, ["user", "legg-til"], ["user", "passord"], ["user", "deaktiver"]]


@pytest.mark.parametrize("command", commands(), ids=" ".join)
def test_each_command_explains_itself(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*command, "--help"])
    assert ended.value.code == 0
    assert "usage: internkontroll " + " ".join(command) in capsys.readouterr().out


def test_the_commands_are_those_the_readme_promises() -> None:
    assert {"serve", "worker", "start", "migrate", "import", "user", "verify-log", "doctor", "backup", "restore"} <= {
        c[0] for c in commands()
    }


def test_a_setting_that_is_not_understood_is_a_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTERNKONTROLL_IDLE_MINUTES", "mange")
    code, _out, err = run("migrate")
    assert code == 1
    assert err.startswith("internkontroll: INTERNKONTROLL_IDLE_MINUTES must be")


def test_a_database_that_is_away_is_a_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTERNKONTROLL_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    code, _out, err = run("verify-log")
    assert code == 1
    assert err.startswith("internkontroll: The database cannot be used")
    assert len(err.splitlines()) == 1


def test_migrating_an_empty_place_makes_all_and_again_does_nothing(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INTERNKONTROLL_DATABASE_URL", f"sqlite:///{tmp_path / 'ny.db'}")
    monkeypatch.setenv("INTERNKONTROLL_SPRAK", "nb")
    assert run("verify-log")[0] == 1, "it is not migrated yet"
    assert run("migrate")[1].endswith("0002.\n")
    assert run("migrate")[1].endswith("already.\n")
    with closing(open_installation()) as made, made.databases.reading() as db:
        assert db.get_one(Innstilling, "sprak").verdi == "nb"
        assert db.scalar(text("SELECT count(*) FROM hovudtype")) == 10


@pytest.mark.both
def test_the_first_administrator(run: Run, here: Installation) -> None:
    person = ("--ansattnr", "1", "--namn", "Ada", "--rolle", "administrator", "--eining", "HO")
    code, _out, err = run("user", "legg-til", *person, stdin=PASSWORD)
    assert (code, "--einingsnamn" in err) == (1, True)
    code, out, _err = run("user", "legg-til", *person, "--einingsnamn", "Helse", stdin=PASSWORD)
    assert (code, out) == (0, "Ada can log in as 1: administrator on HO.\n")
    with here.databases.reading() as db:
        ada = db.scalars(select(Person)).one()
        assert passwords.check(here.config, ada.passord_hash, PASSWORD)
        assert db.scalars(select(Tilgang.rolle)).all() == ["administrator"]
        assert db.scalars(select(Eining.niva)).all() == ["sektor"]
        assert log.verify(db, SECRET).lines >= 3
    code, _out, err = run("user", "legg-til", *person, stdin=PASSWORD)
    assert code == 1
    code, _out, err = run("user", "legg-til", *person[:-1], "HO-9", "--einingsnamn", "Ny", stdin=PASSWORD)
    assert (code, err) == (1, "internkontroll: There is no unit with the code HO-9.\n")


def test_a_weak_password_changes_nothing(run: Run, here: Installation) -> None:
    given = ("--ansattnr", "1", "--namn", "Ada", "--rolle", "administrator", "--eining", "HO", "--einingsnamn", "Helse")
    code, _out, err = run("user", "legg-til", *given, stdin="kort")
    assert code == 1
    assert err.startswith("internkontroll: Passordet")
    with here.databases.reading() as db:
        assert db.scalars(select(Eining)).all() == []
        assert db.scalars(select(Person)).all() == []


def test_a_new_password_and_a_closed_account_end_all_sessions(run: Run, here: Installation) -> None:
    with here.databases.writing() as db:
        person = make.person(db, ansattnr="77", eining=make.eining(db))
        db.add(Okt(hash="x", person_id=person.id, laga=utcnow(), sist_sett=utcnow()))
        db.commit()
        number = person.id
    assert run("user", "passord", "--ansattnr", "77", stdin=PASSWORD)[0] == 0
    with here.databases.reading() as db:
        assert passwords.check(here.config, db.get_one(Person, number).passord_hash, PASSWORD)
        assert db.scalars(select(Okt.avslutta)).one() is not None
    assert run("user", "deaktiver", "--ansattnr", "77")[0] == 0
    with here.databases.reading() as db:
        assert db.get_one(Person, number).deaktivert
    assert run("user", "passord", "--ansattnr", "78", stdin=PASSWORD)[0] == 1


@pytest.mark.both
def test_import_tries_writes_and_the_second_time_changes_nothing(run: Run, here: Installation, tmp_path: Path) -> None:
    file = tmp_path / "einingar.csv"
    file.write_text(UNITS, encoding="utf-8")
    code, out, _err = run("import", "einingar", str(file), "--proveimport")
    assert (code, "Nye: 2." in out, "ingenting er skrive" in out) == (0, True, True)
    with here.databases.reading() as db:
        assert db.scalars(select(Eining)).all() == []
    code, out, _err = run("import", "einingar", str(file))
    assert (code, "Nye: 2." in out) == (0, True)
    code, out, _err = run("import", "einingar", str(file))
    assert (code, "Uendra: 2." in out, "Det var ingenting å endre." in out) == (0, True, True)
    with here.databases.reading() as db:
        assert sorted(db.scalars(select(Eining.kode))) == ["HO", "HO-1"]


def test_import_says_each_bad_row_and_ends_with_one(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "einingar.csv"
    file.write_text(UNITS + "HO-2;Utan far;FINST-IKKJE;eining\n", encoding="utf-8")
    code, out, _err = run("import", "einingar", str(file))
    assert (code, "Avviste: 1." in out) == (1, True)
    assert run("import", "einingar", str(tmp_path / "borte.csv"))[0] == 1


@pytest.mark.parametrize(
    ("sprak", "counts", "gone"),
    [("nn", "Avviste: 1.", "finst ikkje"), ("nb", "Avvist: 1.", "finnes ikke"), ("en", "Refused: 1.", "does not exist")],
)
def test_import_speaks_the_municipalitys_language_all_through(
    run: Run, here: Installation, tmp_path: Path, sprak: str, counts: str, gone: str
) -> None:
    run("migrate")
    with here.databases.writing() as db:
        put(db, "sprak", sprak)
        db.commit()
    file = tmp_path / "einingar.csv"
    file.write_text(UNITS + "HO-2;Utan far;FINST-IKKJE;eining\n", encoding="utf-8")
    _code, out, _err = run("import", "einingar", str(file), "--proveimport")
    assert counts in out
    with language(sprak):
        assert out.splitlines()[-1] == ending(trial=True, changes=2)
    assert gone in run("import", "einingar", str(tmp_path / "borte.csv"))[2]


@pytest.mark.both
def test_verify_log_says_where_it_breaks(run: Run, here: Installation) -> None:
    with here.transaction() as work:
        for number in range(3):
            log.record(work, "avvik", number, "avvik:meldt")
        log.write_head(work)
    code, out, _err = run("verify-log")
    assert (code, out.startswith("The log holds: 3 lines, 1 heads outside")) == (0, True)
    with here.databases.engine.begin() as connection:
        dropped = "loggline_no_update" if here.databases.is_sqlite else "loggline_append_only ON loggline"
        connection.execute(text(f"DROP TRIGGER {dropped}"))
        connection.execute(text("UPDATE loggline SET aktor = '9' WHERE id = 2"))
    code, out, _err = run("verify-log")
    assert (code, out.startswith("BROKEN at line 2")) == (1, True)


@pytest.mark.both
def test_doctor_is_content_only_when_the_scheduler_runs(run: Run, here: Installation) -> None:
    code, out, _err = run("doctor")
    assert (code, "FAIL  scheduler" in out) == (1, True)
    with here.databases.writing() as db:
        db.add(Jobbkoyring(jobb="utboks", nokkel="sist", starta=utcnow(), ferdig=utcnow()))
        db.commit()
    code, out, _err = run("doctor")
    wrong = [line for line in out.splitlines() if line.startswith("FAIL")]
    # The tests' PostgreSQL does not wait for the disk, and doctor must say so.
    unsafe = 0 if here.databases.is_sqlite else 2
    assert (code, len(wrong)) == (int(bool(unsafe)), unsafe)


def test_doctor_sees_a_key_others_can_read_and_mail_that_is_away(
    run: Run, here: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = here.config.data_dir / "secret.key"
    key.write_text(SECRET)
    key.chmod(0o644)
    monkeypatch.setenv("INTERNKONTROLL_SMTP_URL", "smtp://127.0.0.1:1")
    _code, out, _err = run("doctor")
    assert "FAIL  key" in out
    assert "FAIL  mail" in out


def test_doctor_works_without_a_database(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTERNKONTROLL_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    code, out, _err = run("doctor")
    assert (code, "FAIL  database" in out, "disk" in out) == (1, True, True)


SAVINGS = "avdeling;tiltak;2024;status\nKjøkken;Mindre svinn;245000;I gang\nSum;;245000;\n"


def test_a_table_of_savings_is_tried_then_written_and_twice_changes_nothing(run: Run, here: Installation, tmp_path: Path) -> None:
    run("migrate")
    file = tmp_path / "sparing.csv"
    file.write_text(SAVINGS, encoding="utf-8")
    code, said, _complaint = run("import", "tiltak", str(file), "--proveimport", "--json")
    told = json.loads(said)
    assert (code, told["proveimport"], told["rader"], told["nye"]) == (0, True, 1, 1)
    assert (told["summar"], told["sumrader"], told["ukjende_avdelingar"]) == ({"2024": 245_000}, [3], ["Kjøkken"])
    assert json.loads(run("import", "tiltak", str(file), "--json")[1])["nye"] == 1
    again = json.loads(run("import", "tiltak", str(file), "--json")[1])
    assert (again["nye"], again["endra"], again["uendra"]) == (0, 0, 1)
    assert "Det var ingenting å endre." in run("import", "tiltak", str(file))[1]
    file.write_text("avdeling;tiltak;2024\nKjøkken;Mindre svinn;mange\n", encoding="utf-8")
    assert run("import", "tiltak", str(file))[0] == 1
    file.write_text("namn;alder\nA;B\n", encoding="utf-8")
    assert run("import", "tiltak", str(file))[0] == 1
