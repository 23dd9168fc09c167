"""The steps of a case: one small view each. Fetch, read what was typed, act, go back to the case."""

from collections.abc import Callable

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm.exc import StaleDataError

from avvik import actions, tekstar
from avvik.models import Avvik
from avvik.queries.access import can_see, get_avvik, reads_by_role, who_am_i
from avvik.queries.sak import last_line, words_of
from avvik.rules import LEVELS, Steg, may_ever
from avvik.views.area import area
from avvik.views.filter import place
from avvik.views.inndata import SHORT, typed, typed_moment, typed_unit
from avvik.views.sak import show_case
from kjerne import vakt
from kjerne.access import Open
from kjerne.errors import Conflict, NotFound, Refused
from kjerne.filinnhald import BadFile, inspect
from kjerne.i18n import gettext as _
from kjerne.inndata import typed_date, typed_person
from kjerne.katalog import Art, Hovudtype, Meldeplikt, Underkategori, in_force
from kjerne.models import Person
from kjerne.text import bounded_int
from kjerne.work import Work
from tiltak.models import Tiltak
from tiltak.queries import visible as visible_measure

Act = Callable[[Work, Avvik], object]


def same_version(work: Work, avvik: Avvik, mine: str) -> None:
    """Refuse a form drawn from an older case: `Conflict` carries what she typed and what stands there now."""
    raw = request.form.get("versjon", "")
    if raw and raw != str(avvik.version):
        raise Conflict(_("Saka blei endra av ein annan medan du skreiv."), mine=mine, theirs=latest(work, avvik))


def latest(work: Work, avvik: Avvik) -> str:
    """The last thing that happened in the case, in words, with its text: what somebody with an older page has not seen."""
    handles = reads_by_role(work, avvik)
    line = last_line(work, avvik.id, for_reporter=not handles)
    if line is None:
        return ""
    text = avvik.sluttsvar if handles and line.hending.slag == "utfall" else line.hending.tekst
    return "\n\n".join(part for part in (tekstar.sentence(line, words_of(work, avvik), {}), text) if part)


def step(work: Work, nr: str, steg: Steg, texts: tuple[str, ...], act: Act) -> ResponseReturnValue:
    """Take a step: guard the free texts, act, go on. What is refused shows the case, the text kept.

    She goes on to the case, or to her list when the step took the case out of her sight.
    """
    avvik = get_avvik(work, nr)
    if not may_ever(steg, who_am_i(work, avvik)):
        raise NotFound
    try:
        vakt.demand(
            work.db,
            {name: request.form.get(name, "") for name in texts},
            today=work.today,
            confirmed=request.form.get(vakt.CONFIRM_FIELD) == "1",
        )
        act(work, avvik)
        work.db.flush()
    except Refused as refusal:
        work.db.rollback()
        return show_case(work, nr, steg=steg, refusal=refusal), 422
    except (Conflict, StaleDataError) as problem:
        work.db.rollback()
        raise _with_texts(work, nr, texts, problem) from problem
    if not can_see(work, avvik.id):
        flash(_("Det er gjort. %(nr)s er no hos andre, så du ser ikkje saka lenger.", nr=nr), "ok")
        return redirect(f"/avvik/{place(request.args)}", 303)
    return redirect(f"/avvik/{nr}{place(request.args)}", 303)


def _with_texts(work: Work, nr: str, texts: tuple[str, ...], problem: Conflict | StaleDataError) -> Conflict:
    """The conflict with both texts: what she typed, and the last thing that happened in the case."""
    mine = "\n\n".join(text for name in texts if (text := request.form.get(name, "").strip()))
    if isinstance(problem, Conflict) and (problem.mine or not mine):
        return problem
    message = problem.message if isinstance(problem, Conflict) else _("Saka blei endra av ein annan medan du skreiv.")
    return Conflict(message, mine=mine, theirs=latest(work, get_avvik(work, nr)))


@area.page("/<nr>/start", needs=Open.LOGGED_IN, method="POST")
def start(work: Work, nr: str) -> ResponseReturnValue:
    """Begin handling."""
    return step(work, nr, Steg.START, (), actions.start)


