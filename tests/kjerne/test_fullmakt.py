"""Who asks and what she may, in one question; the organisation kept in the process is never older than its last change."""

import pytest
from sqlalchemy import event

from kjerne import sessions
from kjerne.access import Right, Rolle
from kjerne.db import Databases
from kjerne.einingar import tree
from kjerne.fullmakt import load_grants, who
from kjerne.models import Eining, Okt, Person, Tilgang
from tests.cast import Cast
from tests.conftest import Clock


@pytest.mark.both
def test_session_person_and_grants_are_one_question(cast: Cast, databases: Databases, clock: Clock, config: object) -> None:
    with databases.writing() as db:
        token = sessions.start(db, cast.leif, clock(), shared=False)
        db.commit()
    said: list[str] = []
    with databases.reading() as db:
        tree(db)
    with databases.reading() as db:
        event.listen(db.connection(), "before_cursor_execute", lambda *told: said.append(told[2]))
        found = who(db, config, token, clock())  # type: ignore[arg-type]  # the fixture's own Config
        assert found is not None
        okt, person, grants = found
        assert len(said) == 1
        assert grants == load_grants(db, cast.leif.id, clock().date())
        assert (person.namn, person.version, okt.sist_sett) == (cast.leif.namn, 1, clock())
        assert cast.it01.id in grants.units(Right.AVVIK_LES)
        assert not db.new
    with databases.writing() as db:
        again = who(db, config, token, clock())  # type: ignore[arg-type]  # the fixture's own Config
        assert again is not None
        again[1].sprak = "nb"
        db.commit()
    with databases.reading() as db:
        kept = db.get_one(Person, cast.leif.id)
        assert (kept.sprak, kept.version) == ("nb", 2)
        assert db.get_one(Okt, okt.id).hash == sessions.token_hash(token)


@pytest.mark.both
def test_a_new_unit_is_hers_at_the_next_request(cast: Cast, databases: Databases, clock: Clock) -> None:
    with databases.reading() as db:
        before = load_grants(db, cast.leif.id, clock().date())
    with databases.writing() as db:
        top = db.get_one(Eining, cast.it01.id)
        db.add(Eining(id=9901, kode="NY", namn="Ny", niva="gruppe", overordna_id=top.id, sti=f"{top.sti}9901/"))
        db.flush()
        inside = load_grants(db, cast.leif.id, clock().date())
        with databases.reading() as other:
            assert load_grants(other, cast.leif.id, clock().date()) == before
        db.commit()
    with databases.reading() as db:
        after = load_grants(db, cast.leif.id, clock().date())
    assert after == inside
    assert after.units(Right.AVVIK_LES) - before.units(Right.AVVIK_LES) == {9901}


def test_a_role_that_has_ended_gives_nothing(cast: Cast, databases: Databases, clock: Clock) -> None:
    with databases.writing() as db:
        db.add(Tilgang(person_id=cast.kari.id, eining_id=cast.it01.id, rolle="verneombod", gjeld_fra=clock().date()))
        db.commit()
    with databases.reading() as db:
        assert Rolle.VERNEOMBOD in load_grants(db, cast.kari.id, clock().date()).roles
        clock.forward(days=-1)
        assert Rolle.VERNEOMBOD not in load_grants(db, cast.kari.id, clock().date()).roles
