"""Giving and withdrawing roles and memberships of groups. Rights are read from the database on each request."""

from datetime import date, timedelta

from sqlalchemy import func, select

from administrasjon import rules
from kjerne import log
from kjerne.access import DERIVED, Right, Rolle
from kjerne.errors import NotFound, Refused
from kjerne.i18n import gettext as _
from kjerne.models import Eining, Person, Tilgang, Tilgangsgruppe, TilgangsgruppeMedlem
from kjerne.work import Work


def in_force(work: Work, person_id: int, eining_id: int, rolle: Rolle) -> Tilgang | None:
    """The role's row in force today, if any."""
    return work.db.scalars(
        select(Tilgang).where(
            Tilgang.person_id == person_id,
            Tilgang.eining_id == eining_id,
            Tilgang.rolle == rolle.value,
            Tilgang.gjeld_fra <= work.today,
            (Tilgang.gjeld_til.is_(None)) | (Tilgang.gjeld_til >= work.today),
        )
    ).first()


def ensure_role(work: Work, person_id: int, eining_id: int, rolle: Rolle) -> bool:
    """Give a role from today unless it is held already; returns whether it was given. For what follows from other facts."""
    if in_force(work, person_id, eining_id, rolle) is not None:
        return False
    _add(work, (person_id, eining_id, rolle), fra=work.today)
    return True


def _add(work: Work, what: tuple[int, int, Rolle], *, fra: date, til: date | None = None, heimel: str = "") -> Tilgang:
    person_id, eining_id, rolle = what
    same = work.db.scalars(
        select(Tilgang).where(
            Tilgang.person_id == person_id,
            Tilgang.eining_id == eining_id,
            Tilgang.rolle == rolle.value,
            Tilgang.gjeld_fra == fra,
        )
    ).first()
    row = same or Tilgang(person_id=person_id, eining_id=eining_id, rolle=rolle.value, gjeld_fra=fra)
    row.gjeld_til, row.heimel = til, heimel
    work.db.add(row)
    work.db.flush()
    log.record(
        work,
        "person",
        person_id,
        "tilgang:gitt",
        rolle=rolle.value,
        eining=eining_id,
        til=til.isoformat() if til else None,
    )
    return row


def end_role(work: Work, person_id: int, eining_id: int, rolle: Rolle) -> bool:
    """End a role today, at once; returns whether it was held."""
    row = in_force(work, person_id, eining_id, rolle)
    if row is None:
        return False
    _end(work, row)
    return True


def _end(work: Work, row: Tilgang) -> None:
    last = rules.last_day(row.gjeld_fra, work.today)
    if last is None:
        work.db.delete(row)
    else:
        row.gjeld_til = last
    work.db.flush()
    log.record(work, "person", row.person_id, "tilgang:teken", rolle=row.rolle, eining=row.eining_id)


def give_role(
    work: Work, person: Person, eining: Eining, rolle_code: str, *, fra: date, til: date | None, heimel: str = ""
) -> Tilgang:
    """Give a role by hand. Nobody gives herself one; an auditor's ends and says why; a derived role is nobody's to give."""
    if rolle_code not in rules.GIVEN or Rolle(rolle_code) in DERIVED:
        raise Refused(_("Vel ei rolle frå lista."), "rolle")
    rolle = Rolle(rolle_code)
    if work.person is not None:
        if not work.has(Right.TILGANG_GI, eining.id):
            raise NotFound
        if work.person.id == person.id:
            raise Refused(_("Du kan ikkje gi deg sjølv ei rolle. Ein annan administrator må gjere det."), "rolle")
    if til is not None and til < fra:
        raise Refused(_("Til-datoen er før frå-datoen."), "til")
    if rolle is Rolle.REVISOR and (til is None or til > fra + timedelta(days=366)):
        raise Refused(_("Ein revisor får tilgang for ei avgrensa tid, høgst eitt år. Skriv når ho sluttar."), "til")
    if rolle is Rolle.REVISOR and not heimel.strip():
        raise Refused(_("Skriv kvifor revisoren har tilgang, til dømes kva tilsyn det gjeld."), "heimel")
    return _add(work, (person.id, eining.id, rolle), fra=fra, til=til, heimel=heimel.strip())


def withdraw_role(work: Work, row: Tilgang) -> None:
    """Take a role back at once. The last administrator is not removed: nobody could let anybody in again."""
    if work.person is not None and not work.has(Right.TILGANG_GI, row.eining_id):
        raise NotFound
    if row.rolle == Rolle.ADMINISTRATOR.value and count_administrators(work) <= 1:
        raise Refused(_("Dette er den siste administratoren. Gi rolla til ein annan først."))
    _end(work, row)


def count_administrators(work: Work) -> int:
    """How many people are administrators today and can log in."""
    return (
        work.db.scalar(
            select(func.count(Tilgang.person_id.distinct()))
            .join(Person, Person.id == Tilgang.person_id)
            .where(
                Tilgang.rolle == Rolle.ADMINISTRATOR.value,
                Tilgang.gjeld_fra <= work.today,
                (Tilgang.gjeld_til.is_(None)) | (Tilgang.gjeld_til >= work.today),
                Person.deaktivert.is_(False),
            )
        )
        or 0
    )


def add_member(work: Work, group: Tilgangsgruppe, person: Person) -> None:
    """Name a person into a group that sees a sensitive kind of case. Nobody names herself."""
    if work.person is not None and work.person.id == person.id:
        raise Refused(_("Du kan ikkje setje deg sjølv i ei gruppe. Ein annan administrator må gjere det."), "person")
    if work.db.get(TilgangsgruppeMedlem, (group.id, person.id)) is None:
        work.db.add(TilgangsgruppeMedlem(gruppe_id=group.id, person_id=person.id))
        work.db.flush()
        log.record(work, "gruppe", group.id, "gruppe:inn", person=person.id)


def remove_member(work: Work, group: Tilgangsgruppe, person_id: int) -> None:
    """Take a person out of a group."""
    row = work.db.get(TilgangsgruppeMedlem, (group.id, person_id))
    if row is None:
        raise NotFound
    work.db.delete(row)
    work.db.flush()
    log.record(work, "gruppe", group.id, "gruppe:ut", person=person_id)
