"""The page of a document: its valid text with supplements, a version, the comparison, its files, its paper and its label."""

from collections.abc import Sequence
from dataclasses import dataclass
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
from prosedyrar.models import Prosedyre, ProsedyreVersjon
from prosedyrar.queries import access, dokument
from prosedyrar.rules import Tilstand
from prosedyrar.samanlikning import compare
from prosedyrar.views.area import area, version_number
from prosedyrar.views.panel import reading_panel, work_panel


@dataclass(frozen=True)
class Tillegg:
    """A local supplement as it stands under the common text."""

    prosedyre: Prosedyre
    nummer: str
    eining: str
    html: Markup


def _supplements(work: Work, prosedyre: Prosedyre) -> list[Tillegg]:
    if prosedyre.tillegg_til_id is not None:
        return []
    return [
        Tillegg(row, versjon.nummer, unit, tekst.html(versjon.tekst))
        for row, versjon, unit in dokument.supplements(work, prosedyre.id)
    ]


def _shown(work: Work, prosedyre: Prosedyre) -> ProsedyreVersjon:
    """The version a document's own page shows: the valid one; before there is one, the one on its way; else the last."""
    valid = access.valid_version(work.db, prosedyre.id)
    if valid is not None:
        return valid
    readable = dokument.versions(work, prosedyre.id)
    if not readable:
        raise NotFound
    return readable[0]


def page(work: Work, prosedyre: Prosedyre, versjon: ProsedyreVersjon, **more: object) -> str:
    """One version's page. `more`: forms that were refused, and what was typed in them."""
    readable = dokument.versions(work, prosedyre.id)
    history = dokument.history(work.db, prosedyre.id, [row.id for row in readable])
    people = [prosedyre.eigar_id, versjon.forfattar_id, versjon.godkjennar_id, *(row.person_id for row in history)]
    is_valid = versjon.tilstand == Tilstand.GYLDIG
    return render(
        work,
        "prosedyrar/vis.html",
        p=prosedyre,
        v=versjon,
        tekst=tekst.html(versjon.tekst),
        eining=work.db.get(Eining, prosedyre.eining_id),
        felles=work.db.get(Prosedyre, prosedyre.tillegg_til_id) if prosedyre.tillegg_til_id else None,
        tillegg=_supplements(work, prosedyre) if is_valid else [],
        andre_tillegg=dokument.other_supplements(work, prosedyre.id) if is_valid and not prosedyre.tillegg_til_id else [],
        filer=dokument.attachments(work.db, versjon.id),
        versjonar=readable,
        gjeldande=next((row for row in readable if row.tilstand == Tilstand.GYLDIG), None),
        under_arbeid=next((row for row in readable if row.tilstand in rules.OPEN), None),
        forrige=next((row for row in readable if row.id == versjon.forrige_id), None),
        historie=history,
        namn=dokument.names(work.db, people),
        passert=is_valid and rules.is_overdue(prosedyre.revisjonsfrist, work.today),
        favoritt=dokument.is_favourite(work, prosedyre.id),
        arbeid=work_panel(work, prosedyre, versjon),
        lesing=reading_panel(work, prosedyre, versjon),
        rules=rules,
        **more,
    )


@area.page("/<id:prosedyre_id>", needs=Open.LOGGED_IN)
def vis(work: Work, prosedyre_id: int) -> str:
    """A document as it is now."""
    prosedyre = access.get_prosedyre(work, prosedyre_id)
    return page(work, prosedyre, _shown(work, prosedyre))


@area.page("/<id:prosedyre_id>/versjon/<v>", needs=Open.LOGGED_IN)
def versjon(work: Work, prosedyre_id: int, v: str) -> str:
    """One version; v is its number, such as 2.0. An old one says so over its text."""
    found = access.by_number(work, prosedyre_id, version_number(v))
    return page(work, access.get_prosedyre(work, prosedyre_id), found)


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


def _versions(work: Work, prosedyre: Prosedyre) -> Sequence[ProsedyreVersjon]:
    return [row for row in dokument.versions(work, prosedyre.id) if row.tilstand != Tilstand.FORKASTA]


@area.page("/<id:prosedyre_id>/samanlikn", needs=Open.LOGGED_IN)
def samanlikn(work: Work, prosedyre_id: int) -> str:
    """Two versions against each other, word by word: `fra` and `til` are numbers; the newest against the one before."""
    prosedyre = access.get_prosedyre(work, prosedyre_id)
    readable = _versions(work, prosedyre)
    newest = next((row for row in readable if row.tilstand == Tilstand.GYLDIG), readable[0] if readable else None)
    newer = access.by_number(work, prosedyre_id, version_number(request.args["til"])) if request.args.get("til") else newest
    if newer is None:
        raise NotFound
    if request.args.get("fra"):
        older: ProsedyreVersjon | None = access.by_number(work, prosedyre_id, version_number(request.args["fra"]))
    else:
        older = next((row for row in readable if row.id == newer.forrige_id), None)
    return render(
        work,
        "prosedyrar/samanlikn.html",
        p=prosedyre,
        fra=older,
        til=newer,
        versjonar=readable,
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
