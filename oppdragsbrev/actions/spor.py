"""What every action of a letter leaves behind: a line of history in plain words, and a line of the log."""

from typing import Any

from kjerne.log import record
from kjerne.work import Work
from oppdragsbrev.models import Brevhending, Oppdragsbrev
from oppdragsbrev.queries.brev import SENT_OUT, SUBJECT


def note(work: Work, brev: Oppdragsbrev, slag: str, mottak_id: int | None = None, **detalj: str | int) -> None:
    """Write both. `detalj` holds numbers of points, names and dates; never what somebody answered."""
    work.db.add(
        Brevhending(
            brev_id=brev.id,
            mottak_id=mottak_id,
            tid=work.now,
            person_id=work.person.id if work.person else None,
            slag=slag,
            detalj=detalj,
        )
    )
    codes: dict[str, Any] = {key: value for key, value in detalj.items() if key != "namn"}
    record(work, SUBJECT, brev.id, f"oppdragsbrev:{slag}", mottak=mottak_id, **codes)


__all__ = ["SENT_OUT", "note"]
