"""The list of analyses, a new one (blank, from a starter, as a copy), and the head of one."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from kjerne.access import Right
from kjerne.errors import Refused
from kjerne.i18n import gettext as _
from kjerne.models import Eining, Person, PersonEining
from kjerne.vakt import Guarded
from kjerne.web import render
from kjerne.work import Work
from ros import rules
from ros.actions import analyse as actions
from ros.actions.analyse import Hovud
from ros.actions.note import demand_editing
from ros.models import RosAnalyse
from ros.queries import lists
from ros.queries.access import get_analyse
from ros.queries.analyse import axes, read_analyse
from ros.queries.lists import Filter
from ros.queries.sett import Skala, current_scale, read_sett, templates
from ros.rules import Akse, Slag, Status
from ros.views.area import area
from ros.views.inndata import demand_head, number, typed, typed_head, typed_version

MOST_PEOPLE = 200


@area.page("/", needs=Right.ROS_LES)
def liste(work: Work) -> str:
    """The analyses she may see, newest first."""
    status, slag = request.args.get("status", ""), request.args.get("slag", "")
    narrow = Filter(
        Status(status) if status in set(Status) else None,
        Slag(slag) if slag in set(Slag) else None,
        number("eining"),
        request.args.get("vis") == "ventar",
    )
    found = lists.listing(work, narrow, number("for"), lists.PAGE + 1)
    kept: dict[str, Any] = {"status": narrow.status, "slag": narrow.slag, "eining": narrow.eining_id}
    kept["vis"] = "ventar" if narrow.ventar else None
    more = url_for("ros.liste", **{**kept, "for": found[lists.PAGE - 1].analyse.id}) if len(found) > lists.PAGE else None
    return render(
        work,
        "ros/liste.html",
        rader=found[: lists.PAGE],
        neste=more,
        smal=narrow,
        avslutta=narrow.status is Status.AVSLUTTA,
        kept=kept,
        ventar=lists.approving_count(work) + lists.revising_count(work),
        einingar=lists.units(work, Right.ROS_LES),
        kan_lage=bool(work.units(Right.ROS_SKRIV)),
        kan_skala=work.has(Right.KATALOG_ENDRE),
        rules=rules,
    )


def _people(work: Work, eining_ids: list[int]) -> list[tuple[int, str]]:
    rows = work.db.execute(
        select(Person.id, Person.namn)
        .join(PersonEining, PersonEining.person_id == Person.id)
        .where(PersonEining.eining_id.in_(eining_ids), Person.deaktivert.is_(False))
        .distinct()
        .order_by(Person.namn)
        .limit(MOST_PEOPLE)
    )
    return [(id_, namn) for id_, namn in rows]


def _form(work: Work, said: Hovud, skala: Skala, refusal: Refused | None, **more: object) -> str:
    return render(
        work,
        "ros/hovud.html",
        h=said,
        skala=skala,
        refusal=refusal,
        guard=refusal.verdict if isinstance(refusal, Guarded) else None,
        einingar=lists.units(work, Right.ROS_SKRIV),
        rules=rules,
        aksar=tuple(Akse),
        **more,
    )


def _new(work: Work, said: Hovud, refusal: Refused | None = None) -> str:
    return _form(
        work,
        said,
        current_scale(work.db, work.today),
        refusal,
        a=None,
        malar=templates(),
        kjelder=lists.to_copy(work),
        mal=request.values.get("mal", ""),
        kjelde=request.values.get("kjelde", ""),
        eining=request.values.get("eining", "") or _unit_of_source(work),
        personar=[],
    )


def _unit_of_source(work: Work) -> str:
    """The unit of the analysis that is copied: a revision is most often for the same one."""
    source_id = number("kjelde")
    return str(get_analyse(work, source_id).eining_id) if source_id is not None else ""


def _empty(work: Work) -> Hovud:
    return Hovud("", Slag.TENESTE.value, (Akse.LIV_HELSE, Akse.DRIFT), neste_revisjon=rules.next_revision(work.today))


def _started(work: Work) -> Hovud:
    """What the form begins with: a starter's title, kind and axes, or those of the analysis that is copied."""
    chosen = next((mal for mal in templates() if mal.kode == request.args.get("mal", "")), None)
    begun = _empty(work)
    if chosen is not None:
        return Hovud(
            f"{chosen.namn} {work.today.year}", chosen.slag, chosen.aksar, chosen.foremal, neste_revisjon=begun.neste_revisjon
        )
    source_id = number("kjelde")
    if source_id is not None:
        source = get_analyse(work, source_id)
        return Hovud(
            rules.for_year(source.tittel, work.today.year),
            source.slag,
            axes(source),
            source.foremal,
            source.omfang,
            source.deltakarar,
            source.kriterium,
            neste_revisjon=begun.neste_revisjon,
        )
    return begun


