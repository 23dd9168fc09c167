"""A measure made from a procedure: it carries its origin, and its page leads back for who may read it."""

from sqlalchemy import select

from kjerne.db import Databases
from tests.cast import Cast
from tests.conftest import ClientFor, Csrf
from tests.prosedyrar.conftest import MakeProsedyre
from tiltak.models import Tiltak, TiltakOpphav


def test_a_measure_from_a_procedure_carries_where_it_came_from_for_who_may_read_it(
    client_for: ClientFor, csrf: Csrf, databases: Databases, cast: Cast, make_prosedyre: MakeProsedyre
) -> None:
    number = make_prosedyre("Handhygiene")
    form = {"tittel": "Heng opp plakatar", "skildring": "", "eining_id": cast.it01.id, "ansvarleg_id": cast.kari.id}
    form |= {"frist": "2026-12-18", "type": "forebyggjande", "prioritet": "2"}
    leif = client_for(cast.leif)
    assert f"/tiltak/nytt?fra=prosedyre-{number}" in leif.get(f"/prosedyrar/{number}").get_data(as_text=True)
    for fra in (f"prosedyre-{number}", f"prosedyre-{number}x", "prosedyre-999", f"ros-{number}", "brev-1", "avvik-1", ""):
        page = leif.get(f"/tiltak/nytt?fra={fra}").get_data(as_text=True)
        assert ("Kjem frå" in page) == (fra == f"prosedyre-{number}"), fra
        answer = leif.post("/tiltak/nytt", data={**form, "csrf_token": csrf(leif), "fra": fra})
        assert answer.status_code == 303
    with databases.reading() as db:
        rows = [(row.slag, row.ref_id, row.namn) for row in db.scalars(select(TiltakOpphav))]
        first = db.scalars(select(Tiltak).order_by(Tiltak.id)).first()
    assert rows == [("prosedyre", number, f"Prosedyre {number}")]
    assert first is not None
    assert first.kjelde == "prosedyre"
    assert f'href="/prosedyrar/{number}"' in leif.get(f"/tiltak/{first.id}").get_data(as_text=True)
