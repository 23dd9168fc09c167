"""Handle a case: start, classify, forward, assign, causes, measures, links, whistleblowing, a concerned leader, escalation."""

from datetime import date

from sqlalchemy import select

from avvik.actions.dialogue import tell_reporter
from avvik.actions.duties import open_duties_for
from avvik.actions.history import demand, letter, move, note
from avvik.actions.opplaering import follow_training
from avvik.actions.report import LETTER_NEW, LETTER_NEW_BODY, deadline_row, group_of
from avvik.models import Avvik, AvvikArsak, AvvikInhabil, AvvikLenkje, AvvikTiltak
from avvik.queries.access import get_avvik
from avvik.queries.prosedyre import OPPHAV
from avvik.queries.routing import concerned_leaders, find_mottakar, handlers_for
from avvik.rules import HIGH, Status, Steg, deadlines
from kjerne import files
from kjerne.errors import Refused
from kjerne.filinnhald import Inspected
from kjerne.i18n import gettext as _
from kjerne.i18n import lazy as _l
from kjerne.katalog import Arsak, in_force
from kjerne.models import Eining, Fil, Person
from kjerne.work import Work
from kompetanse.actions.opplaering import withdraw_training
from kompetanse.rules import Opphav as TrainingOrigin
from prosedyrar.actions.skjerming import shield_requests
from tiltak.actions import create_tiltak, shield
from tiltak.models import Tiltak
from tiltak.queries import of_origin

LETTER_CHANGED = _l("Endring i meldinga di:")
LETTER_CHANGED_BODY = _l("Typen eller alvoret i ei melding du sende er endra. Du ser grunngivinga i saka.")
LETTER_LIFTED = _l("Sak lyfta til deg:")
LETTER_LIFTED_BODY = _l("Ei sak er lyfta til deg.")


def start(work: Work, avvik: Avvik) -> None:
    """Begin handling: the reporter sees "under behandling"."""
    demand(work, avvik, Steg.START)
    move(avvik, Steg.START)
    avvik.starta_tid = avvik.starta_tid or work.now
    note(work, avvik, "starta")


def ensure_started(work: Work, avvik: Avvik) -> None:
    """A step that is handling begins the handling when nobody has pressed start."""
    if avvik.status in (Status.MELD, Status.GJENOPNA, Status.SEND_VIDARE):
        start(work, avvik)


def classify(
    work: Work,
    avvik: Avvik,
    *,
    hovudtype: str,
    underkategori: str,
    alvor: int,
    alvor_mogleg: int | None,
    art: str,
    reason: str,
) -> None:
    """Confirm or change type and severity. A change needs a reason the reporter sees; what she said is kept beside it."""
    demand(work, avvik, Steg.KLASSIFISER)
    type_changed = (hovudtype, underkategori, art) != (avvik.hovudtype, avvik.underkategori, avvik.art)
    level_changed = alvor != avvik.alvor
    if (type_changed or level_changed) and not reason.strip():
        raise Refused(_("Skriv kvifor du endrar. Meldaren får sjå grunngivinga."), "grunngiving")
    if level_changed:
        note(work, avvik, "alvor_endra", fra=str(avvik.alvor), til=str(alvor), text=reason)
        _new_deadlines(work, avvik, alvor)
    if type_changed:
        note(work, avvik, "type_endra", fra=avvik.underkategori, til=underkategori, text="" if level_changed else reason)
    was_open, moved = avvik.sensitiv_gruppe == "", underkategori != avvik.underkategori
    avvik.hovudtype, avvik.underkategori, avvik.art = hovudtype, underkategori, art
    avvik.alvor, avvik.alvor_mogleg, avvik.alvor_stadfesta = alvor, alvor_mogleg, True
    if moved and not avvik.er_varsel:  # else it keeps the group it was filed under, whatever the table says today
        avvik.sensitiv_gruppe = group_of(work, underkategori, gjeld_leiar=avvik.gjeld_leiar)
    if was_open and avvik.sensitiv_gruppe:
        _shield_measures(work, avvik, work.me)
    if not (type_changed or level_changed):
        note(work, avvik, "stadfesta", til=str(alvor))
    work.db.flush()
    follow_training(work, avvik)
    open_duties_for(work, avvik)
    if type_changed or level_changed:
        tell_reporter(work, avvik, f"endra-{avvik.version}", LETTER_CHANGED.text, LETTER_CHANGED_BODY.text)


def _new_deadlines(work: Work, avvik: Avvik, alvor: int) -> None:
    row = deadline_row(work, alvor, avvik.meldt)
    dates = deadlines(avvik.meldt, answer_days=row.svar_arbeidsdagar, start_days=row.start_dagar, close_days=row.lukking_dagar)
    avvik.frist_start, avvik.frist_lukking = dates.start, dates.lukking


