"""The order of measures: moved by hand with a reason and put back, and which measure waits for which."""

from typing import Final

from sqlalchemy import func, select

from kjerne.access import Right
from kjerne.db import one_at_a_time
from kjerne.errors import NotFound, Refused
from kjerne.i18n import gettext as _
from kjerne.work import Work
from tiltak import queries, rang, rules
from tiltak.actions.skriving import arrange, check_version, clean, flush, note
from tiltak.models import Tiltak, TiltakAvheng

#: Whoever says that a measure waits has this turn: two at once could each close half a circle the other does not see.
TURN: Final = 7_243_321


def _may_order(work: Work, tiltak: Tiltak) -> None:
    """Whoever follows measures up in the unit may; a shielded one has no place anybody shall read anything from."""
    if not queries.may_order(work, tiltak):
        raise NotFound


def move(work: Work, tiltak: Tiltak, framfor: Tiltak | None, grunn: str, *, version: int | None = None) -> None:
    """Place a measure by hand just ahead of another that she sees, or first of all (None), with the reason.

    It stays there until it is put back, also when its risk changes. Raises `Refused` for no reason given or for itself.
    """
    check_version(tiltak, version, mine=grunn, theirs=tiltak.flytta_grunn)
    _may_order(work, tiltak)
    if framfor is not None and (framfor.id == tiltak.id or framfor.avslutta):
        raise Refused(_("Vel eit anna, ope tiltak å flytte det framfor."), "framfor")
    kept = clean(work, grunn, "tekst")
    open_here = (
        Tiltak.eining_id.in_(work.units(Right.TILTAK_LES)),
        Tiltak.avslutta.is_(False),
        Tiltak.id != tiltak.id,
    )
    if framfor is None:
        first = work.db.scalar(select(func.min(Tiltak.rang)).where(*open_here))
        place = rang.between(None, tiltak.rang if first is None else first)
    else:
        ahead = work.db.scalar(select(func.max(Tiltak.rang)).where(*open_here, Tiltak.rang < framfor.rang))
        place = rang.between(ahead, framfor.rang)
    columns = {"rang": place, "flytta_grunn": kept, "flytta_av_id": work.me.id, "flytta_tid": work.now}
    for name, value in columns.items():
        setattr(tiltak, name, value)
    flush(work, grunn)
    note(work, tiltak, "flytta", til=str(framfor.id) if framfor else "", tekst=kept)


def put_back(work: Work, tiltak: Tiltak, *, version: int | None = None) -> None:
    """Let colour, risk reduction per krone and deadline decide its place again. The reasons stay in its history."""
    check_version(tiltak, version, mine="", theirs=tiltak.flytta_grunn)
    _may_order(work, tiltak)
    if tiltak.flytta_tid is None:
        return
    tiltak.flytta_grunn, tiltak.flytta_av_id, tiltak.flytta_tid = "", None, None
    arrange(tiltak)
    flush(work, "")
    note(work, tiltak, "nullstilt")


def add_dependency(work: Work, tiltak: Tiltak, ventar_pa: Tiltak) -> None:
    """Say that a measure cannot begin before another is done. Twice is once.

    Both are measures she sees; changing is for who may change the measure. Raises `Refused` for a circle: a measure that, by
    one or more others, would wait for itself. Two people at once take turns, so that neither closes a circle unseen.
    """
    _may_change(work, tiltak)
    one_at_a_time(work.db, TURN)
    if ventar_pa.id == tiltak.id or tiltak.id in queries.waited_for(work.db, ventar_pa.id):
        raise Refused(_("Det blir ein ring: det andre tiltaket ventar alt på dette."), "nr")
    if ventar_pa.skjerma or tiltak.skjerma:
        raise Refused(_("Eit skjerma tiltak kan ikkje knytast til andre tiltak."), "nr")
    if work.db.get(TiltakAvheng, (tiltak.id, ventar_pa.id)) is not None:
        return
    work.db.add(TiltakAvheng(tiltak_id=tiltak.id, ventar_pa_id=ventar_pa.id))
    work.db.flush()
    note(work, tiltak, "ventar_pa", til=str(ventar_pa.id))


def drop_dependency(work: Work, tiltak: Tiltak, ventar_pa_id: int) -> None:
    """Say that it does not wait for the other after all."""
    _may_change(work, tiltak)
    row = work.db.get(TiltakAvheng, (tiltak.id, ventar_pa_id))
    if row is None:
        raise NotFound
    work.db.delete(row)
    work.db.flush()
    note(work, tiltak, "ventar_ikkje", fra=str(ventar_pa_id))


def _may_change(work: Work, tiltak: Tiltak) -> None:
    if not queries.sees_all(work, tiltak) or not rules.may_edit(tiltak.status, queries.hats(work, tiltak)):
        raise NotFound
