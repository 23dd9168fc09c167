"""The demo as an outside program meets it: logins that work, states that agree, nothing real overwritten."""

import hashlib
import uuid
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, text

from avvik import sums
from avvik.actions.report import Melding, report_avvik
from avvik.models import (
    Avvik,
    AvvikArsak,
    AvvikHending,
    AvvikInhabil,
    AvvikMeldarLoynd,
    AvvikMeldeplikt,
    AvvikNokkel,
    AvvikTeljar,
    AvvikUtfall,
)
from avvik.queries import list_query, visible
from avvik.queries.lists import Lister
from avvik.rules import ENDED
from demo.build import build
from kjerne import log
from kjerne.access import DERIVED, Rolle
from kjerne.config import Config
from kjerne.db import Base, Databases
from kjerne.errors import Refused
from kjerne.identitet import blocks, find
from kjerne.innstilling import settings
from kjerne.models import Eining, Epost, Loggline, Person, Tilgang
from tests import make
from tests.conftest import Clock, Csrf, WorkFor
from tiltak.models import Tiltak

CLOSED = [status.value for status in ENDED]


def nth(demo: dict[str, Any], rolle: Rolle, number: int = 0) -> dict[str, str]:
    return [row for row in demo["innloggingar"] if row["rolle"] == rolle.value][number]


def person_of(db: Any, row: dict[str, str]) -> Person:
    return db.scalars(select(Person).where(Person.ansattnr == row["brukarnamn"])).one()


@pytest.mark.both
def test_the_file_says_what_outside_programs_are_promised(demo: dict[str, Any], databases: Databases) -> None:
    assert set(demo) == {"kommune", "einingar", "innloggingar"}
    assert len(demo["einingar"]) == 46
    assert all(set(row) == {"kode", "namn"} for row in demo["einingar"])
    assert all(set(row) == {"rolle", "namn", "brukarnamn", "passord", "eining"} for row in demo["innloggingar"])
    assert {row["rolle"] for row in demo["innloggingar"]} == {rolle.value for rolle in Rolle if rolle not in DERIVED}
    codes = {row["kode"] for row in demo["einingar"]}
    assert {row["eining"] for row in demo["innloggingar"]} <= codes
    first, second = nth(demo, Rolle.TILSETT)["eining"], nth(demo, Rolle.TILSETT, 1)["eining"]
    assert nth(demo, Rolle.LEIAR)["eining"] == first != second == nth(demo, Rolle.LEIAR, 1)["eining"]
    with databases.reading() as db:
        own, other = (db.scalars(select(Eining).where(Eining.kode == kode)).one() for kode in (first, second))
        assert own.overordna_id == other.overordna_id
        leader = person_of(db, nth(demo, Rolle.LEIAR))
        assert own.leiar_id == leader.id
        assert leader.borte_fra is None
        assert settings(db)["demo"] == "1"
        assert settings(db)["kommune"] == demo["kommune"]
        assert db.scalar(select(func.count()).select_from(Person)) == 887
        hashed = db.scalar(select(func.count()).select_from(Person).where(Person.passord_hash.is_not(None)))
        assert hashed == len({row["brukarnamn"] for row in demo["innloggingar"]})


@pytest.mark.both
def test_every_login_works(demo: dict[str, Any], client: FlaskClient, csrf: Csrf) -> None:
    for row in demo["innloggingar"]:
        form = {"brukarnamn": row["brukarnamn"], "passord": row["passord"], "csrf_token": csrf(client, "/logg-inn")}
        answer = client.post("/logg-inn", data=form)
        assert answer.status_code == 303, row
        page = client.get("/min-side")
        assert page.status_code == 200, row
        assert row["namn"] in page.get_data(as_text=True)
        client.post("/logg-ut", data={"csrf_token": csrf(client, "/min-side")})


