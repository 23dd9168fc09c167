"""The archive description of a unit: a form with nine parts."""

from flask import flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from kjerne import vakt
from kjerne.access import Right
from kjerne.i18n import gettext as _
from kjerne.models import Eining
from kjerne.text import BadText, clean
from kjerne.web import render
from kjerne.work import Work
from register import actions, queries
from register.rules import ARKIVDELAR, TEKST_MAX, light
from register.views.area import area
from register.views.foring import typed_int


def _page(work: Work, eining: Eining, parts: dict[int, str] | None = None, status: int = 200, **errors: object) -> Response:
    found, kept = queries.archive_of(work, eining)
    page = render(
        work,
        "register/arkiv.html",
        eining=eining,
        skildring=found,
        delar=ARKIVDELAR,
        skrive=parts if parts is not None else kept,
        versjon=request.form.get("versjon", "") if parts is not None else (found.version if found else 0),
        lys=light(found.neste, work.today) if found else "",
        namn=queries.person_name(work, found.endra_av_id) if found else "",
        kan_skrive=work.has(Right.REGISTER_SKRIV, eining.id),
        **{"feil": "", "feilar": {}, **errors},
    )
    return make_response(page, status)


@area.page("/arkiv/<kode>", needs=Right.REGISTER_LES)
def arkiv(work: Work, kode: str) -> Response:
    """The nine parts, and when they were last gone through."""
    return _page(work, queries.get_unit(work, kode, Right.REGISTER_LES))


@area.page("/arkiv/<kode>", needs=Right.REGISTER_SKRIV, method="POST")
def arkiv_send(work: Work, kode: str) -> ResponseReturnValue:
    """Keep the nine parts as a new edition."""
    eining = queries.get_unit(work, kode, Right.REGISTER_SKRIV)
    parts = {nr: request.form.get(f"del_{nr}", "") for nr in ARKIVDELAR}
    try:
        parts = {nr: clean(text, max_len=TEKST_MAX, multiline=True) for nr, text in parts.items()}
        vakt.demand(
            work.db,
            {f"del_{nr}": text for nr, text in parts.items()},
            today=work.today,
            confirmed=request.form.get(vakt.CONFIRM_FIELD) == "1",
        )
    except BadText as bad:
        return _page(work, eining, parts, 422, feilar={"del_1": [bad.message]})
    except vakt.Guarded as guarded:
        return _page(work, eining, parts, 422, feil=guarded.verdict.feil, feilar=guarded.verdict.messages())
    if not any(parts.values()):
        return _page(work, eining, parts, 422, feilar={"del_1": [_("Skriv minst éin av delane.")]})
    actions.write_archive(work, eining, parts, version=typed_int(request.form.get("versjon", ""), 0, 1_000_000) or 0)
    flash(_("Arkivskildringa er lagra. Ho skal gjennomgåast igjen om eitt år."), "ok")
    return redirect(url_for("register.arkiv", kode=eining.kode), 303)
