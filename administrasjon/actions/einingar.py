"""What can be done with units: add, change, move, merge, end. Each change leaves a row of history; nothing is deleted."""

from dataclasses import replace
from datetime import date

from sqlalchemy import select, update

from administrasjon import rules
from administrasjon.actions import tilgangar
from kjerne import log
from kjerne.access import Right, Rolle
from kjerne.errors import Conflict, NotFound, Refused
from kjerne.fullmakt import load_grants
from kjerne.i18n import gettext as _
from kjerne.models import Eining, EiningHistorie, Person, PersonEining, Tilgang
from kjerne.work import Work


def require(work: Work, right: Right, eining_id: int | None) -> None:
    """The right on that unit, else the unit does not exist for her. A system job (no person) may all."""
    if work.person is not None and (eining_id is None or not work.has(right, eining_id)):
        raise NotFound


def refreshed(work: Work) -> Work:
    """The same work after the tree has grown: what one may on a unit one may on its new child."""
    if work.person is None:
        return work
    return replace(work, grants=load_grants(work.db, work.person.id, work.today))


def note(work: Work, eining: Eining, felt: str, fra: object, til: object) -> None:
    """Keep what a field was before it changed."""
    work.db.add(
        EiningHistorie(
            eining_id=eining.id,
            tid=work.now,
            felt=felt,
            fra=None if fra is None else str(fra)[:200],
            til=None if til is None else str(til)[:200],
            person_id=work.person.id if work.person else None,
        )
    )


def check_version(eining: Eining, version: int | None) -> None:
    """Somebody changed it since the form was opened: nobody's change is overwritten unseen."""
    if version is not None and version != eining.version:
        raise Conflict(_("Nokon har endra eininga medan du hadde ho open. Last sida på nytt og gjer endringa igjen."))


def add_unit(
    work: Work,
    *,
    kode: str,
    namn: str,
    niva: str = "eining",
    overordna: Eining | None = None,
    gjeld_fra: date | None = None,
) -> Eining:
    """Add a unit under another (a top of a tree: the system only)."""
    require(work, Right.EINING_SKRIV, overordna.id if overordna else None)
    if work.db.scalar(select(Eining.id).where(Eining.kode == kode)) is not None:
        raise Refused(_("Koden er alt i bruk av ei anna eining."), "kode")
    eining = Eining(
        kode=kode,
        namn=namn,
        niva=niva,
        overordna_id=overordna.id if overordna else None,
        gjeld_fra=gjeld_fra or date(2020, 1, 1),
    )
    work.db.add(eining)
    work.db.flush()
    eining.sti = f"{overordna.sti if overordna else '/'}{eining.id}/"
    note(work, eining, "laga", None, namn)
    log.record(work, "eining", eining.id, "eining:laga")
    return eining


def edit_unit(
    work: Work,
    eining: Eining,
    *,
    namn: str,
    niva: str,
    gjeld_fra: date,
    gjeld_til: date | None = None,
    version: int | None = None,
) -> bool:
    """Change a unit's own fields; returns whether anything changed."""
    require(work, Right.EINING_SKRIV, eining.id)
    check_version(eining, version)
    if gjeld_til is not None and gjeld_til < gjeld_fra:
        raise Refused(_("Til-datoen er før frå-datoen."), "gjeld_til")
    wanted = {"namn": namn, "niva": niva, "gjeld_fra": gjeld_fra, "gjeld_til": gjeld_til}
    changed = [name for name, value in wanted.items() if getattr(eining, name) != value]
    for name in changed:
        note(work, eining, name, getattr(eining, name), wanted[name])
        setattr(eining, name, wanted[name])
    if changed:
        work.db.flush()
        log.record(work, "eining", eining.id, "eining:endra", felt=",".join(changed))
    return bool(changed)


def set_leaders(work: Work, eining: Eining, leiar: Person | None, stedfortredar: Person | None) -> bool:
    """Say who leads the unit and who stands in. The leader gets the role; the former one's ends. Returns whether it changed."""
    require(work, Right.EINING_SKRIV, eining.id)
    if leiar is not None and stedfortredar is not None and leiar.id == stedfortredar.id:
        raise Refused(_("Leiaren kan ikkje vere sin eigen stedfortredar."), "stedfortredar")
    changed = False
    for felt, person in (("leiar", leiar), ("stedfortredar", stedfortredar)):
        before_id = getattr(eining, f"{felt}_id")
        after_id = person.id if person else None
        if before_id == after_id:
            continue
        before = work.db.get(Person, before_id) if before_id else None
        note(work, eining, felt, before.namn if before else None, person.namn if person else None)
        setattr(eining, f"{felt}_id", after_id)
        log.record(work, "eining", eining.id, f"eining:{felt}", fra=before_id, til=after_id)
        changed = True
        if felt == "leiar" and before is not None:
            tilgangar.end_role(work, before.id, eining.id, Rolle.LEIAR)
    work.db.flush()
    if leiar is not None:
        changed = tilgangar.ensure_role(work, leiar.id, eining.id, Rolle.LEIAR) or changed
    return changed


