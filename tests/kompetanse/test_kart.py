"""The gap map: what is needed against what people have, today and later, and who sees which numbers."""

import re
from datetime import date, timedelta

from sqlalchemy import event, select

from kjerne.clock import oslo_date
from kjerne.db import Databases
from kjerne.models import Person, PersonEining
from kompetanse.models import Delegasjon, Kompetanse
from kompetanse.queries import kart, lagra
from kompetanse.queries.kart import Rute, Snitt
from tests import make
from tests.cast import Cast
from tests.conftest import ClientFor, Clock
from tests.kompetanse.conftest import GiveBevis, SetBehov


def cell(databases: Databases, clock: Clock, unit: int, kode: str, months: int = 0, snitt: Snitt | None = None) -> Rute | None:
    """One cell of the map."""
    with databases.reading() as db:
        found = lagra.cells(db, [unit], oslo_date(clock()), months, snitt or Snitt())
        return found.get((unit, db.scalars(select(Kompetanse.id).where(Kompetanse.kode == kode)).one()))


def test_everyone_at_least_share_and_per_shift(
    databases: Databases, clock: Clock, cast: Cast, set_behov: SetBehov, give: GiveBevis
) -> None:
    """Solbakken 1: Kari, Leif, Astrid, all on days; two more on nights."""
    with databases.writing() as db:
        db.expire_on_commit = False
        nights = [make.person(db, f"Natt {n}", eining=cast.it01, vakter="natt,helg", yrke="sjukepleiar") for n in range(2)]
        db.commit()
    set_behov("hlr", cast.it01)
    set_behov("injeksjon", cast.it01, "minst", 3)
    set_behov("tvang_kap9", cast.it01, "minst_vakt", 2)
    set_behov("demens_abc", cast.it01, "andel", 50)
    set_behov("news2", cast.it01, yrker="sjukepleiar")
    for person in (cast.kari, cast.leif):
        for kode in ("hlr", "injeksjon", "tvang_kap9", "demens_abc"):
            give(person, kode)
    give(nights[0], "tvang_kap9")
    give(nights[0], "news2", niva=1)
    give(nights[1], "news2", niva=3)

    def share(kode: str) -> tuple[int, int]:
        found = cell(databases, clock, cast.it01.id, kode)
        assert found is not None
        return found.har, found.behov

    assert share("hlr") == (2, 5)
    assert share("injeksjon") == (2, 3)
    assert share("tvang_kap9") == (4, 6), "two by day; one of two at night and one of two at weekends"
    assert share("demens_abc") == (2, 3), "half of five is rounded up"
    assert share("news2") == (1, 2), "level 1 is not enough"


def test_needs_are_inherited_and_overridden_nearer_by(databases: Databases, clock: Clock, cast: Cast, set_behov: SetBehov) -> None:
    base = set_behov("hlr", cast.ho)
    assert cell(databases, clock, cast.it02.id, "hlr") is not None
    set_behov("hlr", cast.it, "minst", 1, overstyrer_id=base, grunn="Få personar")
    for unit in (cast.it01, cast.it02):
        found = cell(databases, clock, unit.id, "hlr")
        assert found is not None
        assert found.behov == 1
    set_behov("hlr", cast.it02, "ingen", overstyrer_id=base, grunn="Ikkje pasientar")
    assert cell(databases, clock, cast.ho.id, "hlr") is not None
    set_behov("news2", cast.ho, einingsslag="bufellesskap")
    assert cell(databases, clock, cast.it01.id, "news2") is None, "Solbakken is no sheltered housing"
    set_behov("news2", cast.ho, einingsslag="institusjon", gjeld_fra=date(2027, 1, 1))
    assert cell(databases, clock, cast.it01.id, "news2") is None, "not yet"
    assert cell(databases, clock, cast.it01.id, "news2", 3) is not None


def test_a_role_is_asked_of_its_holders_only(
    databases: Databases, clock: Clock, cast: Cast, set_behov: SetBehov, give: GiveBevis
) -> None:
    set_behov("hms_leiar", cast.ho, rolle="leiar")
    give(cast.leif, "hms_leiar", dagar=None)
    found = cell(databases, clock, cast.it01.id, "hms_leiar")
    assert found is not None
    assert (found.har, found.behov) == (1, 1)


def test_later_what_expires_and_who_leaves_is_gone(
    databases: Databases, clock: Clock, cast: Cast, set_behov: SetBehov, give: GiveBevis
) -> None:
    set_behov("hlr", cast.it01, "minst", 3)
    give(cast.kari, "hlr", dagar=60)
    give(cast.leif, "hlr", dagar=700)
    give(cast.astrid, "hlr", dagar=700)
    with databases.writing() as db:
        db.get_one(Person, cast.astrid.id).tilsett_til = oslo_date(clock()) + timedelta(days=150)
        db.commit()
    found = [cell(databases, clock, cast.it01.id, "hlr", months) for months in (0, 3, 6, 12)]
    assert [(rute.har, rute.behov) for rute in found if rute] == [(3, 3), (2, 3), (1, 3), (1, 3)]
    assert found[2] is not None
    assert found[2].eineste == cast.leif.id