@pytest.mark.both
def test_the_log_holds_and_goes_on(demo: dict[str, Any], databases: Databases, config: Config, work_for: WorkFor) -> None:
    with databases.reading() as db:
        verdict = log.verify(db, config.secret_key)
    assert (verdict.lines, verdict.broken_at) == (300, None)
    with databases.writing() as db:
        me = person_of(db, nth(demo, Rolle.TILSETT))
        unit = db.scalars(select(Eining).where(Eining.kode == nth(demo, Rolle.TILSETT)["eining"])).one()
        work = work_for(db, me)
        before = db.get_one(AvvikTeljar, work.today.year).siste
        melding = Melding(
            nokkel=str(uuid.uuid4()),
            eining_id=unit.id,
            hendt=work.now,
            hovudtype="pasient_brukar",
            underkategori="fall_utan_skade",
            skildring="Bebuaren sette seg på golvet ved senga.",
            alvor=1,
        )
        receipt = report_avvik(work, melding)
        assert receipt.avvik.id == 301
        assert receipt.avvik.lopenr == before + 1
        assert receipt.mottakar is not None
        assert receipt.mottakar.person.id == person_of(db, nth(demo, Rolle.LEIAR)).id
        db.commit()
    with databases.reading() as db:
        assert log.verify(db, config.secret_key).broken_at is None


@pytest.mark.both
def test_sums_agree_with_the_rows(demo: dict[str, Any], databases: Databases) -> None:
    with databases.writing() as db:
        assert sums.verify(db) == []
        for aar, siste in db.execute(select(AvvikTeljar.aar, AvvikTeljar.siste)):
            numbers = db.scalars(select(Avvik.lopenr).where(Avvik.aar == aar).order_by(Avvik.id)).all()
            assert list(numbers) == list(range(1, siste + 1))


@pytest.mark.both
def test_states_agree_with_dates_and_history(demo: dict[str, Any], databases: Databases, clock: Clock) -> None:
    with databases.reading() as db:
        lines: dict[int, list[AvvikHending]] = {}
        for line in db.scalars(select(AvvikHending).order_by(AvvikHending.id)):
            lines.setdefault(line.avvik_id, []).append(line)
        for avvik in db.scalars(select(Avvik)):
            told = lines[avvik.id]
            times = [line.tid for line in told]
            assert times == sorted(times), avvik.nr
            assert times[0] == avvik.meldt
            assert times[-1] <= clock()
            assert avvik.hendt <= avvik.meldt
            kinds = [line.slag for line in told]
            assert kinds[0] == "meldt"
            assert (avvik.status in CLOSED) == (avvik.lukka_tid is not None)
            assert (avvik.starta_tid is not None) == ("starta" in kinds) == (avvik.forste_svar_tid is not None)
            if avvik.status == "meld":
                assert kinds == [kind for kind in kinds if kind in {"meldt", "lofta"}]
            if avvik.status in CLOSED:
                ended = [line for line in told if line.slag != "prosedyre_endra"][-1]  # that may come long after
                assert ended.slag in {"lukka", "avvist"}
                assert ended.tid == avvik.lukka_tid
            if avvik.ventar_meldar:
                assert kinds.index("sporsmal") > 0
                assert "opplysning" not in kinds
            assert ("alvor_endra" in kinds) == (avvik.alvor != avvik.alvor_meldt)


