"""The analysis on one screen: rows and matrix in a meeting, each row saved by itself; and the steps it goes through."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import or_, select
from sqlalchemy.orm.exc import StaleDataError

from kjerne.access import Right
from kjerne.errors import Conflict, NotFound, Refused
from kjerne.i18n import fclock
from kjerne.i18n import gettext as _
from kjerne.inndata import typed_day
from kjerne.katalog import Underkategori, in_force
from kjerne.models import Eining, Person, PersonEining
from kjerne.vakt import Guarded
from kjerne.web import render
from kjerne.work import Work
from ros import rules
from ros.actions import analyse as actions
from ros.actions import rader as row_actions
from ros.models import RosAnalyse, RosEining, RosRad
from ros.queries.access import get_analyse, get_rad, may_accept
from ros.queries.analyse import Lese, Rad, editions, history, open_measures, read_analyse
from ros.queries.sett import KONSEKVENS, SANNSYN
from ros.rules import Steg
from ros.views.area import area
from ros.views.inndata import demand, number, typed, typed_rad, typed_version
from tiltak import rules as measure_rules
from tiltak.actions import Plan

MOST_PEOPLE = 200
MEASURE_TYPES = (measure_rules.Type.FOREBYGGJANDE, measure_rules.Type.KONSEKVENSREDUSERANDE)


def _is_script() -> bool:
    return request.headers.get("X-Ros") == "1"


def words() -> dict[str, Any]:
    """What the templates of rows need beside the row."""
    return {"rules": rules, "measure_rules": measure_rules, "SANNSYN": SANNSYN, "KONSEKVENS": KONSEKVENS}


def owners(work: Work, analyse: RosAnalyse) -> Sequence[tuple[int, str]]:
    """Who may own a measure: those who work in the analysis' units, the leaders of it and of units below, and whoever asks."""
    covered = select(RosEining.eining_id).where(RosEining.analyse_id == analyse.id)
    path = work.db.get_one(Eining, analyse.eining_id).sti
    staff = select(PersonEining.person_id).where(PersonEining.eining_id.in_(covered))
    leaders = select(Eining.leiar_id).where(Eining.sti.startswith(path, autoescape=False), Eining.leiar_id.is_not(None))
    rows = work.db.scalars(
        select(Person)
        .where(or_(Person.id.in_(staff), Person.id.in_(leaders)), Person.deaktivert.is_(False))
        .order_by(Person.namn)
        .limit(MOST_PEOPLE)
    )
    people = {person.id: person.namn for person in (*rows, work.me) if person.is_employed(work.today)}
    return sorted(people.items(), key=lambda pair: pair[1])


def suggested_owner(work: Work, analyse: RosAnalyse, among: Sequence[tuple[int, str]]) -> int | None:
    """Who a new measure is set to at first: the leader of the analysis' unit, else whoever makes it."""
    known = {id_ for id_, _namn in among}
    leader = work.db.scalar(select(Eining.leiar_id).where(Eining.id == analyse.eining_id))
    return next((id_ for id_ in (leader, work.me.id) if id_ in known), None)


def categories(work: Work) -> list[tuple[str, str]]:
    """The kinds of deviation a row can stand for, in the catalogue's order."""
    return [(row.kode, row.label) for row in work.db.scalars(in_force(Underkategori, work.today))]


def form_context(work: Work, lese: Lese, rad: Rad | None, refusal: Refused | None = None) -> dict[str, Any]:
    """What the form of one row needs."""
    people = owners(work, lese.analyse) if rad is not None else []
    return {
        "l": lese,
        "rad": rad,
        "refusal": refusal,
        "guard": refusal.verdict if isinstance(refusal, Guarded) else None,
        "typed": request.form if refusal is not None else None,
        "eigarar": people,
        "eigar_no": suggested_owner(work, lese.analyse, people) if people else None,
        "kategorival": categories(work),
        "kan_skrive": rules.may_edit(lese.analyse.status, lese.hats),
        "kan_godta": may_accept(work, lese.analyse),
        "tiltakstypar": [(kind.value, measure_rules.TYPENAMN[kind]) for kind in MEASURE_TYPES],
        **words(),
    }


def show(work: Work, analyse: RosAnalyse, *, rad_id: int | None = None, refusal: Refused | None = None) -> str:
    """The page; with a row's form open, and after a refusal with what was typed."""
    lese = read_analyse(work, analyse)
    chosen = next((rad for rad in lese.rader if rad.row.id == rad_id), None)
    return render(
        work,
        "ros/vis.html",
        a=analyse,
        steg=rules.open_steps(analyse.status, lese.hats),
        manglar=[(gap, actions.gap_text(gap, numbers)) for gap, numbers in lese.manglar.items()],
        tiltak=open_measures(lese),
        utgaver=editions(work, analyse),
        historie=history(work, analyse),
        kan_kopiere=bool(work.units(Right.ROS_SKRIV)),
        **form_context(work, lese, chosen, refusal),
    )


