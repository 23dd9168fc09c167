"""From a case to a changed procedure: tie it, ask for a revision or a new one, and mark the case when the version is in force."""

from sqlalchemy import select

from avvik.actions.dialogue import tell_reporter
from avvik.actions.handle import ensure_started
from avvik.actions.history import demand, note
from avvik.models import Avvik, AvvikUtfall
from avvik.queries.prosedyre import OPPHAV, add_row, row_of, title_of
from avvik.rules import Status, Steg
from kjerne.errors import NotFound, Refused
from kjerne.i18n import gettext as _
from kjerne.i18n import lazy as _l
from kjerne.katalog import Utfall, in_force
from kjerne.work import Work
from prosedyrar.actions import request_revision
from prosedyrar.models import Prosedyre, ProsedyreVersjon
from prosedyrar.queries.onske import of_origin
from prosedyrar.rules import Onske

CHANGED, NEW, NOTHING = "prosedyre_endra", "ny_prosedyre", "ingen"
LINE_MAX = 160
LETTER_LED_TO = _l("Meldinga di førte til endra prosedyre:")
LETTER_LED_TO_BODY = _l("Ei melding du sende, har ført til at ein prosedyre er endra eller laga. I saka står kva som er nytt.")


def is_shielded(avvik: Avvik) -> bool:
    """Whether few may see the case: then its requests say nothing of where they come from."""
    return bool(avvik.sensitiv_gruppe) or avvik.konfidensiell or avvik.gjeld_leiar


def tie(work: Work, avvik: Avvik, prosedyre_id: int) -> str:
    """The case is about a procedure that failed. Returns its title. Raises `Refused` for one she cannot read."""
    demand(work, avvik, Steg.PROSEDYRE)
    title = title_of(work, prosedyre_id)
    if not title:
        raise Refused(_("Prosedyren finst ikkje, eller du ser han ikkje."), "q")
    ensure_started(work, avvik)
    if row_of(work.db, avvik.id, prosedyre_id) is None:
        add_row(work.db, avvik.id, prosedyre_id, work.now)
        note(work, avvik, "prosedyre", til=title[:LINE_MAX], to_reporter=False)
    return title


def untie(work: Work, avvik: Avvik, prosedyre_id: int) -> None:
    """It was another procedure after all. Not when a request waits or the case has led to a version."""
    demand(work, avvik, Steg.PROSEDYRE)
    row = row_of(work.db, avvik.id, prosedyre_id)
    if row is None:
        raise NotFound
    waits = any(one.prosedyre_id == prosedyre_id and one.tilstand != Onske.AVSLEGEN for one in of_origin(work.db, OPPHAV, avvik.id))
    if row.versjon_id is not None or waits:
        raise Refused(_("Saka har bede om endring her, så koplinga blir ståande."), "q")
    work.db.delete(row)
    note(work, avvik, "prosedyre_bort", til=work.db.get_one(Prosedyre, prosedyre_id).tittel[:LINE_MAX], to_reporter=False)


def ask_for_revision(work: Work, avvik: Avvik, prosedyre_id: int, tittel: str) -> None:
    """Ask the procedure's owner to change it, with the case as the reason. Heimel: FLK § 9 c."""
    _need(tittel)
    title = tie(work, avvik, prosedyre_id)
    request_revision(work, prosedyre_id, OPPHAV, avvik.id, skjerma=is_shielded(avvik), tittel=tittel, eining_id=avvik.eining_id)
    note(work, avvik, "prosedyre_onske", til=title[:LINE_MAX], text=tittel, to_reporter=False)


def ask_for_new(work: Work, avvik: Avvik, tittel: str) -> None:
    """A procedure is missing: ask the unit for a new one. Heimel: FLK § 7 c."""
    demand(work, avvik, Steg.PROSEDYRE)
    _need(tittel)
    ensure_started(work, avvik)
    kept = tittel.strip()
    if any(one.tittel == kept and one.tilstand in {Onske.OPEN, Onske.TEKEN} for one in of_origin(work.db, OPPHAV, avvik.id)):
        return
    request_revision(work, None, OPPHAV, avvik.id, skjerma=is_shielded(avvik), tittel=kept, eining_id=avvik.eining_id)
    note(work, avvik, "prosedyre_ny", text=kept, to_reporter=False)


def _need(tittel: str) -> None:
    if not tittel.strip():
        raise Refused(_("Skriv kva som bør endrast, eller kva som manglar."), "tittel")


def mark_changed(work: Work, avvik: Avvik, prosedyre: Prosedyre, versjon: ProsedyreVersjon) -> None:
    """The case led to this version: an outcome that cannot be taken back, a line for her who filed it, and a letter.

    A case that is closed is counted from now on, once; one that is open is counted when it closes; a rejected one never.
    """
    row = add_row(work.db, avvik.id, prosedyre.id, work.now)
    if row.versjon_id == versjon.id:
        return
    outcome = CHANGED if versjon.forrige_id is not None else NEW
    row.versjon_id, row.utfall = versjon.id, outcome
    note(work, avvik, outcome, til=f"{prosedyre.tittel[: LINE_MAX - 12]} v. {versjon.nummer}", as_system=True)
    if avvik.status != Status.AVVIST:
        _complete(work, avvik, outcome)
    work.db.flush()
    tell_reporter(work, avvik, f"prosedyre-{versjon.id}", LETTER_LED_TO.text, LETTER_LED_TO_BODY.text)


def _complete(work: Work, avvik: Avvik, outcome: str) -> None:
    have = {row.utfall: row for row in work.db.scalars(select(AvvikUtfall).where(AvvikUtfall.avvik_id == avvik.id))}
    if NOTHING in have:
        work.db.delete(have[NOTHING])
    if outcome not in have:
        work.db.add(AvvikUtfall(avvik_id=avvik.id, utfall=outcome))
    counts = {row.kode for row in work.db.scalars(in_force(Utfall, work.today)) if row.endra_praksis}
    if avvik.status == Status.LUKKA and outcome in counts:
        avvik.endra_praksis = True
