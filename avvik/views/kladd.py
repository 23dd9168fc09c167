"""Drafts: what the page saves by itself while one types, and throwing one away."""

from flask import make_response, redirect, request
from flask.typing import ResponseReturnValue

from avvik.actions.drafts import drop_draft, save_draft
from avvik.views.area import area
from avvik.views.meld import as_uuid
from kjerne.access import Right
from kjerne.vakt import Guarded
from kjerne.web import render
from kjerne.work import Work


@area.page("/kladd", needs=Right.AVVIK_MELD, method="POST")
def kladd(work: Work) -> ResponseReturnValue:
    """Keep what is typed so far: 204. An identity number is refused (422) and nothing is kept."""
    nokkel = as_uuid(request.form.get("nokkel", ""))
    try:
        save_draft(work, nokkel, request.form.to_dict(), remind=False)
    except Guarded as guarded:
        page = render(work, "avvik/kladd_feil.html", feil=guarded.verdict.feil, sagt=guarded.verdict.messages())
        return make_response(page, 422)
    return make_response("", 204)


@area.page("/kladd/<nokkel>/slett", needs=Right.AVVIK_MELD, method="POST")
def kladd_slett(work: Work, nokkel: str) -> ResponseReturnValue:
    """Throw my own draft away."""
    drop_draft(work, as_uuid(nokkel))
    return redirect("/?gjort=kladd-sletta", 303)