def move_unit(work: Work, eining: Eining, target: Eining, *, version: int | None = None) -> None:
    """Move a unit with everything below it under another. Refuses a circle."""
    require(work, Right.EINING_SKRIV, eining.id)
    require(work, Right.EINING_SKRIV, target.id)
    check_version(eining, version)
    if rules.is_below(target.sti, eining.sti):
        raise Refused(_("Eininga kan ikkje ligge under seg sjølv."), "overordna")
    if eining.overordna_id == target.id:
        return
    former = work.db.get(Eining, eining.overordna_id) if eining.overordna_id else None
    note(work, eining, "overordna", former.kode if former else None, target.kode)
    log.record(work, "eining", eining.id, "eining:flytta", fra=eining.overordna_id, til=target.id)
    _put_under(work, eining, target)


def _put_under(work: Work, eining: Eining, target: Eining | None) -> None:
    """Set the parent, and the paths of the whole subtree."""
    old = eining.sti
    new = f"{target.sti if target else '/'}{eining.id}/"
    below = work.db.scalars(select(Eining).where(Eining.sti.startswith(old, autoescape=False))).all()
    eining.overordna_id = target.id if target else None
    for unit in below:
        unit.sti = new + unit.sti.removeprefix(old)
    work.db.flush()


def merge_unit(work: Work, eining: Eining, heir: Eining, *, version: int | None = None) -> None:
    """Merge a unit into another from today: children and people move to the heir, the unit ends and points to it.

    The ended unit lies under the heir afterwards, so that the heir's leader reaches its old cases.
    """
    require(work, Right.EINING_SKRIV, eining.id)
    require(work, Right.EINING_SKRIV, heir.id)
    check_version(eining, version)
    if heir.id == eining.id or not heir.is_active(work.today) or not eining.is_active(work.today):
        raise Refused(_("Vel ei anna eining som er i bruk."), "arvtakar")
    if eining.overordna_id is None:
        raise Refused(_("Den øvste eininga kan ikkje slåast saman med ei anna."), "arvtakar")
    if rules.is_below(heir.sti, eining.sti):
        move_unit(work, heir, work.db.get_one(Eining, eining.overordna_id))
        work.db.refresh(eining)
    for child in work.db.scalars(select(Eining).where(Eining.overordna_id == eining.id)).all():
        move_unit(work, child, heir)
    move_people(work, eining, heir)
    if eining.leiar_id is not None:
        tilgangar.end_role(work, eining.leiar_id, eining.id, Rolle.LEIAR)
    note(work, eining, "arvtakar", None, heir.kode)
    eining.arvtakar_id = heir.id
    eining.gjeld_til = rules.last_day(eining.gjeld_fra, work.today) or eining.gjeld_fra
    _put_under(work, eining, heir)
    log.record(work, "eining", eining.id, "eining:slegen-saman", til=heir.id)


def move_people(work: Work, eining: Eining, heir: Eining) -> None:
    """Everybody who works in a unit works in the other from now on, main units and the role tilsett included."""
    there = set(work.db.scalars(select(PersonEining.person_id).where(PersonEining.eining_id == heir.id)))
    for place in work.db.scalars(select(PersonEining).where(PersonEining.eining_id == eining.id)).all():
        if place.person_id not in there:
            work.db.add(PersonEining(person_id=place.person_id, eining_id=heir.id, hovud=place.hovud))
        elif place.hovud:
            work.db.execute(
                update(PersonEining)
                .where(PersonEining.person_id == place.person_id, PersonEining.eining_id == heir.id)
                .values(hovud=True)
            )
        work.db.delete(place)
    work.db.flush()
    employed = select(Tilgang.person_id).where(
        Tilgang.eining_id == eining.id,
        Tilgang.rolle == Rolle.TILSETT.value,
        (Tilgang.gjeld_til.is_(None)) | (Tilgang.gjeld_til >= work.today),
    )
    for person_id in work.db.scalars(employed).all():
        tilgangar.ensure_role(work, person_id, heir.id, Rolle.TILSETT)
        tilgangar.end_role(work, person_id, eining.id, Rolle.TILSETT)


def end_unit(work: Work, eining: Eining, *, version: int | None = None) -> None:
    """End a unit today. Refused while it has units or people: those are moved or merged first."""
    require(work, Right.EINING_SKRIV, eining.id)
    check_version(eining, version)
    children = work.db.scalars(select(Eining).where(Eining.overordna_id == eining.id)).all()
    if any(child.is_active(work.today) for child in children):
        raise Refused(_("Eininga har einingar under seg. Flytt dei først, eller slå eininga saman med ei anna."))
    if work.db.scalar(select(PersonEining.person_id).where(PersonEining.eining_id == eining.id).limit(1)) is not None:
        raise Refused(_("Det arbeider personar i eininga. Flytt dei først, eller slå eininga saman med ei anna."))
    note(work, eining, "gjeld_til", eining.gjeld_til, work.today)
    eining.gjeld_til = rules.last_day(eining.gjeld_fra, work.today) or eining.gjeld_fra
    work.db.flush()
    log.record(work, "eining", eining.id, "eining:avslutta")
