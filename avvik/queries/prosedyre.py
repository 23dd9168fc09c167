"""Which procedures a case is about, what was asked of them, and which versions it led to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, bindparam, or_, select
from sqlalchemy.orm import Session

from avvik.models import Avvik, AvvikProsedyre
from avvik.queries.access import by_role
from avvik.rules import ENDED
from kjerne.work import Work
from prosedyrar.models import Prosedyre, ProsedyreVersjon, Revisjonsonske
from prosedyrar.queries import visible as visible_version
from prosedyrar.queries.onske import of_origin
from prosedyrar.rules import Onske, Tilstand

OPPHAV = "avvik"


@dataclass(frozen=True)
class Kopla:
    """A procedure of a case. `nummer` and `fra`: the version the case led to, and the one it is compared with (may be empty)."""

    prosedyre_id: int
    tittel: str
    nummer: str
    fra: str
    onske: Revisjonsonske | None

    @property
    def asks(self) -> bool:
        """Whether a request waits for its owner."""
        return self.onske is not None and self.onske.tilstand in {Onske.OPEN, Onske.TEKEN}


@dataclass(frozen=True)
class Prosedyrar:
    """All of a case: the procedures it is tied to, and requests for new ones that have no procedure yet."""

    kopla: Sequence[Kopla]
    nye: Sequence[Revisjonsonske]

    def __bool__(self) -> bool:
        return bool(self.kopla or self.nye)

    @property
    def led_to(self) -> list[Kopla]:
        """Those it changed."""
        return [one for one in self.kopla if one.nummer]


def _number(row: ProsedyreVersjon | None) -> str:
    return row.nummer if row is not None else ""


_TIED: Final = (
    select(AvvikProsedyre, Prosedyre)
    .join(Prosedyre, Prosedyre.id == AvvikProsedyre.prosedyre_id)
    .where(AvvikProsedyre.avvik_id == bindparam("avvik"))
    .order_by(AvvikProsedyre.laga, Prosedyre.id)
)


def _versions(db: Session, ids: set[int]) -> dict[int, ProsedyreVersjon]:
    """Versions by id; nothing is asked when there are none."""
    if not ids:
        return {}
    return {row.id: row for row in db.scalars(select(ProsedyreVersjon).where(ProsedyreVersjon.id.in_(ids)))}


def of_case(work: Work, avvik: Avvik) -> Prosedyrar:
    """The procedures of a case whose page has authorised. Titles only of what she may read; four queries."""
    db = work.db
    rows = db.execute(_TIED, {"avvik": avvik.id}).all()
    led = _versions(db, {rad.versjon_id for rad, _row in rows if rad.versjon_id is not None})
    before = _versions(db, {row.forrige_id for row in led.values() if row.forrige_id is not None})
    wishes = of_origin(db, OPPHAV, avvik.id)
    by_document = {one.prosedyre_id: one for one in wishes if one.prosedyre_id is not None}
    tied = [
        Kopla(
            row.id,
            row.tittel,
            _number(led.get(rad.versjon_id or 0)),
            _number(before.get(led[rad.versjon_id].forrige_id or 0)) if rad.versjon_id in led else "",
            by_document.get(row.id),
        )
        for rad, row in rows
    ]
    known = {one.prosedyre_id for one in tied}
    return Prosedyrar(tied, [one for one in wishes if one.prosedyre_id is None or one.prosedyre_id not in known])


def tied_to(work: Work, prosedyre_id: int) -> ColumnElement[bool]:
    """Cases tied to a procedure. Her own reporter learns it when the case is ended: the tie is the handler's judgement."""
    chosen = Avvik.id.in_(select(AvvikProsedyre.avvik_id).where(AvvikProsedyre.prosedyre_id == prosedyre_id))
    return and_(chosen, or_(by_role(work), Avvik.status.in_([status.value for status in ENDED])))


def title_of(work: Work, prosedyre_id: int) -> str:
    """The title of a procedure she may read; empty for any other."""
    readable = select(ProsedyreVersjon.prosedyre_id).where(ProsedyreVersjon.prosedyre_id == prosedyre_id, visible_version(work))
    return work.db.scalar(select(Prosedyre.tittel).where(Prosedyre.id == prosedyre_id, Prosedyre.id.in_(readable))) or ""


def valid_title(db: Session, prosedyre_id: int) -> str:
    """The title of a procedure that is in force, for everybody; empty when there is none."""
    found = select(Prosedyre.tittel).join(ProsedyreVersjon, ProsedyreVersjon.prosedyre_id == Prosedyre.id)
    return db.scalar(found.where(Prosedyre.id == prosedyre_id, ProsedyreVersjon.tilstand == Tilstand.GYLDIG)) or ""


def row_of(db: Session, avvik_id: int, prosedyre_id: int) -> AvvikProsedyre | None:
    """The tie between a case and a procedure."""
    return db.get(AvvikProsedyre, (avvik_id, prosedyre_id))


def add_row(db: Session, avvik_id: int, prosedyre_id: int, moment: datetime) -> AvvikProsedyre:
    """Tie a case to a procedure; twice is once."""
    found = row_of(db, avvik_id, prosedyre_id)
    if found is None:
        found = AvvikProsedyre(avvik_id=avvik_id, prosedyre_id=prosedyre_id, laga=moment)
        db.add(found)
        db.flush()
    return found
