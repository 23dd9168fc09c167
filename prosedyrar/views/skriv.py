"""Writing: a new document, its next version, the draft with preview and autosave, its files, and what the document is."""

from flask import flash, jsonify, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from kjerne import vakt
from kjerne.access import Open, Right
from kjerne.errors import Conflict, NotFound, Refused
from kjerne.filinnhald import BadFile, inspect
from kjerne.i18n import gettext as _
from kjerne.inndata import typed_person
from kjerne.models import Eining, Person
from kjerne.text import clean
from kjerne.vakt import Guarded, Verdict
from kjerne.web import render
from kjerne.work import Work
from prosedyrar import rules, tekst
from prosedyrar.actions import dokument as actions
from prosedyrar.actions.lesing import set_questions
from prosedyrar.actions.onske import link_open
from prosedyrar.actions.vedlegg import attach, detach
from prosedyrar.forms import Opplysningar, people_to_choose, question_lines, read_information, read_questions
from prosedyrar.mal import template_text
from prosedyrar.models import Prosedyre, ProsedyreVersjon
from prosedyrar.queries import access, bibliotek, dokument, onske
from prosedyrar.queries.onskeord import words
from prosedyrar.rules import Onske, Tilstand
from prosedyrar.views.area import area, confirmed, number, typed


def _fields(work: Work, prosedyre: Prosedyre | None) -> dict[str, str]:
    """What the form of a document shows before anything is typed."""
    if prosedyre is None:
        named = {name: request.args.get(name, "")[: rules.TITTEL_MAX] for name in ("tittel", "dokumenttype", "tema", "eining_id")}
        return {"dokumenttype": "prosedyre", "tema": "anna", **{key: value for key, value in named.items() if value}}
    owner = work.db.get_one(Person, prosedyre.eigar_id)
    return {
        "tittel": prosedyre.tittel,
        "dokumenttype": prosedyre.dokumenttype,
        "tema": prosedyre.tema,
        "eining_id": str(prosedyre.eining_id),
        "eigar": f"{owner.ansattnr} {owner.namn}",
        "revisjonsintervall": str(prosedyre.revisjonsintervall),
        "ekstern_lenkje": prosedyre.ekstern_lenkje,
        "heimel": prosedyre.heimel,
        "nokkelord": prosedyre.nokkelord,
    }


def _form(
    work: Work,
    prosedyre: Prosedyre | None,
    typed_in: Opplysningar | None = None,
    *,
    verdict: Verdict | None = None,
    feil: Refused | None = None,
) -> Response:
    values = dict(typed_in.felt) if typed_in else _fields(work, prosedyre)
    if prosedyre is None:
        values.setdefault("eigar", f"{work.me.ansattnr} {work.me.namn}")
    common = number(request.values.get("tillegg_til", ""))
    page = render(
        work,
        "prosedyrar/opplysningar.html",
        p=prosedyre,
        felt=values,
        verdict=verdict,
        feil=[(feil.field, feil.message)] if feil else [],
        einingar=bibliotek.units_to_write_in(work),
        personar=people_to_choose(work),
        felles=access.get_prosedyre(work, common) if common and prosedyre is None else None,
        onske=number(request.values.get("onske", "")),
        rules=rules,
    )
    return make_response(page, 422 if verdict or feil else 200)


@area.page("/ny", needs=Right.PROSEDYRE_SKRIV)
def ny(work: Work) -> Response:
    """The form for a new document: `tillegg_til` is the common one it supplements, `onske` the request it answers."""
    return _form(work, None)


