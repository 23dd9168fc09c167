"""File a case: the form, its draft, the promise line, the filing itself, and the reporter's own page of a case."""

import uuid
from dataclasses import dataclass
from typing import Any

from babel.dates import format_date
from flask import make_response, redirect, request, session
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from avvik import actions
from avvik.actions.drafts import save_draft
from avvik.actions.melding import Melding
from avvik.actions.report import deadline_row, keep_what_filing_reads, preview_mottakar
from avvik.forms.lesing import local_stamp, parse_key, stamp_to_utc
from avvik.forms.meld import MeldForm
from avvik.forms.reglar import YES_NO, Innsend, Reglar
from avvik.forms.vedlegg import Vedlegg, read_files
from avvik.queries.prosedyre import valid_title
from avvik.queries.reporter import my_draft, role_of
from avvik.queries.skjema import IMPROVEMENT, Skjemaval, Utval, form_choices, main_unit
from avvik.rules import deadlines
from avvik.views.area import area
from avvik.views.mi_sak import anonymous_receipt, reporter_page
from kjerne import files, vakt, vitals
from kjerne.access import Right
from kjerne.clock import to_the_hour
from kjerne.errors import NotFound, Refused
from kjerne.i18n import current, fclock, ftime, fweekday
from kjerne.i18n import gettext as _
from kjerne.models import Eining
from kjerne.vakt import Guarded, Verdict
from kjerne.web import render
from kjerne.work import Work

__all__ = ["hjelp", "mottakar", "nytt", "nytt_send", "reporter_page"]

#: `hurtig=…` opens the form with type and sub-category chosen: one text, one severity, send.
QUICK = {"vald": ("hms", "vald_trussel_tilsett")}
ORDINARY = 2
NOTHING = Vedlegg()


@dataclass(frozen=True)
class Lofte:
    """The line at the send button: who gets it, what she is, and by when the reporter hears back."""

    namn: str
    rolle: str
    dag: str


def _promise(work: Work, eining: Eining | None, *, alvor: int, gjeld_leiar: bool, konfidensiell: bool) -> Lofte | None:
    if eining is None:
        return None
    due = deadline_row(work, alvor)
    day = deadlines(work.now, answer_days=due.svar_arbeidsdagar, start_days=due.start_dagar, close_days=due.lukking_dagar).svar
    found = preview_mottakar(work, eining, gjeld_leiar=gjeld_leiar, konfidensiell=konfidensiell)
    if found is None:
        return Lofte("", "", fweekday(day))
    return Lofte(found.person.namn, role_of(work, found.person.id, found.eining), fweekday(day))


def as_uuid(raw: str) -> str:
    """A form's key in its one way of writing. Raises `NotFound` for anything else."""
    key = parse_key(raw)
    if key is None:
        raise NotFound
    return key


def _page(
    work: Work,
    form: MeldForm,
    val: Skjemaval,
    *,
    verdict: Verdict | None = None,
    files_sent: Vedlegg | None = None,
) -> str:
    eining = val.unit(form.eining.data or "")
    found = list(form.errors_by_id())
    found += [("filer", text) for text in (files_sent.errors if files_sent else [])]
    said = verdict.messages() if verdict else {}
    found += [(_id_of(name), text) for name, texts in said.items() for text in texts]
    hurtig = request.values.get("hurtig", "")
    form.alvorsgrad.data = val.level_code(form.alvorsgrad.data or "")
    if request.form.get("hovudtype") == IMPROVEMENT:
        form.hovudtype.data = IMPROVEMENT
    return render(
        work,
        "avvik/meld.html",
        form=form,
        val=val,
        feil=found,
        fil_feil=files_sent.errors if files_sent else [],
        fil_borte=bool(files_sent and files_sent.digests),
        sagt=said,
        data_feil=verdict.feil if verdict else "",
        hurtig=hurtig if hurtig in QUICK else "",
        eining=eining,
        prosedyre=valid_title(work.db, about) if (about := _procedure(form)) else "",
        lofte=_promise(
            work,
            eining,
            alvor=val.level(form.alvorsgrad.data) or ORDINARY,
            gjeld_leiar=bool(form.gjeld_leiar.data),
            konfidensiell=bool(form.konfidensiell.data or form.anonym.data),
        ),
        nar=_when_text(work, form),
        kan_loyne=" ".join(row.kode for row in val.typar if row.konfidensiell),
        kan_anonym=" ".join(row.kode for row in val.typar if row.anonym),
        serie=" ".join(chip.rad.kode for chip in val.brikker if chip.rad.serie),
    )


