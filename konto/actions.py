"""What can be done with accounts: log in and out, passwords, invitations, disabling. For pages and command line."""

import secrets
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select

from kjerne import log, mail, passwords, sessions
from kjerne.errors import NotFound, Refused
from kjerne.i18n import SPRAK, language
from kjerne.i18n import gettext as _
from kjerne.innstilling import settings
from kjerne.models import Person
from kjerne.work import Work
from konto import queries, rules, throttle
from konto.throttle import Origin


@dataclass(frozen=True)
class LoggedIn:
    """She is in: the session's token for the cookie."""

    person: Person
    token: str


@dataclass(frozen=True)
class Wrong:
    """The name, the password or both are wrong, or the account is closed: nobody is told which."""


@dataclass(frozen=True)
class Wait:
    """Too many tries: the password was not looked at."""

    seconds: int


def log_in(work: Work, name: str, password: str, origin: Origin, *, shared: bool) -> LoggedIn | Wrong | Wait:
    """Try to log in. An unknown name costs the same time and gives the same answer as a wrong password.

    Returns (never raises), so that the edge commits the failure's count.
    """
    person = queries.by_user_name(work.db, name)
    account = throttle.account_key(work.config, person.id if person else None, name.strip().casefold(), origin)
    origin_key = throttle.origin_key(work.config, origin)
    before = throttle.standing(work.db, account, origin_key, work.now)
    if before.seconds:
        return Wait(before.seconds)
    stored = person.passord_hash if person and len(password) <= passwords.MAX_LENGTH else None
    fits = passwords.check(work.config, stored, password[: passwords.MAX_LENGTH])
    if person is None or not fits or not person.is_employed(work.today):
        failures = throttle.note_failure(work.db, account, origin_key, work.now)
        work.keep_when_refused()
        if person is not None and failures == rules.FREE_TRIES:
            log.record(work, "person", person.id, "konto:bremsa", actor=log.SYSTEM, forsok=failures)
        return Wrong()
    throttle.forget(work.db, account, before)
    if work.okt is not None:
        sessions.end(work.db, work.okt, work.now)
    token = sessions.start(work.db, person, work.now, shared=shared)
    log.record(work, "person", person.id, "konto:logga-inn", actor=str(person.id), delt=shared)
    return LoggedIn(person, token)


def log_out(work: Work) -> None:
    """End this session; without one there is nothing to do."""
    if work.okt is not None:
        sessions.end(work.db, work.okt, work.now)
        log.record(work, "person", work.me.id, "konto:logga-ut")


def log_out_everywhere(work: Work) -> None:
    """End all my sessions, this one too."""
    sessions.end_all(work.db, work.me.id, work.now)
    log.record(work, "person", work.me.id, "konto:logga-ut-overalt")


def own_password_fits(work: Work, password: str, origin: Origin) -> bool | Wait:
    """Whether this is my password; counted like a login, so that an open tablet is no place to guess."""
    account = throttle.account_key(work.config, work.me.id, "", origin)
    origin_key = throttle.origin_key(work.config, origin)
    before = throttle.standing(work.db, account, origin_key, work.now)
    if before.seconds:
        return Wait(before.seconds)
    if passwords.check(work.config, work.me.passord_hash, password[: passwords.MAX_LENGTH]):
        throttle.forget(work.db, account, before)
        return True
    throttle.note_failure(work.db, account, origin_key, work.now)
    work.keep_when_refused()
    return False


def password_problem(person: Person, password: str) -> str | None:
    """The sentence for what is wrong with a new password; None when it is good."""
    texts = {
        "kort": _("Passordet må ha minst %(n)s teikn. Ein setning du hugsar er fin.", n=passwords.MIN_LENGTH),
        "lang": _("Passordet kan ha høgst %(n)s teikn, og ingen usynlege.", n=passwords.MAX_LENGTH),
        "lik": _("Passordet kan ikkje vere namnet, tilsettnummeret eller e-posten din."),
        "enkel": _("Passordet har for få ulike teikn."),
    }
    fault = rules.password_fault(password, (person.ansattnr, person.namn, person.epost or ""))
    return texts[fault] if fault else None


def set_password(work: Work, person: Person, password: str, *, must_change: bool = False) -> None:
    """Set a password; all the person's other sessions end. Raises `Refused` when it is too weak."""
    problem = password_problem(person, password)
    if problem:
        raise Refused(problem, "nytt")
    person.passord_hash = passwords.make_hash(work.config, password)
    person.ma_byte_passord = must_change
    person.invitasjon_hash = person.invitasjon_utgar = None
    own = work.okt.id if work.okt is not None and work.okt.person_id == person.id else None
    sessions.end_all(work.db, person.id, work.now, but=own)
    log.record(work, "person", person.id, "konto:passord-endra")