def test_only_confirmed_evidence_counts_and_a_delegation_lapses_with_its_course(
    databases: Databases, clock: Clock, cast: Cast, set_behov: SetBehov, give: GiveBevis
) -> None:
    set_behov("legemiddel_fullmakt", cast.it01, "minst", 2)
    set_behov("hlr", cast.it01, "minst", 3)
    give(cast.kari, "hlr", status="sjolv")
    give(cast.leif, "hlr", status="avvist")
    give(cast.astrid, "hlr", dagar=-1, dato=date(2025, 1, 1))
    assert cell(databases, clock, cast.it01.id, "hlr") == Rute(3, 0, 0, None)
    give(cast.kari, "legemiddel_fullmakt")
    give(cast.kari, "legemiddel_grunn", dagar=100)
    give(cast.leif, "legemiddel_fullmakt")
    for months, count in ((0, 1), (3, 1), (6, 0)):
        found = cell(databases, clock, cast.it01.id, "legemiddel_fullmakt", months)
        assert found is not None
        assert found.har == count, months


def test_a_delegation_holds_in_its_own_unit_only(
    databases: Databases, clock: Clock, cast: Cast, set_behov: SetBehov, give: GiveBevis
) -> None:
    set_behov("legemiddel_fullmakt", cast.it, "minst", 1)
    with databases.writing() as db:
        db.add(PersonEining(person_id=cast.kari.id, eining_id=cast.it02.id, hovud=False))
        db.commit()
    give(cast.kari, "legemiddel_grunn")
    key = give(cast.kari, "legemiddel_fullmakt")
    with databases.writing() as db:
        db.add(Delegasjon(bevis_id=key, eining_id=cast.it02.id, oppgaver="Gi faste.", gitt_av_id=cast.nils.id, gitt_som="leiar"))
        db.commit()
    for unit, count in ((cast.it01, 0), (cast.it02, 1)):
        found = cell(databases, clock, unit.id, "legemiddel_fullmakt")
        assert found is not None
        assert found.har == count, unit.namn


def test_narrowed_by_profession_and_shift(
    databases: Databases, clock: Clock, cast: Cast, set_behov: SetBehov, give: GiveBevis
) -> None:
    set_behov("hlr", cast.it01)
    with databases.writing() as db:
        db.expire_on_commit = False
        nurse = make.person(db, "Sjuke Pleiar", eining=cast.it01, vakter="natt", yrke="sjukepleiar")
        db.commit()
    give(nurse, "hlr")
    assert cell(databases, clock, cast.it01.id, "hlr", snitt=Snitt(yrke="sjukepleiar")) == Rute(1, 1, 1, None)
    by_day = cell(databases, clock, cast.it01.id, "hlr", snitt=Snitt(vakt="dag"))
    assert by_day is not None
    assert (by_day.har, by_day.behov) == (0, 3)


def test_questions_do_not_grow_with_units_or_people(databases: Databases, clock: Clock, cast: Cast, set_behov: SetBehov) -> None:
    set_behov("hlr", cast.ho)

    def count() -> int:
        asked: list[str] = []

        def note(*parts: object) -> None:
            asked.append(str(parts[2]))

        with databases.reading() as db:
            ids = list(db.scalars(select(kart.Eining.id)))
            event.listen(databases.engine, "before_cursor_execute", note)
            lagra.cells(db, ids, oslo_date(clock()), 0, Snitt())
            event.remove(databases.engine, "before_cursor_execute", note)
        return len(asked)

    before = count()
    with databases.writing() as db:
        for number in range(5):
            unit = make.eining(db, f"HO-IT-1{number}", over=cast.it)
            for other in range(5):
                make.person(db, f"Ny {number} {other}", eining=unit)
        db.commit()
    assert count() == before


SHOWN = re.compile(r"(\d+) av (\d+)")


def test_counts_under_five_are_shown_to_who_sees_names_only(
    client_for: ClientFor, cast: Cast, set_behov: SetBehov, give: GiveBevis
) -> None:
    """The share is never hidden. Written by hand: who opens the map, and who sees "1 av 3" of HO-IT-01."""
    set_behov("hlr", cast.it01)
    give(cast.kari, "hlr")
    opens, counts, names = set(), set(), set()
    for name, person in cast.people.items():
        browser = client_for(person)
        page = browser.get("/kompetanse/kart")
        if page.status_code != 200:
            assert page.status_code == 404, name
            continue
        opens.add(name)
        text = page.get_data(as_text=True)
        if "1 av 3" in text:
            counts.add(name)
        unit = browser.get(f"/kompetanse/kart/{cast.it01.id}")
        if unit.status_code == 200:
            assert ">33" in unit.get_data(as_text=True)
        if "Kari Tilsett" in text + unit.get_data(as_text=True):
            names.add(name)
    assert opens == {"leif", "nils", "signe", "kval", "hege", "fred", "lise", "rita"}
    assert counts == names == {"leif", "signe", "kval", "hege", "fred"}


def test_who_sees_no_names_cannot_narrow_to_one_profession(
    client_for: ClientFor, cast: Cast, set_behov: SetBehov, databases: Databases
) -> None:
    set_behov("hlr", cast.it01)
    with databases.writing() as db:
        db.get_one(Person, cast.kari.id).yrke = "lege"
        db.commit()
    browser = client_for(cast.lise)
    plain = browser.get("/kompetanse/kart").get_data(as_text=True)
    narrowed = browser.get("/kompetanse/kart?yrke=lege&vakt=natt").get_data(as_text=True)
    assert re.sub(r"csrf[^>]*>|content=\"[^\"]*\"|value=\"[^\"]*\"", "", plain) == re.sub(
        r"csrf[^>]*>|content=\"[^\"]*\"|value=\"[^\"]*\"", "", narrowed
    )
