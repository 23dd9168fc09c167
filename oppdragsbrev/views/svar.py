"""A unit's letter: each bullet with what the system knows beside it, and the answer. Works on a tablet, and in print."""

from dataclasses import replace

from flask import flash, make_response, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from kjerne import files
from kjerne.access import Open
from kjerne.errors import NotFound, Refused
from kjerne.filinnhald import BadFile, inspect
from kjerne.i18n import gettext as _
from kjerne.web import render
from kjerne.work import Work
from oppdragsbrev import actions
from oppdragsbrev.models import Brevsvar, Punktmottak
from oppdragsbrev.queries import brev as letters
from oppdragsbrev.queries import svar as answers
from oppdragsbrev.queries.svar import Syn
from oppdragsbrev.rules import (
    ADRESSE_MAX,
    LYSNAMN,
    OURS,
    PUNKTKORT,
    PUNKTMERKE,
    PUNKTTILSTANDNAMN,
    SVARMERKE,
    SVARNAMN,
    TEKST_MAX,
    Svarstatus,
    said,
)
from oppdragsbrev.views.area import area
from oppdragsbrev.views.felt import Feil, failed, guard, number, read, version
from oppdragsbrev.views.historie import lines


def page(work: Work, syn: Syn, feil: Feil | None = None, *, her: str = "", status: int = 200) -> Response:
    """The unit's letter; `her` is the answer or point whose form came back with `feil`."""
    points = answers.points(work, syn)
    people = {one.svar.delegert_til_id for p in points for one in p.kuler} | {
        one.svar.endra_av_id for p in points for one in p.kuler
    }
    people |= {row.person_id for p in points for row in p.leveringar} | {row.person_id for p in points for row in p.meldingar}
    shown = render(
        work,
        "oppdragsbrev/mottak.html",
        syn=syn,
        brev=syn.brev,
        punkt=points,
        namn=letters.names(work, {*people, syn.eining.leiar_id}),
        folk=letters.staff_of(work, syn.eining) if syn.svarar and syn.open else [],
        historie=lines(letters.history(work, syn.brev, syn.mottak.id)) if syn.kuler is None else [],
        lysnamn=LYSNAMN,
        svarnamn=SVARNAMN,
        tilstandnamn=PUNKTTILSTANDNAMN,
        svarmerke=SVARMERKE,
        stadnamn=OURS,
        merke=PUNKTMERKE,
        kort=PUNKTKORT,
        said=lambda row: said(row, work.sprak),
        feil=feil or Feil(),
        her=her,
    )
    return make_response(shown, status)


def back(syn: Syn, anchor: str) -> Response:
    """To the unit's letter, at the place she was."""
    return redirect(url_for("oppdragsbrev.mottak", brev_id=syn.brev.id, kode=syn.eining.kode, _anchor=anchor), 303)


@area.page("/<id:brev_id>/eining/<kode>", needs=Open.LOGGED_IN)
def mottak(work: Work, brev_id: int, kode: str) -> Response:
    """A unit's letter; whom a bullet was given to sees that alone."""
    return page(work, answers.get_syn(work, brev_id, kode))


def _mine(work: Work, brev_id: int, kode: str, svar_id: int) -> tuple[Syn, Punktmottak, Brevsvar]:
    """An answer she may write now, else `NotFound`."""
    syn, del_, svar = answers.get_svar(work, brev_id, kode, svar_id)
    if not syn.may_answer(svar, del_):
        raise NotFound
    return syn, del_, svar