@area.page("/ny", needs=Right.PROSEDYRE_SKRIV, method="POST")
def ny_send(work: Work) -> Response:
    """Make a document with an empty draft from the section template."""
    found = read_information()
    try:
        vakt.demand(work.db, found.texts, today=work.today, confirmed=confirmed())
        prosedyre = actions.create_prosedyre(
            work,
            tittel=found.felt["tittel"],
            dokumenttype=found.felt["dokumenttype"],
            tema=found.felt["tema"],
            eining_id=_unit(work, found),
            eigar=typed_person(work, "eigar"),
            tekst="" if found.felt["dokumenttype"] == "ekstern" else template_text(),
            revisjonsintervall=found.whole("revisjonsintervall"),
            ekstern_lenkje=found.felt["ekstern_lenkje"],
            tillegg_til_id=number(request.form.get("tillegg_til", "")),
            heimel=found.felt["heimel"],
            nokkelord=found.felt["nokkelord"],
            onske_id=number(request.form.get("onske", "")),
        )
    except Guarded as guarded:
        return _form(work, None, found, verdict=guarded.verdict)
    except Refused as refused:
        return _form(work, None, found, feil=refused)
    return redirect(url_for("prosedyrar.skriv", prosedyre_id=prosedyre.id), 303)


def _unit(work: Work, found: Opplysningar) -> int:
    chosen = found.whole("eining_id")
    unit = work.db.get(Eining, chosen) if chosen is not None else None
    if unit is None or not work.has(Right.PROSEDYRE_SKRIV, unit.id):
        raise Refused(_("Vel ei eining i lista."), "eining_id")
    return unit.id


def _mine(work: Work, prosedyre_id: int) -> Prosedyre:
    """The document, for one who may write in it."""
    prosedyre = access.get_prosedyre(work, prosedyre_id)
    if not access.may_write(work, prosedyre):
        raise NotFound
    return prosedyre


def draft_of(work: Work, prosedyre_id: int) -> tuple[Prosedyre, ProsedyreVersjon]:
    """The document and its draft, for one who may write in it. What is on hearing or waits for approval is no draft."""
    prosedyre = _mine(work, prosedyre_id)
    draft = access.open_version(work, prosedyre.id)
    if draft is None or draft.tilstand != Tilstand.KLADD:
        raise NotFound
    return prosedyre, draft


@area.page("/<id:prosedyre_id>/opplysningar", needs=Open.LOGGED_IN)
def opplysningar(work: Work, prosedyre_id: int) -> Response:
    """The form for what a document is called and whose it is."""
    return _form(work, _mine(work, prosedyre_id))


@area.page("/<id:prosedyre_id>/opplysningar", needs=Open.LOGGED_IN, method="POST")
def opplysningar_send(work: Work, prosedyre_id: int) -> Response:
    """Change it. The text and the versions stay as they are."""
    prosedyre = _mine(work, prosedyre_id)
    found = read_information()
    try:
        vakt.demand(work.db, found.texts, today=work.today, confirmed=confirmed())
        actions.change_information(
            work,
            prosedyre,
            tittel=found.felt["tittel"],
            dokumenttype=found.felt["dokumenttype"],
            tema=found.felt["tema"],
            eigar=typed_person(work, "eigar"),
            revisjonsintervall=found.whole("revisjonsintervall") or 0,
            ekstern_lenkje=found.felt["ekstern_lenkje"],
            heimel=found.felt["heimel"],
            nokkelord=found.felt["nokkelord"],
            versjon=number(request.form.get("versjon", "")) or 0,
        )
    except Guarded as guarded:
        return _form(work, prosedyre, found, verdict=guarded.verdict)
    except Refused as refused:
        return _form(work, prosedyre, found, feil=refused)
    flash(_("Opplysningane er lagra."), "ok")
    return redirect(url_for("prosedyrar.vis", prosedyre_id=prosedyre.id), 303)


@area.page("/<id:prosedyre_id>/ny-versjon", needs=Open.LOGGED_IN, method="POST")
def ny_versjon(work: Work, prosedyre_id: int) -> Response:
    """Begin on the next version; the valid one stays in force meanwhile. Open requests follow along."""
    prosedyre = _mine(work, prosedyre_id)
    draft = actions.begin_version(work, prosedyre, stor=request.form.get("endring") != "liten")
    waiting = [row.id for row in onske.of_document(work, prosedyre.id) if row.tilstand == Onske.OPEN]
    link_open(work, draft, frozenset(waiting))
    return redirect(url_for("prosedyrar.skriv", prosedyre_id=prosedyre.id), 303)


