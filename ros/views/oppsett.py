"""The municipality's scales and colour grid: what holds now, and a new set from a day on."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from kjerne.access import Right
from kjerne.errors import Refused
from kjerne.i18n import SPRAK, SPRAKNAMN
from kjerne.i18n import gettext as _
from kjerne.inndata import typed_day
from kjerne.text import clean
from kjerne.web import render
from kjerne.work import Work
from ros import rules
from ros.actions.sett import begin_sett
from ros.models import RosNiva
from ros.queries.sett import KONSEKVENS, SANNSYN, Skala, all_sets, current_scale
from ros.rules import LEVELS, Akse
from ros.views.area import area
from ros.views.inndata import demand
from tiltak.rules import Farge

AXES = (SANNSYN, KONSEKVENS, *(akse.value for akse in Akse))
NAME_MAX, DEF_MAX = 120, 200


def _page(work: Work, skala: Skala, refusal: Refused | None = None) -> str:
    return render(
        work,
        "ros/oppsett.html",
        skala=skala,
        les_ros=work.has(Right.ROS_LES),
        refusal=refusal,
        typed=request.form if refusal is not None else None,
        sett=all_sets(work.db),
        aksar=AXES,
        spraak=SPRAKNAMN,
        rules=rules,
    )


@area.page("/oppsett", needs=Right.KATALOG_ENDRE)
def oppsett(work: Work) -> str:
    """The scales in force."""
    return _page(work, current_scale(work.db, work.today))


def _text(name: str, kept: str, limit: int) -> str:
    return clean(request.form.get(name, kept), max_len=limit, multiline=False)


def _bound(level: int, kept: float | None) -> float | None:
    """The upper bound of a likelihood in times a year; the highest has none."""
    if level == max(LEVELS):
        return None
    raw = request.form.get(f"grense-{level}", "").strip().replace(",", ".")
    if not raw:
        return kept
    if len(raw) > 12 or not raw.replace(".", "", 1).isascii() or not raw.replace(".", "", 1).isdigit():
        raise Refused(_("Skriv grensa som eit tal, til dømes 0,2."), "grenser")
    return float(raw)


def _levels(skala: Skala) -> list[RosNiva]:
    """Fresh rows of all levels as they were typed; what was not sent stays as it is."""
    found = []
    lower = 0.0
    for akse in AXES:
        for niva in (0, *LEVELS):
            now = skala.niva[akse, niva]
            row = RosNiva(akse=akse, niva=niva)
            for code in SPRAK:
                setattr(row, code, _text(f"{akse}-{niva}-{code}", getattr(now, code), NAME_MAX) or getattr(now, code))
                setattr(row, f"def_{code}", _text(f"{akse}-{niva}-def-{code}", getattr(now, f"def_{code}"), DEF_MAX))
            if akse == SANNSYN and niva:
                row.per_ar_fra, row.per_ar_til = lower, _bound(niva, now.per_ar_til)
                lower = row.per_ar_til or lower
            found.append(row)
    return found


def _grid() -> dict[tuple[int, int], Farge]:
    return {
        (s, k): Farge(colour) for s in LEVELS for k in LEVELS if (colour := request.form.get(f"rute-{s}-{k}", "")) in set(Farge)
    }


@area.page("/oppsett", needs=Right.KATALOG_ENDRE, method="POST")
def oppsett_send(work: Work) -> ResponseReturnValue:
    """A new set from a day on. Analyses that are made keep the one they have."""
    skala = current_scale(work.db, work.today)
    try:
        demand(work, {name: value for name, value in request.form.items() if "-" in name})
        begin_sett(work, typed_day("gjeld_fra") or work.today, _levels(skala), _grid())
    except Refused as problem:
        work.db.rollback()
        return _page(work, skala, problem), 422
    flash(_("Dei nye skalaene gjeld for analysar som blir laga frå denne dagen."), "ok")
    return redirect(url_for("ros.oppsett"), 303)
