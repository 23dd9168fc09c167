"""A case's page: for those who handle or read it, with the list beside; its reporter gets her own page."""

from flask import request, send_file
from flask.typing import ResponseReturnValue

from avvik import tekstar
from avvik.models import Avvik
from avvik.queries.access import get_avvik, is_reporter, who
from avvik.queries.prosedyre import of_case
from avvik.queries.ros import of_case as risks_of_case
from avvik.queries.sak import Ordliste, Plikt, Sak, fil_of_case, read_sak, readers, words_of
from avvik.queries.sak_hovud import get_head, stand_of
from avvik.rules import Status, Steg, Who, open_steps
from avvik.views.area import area
from avvik.views.filter import before_of, list_of, place
from avvik.views.liste import beside, narrowed
from avvik.views.mi_sak import reporter_page
from avvik.views.sak_knappar import spent
from avvik.views.sak_ramme import Grunnlag, fill, frame_of, may_see_readers
from kjerne import files
from kjerne.access import Open
from kjerne.clock import oslo_date
from kjerne.errors import NotFound, Refused
from kjerne.i18n import gettext as _
from kjerne.katalog import Meldeplikt, by_code
from kjerne.known import known
from kjerne.vakt import Guarded, Verdict
from kjerne.web import render
from kjerne.work import Work
from ros import rules as risk_rules
from tiltak import rules as measure_rules

#: The case's own texts, each by the name of its column and of its place in the frame.
TEXTS = ("skildring", "strakstiltak", "arsak_meldar", "forslag", "sluttsvar")


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


def _texts(work: Work, sak: Sak, words: Ordliste) -> dict[str, object]:
    """What people wrote, and the sentences that may hold it, each under the name of its place in the frame."""
    avvik = sak.avvik
    duties: dict[str, str] = {}
    if any(linje.hending.slag.startswith("meldeplikt") for linje in sak.historie):
        rules = by_code(work.db, Meldeplikt, oslo_date(avvik.meldt))
        duties = {rule.kode: rule.text("styresmakt") for rule in rules.values()}
    said: dict[str, object] = {
        name: getattr(avvik, name) for name in ("skildring", "strakstiltak", "arsak_meldar", "forslag", "sluttsvar")
    }
    for number, linje in enumerate(sak.historie):
        said[f"setning{number}"] = tekstar.sentence(linje, words, duties)
        said[f"tekst{number}"] = linje.hending.tekst
    for number, (_felt, value) in enumerate(sak.tillegg):
        said[f"felt{number}"] = {"ja": _("Ja"), "nei": _("Nei")}.get(value, value)
    said["kvifor"] = sak.arsaker[0].tekst if sak.arsaker else ""
    said["grunn"] = sak.utfall[0].tekst if sak.utfall else ""
    return said


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
    steps = [one for one in open_steps(Status(avvik.status), me) if not spent(avvik, one)]
    sak = read_sak(work, avvik, measures=Steg.TILTAK in steps)
    guard = refusal.verdict if isinstance(refusal, Guarded) else None
    stad = place(request.args)
    return render(
        work,
        "avvik/sak.html",
        ramme=frame_of(work, Grunnlag(sak, stand, steps, handles=Who.HANDLER in me)),
        fyll=fill,
        tekstar=_texts(work, sak, words_of(work, avvik)) | {"nr": avvik.nr, "stad": stad},
        sak=sak,
        avvik=avvik,
        steps=set(steps),
        tiltaksnamn=measure_rules.STATUSNAMN,
        clocks=[(plikt, _clock(work, plikt)) for plikt in sak.plikter],
        prosedyrar=of_case(work, avvik) if avvik.har_prosedyre or avvik.har_onske else None,
        risikoar=risks_of_case(work, avvik) if avvik.har_risiko else [],
        risk_rules=risk_rules,
        opna_namn=opna_namn,
        feilsteg=steg,
        refusal=refusal,
        guard=guard,
        typed=request.form if refusal else {},
        feil=_typed_again(refusal, guard) if steg and refusal else None,
        stad=stad,
        ved=known(work, beside, list_of(request.args), narrowed(), before_of(request.args)),
    )


@area.page("/<nr>", needs=Open.LOGGED_IN, settled=frozenset())
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


@area.page("/<nr>/lesarar", needs=Open.LOGGED_IN)
def lesarar(work: Work, nr: str) -> str:
    """Who has read the case: for its reporter and the person who has it."""
    avvik = get_avvik(work, nr)
    if not may_see_readers(work, avvik, hers=is_reporter(work, avvik)):
        raise NotFound
    return render(work, "avvik/lesarar.html", avvik=avvik, lesarar=readers(work.db, avvik.id))
