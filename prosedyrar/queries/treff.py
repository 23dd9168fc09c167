"""Search in valid documents, at a cost that hardly grows with the library: the rarest word leads, each look-up stops early.

A hit has every word asked for; a word in the title weighs most, then one in keywords and the like, then one in the text.
The table of words is read by its index (weight, word, document), so the best come first and the rest is never read. When a
word stands in more than `ENOUGH` documents at one weight, those with the word nearest to what was typed are looked at.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from kjerne.models import Fil
from kjerne.sok import LAST, Ledd
from kjerne.work import Work
from prosedyrar.models import Prosedyre, ProsedyreOrd, ProsedyreSoktekst, ProsedyreVedlegg, ProsedyreVersjon
from prosedyrar.queries.bibliotek import Row, rows_of
from prosedyrar.rules import Tilstand
from prosedyrar.sok import BODY, NAMED, TITLE

#: So many rows of words are looked at in each place; a count that reaches COMMON says only that a word is common.
ENOUGH, COMMON = 250, 1_000
Piece = tuple[str, str]


@dataclass(frozen=True)
class Ord:
    """A word asked for, as places in the index: from and up to (not included)."""

    pieces: tuple[Piece, ...]

    @classmethod
    def of(cls, term: Ledd) -> "Ord":
        """The word's own place, or all that begin with it."""
        begun = [start for start in term.starts if not any(other != start and start.startswith(other) for other in term.starts)]
        whole = [key for key in term.keys if not any(key.startswith(start) for start in begun)]
        return cls(tuple(sorted([(start, start + LAST) for start in begun] + [(key, key + "\x00") for key in whole])))

    def of_row(self, row: type[ProsedyreOrd]) -> ColumnElement[bool]:
        """Whether a row of the table of words is this word."""
        return or_(*(_within(row, piece) for piece in self.pieces))


def _within(row: type[ProsedyreOrd], piece: Piece) -> ColumnElement[bool]:
    low, high = piece
    return row.ord == low if high == low + "\x00" else and_(row.ord >= low, row.ord < high)


def _rarest(db: Session, asked: Sequence[Ord], weights: Sequence[int]) -> int:
    """The place of the word that fewest documents have at these weights; counting stops where it is common. One query."""
    if len(asked) == 1:
        return 0
    counts = []
    for word in asked:
        arms = [
            select(literal(1)).where(ProsedyreOrd.vekt == weight, _within(ProsedyreOrd, piece)).limit(COMMON).subquery().select()
            for weight in weights
            for piece in word.pieces
        ]
        counts.append(select(func.count()).select_from(union_all(*arms).subquery()).scalar_subquery())
    found = db.execute(select(*counts)).one()
    return min(range(len(asked)), key=lambda place: (found[place], place))


def _has(word: Ord, document: InstrumentedAttribute[int], weight: int | None) -> ColumnElement[bool]:
    """Whether a document has a word, at one weight or any."""
    other = aliased(ProsedyreOrd)
    found = select(literal(1)).where(other.prosedyre_id == document, word.of_row(other))
    # Written as a sum, so that the database looks among this document's words, not among all with the weight; and as a value
    # instead of EXISTS, which PostgreSQL would turn into a join that reads every document with the word.
    one = (found if weight is None else found.where(other.vekt + 0 == weight)).limit(1).scalar_subquery()
    return one.is_not(None)


def _arms(asked: Sequence[Ord], lead: int, weights: Sequence[int], others_at: int | None) -> list[Select[int, int]]:
    """The best documents of the leading word that have the others too, one look-up for each weight and place in the index."""
    row = ProsedyreOrd
    others = [word for place, word in enumerate(asked) if place != lead]
    found = []
    for weight in weights:
        for piece in asked[lead].pieces:
            arm = select(row.prosedyre_id.label("id"), row.vekt.label("vekt")).where(row.vekt == weight, _within(row, piece))
            arm = arm.where(*(_has(word, row.prosedyre_id, others_at) for word in others))
            inner = arm.order_by(row.ord, row.prosedyre_id).limit(ENOUGH).subquery()
            found.append(select(inner.c.id, inner.c.vekt))
    return found


def _best(db: Session, asked: Sequence[Ord], limit: int, after: int) -> list[int]:
    """Document ids with every word, best first."""
    lead = _rarest(db, asked, (TITLE, NAMED, BODY))
    arms = _arms(asked, lead, (TITLE, NAMED, BODY), None)
    if len(asked) > 1:  # those with all words in the title come first, whatever else the leading word has
        arms += _arms(asked, _rarest(db, asked, (TITLE,)), (TITLE,), TITLE)
    some = union_all(*arms).subquery()
    ids = select(some.c.id).group_by(some.c.id).subquery()
    weights = []
    for word in asked:
        other = aliased(ProsedyreOrd)
        best = select(func.max(other.vekt)).where(other.prosedyre_id == ids.c.id, word.of_row(other))
        weights.append(best.correlate(ids).scalar_subquery())
    total = sum(weights[1:], start=weights[0])
    return list(db.scalars(select(ids.c.id).order_by(total.desc(), ids.c.id).limit(limit).offset(after)))


def search(work: Work, terms: Sequence[Ledd], *, limit: int, after: int = 0) -> list[Row]:
    """Valid documents with every word, best first; `after`: how many to pass over."""
    asked = [Ord.of(term) for term in terms]
    ids = _best(work.db, asked, limit, after) if asked else []
    if not ids:
        return []
    query = rows_of(work).where(Prosedyre.id.in_(ids), ProsedyreVersjon.tilstand == Tilstand.GYLDIG)
    found = {row[0].id: Row(*row) for row in work.db.execute(query)}
    return [found[id_] for id_ in ids if id_ in found]


def attached(db: Session, ids: Sequence[int]) -> Mapping[int, list[str]]:
    """Document id → the names of its valid version's files, for the lines that are shown."""
    query = (
        select(ProsedyreVersjon.prosedyre_id, Fil.namn)
        .join(ProsedyreVedlegg, ProsedyreVedlegg.versjon_id == ProsedyreVersjon.id)
        .join(Fil, Fil.id == ProsedyreVedlegg.fil_id)
        .where(ProsedyreVersjon.prosedyre_id.in_(ids), ProsedyreVersjon.tilstand == Tilstand.GYLDIG)
        .order_by(Fil.namn)
    )
    found: dict[int, list[str]] = {}
    for prosedyre_id, name in db.execute(query):
        found.setdefault(prosedyre_id, []).append(name)
    return found


def texts(db: Session, ids: Sequence[int]) -> Mapping[int, str]:
    """Document id → its words without signs, for the lines that are shown."""
    rows = db.execute(
        select(ProsedyreSoktekst.prosedyre_id, ProsedyreSoktekst.tekst).where(ProsedyreSoktekst.prosedyre_id.in_(ids))
    )
    return {row.prosedyre_id: row.tekst for row in rows}
