"""A report on screen with its files, the index of kinds, and the leader's comments."""

from dataclasses import dataclass

from flask import flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from kjerne import vakt
from kjerne.access import Right
from kjerne.errors import NotFound, Refused
from kjerne.i18n import gettext as _
from kjerne.models import Eining
from kjerne.rekneark import XLSX
from kjerne.text import BadText, clean
from kjerne.web import render
from kjerne.work import Work
from rapportar import dokument, filer, queries, tekstar
from rapportar.papir import papir
from rapportar.rules import dokument as delar
from rapportar.rules.perioder import RYTMENAMN, Rytme, Val, offered, period_of
from rapportar.slag import ALLE, Slag
from rapportar.views import area

#: How many earlier periods of each rhythm the page offers.
OFFERED = {Rytme.MANAD: 13, Rytme.KVARTAL: 8, Rytme.TERTIAL: 6, Rytme.AR: 4}
KINDS = {"pdf": "application/pdf", "xlsx": XLSX, "csv": "text/csv; charset=utf-8", "json": "application/json"}


@dataclass(frozen=True)
class Valt:
    """What the address asks for. `utdrag`: the sections an answer on request is to have."""

    slag: Slag
    eining: Eining
    val: Val
    utdrag: tuple[str, ...] = ()

    @property
    def her(self) -> dict[str, object]:
        """The same in an address."""
        return {"eining": self.eining.kode, "periode": self.val.kode, **({"utdrag": list(self.utdrag)} if self.utdrag else {})}


def chosen(work: Work, kode: str, where: MultiDict[str, str] | None = None) -> Valt:
    """The kind, unit and period of the address; without a period the last one of the kind's rhythm that has ended."""
    asked = where if where is not None else request.args
    slag = dokument.get_slag(kode)
    eining = dokument.get_unit(work, asked.get("eining", "")[:40])
    code = asked.get("periode", "")[:20]
    if asked.get("fra") and asked.get("til"):
        code = f"{asked.get('fra', '')[:7]}_{asked.get('til', '')[:7]}"
    may = {one.kode for one in slag.valfrie} if slag.paa_spurnad else set()
    utdrag = tuple(one for one in asked.getlist("utdrag") if one in may)
    return Valt(slag, eining, dokument.get_period(work, code or usual(work, slag)), utdrag)


def usual(work: Work, slag: Slag) -> str:
    """The last period of the kind's rhythm that has ended."""
    return offered(work.today, slag.rytme, count=2)[1].kode


def units(work: Work) -> list[Eining]:
    """Where she reads reports, in the organisation's order."""
    rows = work.db.scalars(select(Eining).where(Eining.id.in_(work.units(Right.RAPPORT_LES))).order_by(Eining.sti))
    return [row for row in rows if row.is_active(work.today)]


@area.page("/", needs=Right.RAPPORT_LES)
def heim(work: Work) -> str:
    """The kinds of reports."""
    rows = [(one, offered(work.today, one.rytme, count=2)[1]) for one in ALLE]
    return render(
        work,
        "rapportar/heim.html",
        slag=rows,
        rytme=RYTMENAMN,
        kan_skrive=work.has(Right.RAPPORT_SKRIV),
        les_ros=work.has(Right.ROS_LES),
    )


@area.page("/<slag>", needs=Right.RAPPORT_LES)
def vis(work: Work, slag: str) -> ResponseReturnValue:
    """A report on screen: the same parts as on paper."""
    try:
        return _page(work, chosen(work, slag))
    except Refused as refused:
        found = dokument.get_slag(slag)
        eining = dokument.get_unit(work, request.args.get("eining", "")[:40])
        valt = Valt(found, eining, dokument.get_period(work, usual(work, found)))
        return make_response(_page(work, valt, feil=refused.message), 422)