def _editor(
    work: Work,
    prosedyre: Prosedyre,
    draft: ProsedyreVersjon,
    *,
    skrive: str | None = None,
    verdict: Verdict | None = None,
    feil: Refused | None = None,
    konflikt: Conflict | None = None,
) -> Response:
    body = draft.tekst if skrive is None else skrive
    requests = [row for row in onske.of_document(work, prosedyre.id) if row.tilstand in {Onske.OPEN, Onske.TEKEN}]
    page = render(
        work,
        "prosedyrar/skriv.html",
        p=prosedyre,
        v=draft,
        skrive=body,
        html=tekst.html(body),
        eining=work.db.get(Eining, prosedyre.eining_id),
        forste=draft.forrige_id is None,
        filer=dokument.attachments(work.db, draft.id),
        onske=requests,
        onskeord=words(work, requests),
        sporsmal=question_lines(dokument.questions(work.db, draft.id)),
        verdict=verdict,
        feil=[(feil.field or "tekst", feil.message)] if feil else [],
        konflikt=konflikt,
        kven=dokument.names(work.db, [draft.endra_av_id]).get(draft.endra_av_id, "") if konflikt else "",
        notat=request.form.get("endringsnotat", draft.endringsnotat)[: rules.KORT_MAX],
        rules=rules,
    )
    return make_response(page, 409 if konflikt else 422 if verdict or feil else 200)


@area.page("/<id:prosedyre_id>/skriv", needs=Open.LOGGED_IN)
def skriv(work: Work, prosedyre_id: int) -> Response:
    """The draft as Markdown beside what it looks like."""
    return _editor(work, *draft_of(work, prosedyre_id))


def _save(work: Work, draft: ProsedyreVersjon, *, sure: bool) -> ProsedyreVersjon:
    """Keep what stands in the form. Raises `Guarded`, `Refused` or `Conflict`."""
    body = clean(request.form.get("tekst", ""), max_len=rules.TEKST_MAX, multiline=True)
    note = typed("endringsnotat")
    vakt.demand(work.db, {"tekst": body, "endringsnotat": note}, today=work.today, confirmed=sure)
    return actions.save_draft(
        work,
        draft.id,
        tekst=body,
        endringsnotat=note,
        stor=None if draft.forrige_id is None else request.form.get("endring") != "liten",
        versjon=number(request.form.get("versjon", "")) or 0,
    )


def _open(work: Work, prosedyre_id: int) -> tuple[Prosedyre, ProsedyreVersjon]:
    prosedyre = _mine(work, prosedyre_id)
    draft = access.open_version(work, prosedyre.id)
    if draft is None:
        raise NotFound
    return prosedyre, draft


@area.page("/<id:prosedyre_id>/skriv", needs=Open.LOGGED_IN, method="POST")
def skriv_send(work: Work, prosedyre_id: int) -> Response:
    """Save the draft. An older saving answers 409 with both texts; nothing that was typed is lost."""
    prosedyre, draft = _open(work, prosedyre_id)
    written = request.form.get("tekst", "")
    try:
        saved = _save(work, draft, sure=confirmed())
        link_open(work, saved, frozenset(n for raw in request.form.getlist("onske") if (n := number(raw)) is not None))
    except Guarded as guarded:
        return _editor(work, prosedyre, draft, skrive=written, verdict=guarded.verdict)
    except Refused as refused:
        return _editor(work, prosedyre, draft, skrive=written, feil=refused)
    except Conflict as conflict:
        return _conflict(work, prosedyre, draft, written, conflict)
    flash(_("Kladden er lagra."), "ok")
    target = url_for("prosedyrar.skriv", prosedyre_id=prosedyre.id)
    if request.form.get("vidare") == "vis":
        target = url_for("prosedyrar.versjon", prosedyre_id=prosedyre.id, v=saved.nummer)
    return redirect(target, 303)


