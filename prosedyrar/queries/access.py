"""The one door to versions. Fetching is authorising: nothing here finds a version the person may not see.

Valid versions are for everybody who is logged in. What is on its way is for those who write, approve or are asked; what
has been is for those who write, approve, oversee or have signed for it, and for everybody the one version before the
valid one and those that answered a request: else nobody could see what was changed.
"""

from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, bindparam, literal, or_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from kjerne import asked
from kjerne.access import Right
from kjerne.errors import NotFound
from kjerne.kept import READS_ONLY
from kjerne.models import Eining, PersonEining, Tilgang
from kjerne.work import Work
from prosedyrar.models import (
    Hoyring,
    HoyringDeltakar,
    Lesekvittering,
    Prosedyre,
    ProsedyreHending,
    ProsedyreVersjon,
    Revisjonsonske,
)
from prosedyrar.queries.rader import Dokument, Linje, Utgave
from prosedyrar.rules import OPEN, Hat, Tilstand

WORKPLACE = ""
_NEWER: Final = aliased(ProsedyreVersjon)

_HELD: Final = union_all(
    select(literal(WORKPLACE).label("rolle"), Eining.sti.label("sti"))
    .join(PersonEining, PersonEining.eining_id == Eining.id)
    .where(PersonEining.person_id == bindparam("person")),
    select(Tilgang.rolle, Eining.sti)
    .join(Eining, Eining.id == Tilgang.eining_id)
    .where(
        Tilgang.person_id == bindparam("person"),
        Tilgang.gjeld_fra <= bindparam("day"),
        or_(Tilgang.gjeld_til.is_(None), Tilgang.gjeld_til >= bindparam("day")),
    ),
).subquery()
_PLACES: Final = select(_HELD.c.rolle, _HELD.c.sti)


def _places(_work: Work) -> Select[*tuple[Any, ...]]:
    return _PLACES


def memberships(work: Work) -> dict[str, frozenset[int]]:
    """Where she belongs: role → the units it is held in and all above them; `WORKPLACE` is where she works.

    One query; a page that only reads asks once.
    """
    known: dict[str, frozenset[int]] | None = work.memo.get("prosedyrar.plassar")
    if known is not None:
        return known
    found: dict[str, frozenset[int]] = {}
    for rolle, sti in asked.rows(work, _places, person=work.me.id, day=work.today):
        found[rolle] = found.get(rolle, frozenset()) | {int(part) for part in sti.split("/") if part}
    found = dict(sorted(found.items()))
    if work.db.info.get(READS_ONLY):
        work.memo["prosedyrar.plassar"] = found
    return found


def belongs(work: Work) -> frozenset[tuple[str, frozenset[int]]]:
    """The same as a part of a kept question (`kjerne/asked.py`) that depends on it."""
    return frozenset(memberships(work).items())


def asked_in(work: Work) -> ColumnElement[bool]:
    """The participant rows that mean this person: by name, by where she works, or by role there."""
    by_place = [
        and_(HoyringDeltakar.rolle == rolle, HoyringDeltakar.eining_id.in_(units)) for rolle, units in memberships(work).items()
    ]
    return or_(HoyringDeltakar.person_id == work.me.id, *by_place)


def visible(work: Work) -> ColumnElement[bool]:
    """The versions this person may read."""
    me, version = work.me.id, ProsedyreVersjon

    def of(condition: ColumnElement[bool]) -> ColumnElement[bool]:
        return select(Prosedyre.id).where(Prosedyre.id == version.prosedyre_id, condition).correlate(version).exists()

    writes = of(or_(Prosedyre.eigar_id == me, Prosedyre.eining_id.in_(work.units(Right.PROSEDYRE_SKRIV))))
    approves = of(Prosedyre.eining_id.in_(work.units(Right.PROSEDYRE_GODKJENN)))
    oversees = of(Prosedyre.eining_id.in_(work.units(Right.PROSEDYRE_STATUS)))
    hers = select(HoyringDeltakar.hoyring_id).where(asked_in(work))
    heard = version.id.in_(select(Hoyring.versjon_id).where(Hoyring.id.in_(hers)))
    mine = select(Lesekvittering.id).where(Lesekvittering.versjon_id == version.id, Lesekvittering.person_id == me)
    signed = mine.correlate(version).exists()
    took_part = or_(version.forfattar_id == me, version.endra_av_id == me, version.godkjennar_id == me)
    return or_(
        version.tilstand == Tilstand.GYLDIG,
        writes,
        took_part,
        and_(version.tilstand == Tilstand.PAA_HOYRING, or_(approves, heard)),
        and_(version.tilstand == Tilstand.TIL_GODKJENNING, or_(approves, heard)),
        and_(version.tilstand == Tilstand.UTGAATT, or_(approves, oversees, signed, _compared())),
    )


