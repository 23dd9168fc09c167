"""The list of what is past its retention: looked over, cases taken out with a reason, approved by a person."""

from flask import redirect, request
from flask.typing import ResponseReturnValue

from avvik.actions.kassasjon import approve, hold_back, put_back
from avvik.queries.kassasjon import MOST, read_list, rules_in_force
from avvik.queries.sak import ordliste
from avvik.views.area import area
from avvik.views.inndata import typed
from kjerne import vakt
from kjerne.access import Right
from kjerne.errors import Refused
from kjerne.i18n import gettext as _
from kjerne.web import render
from kjerne.work import Work

PAGE = "/avvik/kassasjon"
MAX_REASON = 500


def _page(work: Work, refusal: Refused | None = None, nr: str = "") -> str:
    rules = rules_in_force(work)
    found = read_list(work)
    return render(
        work,
        "avvik/kassasjon.html",
        liste=found,
        ord=ordliste(work.db, work.today),
        grupper=[
            (rules[kode], [case for case in found.saker if case.regel == kode])
            for kode in dict.fromkeys(case.regel for case in found.saker)
            if kode in rules
        ],
        reglar=[row for row in rules.values() if not row.bevar],
        flest=MOST,
        refusal=refusal,
        guard=refusal.verdict if isinstance(refusal, vakt.Guarded) else None,
        feil_nr=nr,
        typed=request.form,
        gjort=request.args.get("gjort", "")[:10],
    )


@area.page("/kassasjon", needs=Right.AVVIK_KASSER)
def kassasjon(work: Work) -> str:
    """What is proposed, and what has been held back."""
    return _page(work)


@area.page("/kassasjon", needs=Right.AVVIK_KASSER, method="POST")
def kassasjon_godkjenn(work: Work) -> ResponseReturnValue:
    """Approve the list that was shown."""
    if request.form.get("sett_over") != "1":
        return _page(work, Refused(_("Kryss av for at du har sett over lista."), "sett_over")), 422
    done = approve(work, request.form.get("sett", ""))
    return redirect(f"{PAGE}?gjort={len(done.ids)}", 303)


@area.page("/kassasjon/<nr>/hald", needs=Right.AVVIK_KASSER, method="POST")
def kassasjon_hald(work: Work, nr: str) -> ResponseReturnValue:
    """Take a case off the list, with a reason."""
    try:
        reason = typed("grunn", MAX_REASON)
        confirmed = request.form.get(vakt.CONFIRM_FIELD) == "1"
        vakt.demand(work.db, {"grunn": reason}, today=work.today, confirmed=confirmed)
        hold_back(work, nr, reason)
    except Refused as refusal:
        work.db.rollback()
        return _page(work, refusal, nr), 422
    return redirect(PAGE, 303)


@area.page("/kassasjon/<nr>/ta-med", needs=Right.AVVIK_KASSER, method="POST")
def kassasjon_ta_med(work: Work, nr: str) -> ResponseReturnValue:
    """Put a case on the list again."""
    put_back(work, nr)
    return redirect(PAGE, 303)
