"""From a case to the row of a risk analysis that had foreseen it: search, tie, untie."""

from flask import make_response, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from avvik.actions.ros import tie_risk, untie_risk
from avvik.models import Avvik
from avvik.queries.access import get_avvik, get_for_step, is_reporter, who_am_i
from avvik.queries.ros import candidates, of_case
from avvik.queries.sak import words_of
from avvik.rules import Status, Steg, may
from avvik.views.area import area
from kjerne.access import Open
from kjerne.errors import Refused
from kjerne.text import bounded_int
from kjerne.web import render
from kjerne.work import Work
from ros import rules as risk_rules

MAX_ID = 999_999_999


def _page(work: Work, avvik: Avvik, refused: Refused | None = None) -> Response:
    words = request.values.get("q", "").strip()[:100]
    opened = may(Steg.ROS, Status(avvik.status), who_am_i(work, avvik))
    page = render(
        work,
        "avvik/ros.html",
        avvik=avvik,
        ord=words_of(work, avvik),
        knytte=of_case(work, avvik),
        q=words,
        treff=candidates(work, avvik, words) if opened else [],
        ope=opened,
        refused=refused,
        risk_rules=risk_rules,
    )
    return make_response(page, 422 if refused else 200)


@area.page("/<nr>/ros", needs=Open.LOGGED_IN)
def ros(work: Work, nr: str) -> Response:
    """The case's rows, and rows it could be; searching is a GET of the same page."""
    avvik = get_for_step(work, nr, Steg.ROS)
    if not is_reporter(work, avvik) and not request.headers.get("HX-Request"):
        work.read("avvik", avvik.id, "ros")
    return _page(work, avvik)


@area.page("/<nr>/ros", needs=Open.LOGGED_IN, method="POST")
def ros_send(work: Work, nr: str) -> ResponseReturnValue:
    """Tie or untie a row."""
    avvik = get_for_step(work, nr, Steg.ROS)
    try:
        chosen = bounded_int(request.form.get("rad", ""), 1, MAX_ID)
        if request.form.get("gjer") == "fjern":
            untie_risk(work, avvik, chosen)
        else:
            tie_risk(work, avvik, chosen)
        work.db.flush()
    except Refused as refused:
        work.db.rollback()
        return _page(work, get_avvik(work, nr), refused)
    return redirect(f"/avvik/{nr}/ros", 303)
