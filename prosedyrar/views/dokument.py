"""The page of a document: its valid text with supplements, a version, the comparison, its files, its paper and its label."""

from io import BytesIO

import segno
from flask import request, send_file, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from werkzeug.wrappers import Response

from kjerne import files
from kjerne.access import Open
from kjerne.errors import NotFound
from kjerne.models import Eining, Fil
from kjerne.web import render
from kjerne.work import Work
from prosedyrar import pdf, rules, tekst
from prosedyrar.actions.mitt import count_opening
from prosedyrar.queries import access, dokument, vising
from prosedyrar.queries.rader import Linje, Vist
from prosedyrar.rules import Tilstand
from prosedyrar.samanlikning import compare
from prosedyrar.views.area import area, version_number
from prosedyrar.views.panel import reading_panel, work_panel


def page(work: Work, vist: Vist, **more: object) -> str:
    """One version's page, for a reader who is let in. `more`: forms that were refused, and what was typed in them."""
    p, v, finst = vist
    others = vising.versions(work, vist)
    arbeid = work_panel(work, vist, others)
    history = dokument.history(work.db, p.id, [v.id, *(row.id for row in others)]) if arbeid.skriv else ()
    is_valid = v.tilstand == Tilstand.GYLDIG
    supplements = vising.supplements(work, p.id) if is_valid and finst.tillegg else []
    return render(
        work,
        "prosedyrar/vis.html",
        p=p,
        v=v,
        finst=finst,
        tekst=tekst.approved(v.id, v.tekst) if is_valid else tekst.html(v.tekst),
        tillegg=[(row, tekst.approved(row.versjon_id, row.tekst, f"tillegg-{row.id}-")) for row in supplements if row.her],
        andre_tillegg=[row for row in supplements if not row.her],
        filer=vising.files(work, v.id) if finst.filer else (),
        versjonar=others,
        gjeldande=next((row for row in others if row.tilstand == Tilstand.GYLDIG), None),
        under_arbeid=next((row for row in others if row.tilstand in rules.OPEN), None),
        forrige=next((row for row in others if row.id == v.forrige_id), None),
        historie=history,
        namn=dokument.names(work.db, [row.person_id for row in history]),
        passert=is_valid and rules.is_overdue(p.revisjonsfrist, work.today),
        arbeid=arbeid,
        lesing=reading_panel(work, vist, writes=arbeid.skriv),
        rules=rules,
        **more,
    )


@area.page("/<id:prosedyre_id>", needs=Open.LOGGED_IN)
def vis(work: Work, prosedyre_id: int) -> str:
    """A document as it is now."""
    return page(work, vising.current(work, prosedyre_id))


@area.page("/<id:prosedyre_id>/versjon/<v>", needs=Open.LOGGED_IN)
def versjon(work: Work, prosedyre_id: int, v: str) -> str:
    """One version; v is its number, such as 2.0. An old one says so over its text."""
    return page(work, vising.opened(work, access.by_number(work, prosedyre_id, version_number(v)).id))


@area.page("/<id:prosedyre_id>/opna", needs=Open.LOGGED_IN, method="POST")
def opna(work: Work, prosedyre_id: int) -> Response:
    """The page has been in sight for a while: one more opening this month, by nobody in particular."""
    count_opening(work, access.get_prosedyre(work, prosedyre_id))
    return Response(status=204)


def _file(work: Work, row: Fil) -> ResponseReturnValue:
    path = files.path_of(work.config.data_dir, row.sha256)
    if not path.is_file():
        raise NotFound
    is_image = row.mime.startswith("image/")
    answer = send_file(path, mimetype=row.mime, as_attachment=not is_image, download_name=row.namn, conditional=False, etag=False)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


@area.page("/vedlegg/<uuid:fil_id>", needs=Open.LOGGED_IN)
def hent_vedlegg(work: Work, fil_id: object) -> ResponseReturnValue:
    """An image in a text, or a file that goes with it: for those who may read a version it belongs to."""
    return _file(work, dokument.get_file(work, str(fil_id)))


@area.page("/<id:prosedyre_id>/etikett", needs=Open.LOGGED_IN)
def etikett(work: Work, prosedyre_id: int) -> str:
    """A label with a QR code that opens the document: for the medicine room's wall. Made for printing."""
    prosedyre = access.get_prosedyre(work, prosedyre_id)
    target = f"{work.config.base_url}{url_for('prosedyrar.vis', prosedyre_id=prosedyre.id)}"
    code = segno.make(target, error="m")
    return render(
        work,
        "prosedyrar/etikett.html",
        p=prosedyre,
        eining=work.db.get(Eining, prosedyre.eining_id),
        adresse=target,
        qr=Markup(code.svg_inline(scale=6, dark="#000", light="#fff", omitsize=True)),  # noqa: S704 - made of our own address
    )


def _versions(work: Work, prosedyre_id: int) -> list[Linje]:
    return [row for row in access.readable(work, prosedyre_id) if row.tilstand != Tilstand.FORKASTA]


@area.page("/<id:prosedyre_id>/samanlikn", needs=Open.LOGGED_IN)
def samanlikn(work: Work, prosedyre_id: int) -> str:
    """Two versions against each other, word by word: `fra` and `til` are numbers; the newest against the one before."""
    prosedyre = access.get_prosedyre(work, prosedyre_id)
    listed = _versions(work, prosedyre_id)
    if request.args.get("til"):
        newer = access.by_number(work, prosedyre_id, version_number(request.args["til"]))
    else:
        newest = next((row for row in listed if row.tilstand == Tilstand.GYLDIG), listed[0] if listed else None)
        if newest is None:
            raise NotFound
        newer = access.get_versjon(work, newest.id)
    older = None
    if request.args.get("fra"):
        older = access.by_number(work, prosedyre_id, version_number(request.args["fra"]))
    elif newer.forrige_id is not None and any(row.id == newer.forrige_id for row in listed):
        older = access.get_versjon(work, newer.forrige_id)
    return render(
        work,
        "prosedyrar/samanlikn.html",
        p=prosedyre,
        fra=older,
        til=newer,
        versjonar=listed,
        linjer=compare(older.tekst, newer.tekst) if older is not None else [],
        rules=rules,
    )


@area.page("/<id:prosedyre_id>/versjon/<v>/pdf", needs=Open.LOGGED_IN)
def som_pdf(work: Work, prosedyre_id: int, v: str) -> ResponseReturnValue:
    """The version on paper: tagged, with version, dates and approver, and that a printed copy is not controlled."""
    found = access.by_number(work, prosedyre_id, version_number(v))
    prosedyre = access.get_prosedyre(work, prosedyre_id)
    data = pdf.paper(work, prosedyre, found)
    name = f"prosedyre-{prosedyre.id}-v{found.nummer}.pdf"
    return send_file(BytesIO(data), mimetype="application/pdf", as_attachment=False, download_name=name)
