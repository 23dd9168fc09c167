"""Duties to notify: they come up by themselves, their clocks run from when it became known, and a breach must be decided."""

from datetime import datetime, timedelta

from sqlalchemy import select

from avvik.models import AvvikMeldeplikt
from avvik.rules import Status
from kjerne.clock import OSLO
from kjerne.db import Databases
from tests.avvik.conftest import FileCase, Load, Post
from tests.avvik.test_lukking import make_ready
from tests.cast import Cast
from tests.conftest import ClientFor, Clock

BREACH = {"hovudtype": "info_personvern", "underkategori": "feilsending"}


def duties(databases: Databases) -> dict[str, AvvikMeldeplikt]:
    """The duties by code, detached."""
    with databases.reading() as db:
        rows = db.scalars(select(AvvikMeldeplikt)).all()
        for row in rows:
            db.expunge(row)
    return {row.meldeplikt: row for row in rows}


def test_a_breach_of_personal_data_cannot_be_closed_before_it_is_decided(
    cast: Cast, file_case: FileCase, post: Post, load: Load, databases: Databases
) -> None:
    nr = file_case(**BREACH)
    duty = duties(databases)["personvern_brot"]
    make_ready(post, cast.leif, nr)
    refused = post(cast.leif, nr, "lukk")
    assert refused.status_code == 422
    assert "Meldeplikt ikkje vurdert" in refused.text
    assert post(cast.leif, nr, "meldeplikt", plikt=duty.id, gjer="ikkje-meldt", grunngiving="").status_code == 422
    sent = {"plikt": duty.id, "gjer": "ikkje-meldt", "grunngiving": "Ingen risiko: lista blei henta att uopna."}
    assert post(cast.leif, nr, "meldeplikt", **sent).status_code == 303
    kept = duties(databases)["personvern_brot"]
    assert (kept.status, kept.avgjort_av_id, kept.grunngiving) == ("ikkje_meldt", cast.leif.id, sent["grunngiving"])
    assert post(cast.leif, nr, "lukk").status_code == 303
    assert load(nr).status == Status.LUKKA


def test_the_clock_of_72_hours_runs_from_when_it_became_known_across_the_change_of_clocks(
    cast: Cast, file_case: FileCase, post: Post, databases: Databases, clock: Clock, client_for: ClientFor
) -> None:
    clock.set_oslo(2026, 10, 25, 12, 0)
    nr = file_case(**BREACH)
    duty = duties(databases)["personvern_brot"]
    assert duty.frist is None, "asked for, never taken from the filing"
    late = post(cast.leif, nr, "meldeplikt", plikt=duty.id, gjer="kjent", kjent="2026-10-26T12:00")
    assert late.status_code == 422
    assert post(cast.leif, nr, "meldeplikt", plikt=duty.id, gjer="kjent", kjent="2026-10-24T12:00").status_code == 303
    found = duties(databases)["personvern_brot"]
    assert found.frist is not None
    assert found.frist.astimezone(OSLO) == datetime(2026, 10, 27, 11, 0, tzinfo=OSLO)
    assert "47 t 0 min att" in client_for(cast.leif).get(f"/avvik/{nr}").text
    clock.forward(hours=48)
    assert "1 t 0 min over fristen" in client_for(cast.leif).get(f"/avvik/{nr}").text


def test_a_duty_comes_up_when_the_possible_severity_is_raised(
    cast: Cast, file_case: FileCase, post: Post, databases: Databases
) -> None:
    nr = file_case()
    assert duties(databases) == {}
    sent = {"hovudtype": "pasient_brukar", "underkategori": "fall_utan_skade", "art": "avvik", "alvor": "2", "alvor_mogleg": "4"}
    assert post(cast.leif, nr, "klassifiser", grunngiving="", **sent).status_code == 303
    assert "alvorleg_hending_a" in duties(databases)
    assert "alvorleg_hending_b" not in duties(databases), "only the scheme in force"


def test_a_duty_is_added_by_hand_once_and_another_cases_duty_is_not_found(
    cast: Cast, file_case: FileCase, post: Post, databases: Databases, clock: Clock
) -> None:
    nr, other = file_case(), file_case()
    for _again in range(2):
        assert post(cast.leif, nr, "meldeplikt", gjer="legg-til", meldeplikt="brann").status_code == 303
    duty = duties(databases)["brann"]
    assert duty.manuell
    assert post(cast.leif, other, "meldeplikt", gjer="meldt", plikt=duty.id, maate="Telefon").status_code == 404
    future = (clock() + timedelta(days=1)).astimezone(OSLO).strftime("%Y-%m-%dT%H:%M")
    assert post(cast.leif, nr, "meldeplikt", gjer="meldt", plikt=duty.id, maate="Telefon", meldt_tid=future).status_code == 422
    assert post(cast.leif, nr, "meldeplikt", gjer="meldt", plikt=duty.id, maate="Telefon 110").status_code == 303
    assert duties(databases)["brann"].status == "meldt"


def test_an_identity_number_in_the_reason_is_refused_and_the_reason_stands_again(
    cast: Cast, file_case: FileCase, post: Post, databases: Databases
) -> None:
    nr = file_case(**BREACH)
    duty = duties(databases)["personvern_brot"]
    refused = post(cast.leif, nr, "meldeplikt", plikt=duty.id, gjer="ikkje-meldt", grunngiving="Gjeld 31129956715.")
    assert refused.status_code == 422
    assert 'data-feil="identitet"' in refused.text
    assert "Gjeld 31129956715." in refused.text
    assert duties(databases)["personvern_brot"].status == "open"
