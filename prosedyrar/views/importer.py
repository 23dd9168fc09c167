"""Import of Word files: upload, progress, look over what was guessed, write, and a report for each file."""

from collections.abc import Sequence

from flask import flash, make_response, redirect, request, url_for
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from kjerne import log, sessions, vakt
from kjerne.access import Right
from kjerne.errors import NotFound, Refused
from kjerne.fullmakt import who
from kjerne.i18n import gettext as _
from kjerne.models import Eining
from kjerne.text import clean
from kjerne.web import house, render
from kjerne.work import Work
from prosedyrar import rules
from prosedyrar.actions import innlesing as actions
from prosedyrar.innlesing import count, upload_path
from prosedyrar.models.innlesing import Innlesing, Innlesingsfil
from prosedyrar.views.area import area, number
from prosedyrar.word import TAPT
from prosedyrar.word.arkiv import BadArchive

PAGE = 40
LARGEST = 300 * 1024 * 1024
CHOICES = [(kind.value, name) for kind, name in rules.TYPENAMN.items() if kind is not rules.Dokumenttype.EKSTERN]


@area.before_request
def take_upload() -> None:
    """A ZIP of hundreds is larger than other forms, and is received before a transaction is opened.

    Only from who may send it: from all others it is refused unread, so that nobody fills the disk.
    """
    parts = house()
    token = request.cookies.get(sessions.cookie_name(parts.config))
    if request.endpoint != "prosedyrar.importer_send" or not token:
        return
    now = parts.clock()
    with parts.databases.reading() as db:
        known = who(db, parts.config, token, now)
        may = known is not None and known[2].units(Right.PROSEDYRE_SKRIV)
    if may:
        request.max_content_length = LARGEST
        request.files.get("fil")


def _units(work: Work) -> Sequence[Eining]:
    ids = work.units(Right.PROSEDYRE_SKRIV)
    return [
        row for row in work.db.scalars(select(Eining).where(Eining.id.in_(ids)).order_by(Eining.sti)) if row.is_active(work.today)
    ]


def _mine(work: Work, innlesing_id: int) -> Innlesing:
    """An upload of her own; nobody sees another's."""
    found = work.db.scalar(select(Innlesing).where(Innlesing.id == innlesing_id, Innlesing.person_id == work.me.id))
    if found is None:
        raise NotFound
    return found


def _start(work: Work, refused: Refused | None = None) -> Response:
    earlier = select(Innlesing).where(Innlesing.person_id == work.me.id).order_by(Innlesing.id.desc()).limit(10)
    page = render(
        work,
        "prosedyrar/importer.html",
        einingar=_units(work),
        tidlegare=work.db.scalars(earlier).all(),
        refused=refused,
        vald=number(request.form.get("eining", "")),
    )
    return make_response(page, 422 if refused else 200)


@area.page("/importer", needs=Right.PROSEDYRE_SKRIV)
def importer(work: Work) -> Response:
    """Choose a Word file or a ZIP of them, and who owns what names no owner."""
    return _start(work)


@area.page("/importer", needs=Right.PROSEDYRE_SKRIV, method="POST")
def importer_send(work: Work) -> Response:
    """Take the upload. It is read in the background; nothing is a procedure before she says so."""
    try:
        made = _take(work, request.files.get("fil"))
    except Refused as refused:
        work.db.rollback()
        return _start(work, refused)
    return redirect(url_for("prosedyrar.importer_vis", innlesing_id=made.id), 303)


def _take(work: Work, sent: FileStorage | None) -> Innlesing:
    eining_id = number(request.form.get("eining", ""))
    if sent is None or not sent.filename:
        raise Refused(_("Vel ei fil."), "fil")
    if eining_id is None or not work.has(Right.PROSEDYRE_SKRIV, eining_id):
        raise Refused(_("Vel ei eining i lista."), "eining")
    name = clean(sent.filename[-100:], max_len=100, multiline=False)
    vakt.demand(work.db, {"fil": name}, today=work.today, confirmed=True)
    made = Innlesing(person_id=work.me.id, eining_id=eining_id, namn=name, laga=work.now)
    work.db.add(made)
    work.db.flush()
    path = upload_path(work.config, made.id)
    path.parent.mkdir(parents=True, exist_ok=True)
    sent.save(path)
    try:
        made.tal = count(path)
    except BadArchive as bad:
        path.unlink()
        raise Refused(str(bad), "fil") from bad
    log.record(work, "innlesing", made.id, "innlesing:ny", filer=made.tal)
    return made


def _counts(work: Work, made: Innlesing) -> dict[str, int]:
    counted = select(Innlesingsfil.tilstand, func.count().label("n")).where(Innlesingsfil.innlesing_id == made.id)
    rows = work.db.execute(counted.group_by(Innlesingsfil.tilstand))
    return {row.tilstand: row.n for row in rows}


