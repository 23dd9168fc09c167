"""The page of boards: key figures of a unit and a period beside each other, where each leads, and the views she has saved."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from kjerne import vakt
from kjerne.access import Right
from kjerne.errors import Refused
from kjerne.i18n import Lazy
from kjerne.i18n import gettext as _
from kjerne.i18n import lazy as _l
from kjerne.text import BadText, clean
from kjerne.web import render
from kjerne.work import Work
from rapportar import dokument, tavle
from rapportar.models import Vising
from rapportar.rules import dokument as delar
from rapportar.rules.perioder import RYTMENAMN, Rytme, offered, read_period
from rapportar.rules.perioder import Val as Periodeval
from rapportar.views import area

OFFERED = {Rytme.MANAD: 6, Rytme.KVARTAL: 4, Rytme.TERTIAL: 3, Rytme.AR: 3}
#: Parts that take the whole width.
BREIE = (delar.Serie, delar.Varme, delar.Lysmatrise, delar.Tidslinje, delar.Nokkelrad)
#: A table with more columns than this takes the whole width too.
MANY_COLUMNS = 4


@dataclass(frozen=True)
class Vidare:
    """Where a section leads: what the link says, the right its page asks for on the unit, and its address."""

    tekst: Lazy
    rett: Right
    adresse: Callable[[str, Periodeval], str]


def _cases(kode: str, val: Periodeval) -> str:
    where = {"eining": kode, "fra": val.forste.isoformat(), "til": val.siste.isoformat(), "tel": "avvik"}
    return url_for("avvik.liste", liste="alle", **where)  # type: ignore[arg-type]  # url_for takes any names


CASES = Vidare(_l("Sakene bak"), Right.AVVIK_LES, _cases)
NUMBERS = Vidare(_l("Alle tala"), Right.AVVIK_TAL, lambda kode, _val: url_for("avvik.tal", eining=kode))
LETTER = Vidare(_l("Bevisa for eininga"), Right.BREV_LES, lambda kode, _val: url_for("oppdragsbrev.eining", kode=kode))
REGISTER = Vidare(_l("Registeret"), Right.REGISTER_LES, lambda kode, _val: url_for("register.liste", eining=kode))
KEYS = Vidare(_l("Nøkkeltala"), Right.RAPPORT_SKRIV, lambda kode, _val: url_for("rapportar.nokkeltala", eining=kode))
#: The first that she may open is shown.
VIDARE: Mapping[str, tuple[Vidare, ...]] = {
    "hovudtal": (CASES, NUMBERS),
    "typar": (CASES, NUMBERS),
    "alvor": (CASES, NUMBERS),
    "laering": (CASES, NUMBERS),
    "skadar": (CASES, NUMBERS),
    "einingar": (NUMBERS,),
    "handsaming": (NUMBERS,),
    "opne": (
        Vidare(_l("Opne saker"), Right.AVVIK_LES, lambda kode, _val: url_for("avvik.liste", liste="opne", eining=kode)),
        NUMBERS,
    ),
    "forfalne": (
        Vidare(_l("Over fristen"), Right.AVVIK_LES, lambda kode, _val: url_for("avvik.liste", liste="over-frist", eining=kode)),
    ),
    "utvikling": (
        Vidare(_l("Frys og grenser"), Right.RAPPORT_LES, lambda kode, _val: url_for("rapportar.serie", eining=kode)),
        NUMBERS,
    ),
    "tiltak": (Vidare(_l("Tiltaka"), Right.TILTAK_LES, lambda kode, _val: url_for("tiltak.liste", vis="alle", eining=kode)),),
    "kompetanse": (Vidare(_l("Kompetansekartet"), Right.KOMPETANSE_TAL, lambda _kode, _val: url_for("kompetanse.kart")), LETTER),
    "ros": (Vidare(_l("Risikoanalysane"), Right.ROS_LES, lambda _kode, _val: url_for("ros.liste")), LETTER),
    "rutinar": (
        Vidare(_l("Rutinane"), Right.PROSEDYRE_STATUS, lambda kode, _val: url_for("prosedyrar.oversikt", eining=kode)),
        LETTER,
    ),
    "lysmatrise": (Vidare(_l("Oversikta"), Right.BREV_LES, lambda _kode, _val: url_for("oppdragsbrev.oversikt")),),
    "hms": (REGISTER,),
    "styring": (REGISTER,),
    "sjukefravaer": (KEYS,),
    "okonomi": (KEYS,),
}


def _leads(work: Work, val: tavle.Val, periode: Periodeval) -> dict[str, tuple[str, str]]:
    """For each section the link's text and address, where there is one she may open."""
    found = {}
    for kode, ways in VIDARE.items():
        way = next((one for one in ways if work.has(one.rett, val.eining.id)), None)
        if way is not None:
            found[kode] = (str(way.tekst), way.adresse(val.eining.kode, periode))
    return found


