"""From a case to its procedures: find the one that failed, ask for a revision or a new one."""

from flask import flash, make_response, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from avvik.actions.prosedyre import ask_for_new, ask_for_revision, tie, untie
from avvik.models import Avvik
from avvik.queries.access import get_avvik, get_for_step, is_reporter, who_am_i
from avvik.queries.prosedyre import of_case
from avvik.queries.sak import words_of
from avvik.rules import Status, Steg, may
from avvik.views.area import area
from avvik.views.inndata import SHORT, typed
from kjerne import vakt
from kjerne.access import Open
from kjerne.errors import Refused
from kjerne.i18n import gettext as _
from kjerne.text import bounded_int
from kjerne.web import render
from kjerne.work import Work
from prosedyrar.queries import pick
from prosedyrar.rules import ONSKENAMN, Onske

MAX_ID = 999_999_999


def _page(work: Work, avvik: Avvik, refused: Refused | None = None) -> Response:
    words = request.values.get("q", "").strip()[:100]
    page = render(
        work,
        "avvik/prosedyre.html",
        avvik=avvik,
        ord=words_of(work, avvik),
        prosedyrar=of_case(work, avvik),
        q=words,
        treff=pick(work, words) if words else [],
        ope=may(Steg.PROSEDYRE, Status(avvik.status), who_am_i(work, avvik)),
        onskenamn={state.value: name for state, name in ONSKENAMN.items()},
        Onske=Onske,
        refused=refused,
        guard=refused.verdict if isinstance(refused, vakt.Guarded) else None,
        skrive=request.form,
    )
    return make_response(page, 422 if refused else 200)


@area.page("/<nr>/prosedyre", needs=Open.LOGGED_IN)
def prosedyre(work: Work, nr: str) -> Response:
    """The case's procedures and what was asked; searching is a GET of the same page."""
    avvik = get_for_step(work, nr, Steg.PROSEDYRE)
    if not is_reporter(work, avvik) and not request.headers.get("HX-Request"):
        work.read("avvik", avvik.id, "prosedyre")
    return _page(work, avvik)


@area.page("/<nr>/prosedyre", needs=Open.LOGGED_IN, method="POST")
def prosedyre_send(work: Work, nr: str) -> ResponseReturnValue:
    """Tie, untie, ask for a revision or for a new one."""
    avvik = get_for_step(work, nr, Steg.PROSEDYRE)
    try:
        vakt.demand(
            work.db,
            {"tittel": request.form.get("tittel", "")},
            today=work.today,
            confirmed=request.form.get(vakt.CONFIRM_FIELD) == "1",
        )
        _take(work, avvik)
        work.db.flush()
    except Refused as refused:
        work.db.rollback()
        return _page(work, get_avvik(work, nr), refused)
    return redirect(f"/avvik/{nr}/prosedyre", 303)


def _take(work: Work, avvik: Avvik) -> None:
    act, title = request.form.get("gjer", ""), typed("tittel", SHORT, multiline=False)
    if act == "ny":
        ask_for_new(work, avvik, title)
        flash(_("Ønsket om ein ny prosedyre er sendt."), "ok")
        return
    chosen = bounded_int(request.form.get("prosedyre", ""), 1, MAX_ID)
    if act == "kople":
        flash(_("Saka er knytt til «%(tittel)s».", tittel=tie(work, avvik, chosen)), "ok")
    elif act == "fjern":
        untie(work, avvik, chosen)
    elif act == "revisjon":
        ask_for_revision(work, avvik, chosen, title)
        flash(_("Ønsket om endring er sendt til den som eig prosedyren."), "ok")
    else:
        raise Refused(_("Vel kva du vil gjere."), "q")
