"""The talk between handler and reporter: the first answer, questions, comments, and the logged opening of a hidden name."""

from sqlalchemy import select

from avvik.actions.history import demand, letter, note, reporter_person
from avvik.models import Avvik, AvvikMeldarLoynd
from avvik.queries.access import get_avvik, is_reporter
from avvik.rules import Steg
from kjerne import log
from kjerne.access import Right, Rolle
from kjerne.errors import NotFound, Refused
from kjerne.i18n import gettext as _
from kjerne.i18n import lazy as _l
from kjerne.models import Person
from kjerne.work import Work

LETTER_ANSWER = _l("Svar på meldinga di:")
LETTER_ANSWER_BODY = _l("Du har fått svar på ei melding du sende.")
LETTER_QUESTION = _l("Spørsmål til meldinga di:")
LETTER_QUESTION_BODY = _l("Du har fått eit spørsmål om ei melding du sende.")
LETTER_REPLY = _l("Meldaren har svart:")
LETTER_REPLY_BODY = _l("Meldaren har lagt til opplysningar i ei sak du behandlar.")
LETTER_NAME = _l("Namnet ditt er opna:")
LETTER_NAME_BODY = _l("Ein kvalitetskoordinator har opna namnet ditt i ei sak du melde konfidensielt. I saka står kven og kvifor.")


def tell_reporter(work: Work, avvik: Avvik, slag: str, subject: str, body: str) -> None:
    """A letter to the reporter, when there is somebody to write to. Anonymous reporters read at their code."""
    person = reporter_person(work, avvik)
    if person is not None and (work.person is None or person.id != work.person.id):
        letter(work, avvik, person, slag, subject, body)


def first_answer(work: Work, avvik: Avvik) -> None:
    """The promise is kept by the first human answer; never by an automatic one, nor by the reporter to herself."""
    if avvik.forste_svar_tid is None and not is_reporter(work, avvik):
        avvik.forste_svar_tid = work.now


def _need(text: str, message: str) -> None:
    if not text.strip():
        raise Refused(message, "tekst")


def answer_reporter(work: Work, avvik: Avvik, text: str) -> None:
    """Answer the reporter; the first one keeps the promise."""
    demand(work, avvik, Steg.SVAR)
    _need(text, _("Skriv svaret før du sender."))
    first = avvik.forste_svar_tid is None
    first_answer(work, avvik)
    line = note(work, avvik, "forste_svar" if first and avvik.forste_svar_tid else "svar", text=text)
    work.db.flush()
    tell_reporter(work, avvik, f"svar-{line.id}", LETTER_ANSWER.text, LETTER_ANSWER_BODY.text)


def ask_reporter(work: Work, avvik: Avvik, text: str) -> None:
    """Ask the reporter; the case then waits for her. A question is a human answer too."""
    demand(work, avvik, Steg.SPORSMAL)
    _need(text, _("Skriv spørsmålet før du sender."))
    first_answer(work, avvik)
    avvik.ventar_meldar = True
    line = note(work, avvik, "sporsmal", text=text)
    work.db.flush()
    tell_reporter(work, avvik, f"sporsmal-{line.id}", LETTER_QUESTION.text, LETTER_QUESTION_BODY.text)


def answer_question(work: Work, avvik: Avvik, text: str, *, by_code: bool = False) -> None:
    """The reporter answers or adds to her case; `by_code`: at the anonymous tracking page, where nobody is known."""
    if not by_code:
        demand(work, avvik, Steg.SVAR_SPORSMAL)
    _need(text, _("Skriv svaret før du sender."))
    avvik.ventar_meldar = False
    line = note(work, avvik, "opplysning", text=text, as_reporter=True)
    work.db.flush()
    if avvik.sakshandsamar_id is not None:
        handler = work.db.get_one(Person, avvik.sakshandsamar_id)
        letter(work, avvik, handler, f"opplysning-{line.id}", LETTER_REPLY.text, LETTER_REPLY_BODY.text)


def comment(work: Work, avvik: Avvik, text: str) -> None:
    """A comment among those who handle or read the case; the reporter does not see it."""
    demand(work, avvik, Steg.KOMMENTAR)
    _need(text, _("Skriv kommentaren før du lagrar."))
    note(work, avvik, "kommentar", text=text, to_reporter=False)


def may_open_name(work: Work, avvik: Avvik) -> bool:
    """A coordinator outside the unit's line may; who is both leader and coordinator for the unit may not; revisor never."""
    leads = work.has_role(Rolle.LEIAR, avvik.eining_id) or work.has_role(Rolle.SEKTORLEIAR, avvik.eining_id)
    return (
        avvik.konfidensiell
        and work.has(Right.AVVIK_NAMN, avvik.eining_id)
        and not leads
        and not work.has_role(Rolle.REVISOR, avvik.eining_id)
        and avvik.sakshandsamar_id != work.me.id
    )


def open_name(work: Work, nr: str, reason: str) -> Person:
    """Open a confidential reporter's name with a reason. It is logged, in the read log, and the reporter sees who and why."""
    avvik = get_avvik(work, nr)
    if not may_open_name(work, avvik):
        raise NotFound
    if not reason.strip():
        raise Refused(_("Skriv kvifor du må vite namnet. Meldaren får sjå grunngivinga."), "grunngiving")
    person = work.db.scalars(
        select(Person).join(AvvikMeldarLoynd, AvvikMeldarLoynd.person_id == Person.id).where(AvvikMeldarLoynd.avvik_id == avvik.id)
    ).one()
    work.read("avvik", avvik.id, "namn")
    line = note(work, avvik, "namn_opna", text=reason)
    work.db.flush()
    log.record(work, "avvik", avvik.id, "avvik:namn", grunn=log.digest(reason))
    letter(work, avvik, person, f"namn-{line.id}", LETTER_NAME.text, LETTER_NAME_BODY.text)
    return person