def _show(work: Work, made: Innlesing, feil: dict[int, str] | None = None) -> Response:
    after = number(request.values.get("etter", "")) or 0
    mine = Innlesingsfil.innlesing_id == made.id
    rows = work.db.scalars(
        select(Innlesingsfil).where(mine, Innlesingsfil.rekkje > after).order_by(Innlesingsfil.rekkje).limit(PAGE + 1)
    ).all()
    ready = work.db.scalar(select(func.count()).select_from(Innlesingsfil).where(*actions.ready(made.id))) or 0
    tal = _counts(work, made)
    page = render(
        work,
        "prosedyrar/importer_vis.html",
        i=made,
        rader=rows[:PAGE],
        neste=rows[PAGE - 1].rekkje if len(rows) > PAGE else None,
        etter=after,
        tal_i=tal,
        lesne=sum(tal.values()),
        skrivne=tal.get("inne", 0) + tal.get("finst", 0) + tal.get("avvist", 0),
        klare=ready,
        ventar=actions.left(work.db, made.id) - ready,
        einingar=_units(work),
        typar=CHOICES,
        tapt=TAPT,
        feil=feil or {},
    )
    return make_response(page, 422 if feil else 200)


@area.page("/importer/<id:innlesing_id>", needs=Right.PROSEDYRE_SKRIV)
def importer_vis(work: Work, innlesing_id: int) -> Response:
    """Where the upload stands: being read, to be looked over, being written, or the report."""
    return _show(work, _mine(work, innlesing_id))


@area.page("/importer/<id:innlesing_id>/endre", needs=Right.PROSEDYRE_SKRIV, method="POST")
def importer_endre(work: Work, innlesing_id: int) -> Response:
    """Keep this page's corrections: title, type, owner, whether it goes in, and that names are looked over.

    `gjer` says what comes after: nothing, the next lines, or letting the files go in.
    """
    made = _mine(work, innlesing_id)
    feil: dict[int, str] = {}
    ids = [found for raw in request.form.getlist("rad")[:PAGE] if (found := number(raw)) is not None]
    rows = work.db.scalars(select(Innlesingsfil).where(Innlesingsfil.innlesing_id == made.id, Innlesingsfil.id.in_(ids))).all()
    for row in rows:
        try:
            actions.change(
                work,
                row,
                tittel=clean(request.form.get(f"tittel-{row.id}", ""), max_len=rules.TITTEL_MAX, multiline=False),
                dokumenttype=request.form.get(f"type-{row.id}", ""),
                eining_id=number(request.form.get(f"eining-{row.id}", "")) or 0,
                med=request.form.get(f"med-{row.id}") == "1",
                stadfest=request.form.get(f"stadfest-{row.id}") == "1",
            )
        except Refused as refused:
            feil[row.id] = refused.message
    work.db.flush()
    if feil:
        work.keep_when_refused()  # the other lines' corrections are good
        return _show(work, made, feil)
    if request.form.get("gjer") == "skriv":
        return _write(work, made)
    if request.form.get("gjer") == "neste":
        return redirect(url_for("prosedyrar.importer_vis", innlesing_id=made.id, etter=request.form.get("neste", "")), 303)
    flash(_("Endringane er lagra."), "ok")
    return redirect(url_for("prosedyrar.importer_vis", innlesing_id=made.id, etter=request.form.get("etter", "0")), 303)


@area.page("/importer/<id:innlesing_id>/skriv", needs=Right.PROSEDYRE_SKRIV, method="POST")
def importer_skriv(work: Work, innlesing_id: int) -> Response:
    """Let the chosen files go in."""
    return _write(work, _mine(work, innlesing_id))


def _write(work: Work, made: Innlesing) -> Response:
    ready = work.db.scalar(select(func.count()).select_from(Innlesingsfil).where(*actions.ready(made.id)))
    if not ready:
        flash(_("Ingen filer er klare. Sjå over dei, og kryss av for dei som skal med."), "obs")
    elif made.tilstand == "klar":
        made.tilstand = "skriv"
        log.record(work, "innlesing", made.id, "innlesing:skriv")
    return redirect(url_for("prosedyrar.importer_vis", innlesing_id=made.id), 303)


@area.page("/importer/<id:innlesing_id>/avbryt", needs=Right.PROSEDYRE_SKRIV, method="POST")
def importer_avbryt(work: Work, innlesing_id: int) -> Response:
    """Leave the rest out."""
    made = _mine(work, innlesing_id)
    if made.tilstand == "klar":
        actions.cancel(work, made)
        flash(_("Resten er ikkje lese inn."), "ok")
    return redirect(url_for("prosedyrar.importer_vis", innlesing_id=made.id), 303)