@pytest.mark.both
def test_closed_cases_have_all_that_closing_asks_for(demo: dict[str, Any], databases: Databases) -> None:
    with databases.reading() as db:
        coordinator = person_of(db, nth(demo, Rolle.KVALITETSKOORDINATOR))
        causes = set(db.scalars(select(AvvikArsak.avvik_id)))
        outcomes = {(row.avvik_id, row.utfall): row.grunngiving for row in db.scalars(select(AvvikUtfall))}
        open_duties = set(db.scalars(select(AvvikMeldeplikt.avvik_id).where(AvvikMeldeplikt.status == "open")))
        closed = db.scalars(select(Avvik).where(Avvik.status == "lukka")).all()
        assert len(closed) > 200
        for avvik in closed:
            assert avvik.id in causes
            assert avvik.sluttsvar
            assert avvik.id not in open_duties
            mine = {code for case, code in outcomes if case == avvik.id}
            assert mine
            assert outcomes.get((avvik.id, "ingen"), "x")
            assert avvik.endra_praksis == bool(mine & {"prosedyre_endra", "ny_prosedyre", "ny_praksis"})
        enders = select(AvvikHending.person_id).join(Avvik, Avvik.id == AvvikHending.avvik_id)
        severe = db.scalars(enders.where(Avvik.alvor >= 4, AvvikHending.slag == "lukka")).all()
        assert set(severe) == {coordinator.id}
        own = db.scalars(
            select(Avvik.id)
            .join(AvvikHending, AvvikHending.avvik_id == Avvik.id)
            .where(AvvikHending.slag == "lukka", AvvikHending.person_id == Avvik.meldar_id)
        ).all()
        assert own == []


@pytest.mark.both
def test_hidden_names_stand_nowhere(demo: dict[str, Any], databases: Databases) -> None:
    with databases.reading() as db:
        anonymous = db.scalars(select(Avvik).where(Avvik.anonym)).all()
        confidential = db.scalars(select(Avvik).where(Avvik.konfidensiell)).all()
        assert anonymous
        assert confidential
        known = {row.avvik_id: row.person_id for row in db.scalars(select(AvvikMeldarLoynd))}
        assert set(known) == {avvik.id for avvik in confidential}
        letters = " ".join(db.scalars(select(Epost.nokkel)))
        for avvik in anonymous:
            assert (avvik.meldt.minute, avvik.meldt.second, avvik.meldt.microsecond) == (0, 0, 0)
            assert avvik.sporingskode_hash
            key = db.scalars(select(AvvikNokkel).where(AvvikNokkel.avvik_id == avvik.id)).one()
            assert key.person_id is None
            assert f"avvik-{avvik.id}-svar" not in letters
        hidden = {avvik.id for avvik in (*anonymous, *confidential)}
        for line in db.scalars(select(AvvikHending).where(AvvikHending.avvik_id.in_(hidden), AvvikHending.aktor == "meldar")):
            assert line.person_id is None
        for row in db.scalars(select(Loggline).where(Loggline.subjekt_id.in_([str(number) for number in hidden]))):
            assert row.aktor in {"anonym", "meldar"}


@pytest.mark.both
def test_one_of_each_rare_kind(demo: dict[str, Any], databases: Databases) -> None:
    with databases.reading() as db:

        def there(*conditions: Any) -> bool:
            return db.scalar(select(Avvik.id).where(*conditions).limit(1)) is not None

        assert there(Avvik.gjeld_leiar, Avvik.sensitiv_gruppe == "leiarsak")
        assert db.scalar(select(func.count()).select_from(AvvikInhabil)) >= 1
        assert there(Avvik.er_varsel, Avvik.sensitiv_gruppe == "varsel", Avvik.sakshandsamar_id.is_(None))
        assert there(Avvik.sensitiv_gruppe == "vald")
        assert there(Avvik.sensitiv_gruppe == "personvern", Avvik.lukka_tid.is_not(None))
        assert there(Avvik.alvor == 5)
        assert there(Avvik.serie_tal > 1)
        assert there(Avvik.ventar_meldar)
        assert there(Avvik.lofta > 0)
        for status in ("meld", "under_behandling", "tiltak", "ventar_effekt", "lukka", "gjenopna", "avvist"):
            assert there(Avvik.status == status), status
        breaches = select(AvvikMeldeplikt.status).where(AvvikMeldeplikt.meldeplikt == "personvern_brot")
        assert "ikkje_meldt" in set(db.scalars(breaches))
        assert len(set(db.scalars(select(Tiltak.status)))) >= 5
        assert db.scalar(select(func.count()).select_from(Epost)) > 20