def _wide(bolk: delar.Bolk) -> bool:
    """Whether a section needs the whole width."""
    tables = [part for part in bolk.delar if isinstance(part, delar.Tabell)]
    return any(isinstance(part, BREIE) for part in bolk.delar) or any(len(table.hovud) >= MANY_COLUMNS for table in tables)


def _page(work: Work, val: tavle.Val, **more: object) -> str:
    periode = read_period(val.kode(work.today))
    mine = tavle.saved(work)
    return render(
        work,
        "rapportar/tavle.html",
        **{
            "doc": dokument.build(work, val.tavle, val.eining, periode, Right.AVVIK_TAL),
            "val": val,
            "tavler": tavle.ALLE,
            "einingar": tavle.units(work),
            "rullande": tavle.RULLANDENAMN,
            "periodar": [(str(RYTMENAMN[rytme]), offered(work.today, rytme, count=count)) for rytme, count in OFFERED.items()],
            "vidare": _leads(work, val, periode),
            "mine": [(row, address(row, kode)) for row, kode in mine],
            "denne": next((row for row, _kode in mine if _same(row, val)), None),
            "periodenamn": tavle.period_name,
            "skriven": delar.written,
            "art": lambda part: type(part).__name__,
            "brei": _wide,
            "namn": "",
            "feil": "",
            **more,
        },
    )


def _same(row: Vising, val: tavle.Val) -> bool:
    return (row.tavle, row.eining_id, row.periode) == (val.tavle.kode, val.eining.id, val.periode)


def address(row: Vising, kode: str) -> str:
    """Where a saved view is opened."""
    return url_for("rapportar.tavla", tavle=row.tavle, eining=kode, periode=row.periode)


@area.page("/tavle", needs=Right.AVVIK_TAL)
def tavla(work: Work) -> str:
    """A board of a unit and a period; without a choice the one of her role, of her topmost unit."""
    return _page(work, tavle.chosen(work, request.args))


@area.page("/tavle", needs=Right.AVVIK_TAL, method="POST")
def tavla_lagre(work: Work) -> ResponseReturnValue:
    """Keep what is shown under a name of her own."""
    val = tavle.chosen(work, request.form)
    name = request.form.get("namn", "")
    try:
        text = clean(name, max_len=tavle.NAME, multiline=False)
        vakt.demand(work.db, {"namn": text}, today=work.today, confirmed=request.form.get(vakt.CONFIRM_FIELD) == "1")
        row = tavle.save(work, text, val)
    except vakt.Guarded as guarded:
        return make_response(_page(work, val, namn=name, feil=guarded.message, dommen=guarded.verdict), 422)
    except (BadText, Refused) as bad:
        return make_response(_page(work, val, namn=name, feil=bad.message), 422)
    flash(_("Visinga «%(namn)s» er lagra. Du finn ho på framsida.", namn=row.namn), "ok")
    return redirect(address(row, val.eining.kode), 303)


@area.page("/tavle/<id:vising_id>/slett", needs=Right.AVVIK_TAL, method="POST")
def tavla_slett(work: Work, vising_id: int) -> Response:
    """Delete one of her own saved views."""
    tavle.remove(work, vising_id)
    flash(_("Visinga er sletta."), "ok")
    return redirect(url_for("rapportar.tavla"), 303)
