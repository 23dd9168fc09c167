"""A letter: units × points for those who read several, its editions, and its end."""

from datetime import date

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from kjerne.access import Open, Right
from kjerne.errors import NotFound
from kjerne.i18n import gettext as _
from kjerne.models import Eining
from kjerne.web import render
from kjerne.work import Work
from oppdragsbrev import actions
from oppdragsbrev.models import Oppdragsbrev
from oppdragsbrev.queries import brev as letters
from oppdragsbrev.queries import matrise
from oppdragsbrev.rules import BREVMERKE, PUNKTKORT, PUNKTMERKE, PUNKTTILSTANDNAMN, TILSTANDNAMN, Brevtilstand, said
from oppdragsbrev.views.area import area
from oppdragsbrev.views.historie import lines


@area.page("/<id:brev_id>", needs=Open.LOGGED_IN)
def brev(work: Work, brev_id: int) -> ResponseReturnValue:
    """Units × points with how far each has come. Who has one unit goes to that unit's letter."""
    row = letters.get_brev(work, brev_id)
    sjef = letters.writes(work, row)
    if not sjef:
        units = _units_of_mine(work, row)
        if len(units) == 1:
            return redirect(url_for("oppdragsbrev.mottak", brev_id=row.id, kode=units[0].kode), 303)
        if not work.has(Right.BREV_LES):
            return render(work, "oppdragsbrev/mine.html", brev=row, einingar=units)
    rows = matrise.rows(work, row)
    points = letters.points_of(work, row)
    return render(
        work,
        "oppdragsbrev/brev.html",
        brev=row,
        sjef=sjef,
        rader=rows,
        punkt=points,
        mangel=sorted((one for one in rows if one.open), key=lambda one: (-one.late(work.today), -len(one.open), one.eining.sti)),
        mottakarar=len(letters.receivers(work, row)),
        utgaver=letters.editions(work, row),
        historie=lines(letters.history(work, row)) if sjef else [],
        tilstand=TILSTANDNAMN,
        kladd=row.status == Brevtilstand.KLADD,
        sendt=row.status == Brevtilstand.SENDT,
        merke=BREVMERKE,
        punktmerke=PUNKTMERKE,
        punktnamn=PUNKTTILSTANDNAMN,
        kort=PUNKTKORT,
        said=lambda one: said(one, work.sprak),
    )


def _units_of_mine(work: Work, row: Oppdragsbrev) -> list[Eining]:
    """The units she would open: those she reads, and those she was given a bullet of."""
    rows = work.db.execute(matrise.given_all(work).where(Oppdragsbrev.id == row.id))
    given = {unit.id: unit for _svar, _kule, _del, unit, _brev in rows}
    reads = {unit.id: unit for _mottak, unit in letters.receivers(work, row)} if work.has(Right.BREV_LES) else {}
    return sorted({**given, **reads}.values(), key=lambda unit: unit.sti)


@area.page("/<id:brev_id>/avslutt", needs=Right.BREV_SKRIV, method="POST")
def avslutt(work: Work, brev_id: int) -> ResponseReturnValue:
    """End the letter."""
    row = letters.get_own(work, brev_id)
    actions.close(work, row)
    flash(_("Brevet er avslutta. Det som ikkje er ferdig, kan du ta med i det neste."), "ok")
    return redirect(url_for("oppdragsbrev.brev", brev_id=row.id), 303)


@area.page("/<id:brev_id>/utgave/<id:utgave>", needs=Right.BREV_LES)
def utgave(work: Work, brev_id: int, utgave: int) -> str:
    """An edition as it was sent."""
    row = letters.get_brev(work, brev_id)
    found = next(((one, namn) for one, namn in letters.editions(work, row) if one.utgave == utgave), None)
    if found is None:
        raise NotFound
    return render(
        work, "oppdragsbrev/utgave.html", brev=row, utgave=found[0], namn=found[1], pick=_pick(work.sprak), frist=date.fromisoformat
    )


def _pick(sprak: str) -> object:
    """The words of a kept row in the reader's language."""

    def pick(held: dict[str, str]) -> str:
        return held.get(sprak) or held.get("nn") or held.get("nb") or held.get("en") or ""

    return pick