@area.page("/<nr>/svar", needs=Open.LOGGED_IN, method="POST")
def svar(work: Work, nr: str) -> ResponseReturnValue:
    """Answer the reporter."""
    return step(work, nr, Steg.SVAR, ("tekst",), lambda w, a: actions.answer_reporter(w, a, typed("tekst")))


@area.page("/<nr>/sporsmal", needs=Open.LOGGED_IN, method="POST")
def sporsmal(work: Work, nr: str) -> ResponseReturnValue:
    """Ask the reporter."""
    return step(work, nr, Steg.SPORSMAL, ("tekst",), lambda w, a: actions.ask_reporter(w, a, typed("tekst")))


@area.page("/<nr>/svar-sporsmal", needs=Open.LOGGED_IN, method="POST")
def svar_sporsmal(work: Work, nr: str) -> ResponseReturnValue:
    """The reporter answers or adds something."""
    return step(work, nr, Steg.SVAR_SPORSMAL, ("tekst",), lambda w, a: actions.answer_question(w, a, typed("tekst")))


@area.page("/<nr>/kommentar", needs=Open.LOGGED_IN, method="POST")
def kommentar(work: Work, nr: str) -> ResponseReturnValue:
    """Comment among those who handle the case."""
    return step(work, nr, Steg.KOMMENTAR, ("tekst",), lambda w, a: actions.comment(w, a, typed("tekst")))


def _known_code(work: Work, table: type[Hovudtype | Underkategori | Art], field: str, message: str) -> str:
    code = request.form.get(field, "")
    if code not in {row.kode for row in work.db.scalars(in_force(table, work.today))}:
        raise Refused(message, field)
    return code


def _classify(work: Work, avvik: Avvik) -> None:
    reason = typed("grunngiving")
    same_version(work, avvik, reason)
    possible = request.form.get("alvor_mogleg", "")
    actions.classify(
        work,
        avvik,
        hovudtype=_known_code(work, Hovudtype, "hovudtype", _("Vel ein type frå lista.")),
        underkategori=_known_code(work, Underkategori, "underkategori", _("Vel ein kategori frå lista.")),
        art=_known_code(work, Art, "art", _("Vel kva slags hending det er.")),
        alvor=bounded_int(request.form.get("alvor", ""), min(LEVELS), max(LEVELS)),
        alvor_mogleg=bounded_int(possible, min(LEVELS), max(LEVELS)) if possible else None,
        reason=reason,
    )


@area.page("/<nr>/klassifiser", needs=Open.LOGGED_IN, method="POST")
def klassifiser(work: Work, nr: str) -> ResponseReturnValue:
    """Confirm or change type and severity."""
    return step(work, nr, Steg.KLASSIFISER, ("grunngiving",), _classify)


@area.page("/<nr>/send-vidare", needs=Open.LOGGED_IN, method="POST")
def send_vidare(work: Work, nr: str) -> ResponseReturnValue:
    """Send the case to the unit it belongs to."""
    return step(
        work,
        nr,
        Steg.SEND_VIDARE,
        ("grunngiving",),
        lambda w, a: actions.forward(w, a, typed_unit(w, "eining"), typed("grunngiving")),
    )


@area.page("/<nr>/tildel", needs=Open.LOGGED_IN, method="POST")
def tildel(work: Work, nr: str) -> ResponseReturnValue:
    """Give the case to a named handler."""
    return step(work, nr, Steg.TILDEL, (), lambda w, a: actions.assign(w, a, typed_person(w, "person")))


def _causes(work: Work, avvik: Avvik) -> None:
    why = typed("kvifor", 2000)
    same_version(work, avvik, why)
    actions.add_cause(work, avvik, dict.fromkeys(request.form.getlist("arsak"), why))


@area.page("/<nr>/arsak", needs=Open.LOGGED_IN, method="POST")
def arsak(work: Work, nr: str) -> ResponseReturnValue:
    """Set the causes."""
    return step(work, nr, Steg.ARSAK, ("kvifor",), _causes)


