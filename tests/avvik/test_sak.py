"""The case's page over HTTP: from the leader's first answer to a closed case whose outcome is counted."""

from avvik.rules import Status
from tests.avvik.conftest import FileCase, Load, Post
from tests.cast import Cast
from tests.conftest import ClientFor, Clock


def test_a_case_goes_from_filed_to_closed_and_its_outcome_is_counted(
    cast: Cast, client_for: ClientFor, file_case: FileCase, post: Post, load: Load, clock: Clock
) -> None:
    nr = file_case()
    leif = client_for(cast.leif)
    inbox = leif.get("/avvik/")
    assert inbox.status_code == 200
    assert f"/avvik/{nr}" in inbox.text
    page = leif.get(f"/avvik/{nr}")
    assert page.status_code == 200, page.text
    assert "Bebuaren vart funnen på golvet" in page.text
    assert "Kari Tilsett" in page.text

    clock.forward(hours=12)
    assert post(cast.leif, nr, "svar", tekst="Takk. Vi sjekkar sensorane i dag.").status_code == 303
    assert load(nr).forste_svar_tid == clock()
    assert post(cast.leif, nr, "arsak", arsak="utstyr", kvifor="Sensoren var av\nIngen sjekka han").status_code == 303
    assert load(nr).status == Status.UNDER_BEHANDLING
    assert (
        post(
            cast.leif, nr, "utfall", utfall=["prosedyre_endra", "opplaering"], sluttsvar="Nattevakta testar sensorane."
        ).status_code
        == 303
    )
    assert post(cast.leif, nr, "lukk").status_code == 303
    closed = load(nr)
    assert closed.status == Status.LUKKA
    assert closed.endra_praksis
    assert closed.lukka_tid == clock()
    kari = client_for(cast.kari).get(f"/avvik/{nr}")
    assert "Nattevakta testar sensorane." in kari.text
    assert "Sensoren var av" not in kari.text
