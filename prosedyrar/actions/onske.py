"""Asking for a changed procedure or a new one, taking the request up in a draft, answering or declining it."""

from sqlalchemy import select, update

from kjerne import log
from kjerne.access import Right
from kjerne.errors import Conflict, NotFound, Refused
from kjerne.i18n import gettext as _
from kjerne.models import Eining
from kjerne.work import Work
from prosedyrar import letters, rules
from prosedyrar.actions.historie import cleaned
from prosedyrar.events import OnskeAvslege
from prosedyrar.models import Prosedyre, ProsedyreVersjon, Revisjonsonske
from prosedyrar.queries import access
from prosedyrar.queries.onske import visible_requests
from prosedyrar.rules import Onske, Tilstand


def request_revision(
    work: Work,
    prosedyre_id: int | None,
    opphav_type: str,
    opphav_id: int,
    *,
    skjerma: bool,
    tittel: str,
    eining_id: int,
) -> Revisjonsonske:
    """Ask for a revision, or (with None) for a new procedure in a unit. The owner, or who leads the unit, gets a letter.

    The caller above has authorised against its own case; here only kind and id are kept. The same case asks once of each
    document; asked again after a refusal it is open again. Raises `Refused` for a bad title, `NotFound` for a document that
    cannot be read. Heimel: forskrift om leiing og kvalitetsforbetring § 9 c.
    """
    prosedyre = access.get_prosedyre(work, prosedyre_id) if prosedyre_id is not None else None
    if work.db.get(Eining, eining_id) is None:
        raise Refused(_("Vel ei eining i lista."), "eining_id")
    kept = cleaned(work, tittel, "tittel", max_len=rules.TITTEL_MAX, multiline=False)
    known = prosedyre and work.db.scalar(
        select(Revisjonsonske).where(
            Revisjonsonske.opphav_type == opphav_type,
            Revisjonsonske.opphav_id == opphav_id,
            Revisjonsonske.prosedyre_id == prosedyre.id,
        )
    )
    if known and known.tilstand in {Onske.OPEN, Onske.TEKEN}:
        return known
    onske = known or Revisjonsonske(
        prosedyre_id=prosedyre.id if prosedyre else None, opphav_type=opphav_type, opphav_id=opphav_id, laga=work.now
    )
    onske.tittel, onske.eining_id, onske.skjerma = kept, eining_id, skjerma
    onske.bedd_av_id = work.person.id if work.person else None
    onske.tilstand, onske.versjon_id, onske.avgjort, onske.grunn = Onske.OPEN.value, None, None, ""
    work.db.add(onske)
    work.db.flush()
    log.record(work, "revisjonsonske", onske.id, "onske:laga", prosedyre=prosedyre_id, slag=opphav_type, tekst=log.digest(kept))
    letters.asked_for_revision(work, onske, prosedyre)
    return onske


def take_up(work: Work, onske_id: int, versjon: ProsedyreVersjon) -> None:
    """Let a draft answer a request; one for a new procedure belongs to the draft's document from now on."""
    onske = work.db.scalar(select(Revisjonsonske).where(Revisjonsonske.id == onske_id, visible_requests(work)))
    if onske is None or onske.prosedyre_id not in {None, versjon.prosedyre_id}:
        raise NotFound
    if onske.tilstand != Onske.OPEN:
        raise Conflict(_("Ønsket er alt teke opp eller avgjort."))
    onske.prosedyre_id = versjon.prosedyre_id
    onske.tilstand, onske.versjon_id = Onske.TEKEN.value, versjon.id
    work.db.flush()
    log.record(work, "revisjonsonske", onske.id, "onske:teken", versjon=versjon.id)


def put_back(work: Work, versjon: ProsedyreVersjon, onske_id: int | None = None) -> None:
    """The draft does not answer the request after all (None: none of them, for the draft was thrown away)."""
    rows = update(Revisjonsonske).where(Revisjonsonske.versjon_id == versjon.id, Revisjonsonske.tilstand == Onske.TEKEN)
    if onske_id is not None:
        rows = rows.where(Revisjonsonske.id == onske_id)
    work.db.execute(rows.values(tilstand=Onske.OPEN.value, versjon_id=None))


def answer_all(work: Work, versjon: ProsedyreVersjon) -> tuple[tuple[str, int], ...]:
    """The version came in force: what it took up is answered. Returns the origins (kind, id), oldest first."""
    found = work.db.scalars(
        select(Revisjonsonske)
        .where(Revisjonsonske.versjon_id == versjon.id, Revisjonsonske.tilstand == Onske.TEKEN)
        .order_by(Revisjonsonske.id)
    ).all()
    for onske in found:
        onske.tilstand, onske.avgjort = Onske.SVARA.value, work.now
    work.db.flush()
    return tuple((onske.opphav_type, onske.opphav_id) for onske in found)


def decline(work: Work, onske: Revisjonsonske, grunn: str) -> None:
    """Do not follow the request, with a reason. Those above hear of it. Only who may write there can."""
    prosedyre = work.db.get(Prosedyre, onske.prosedyre_id) if onske.prosedyre_id else None
    if not _may_answer(work, onske, prosedyre):
        raise NotFound
    if onske.tilstand != Onske.OPEN:
        raise Conflict(_("Ønsket er alt teke opp eller avgjort."), mine=grunn)
    onske.grunn = cleaned(work, grunn, "grunn")
    onske.tilstand, onske.avgjort = Onske.AVSLEGEN.value, work.now
    work.db.flush()
    log.record(work, "revisjonsonske", onske.id, "onske:avslege", tekst=log.digest(onske.grunn))
    work.announce(OnskeAvslege(onske.id, (onske.opphav_type, onske.opphav_id)))


def _may_answer(work: Work, onske: Revisjonsonske, prosedyre: Prosedyre | None) -> bool:
    return access.may_write(work, prosedyre) if prosedyre else work.has(Right.PROSEDYRE_SKRIV, onske.eining_id)


def link_open(work: Work, versjon: ProsedyreVersjon, ids: frozenset[int]) -> None:
    """Set which requests a draft answers, as ticked by its writer: others of the same document go back."""
    if versjon.tilstand != Tilstand.KLADD:
        raise Conflict(_("Dette er ikkje lenger ein kladd."))
    rows = work.db.scalars(
        select(Revisjonsonske).where(
            Revisjonsonske.prosedyre_id == versjon.prosedyre_id, Revisjonsonske.tilstand.in_((Onske.OPEN, Onske.TEKEN))
        )
    ).all()
    for onske in rows:
        if onske.tilstand == Onske.OPEN and onske.id in ids:
            take_up(work, onske.id, versjon)
        elif onske.versjon_id == versjon.id and onske.id not in ids:
            put_back(work, versjon, onske.id)