def _measure(work: Work, avvik: Avvik) -> None:
    known = request.form.get("eksisterande", "")
    if known:
        found = work.db.scalar(select(Tiltak).where(Tiltak.id == bounded_int(known, 1, 999_999_999), visible_measure(work)))
        if found is None:
            raise Refused(_("Tiltaket finst ikkje, eller du ser det ikkje."), "eksisterande")
        owner = work.db.get_one(Person, found.ansvarleg_id)
        actions.add_measure(work, avvik, tittel=found.tittel, skildring="", ansvarleg=owner, frist=found.frist, tiltak=found)
        return
    title = typed("tittel", SHORT, multiline=False)
    if not title:
        raise Refused(_("Skriv kva som skal gjerast."), "tittel")
    actions.add_measure(
        work,
        avvik,
        tittel=title,
        skildring=typed("skildring"),
        ansvarleg=typed_person(work, "ansvarleg"),
        frist=typed_date("frist"),
    )


@area.page("/<nr>/tiltak", needs=Open.LOGGED_IN, method="POST")
def tiltak(work: Work, nr: str) -> ResponseReturnValue:
    """Make a measure, or let one that exists serve this case too."""
    return step(work, nr, Steg.TILTAK, ("tittel", "skildring"), _measure)


def _duty(work: Work, avvik: Avvik) -> None:
    act = request.form.get("gjer", "")
    if act == "legg-til":
        code = request.form.get("meldeplikt", "")
        if code not in {row.kode for row in work.db.scalars(in_force(Meldeplikt, work.today))}:
            raise Refused(_("Vel ei meldeplikt frå lista."), "meldeplikt")
        actions.open_duty(work, avvik, code)
        return
    duty_id = bounded_int(request.form.get("plikt", ""), 1, 999_999_999)
    if act == "kjent":
        moment = typed_moment("kjent")
        if moment is None:
            raise Refused(_("Skriv når det blei kjent."), "kjent")
        actions.set_known(work, avvik, duty_id, moment)
    elif act in {"meldt", "ikkje-meldt"}:
        actions.decide_duty(
            work,
            avvik,
            duty_id,
            notified=act == "meldt",
            how=typed("maate", SHORT, multiline=False),
            reason=typed("grunngiving"),
            when=typed_moment("meldt_tid"),
        )
    else:
        raise Refused(_("Vel om det er meldt eller ikkje."), "gjer")


@area.page("/<nr>/meldeplikt", needs=Open.LOGGED_IN, method="POST")
def meldeplikt(work: Work, nr: str) -> ResponseReturnValue:
    """Add a duty, say when it became known, or decide it."""
    return step(work, nr, Steg.MELDEPLIKT, ("grunngiving", "maate"), _duty)


def _outcome(work: Work, avvik: Avvik) -> None:
    answer = typed("sluttsvar")
    same_version(work, avvik, answer)
    reason = typed("grunngiving")
    actions.set_outcome(work, avvik, dict.fromkeys(request.form.getlist("utfall"), reason), answer)


@area.page("/<nr>/utfall", needs=Open.LOGGED_IN, method="POST")
def utfall(work: Work, nr: str) -> ResponseReturnValue:
    """Choose the outcome and write the closing answer."""
    return step(work, nr, Steg.UTFALL, ("sluttsvar", "grunngiving"), _outcome)


@area.page("/<nr>/lenkje", needs=Open.LOGGED_IN, method="POST")
def lenkje(work: Work, nr: str) -> ResponseReturnValue:
    """Tie the case to one like it."""

    def act(w: Work, a: Avvik) -> None:
        other = typed("nr", 20, multiline=False)
        try:
            actions.link_cases(w, a, other)
        except NotFound:
            raise Refused(_("Saka finst ikkje, eller du ser ho ikkje."), "nr") from None

    return step(work, nr, Steg.LENKJE, (), act)


