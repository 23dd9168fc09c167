"""Close a case: an outcome, an answer, measures in hand. "Led to changed procedure or new practice" is counted from here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Select, bindparam, func, select

from avvik.actions.dialogue import first_answer, tell_reporter
from avvik.actions.duplikat import tell_joined, undo_duplicate
from avvik.actions.handle import ensure_started
from avvik.actions.history import demand, letter, move, note
from avvik.actions.opplaering import follow_training
from avvik.actions.report import deadline_row
from avvik.models import Avvik, AvvikArsak, AvvikMeldeplikt, AvvikProsedyre, AvvikTiltak, AvvikUtfall
from avvik.queries.access import get_avvik, is_reporter
from avvik.queries.routing import find_mottakar
from avvik.rules import GREEN, MANGELNAMN, ClosingFacts, Mangel, Status, Steg, closing_gaps, deadlines
from kjerne import asked
from kjerne.access import Right
from kjerne.errors import NotFound, Refusal, Refused
from kjerne.i18n import gettext as _
from kjerne.i18n import lazy as _l
from kjerne.katalog import Arsak, Utfall, in_force, live
from kjerne.models import Eining
from kjerne.work import Work
from tiltak.actions import is_settled
from tiltak.models import Tiltak

LETTER_CLOSED = _l("Saka di er lukka:")
LETTER_CLOSED_BODY = _l("Ei sak du melde er lukka. I saka står svaret og kva som blei endra.")
LETTER_REJECTED = _l("Meldinga di er vurdert:")
LETTER_REJECTED_BODY = _l("Ei melding du sende er vurdert som ikkje avvik. I saka står grunngivinga.")
LETTER_OBJECTION = _l("Meldaren er ikkje samd:")
LETTER_OBJECTION_BODY = _l("Meldaren har bede om at saka blir sett på ein gong til.")


def set_outcome(work: Work, avvik: Avvik, utfall: dict[str, str], sluttsvar: str) -> None:
    """Choose outcomes (several allowed; "none" needs a reason) and write the closing answer; kept until the case is closed."""
    demand(work, avvik, Steg.UTFALL)
    known = {row.kode: row for row in work.db.scalars(in_force(Utfall, work.today))}
    chosen = {code: reason for code, reason in utfall.items() if code in known}
    for code, reason in chosen.items():
        if known[code].krev_grunngiving and not reason.strip():
            raise Refused(_("Skriv kvifor saka ikkje fører til noka endring."), "grunngiving")
    ensure_started(work, avvik)
    chosen = _with_proven(work, avvik, chosen, known)
    for row in work.db.scalars(select(AvvikUtfall).where(AvvikUtfall.avvik_id == avvik.id)):
        work.db.delete(row)
    work.db.flush()
    work.db.add_all(AvvikUtfall(avvik_id=avvik.id, utfall=code, grunngiving=text) for code, text in chosen.items())
    avvik.sluttsvar = sluttsvar
    note(work, avvik, "utfall", til=", ".join(chosen)[:160], to_reporter=False)
    follow_training(work, avvik)


def _with_proven(work: Work, avvik: Avvik, chosen: dict[str, str], known: dict[str, Utfall]) -> dict[str, str]:
    """The outcomes with those a changed procedure has proven; then "no change" cannot stand beside them."""
    led_to = select(AvvikProsedyre.utfall).where(AvvikProsedyre.avvik_id == avvik.id, AvvikProsedyre.versjon_id.is_not(None))
    proven = set(work.db.scalars(led_to))
    if not proven:
        return chosen
    kept = {code: reason for code, reason in chosen.items() if not known[code].krev_grunngiving}
    return kept | dict.fromkeys(sorted(proven - set(kept)), "")


_MEASURES: Final = (
    select(Tiltak.status, Tiltak.ansvarleg_id, Tiltak.frist)
    .join(AvvikTiltak, AvvikTiltak.tiltak_id == Tiltak.id)
    .where(AvvikTiltak.avvik_id == bindparam("avvik"))
)


def _outcomes(_work: Work) -> Select[str, str]:
    return select(AvvikUtfall.utfall, AvvikUtfall.grunngiving).where(AvvikUtfall.avvik_id == bindparam("avvik"))


def _counts(_work: Work) -> Select[int, int]:
    causes = select(func.count()).where(AvvikArsak.avvik_id == bindparam("avvik")).scalar_subquery()
    duties = select(func.count()).where(AvvikMeldeplikt.avvik_id == bindparam("avvik"), AvvikMeldeplikt.status == "open")
    return select(causes.label("arsaker"), duties.scalar_subquery().label("plikter"))


@dataclass(frozen=True)
class Innhald:
    """What a case holds that the closing rules ask about. Outcomes with their reasons; measures with status, owner and date."""

    arsaker: int
    opne_plikter: int
    utfall: Sequence[tuple[str, str]]
    tiltak: Sequence[Any]
    eiga_sak: bool


def closing_facts(work: Work, avvik: Avvik) -> ClosingFacts:
    """What the closing rules ask about this case and this person."""
    (counts,) = asked.rows(work, _counts, avvik=avvik.id)
    outcomes = [(row.utfall, row.grunngiving) for row in asked.rows(work, _outcomes, avvik=avvik.id)]
    measures = work.db.execute(_MEASURES, {"avvik": avvik.id}).all()
    return facts_of(work, avvik, Innhald(counts.arsaker, counts.plikter, outcomes, measures, is_reporter(work, avvik)))


def facts_of(work: Work, avvik: Avvik, innhald: Innhald) -> ClosingFacts:
    """The same of what has been read already."""
    needs_reason = {row.kode for row in live(work.db, Utfall, work.today) if row.krev_grunngiving} if innhald.utfall else set()
    loose = [row for row in innhald.tiltak if not is_settled(row) and (row.ansvarleg_id is None or row.frist is None)]
    return ClosingFacts(
        alvor=avvik.alvor,
        causes=innhald.arsaker,
        outcomes=len(innhald.utfall),
        outcome_without_reason=any(code in needs_reason and not reason.strip() for code, reason in innhald.utfall),
        answered=avvik.forste_svar_tid is not None or bool(avvik.sluttsvar.strip()),
        closing_answer=bool(avvik.sluttsvar.strip()),
        open_duties=innhald.opne_plikter,
        loose_measures=len(loose),
        is_coordinator=work.has(Right.AVVIK_LUKK_ALVORLEG, avvik.eining_id),
        is_reporter=innhald.eiga_sak,
    )


def close_avvik(work: Work, avvik: Avvik) -> None:
    """Close the case when nothing is missing; else `Refused` says what. The closing answer is the reporter's answer."""
    ensure_started(work, avvik)
    demand(work, avvik, Steg.LUKK)
    _demand_closable(work, avvik)
    _finish(work, avvik)


