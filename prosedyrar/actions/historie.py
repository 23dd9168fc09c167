"""What every change leaves behind: a line of the document's history, one of the log, texts cleaned and held against the guard."""

from sqlalchemy.orm.exc import StaleDataError

from kjerne import identitet, log, text
from kjerne.errors import Conflict, Refused
from kjerne.i18n import gettext as _
from kjerne.work import Work
from prosedyrar import rules
from prosedyrar.models import ProsedyreHending


def cleaned(
    work: Work, value: str, field: str, *, max_len: int = rules.KORT_MAX, required: bool = True, multiline: bool = True
) -> str:
    """The text as it is kept. Raises `Refused` when empty or holding an identity number, whoever calls."""
    kept = text.clean(value, max_len=max_len, multiline=multiline)
    if required and not kept:
        raise Refused(_("Skriv noko her."), field)
    found = identitet.blocks(identitet.find(kept, today=work.today))
    if found:
        raise Refused(identitet.message(found[0]), field)
    return kept


def note(
    work: Work, prosedyre_id: int, slag: str, *, versjon_id: int | None = None, tekst: str = "", person_id: int | None = None
) -> None:
    """One line of history and one of the log, in this transaction. The log gets the text's digest only."""
    who = person_id or (work.person.id if work.person else None)
    work.db.add(
        ProsedyreHending(
            prosedyre_id=prosedyre_id,
            versjon_id=versjon_id,
            tid=work.now,
            person_id=who,
            slag=slag,
            tekst=tekst,
        )
    )
    digest = log.digest(tekst) if tekst else None
    log.record(work, "prosedyre", prosedyre_id, f"prosedyre:{slag}", versjon=versjon_id, tekst=digest)


def flush(work: Work, mine: str = "") -> None:
    """Write; when somebody changed the row in between, say so with what she typed."""
    try:
        work.db.flush()
    except StaleDataError as error:
        raise Conflict(_("Dokumentet blei endra av ein annan medan du skreiv."), mine=mine) from error
