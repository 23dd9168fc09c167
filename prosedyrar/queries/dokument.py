"""What belongs to one document: its files, control questions, history and names."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kjerne.errors import NotFound
from kjerne.models import Fil, Person
from kjerne.work import Work
from prosedyrar.models import (
    Kontrollsporsmal,
    ProsedyreHending,
    ProsedyreVedlegg,
    ProsedyreVersjon,
)
from prosedyrar.queries.access import visible
from prosedyrar.rules import Steg


def names(db: Session, ids: Iterable[int | None]) -> Mapping[int, str]:
    """Person id → name."""
    wanted = {id_ for id_ in ids if id_ is not None}
    if not wanted:
        return {}
    rows = db.execute(select(Person.id, Person.namn).where(Person.id.in_(wanted))).all()
    return {row.id: row.namn for row in rows}


def attachments(db: Session, versjon_id: int) -> Sequence[Fil]:
    """The files of a version whose reader is let in already, by name."""
    query = select(Fil).join(ProsedyreVedlegg, ProsedyreVedlegg.fil_id == Fil.id)
    return db.scalars(query.where(ProsedyreVedlegg.versjon_id == versjon_id).order_by(Fil.namn, Fil.id)).all()


def get_file(work: Work, offentleg_id: str) -> Fil:
    """A file that belongs to a version she may read. Raises `NotFound` else."""
    readable = (
        select(ProsedyreVedlegg.fil_id)
        .join(ProsedyreVersjon, ProsedyreVersjon.id == ProsedyreVedlegg.versjon_id)
        .where(visible(work))
    )
    found = work.db.scalar(select(Fil).where(Fil.offentleg_id == offentleg_id, Fil.id.in_(readable)))
    if found is None:
        raise NotFound
    return found


def questions(db: Session, versjon_id: int) -> Sequence[Kontrollsporsmal]:
    """The control questions of a version, in order."""
    query = select(Kontrollsporsmal).where(Kontrollsporsmal.versjon_id == versjon_id)
    return db.scalars(query.order_by(Kontrollsporsmal.rekkje)).all()


def history(db: Session, prosedyre_id: int, versjon_ids: Iterable[int]) -> Sequence[ProsedyreHending]:
    """Lines about the document itself and the versions given, newest first."""
    query = select(ProsedyreHending).where(
        ProsedyreHending.prosedyre_id == prosedyre_id,
        ProsedyreHending.versjon_id.is_(None) | ProsedyreHending.versjon_id.in_(list(versjon_ids)),
    )
    return db.scalars(query.order_by(ProsedyreHending.id.desc()).limit(100)).all()


def sent_to_approval(db: Session, versjon_id: int) -> datetime | None:
    """When a version was sent to approval, the last time."""
    query = select(func.max(ProsedyreHending.tid)).where(
        ProsedyreHending.versjon_id == versjon_id, ProsedyreHending.slag == Steg.TIL_GODKJENNING.value
    )
    return db.scalar(query)
