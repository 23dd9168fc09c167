"""The case's page over HTTP: from the leader's first answer to a closed case whose outcome is counted."""

import gc
import re
from datetime import timedelta
from functools import _lru_cache_wrapper
from types import FunctionType, ModuleType
from uuid import uuid4

import pytest
from markupsafe import Markup

from avvik.rules import Status
from avvik.views.sak_ramme import fill
from kjerne import known
from kjerne.db import Databases
from kjerne.models import Eining, Person
from tests.avvik.conftest import FileCase, Load, Post
from tests.cast import Cast
from tests.conftest import ClientFor, Clock, WorkFor
from tiltak.actions import create_tiltak
from tiltak.models import Tiltak


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


def _texts_under(*roots: object) -> list[str]:
    """Every text that something holds, through what it holds itself."""
    waiting, met, found = list(roots), set(), []
    while waiting:
        one = waiting.pop()
        if id(one) in met or isinstance(one, type | ModuleType | FunctionType):
            continue
        met.add(id(one))
        if isinstance(one, str):
            found.append(one)
        else:
            waiting += gc.get_referents(one)
    return found


def test_what_people_wrote_in_a_case_stays_in_no_memory(cast: Cast, client_for: ClientFor, file_case: FileCase, post: Post) -> None:
    bird = f"Kanarifuglen{uuid4().hex[:8]}"  # nobody else's word, whatever else has run in this process
    nr = file_case(skildring=f"{bird} song.", strakstiltak=f"{bird} fekk vatn.")
    post(cast.leif, nr, "svar", tekst=f"{bird} er sett.")
    post(cast.leif, nr, "arsak", arsak="utstyr", kvifor=f"{bird} hadde ikkje bur")
    post(cast.leif, nr, "utfall", utfall="opplaering", grunngiving=f"{bird} har det bra", sluttsvar=f"{bird} er heime.")
    post(cast.leif, nr, "tiltak", tittel=f"{bird} får bur", ansvarleg=cast.leif.ansattnr, frist="2030-01-01")
    leif = client_for(cast.leif)
    shown = [leif.get(f"/avvik/{nr}").text.count(bird) for _again in range(3)]
    assert shown == [10, 10, 10], "each text is on the page each time"
    kept = [one for one in gc.get_objects() if isinstance(one, _lru_cache_wrapper)]
    texts = _texts_under(known._held, *(gc.get_referents(one) for one in kept))
    assert any(nr in text for text in texts), "the frame is known, and this test sees it"
    assert not [text[:200] for text in texts if f"{bird} " in text]


def test_a_text_that_looks_like_a_place_is_only_a_text(cast: Cast, client_for: ClientFor, file_case: FileCase) -> None:
    nr = file_case(skildring="Skrive slik: \ue000csrf_felt\ue000, \ue000sluttsvar\ue000 og <b>.", strakstiltak="\ue000skjema\ue000")
    page = client_for(cast.leif).get(f"/avvik/{nr}").text
    said = page[page.index('id="saka"') :]
    assert "og &lt;b&gt;." in said[:200]
    assert 'name="csrf_token"' not in said[:200]
    assert page.count('id="svar-tekst"') == 1


def test_a_place_is_filled_once_and_escaped() -> None:
    drawn = Markup("<p>\ue000a\ue000</p>\ue000b\ue000\ue000ukjent\ue000")
    assert fill(drawn, {"a": "<\ue000b\ue000>"}, b=Markup("<i>")) == "<p>&lt;\ue000b\ue000&gt;</p><i>"


@pytest.mark.both
def test_measures_that_may_serve_too_are_hers_or_the_units_with_the_nearest_deadline_first(
    cast: Cast, client_for: ClientFor, file_case: FileCase, databases: Databases, work_for: WorkFor, clock: Clock
) -> None:
    nr = file_case()
    with databases.writing() as db:

        def measure(title: str, days: int, who: Person, where: Eining, maker: Person) -> Tiltak:
            return create_tiltak(
                work_for(db, maker),
                tittel=title,
                skildring="Slik.",
                eining_id=where.id,
                ansvarleg=db.get_one(Person, who.id),
                frist=clock().date() + timedelta(days=days),
            )

        measure("Om ein månad", 30, cast.kari, cast.it01, cast.leif)
        measure("Om ei veke", 7, cast.kari, cast.it01, cast.leif)
        measure("Hans ein annan stad", 20, cast.leif, cast.it02, cast.nils)
        measure("Naboens", 1, cast.nils, cast.it02, cast.nils)
        shielded = measure("Skjerma", 2, cast.kari, cast.it01, cast.kval)
        shielded.skjerma = True
        db.commit()
    page = client_for(cast.leif).get(f"/avvik/{nr}").text
    offered = re.search(r'<select[^>]*name="eksisterande".*?</select>', page, re.DOTALL)
    assert offered is not None
    assert re.findall(r"<option[^>]*>([^<]+)</option>", offered[0])[1:] == ["Om ei veke", "Hans ein annan stad", "Om ein månad"]
