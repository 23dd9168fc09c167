"""The tracking page: status, questions and answers for an anonymous code. The code never stands in an address."""

from flask import make_response, request
from flask.typing import ResponseReturnValue

from avvik import actions
from avvik.actions.sporing import find_by_code
from avvik.models import Avvik
from avvik.queries.sak import words_of
from avvik.rules import OPEN, Status
from avvik.views.area import area
from avvik.views.mi_sak import receipt_context, talk_at_code, unknown_code
from kjerne import vakt
from kjerne.access import Open
from kjerne.errors import Refused
from kjerne.i18n import gettext as _
from kjerne.models import Eining
from kjerne.text import clean
from kjerne.web import render
from kjerne.work import Work

MAX_ANSWER = 8000


def _page(work: Work, *, avvik: Avvik | None = None, kode: str = "", feil: list[str] | None = None, **more: object) -> str:
    context: dict[str, object] = {}
    if avvik is not None:
        eining = work.db.get_one(Eining, avvik.eining_id)
        context = receipt_context(work, avvik, eining, words_of(work, avvik)) | {"samtale": talk_at_code(work, avvik)}
    return render(work, "avvik/sporing.html", kode=kode, feil=feil or [], **{"avvik": avvik, "data_feil": "", **context, **more})


@area.page("/sporing", needs=Open.ALL)
def sporing(work: Work) -> str:
    """Ask for the code."""
    return _page(work)


@area.page("/sporing", needs=Open.ALL, method="POST")
def sporing_send(work: Work) -> ResponseReturnValue:
    """Show the case behind the code, and take an answer. A wrong code is answered, not raised, so that it is counted."""
    kode = request.form.get("kode", "")[:60]
    avvik = find_by_code(work, kode, request.remote_addr or "")
    if avvik is None:
        return make_response(_page(work, kode=kode, feil=[unknown_code()]), 422)
    if "tekst" not in request.form:
        return make_response(_page(work, avvik=avvik, kode=kode), 200)
    return _answer(work, avvik, kode)


def _demand_open(avvik: Avvik) -> None:
    if Status(avvik.status) not in OPEN:
        raise Refused(_("Saka er lukka. Meld på nytt om det hender igjen."))


def _answer(work: Work, avvik: Avvik, kode: str) -> ResponseReturnValue:
    try:
        text = clean(request.form["tekst"], max_len=MAX_ANSWER, multiline=True)
        vakt.demand(work.db, {"tekst": text}, today=work.today, confirmed=request.form.get(vakt.CONFIRM_FIELD) == "1")
        _demand_open(avvik)
        actions.answer_question(work, avvik, text, by_code=True)
    except vakt.Guarded as guarded:
        said = [sentence for found in guarded.verdict.messages().values() for sentence in found]
        page = _page(work, avvik=avvik, kode=kode, feil=said, data_feil=guarded.verdict.feil)
        return make_response(page, 422)
    except Refused as refusal:
        return make_response(_page(work, avvik=avvik, kode=kode, feil=[refusal.message]), 422)
    work.db.flush()
    return make_response(_page(work, avvik=avvik, kode=kode, lagra=True), 200)
