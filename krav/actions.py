"""What can be done with duties: a unit judges one."""

from kjerne.errors import NotFound, Refused
from kjerne.i18n import gettext as _
from kjerne.log import digest, record
from kjerne.models import Eining
from kjerne.work import Work
from krav import queries
from krav.katalog import Krav
from krav.models import Kravvurdering
from krav.rules import Status


def judge(work: Work, krav: Krav, unit: Eining, *, status: str, grunn: str) -> Kravvurdering:
    """Add a judgement with its reason; earlier ones stand. The text has passed the guard."""
    if not queries.may_judge(work, unit):
        raise NotFound
    if status not in set(Status):
        raise Refused(_("Vel korleis kravet er oppfylt."), "status")
    if not grunn:
        raise Refused(_("Skriv kva vurderinga byggjer på."), "grunn")
    row = Kravvurdering(krav=krav.kode, eining_id=unit.id, status=status, grunn=grunn, person_id=work.me.id, tid=work.now)
    work.db.add(row)
    work.db.flush()
    record(work, "krav", krav.kode, "krav:vurdert", eining=unit.id, status=status, tekst=digest(grunn))
    return row
