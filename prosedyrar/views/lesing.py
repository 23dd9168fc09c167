"""Read and understood: the reading list, signing, who must read and who has, the leader's own signature, revision lists."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from flask import flash, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from kjerne import katalog
from kjerne.access import ROLLENAMN, Open, Right
from kjerne.errors import NotFound, Refused
from kjerne.i18n import gettext as _
from kjerne.models import Eining
from kjerne.web import render
from kjerne.work import Work
from prosedyrar import rules
from prosedyrar.actions import lesing as actions
from prosedyrar.models import Prosedyre
from prosedyrar.queries import access, dokument, lesing, mitt, vising
from prosedyrar.queries.lesing import Leseliste
from prosedyrar.views.area import area, number
from prosedyrar.views.dokument import page

#: So many people are listed at most where no unit is chosen.
MOST_PEOPLE = 60


@dataclass(frozen=True)
class Del:
    """How many of a group must read, have read, and are late. `eining_id`: the unit whose people it is, else 0."""

    namn: str
    eining_id: int
    alle: int
    lese: int
    over: int

    @property
    def prosent(self) -> int:
        """Share that has read, in whole percent."""
        return round(100 * self.lese / self.alle) if self.alle else 0


@area.page("/leseliste", needs=Open.LOGGED_IN)
def leseliste(work: Work) -> str:
    """What I have to read, what waits for my signature, and what I own that is due for revision."""
    return render(
        work,
        "prosedyrar/leseliste.html",
        rader=lesing.reading_list(work),
        medsignering=lesing.cosign_rows(work),
        revisjon=mitt.to_revise(work),
        rules=rules,
    )


@area.page("/<id:prosedyre_id>/lese", needs=Open.LOGGED_IN, method="POST")
def lese(work: Work, prosedyre_id: int) -> Response:
    """Read and understood. Wrong answers come back with the page; nothing is lost."""
    prosedyre = access.get_prosedyre(work, prosedyre_id)
    valid = access.valid_version(work.db, prosedyre.id)
    if valid is None:
        raise NotFound
    if request.form.get("nummer", valid.nummer).partition(".")[0] != str(valid.major):
        flash(_("Det er komen ein ny versjon medan du las. Les han før du kvitterer."), "obs")
        return redirect(url_for("prosedyrar.vis", prosedyre_id=prosedyre.id), 303)
    answers = [number(request.form.get(f"svar-{row.rekkje}", "")) for row in dokument.questions(work.db, valid.id)]
    try:
        actions.sign(work, prosedyre, answers)
    except Refused as refused:
        shown = page(
            work, vising.opened(work, valid.id), prov="lese", feil=[(refused.field, refused.message)], skrive=dict(request.form)
        )
        return make_response(shown, 422)
    flash(_("Takk. Du har kvittert for at du har lese og forstått."), "ok")
    return redirect(f"{url_for('prosedyrar.vis', prosedyre_id=prosedyre.id)}#lese", 303)


def _by(rows: list[Leseliste], work: Work, group: Callable[[Leseliste], tuple[str, int]]) -> list[Del]:
    groups: dict[tuple[str, int], list[Leseliste]] = defaultdict(list)
    for row in rows:
        groups[group(row)].append(row)
    return [
        Del(*named, len(part), sum(row.lese is not None for row in part), sum(row.over(work.today) for row in part))
        for named, part in sorted(groups.items())
    ]


def _people(rows: list[Leseliste], work: Work, eining_id: int | None) -> list[Leseliste]:
    """Those of the unit that is chosen; with none chosen everybody where they are few, else those who are late."""
    if eining_id is not None:
        return [row for row in rows if row.eining_id == eining_id]
    return rows if len(rows) <= MOST_PEOPLE else [row for row in rows if row.over(work.today)][:MOST_PEOPLE]


def _requirable(work: Work, prosedyre: Prosedyre) -> list[tuple[int, str]]:
    """Units where she may ask for reading of this document."""
    owner = work.db.get_one(Eining, prosedyre.eining_id)
    inside = mitt.subtree(work.db, owner)
    writes = access.may_write(work, prosedyre)
    return [
        (id_, namn) for id_, namn in mitt.units_in_force(work) if id_ in inside and (writes or work.has(Right.PROSEDYRE_SKRIV, id_))
    ]


def _status(work: Work, prosedyre: Prosedyre, feil: Refused | None = None) -> Response:
    choices = _requirable(work, prosedyre)
    if not choices and not work.has(Right.PROSEDYRE_STATUS):
        raise NotFound
    rows = lesing.status(work, prosedyre.id)
    unit_id = number(request.args.get("eining", ""))
    chosen = next((row.eining for row in rows if row.eining_id == unit_id), "")
    people = _people(rows, work, unit_id if chosen else None)
    work_names = {row.kode: row.label for row in work.db.scalars(katalog.in_force(katalog.Yrke, work.today))}
    shown = render(
        work,
        "prosedyrar/lesing.html",
        p=prosedyre,
        v=access.valid_version(work.db, prosedyre.id),
        rader=people,
        alle=len(rows),
        eining=chosen,
        einingar=_by(rows, work, lambda row: (row.eining, row.eining_id)),
        yrke=_by(rows, work, lambda row: (work_names.get(row.yrke, _("Anna yrke")), 0)),
        krav=lesing.requirements(work.db, prosedyre.id),
        val=choices,
        roller={rolle.value: str(namn) for rolle, namn in ROLLENAMN.items()},
        yrker=work_names,
        kan_medsignere=work.units(Right.PROSEDYRE_GODKJENN),
        feil=[(feil.field, feil.message)] if feil else [],
        rules=rules,
    )
    return make_response(shown, 422 if feil else 200)


@area.page("/<id:prosedyre_id>/lesing", needs=Open.LOGGED_IN)
def lesestatus(work: Work, prosedyre_id: int) -> Response:
    """Who must read this document and who has, in the units she oversees; and setting who must."""
    return _status(work, access.get_prosedyre(work, prosedyre_id))


@area.page("/<id:prosedyre_id>/lesing", needs=Open.LOGGED_IN, method="POST")
def lesekrav(work: Work, prosedyre_id: int) -> Response:
    """Ask for reading in a unit, of everybody or of one role or profession."""
    prosedyre = access.get_prosedyre(work, prosedyre_id)
    unit_id = number(request.form.get("eining_id", ""))
    unit = work.db.get(Eining, unit_id) if unit_id is not None else None
    yrke = request.form.get("yrke", "")
    known = set(work.db.scalars(katalog.in_force(katalog.Yrke, work.today).with_only_columns(katalog.Yrke.kode)))
    if unit is None:
        return _status(work, prosedyre, Refused(_("Vel ei eining i lista."), "eining_id"))
    try:
        actions.require_reading(
            work,
            prosedyre,
            unit,
            rolle=request.form.get("rolle", ""),
            yrke=yrke if yrke in known else "",
            frist_dagar=number(request.form.get("frist_dagar", "")) or 0,
            medsignatur=request.form.get("medsignatur") == "1",
        )
    except Refused as refused:
        return _status(work, prosedyre, refused)
    flash(_("Lesekravet gjeld frå no."), "ok")
    return redirect(url_for("prosedyrar.lesestatus", prosedyre_id=prosedyre.id), 303)


@area.page("/<id:prosedyre_id>/lesing/<id:krav_id>/fjern", needs=Open.LOGGED_IN, method="POST")
def lesekrav_fjern(work: Work, prosedyre_id: int, krav_id: int) -> Response:
    """Nobody there must read it any more."""
    prosedyre = access.get_prosedyre(work, prosedyre_id)
    actions.drop_requirement(work, prosedyre, krav_id)
    return redirect(url_for("prosedyrar.lesestatus", prosedyre_id=prosedyre.id), 303)


@area.page("/medsigner/<id:kvittering_id>", needs=Right.PROSEDYRE_GODKJENN, method="POST")
def medsigner(work: Work, kvittering_id: int) -> Response:
    """The leader's own signature under a receipt."""
    receipt = actions.cosign(work, kvittering_id)
    flash(_("Du har medsignert."), "ok")
    if request.form.get("til") == "leseliste":
        return redirect(url_for("prosedyrar.leseliste"), 303)
    return redirect(url_for("prosedyrar.lesestatus", prosedyre_id=receipt.prosedyre_id), 303)