def _demand_closable(work: Work, avvik: Avvik) -> None:
    gaps = closing_gaps(closing_facts(work, avvik))
    if gaps:
        raise Refused(_("Saka kan ikkje lukkast enno: %(manglar)s.", manglar=", ".join(str(MANGELNAMN[gap][1]) for gap in gaps)))


def _finish(work: Work, avvik: Avvik) -> None:
    first_answer(work, avvik)
    changed = {row.kode for row in work.db.scalars(in_force(Utfall, work.today)) if row.endra_praksis}
    outcomes = set(work.db.scalars(select(AvvikUtfall.utfall).where(AvvikUtfall.avvik_id == avvik.id)))
    move(avvik, Steg.LUKK)
    avvik.lukka_tid = work.now
    avvik.ventar_meldar = False
    avvik.endra_praksis = bool(outcomes & changed)
    note(work, avvik, "lukka", til=", ".join(sorted(outcomes))[:160], text=avvik.sluttsvar)
    tell_reporter(work, avvik, f"lukka-{avvik.version}", LETTER_CLOSED.text, LETTER_CLOSED_BODY.text)
    tell_joined(work, avvik)


@dataclass(frozen=True)
class Lukking:
    """What became of one case when many were closed: `hinder` says why it stays open; empty when it was closed."""

    nr: str
    hinder: str = ""


def bulk_close(work: Work, answers: dict[str, str], *, arsak: str, grunngiving: str) -> list[Lukking]:
    """Close many green cases (1-2, no measures), one answer each; those without an answer are left out.

    A case that cannot be closed stays exactly as it was, and the answer tells why. Raises `Refused` when nothing is answered,
    the cause is none of ours, or the common reason is missing.
    """
    chosen = {nr: answer for nr, answer in answers.items() if answer.strip()}
    if not chosen:
        raise Refused(_("Skriv svar til minst éi sak."))
    if arsak not in {row.kode for row in work.db.scalars(in_force(Arsak, work.today))}:
        raise Refused(_("Vel ei årsak."), "arsak")
    if not grunngiving.strip():
        raise Refused(_("Skriv kvifor sakene ikkje fører til noka endring."), "grunngiving")
    return [_close_green(work, nr, answer, arsak, grunngiving) for nr, answer in chosen.items()]


