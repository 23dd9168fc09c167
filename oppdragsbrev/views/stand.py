"""How the units stand: units × points for the director, one page for each unit, and the rules of the lights."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from werkzeug.wrappers import Response

from avvik.queries.tal_periode import YEAR, month_name, month_of, months, shift
from kjerne.access import Right
from kjerne.errors import NotFound, Refused
from kjerne.felt import parse_date
from kjerne.i18n import gettext as _
from kjerne.models import Eining, Person
from kjerne.text import BadText, bounded_int
from kjerne.web import render
from kjerne.work import Work
from oppdragsbrev import actions
from oppdragsbrev.queries import bevis, matrise
from oppdragsbrev.queries import brev as letters
from oppdragsbrev.queries.bevis import Funn
from oppdragsbrev.queries.matrise import Celle
from oppdragsbrev.rules import LYSNAMN, PUNKTKORT, PUNKTMERKE, PUNKTNAMN, PUNKTTILSTANDNAMN, Lys, Punkt, Retning, worst
from oppdragsbrev.views.area import area


@dataclass(frozen=True)
class Rad:
    """A unit's row: the light of each point, how many sources are in place, and the answer to the letter in force."""

    eining: Eining
    leiar: str
    lys: dict[Punkt, Lys]
    tal: dict[Punkt, tuple[int, int]]
    svar: dict[Punkt, Celle]


def units_of(work: Work) -> list[Eining]:
    """The active units whose standing she may see, in the organisation's order."""
    rows = work.db.scalars(select(Eining).where(Eining.id.in_(work.units(Right.BREV_LES))).order_by(Eining.sti))
    return [row for row in rows if row.is_active(work.today)]


def get_unit(work: Work, kode: str) -> Eining:
    """A unit by its code, else `NotFound`."""
    found = work.db.scalars(select(Eining).where(Eining.kode == kode, Eining.id.in_(work.units(Right.BREV_LES)))).one_or_none()
    if found is None:
        raise NotFound
    return found


def _row(eining: Eining, leiar: str, found: list[Funn], svar: Mapping[tuple[int, int], Celle]) -> Rad:
    points = bevis.by_point(found)
    judged = {punkt: [one for one in rows if one.lys is not Lys.NONE] for punkt, rows in points.items()}
    return Rad(
        eining=eining,
        leiar=leiar,
        lys={punkt: bevis.point_light(rows) for punkt, rows in points.items()},
        svar={punkt: svar[eining.id, punkt] for punkt in Punkt if (eining.id, punkt) in svar},
        tal={punkt: (sum(one.lys is Lys.OK for one in rows), len(rows)) for punkt, rows in judged.items()},
    )


def _leaders(work: Work, units: list[Eining]) -> dict[int, str]:
    ids = {unit.leiar_id for unit in units if unit.leiar_id}
    return {row.id: row.namn for row in work.db.scalars(select(Person).where(Person.id.in_(ids)))}


@area.page("/oversikt", needs=Right.BREV_LES)
def oversikt(work: Work) -> str:
    """Units × points with lights, numbers and words; each cell leads to the unit's page."""
    units = units_of(work)
    leaders = _leaders(work, units)
    found = bevis.find(work, units)
    brev = letters.in_force(work)
    svar = matrise.by_light(work, brev, units) if brev else {}
    rows = [_row(unit, leaders.get(unit.leiar_id or 0, ""), found[unit.id], svar) for unit in units]
    return render(
        work,
        "oppdragsbrev/oversikt.html",
        rader=rows,
        brev=brev,
        silent=[row for row in rows if any(cell.late(work.today) for cell in row.svar.values())],
        merke=PUNKTMERKE,
        tilstand=PUNKTTILSTANDNAMN,
        punkt=list(Punkt),
        kort=PUNKTKORT,
        namn=PUNKTNAMN,
        lysnamn=LYSNAMN,
        sum={p: {lys: sum(row.lys[p] is lys for row in rows) for lys in Lys} for p in Punkt},
        kan_skrive=work.has(Right.BREV_SKRIV),
    )


def _course(found: list[Funn], past: Mapping[int, Mapping[str, Lys]]) -> list[tuple[str, Lys | None]]:
    """Month by month, the light a point had by what was kept then; None where nothing was. Empty when nothing ever was."""
    kinds = [one.bevis.kode for one in found]
    course = []
    for month, lights in past.items():
        rows = [lights[kode] for kode in kinds if kode in lights]
        course.append((month_name(month), worst(rows) if rows else None))
    return course if any(lys is not None for _name, lys in course) else []


@area.page("/eining/<kode>", needs=Right.BREV_LES)
def eining(work: Work, kode: str) -> str:
    """The seven points of one unit: status, evidence with its rule, owner, and the lights that were kept of the last year."""
    unit = get_unit(work, kode)
    found = bevis.find(work, [unit])[unit.id]
    points = bevis.by_point(found)
    earlier = months(shift(month_of(work.today), 1 - YEAR), YEAR - 1)
    past = bevis.kept(work, unit.id, earlier)
    brev = letters.in_force(work)
    return render(
        work,
        "oppdragsbrev/eining.html",
        eining=unit,
        brev=brev,
        svar=matrise.by_light(work, brev, [unit]) if brev else {},
        merke=PUNKTMERKE,
        tilstand=PUNKTTILSTANDNAMN,
        leiar=_leaders(work, [unit]).get(unit.leiar_id or 0, ""),
        punkt={p: (bevis.point_light(rows), rows) for p, rows in points.items()},
        namn=PUNKTNAMN,
        lysnamn=LYSNAMN,
        reglar=bevis.rule_texts(work),
        fore=past[earlier[-1]],
        utvikling={p: _course(rows, past) for p, rows in points.items()},
        Lys=Lys,
    )


def _rules_page(work: Work, status: int = 200, **context: object) -> Response:
    page = render(
        work,
        "oppdragsbrev/reglar.html",
        punkt={p: bevis.of_point(p) for p in Punkt},
        namn=PUNKTNAMN,
        reglar=bevis.rule_texts(work),
        grenser=bevis.rules_in_force(work),
        kan_skrive=work.has(Right.BREV_SKRIV),
        Retning=Retning,
        **{"feil": "", "feil_kode": "", "typed": {}, **context},
    )
    return make_response(page, status)


@area.page("/reglar", needs=Right.BREV_LES)
def reglar(work: Work) -> Response:
    """The rules behind the lights, in words; who writes the letter may change the thresholds."""
    return _rules_page(work)


@area.page("/reglar/<kode>", needs=Right.BREV_SKRIV, method="POST")
def regel_send(work: Work, kode: str) -> ResponseReturnValue:
    """Change the thresholds of one kind of evidence."""
    typed = {name: request.form.get(name, "") for name in ("gron", "gul", "gjeld_fra")}
    try:
        actions.change_rule(
            work,
            kode,
            gron=bounded_int(typed["gron"], 0, actions.THRESHOLD_MAX),
            gul=bounded_int(typed["gul"], 0, actions.THRESHOLD_MAX),
            gjeld_fra=parse_date(typed["gjeld_fra"]) if typed["gjeld_fra"].strip() else work.today,
        )
    except BadText as bad:
        return _rules_page(work, 422, feil=bad.message, feil_kode=kode, typed=typed)
    except Refused as refused:
        return _rules_page(work, 422, feil=refused.message, feil_kode=kode, typed=typed)
    except ValueError:
        return _rules_page(work, 422, feil=_("Skriv datoen som 22.11.2026."), feil_kode=kode, typed=typed)
    flash(_("Regelen er endra. Lysa blir rekna etter han frå datoen du sette."), "ok")
    return redirect(url_for("oppdragsbrev.reglar"), 303)