def invite(work: Work, person: Person) -> str:
    """Make an invitation and put its letter in the outbox; returns the address to open. An earlier one stops working.

    It holds for seven days and for one use; only a hash of it is kept.
    """
    if person.deaktivert:
        raise Refused(_("Kontoen er stengd. Opne han før du inviterer."))
    token = secrets.token_urlsafe(32)
    person.invitasjon_hash = queries.token_hash(token)
    person.invitasjon_utgar = work.now + rules.INVITATION_LIFE
    work.db.flush()
    address = f"{work.config.base_url}/invitasjon/{token}"
    ours = settings(work.db)
    with language(person.sprak or ours["sprak"]):
        mail.queue(
            work,
            person,
            _("Vel passord til Internkontroll"),
            _(
                "Hei. Du har fått konto i Internkontroll hos %(kommune)s. Brukarnamnet ditt er %(nr)s.\n\n"
                "Vel passord her. Lenkja verkar éin gong, i sju dagar:\n%(lenkje)s\n",
                kommune=ours["kommune"],
                nr=person.ansattnr,
                lenkje=address,
            ),
            key=f"invitasjon-{queries.token_hash(token)[:32]}",
        )
    log.record(work, "person", person.id, "konto:invitert")
    return address


def accept_invitation(work: Work, token: str, password: str) -> Person:
    """Set the first password with an invitation. Raises `NotFound` when it does not hold (any more)."""
    person = queries.by_invitation(work.db, token, work.now)
    if person is None:
        raise NotFound
    set_password(work, person, password)
    return person


def disable(work: Work, person: Person) -> None:
    """Close an account: every session ends at once, invitations stop working."""
    person.deaktivert = True
    person.invitasjon_hash = person.invitasjon_utgar = None
    sessions.end_all(work.db, person.id, work.now)
    log.record(work, "person", person.id, "konto:stengd")


def enable(work: Work, person: Person) -> None:
    """Open a closed account again; the old password still holds."""
    person.deaktivert = False
    log.record(work, "person", person.id, "konto:opna")


def choose_language(work: Work, sprak: str) -> None:
    """Keep a person's language. Raises `Refused` for a language we do not have."""
    if sprak not in SPRAK:
        raise Refused(_("Vel eit av språka i lista."), "sprak")
    if work.person is not None and work.person.sprak != sprak:
        work.person.sprak = sprak


def set_away(work: Work, person: Person, fra: date | None, til: date | None) -> None:
    """Note from when to when somebody is away; her cases go to the deputy meanwhile. None, None: she is here.

    The caller has asked whether she may: herself, her leader, or the administrator.
    """
    if fra is None and til is not None:
        raise Refused(_("Skriv òg frå og med når."), "borte_fra")
    if fra is not None and til is not None and til < fra:
        raise Refused(_("Til-datoen er før frå-datoen."), "borte_til")
    person.borte_fra, person.borte_til = fra, til
    work.db.flush()
    log.record(
        work,
        "person",
        person.id,
        "person:borte",
        borte_fra=fra.isoformat() if fra else "",
        borte_til=til.isoformat() if til else "",
    )


def create_person(work: Work, *, ansattnr: str, namn: str, epost: str | None = None, **other: object) -> Person:
    """Add an employee without password. Raises `Refused` when the number or e-mail is taken or no name is given."""
    ansattnr, namn, epost = ansattnr.strip(), namn.strip(), (epost or "").strip().lower() or None
    if not ansattnr or "@" in ansattnr:
        raise Refused(_("Skriv tilsettnummeret. Det er ikkje ei e-postadresse."), "ansattnr")
    if not namn:
        raise Refused(_("Skriv namnet."), "namn")
    taken = work.db.scalars(
        select(Person).where(or_(Person.ansattnr == ansattnr, Person.epost == epost) if epost else Person.ansattnr == ansattnr)
    ).first()
    if taken is not None:
        if taken.ansattnr == ansattnr:
            raise Refused(_("Tilsettnummeret er alt i bruk."), "ansattnr")
        raise Refused(_("E-postadressa er alt i bruk av ein annan."), "epost")
    person = Person(ansattnr=ansattnr, namn=namn, epost=epost, **other)
    work.db.add(person)
    work.db.flush()
    log.record(work, "person", person.id, "person:laga")
    return person
