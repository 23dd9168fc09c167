"""The page where risk analyses are held against what happened."""

from flask import request

from kjerne.access import Right
from kjerne.web import render
from kjerne.work import Work
from rapportar.rate import DOMNAMN, LYS, Dom
from rapportar.ros_mot_avvik import compare
from rapportar.views import area
from ros.queries.access import get_analyse
from ros.queries.lists import units


def _number(name: str) -> int | None:
    raw = request.args.get(name, "")
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else None


@area.page("/ros-mot-avvik", needs=Right.ROS_LES)
def ros_mot_avvik(work: Work) -> str:
    """Per row: the likelihood that was assumed, the frequency that was seen, and what to make of it; and blind spots."""
    chosen = _number("analyse")
    analyse = get_analyse(work, chosen) if chosen is not None else None
    eining = _number("eining")
    return render(
        work,
        "rapportar/ros_mot_avvik.html",
        funne=compare(work, analyse_id=chosen, eining_id=eining),
        analyse=analyse,
        eining=eining,
        einingar=units(work, Right.ROS_LES),
        domnamn=DOMNAMN,
        lysslag=LYS,
        Dom=Dom,
    )
