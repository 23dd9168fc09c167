"""The duties: all of them for a unit, and one of them with its evidence in every unit and the unit's own judgement."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from flask import flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from kjerne import vakt
from kjerne.access import Right
from kjerne.errors import NotFound, Refused
from kjerne.i18n import current
from kjerne.i18n import gettext as _
from kjerne.models import Eining
from kjerne.text import BadText, clean
from kjerne.web import render
from kjerne.work import Work
from krav import actions, queries
from krav.katalog import GRUPPENAMN, duties
from krav.queries import Stand
from krav.rules import STATUSNAMN, TEKST_MAX, Status
from krav.views.area import area
from oppdragsbrev.rules import LYSNAMN, Lys


def chosen_unit(work: Work, units: list[Eining], kode: str) -> Eining:
    """The unit of the address, else the topmost she sees."""
    found = next((unit for unit in units if unit.kode == kode), None) if kode else min(units, key=lambda one: one.sti, default=None)
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True)
class Tema:
    """The duties of one law or theme, with how many there are of each light."""

    kode: str
    rader: list[Stand]
    tal: Counter[Lys]


def _groups(stands: Iterable[Stand]) -> list[Tema]:
    """The themes that have something to show, in the list's order."""
    rows: dict[str, list[Stand]] = {kode: [] for kode in GRUPPENAMN}
    for one in stands:
        rows[one.krav.gruppe].append(one)
    return [Tema(kode, found, Counter(one.lys for one in found)) for kode, found in rows.items() if found]


@area.page("/", needs=Right.KRAV_LES)
def liste(work: Work) -> str:
    """All duties for one unit with its subtree: the light, the evidence, and what is not confirmed."""
    units = queries.units_of(work)
    unit = chosen_unit(work, units, request.args.get("eining", ""))
    lys, tema = request.args.get("lys", ""), request.args.get("tema", "")
    every = queries.standings(work, [unit])
    stands = [one for one in every if lys in {"", one.lys.value} and tema in {"", one.krav.gruppe}]
    return render(
        work,
        "krav/liste.html",
        einingar=units,
        eining=unit,
        grupper=_groups(stands),
        namn=GRUPPENAMN,
        lysnamn=LYSNAMN,
        statusnamn=STATUSNAMN,
        lys_valt=lys,
        tema_valt=tema,
        opne=bool(lys or tema or request.args.get("opne")),
        i_alt=Counter(one.lys for one in every),
        sprak=current(),
        alle=len(duties()),
        vist=len(stands),
        kan_mappe=work.has(Right.TILSYNSMAPPE),
        Lys=Lys,
        Status=Status,
    )


def _one(work: Work, kode: str, status: int = 200, **context: object) -> Response:
    krav = queries.get_krav(kode)
    units = queries.units_of(work)
    unit = chosen_unit(work, units, request.values.get("eining", ""))
    stands = queries.standings(work, units, [krav])
    page = render(
        work,
        "krav/vis.html",
        krav=krav,
        tekst=krav.tekst(current()),
        gruppe=GRUPPENAMN[krav.gruppe],
        eining=unit,
        her=next(one for one in stands if one.eining.id == unit.id),
        stand=stands,
        historie=queries.history(work, krav, unit),
        kan_vurdere=queries.may_judge(work, unit),
        statusnamn=STATUSNAMN,
        lysnamn=LYSNAMN,
        Status=Status,
        **{"feil": "", "feilar": {}, "typed": {}, **context},
    )
    return make_response(page, status)


@area.page("/<kode>", needs=Right.KRAV_LES)
def vis(work: Work, kode: str) -> Response:
    """One duty: where it stands, whether it is confirmed, the evidence here, how it is elsewhere, earlier judgements."""
    return _one(work, kode.replace("_", "/"))


@area.page("/<kode>/vurder", needs=Right.KRAV_LES, method="POST")
def vurder(work: Work, kode: str) -> ResponseReturnValue:
    """Judge a duty for a unit."""
    krav = queries.get_krav(kode.replace("_", "/"))
    unit = next((one for one in queries.units_of(work) if one.kode == request.form.get("eining", "")), None)
    if unit is None or not queries.may_judge(work, unit):
        raise NotFound
    typed = {"status": request.form.get("status", ""), "grunn": request.form.get("grunn", "")}
    try:
        reason = clean(typed["grunn"], max_len=TEKST_MAX, multiline=True)
        vakt.demand(work.db, {"grunn": reason}, today=work.today, confirmed=request.form.get(vakt.CONFIRM_FIELD) == "1")
        actions.judge(work, krav, unit, status=typed["status"], grunn=reason)
    except BadText as bad:
        return _one(work, krav.kode, 422, feilar={"grunn": [bad.message]}, typed=typed)
    except vakt.Guarded as guarded:
        return _one(work, krav.kode, 422, feil=guarded.verdict.feil, feilar=guarded.verdict.messages(), typed=typed)
    except Refused as refused:
        return _one(work, krav.kode, 422, feilar={refused.field: [refused.message]}, typed=typed)
    flash(_("Vurderinga er lagra. Dei eldre står der framleis."), "ok")
    return redirect(url_for("krav.vis", kode=krav.kode.replace("/", "_"), eining=unit.kode), 303)
