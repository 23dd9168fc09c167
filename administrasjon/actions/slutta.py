"""Names go when employees have left and nothing keeps them: the account becomes a number, history and log stand as they were."""

from datetime import timedelta

from sqlalchemy import delete, select

from administrasjon.events import Pseudonymisert
from administrasjon.queries.slutta import MARK, kept, left, wait_days
from kjerne import log, mail
from kjerne.gloyming import forget_pages
from kjerne.i18n import gettext as _
from kjerne.i18n import language
from kjerne.models import Eining, Epost, Okt, Person, PersonEining, TilgangsgruppeMedlem
from kjerne.work import Work


def pseudonymise_left(work: Work) -> int:
    """Take the names of all whose time is out and whom nothing keeps; tell the leader of those something keeps. Answers how many.

    Running it again changes nothing more: whoever has lost her name is not found again.
    """
    people = left(work, until=work.today - timedelta(days=wait_days(work)))
    hold = kept(work, people)
    free = [person for person in people if person.id not in hold]
    for person in free:
        pseudonymise(work, person)
    for person in people:
        if person.id in hold:
            _tell_leader(work, person)
    if free:
        forget_pages(work.db)
    return len(free)


def pseudonymise(work: Work, person: Person) -> None:
    """Name, e-mail, employee number, password, sessions and letters go. The row stays: history points at it."""
    old, new = person.namn, _("Tidlegare tilsett %(nr)s", nr=person.id)
    person.namn, person.ansattnr, person.epost = new, f"{MARK}{person.id}", None
    person.passord_hash = person.invitasjon_hash = person.invitasjon_utgar = None
    person.yrke = person.sprak = person.borte_fra = person.borte_til = None
    person.ma_byte_passord, person.deaktivert = False, True
    for table, column in (
        (Okt, Okt.person_id),
        (Epost, Epost.til_person_id),
        (TilgangsgruppeMedlem, TilgangsgruppeMedlem.person_id),
    ):
        work.db.execute(delete(table).where(column == person.id).execution_options(synchronize_session=False))
    work.db.flush()
    if work.db.scalar(select(Person.id).where(Person.namn == old).limit(1)) is None:
        work.announce(Pseudonymisert(person.id, old, new))
    log.record(work, "person", person.id, "person:pseudonymisert")


def _tell_leader(work: Work, person: Person) -> None:
    """One letter to the leader of the unit she worked in: something waits for a new owner. No name in it."""
    leader = work.db.scalar(
        select(Person)
        .join(Eining, Eining.leiar_id == Person.id)
        .join(PersonEining, PersonEining.eining_id == Eining.id)
        .where(PersonEining.person_id == person.id, PersonEining.hovud, Person.id != person.id)
        .limit(1)
    )
    if leader is None:
        return
    with language(leader.sprak or work.sprak):
        body = _("Nokon som har slutta i eininga di, står enno som eigar av saker, tiltak eller anna. Gi det til ein annan.")
        link = f"{work.config.base_url}/personar/slutta"
        mail.queue(work, leader, _("Noko treng ny eigar"), f"{body}\n\n{link}\n", key=f"slutta-{person.id}")


__all__ = ["pseudonymise", "pseudonymise_left"]
