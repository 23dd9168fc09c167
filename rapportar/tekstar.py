"""What leaders write to reports: one text for each section of a unit's report on a period. Texts have passed the guard."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from kjerne.access import Right
from kjerne.errors import Conflict, NotFound
from kjerne.i18n import gettext as _
from kjerne.log import digest, record
from kjerne.models import Eining
from kjerne.work import Work
from rapportar.models import Rapporttekst

LONGEST = 4000


@dataclass(frozen=True)
class Stad:
    """Where a text stands: the kind of report, the unit, the period's code, and the section."""

    slag: str
    eining: Eining
    periode: str
    bolk: str


def keep(work: Work, stad: Stad, text: str, *, versjon: str) -> None:
    """Keep a text; an empty one takes it away. `NotFound` outside her units, `Conflict` with both texts when another was first."""
    slag, eining, periode, bolk = stad.slag, stad.eining, stad.periode, stad.bolk
    if not work.has(Right.RAPPORT_SKRIV, eining.id):
        raise NotFound
    row = work.db.scalar(
        select(Rapporttekst).where(
            Rapporttekst.slag == slag,
            Rapporttekst.eining_id == eining.id,
            Rapporttekst.periode == periode,
            Rapporttekst.bolk == bolk,
        )
    )
    theirs = row.tekst if row else ""
    if versjon != str(row.versjon if row else 0):
        raise Conflict(_("Nokon andre skreiv i denne bolken medan du heldt på."), mine=text, theirs=theirs)
    if text == theirs:
        return
    try:
        if row is None:
            row = Rapporttekst(
                slag=slag, eining_id=eining.id, periode=periode, bolk=bolk, tekst=text, person_id=work.me.id, endra=work.now
            )
            work.db.add(row)
        else:
            row.tekst, row.person_id, row.endra = text, work.me.id, work.now
        work.db.flush()
    except (IntegrityError, StaleDataError) as error:
        raise Conflict(_("Nokon andre skreiv i denne bolken medan du heldt på."), mine=text) from error
    record(
        work, "rapporttekst", row.id, "rapport:tekst", slag=slag, eining=eining.id, periode=periode, bolk=bolk, tekst=digest(text)
    )
