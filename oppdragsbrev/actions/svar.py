"""What a unit does with a bullet: answer, attach, link, give it to somebody."""

from pathlib import PurePosixPath

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from kjerne import files
from kjerne.errors import Conflict, NotFound, Refused
from kjerne.filinnhald import Inspected
from kjerne.i18n import gettext as _
from kjerne.models import Fil, Person
from kjerne.work import Work
from oppdragsbrev import letters as mail
from oppdragsbrev.actions.spor import note
from oppdragsbrev.models import Brevlenkje, Brevpunkt, Brevsvar, Punktmottak
from oppdragsbrev.queries import brev as letters
from oppdragsbrev.queries import svar as answers
from oppdragsbrev.queries.svar import Syn
from oppdragsbrev.rules import LENKJER_MAX, TO_DELIVER, Svarstatus, internal


def point_number(work: Work, del_: Punktmottak) -> int:
    """The number of a point in its letter."""
    return work.db.get_one(Brevpunkt, del_.punkt_id).nr


def _demand(syn: Syn, del_: Punktmottak, svar: Brevsvar) -> None:
    if not syn.may_answer(svar, del_):
        raise NotFound


def answer(work: Work, syn: Syn, del_: Punktmottak, svar: Brevsvar, *, tekst: str, status: Svarstatus, version: int) -> None:
    """Write an answer. The text has passed the guard. Raises `Conflict` with both texts when another was first."""
    _demand(syn, del_, svar)
    message = _("Svaret blei endra av ein annan medan du skreiv.")
    if version != svar.version:
        raise Conflict(message, mine=tekst, theirs=svar.tekst)
    if status in {Svarstatus.FERDIG, Svarstatus.IKKJE_AKTUELT, Svarstatus.I_GANG} and not tekst:
        raise Refused(_("Skriv kort kva de har gjort, eller kvifor det ikkje er aktuelt."), f"tekst-{svar.id}")
    if (svar.tekst, svar.status) == (tekst, status.value):
        return
    theirs = svar.tekst
    svar.tekst, svar.status, svar.endra, svar.endra_av_id = tekst, status.value, work.now, work.me.id
    try:
        work.db.flush()
    except StaleDataError as error:
        raise Conflict(message, mine=tekst, theirs=theirs) from error
    note(work, syn.brev, "svar", syn.mottak.id, punkt=point_number(work, del_), status=status.value)


def attach(work: Work, syn: Syn, del_: Punktmottak, svar: Brevsvar, inspected: Inspected) -> Fil:
    """Attach a checked file to an answer."""
    _demand(syn, del_, svar)
    kept = files.store(work, answers.FILES, svar.id, inspected)
    note(work, syn.brev, "fil", syn.mottak.id, punkt=point_number(work, del_))
    return kept


def detach(work: Work, syn: Syn, del_: Punktmottak, svar: Brevsvar, fil_id: str) -> None:
    """Take a file away again."""
    _demand(syn, del_, svar)
    found = next((one for one in answers.files_of(work, svar) if one.offentleg_id == fil_id), None)
    if found is None:
        raise NotFound
    files.remove(work, found)
    note(work, syn.brev, "fil-bort", syn.mottak.id, punkt=point_number(work, del_))


def link(work: Work, syn: Syn, del_: Punktmottak, svar: Brevsvar, raw: str) -> None:
    """Link an answer to something in the system: a path of ours, or one pasted with our own address before it."""
    _demand(syn, del_, svar)
    path = internal(raw.strip().removeprefix(work.config.base_url.rstrip("/")))
    if path is None:
        raise Refused(
            _("Lim inn adressa til ei side her i systemet, til dømes /ros/ eller /tiltak/. Andre nettstader kan ikkje lenkjast."),
            f"lenkje-{svar.id}",
        )
    mine = [one for point in answers.points(work, syn) for one in point.kuler if one.svar.id == svar.id]
    have = mine[0].lenkjer if mine else []
    if any(one.adresse == path for one in have):
        return
    if len(have) >= LENKJER_MAX:
        raise Refused(_("Eit svar kan ha høgst ti lenkjer."), f"lenkje-{svar.id}")
    work.db.add(Brevlenkje(svar_id=svar.id, adresse=path))
    try:
        work.db.flush()
    except IntegrityError as error:
        raise Conflict(_("Lenkja blei lagd til av ein annan i same stund.")) from error
    note(work, syn.brev, "lenkje", syn.mottak.id, punkt=point_number(work, del_), til=PurePosixPath(path).parts[1])


def unlink(work: Work, syn: Syn, del_: Punktmottak, svar: Brevsvar, lenkje_id: int) -> None:
    """Take a link away again."""
    _demand(syn, del_, svar)
    row = work.db.get(Brevlenkje, lenkje_id)
    if row is None or row.svar_id != svar.id:
        raise NotFound
    work.db.delete(row)
    work.db.flush()
    note(work, syn.brev, "lenkje-bort", syn.mottak.id, punkt=point_number(work, del_))


def delegate(work: Work, syn: Syn, del_: Punktmottak, svar: Brevsvar, person_id: int | None) -> None:
    """Give a bullet to somebody who works in the unit, or take it back (None). Only who answers for the unit may."""
    if not (syn.svarar and syn.open and del_.status in TO_DELIVER):
        raise NotFound
    if person_id == svar.delegert_til_id:
        return
    person = None
    if person_id is not None:
        if person_id not in {id_ for id_, _namn in letters.staff_of(work, syn.eining)}:
            raise Refused(_("Vel ein som arbeider i eininga."), f"person-{svar.id}")
        person = work.db.get(Person, person_id)
    svar.delegert_til_id = person_id
    work.db.flush()
    nr = point_number(work, del_)
    if person is None:
        note(work, syn.brev, "teken-tilbake", syn.mottak.id, punkt=nr)
        return
    note(work, syn.brev, "gitt", syn.mottak.id, punkt=nr, person=person.id, namn=person.namn)
    mail.given(work, syn.brev, syn.eining, del_, svar=svar, to=person)
