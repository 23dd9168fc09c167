"""What the edge keeps: a page that refuses saves nothing, except the tries that are counted."""

from sqlalchemy import select
from werkzeug.wrappers import Response

import app as application
from kjerne import sessions
from kjerne.config import Config
from kjerne.db import Databases
from kjerne.models import Eining, Leselogg
from kjerne.web import Area, Open
from kjerne.work import Work
from tests.cast import Cast
from tests.conftest import ClientFor, Clock, Csrf

COUNTED = "teljast"


def write_and_answer(work: Work, svar: str) -> Response:
    """Rename a unit, note a reading, and answer with a status: the fault a view makes that flushed before it refused."""
    unit = work.db.scalars(select(Eining).where(Eining.kode == "HO-IT-01")).one()
    unit.namn = f"Namn {svar}"
    work.db.flush()
    work.read("eining", unit.id, svar)
    if svar == COUNTED:
        work.keep_when_refused()
    return Response("", 422 if svar == COUNTED else int(svar))


def test_a_refusing_page_saves_nothing_but_what_was_read(
    cast: Cast, config: Config, databases: Databases, clock: Clock, csrf: Csrf
) -> None:
    area = Area("kant", __name__, url_prefix="/kant")
    area.page("/<svar>", needs=Open.LOGGED_IN, method="POST")(write_and_answer)
    app = application.create_app(config, databases, clock)
    app.config["TESTING"] = True
    app.register_blueprint(area)
    with databases.writing() as db:
        token = sessions.start(db, cast.leif, clock(), shared=False)
        db.commit()
    browser = app.test_client()
    browser.set_cookie(sessions.cookie_name(config), token)
    last = cast.it01.namn
    for answer, kept in (("422", False), ("409", False), ("303", True), ("404", False), (COUNTED, True), ("200", True)):
        said = browser.post(f"/kant/{answer}", data={"csrf_token": csrf(browser)}).status_code
        assert said == (422 if answer == COUNTED else int(answer))
        last = f"Namn {answer}" if kept else last
        with databases.reading() as db:
            assert db.scalars(select(Eining.namn).where(Eining.kode == "HO-IT-01")).one() == last, answer
            read = db.scalars(select(Leselogg.kva).where(Leselogg.subjekt_type == "eining").order_by(Leselogg.id.desc())).first()
        assert read == answer, "what was shown is logged though nothing was saved"


def test_the_forms_cookie_is_set_once_and_not_again_with_each_page(cast: Cast, client_for: ClientFor) -> None:
    browser = client_for(cast.nina)
    assert "Set-Cookie" in browser.get("/").headers
    assert "Set-Cookie" not in browser.get("/").headers
    assert "Set-Cookie" not in browser.get("/avvik/nytt").headers


def test_another_sessions_token_sends_nothing(cast: Cast, client_for: ClientFor, csrf: Csrf) -> None:
    nina, leif = client_for(cast.nina), client_for(cast.leif)
    hers, his = csrf(nina), csrf(leif)
    assert leif.post("/logg-ut-overalt", data={"csrf_token": hers}).status_code == 400
    assert leif.get("/min-side").status_code == 200, "he is still logged in"
    assert leif.post("/logg-ut-overalt", data={"csrf_token": his}).status_code == 303
