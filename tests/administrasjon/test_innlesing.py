"""Import of units and people: headings and encodings met in real files, bad rows named, twice changes nothing."""

import io
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import func, select

from administrasjon.actions.innlesing import apply_import, plan_import
from administrasjon.actions.plan import ImportPlan, ImportResult
from kjerne import log
from kjerne.access import Rolle
from kjerne.config import Config
from kjerne.db import Databases
from kjerne.errors import Refused
from kjerne.models import Eining, EiningHistorie, Person, PersonEining, Tilgang
from kjerne.work import Work
from tests.cast import Cast

REAL = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "einingar-ha.csv"
WorkFor = Callable[..., Work]

UNITS = "kode;namn;overordna;nivå\nA;Sektoren;;sektor\nA-1;Éin;A;avdeling\nA-2;To;A-1;eining\n"
PEOPLE = (
    "Ansattnr;Navn;E-post;Yrke;Stillings-%;Enhet;Ansatt fra;Ansatt til;Ansettelsesform;Vakter;Borte fra;Borte til;Rolle\n"
    "7001;Per Prøve;Per.Prove@kommune.test;Sykepleier;80 %;A-2,A-1;01.02.2024;;Fast ansatt;dag, natt;;;leder\n"
    "7002;Åse Ørn;;Helsefagarbeider;62,5;A-2;2023-05-01;31.12.2027;vikariat;kveld/helg;23.11.2026;30.11.2026;\n"
)


@pytest.fixture
def importer(databases: Databases, work_for: WorkFor) -> Callable[..., tuple[ImportPlan, ImportResult]]:
    def run(kind: str, data: bytes | str, person: Person | None = None) -> tuple[ImportPlan, ImportResult]:
        raw = data if isinstance(data, bytes) else data.encode()
        with databases.writing() as db:
            work = work_for(db, person)
            plan = plan_import(work, kind, raw, "fil.csv")
            result = apply_import(work, plan)
            db.commit()
        return plan, result

    return run


def reasons(plan: ImportPlan) -> dict[int, str]:
    return {row.number: " ".join(row.reasons) for row in plan.bad}


@pytest.mark.both
def test_the_real_units_twice(importer, databases: Databases, config: Config) -> None:
    if not REAL.exists():
        assert os.environ.get("CI") != "true", f"{REAL} must be there in CI"
        pytest.skip("../shared/data/einingar-ha.csv is not on this machine")
    data = REAL.read_bytes()
    plan, result = importer("einingar", data)
    assert (result.new, result.changed, result.bad) == (46, 0, 0), reasons(plan)
    with databases.reading() as db:
        top = db.scalars(select(Eining).where(Eining.kode == "HV")).one()
        assert db.scalar(select(func.count()).where(Eining.sti.startswith(top.sti))) == 46
    plan, result = importer("einingar", data)
    assert result.changes == 0
    assert result.unchanged == 46
    with databases.writing() as db:
        assert log.verify(db, config.secret_key).broken_at is None


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode("utf-8"),
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.encode("cp1252"),
        lambda text: text.replace(";", ",").encode("cp1252"),
        lambda text: text.replace(";", "\t").replace("\n", "\r\n").encode("utf-8"),
    ],
)
def test_encodings_and_delimiters(importer, databases: Databases, encode: Callable[[str], bytes]) -> None:
    _, result = importer("einingar", encode(UNITS))
    assert result.new == 3
    with databases.reading() as db:
        assert db.scalars(select(Eining.namn).where(Eining.kode == "A-1")).one() == "Éin"


def test_children_may_stand_before_parents(importer, databases: Databases) -> None:
    head, *rows = UNITS.strip().split("\n")
    _, result = importer("einingar", "\n".join([head, *reversed(rows)]))
    assert result.new == 3
    with databases.reading() as db:
        paths = {unit.kode: unit.sti for unit in db.scalars(select(Eining))}
        ids = {unit.kode: unit.id for unit in db.scalars(select(Eining))}
    assert paths["A-2"] == f"/{ids['A']}/{ids['A-1']}/{ids['A-2']}/"


