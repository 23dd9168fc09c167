"""Closing over HTTP: each rule by itself, who may, opening again, the objection, many at once, and failed measures."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from avvik.models import Avvik, AvvikHending, AvvikTiltak, AvvikUtfall
from avvik.rules import Status
from kjerne.db import Databases
from kjerne.models import Person
from tests.avvik.conftest import FileCase, Load, Post
from tests.cast import Cast
from tests.conftest import ClientFor, Clock, Csrf, WorkFor
from tiltak import actions as measures
from tiltak.models import Tiltak


def make_ready(post: Post, who: Person, nr: str, *, utfall: str = "opplaering") -> None:
    """Everything a case needs before it can be closed."""
    assert post(who, nr, "svar", tekst="Takk. Vi ser på dette.").status_code == 303
    assert post(who, nr, "arsak", arsak="utstyr").status_code == 303
    assert post(who, nr, "utfall", utfall=utfall, sluttsvar="Alle har fått opplæring.").status_code == 303


@pytest.mark.both
def test_what_is_missing_is_said_one_by_one_until_the_case_closes(cast: Cast, file_case: FileCase, post: Post, load: Load) -> None:
    nr = file_case()
    post(cast.leif, nr, "start")
    first = post(cast.leif, nr, "lukk")
    assert first.status_code == 422
    for text in ("Årsak ikkje sett", "Meldaren har ikkje fått svar", "Utfall ikkje valt", "Sluttsvar til meldaren manglar"):
        assert text in first.text
    post(cast.leif, nr, "arsak", arsak="utstyr")
    assert "Årsak ikkje sett" not in post(cast.leif, nr, "lukk").text
    assert post(cast.leif, nr, "utfall", utfall="ingen", grunngiving="", sluttsvar="Takk.").status_code == 422
    post(cast.leif, nr, "utfall", utfall="ingen", grunngiving="Rutinen var god nok.", sluttsvar="")
    assert post(cast.leif, nr, "lukk").status_code == 422
    post(cast.leif, nr, "utfall", utfall="ingen", grunngiving="Rutinen var god nok.", sluttsvar="Takk.")
    assert post(cast.leif, nr, "lukk").status_code == 303
    row = load(nr)
    assert row.status == Status.LUKKA
    assert not row.endra_praksis
    assert row.forste_svar_tid == row.lukka_tid  # the closing answer is an answer


def test_severity_four_is_closed_by_the_coordinator_only(cast: Cast, file_case: FileCase, post: Post, load: Load) -> None:
    nr = file_case(alvor=4, underkategori="pleie_manglande", hovudtype="organisasjon")
    make_ready(post, cast.leif, nr)
    for duty in re.findall(r'name="plikt" value="(\d+)"', _page(post, cast.leif, nr)):
        post(cast.leif, nr, "meldeplikt", gjer="ikkje-meldt", plikt=duty, grunngiving="Ikkje alvorleg skade.")
    refused = post(cast.leif, nr, "lukk")
    assert refused.status_code == 422
    assert "Alvor 4–5 skal lukkast av kvalitetskoordinator" in refused.text
    assert post(cast.kval, nr, "lukk").status_code == 303
    assert load(nr).status == Status.LUKKA


def _page(post: Post, who: Person, nr: str) -> str:
    return post(who, nr, "lukk").text


def test_a_leader_never_closes_or_rejects_a_case_she_filed_whether_named_or_hidden(
    cast: Cast, file_case: FileCase, post: Post, load: Load
) -> None:
    for hidden in (False, True):
        nr = file_case(av=cast.leif, konfidensiell=hidden)
        make_ready(post, cast.leif, nr)
        refused = post(cast.leif, nr, "lukk")
        assert refused.status_code == 422
        assert "Du kan ikkje lukke ei sak du sjølv har meldt" in refused.text
        assert post(cast.leif, nr, "avvis", grunngiving="Ikkje noko.").status_code == 422
        assert load(nr).forste_svar_tid is None, "an answer to herself keeps no promise"
        assert post(cast.kval, nr, "lukk").status_code == 303
        assert load(nr).status == Status.LUKKA


def test_a_coordinator_opens_a_closed_case_with_a_reason_and_new_deadlines(
    cast: Cast, file_case: FileCase, post: Post, load: Load, clock: Clock
) -> None:
    nr = file_case()
    make_ready(post, cast.leif, nr, utfall="ny_praksis")
    post(cast.leif, nr, "lukk")
    assert load(nr).endra_praksis
    clock.forward(days=60)
    assert post(cast.leif, nr, "gjenopne", grunngiving="Eg vil.").status_code == 404
    assert post(cast.kval, nr, "gjenopne", grunngiving="").status_code == 422
    assert post(cast.kval, nr, "gjenopne", grunngiving="Det same har hendt på nytt.").status_code == 303
    row = load(nr)
    assert (row.status, row.lukka_tid, row.endra_praksis) == (Status.GJENOPNA, None, False)
    assert row.frist_lukking > clock().date() + timedelta(days=25)


def test_the_reporter_objects_once_and_a_level_above_may_read_it(
    cast: Cast, file_case: FileCase, post: Post, load: Load, client_for: ClientFor
) -> None:
    nr = file_case()
    make_ready(post, cast.leif, nr)
    post(cast.leif, nr, "lukk")
    assert client_for(cast.signe).get(f"/avvik/{nr}").status_code == 404
    assert post(cast.kari, nr, "innvending", tekst="").status_code == 422
    assert post(cast.kari, nr, "innvending", tekst="Sensoren er framleis mørk.").status_code == 303
    assert load(nr).status == Status.GJENOPNA
    assert client_for(cast.signe).get(f"/avvik/{nr}").status_code == 200
    assert post(cast.leif, nr, "start").status_code == 303
    assert post(cast.leif, nr, "lukk").status_code == 303
    again = post(cast.kari, nr, "innvending", tekst="Eg er framleis ikkje samd.")
    assert again.status_code in {409, 422}
    assert load(nr).status == Status.LUKKA


def test_many_green_cases_close_with_one_answer_each_and_the_others_stay_as_they_were(
    cast: Cast, client_for: ClientFor, csrf: Csrf, file_case: FileCase, post: Post, load: Load, databases: Databases
) -> None:
    answered, empty, own, measured, graver = file_case(), file_case(), file_case(av=cast.leif), file_case(), file_case(alvor=3)
    sent = {"tittel": "Sjekk senga", "ansvarleg": cast.leif.ansattnr, "frist": "2026-12-24"}
    post(cast.leif, measured, "tiltak", **sent)
    leif = client_for(cast.leif)
    page = leif.get("/avvik/lukk-mange").text
    assert [nr for nr in (answered, empty, own, measured, graver) if f'name="svar-{nr}"' in page] == [answered, empty]
    form = {"csrf_token": csrf(leif), "arsak": "menneskeleg", "grunngiving": "Einskildhending."}
    form |= {f"svar-{nr}": "Takk for meldinga." for nr in (answered, own, measured, graver)} | {f"svar-{empty}": ""}
    before = {nr: load(nr).version for nr in (empty, own, measured, graver)}
    done = leif.post("/avvik/lukk-mange", data=form)
    assert done.status_code == 200
    assert f"1 sak er lukka: {answered}." in done.text
    for nr in (own, measured, graver):
        assert f'href="/avvik/{nr}"' in done.text.partition("Desse er ikkje lukka")[2]
    assert load(answered).status == Status.LUKKA
    assert {nr: load(nr).version for nr in before} == before
    with databases.reading() as db:
        assert db.scalars(select(AvvikUtfall.avvik_id)).all() == [load(answered).id]


def test_closing_many_guards_the_answers_and_keeps_what_was_typed(
    cast: Cast, client_for: ClientFor, csrf: Csrf, file_case: FileCase, load: Load
) -> None:
    nr = file_case()
    leif = client_for(cast.leif)
    form = {"csrf_token": csrf(leif), "arsak": "menneskeleg", "grunngiving": "Einskildhending."}
    refused = leif.post("/avvik/lukk-mange", data=form | {f"svar-{nr}": "Bebuaren 31129956715 har det bra."})
    assert refused.status_code == 422
    assert 'data-feil="identitet"' in refused.text
    assert "31129956715 har det bra." in refused.text
    no_cause = leif.post("/avvik/lukk-mange", data=form | {"arsak": "", f"svar-{nr}": "Takk for meldinga."})
    assert no_cause.status_code == 422
    assert "Takk for meldinga." in no_cause.text
    assert load(nr).status == Status.MELD


def _judge(databases: Databases, work_for: WorkFor, cast: Cast, *, good: bool) -> None:
    """Kari does the measure, Leif accepts it and judges the effect."""
    with databases.writing() as db:
        row = db.scalars(select(Tiltak)).one()
        measures.mark_done(work_for(db, cast.kari), row, "Gjort.")
        measures.accept(work_for(db, cast.leif), row)
        measures.evaluate(work_for(db, cast.kari), row, "god" if good else "darleg", "Vi har målt.")
        db.commit()


@pytest.mark.parametrize("waits", [True, False])
def test_a_failed_effect_opens_the_case_again_and_a_good_one_does_not(
    cast: Cast, file_case: FileCase, post: Post, load: Load, databases: Databases, work_for: WorkFor, *, waits: bool
) -> None:
    nr = file_case(konfidensiell=True)
    make_ready(post, cast.leif, nr)
    sent = {"tittel": "Test sensorane", "ansvarleg": cast.kari.ansattnr, "frist": "2026-12-24"}
    assert post(cast.leif, nr, "tiltak", **sent).status_code == 303
    assert post(cast.leif, nr, "vent-effekt" if waits else "lukk").status_code == 303
    _judge(databases, work_for, cast, good=False)
    row = load(nr)
    assert (row.status, row.lukka_tid) == (Status.GJENOPNA, None)
    with databases.reading() as db:
        lines = db.scalars(select(AvvikHending).where(AvvikHending.slag.in_(["effekt_opna", "tiltak_utfort"]))).all()
        assert {(line.aktor, line.person_id) for line in lines} == {("system", None)}, (
            "a line must not tell who a hidden reporter is"
        )


def test_a_good_effect_is_noted_and_the_case_stays_closed(
    cast: Cast, file_case: FileCase, post: Post, load: Load, databases: Databases, work_for: WorkFor
) -> None:
    nr = file_case()
    make_ready(post, cast.leif, nr)
    post(cast.leif, nr, "tiltak", tittel="Test sensorane", ansvarleg=cast.kari.ansattnr, frist="2026-12-24")
    post(cast.leif, nr, "lukk")
    _judge(databases, work_for, cast, good=True)
    assert load(nr).status == Status.LUKKA
    with databases.reading() as db:
        assert "effekt_god" in set(db.scalars(select(AvvikHending.slag)))
        assert db.scalars(select(AvvikTiltak.avvik_id)).one() == db.scalars(select(Avvik.id)).one()