@area.page("/<id:prosedyre_id>/kladd", needs=Open.LOGGED_IN, method="POST")
def kladd(work: Work, prosedyre_id: int) -> Response:
    """The page saves by itself: the new saving's number as JSON. What may show who somebody is waits until she has said yes."""
    _prosedyre, draft = _open(work, prosedyre_id)
    try:
        saved = _save(work, draft, sure=confirmed())
    except Conflict as conflict:
        advice = _("Trykk «Lagre kladden», så ser du begge tekstane.")
        return make_response(jsonify(feil="konflikt", melding=f"{conflict.message} {advice}"), 409)
    except Refused as refused:
        return make_response(jsonify(feil="tekst", melding=refused.message), 422)
    return jsonify(versjon=saved.versjon)


def _conflict(work: Work, prosedyre: Prosedyre, draft: ProsedyreVersjon, body: str, conflict: Conflict) -> Response:
    """Both texts. What she typed stands in the field, ready to be saved on top of the other's once she has looked."""
    if draft.tilstand != Tilstand.KLADD:
        raise Conflict(conflict.message, mine=body, theirs=draft.tekst)
    return _editor(work, prosedyre, draft, skrive=body, konflikt=conflict)


@area.page("/forhandsvis", needs=Open.LOGGED_IN, method="POST")
def forhandsvis(work: Work) -> str:
    """A piece of a page: what a text looks like. Nothing is kept."""
    return str(tekst.html(clean(request.form.get("tekst", ""), max_len=rules.TEKST_MAX, multiline=True)))


@area.page("/<id:prosedyre_id>/vedlegg", needs=Open.LOGGED_IN, method="POST")
def vedlegg_send(work: Work, prosedyre_id: int) -> Response:
    """Keep files with the draft: checked, cleaned, and their names and texts held against the identity guard."""
    prosedyre, draft = draft_of(work, prosedyre_id)
    sent = [storage for storage in request.files.getlist("filer") if storage.filename]
    if not sent:
        return _editor(work, prosedyre, draft, feil=Refused(_("Vel ei fil først."), "filer"))
    try:
        found = [inspect(storage.read(), storage.filename or "") for storage in sent]
        texts = {f"filer-{place}": row.guard_text for place, row in enumerate(found)}
        vakt.demand(work.db, texts, today=work.today, confirmed=confirmed())
        for row in found:
            attach(work, draft, row)
    except Guarded as guarded:
        return _editor(work, prosedyre, draft, verdict=guarded.verdict)
    except BadFile as bad:
        return _editor(work, prosedyre, draft, feil=Refused(bad.message, "filer"))
    except Refused as refused:
        return _editor(work, prosedyre, draft, feil=refused)
    flash(_("Vedlegget er lagt til."), "ok")
    return redirect(f"{url_for('prosedyrar.skriv', prosedyre_id=prosedyre.id)}#vedlegg", 303)


@area.page("/<id:prosedyre_id>/vedlegg/<uuid:fil_id>/fjern", needs=Open.LOGGED_IN, method="POST")
def vedlegg_fjern(work: Work, prosedyre_id: int, fil_id: object) -> Response:
    """Take a file out of the draft."""
    prosedyre, draft = draft_of(work, prosedyre_id)
    detach(work, draft, str(fil_id))
    return redirect(f"{url_for('prosedyrar.skriv', prosedyre_id=prosedyre.id)}#vedlegg", 303)


@area.page("/<id:prosedyre_id>/sporsmal", needs=Open.LOGGED_IN, method="POST")
def sporsmal_send(work: Work, prosedyre_id: int) -> Response:
    """Set the control questions of the draft."""
    prosedyre, draft = draft_of(work, prosedyre_id)
    rows = read_questions()
    texts = {f"sporsmal-{place}": "\n".join([row[0], *row[1]]) for place, row in enumerate(rows, start=1)}
    try:
        vakt.demand(work.db, texts, today=work.today, confirmed=confirmed())
        set_questions(work, draft, rows)
    except Guarded as guarded:
        return _editor(work, prosedyre, draft, verdict=guarded.verdict)
    except Refused as refused:
        return _editor(work, prosedyre, draft, feil=Refused(refused.message, "sporsmal-1"))
    flash(_("Kontrollspørsmåla er lagra."), "ok")
    return redirect(f"{url_for('prosedyrar.skriv', prosedyre_id=prosedyre.id)}#sporsmal", 303)
