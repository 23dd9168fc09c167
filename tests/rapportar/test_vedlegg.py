"""A report goes with its letter only where the municipality allows it, never when single cases stand in its kind, and once."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from kjerne import files, mail
from kjerne.config import Config
from kjerne.db import Databases
from kjerne.jobs import Runner
from kjerne.models import Epost
from rapportar.jobs import JOBS
from rapportar.models import Abonnement, Rapport
from tests.cast import Cast
from tests.conftest import ClientFor, Clock, Csrf
from tests.kjerne.test_mail import Postbox, postbox

ORDER, MAKE = JOBS
__all__ = ["postbox"]


def subscribe(databases: Databases, cast: Cast, clock: Clock) -> None:
    with databases.writing() as db:
        row = Abonnement(
            slag="kvalitet", rytme="manad", person_id=cast.kval.id, eining_id=cast.ho.id, fra=date(2026, 10, 1), endra=clock()
        )
        db.add(row)
        db.commit()


@pytest.mark.usefixtures("october")
@pytest.mark.parametrize("allowed", ["", "1"])
def test_a_report_without_single_cases_goes_along_once_where_it_may(
    allowed: str,
    cast: Cast,
    databases: Databases,
    runner: Runner,
    config: Config,
    clock: Clock,
    client_for: ClientFor,
    csrf: Csrf,
    postbox: Postbox,
) -> None:
    if allowed:
        browser = client_for(cast.kval)
        answer = browser.post("/innstillingar/rapportar", data={"csrf_token": csrf(browser), "rapport_vedlegg": "1"})
        assert answer.status_code == 303
        assert "checked" in browser.get("/innstillingar/kommunen").get_data(as_text=True)
    subscribe(databases, cast, clock)
    alive = replace(config, smtp_url=f"smtp://127.0.0.1:{postbox.port}")
    dead = replace(config, smtp_url="smtp://127.0.0.1:9")
    for _ in range(3):
        runner.run(ORDER)
        runner.run(MAKE)
    mail.send_outbox(databases, dead, clock())
    clock.forward(hours=1)
    for _ in range(2):
        mail.send_outbox(databases, alive, clock())
    with databases.reading() as db:
        row = db.scalars(select(Rapport).where(Rapport.slag == "kvalitet")).one()
        assert db.scalars(select(Epost.nokkel).where(Epost.vedlegg_sha256.is_not(None))).all() == (
            [f"rapport-{row.id}"] if allowed else []
        )
    quality = [letter for letter in postbox.letters if "Kvalitetsrapport" in letter["Subject"]]
    monthly = [letter for letter in postbox.letters if "Månadsrapport" in letter["Subject"]]
    assert (len(quality), len(monthly)) == (1, 3)
    assert f"/rapportar/{row.id}" in quality[0].get_body().get_content()
    parts = [(part.get_filename(), part.get_content_type(), part.get_content()) for part in quality[0].iter_attachments()]
    kept = files.path_of(config.data_dir, row.sha256 or "").read_bytes()
    assert parts == ([("rapport-2026-10.pdf", "application/pdf", kept)] if allowed else [])
    assert [list(letter.iter_attachments()) for letter in monthly] == [[]] * 3, "case numbers stand in them"


def test_only_who_steers_the_settings_allows_it(cast: Cast, client_for: ClientFor, csrf: Csrf) -> None:
    browser = client_for(cast.leif)
    answer = browser.post("/innstillingar/rapportar", data={"csrf_token": csrf(browser), "rapport_vedlegg": "1"})
    assert answer.status_code == 404