def _inhabile(work: Work, avvik: Avvik) -> frozenset[int]:
    return frozenset(work.db.scalars(select(AvvikInhabil.person_id).where(AvvikInhabil.avvik_id == avvik.id)))


def _hand_over(work: Work, avvik: Avvik, person: Person, slag: str) -> None:
    avvik.sakshandsamar_id = person.id
    letter(work, avvik, person, f"{slag}-{avvik.version}", LETTER_NEW.text, LETTER_NEW_BODY.text)


def forward(work: Work, avvik: Avvik, eining: Eining, reason: str) -> None:
    """Send the case to the unit it belongs to; its leader gets it by the same rule as a new one."""
    demand(work, avvik, Steg.SEND_VIDARE)
    if not reason.strip():
        raise Refused(_("Skriv kvifor saka høyrer til der."), "grunngiving")
    excluded = _inhabile(work, avvik) | ({avvik.meldar_id} if avvik.meldar_id else frozenset())
    found = find_mottakar(work.db, eining, work.today, excluded)
    if found is None:
        raise Refused(_("Ingen kan ta imot saka i den eininga no. Vel ei anna eining."), "eining")
    before = work.db.get_one(Eining, avvik.eining_id)
    note(work, avvik, "send_vidare", fra=before.namn, til=eining.namn, text=reason)
    move(avvik, Steg.SEND_VIDARE)
    avvik.eining_id = eining.id
    avvik.lofta = max(avvik.lofta, 1)
    follow_training(work, avvik, moved=True)
    _hand_over(work, avvik, found.person, "vidare")


def assign(work: Work, avvik: Avvik, person: Person) -> None:
    """Give the case to one who may handle it there. Never to somebody it is about, nor to its own reporter."""
    demand(work, avvik, Steg.TILDEL)
    allowed = {found.id for found in handlers_for(work, work.db.get_one(Eining, avvik.eining_id))}
    if person.id not in allowed or person.id in _inhabile(work, avvik) or person.id == avvik.meldar_id:
        raise Refused(_("Denne personen kan ikkje behandle saka. Vel ein annan."), "person")
    note(work, avvik, "tildelt", til=person.namn)
    _hand_over(work, avvik, person, "tildelt")


def add_cause(work: Work, avvik: Avvik, arsaker: dict[str, str]) -> None:
    """Set the causes (domene 3.6), each with its answers to "why?" (at most five lines)."""
    demand(work, avvik, Steg.ARSAK)
    known = {row.kode for row in work.db.scalars(in_force(Arsak, work.today))}
    chosen = {code: text for code, text in arsaker.items() if code in known}
    if not chosen:
        raise Refused(_("Vel minst éi årsak."), "arsak")
    ensure_started(work, avvik)
    for row in work.db.scalars(select(AvvikArsak).where(AvvikArsak.avvik_id == avvik.id)):
        work.db.delete(row)
    work.db.flush()
    for code, text in chosen.items():
        work.db.add(AvvikArsak(avvik_id=avvik.id, arsak=code, kvifor="\n".join(text.splitlines()[:5])))
    note(work, avvik, "arsak", til=", ".join(chosen)[:160], to_reporter=False)
    follow_training(work, avvik)


def add_measure(
    work: Work,
    avvik: Avvik,
    *,
    tittel: str,
    skildring: str,
    ansvarleg: Person,
    frist: date,
    tiltak: Tiltak | None = None,
) -> Tiltak:
    """Make a measure for the case, or let one that exists serve this case too. A sensitive case's measure is shielded."""
    demand(work, avvik, Steg.TILTAK)
    shielded = bool(avvik.sensitiv_gruppe) or avvik.konfidensiell or avvik.gjeld_leiar
    if ansvarleg.id in _inhabile(work, avvik):
        raise Refused(_("Denne personen kan ikkje ha tiltaket. Vel ein annan."), "ansvarleg")
    ensure_started(work, avvik)
    if tiltak is None:
        tiltak = create_tiltak(
            work,
            tittel=tittel,
            skildring=skildring,
            ansvarleg=ansvarleg,
            eining_id=avvik.eining_id,
            frist=frist,
            opphav=("avvik", avvik.id, avvik.nr, not shielded),
            skjerma=shielded,
        )
    if work.db.get(AvvikTiltak, (avvik.id, tiltak.id)) is None:
        work.db.add(AvvikTiltak(avvik_id=avvik.id, tiltak_id=tiltak.id))
    if avvik.status == Status.UNDER_BEHANDLING:
        move(avvik, Steg.TILTAK)
    note(work, avvik, "tiltak", til=str(tiltak.id), to_reporter=False)
    return tiltak


