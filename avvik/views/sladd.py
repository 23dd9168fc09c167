"""Redact in a case: choose, look at what will go, confirm. What is typed to be removed is kept nowhere."""

from flask import redirect, request
from flask.typing import ResponseReturnValue

from avvik.actions.sladd import Plan, need_reason, plan_redaction, redact
from avvik.models import Avvik
from avvik.queries.sladd import case_to_redact, files_of, fingerprint, places
from avvik.views.area import area
from avvik.views.inndata import typed
from kjerne import sladd, vakt
from kjerne.access import Right
from kjerne.errors import Refused
from kjerne.web import render
from kjerne.work import Work

MAX_REASON = 1000


def _page(work: Work, avvik: Avvik, *, plan: Plan | None = None, refusal: Refused | None = None) -> str:
    work.read("avvik", avvik.id, "opna")
    return render(
        work,
        "avvik/sladd.html",
        avvik=avvik,
        stader=places(work, avvik),
        filer=files_of(work, avvik),
        plan=plan,
        bitar=[(one.stad, sladd.parts(one.stad.tekst, one.bort)) for one in plan.endringar] if plan else [],
        seen=fingerprint(work, avvik),
        vist=_mark(work, plan) if plan else "",
        typed=request.form,
        heile=set(request.form.getlist("heile")),
        refusal=refusal,
        guard=refusal.verdict if isinstance(refusal, vakt.Guarded) else None,
        merke=sladd.MARK,
    )


def _mark(work: Work, plan: Plan) -> str:
    """What the preview showed: another choice than that is previewed first."""
    places_of = [one.stad.namn for one in plan.endringar]
    return sladd.digest([*places_of, *plan.removed], work.config.secret_key)


@area.page("/<nr>/sladd", needs=Right.AVVIK_SLADD)
def sladd_vel(work: Work, nr: str) -> str:
    """All texts and files of the case, to choose from."""
    return _page(work, case_to_redact(work, nr))


@area.page("/<nr>/sladd", needs=Right.AVVIK_SLADD, method="POST")
def sladd_gjer(work: Work, nr: str) -> ResponseReturnValue:
    """Show what will go; with `utfor=1` and the mark of that preview do it. A refusal shows the page again with what was typed."""
    avvik = case_to_redact(work, nr)
    try:
        words = sladd.passages(typed("ord"))
        reason = typed("grunngiving", MAX_REASON)
        plan = plan_redaction(work, avvik, words, request.form.getlist("heile"))
        need_reason(reason)
        confirmed = request.form.get(vakt.CONFIRM_FIELD) == "1"
        vakt.demand(work.db, {"grunngiving": reason}, today=work.today, confirmed=confirmed)
    except Refused as refusal:
        work.db.rollback()
        return _page(work, case_to_redact(work, nr), refusal=refusal), 422
    if request.form.get("utfor") != "1" or request.form.get("vist") != _mark(work, plan):
        return _page(work, avvik, plan=plan)
    redact(work, avvik, plan, reason, request.form.get("sett", ""))
    return redirect(f"/avvik/{nr}", 303)