@area.page("/<id:analyse_id>", needs=Right.ROS_LES)
def vis(work: Work, analyse_id: int) -> str:
    """The meeting's screen, or the settled analysis to read."""
    return show(work, get_analyse(work, analyse_id), rad_id=number("rad"))


@area.page("/<id:analyse_id>/rader", needs=Right.ROS_LES)
def rader(work: Work, analyse_id: int) -> ResponseReturnValue:
    """What the page asks every few seconds: all rows' versions, the lines of those that changed, and who else writes."""
    analyse = get_analyse(work, analyse_id)
    lese = read_analyse(work, analyse)
    since = _moment(request.args.get("sidan", ""))
    changed = [rad for rad in lese.rader if since is None or rad.row.endra >= since]
    others = {
        lese.namn[rad.row.endra_av_id]
        for rad in lese.rader
        if rad.row.endra_av_id != work.me.id and (work.now - rad.row.endra).total_seconds() < 180
    }
    return jsonify(
        no=work.now.isoformat(),
        redigerbar=rules.may_edit(analyse.status, lese.hats),
        rader={str(rad.row.id): rad.row.versjon for rad in lese.rader},
        linjer={str(rad.row.id): line(lese, rad) for rad in changed},
        andre=sorted(others),
    )


def _moment(raw: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(raw)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def line(lese: Lese, rad: Rad) -> str:
    """The row's line of the list, as HTML."""
    return render_template("ros/_rad.html", l=lese, a=lese.analyse, r=rad, **words())


@area.page("/<id:analyse_id>/rad/<id:rad_id>/skjema", needs=Right.ROS_LES)
def skjema(work: Work, analyse_id: int, rad_id: int) -> str:
    """The form of one row, for the page's script to put in its place."""
    analyse = get_analyse(work, analyse_id)
    get_rad(work, analyse, rad_id)
    lese = read_analyse(work, analyse)
    rad = next(rad for rad in lese.rader if rad.row.id == rad_id)
    return render(work, "ros/_skjema.html", a=analyse, **form_context(work, lese, rad))


def _saved(work: Work, analyse: RosAnalyse, rad_id: int) -> ResponseReturnValue:
    """The answer to a saved row: for the script its line and version, else back to the list."""
    if not _is_script():
        return redirect(url_for("ros.vis", analyse_id=analyse.id) + f"#rad-{rad_id}", 303)
    lese = read_analyse(work, analyse)
    rad = next(rad for rad in lese.rader if rad.row.id == rad_id)
    return jsonify(id=rad_id, versjon=rad.row.versjon, linje=line(lese, rad), klokka=fclock(work.now))


def _refused(work: Work, analyse_id: int, rad_id: int | None, problem: Refused | Conflict) -> ResponseReturnValue:
    """The answer to a row that was not saved; the text stays with who wrote it."""
    work.db.rollback()
    if _is_script():
        body: dict[str, Any] = {"melding": problem.message}
        if isinstance(problem, Conflict):
            body |= {"mine": problem.mine, "theirs": problem.theirs}
        else:
            body |= {"felt": problem.field}
        if isinstance(problem, Guarded):
            body |= {"feil": problem.verdict.feil, "funn": problem.verdict.messages()}
        return jsonify(body), problem.status
    if isinstance(problem, Conflict):
        raise problem
    return show(work, get_analyse(work, analyse_id), rad_id=rad_id, refusal=problem), 422


@area.page("/<id:analyse_id>/rad", needs=Right.ROS_LES, method="POST")
def ny_rad(work: Work, analyse_id: int) -> ResponseReturnValue:
    """A new row."""
    analyse = get_analyse(work, analyse_id, lock=True)
    try:
        said = typed_rad(analyse)
        demand(work, said.texts())
        rad = row_actions.add_rad(work, analyse, said)
    except Refused as problem:
        return _refused(work, analyse_id, None, problem)
    return _saved(work, analyse, rad.id)


@area.page("/<id:analyse_id>/rad/<id:rad_id>", needs=Right.ROS_LES, method="POST")
def lagre_rad(work: Work, analyse_id: int, rad_id: int) -> ResponseReturnValue:
    """Save a row; when somebody else saved it meanwhile, 409 with both texts."""
    analyse = get_analyse(work, analyse_id)
    rad = get_rad(work, analyse, rad_id, lock=True)
    try:
        said = typed_rad(analyse)
        demand(work, said.texts())
        row_actions.save_rad(work, analyse, rad, said, versjon=typed_version())
    except (Refused, Conflict) as problem:
        return _refused(work, analyse_id, rad_id, problem)
    except StaleDataError:
        return _refused(work, analyse_id, rad_id, Conflict(_("Rada blei endra av ein annan medan du skreiv.")))
    return _saved(work, analyse, rad_id)


@area.page("/<id:analyse_id>/rad/<id:rad_id>/fjern", needs=Right.ROS_LES, method="POST")
def fjern_rad(work: Work, analyse_id: int, rad_id: int) -> ResponseReturnValue:
    """Take a row out."""
    analyse = get_analyse(work, analyse_id)
    row_actions.remove_rad(work, analyse, get_rad(work, analyse, rad_id, lock=True), versjon=typed_version())
    flash(_("Rada er fjerna."), "ok")
    return redirect(url_for("ros.vis", analyse_id=analyse.id), 303)


def _measure(work: Work, analyse: RosAnalyse, rad: RosRad) -> None:
    """Read a measure's form and make it. Raises `Refused`."""
    title = typed("tittel", measure_rules.TITTEL_MAX, multiline=False)
    demand(work, {"tittel": title})
    owner = request.form.get("ansvarleg_id", "")
    known = {str(id_) for id_, _namn in owners(work, analyse)}
    person = work.db.get(Person, int(owner)) if owner in known else None
    frist = typed_day("frist")
    if person is None:
        raise Refused(_("Vel kven som har ansvaret."), "ansvarleg_id")
    if frist is None:
        raise Refused(_("Vel ein frist."), "frist")
    cost = request.form.get("kostnad", "").replace(" ", "").replace("\u00a0", "")
    if cost and not (cost.isascii() and cost.isdigit() and len(cost) < 10):
        raise Refused(_("Skriv kostnaden i heile kroner, berre tal."), "kostnad")
    plan = Plan(kostnad=int(cost) if cost else None)
    row_actions.add_measure(work, analyse, rad, title, person, frist, request.form.get("type", ""), plan)


@area.page("/<id:analyse_id>/rad/<id:rad_id>/tiltak", needs=Right.ROS_LES, method="POST")
def nytt_tiltak(work: Work, analyse_id: int, rad_id: int) -> ResponseReturnValue:
    """A measure for a row."""
    analyse = get_analyse(work, analyse_id)
    try:
        _measure(work, analyse, get_rad(work, analyse, rad_id, lock=True))
    except Refused as problem:
        work.db.rollback()
        return show(work, get_analyse(work, analyse_id), rad_id=rad_id, refusal=problem), 422
    flash(_("Tiltaket er laga. Den ansvarlege får brev."), "ok")
    return redirect(url_for("ros.vis", analyse_id=analyse.id, rad=rad_id) + f"#rad-{rad_id}", 303)


@area.page("/<id:analyse_id>/rad/<id:rad_id>/godta", needs=Right.ROS_GODKJENN, method="POST")
def godta(work: Work, analyse_id: int, rad_id: int) -> ResponseReturnValue:
    """The leader above accepts a red residual risk, with a reason."""
    analyse = get_analyse(work, analyse_id)
    rad = get_rad(work, analyse, rad_id, lock=True)
    try:
        reason = typed("grunn")
        demand(work, {"grunn": reason})
        row_actions.accept_rest(work, analyse, rad, reason)
    except Refused as problem:
        work.db.rollback()
        return show(work, get_analyse(work, analyse_id), rad_id=rad_id, refusal=problem), 422
    flash(_("Restrisikoen er godteken, med grunngiving og dato."), "ok")
    return redirect(url_for("ros.vis", analyse_id=analyse.id, rad=rad_id) + f"#rad-{rad_id}", 303)


@area.page("/<id:analyse_id>/steg/<steg>", needs=Right.ROS_LES, method="POST")
def steg(work: Work, analyse_id: int, steg: str) -> ResponseReturnValue:
    """Take one step. The table says whether she may."""
    analyse = get_analyse(work, analyse_id)
    if steg not in set(Steg):
        raise NotFound
    try:
        text = typed("tekst")
        demand(work, {"tekst": text})
        actions.take_step(work, analyse, Steg(steg), text, versjon=typed_version())
    except Refused as problem:
        work.db.rollback()
        return show(work, get_analyse(work, analyse_id), refusal=problem), 422
    flash(_("Lagra. Analysen står no som «%(status)s».", status=rules.STATUSNAMN[rules.Status(analyse.status)]), "ok")
    return redirect(url_for("ros.vis", analyse_id=analyse.id), 303)