def test_bad_rows_are_named_and_good_rows_go_in(importer, databases: Databases) -> None:
    text = UNITS + "B;;A;eining\nA-1;Om att;A;eining\nC;Foreldrelaus;X;eining\nD;Rart;A;planet\nE;Barn av feil;D;eining\n"
    text += "F;01010012356 Nummer;A;eining\nG;Ok;A;eining\n"
    plan, result = importer("einingar", text)
    bad = reasons(plan)
    assert set(bad) == {5, 6, 7, 8, 9, 10}, bad
    assert "fleire gonger" in bad[6]
    assert "X finst ikkje" in bad[7]
    assert "planet" in bad[8]
    assert "fødselsnummer" in bad[10]
    assert "01010012356" not in repr(plan), "an identity number is not echoed"
    assert result.new == 4


def test_a_circle_is_refused(importer) -> None:
    plan, result = importer("einingar", UNITS + "X;X;Y;eining\nY;Y;Z;eining\nZ;Z;X;eining\n")
    assert set(reasons(plan)) == {5, 6, 7}
    assert result.new == 3
    plan, result = importer("einingar", "kode;namn;overordna\nA-1;Éin;A-2\n")
    assert "under seg sjølv" in reasons(plan)[2]
    assert result.changes == 0


def test_rename_and_move_keep_history(importer, databases: Databases) -> None:
    importer("einingar", UNITS + "A-3;Tre;A;eining\n")
    plan, result = importer("einingar", "kode;namn;overordna\nA-2;To, nytt namn;A-3\n")
    assert result.changed == 1
    assert {(d.felt, d.fra, d.til) for d in plan.rows[0].diffs} == {
        ("namn", "To", "To, nytt namn"),
        ("overordna", "A-1", "A-3"),
    }
    with databases.reading() as db:
        unit = db.scalars(select(Eining).where(Eining.kode == "A-2")).one()
        kept = {(row.felt, row.fra, row.til) for row in db.scalars(select(EiningHistorie).filter_by(eining_id=unit.id))}
        above = db.scalars(select(Eining).where(Eining.kode == "A-3")).one()
    assert unit.sti == f"{above.sti}{unit.id}/"
    assert ("overordna", "A-1", "A-3") in kept
    assert ("namn", "To", "To, nytt namn") in kept


@pytest.mark.both
def test_people_with_bokmal_headings_twice(importer, databases: Databases) -> None:
    importer("einingar", UNITS)
    plan, result = importer("personar", PEOPLE)
    assert (result.new, result.bad) == (2, 0), reasons(plan)
    with databases.reading() as db:
        per = db.scalars(select(Person).where(Person.ansattnr == "7001")).one()
        ase = db.scalars(select(Person).where(Person.ansattnr == "7002")).one()
        assert (per.epost, per.yrke, per.stillingsprosent, per.vakter) == (
            "per.prove@kommune.test",
            "sjukepleiar",
            80,
            "dag,natt",
        )
        assert (ase.stillingsprosent, ase.tilsetjingsform, ase.vakter) == (63, "vikariat", "kveld,helg")
        assert ase.is_away(ase.borte_fra)
        unit = db.scalars(select(Eining).where(Eining.kode == "A-2")).one()
        assert unit.leiar_id == per.id
        held = set(db.execute(select(Tilgang.person_id, Tilgang.rolle).where(Tilgang.eining_id == unit.id)))
        assert held == {(per.id, "tilsett"), (per.id, "leiar"), (ase.id, "tilsett")}
        places = dict(db.execute(select(PersonEining.eining_id, PersonEining.hovud).filter_by(person_id=per.id)).all())
        assert places[unit.id] is True
        assert len(places) == 2
    _, again = importer("personar", PEOPLE)
    assert (again.changes, again.unchanged) == (0, 2)


