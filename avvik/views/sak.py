"""A case's page: for those who handle or read it, with the list beside; its reporter gets her own page."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import request, send_file
from flask.typing import ResponseReturnValue

from avvik import tekstar
from avvik.actions.close import Innhald, facts_of
from avvik.actions.dialogue import may_open_name
from avvik.models import Avvik
from avvik.queries.access import get_avvik, is_reporter, who
from avvik.queries.likskap import similar
from avvik.queries.prosedyre import of_case
from avvik.queries.ros import of_case as risks_of_case
from avvik.queries.sak import Linje, Ordliste, Plikt, Sak, fil_of_case, read_sak, readers, words_of
from avvik.queries.sak_hovud import get_head, stand_of
from avvik.rules import MANGELNAMN, OPEN, STEGNAMN, Mangel, Status, Steg, Who, closing_gaps, open_steps, status_name
from avvik.views.area import area
from avvik.views.filter import before_of, list_of, place
from avvik.views.liste import beside, narrowed
from avvik.views.mi_sak import reporter_page
from avvik.views.val import for_steps
from kjerne import files
from kjerne.access import Open, Right
from kjerne.clock import oslo_date
from kjerne.errors import NotFound, Refused
from kjerne.i18n import Lazy
from kjerne.i18n import gettext as _
from kjerne.i18n import lazy as _l
from kjerne.katalog import Meldeplikt, by_code
from kjerne.known import known
from kjerne.vakt import Guarded, Verdict
from kjerne.web import render
from kjerne.work import Work
from ros import rules as risk_rules
from tiltak import rules as measure_rules

#: The most urgent missing rule → the step that mends it, in the order the foot of the page offers them.
MENDS: dict[Mangel, Steg] = {
    Mangel.MELDEPLIKT: Steg.MELDEPLIKT,
    Mangel.SVAR: Steg.SVAR,
    Mangel.ARSAK: Steg.ARSAK,
    Mangel.TILTAK: Steg.TILTAK,
    Mangel.UTFALL: Steg.UTFALL,
    Mangel.SLUTTSVAR: Steg.UTFALL,
}
KEYS: dict[Steg, str] = {
    Steg.SVAR: "s",
    Steg.UTFALL: "u",
    Steg.TILTAK: "t",
    Steg.MELDEPLIKT: "m",
    Steg.ARSAK: "a",
    Steg.LUKK: "l",
    Steg.KLASSIFISER: "k",
}
FIRST_ROW = (Steg.LUKK, Steg.UTFALL, Steg.SVAR, Steg.TILTAK)
#: Words of the foot's buttons, where the step's own name is too long for a row of four.
SHORT: dict[Steg, Lazy] = {Steg.SVAR: _l("Svar"), Steg.LUKK: _l("Lukk"), Steg.START: _l("Start")}
ICONS: dict[Steg, str] = {
    Steg.MELDEPLIKT: "flag",
    Steg.SVAR: "reply",
    Steg.TILTAK: "plus",
    Steg.PROSEDYRE: "document",
    Steg.ROS: "table",
    Steg.UTFALL: "check",
    Steg.LUKK: "lock",
    Steg.START: "arrow-right",
    Steg.SPORSMAL: "question",
    Steg.SVAR_SPORSMAL: "reply",
    Steg.SEND_VIDARE: "forward",
    Steg.TILDEL: "person",
    Steg.ARSAK: "search",
    Steg.LENKJE: "link",
    Steg.VEDLEGG: "document",
    Steg.VENT_EFFEKT: "clock",
    Steg.VARSEL: "lock",
    Steg.GJELD_LEIAR: "lock",
    Steg.LOFT: "flag",
    Steg.AVVIS: "cross",
    Steg.GJENOPNE: "history",
    Steg.INNVENDING: "reply",
}
#: Rules that stand on the list only when they hold somebody back.
UNSEEN = frozenset({Mangel.KOORDINATOR, Mangel.EIGA_SAK})
NO_FORM = frozenset({Steg.START, Steg.VENT_EFFEKT, Steg.LUKK})
#: Steps with a page of their own: the button leads there.
OWN_PAGE = frozenset({Steg.PROSEDYRE, Steg.ROS})
SHOWN_BUTTONS = 4
#: Steps whose forms offer people, units or measures.
CHOOSING = frozenset({Steg.TILDEL, Steg.TILTAK, Steg.SEND_VIDARE})


@dataclass(frozen=True)
class Knapp:
    """A button of the next-step bar. `form`: it posts at once; else it opens the step's own form on the page."""

    steg: Steg
    text: str
    key: str
    icon: str
    form: bool
    side: bool = False


