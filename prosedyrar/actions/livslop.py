"""The life of a version: to approval, approved, returned, withdrawn, thrown away, taken out of use. `rules.STEPS` decides who."""

from sqlalchemy import select

from kjerne.clock import add_months
from kjerne.errors import Conflict, NotFound, Refused
from kjerne.i18n import gettext as _
from kjerne.models import Person
from kjerne.work import Work
from prosedyrar import letters, rules, sok
from prosedyrar.actions import hoyring
from prosedyrar.actions.historie import cleaned, flush, note
from prosedyrar.actions.onske import answer_all, put_back
from prosedyrar.events import ProsedyreRevidert
from prosedyrar.mal import unwritten
from prosedyrar.models import Prosedyre, ProsedyreVedlegg, ProsedyreVersjon
from prosedyrar.queries import access
from prosedyrar.queries.hoyring import unanswered
from prosedyrar.rules import Steg, Step, Tilstand


def _fetch(work: Work, versjon_id: int) -> tuple[Prosedyre, ProsedyreVersjon]:
    """The version and its document: as the person may read it; a system job gets any."""
    found = work.db.get(ProsedyreVersjon, versjon_id) if work.person is None else access.get_versjon(work, versjon_id)
    if found is None:
        raise NotFound
    return work.db.get_one(Prosedyre, found.prosedyre_id), found


def _take(work: Work, prosedyre: Prosedyre, found: ProsedyreVersjon, steg: Steg, seen: int | None) -> Step:
    """The step, if she may take it now. Raises `NotFound` when it is not hers, `Conflict` when the version has moved on."""
    step = rules.find_step(steg)
    if work.person is not None and not step.who & access.hats(work, prosedyre, found):
        raise NotFound
    if seen is not None and seen != found.versjon:
        raise Conflict(_("Versjonen er endra etter at du opna han. Les han på nytt først."))
    if found.tilstand not in step.source:
        name = rules.TILSTANDNAMN[Tilstand(found.tilstand)]
        raise Conflict(_("Dette kan ikkje gjerast no: versjonen står som «%(tilstand)s».", tilstand=name))
    return step


def _answered(work: Work, found: ProsedyreVersjon) -> None:
    left = unanswered(work.db, found.id)
    if left:
        raise Refused(_("Alle merknadene frå høyringa må ha svar først. %(tal)s manglar.", tal=left), "merknader")


def _written(work: Work, prosedyre: Prosedyre, found: ProsedyreVersjon) -> None:
    """Nobody approves a text that is not there: the template's prompts alone, or nothing at all."""
    left = unwritten(found.tekst)
    if left:
        raise Refused(
            _("Desse delane har berre hjelpeteksten frå malen: %(delar)s. Skriv dei, eller ta dei bort.", delar=", ".join(left)),
            "tekst",
        )
    attached = select(ProsedyreVedlegg.fil_id).where(ProsedyreVedlegg.versjon_id == found.id).limit(1)
    if not found.tekst.strip() and not prosedyre.ekstern_lenkje and work.db.scalar(attached) is None:
        raise Refused(_("Det er ingen tekst å godkjenne enno. Skriv teksten, eller legg ved fila."), "tekst")


def submit(work: Work, versjon_id: int, *, versjon: int | None = None) -> ProsedyreVersjon:
    """Send a draft to approval; every comment has its answer and every section its text first (`Refused`).

    Those who may approve get a letter.
    """
    prosedyre, found = _fetch(work, versjon_id)
    step = _take(work, prosedyre, found, Steg.TIL_GODKJENNING, versjon)
    _answered(work, found)
    _written(work, prosedyre, found)
    hoyring.end(work, found)
    found.tilstand = step.target.value
    flush(work)
    note(work, prosedyre.id, step.steg.value, versjon_id=found.id, person_id=None if work.person else found.forfattar_id)
    letters.waits_for_approval(work, prosedyre, found)
    return found


