"""What the page of one document shows: its versions, files, supplements, history and names."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from kjerne import asked
from kjerne.errors import NotFound
from kjerne.models import Eining, Fil, Person
from kjerne.work import Work
from prosedyrar.models import (
    Kontrollsporsmal,
    Prosedyre,
    ProsedyreFavoritt,
    ProsedyreHending,
    ProsedyreVedlegg,
    ProsedyreVersjon,
)
from prosedyrar.queries.access import belongs, readable, visible
from prosedyrar.queries.bibliotek import applies_to
from prosedyrar.rules import Steg, Tilstand


def names(db: Session, ids: Iterable[int | None]) -> Mapping[int, str]:
    """Person id → name."""
    wanted = {id_ for id_ in ids if id_ is not None}
    if not wanted:
        return {}
    rows = db.execute(select(Person.id, Person.namn).where(Person.id.in_(wanted))).all()
    return {row.id: row.namn for row in rows}


def versions(work: Work, prosedyre_id: int) -> Sequence[ProsedyreVersjon]:
    """The versions she may read, newest first."""
    query = select(ProsedyreVersjon).where(ProsedyreVersjon.id.in_(readable(work, prosedyre_id)))
    return work.db.scalars(query.order_by(ProsedyreVersjon.id.desc())).all()


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


def _supplements(work: Work, _belongs: object, mine: bool) -> Select[*tuple[Any, ...]]:  # noqa: FBT001 - a part of a question has no name
    there = applies_to(work)
    return (
        select(Prosedyre.id, Prosedyre.tittel, Eining.namn, ProsedyreVersjon.id.label("versjon_id"))
        .join(ProsedyreVersjon, ProsedyreVersjon.prosedyre_id == Prosedyre.id)
        .join(Eining, Eining.id == Prosedyre.eining_id)
        .where(
            Prosedyre.tillegg_til_id == bindparam("felles"),
            ProsedyreVersjon.tilstand == Tilstand.GYLDIG,
            there if mine else ~there,
        )
        .order_by(Eining.namn, Prosedyre.id)
        .limit(100)
    )


def supplements(work: Work, prosedyre_id: int) -> Sequence[tuple[Prosedyre, ProsedyreVersjon, str]]:
    """Valid local supplements to a common procedure of the reader's own units, by unit."""
    rows = asked.rows(work, _supplements, belongs(work), True, felles=prosedyre_id)
    if not rows:
        return []
    query = select(Prosedyre, ProsedyreVersjon).join(ProsedyreVersjon, ProsedyreVersjon.prosedyre_id == Prosedyre.id)
    found = {row[1].id: row for row in work.db.execute(query.where(ProsedyreVersjon.id.in_([row.versjon_id for row in rows])))}
    return [(found[row.versjon_id][0], found[row.versjon_id][1], row.namn) for row in rows]


def other_supplements(work: Work, prosedyre_id: int) -> Sequence[tuple[int, str, str]]:
    """Id, title and unit of the valid supplements of units where the reader does not work."""
    rows = asked.rows(work, _supplements, belongs(work), False, felles=prosedyre_id)
    return [(row.id, row.tittel, row.namn) for row in rows]


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


def is_favourite(work: Work, prosedyre_id: int) -> bool:
    """Whether she keeps it at hand."""
    return work.db.get(ProsedyreFavoritt, (work.me.id, prosedyre_id)) is not None
