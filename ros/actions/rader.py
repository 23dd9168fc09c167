"""Rows: add, save, remove, accept a red residual risk, and ask for a measure. Two people do not overwrite each other."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import delete, func, select
from sqlalchemy.orm import attributes

from kjerne import log
from kjerne.errors import Conflict, NotFound, Refused
from kjerne.i18n import gettext as _
from kjerne.katalog import Underkategori, by_code
from kjerne.models import Person
from kjerne.work import Work
from ros.actions.note import clean, demand_editing, note
from ros.models import RosAnalyse, RosKonsekvens, RosRad
from ros.queries.access import hats, may_accept
from ros.queries.analyse import ORIGIN, axes
from ros.queries.sett import Skala, read_sett
from ros.rules import HENDING_MAX, LEVELS, LIVE, MOST_ROWS, Akse, Hat, Status, Uvisse, assess
from tiltak.actions import Plan, create_tiltak, set_risk
from tiltak.models import Tiltak, TiltakOpphav
from tiltak.rules import Farge

TEXTS = ("arsaker", "sarbarheit", "barrierar", "dempande", "grunngiving")
SHORT = 120


@dataclass(frozen=True)
class Radinnhald:
    """What a row says, as somebody typed it. Levels are 1-5 or None; axes that are not chosen are left out."""

    hending: str
    omrade: str = ""
    kategori: str = ""
    arsaker: str = ""
    sarbarheit: str = ""
    barrierar: str = ""
    dempande: str = ""
    grunngiving: str = ""
    uvisse: str = ""
    sannsyn: int | None = None
    rest_sannsyn: int | None = None
    verdi: Mapping[Akse, int] = field(default_factory=dict)
    rest: Mapping[Akse, int] = field(default_factory=dict)

    def texts(self) -> dict[str, str]:
        """The free texts by field: what the identity guard is asked about."""
        return {name: getattr(self, name) for name in ("hending", "omrade", *TEXTS)}


def add_rad(work: Work, analyse: RosAnalyse, said: Radinnhald, *, skala: Skala | None = None, fra: RosRad | None = None) -> RosRad:
    """A new row, numbered after all there have been. The caller holds the analysis' lock. Raises `Refused`, `NotFound`."""
    demand_editing(work, analyse)
    last, count = work.db.execute(
        select(func.coalesce(func.max(RosRad.nr), 0), func.count()).where(RosRad.analyse_id == analyse.id)
    ).one()
    if count >= MOST_ROWS:
        raise Refused(_("Analysen har så mange rader som han kan ha. Del han i to."), "hending")
    rad = RosRad(
        analyse_id=analyse.id,
        nr=last + 1,
        hending="",
        endra=work.now,
        endra_av_id=work.me.id,
        fra_rad_id=fra.id if fra is not None else None,
    )
    _fill(work, analyse, rad, said, skala or read_sett(work.db, analyse.sett_id))
    work.db.add(rad)
    work.db.flush()
    _keep_levels(work, analyse, rad, said)
    if analyse.status == Status.PLANLAGD:
        analyse.status = Status.I_ARBEID.value
    work.db.flush()
    log.record(work, "ros", analyse.id, "ros:rad-ny", rad=rad.nr)
    return rad


def save_rad(work: Work, analyse: RosAnalyse, rad: RosRad, said: Radinnhald, *, versjon: int | None) -> RosRad:
    """Save a row. The caller holds its lock. Raises `Conflict` with both texts when somebody saved it meanwhile.

    A changed residual risk must be accepted anew. Measures get the row's colour and reduction.
    """
    demand_editing(work, analyse)
    if versjon is not None and versjon != rad.versjon:
        raise Conflict(_("Rada blei endra av ein annan medan du skreiv."), mine=in_words(said), theirs=in_words(as_said(work, rad)))
    before = (rad.rest_farge, rad.rest_risiko, rad.farge, rad.risiko)
    _fill(work, analyse, rad, said, read_sett(work.db, analyse.sett_id))
    if before != (rad.rest_farge, rad.rest_risiko, rad.farge, rad.risiko):
        rad.godteke_av_id, rad.godteke_tid, rad.godteke_grunn = None, None, ""
    rad.endra, rad.endra_av_id = work.now, work.me.id
    attributes.flag_modified(rad, "endra")
    _keep_levels(work, analyse, rad, said)
    work.db.flush()
    tell_measures(work, rad)
    log.record(work, "ros", analyse.id, "ros:rad-endra", rad=rad.nr, versjon=rad.versjon)
    return rad


def _level(value: int | None, name: str) -> int | None:
    if value is not None and value not in LEVELS:
        raise Refused(_("Vel eit nivå frå 1 til 5."), name)
    return value


def _fill(work: Work, analyse: RosAnalyse, rad: RosRad, said: Radinnhald, skala: Skala) -> None:
    """Set the columns, and work out colour and product by the analysis' own grid."""
    rad.hending = clean(work, said.hending, "hending", max_len=HENDING_MAX, required=True, multiline=False)
    rad.omrade = clean(work, said.omrade, "omrade", max_len=SHORT, multiline=False)
    for name in TEXTS:
        setattr(rad, name, clean(work, getattr(said, name), name))
    if said.uvisse not in {"", *Uvisse}:
        raise Refused(_("Vel kor sikre de er."), "uvisse")
    if said.kategori and said.kategori != rad.kategori and said.kategori not in by_code(work.db, Underkategori, work.today):
        raise Refused(_("Vel ein kategori frå lista."), "kategori")
    rad.kategori, rad.uvisse = said.kategori, said.uvisse
    rad.sannsyn, rad.rest_sannsyn = _level(said.sannsyn, "sannsyn"), _level(said.rest_sannsyn, "rest_sannsyn")
    chosen = axes(analyse)
    verdi = {akse: _level(said.verdi[akse], "konsekvens") or 0 for akse in chosen if akse in said.verdi}
    rest = {akse: _level(said.rest[akse], "rest_konsekvens") or 0 for akse in chosen if akse in said.rest}
    before = assess(skala.grid, rad.sannsyn, verdi.values())
    rad.farge, rad.risiko = (before.farge.value, before.tal) if before else (None, None)
    rad.konsekvens = before.konsekvens if before else max(verdi.values(), default=None)
    after = assess(skala.grid, rad.rest_sannsyn, rest.values())
    rad.rest_farge, rad.rest_risiko = (after.farge.value, after.tal) if after else (None, None)
    rad.rest_konsekvens = after.konsekvens if after else max(rest.values(), default=None)