def publish(work: Work, versjon_id: int, *, godkjennar_id: int | None = None, versjon: int | None = None) -> ProsedyreVersjon:
    """Approve a version that waits for it: it is valid from today, and the one before is over from today.

    The approver holds `prosedyre:godkjenn` on the owning unit and has not written in this version (`NotFound`). A system job
    names the approver. `versjon` is the saving the page was drawn from. Requests it took up are answered, and those above
    hear `ProsedyreRevidert`. Raises `Conflict` when it does not wait for approval.
    Heimel: forskrift om leiing og kvalitetsforbetring § 7 c; kommunelova § 25-1 b.
    """
    prosedyre, draft = _fetch(work, versjon_id)
    step = _take(work, prosedyre, draft, Steg.GODKJENN, versjon)
    _answered(work, draft)
    _written(work, prosedyre, draft)
    approver = _approver(work, draft, godkjennar_id)
    before = access.valid_version(work.db, prosedyre.id)
    if before is not None:
        before.tilstand, before.gyldig_til = Tilstand.UTGAATT.value, work.today
        work.db.flush()
        note(work, prosedyre.id, "avloyst", versjon_id=before.id, person_id=approver.id)
    draft.godkjennar_id, draft.godkjent, draft.gyldig_fra = approver.id, work.now, work.today
    draft.tilstand = step.target.value
    prosedyre.revisjonsfrist = add_months(work.today, prosedyre.revisjonsintervall)
    flush(work)
    note(work, prosedyre.id, step.steg.value, versjon_id=draft.id, person_id=approver.id)
    sok.index(work.db, prosedyre.id)
    letters.approved(work, prosedyre, draft)
    opphav = answer_all(work, draft)
    work.announce(ProsedyreRevidert(prosedyre.id, draft.id, draft.minor == 0, opphav))
    return draft


def _approver(work: Work, draft: ProsedyreVersjon, named: int | None) -> Person:
    """Who approves: the person at work, whom the step's table has let in, or the one a system job names."""
    if work.person is not None:
        return work.person
    found = work.db.get(Person, named) if named is not None else None
    if found is None or found.id == draft.forfattar_id or found.id in access.writers(work.db, draft.id):
        raise Refused(_("Den som godkjenner, kan ikkje ha skrive i versjonen."), "godkjennar")
    return found


def _move(work: Work, versjon_id: int, steg: Steg, grunn: str, seen: int | None) -> tuple[Prosedyre, ProsedyreVersjon]:
    """Take a step back or out, with what she wrote where the step asks for it."""
    prosedyre, found = _fetch(work, versjon_id)
    step = _take(work, prosedyre, found, steg, seen)
    kept = cleaned(work, grunn, "tekst", required=step.text is not None)
    hoyring.end(work, found)
    found.tilstand = step.target.value
    if step.target is Tilstand.UTGAATT:
        found.gyldig_til, prosedyre.revisjonsfrist = work.today, None
    flush(work, grunn)
    note(work, prosedyre.id, step.steg.value, versjon_id=found.id, tekst=kept)
    return prosedyre, found


def end_hearing(work: Work, versjon_id: int, *, versjon: int | None = None) -> ProsedyreVersjon:
    """The hearing is over; the version is a draft again, and the comments wait for their answers."""
    return _move(work, versjon_id, Steg.AVSLUTT, "", versjon)[1]


def withdraw(work: Work, versjon_id: int, grunn: str, *, versjon: int | None = None) -> ProsedyreVersjon:
    """Take a version back from hearing or approval, with a reason: a draft again."""
    return _move(work, versjon_id, Steg.TREKK, grunn, versjon)[1]


def return_back(work: Work, versjon_id: int, grunn: str, *, versjon: int | None = None) -> ProsedyreVersjon:
    """The approver sends it back with the reason; author and owner get a letter."""
    prosedyre, found = _move(work, versjon_id, Steg.RETUR, grunn, versjon)
    letters.returned(work, prosedyre, found)
    return found


def throw_away(work: Work, versjon_id: int, grunn: str, *, versjon: int | None = None) -> ProsedyreVersjon:
    """The draft will not be used. It is kept without a number, and the requests it took up wait again."""
    found = _move(work, versjon_id, Steg.FORKAST, grunn, versjon)[1]
    put_back(work, found)
    return found


def retire(work: Work, versjon_id: int, grunn: str, *, versjon: int | None = None) -> ProsedyreVersjon:
    """The valid version is out of force from today, and nothing takes its place. Search finds it no more."""
    prosedyre, found = _move(work, versjon_id, Steg.UTGAA, grunn, versjon)
    sok.index(work.db, prosedyre.id)
    return found


def confirm_review(work: Work, prosedyre: Prosedyre, notat: str, *, versjon: int | None = None) -> None:
    """Looked through and good as it stands: a new revision deadline, with what was looked at. One document at a time.

    For an external source: its link and text were checked. Raises `NotFound` for who may not write here.
    Heimel: kommunelova § 25-1 e.
    """
    valid = access.valid_version(work.db, prosedyre.id)
    if valid is None or not access.may_write(work, prosedyre):
        raise NotFound
    if versjon is not None and versjon != prosedyre.versjon:
        raise Conflict(_("Dokumentet er endra etter at du opna det. Les det på nytt først."), mine=notat)
    kept = cleaned(work, notat, "notat")
    prosedyre.revisjonsfrist = add_months(work.today, prosedyre.revisjonsintervall)
    flush(work, notat)
    note(work, prosedyre.id, "gjennomgatt", versjon_id=valid.id, tekst=kept)
