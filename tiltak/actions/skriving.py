"""What every action of a measure does: clean the text, hold the deadline, keep its place, write history and log."""

from datetime import date

from sqlalchemy.orm.exc import StaleDataError

from kjerne import identitet, log, text
from kjerne.errors import Conflict, Refused
from kjerne.i18n import gettext as _
from kjerne.work import Work
from tiltak import rang, rules
from tiltak.models import Tiltak, TiltakHending


def clean(work: Work, value: str, field: str, *, max_len: int = rules.TEKST_MAX, required: bool = True) -> str:
    """The text as it is kept. Raises `Refused` when empty or holding an identity number, whoever calls."""
    kept = text.clean(value, max_len=max_len, multiline=max_len > rules.TITTEL_MAX)
    if required and not kept:
        raise Refused(_("Skriv noko her."), field)
    found = identitet.blocks(identitet.find(kept, today=work.today))
    if found:
        raise Refused(identitet.message(found[0]), field)
    return kept


def deadline(work: Work, frist: date) -> date:
    """The deadline as it is kept: from today to five years ahead. Raises `Refused` else."""
    if not work.today <= frist <= work.today + rules.FRIST_MAX:
        raise Refused(_("Vel ein frist som er i dag eller seinare, og innan fem år."), "frist")
    return frist


def note(work: Work, tiltak: Tiltak, slag: str, *, fra: str = "", til: str = "", tekst: str = "") -> None:
    """One line of history and one of the log, in this transaction. The log gets the text's digest only."""
    work.db.add(
        TiltakHending(
            tiltak_id=tiltak.id,
            tid=work.now,
            person_id=work.person.id if work.person else None,
            slag=slag,
            fra=fra,
            til=til,
            tekst=tekst,
        )
    )
    digest = log.digest(tekst) if tekst else None
    log.record(work, "tiltak", tiltak.id, f"tiltak:{slag}", fra=fra or None, til=til or None, tekst=digest)


def flush(work: Work, mine: str) -> None:
    """Write; when somebody changed the row in between, say so with what she typed."""
    try:
        work.db.flush()
    except StaleDataError as error:
        raise Conflict(_("Tiltaket blei endra av ein annan medan du skreiv."), mine=mine) from error


def check_version(tiltak: Tiltak, version: int | None, *, mine: str, theirs: str) -> None:
    """Refuse a form drawn from an older row. Raises `Conflict` with both texts; None: the caller drew no form."""
    if version is not None and version != tiltak.version:
        raise Conflict(_("Tiltaket blei endra av ein annan medan du skreiv."), mine=mine, theirs=theirs)


def arrange(tiltak: Tiltak) -> None:
    """Keep `avslutta` true to the state, and the place in the order true to risk, cost and deadline unless moved by hand.

    A shielded measure is placed by its deadline alone: its place shall not tell the owner of the risk behind it.
    """
    tiltak.avslutta = tiltak.status in rules.SETTLED
    if tiltak.flytta_tid is not None:
        return
    if tiltak.skjerma:
        tiltak.rang = rang.order_key(None, None, None, tiltak.frist)
    else:
        tiltak.rang = rang.order_key(tiltak.farge, tiltak.risikoreduksjon, tiltak.kostnad, tiltak.frist)
