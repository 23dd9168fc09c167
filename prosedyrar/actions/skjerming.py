"""Hide where requests came from, when their case above became one that few may see."""

from sqlalchemy import select

from kjerne import log
from kjerne.work import Work
from prosedyrar.models import Revisjonsonske


def shield_requests(work: Work, opphav_type: str, opphav_id: int) -> None:
    """From now on nobody here is shown which case these requests came from."""
    found = work.db.scalars(
        select(Revisjonsonske).where(
            Revisjonsonske.opphav_type == opphav_type, Revisjonsonske.opphav_id == opphav_id, Revisjonsonske.skjerma.is_(False)
        )
    ).all()
    for onske in found:
        onske.skjerma = True
        log.record(work, "revisjonsonske", onske.id, "onske:skjerma", slag=opphav_type)
    work.db.flush()
