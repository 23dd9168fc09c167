"""What a person has, what goes out, and what she must do by when; her evidence, and a printout of it all."""

from flask import flash, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from werkzeug.wrappers import Response

from kjerne import files
from kjerne.errors import NotFound, Refused
from kjerne.i18n import gettext as _
from kjerne.katalog import in_force
from kjerne.models import Fil
from kjerne.web import Open
from kjerne.work import Work
from kompetanse import pdf, rules
from kompetanse.actions import bevis as actions
from kompetanse.forms import Feil, fault, read_file
from kompetanse.models import Kompetanse
from kompetanse.queries import opplaering, personar
from kompetanse.views.area import area, professions, sent, show


def _page(work: Work, feil: Feil | None = None) -> Response:
    lines = personar.evidence_of(work.db, work.me.id, work.today)
    return show(
        work,
        "kompetanse/meg.html",
        feil,
        plikter=personar.duties(work.db, work.me.id, lines, work.today),
        linjer=personar.current(lines),
        alle=lines,
        kurs=opplaering.courses_of(work.db, work.me.id),
        katalog=[row for row in work.db.scalars(in_force(Kompetanse, work.today)) if not row.delegasjon],
        yrke=professions(work).get(work.me.yrke or "", ""),
    )


@area.page("/meg", needs=Open.LOGGED_IN)
def meg(work: Work) -> Response:
    """My competences. Nobody needs a right to see her own."""
    return _page(work)


@area.page("/meg", needs=Open.LOGGED_IN, method="POST")
def meg_send(work: Work) -> ResponseReturnValue:
    """I say what I have, with evidence. It counts when somebody has confirmed it."""
    form = sent()
    try:
        referanse = form.text("referanse", rules.REFERANSE_MAX)
        found = read_file(request.files.get("fil"))
        form.guard(work, {"referanse": referanse, "fil": f"{found.filename}\n{found.text}" if found else ""})
        row = actions.register_own(
            work,
            kompetanse_id=form.id("kompetanse_id"),
            niva=form.number("niva", 0, 4, rules.STANDARD_NIVA),
            dato=form.must_day("dato"),
            slag=form.among("slag", rules.BEVISSLAG, _("Vel kva slags bevis du har.")),
            referanse=referanse,
        )
        if found:
            actions.attach(work, row, found)
    except Refused as refused:
        return _page(work, fault(refused))
    flash(_("Registrert. Det tel når leiaren din eller fagansvarleg har stadfest det."), "ok")
    return redirect(url_for("kompetanse.meg"), 303)


@area.page("/meg/utskrift.pdf", needs=Open.LOGGED_IN)
def meg_utskrift(work: Work) -> Response:
    """My competences as a tagged PDF, such as for an application."""
    lines = personar.evidence_of(work.db, work.me.id, work.today)
    page = pdf.curriculum(work, work.me, professions(work).get(work.me.yrke or "", ""), lines)
    answer = Response(page, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = "attachment; filename=kompetanse.pdf"
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


@area.page("/bevis/<id:bevis_id>/fil/<uuid:fil_id>", needs=Open.LOGGED_IN)
def fil(work: Work, bevis_id: int, fil_id: object) -> ResponseReturnValue:
    """A file of evidence: her own, or of somebody whose competence she may see. Always a download; the reading is logged."""
    bevis = personar.get_bevis(work, bevis_id)
    row = work.db.scalars(
        select(Fil).where(Fil.offentleg_id == str(fil_id), Fil.subjekt_type == "kompetansebevis", Fil.subjekt_id == bevis.id)
    ).one_or_none()
    path = files.path_of(work.config.data_dir, row.sha256) if row else None
    if row is None or path is None or not path.is_file():
        raise NotFound
    if bevis.person_id != work.me.id:
        work.read("kompetansebevis", bevis.id, "vedlegg")
    answer = send_file(path, mimetype=row.mime, as_attachment=True, download_name=row.namn, conditional=False, etag=False)
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer
