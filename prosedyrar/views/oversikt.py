"""Needed against present: units and the routines they need, on one page; what answers one need in one unit, and setting it."""

from dataclasses import dataclass

from flask import flash, make_response, redirect, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from kjerne.access import Right
from kjerne.errors import NotFound, Refused
from kjerne.felt import parse_date
from kjerne.i18n import gettext as _
from kjerne.models import Eining, Person, PersonEining
from kjerne.vakt import CONFIRM_FIELD, Guarded
from kjerne.web import render
from kjerne.work import Work
from prosedyrar.actions import behov as actions
from prosedyrar.behov import DEKNINGNAMN, SLAGNAMN, Behov, Dekning, Slag
from prosedyrar.queries import pick
from prosedyrar.queries.behov import Oversikt, Sum, Svar, find_top, kinds, of_theme, overview, path_of, row_of, units_of
from prosedyrar.queries.rutinar import may_edit, needs
from prosedyrar.rules import TEMANAMN, Tema
from prosedyrar.views.area import area
from prosedyrar.views.rutinar import whose

LYS = {
    Dekning.DEKT: "ok",
    Dekning.PLANLAGT: "obs",
    Dekning.UTDATERT: "obs",
    Dekning.MANGLAR: "bad",
    Dekning.IKKJE: "none",
}
FEW, SOME = 0.25, 0.5


@dataclass(frozen=True)
class Celle:
    """A need in a unit or in all its parts: one answer, or how many of how many. `steg` 0-3: how much is missing."""

    eining: Eining
    sum: Sum
    svar: Svar | None
    steg: int


@dataclass(frozen=True)
class Linje:
    """A need with its cells, one for each part of the unit, and its sum."""

    behov: Behov
    celler: list[Celle]
    sum: Sum


def _step(found: Sum) -> int:
    if not found.hol:
        return 0
    share = found.hol / found.alle
    return 1 if share <= FEW else 2 if share <= SOME else 3


def _cell(seen: Oversikt, need: Behov, part: Eining) -> Celle:
    found = seen.of_need(need.kode, part)
    alone = [unit.id for unit in seen.einingar if unit.sti.startswith(part.sti)]
    return Celle(part, found, seen.svar.get((need.kode, alone[0])) if alone == [part.id] else None, _step(found))


def _parts(seen: Oversikt, units: dict[int, Eining]) -> list[Eining]:
    """The unit's parts that hold some of the units in sight, in the organisation's order."""
    below = [row for row in units.values() if row.overordna_id == seen.topp.id]
    return [row for row in below if any(unit.sti.startswith(row.sti) for unit in seen.einingar)]


def _groups(seen: Oversikt, parts: list[Eining], stand: str) -> list[tuple[str, list[Linje]]]:
    """The needs by theme, each with its cells; only those that stand so somewhere, when `stand` says so."""
    found: dict[str, list[Linje]] = {}
    for need in seen.behov:
        total = seen.of_need(need.kode)
        if stand and not total.of(Dekning(stand)):
            continue
        cells = [_cell(seen, need, part) for part in parts or [seen.topp]]
        found.setdefault(str(TEMANAMN[Tema(need.tema)]), []).append(Linje(need, cells, total))
    return list(found.items())


@area.page("/oversikt", needs=Right.PROSEDYRE_STATUS)
def oversikt(work: Work) -> str:
    """Units × needed routines with counts: covered, planned, outdated, missing."""
    units = units_of(work)
    top = find_top(units, request.args.get("eining", ""))
    slag = request.args.get("slag", "") if request.args.get("slag") in set(Slag) else ""
    stand = request.args.get("stand", "") if request.args.get("stand") in set(Dekning) else ""
    seen = overview(work, top, units, slag)
    parts = _parts(seen, units)
    return render(
        work,
        "prosedyrar/oversikt.html",
        topp=top,
        over=units.get(top.overordna_id or 0),
        einingar=list(units.values()),
        deler=parts,
        delsum={part.id: seen.of_unit(part) for part in parts},
        grupper=_groups(seen, parts, stand),
        total=seen.total(),
        slag=slag,
        stand=stand,
        slagnamn=SLAGNAMN,
        eige_slag=kinds(work.db, [top])[top.id] if not parts else None,
        kan_skrive=work.has(Right.PROSEDYRE_SKRIV, top.id),
        dekningnamn=DEKNINGNAMN,
        Dekning=Dekning,
        lys_av=LYS,
        antal=len(seen.einingar),
        eigne=sum(1 for need in seen.behov if need.eigen),
        kan_endre_lista=may_edit(work),
    )


def _need(work: Work, kode: str) -> Behov:
    found = needs(work.db, work.today).get(kode)
    if found is None:
        raise NotFound
    return found


@area.page("/oversikt/rutine/<kode>", needs=Right.PROSEDYRE_STATUS)
def rutine(work: Work, kode: str) -> str:
    """One need in every unit that has it."""
    need, units = _need(work, kode), units_of(work)
    top = find_top(units, request.args.get("eining", ""))
    seen = overview(work, top, units)
    rows = [(unit, seen.slag[unit.id], seen.svar[kode, unit.id]) for unit in seen.einingar if (kode, unit.id) in seen.svar]
    return render(
        work,
        "prosedyrar/oversikt_rutine.html",
        behov=need,
        topp=top,
        rader=rows,
        total=seen.of_need(kode),
        slagnamn=SLAGNAMN,
        dekningnamn=DEKNINGNAMN,
        Dekning=Dekning,
        lys_av=LYS,
        kan_skrive=work.units(Right.PROSEDYRE_SKRIV),
        temanamn=TEMANAMN[Tema(need.tema)],
        ansvar=whose(need.ansvar),
    )


def _people(work: Work, unit: Eining) -> list[tuple[int, str]]:
    """Those who may be asked to write it: employed in the unit, above it or below it."""
    rows = work.db.execute(
        select(Person)
        .join(PersonEining, PersonEining.person_id == Person.id)
        .join(Eining, Eining.id == PersonEining.eining_id)
        .where(Eining.id.in_(path_of(unit)) | Eining.sti.startswith(unit.sti))
        .distinct()
        .order_by(Person.namn)
    ).scalars()
    return [(person.id, person.namn) for person in rows if person.is_employed(work.today)]


def _unit(work: Work, eining_id: int) -> Eining:
    found = units_of(work).get(eining_id)
    if found is None:
        raise NotFound
    return found


def _cell_page(work: Work, need: Behov, unit: Eining, refused: Refused | None = None) -> Response:
    seen = overview(work, unit, units_of(work))
    row = row_of(work.db, need.kode, unit.id)
    words = request.values.get("q", "").strip()[:100]
    own = seen.svar.get((need.kode, unit.id))
    page = render(
        work,
        "prosedyrar/oversikt_celle.html",
        behov=need,
        eining=unit,
        ansvar=whose(need.ansvar),
        svar=own,
        sum=seen.of_need(need.kode),
        rad=row,
        q=words,
        treff=pick(work, words) if words else [],
        forslag=[] if words else of_theme(work, need.tema, path_of(unit)),
        personar=_people(work, unit) if work.has(Right.PROSEDYRE_SKRIV, unit.id) else [],
        kan_skrive=work.has(Right.PROSEDYRE_SKRIV, unit.id),
        refused=refused,
        guard=refused.verdict if isinstance(refused, Guarded) else None,
        skrive=request.form,
        dekningnamn=DEKNINGNAMN,
        lys_av=LYS,
    )
    return make_response(page, 422 if refused else 200)


@area.page("/oversikt/rutine/<kode>/<id:eining_id>", needs=Right.PROSEDYRE_STATUS)
def celle(work: Work, kode: str, eining_id: int) -> Response:
    """What answers one need in one unit, and the ways to change it; searching for a procedure is a GET of the same page."""
    return _cell_page(work, _need(work, kode), _unit(work, eining_id))


@area.page("/oversikt/rutine/<kode>/<id:eining_id>", needs=Right.PROSEDYRE_SKRIV, method="POST")
def celle_send(work: Work, kode: str, eining_id: int) -> Response:
    """Set it: covered by a procedure, planned, not needed, or nothing said."""
    need, unit = _need(work, kode), _unit(work, eining_id)
    form = request.form
    raw = form.get("versjon", "0")
    version = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else 0
    try:
        _take(work, need, unit, version)
    except Refused as refused:
        return _cell_page(work, need, unit, refused)
    flash(_("Lagra. Det gjeld %(eining)s og einingane under.", eining=unit.namn), "ok")
    return redirect(url_for("prosedyrar.celle", kode=kode, eining_id=unit.id), 303)


def _take(work: Work, need: Behov, unit: Eining, version: int) -> None:
    form = request.form
    match form.get("val", ""):
        case "dekt":
            chosen = form.get("prosedyre", "")
            if not (chosen.isascii() and chosen.isdigit() and len(chosen) < 10):
                raise Refused(_("Vel ein prosedyre."), "q")
            actions.cover(work, need.kode, unit, int(chosen), version=version)
        case "plan":
            raw = form.get("plan_person", "")
            person = work.db.get(Person, int(raw)) if raw.isascii() and raw.isdigit() and len(raw) < 10 else None
            allowed = {key for key, _namn in _people(work, unit)}
            try:
                day = parse_date(form.get("plan_frist", "")) if form.get("plan_frist", "").strip() else None
            except ValueError:
                raise Refused(_("Skriv datoen som 22.11.2026."), "plan_frist") from None
            actions.plan(work, need.kode, unit, person if person and person.id in allowed else None, day, version=version)
        case "ikkje":
            confirmed = form.get(CONFIRM_FIELD) == "1"
            actions.not_needed(work, need.kode, unit, form.get("grunn", ""), confirmed=confirmed, version=version)
        case "fjern":
            actions.forget(work, need.kode, unit, version=version)
        case _:
            raise Refused(_("Vel korleis rutina står."), "val")


@area.page("/oversikt/eining/<id:eining_id>/slag", needs=Right.PROSEDYRE_SKRIV, method="POST")
def slag(work: Work, eining_id: int) -> Response:
    """Say what a unit is."""
    unit = _unit(work, eining_id)
    actions.set_kind(work, unit, request.form.get("slag", ""))
    flash(_("Lagra. Rutinane som trengst, følgjer kva slags eining det er."), "ok")
    return redirect(url_for("prosedyrar.oversikt", eining=unit.kode), 303)