def _when_text(work: Work, form: MeldForm) -> str:
    """The time as the preset strip says it: "No, søndag kl. 22:40", or the day and time that was chosen."""
    raw = form.tidspunkt.data or ""
    if raw == local_stamp(work.now):
        day = format_date(work.today, "EEEE", locale=current())
        return _("No, %(dag)s kl. %(kl)s", dag=day, kl=fclock(work.now))
    when = stamp_to_utc(raw)
    return ftime(when) if when else _("Skriv når det hende")


def _id_of(name: str) -> str:
    """The form field a guarded text belongs to."""
    return "filer" if name.startswith("filer_") else name


def _preset(work: Work, val: Utval, eining: Eining | None) -> MeldForm:
    """An empty form: my unit, now, and what the address asks for."""
    hovudtype, sub = QUICK.get(request.args.get("hurtig", ""), ("", ""))
    if request.args.get("art") == IMPROVEMENT:
        hovudtype = IMPROVEMENT
    return MeldForm(
        val,
        work.now,
        nokkel=str(uuid.uuid4()),
        eining=eining.kode if eining else "",
        tidspunkt=local_stamp(work.now),
        hovudtype=hovudtype,
        underkategori=sub,
        art=IMPROVEMENT if hovudtype == IMPROVEMENT else "avvik",
        prosedyre=request.args.get("prosedyre", ""),
    )


def _from_draft(work: Work, val: Utval, raw: str) -> MeldForm:
    row = my_draft(work, as_uuid(raw))
    if row is None:
        raise NotFound(_("Kladden finst ikkje lenger. Han er send, sletta, eller eldre enn 30 dagar."))
    return MeldForm(val, work.now, MultiDict({**row.felt, "nokkel": row.nokkel}))


@area.page("/nytt", needs=Right.AVVIK_MELD)
def nytt(work: Work) -> str:
    """The form, empty or with a draft in it."""
    eining = main_unit(work)
    val = form_choices(work, eining)
    keep_what_filing_reads(work)
    if "kladd" in request.args:
        return _page(work, _from_draft(work, val, request.args["kladd"]), val)
    return _page(work, _preset(work, val, eining), val)


@area.page("/nytt", needs=Right.AVVIK_MELD, method="POST")
def nytt_send(work: Work) -> ResponseReturnValue:
    """File it. Right: 303 to the case (anonymous: the receipt at once). Wrong: the same page, nothing typed is lost."""
    said = request.form.to_dict()
    if said.get("seinare"):
        return _later(work)
    form = Innsend(Utval(work.db, work.today), work.now, said)
    valid = form.check()
    sent = read_files([*request.files.getlist("bilete"), *request.files.getlist("filer")]) if request.files else NOTHING
    verdict = vakt.judge(
        form.texts() | sent.texts(),
        today=work.today,
        confirmed=bool(form.stadfest.data),
        words=vakt.known_words(work.db),
    )
    if not valid or sent.errors or not verdict.ok:
        return _again(work, verdict, sent)
    receipt = actions.report_avvik(work, _melding(form, sent), _form_secret())
    if receipt.ny:
        for found in sent.filer:
            files.store(work, "avvik", receipt.avvik_id, found, anonymous=receipt.loynd)
    if receipt.sporingskode is not None:
        vitals.log_as(303)  # the request log must not tell which minute an anonymous one came
        return anonymous_receipt(work, receipt)
    return redirect(f"/avvik/{receipt.nr}", 303)


def _form_secret() -> str:
    """The random secret of this session's forms: in the browser's own cookie alone, new at each login."""
    return str(session.get("csrf_token", ""))


