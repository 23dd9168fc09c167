"""Lines of a case's history, the log line beside each, and letters that carry number, unit and link only."""

from dataclasses import dataclass
from datetime import datetime
from secrets import SystemRandom
from typing import Final

from sqlalchemy import Connection, insert, select

from avvik.models import Avvik, AvvikHending, AvvikMeldarLoynd
from avvik.queries.access import is_reporter, who_am_i
from avvik.rules import STEPS, Status, Steg, Who, may
from kjerne import log, mail
from kjerne.clock import to_the_hour
from kjerne.einingar import tree
from kjerne.errors import Conflict
from kjerne.i18n import gettext, language
from kjerne.i18n import gettext as _
from kjerne.models import Person
from kjerne.work import Work
from kjerne.written import write

SYSTEM = "system"
#: Lines whose `til` is a person's name in words: the log keeps a digest of it, as names leave when people have left.
NAMED = ("tildelt", "lofta")
#: Letters that the reporter's own act causes: for an anonymous case their time is to the hour.
REPORTERS_OWN = ("ny", "kopi", "over", "opplysning")


@dataclass(frozen=True)
class Filed:
    """A case that has just come in, whose row was written past the mapper: what its history, letters and duties ask of it.

    `meldt` is to the hour, and `meldar_id` empty, when nobody is ever to know who filed it.
    """

    id: int
    nr: str
    eining_id: int
    meldt: datetime
    alvor: int
    anonym: bool
    konfidensiell: bool
    sensitiv_gruppe: str
    meldar_id: int | None


def demand(work: Work, avvik: Avvik, steg: Steg) -> None:
    """Refuse a step that the table does not open for this person now (a forged or late POST)."""
    if not may(steg, Status(avvik.status), who_am_i(work, avvik)):
        raise Conflict(_("Saka har endra seg, eller steget er ikkje ope for deg. Last sida på nytt. Ingenting er endra."))


def move(avvik: Avvik, steg: Steg) -> None:
    """Take the case to where the step leads."""
    target = STEPS[steg].to
    if target is not None:
        avvik.status = target.value


def note(
    work: Work,
    avvik: Avvik,
    slag: str,
    *,
    text: str = "",
    fra: str = "",
    til: str = "",
    to_reporter: bool = True,
    as_reporter: bool = False,
    as_system: bool = False,
) -> AvvikHending:
    """Add a line to the history. A hidden reporter's own lines carry no person; an anonymous case's times are to the hour.

    The log is a chain: what stands between a login and a logout there was done by her. So an anonymous reporter's own lines
    come into it by night, in no order (`log_anonymous_lines`).

    `as_reporter`: the line is the reporter's own (filing, or an answer at the anonymous code). `as_system`: the line is what
    followed from something outside the case, and names nobody (else it could tell who a hidden reporter is).
    """
    actor = SYSTEM if as_system else Who.REPORTER.value if as_reporter else _actor(work, avvik)
    hidden = actor == Who.REPORTER.value and (avvik.anonym or avvik.konfidensiell)
    line = AvvikHending(
        avvik_id=avvik.id,
        tid=to_the_hour(work.now) if hidden and avvik.anonym else work.now,
        slag=slag,
        aktor=actor,
        person_id=None if hidden or as_system or work.person is None else work.person.id,
        fra=fra,
        til=til,
        tekst=text,
        synleg_meldar=to_reporter,
        loggfort=not (hidden and avvik.anonym),
    )
    work.db.add(line)
    if line.loggfort:
        _log(work, line, "meldar" if hidden else None)
    return line


_FIRST: Final = insert(AvvikHending)


def note_filed(work: Work, connection: Connection, avvik: Filed) -> None:
    """The first line of a case's history, the reporter's own, written past the mapper as the case is."""
    hidden = avvik.anonym or avvik.konfidensiell
    level = str(avvik.alvor)
    line = {
        "avvik_id": avvik.id,
        "tid": avvik.meldt,
        "slag": "meldt",
        "aktor": Who.REPORTER.value,
        "person_id": None if hidden else work.me.id,
        "til": level,
        "loggfort": not avvik.anonym,
    }
    write(connection, _FIRST, line)
    if not avvik.anonym:
        log.record(work, "avvik", avvik.id, "avvik:meldt", actor="meldar" if hidden else None, til=level)


def _log(work: Work, line: AvvikHending, actor: str | None) -> None:
    log.record(
        work,
        "avvik",
        line.avvik_id,
        f"avvik:{line.slag}",
        actor=actor,
        at=line.tid,
        fra=line.fra or None,
        til=(log.digest(line.til) if line.slag in NAMED else line.til) or None,
        tekst=log.digest(line.tekst) if line.tekst else None,
    )


def log_anonymous_lines(work: Work) -> int:
    """Write the log's lines of what anonymous reporters have done, in no order; returns how many. Once a night."""
    lines = list(work.db.scalars(select(AvvikHending).where(~AvvikHending.loggfort)))
    SystemRandom().shuffle(lines)
    for line in lines:
        _log(work, line, log.ANONYM)
        line.loggfort = True
    work.db.flush()
    return len(lines)


def _actor(work: Work, avvik: Avvik) -> str:
    if work.person is None:
        return SYSTEM
    if is_reporter(work, avvik) and avvik.sakshandsamar_id != work.person.id:
        return Who.REPORTER.value
    return Who.HANDLER.value


def letter(work: Work, avvik: Avvik | Filed, to: Person, slag: str, subject: str, body: str) -> None:  # noqa: PLR0917 - a letter has these parts
    """Queue a letter in the receiver's language: what it is about in general, the number, the unit and the link."""
    eining = tree(work.db).einingar.get(avvik.eining_id)
    with language(to.sprak or work.sprak):
        text = "\n".join(
            [
                gettext(body),
                "",
                f"{_('Sak')} {avvik.nr}, {eining.namn if eining else ''}",
                f"{work.config.base_url}/avvik/{avvik.nr}",
                "",
                _("Brevet inneheld aldri tekst frå saka. Logg inn for å lese."),
            ]
        )
        mail.queue(
            work,
            to,
            f"{gettext(subject)} {avvik.nr}",
            text,
            key=f"avvik-{avvik.id}-{slag}-{to.id}",
            at=to_the_hour(work.now) if avvik.anonym and slag.startswith(REPORTERS_OWN) else None,
        )


def reporter_person(work: Work, avvik: Avvik) -> Person | None:
    """The reporter for sending her a letter only; the name goes nowhere else. None when anonymous."""
    if avvik.anonym:
        return None
    if avvik.konfidensiell:
        row = work.db.get(AvvikMeldarLoynd, avvik.id)
        return work.db.get(Person, row.person_id) if row else None
    return work.db.get(Person, avvik.meldar_id) if avvik.meldar_id else None
