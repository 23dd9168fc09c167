"""The page of one document: one statement reads the version, its names and what there is around it; only that is asked for."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from kjerne import asked
from kjerne.errors import NotFound
from kjerne.models import Eining, Fil, Person, PersonEining
from kjerne.work import Work
from prosedyrar.models import (
    Hoyring,
    Lesekrav,
    Lesekvittering,
    Prosedyre,
    ProsedyreFavoritt,
    ProsedyreVedlegg,
    ProsedyreVersjon,
    Revisjonsonske,
)
from prosedyrar.queries.access import readable
from prosedyrar.queries.rader import Dokument, Finst, Linje, Lokalt, Utgave, Vedlegg, Vist
from prosedyrar.rules import Tilstand

_AUTHOR: Final = aliased(Person)
_APPROVER: Final = aliased(Person)
_COMMON: Final = aliased(Prosedyre)
_LOCAL: Final = aliased(Prosedyre)
_OTHER: Final = aliased(ProsedyreVersjon)
_BEFORE: Final = aliased(ProsedyreVersjon)
_WORKS: Final = aliased(Eining)


def _there(key: InstrumentedAttribute[Any], *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return select(key).where(*conditions).correlate(Prosedyre, ProsedyreVersjon).exists()


def _shown(work: Work) -> Select[*tuple[Any, ...]]:
    """Columns of a document, a version, and what there is around them, in the order of `Dokument`, `Utgave` and `Finst`."""
    p, v, receipt = Prosedyre, ProsedyreVersjon, Lesekvittering
    mine = and_(receipt.prosedyre_id == p.id, receipt.major == v.major, receipt.person_id == work.me.id)
    return (
        select(
            *(getattr(p, name) for name in Dokument._fields),
            *(getattr(v, name) for name in Utgave._fields),
            Eining.namn,
            Person.namn,
            _AUTHOR.namn,
            _APPROVER.namn,
            _COMMON.tittel,
            receipt.tid,
            receipt.medsignert,
            _BEFORE.major,
            _BEFORE.minor,
            _BEFORE.tilstand,
            _BEFORE.gyldig_fra,
            _there(
                ProsedyreFavoritt.prosedyre_id,
                ProsedyreFavoritt.prosedyre_id == p.id,
                ProsedyreFavoritt.person_id == work.me.id,
            ),
            _there(ProsedyreVedlegg.fil_id, ProsedyreVedlegg.versjon_id == v.id),
            _there(Lesekrav.id, Lesekrav.prosedyre_id == p.id),
            _there(_LOCAL.id, _LOCAL.tillegg_til_id == p.id),
            _there(_OTHER.id, _OTHER.prosedyre_id == p.id, _OTHER.id != v.id, _OTHER.id != func.coalesce(v.forrige_id, 0)),
            _there(Revisjonsonske.id, Revisjonsonske.prosedyre_id == p.id),
            _there(Hoyring.id, Hoyring.versjon_id == v.id),
        )
        .select_from(v)
        .join(p, p.id == v.prosedyre_id)
        .join(Eining, Eining.id == p.eining_id)
        .join(Person, Person.id == p.eigar_id)
        .join(_AUTHOR, _AUTHOR.id == v.forfattar_id)
        .outerjoin(_APPROVER, _APPROVER.id == v.godkjennar_id)
        .outerjoin(_COMMON, _COMMON.id == p.tillegg_til_id)
        .outerjoin(receipt, mine)
        .outerjoin(_BEFORE, _BEFORE.id == v.forrige_id)
    )


def _valid(work: Work) -> Select[*tuple[Any, ...]]:
    return _shown(work).where(ProsedyreVersjon.prosedyre_id == bindparam("prosedyre"), ProsedyreVersjon.tilstand == Tilstand.GYLDIG)


def _one(work: Work) -> Select[*tuple[Any, ...]]:
    return _shown(work).where(ProsedyreVersjon.id == bindparam("versjon"))


_DOCUMENT: Final = len(Dokument._fields)
_VERSION: Final = _DOCUMENT + len(Utgave._fields)


def _read(row: Sequence[Any]) -> Vist:
    return Vist(Dokument._make(row[:_DOCUMENT]), Utgave._make(row[_DOCUMENT:_VERSION]), Finst._make(row[_VERSION:]))


def opened(work: Work, versjon_id: int) -> Vist:
    """A version whose reader is let in already. Raises `NotFound` when there is none."""
    found = asked.rows(work, _one, versjon=versjon_id)
    if not found:
        raise NotFound
    return _read(found[0])


def current(work: Work, prosedyre_id: int) -> Vist:
    """What a document's own page shows: the valid version, which is for everybody; else the newest she may read.

    Raises `NotFound` when she may read none, or there is none.
    """
    found = asked.rows(work, _valid, prosedyre=prosedyre_id)
    if found:
        return _read(found[0])
    others = readable(work, prosedyre_id)
    if not others:
        raise NotFound
    return opened(work, others[0].id)


def versions(work: Work, vist: Vist) -> list[Linje]:
    """The document's versions that she may read, newest first. A valid one and the one before it are for everybody."""
    v, finst = vist.v, vist.finst
    if finst.fleire or v.tilstand != Tilstand.GYLDIG:
        return readable(work, vist.p.id)
    lines = [Linje(v.id, v.major, v.minor, v.tilstand, v.gyldig_fra, v.forrige_id)]
    if v.forrige_id is not None and finst.forrige_tilstand is not None:
        number = finst.forrige_major or 0, finst.forrige_minor or 0
        lines.append(Linje(v.forrige_id, *number, finst.forrige_tilstand, finst.forrige_gyldig_fra, None))
    return lines


def _files(_work: Work) -> Select[*tuple[Any, ...]]:
    query = select(Fil.offentleg_id, Fil.namn, Fil.storleik).join(ProsedyreVedlegg, ProsedyreVedlegg.fil_id == Fil.id)
    return query.where(ProsedyreVedlegg.versjon_id == bindparam("versjon")).order_by(Fil.namn, Fil.id)


def files(work: Work, versjon_id: int) -> list[Vedlegg]:
    """The files of a version whose reader is let in already, by name."""
    return [Vedlegg._make(row) for row in asked.rows(work, _files, versjon=versjon_id)]


def _supplements(work: Work) -> Select[*tuple[Any, ...]]:
    works = select(PersonEining.person_id).join(_WORKS, _WORKS.id == PersonEining.eining_id)
    below = works.where(PersonEining.person_id == work.me.id, _WORKS.sti.startswith(Eining.sti, autoescape=False))
    here = below.correlate(Eining).exists()
    return (
        select(
            Prosedyre.id,
            Prosedyre.tittel,
            Eining.namn,
            ProsedyreVersjon.id.label("versjon_id"),
            ProsedyreVersjon.major,
            ProsedyreVersjon.minor,
            here.label("her"),
            case((here, ProsedyreVersjon.tekst), else_=literal("")).label("tekst"),
        )
        .join(ProsedyreVersjon, ProsedyreVersjon.prosedyre_id == Prosedyre.id)
        .join(Eining, Eining.id == Prosedyre.eining_id)
        .where(Prosedyre.tillegg_til_id == bindparam("felles"), ProsedyreVersjon.tilstand == Tilstand.GYLDIG)
        .order_by(here.desc(), Eining.namn, Prosedyre.id)
        .limit(200)
    )


def supplements(work: Work, prosedyre_id: int) -> list[Lokalt]:
    """Valid local supplements to a common procedure: those of the reader's own units first, each by unit."""
    return [Lokalt._make(row) for row in asked.rows(work, _supplements, felles=prosedyre_id)]