def test_a_leader_in_the_unit_file_gets_the_role_and_the_former_loses_it(importer, databases: Databases) -> None:
    importer("einingar", UNITS)
    importer("personar", PEOPLE)
    text = "kode;namn;leder;stedfortreder\nA-2;To;7002;7001\n"
    _, result = importer("einingar", text)
    assert result.changed == 1
    assert importer("einingar", text)[1].changes == 0
    with databases.reading() as db:
        unit = db.scalars(select(Eining).where(Eining.kode == "A-2")).one()
        leaders = db.scalars(
            select(Person.ansattnr)
            .join(Tilgang, Tilgang.person_id == Person.id)
            .where(Tilgang.eining_id == unit.id, Tilgang.rolle == Rolle.LEIAR.value, Tilgang.gjeld_til.is_(None))
        ).all()
    assert leaders == ["7002"]
    _, result = importer("einingar", "kode;namn\nA-2;To\n")
    assert result.changes == 0, "a missing column changes nothing"


def test_bad_people_rows(importer) -> None:
    importer("einingar", UNITS)
    head = "ansattnr;namn;epost;einingar;stillingsprosent;tilsett_fra;tilsett_til;rolle\n"
    plan, result = importer(
        "personar",
        head
        + "1;A A;a@b.no;A-2;100;;;\n"
        + "2;B B;a@b.no;A-2;100;;;\n"
        + "3;C C;feil;A-2;100;;;\n"
        + "4;D D;;FINST-IKKJE;100;;;\n"
        + "5;E E;;A-2;140;;;\n"
        + "6;F F;;A-2;100;2026-02-30;;\n"
        + "7;G G;;A-2;100;2026-02-02;2026-01-01;\n"
        + "8;H H;;A-2;100;;;administrator\n"
        + "9;;;A-2;100;;;\n"
        + "1;I I;;A-2;100;;;\n"
        + "01010012356;J J;;A-2;100;;;\n",
    )
    assert result.new == 1
    assert set(reasons(plan)) == set(range(3, 13))


def test_xlsx_with_numbers_and_dates_as_cells(importer, databases: Databases) -> None:
    importer("einingar", UNITS)
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Ansattnr", "Namn", "Einingar", "Tilsett frå"])
    sheet.append([7003, "Nils Nummer", "A-2", datetime(2024, 3, 1)])  # noqa: DTZ001 - as spreadsheets hold dates
    packed = io.BytesIO()
    book.save(packed)
    assert importer("personar", packed.getvalue())[1].new == 1
    with databases.reading() as db:
        person = db.scalars(select(Person).where(Person.ansattnr == "7003")).one()
    assert person.tilsett_fra.isoformat() == "2024-03-01"
    assert importer("personar", packed.getvalue())[1].changes == 0


@pytest.mark.parametrize(
    "data", [b"", b"   ", b"PK\x03\x04tull", b"namn;overordna\nA;B\n", b"\x00\x01\x02", b'kode;namn\n"A;' + b"x" * 200_000]
)
def test_files_nobody_can_read_get_a_sentence(importer, data: bytes) -> None:
    with pytest.raises(Refused) as refused:
        importer("einingar", data)
    assert len(refused.value.message) > 10


def test_an_administrator_changes_only_her_own_part(importer, cast: Cast, databases: Databases) -> None:
    importer("einingar", UNITS)
    plan, result = importer("einingar", "kode;namn;overordna\nA-2;Kapra;A-1\nA-9;Ny;A\nHO-9;Ny;HO\nROT;Topp;\n", cast.adam)
    assert set(reasons(plan)) == {2, 3, 5}
    assert result.new == 1
    plan, result = importer("personar", "ansattnr;namn;einingar\n91;Ny Ny;A-2\n92;Ny To;HO-9\n93;Utan Eining;\n", cast.adam)
    assert set(reasons(plan)) == {2, 4}
    assert result.new == 1
