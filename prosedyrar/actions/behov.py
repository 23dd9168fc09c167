"""Say how a needed routine stands in a unit: covered by a procedure, planned, not needed, or nothing said; and what a unit is."""

from datetime import date

from kjerne import log, vakt
from kjerne.access import Right
from kjerne.errors import Conflict, NotFound, Refused
from kjerne.i18n import gettext as _
from kjerne.models import Eining, Person
from kjerne.text import clean
from kjerne.work import Work
from prosedyrar.behov import Slag
from prosedyrar.models.behov import Einingsslag, Rutinedekning
from prosedyrar.queries import get_prosedyre
from prosedyrar.queries.behov import row_of
from prosedyrar.queries.rutinar import needs
from prosedyrar.rules import TITTEL_MAX


def _row(work: Work, kode: str, eining: Eining, version: int | None) -> Rutinedekning:
    """The row to write: that unit's own, or a new one. Asks for the right. Raises `Conflict` when it changed meanwhile."""
    if not work.has(Right.PROSEDYRE_SKRIV, eining.id) or kode not in needs(work.db, work.today):
        raise NotFound
    row = row_of(work.db, kode, eining.id)
    if version is not None and version != (row.versjon if row else 0):
        raise Conflict(_("Nokon andre endra denne rutina medan du heldt på. Last sida på nytt og sjå korleis det er no."))
    return row or Rutinedekning(behov=kode, eining_id=eining.id)


def _keep(work: Work, row: Rutinedekning, slag: str) -> None:
    row.endra, row.endra_av_id = work.now, work.person.id if work.person else None
    work.db.add(row)
    work.db.flush()
    log.record(work, "rutinedekning", row.id, f"rutine:{slag}", behov=row.behov, eining=row.eining_id, prosedyre=row.prosedyre_id)


def cover(work: Work, kode: str, eining: Eining, prosedyre_id: int, *, version: int | None = None) -> None:
    """The routine is covered here, and in all units below, by a procedure she may read."""
    row = _row(work, kode, eining, version)
    found = get_prosedyre(work, prosedyre_id)
    row.prosedyre_id, row.plan_person_id, row.plan_frist, row.grunn = found.id, None, None, ""
    _keep(work, row, "dekt")


def plan(work: Work, kode: str, eining: Eining, person: Person | None, frist: date | None, *, version: int | None = None) -> None:
    """Somebody will write it by a day. Raises `Refused` without either."""
    row = _row(work, kode, eining, version)
    if person is None or not person.is_employed(work.today):
        raise Refused(_("Vel kven som skal skrive rutina."), "plan_person")
    if frist is None or frist < work.today:
        raise Refused(_("Vel ein dag som er i dag eller seinare."), "plan_frist")
    row.prosedyre_id, row.plan_person_id, row.plan_frist, row.grunn = None, person.id, frist, ""
    _keep(work, row, "planlagt")


def not_needed(work: Work, kode: str, eining: Eining, grunn: str, *, confirmed: bool, version: int | None = None) -> None:
    """The routine is not needed here, and why."""
    row = _row(work, kode, eining, version)
    kept = clean(grunn, max_len=TITTEL_MAX, multiline=False)
    if not kept:
        raise Refused(_("Skriv kvifor rutina ikkje trengst her."), "grunn")
    vakt.demand(work.db, {"grunn": kept}, today=work.today, confirmed=confirmed)
    row.prosedyre_id, row.plan_person_id, row.plan_frist, row.grunn = None, None, None, kept
    _keep(work, row, "ikkje")


def forget(work: Work, kode: str, eining: Eining, *, version: int | None = None) -> None:
    """Take back what was said on this unit: what was said above counts again, else the routine is missing."""
    row = _row(work, kode, eining, version)
    if row in work.db:
        log.record(work, "rutinedekning", row.id, "rutine:fjerna", behov=kode, eining=eining.id)
        work.db.delete(row)
        work.db.flush()


def set_kind(work: Work, eining: Eining, slag: str) -> None:
    """Say what a unit is; that decides which routines it needs."""
    if not work.has(Right.PROSEDYRE_SKRIV, eining.id):
        raise NotFound
    if slag not in set(Slag):
        raise Refused(_("Vel kva slags eining det er."), "slag")
    row = work.db.get(Einingsslag, eining.id) or Einingsslag(eining_id=eining.id)
    row.slag = slag
    work.db.add(row)
    log.record(work, "eining", eining.id, "eining:slag", slag=slag)
