"""Cases like the one that is handled: the same thing in the same unit lately, and those that share its rare words."""

from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Integer, Select, bindparam, func, select

from avvik.models import Avvik, AvvikOrd
from avvik.ordpar import SMALL
from avvik.queries.access import visible
from avvik.sok import key, words
from kjerne import asked
from kjerne.katalog import Hovudtype, Underkategori, versions
from kjerne.models import Eining
from kjerne.work import Work

WINDOW = timedelta(days=90)
MOST = 5
RARE, SHARE = 200, 10
WORDS_TRIED, WORDS_SHARED = 12, 2
SHORTEST = 4


def _rows(work: Work) -> Select[*tuple[Any, ...]]:
    """What the facts pane shows of a case, among those this person may open."""
    columns = (Avvik.id, Avvik.aar, Avvik.lopenr, Avvik.alvor, Avvik.status, Avvik.duplikat_av_id, Avvik.underkategori, Avvik.meldt)
    joined = select(*columns, Eining.namn.label("eining")).join(Eining, Eining.id == Avvik.eining_id)
    return joined.where(visible(work), Avvik.id != bindparam("avvik"))


def _same_kind(work: Work) -> Select[*tuple[Any, ...]]:
    return (
        _rows(work)
        .where(
            Avvik.eining_id == bindparam("eining"),
            Avvik.underkategori == bindparam("kategori"),
            Avvik.meldt.between(bindparam("fra"), bindparam("til")),
        )
        .order_by(Avvik.id.desc())
        .limit(MOST)
    )


def _alike(work: Work) -> Select[*tuple[Any, ...]]:
    """Those that share some of twelve words, but for five that are known already."""
    shared = (
        select(AvvikOrd.avvik_id, func.count().label("felles"))
        .where(AvvikOrd.ord.in_([bindparam(f"ord{n}") for n in range(WORDS_TRIED)]))
        .group_by(AvvikOrd.avvik_id)
        .having(func.count() >= WORDS_SHARED)
        .subquery()
    )
    return (
        _rows(work)
        .join(shared, shared.c.avvik_id == Avvik.id)
        .where(Avvik.id.not_in([bindparam(f"kjend{n}") for n in range(MOST)]))
        .order_by(shared.c.felles.desc(), Avvik.id.desc())
        .limit(MOST)
    )


_SMALL: Final = frozenset(key(word) for word in words(SMALL))


def _common(work: Work, avvik: Avvik) -> set[str]:
    """Words that say nothing about this very case: small words, its unit's name, and the labels of its category."""
    types = versions(work.db, Hovudtype).get(avvik.hovudtype, [])
    kinds = versions(work.db, Underkategori).get(avvik.underkategori, [])
    labels = [f"{row.nn} {row.nb}" for row in types] + [f"{row.nn} {row.nb}" for row in kinds]
    labels.append(work.db.get_one(Eining, avvik.eining_id).namn)
    return {*_SMALL, *(key(word) for text in labels for word in words(text))}


def _newest(_work: Work) -> Select[int]:
    return select(func.max(Avvik.id))


def _spread(_work: Work) -> Select[str, int]:
    mine, others = AvvikOrd.__table__.alias("mine"), AvvikOrd.__table__.alias("andre")
    limit = bindparam("grense", type_=Integer)
    counted = select(others.c.avvik_id).where(others.c.ord == mine.c.ord).limit(limit).correlate(mine).subquery()
    spread = select(func.count()).select_from(counted).correlate(mine).scalar_subquery()
    return select(mine.c.ord, spread.label("tal")).where(mine.c.avvik_id == bindparam("avvik"))


def rare_words(work: Work, avvik: Avvik) -> list[str]:
    """The words of a case that few others have, rarest first. Each is counted no further than a fixed limit."""
    cases = asked.value(work, _newest) or 0
    limit = min(RARE, max(MOST, cases // SHARE))
    rows = asked.rows(work, _spread, avvik=avvik.id, grense=limit + 1)
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
    about = {"eining": avvik.eining_id, "kategori": avvik.underkategori, "fra": avvik.meldt - WINDOW, "til": avvik.meldt + WINDOW}
    same = asked.rows(work, _same_kind, avvik=avvik.id, **about)
    rare = rare_words(work, avvik)
    if not rare:
        return same
    tried = {f"ord{n}": rare[min(n, len(rare) - 1)] for n in range(WORDS_TRIED)}
    known = {f"kjend{n}": same[n].id if n < len(same) else 0 for n in range(MOST)}
    return same + asked.rows(work, _alike, avvik=avvik.id, **tried, **known)
