"""What cases do when measures and procedures tell something: the history says it, and a failed effect opens the case again.

Domene 3.7; a procedure's new version marks the cases it answers (forskrift om leiing og kvalitetsforbetring § 9 c).
"""

from sqlalchemy import select

from administrasjon.events import Pseudonymisert, SluttaSpurd
from avvik import slutta
from avvik.actions.close import open_again
from avvik.actions.history import letter, note
from avvik.actions.prosedyre import mark_changed
from avvik.models import Avvik, AvvikTiltak
from avvik.queries.access import seen
from avvik.queries.duplikat import kept_case
from avvik.queries.prosedyre import OPPHAV
from avvik.queries.ros import fill_shown
from avvik.rules import ENDED, Status
from kjerne.i18n import lazy as _l
from kjerne.models import Person
from kjerne.work import Handler, Work
from prosedyrar.events import OnskeAvslege, OnskeVist, ProsedyreRevidert
from prosedyrar.models import Prosedyre, ProsedyreVersjon
from ros.events import RaderVist
from tiltak.events import EffektVurdert, TiltakAvlyst, TiltakUtfort

LETTER_FAILED = _l("Eit tiltak verka ikkje:")
LETTER_FAILED_BODY = _l("Effekten av eit tiltak er vurdert, og det verka ikkje. Saka er open hos deg.")
LETTER_WORKED = _l("Eit tiltak verka:")
LETTER_WORKED_BODY = _l("Effekten av eit tiltak i ei sak hos deg er vurdert, og det verka.")
LETTER_CANCELLED = _l("Eit tiltak er avlyst:")
LETTER_DECLINED = _l("Ønsket om endra prosedyre er avslege:")
LETTER_DECLINED_BODY = _l("Eit ønske om endra prosedyre frå ei sak hos deg er ikkje teke til følgje. I saka står kvifor.")
LETTER_CANCELLED_BODY = _l("Eit tiltak i ei sak hos deg er avlyst. Vurder om saka treng eit anna.")


def _cases(work: Work, tiltak_id: int) -> list[Avvik]:
    """The cases a measure serves, whoever carries it out: she need not see them."""
    return list(
        work.db.scalars(
            select(Avvik)
            .join(AvvikTiltak, AvvikTiltak.avvik_id == Avvik.id)
            .where(AvvikTiltak.tiltak_id == tiltak_id)
            .order_by(Avvik.id)
        )
    )


def _tell(work: Work, avvik: Avvik, key: str, subject: str, body: str) -> None:
    handler = work.db.get(Person, avvik.sakshandsamar_id) if avvik.sakshandsamar_id else None
    if handler is not None and (work.person is None or handler.id != work.person.id):
        letter(work, avvik, handler, key, subject, body)


def on_done(work: Work, event: object) -> None:
    """A measure is done: a line in each case's history."""
    if isinstance(event, TiltakUtfort):
        for avvik in _cases(work, event.tiltak_id):
            note(work, avvik, "tiltak_utfort", til=str(event.tiltak_id), as_system=True)


def on_cancelled(work: Work, event: object) -> None:
    """A measure was called off: a line, and a letter to who has a case that still is open."""
    if isinstance(event, TiltakAvlyst):
        for avvik in _cases(work, event.tiltak_id):
            note(work, avvik, "tiltak_avlyst", til=str(event.tiltak_id), to_reporter=False, as_system=True)
            if Status(avvik.status) not in ENDED:
                _tell(work, avvik, f"avlyst-{event.tiltak_id}", LETTER_CANCELLED.text, LETTER_CANCELLED_BODY.text)


def on_effect(work: Work, event: object) -> None:
    """Somebody judged whether it helped. It did not: a closed case, and one that waits for the effect, opens again."""
    if not isinstance(event, EffektVurdert):
        return
    for avvik in _cases(work, event.tiltak_id):
        status = Status(avvik.status)
        if event.good or status is Status.AVVIST:
            note(work, avvik, "effekt_god" if event.good else "effekt_darleg", til=str(event.tiltak_id), as_system=True)
            if event.good and status not in ENDED:
                _tell(work, avvik, f"effekt-god-{event.tiltak_id}", LETTER_WORKED.text, LETTER_WORKED_BODY.text)
            continue
        if status in (Status.LUKKA, Status.VENTAR_EFFEKT):
            open_again(work, avvik, "effekt_opna", as_system=True)
        else:
            note(work, avvik, "effekt_darleg", til=str(event.tiltak_id), as_system=True)
        _tell(work, avvik, f"effekt-darleg-{event.tiltak_id}", LETTER_FAILED.text, LETTER_FAILED_BODY.text)


def on_revised(work: Work, event: object) -> None:
    """A version is in force: the cases it answers are marked, also closed ones, and those that told of the same event."""
    if not isinstance(event, ProsedyreRevidert):
        return
    ids = [ref for slag, ref in event.opphav if slag == OPPHAV]
    prosedyre, versjon = work.db.get_one(Prosedyre, event.prosedyre_id), work.db.get_one(ProsedyreVersjon, event.versjon_id)
    for avvik in work.db.scalars(select(Avvik).where(Avvik.id.in_(ids)).order_by(Avvik.id)).all():
        for one in {found.id: found for found in (avvik, kept_case(work, avvik))}.values():
            mark_changed(work, one, prosedyre, versjon)


def on_declined(work: Work, event: object) -> None:
    """A request was declined: whoever has the case is told, and decides what then."""
    if not isinstance(event, OnskeAvslege) or event.opphav[0] != OPPHAV:
        return
    avvik = work.db.get(Avvik, event.opphav[1])
    if avvik is not None:
        note(work, avvik, "prosedyre_avslege", as_system=True, to_reporter=False)
        _tell(work, avvik, f"onske-{event.onske_id}", LETTER_DECLINED.text, LETTER_DECLINED_BODY.text)


def on_requests_shown(work: Work, event: object) -> None:
    """Shielded requests are about to be shown: say which of their cases the reader may see. One query."""
    if isinstance(event, OnskeVist) and work.person is not None:
        ids = [ref for slag, ref in event.opphav if slag == OPPHAV]
        found = work.db.scalars(select(Avvik.id).where(Avvik.id.in_(ids), seen(work)))
        event.synlege.update((OPPHAV, ref) for ref in found)


HANDLERS: dict[type, tuple[Handler, ...]] = {
    TiltakUtfort: (on_done,),
    TiltakAvlyst: (on_cancelled,),
    EffektVurdert: (on_effect,),
    SluttaSpurd: (slutta.on_asked,),
    Pseudonymisert: (slutta.on_pseudonymised,),
    ProsedyreRevidert: (on_revised,),
    RaderVist: (fill_shown,),
    OnskeAvslege: (on_declined,),
    OnskeVist: (on_requests_shown,),
}