@pytest.mark.both
def test_the_first_leader_and_tilsett_have_a_desk_to_sit_down_at(
    demo: dict[str, Any], databases: Databases, work_for: WorkFor
) -> None:
    with databases.writing() as db:
        leader = work_for(db, person_of(db, nth(demo, Rolle.LEIAR)))
        unit = db.scalars(select(Eining).where(Eining.kode == nth(demo, Rolle.LEIAR)["eining"])).one()
        inbox = db.execute(list_query(leader, Lister.OPNE, limit=100)).all()
        assert 10 <= len(inbox) <= 16
        assert sum(1 for row in inbox if row.alvor >= 4) >= 2
        tilsett = person_of(db, nth(demo, Rolle.TILSETT))
        own = db.scalars(select(Avvik).where(Avvik.meldar_id == tilsett.id)).all()
        assert len(own) >= 5
        assert any(avvik.ventar_meldar for avvik in own)
        assert any(avvik.status == "lukka" for avvik in own)
        seen = set(db.scalars(select(Avvik.id).where(visible(leader))))
        assert {avvik.id for avvik in own} <= seen
        neighbour = person_of(db, nth(demo, Rolle.TILSETT, 1))
        elsewhere = select(Avvik.id).where(Avvik.eining_id != unit.id, Avvik.meldar_id.is_distinct_from(leader.me.id))
        assert not seen & set(db.scalars(elsewhere))
        next_door = work_for(db, person_of(db, nth(demo, Rolle.LEIAR, 1)))
        assert not set(db.scalars(select(Avvik.id).where(visible(next_door)))) & {avvik.id for avvik in own}
        assert not set(db.scalars(select(Avvik.id).where(visible(work_for(db, neighbour))))) & {avvik.id for avvik in own}
        coordinator = work_for(db, person_of(db, nth(demo, Rolle.KVALITETSKOORDINATOR)))
        assert db.execute(list_query(coordinator, Lister.VENTAR)).all()


def test_no_text_points_at_a_person(demo: dict[str, Any], databases: Databases, clock: Clock) -> None:
    with databases.reading() as db:
        names = set(db.scalars(select(Person.namn)))
        texts = set(db.scalars(select(Avvik.skildring))) | set(db.scalars(select(AvvikHending.tekst)))
        texts |= set(db.scalars(select(Tiltak.tittel))) | set(db.scalars(select(Avvik.sluttsvar)))
    for said in texts:
        assert not blocks(find(said, today=clock().date())), said
    joined = "\n".join(texts)
    assert not [name for name in names if name in joined]


def test_real_data_are_refused(databases: Databases, config: Config, clock: Clock) -> None:
    with databases.writing() as db:
        make.person(db, "Mona Verkeleg")
        db.commit()
    with pytest.raises(Refused, match="real data"):
        build(databases, config, now=clock())
    with databases.reading() as db:
        assert db.scalar(select(func.count()).select_from(Person)) == 1
        assert db.scalar(select(Avvik.id).limit(1)) is None
    assert not (config.data_dir / "demo.json").exists()


def test_a_second_demo_is_refused_with_its_own_sentence(demo: dict[str, Any], databases: Databases, config: Config) -> None:
    with pytest.raises(Refused, match="already"):
        build(databases, config)


def fingerprint(databases: Databases) -> str:
    """A digest of all rows of all tables but the password hashes, which are salted."""
    digest = hashlib.sha256()
    with databases.reading() as db:
        for table in Base.metadata.sorted_tables:
            columns = [column for column in table.c if column.name != "passord_hash"]
            order = list(table.primary_key.columns)
            for row in db.execute(select(*columns).order_by(*order)):
                digest.update(repr(tuple(row)).encode())
    return digest.hexdigest()