def _compared() -> ColumnElement[bool]:
    """Versions everybody may hold a newer one against: before the valid one, answering a request, and before such."""
    version, newer = ProsedyreVersjon, _NEWER

    def answered(versjon_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
        return select(Revisjonsonske.id).where(Revisjonsonske.versjon_id == versjon_id).exists()

    follows = or_(newer.tilstand == Tilstand.GYLDIG, answered(newer.id))
    return or_(
        answered(version.id),
        select(newer.id).where(newer.forrige_id == version.id, follows).correlate(version).exists(),
    )


def _readable(work: Work, _belongs: object) -> Select[*tuple[Any, ...]]:
    version = ProsedyreVersjon
    return (
        select(*(getattr(version, name) for name in Linje._fields))
        .where(version.prosedyre_id == bindparam("prosedyre"), visible(work))
        .order_by(version.id.desc())
        .limit(100)
    )


def readable(work: Work, prosedyre_id: int) -> list[Linje]:
    """The newest hundred versions of a document that she may read, the newest first. A page that only reads asks once."""
    key = f"prosedyrar.lesbare {prosedyre_id}"
    found: list[Linje] | None = work.memo.get(key)
    if found is None:
        found = [Linje._make(row) for row in asked.rows(work, _readable, belongs(work), prosedyre=prosedyre_id)]
        if work.db.info.get(READS_ONLY):
            work.memo[key] = found
    return found


def get_prosedyre(work: Work, prosedyre_id: int) -> Prosedyre:
    """The document, when she may read one of its versions. Raises `NotFound` also when there is none."""
    found = work.db.get(Prosedyre, prosedyre_id) if readable(work, prosedyre_id) else None
    if found is None:
        raise NotFound
    return found


def get_versjon(work: Work, versjon_id: int) -> ProsedyreVersjon:
    """The version, when she may read it. Raises `NotFound` both when it is hidden and when there is none."""
    found = work.db.scalar(select(ProsedyreVersjon).where(ProsedyreVersjon.id == versjon_id, visible(work)))
    if found is None:
        raise NotFound
    return found


def by_number(work: Work, prosedyre_id: int, number: tuple[int, int]) -> ProsedyreVersjon:
    """The version with that number, when she may read it; a draft that was thrown away holds none."""
    found = work.db.scalar(
        select(ProsedyreVersjon).where(
            ProsedyreVersjon.prosedyre_id == prosedyre_id,
            ProsedyreVersjon.major == number[0],
            ProsedyreVersjon.minor == number[1],
            ProsedyreVersjon.tilstand != Tilstand.FORKASTA,
            visible(work),
        )
    )
    if found is None:
        raise NotFound
    return found


def valid_version(db: Session, prosedyre_id: int) -> ProsedyreVersjon | None:
    """The one in force; everybody who is logged in may read it."""
    return db.scalar(
        select(ProsedyreVersjon).where(ProsedyreVersjon.prosedyre_id == prosedyre_id, ProsedyreVersjon.tilstand == Tilstand.GYLDIG)
    )


def open_version(work: Work, prosedyre_id: int) -> ProsedyreVersjon | None:
    """The one on its way, when she may read it."""
    return work.db.scalar(
        select(ProsedyreVersjon).where(
            ProsedyreVersjon.prosedyre_id == prosedyre_id, ProsedyreVersjon.tilstand.in_(OPEN), visible(work)
        )
    )


def writers(db: Session, versjon_id: int) -> frozenset[int]:
    """Those who have written in a version: none of them approves it."""
    return frozenset(
        db.scalars(
            select(ProsedyreHending.person_id).where(
                ProsedyreHending.versjon_id == versjon_id,
                ProsedyreHending.slag.in_(("laga", "endra")),
                ProsedyreHending.person_id.is_not(None),
            )
        )
    )


def may_write(work: Work, prosedyre: Prosedyre | Dokument) -> bool:
    """Its owner, and whoever may write procedures for the unit it belongs to."""
    return prosedyre.eigar_id == work.me.id or work.has(Right.PROSEDYRE_SKRIV, prosedyre.eining_id)


def hats(work: Work, prosedyre: Prosedyre | Dokument, versjon: ProsedyreVersjon | Utgave) -> frozenset[Hat]:
    """What she is to the version. Nobody approves what she has written in; taking out of use asks for the right only."""
    found = {Hat.SKRIVAR} if may_write(work, prosedyre) else set()
    if work.has(Right.PROSEDYRE_GODKJENN, prosedyre.eining_id) and (
        versjon.tilstand == Tilstand.GYLDIG
        or not (versjon.forfattar_id == work.me.id or work.me.id in writers(work.db, versjon.id))
    ):
        found.add(Hat.GODKJENNAR)
    return frozenset(found)
