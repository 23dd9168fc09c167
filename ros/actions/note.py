"""What every action of a risk analysis does: clean its texts, keep a line of history, and a line of the log without text."""

from kjerne import identitet, log, text
from kjerne.errors import NotFound, Refused
from kjerne.i18n import gettext as _
from kjerne.work import Work
from ros.models import RosAnalyse, RosHending
from ros.queries.access import hats
from ros.rules import TEKST_MAX, may_edit


def clean(work: Work, value: str, field: str, *, max_len: int = TEKST_MAX, required: bool = False, multiline: bool = True) -> str:
    """The text as it is kept. Raises `Refused` when empty though required, or holding an identity number, whoever calls."""
    kept = text.clean(value, max_len=max_len, multiline=multiline)
    if required and not kept:
        raise Refused(_("Skriv noko her."), field)
    found = identitet.blocks(identitet.find(kept, today=work.today))
    if found:
        raise Refused(identitet.message(found[0]), field)
    return kept


def note(work: Work, analyse: RosAnalyse, slag: str, *, tekst: str = "", rad_nr: int | None = None) -> None:
    """One line of history and one of the log, in this transaction. The log gets the text's digest only."""
    work.db.add(
        RosHending(
            analyse_id=analyse.id,
            rad_nr=rad_nr,
            tid=work.now,
            person_id=work.person.id if work.person else None,
            slag=slag,
            tekst=tekst,
        )
    )
    log.record(work, "ros", analyse.id, f"ros:{slag}", rad=rad_nr, tekst=log.digest(tekst) if tekst else None)


def demand_editing(work: Work, analyse: RosAnalyse) -> None:
    """Raise `NotFound` unless she carries out the analysis and it is not sent or settled."""
    if not may_edit(analyse.status, hats(work, analyse)):
        raise NotFound