def _sent_form(work: Work) -> MeldForm:
    """The form that was sent, to be shown again."""
    return MeldForm(Utval(work.db, work.today), work.now, request.form)


def _again(work: Work, verdict: Verdict, sent: Vedlegg) -> Response:
    form = _sent_form(work)
    form.check()
    return _shown_again(work, form, verdict, sent)


def _shown_again(work: Work, form: MeldForm, verdict: Verdict, sent: Vedlegg) -> Response:
    if form.nokkel.errors:
        form.nokkel.data = str(uuid.uuid4())
    val = form_choices(work, main_unit(work))
    return make_response(_page(work, form, val, verdict=verdict, files_sent=sent), 422)


def _later(work: Work) -> ResponseReturnValue:
    """The button "Fullfør seinare": a draft with a reminder at the end of the shift."""
    form = _sent_form(work)
    try:
        row = save_draft(work, as_uuid(form.nokkel.data or ""), request.form.to_dict(), remind=True)
    except Guarded as guarded:
        return _shown_again(work, form, guarded.verdict, NOTHING)
    except Refused as refusal:
        form.skildring.errors = [refusal.message]
        return _shown_again(work, form, Verdict(), NOTHING)
    return redirect("/?gjort=kladd" if row is not None else "/?gjort=ingen-kladd", 303)


def _melding(form: Reglar, sent: Vedlegg) -> Melding:
    """What the valid form says. An anonymous report's time is kept to the hour: "now" would tell who was logged in then."""
    anonym = bool(form.anonym.data)
    hendt = to_the_hour(form.hendt) if anonym else form.hendt
    val = form.val
    return Melding(
        nokkel=str(form.nokkel.data),
        eining_id=_unit(val, form.eining.data).id,
        hendt=hendt,
        hovudtype=str(form.hovudtype.data),
        underkategori=str(form.underkategori.data),
        skildring=str(form.skildring.data),
        alvor=_level(val, form.alvorsgrad.data),
        art=form.art.data,
        alvor_mogleg=val.level(form.alvor_mogleg.data or ""),
        strakstiltak=form.strakstiltak.data or "",
        arsak=form.arsak.data or "",
        forslag=form.forslag.data or "",
        konfidensiell=bool(form.konfidensiell.data) and not anonym,
        anonym=anonym,
        gjeld_leiar=bool(form.gjeld_leiar.data),
        serie_tal=int(form.serie_tal.data or 1),
        parorande_informert=YES_NO[form.parorande_informert.data or ""],
        kjent=form.known,
        tillegg=form.tillegg,
        filer=sent.digests,
        prosedyre_id=_procedure(form),
    )


def _procedure(form: Reglar) -> int | None:
    """The procedure the report is about, when its page led here."""
    raw = form.prosedyre.data or ""
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else None


def _unit(val: Utval, raw: Any) -> Eining:
    found = val.unit(str(raw))
    if found is None:
        raise Refused(_("Vel kvar det hende."), "eining")
    return found


def _level(val: Utval, raw: Any) -> int:
    found = val.level(str(raw))
    if found is None:
        raise Refused(_("Vel kor alvorleg det vart."), "alvorsgrad")
    return found


@area.page("/mottakar", needs=Right.AVVIK_MELD)
def mottakar(work: Work) -> str:
    """A piece of HTML for the send button: who gets it, and by when she hears back."""
    val = Utval(work.db, work.today)
    asked = request.args
    return render(
        work,
        "avvik/lofte.html",
        lofte=_promise(
            work,
            val.unit(asked.get("eining", "")),
            alvor=val.level(asked.get("alvorsgrad", "")) or ORDINARY,
            gjeld_leiar=asked.get("gjeld_leiar") == "1",
            konfidensiell=asked.get("konfidensiell") == "1" or asked.get("anonym") == "1",
        ),
    )


@area.page("/hjelp", needs=Right.AVVIK_MELD)
def hjelp(work: Work) -> str:
    """Help on "er dette eit avvik?" with examples of each type, and the channels for varsel and klage."""
    return render(work, "avvik/hjelp.html", val=form_choices(work, None))