def _close_green(work: Work, nr: str, answer: str, arsak: str, grunngiving: str) -> Lukking:
    try:
        with work.db.begin_nested():
            avvik = get_avvik(work, nr)
            if avvik.alvor > GREEN or _has_measure(work, avvik):
                raise Refused(_("Saka er ikkje grøn lenger: ho har tiltak eller høgare alvor. Opne ho og lukk ho for seg."))
            ensure_started(work, avvik)
            demand(work, avvik, Steg.LUKK)
            _fill_in(work, avvik, answer, arsak, grunngiving)
            _demand_closable(work, avvik)
            _finish(work, avvik)
    except NotFound:
        return Lukking(nr, _("Saka finst ikkje, eller du ser ho ikkje."))
    except Refusal as refusal:
        return Lukking(nr, refusal.message)
    return Lukking(nr)


def _has_measure(work: Work, avvik: Avvik) -> bool:
    return work.db.scalar(select(AvvikTiltak.tiltak_id).where(AvvikTiltak.avvik_id == avvik.id).limit(1)) is not None


def _fill_in(work: Work, avvik: Avvik, answer: str, arsak: str, grunngiving: str) -> None:
    """What a green case lacks: a cause, the outcome "none" with the common reason, and its own answer."""
    if work.db.scalar(select(AvvikArsak.arsak).where(AvvikArsak.avvik_id == avvik.id).limit(1)) is None:
        work.db.add(AvvikArsak(avvik_id=avvik.id, arsak=arsak))
    if work.db.scalar(select(AvvikUtfall.utfall).where(AvvikUtfall.avvik_id == avvik.id).limit(1)) is None:
        work.db.add(AvvikUtfall(avvik_id=avvik.id, utfall="ingen", grunngiving=grunngiving))
    avvik.sluttsvar = answer
    work.db.flush()


def reject(work: Work, avvik: Avvik, reason: str) -> None:
    """It is no deviation: ended with a reason the reporter sees, beside and not in "tal avvik"."""
    demand(work, avvik, Steg.AVVIS)
    if is_reporter(work, avvik):
        raise Refused(str(MANGELNAMN[Mangel.EIGA_SAK][1]))
    if not reason.strip():
        raise Refused(_("Skriv kvifor dette ikkje er eit avvik. Meldaren får sjå grunngivinga."), "grunngiving")
    first_answer(work, avvik)
    move(avvik, Steg.AVVIS)
    avvik.lukka_tid = work.now
    note(work, avvik, "avvist", text=reason)
    follow_training(work, avvik)
    tell_reporter(work, avvik, f"avvist-{avvik.version}", LETTER_REJECTED.text, LETTER_REJECTED_BODY.text)
    tell_joined(work, avvik)


def reopen(work: Work, avvik: Avvik, reason: str) -> None:
    """A level above, or the coordinator, opens the case again with a reason."""
    demand(work, avvik, Steg.GJENOPNE)
    if not reason.strip():
        raise Refused(_("Skriv kvifor saka skal opnast att."), "grunngiving")
    open_again(work, avvik, "gjenopna", reason)


def object_to(work: Work, avvik: Avvik, reason: str) -> None:
    """The reporter is not satisfied: once, with her own words. The case opens again and a level above is told."""
    demand(work, avvik, Steg.INNVENDING)
    if avvik.innvending_brukt:
        raise Refused(_("Du har bede om ny vurdering før. Snakk med leiaren din eller kvalitetskoordinatoren."), "tekst")
    if not reason.strip():
        raise Refused(_("Skriv kva du ikkje er samd i."), "tekst")
    avvik.innvending_brukt = True
    open_again(work, avvik, "innvending", reason)
    eining = work.db.get_one(Eining, avvik.eining_id)
    told = frozenset(x for x in (avvik.sakshandsamar_id, avvik.meldar_id) if x)
    above = find_mottakar(work.db, eining, work.today, told)
    if above and avvik.sensitiv_gruppe == "":
        avvik.lofta = max(avvik.lofta, 1)
        letter(work, avvik, above.person, "innvending", LETTER_OBJECTION.text, LETTER_OBJECTION_BODY.text)


def open_again(work: Work, avvik: Avvik, slag: str, reason: str = "", *, as_system: bool = False) -> None:
    """The case opens again with a line of its history, and new deadlines from today: what was late before is not late now."""
    note(work, avvik, slag, text=reason, as_system=as_system)
    undo_duplicate(work, avvik)
    row = deadline_row(work, avvik.alvor)
    dates = deadlines(work.now, answer_days=row.svar_arbeidsdagar, start_days=row.start_dagar, close_days=row.lukking_dagar)
    avvik.status = Status.GJENOPNA
    avvik.frist_start, avvik.frist_lukking = dates.start, dates.lukking
    avvik.lukka_tid = None
    avvik.endra_praksis = False