def _buttons(steps: list[Steg], gaps: list[Mangel]) -> list[Knapp]:
    """The most urgent missing rule first, then the common steps, then the rest (in "Meir")."""
    order = [step for gap, step in MENDS.items() if gap in gaps]
    order += [] if gaps else [Steg.LUKK]
    order += [Steg.START, *FIRST_ROW, *steps]
    unique = [steg for index, steg in enumerate(order) if steg in steps and steg not in order[:index]]
    if gaps and Steg.LUKK in unique:
        unique.remove(Steg.LUKK)
        unique.append(Steg.LUKK)
    return [_button(steg, short=index < SHOWN_BUTTONS) for index, steg in enumerate(unique)]


def _button(steg: Steg, *, short: bool) -> Knapp:
    name = SHORT.get(steg, STEGNAMN[steg]) if short else STEGNAMN[steg]
    return Knapp(steg, str(name), KEYS.get(steg, ""), ICONS.get(steg, "edit"), steg in NO_FORM, steg in OWN_PAGE)


def _clock(work: Work, plikt: Plikt) -> dict[str, object]:
    """A duty as its clock shows it; `open`: nobody has decided it yet."""
    rad, regel = plikt.rad, plikt.regel
    if rad.status != "open":
        return {"open": False, "kind": "done", "text": _("Meldt") if rad.status == "meldt" else _("Ikkje meldt, med grunngiving")}
    if rad.frist is not None and rad.kjent is not None:
        text, kind = tekstar.left(rad.frist, work.now)
        whole = int((rad.frist - rad.kjent).total_seconds() // 3600)
        used = min(max(int((work.now - rad.kjent).total_seconds() // 3600), 0), whole)
        return {"open": True, "kind": "over" if kind == "bad" else "", "text": text, "whole": whole, "used": used}
    if regel is not None and (regel.frist_timar or regel.frist_arbeidsdagar):
        return {"open": True, "kind": "", "text": _("Skriv når det blei kjent, så går klokka derifrå.")}
    return {"open": True, "kind": "", "text": _("Straks")}


def _spent(avvik: Any, steg: Steg) -> bool:
    """Steps that are taken once: the case already is what they would make it."""
    return (
        (steg is Steg.GJELD_LEIAR and avvik.gjeld_leiar)
        or (steg is Steg.VARSEL and avvik.er_varsel)
        or (steg is Steg.INNVENDING and avvik.innvending_brukt)
    )


def _gaps(work: Work, sak: Sak, *, hers: bool) -> list[Mangel]:
    """What is missing before the case can be closed."""
    outcomes = [(row.kode, row.tekst) for row in sak.utfall]
    duties = sum(plikt.rad.status == "open" for plikt in sak.plikter)
    return closing_gaps(facts_of(work, sak.avvik, Innhald(len(sak.arsaker), duties, outcomes, sak.tiltak, hers)))


def _history(work: Work, sak: Sak, words: Ordliste) -> list[tuple[Linje, str]]:
    """The lines of the history with their sentences."""
    duties: dict[str, str] = {}
    if any(linje.hending.slag.startswith("meldeplikt") for linje in sak.historie):
        rules = by_code(work.db, Meldeplikt, oslo_date(sak.avvik.meldt))
        duties = {rule.kode: rule.text("styresmakt") for rule in rules.values()}
    return [(linje, tekstar.sentence(linje, words, duties)) for linje in sak.historie]


@dataclass(frozen=True)
class Lik:
    """A case like the one on the page, ready to draw."""

    nr: str
    alvor: int
    tittel: str
    eining: str
    status: str
    meldt: date


def _lik(row: Any, words: Ordliste) -> Lik:
    status = status_name(Status(row.status), joined=row.duplikat_av_id is not None)
    title = words.label("underkategori", row.underkategori, row.meldt)
    return Lik(f"{row.aar}-{row.lopenr}", row.alvor, title, row.eining, str(status), oslo_date(row.meldt))


def _typed_again(refusal: Refused, guard: Verdict | None) -> dict[str, object]:
    """What a refused step's form shows again, and where it was wrong."""
    asks = guard is not None and guard.feil == "stadfest"
    return {"felt": refusal.field, "melding": refusal.message, "typed": request.form, "stadfest": asks}


def show_case(
    work: Work,
    nr: str,
    *,
    steg: Steg | None = None,
    refusal: Refused | None = None,
    opna_namn: str | None = None,
) -> str:
    """The case's page; after a refused step with the step's form open, the sentence on top and the text kept."""
    avvik = get_head(work, nr)
    stand = stand_of(work, avvik)
    me = who(work, avvik, stand)
    if stand.meldar and not stand.les:
        return reporter_page(work, work.db.get_one(Avvik, avvik.id), refusal=refusal)
    if not stand.meldar:
        work.read("avvik", avvik.id, "opna")
    status, handles = Status(avvik.status), Who.HANDLER in me
    steps = [one for one in open_steps(status, me) if not _spent(avvik, one)]
    words, sak = words_of(work, avvik), read_sak(work, avvik, handles=handles, steps=bool(CHOOSING & set(steps)))
    gaps = _gaps(work, sak, hers=stand.meldar) if status in OPEN and handles else []
    buttons = _buttons(steps, gaps)
    guard = refusal.verdict if isinstance(refusal, Guarded) else None
    return render(
        work,
        "avvik/sak.html",
        sak=sak,
        avvik=avvik,
        ord=words,
        steps=set(steps),
        gaps=gaps,
        mangelnamn=MANGELNAMN,
        rettar=MENDS,
        reglar=[rule for rule in Mangel if rule not in UNSEEN or rule in gaps],
        tiltaksnamn=measure_rules.STATUSNAMN,
        kan_sja_lesarar=_may_see_readers(work, avvik, hers=stand.meldar),
        first=buttons[:SHOWN_BUTTONS],
        more=buttons[SHOWN_BUTTONS:],
        statusnamn=status_name(status, joined=avvik.duplikat_av_id is not None),
        open_case=status in OPEN,
        historie=_history(work, sak, words),
        due=("", "") if status is Status.VENTAR_EFFEKT else tekstar.due(avvik.frist_lukking, work.today),
        clocks=[(plikt, _clock(work, plikt)) for plikt in sak.plikter],
        opne_plikter=sum(plikt.rad.status == "open" for plikt in sak.plikter),
        tilbod=for_steps(work, sak, words, steps),
        likskap=[_lik(row, words) for row in similar(work, avvik, sak.eining, [row.kode for row in sak.par["ord"]])]
        if handles
        else [],
        prosedyrar=of_case(work, avvik) if avvik.har_prosedyre or avvik.har_onske else None,
        risikoar=risks_of_case(work, avvik) if avvik.har_risiko else [],
        risk_rules=risk_rules,
        kan_opne_namn=may_open_name(work, avvik),
        kan_sladde=work.has(Right.AVVIK_SLADD, avvik.eining_id) and stand.les,
        opna_namn=opna_namn,
        feilsteg=steg,
        refusal=refusal,
        guard=guard,
        typed=request.form if refusal else {},
        feil=_typed_again(refusal, guard) if steg and refusal else None,
        stad=place(request.args),
        ved=known(work, beside, list_of(request.args), narrowed(), before_of(request.args)),
    )


@area.page("/<nr>", needs=Open.LOGGED_IN)
def sak(work: Work, nr: str) -> str:
    """The case: its reporter's page, or the page of those who handle and read it."""
    return show_case(work, nr)


@area.page("/<nr>/vedlegg/<uuid:fil_id>", needs=Open.LOGGED_IN)
def hent_vedlegg(work: Work, nr: str, fil_id: object) -> ResponseReturnValue:
    """An attachment, always as a download, only through a case one may see. The reading is logged."""
    avvik = get_avvik(work, nr)
    row = fil_of_case(work, avvik, str(fil_id))
    if row is None:
        raise NotFound
    path = files.path_of(work.config.data_dir, row.sha256)
    if not path.exists():
        raise NotFound
    if not is_reporter(work, avvik):
        work.read("avvik", avvik.id, "vedlegg")
    answer = send_file(path, mimetype=row.mime, as_attachment=True, download_name=row.namn, conditional=False, etag=False)
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


def _may_see_readers(work: Work, avvik: Avvik, *, hers: bool) -> bool:
    """The case's owner, its reporter, and the quality coordinator may ask who has read."""
    return hers or avvik.sakshandsamar_id == work.me.id or work.has(Right.AVVIK_LUKK_ALVORLEG, avvik.eining_id)


@area.page("/<nr>/lesarar", needs=Open.LOGGED_IN)
def lesarar(work: Work, nr: str) -> str:
    """Who has read the case: for its reporter and the person who has it."""
    avvik = get_avvik(work, nr)
    if not _may_see_readers(work, avvik, hers=is_reporter(work, avvik)):
        raise NotFound
    return render(work, "avvik/lesarar.html", avvik=avvik, lesarar=readers(work.db, avvik.id))