def wait_for_effect(work: Work, avvik: Avvik) -> None:
    """The handler chooses to wait for the effect: the closing clock stops."""
    demand(work, avvik, Steg.VENT_EFFEKT)
    move(avvik, Steg.VENT_EFFEKT)
    note(work, avvik, "ventar_effekt")


def link_cases(work: Work, avvik: Avvik, other_nr: str) -> None:
    """Tie the case to one like it; both must be within sight."""
    demand(work, avvik, Steg.LENKJE)
    other = get_avvik(work, other_nr)
    if other.id == avvik.id:
        raise Refused(_("Ei sak kan ikkje knytast til seg sjølv."), "nr")
    low, high = sorted((avvik.id, other.id))
    if work.db.get(AvvikLenkje, (low, high)) is None:
        work.db.add(AvvikLenkje(fra_id=low, til_id=high))
        note(work, avvik, "lenkje", til=other.nr, to_reporter=False)


def attach_file(work: Work, avvik: Avvik, inspected: Inspected) -> Fil:
    """Attach a checked file to the case."""
    demand(work, avvik, Steg.VEDLEGG)
    hidden = avvik.anonym or avvik.konfidensiell
    row = files.store(work, "avvik", avvik.id, inspected, anonymous=hidden)
    note(work, avvik, "vedlegg", til=row.offentleg_id)
    return row


def _shield_measures(work: Work, avvik: Avvik, follower: Person | None = None) -> None:
    """Measures of a case that became one that few may see are hidden too, and followed up by who has the case now."""
    for tiltak in of_origin(work.db, "avvik", avvik.id):
        shield(work, tiltak, follower=follower)
    shield_requests(work, OPPHAV, avvik.id)
    withdraw_training(work, slag=TrainingOrigin.AVVIK, ref_id=avvik.id)


def mark_whistleblowing(work: Work, avvik: Avvik, reason: str) -> None:
    """It is a varsel (aml. 2A): the case leaves the line at once, is seen by the named group only, counted nowhere else."""
    demand(work, avvik, Steg.VARSEL)
    note(work, avvik, "varsel", text=reason, to_reporter=False)
    avvik.er_varsel = True
    avvik.sensitiv_gruppe = "varsel"
    avvik.sakshandsamar_id = None
    _shield_measures(work, avvik)


def mark_concerns_leader(work: Work, avvik: Avvik, reason: str) -> None:
    """The case is about the unit's leader: it moves to the nearest leader above who is not concerned."""
    demand(work, avvik, Steg.GJELD_LEIAR)
    eining = work.db.get_one(Eining, avvik.eining_id)
    concerned = concerned_leaders(work.db, [eining])
    note(work, avvik, "gjeld_leiar", text=reason, to_reporter=False)
    have = _inhabile(work, avvik)
    work.db.add_all(AvvikInhabil(avvik_id=avvik.id, person_id=person_id) for person_id in concerned - have)
    avvik.gjeld_leiar, avvik.sensitiv_gruppe = True, "leiarsak"
    work.db.flush()
    reporter = {avvik.meldar_id} if avvik.meldar_id else frozenset()
    found = find_mottakar(work.db, eining, work.today, concerned | have | reporter)
    _shield_measures(work, avvik, found.person if found else None)
    avvik.sakshandsamar_id = found.person.id if found else None
    if found:
        letter(work, avvik, found.person, f"leiar-{avvik.version}", LETTER_NEW.text, LETTER_NEW_BODY.text)


def _up_the_line(work: Work, eining: Eining, level: int) -> Eining:
    """The unit above for level 1; the sector (or the top, when no unit is one) from level 2."""
    above = eining
    while above.overordna_id is not None and above.niva != "sektor":
        above = work.db.get_one(Eining, above.overordna_id)
        if level == 1:
            break
    return above


def escalate(work: Work, avvik: Avvik, level: int, reason: str = "") -> None:
    """Lift the case to the leader above: she can read it from now on. Used by the clock and by hand."""
    if work.person is not None:
        demand(work, avvik, Steg.LOFT)
    eining = work.db.get_one(Eining, avvik.eining_id)
    excluded = set(_inhabile(work, avvik))
    if avvik.sakshandsamar_id:
        excluded.add(avvik.sakshandsamar_id)
    above = _up_the_line(work, eining, level)
    found = find_mottakar(work.db, above, work.today, frozenset(excluded))
    avvik.lofta = max(avvik.lofta, level)
    reached = found.person.namn if found else eining.namn
    note(work, avvik, "lofta", fra=str(level), til=reached, text=reason, to_reporter=avvik.alvor >= HIGH)
    if found and avvik.sensitiv_gruppe == "":
        letter(
            work, avvik, found.person, f"lofta-{level}-{avvik.frist_lukking:%Y%m%d}", LETTER_LIFTED.text, LETTER_LIFTED_BODY.text
        )
