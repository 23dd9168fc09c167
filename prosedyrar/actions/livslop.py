"""The life of a version: to approval, approved, returned, taken out of use. Who may do what is asked of `rules.STEPS`."""

from sqlalchemy import select

from kjerne.errors import Conflict, NotFound, Refused
from kjerne.i18n import gettext as _
from kjerne.models import Person
from kjerne.work import Work
from prosedyrar import rules
from prosedyrar.actions.historie import flush, note
from prosedyrar.actions.onske import answer_all
from prosedyrar.events import ProsedyreRevidert
from prosedyrar.models import Prosedyre, ProsedyreVersjon
from prosedyrar.queries import access
from prosedyrar.rules import Hat, Steg, Tilstand


def publish(work: Work, versjon_id: int, *, godkjennar_id: int | None = None, versjon: int | None = None) -> ProsedyreVersjon:
    """Approve a version that waits for it: it is valid from today, and the one before is over from today.

    The approver holds `prosedyre:godkjenn` on the owning unit and has not written in this version (`NotFound`). A system job
    names the approver. `versjon` is the saving the page was drawn from. Requests it took up are answered, and those above
    hear `ProsedyreRevidert`. Raises `Conflict` when it does not wait for approval.
    Heimel: forskrift om leiing og kvalitetsforbetring § 7 c; kommunelova § 25-1 b.
    """
    draft = work.db.get(ProsedyreVersjon, versjon_id) if work.person is None else access.get_versjon(work, versjon_id)
    if draft is None:
        raise NotFound
    prosedyre = work.db.get_one(Prosedyre, draft.prosedyre_id)
    approver = _approver(work, prosedyre, draft, godkjennar_id)
    if versjon is not None and versjon != draft.versjon:
        raise Conflict(_("Versjonen er endra etter at du opna han. Les han på nytt før du godkjenner."))
    if draft.tilstand not in rules.find_step(Steg.GODKJENN).source:
        raise Conflict(_("Denne versjonen ventar ikkje på godkjenning."))
    before = access.valid_version(work.db, prosedyre.id)
    if before is not None:
        before.tilstand, before.gyldig_til = Tilstand.UTGAATT.value, work.today
        work.db.flush()
        note(work, prosedyre.id, "avloyst", versjon_id=before.id, person_id=approver.id)
    draft.godkjennar_id, draft.godkjent, draft.gyldig_fra = approver.id, work.now, work.today
    draft.tilstand = Tilstand.GYLDIG.value
    prosedyre.revisjonsfrist = rules.add_months(work.today, prosedyre.revisjonsintervall)
    flush(work)
    note(work, prosedyre.id, Steg.GODKJENN.value, versjon_id=draft.id, person_id=approver.id)
    opphav = answer_all(work, draft)
    work.announce(ProsedyreRevidert(prosedyre.id, draft.id, draft.minor == 0, opphav))
    return draft


def _approver(work: Work, prosedyre: Prosedyre, draft: ProsedyreVersjon, named: int | None) -> Person:
    if work.person is not None:
        if Hat.GODKJENNAR not in access.hats(work, prosedyre, draft):
            raise NotFound
        return work.person
    found = work.db.get(Person, named) if named is not None else None
    if found is None or found.id == draft.forfattar_id or found.id in access.writers(work.db, draft.id):
        raise Refused(_("Den som godkjenner, kan ikkje ha skrive i versjonen."), "godkjennar")
    return found


def submit(work: Work, versjon_id: int) -> ProsedyreVersjon:
    """Send a draft to approval. Raises `NotFound` for who may not write, `Conflict` when it is no draft or hearing."""
    draft = work.db.get(ProsedyreVersjon, versjon_id) if work.person is None else access.get_versjon(work, versjon_id)
    if draft is None:
        raise NotFound
    prosedyre = work.db.get_one(Prosedyre, draft.prosedyre_id)
    if work.person is not None and not access.may_write(work, prosedyre):
        raise NotFound
    step = rules.find_step(Steg.TIL_GODKJENNING)
    if draft.tilstand not in step.source:
        raise Conflict(_("Denne versjonen er ikkje lenger ein kladd."))
    draft.tilstand = step.target.value
    flush(work)
    note(work, prosedyre.id, step.steg.value, versjon_id=draft.id, person_id=None if work.person else draft.forfattar_id)
    return draft


def has_open_version(work: Work, prosedyre_id: int) -> bool:
    """Whether a next version is on its way, also one she may not read."""
    query = select(ProsedyreVersjon.id).where(
        ProsedyreVersjon.prosedyre_id == prosedyre_id, ProsedyreVersjon.tilstand.in_(rules.OPEN)
    )
    return work.db.scalar(query) is not None