def _page(work: Work, valt: Valt, **more: object) -> str:
    doc = dokument.build(work, valt.slag, valt.eining, valt.val, utdrag=valt.utdrag)
    said = dokument.comments(work, valt.slag.kode, valt.eining, valt.val.kode)
    return render(
        work,
        "rapportar/vis.html",
        **{
            "doc": doc,
            "slag": valt.slag,
            "eining": valt.eining,
            "val": valt.val,
            "utdrag": valt.utdrag,
            "her": valt.her,
            "sending": queries.sending(work, valt.slag.kode, valt.eining, valt.val.kode),
            "einingar": units(work),
            "periodar": [(str(RYTMENAMN[rytme]), offered(work.today, rytme, count=count)) for rytme, count in OFFERED.items()],
            "kan_skrive": work.has(Right.RAPPORT_SKRIV, valt.eining.id),
            "kommentarar": said,
            "skriv_forst": _first(work, valt),
            "ledd": {one.kode: one.ledd for one in valt.slag.bolkar},
            "skriven": delar.written,
            "art": lambda part: type(part).__name__,
            "feil": "",
            "prova": None,
            "dommen": None,
            "siste_manad": period_of(Rytme.MANAD, work.today),
            **more,
        },
    )


def _first(work: Work, valt: Valt) -> set[str]:
    """What an answer on request begins with when she may write it, though nothing is written yet."""
    texts = {one.kode for one in valt.slag.bolkar} - {one.kode for one in valt.slag.valfrie}
    return texts if valt.slag.paa_spurnad and work.has(Right.RAPPORT_SKRIV, valt.eining.id) else set()


@area.page("/<slag>/fil", needs=Right.RAPPORT_LES)
def fil(work: Work, slag: str) -> Response:
    """The report as PDF, XLSX, CSV or JSON; the reading is logged."""
    form = request.args.get("format", "pdf")
    if form not in KINDS:
        raise NotFound
    valt = chosen(work, slag)
    return answer(work, dokument.build(work, valt.slag, valt.eining, valt.val, utdrag=valt.utdrag), form)


def answer(work: Work, doc: delar.Dokument, form: str) -> Response:
    """A document as a download in one of the four forms. The reading is logged before it is sent."""
    work.read("rapport", f"{doc.slag} {doc.einingskode} {doc.periode}"[:60], "lasta-ned")
    made = Response(as_file(work, doc, form), mimetype=KINDS[form].partition(";")[0], content_type=KINDS[form])
    name = f"{doc.slag}-{doc.einingskode}-{doc.periode}".lower()
    plain = "".join(char if char.isascii() and char.isalnum() else "-" for char in name)
    made.headers["Content-Disposition"] = f"attachment; filename={plain}.{form}"
    made.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return made


def as_file(work: Work, doc: delar.Dokument, form: str) -> bytes:
    """The bytes of a report in one of the four forms."""
    if form == "pdf":
        return papir.paper(work, doc)
    if form == "xlsx":
        return filer.as_xlsx(doc)
    return (filer.as_csv(doc) if form == "csv" else filer.as_json(doc)).encode()


@area.page("/<slag>/kommentar", needs=Right.RAPPORT_SKRIV, method="POST")
def kommentar(work: Work, slag: str) -> ResponseReturnValue:
    """Keep what a leader wrote to a section of a unit's report; empty takes it away."""
    valt = chosen(work, slag, request.form)
    bolk = request.form.get("bolk", "")
    if valt.slag.bolk(bolk) is None:
        raise NotFound
    try:
        text = clean(request.form.get("tekst", ""), max_len=tekstar.LONGEST, multiline=True)
        vakt.demand(work.db, {"tekst": text}, today=work.today, confirmed=request.form.get(vakt.CONFIRM_FIELD) == "1")
        stad = tekstar.Stad(valt.slag.kode, valt.eining, valt.val.kode, bolk)
        tekstar.keep(work, stad, text, versjon=request.form.get("versjon", ""))
    except vakt.Guarded as guarded:
        tried = {"bolk": bolk, "tekst": request.form.get("tekst", "")}
        return make_response(_page(work, valt, prova=tried, dommen=guarded.verdict, feil=guarded.message), 422)
    except BadText as bad:
        return make_response(_page(work, valt, prova={"bolk": bolk, "tekst": request.form.get("tekst", "")}, feil=bad.message), 422)
    late = queries.sending(work, valt.slag.kode, valt.eining, valt.val.kode).laga
    flash(_("Teksten er lagra. Han står her og i nye filer.") if late else _("Teksten er lagra. Han kjem med i rapporten."), "ok")
    return redirect(url_for("rapportar.vis", slag=slag, _anchor=bolk, **valt.her), 303)  # type: ignore[arg-type]  # it takes any names