@area.page("/<id:brev_id>/eining/<kode>/svar/<id:svar_id>", needs=Open.LOGGED_IN, method="POST")
def svar_send(work: Work, brev_id: int, kode: str, svar_id: int) -> ResponseReturnValue:
    """Keep text and status of a bullet, with a file and a link when they were given."""
    syn, del_, svar = _mine(work, brev_id, kode, svar_id)
    try:
        status = Svarstatus(request.form.get("status", ""))
    except ValueError:
        return page(
            work,
            syn,
            Feil({f"status-{svar.id}": [_("Vel kor langt de har kome.")]}, "", dict(request.form)),
            her=f"svar-{svar.id}",
            status=422,
        )
    sent = request.files.get("fil")
    try:
        text = read("tekst", TEKST_MAX, sent_as=f"tekst-{svar.id}")
        address = read("lenkje", ADRESSE_MAX * 2, multiline=False, sent_as=f"lenkje-{svar.id}")
        texts = {f"tekst-{svar.id}": text, f"lenkje-{svar.id}": address}
        file = inspect(sent.read(), sent.filename) if sent is not None and sent.filename else None
        guard(work, texts | ({f"fil-{svar.id}": f"{file.filename}\n{file.text}"} if file else {}))
        with work.db.begin_nested():  # all or nothing
            actions.answer(work, syn, del_, svar, tekst=text, status=status, version=version())
            if address:
                actions.link(work, syn, del_, svar, address)
            if file is not None:
                actions.attach(work, syn, del_, svar, file)
    except BadFile as bad:
        feil = Feil({f"fil-{svar.id}": [bad.message]}, "", dict(request.form))
        return page(work, syn, feil, her=f"svar-{svar.id}", status=422)
    except Refused as refused:
        feil = failed(refused, f"tekst-{svar.id}")
        if sent is not None and sent.filename:  # a browser never fills in a file again
            again = [_("Vel fila ein gong til: ho blei ikkje lagra."), *feil.felt.get(f"fil-{svar.id}", ())]
            feil = replace(feil, felt={**feil.felt, f"fil-{svar.id}": again})
        return page(work, syn, feil, her=f"svar-{svar.id}", status=422)
    flash(_("Svaret er lagra."), "ok")
    return back(syn, f"kule-{svar.id}")


@area.page("/<id:brev_id>/eining/<kode>/svar/<id:svar_id>/gi", needs=Open.LOGGED_IN, method="POST")
def svar_gi(work: Work, brev_id: int, kode: str, svar_id: int) -> ResponseReturnValue:
    """Give a bullet to somebody of the unit, or take it back."""
    syn, del_, svar = answers.get_svar(work, brev_id, kode, svar_id)
    try:
        actions.delegate(work, syn, del_, svar, number("person") or None)
    except Refused as refused:
        return page(work, syn, failed(refused, f"person-{svar.id}"), her=f"gi-{svar.id}", status=422)
    flash(_("Lagra. Den som fekk kulepunktet, får brev."), "ok")
    return back(syn, f"kule-{svar.id}")


@area.page("/<id:brev_id>/eining/<kode>/svar/<id:svar_id>/fil/<uuid:fil_id>", needs=Open.LOGGED_IN)
def svar_fil(work: Work, brev_id: int, kode: str, svar_id: int, fil_id: object) -> Response:
    """A file of an answer she may see, always as a download."""
    _syn, _del, svar = answers.get_svar(work, brev_id, kode, svar_id)
    found = next((one for one in answers.files_of(work, svar) if one.offentleg_id == str(fil_id)), None)
    path = files.path_of(work.config.data_dir, found.sha256) if found else None
    if found is None or path is None or not path.exists():
        raise NotFound
    answer = send_file(path, mimetype=found.mime, as_attachment=True, download_name=found.namn, conditional=False, etag=False)
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


@area.page("/<id:brev_id>/eining/<kode>/svar/<id:svar_id>/fil/<uuid:fil_id>/bort", needs=Open.LOGGED_IN, method="POST")
def svar_fil_bort(work: Work, brev_id: int, kode: str, svar_id: int, fil_id: object) -> ResponseReturnValue:
    """Take a file away."""
    syn, del_, svar = _mine(work, brev_id, kode, svar_id)
    actions.detach(work, syn, del_, svar, str(fil_id))
    return back(syn, f"kule-{svar.id}")


@area.page("/<id:brev_id>/eining/<kode>/svar/<id:svar_id>/lenkje/<id:lenkje_id>/bort", needs=Open.LOGGED_IN, method="POST")
def svar_lenkje_bort(work: Work, brev_id: int, kode: str, svar_id: int, lenkje_id: int) -> ResponseReturnValue:
    """Take a link away."""
    syn, del_, svar = _mine(work, brev_id, kode, svar_id)
    actions.unlink(work, syn, del_, svar, lenkje_id)
    return back(syn, f"kule-{svar.id}")