def _keep_levels(work: Work, analyse: RosAnalyse, rad: RosRad, said: Radinnhald) -> None:
    """The levels by axis; those of an axis no longer chosen stay as they were."""
    chosen = axes(analyse)
    work.db.execute(delete(RosKonsekvens).where(RosKonsekvens.rad_id == rad.id, RosKonsekvens.akse.in_(chosen)))
    work.db.add_all(
        RosKonsekvens(rad_id=rad.id, akse=akse.value, niva=said.verdi.get(akse), rest=said.rest.get(akse))
        for akse in chosen
        if akse in said.verdi or akse in said.rest
    )


def tell_measures(work: Work, rad: RosRad) -> None:
    """Write colour and risk reduction onto the row's measures: the list below never looks up."""
    off = rad.risiko - rad.rest_risiko if rad.risiko is not None and rad.rest_risiko is not None else None
    ids = work.db.scalars(select(TiltakOpphav.tiltak_id).where(TiltakOpphav.slag == ORIGIN, TiltakOpphav.ref_id == rad.id)).all()
    for tiltak_id in ids:
        set_risk(work, tiltak_id, None if rad.fjerna else rad.farge, None if rad.fjerna else off)


def as_said(work: Work, rad: RosRad) -> Radinnhald:
    """A kept row as if somebody had typed it: for copying, for the workbook, and for showing both texts."""
    levels = work.db.scalars(select(RosKonsekvens).where(RosKonsekvens.rad_id == rad.id)).all()
    return Radinnhald(
        **{name: getattr(rad, name) for name in ("hending", "omrade", "kategori", *TEXTS, "uvisse", "sannsyn", "rest_sannsyn")},
        verdi={Akse(row.akse): row.niva for row in levels if row.niva is not None},
        rest={Akse(row.akse): row.rest for row in levels if row.rest is not None},
    )


def in_words(said: Radinnhald) -> str:
    """A row as plain lines, to stand beside another."""
    levels = [_("Sannsyn %(n)s", n=said.sannsyn) if said.sannsyn else ""]
    if said.verdi:
        levels.append(_("konsekvens %(n)s", n=max(said.verdi.values())))
    if said.rest_sannsyn and said.rest:
        levels.append(_("etter tiltak %(s)s og %(k)s", s=said.rest_sannsyn, k=max(said.rest.values())))
    return "\n".join(
        part for part in (said.hending, *(getattr(said, name) for name in TEXTS), ", ".join(filter(None, levels))) if part
    )


def remove_rad(work: Work, analyse: RosAnalyse, rad: RosRad, *, versjon: int | None) -> None:
    """Take a row out of the analysis. It is kept, out of sight: its number is never used again, its measures lose their colour."""
    demand_editing(work, analyse)
    if versjon is not None and versjon != rad.versjon:
        raise Conflict(_("Rada blei endra av ein annan medan du skreiv."), theirs=in_words(as_said(work, rad)))
    rad.fjerna, rad.endra, rad.endra_av_id = True, work.now, work.me.id
    work.db.flush()
    tell_measures(work, rad)
    note(work, analyse, "fjerna", rad_nr=rad.nr)


def accept_rest(work: Work, analyse: RosAnalyse, rad: RosRad, grunn: str) -> None:
    """The leader above accepts a red residual risk, with reason and day (domene 4.4). Raises `NotFound` when it is not hers."""
    if not may_accept(work, analyse) or analyse.status not in LIVE:
        raise NotFound
    if (rad.rest_farge or rad.farge) != Farge.RAUD:
        raise Refused(_("Restrisikoen er ikkje raud, så han treng ikkje å bli godteken."), "grunn")
    rad.godteke_grunn = clean(work, grunn, "grunn", required=True)
    rad.godteke_av_id, rad.godteke_tid = work.me.id, work.now
    work.db.flush()
    note(work, analyse, "godteke", tekst=rad.godteke_grunn, rad_nr=rad.nr)


def add_measure(  # noqa: PLR0917 - what a measure is
    work: Work, analyse: RosAnalyse, rad: RosRad, tittel: str, ansvarleg: Person, frist: date, type_: str, plan: Plan
) -> Tiltak:
    """A measure for a row, on the one list. Raises `NotFound` for somebody who does not carry out the analysis."""
    if Hat.SKRIVAR not in hats(work, analyse) or analyse.status not in LIVE:
        raise NotFound
    tiltak = create_tiltak(
        work,
        tittel=tittel,
        skildring="",
        ansvarleg=ansvarleg,
        eining_id=analyse.eining_id,
        frist=frist,
        type=type_,
        prioritet=1 if rad.farge == Farge.RAUD else 2,
        plan=plan,
        opphav=origin(analyse, rad),
    )
    tell_measures(work, rad)
    return tiltak


def origin(analyse: RosAnalyse, rad: RosRad) -> tuple[str, int, str, bool]:
    """How a measure names the row it came from."""
    return (ORIGIN, rad.id, f"ROS {analyse.id}, rad {rad.nr}", True)
