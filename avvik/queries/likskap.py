"""Cases like the one that is handled: the same thing in the same unit lately, and those that share its rare words."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Select, func, select

from avvik.models import Avvik, AvvikOrd
from avvik.ordpar import SMALL
from avvik.queries.access import visible
from avvik.sok import key, words
from kjerne.katalog import Hovudtype, Underkategori
from kjerne.models import Eining
from kjerne.work import Work

WINDOW = timedelta(days=90)
MOST = 5
RARE, SHARE = 200, 10
WORDS_TRIED, WORDS_SHARED = 12, 2
SHORTEST = 4


def _rows(work: Work, avvik: Avvik) -> Select[*tuple[Any, ...]]:
    """What the facts pane shows of a case, among those this person may open."""
    columns = (Avvik.id, Avvik.aar, Avvik.lopenr, Avvik.alvor, Avvik.status, Avvik.underkategori, Avvik.meldt, Avvik.serie_tal)
    joined = select(*columns, Eining.namn.label("eining")).join(Eining, Eining.id == Avvik.eining_id)
    return joined.where(visible(work), Avvik.id != avvik.id)


def _same_kind(work: Work, avvik: Avvik) -> Select[*tuple[Any, ...]]:
    return (
        _rows(work, avvik)
        .where(
            Avvik.eining_id == avvik.eining_id,
            Avvik.underkategori == avvik.underkategori,
            Avvik.meldt.between(avvik.meldt - WINDOW, avvik.meldt + WINDOW),
        )
        .order_by(Avvik.id.desc())
        .limit(MOST)
    )


def _common(work: Work, avvik: Avvik) -> set[str]:
    """Words that say nothing about this very case: small words, its unit's name, and the labels of its category."""
    types = work.db.scalars(select(Hovudtype).where(Hovudtype.kode == avvik.hovudtype))
    kinds = work.db.scalars(select(Underkategori).where(Underkategori.kode == avvik.underkategori))
    labels = [f"{row.nn} {row.nb}" for row in (*types, *kinds)]
    labels.append(work.db.get_one(Eining, avvik.eining_id).namn)
    return {key(word) for text in [*labels, SMALL] for word in words(text)}


def rare_words(work: Work, avvik: Avvik) -> list[str]:
    """The words of a case that few others have, rarest first. Each is counted no further than a fixed limit."""
    cases = work.db.scalar(select(func.max(Avvik.id))) or 0
    limit = min(RARE, max(MOST, cases // SHARE))
    mine, others = AvvikOrd.__table__.alias("mine"), AvvikOrd.__table__.alias("andre")
    counted = select(others.c.avvik_id).where(others.c.ord == mine.c.ord).limit(limit + 1).correlate(mine).subquery()
    spread = select(func.count()).select_from(counted).correlate(mine).scalar_subquery()
    rows = work.db.execute(select(mine.c.ord, spread.label("tal")).where(mine.c.avvik_id == avvik.id)).all()
    common = _common(work, avvik)
    found = [
        (row.tal, row.ord)
        for row in rows
        if 1 < row.tal <= limit
        and len(row.ord) >= SHORTEST
        and row.ord.isalpha()
        and row.ord not in common
        and key(row.ord) not in common
    ]
    return [word for _tal, word in sorted(found)[:WORDS_TRIED]]


def similar(work: Work, avvik: Avvik) -> list[Any]:
    """At most ten cases like this one that the person may open, also closed ones and those of other units. Constant queries."""
    same = list(work.db.execute(_same_kind(work, avvik)))
    rare = rare_words(work, avvik)
    if not rare:
        return same
    shared = (
        select(AvvikOrd.avvik_id, func.count().label("felles"))
        .where(AvvikOrd.ord.in_(rare))
        .group_by(AvvikOrd.avvik_id)
        .having(func.count() >= WORDS_SHARED)
        .subquery()
    )
    alike = (
        _rows(work, avvik)
        .join(shared, shared.c.avvik_id == Avvik.id)
        .where(Avvik.id.not_in([row.id for row in same]))
        .order_by(shared.c.felles.desc(), Avvik.id.desc())
        .limit(MOST)
    )
    return same + list(work.db.execute(alike))