@area.page("/ny", needs=Right.ROS_SKRIV)
def ny(work: Work) -> str:
    """A new analysis: choose a starter, an analysis to copy, or begin blank."""
    return _new(work, _started(work))


def _make(work: Work, said: Hovud) -> RosAnalyse:
    """Make it where the form says. Raises `Refused`."""
    demand_head(work, said)
    raw = request.form.get("eining", "")
    eining_id = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else 0
    if eining_id not in work.units(Right.ROS_SKRIV):
        raise Refused(_("Vel ei eining i lista."), "eining")
    source = request.form.get("kjelde", "")
    if source.isascii() and source.isdigit() and len(source) < 10:
        revision = request.form.get("revisjon") == "1"
        return actions.copy_analyse(work, get_analyse(work, int(source)), eining_id, said, revisjon=revision)
    mal = typed("mal", 40, multiline=False)
    return actions.create_analyse(work, eining_id, said, mal=mal if mal in {row.kode for row in templates()} else "")


@area.page("/ny", needs=Right.ROS_SKRIV, method="POST")
def ny_send(work: Work) -> ResponseReturnValue:
    """Make it."""
    said = _empty(work)
    try:
        said = typed_head(work.units(Right.ROS_SKRIV))
        made = _make(work, said)
    except Refused as problem:
        work.db.rollback()
        return _new(work, said, problem), 422
    return redirect(url_for("ros.vis", analyse_id=made.id), 303)


def _head_of(work: Work, analyse: RosAnalyse) -> Hovud:
    lese = read_analyse(work, analyse)
    return Hovud(
        analyse.tittel,
        analyse.slag,
        lese.aksar,
        analyse.foremal,
        analyse.omfang,
        analyse.deltakarar,
        analyse.kriterium,
        analyse.mote,
        analyse.neste_revisjon,
        frozenset(unit.id for unit in lese.einingar),
        frozenset(id_ for id_, _namn in lese.deltakarar),
    )


def _edit(work: Work, analyse: RosAnalyse, said: Hovud, refusal: Refused | None = None) -> str:
    units = sorted({analyse.eining_id, *said.einingar})
    eining = work.db.get_one(Eining, analyse.eining_id)
    return _form(work, said, read_sett(work.db, analyse.sett_id), refusal, a=analyse, eining=eining, personar=_people(work, units))


@area.page("/<id:analyse_id>/om", needs=Right.ROS_SKRIV)
def om(work: Work, analyse_id: int) -> str:
    """The head: purpose, scope, participants, criteria, axes, units and revision."""
    analyse = get_analyse(work, analyse_id)
    demand_editing(work, analyse)
    return _edit(work, analyse, _head_of(work, analyse))


@area.page("/<id:analyse_id>/om", needs=Right.ROS_SKRIV, method="POST")
def om_send(work: Work, analyse_id: int) -> ResponseReturnValue:
    """Change the head."""
    analyse = get_analyse(work, analyse_id)
    demand_editing(work, analyse)
    said = _head_of(work, analyse)
    kept = said.einingar - work.units(Right.ROS_SKRIV)
    try:
        said = typed_head(work.units(Right.ROS_SKRIV) | kept)
        demand_head(work, said)
        actions.edit_head(work, analyse, said, versjon=typed_version())
    except Refused as problem:
        work.db.rollback()
        return _edit(work, get_analyse(work, analyse_id), said, problem), 422
    flash(_("Lagra."), "ok")
    return redirect(url_for("ros.vis", analyse_id=analyse.id), 303)
