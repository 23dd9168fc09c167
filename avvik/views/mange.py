"""Close many green cases at once: one answer each, a cause and a reason in common."""

from flask import request
from flask.typing import ResponseReturnValue

from avvik import actions, tekstar
from avvik.models import Avvik
from avvik.queries.lists import green_query
from avvik.queries.sak import ordliste
from avvik.views.area import area
from kjerne import vakt
from kjerne.access import Open
from kjerne.errors import Refused
from kjerne.katalog import Arsak, in_force
from kjerne.text import clean
from kjerne.vakt import Guarded
from kjerne.web import render
from kjerne.work import Work

PREFIX = "svar-"
LONG = 2000


def _answers() -> dict[str, str]:
    """Case number → what stands in its answer field."""
    return {
        name.removeprefix(PREFIX): clean(text, max_len=LONG, multiline=True)
        for name, text in request.form.items()
        if name.startswith(PREFIX)
    }


def _show(work: Work, *, gjort: list[actions.Lukking], refusal: Refused | None = None) -> str:
    words = ordliste(work.db, work.today)
    rows: list[tuple[Avvik, str, str, str]] = [
        (avvik, eining, words.label("underkategori", avvik.underkategori, avvik.meldt), tekstar.age(avvik.meldt, work.today))
        for avvik, eining in work.db.execute(green_query(work))
    ]
    open_still = {row.nr: row.hinder for row in gjort if row.hinder}
    return render(
        work,
        "avvik/lukk_mange.html",
        rader=rows,
        arsaker=list(work.db.scalars(in_force(Arsak, work.today))),
        lukka=[row.nr for row in gjort if not row.hinder],
        hinder=open_still,
        refusal=refusal,
        guard=refusal.verdict if isinstance(refusal, Guarded) else None,
        typed=request.form if refusal or open_still else {},
    )


@area.page("/lukk-mange", needs=Open.LOGGED_IN)
def lukk_mange(work: Work) -> str:
    """My green cases, an answer field at each."""
    for avvik, _eining in work.db.execute(green_query(work)):
        work.read("avvik", avvik.id, "opna")
    return _show(work, gjort=[])


@area.page("/lukk-mange", needs=Open.LOGGED_IN, method="POST")
def lukk_mange_send(work: Work) -> ResponseReturnValue:
    """Close those with an answer; say which were closed, and why the others were not."""
    try:
        answers = _answers()
        reason = clean(request.form.get("grunngiving", ""), max_len=LONG, multiline=True)
        vakt.demand(
            work.db,
            {f"{PREFIX}{nr}": text for nr, text in answers.items()} | {"grunngiving": reason},
            today=work.today,
            confirmed=request.form.get(vakt.CONFIRM_FIELD) == "1",
        )
        done = actions.bulk_close(work, answers, arsak=request.form.get("arsak", ""), grunngiving=reason)
        work.db.flush()
    except Refused as refusal:
        work.db.rollback()
        return _show(work, gjort=[], refusal=refusal), 422
    return _show(work, gjort=done)