def test_the_same_seed_builds_the_same_rows(sqlite_template: Any, tmp_path: Any, config: Config, clock: Clock) -> None:
    prints = []
    for number, seed in enumerate((7, 7, 8)):
        path = tmp_path / f"seed{number}.db"
        path.write_bytes(sqlite_template.read_bytes())
        own = Databases(f"sqlite:///{path}")
        build(own, config, avvik=60, seed=seed, now=clock())
        prints.append(fingerprint(own))
        own.dispose()
    assert prints[0] == prints[1] != prints[2]


@pytest.mark.parametrize("tal", [0, 1, 40])
def test_few_cases_are_no_problem(databases: Databases, config: Config, clock: Clock, tal: int) -> None:
    build(databases, config, avvik=tal, seed=3, now=clock())
    with databases.reading() as db:
        assert db.scalar(select(func.count()).select_from(Avvik)) == tal
        assert log.verify(db, config.secret_key).broken_at is None


def test_shares_are_those_of_the_sources(databases: Databases, config: Config, clock: Clock) -> None:
    """The ranges of domene 8.3 and 6.5, over all units, with room for chance at 3,000 cases."""
    build(databases, config, avvik=3000, seed=2, now=clock())
    old = clock() - timedelta(days=120)
    with databases.reading() as db:
        rows = db.execute(
            select(Avvik.hovudtype, Avvik.underkategori, Avvik.alvor, Avvik.art, Avvik.meldt, Avvik.lukka_tid, Avvik.endra_praksis)
        ).all()
        people = db.execute(select(Person.yrke, Person.stillingsprosent)).all()
        sick = db.scalar(select(func.count()).select_from(Person).where(Person.borte_fra.is_not(None))) or 0

    def share(hits: int, of: int = len(rows)) -> float:
        return hits / of

    patient = [row for row in rows if row.hovudtype == "pasient_brukar"]
    assert 0.60 <= share(len(patient)) <= 0.70
    assert 0.11 <= share(sum(row.hovudtype == "hms" for row in rows)) <= 0.17
    assert 0.40 <= share(sum(row.underkategori.startswith("legemiddel") for row in patient), len(patient)) <= 0.55
    assert 0.17 <= share(sum(row.underkategori.startswith("fall") for row in patient), len(patient)) <= 0.27
    levels = [share(sum(row.alvor == level for row in rows)) for level in (1, 2, 3, 4, 5)]
    for got, (low, high) in zip(levels, [(0.36, 0.52), (0.29, 0.41), (0.10, 0.22), (0.025, 0.07), (0.0005, 0.01)], strict=True):
        assert low <= got <= high, levels
    assert 0.09 <= share(sum(row.art == "nesten" for row in rows)) <= 0.22
    aged = [row for row in rows if row.meldt < old]
    soon = sum(row.lukka_tid is not None and row.lukka_tid - row.meldt <= timedelta(days=30) for row in aged)
    late = sum(row.lukka_tid is None or row.lukka_tid - row.meldt > timedelta(days=90) for row in aged)
    assert 0.62 <= share(soon, len(aged)) <= 0.80
    assert 0.03 <= share(late, len(aged)) <= 0.12
    assert 0.15 <= share(sum(row.endra_praksis for row in rows)) <= 0.40
    untrained = [row for row in people if row.yrke in {"assistent", "laerling", "student"}]
    care = [row for row in people if row.yrke != "reinhald"]
    assert 0.29 <= len(untrained) / len(care) <= 0.36
    assert 0.21 <= sum(row.stillingsprosent for row in untrained) / sum(row.stillingsprosent for row in care) <= 0.28
    assert 72 <= sum(row.stillingsprosent for row in care) / len(care) <= 79
    assert 20 <= sick <= 80


@pytest.mark.both
def test_next_ids_are_free(demo: dict[str, Any], databases: Databases) -> None:
    with databases.writing() as db:
        unit = make.eining(db, "NY-01")
        person = make.person(db, "Nils Ny", eining=unit)
        assert person.id == 888
        assert db.scalar(select(func.count()).select_from(Tilgang).where(Tilgang.person_id == person.id)) == 1
        assert db.scalar(text("SELECT count(*) FROM person")) == 888
