"""The mail about letters. It carries year, number, unit and link, never a text; each goes once, by its key."""

from sqlalchemy import select

from kjerne import mail
from kjerne.i18n import SPRAK, Lazy, fdate, language
from kjerne.i18n import gettext as _
from kjerne.i18n import lazy as _l
from kjerne.innstilling import settings
from kjerne.models import Eining, Person
from kjerne.work import Work
from oppdragsbrev.models import Brevmottak, Brevpunkt, Brevsvar, Oppdragsbrev, Punktmottak
from tiltak.queries import responsible_leader

ISSUED = _l("Oppdragsbrevet for %(aar)s er sendt til eininga di")
AMENDED = _l("Oppdragsbrevet for %(aar)s har fått ei ny utgåve")
DEADLINE = _l("Ny frist i oppdragsbrevet for %(aar)s, punkt %(punkt)s")
RETURNED = _l("Punkt %(punkt)s i oppdragsbrevet for %(aar)s er sendt tilbake")
ACCEPTED = _l("Punkt %(punkt)s i oppdragsbrevet for %(aar)s er godteke")
ASKED = _l("Spørsmål til oppdragsbrevet for %(aar)s, punkt %(punkt)s")
ANSWERED = _l("Svar på spørsmål til oppdragsbrevet for %(aar)s, punkt %(punkt)s")
GIVEN = _l("Du er beden om å svare på ein del av oppdragsbrevet for %(aar)s")
SOON = _l("Fristen for punkt %(punkt)s i oppdragsbrevet for %(aar)s nærmar seg")
OVER = _l("Fristen for punkt %(punkt)s i oppdragsbrevet for %(aar)s er ute")


def send(
    work: Work, brev: Oppdragsbrev, eining: Eining, to: Person | None, *, subject: Lazy, key: str, del_: Punktmottak | None = None
) -> None:
    """Put one letter in the outbox, in its receiver's language. Nobody writes to herself."""
    if to is None or (work.person is not None and work.person.id == to.id):
        return
    sprak = to.sprak if to.sprak in SPRAK else settings(work.db)["sprak"]
    nr = work.db.scalar(select(Brevpunkt.nr).where(Brevpunkt.id == del_.punkt_id)) if del_ else 0
    with language(sprak):
        about = subject % {"aar": brev.aar, "punkt": nr}
        due = _("Frist: %(frist)s", frist=fdate(del_.frist)) + "\n" if del_ else ""
        body = _(
            "%(emne)s.\n\nBrev: %(nr)s\nEining: %(eining)s\n%(frist)s\nOpne brevet:\n%(lenkje)s\n",
            emne=about,
            nr=brev.id,
            eining=eining.namn,
            frist=due,
            lenkje=f"{work.config.base_url}/oppdragsbrev/{brev.id}/eining/{eining.kode}" + (f"#punkt-{nr}" if nr else ""),
        )
        mail.queue(work, to, about, body, key=f"brev-{brev.id}-{key}")


def leader_of(work: Work, eining: Eining) -> Person | None:
    """Who answers for a unit: its leader, her deputy when she is away, else the next up."""
    return responsible_leader(work.db, eining.id, 0, work.today)


def director_of(work: Work, brev: Oppdragsbrev) -> Person | None:
    """Who wrote the letter."""
    return work.db.get(Person, brev.laga_av_id)


def issued(work: Work, brev: Oppdragsbrev, eining: Eining) -> None:
    """To the unit's leader: the letter has come."""
    send(work, brev, eining, leader_of(work, eining), subject=ISSUED, key=f"sendt-{eining.id}")


def amended(work: Work, brev: Oppdragsbrev, eining: Eining) -> None:
    """To the unit's leader: the letter has a new edition."""
    send(work, brev, eining, leader_of(work, eining), subject=AMENDED, key=f"utgave-{brev.utgave}-{eining.id}")


def about_point(work: Work, brev: Oppdragsbrev, eining: Eining, del_: Punktmottak, *, subject: Lazy, key: str) -> None:
    """To the unit's leader: something about a point."""
    send(work, brev, eining, leader_of(work, eining), subject=subject, key=f"{key}-{del_.id}", del_=del_)


def to_director(work: Work, brev: Oppdragsbrev, eining: Eining, del_: Punktmottak, *, subject: Lazy, key: str) -> None:
    """To whoever wrote the letter: something about a point."""
    send(work, brev, eining, director_of(work, brev), subject=subject, key=f"{key}-{del_.id}", del_=del_)


def given(work: Work, brev: Oppdragsbrev, eining: Eining, del_: Punktmottak, *, svar: Brevsvar, to: Person) -> None:
    """To whom a bullet was given."""
    send(work, brev, eining, to, subject=GIVEN, key=f"gitt-{svar.id}-{to.id}-{svar.version}", del_=del_)


def remind(work: Work, brev: Oppdragsbrev, mottak: Brevmottak, del_: Punktmottak) -> None:
    """Before the deadline and after it, once each; another deadline is reminded of anew."""
    eining = work.db.get_one(Eining, mottak.eining_id)
    over = del_.frist < work.today
    key = f"{'over' if over else 'snart'}-{del_.id}-{del_.frist.isoformat()}"
    send(work, brev, eining, leader_of(work, eining), subject=OVER if over else SOON, key=key, del_=del_)
