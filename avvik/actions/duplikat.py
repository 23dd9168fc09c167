"""Two reports of the same event: one case is kept and counts for both, the other is ended and points to it."""

from sqlalchemy import select

from avvik.actions.dialogue import first_answer, tell_reporter
from avvik.actions.history import demand, move, note
from avvik.models import Avvik, AvvikLenkje, AvvikMeldeplikt
from avvik.queries.access import get_avvik, is_reporter, who_am_i
from avvik.queries.duplikat import joined_with
from avvik.rules import MANGELNAMN, Mangel, Status, Steg, Who
from kjerne.errors import NotFound, Refused
from kjerne.i18n import gettext as _
from kjerne.i18n import lazy as _l
from kjerne.work import Work

MOST_EVENTS = 999
LETTER_SAME = _l("Meldinga di høyrer til ei anna sak:")
LETTER_SAME_BODY = _l("Same hending er meldt før. Ho blir følgd opp i den saka. I saka di står svaret.")
LETTER_ENDED = _l("Svar på meldinga di:")
LETTER_ENDED_BODY = _l("Saka som meldinga di er slått saman med, er avslutta. På sida til meldinga di står kva det førte til.")


def mark_duplicate(work: Work, avvik: Avvik, other_nr: str, reason: str) -> None:
    """End a case as told before: what is kept counts its events too. She must handle both, and both be seen by the same.

    Raises `Refused` with the reason, also when a duty to notify is still open in the case that would be ended.
    """
    demand(work, avvik, Steg.DUPLIKAT)
    if is_reporter(work, avvik):
        raise Refused(str(MANGELNAMN[Mangel.EIGA_SAK][1]))
    kept = _kept(work, avvik, other_nr)
    if not reason.strip():
        raise Refused(_("Skriv svaret til meldaren før du slår saman."), "grunngiving")
    if work.db.scalar(
        select(AvvikMeldeplikt.id).where(AvvikMeldeplikt.avvik_id == avvik.id, AvvikMeldeplikt.status == "open").limit(1)
    ):
        raise Refused(_("Vurder meldepliktene i denne saka før ho blir avslutta."))
    if kept.serie_tal + avvik.serie_tal > MOST_EVENTS:
        raise Refused(_("Saka som blir ståande, kan ikkje telje fleire hendingar."), "nr")
    first_answer(work, avvik)
    move(avvik, Steg.DUPLIKAT)
    avvik.lukka_tid, avvik.ventar_meldar, avvik.duplikat_av_id = work.now, False, kept.id
    kept.serie_tal += avvik.serie_tal
    low, high = sorted((avvik.id, kept.id))
    if work.db.get(AvvikLenkje, (low, high)) is None:
        work.db.add(AvvikLenkje(fra_id=low, til_id=high))
    note(work, avvik, "duplikat", til=kept.nr, text=reason)
    note(work, kept, "duplikat_inn", fra=avvik.nr, til=str(kept.serie_tal), to_reporter=False)
    tell_reporter(work, avvik, f"duplikat-{avvik.version}", LETTER_SAME.text, LETTER_SAME_BODY.text)


def _kept(work: Work, avvik: Avvik, other_nr: str) -> Avvik:
    """The case that is kept; what she does not see and what does not exist are refused with the same words."""
    try:
        kept = get_avvik(work, other_nr)
    except NotFound:
        raise Refused(_("Saka finst ikkje, eller du ser ho ikkje."), "nr") from None
    if kept.id == avvik.id:
        raise Refused(_("Ei sak kan ikkje slåast saman med seg sjølv."), "nr")
    if Who.HANDLER not in who_am_i(work, kept) or kept.sensitiv_gruppe != avvik.sensitiv_gruppe:
        raise Refused(_("Du kan berre slå saman saker som du behandlar og som dei same får sjå."), "nr")
    if kept.status == Status.AVVIST:
        raise Refused(_("Saka som skal bli ståande, er avvist. Vel ei anna."), "nr")
    return kept


def tell_joined(work: Work, kept: Avvik) -> None:
    """The case is ended: those whose reports were joined with it are told too. Its answer is read there, never copied."""
    for one in joined_with(work, kept):
        note(work, one, "samla_slutt", til=kept.nr, as_system=True)
        tell_reporter(work, one, f"samla-{kept.id}-{kept.version}", LETTER_ENDED.text, LETTER_ENDED_BODY.text)


def undo_duplicate(work: Work, avvik: Avvik) -> None:
    """The ended case opens again: what was kept no longer counts its events."""
    if avvik.duplikat_av_id is None:
        return
    kept = work.db.get_one(Avvik, avvik.duplikat_av_id)
    kept.serie_tal = max(1, kept.serie_tal - avvik.serie_tal)
    avvik.duplikat_av_id = None
    note(work, kept, "duplikat_ut", fra=avvik.nr, til=str(kept.serie_tal), to_reporter=False, as_system=True)
