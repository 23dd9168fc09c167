"""What happened and asks for training: put on a unit by the package above (a deviation) or by an event below (a procedure)."""

from collections.abc import Iterable

from sqlalchemy import delete, select

from kjerne import log
from kjerne.access import Right
from kjerne.errors import NotFound
from kjerne.katalog import in_force
from kjerne.work import Work
from kompetanse import rules
from kompetanse.models import Kompetanse, Kompetansebehov, KompetanseProsedyre, Opplaeringsbehov
from kompetanse.queries import kart
from kompetanse.rules import Behovstatus, Opphav


def request_training(work: Work, *, eining_id: int, slag: str, ref_id: int, namn: str, synleg: bool, tema: str = "") -> int:
    """Ask for training in a unit because of something that happened. Twice is once. Returns how many needs are new.

    `slag` is one of `rules.Opphav`, `namn` a number such as "2026-17" (never a text), `tema` the case's sub-category: it says
    which competences it is about. When none fits, the leader chooses. The caller has asked whether few may see the case:
    then it does not call.
    """
    about: list[int | None] = [
        row.id for row in work.db.scalars(in_force(Kompetanse, work.today)) if rules.matches_theme(row.tema, tema)
    ]
    known = set(
        work.db.scalars(
            select(Opplaeringsbehov.kompetanse_id).where(
                Opplaeringsbehov.slag == Opphav(slag), Opplaeringsbehov.ref_id == ref_id, Opplaeringsbehov.eining_id == eining_id
            )
        )
    )
    if known and not about:
        return 0
    return _add(work, eining_id, Opphav(slag), ref_id, namn, [one for one in about or [None] if one not in known], synleg=synleg)


def _add(  # noqa: PLR0917 - the columns of one row
    work: Work, eining_id: int, slag: Opphav, ref_id: int, namn: str, kompetansar: Iterable[int | None], *, synleg: bool
) -> int:
    rows = [
        Opplaeringsbehov(
            eining_id=eining_id, kompetanse_id=one, slag=slag.value, ref_id=ref_id, namn=namn, synleg=synleg, laga=work.now
        )
        for one in kompetansar
    ]
    work.db.add_all(rows)
    work.db.flush()
    for row in rows:
        log.record(work, "opplaeringsbehov", row.id, "opplaering:bede", slag=slag.value, ref=ref_id, eining=eining_id)
    return len(rows)


def withdraw_training(work: Work, *, slag: str, ref_id: int) -> None:
    """The case became one that few may see, or no cause any more: what nobody has answered goes, the rest loses its name."""
    rows = work.db.scalars(select(Opplaeringsbehov).where(Opplaeringsbehov.slag == Opphav(slag), Opplaeringsbehov.ref_id == ref_id))
    for row in rows.all():
        if row.status == Behovstatus.OPEN:
            work.db.execute(delete(Opplaeringsbehov).where(Opplaeringsbehov.id == row.id))
        else:
            row.synleg, row.namn = False, ""
        log.record(work, "opplaeringsbehov", row.id, "opplaering:trekt")
    work.db.flush()


def decline(work: Work, behov: Opplaeringsbehov) -> None:
    """No training is needed for it."""
    if not work.has(Right.KOMPETANSE_SKRIV, behov.eining_id) or behov.status != Behovstatus.OPEN:
        raise NotFound
    behov.status = Behovstatus.AVVIST.value
    work.db.flush()
    log.record(work, "opplaeringsbehov", behov.id, "opplaering:avvist")


def after_revision(work: Work, prosedyre_id: int, versjon_id: int, namn: str) -> int:
    """A major version came in force: each competence it belongs to, where set so, needs training in the units that need it."""
    about = set(
        work.db.scalars(
            select(KompetanseProsedyre.kompetanse_id).where(
                KompetanseProsedyre.prosedyre_id == prosedyre_id, KompetanseProsedyre.opplaering.is_(True)
            )
        )
    )
    if not about:
        return 0
    set_on = set(work.db.scalars(select(Kompetansebehov.eining_id).where(Kompetansebehov.kompetanse_id.in_(about))))
    if not set_on:
        return 0
    needs = kart.needs_in_force(work.db, work.today)
    asked = work.db.execute(
        select(Opplaeringsbehov.eining_id, Opplaeringsbehov.kompetanse_id).where(
            Opplaeringsbehov.slag == Opphav.PROSEDYRE, Opplaeringsbehov.ref_id == versjon_id
        )
    )
    done = {(row[0], row[1]) for row in asked}
    count = 0
    for unit in kart.all_units(work.db, work.today):
        wanted = {one.kompetanse_id for one in kart.needs_of(unit, needs)} & about
        new = sorted(one for one in wanted if (unit.id, one) not in done)
        if new:
            count += _add(work, unit.id, Opphav.PROSEDYRE, versjon_id, namn, new, synleg=True)
    return count