@area.page("/<nr>/vedlegg", needs=Open.LOGGED_IN, method="POST")
def vedlegg(work: Work, nr: str) -> ResponseReturnValue:
    """Attach a file."""

    def act(w: Work, a: Avvik) -> None:
        sent = request.files.get("fil")
        if sent is None or not sent.filename:
            raise Refused(_("Vel ei fil først."), "fil")
        try:
            found = inspect(sent.read(), sent.filename)
        except BadFile as bad:
            raise Refused(bad.message, "fil") from bad
        vakt.demand(
            w.db,
            {"fil": f"{found.filename}\n{found.text}"},
            today=w.today,
            confirmed=request.form.get(vakt.CONFIRM_FIELD) == "1",
        )
        actions.attach_file(w, a, found)

    return step(work, nr, Steg.VEDLEGG, (), act)


@area.page("/<nr>/vent-effekt", needs=Open.LOGGED_IN, method="POST")
def vent_effekt(work: Work, nr: str) -> ResponseReturnValue:
    """Wait for the effect."""
    return step(work, nr, Steg.VENT_EFFEKT, (), actions.wait_for_effect)


@area.page("/<nr>/varsel", needs=Open.LOGGED_IN, method="POST")
def varsel(work: Work, nr: str) -> ResponseReturnValue:
    """It is a whistleblowing report: the case leaves the line, also for her who marks it."""
    return step(work, nr, Steg.VARSEL, ("grunngiving",), lambda w, a: actions.mark_whistleblowing(w, a, typed("grunngiving")))


@area.page("/<nr>/gjeld-leiar", needs=Open.LOGGED_IN, method="POST")
def gjeld_leiar(work: Work, nr: str) -> ResponseReturnValue:
    """The case is about the unit's leader: it moves up, and may leave her who marks it."""
    return step(
        work,
        nr,
        Steg.GJELD_LEIAR,
        ("grunngiving",),
        lambda w, a: actions.mark_concerns_leader(w, a, typed("grunngiving")),
    )


@area.page("/<nr>/loft", needs=Open.LOGGED_IN, method="POST")
def loft(work: Work, nr: str) -> ResponseReturnValue:
    """Lift the case to the leader above."""
    return step(
        work, nr, Steg.LOFT, ("grunngiving",), lambda w, a: actions.escalate(w, a, max(a.lofta, 0) + 1, typed("grunngiving"))
    )


@area.page("/<nr>/lukk", needs=Open.LOGGED_IN, method="POST")
def lukk(work: Work, nr: str) -> ResponseReturnValue:
    """Close the case."""

    def act(w: Work, a: Avvik) -> None:
        same_version(w, a, "")
        actions.close_avvik(w, a)

    return step(work, nr, Steg.LUKK, (), act)


@area.page("/<nr>/avvis", needs=Open.LOGGED_IN, method="POST")
def avvis(work: Work, nr: str) -> ResponseReturnValue:
    """It is no deviation."""
    return step(work, nr, Steg.AVVIS, ("grunngiving",), lambda w, a: actions.reject(w, a, typed("grunngiving")))


@area.page("/<nr>/gjenopne", needs=Open.LOGGED_IN, method="POST")
def gjenopne(work: Work, nr: str) -> ResponseReturnValue:
    """Open the case again."""
    return step(work, nr, Steg.GJENOPNE, ("grunngiving",), lambda w, a: actions.reopen(w, a, typed("grunngiving")))


@area.page("/<nr>/innvending", needs=Open.LOGGED_IN, method="POST")
def innvending(work: Work, nr: str) -> ResponseReturnValue:
    """The reporter is not satisfied."""
    return step(work, nr, Steg.INNVENDING, ("tekst",), lambda w, a: actions.object_to(w, a, typed("tekst")))


@area.page("/<nr>/namn", needs=Open.LOGGED_IN, method="POST")
def namn(work: Work, nr: str) -> ResponseReturnValue:
    """Open a confidential reporter's name, with a reason. The name is shown once, in this answer only."""
    try:
        person = actions.open_name(work, nr, typed("grunngiving"))
    except Refused as refusal:
        work.db.rollback()
        return show_case(work, nr, steg=None, refusal=refusal), 422
    return show_case(work, nr, steg=None, opna_namn=person.namn)
