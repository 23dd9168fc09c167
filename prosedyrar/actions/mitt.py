"""What a reader does for herself: keep a document at hand; and the count of openings, which knows no persons."""

from sqlalchemy import insert, select, update

from kjerne.work import Work
from prosedyrar.models import Prosedyre, ProsedyreFavoritt, ProsedyreOpning


def keep_at_hand(work: Work, prosedyre: Prosedyre, *, keep: bool) -> None:
    """Put a document among her favourites, or take it out. Twice is once."""
    row = work.db.get(ProsedyreFavoritt, (work.me.id, prosedyre.id))
    if keep and row is None:
        work.db.add(ProsedyreFavoritt(person_id=work.me.id, prosedyre_id=prosedyre.id))
    elif not keep and row is not None:
        work.db.delete(row)
    work.db.flush()


def count_opening(work: Work, prosedyre: Prosedyre) -> None:
    """One more opening of a document this month."""
    month = work.today.replace(day=1)
    mine = ProsedyreOpning.prosedyre_id == prosedyre.id, ProsedyreOpning.maanad == month
    if work.db.scalar(select(ProsedyreOpning.id).where(*mine)) is None:
        work.db.execute(insert(ProsedyreOpning).values(prosedyre_id=prosedyre.id, maanad=month, tal=1))
        return
    work.db.execute(update(ProsedyreOpning).where(*mine).values(tal=ProsedyreOpning.tal + 1))
