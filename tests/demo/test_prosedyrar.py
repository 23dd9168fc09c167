"""The demo's library: large, in all states, tied to cases, and nothing in it breaks a rule."""

from typing import Any

from sqlalchemy import func, select

from avvik import sums
from avvik.models import Avvik, AvvikProsedyre, AvvikUtfall
from kjerne.db import Databases
from kjerne.identitet import blocks, find
from kjerne.models import Person
from prosedyrar.behov import Dekning
from prosedyrar.models import HoyringMerknad, Kontrollsporsmal, Lesekvittering, Prosedyre, ProsedyreVersjon, Revisjonsonske
from prosedyrar.queries.behov import find_top, overview, units_of
from prosedyrar.queries.lesing import reading_list
from tests.conftest import Clock, WorkFor


def test_the_library_is_large_and_in_all_states(
    demo: dict[str, Any], databases: Databases, clock: Clock, work_for: WorkFor
) -> None:
    with databases.writing() as db:
        states = dict(db.execute(select(ProsedyreVersjon.tilstand, func.count()).group_by(ProsedyreVersjon.tilstand)).all())
        assert db.scalar(select(func.count()).select_from(Prosedyre)) >= 60
        assert set(states) == {"kladd", "paa_hoyring", "til_godkjenning", "gyldig", "utgaatt"}
        assert db.scalar(select(func.count()).select_from(Prosedyre).where(Prosedyre.revisjonsfrist < clock().date())) >= 3
        assert db.scalar(select(func.count()).select_from(HoyringMerknad)) >= 2
        assert db.scalar(select(func.count()).select_from(Lesekvittering)) > 500
        assert db.scalar(select(func.count()).select_from(Kontrollsporsmal)) >= 4
        for text in db.scalars(select(ProsedyreVersjon.tekst)):
            assert blocks(find(text, today=clock().date())) == []
        led = db.execute(
            select(AvvikUtfall.utfall, Avvik.endra_praksis)
            .join(Avvik, Avvik.id == AvvikUtfall.avvik_id)
            .join(AvvikProsedyre, AvvikProsedyre.avvik_id == Avvik.id)
            .where(AvvikProsedyre.versjon_id.is_not(None), AvvikUtfall.utfall == "prosedyre_endra")
        ).all()
        assert led
        assert all(counted for _code, counted in led)
        assert sums.verify(db) == []
        assert set(db.scalars(select(Revisjonsonske.tilstand))) == {"open", "svara"}
        for row in demo["innloggingar"]:
            if row["rolle"] == "tilsett":
                reader = work_for(db, db.scalars(select(Person).where(Person.ansattnr == row["brukarnamn"])).one())
                assert len(reading_list(reader)) >= 2, "there is something to read for who tries it"
        first = next(row for row in demo["innloggingar"] if row["rolle"] == "kvalitetskoordinator")
        who = db.scalars(select(Person).where(Person.ansattnr == first["brukarnamn"])).one()
        work = work_for(db, who)
        units = units_of(work)
        seen = overview(work, find_top(units, ""), units)
        assert {need.kode for need in seen.behov if need.eigen} == {"eigen-1", "eigen-2"}
        total = seen.total()
        assert all(total.of(stand) for stand in (Dekning.DEKT, Dekning.PLANLAGT, Dekning.UTDATERT, Dekning.MANGLAR, Dekning.IKKJE))
